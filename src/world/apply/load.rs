//! Applying what changes the load of an agent: what they hold, and whether they are open.

use crate::model::ids::AgentId;
use crate::policy::room::Claim;
use crate::world::apply::misfit::Misfit;
use crate::world::pool_sets::PoolSetId;
use crate::world::state::World;
use crate::world::stores::OrMissing;

/// Exchanges what an agent holds for something for what they hold for it now. It draws on a set of
/// pools.
pub(super) fn reclaim(
    world: &mut World,
    id: AgentId,
    pool_set: PoolSetId,
    old: Option<Claim>,
    new: Option<Claim>,
) -> Result<(), Misfit> {
    let World { stores, index } = world;
    let agent = stores.agent_rows.get_mut(id).or_missing(id)?;
    if old != new {
        let pools = stores.pool_sets.pools(pool_set);
        old.into_iter().for_each(|claim| agent.usage.release(claim, pools));
        new.into_iter().for_each(|claim| agent.usage.hold(claim, pools));
    }
    index.concerned.note(id);
    let weight = |claim: Option<Claim>| claim.map_or(0, |claim| claim.weight);
    let same =
        |old: Claim| new.is_some_and(|new| (new.channel, new.cost) == (old.channel, old.cost));
    let holds_less = weight(new) < weight(old) || new.is_none();
    // An agent who is not open and holds no less than before is not open now either.
    if holds_less || !old.is_none_or(same) || index.is_open(id) {
        index.open_agent(stores, id);
    }
    if holds_less {
        index.touched_agents.push(id);
    }
    Ok(())
}

/// An agent may be open where they were not, or the other way round, and may be able to take
/// something they could not take before.
pub(super) fn refresh(world: &mut World, id: AgentId) {
    let World { stores, index } = world;
    index.open_agent(stores, id);
    index.touched_agents.push(id);
}
