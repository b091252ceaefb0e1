//! What becomes of work that comes to a queue, or waits in it, when things are not as they should
//! be; and rings of helpers who join while that lasts.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Span;
use crate::model::calendar::WaitClock;
use crate::model::estimator::Estimator;
use crate::model::ids::{Entity, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::need::Comparison;
use crate::model::relaxation::Relaxation;
use crate::model::requeue::Requeue;

/// When a rule of overflow is meant. Thresholds are inclusive: at the very value it holds.
///
/// `waited` has a deadline of its own. `ahead` is evaluated as work enters the queue, the others
/// then and whenever the queue is inspected (see [`QueueProfile::inspect_every`]).
///
/// [`QueueProfile::inspect_every`]: crate::model::QueueProfile::inspect_every
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trigger {
    /// It has been in this queue for so long.
    Waited(Span),
    /// As it entered at least so many others were waiting here (Azure Job Router: queue length).
    Ahead(u32),
    /// Whoever comes now is estimated to wait at least so long.
    EstimatedWait {
        /// By which estimator.
        by: Estimator,
        /// How long.
        at_least: Span,
    },
    /// No member is there for the channel of this work, whatever it needs: their presence opens the
    /// channel, they respond, do not drain, and their ring is no conditional one or has joined.
    /// What they have does not count.
    NobodyStaffed,
    /// No member who could take this very work is there: as [`NobodyStaffed`](Self::NobodyStaffed),
    /// and they meet the need in a ring that sees the work now.
    NobodyEligible,
    /// The queue's calendar says it is closed.
    Closed,
}

/// The action of an overflow rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OverflowAction {
    /// Its priority rises, or falls, by so many points.
    RaisePriority(i32),
    /// It moves to another queue. If that is full or retired it stays, and the queue's last resort
    /// is done.
    Move {
        /// The other queue.
        queue: QueueId,
        /// Where it goes in the line.
        #[serde(default = "keep_score")]
        placement: Requeue,
    },
    /// It is offered to members as far out as this ring as well, and stays in the queue.
    AlsoOffer {
        /// The ring: 1 to 15.
        ring: u8,
    },
    /// It goes on to the next step of its relaxation at once.
    Relax,
    /// The customer is to be offered a call back. The host does it; see
    /// [`RequestCallback`](crate::command::RequestCallback).
    OfferCallback,
    /// It is closed.
    Close {
        /// The message for the customer, in the host's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Key>,
    },
}

const fn keep_score() -> Requeue {
    Requeue::KeepScore
}

growing! {
    /// One rule. Each is done at most once in a stay in the queue, also if the list is changed
    /// meanwhile: one that says the same is the same.
    ///
    /// ```
    /// use strowger::model::{OverflowAction, OverflowRule, Trigger};
    /// use strowger::prelude::*;
    ///
    /// // Azure Job Router's example: more urgent after a minute.
    /// let minute = Trigger::Waited(Span::from_mins(1));
    /// let support = QueueProfile::default()
    ///     .with_overflow([OverflowRule::new(minute, OverflowAction::RaisePriority(10))]);
    /// assert_eq!(support.overflow.len(), 1);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct OverflowRule {
        /// When.
        pub when: Trigger => with_when,
        /// Which time counts as waiting, for [`Trigger::Waited`]; to the others it says nothing.
        /// `None`: that which the queue counts
        /// ([`QueueProfile::counts`](crate::model::QueueProfile::counts)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub counts: Option<WaitClock> => with_counts(into),
        /// The action of the rule.
        pub then: OverflowAction => with_then,
    }
}

impl OverflowRule {
    /// This, when that is so.
    #[must_use]
    pub const fn new(when: Trigger, then: OverflowAction) -> Self {
        Self { when, counts: None, then }
    }
}

/// The action on work that should move and cannot, because the other queue is full or retired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LastResort {
    /// It stays where it is.
    #[default]
    Stay,
    /// It is closed.
    Close,
    /// It moves to this queue, full or not (D365: fallback queue).
    Move {
        /// The queue.
        queue: QueueId,
    },
}

/// A quantity that can be measured of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// How much waits.
    Waiting,
    /// How long the oldest of what waits has been in the queue, in milliseconds.
    OldestWait,
    /// How long whoever comes now will wait, in milliseconds.
    EstimatedWait(Estimator),
    /// The service level, in thousandths.
    ServiceLevel,
    /// Members who are staffed, free or busy: their presence opens a channel, they respond, do not
    /// drain, and their ring is no conditional one or has joined.
    Staffed,
    /// Members who are staffed and have room for something now.
    Idle,
}

growing! {
    /// A comparison of a measure. One that has no value, for want of experience, does not hold.
    ///
    /// ```
    /// use strowger::model::{Comparison, Measure, QueueCondition};
    ///
    /// // Less than 80.0 % answered in target over the last hour.
    /// let poor = QueueCondition::new(Measure::ServiceLevel, Comparison::Less, 800);
    /// assert_eq!(poor.queue, None);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct QueueCondition {
        /// The queue that is measured; `None`: the one whose rule it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub queue: Option<QueueId> => with_queue(into),
        /// The quantity that is measured.
        pub measure: Measure => with_measure,
        /// How it must compare.
        pub is: Comparison => with_is,
        /// With what: a number, milliseconds or thousandths.
        pub value: i64 => with_value,
    }
}

impl QueueCondition {
    /// A condition on the queue whose rule it is.
    #[must_use]
    pub const fn new(measure: Measure, is: Comparison, value: i64) -> Self {
        Self { queue: None, measure, is, value }
    }
}

growing! {
    /// A ring of members who help as long as conditions hold, and no longer (Genesys Cloud:
    /// conditional group activation). For them the steps of a relaxation do not count: they see all
    /// of the queue's work, or none.
    ///
    /// ```
    /// use strowger::model::{Comparison, ConditionalRing, Measure, QueueCondition};
    ///
    /// // The back office, in ring 3, helps while ten or more wait.
    /// let crowded = QueueCondition::new(Measure::Waiting, Comparison::AtLeast, 10);
    /// let back_office = ConditionalRing::new(3, vec![crowded]);
    /// assert_eq!(back_office.ring, 3);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct ConditionalRing {
        /// The ring: 0 to 15.
        pub ring: u8 => with_ring,
        /// The conditions, one to ten, all of which must hold.
        pub when: Vec<QueueCondition> => with_when(each QueueCondition),
    }
}

impl ConditionalRing {
    /// This ring, while all of these conditions hold.
    #[must_use]
    pub fn new(ring: u8, when: impl IntoIterator<Item = QueueCondition>) -> Self {
        Self { ring, when: when.into_iter().collect() }
    }
}

growing! {
    /// A bound on how fast routing offers what waits in a queue (burst return: after an outage or a
    /// holiday, not everything is pushed in the same second).
    ///
    /// ```
    /// use strowger::model::Ramp;
    /// use strowger::prelude::*;
    ///
    /// assert_eq!(Ramp::per_second(5), Ramp::new(5, Span::from_secs(1)));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Ramp {
        /// So many offers at most ...
        pub offers: u16 => with_offers,
        /// ... in a time of this length, counted from the first of them.
        pub per: Span => with_per,
    }
}

impl Ramp {
    /// So many in a time of this length.
    #[must_use]
    pub const fn new(offers: u16, per: Span) -> Self {
        Self { offers, per }
    }

    /// So many a second.
    #[must_use]
    pub const fn per_second(offers: u16) -> Self {
        Self { offers, per: Span::from_secs(1) }
    }
}

impl Trigger {
    /// True if the trigger is evaluated again and again as work waits.
    #[must_use]
    pub(crate) const fn is_watched(self) -> bool {
        match self {
            Self::EstimatedWait { .. }
            | Self::NobodyStaffed
            | Self::NobodyEligible
            | Self::Closed => true,
            Self::Waited(_) | Self::Ahead(_) => false,
        }
    }
}

/// Which rules of a changed list were done, one bit each, where `done` says it of the old list: a
/// rule is what it says, wherever it stands.
pub(crate) fn done_of(old: &[OverflowRule], new: &[OverflowRule], done: u32) -> u32 {
    let was_done = |rule: &OverflowRule| {
        let mut same = (0_u32..).zip(old).filter(|(_, known)| *known == rule);
        same.any(|(number, _)| done & (1 << (number % 32)) != 0)
    };
    let new = (0_u32..).zip(new).filter(|(_, rule)| was_done(rule));
    new.fold(0, |all, (number, _)| all | 1 << (number % 32))
}

/// The most rules of overflow a queue may have.
pub(crate) const RULES_MAX: u32 = 32;

pub(crate) fn check_rules(rules: &[OverflowRule]) -> Result<(), Invalid> {
    Invalid::length("overflow", rules.len(), RULES_MAX)?;
    for rule in rules {
        if let Trigger::Waited(span) | Trigger::EstimatedWait { at_least: span, .. } = rule.when {
            Invalid::some_time("overflow.when", span)?;
        }
        match rule.then {
            OverflowAction::RaisePriority(points) => {
                let max = i64::from(crate::model::priority::Priority::MAX.0);
                Invalid::range("overflow.then.raise_priority", points, -max, max)?;
            }
            OverflowAction::AlsoOffer { ring } => {
                let max = i64::from(Relaxation::RING_MAX);
                Invalid::range("overflow.then.also_offer.ring", ring, 1, max)?;
            }
            OverflowAction::Move { .. }
            | OverflowAction::Relax
            | OverflowAction::OfferCallback
            | OverflowAction::Close { .. } => {}
        }
    }
    Ok(())
}

pub(crate) fn check_rings(rings: &[ConditionalRing]) -> Result<(), Invalid> {
    for (n, conditional) in rings.iter().enumerate() {
        let max = i64::from(Relaxation::RING_MAX);
        Invalid::range("conditional.ring", conditional.ring, 0, max)?;
        let conditions = u8::try_from(conditional.when.len()).unwrap_or(u8::MAX);
        Invalid::range("conditional.when", conditions, 1, 10)?;
        if rings.iter().take(n).any(|earlier| earlier.ring == conditional.ring) {
            return Err(Invalid::new("conditional.ring", Problem::Duplicate));
        }
    }
    Ok(())
}

impl OverflowAction {
    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        if let Self::Move { queue, .. } = self {
            name((*queue).into());
        }
    }
}
