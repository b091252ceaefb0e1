//! The time of the host, which does not run back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use strowger::Timestamp;
use tokio::time::Instant;

/// The wall clock as it was read once, and the monotonic clock of tokio from then on. A wall clock
/// that is set while the service runs changes nothing before the next start.
///
/// Where a test has paused the time of tokio (`tokio::time::pause`), this clock is paused with it.
///
/// ```
/// use std::time::Duration;
/// use strowger::{Span, Timestamp};
/// use strowger_tokio::Clock;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let clock = Clock::starting_at(Timestamp::EPOCH);
/// tokio::time::sleep(Duration::from_secs(20)).await;
/// assert_eq!(clock.now(), Timestamp::EPOCH + Span::from_secs(20));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    begun: Instant,
    at: Timestamp,
}

impl Clock {
    /// A clock that begins with the time of the system.
    #[must_use]
    pub fn system() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::starting_at(Timestamp::from_millis(millis(since)))
    }

    /// A clock that shows this time now.
    #[must_use]
    pub fn starting_at(at: Timestamp) -> Self {
        Self { begun: Instant::now(), at }
    }

    /// The time.
    #[must_use]
    pub fn now(self) -> Timestamp {
        let passed = millis(self.begun.elapsed());
        Timestamp::from_millis(self.at.as_millis().saturating_add(passed))
    }

    /// When this clock will show `at`; at once if it did already, and after a year at the latest.
    pub(crate) fn instant(self, at: Timestamp) -> Instant {
        let millis = at.as_millis().saturating_sub(self.now().as_millis());
        let wait = Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(A_YEAR);
        Instant::now() + wait
    }
}

/// Longer than any service sleeps; an instant that far away can still be told.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
