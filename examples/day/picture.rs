//! The picture of the day: what a supervisor would want on the wall, one panel below the other.

use strowger::ChannelId;

use crate::curves::PER_HALF_HOUR;
use crate::frame::{Frame, LEFT};
use crate::ledger::Ledger;
use crate::report::{Staff, mean, percent};
use crate::svg::{Canvas, INK, MUTED, Type};
use crate::tally::Tally;
use crate::{bars, stacks, strips};

/// What stands at the head of the picture, and what it has to know of the centre.
#[derive(Debug)]
pub(crate) struct Caption {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) live: Vec<ChannelId>,
    /// The service level that is wanted, in percent.
    pub(crate) goal: u32,
}

/// The width of the picture.
const WIDTH: f64 = 1_240.0;
/// What stands between panels: a scale of hours below, two lines of text above.
const GAP: f64 = 74.0;
/// The colour of what is well.
pub(crate) const GOOD: &str = "#4f9d69";
/// The colour of what is nearly well.
pub(crate) const FAIR: &str = "#d08f22";
/// The colour of what is not well.
pub(crate) const BAD: &str = "#cf4d4d";

/// The colour of a service level.
pub(crate) fn grade(tally: &Tally, goal: u32) -> &'static str {
    let (reached, wanted) = (tally.in_target * 100, tally.offered * u64::from(goal));
    if reached >= wanted {
        GOOD
    } else if reached + 15 * tally.offered >= wanted {
        FAIR
    } else {
        BAD
    }
}

/// Draws the day.
pub(crate) fn draw(ledger: &Ledger, caption: &Caption) -> String {
    let mut canvas = Canvas::default();
    header(&mut canvas, ledger, caption);
    let half_hours = half_hours(ledger);
    let mut top = 214.0;
    let mut next = |height: f64| {
        let frame = Frame::new(half_hours, top, height);
        top += height + GAP;
        frame
    };
    bars::service_level(&mut canvas, &next(120.0), ledger, caption);
    bars::contacts(&mut canvas, &next(110.0), ledger, caption);
    stacks::waiting(&mut canvas, &next(110.0), ledger, caption);
    if stacks::has_backlog(ledger, caption) {
        stacks::backlog(&mut canvas, &next(110.0), ledger, caption);
    }
    stacks::agents(&mut canvas, &next(190.0), ledger);
    strips::longest(&mut canvas, &next(22.0 * ledger.queues.len() as f64), ledger);
    let height = top - GAP + 92.0;
    let note = "Drawn from facts alone. Curves are averages over five minutes. Occupancy: time with \
                contacts and wrap-up, of that and the time available for them.";
    canvas.text(LEFT, height - 20.0, Type::of(11.0).colour(MUTED), note);
    canvas.finish(WIDTH, height, &caption.title)
}

/// From the first full hour to the last half hour in which anything happened.
fn half_hours(ledger: &Ledger) -> (u64, u64) {
    let arrivals = ledger.tallies.keys().map(|cell| cell.half_hour);
    let staffed = |half_hour: &u64| Staff::in_half_hour(ledger, *half_hour).on_queue > 0;
    let staffed = (0..ledger.agents.len().div_ceil(PER_HALF_HOUR)).filter(staffed);
    let all: Vec<_> = arrivals.chain(staffed).collect();
    let first = all.iter().min().copied().unwrap_or(0) / 2 * 2;
    let last = all.iter().max().copied().unwrap_or(first) + 1;
    // The last call of a day that runs to midnight does not need another half hour of paper.
    (first, if first < 48 { last.min(48) } else { last })
}

fn header(canvas: &mut Canvas, ledger: &Ledger, caption: &Caption) {
    canvas.text(LEFT, 52.0, Type::of(28.0).bold(), &caption.title);
    canvas.text(LEFT, 77.0, Type::of(14.0).colour(MUTED), &caption.subtitle);
    let live = ledger.sum(|cell| caption.live.contains(&cell.channel));
    let level = percent(live.in_target, live.offered);
    let occupancy = Staff::all_day(ledger).occupancy();
    let tiles = [
        (live.offered.to_string(), "offered", INK),
        (live.answered.to_string(), "answered", INK),
        (live.abandoned.to_string(), "abandoned", INK),
        (level, "service level", grade(&live, caption.goal)),
        (mean(live.waited, live.answered), "average speed of answer", INK),
        (mean(live.handled, live.answered), "average handle time", INK),
        (occupancy, "occupancy", INK),
    ];
    let step = (WIDTH - LEFT - 20.0) / tiles.len() as f64;
    for (place, (number, what, colour)) in tiles.iter().enumerate() {
        let x = step.mul_add(place as f64, LEFT);
        canvas.text(x, 126.0, Type::of(26.0).bold().colour(colour), number);
        canvas.text(x, 145.0, Type::of(12.0).colour(MUTED), what);
    }
}
