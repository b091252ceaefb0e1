//! Applying what happens to the tallies of queues.

use crate::base::time::Timestamp;
use crate::model::ids::{QueueId, WorkId};
use crate::state::assignment::AssignmentState;
use crate::world::apply::misfit::Misfit;
use crate::world::rows::Assignment;
use crate::world::state::World;

/// Work in the line of a queue is an arrival, once until it goes elsewhere or to an agent. What is
/// internal is no customer, and in no tally.
pub(super) fn arrival(world: &mut World, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
    let row = world.work_mut(id)?;
    let (arrives, queue, internal) = (row.arrives(), row.queue, row.request.internal);
    if arrives && !internal {
        world.queue_mut(queue)?.tally.arrive(at);
    }
    Ok(())
}

/// Work goes to an agent. It counts if it came from the line, where it was since it entered.
pub(super) fn answer(
    world: &mut World,
    queue: QueueId,
    stay: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), Misfit> {
    if let Some(entered) = stay {
        let rules = world.queue_rules(queue)?;
        let (waited, target) = (rules.clock().between(entered, at), rules.profile.service_target);
        world.queue_mut(queue)?.tally.answer(at, waited, target);
    }
    Ok(())
}

/// An agent is released from an assignment. From one whose wrap-up did not count the agent was
/// released before.
pub(super) fn handling(
    world: &mut World,
    assignment: &Assignment,
    at: Timestamp,
) -> Result<(), Misfit> {
    if !matches!(assignment.state, AssignmentState::WrapUp { counts: false, .. }) {
        world.queue_mut(assignment.queue)?.tally.handle(assignment.handled.read(at));
    }
    Ok(())
}
