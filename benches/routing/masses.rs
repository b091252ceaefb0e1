//! Much at once, and what lies in the middle of much.

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};

use crate::floors::{Floor, Limit, Plan, Scan, Shape};
use crate::sizes::{group, plan, size, sizes, time};

/// Times what uses a floor up, on a copy each time.
macro_rules! time_once {
    ($group:expr, $who:expr, $size:expr, $build:expr, $step:expr) => {{
        let mut built = None;
        $group.bench_function(BenchmarkId::new($who, $size), |b| {
            let subject = built.get_or_insert_with(|| $build).clone();
            let step = |mut copy| {
                $step(&mut copy);
                copy
            };
            b.iter_batched(|| subject.clone(), step, BatchSize::PerIteration);
        });
    }};
}

/// All agents come on queue where ten times as much waits.
pub(crate) fn burst(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("burst/{}", shape.name()));
        group.sample_size(10);
        for agents in sizes([1_000, 10_000]) {
            let waiting = agents * 10;
            group.throughput(Throughput::Elements(agents as u64));
            let floor = || Floor::waiting(plan(shape, agents), waiting);
            time_once!(group, "engine", agents, floor(), Floor::burst);
            let scan = || Scan::loaded(&plan(shape, agents), waiting);
            time_once!(group, "scan", agents, scan(), Scan::burst);
            time_once!(group, "limit", agents, Limit::new(agents, waiting), Limit::burst);
        }
    }
}

/// All that waits asks for less at the same instant.
pub(crate) fn relax(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("relax/{}", shape.name()));
        group.sample_size(10);
        for waiting in sizes([1_000, 10_000, 100_000]) {
            group.throughput(Throughput::Elements(waiting as u64));
            let plan = || Plan::relaxing(shape, size(1_000)).into();
            let floor = || Floor::about_to_relax(plan(), waiting);
            time_once!(group, "engine", waiting, floor(), Floor::relax);
            time_once!(group, "limit", waiting, Limit::new(0, waiting), Limit::relax);
        }
    }
}

/// Callers in the middle of the line hang up, and others come.
pub(crate) fn abandon(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("abandon/{}", shape.name()));
        let agents = size(1_000);
        for waiting in sizes([1_000, 10_000, 100_000, 1_000_000]) {
            let floor = || {
                let floor = Floor::waiting(plan(shape, agents), waiting);
                let works = floor.all_waiting();
                (floor, works)
            };
            let abandon = |(floor, works): &mut (Floor, Vec<_>)| floor.abandon(works);
            time(&mut group, ("engine", waiting), floor, abandon);
            let scan = || Scan::loaded(&plan(shape, agents), waiting);
            time(&mut group, ("scan", waiting), scan, Scan::abandon);
            time(&mut group, ("limit", waiting), || Limit::new(0, waiting), Limit::abandon);
        }
    }
}

/// All rows are copied out, and an engine is made of them.
pub(crate) fn snapshot(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("snapshot/{}", shape.name()));
        group.sample_size(10);
        let agents = size(10_000);
        for waiting in sizes([1_000, 100_000, 1_000_000]) {
            group.throughput(Throughput::Elements(waiting as u64));
            let mut built = None;
            let floor = || Floor::waiting(plan(shape, agents), waiting);
            group.bench_function(BenchmarkId::new("save", waiting), |b| {
                let engine = &built.get_or_insert_with(floor).engine;
                b.iter_with_large_drop(|| engine.snapshot());
            });
            group.bench_function(BenchmarkId::new("restore", waiting), |b| {
                let engine = &built.get_or_insert_with(floor).engine;
                let snapshot = || engine.snapshot();
                b.iter_batched(snapshot, strowger::Engine::restore, BatchSize::PerIteration);
            });
            let scan = || Scan::loaded(&plan(shape, agents), waiting);
            time(&mut group, ("copy", waiting), scan, |scan| scan.clone());
        }
    }
}

/// 20,000 commands of a day with 1,000 agents.
pub(crate) fn day(c: &mut Criterion) {
    let mut group = group(c, "day");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    let commands = size(20_000);
    group.throughput(Throughput::Elements(commands as u64));
    for shape in Shape::ALL {
        let floor = || Floor::idle(plan(shape, size(1_000)));
        let play = |floor: &mut Floor| floor.play(commands);
        time_once!(group, shape.name(), commands, floor(), play);
    }
}
