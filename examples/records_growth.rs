//! Lives through many contacts whose records are kept and archived, and prints what lies in memory
//! after each tenth: `cargo run --release --example records_growth -- 10000000`. Everybody calls;
//! with a second number so many people write, each from an address of their own. If they are as
//! many as the contacts, hardly anybody comes twice.

#[path = "../benches/floors/mod.rs"]
mod floors;

use std::alloc::System;
use std::sync::Arc;
use std::time::Instant;

use floors::{Floor, Plan, Recorded, Shape};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn live() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

fn main() {
    let argument = |place, usual| {
        let text = std::env::args().nth(place);
        text.map_or(usual, |text| text.parse::<u64>().expect("a number"))
    };
    let count = argument(1, 1_000_000);
    let mut floor = Recorded::of(Floor::idle(Arc::new(Plan::new(Shape::Plain, 100))));
    floor.people = argument(2, 0);
    println!("| archived | bytes in memory | each |\n|---|---|---|");
    for tenth in 0..=10 {
        let began = Instant::now();
        // A little first, so that tables and buffers have the size they need.
        let some = if tenth == 0 { count / 100 } else { count / 10 };
        (0..some).for_each(|_| floor.lifecycle());
        let each = began.elapsed().as_nanos() / u128::from(some.max(1));
        println!("| {} | {} | {each} ns |", floor.archived, live());
    }
}
