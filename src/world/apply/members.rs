//! Applying what queues ask of their members: who meets it is a member without being named.
//!
//! Such a membership is a row of its agent like any other, so that nothing that looks for members
//! looks in two places, and so that it keeps the agent's share. It follows from the profiles alone,
//! and is made and ended in the facts that change them.

use alloc::vec::Vec;

use crate::model::ids::{AgentId, OfferId, QueueId};
use crate::world::apply::misfit::Misfit;
use crate::world::rows::Member;
use crate::world::state::World;
use crate::world::stores::OrMissing;

/// An agent is another: in every queue that asks something of its members.
pub(super) fn derive_for_agent(world: &mut World, id: AgentId) -> Result<(), Misfit> {
    let queues: Vec<_> = world.index.by_expression.iter().copied().collect();
    queues.into_iter().try_for_each(|queue| derive(world, id, queue))
}

/// A queue asks something else of its members: all agents, of whom most are what they were.
pub(super) fn derive_for_queue(world: &mut World, id: QueueId) -> Result<(), Misfit> {
    let World { stores, index } = world;
    let asked = index.by_expression.contains(&id);
    index.note_expression(stores, id);
    if !asked && !world.index.by_expression.contains(&id) {
        return Ok(());
    }
    let agents: Vec<_> = world.stores.agent_rows.iter().map(|(agent, _)| agent).collect();
    agents.into_iter().try_for_each(|agent| derive(world, agent, id))
}

/// Makes an agent a member of a queue because they meet what it asks, or no longer, unless they are
/// named.
pub(super) fn derive(world: &mut World, agent: AgentId, queue: QueueId) -> Result<(), Misfit> {
    let row = world.agent(agent)?;
    let known = row.members().find(|member| (member.queue, member.channel) == (queue, None));
    let wanted = world.terms_by_expression(agent, queue);
    if known.is_some_and(|known| !known.by_expression) || known.map(|known| known.terms) == wanted {
        return Ok(());
    }
    change(world, agent, queue, |rows| {
        rows.retain(|member| member.channel.is_some());
        let (share, offered) =
            known.map_or((0, OfferId::NONE), |known| (known.share, known.offered));
        let (by_expression, channel) = (true, None);
        let member = |terms| Member { queue, terms, share, offered, by_expression, channel };
        rows.extend(wanted.map(member));
    })
}

/// Changes the memberships of an agent in a queue, with all that hangs on them.
pub(super) fn change(
    world: &mut World,
    agent: AgentId,
    queue: QueueId,
    change: impl FnOnce(&mut Vec<Member>),
) -> Result<(), Misfit> {
    world.queue(queue)?;
    let World { stores, index } = world;
    let row = stores.agent_rows.get_mut(agent).or_missing(agent)?;
    let line = index.line_mut(queue).or_missing(queue)?;
    let delays = line.delays();
    let (mut here, others): (Vec<_>, Vec<_>) =
        row.members().partition(|member| member.queue == queue);
    line.unseat(agent, &here);
    change(&mut here);
    line.seat(agent, &here);
    let delays_changed = line.delays() != delays;
    let mut all = [others, here].concat();
    all.sort_unstable_by_key(Member::order);
    row.memberships = all.into_iter().collect();
    index.seen.get_mut(agent.raw() as usize).into_iter().for_each(Vec::clear);
    if delays_changed {
        index.hide_works(stores, queue);
    }
    index.touched_agents.push(agent);
    Ok(())
}
