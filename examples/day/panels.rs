//! The panels of the picture.

use strowger::{ChannelId, QueueId, RoutingStatus, Span};

use crate::curves::{PER_HALF_HOUR, STRETCH_MS};
use crate::frame::{Frame, LEFT, RIGHT};
use crate::ledger::{Ledger, Tally};
use crate::picture::{BAD, Caption, grade};
use crate::report::{clock, duration, percent};
use crate::svg::{Anchor, Canvas, INK, MUTED, Type};

/// The colours of channels, in order of definition.
const CHANNELS: [&str; 6] = [
    "#2f6f9f", "#e58a3c", "#3f9b8f", "#8a76bd", "#9c8b75", "#b85c86",
];
/// The statuses in the order in which they are stacked, from below.
const STATUSES: [(RoutingStatus, &str, &str); 6] = [
    (RoutingStatus::Interacting, "interacting", "#2f6f9f"),
    (
        RoutingStatus::Communicating,
        "on a call of his own",
        "#8a76bd",
    ),
    (RoutingStatus::Offered, "offered", "#e9b44c"),
    (RoutingStatus::Idle, "idle", "#a5d1b0"),
    (RoutingStatus::NotResponding, "not responding", "#cf4d4d"),
    (RoutingStatus::OffQueue, "off queue (break)", "#d5dbe0"),
];
/// The colours of waits: up to so many percent of the target, and how the key says it.
const WAITS: [(u64, &str, &str); 4] = [
    (50, "#d7ebdb", "up to half the target"),
    (100, "#9ccca8", "up to the target"),
    (200, "#f1cd70", "up to twice"),
    (400, "#e8924a", "up to four times"),
];
/// The colour of waits that are longer still.
const TOO_LONG: &str = "#c23b3b";

fn in_half_hour(ledger: &Ledger, caption: &Caption, half_hour: u64) -> Tally {
    ledger.sum(|cell| cell.half_hour == half_hour && caption.live.contains(&cell.channel))
}

fn names(ledger: &Ledger, channels: &[ChannelId]) -> String {
    let names = channels
        .iter()
        .filter_map(|id| ledger.channels.get(id))
        .cloned();
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
        "Answered within the target of their queue, in percent of those offered in the half hour: {}",
        names(ledger, &caption.live)
    );
    frame.heading(canvas, "Service level", &how);
    let (frame, _) = frame.up_to(100.0);
    frame.value_scale(canvas, &[0.0, 50.0, 100.0], " %");
    for half_hour in frame.half_hours() {
        let tally = in_half_hour(ledger, caption, half_hour);
        if tally.offered > 0 {
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
    let level = tally.in_target as f64 * 100.0 / tally.offered as f64;
    let (y, colour) = (frame.y(level), grade(tally, goal));
    let tale = format!(
        "{}: {} of {} answered within target ({})",
        clock(half_hour * 30),
        tally.in_target,
        tally.offered,
        percent(tally.in_target, tally.offered)
    );
    canvas.told_rect((x, y), (width, frame.bottom() - y), colour, &tale);
    let kind = Type::of(if width < 20.0 { 9.0 } else { 11.0 }).anchor(Anchor::Middle);
    let number = format!("{}", tally.in_target * 100 / tally.offered);
    let inside = level > 15.0;
    let (dy, colour) = if inside {
        (-6.0, "#ffffff")
    } else {
        (-4.0, MUTED)
    };
    let from = if inside { frame.bottom() } else { y };
    canvas.text(
        x + width / 2.0,
        from + dy,
        kind.bold().colour(colour),
        &number,
    );
}

/// Where the bar of a half hour stands and how wide it is.
fn bar(frame: &Frame, half_hour: u64) -> (f64, f64) {
    let (from, to) = (
        frame.x(half_hour * PER_HALF_HOUR),
        frame.x((half_hour + 1) * PER_HALF_HOUR),
    );
    (from + 1.5, to - from - 3.0)
}

/// How many were offered, and what became of them.
pub(crate) fn contacts(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger, caption: &Caption) {
    let how = format!("Offered in the half hour: {}", names(ledger, &caption.live));
    frame.heading(canvas, "Contacts", &how);
    let tallies: Vec<_> = frame
        .half_hours()
        .map(|half_hour| (half_hour, in_half_hour(ledger, caption, half_hour)))
        .collect();
    let most = tallies
        .iter()
        .map(|(_, tally)| tally.offered)
        .max()
        .unwrap_or(0);
    let (frame, ticks) = frame.up_to(most as f64);
    frame.value_scale(canvas, &ticks, "");
    for (half_hour, tally) in &tallies {
        let (x, width) = bar(&frame, *half_hour);
        let parts = [
            (tally.answered, CHANNELS[0]),
            (tally.abandoned, BAD),
            (tally.flowed_out, MUTED),
        ];
        let mut below = 0;
        for (count, colour) in parts.into_iter().filter(|(count, _)| *count > 0) {
            let (low, high) = (frame.y(below as f64), frame.y((below + count) as f64));
            canvas.rect(x, high, width, low - high, colour);
            below += count;
        }
    }
    let key = [("abandoned", BAD), ("answered", CHANNELS[0])];
    frame.key(canvas, &key);
    frame.clock_scale(canvas);
}

/// A named curve over the stretches of the day.
struct Layer<'a> {
    name: &'a str,
    colour: &'static str,
    values: Vec<f64>,
}

fn waiting_on<'a>(
    frame: &Frame,
    ledger: &'a Ledger,
    wanted: impl Fn(&ChannelId) -> bool,
) -> Vec<Layer<'a>> {
    let named = ledger.channels.iter().zip(CHANNELS.iter().cycle());
    let wanted = named.filter(|((channel, _), _)| wanted(channel));
    let layer = |((channel, name), colour): ((&ChannelId, &'a String), &&'static str)| {
        let curve = ledger.waiting.get(channel);
        let mean = |stretch| curve.map_or(0, |curve| curve.sum(stretch)) as f64 / STRETCH_MS as f64;
        Layer {
            name,
            colour,
            values: frame.stretches().map(mean).collect(),
        }
    };
    wanted.map(layer).collect()
}

fn stack(canvas: &mut Canvas, frame: &Frame, layers: &[Layer<'_>]) {
    let count = frame.stretches().count();
    let total = |place: usize| layers.iter().map(|layer| layer.values[place]).sum::<f64>();
    let most = (0..count).map(total).fold(0.0, f64::max);
    let (frame, ticks) = frame.up_to(most);
    frame.value_scale(canvas, &ticks, "");
    let mut below = vec![0.0; count];
    for layer in layers {
        let above: Vec<_> = below
            .iter()
            .zip(&layer.values)
            .map(|(low, more)| low + more)
            .collect();
        let mut outline = steps(&frame, &above);
        let mut back = steps(&frame, &below);
        back.reverse();
        outline.append(&mut back);
        canvas.area(&outline, layer.colour);
        below = above;
    }
    let key: Vec<_> = layers
        .iter()
        .rev()
        .map(|layer| (layer.name, layer.colour))
        .collect();
    frame.key(canvas, &key);
    frame.clock_scale(canvas);
}

/// A curve that is level within each stretch.
fn steps(frame: &Frame, values: &[f64]) -> Vec<(f64, f64)> {
    let edges = frame.stretches().zip(values);
    let corners = |(stretch, value): (u64, &f64)| {
        let y = frame.y(*value);
        [(frame.x(stretch), y), (frame.x(stretch + 1), y)]
    };
    edges.flat_map(corners).collect()
}

/// Who waits at the other end, ringing included.
pub(crate) fn waiting(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger, caption: &Caption) {
    frame.heading(
        canvas,
        "Customers waiting",
        "In queue or ringing, by channel",
    );
    let layers = waiting_on(frame, ledger, |channel| caption.live.contains(channel));
    stack(canvas, frame, &layers);
}

/// Whether there are channels on which nobody waits at the other end.
pub(crate) fn has_backlog(ledger: &Ledger, caption: &Caption) -> bool {
    ledger
        .channels
        .keys()
        .any(|channel| !caption.live.contains(channel))
}

/// What waits without a customer at the other end.
pub(crate) fn backlog(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger, caption: &Caption) {
    let how = "Messages, e-mails and other work not yet answered, by channel";
    frame.heading(canvas, "Backlog", how);
    let layers = waiting_on(frame, ledger, |channel| !caption.live.contains(channel));
    stack(canvas, frame, &layers);
}

/// What agents did.
pub(crate) fn agents(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger) {
    frame.heading(
        canvas,
        "Agents",
        "Signed in, by routing status; interacting includes wrap-up",
    );
    let layer = |(status, name, colour): &(RoutingStatus, &'static str, &'static str)| {
        let mean = |stretch| ledger.agents.sum(*status, stretch) as f64 / STRETCH_MS as f64;
        Layer {
            name,
            colour,
            values: frame.stretches().map(mean).collect(),
        }
    };
    let layers: Vec<_> = STATUSES.iter().map(layer).collect();
    let used: Vec<_> = layers
        .into_iter()
        .filter(|layer| layer.values.iter().any(|value| *value > 0.0))
        .collect();
    stack(canvas, frame, &used);
}

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
        canvas.rect(LEFT, y + 1.0, RIGHT - LEFT, row - 2.0, "#f4f6f7");
        let most = strip(
            canvas,
            frame,
            ledger,
            (*id, queue.target),
            (y + 1.0, row - 2.0),
        );
        let most = format!(
            "{} of {}",
            duration(most),
            duration(queue.target.as_millis())
        );
        canvas.text(
            RIGHT + 10.0,
            y + row / 2.0 + 4.0,
            Type::of(12.0).colour(MUTED),
            &most,
        );
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
    let waits = ledger.longest.get(&queue);
    let mut most = 0;
    for stretch in frame.stretches() {
        let wait = waits.and_then(|waits| waits.get(stretch as usize)).copied();
        let wait = wait.map_or(0, Span::as_millis);
        most = most.max(wait);
        if wait > 0 {
            let (from, to) = (frame.x(stretch), frame.x(stretch + 1));
            let tale = format!("{}: {}", clock(stretch * 5), duration(wait));
            canvas.told_rect((from, y), (to - from, height), heat(wait, target), &tale);
        }
    }
    most
}

fn heat(wait: u64, target: Span) -> &'static str {
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
