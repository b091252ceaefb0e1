//! The picture: how many waited, as it was and as it would have been, on one scale.

use std::fmt::Write;

use crate::queue_log::history::History;
use crate::queue_log::page::{Sums, date_and_time, span};
use crate::queue_log::play::{Day, Terms};

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
/// The height of a panel.
const PANEL: f64 = 150.0;
/// How many instants a panel shows.
const COLUMNS: usize = 450;
const INK: &str = "#1f2a33";
const MUTED: &str = "#66737e";
const GRID: &str = "#e7ebee";
const WAS: &str = "#cf4d4d";
const WOULD: &str = "#4f9d69";

/// Draws the log as SVG.
pub(crate) fn draw(path: &str, history: &History, terms: Terms, was: &Day, would: &Day) -> String {
    let (most_was, most_would) = (waiting(history, was), waiting(history, would));
    let most = most_was.iter().chain(&most_would).copied().max().unwrap_or(0).max(1);
    let mut canvas = Canvas(String::new());
    canvas.text(LEFT, 34.0, 20, INK, &format!("Calls that waited: {path}"));
    canvas.text(LEFT, 54.0, 12, MUTED, &span(history, terms));
    let panels = [
        ("what happened", was, &most_was, WAS, 110.0),
        ("decided by strowger", would, &most_would, WOULD, 340.0),
    ];
    for (title, day, counts, colour, top) in panels {
        let sums = Sums::of(day.rows.iter());
        let told = format!(
            "{title}: {} of {} answered, {} of them in time; {} hung up",
            sums.answered, sums.offered, sums.in_target, sums.abandoned
        );
        canvas.text(LEFT, top - 12.0, 14, INK, &told);
        canvas.panel(history, terms, top, counts, most, colour);
    }
    let body = canvas.0;
    let height = 540.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" font-family=\"Arial, 'Liberation \
         Sans', sans-serif\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" \
         fill=\"#ffffff\"/>\n{body}</svg>\n",
        escaped(&format!("Calls that waited: {path}"))
    )
}

/// The most that waited at once in each column of the picture.
fn waiting(history: &History, day: &Day) -> Vec<i64> {
    let mut changes: Vec<(i64, i64)> = Vec::new();
    for (visit, fate) in history.visits.iter().zip(&day.fates) {
        let out = fate.out.unwrap_or(i64::MAX);
        // Who was answered at once did not wait.
        if out > visit.entered {
            changes.extend([(visit.entered, 1), (out, -1)]);
        }
    }
    // At one instant some leave before others come.
    changes.sort_unstable();
    let length = (history.to - history.from).max(1);
    let mut most = vec![0; COLUMNS + 1];
    let (mut now, mut next) = (0, changes.into_iter().peekable());
    for (n, most) in most.iter_mut().enumerate() {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        let columns = COLUMNS as i64;
        let until = history.from + (length * (n + 1)).div_euclid(columns);
        *most = now;
        while let Some((_, change)) = next.next_if(|(at, _)| *at < until) {
            now += change;
            *most = now.max(*most);
        }
    }
    most
}

/// SVG as it grows.
struct Canvas(String);

impl Canvas {
    fn text(&mut self, x: f64, y: f64, size: u32, colour: &str, text: &str) {
        let text = escaped(text);
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{colour}\">{text}</text>"
        );
    }

    fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let _ = writeln!(
            self.0,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{GRID}\"/>"
        );
    }

    fn panel(
        &mut self,
        history: &History,
        terms: Terms,
        top: f64,
        counts: &[i64],
        most: i64,
        colour: &str,
    ) {
        let width = WIDTH - LEFT - RIGHT;
        let x = |part: f64| LEFT + width * part;
        let y = |count: f64| top + PANEL * (1.0 - count / most as f64);
        for count in [0, most.midpoint(0), most] {
            self.line((LEFT, y(count as f64)), (WIDTH - RIGHT, y(count as f64)));
            self.text(LEFT - 34.0, y(count as f64) + 4.0, 11, MUTED, &count.to_string());
        }
        let mut points = vec![(x(0.0), y(0.0))];
        for (n, count) in counts.iter().take(COLUMNS).enumerate() {
            let y = y(*count as f64);
            points.push((x(n as f64 / COLUMNS as f64), y));
            points.push((x((n + 1) as f64 / COLUMNS as f64), y));
        }
        points.push((x(1.0), y(0.0)));
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(self.0, "<path d=\"M{}Z\" fill=\"{colour}\"/>", points.join(" L"));
        for part in 0..=4 {
            let at = history.from + (history.to - history.from) / 4 * part;
            let (date, time) = date_and_time(at, terms);
            let one_day = history.to - history.from < 86_400_000;
            let told = if one_day { time } else { format!("{date} {time}") };
            let anchor = x(part as f64 / 4.0) - if part == 4 { 30.0 } else { 0.0 };
            self.text(anchor, top + PANEL + 16.0, 11, MUTED, &told);
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
