//! Applying what happens to agents who take part in work that another agent has. Both rows know a
//! leg: the agent's has all of it, the work's names the agent.

use crate::base::time::Timestamp;
use crate::fact::event::StandIn;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::wrap_up::WrapUp;
use crate::state::assignment::AssignmentStep;
use crate::state::leg::{LegEnd, LegRole, LegState, LegStep};
use crate::state::machine::Illegal;
use crate::state::work::WorkStep;
use crate::world::apply::lines::restage;
use crate::world::apply::misfit::Misfit;
use crate::world::apply::{assignments, load, pools};
use crate::world::index::TimerKey;
use crate::world::legs::Leg;
use crate::world::state::World;
use crate::world::stores::{Missing, OrMissing};

pub(super) fn request(
    world: &mut World,
    (work, agent): (WorkId, AgentId),
    role: LegRole,
    until: Option<Timestamp>,
    careful: bool,
    at: Timestamp,
) -> Result<(), Misfit> {
    if role.supervises() {
        return Err(Illegal { state: role.name(), step: "request" }.into());
    }
    let claim = world.claim(world.work(work)?, agent, |profile| profile.weights.offered)?;
    let state = LegState::Requested { until };
    begin(world, Leg { work, agent, role, state, claim, since: at, careful })?;
    world.index.clock.set(TimerKey::Leg(agent, work), until);
    Ok(())
}

/// An agent who was asked joins; a supervisor joins without being asked.
pub(super) fn join(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    role: LegRole,
    at: Timestamp,
) -> Result<(), Misfit> {
    let row = world.work(work)?;
    if role.supervises() {
        let claim = world.claim(row, agent, |_| 0)?;
        let state = LegState::Joined;
        let careful = false;
        return begin(world, Leg { work, agent, role, state, claim, since: at, careful });
    }
    let new = world.claim(row, agent, |profile| profile.weights.active)?;
    let leg = leg_mut(world, work, agent)?;
    leg.state = leg.state.next(LegStep::Join)?;
    let old = core::mem::replace(&mut leg.claim, new);
    world.index.clock.set(TimerKey::Leg(agent, work), None);
    let pool_set = world.pool_set_of(work);
    load::reclaim(world, agent, pool_set, Some(old), Some(new))
}

pub(super) fn change(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    role: LegRole,
) -> Result<(), Misfit> {
    let leg = leg_mut(world, work, agent)?;
    if leg.state != LegState::Joined {
        return Err(Illegal { state: leg.state.name(), step: role.name() }.into());
    }
    leg.role = leg.role.next(role)?;
    Ok(())
}

pub(super) fn end(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    why: LegEnd,
    at: Timestamp,
) -> Result<(), Misfit> {
    let leg = *leg_mut(world, work, agent)?;
    leg.state.next(LegStep::End(why))?;
    if leg.occupies() {
        world.agent_mut(agent)?.stamp(leg.claim.channel, |stamps| stamps.released = at);
    }
    drop_leg(world, work, agent)?;
    world.work_mut(work)?.remember_leg(agent, why);
    let pool_set = world.pool_set_of(work);
    load::reclaim(world, agent, pool_set, Some(leg.claim), None)
}

/// An agent who took part has the work now; what their leg held becomes what their assignment
/// holds.
pub(super) fn hand_over(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    wrap_up: Option<WrapUp>,
    at: Timestamp,
) -> Result<(), Misfit> {
    let owner = assignments::owner(world, work)?;
    let leg = *leg_mut(world, work, agent)?;
    if !leg.occupies() {
        return Err(Illegal { state: leg.state.name(), step: "hand_over" }.into());
    }
    assignments::let_go(world, work, owner, wrap_up, at)?;
    drop_leg(world, work, agent)?;
    restage(world, work, |row| {
        row.stage = row.stage.next(WorkStep::HandOver(agent))?;
        row.last_agent = Some(agent);
        Ok(())
    })?;
    let new = assignments::begin(world, work, agent, at)?;
    load::reclaim(world, agent, new.pool_set, Some(leg.claim), Some(new.claim))
}

/// An agent accepted what stands for work. What they hold for it becomes what they hold as one who
/// is asked to take part in that work; the fact that they join follows. They were not occupied
/// with it, so nobody is released, and no time of handling counts.
pub(super) fn ask_who_accepted(
    world: &mut World,
    stand_in: WorkId,
    agent: AgentId,
    at: Timestamp,
) -> Result<(), Misfit> {
    let StandIn { work, careful } = world.stand_in(stand_in).or_missing(stand_in)?;
    let held = *assignments::of(world, stand_in, agent)?;
    held.state.next(AssignmentStep::End)?;
    let claim = world.claim(world.work(work)?, agent, |profile| profile.weights.active)?;
    let (role, state) = (LegRole::Consultant, LegState::Requested { until: None });
    world.agent_mut(agent)?.assignments.retain(|other| other.work != stand_in);
    seat(world, Leg { work, agent, role, state, claim, since: at, careful })?;
    load::reclaim(world, agent, held.pool_set, Some(held.claim), Some(claim))?;
    pools::leave_set(world, held.pool_set);
    Ok(())
}

fn begin(world: &mut World, leg: Leg) -> Result<(), Misfit> {
    seat(world, leg)?;
    let pool_set = world.pool_set_of(leg.work);
    load::reclaim(world, leg.agent, pool_set, None, Some(leg.claim))
}

/// Puts a leg into both rows; what it takes is not held yet.
fn seat(world: &mut World, leg: Leg) -> Result<(), Misfit> {
    let row = world.work_mut(leg.work)?;
    let shared = row.stage.handler().is_some_and(|handler| handler != leg.agent);
    if !shared || row.legs.contains(&leg.agent) {
        return Err(Illegal { state: row.stage.name(), step: leg.role.name() }.into());
    }
    row.legs.push(leg.agent);
    row.past_legs.retain(|past| past.agent != leg.agent);
    world.agent_mut(leg.agent)?.legs.push(leg);
    world.index.legs = world.index.legs.saturating_add(1);
    Ok(())
}

/// Takes a leg out of both rows; what it held is still held.
fn drop_leg(world: &mut World, work: WorkId, agent: AgentId) -> Result<(), Missing> {
    world.agent_mut(agent)?.legs.retain(|leg| leg.work != work);
    world.work_mut(work)?.legs.retain(|other| *other != agent);
    world.index.clock.set(TimerKey::Leg(agent, work), None);
    world.index.legs = world.index.legs.saturating_sub(1);
    Ok(())
}

fn leg_mut(world: &mut World, work: WorkId, agent: AgentId) -> Result<&mut Leg, Missing> {
    let legs = &mut world.agent_mut(agent)?.legs;
    legs.iter_mut().find(|leg| leg.work == work).or_missing(work)
}
