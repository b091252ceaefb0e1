//! Panels with stacked areas over the day: what waits, and what agents do.

use strowger::model::ChannelId;
use strowger::prelude::*;

use crate::clock::STRETCH;
use crate::frame::Frame;
use crate::ledger::Ledger;
use crate::picture::Caption;
use crate::svg::Canvas;

/// The colours of channels, in order of definition.
pub(crate) const CHANNELS: [&str; 6] =
    ["#2f6f9f", "#e58a3c", "#3f9b8f", "#8a76bd", "#9c8b75", "#b85c86"];
/// The statuses in the order in which they are stacked, from below.
const STATUSES: [(RoutingStatus, &str, &str); 6] = [
    (RoutingStatus::Interacting, "interacting", "#2f6f9f"),
    (RoutingStatus::Communicating, "on a call of their own", "#8a76bd"),
    (RoutingStatus::Offered, "offered", "#e9b44c"),
    (RoutingStatus::Idle, "idle", "#a5d1b0"),
    (RoutingStatus::NotResponding, "not responding", "#cf4d4d"),
    (RoutingStatus::OffQueue, "off queue (break)", "#d5dbe0"),
];

/// A named curve over the stretches of the day.
struct Layer<'a> {
    name: &'a str,
    colour: &'static str,
    values: Vec<f64>,
}

/// How many there were on average in a stretch, by the milliseconds they were there.
fn average(millis: u64) -> f64 {
    millis as f64 / STRETCH.as_millis() as f64
}

fn waiting_on<'a>(
    frame: &Frame,
    ledger: &'a Ledger,
    wanted: impl Fn(&ChannelId) -> bool,
) -> Vec<Layer<'a>> {
    let named = ledger.channels.iter().zip(CHANNELS.iter().cycle());
    let wanted = named.filter(|((channel, _), _)| wanted(channel));
    let layer = |((channel, name), colour): ((&ChannelId, &'a String), &&'static str)| {
        let curve = ledger.waiting(*channel);
        let mean = |stretch| average(curve.get(&stretch).copied().unwrap_or(0));
        Layer { name, colour, values: frame.stretches().map(mean).collect() }
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
        let above: Vec<_> = below.iter().zip(&layer.values).map(|(low, more)| low + more).collect();
        let mut outline = steps(&frame, &above);
        let mut back = steps(&frame, &below);
        back.reverse();
        outline.append(&mut back);
        canvas.area(&outline, layer.colour);
        below = above;
    }
    let key: Vec<_> = layers.iter().rev().map(|layer| (layer.name, layer.colour)).collect();
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

/// Who waits at the other end, offered work included.
pub(crate) fn waiting(canvas: &mut Canvas, frame: &Frame, ledger: &Ledger, caption: &Caption) {
    frame.heading(canvas, "Customers waiting", "In queue or offered, by channel");
    let layers = waiting_on(frame, ledger, |channel| caption.live.contains(channel));
    stack(canvas, frame, &layers);
}

/// Whether there are channels on which nobody waits at the other end.
pub(crate) fn has_backlog(ledger: &Ledger, caption: &Caption) -> bool {
    ledger.channels.keys().any(|channel| !caption.live.contains(channel))
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
    frame.heading(canvas, "Agents", "Signed in, by routing status; interacting includes wrap-up");
    let layer = |(status, name, colour): &(RoutingStatus, &'static str, &'static str)| {
        let time = |stretch| ledger.staff(stretch..stretch + 1).in_status(*status);
        let mean = |stretch| average(time(stretch).as_millis());
        Layer { name, colour, values: frame.stretches().map(mean).collect() }
    };
    let layers: Vec<_> = STATUSES.iter().map(layer).collect();
    let used: Vec<_> =
        layers.into_iter().filter(|layer| layer.values.iter().any(|value| *value > 0.0)).collect();
    stack(canvas, frame, &used);
}
