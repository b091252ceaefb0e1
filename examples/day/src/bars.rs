//! Panels with a bar for every half hour: service level, and contacts.

use strowger::figures::QueueInterval;
use strowger::model::ChannelId;

use crate::clock::PER_HALF_HOUR;
use crate::frame::{Frame, LEFT, RIGHT};
use crate::ledger::Ledger;
use crate::picture::{BAD, Caption, grade};
use crate::report::{clock, permille};
use crate::stacks::CHANNELS;
use crate::svg::{Anchor, Canvas, INK, MUTED, Type};
use crate::tally::Tally;

fn in_half_hour(ledger: &Ledger, caption: &Caption, half_hour: u64) -> Tally {
    let then = |row: &QueueInterval| ledger.clock.half_hour(row.from) == half_hour;
    ledger.sum(|row| then(row) && caption.live.contains(&row.channel))
}

fn names(ledger: &Ledger, channels: &[ChannelId]) -> String {
    let names = channels.iter().filter_map(|id| ledger.channels.get(id)).cloned();
    names.collect::<Vec<_>>().join(" and ")
}

/// Service level by half hour against the target.
pub(crate) fn service_level(
    canvas: &mut Canvas,
    frame: &Frame,
    ledger: &Ledger,
    caption: &Caption,
) {
    let how = format!(
        "Answered within the target of their queue, in percent of those answered or abandoned in \
         the half hour: {}",
        names(ledger, &caption.live)
    );
    frame.heading(canvas, "Service level", &how);
    let (frame, _) = frame.up_to(100.0);
    frame.value_scale(canvas, &[0.0, 50.0, 100.0], " %");
    for half_hour in frame.half_hours() {
        let tally = in_half_hour(ledger, caption, half_hour);
        if tally.ended() > 0 {
            level_bar(canvas, &frame, half_hour, &tally, caption.goal);
        }
    }
    let goal = f64::from(caption.goal);
    canvas.dashed_line(LEFT, RIGHT, frame.y(goal), INK);
    let (x, target) = (RIGHT + 8.0, format!("target {goal} %"));
    canvas.text(x, frame.y(goal) + 4.0, Type::of(12.0).bold(), &target);
    frame.clock_scale(canvas);
}

fn level_bar(canvas: &mut Canvas, frame: &Frame, half_hour: u64, tally: &Tally, goal: u32) {
    let (x, width) = bar(frame, half_hour);
    let (in_target, ended) = (tally.service.in_target, tally.ended());
    let level = f64::from(in_target) * 100.0 / f64::from(ended);
    let (y, colour) = (frame.y(level), grade(tally, goal));
    let tale = format!(
        "{}: {in_target} of {ended} answered within target ({})",
        clock(half_hour * 30),
        permille(tally.service_level())
    );
    canvas.told_rect((x, y), (width, frame.bottom() - y), colour, &tale);
    let kind = Type::of(if width < 20.0 { 9.0 } else { 11.0 }).anchor(Anchor::Middle);
    let number = format!("{}", in_target * 100 / ended);
    let inside = level > 15.0;
    let (dy, colour) = if inside { (-6.0, "#ffffff") } else { (-4.0, MUTED) };
    let from = if inside { frame.bottom() } else { y };
    canvas.text(x + width / 2.0, from + dy, kind.bold().colour(colour), &number);
}

/// Where the bar of a half hour stands and how wide it is.
fn bar(frame: &Frame, half_hour: u64) -> (f64, f64) {
    let (from, to) = (frame.x(half_hour * PER_HALF_HOUR), frame.x((half_hour + 1) * PER_HALF_HOUR));
    (from + 1.5, to - from - 3.0)
}

/// How many left their line, and how.
pub(crate) fn contacts(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger, caption: &Caption) {
    let how = format!("How they ended in the half hour: {}", names(ledger, &caption.live));
    frame.heading(canvas, "Contacts", &how);
    let tallies: Vec<_> = frame
        .half_hours()
        .map(|half_hour| (half_hour, in_half_hour(ledger, caption, half_hour)))
        .collect();
    let most = tallies.iter().map(|(_, tally)| parts(tally).iter().sum()).max();
    let (frame, ticks) = frame.up_to(f64::from(most.unwrap_or(0)));
    frame.value_scale(canvas, &ticks, "");
    for (half_hour, tally) in &tallies {
        let (x, width) = bar(&frame, *half_hour);
        let mut below = 0;
        for (part, (_, colour)) in parts(tally).into_iter().zip(PARTS) {
            let (low, high) = (frame.y(f64::from(below)), frame.y(f64::from(below + part)));
            if part > 0 {
                canvas.rect(x, high, width, low - high, colour);
            }
            below += part;
        }
    }
    let all = parts(&ledger.sum(|row| caption.live.contains(&row.channel)));
    let used = PARTS.into_iter().zip(all).filter(|(_, count)| *count > 0);
    let mut key: Vec<_> = used.map(|(part, _)| part).collect();
    key.reverse();
    frame.key(canvas, &key);
    frame.clock_scale(canvas);
}

/// How contacts leave their line, from below, with its colour.
const PARTS: [(&str, &str); 3] =
    [("answered", CHANNELS[0]), ("abandoned", BAD), ("flowed out", MUTED)];

const fn parts(tally: &Tally) -> [u32; 3] {
    [tally.service.answered, tally.service.abandoned, tally.flowed()]
}
