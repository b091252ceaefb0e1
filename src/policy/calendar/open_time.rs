//! Open time: how much of it lies between two instants, and when so much of it has passed.
//!
//! Hours are meant in local time, so the walk goes from one change of the clocks to the next, and
//! within each stretch from one exception to the next. What lies between is weeks that are all
//! alike, which are skipped at once, and a rest of less than a week. The cost is therefore at most
//! eight days of hours for each change and each exception on the way, and eight more; the distance
//! itself costs nothing.

use core::ops::ControlFlow;

use super::local::{DAY, MINUTE};
use super::{hours_of, offset_minutes};
use crate::base::time::{Span, Timestamp};
use crate::model::calendar::{CalendarProfile, Date, Hours};

const WEEK: i128 = 7 * DAY;
/// The epoch days of the first and the last date there is.
const DATES: (i128, i128) = (-719_528, 2_932_896);

/// How long a calendar is open between two instants, in `[from, to)`; nothing if `to` is not later.
///
/// Its cost depends on the changes of the clocks and the exceptions that lie between, at most eight
/// days of hours for each, and not on how far apart the instants are.
///
/// ```
/// use strowger::model::{CalendarProfile, Hours, TimeOfDay, Week};
/// use strowger::policy::calendar::open_between;
/// use strowger::prelude::*;
///
/// // Nine to five, Monday to Friday. 1970-01-01 was a Thursday.
/// let hours = Hours::new(TimeOfDay::new(9, 0), TimeOfDay::new(17, 0));
/// let office = CalendarProfile::default().with_week(Week::working_days(hours));
/// let hour = |n: i64| Timestamp::from_millis(n * 3_600_000);
/// // From Thursday at 16:00 to Friday at 10:00: an hour on either day.
/// assert_eq!(open_between(&office, hour(16), hour(24 + 10)), Span::from_mins(120));
/// ```
#[must_use]
pub fn open_between(calendar: &CalendarProfile, from: Timestamp, to: Timestamp) -> Span {
    match walk(calendar, from, to, i128::MAX) {
        ControlFlow::Break(_) => Span::ZERO,
        ControlFlow::Continue(left) => {
            Span::from_millis(u64::try_from(i128::MAX - left).unwrap_or(u64::MAX))
        }
    }
}

/// The first instant at which a calendar has been open for so long since `from` (a target in
/// business hours): `from` itself if no time is asked for, the very instant of closing if the time
/// is up just then. None if it never is.
///
/// The cost is that of [`open_between`] up to the instant that is found, or up to the last change
/// and exception.
///
/// ```
/// use strowger::model::{CalendarProfile, Hours, TimeOfDay, Week};
/// use strowger::policy::calendar::after_open;
/// use strowger::prelude::*;
///
/// let hours = Hours::new(TimeOfDay::new(9, 0), TimeOfDay::new(17, 0));
/// let office = CalendarProfile::default().with_week(Week::working_days(hours));
/// let hour = |n: i64| Timestamp::from_millis(n * 3_600_000);
/// // Four working hours from Thursday at 16:00 are over on Friday at 12:00.
/// let target = Span::from_mins(4 * 60);
/// assert_eq!(after_open(&office, hour(16), target), Some(hour(24 + 12)));
/// let closed = CalendarProfile::default();
/// assert_eq!(after_open(&closed, hour(16), target), None);
/// ```
#[must_use]
pub fn after_open(calendar: &CalendarProfile, from: Timestamp, open: Span) -> Option<Timestamp> {
    if open.is_zero() {
        return Some(from);
    }
    let found = walk(calendar, from, Timestamp::MAX, open.as_millis().into()).break_value()?;
    // Nothing is due at the latest instant there is.
    i64::try_from(found).ok().map(Timestamp::from_millis).filter(|at| *at < Timestamp::MAX)
}

/// Walks from an instant until so much open time has passed, which is more than none, or until
/// another. Breaks with the instant in the first case, and goes on with what is left in the second.
fn walk(
    calendar: &CalendarProfile,
    from: Timestamp,
    to: Timestamp,
    mut left: i128,
) -> ControlFlow<i128, i128> {
    let changes = &calendar.zone.changes;
    let mut next = changes.partition_point(|change| change.from <= from);
    let mut at = from;
    while at < to {
        let change = changes.get(next).map_or(to, |change| change.from);
        let until = change.min(to);
        let offset = i128::from(offset_minutes(&calendar.zone, at)) * MINUTE;
        let local = |at: Timestamp| i128::from(at.as_millis()) + offset;
        match walk_local(calendar, local(at), local(until), left) {
            ControlFlow::Break(local) => return ControlFlow::Break(local - offset),
            ControlFlow::Continue(rest) => left = rest,
        }
        (at, next) = (until, next + 1);
    }
    ControlFlow::Continue(left)
}

/// The same in local time, while the clocks do not change.
fn walk_local(
    calendar: &CalendarProfile,
    from: i128,
    to: i128,
    mut left: i128,
) -> ControlFlow<i128, i128> {
    let mut at = from;
    for day in exceptions(calendar, from, to) {
        left = walk_weeks(calendar, (at, day * DAY), left)?;
        let hours = hours_of(calendar, day);
        left = walk_day(hours, day, (at.max(day * DAY), to.min((day + 1) * DAY)), left)?;
        at = (day + 1) * DAY;
    }
    walk_weeks(calendar, (at, to), left)
}

/// The exceptions in a stretch of local time, as days.
fn exceptions(
    calendar: &CalendarProfile,
    from: i128,
    to: i128,
) -> impl Iterator<Item = i128> + use<'_> {
    let (first, last) = (from.div_euclid(DAY), (to - 1).div_euclid(DAY));
    let date = |day: i128| {
        let day = i64::try_from(day.clamp(DATES.0, DATES.1)).ok();
        day.and_then(Date::from_epoch_day)
    };
    let range = date(first).zip(date(last)).filter(|(first, last)| first <= last);
    let dates = range.into_iter().flat_map(|(first, last)| calendar.exceptions.range(first..=last));
    let days = dates.map(|(date, _)| i128::from(date.epoch_day()));
    // Beyond the dates there are, the range holds the first or the last of them.
    days.filter(move |day| (first..=last).contains(day))
}

/// The same where no day is an exception: whole weeks at once, then the days of what remains.
fn walk_weeks(
    calendar: &CalendarProfile,
    (from, to): (i128, i128),
    mut left: i128,
) -> ControlFlow<i128, i128> {
    if from >= to {
        return ControlFlow::Continue(left);
    }
    let days = calendar.week.days();
    let open: i128 = days.iter().flat_map(|(_, hours)| hours.iter()).map(length).sum();
    // As many as leave something to be found in the rest.
    let enough = (left - 1).checked_div(open).unwrap_or(i128::MAX);
    let weeks = enough.min((to - from) / WEEK);
    left -= weeks * open;
    let mut at = from + weeks * WEEK;
    while at < to {
        let day = at.div_euclid(DAY);
        let end = to.min((day + 1) * DAY);
        left = walk_day(hours_of(calendar, day), day, (at, end), left)?;
        at = end;
    }
    ControlFlow::Continue(left)
}

/// The same within one day.
fn walk_day(
    hours: &[Hours],
    day: i128,
    (from, to): (i128, i128),
    mut left: i128,
) -> ControlFlow<i128, i128> {
    for hours in hours {
        let opens = from.max(day * DAY + i128::from(hours.from.minutes()) * MINUTE);
        let closes = to.min(day * DAY + i128::from(hours.to.minutes()) * MINUTE);
        let open = (closes - opens).max(0);
        if left <= open {
            return ControlFlow::Break(opens + left);
        }
        left -= open;
    }
    ControlFlow::Continue(left)
}

fn length(hours: &Hours) -> i128 {
    i128::from(hours.to.minutes().saturating_sub(hours.from.minutes())) * MINUTE
}
