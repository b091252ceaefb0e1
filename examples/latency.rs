//! How long a read takes that needs the one before it, by the size of the memory it is from:
//! `cargo run --release --example latency`. What a step waits for memory is no more than its cache
//! misses (`benches/profile.sh`) times this.

use std::time::Instant;

/// As much as a processor fetches at once.
type Line = [u64; 8];

/// So many reads are timed at once: in less time than a busy machine leaves them.
const READS: u32 = 5_000;

/// So often. The median counts.
const ROUNDS: usize = 1_000;

fn main() {
    println!("{:>12} {:>10}", "KiB", "a read");
    for kib in [16, 256, 4_096, 65_536, 524_288] {
        println!("{kib:>12} {:>7.1} ns", read(kib * 1_024 / size_of::<Line>()));
    }
}

/// Nanoseconds a read, through all lines in an order nobody foresees.
fn read(lines: usize) -> f64 {
    let mut memory = vec![Line::default(); lines];
    let mut order: Vec<usize> = (0..lines).collect();
    let mut state = 1_912_u64;
    for place in (1..lines).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        order.swap(place, (state >> 33) as usize % place);
    }
    // Every swap was with a place before, so the order is one circle.
    for (line, next) in memory.iter_mut().zip(&order) {
        line[0] = *next as u64;
    }
    let mut place = 0;
    let mut rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            place = (0..READS).fold(place, |place, _| memory[place][0] as usize);
            began.elapsed()
        })
        .collect();
    assert!(place < lines);
    rounds.sort_unstable();
    rounds[ROUNDS / 2].as_nanos() as f64 / f64::from(READS)
}
