//! Time as waiting counts it.

use super::{after_open, open_between};
use crate::base::time::{Span, Timestamp};
use crate::model::calendar::{CalendarProfile, WaitClock};

/// A clock that counts all time, or that in which a calendar is open.
///
/// ```
/// use strowger::model::{CalendarProfile, Hours, TimeOfDay, WaitClock, Week};
/// use strowger::policy::calendar::Counted;
/// use strowger::prelude::*;
///
/// // Nine to five, Monday to Friday. 1970-01-01 was a Thursday.
/// let hours = Hours::new(TimeOfDay::new(9, 0), TimeOfDay::new(17, 0));
/// let office = CalendarProfile::default().with_week(Week::working_days(hours));
/// let hour = |n: i64| Timestamp::from_millis(n * 3_600_000);
/// let two = Span::from_mins(2 * 60);
///
/// let open = Counted::by(WaitClock::Open, Some(&office));
/// assert_eq!(open.after(hour(16), two), Some(hour(24 + 10)));
/// assert_eq!(open.between(hour(16), hour(24 + 10)), two);
/// // Without a calendar everything counts.
/// assert_eq!(Counted::by(WaitClock::Open, None).after(hour(16), two), Some(hour(18)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    open: Option<&'a CalendarProfile>,
}

impl<'a> Counted<'a> {
    /// All time.
    pub const WALL: Self = Self { open: None };

    /// The time that a clock counts, where this is the calendar.
    #[must_use]
    pub const fn by(clock: WaitClock, calendar: Option<&'a CalendarProfile>) -> Self {
        match clock {
            WaitClock::Wall => Self::WALL,
            WaitClock::Open => Self { open: calendar },
        }
    }

    /// The first instant by which so much has been counted since another. None if it never is, for
    /// want of open time.
    #[must_use]
    pub fn after(self, from: Timestamp, span: Span) -> Option<Timestamp> {
        match self.open {
            None => Some(from + span),
            Some(calendar) => after_open(calendar, from, span),
        }
    }

    /// How much is counted between two instants; nothing if the second is not later.
    #[must_use]
    pub fn between(self, from: Timestamp, to: Timestamp) -> Span {
        match self.open {
            None => to.since(from),
            Some(calendar) => open_between(calendar, from, to),
        }
    }
}
