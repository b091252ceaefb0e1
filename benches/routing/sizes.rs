//! How large floors are, and that each is built once and only when it is wanted.

use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use crate::floors::{Plan, Shape};

/// Whether all that counts is that everything runs: `cargo test`, or `cargo bench -- --test`.
fn is_test() -> bool {
    let said = |word| std::env::args().any(|argument| argument == word);
    said("--test") || !said("--bench")
}

/// The sizes up to what a test has time for.
pub(crate) fn sizes<const N: usize>(all: [usize; N]) -> impl Iterator<Item = usize> {
    let most = if is_test() { 1_000 } else { usize::MAX };
    all.into_iter().filter(move |size| *size <= most)
}

/// This size, or as much as a test has time for.
pub(crate) fn size(wanted: usize) -> usize {
    if is_test() { wanted.min(500) } else { wanted }
}

pub(crate) fn plan(shape: Shape, agents: usize) -> Arc<Plan> {
    Arc::new(Plan::new(shape, agents))
}

pub(crate) fn group<'a>(c: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.sample_size(20);
    group
}

/// Times one step of something that is built when it is first wanted, and warmed up by as many
/// steps.
pub(crate) fn time<T, R>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    (who, size): (&str, usize),
    build: impl Fn() -> T,
    mut step: impl FnMut(&mut T) -> R,
) {
    let mut built = None;
    group.bench_function(BenchmarkId::new(who, size), |b| {
        let subject = built.get_or_insert_with(&build);
        b.iter(|| step(subject));
    });
}
