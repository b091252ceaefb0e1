//! The invariants of legs.

use crate::model::ids::{AgentId, WorkId};
use crate::state::leg::{LegRole, LegState};
use crate::world::legs::Leg;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

/// The invariant that does not hold for the legs of a piece of work.
pub(super) fn of_work(world: &World, id: WorkId, work: &Work) -> Option<&'static str> {
    if work.check_legs(work.stage).is_err() {
        return Some("legs join: only work that somebody has is shared");
    }
    if work.legs.len().max(work.past_legs.len()) > Leg::MAX as usize {
        return Some("memory bounded: legs of one piece of work");
    }
    let known = |agent: &AgentId| {
        let leg = world.agent(*agent).ok().and_then(|row| row.leg(id));
        let once = work.legs.iter().filter(|other| *other == agent).count() == 1;
        leg.is_some() && once && work.stage.owner() != Some(*agent)
    };
    let all = work.legs.iter().all(known);
    (!all).then_some("legs join: each agent once, who has a leg and is not the owner")
}

/// The invariant that does not hold for a leg of an agent.
pub(super) fn of_agent(
    world: &World,
    id: AgentId,
    agent: &Agent,
    leg: &Leg,
) -> Option<&'static str> {
    let known = world.work(leg.work).is_ok_and(|work| work.legs.contains(&id));
    let once = agent.legs.iter().filter(|other| other.work == leg.work).count() == 1;
    if !known || !once || leg.agent != id {
        return Some("legs join: work and agent know the leg");
    }
    let sound = match (leg.role.supervises(), leg.state) {
        (_, LegState::Ended) | (true, LegState::Requested { .. }) => false,
        (true, LegState::Joined) => leg.claim.weight == 0,
        (false, LegState::Requested { .. }) => leg.role == LegRole::Consultant,
        (false, LegState::Joined) => true,
    };
    (!sound).then_some("legs join: a supervisor joins at once and holds nothing")
}
