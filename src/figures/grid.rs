//! Intervals: equal stretches of time, counted from a fixed instant.

use crate::base::time::{Span, Timestamp};

/// The most intervals one length of time is spread over in one go.
pub(super) const PARTS_MAX: u32 = 4_096;

/// Stretches of one width; number 0 begins at the offset after the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    width: i64,
    offset: i64,
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl Grid {
    pub(super) fn new(width: Span, offset: Span) -> Self {
        Self { width: millis(width).max(1), offset: millis(offset) }
    }

    /// The number of the interval an instant is in: `[start, end)`.
    pub(super) const fn number(self, at: Timestamp) -> i64 {
        at.as_millis().saturating_sub(self.offset).div_euclid(self.width)
    }

    /// When an interval begins.
    pub(super) const fn start(self, number: i64) -> Timestamp {
        Timestamp::from_millis(number.saturating_mul(self.width).saturating_add(self.offset))
    }

    /// Calls back with each interval that `[from, to)` touches, and the part of it that lies there.
    /// What lies beyond [`PARTS_MAX`] intervals is part of the last.
    pub(super) fn each(
        self,
        from: Timestamp,
        to: Timestamp,
        mut with: impl FnMut(i64, Timestamp, Timestamp),
    ) {
        let mut from = from;
        let first = self.number(from);
        for part in 1..=PARTS_MAX {
            if from >= to {
                return;
            }
            let number = first.saturating_add(i64::from(part) - 1);
            let border = self.start(number.saturating_add(1));
            let end = if part == PARTS_MAX { to } else { to.min(border) };
            with(number, from, end);
            from = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const fn minute(n: i64) -> Timestamp {
        Timestamp::from_millis(n * 60_000)
    }

    fn parts(grid: Grid, from: Timestamp, to: Timestamp) -> Vec<(i64, u64)> {
        let mut parts = Vec::new();
        grid.each(from, to, |n, from, to| parts.push((n, to.since(from).as_millis())));
        parts
    }

    #[test]
    fn a_length_of_time_is_split_at_borders() {
        let grid = Grid::new(Span::from_mins(30), Span::from_mins(10));
        assert_eq!(grid.number(minute(9)), -1);
        assert_eq!(grid.number(minute(10)), 0);
        assert_eq!(grid.start(1), minute(40));
        assert_eq!(parts(grid, minute(10), minute(10)), []);
        assert_eq!(parts(grid, minute(10), minute(40)), [(0, 1_800_000)]);
        let three = [(-1, 60_000), (0, 1_800_000), (1, 60_000)];
        assert_eq!(parts(grid, minute(9), minute(41)), three);
    }

    #[test]
    fn a_very_long_one_keeps_its_length() {
        let grid = Grid::new(Span::from_mins(30), Span::ZERO);
        let ends = [Timestamp::from_millis(i64::MIN), minute(3), Timestamp::MAX];
        for from in ends {
            for to in ends {
                let parts = parts(grid, from, to);
                assert!(parts.len() <= PARTS_MAX as usize);
                let sum: u64 = parts.iter().map(|(_, length)| length).sum();
                assert_eq!(sum, to.since(from).as_millis());
            }
        }
    }
}
