//! The invariants of agents.

use alloc::vec::Vec;

use crate::model::ids::AgentId;
use crate::model::presence::PresenceProfile;
use crate::policy::room::Usage;
use crate::state::assignment::AssignmentState;
use crate::state::routing_status::{RoutingStatus, StatusStep};
use crate::world::check::violation::Violation;
use crate::world::check::{legs, pools};
use crate::world::rows::{Agent, Member};
use crate::world::state::World;

/// The invariants of one agent, the references and the status apart.
pub(super) fn check(world: &World, id: AgentId, agent: &Agent) -> Result<(), Violation> {
    let hold = |invariant, holds: bool| Violation::unless(holds, invariant, id);
    let mut usage = Usage::default();
    for offer in &agent.offers {
        let offer = world.offer(*offer);
        let to_agent = offer.is_ok_and(|row| row.agent == id);
        hold("offers join: an agent's offers name the agent", to_agent)?;
        if let Ok(row) = offer {
            usage.hold(row.claim, world.pools(world.pool_set_of(row.work)));
        }
    }
    for assignment in &agent.assignments {
        usage.hold(assignment.claim, world.pools(assignment.pool_set));
        let owner = world.work(assignment.work).ok().and_then(|work| work.stage.owner());
        let wraps = matches!(assignment.state, AssignmentState::WrapUp { .. });
        hold("one owner: who does not own it only wraps up", owner == Some(id) || wraps)?;
        let runs = assignment.handled.is_running() == assignment.state.occupies();
        let aside = matches!(assignment.state, AssignmentState::WrapUp { counts: false, .. });
        hold("tally sound: time runs while it occupies the agent", runs || aside)?;
        let same = agent.assignments.iter().filter(|other| other.work == assignment.work);
        hold("one owner: an agent has work once", same.count() == 1)?;
    }
    for leg in agent.legs.iter() {
        usage.hold(leg.claim, world.pools(world.pool_set_of(leg.work)));
        legs::of_agent(world, id, agent, leg).map_or(Ok(()), |invariant| hold(invariant, false))?;
    }
    pools::add_spent(world, agent, &mut usage);
    hold("capacity held: the sum over what holds it", usage == agent.usage)?;
    let terms = agent.members().all(|member| member.terms.check().is_ok());
    hold("memberships: terms that may be set", terms)?;
    let sorted = agent.members().is_sorted_by_key(|member| member.order());
    hold("memberships in order", sorted)?;
    let mut terms: Vec<_> = agent.members().map(|its| (its.queue, its.channel)).collect();
    terms.sort_unstable();
    hold(
        "memberships: once for a queue and a channel",
        terms.is_sorted_by(|one, next| one < next),
    )?;
    for queue in world.index.by_expression.iter().copied() {
        let own = |member: &Member| (member.queue, member.channel) == (queue, None);
        let known = agent.members().find(own);
        let named = known.is_some_and(|known| !known.by_expression);
        let follows = known.map(|known| known.terms) == world.terms_by_expression(id, queue);
        hold("members by expression: all who meet it and are not named", named || follows)?;
    }
    let stray = |member: &Member| {
        let asked = world.index.by_expression.contains(&member.queue);
        member.by_expression && (member.channel.is_some() || !asked)
    };
    let none = !agent.members().any(|member| stray(&member));
    hold("members by expression: for all channels of such a queue", none)
}

/// That the status of an agent is true, as it is once a call is over.
pub(super) fn check_status(world: &World, id: AgentId, agent: &Agent) -> Result<(), Violation> {
    let hold = |invariant, holds: bool| Violation::unless(holds, invariant, id);
    let profile = world.agent_profile(id);
    let debt = profile.is_ok_and(|profile| agent.usage.is_in_debt(&profile.capacity));
    hold("status true: debt", debt == agent.in_debt)?;
    let presence = world.entry::<PresenceProfile>(agent.presence.id());
    let on_queue = presence.is_ok_and(|entry| entry.profile.is_on_queue());
    let expected = if on_queue {
        agent.status.next(StatusStep::Carry(agent.load()))
    } else {
        RoutingStatus::OffQueue
    };
    let on = on_queue == (agent.status != RoutingStatus::OffQueue);
    hold("status true: what presence and load say", on && agent.status == expected)
}
