//! The invariants of what is remembered of rules of overflow and of conditional rings.

use crate::model::ids::QueueId;
use crate::model::queue::QueueProfile;
use crate::world::check::violation::Violation;
use crate::world::rows::Queue;
use crate::world::state::World;

/// What is remembered of a rule is of a rule that can still be done, and needs it.
pub(super) fn of_works(world: &World) -> Result<(), Violation> {
    for (id, watches) in world.stores.watches.iter() {
        let hold = |invariant, holds: bool| Violation::unless(holds, invariant, id);
        let rising = watches.is_sorted_by(|one, other| one.rule < other.rule);
        hold("watches: once for each rule", rising && !watches.is_empty())?;
        let work = world.work(id).ok();
        let rules = work.and_then(|work| world.queue_profile(work.queue).ok());
        for watch in watches {
            let rule = rules.and_then(|queue| queue.overflow.get(usize::from(watch.rule)));
            let open = work.is_some_and(|work| !work.has_fired(watch.rule));
            let needs = rule.is_some_and(|rule| {
                !rule.is_plain() && (watch.since.is_none() || !rule.holds_for.is_zero())
            });
            hold("watches: of a rule that is not done, and needs it", open && needs)?;
        }
    }
    Ok(())
}

/// A ring whose conditions hold and that has not joined must hold for some time.
pub(super) fn of_rings(world: &World, id: QueueId, queue: &Queue) -> Result<(), Violation> {
    let rings = world.queue_profile(id).map_or(&[][..], |profile| &profile.conditional);
    let sound = queue.holding.iter().all(|(ring, _)| {
        let waits = rings.iter().any(|its| its.ring == *ring && !its.holds_for.is_zero());
        let once = queue.holding.iter().filter(|(other, _)| other == ring).count() == 1;
        once && waits && queue.joined & (1 << (ring % 16)) == 0
    });
    Violation::unless(sound, "watches: a ring that has not joined, and must hold", id)
}

/// An inspection that goes on is due, and has something left to look at.
pub(super) fn of_inspection(world: &World, id: QueueId, queue: &Queue) -> Result<(), Violation> {
    let watched = world.queue_profile(id).is_ok_and(QueueProfile::is_watched);
    let sound = queue.inspecting.as_ref().is_none_or(|inspecting| {
        watched && queue.inspection.is_some() && inspecting.up_to < inspecting.last
    });
    Violation::unless(sound, "watches: an inspection that goes on", id)
}
