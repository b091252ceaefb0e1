//! How long a decision takes, on floors of three shapes and of growing size, beside rivals that run
//! in the same process: a scan of everything, and the bare data structures.
//!
//! With `--test` only small floors are built.

#[path = "../floors/mod.rs"]
mod floors;

mod decisions;
mod sizes;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, decisions::arrive, decisions::free, decisions::lifecycle);
criterion_main!(benches);
