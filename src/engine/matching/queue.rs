//! Gates of the queue as a whole: [`Gate::External`] and [`Gate::Ramp`].

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::model::ids::QueueId;
use crate::model::queue::QueueProfile;

use crate::engine::matching::case::Pair;
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;

/// True if another engine decides who gets the work of a queue.
pub(crate) const fn is_external(queue: &QueueProfile) -> bool {
    queue.external
}

/// Until when a queue may not offer anything, because it has offered as much at once as its ramp
/// allows.
fn ramp_until(matching: Matching<'_>, id: QueueId, queue: &QueueProfile) -> Option<Timestamp> {
    matching.world.queue(id).ok()?.held_back(queue, matching.now)
}

/// True if a queue may not offer anything now.
pub(crate) fn is_held_back(matching: Matching<'_>, id: QueueId) -> bool {
    matching
        .world
        .queue_profile(id)
        .is_ok_and(|queue| is_external(queue) || ramp_until(matching, id, queue).is_some())
}

/// True if a queue may not offer anything after one more offer.
pub(crate) fn is_held_back_after(matching: Matching<'_>, id: QueueId) -> bool {
    let ramp = matching.world.queue_profile(id).ok().and_then(|queue| queue.ramp);
    let used = matching.world.queue(id).map_or(0, |row| row.ramp_used_at(ramp, matching.now));
    ramp.is_some_and(|ramp| used.saturating_add(1) >= ramp.offers)
}

/// The reason why one of these gates is shut.
pub(super) fn kept_by(gate: Gate, pair: Pair<'_>) -> Vec<KeptBy> {
    let (queue, id) = (pair.case.queue, pair.case.work.queue);
    let shut = match gate {
        Gate::External => is_external(queue).then_some(KeptBy::External),
        Gate::Ramp => ramp_until(pair.case.matching, id, queue)
            .map(|_| KeptBy::Ramp { offers: queue.ramp.map_or(0, |ramp| ramp.offers) }),
        _ => None,
    };
    Vec::from_iter(shut)
}

/// When time alone will have opened it.
pub(super) fn until(kept_by: &KeptBy, pair: Pair<'_>) -> Option<Timestamp> {
    let (queue, id) = (pair.case.queue, pair.case.work.queue);
    match kept_by {
        KeptBy::Ramp { .. } => ramp_until(pair.case.matching, id, queue),
        _ => None,
    }
}
