//! The picture of the day: what a supervisor would want on the wall, one panel below the other.

use strowger::model::ChannelId;

use crate::frame::{Frame, LEFT};
use crate::ledger::Ledger;
use crate::report::{mean, permille};
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
    let (reached, wanted) = (tally.service.in_target * 100, tally.ended() * goal);
    if reached >= wanted {
        GOOD
    } else if reached + 15 * tally.ended() >= wanted {
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
    let all = ledger.half_hours();
    let (first, last) = (all.start / 2 * 2, all.end);
    // The last call of a day that runs to midnight does not need another half hour of paper.
    (first, if first < 48 { last.min(48) } else { last })
}

fn header(canvas: &mut Canvas, ledger: &Ledger, caption: &Caption) {
    canvas.text(LEFT, 52.0, Type::of(28.0).bold(), &caption.title);
    canvas.text(LEFT, 77.0, Type::of(14.0).colour(MUTED), &caption.subtitle);
    let live = ledger.sum(|row| caption.live.contains(&row.channel));
    let occupancy = permille(ledger.staff(0..u64::MAX).occupancy());
    let (service, handling) = (&live.service, &live.handling);
    let tiles = [
        (service.offered.to_string(), "offered", INK),
        (service.answered.to_string(), "answered", INK),
        (service.abandoned.to_string(), "abandoned", INK),
        (permille(live.service_level()), "service level", grade(&live, caption.goal)),
        (mean(live.line.first_wait, live.line.first_answered), "average speed of answer", INK),
        (mean(handling.handled_time, handling.handled), "average handle time", INK),
        (occupancy, "occupancy", INK),
    ];
    let step = (WIDTH - LEFT - 20.0) / tiles.len() as f64;
    for (place, (number, what, colour)) in tiles.iter().enumerate() {
        let x = step.mul_add(place as f64, LEFT);
        canvas.text(x, 126.0, Type::of(26.0).bold().colour(colour), number);
        canvas.text(x, 145.0, Type::of(12.0).colour(MUTED), what);
    }
}
