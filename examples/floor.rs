//! Builds one floor and repeats one step on it, for a profiler:
//! `cargo run --release --example floor -- enterprise 10000 1000000 free 100000`.

#[path = "../benches/floors/mod.rs"]
mod floors;

use std::sync::Arc;
use std::time::Instant;

use floors::{Floor, Plan, Shape};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shape, agents, waiting, step, times] = arguments.as_slice() else {
        eprintln!("floor SHAPE AGENTS WAITING arrive|free|lifecycle|day TIMES");
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
    let step = match step.as_str() {
        "arrive" => Floor::arrive,
        "free" => Floor::free,
        "lifecycle" => Floor::lifecycle,
        _ => panic!("no such step"),
    };
    (0..times / 10).for_each(|_| step(&mut floor));
    let (before, began) = (floor.facts, Instant::now());
    (0..times).for_each(|_| step(&mut floor));
    let each = began.elapsed() / u32::try_from(times.max(1)).expect("not so often");
    let facts = floor.facts - before;
    println!("step     {each:>9.3?}, {facts} facts, {} waiting", floor.count_waiting());
}
