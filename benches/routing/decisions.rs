//! The decisions themselves: work finds an agent, an agent finds work, a whole lifecycle.

use criterion::Criterion;

use crate::floors::{Floor, Limit, Scan, Shape};
use crate::sizes::{group, plan, size, sizes, time};

/// Work comes in where n agents are idle, and is taken back.
pub(crate) fn arrive(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("arrive/{}", shape.name()));
        for agents in sizes([100, 1_000, 10_000, 100_000]) {
            let floor = || Floor::idle(plan(shape, agents));
            time(&mut group, ("engine", agents), floor, Floor::arrive);
            let scan = || Scan::idle(&plan(shape, agents));
            time(&mut group, ("scan", agents), scan, Scan::arrive);
            let limit = || Limit::new(agents, 0);
            time(&mut group, ("limit", agents), limit, Limit::lifecycle);
        }
    }
}

/// One of 10,000 busy agents comes free where m pieces of work wait, and other work comes in.
pub(crate) fn free(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("free/{}", shape.name()));
        let agents = size(10_000);
        for waiting in sizes([100, 1_000, 10_000, 100_000, 1_000_000]) {
            let floor = || Floor::loaded(plan(shape, agents), waiting);
            time(&mut group, ("engine", waiting), floor, Floor::free);
            let scan = || Scan::loaded(&plan(shape, agents), waiting);
            time(&mut group, ("scan", waiting), scan, Scan::free);
            let limit = || Limit::new(agents, waiting);
            time(&mut group, ("limit", waiting), limit, Limit::lifecycle);
        }
    }
}

/// Submit, offer, accept, finish, end of the wrap-up, with n agents.
pub(crate) fn lifecycle(c: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = group(c, &format!("lifecycle/{}", shape.name()));
        for agents in sizes([100, 1_000, 10_000, 100_000]) {
            let floor = || Floor::idle(plan(shape, agents));
            time(&mut group, ("engine", agents), floor, Floor::lifecycle);
            let limit = || Limit::new(agents, 0);
            time(&mut group, ("limit", agents), limit, Limit::lifecycle);
        }
    }
}
