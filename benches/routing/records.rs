//! What it costs to keep the record of each contact.

use criterion::Criterion;

use crate::floors::{Floor, Recorded, Shape};
use crate::sizes::{group, plan, size, time};

/// A whole lifecycle without records, and with one that is opened, filled in, closed and archived.
pub(crate) fn records(c: &mut Criterion) {
    let mut group = group(c, "records");
    let agents = size(1_000);
    let floor = || Floor::idle(plan(Shape::Plain, agents));
    time(&mut group, ("off", agents), floor, Floor::lifecycle);
    let recorded = || Recorded::of(Floor::idle(plan(Shape::Plain, agents)));
    time(&mut group, ("on", agents), recorded, Recorded::lifecycle);
}
