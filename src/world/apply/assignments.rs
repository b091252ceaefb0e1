//! Changing an assignment, and with it what its agent holds, what is spent, and the tallies.

use crate::base::time::Timestamp;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::room::Claim;
use crate::policy::wrap_up::WrapUp;
use crate::state::assignment::{AssignmentState, AssignmentStep};
use crate::world::apply::misfit::Misfit;
use crate::world::apply::{load, pools, tallies};
use crate::world::index::TimerKey;
use crate::world::rows::Assignment;
use crate::world::state::World;
use crate::world::stores::{Missing, OrMissing};

/// The agent who has, parked or wraps up a piece of work.
pub(super) fn owner(world: &World, id: WorkId) -> Result<AgentId, Missing> {
    world.work(id)?.stage.owner().or_missing(id)
}

/// An agent's assignment of a piece of work, to change.
pub(super) fn of(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
) -> Result<&mut Assignment, Missing> {
    let assignments = &mut world.agent_mut(agent)?.assignments;
    assignments.iter_mut().find(|assignment| assignment.work == id).or_missing(id)
}

/// Gives an agent an active assignment, and says what it is; what it takes is not held yet.
pub(super) fn begin(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    at: Timestamp,
) -> Result<Assignment, Misfit> {
    let row = world.work(work)?;
    let (queue, pool_set) = (row.queue, row.pool_set);
    let claim = world.claim(row, agent, |profile| profile.weights.active)?;
    let assignment = Assignment::new(work, queue, claim, pool_set, at);
    world.stores.pool_sets.use_again(pool_set);
    let row = world.agent_mut(agent)?;
    row.assignments.push(assignment);
    row.stamp(claim.channel, |stamps| stamps.accepted = at);
    Ok(assignment)
}

/// Makes a step of an assignment and holds what its new state takes.
pub(super) fn step(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
    step: AssignmentStep,
    weight: impl Fn(&ChannelProfile) -> u8,
) -> Result<(), Misfit> {
    let mut before = *of(world, id, agent)?;
    before.peaks = pools::kept_peaks(world, &before);
    let weight = weight(world.channel_profile(before.claim.channel)?);
    let claim = Claim { weight, ..before.claim };
    let after = Assignment { state: before.state.next(step)?, claim, ..before };
    *of(world, id, agent)? = after;
    load::reclaim(world, agent, after.pool_set, Some(before.claim), Some(claim))?;
    pools::respend(world, agent, &before, Some(&after));
    Ok(())
}

/// Has an agent wrap up.
pub(super) fn begin_wrap_up(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
    wrap_up: WrapUp,
    at: Timestamp,
) -> Result<(), Misfit> {
    let WrapUp { until, counts } = wrap_up;
    let assignment = of(world, id, agent)?;
    assignment.wrap_up_until = until;
    if counts {
        // A contact that ended while it was parked is wrapped up by an agent who is occupied.
        assignment.handled = assignment.handled.resumed(at);
    } else {
        let assignment = *assignment;
        stamp_release(world, agent, &assignment, at)?;
        tallies::handling(world, &assignment, at)?;
    }
    let weight = |profile: &ChannelProfile| if counts { profile.weights.wrap_up } else { 0 };
    step(world, id, agent, AssignmentStep::WrapUp { until, counts }, weight)?;
    let due = of(world, id, agent)?.state.deadline().map(|deadline| deadline.at);
    world.index.clock.enter(TimerKey::WrapUp(agent, id), due);
    Ok(())
}

/// Ends an assignment and gives back what it held; what it was.
pub(super) fn end(
    world: &mut World,
    id: WorkId,
    agent: AgentId,
    at: Timestamp,
) -> Result<Assignment, Misfit> {
    let mut assignment = *of(world, id, agent)?;
    let ended = assignment.state.next(AssignmentStep::End)?;
    debug_assert_eq!(ended, AssignmentState::Ended);
    stamp_release(world, agent, &assignment, at)?;
    tallies::handling(world, &assignment, at)?;
    world.agent_mut(agent)?.assignments.retain(|other| other.work != id);
    let due = assignment.state.deadline().map(|deadline| deadline.at);
    world.index.clock.leave(TimerKey::WrapUp(agent, id), due);
    load::reclaim(world, agent, assignment.pool_set, Some(assignment.claim), None)?;
    assignment.peaks = pools::kept_peaks(world, &assignment);
    pools::respend(world, agent, &assignment, None);
    pools::leave_set(world, assignment.pool_set);
    Ok(assignment)
}

/// The agent is released, if the assignment occupied them until now.
pub(super) fn stamp_release(
    world: &mut World,
    agent: AgentId,
    assignment: &Assignment,
    at: Timestamp,
) -> Result<(), Misfit> {
    if assignment.state.occupies() {
        let channel = assignment.claim.channel;
        world.agent_mut(agent)?.stamp(channel, |stamps| stamps.released = at);
    }
    Ok(())
}

/// Ends the owner's part in work that goes elsewhere: with this wrap-up, or without one.
pub(super) fn let_go(
    world: &mut World,
    id: WorkId,
    owner: AgentId,
    wrap_up: Option<WrapUp>,
    at: Timestamp,
) -> Result<(), Misfit> {
    match wrap_up {
        Some(wrap_up) => begin_wrap_up(world, id, owner, wrap_up, at),
        None => end(world, id, owner, at).map(drop),
    }
}
