//! Local time: what the clocks of a zone show, and when.

use crate::base::time::{Span, Timestamp};
use crate::model::calendar::Zone;

pub(super) const MINUTE: i128 = 60_000;
pub(crate) const DAY: i128 = 1_440 * MINUTE;
/// No offset and no difference of two is greater than this.
const MOST_OFFSET: i128 = 2_880 * MINUTE;

/// Minutes that the clocks of a zone are ahead of UTC.
#[must_use]
pub fn offset_minutes(zone: &Zone, at: Timestamp) -> i16 {
    let past = zone.changes.partition_point(|change| change.from <= at);
    let last = past.checked_sub(1).and_then(|last| zone.changes.get(last));
    last.map_or(zone.offset_minutes, |change| change.offset_minutes)
}

/// Milliseconds the clocks of a zone show, counted from their midnight of 1970-01-01.
pub(super) fn local(zone: &Zone, at: Timestamp) -> i128 {
    i128::from(at.as_millis()) + i128::from(offset_minutes(zone, at)) * MINUTE
}

/// The first instant later than `after` at which the clocks of a zone show a time of day, in
/// minutes (those of more than a day count on from midnight): for what happens once a local day. If
/// that time is skipped on some day, it is the instant of the change; if it comes twice, the first.
/// The latest instant there is stands for never.
#[must_use]
pub fn next_time_of_day(zone: &Zone, after: Timestamp, minute: u16) -> Timestamp {
    let minute = i128::from(minute % 1_440) * MINUTE;
    let today = i128::from(after.as_millis()).div_euclid(DAY);
    let days = (today - 3)..=(today + 4);
    let shown = days.map(|day| first_shown(zone, day * DAY + minute));
    shown.into_iter().find(|at| *at > after).unwrap_or(Timestamp::MAX)
}

/// The first instant at which the clocks of a zone show a local time or a later one.
pub(crate) fn first_shown(zone: &Zone, local: i128) -> Timestamp {
    let instant = |at: i128| {
        let last = i128::from(i64::MAX);
        let at = at.clamp(i128::from(i64::MIN), last);
        Timestamp::from_millis(i64::try_from(at).unwrap_or(i64::MAX))
    };
    // Changes long before cannot matter.
    let known = instant(local - MOST_OFFSET);
    let mut next = zone.changes.partition_point(|change| change.from <= known);
    let mut from = known;
    loop {
        let offset = i128::from(offset_minutes(zone, from)) * MINUTE;
        let shown = instant(local - offset).max(from);
        match zone.changes.get(next) {
            Some(change) if change.from <= shown => from = change.from,
            Some(_) | None => return shown,
        }
        next += 1;
    }
}

/// A day of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalDay {
    /// The local time at which it begins, in milliseconds from the midnight of 1970-01-01.
    pub(crate) shown: i128,
    /// When it begins.
    pub(crate) from: Timestamp,
    /// When the next one begins.
    pub(crate) to: Timestamp,
}

impl LocalDay {
    /// The day an instant is in, of days that begin so long after the local midnight.
    pub(crate) fn of(zone: &Zone, begins: Span, at: Timestamp) -> Self {
        let begins = i128::from(begins.as_millis()).rem_euclid(DAY);
        let mut shown = (local(zone, at) - begins).div_euclid(DAY) * DAY + begins;
        let mut from = first_shown(zone, shown);
        // Clocks that were put back show the day before once more: then the later day has begun.
        // Offsets differ by a day and a half at most.
        for _ in 0..2 {
            let next = first_shown(zone, shown + DAY);
            if next > at || next == Timestamp::MAX {
                break;
            }
            (shown, from) = (shown + DAY, next);
        }
        Self { shown, from, to: first_shown(zone, shown + DAY) }
    }

    /// How long it is, in milliseconds.
    pub(crate) fn length(self) -> i128 {
        i128::from(self.to.as_millis()) - i128::from(self.from.as_millis())
    }
}

/// The local day an instant is in, `[from, to)`, of days that begin so long after the local
/// midnight, counted by the clock. A day in which the clocks are put back by an hour has 25 hours,
/// one in which they are put forward has 23. If the time at which it begins is skipped, it begins
/// at the change; if that time comes twice, at the first. So every instant is in exactly one day.
///
/// ```
/// use strowger::model::{Zone, ZoneChange};
/// use strowger::policy::calendar::local_day;
/// use strowger::prelude::*;
///
/// // New York: the clocks go back on 2026-11-01 at 06:00 UTC.
/// let back = ZoneChange { from: Timestamp::from_millis(1_793_512_800_000), offset_minutes: -300 };
/// let new_york = Zone::default().with_offset_minutes(-240).with_changes([back]);
/// let (from, to) = local_day(&new_york, Span::ZERO, back.from);
/// assert_eq!(from.to_string(), "2026-11-01T04:00:00.000Z");
/// assert_eq!(to.to_string(), "2026-11-02T05:00:00.000Z");
/// ```
#[must_use]
pub fn local_day(zone: &Zone, begins: Span, at: Timestamp) -> (Timestamp, Timestamp) {
    let LocalDay { from, to, .. } = LocalDay::of(zone, begins, at);
    (from, to)
}
