//! The panel of strips: the longest wait in every queue.

use strowger::prelude::*;

use crate::frame::{Frame, LEFT, RIGHT};
use crate::ledger::Ledger;
use crate::report::{clock, duration};
use crate::svg::{Anchor, Canvas, MUTED, Type};

/// The colours of waits: up to so many percent of the target, and how the key says it.
const WAITS: [(u64, &str, &str); 4] = [
    (50, "#d7ebdb", "up to half the target"),
    (100, "#9ccca8", "up to the target"),
    (200, "#f1cd70", "up to twice"),
    (400, "#e8924a", "up to four times"),
];
/// The colour of a queue in which nothing waits.
const NOTHING: &str = "#f4f6f7";
/// The colour of waits that are longer still.
const TOO_LONG: &str = "#c23b3b";

/// A strip for every queue: how long the longest wait was, against its target.
pub(crate) fn longest(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger) {
    let how = "The longest anybody had waited in each five minutes, measured against the target of \
               the queue; on the right the longest of the day";
    frame.heading(canvas, "Longest wait", how);
    let row = frame.height / ledger.queues.len().max(1) as f64;
    for (place, (id, queue)) in ledger.queues.iter().enumerate() {
        let y = row.mul_add(place as f64, frame.top);
        let kind = Type::of(12.0).anchor(Anchor::End);
        canvas.text(LEFT - 8.0, y + row / 2.0 + 4.0, kind, &queue.name);
        canvas.rect(LEFT, y + 1.0, RIGHT - LEFT, row - 2.0, NOTHING);
        let most = strip(canvas, frame, ledger, (*id, queue.target), (y + 1.0, row - 2.0));
        let most = format!("{}, target {}", duration(most), duration(queue.target.as_millis()));
        canvas.text(RIGHT + 10.0, y + row / 2.0 + 4.0, Type::of(11.5).colour(MUTED), &most);
    }
    frame.clock_scale(canvas);
    wait_key(canvas, frame.bottom() + 32.0);
}

/// One queue's strip; gives its longest wait in milliseconds.
fn strip(
    canvas: &mut Canvas,
    frame: &Frame,
    ledger: &Ledger,
    (queue, target): (QueueId, Span),
    (y, height): (f64, f64),
) -> u64 {
    let waits = ledger.longest(queue);
    let wait = |stretch: u64| waits.get(&stretch).copied().unwrap_or(0);
    let (mut most, mut from) = (0, frame.stretches().start);
    // Neighbours of one colour are one box.
    while from < frame.stretches().end {
        let colour = heat(wait(from), target);
        let same = |stretch: &u64| heat(wait(*stretch), target) == colour;
        let to = from + (from..frame.stretches().end).take_while(same).count() as u64;
        let longest = (from..to).map(wait).max().unwrap_or(0);
        if longest > 0 {
            let tale = format!("{} to {}: {}", clock(from * 5), clock(to * 5), duration(longest));
            let width = frame.x(to) - frame.x(from);
            canvas.told_rect((frame.x(from), y), (width, height), colour, &tale);
        }
        (most, from) = (most.max(longest), to);
    }
    most
}

fn heat(wait: u64, target: Span) -> &'static str {
    if wait == 0 {
        return NOTHING;
    }
    let percent = wait * 100 / target.as_millis().max(1);
    let found = WAITS.iter().find(|(up_to, ..)| percent <= *up_to);
    found.map_or(TOO_LONG, |(_, colour, _)| colour)
}

fn wait_key(canvas: &mut Canvas, y: f64) {
    let entries = WAITS.iter().map(|(_, colour, name)| (*colour, *name));
    for (place, (colour, name)) in entries.chain([(TOO_LONG, "longer")]).enumerate() {
        let x = 160.0f64.mul_add(place as f64, LEFT);
        canvas.rect(x, y, 12.0, 12.0, colour);
        canvas.text(x + 18.0, y + 10.5, Type::of(12.0), name);
    }
}
