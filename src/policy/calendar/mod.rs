//! When a calendar is open, and when that changes.
//!
//! Local time is what the clocks on the wall show. Where they are put forward, local times are
//! skipped, and whatever would begin or end then does so at the change. Where they are put back,
//! local times come twice, and hours that lie in them are open twice. All arithmetic is exact from
//! the first instant there is to the last; local times outside the years 0 to 9999 have no
//! exceptions.

mod counted;
mod local;
mod open_time;

pub use counted::Counted;
pub(crate) use local::{DAY, LocalDay, first_shown};
use local::{MINUTE, local};
pub use local::{local_day, next_time_of_day, offset_minutes};
pub use open_time::{after_open, open_between};

use crate::base::time::Timestamp;
use crate::model::calendar::{CalendarProfile, Date, Hours, TimeOfDay};

/// The hours of a local day, counted from 1970-01-01.
fn hours_of(calendar: &CalendarProfile, day: i128) -> &[Hours] {
    let date = i64::try_from(day).ok().and_then(Date::from_epoch_day);
    if let Some(hours) = date.and_then(|date| calendar.exceptions.get(&date)) {
        return hours;
    }
    // 1970-01-01 was a Thursday, the fourth day of its week.
    let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
    calendar.week.days().get(weekday).map_or(&[], |(_, hours)| hours)
}

/// True if a calendar is open. Hours are half-open: at the very instant they end it is closed.
#[must_use]
pub fn is_open(calendar: &CalendarProfile, at: Timestamp) -> bool {
    let local = local(&calendar.zone, at);
    let minute = local.rem_euclid(DAY) / MINUTE;
    let hours = hours_of(calendar, local.div_euclid(DAY));
    hours.iter().any(|hours| {
        (i128::from(hours.from.minutes())..i128::from(hours.to.minutes())).contains(&minute)
    })
}

/// The first instant later than `after` at which open changes to closed or closed to open; none if
/// it stays as it is for good. However far ahead it lies, it is found: the walk skips whole
/// stretches of days that are all open or all closed.
#[must_use]
pub fn next_change(calendar: &CalendarProfile, after: Timestamp) -> Option<Timestamp> {
    let was = is_open(calendar, after);
    let mut at = after;
    loop {
        at = next_check(calendar, at)?;
        if is_open(calendar, at) != was {
            return Some(at);
        }
    }
}

/// The first instant later than `after` at which closed changes to open; none if it never does. Of
/// a calendar that is open it is the opening after the next closing.
#[must_use]
pub fn next_opening(calendar: &CalendarProfile, after: Timestamp) -> Option<Timestamp> {
    let change = next_change(calendar, after)?;
    if is_open(calendar, change) { Some(change) } else { next_change(calendar, change) }
}

/// The next instant at which something might be otherwise: hours begin or end, the local day ends,
/// or the clocks change.
fn next_check(calendar: &CalendarProfile, at: Timestamp) -> Option<Timestamp> {
    let zone = &calendar.zone;
    let local = local(zone, at);
    let day = local.div_euclid(DAY);
    let next = if is_even(calendar) && !is_exception(calendar, day) {
        let dates = calendar.exceptions.keys().map(|date| i128::from(date.epoch_day()));
        dates.into_iter().find(|other| *other > day).map(|other| other * DAY)
    } else {
        let bounds = hours_of(calendar, day).iter().flat_map(|hours| [hours.from, hours.to]);
        let bounds = bounds.map(|bound| day * DAY + i128::from(bound.minutes()) * MINUTE);
        bounds.filter(|bound| *bound > local).min().or(Some((day + 1) * DAY))
    };
    let until = |bound: i128| i128::from(at.as_millis()) + (bound - local);
    let look = next.and_then(|bound| i64::try_from(until(bound)).ok()).map(Timestamp::from_millis);
    let moved = zone.changes.partition_point(|change| change.from <= at);
    let moved = zone.changes.get(moved).map(|change| change.from);
    let first = look.into_iter().chain(moved).min();
    // Nothing is due at the latest instant there is.
    first.filter(|first| *first < Timestamp::MAX)
}

/// True if all weekdays are open all day, or all closed: then only exceptions change anything.
fn is_even(calendar: &CalendarProfile) -> bool {
    let whole = |hours: &[Hours]| {
        let joined = hours.iter().zip(hours.iter().skip(1)).all(|(one, next)| one.to == next.from);
        let first = hours.first().is_some_and(|hours| hours.from.minutes() == 0);
        joined && first && hours.last().is_some_and(|hours| hours.to == TimeOfDay::MIDNIGHT)
    };
    let days = calendar.week.days();
    days.iter().all(|(_, hours)| hours.is_empty()) || days.iter().all(|(_, hours)| whole(hours))
}

fn is_exception(calendar: &CalendarProfile, day: i128) -> bool {
    let date = i64::try_from(day).ok().and_then(Date::from_epoch_day);
    date.is_some_and(|date| calendar.exceptions.contains_key(&date))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::base::time::Span;
    use crate::model::calendar::{Week, Zone, ZoneChange};
    use crate::model::profile::Profile;

    fn at(text: &str) -> Timestamp {
        let at = chrono::DateTime::parse_from_rfc3339(text).expect("a time");
        Timestamp::from_millis(at.timestamp_millis())
    }

    fn hours(from: &str, to: &str) -> Hours {
        let read = |text: &str| text.parse::<TimeOfDay>().expect("a time of day");
        Hours::new(read(from), read(to))
    }

    /// Summer time in Berlin in 2026, and the two changes around it.
    fn berlin() -> Zone {
        let change = |from, offset_minutes| ZoneChange { from: at(from), offset_minutes };
        Zone {
            offset_minutes: 60,
            changes: alloc::vec![
                change("2026-03-29T01:00:00Z", 120),
                change("2026-10-25T01:00:00Z", 60),
                change("2027-03-28T01:00:00Z", 120),
            ],
        }
    }

    fn always(from: &str, to: &str) -> CalendarProfile {
        let week = Week::every_day(hours(from, to));
        CalendarProfile { week, zone: berlin(), ..CalendarProfile::default() }
    }

    fn except(calendar: &mut CalendarProfile, date: &str, hours: &[Hours]) {
        calendar.exceptions.insert(date.parse().expect("a date"), hours.to_vec());
    }

    /// The next changes, one after the other.
    fn changes(calendar: &CalendarProfile, after: &str, count: usize) -> Vec<Timestamp> {
        calendar.check().expect("a good calendar");
        let mut found = Vec::new();
        let mut after = at(after);
        for _ in 0..count {
            let Some(next) = next_change(calendar, after) else { break };
            let before = next - Span::from_millis(1);
            assert!(next > after && is_open(calendar, before) != is_open(calendar, next));
            found.push(next);
            after = next;
        }
        found
    }

    fn all(texts: &[&str]) -> Vec<Timestamp> {
        texts.iter().map(|text| at(text)).collect()
    }

    #[test]
    fn hours_are_half_open() {
        let office = always("09:00", "17:00");
        assert!(!is_open(&office, at("2026-01-05T07:59:59.999Z")));
        assert!(is_open(&office, at("2026-01-05T08:00:00Z")));
        assert!(is_open(&office, at("2026-01-05T15:59:59.999Z")));
        assert!(!is_open(&office, at("2026-01-05T16:00:00Z")));
    }

    #[test]
    fn summer_time_moves_the_hours() {
        let office = always("09:00", "17:00");
        let expected = ["2026-03-28T16:00:00Z", "2026-03-29T07:00:00Z", "2026-03-29T15:00:00Z"];
        assert_eq!(changes(&office, "2026-03-28T12:00:00Z", 3), all(&expected));
        let expected = ["2026-10-24T15:00:00Z", "2026-10-25T08:00:00Z", "2026-10-25T16:00:00Z"];
        assert_eq!(changes(&office, "2026-10-24T12:00:00Z", 3), all(&expected));
    }

    #[test]
    fn hours_that_begin_in_a_skipped_hour_begin_at_the_change() {
        let night = always("02:30", "04:00");
        let expected = ["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-30T00:30:00Z"];
        assert_eq!(changes(&night, "2026-03-28T12:00:00Z", 3), all(&expected));
        // Hours that lie in it altogether do not come.
        let short = always("02:15", "02:45");
        let expected = ["2026-03-30T00:15:00Z", "2026-03-30T00:45:00Z"];
        assert_eq!(changes(&short, "2026-03-28T12:00:00Z", 2), all(&expected));
    }

    #[test]
    fn hours_in_a_repeated_hour_come_twice() {
        let short = always("02:15", "02:45");
        let expected = [
            "2026-10-25T00:15:00Z",
            "2026-10-25T00:45:00Z",
            "2026-10-25T01:15:00Z",
            "2026-10-25T01:45:00Z",
            "2026-10-26T01:15:00Z",
        ];
        assert_eq!(changes(&short, "2026-10-24T12:00:00Z", 5), all(&expected));
        // Open from 02:30: at the change it is 02:00 again, so it closes for half an hour.
        let late = always("02:30", "05:00");
        let expected = ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"];
        assert_eq!(changes(&late, "2026-10-24T12:00:00Z", 3), all(&expected));
    }

    #[test]
    fn hours_over_midnight_are_one_stretch() {
        let mut bar = always("18:00", "24:00");
        for day in [&mut bar.week.saturday, &mut bar.week.sunday] {
            day.insert(0, hours("00:00", "02:00"));
        }
        // A Friday evening to Saturday, and Saturday to Sunday; no change at either midnight.
        let expected = [
            "2026-01-09T17:00:00Z",
            "2026-01-10T01:00:00Z",
            "2026-01-10T17:00:00Z",
            "2026-01-11T01:00:00Z",
            "2026-01-11T17:00:00Z",
            "2026-01-11T23:00:00Z",
        ];
        assert_eq!(changes(&bar, "2026-01-09T12:00:00Z", 6), all(&expected));
    }

    #[test]
    fn an_exception_takes_the_place_of_its_weekday() {
        let mut office = always("09:00", "17:00");
        except(&mut office, "2026-12-25", &[]);
        except(&mut office, "2026-12-31", &[hours("09:00", "12:00")]);
        except(&mut office, "2027-01-01", &[]);
        let expected = ["2026-12-24T16:00:00Z", "2026-12-26T08:00:00Z"];
        assert_eq!(changes(&office, "2026-12-24T12:00:00Z", 2), all(&expected));
        let expected = ["2026-12-31T08:00:00Z", "2026-12-31T11:00:00Z", "2027-01-02T08:00:00Z"];
        assert_eq!(changes(&office, "2026-12-31T00:00:00Z", 3), all(&expected));
        let opening = Some(at("2026-12-26T08:00:00Z"));
        assert_eq!(next_opening(&office, at("2026-12-24T12:00:00Z")), opening);
        assert_eq!(next_opening(&office, at("2026-12-25T12:00:00Z")), opening);
    }

    #[test]
    fn what_never_changes_says_so_and_what_changes_in_years_is_found() {
        assert_eq!(next_change(&CalendarProfile::default(), Timestamp::EPOCH), None);
        let mut open = always("00:00", "24:00");
        assert_eq!(next_change(&open, Timestamp::EPOCH), None);
        // Hours that touch are one stretch.
        let halves = [hours("00:00", "12:00"), hours("12:00", "24:00")];
        open.week.monday = halves.to_vec();
        assert_eq!(next_change(&open, Timestamp::EPOCH), None);
        except(&mut open, "2999-06-01", &[]);
        let expected = ["2999-05-31T22:00:00Z", "2999-06-01T22:00:00Z"];
        assert_eq!(changes(&open, "2026-01-01T00:00:00Z", 9), all(&expected));
        let mut closed = CalendarProfile { zone: berlin(), ..CalendarProfile::default() };
        except(&mut closed, "2999-12-31", &[hours("22:00", "24:00")]);
        except(&mut closed, "3000-01-01", &[hours("00:00", "01:00")]);
        let expected = ["2999-12-31T20:00:00Z", "2999-12-31T23:00:00Z"];
        assert_eq!(changes(&closed, "2026-01-01T00:00:00Z", 9), all(&expected));
    }

    #[test]
    fn the_ends_of_time() {
        let office = always("09:00", "17:00");
        let first = Timestamp::from_millis(i64::MIN);
        let last = Timestamp::from_millis(i64::MAX - 1);
        for end in [first, last, Timestamp::MAX] {
            let _ = is_open(&office, end);
        }
        assert!(next_change(&office, first).is_some_and(|next| next > first));
        assert_eq!(next_change(&office, last), None);
        assert_eq!(next_change(&office, Timestamp::MAX), None);
        assert!(next_time_of_day(&office.zone, first, 0) > first);
        assert_eq!(next_time_of_day(&office.zone, last, 0), Timestamp::MAX);
        assert_eq!(next_time_of_day(&office.zone, Timestamp::MAX, u16::MAX), Timestamp::MAX);
    }

    #[test]
    fn once_a_local_day() {
        let zone = berlin();
        let next = |after: &str, minute| next_time_of_day(&zone, at(after), minute);
        // Strictly later, in winter, over the year's end and in summer.
        assert_eq!(next("2026-01-05T02:59:59.999Z", 240), at("2026-01-05T03:00:00Z"));
        assert_eq!(next("2026-01-05T03:00:00Z", 240), at("2026-01-06T03:00:00Z"));
        assert_eq!(next("2026-12-31T22:59:00Z", 0), at("2026-12-31T23:00:00Z"));
        assert_eq!(next("2026-12-31T23:00:00Z", 0), at("2027-01-01T23:00:00Z"));
        assert_eq!(next("2026-06-01T12:00:00Z", 240), at("2026-06-02T02:00:00Z"));
        // Skipped: at the change, once.
        assert_eq!(next("2026-03-28T12:00:00Z", 150), at("2026-03-29T01:00:00Z"));
        assert_eq!(next("2026-03-29T01:00:00Z", 150), at("2026-03-30T00:30:00Z"));
        // Repeated: the first time, once.
        assert_eq!(next("2026-10-24T12:00:00Z", 150), at("2026-10-25T00:30:00Z"));
        assert_eq!(next("2026-10-25T00:30:00Z", 150), at("2026-10-26T01:30:00Z"));
    }

    /// Whatever the hours and the zone: the same as looking at every minute.
    #[test]
    fn the_same_as_looking_at_every_minute() {
        let mut seed = 7_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        let start = at("2026-02-20T00:00:00Z");
        let minutes = |count: u64| Span::from_millis(count * 60_000);
        for _ in 0..60 {
            let day = |draw: &mut dyn FnMut(u64) -> u64| {
                let mut bounds: Vec<_> = (0..2 * draw(3)).map(|_| draw(49) * 30).collect();
                bounds.sort_unstable();
                bounds.dedup();
                let bounds: Vec<_> = bounds
                    .iter()
                    .map(|bound| TimeOfDay::from_minutes(u16::try_from(*bound).unwrap_or(0)))
                    .collect();
                bounds.chunks_exact(2).map(|pair| Hours::new(pair[0], pair[1])).collect::<Vec<_>>()
            };
            let week = Week {
                monday: day(&mut draw),
                wednesday: day(&mut draw),
                sunday: day(&mut draw),
                ..Week::default()
            };
            let offset = |draw: &mut dyn FnMut(u64) -> u64| {
                i16::try_from(draw(73)).unwrap_or(0) * 30 - 1_080
            };
            let mut from = start;
            let changes = (0..draw(4)).map(|_| {
                from = from + minutes(1 + draw(4_000));
                ZoneChange { from, offset_minutes: offset(&mut draw) }
            });
            let changes = changes.collect();
            let zone = Zone { offset_minutes: offset(&mut draw), changes };
            let mut calendar = CalendarProfile { week, zone, ..CalendarProfile::default() };
            except(&mut calendar, "2026-02-22", &day(&mut draw));
            except(&mut calendar, "2026-02-25", &day(&mut draw));
            calendar.check().expect("a good calendar");
            let looks: Vec<_> = (0..12_000).map(|minute| start + minutes(minute)).collect();
            let open: Vec<_> = looks.iter().map(|at| is_open(&calendar, *at)).collect();
            let mut found = Vec::new();
            let mut after = start;
            while let Some(next) = next_change(&calendar, after).filter(|at| *at < looks[11_999]) {
                found.push(next);
                after = next;
            }
            let flips = open.windows(2).zip(&looks[1..]).filter(|(pair, _)| pair[0] != pair[1]);
            let flips: Vec<_> = flips.map(|(_, at)| *at).filter(|at| *at < looks[11_999]).collect();
            assert_eq!(found, flips, "{calendar:?}");
        }
    }
}
