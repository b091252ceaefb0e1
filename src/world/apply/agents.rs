//! Applying what happens to agents.

use crate::base::time::Timestamp;
use crate::fact::event::PresenceSetBy;
use crate::model::ids::{AgentId, PresenceId};
use crate::model::presence::PresenceProfile;
use crate::policy::offering::History;
use crate::state::presence::PresenceStep;
use crate::state::routing_status::RoutingStatus;
use crate::world::apply::load;
use crate::world::apply::misfit::Misfit;
use crate::world::index::TimerKey;
use crate::world::state::World;

pub(super) fn set_presence(
    world: &mut World,
    id: AgentId,
    presence: PresenceId,
    lease: Option<Timestamp>,
    by: PresenceSetBy,
    at: Timestamp,
) -> Result<(), Misfit> {
    let system = world.entry::<PresenceProfile>(presence)?.profile.system;
    let step = match by {
        PresenceSetBy::Lease => PresenceStep::Lapse,
        PresenceSetBy::Command | PresenceSetBy::Response => {
            PresenceStep::Set { id: presence, system, lease }
        }
    };
    let agent = world.agent_mut(id)?;
    let old = agent.presence.id();
    agent.presence = agent.presence.next(step)?;
    if agent.presence.id() != old {
        agent.stamps.presence = at;
    }
    if by == PresenceSetBy::Response {
        agent.history = History::default();
    }
    let due = agent.presence.deadline().map(|deadline| deadline.at);
    world.index.clock.set(TimerKey::Lease(id), due);
    world.index.concerned.note(id);
    load::refresh(world, id);
    Ok(())
}

pub(super) fn hear(world: &mut World, id: AgentId, lease: Timestamp) -> Result<(), Misfit> {
    let agent = world.agent_mut(id)?;
    agent.presence = agent.presence.next(PresenceStep::Hear { lease: Some(lease) })?;
    world.index.clock.set(TimerKey::Lease(id), Some(lease));
    Ok(())
}

pub(super) fn set_draining(world: &mut World, id: AgentId, draining: bool) -> Result<(), Misfit> {
    let agent = world.agent_mut(id)?;
    agent.draining = draining;
    let there = agent.is_there();
    world.index.there.set(id, there);
    load::refresh(world, id);
    Ok(())
}

pub(super) fn set_shift_end(
    world: &mut World,
    id: AgentId,
    until: Option<Timestamp>,
) -> Result<(), Misfit> {
    world.agent_mut(id)?.shift_end = until.into();
    load::refresh(world, id);
    Ok(())
}

pub(super) fn set_own_call(world: &mut World, id: AgentId, active: bool) -> Result<(), Misfit> {
    world.agent_mut(id)?.own_call = active;
    world.index.concerned.note(id);
    load::refresh(world, id);
    Ok(())
}

pub(super) fn set_status(
    world: &mut World,
    id: AgentId,
    status: RoutingStatus,
    at: Timestamp,
) -> Result<(), Misfit> {
    let agent = world.agent_mut(id)?;
    let took = agent.status.takes_offers();
    let woke = !took && status.takes_offers();
    if agent.status == RoutingStatus::OffQueue {
        agent.session = agent.session.wrapping_add(1);
    }
    if agent.status == RoutingStatus::NotResponding {
        agent.stamps.presence = at;
    }
    agent.status = status;
    if status == RoutingStatus::NotResponding {
        agent.history = History::default();
    }
    let there = agent.is_there();
    let World { stores, index } = world;
    index.there.set(id, there);
    if took != status.takes_offers() {
        index.open_agent(stores, id);
    }
    if woke {
        index.touched_agents.push(id);
    }
    Ok(())
}

pub(super) fn set_debt(world: &mut World, id: AgentId, in_debt: bool) -> Result<(), Misfit> {
    world.agent_mut(id)?.in_debt = in_debt;
    Ok(())
}
