//! Service level: what it is counted from, and the formulas that are in use.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::figures::sums::{permille, sums};
use crate::policy::tally::Counts;

sums! {
    /// The counts that service levels are made of: how stays in a queue began and ended.
    ///
    /// The first four are the same as in [`Counts`], by the same rules.
    ///
    /// ```
    /// use strowger::figures::{ServiceCounts, ServiceLevel};
    ///
    /// let mut counts = ServiceCounts::default();
    /// (counts.offered, counts.answered, counts.in_target) = (12, 8, 6);
    /// (counts.abandoned, counts.abandoned_in_target, counts.abandoned_short) = (2, 1, 1);
    /// assert_eq!(counts.service_level(ServiceLevel::Ended), Some(600));
    /// assert_eq!(counts.service_level(ServiceLevel::ShortExcluded), Some(666));
    /// assert_eq!(counts.abandonment_rate(), Some(166));
    /// ```
    pub struct ServiceCounts {
        /// Work entered the line: the queue was offered it.
        pub offered: u32,
        /// Work went from the line to an agent.
        pub answered: u32,
        /// Of these, those that had waited no longer than the queue's service target, the very
        /// target included, in the time that the queue counts ([`QueueProfile::counts`]).
        ///
        /// [`QueueProfile::counts`]: crate::model::QueueProfile::counts
        pub in_target: u32,
        /// The same by the wall clock, whatever the queue counts.
        pub in_wall_target: u32,
        /// The customer left the line.
        pub abandoned: u32,
        /// Of these, those who left within the target, the very target included, in the time that
        /// the queue counts.
        pub abandoned_in_target: u32,
        /// Of all who left, those who did before [`FiguresConfig::short_abandon`] had passed.
        ///
        /// [`FiguresConfig::short_abandon`]: crate::figures::FiguresConfig::short_abandon
        pub abandoned_short: u32,
    }
}

/// A formula of the service level. All divide what was served well by what had to be served; they
/// differ in what an abandonment counts as.
///
/// ```
/// use strowger::figures::{ServiceCounts, ServiceLevel};
///
/// let mut counts = ServiceCounts::default();
/// (counts.offered, counts.answered, counts.in_target) = (4, 2, 1);
/// assert_eq!(counts.service_level(ServiceLevel::Answered), Some(500));
/// assert_eq!(counts.service_level(ServiceLevel::Offered), Some(250));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServiceLevel {
    /// Answered in target / answered. Who left does not count at all.
    Answered,
    /// Answered in target / (answered + abandoned). Every abandonment counts against it. The one
    /// the engine uses for its rules ([`Counts::service_level`]).
    Ended,
    /// Answered in target / (answered + abandoned after the target). Who left within the target is
    /// ignored (Cisco: ignore abandoned).
    EarlyExcluded,
    /// (Answered + abandoned in target) / (answered + abandoned). Who left within the target was
    /// served in time (Cisco: abandoned have a positive impact).
    EarlyIsGood,
    /// Answered in target / (answered + abandoned − short). Who left short is ignored.
    ShortExcluded,
    /// (Answered in target + short) / (answered + abandoned). Who left short was served in time.
    ShortIsGood,
    /// Answered in target / offered. What still waits, or was sent elsewhere, counts against it.
    /// Within one interval it may exceed 1000: answered may be what came before.
    Offered,
}

impl ServiceLevel {
    /// All formulas.
    pub const ALL: [Self; 7] = [
        Self::Answered,
        Self::Ended,
        Self::EarlyExcluded,
        Self::EarlyIsGood,
        Self::ShortExcluded,
        Self::ShortIsGood,
        Self::Offered,
    ];
}

/// How long a stay in a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waited {
    /// By the wall clock.
    pub(super) wall: Span,
    /// In the open time of the queue's calendar.
    pub(super) open: Span,
    /// The one that the queue counts.
    pub(super) counted: Span,
}

/// How a stay in a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum StayEnd {
    Answered { in_target: bool, in_wall_target: bool },
    Abandoned { in_target: bool, short: bool },
    Otherwise,
}

impl StayEnd {
    /// Work that waited so long went to an agent.
    pub(super) fn answered(wait: Waited, target: Span) -> Self {
        Self::Answered { in_target: wait.counted <= target, in_wall_target: wait.wall <= target }
    }

    /// Its customer left instead.
    pub(super) fn abandoned(wait: Waited, target: Span, short: Span) -> Self {
        Self::Abandoned { in_target: wait.counted <= target, short: wait.wall < short }
    }
}

impl ServiceCounts {
    /// The service level by a formula, in thousandths, rounded down; none where it divides by
    /// nothing.
    #[must_use]
    pub fn service_level(&self, formula: ServiceLevel) -> Option<u16> {
        let [answered, in_target, abandoned, early, short, offered] = [
            self.answered,
            self.in_target,
            self.abandoned,
            self.abandoned_in_target,
            self.abandoned_short,
            self.offered,
        ]
        .map(u64::from);
        let ended = answered + abandoned;
        match formula {
            ServiceLevel::Answered => permille(in_target, answered),
            ServiceLevel::Ended => self.counts().service_level(),
            ServiceLevel::EarlyExcluded => permille(in_target, ended.saturating_sub(early)),
            ServiceLevel::EarlyIsGood => permille(in_target + early, ended),
            ServiceLevel::ShortExcluded => permille(in_target, ended.saturating_sub(short)),
            ServiceLevel::ShortIsGood => permille(in_target + short, ended),
            ServiceLevel::Offered => permille(in_target, offered),
        }
    }

    /// Abandoned / offered in thousandths, rounded down; none if nothing was offered.
    #[must_use]
    pub fn abandonment_rate(&self) -> Option<u16> {
        permille(self.abandoned.into(), self.offered.into())
    }

    /// The four counts that the engine keeps of its own queues.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        Counts {
            arrivals: self.offered,
            answered: self.answered,
            in_target: self.in_target,
            abandoned: self.abandoned,
        }
    }

    /// Counts the end of a stay.
    pub(super) fn end(&mut self, outcome: StayEnd) {
        let mut ended = Self::default();
        match outcome {
            StayEnd::Answered { in_target, in_wall_target } => {
                ended.answered = 1;
                ended.in_target = in_target.into();
                ended.in_wall_target = in_wall_target.into();
            }
            StayEnd::Abandoned { in_target, short } => {
                ended.abandoned = 1;
                ended.abandoned_in_target = in_target.into();
                ended.abandoned_short = short.into();
            }
            StayEnd::Otherwise => {}
        }
        self.add(&ended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_formula_by_its_definition() {
        let counts = ServiceCounts {
            offered: 100,
            answered: 60,
            in_target: 45,
            in_wall_target: 40,
            abandoned: 20,
            abandoned_in_target: 12,
            abandoned_short: 5,
        };
        let levels = ServiceLevel::ALL.map(|formula| counts.service_level(formula));
        // 45/60, 45/80, 45/68, 57/80, 45/75, 50/80, 45/100.
        assert_eq!(levels, [750, 562, 661, 712, 600, 625, 450].map(Some));
        assert_eq!(counts.service_level(ServiceLevel::Ended), counts.counts().service_level());
    }

    #[test]
    fn nothing_of_nothing_is_none() {
        let nothing = ServiceCounts::default();
        assert!(ServiceLevel::ALL.iter().all(|formula| nothing.service_level(*formula).is_none()));
        let early = ServiceCounts {
            offered: 1,
            abandoned: 1,
            abandoned_in_target: 1,
            abandoned_short: 1,
            ..nothing
        };
        assert_eq!(early.service_level(ServiceLevel::EarlyExcluded), None);
        assert_eq!(early.service_level(ServiceLevel::ShortExcluded), None);
        assert_eq!(early.service_level(ServiceLevel::ShortIsGood), Some(1_000));
    }

    #[test]
    fn the_target_is_in_target_and_the_threshold_is_not_short() {
        let (target, short) = (Span::from_secs(20), Span::from_secs(5));
        let later = |span: Span| Span::from_millis(span.as_millis() + 1);
        let earlier = Span::from_millis(4_999);
        let wall = |wait| Waited { wall: wait, open: Span::ZERO, counted: wait };
        let answered = |wait| match StayEnd::answered(wait, target) {
            StayEnd::Answered { in_target, in_wall_target } => (in_target, in_wall_target),
            StayEnd::Abandoned { .. } | StayEnd::Otherwise => (false, false),
        };
        assert_eq!(answered(wall(target)), (true, true));
        assert_eq!(answered(wall(later(target))), (false, false));
        // A night in which nobody was there.
        let open = |wait| Waited { counted: wait, ..wall(Span::from_mins(900)) };
        assert_eq!(answered(open(target)), (true, false));
        assert_eq!(answered(open(later(target))), (false, false));
        let left = |wait| match StayEnd::abandoned(wall(wait), target, short) {
            StayEnd::Abandoned { in_target, short } => (in_target, short),
            StayEnd::Answered { .. } | StayEnd::Otherwise => (false, false),
        };
        assert_eq!(left(earlier), (true, true));
        assert_eq!(left(short), (true, false));
        assert_eq!(left(later(target)), (false, false));
    }
}
