//! Local days and open time against a naive reading that looks at every minute.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};
use strowger::model::{CalendarProfile, Date, Hours, TimeOfDay, Week, Zone, ZoneChange};
use strowger::policy::calendar::{
    after_open, is_open, local_day, next_change, offset_minutes, open_between,
};
use strowger::prelude::*;

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;
/// 2026-02-20T00:00:00Z, a Friday.
const START: i64 = 1_771_545_600_000;

const fn ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn at(text: &str) -> Timestamp {
    ms(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

fn hours(from: u8, to: u8) -> Hours {
    Hours::new(TimeOfDay::new(from, 0), TimeOfDay::new(to, 0))
}

const fn h(count: u32) -> Span {
    Span::from_mins(count * 60)
}

fn change(from: &str, offset_minutes: i16) -> ZoneChange {
    ZoneChange { from: at(from), offset_minutes }
}

/// Berlin in 2026.
fn berlin() -> Zone {
    Zone::default()
        .with_offset_minutes(60)
        .with_changes([change("2026-03-29T01:00:00Z", 120), change("2026-10-25T01:00:00Z", 60)])
}

fn office() -> CalendarProfile {
    CalendarProfile::default().with_week(Week::working_days(hours(9, 17))).with_zone(berlin())
}

/// So much open time has passed at that instant, and not a millisecond before.
fn passes(calendar: &CalendarProfile, from: &str, open: Span, expected: &str) {
    let (from, expected) = (at(from), at(expected));
    assert_eq!(after_open(calendar, from, open), Some(expected));
    assert_eq!(open_between(calendar, from, expected), open);
    let before = open_between(calendar, from, expected - Span::from_millis(1));
    assert_eq!(before.as_millis(), open.as_millis() - 1);
}

#[test]
fn open_time_stands_still_at_night_and_at_the_weekend() {
    // 4 working hours from Monday at 16:00 are over on Tuesday at 12:00.
    passes(&office(), "2026-01-05T15:00:00Z", h(4), "2026-01-06T11:00:00Z");
    // At the very instant of closing, not at the next opening.
    passes(&office(), "2026-01-05T15:00:00Z", h(1), "2026-01-05T16:00:00Z");
    let more = Span::from_millis(3_600_001);
    passes(&office(), "2026-01-05T15:00:00Z", more, "2026-01-06T08:00:00.001Z");
    // From a Saturday, and over a weekend.
    passes(&office(), "2026-01-10T12:00:00Z", h(8), "2026-01-12T16:00:00Z");
    passes(&office(), "2026-01-09T12:00:00Z", h(40), "2026-01-16T12:00:00Z");
    let (saturday, sunday) = (at("2026-01-10T00:00:00Z"), at("2026-01-11T12:00:00Z"));
    assert_eq!(open_between(&office(), saturday, sunday), Span::ZERO);
    assert_eq!(open_between(&office(), sunday, saturday), Span::ZERO);
}

#[test]
fn open_time_goes_by_the_clocks() {
    let night = CalendarProfile::default().with_week(Week::every_day(hours(0, 4)));
    let night = night.with_zone(berlin());
    // The night of the 29th of March has three of its four hours, that of the 25th of October five.
    passes(&night, "2026-03-28T23:00:00Z", h(3), "2026-03-29T02:00:00Z");
    passes(&night, "2026-10-24T22:00:00Z", h(5), "2026-10-25T03:00:00Z");
    let year = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    assert_eq!(open_between(&night, year.0, year.1), h(365 * 4));
}

#[test]
fn open_time_knows_holidays_and_short_days() {
    let mut office = office();
    let date = |text: &str| text.parse::<Date>().unwrap();
    office.exceptions.insert(date("2026-12-24"), vec![hours(9, 12)]);
    office.exceptions.insert(date("2026-12-25"), vec![]);
    office.exceptions.insert(date("2026-12-27"), vec![hours(10, 11)]);
    // Thursday, 3 hours; Friday, none; Saturday, none; Sunday, one; then Monday.
    passes(&office, "2026-12-24T00:00:00Z", h(3), "2026-12-24T11:00:00Z");
    passes(&office, "2026-12-24T00:00:00Z", h(4), "2026-12-27T10:00:00Z");
    passes(&office, "2026-12-24T00:00:00Z", h(5), "2026-12-28T09:00:00Z");
}

#[test]
fn open_time_that_never_passes() {
    let mut closed = CalendarProfile::default();
    assert_eq!(after_open(&closed, ms(START), Span::from_millis(1)), None);
    assert_eq!(after_open(&closed, ms(START), Span::ZERO), Some(ms(START)));
    let date = Date::new(9999, 12, 31).unwrap();
    closed.exceptions.insert(date, vec![hours(0, 1)]);
    passes(&closed, "2026-01-01T00:00:00Z", h(1), "9999-12-31T01:00:00Z");
    let more = Span::from_millis(3_600_001);
    assert_eq!(after_open(&closed, ms(START), more), None);
}

#[test]
fn open_time_at_the_ends_of_time() {
    let always = CalendarProfile::default().with_week(Week::every_day(Hours::ALL_DAY));
    let (first, last) = (ms(i64::MIN), Timestamp::MAX);
    assert_eq!(open_between(&always, first, last).as_millis(), u64::MAX);
    assert_eq!(after_open(&always, first, Span::from_millis(u64::MAX)), None);
    assert_eq!(after_open(&always, first, Span::from_millis(u64::MAX - 1)), Some(ms(i64::MAX - 1)));
    assert_eq!(after_open(&always, last, Span::from_millis(1)), None);
    assert_eq!(after_open(&always, last, Span::ZERO), Some(last));
    // Eight hours a day, five days a week, for 584 million years.
    let most = open_between(&office(), first, last).as_millis();
    assert!(most.abs_diff(u64::MAX / 168 * 40) < 7 * 86_400_000, "{most}");
}

/// Hours of a day, to a quarter of an hour.
fn any_day() -> impl Strategy<Value = Vec<Hours>> {
    vec(0_u16..=96, 0..6).prop_map(|mut bounds| {
        bounds.sort_unstable();
        bounds.dedup();
        let of = |quarter: u16| TimeOfDay::from_minutes(quarter * 15);
        bounds.chunks_exact(2).map(|pair| Hours::new(of(pair[0]), of(pair[1]))).collect()
    })
}

fn any_week() -> impl Strategy<Value = Week> {
    let days = (any_day(), any_day(), any_day(), any_day(), any_day());
    days.prop_map(|(monday, tuesday, thursday, saturday, sunday)| {
        let mut week = Week::default();
        (week.monday, week.tuesday, week.thursday) = (monday, tuesday, thursday);
        (week.saturday, week.sunday) = (saturday, sunday);
        week
    })
}

/// Changes of the clocks within some days after the start: as they are in the world, and wild ones.
fn any_zone() -> impl Strategy<Value = Zone> {
    let offset = || {
        let usual = (-12_i16..=14).prop_map(|hours| hours * 60);
        proptest::prop_oneof![usual, (-72_i16..=72).prop_map(|quarters| quarters * 15)]
    };
    let changes = btree_map(0_i64..14 * 1_440, offset(), 0..5);
    (offset(), changes).prop_map(|(offset, changes): (i16, BTreeMap<i64, i16>)| {
        let changes = changes.into_iter().map(|(minute, offset_minutes)| ZoneChange {
            from: ms(START + minute * MINUTE),
            offset_minutes,
        });
        Zone::default().with_offset_minutes(offset).with_changes(changes)
    })
}

fn any_calendar() -> impl Strategy<Value = CalendarProfile> {
    let exceptions = btree_map(0_i64..16, any_day(), 0..5);
    (any_week(), any_zone(), exceptions).prop_map(|(week, zone, exceptions)| {
        let first = START / DAY - 1;
        let exceptions = exceptions
            .into_iter()
            .map(|(day, hours)| (Date::from_epoch_day(first + day).unwrap(), hours));
        CalendarProfile::default().with_week(week).with_zone(zone).with_exceptions(exceptions)
    })
}

/// What a day of a zone is, read minute by minute: the greatest that any clock has shown so far.
fn naive_day(zone: &Zone, begins: i64, at: i64) -> i64 {
    let shown = |at: i64| {
        let local = at + i64::from(offset_minutes(zone, ms(at))) * MINUTE - begins;
        local.div_euclid(DAY)
    };
    let minutes = (at.div_euclid(MINUTE) - 3 * 1_440)..=at.div_euclid(MINUTE);
    minutes.map(|minute| shown(minute * MINUTE)).max().unwrap()
}

/// Open time in a stretch, read minute by minute.
fn naive_open(calendar: &CalendarProfile, from: i64, to: i64) -> i64 {
    let mut open = 0;
    let mut at = from;
    while at < to {
        let next = to.min((at.div_euclid(MINUTE) + 1) * MINUTE);
        open += if is_open(calendar, ms(at)) { next - at } else { 0 };
        at = next;
    }
    open
}

/// The first instant at which so much open time has passed, read minute by minute.
fn naive_after(calendar: &CalendarProfile, from: i64, open: i64, until: i64) -> Option<i64> {
    let (mut left, mut at) = (open, from);
    while at < until {
        let next = (at.div_euclid(MINUTE) + 1) * MINUTE;
        if is_open(calendar, ms(at)) {
            if left <= next - at {
                return Some(at + left);
            }
            left -= next - at;
        }
        at = next;
    }
    None
}

proptest! {
    #[test]
    fn every_instant_is_in_exactly_one_day(
        zone in any_zone(),
        begins in 0_i64..1_440,
        from in -2 * DAY..16 * DAY,
    ) {
        let from = START + from;
        let day = local_day(&zone, Span::from_mins(begins as u32), ms(from));
        prop_assert!(day.0 <= ms(from) && ms(from) < day.1);
        // Its ends are where the naive reading changes, and a millisecond before it does not.
        let naive = |at: Timestamp| naive_day(&zone, begins * MINUTE, at.as_millis());
        let before = |at: Timestamp| ms(at.as_millis() - 1);
        let this = naive(ms(from));
        prop_assert_eq!((naive(day.0), naive(before(day.1))), (this, this));
        prop_assert!(naive(before(day.0)) < this && naive(day.1) > this);
        // Days follow each other without a gap.
        let of = |at| local_day(&zone, Span::from_mins(begins as u32), at);
        prop_assert_eq!((of(day.0), of(before(day.1))), (day, day));
        prop_assert_eq!((of(before(day.0)).1, of(day.1).0), day);
    }

    #[test]
    fn open_time_is_what_every_minute_says(
        calendar in any_calendar(),
        from in -DAY..15 * DAY,
        length in 0..12 * DAY,
    ) {
        let (from, to) = (START + from, START + from + length);
        let open = open_between(&calendar, ms(from), ms(to));
        prop_assert_eq!(open.as_millis() as i64, naive_open(&calendar, from, to));
    }

    #[test]
    fn so_much_open_time_passes_when_every_minute_says_so(
        calendar in any_calendar(),
        from in -DAY..15 * DAY,
        open in proptest::prop_oneof![Just(1), 1..DAY, (1..40_i64).prop_map(|n| n * 15 * MINUTE)],
    ) {
        let from = START + from;
        let expected = naive_after(&calendar, from, open, from + 30 * DAY);
        let open = Span::from_millis(open as u64);
        let found = after_open(&calendar, ms(from), open);
        if let Some(expected) = expected {
            prop_assert_eq!(found, Some(ms(expected)));
            let before = open_between(&calendar, ms(from), ms(expected - 1));
            prop_assert_eq!(before.as_millis(), open.as_millis() - 1);
        } else {
            prop_assert!(found.is_none_or(|found| found > ms(from + 30 * DAY)));
        }
    }

    /// Far apart, too: there the sum over all changes is the reference.
    #[test]
    fn open_time_of_years_is_the_sum_of_its_stretches(
        calendar in any_calendar(),
        from in any::<i32>(),
        days in 0_i64..3_000,
    ) {
        let (from, to) = (ms(START - i64::from(from)), ms(START - i64::from(from) + days * DAY));
        let (mut at, mut open) = (from, 0);
        while at < to {
            let next = next_change(&calendar, at).map_or(to, |next| next.min(to));
            open += if is_open(&calendar, at) { next.since(at).as_millis() } else { 0 };
            at = next;
        }
        prop_assert_eq!(open_between(&calendar, from, to).as_millis(), open);
        if open > 0 {
            let found = after_open(&calendar, from, Span::from_millis(open)).unwrap();
            prop_assert!(found <= to && open_between(&calendar, found, to).is_zero());
            let before = open_between(&calendar, from, ms(found.as_millis() - 1));
            prop_assert_eq!(before.as_millis(), open - 1);
        }
    }
}
