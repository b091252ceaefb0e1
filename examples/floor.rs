//! Builds one floor and repeats one step on it, for a profiler:
//! `cargo run --release --example floor -- enterprise 10000 1000000 free 100000`.
//! With `pause` behind that it waits for a line before the first step, so that a profiler that is
//! slow can be switched on when the floor is there (`benches/profile.sh`).

#[path = "../benches/floors/mod.rs"]
mod floors;

use std::sync::Arc;
use std::time::{Duration, Instant};

use floors::{Floor, Plan, Shape};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shape, agents, waiting, step, times, pause @ ..] = arguments.as_slice() else {
        eprintln!("floor SHAPE AGENTS WAITING arrive|free|lifecycle|day TIMES [pause]");
        std::process::exit(2);
    };
    let number = |text: &String| text.parse::<usize>().expect("a number");
    let shape = Shape::ALL.into_iter().find(|known| known.name() == shape).expect("a shape");
    let (agents, waiting, times) = (number(agents), number(waiting), number(times));

    let began = Instant::now();
    let plan = Arc::new(Plan::new(shape, agents));
    println!("plan     {:>9.3?}", began.elapsed());
    let began = Instant::now();
    let mut floor = if waiting > 0 { Floor::loaded(plan, waiting) } else { Floor::idle(plan) };
    println!("floor    {:>9.3?}, {} waiting", began.elapsed(), floor.count_waiting());
    if step == "day" {
        floor.play(times);
        println!("day      {} facts, digest {}", floor.facts, floor.engine.digest());
        return;
    }
    let step: fn(&mut Floor) = match step.as_str() {
        "arrive" => Floor::arrive,
        "free" => Floor::free,
        "lifecycle" => Floor::lifecycle,
        _ => panic!("no such step"),
    };
    if !pause.is_empty() {
        std::io::stdin().read_line(&mut String::new()).expect("a line");
    }
    (0..times / 10).for_each(|_| step(&mut floor));
    let before = floor.facts;
    let mut each = repeat(&mut floor, step, times);
    let facts = floor.facts - before;
    each.sort_unstable();
    // On a busy machine only steps that nothing interrupted say anything.
    let median = each.get(each.len() / 2).copied().unwrap_or_default();
    let count = u32::try_from(each.len().max(1)).expect("not so often");
    let mean = each.iter().sum::<Duration>() / count;
    println!("step     {mean:>9.3?}, median {median:.3?}, {facts} facts");
    println!("         {} waiting", floor.count_waiting());
}

/// What a step takes, ten at a time. A profiler knows the steps that count by this name.
#[inline(never)]
fn repeat(floor: &mut Floor, step: fn(&mut Floor), times: usize) -> Vec<Duration> {
    let timed = |_| {
        let began = Instant::now();
        (0..10).for_each(|_| step(floor));
        began.elapsed() / 10
    };
    (0..times / 10).map(timed).collect()
}
