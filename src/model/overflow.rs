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
/// `waited` has a deadline of its own, alone and as a part of others. `ahead` is counted as work
/// enters the queue. The others are evaluated then, whenever the queue is inspected (see
/// [`QueueProfile::inspect_every`]), and whenever the time of a `waited` beside them has come.
///
/// ```
/// use strowger::model::{Comparison, OverflowAction, OverflowRule, Trigger};
/// use strowger::prelude::*;
///
/// // After a minute, if it is not among the next three; or at once, if one agent at most could
/// // take it.
/// let late = Trigger::Waited(Span::from_mins(1));
/// let far = Trigger::Position { is: Comparison::More, value: 3 };
/// let few = Trigger::Eligible { is: Comparison::AtMost, value: 1 };
/// let when = Trigger::Any(vec![Trigger::All(vec![late, far]), few]);
/// let support = QueueProfile::default()
///     .with_overflow([OverflowRule::new(when, OverflowAction::OfferCallback)]);
/// assert_eq!(support.overflow.len(), 1);
/// ```
///
/// [`QueueProfile::inspect_every`]: crate::model::QueueProfile::inspect_every
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trigger {
    /// All of these hold: at least one, of which each may have parts of its own. A trigger has at
    /// most 32 parts in all, and they are nested at most four deep.
    All(Vec<Self>),
    /// One of these holds at least, as many and as deep as those of [`All`](Self::All).
    Any(Vec<Self>),
    /// It has been in this queue for so long.
    Waited(Span),
    /// As it entered at least so many others were waiting here (Azure Job Router: queue length).
    /// It is remembered for the stay. A rule that is added later does not know it, and takes it
    /// for none.
    Ahead(u32),
    /// Its place in the line now, from 1, compares. At an inspection the places of all that waits
    /// are taken before any rule is done.
    Position {
        /// How.
        is: Comparison,
        /// With what.
        value: u32,
    },
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
    /// The number of members who could take this very work compares: those who are there as
    /// [`NobodyEligible`](Self::NobodyEligible) says, with room or without.
    Eligible {
        /// How.
        is: Comparison,
        /// With what.
        value: u32,
    },
    /// The queue's calendar says it is closed.
    Closed,
    /// A quantity of this queue, or of another one, compares.
    Queue(QueueCondition),
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

/// True if a rule or a ring need not hold for any time.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_at_once(holds_for: &Span) -> bool {
    holds_for.is_zero()
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
        /// Which time counts as waiting, for [`Trigger::Waited`] and `holds_for`; to the others it
        /// says nothing. `None`: that which the queue counts
        /// ([`QueueProfile::counts`](crate::model::QueueProfile::counts)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub counts: Option<WaitClock> => with_counts(into),
        /// How long the trigger must hold without a break before the rule is done; zero: the rule
        /// is done as soon as it holds. The time begins with the call that finds that it holds. At
        /// its end the trigger is evaluated once more. If it does not hold then, or at any
        /// evaluation before, the time begins anew with the next call that finds that it holds.
        /// While the work is offered nothing is evaluated: a time that ends meanwhile ends as the
        /// work waits again.
        #[serde(default, skip_serializing_if = "is_at_once")]
        pub holds_for: Span => with_holds_for,
        /// The action of the rule.
        pub then: OverflowAction => with_then,
    }
}

impl OverflowRule {
    /// This, when that is so.
    #[must_use]
    pub const fn new(when: Trigger, then: OverflowAction) -> Self {
        Self { when, counts: None, holds_for: Span::ZERO, then }
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
    /// use strowger::prelude::*;
    ///
    /// // The back office, in ring 3, helps while ten or more wait.
    /// let crowded = QueueCondition::new(Measure::Waiting, Comparison::AtLeast, 10);
    /// let back_office = ConditionalRing::new(3, vec![crowded]);
    /// assert_eq!(back_office.ring, 3);
    ///
    /// // Or while two or more are free elsewhere, in queue 7; and in either case not before that
    /// // has been so for a minute.
    /// let idle = QueueCondition::new(Measure::Idle, Comparison::AtLeast, 2)
    ///     .with_queue(QueueId::from_raw(7));
    /// let patient = back_office.or_when([idle]).with_holds_for(Span::from_mins(1));
    /// assert_eq!(patient.or_when.len(), 1);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct ConditionalRing {
        /// The ring: 0 to 15.
        pub ring: u8 => with_ring,
        /// The conditions, one to ten, all of which must hold.
        pub when: Vec<QueueCondition> => with_when(each QueueCondition),
        /// Up to ten other lists like `when`. The ring joins while all conditions of one list hold,
        /// whichever list that is.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub or_when: Vec<Vec<QueueCondition>> => with_or_when(each Vec<QueueCondition>),
        /// How long that must be so without a break before the ring joins, on the clock of the
        /// queue; zero: the ring joins at the inspection that finds it. The time begins with such
        /// an inspection, and at its end the queue is inspected once more. A ring that has joined
        /// leaves at the first inspection that finds it is so no more.
        #[serde(default, skip_serializing_if = "is_at_once")]
        pub holds_for: Span => with_holds_for,
    }
}

impl ConditionalRing {
    /// This ring, while all of these conditions hold.
    #[must_use]
    pub fn new(ring: u8, when: impl IntoIterator<Item = QueueCondition>) -> Self {
        let when = when.into_iter().collect();
        Self { ring, when, or_when: Vec::new(), holds_for: Span::ZERO }
    }

    /// Or while all of these conditions hold.
    #[must_use]
    pub fn or_when(mut self, when: impl IntoIterator<Item = QueueCondition>) -> Self {
        self.or_when.push(when.into_iter().collect());
        self
    }

    /// The lists of conditions, of which one must hold as a whole.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &[QueueCondition]> {
        core::iter::once(&self.when).chain(&self.or_when).map(|list| &**list)
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        let queues = self.lists().flatten().filter_map(|condition| condition.queue);
        queues.for_each(|queue| name(queue.into()));
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
        /// ... in a time of this length, counted from the first of them. If it does not end before
        /// the end of time ([`Timestamp::MAX`](crate::Timestamp::MAX)), the queue offers no more.
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
    /// The deepest that triggers are nested, a round number that was not measured.
    const DEPTH_MAX: u32 = 4;
    /// The most parts of a trigger, itself included: as many as a queue has rules.
    const PARTS_MAX: u32 = RULES_MAX;

    /// True if this is so of a part that has no parts.
    fn has(&self, is: &dyn Fn(&Self) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.has(is)),
            part => is(part),
        }
    }

    /// True if the trigger is evaluated again and again as work waits.
    #[must_use]
    pub(crate) fn is_watched(&self) -> bool {
        self.has(&|part| !matches!(part, Self::Waited(_) | Self::Ahead(_)))
    }

    /// True if a part of it holds because so many waited as work entered, and at least one.
    pub(crate) fn is_reached(&self, ahead: u32) -> bool {
        self.has(&|part| matches!(part, Self::Ahead(least) if (1..=ahead).contains(least)))
    }

    /// Names every place in the line that it asks for.
    pub(crate) fn places(&self, name: &mut dyn FnMut(u32)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.places(name)),
            Self::Position { value, .. } => name(*value),
            _ => {}
        }
    }

    /// Names every wait that it asks for.
    pub(crate) fn waits(&self, name: &mut dyn FnMut(Span)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.waits(name)),
            Self::Waited(span) => name(*span),
            _ => {}
        }
    }

    fn check(&self, depth: u32, size: &mut u32) -> Result<(), Invalid> {
        let field = "overflow.when";
        *size += 1;
        if depth > Self::DEPTH_MAX {
            return Err(Invalid::new(field, Problem::TooDeep { max: Self::DEPTH_MAX }));
        }
        if *size > Self::PARTS_MAX {
            return Err(Invalid::new(field, Problem::TooLong { max: Self::PARTS_MAX }));
        }
        match self {
            Self::All(parts) | Self::Any(parts) if parts.is_empty() => {
                Err(Invalid::new(field, Problem::Empty))
            }
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().try_for_each(|part| part.check(depth + 1, size))
            }
            Self::Waited(span) | Self::EstimatedWait { at_least: span, .. } => {
                Invalid::some_time(field, *span)
            }
            Self::Ahead(_)
            | Self::Position { .. }
            | Self::NobodyStaffed
            | Self::NobodyEligible
            | Self::Eligible { .. }
            | Self::Closed
            | Self::Queue(_) => Ok(()),
        }
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.mentions(name));
            }
            Self::Queue(condition) => {
                condition.queue.into_iter().for_each(|queue| name(queue.into()));
            }
            _ => {}
        }
    }
}

impl OverflowRule {
    /// True if nothing is remembered of the rule before it is done: it has one condition, which
    /// need not hold for any time.
    pub(crate) const fn is_plain(&self) -> bool {
        self.holds_for.is_zero() && !matches!(self.when, Trigger::All(_) | Trigger::Any(_))
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.when.mentions(name);
        if let OverflowAction::Move { queue, .. } = self.then {
            name(queue.into());
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

/// The number in a changed list of a rule that had this number in the old list, if it is there.
pub(crate) fn number_of(old: &[OverflowRule], new: &[OverflowRule], number: u8) -> Option<u8> {
    let number = usize::from(number);
    let rule = old.get(number)?;
    // Of several that say the same each stays the first, the second ...
    let earlier = old.iter().take(number).filter(|known| *known == rule).count();
    (0..).zip(new).filter(|(_, known)| *known == rule).nth(earlier).map(|(number, _)| number)
}

/// The most rules of overflow a queue may have.
pub(crate) const RULES_MAX: u32 = 32;

pub(crate) fn check_rules(rules: &[OverflowRule]) -> Result<(), Invalid> {
    Invalid::length("overflow", rules.len(), RULES_MAX)?;
    for rule in rules {
        rule.when.check(1, &mut 0)?;
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
        Invalid::length("conditional.or_when", conditional.or_when.len(), 10)?;
        for (field, list) in conditional.lists().enumerate() {
            let field = if field == 0 { "conditional.when" } else { "conditional.or_when" };
            let conditions = u8::try_from(list.len()).unwrap_or(u8::MAX);
            Invalid::range(field, conditions, 1, 10)?;
        }
        if rings.iter().take(n).any(|earlier| earlier.ring == conditional.ring) {
            return Err(Invalid::new("conditional.ring", Problem::Duplicate));
        }
    }
    Ok(())
}
