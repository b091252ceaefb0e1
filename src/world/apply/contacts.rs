//! Applying what happens to a contact that an agent has: hold, parking and wrap-up.

use crate::base::time::Timestamp;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{AgentId, CodeId, WorkId};
use crate::policy::wrap_up::WrapUp;
use crate::state::assignment::{AssignmentState, AssignmentStep};
use crate::state::work::WorkStep;
use crate::world::apply::assignments::{self, owner};
use crate::world::apply::lines::restage;
use crate::world::apply::misfit::Misfit;
use crate::world::index::TimerKey;
use crate::world::state::World;

pub(super) fn hold(world: &mut World, id: WorkId) -> Result<(), Misfit> {
    let (owner, weight) = (owner(world, id)?, |profile: &ChannelProfile| profile.weights.held);
    assignments::step(world, id, owner, AssignmentStep::Hold, weight)
}

pub(super) fn retrieve(world: &mut World, id: WorkId) -> Result<(), Misfit> {
    let (owner, weight) = (owner(world, id)?, |profile: &ChannelProfile| profile.weights.active);
    assignments::step(world, id, owner, AssignmentStep::Retrieve, weight)
}

pub(super) fn park(
    world: &mut World,
    id: WorkId,
    until: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), Misfit> {
    let owner = owner(world, id)?;
    restage(world, id, |row| {
        row.stage = row.stage.next(WorkStep::Park(until))?;
        Ok(())
    })?;
    let assignment = *assignments::of(world, id, owner)?;
    assignments::stamp_release(world, owner, &assignment, at)?;
    assignments::of(world, id, owner)?.handled = assignment.handled.paused(at);
    let weight = |profile: &ChannelProfile| profile.weights.parked;
    assignments::step(world, id, owner, AssignmentStep::Park, weight)
}

pub(super) fn resume(world: &mut World, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
    let owner = owner(world, id)?;
    let assignment = assignments::of(world, id, owner)?;
    assignment.handled = assignment.handled.resumed(at);
    restage(world, id, |row| {
        row.stage = row.stage.next(WorkStep::Resume)?;
        Ok(())
    })?;
    let weight = |profile: &ChannelProfile| profile.weights.active;
    assignments::step(world, id, owner, AssignmentStep::Resume, weight)
}

pub(super) fn request_wrap_up(world: &mut World, id: WorkId) -> Result<(), Misfit> {
    let owner = owner(world, id)?;
    assignments::of(world, id, owner)?.wrap_up_requested = true;
    Ok(())
}

pub(super) fn end(
    world: &mut World,
    id: WorkId,
    wrap_up: WrapUp,
    at: Timestamp,
) -> Result<(), Misfit> {
    let owner = owner(world, id)?;
    restage(world, id, |row| {
        row.stage = row.stage.next(WorkStep::EndContact)?;
        Ok(())
    })?;
    assignments::begin_wrap_up(world, id, owner, wrap_up, at)
}

pub(super) fn extend_wrap_up(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
    until: Timestamp,
) -> Result<(), Misfit> {
    let assignment = assignments::of(world, id, agent)?;
    let old = assignment.state;
    let new = old.next(AssignmentStep::Extend { until })?;
    assignment.state = new;
    let due = |state: AssignmentState| state.deadline().map(|deadline| deadline.at);
    world.index.clock.leave(TimerKey::WrapUp(agent, id), due(old));
    world.index.clock.enter(TimerKey::WrapUp(agent, id), due(new));
    Ok(())
}

pub(super) fn set_code(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
    code: CodeId,
) -> Result<(), Misfit> {
    assignments::of(world, id, agent)?.code = Some(code);
    Ok(())
}

pub(super) fn end_wrap_up(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
    at: Timestamp,
) -> Result<(), Misfit> {
    assignments::end(world, id, agent, at).map(drop)
}
