//! What it costs to track an event, beside a list that is searched.

use criterion::Criterion;

use crate::floors::{VisitorList, Visitors};
use crate::sizes::{group, size, sizes, time};

/// The pages that each visitor has seen.
const PAGES: u64 = 10;

/// A page view of some visitor, where so many sessions are live and each event is compared with 20
/// segments and 10 action maps.
pub(crate) fn track(c: &mut Criterion) {
    let mut group = group(c, "track");
    for live in sizes([1_000, 100_000, 1_000_000]) {
        let visitors = || Visitors::of(size(live) as u64, PAGES);
        time(&mut group, ("journeys", live), visitors, Visitors::track);
        let list = || VisitorList::of(size(live) as u64, PAGES);
        time(&mut group, ("list", live), list, VisitorList::track);
    }
}
