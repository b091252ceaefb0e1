//! The invariants of work that stands for other work.

use crate::fact::event::StandIn;
use crate::model::ids::WorkId;
use crate::world::check::violation::Violation;
use crate::world::legs::Leg;
use crate::world::state::World;

/// What stands for work is open, is like that work, and ends with its owner's part.
pub(super) fn check(world: &World) -> Result<(), Violation> {
    for (id, stand_in) in &world.stores.stand_ins {
        let hold = |invariant, holds: bool| Violation::unless(holds, invariant, *id);
        hold("stand-ins: both pieces of work are open, and an agent handles the one", {
            let handled =
                world.work(stand_in.work).is_ok_and(|work| work.stage.handler().is_some());
            handled && world.work(*id).is_ok() && world.stand_in(stand_in.work).is_none()
        })?;
        hold("stand-ins: they take what that work takes", is_like(world, *id, *stand_in))?;
        let work = world.work(stand_in.work).ok();
        let few = work.is_some_and(|work| {
            world.parties(stand_in.work, work) <= Leg::MAX as usize
                && count_careful(world, stand_in.work) <= 1
        });
        hold("memory bounded: legs of one piece of work", few)?;
    }
    Ok(())
}

fn is_like(world: &World, id: WorkId, stand_in: StandIn) -> bool {
    let (Ok(row), Ok(work)) = (world.work(id), world.work(stand_in.work)) else {
        return false;
    };
    let takes = |row: &crate::world::rows::Work| (row.request.channel, row.cost, row.pool_set);
    takes(row) == takes(work) && row.request.internal && row.legs.is_empty()
}

/// How many careful transfers of work are under way.
fn count_careful(world: &World, work: WorkId) -> usize {
    let careful = |id: &WorkId| world.stand_in(*id).is_some_and(|stand_in| stand_in.careful);
    let legs = world.work(work).map_or(&[][..], |row| &row.legs[..]);
    let rows = legs.iter().filter_map(|agent| world.agent(*agent).ok()?.leg(work));
    world.stand_ins_of(work).filter(careful).count() + rows.filter(|leg| leg.careful).count()
}
