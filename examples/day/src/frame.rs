//! The frame of a panel: scales, grid, clock times, headings and keys.

use crate::clock::PER_HALF_HOUR;
use crate::report::clock;
use crate::svg::{Anchor, Canvas, MUTED, Type};

/// Where plots begin.
pub(crate) const LEFT: f64 = 130.0;
/// Where plots end; keys stand to the right of it, so they never cover data.
pub(crate) const RIGHT: f64 = 1_070.0;

/// A panel's place on the paper and its scale of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// First and last half hour; the first is a full hour.
    half_hours: (u64, u64),
    pub(crate) top: f64,
    pub(crate) height: f64,
    /// The value at the upper edge.
    max: f64,
}

impl Frame {
    pub(crate) const fn new(half_hours: (u64, u64), top: f64, height: f64) -> Self {
        Self { half_hours, top, height, max: 1.0 }
    }

    /// The same with room for values up to this, and the values to label.
    pub(crate) fn up_to(self, most: f64) -> (Self, Vec<f64>) {
        let step = step(most);
        let count = (most / step).ceil().max(1.0);
        let ticks = (0..=count as u32).map(|tick| f64::from(tick) * step).collect();
        (Self { max: count * step, ..self }, ticks)
    }

    pub(crate) const fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The numbers of the stretches shown.
    pub(crate) const fn stretches(&self) -> std::ops::Range<u64> {
        self.half_hours.0 * PER_HALF_HOUR..self.half_hours.1 * PER_HALF_HOUR
    }

    /// The numbers of the half hours shown.
    pub(crate) const fn half_hours(&self) -> std::ops::Range<u64> {
        self.half_hours.0..self.half_hours.1
    }

    /// Where a stretch begins.
    pub(crate) fn x(&self, stretch: u64) -> f64 {
        let range = self.stretches();
        let share = (stretch - range.start) as f64 / (range.end - range.start) as f64;
        (RIGHT - LEFT).mul_add(share, LEFT)
    }

    /// Where a value stands.
    pub(crate) fn y(&self, value: f64) -> f64 {
        self.height.mul_add(-value / self.max, self.bottom())
    }

    /// What the panel shows.
    pub(crate) fn heading(&self, canvas: &mut Canvas, what: &str, how: &str) {
        canvas.text(LEFT, self.top - 28.0, Type::of(15.0).bold(), what);
        canvas.text(LEFT, self.top - 12.0, Type::of(12.0).colour(MUTED), how);
    }

    /// Lines and labels for values.
    pub(crate) fn value_scale(&self, canvas: &mut Canvas, ticks: &[f64], unit: &str) {
        for tick in ticks {
            let y = self.y(*tick);
            canvas.grid_line(LEFT, y, RIGHT, y);
            let kind = Type::of(11.0).colour(MUTED).anchor(Anchor::End);
            canvas.text(LEFT - 8.0, y + 4.0, kind, &format!("{tick}{unit}"));
        }
    }

    /// Clock times below the panel, not so many that they touch.
    pub(crate) fn clock_scale(&self, canvas: &mut Canvas) {
        let (first, last) = self.half_hours;
        let every = if last - first > 32 { 4 } else { 2 };
        for half_hour in (first..=last).step_by(every) {
            let x = self.x(half_hour * PER_HALF_HOUR);
            canvas.grid_line(x, self.bottom(), x, self.bottom() + 5.0);
            let kind = Type::of(11.0).colour(MUTED).anchor(Anchor::Middle);
            canvas.text(x, self.bottom() + 18.0, kind, &clock(half_hour * 30));
        }
    }

    /// Names with their colours, in the margin.
    pub(crate) fn key(&self, canvas: &mut Canvas, entries: &[(&str, &str)]) {
        for (place, (name, colour)) in entries.iter().enumerate() {
            let y = 20.0f64.mul_add(place as f64, self.top);
            canvas.rect(RIGHT + 18.0, y, 12.0, 12.0, colour);
            canvas.text(RIGHT + 37.0, y + 10.5, Type::of(12.0), name);
        }
    }
}

/// A round step of which three to five make the whole.
fn step(most: f64) -> f64 {
    let rough = (most / 4.0).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let fitting = steps.iter().map(|step| step * power).find(|step| *step >= rough);
    fitting.unwrap_or(power * 10.0)
}
