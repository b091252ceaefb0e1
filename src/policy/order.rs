//! In what order work waits: one total key.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::model::ids::WorkId;
use crate::model::priority::Priority;
use crate::model::queue::Order;
use crate::model::requeue::Requeue;

/// One point of priority is worth one minute of waiting (Genesys Cloud).
pub const MILLIS_PER_POINT: i64 = 60_000;

/// Where work stands: whether at the front, and the time of entry its score counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// At the front, before every priority.
    pub front: bool,
    /// The time of entry that counts.
    pub since: Timestamp,
}

impl Place {
    /// At the front or not, with this time of entry.
    #[must_use]
    pub const fn new(front: bool, since: Timestamp) -> Self {
        Self { front, since }
    }

    /// The place of work that comes back under a policy.
    #[must_use]
    pub const fn after(self, requeue: Requeue, now: Timestamp) -> Self {
        match requeue {
            Requeue::Front => Self { front: true, since: self.since },
            Requeue::KeepScore => self,
            Requeue::Reset => Self { front: false, since: now },
        }
    }
}

/// The properties of waiting work on which its order depends.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The work itself; its number is the sequence of arrival.
    pub work: WorkId,
    /// Where it stands.
    pub place: Place,
    /// How urgent it is.
    pub priority: Priority,
    /// Waiting time given to it.
    pub credit: Span,
    /// By when it should be accepted.
    pub due: Option<Timestamp>,
    /// In what time it should be answered, if it says so itself.
    pub objective: Option<Span>,
    /// The numbers of the queue's sort keys for it.
    pub sort: [i64; 2],
}

/// The place of one piece of work among all that waits; the lowest key goes first. Total: the last
/// part is the sequence of arrival.
///
/// Under [`Order::Ratio`] and [`Order::PriorityRatio`] the order changes as time goes on, but not
/// among work of the same objective. Keys compare as they stand within one objective; otherwise
/// compare what they are [`at`](Self::at) the instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineKey {
    behind: bool,
    class: u8,
    major: i64,
    minor: i64,
    last: i64,
    /// The work.
    pub work: WorkId,
}

/// The class of work ordered by ratio, among the orders of queues.
const RATIO: u8 = 4;

/// The same, where priority comes before the ratio.
const PRIORITY_RATIO: u8 = 6;

#[cfg(test)]
impl LineKey {
    /// Work that came in the order of its ids, with nothing else to tell it apart.
    pub(crate) const fn by_id(work: WorkId) -> Self {
        Self { behind: false, class: 0, major: 0, minor: 0, last: 0, work }
    }
}

impl LineKey {
    /// Lower than every key there is.
    pub const FIRST: Self = Self {
        behind: false,
        class: 0,
        major: i64::MIN,
        minor: i64::MIN,
        last: i64::MIN,
        work: WorkId::from_raw(0),
    };

    /// The key of work under a queue's order and service target.
    #[must_use]
    pub fn new(order: Order, target: Span, waiting: &Waiting) -> Self {
        let since = waiting.place.since.as_millis();
        let credited = (waiting.place.since - waiting.credit).as_millis();
        let points = i64::from(waiting.priority.0);
        let score = credited.saturating_sub(points * MILLIS_PER_POINT);
        let (class, major, minor, last) = match order {
            Order::Priority => (0, -points, credited, 0),
            Order::Sorted => {
                let [first, second] = waiting.sort;
                (1, first, second, credited)
            }
            Order::Deadline => {
                let due = waiting.due.unwrap_or(waiting.place.since + target);
                (2, due.as_millis(), credited, 0)
            }
            Order::Score => (3, score, 0, 0),
            Order::Ratio => (RATIO, score, 0, objective(target, waiting)),
            Order::PriorityRatio => (PRIORITY_RATIO, -points, credited, objective(target, waiting)),
            Order::Lifo => {
                let latest = i64::try_from(waiting.work.raw()).unwrap_or(i64::MAX);
                (5, since.saturating_neg(), -latest, 0)
            }
        };
        Self { behind: !waiting.place.front, class, major, minor, last, work: waiting.work }
    }

    /// True if the key compares otherwise as time goes on.
    #[must_use]
    pub const fn moves(&self) -> bool {
        matches!(self.class, RATIO | PRIORITY_RATIO)
    }

    /// The key as it compares at an instant: under [`Order::Ratio`] by age in millionths of the
    /// objective, highest first, then by age; under [`Order::PriorityRatio`] by priority before
    /// both. All others compare the same at all times.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.class {
            RATIO => {
                let since = self.major;
                Self { major: -ratio(since, self.last, now), minor: since, last: 0, ..self }
            }
            PRIORITY_RATIO => {
                let since = self.minor;
                Self { minor: -ratio(since, self.last, now), last: since, ..self }
            }
            _ => self,
        }
    }
}

/// In what time work should be answered, in milliseconds, at least one.
fn objective(target: Span, waiting: &Waiting) -> i64 {
    let objective = waiting.objective.unwrap_or(target).as_millis().max(1);
    i64::try_from(objective).unwrap_or(i64::MAX)
}

/// The age of what counts since an instant, in millionths of its objective.
fn ratio(since: i64, objective: i64, now: Timestamp) -> i64 {
    let age = i128::from(now.as_millis()) - i128::from(since);
    let ratio = age.saturating_mul(1_000_000) / i128::from(objective);
    let bound = i128::from(i64::MAX);
    i64::try_from(ratio.clamp(-bound, bound)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(order: Order, at: i64, priority: i32, work: u64) -> LineKey {
        let place = Place { front: false, since: Timestamp::from_millis(at) };
        let waiting = Waiting {
            work: WorkId::from_raw(work),
            place,
            priority: Priority(priority),
            credit: Span::ZERO,
            due: None,
            objective: None,
            sort: [0; 2],
        };
        LineKey::new(order, Span::from_secs(20), &waiting)
    }

    #[test]
    fn one_point_of_priority_is_worth_one_minute() {
        // Five minutes and ten points beat twelve minutes (Genesys Cloud's example).
        let young = key(Order::Score, -300_000, 10, 2);
        let old = key(Order::Score, -720_000, 0, 1);
        assert!(young < old);
        assert!(key(Order::Score, 60_000, 1, 1) < key(Order::Score, 1, 0, 2));
        assert!(key(Order::Score, 60_001, 1, 2) > key(Order::Score, 0, 0, 1));
    }

    #[test]
    fn strict_priority_takes_no_account_of_age() {
        assert!(key(Order::Priority, 1_000_000, 10, 2) < key(Order::Priority, 0, 9, 1));
        assert!(key(Order::Priority, 0, 9, 2) < key(Order::Priority, 1, 9, 1));
        assert!(key(Order::Priority, 1_000_000, 0, 2) < key(Order::Score, 0, 100, 1));
    }

    #[test]
    fn last_in_is_first_out_among_equal_instants_too() {
        assert!(key(Order::Lifo, 2, 0, 2) < key(Order::Lifo, 1, 0, 1));
        assert!(key(Order::Lifo, 1, 0, 2) < key(Order::Lifo, 1, 0, 1));
    }

    #[test]
    fn the_front_beats_any_priority_and_keeps_the_score_among_itself() {
        let at = |front, since, work| {
            let place = Place { front, since: Timestamp::from_millis(since) };
            let (priority, credit) = (Priority::MAX, Span::ZERO);
            let work = WorkId::from_raw(work);
            let objective = None;
            let urgent =
                Waiting { work, place, priority, credit, due: None, objective, sort: [0; 2] };
            LineKey::new(Order::Score, Span::ZERO, &urgent)
        };
        assert!(at(true, 9, 3) < at(false, 0, 1));
        assert!(at(true, 8, 4) < at(true, 9, 3));
    }

    #[test]
    fn a_minute_of_half_a_minute_comes_before_a_minute_of_two() {
        // Genesys Engage's example, and the instant at which the order is reversed.
        let key = |at, objective, work| {
            let waiting = Waiting {
                work: WorkId::from_raw(work),
                place: Place { front: false, since: Timestamp::from_millis(at) },
                priority: Priority(0),
                credit: Span::ZERO,
                due: None,
                objective: Some(Span::from_secs(objective)),
                sort: [0; 2],
            };
            move |now| {
                LineKey::new(Order::Ratio, Span::ZERO, &waiting).at(Timestamp::from_millis(now))
            }
        };
        let (short, long) = (key(0, 30, 2), key(0, 120, 1));
        assert!(short(60_000) < long(60_000));
        // Ninety seconds younger, but four times as fast: they are level at 120 s.
        let (young, old) = (key(90_000, 30, 2), key(0, 120, 1));
        assert!(old(119_999) < young(119_999));
        assert!(young(120_001) < old(120_001));
    }

    #[test]
    fn extreme_values_saturate() {
        let place = Place { front: false, since: Timestamp::from_millis(i64::MIN) };
        let waiting = Waiting {
            work: WorkId::from_raw(u64::MAX),
            place,
            priority: Priority::MAX,
            credit: Span::from_millis(u64::MAX),
            due: None,
            objective: None,
            sort: [0; 2],
        };
        for order in [
            Order::Score,
            Order::Priority,
            Order::Deadline,
            Order::Lifo,
            Order::Ratio,
            Order::Sorted,
        ] {
            for now in [Timestamp::MAX, Timestamp::from_millis(i64::MIN)] {
                let _ = LineKey::new(order, Span::from_millis(u64::MAX), &waiting).at(now);
                let _ = LineKey::new(order, Span::ZERO, &waiting).at(now);
            }
        }
    }
}
