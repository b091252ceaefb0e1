//! The invariants of pools and of the sets of them.

use alloc::vec::Vec;

use crate::model::ids::PoolId;
use crate::model::pool::PoolProfile;
use crate::policy::room::Usage;
use crate::world::check::violation::Violation;
use crate::world::check::works::Survey;
use crate::world::pool_sets::PoolSetId;
use crate::world::rows::Agent;
use crate::world::state::World;

/// Adds to what an agent has in use what is spent of their pools: what is over and not given back,
/// and of what the agent has what counted once and does not count now.
pub(super) fn add_spent(world: &World, agent: &Agent, usage: &mut Usage) {
    agent.spent.iter().for_each(|(pool, spent)| usage.spend(*pool, *spent));
    for assignment in &agent.assignments {
        for (place, pool) in world.pools(assignment.pool_set).iter().enumerate() {
            usage.spend(*pool, assignment.spent_at(place));
        }
    }
}

/// Each set of pools is counted, and what is spent is given back one day.
pub(super) fn check(world: &World, works: &Survey<'_>) -> Result<(), Violation> {
    let works = works.pool_sets.iter().copied();
    let agents = world.stores.agent_rows.iter();
    let assignments = agents.flat_map(|(_, agent)| &agent.assignments);
    let mut uses: Vec<_> = works.chain(assignments.map(|assignment| assignment.pool_set)).collect();
    uses.sort_unstable();
    let nobody = PoolId::from_raw(0);
    for (id, set) in world.stores.pool_sets.iter() {
        let begin = uses.partition_point(|other| *other < id);
        let end = uses.partition_point(|other| *other <= id);
        let counted = usize::try_from(set.uses()) == Ok(end - begin);
        let invariant = "pools counted: each set knows how many draw on it";
        Violation::unless(set.is_sound() && counted, invariant, nobody)?;
    }
    let last = uses.last().copied().unwrap_or(PoolSetId::EMPTY);
    let there = last.is_empty() || !world.pools(last).is_empty();
    Violation::unless(there, "pools counted: each set is there", nobody)?;
    for (id, row) in world.stores.pool_rows.iter() {
        let mut agents = world.stores.agent_rows.iter();
        let spent = agents.any(|(_, agent)| agent.usage.spent_of(id) > 0);
        let profile = world.entry::<PoolProfile>(id);
        let retired = profile.is_ok_and(|entry| entry.retired);
        let has_reset = profile.is_ok_and(|entry| entry.profile.reset.is_some());
        let sound = spent == row.reset_at.is_some() && (!spent || (has_reset && !retired));
        Violation::unless(sound, "pools reset: as long as anything is spent", id)?;
    }
    Ok(())
}
