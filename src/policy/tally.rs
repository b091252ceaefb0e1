//! What a queue has experienced: moving averages, and counts over the last hour.
//!
//! All of it counts single stays: from work's entry into the line of the queue until it is
//! answered, is abandoned or leaves otherwise. So every wait here is a wait in this queue, from the
//! last entry on, and not the customer's whole wait.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};

/// An exponentially weighted moving average of lengths of time: each new one weighs one eighth,
/// all before it seven. The first stands for all before it. Kept in 1/256 ms, rounded down.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::policy::tally::Average;
///
/// let first = Average::default().with(Span::from_secs(80));
/// assert_eq!(first.mean(), Some(Span::from_secs(80)));
/// assert_eq!(first.with(Span::from_secs(160)).mean(), Some(Span::from_secs(90)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Average {
    parts: u64,
    samples: u32,
}

impl Average {
    /// Parts of a millisecond in which it is kept.
    pub const PARTS: u64 = 256;

    /// The average with one more length of time.
    #[must_use]
    pub fn with(self, span: Span) -> Self {
        let new = u128::from(span.as_millis()) * u128::from(Self::PARTS);
        let parts = if self.samples == 0 { new } else { (u128::from(self.parts) * 7 + new) / 8 };
        let parts = u64::try_from(parts).unwrap_or(u64::MAX);
        Self { parts, samples: self.samples.saturating_add(1) }
    }

    /// The average, if there was anything yet.
    #[must_use]
    pub fn mean(self) -> Option<Span> {
        self.parts().map(|parts| Span::from_millis(parts / Self::PARTS))
    }

    /// The average in 1/256 ms, if there was anything yet.
    #[must_use]
    pub fn parts(self) -> Option<u64> {
        (self.samples > 0).then_some(self.parts)
    }

    /// Over how much it was taken, however long ago; stops at the largest number there is.
    #[must_use]
    pub const fn samples(self) -> u32 {
        self.samples
    }
}

/// The counts of what happened in a queue in some time.
///
/// ```
/// use strowger::view::Counts;
///
/// let quiet = Counts::default();
/// assert_eq!(quiet.service_level(), None);
/// let mut busy = Counts::default();
/// (busy.arrivals, busy.answered, busy.in_target, busy.abandoned) = (12, 9, 8, 1);
/// assert_eq!(busy.service_level(), Some(800));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "[u32; 4]", into = "[u32; 4]")]
#[non_exhaustive]
pub struct Counts {
    /// Work entered its line: submitted to it, come from another queue, or back from an agent.
    /// Offers that were declined, and moves within the line, are no entries.
    pub arrivals: u32,
    /// Waiting or offered work went to an agent: accepted, pulled or forced.
    pub answered: u32,
    /// Of these, those that had waited no longer than the queue's service target, the very target
    /// included.
    pub in_target: u32,
    /// The customer left while it waited or was offered.
    pub abandoned: u32,
}

impl From<[u32; 4]> for Counts {
    fn from([arrivals, answered, in_target, abandoned]: [u32; 4]) -> Self {
        Self { arrivals, answered, in_target, abandoned }
    }
}

impl From<Counts> for [u32; 4] {
    fn from(counts: Counts) -> Self {
        [counts.arrivals, counts.answered, counts.in_target, counts.abandoned]
    }
}

impl Counts {
    /// The service level in thousandths, rounded down: answered in target / (answered + abandoned),
    /// the formula by which every abandonment counts against it (Cisco ICM: abandoned calls have a
    /// negative impact; Genesys Cloud: include abandons). None if nothing was answered or
    /// abandoned.
    #[must_use]
    pub fn service_level(self) -> Option<u16> {
        let ended = u64::from(self.answered) + u64::from(self.abandoned);
        let permille = (u64::from(self.in_target) * 1_000).checked_div(ended)?;
        u16::try_from(permille).ok()
    }

    /// How much left the line by being answered or abandoned.
    #[must_use]
    pub const fn ended(self) -> u32 {
        self.answered.saturating_add(self.abandoned)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            arrivals: self.arrivals.saturating_add(other.arrivals),
            answered: self.answered.saturating_add(other.answered),
            in_target: self.in_target.saturating_add(other.in_target),
            abandoned: self.abandoned.saturating_add(other.abandoned),
        }
    }
}

/// Twelve buckets of five minutes.
const BUCKETS: usize = 12;
const BUCKET: i64 = 300_000;

/// The statistics of a queue. Their size is fixed, whatever happens.
///
/// The window is the five minutes of the clock (UTC, from full five minutes to full five minutes)
/// that are under way and the eleven before: the last 55 to 60 minutes.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::policy::tally::Tally;
///
/// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
/// let mut tally = Tally::new(minute(0));
/// tally.arrive(minute(1));
/// tally.answer(minute(2), Span::from_mins(1), Span::from_secs(20));
/// assert_eq!(tally.waits().mean(), Some(Span::from_mins(1)));
/// assert_eq!(tally.window(minute(59)).answered, 1);
/// // The first five minutes of the hour have fallen out.
/// assert_eq!(tally.window(minute(60)).answered, 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    began: Timestamp,
    waits: Average,
    handling: Average,
    latest: i64,
    buckets: [Counts; BUCKETS],
}

/// The number of the bucket an instant is in, counted from the Unix epoch.
const fn bucket(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(BUCKET)
}

/// The place of a bucket: each place is used again after one round.
fn place(bucket: i64) -> usize {
    usize::try_from(bucket.rem_euclid(12)).unwrap_or(0)
}

impl Tally {
    /// That of a queue in which nothing has happened yet.
    #[must_use]
    pub fn new(began: Timestamp) -> Self {
        Self {
            began,
            waits: Average::default(),
            handling: Average::default(),
            latest: bucket(began),
            buckets: [Counts::default(); BUCKETS],
        }
    }

    /// Work entered the line.
    pub fn arrive(&mut self, at: Timestamp) {
        self.count(at, Counts { arrivals: 1, ..Counts::default() });
    }

    /// Work went to an agent after this wait.
    pub fn answer(&mut self, at: Timestamp, wait: Span, target: Span) {
        self.waits = self.waits.with(wait);
        let in_target = u32::from(wait <= target);
        self.count(at, Counts { answered: 1, in_target, ..Counts::default() });
    }

    /// The customer left before that.
    pub fn abandon(&mut self, at: Timestamp) {
        self.count(at, Counts { abandoned: 1, ..Counts::default() });
    }

    /// An agent was released from work. The span is how long it occupied the agent.
    pub fn handle(&mut self, span: Span) {
        self.handling = self.handling.with(span);
    }

    /// True if the tally can have come about: one that was read from somewhere need not.
    pub(crate) fn is_sound(&self) -> bool {
        let whole = |average: Average| average.samples > 0 || average.parts == 0;
        let counted = self.buckets.iter().all(|counts| counts.in_target <= counts.answered);
        whole(self.waits) && whole(self.handling) && counted && self.latest >= bucket(self.began)
    }

    /// True if nothing in the tally happened after this instant.
    pub(crate) fn is_past(&self, now: Timestamp) -> bool {
        self.began <= now && self.latest <= bucket(now)
    }

    fn count(&mut self, at: Timestamp, counts: Counts) {
        let now = bucket(at).max(self.latest);
        // What lies between the latest and now is empty; after a whole round all is.
        for passed in (self.latest.saturating_add(1)..=now).take(BUCKETS) {
            if let Some(old) = self.buckets.get_mut(place(passed)) {
                *old = Counts::default();
            }
        }
        self.latest = now;
        if let Some(counted) = self.buckets.get_mut(place(now)) {
            *counted = counted.plus(counts);
        }
    }

    /// How long work waited that went to an agent.
    #[must_use]
    pub const fn waits(&self) -> Average {
        self.waits
    }

    /// How long agents were occupied with work of the queue: from when they took it until they
    /// were released, wrap-up that counts included, time in which it was parked not.
    #[must_use]
    pub const fn handling(&self) -> Average {
        self.handling
    }

    /// The counts of the window that ends now.
    #[must_use]
    pub fn window(&self, now: Timestamp) -> Counts {
        let now = bucket(now).max(self.latest);
        // Buckets older than one round are not there, and those after the latest are empty.
        let kept = (self.latest.saturating_sub(11)..=self.latest)
            .filter(|kept| *kept > now.saturating_sub(12));
        let counts = kept.filter_map(|kept| self.buckets.get(place(kept)));
        counts.fold(Counts::default(), |sum, counts| sum.plus(*counts))
    }

    /// How long that window is by now: 55 to 60 minutes, or as long as the queue is defined.
    #[must_use]
    pub fn window_length(&self, now: Timestamp) -> Span {
        let first = bucket(now).saturating_sub(11).saturating_mul(BUCKET);
        now.since(Timestamp::from_millis(first).max(self.began))
    }
}

/// The service level of the window that ends now, in thousandths; see [`Counts::service_level`].
#[must_use]
pub fn service_level(tally: &Tally, now: Timestamp) -> Option<u16> {
    tally.window(now).service_level()
}

/// How long something has occupied an agent, who may put it aside in between.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::view::Stopwatch;
///
/// let second = |n: i64| Timestamp::from_millis(n * 1_000);
/// let parked = Stopwatch::from(second(10)).paused(second(40));
/// assert_eq!(parked.resumed(second(90)).read(second(100)), Span::from_secs(40));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopwatch {
    before: Span,
    since: Option<Timestamp>,
}

impl Stopwatch {
    /// One that runs from an instant on.
    #[must_use]
    pub const fn from(at: Timestamp) -> Self {
        Self { before: Span::ZERO, since: Some(at) }
    }

    /// It stands still.
    #[must_use]
    pub fn paused(self, at: Timestamp) -> Self {
        Self { before: self.read(at), since: None }
    }

    /// It runs on.
    #[must_use]
    pub fn resumed(self, at: Timestamp) -> Self {
        Self { since: self.since.or(Some(at)), ..self }
    }

    /// Since when the stopwatch runs, if it does.
    pub(crate) const fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// True if the stopwatch runs.
    #[must_use]
    pub const fn is_running(self) -> bool {
        self.since.is_some()
    }

    /// The time that the stopwatch shows.
    #[must_use]
    pub fn read(self, at: Timestamp) -> Span {
        let running = self.since.map_or(Span::ZERO, |since| at.since(since));
        Span::from_millis(self.before.as_millis().saturating_add(running.as_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn minute(n: i64) -> Timestamp {
        Timestamp::from_millis(n * 60_000)
    }

    #[test]
    fn the_average_forgets_by_eighths() {
        let mut average = Average::default();
        assert_eq!((average.mean(), average.samples()), (None, 0));
        for _ in 0..3 {
            average = average.with(Span::from_millis(8_000));
        }
        assert_eq!(average.mean(), Some(Span::from_millis(8_000)));
        average = average.with(Span::ZERO);
        assert_eq!(average.mean(), Some(Span::from_millis(7_000)));
        average = average.with(Span::from_millis(15_000));
        assert_eq!((average.mean(), average.samples()), (Some(Span::from_millis(8_000)), 5));
        let most = Span::from_millis(u64::MAX);
        assert!(average.with(most).with(most).mean() <= Some(most));
    }

    #[test]
    fn buckets_fall_out_one_after_the_other() {
        let mut tally = Tally::new(minute(0));
        for n in 0..60 {
            tally.arrive(minute(n));
        }
        assert_eq!(tally.window(minute(59)).arrivals, 60);
        assert_eq!(tally.window(minute(60)).arrivals, 55);
        assert_eq!(tally.window(minute(64)).arrivals, 55);
        assert_eq!(tally.window(minute(65)).arrivals, 50);
        assert_eq!(tally.window(minute(115)).arrivals, 0);
        tally.arrive(minute(64));
        assert_eq!(tally.window(minute(64)).arrivals, 56);
        // After more than a round nothing old is left, whatever its place.
        tally.arrive(minute(600));
        assert_eq!(tally.window(minute(600)).arrivals, 1);
        // Before the latest there is no window: nobody can tell what it was.
        assert_eq!(tally.window(minute(0)).arrivals, 1);
    }

    #[test]
    fn the_window_is_no_longer_than_the_queue_is_old() {
        let tally = Tally::new(minute(2));
        assert_eq!(tally.window_length(minute(2)), Span::ZERO);
        assert_eq!(tally.window_length(minute(30)), Span::from_mins(28));
        assert_eq!(tally.window_length(minute(60)), Span::from_mins(55));
        assert_eq!(tally.window_length(minute(64)), Span::from_mins(59));
    }

    #[test]
    fn the_ends_of_time() {
        let ends = [Timestamp::from_millis(i64::MIN), Timestamp::EPOCH, Timestamp::MAX];
        for began in ends {
            for now in ends {
                let mut tally = Tally::new(began);
                tally.answer(now, Span::from_millis(u64::MAX), Span::ZERO);
                assert_eq!(tally.window(now).answered, 1);
                assert!(tally.window_length(now) <= Span::from_mins(60));
                assert_eq!(service_level(&tally, now), Some(0));
            }
        }
    }

    #[test]
    fn what_waited_just_as_long_as_the_target_is_in_target() {
        let mut tally = Tally::new(minute(0));
        let target = Span::from_secs(20);
        tally.answer(minute(1), target, target);
        tally.answer(minute(1), Span::from_millis(20_001), target);
        tally.abandon(minute(1));
        assert_eq!(service_level(&tally, minute(2)), Some(333));
    }

    #[test]
    fn a_stopwatch_stands_still_while_paused() {
        let watch = Stopwatch::from(minute(1)).paused(minute(3));
        assert_eq!(watch.read(minute(9)), Span::from_mins(2));
        assert_eq!(watch.resumed(minute(10)).read(minute(11)), Span::from_mins(3));
    }
}
