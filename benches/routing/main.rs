//! How long a decision takes, on floors of three shapes and of growing size, beside rivals that run
//! in the same process: a scan of everything, and the bare data structures.
//!
//! Under `cargo test` only small floors are built.

#[path = "../floors/mod.rs"]
mod floors;

mod decisions;
mod masses;
mod records;
mod sizes;
mod visitors;

use criterion::{criterion_group, criterion_main};

use decisions::{arrive, free, lifecycle};
use masses::{abandon, burst, day, relax, snapshot};
use records::records;
use visitors::track;

criterion_group!(
    benches, arrive, free, lifecycle, burst, relax, abandon, snapshot, day, records, track
);
criterion_main!(benches);
