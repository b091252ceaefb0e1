//! How long somebody will have to wait, by formulas that have names.
//!
//! Every estimate is for somebody who has to wait. All of them take the queue for itself: one
//! line, served in order, by agents who serve no other and do one thing at a time. Where that is
//! not so they are guesses; which one guesses best is for the host to measure.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
pub use crate::model::estimator::Estimator;
use crate::policy::tally::{Average, Tally};

/// How long somebody will wait, by one formula.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::Estimator;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let support = engine.view().queue(queue).unwrap();
/// for (estimate, formula) in support.estimates().into_iter().zip(Estimator::ALL) {
///     // Nothing has happened yet, so nothing can be said.
///     assert_eq!((estimate.estimator, estimate.wait, estimate.samples), (formula, None, 0));
/// }
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The formula.
    pub estimator: Estimator,
    /// The wait, rounded down to the millisecond; none if the formula has no answer.
    pub wait: Option<Span>,
    /// On how much that happened it rests: waits, departures, handle times or arrivals.
    pub samples: u32,
}

/// The input of the formulas.
///
/// ```
/// use strowger::policy::estimate::{Estimator, Situation};
/// use strowger::policy::tally::Tally;
/// use strowger::prelude::*;
///
/// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
/// let mut tally = Tally::new(minute(0));
/// tally.handle(Span::from_mins(4));
/// let situation = Situation { tally: &tally, now: minute(10), staffed: 2, ahead: 2 };
/// // Two are ahead and one asks: three times four minutes, shared by two agents.
/// assert_eq!(situation.estimate(Estimator::Staffing).wait, Some(Span::from_mins(6)));
/// assert_eq!(situation.estimate(Estimator::MovingAverage).wait, None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The queue's tally.
    pub tally: &'a Tally,
    /// The instant of the question.
    pub now: Timestamp,
    /// Agents who serve the queue.
    pub staffed: u32,
    /// Work that waits and comes before.
    pub ahead: u32,
}

impl Situation<'_> {
    /// The estimates of all formulas.
    #[must_use]
    pub fn estimates(self) -> [Estimate; 4] {
        Estimator::ALL.map(|estimator| self.estimate(estimator))
    }

    /// The estimate of one formula.
    #[must_use]
    pub fn estimate(self, estimator: Estimator) -> Estimate {
        let Self { tally, now, .. } = self;
        let (wait, samples) = match estimator {
            Estimator::MovingAverage => (tally.waits().mean(), tally.waits().samples()),
            Estimator::LittlesLaw => (self.littles_law(), tally.window(now).ended()),
            Estimator::Staffing => (self.staffing(), tally.handling().samples()),
            Estimator::Erlang => (self.erlang(), tally.window(now).arrivals),
        };
        Estimate { estimator, wait, samples }
    }

    const fn place(self) -> u128 {
        self.ahead as u128 + 1
    }

    fn littles_law(self) -> Option<Span> {
        let length = u128::from(self.tally.window_length(self.now).as_millis());
        let ended = u128::from(self.tally.window(self.now).ended());
        span(self.place().saturating_mul(length).checked_div(ended)?)
    }

    fn staffing(self) -> Option<Span> {
        let handling = u128::from(self.tally.handling().parts()?);
        let agents = u128::from(self.staffed) * u128::from(Average::PARTS);
        span(handling.saturating_mul(self.place()).checked_div(agents)?)
    }

    fn erlang(self) -> Option<Span> {
        let handling = u128::from(self.tally.handling().parts()?);
        let arrivals = u128::from(self.tally.window(self.now).arrivals);
        let length = u128::from(self.tally.window_length(self.now).as_millis());
        if arrivals == 0 {
            return None;
        }
        // Handle time / (agents - load), all multiplied by the parts and the window.
        let agents = (u128::from(self.staffed) * u128::from(Average::PARTS)).saturating_mul(length);
        let left = agents.checked_sub(arrivals.saturating_mul(handling))?;
        span(handling.saturating_mul(length).checked_div(left)?)
    }
}

fn span(millis: u128) -> Option<Span> {
    Some(Span::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)))
}

/// The probability that somebody has to wait at all in a system M/M/c (Erlang C), in millionths;
/// none if the load is no less than the servers. The load is in thousandths of an
/// Erlang. Times the delay of those who are delayed it gives the mean over all.
///
/// ```
/// use strowger::policy::estimate::erlang_c;
///
/// // One server that is busy half of the time is found busy half of the time.
/// assert_eq!(erlang_c(1, 500), Some(500_000));
/// assert_eq!(erlang_c(1, 1_000), None);
/// ```
#[must_use]
pub fn erlang_c(servers: u32, load: u32) -> Option<u32> {
    const ONE: u128 = 1 << 48;
    let (servers, load) = (u128::from(servers), u128::from(load));
    let left = (servers * 1_000).checked_sub(load).filter(|left| *left > 0)?;
    // Erlang B by its recursion: what would be lost with 0, 1, 2, ... servers.
    let mut lost = ONE;
    for number in 1..=servers {
        let refused = lost * load / 1_000;
        lost = refused * ONE / (number * ONE + refused);
        if lost == 0 {
            break;
        }
    }
    // C = c B / (c - a (1 - B)), with c and a in thousandths.
    let (waits, all) = (servers * 1_000 * lost * 1_000_000, left * ONE + load * lost);
    let waits = (waits + all / 2) / all;
    u32::try_from(waits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue defined at 0 in which so much arrived since, handled in so long each.
    fn busy(arrivals: u32, handling: Span) -> Tally {
        let mut tally = Tally::new(Timestamp::EPOCH);
        for _ in 0..arrivals {
            tally.arrive(Timestamp::from_millis(1));
        }
        tally.handle(handling);
        tally
    }

    fn erlang(servers: u32, arrivals: u32, handling: Span, window: Span) -> Option<Span> {
        let tally = busy(arrivals, handling);
        let now = Timestamp::EPOCH + window;
        let situation = Situation { tally: &tally, now, staffed: servers, ahead: 0 };
        situation.estimate(Estimator::Erlang).wait
    }

    /// Exact values (Erlang C in forty digits): servers, load in thousandths of an Erlang, the
    /// probability of waiting in millionths and the mean wait of the delayed in
    /// seconds, where handling takes 180 s.
    const EXACT: [(u32, u32, u32, u32); 8] = [
        (1, 500, 500_000, 360),
        (5, 3_000, 236_152, 90),
        (10, 8_000, 409_180, 90),
        (14, 10_000, 174_132, 45),
        (20, 19_000, 755_401, 180),
        (50, 48_000, 694_456, 90),
        (100, 90_000, 216_940, 18),
        (200, 180_000, 94_471, 9),
    ];

    #[test]
    fn erlang_is_exact() {
        for (servers, load, waits, delayed) in EXACT {
            assert_eq!(erlang_c(servers, load), Some(waits), "{servers} servers");
            // In half an hour ten calls of 180 s make a load of one.
            let (handling, window) = (Span::from_secs(180), Span::from_mins(30));
            let found = erlang(servers, load / 100, handling, window);
            assert_eq!(found, Some(Span::from_secs(delayed)), "{servers} servers");
        }
    }

    #[test]
    fn no_answer_where_there_is_none() {
        let (second, window) = (Span::from_secs(1), Span::from_mins(10));
        assert_eq!(erlang(0, 1, second, window), None);
        assert_eq!(erlang(1, 600, second, window), None);
        assert_eq!(erlang(1, 300, second, window), Some(Span::from_secs(2)));
        assert_eq!(erlang(1, 0, second, window), None);
        assert_eq!(erlang(1, 1, second, Span::ZERO), None);
        assert_eq!(erlang_c(0, 0), None);
        assert_eq!(erlang_c(u32::MAX, 0), Some(0));
        let nothing = Tally::new(Timestamp::EPOCH);
        let now = Timestamp::EPOCH + window;
        let situation = Situation { tally: &nothing, now, staffed: 9, ahead: 0 };
        assert!(situation.estimates().iter().all(|estimate| estimate.wait.is_none()));
    }

    #[test]
    fn nothing_overflows() {
        let mut tally = Tally::new(Timestamp::EPOCH);
        let most = Span::from_millis(u64::MAX);
        tally.answer(Timestamp::EPOCH, most, most);
        tally.handle(most);
        for now in [Timestamp::EPOCH, Timestamp::MAX] {
            for (staffed, ahead) in [(0, u32::MAX), (1, u32::MAX), (u32::MAX, 0)] {
                let _ = Situation { tally: &tally, now, staffed, ahead }.estimates();
            }
        }
        assert!(erlang_c(10_000, 9_999_999).is_some());
    }
}
