//! What the benches measured, as a table and as a picture: how the time of a step grows with the
//! floor, beside the rivals. After `cargo bench -p strowger-bench`:
//! `cargo run --release --example growth -- target/criterion target/growth.svg`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const STEPS: [(&str, &str); 2] = [("arrive", "idle agents"), ("free", "pieces of work waiting")];
const SHAPES: [&str; 3] = ["plain", "enterprise", "hard"];
const WHO: [(&str, &str, &str); 3] =
    [("engine", "#0b6e4f", ""), ("scan", "#b3261e", "6 3"), ("limit", "#777777", "2 3")];

/// Nanoseconds by size.
type Line = BTreeMap<u64, f64>;

/// The medians of one group that are there.
fn line(folder: &Path) -> Line {
    let sizes = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let median = |path: &Path| {
        let text = std::fs::read_to_string(path.join("new/estimates.json")).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        json["median"]["point_estimate"].as_f64()
    };
    sizes
        .filter_map(|size| {
            let number = size.file_name().to_str()?.parse().ok()?;
            Some((number, median(&size.path())?))
        })
        .collect()
}

fn shown(nanos: f64) -> String {
    if nanos < 1e3 {
        format!("{nanos:.0} ns")
    } else if nanos < 1e6 {
        format!("{:.2} µs", nanos / 1e3)
    } else {
        format!("{:.2} ms", nanos / 1e6)
    }
}

fn table(step: &str, shape: &str, lines: &[Line]) {
    let sizes: Vec<u64> = lines.iter().flat_map(|line| line.keys().copied()).collect();
    let sizes: std::collections::BTreeSet<u64> = sizes.into_iter().collect();
    if sizes.is_empty() {
        return;
    }
    let head: String = sizes.iter().map(|size| format!(" {size} |")).collect();
    println!("\n| {step}, {shape} |{head}\n|---|{}", "---|".repeat(sizes.len()));
    for ((who, _, _), line) in WHO.iter().zip(lines) {
        let cells = sizes.iter().map(|size| line.get(size).map_or(String::new(), |n| shown(*n)));
        println!("| {who} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 190.0;

/// Where a size and a time stand in a panel: both by their logarithm, 100 to 1,000,000 and 100 ns
/// to 100 ms.
fn point((size, nanos): (&u64, &f64)) -> (f64, f64) {
    let x = ((*size as f64).log10() - 2.0) / 4.0;
    let y = (nanos.log10() - 2.0) / 6.0;
    (x * WIDTH, HEIGHT - y.clamp(0.0, 1.0) * HEIGHT)
}

fn panel(svg: &mut String, step: &str, shape: &str, lines: &[Line]) {
    let _ = writeln!(svg, "<text x='0' y='-8' font-weight='bold'>{step}, {shape}</text>");
    for decade in 0..=6 {
        let y = HEIGHT - f64::from(decade) / 6.0 * HEIGHT;
        let label =
            ["100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms"][decade as usize];
        let _ = writeln!(svg, "<line x2='{WIDTH}' y1='{y}' y2='{y}' stroke='#ddd'/>");
        let _ = writeln!(svg, "<text x='-6' y='{}' text-anchor='end'>{label}</text>", y + 4.0);
    }
    for (place, label) in ["100", "1,000", "10,000", "100,000", "1,000,000"].iter().enumerate() {
        let x = place as f64 / 4.0 * WIDTH;
        let y = HEIGHT + 16.0;
        let _ = writeln!(svg, "<text x='{x}' y='{y}' text-anchor='middle'>{label}</text>");
    }
    for ((_, colour, dashes), line) in WHO.iter().zip(lines) {
        let points: String =
            line.iter().map(point).map(|(x, y)| format!("{x:.1},{y:.1} ")).collect();
        let style = format!("fill='none' stroke='{colour}' stroke-width='2'");
        let _ = writeln!(svg, "<polyline {style} stroke-dasharray='{dashes}' points='{points}'/>");
        for (x, y) in line.iter().map(point) {
            let _ = writeln!(svg, "<circle cx='{x:.1}' cy='{y:.1}' r='3' fill='{colour}'/>");
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/criterion".to_owned());
    let out = arguments.next().unwrap_or_else(|| "target/growth.svg".to_owned());
    let mut svg = String::from(
        "<svg xmlns='http://www.w3.org/2000/svg' width='1010' height='590' \
         font-family='sans-serif' font-size='11'><rect width='100%' height='100%' fill='white'/>\n",
    );
    for (row, (step, by)) in STEPS.iter().enumerate() {
        for (column, shape) in SHAPES.iter().enumerate() {
            let group = Path::new(&folder).join(format!("{step}_{shape}"));
            let lines: Vec<Line> = WHO.iter().map(|(who, _, _)| line(&group.join(who))).collect();
            table(&format!("{step} by {by}"), shape, &lines);
            let (x, y) = (60.0 + column as f64 * 325.0, 40.0 + row as f64 * 260.0);
            let _ = writeln!(svg, "<g transform='translate({x} {y})'>");
            panel(&mut svg, &format!("{step} by {by}"), shape, &lines);
            svg.push_str("</g>\n");
        }
    }
    for (place, (who, colour, _)) in WHO.iter().enumerate() {
        let x = 60 + place * 120;
        let _ = writeln!(svg, "<text x='{x}' y='570' fill='{colour}'>● {who}</text>");
    }
    svg.push_str("</svg>\n");
    if let Err(error) = std::fs::write(&out, svg) {
        eprintln!("{out}: {error}");
        std::process::exit(1);
    }
}
