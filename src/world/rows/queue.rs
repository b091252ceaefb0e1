//! Queues and pools as they are now.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::AgentId;
use crate::model::overflow::Ramp;
use crate::model::queue::QueueProfile;
use crate::policy::calendar::Counted;
use crate::policy::tally::Tally;
use crate::state::machine::{Deadline, DeadlineKind};
use crate::world::rows::inspecting::Inspecting;

/// A queue as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// The agent to whom it offered something last.
    pub last: Option<AgentId>,
    /// Where the shares of its members stand: no member counts as further behind than this.
    pub share: u64,
    /// How often each rule of its classification has taken on work; where a rule splits work among
    /// queues, this number says which is next.
    pub rule_counts: Vec<u64>,
    /// The tally of the queue.
    pub tally: Tally,
    /// The conditional rings that have joined, one bit each.
    pub joined: u16,
    /// The conditional rings that have not joined and whose conditions hold, with the instant since
    /// which they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holding: Vec<(u8, Timestamp)>,
    /// When it is inspected next, unless a ring is to join before; while an inspection goes on,
    /// when that was due.
    pub inspection: Option<Timestamp>,
    /// How far an inspection has come that goes on in the next call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspecting: Option<Box<Inspecting>>,
    /// When the first offer was made that counts against its ramp.
    pub ramp_since: Timestamp,
    /// How many offers count against its ramp.
    pub ramp_used: u16,
}

impl Queue {
    /// A queue that was defined just now.
    #[must_use]
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            last: None,
            tally: Tally::new(at),
            share: 0,
            rule_counts: Vec::new(),
            joined: 0,
            holding: Vec::new(),
            inspection: None,
            inspecting: None,
            ramp_since: at,
            ramp_used: 0,
        }
    }

    /// When a conditional ring whose conditions hold has held for so long as it must.
    pub(crate) fn joins_at(
        &self,
        (queue, clock): (&QueueProfile, Counted<'_>),
        ring: u8,
    ) -> Option<Timestamp> {
        let (_, since) = self.holding.iter().find(|(known, _)| *known == ring)?;
        let conditional = queue.conditional.iter().find(|known| known.ring == ring)?;
        clock.after(*since, conditional.holds_for)
    }

    /// True unless an inspection goes on that was not due by an instant.
    pub(crate) fn is_inspected_by(&self, now: Timestamp) -> bool {
        self.inspecting.is_none() || self.inspection.is_some_and(|due| due <= now)
    }

    /// Gate `Ramp`, shut: until when the queue may not offer, for it has offered as much at once as
    /// it may.
    pub(crate) fn held_back(&self, queue: &QueueProfile, now: Timestamp) -> Option<Timestamp> {
        let ramp = queue.ramp?;
        let shut = self.ramp_used >= ramp.offers && !self.is_ramp_over(ramp, now);
        shut.then(|| self.ramp_since + ramp.per)
    }

    /// True if the time is over in which what was offered counts against a ramp. One that lasts to
    /// the end of time is never over: nothing is due then, so nothing would be offered either.
    pub(crate) fn is_ramp_over(&self, ramp: Ramp, now: Timestamp) -> bool {
        let until = self.ramp_since + ramp.per;
        until <= now && until < Timestamp::MAX
    }

    /// How much of its ramp is used at an instant.
    pub(crate) fn ramp_used_at(&self, ramp: Option<Ramp>, now: Timestamp) -> u16 {
        let current = ramp.is_some_and(|ramp| !self.is_ramp_over(ramp, now));
        if current { self.ramp_used } else { 0 }
    }

    /// When something is due for the queue itself.
    pub(crate) fn deadline(
        &self,
        (queue, clock): (&QueueProfile, Counted<'_>),
    ) -> Option<Deadline> {
        let inspection = |at| Deadline { at, kind: DeadlineKind::Inspection };
        if self.inspecting.is_some() {
            return self.inspection.map(inspection);
        }
        let joins = |(ring, _): &(u8, Timestamp)| self.joins_at((queue, clock), *ring);
        let held = self.holding.iter().filter_map(joins);
        let inspection = self.inspection.into_iter().chain(held).min().map(inspection);
        // Held back as of the first offer of the ramp: whether it still is does not matter here.
        let ramp = self.held_back(queue, self.ramp_since);
        let ramp = ramp.map(|at| Deadline { at, kind: DeadlineKind::Ramp });
        inspection.into_iter().chain(ramp).min()
    }
}

/// A pool as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Pool {
    /// When it is reset next, as long as anything is spent.
    pub reset_at: Option<Timestamp>,
}
