//! Intervals and days: stretches of time, cut by the clocks of a zone.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::model::calendar::Zone;
use crate::policy::calendar::{DAY, LocalDay, first_shown};

/// The most intervals one length of time is spread over in one go.
pub(super) const PARTS_MAX: u32 = 4_096;

/// An interval or a day: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// The interval and the day that were open when the zone changed: they began by the old zone, and
/// end by the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Joint {
    pub(super) interval: Stretch,
    pub(super) day: Stretch,
}

/// Where intervals of one width, or days, begin and end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid<'a> {
    zone: &'a Zone,
    /// When days begin, after the local midnight.
    begins: Span,
    width: i64,
    /// Before its end there is no other.
    joint: Option<Stretch>,
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl<'a> Grid<'a> {
    pub(super) fn new(zone: &'a Zone, begins: Span, width: Span, joint: Option<Stretch>) -> Self {
        Self { zone, begins, width: millis(width).max(1), joint }
    }

    /// The one an instant is in.
    pub(super) fn of(self, at: Timestamp) -> Stretch {
        let joint = self.joint.filter(|joint| at < joint.to);
        joint.unwrap_or_else(|| {
            if self.zone.changes.is_empty() { self.even(at) } else { self.local(at) }
        })
    }

    /// The first border at or after an instant.
    pub(super) fn border(self, at: Timestamp) -> Timestamp {
        let Stretch { from, to } = self.of(at);
        if from == at { from } else { to }
    }

    /// The one an instant is in, of a zone whose clocks never change: a division tells.
    fn even(self, at: Timestamp) -> Stretch {
        let ahead = i64::from(self.zone.offset_minutes).saturating_mul(60_000);
        let first = millis(self.begins).saturating_sub(ahead);
        let number = at.as_millis().saturating_sub(first).div_euclid(self.width);
        let border = |number: i64| {
            Timestamp::from_millis(number.saturating_mul(self.width).saturating_add(first))
        };
        Stretch { from: border(number), to: border(number.saturating_add(1)) }
    }

    /// The one an instant is in, by the clocks. A day that can be cut into whole intervals is cut
    /// into equal ones; any other by the time its clocks show.
    fn local(self, at: Timestamp) -> Stretch {
        let day = LocalDay::of(self.zone, self.begins, at);
        let width = i128::from(self.width);
        if day.length().rem_euclid(width) == 0 {
            let from = i128::from(day.from.as_millis());
            let past = (i128::from(at.as_millis()) - from).div_euclid(width) * width;
            let border = |at: i128| Timestamp::from_millis(i64::try_from(at).unwrap_or(i64::MAX));
            return Stretch { from: border(from + past), to: border(from + past + width) };
        }
        // The last of its local times that has been shown.
        let border = |number: i128| first_shown(self.zone, day.shown + number * width);
        let (mut number, mut beyond) = (0, DAY / width);
        while beyond - number > 1 {
            let middle = (number + beyond) / 2;
            if border(middle) <= at { number = middle } else { beyond = middle }
        }
        Stretch { from: border(number), to: border(beyond) }
    }

    /// Calls back with the begin of each interval that `[from, to)` touches, and the part of it
    /// that lies there. What lies beyond [`PARTS_MAX`] intervals is part of the last.
    pub(super) fn each(
        self,
        from: Timestamp,
        to: Timestamp,
        mut with: impl FnMut(Timestamp, Timestamp, Timestamp),
    ) {
        let mut from = from;
        for part in 1..=PARTS_MAX {
            if from >= to {
                return;
            }
            let interval = self.of(from);
            let end = if part == PARTS_MAX { to } else { to.min(interval.to) };
            with(interval.from, from, end);
            from = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::model::calendar::ZoneChange;

    const HOUR: u32 = 60;

    const fn minute(n: i64) -> Timestamp {
        Timestamp::from_millis(n * 60_000)
    }

    fn at(text: &str) -> Timestamp {
        let at = chrono::DateTime::parse_from_rfc3339(text).expect("a time");
        Timestamp::from_millis(at.timestamp_millis())
    }

    fn grid(zone: &Zone, minutes: u32) -> Grid<'_> {
        Grid::new(zone, Span::ZERO, Span::from_mins(minutes), None)
    }

    fn change(from: &str, offset_minutes: i16) -> ZoneChange {
        ZoneChange { from: at(from), offset_minutes }
    }

    /// New York in 2026.
    fn new_york() -> Zone {
        Zone::default().with_offset_minutes(-300).with_changes([
            change("2026-03-08T07:00:00Z", -240),
            change("2026-11-01T06:00:00Z", -300),
        ])
    }

    /// The begins of all that lie in a day, and the end of the last.
    fn borders(zone: &Zone, minutes: u32, day: &str) -> Vec<Timestamp> {
        let day = grid(zone, 24 * HOUR).of(at(day));
        let grid = grid(zone, minutes);
        let mut borders = alloc::vec![day.from];
        while let Some(last) = borders.last().copied().filter(|last| *last < day.to) {
            let this = grid.of(last);
            let before = Timestamp::from_millis(this.to.as_millis() - 1);
            assert_eq!((this.from, grid.of(before)), (last, this));
            borders.push(this.to);
        }
        borders
    }

    fn hours(borders: &[Timestamp]) -> Vec<u64> {
        let pairs = borders.iter().zip(borders.iter().skip(1));
        pairs.map(|(from, to)| to.since(*from).as_millis() / 3_600_000).collect()
    }

    fn parts(grid: Grid<'_>, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, u64)> {
        let mut parts = Vec::new();
        grid.each(from, to, |start, from, to| parts.push((start, to.since(from).as_millis())));
        parts
    }

    #[test]
    fn a_length_of_time_is_split_at_borders() {
        let utc = Zone::default();
        let grid = Grid::new(&utc, Span::from_mins(10), Span::from_mins(30), None);
        assert_eq!(grid.of(minute(9)), Stretch { from: minute(-20), to: minute(10) });
        assert_eq!(grid.of(minute(10)), Stretch { from: minute(10), to: minute(40) });
        assert_eq!((grid.border(minute(10)), grid.border(minute(11))), (minute(10), minute(40)));
        assert_eq!(parts(grid, minute(10), minute(10)), []);
        assert_eq!(parts(grid, minute(10), minute(40)), [(minute(10), 1_800_000)]);
        let three = [(minute(-20), 60_000), (minute(10), 1_800_000), (minute(40), 60_000)];
        assert_eq!(parts(grid, minute(9), minute(41)), three);
    }

    #[test]
    fn a_very_long_one_keeps_its_length() {
        let ends = [Timestamp::from_millis(i64::MIN), minute(3), Timestamp::MAX];
        for zone in [Zone::default(), new_york()] {
            for (from, to) in ends.iter().flat_map(|from| ends.iter().map(move |to| (*from, *to))) {
                let parts = parts(grid(&zone, 30), from, to);
                assert!(parts.len() <= PARTS_MAX as usize);
                let sum: u64 = parts.iter().map(|(_, length)| length).sum();
                assert_eq!(sum, to.since(from).as_millis());
            }
        }
    }

    #[test]
    fn a_day_in_which_the_clocks_change_has_an_hour_more_or_less() {
        let zone = new_york();
        let back = borders(&zone, HOUR, "2026-11-01T12:00:00Z");
        assert_eq!((back[0], back[25]), (at("2026-11-01T04:00:00Z"), at("2026-11-02T05:00:00Z")));
        assert_eq!(hours(&back), [1; 25]);
        let forward = borders(&zone, HOUR, "2026-03-08T12:00:00Z");
        let ends = (at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z"));
        assert_eq!((forward[0], forward[23]), ends);
        assert_eq!(hours(&forward), [1; 23]);
        assert_eq!(borders(&zone, 15, "2026-11-01T12:00:00Z").len(), 25 * 4 + 1);
    }

    /// Intervals that do not divide such a day begin at the same local time as on any other day.
    #[test]
    fn the_interval_of_the_change_is_longer_or_shorter_than_the_others() {
        let zone = new_york();
        let back = borders(&zone, 4 * HOUR, "2026-11-01T12:00:00Z");
        assert_eq!(hours(&back), [5, 4, 4, 4, 4, 4]);
        let forward = borders(&zone, 4 * HOUR, "2026-03-08T12:00:00Z");
        assert_eq!(hours(&forward), [3, 4, 4, 4, 4, 4]);
        assert_eq!(hours(&borders(&zone, 24 * HOUR, "2026-11-01T12:00:00Z")), [25]);
        assert_eq!(hours(&borders(&zone, 24 * HOUR, "2026-03-08T12:00:00Z")), [23]);
        // Lord Howe Island goes back by half an hour, from 02:00 to 01:30.
        let howe = Zone::default()
            .with_offset_minutes(660)
            .with_changes([change("2026-04-04T15:00:00Z", 630)]);
        let back = borders(&howe, HOUR, "2026-04-04T15:00:00Z");
        assert_eq!(
            back[1..=3],
            ["14:00", "15:30", "16:30"]
                .map(|time| { at(&alloc::format!("2026-04-04T{time}:00Z")) })
        );
        assert_eq!(back.len(), 25);
        assert_eq!(borders(&howe, 30, "2026-04-04T15:00:00Z").len(), 50);
    }

    /// Sao Paulo changed at midnight: in spring there was none, in autumn the last hour came twice.
    #[test]
    fn a_midnight_that_is_skipped_or_comes_twice() {
        let zone = Zone::default().with_offset_minutes(-180).with_changes([
            change("2018-11-04T03:00:00Z", -120),
            change("2019-02-17T02:00:00Z", -180),
        ]);
        let day = |text| grid(&zone, 24 * HOUR).of(at(text));
        let spring = day("2018-11-04T03:00:00Z");
        let ends = (at("2018-11-04T03:00:00Z"), at("2018-11-05T02:00:00Z"));
        assert_eq!((spring.from, spring.to), ends);
        assert_ne!(day("2018-11-04T02:59:59.999Z"), spring);
        let autumn = day("2019-02-17T02:59:59.999Z");
        let ends = (at("2019-02-16T02:00:00Z"), at("2019-02-17T03:00:00Z"));
        assert_eq!((autumn.from, autumn.to), ends);
        assert_ne!(day("2019-02-17T03:00:00Z"), autumn);
    }

    #[test]
    fn even_days_are_what_the_clocks_show_that_never_change() {
        let never = |zone: Zone| zone.with_changes([change("9999-01-01T00:00:00Z", 0)]);
        for offset in [-1_080, -210, 0, 345, 1_080] {
            let zone = Zone::default().with_offset_minutes(offset);
            let same = never(zone.clone());
            for (begins, width) in [(0, 30), (90, 240), (1_439, 1_440)] {
                let of = |zone, at| {
                    let (begins, width) = (Span::from_mins(begins), Span::from_mins(width));
                    Grid::new(zone, begins, width, None).of(at)
                };
                for n in -300..300 {
                    assert_eq!(of(&zone, minute(n * 17)), of(&same, minute(n * 17)));
                }
            }
        }
    }

    /// Whatever the zone: intervals follow each other without a gap, and none lies in two days.
    #[test]
    fn borders_ascend_and_every_instant_is_in_one_interval_of_one_day() {
        let mut seed = 11_u64;
        let mut draw = |below: i64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            i64::try_from(seed >> 33).unwrap_or(0) % below
        };
        for _ in 0..300 {
            let mut from = minute(0);
            let usual = draw(2) == 0;
            let offset = |draw: &mut dyn FnMut(i64) -> i64| {
                let hours = i16::try_from(draw(4)).unwrap_or(0) * 60 - 300;
                if usual { hours } else { i16::try_from(draw(145)).unwrap_or(0) * 15 - 1_080 }
            };
            let changes = (0..1 + draw(4)).map(|_| {
                from = from + Span::from_mins(u32::try_from(1 + draw(3_000)).unwrap_or(1));
                ZoneChange { from, offset_minutes: offset(&mut draw) }
            });
            let changes: Vec<_> = changes.collect();
            let zone = Zone::default().with_offset_minutes(offset(&mut draw)).with_changes(changes);
            let begins = Span::from_mins(u32::try_from(draw(96) * 15).unwrap_or(0));
            let width = [15, 30, 60, 90, 240, 720, 1_440][usize::try_from(draw(7)).unwrap_or(0)];
            let grid = |width| Grid::new(&zone, begins, Span::from_mins(width), None);
            let before = |at: Timestamp| Timestamp::from_millis(at.as_millis() - 1);
            let mut at = minute(-3_000);
            while at < minute(15_000) {
                let this = grid(width).of(at);
                let day = grid(24 * HOUR).of(at);
                assert!(this.from <= at && at < this.to, "{zone:?} {at:?}");
                assert!(day.from <= this.from && this.to <= day.to, "{zone:?} {at:?}");
                let ends = [this.from, before(this.to)].map(|at| grid(width).of(at));
                assert_eq!(ends, [this; 2], "{zone:?} {at:?}");
                assert_eq!(grid(width).of(this.to).from, this.to, "{zone:?} {at:?}");
                at = this.to + Span::from_mins(u32::try_from(draw(100)).unwrap_or(0));
            }
        }
    }
}
