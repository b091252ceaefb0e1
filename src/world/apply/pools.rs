//! Applying what happens to pools: what items draw, what of it is spent, and when it is given back.
//!
//! Of a pool without a reset an agent draws what they hold. Of a pool with a reset an assignment
//! stays drawn with the most of it that ever counted, until the pool is reset. What is drawn and
//! not held is *spent*: it leaves less room and is no debt.

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, PoolId};
use crate::model::pool::PoolProfile;
use crate::policy::calendar::next_time_of_day;
use crate::world::index::TimerKey;
use crate::world::pool_sets::{Peaks, PoolSetId};
use crate::world::rows::Assignment;
use crate::world::state::World;

/// One more item draws on these pools: the set of them.
pub(super) fn take_set(world: &mut World, pools: Vec<PoolId>) -> PoolSetId {
    world.index.pool_sets.take(&mut world.stores.pool_sets, pools)
}

/// One item less draws on a set of pools.
pub(super) fn leave_set(world: &mut World, id: PoolSetId) {
    world.index.pool_sets.leave(&mut world.stores.pool_sets, id);
}

/// The peaks of an assignment until now, which stay drawn where its pools have a reset. To be asked
/// before another share of the assignment counts.
pub(super) fn kept_peaks(world: &World, assignment: &Assignment) -> Peaks {
    let mut peaks = assignment.peaks;
    for (pool, peak) in world.pools(assignment.pool_set).iter().zip(&mut peaks) {
        *peak = if has_reset(world, *pool) { (*peak).max(assignment.claim.weight) } else { 0 };
    }
    peaks
}

/// Another share of an assignment counts: more or less of it is spent. `before` and `after` are the
/// same assignment. Of an assignment that is over nothing is left, and all it drew is spent.
pub(super) fn respend(
    world: &mut World,
    agent: AgentId,
    before: &Assignment,
    after: Option<&Assignment>,
) {
    for (place, pool) in world.pools(before.pool_set).to_vec().into_iter().enumerate() {
        let old = before.spent_at(place);
        let Some(row) = world.stores.agent_rows.get_mut(agent) else {
            return;
        };
        let new = match after {
            Some(after) => after.spent_at(place),
            None => {
                let over = before.peaks.get(place).copied().unwrap_or(0);
                if over > 0 {
                    let spent = row.spent.entry(pool).or_default();
                    *spent = spent.saturating_add(over.into());
                }
                over.into()
            }
        };
        row.usage.give_back(pool, old);
        row.usage.spend(pool, new);
        note_spender(world, agent, pool);
    }
}

/// A pool gives back to all agents what they drew and do not have any more.
pub(super) fn give_back(world: &mut World, pool: PoolId) {
    let spenders: Vec<_> = spenders(world, pool).collect();
    for agent in spenders {
        let Some(row) = world.stores.agent_rows.get_mut(agent) else {
            continue;
        };
        row.spent.remove(&pool);
        row.usage.give_back(pool, u32::MAX);
        for assignment in &mut row.assignments {
            let pools = world.stores.pool_sets.pools(assignment.pool_set);
            for (of, peak) in pools.iter().zip(&mut assignment.peaks) {
                *peak = if *of == pool { 0 } else { *peak };
            }
        }
        note_spender(world, agent, pool);
        world.index.touched_agents.push(agent);
    }
    if let Some(row) = world.stores.pool_rows.get_mut(pool) {
        row.reset_at = None;
    }
    world.index.unclocked.push(pool);
}

/// The reset of a pool may be another: its next reset moves. Without a reset it gives back at once.
pub(super) fn change_reset(world: &mut World, pool: PoolId) {
    if has_reset(world, pool) {
        if let Some(row) = world.stores.pool_rows.get_mut(pool) {
            row.reset_at = None;
        }
        world.index.unclocked.push(pool);
    } else {
        give_back(world, pool);
    }
}

/// Sees to it that a pool is reset as long as anything is spent of it.
pub(super) fn set_clock(world: &mut World, pool: PoolId, at: Timestamp) {
    let spent = spenders(world, pool).next().is_some();
    let reset = world.entry::<PoolProfile>(pool).ok();
    let reset = reset.and_then(|entry| entry.profile.reset.as_ref()).filter(|_| spent);
    let next = reset.map(|reset| next_time_of_day(&reset.zone, at, reset.at.minutes()));
    if let Some(row) = world.stores.pool_rows.get_mut(pool) {
        row.reset_at = next.map(|next| row.reset_at.unwrap_or(next));
        world.index.clock.set(TimerKey::Pool(pool), row.reset_at);
    }
}

fn has_reset(world: &World, pool: PoolId) -> bool {
    world.entry::<PoolProfile>(pool).is_ok_and(|entry| entry.profile.reset.is_some())
}

fn note_spender(world: &mut World, agent: AgentId, pool: PoolId) {
    let row = world.stores.agent_rows.get(agent);
    if row.is_some_and(|row| row.usage.spent_of(pool) > 0) {
        world.index.spenders.insert((pool, agent));
    } else {
        world.index.spenders.remove(&(pool, agent));
    }
    world.index.unclocked.push(pool);
}

fn spenders(world: &World, pool: PoolId) -> impl Iterator<Item = AgentId> + '_ {
    let first = (pool, AgentId::from_raw(0));
    let all = world.index.spenders.range(first..).map(|(of, agent)| (*of, *agent));
    all.take_while(move |(of, _)| *of == pool).map(|(_, agent)| agent)
}
