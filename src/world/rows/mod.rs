//! The rows: agents, queues, work and offers as they are now.

mod agent;
mod work;

pub(crate) use self::agent::Agent;
pub use self::agent::{Assignment, Member};
pub(crate) use self::work::{Decline, EndedWork, Step, Whereabouts, Work};

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::fact::event::OfferedBy;
use crate::model::ids::{AgentId, WorkId};
use crate::model::queue::QueueProfile;
use crate::policy::room::Claim;
use crate::policy::tally::Tally;
use crate::state::offer::OfferState;

/// A queue as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// Whom it offered something to last.
    pub last: Option<AgentId>,
    /// Where the shares of its members stand: nobody is behind it.
    pub share: u64,
    /// How often each rule of its classification has taken on work.
    pub draws: Vec<u64>,
    /// What it has experienced.
    pub tally: Tally,
    /// The conditional rings that have joined, one bit each.
    pub joined: u16,
    /// When it is looked at next.
    pub look: Option<Timestamp>,
    /// When the first offer was made that counts against its ramp.
    pub ramp_since: Timestamp,
    /// How many offers count against it.
    pub ramp_used: u16,
}

impl Queue {
    /// Whether it may not offer anything just now, and until when.
    pub(crate) fn held_back(&self, queue: &QueueProfile, now: Timestamp) -> Option<Timestamp> {
        let ramp = queue.ramp?;
        let until = self.ramp_since + ramp.per;
        (self.ramp_used >= ramp.offers && now < until).then_some(until)
    }

    /// A queue that was defined just now.
    #[must_use]
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            last: None,
            tally: Tally::new(at),
            share: 0,
            draws: Vec::new(),
            joined: 0,
            look: None,
            ramp_since: at,
            ramp_used: 0,
        }
    }
}

/// A pool as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Pool {
    /// When it is reset next, as long as anything is spent.
    pub reset_at: Option<Timestamp>,
}

/// An offer that rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Offer {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
    /// Where it is.
    pub state: OfferState,
    /// What it takes of his capacity.
    pub claim: Claim,
    /// When it was made.
    pub since: Timestamp,
    /// Who chose the agent.
    pub by: OfferedBy,
}
