//! How often one caller may ask.

use std::fmt;
use std::num::NonZeroU32;

use axum::http::StatusCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use strowger::Key;
use strowger::command::RefusalKind;

use crate::problem::ProblemDetails;
use crate::who::{Caller, Role};

/// How many requests of one caller are taken: so many at once, and so many a second after that.
///
/// ```
/// use strowger_http::RequestRate;
///
/// let rate = RequestRate::new(5, 30);
/// assert_eq!((rate.per_second.get(), rate.burst.get()), (5, 30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRate {
    /// How many a second in the long run.
    pub per_second: NonZeroU32,
    /// How many at once.
    pub burst: NonZeroU32,
}

impl RequestRate {
    /// So many a second in the long run, and so many at once; at least one of each.
    #[must_use]
    pub const fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second: at_least_one(per_second), burst: at_least_one(burst) }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// From how many callers on those who have not asked for long are forgotten.
const MANY: usize = 10_000;

/// What each caller asked lately. Other systems of the house are not counted: the mailbox of the
/// service holds them back.
pub(crate) struct Limits {
    staff: DefaultKeyedRateLimiter<(Role, Key)>,
    customers: DefaultKeyedRateLimiter<(Role, Key)>,
    clock: DefaultClock,
}

impl Limits {
    pub(crate) fn new(staff: RequestRate, customers: RequestRate) -> Self {
        let limiter = |rate: RequestRate| {
            let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
            RateLimiter::hashmap(quota)
        };
        Self {
            staff: limiter(staff),
            customers: limiter(customers),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 if it is one too many, with how long to wait.
    pub(crate) fn check(&self, caller: &Caller) -> Result<(), ProblemDetails> {
        let limiter = match caller.role {
            Role::Host => return Ok(()),
            Role::Customer => &self.customers,
            _ => &self.staff,
        };
        if limiter.len() > MANY {
            limiter.retain_recent();
        }
        limiter.check_key(&(caller.role, caller.key.clone())).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            let status = StatusCode::TOO_MANY_REQUESTS;
            ProblemDetails::new(status, RefusalKind::Limit, "too_many_requests")
                .with_detail("that is more than one caller may ask")
                .with_retry_after(Some(seconds))
        })
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}
