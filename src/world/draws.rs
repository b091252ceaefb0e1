//! What items draw on: sets of pools, each kept once however many items name it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::id::ids;
use crate::base::time::Timestamp;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{AgentId, PoolId, WorkId};
use crate::model::pool::{POOLS_MAX, PoolProfile};
use crate::model::work::WorkRequest;
use crate::policy::calendar::next_time_of_day;
use crate::policy::room::Usage;
use crate::world::check::Violation;
use crate::world::index::{Index, TimerKey};
use crate::world::rows::{Agent, Assignment};
use crate::world::state::World;
use crate::world::survey::Survey;

ids! {
    /// A set of pools. The first is the empty one.
    pub(crate) DrawId(u32) = "d";
}

impl DrawId {
    /// No pools.
    pub(crate) const NOTHING: Self = Self::from_raw(0);

    /// Whether it is the empty set.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }
}

impl Default for DrawId {
    fn default() -> Self {
        Self::NOTHING
    }
}

/// The sets of pools that open work and assignments draw on. One that nobody names any more leaves
/// its place empty for another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Draws {
    rows: Vec<DrawRow>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct DrawRow {
    pools: Vec<PoolId>,
    uses: u32,
}

impl Draws {
    /// The pools of a set, in order.
    pub(crate) fn pools(&self, id: DrawId) -> &[PoolId] {
        self.row(id).map_or(&[], |row| &row.pools)
    }

    fn row(&self, id: DrawId) -> Option<&DrawRow> {
        let place = id.raw().checked_sub(1)?;
        self.rows.get(place as usize)
    }

    fn row_mut(&mut self, id: DrawId) -> Option<&mut DrawRow> {
        let place = id.raw().checked_sub(1)?;
        self.rows.get_mut(place as usize)
    }

    /// All places with their ids.
    fn iter(&self) -> impl Iterator<Item = (DrawId, &DrawRow)> {
        (1..).map(DrawId::from_raw).zip(&self.rows)
    }
}

/// The most of an item that counted since a pool was reset, for each pool of its set, in percent.
/// Where that is more than counts now the rest is spent.
pub(crate) type Peaks = [u8; POOLS_MAX as usize];

/// Whether nothing counted.
pub(crate) fn is_flat(peaks: &Peaks) -> bool {
    peaks.iter().all(|peak| *peak == 0)
}

impl Assignment {
    /// What is spent of it, of the pool with this place in its set.
    fn spent_at(&self, place: usize) -> u32 {
        let peak = self.peaks.get(place).copied().unwrap_or(0);
        peak.saturating_sub(self.claim.weight).into()
    }
}

impl Index {
    /// Sees what open work and assignments draw on.
    pub(super) fn index_draws(&mut self, draws: &Draws) {
        for (id, row) in draws.iter() {
            if row.uses > 0 {
                self.draw_ids.insert(row.pools.clone(), id);
            } else {
                self.free_draws.insert(id);
            }
        }
    }
}

impl World {
    /// The pools an item draws on: those it names, else those of its channel.
    pub(super) fn pools_named(request: &WorkRequest, channel: &ChannelProfile) -> Vec<PoolId> {
        let named = if request.pools.is_empty() { &channel.pools } else { &request.pools };
        let mut pools = named.clone();
        pools.sort_unstable();
        pools
    }

    /// The pools of a set, in order.
    pub(crate) fn pools(&self, draws: DrawId) -> &[PoolId] {
        self.stores.draws.pools(draws)
    }

    /// What open work draws on.
    pub(crate) fn draws_of(&self, work: WorkId) -> DrawId {
        self.stores.works.get(work).map_or(DrawId::NOTHING, |work| work.draws)
    }

    /// One more draws on these pools.
    pub(super) fn draw_on(&mut self, pools: Vec<PoolId>) -> DrawId {
        if pools.is_empty() {
            return DrawId::NOTHING;
        }
        if let Some(known) = self.index.draw_ids.get(&pools).copied() {
            self.draw_too(known);
            return known;
        }
        let new = u32::try_from(self.stores.draws.rows.len()).unwrap_or(u32::MAX);
        let id = self.index.free_draws.pop_first();
        let id = id.unwrap_or_else(|| DrawId::from_raw(new.saturating_add(1)));
        let row = DrawRow { pools: pools.clone(), uses: 1 };
        match self.stores.draws.row_mut(id) {
            Some(free) => *free = row,
            None => self.stores.draws.rows.push(row),
        }
        self.index.draw_ids.insert(pools, id);
        id
    }

    /// One more draws on the same.
    pub(super) fn draw_too(&mut self, id: DrawId) {
        if let Some(row) = self.stores.draws.row_mut(id) {
            row.uses = row.uses.saturating_add(1);
        }
    }

    /// One less draws on them.
    pub(super) fn draw_no_more(&mut self, id: DrawId) {
        let Some(row) = self.stores.draws.row_mut(id) else {
            return;
        };
        row.uses = row.uses.saturating_sub(1);
        if row.uses == 0 {
            let pools = core::mem::take(&mut row.pools);
            self.index.draw_ids.swap_remove(&pools);
            self.index.free_draws.insert(id);
        }
    }

    /// Whether what agents draw from a pool is given back by the day.
    fn has_reset(&self, pool: PoolId) -> bool {
        self.entry::<PoolProfile>(pool).is_ok_and(|entry| entry.profile.reset.is_some())
    }

    /// What counted of an assignment until now stays drawn, where its pools are reset by the day.
    /// Called before another share of it counts.
    pub(super) fn keep_peaks(&self, assignment: &Assignment) -> Peaks {
        let mut peaks = assignment.peaks;
        for (pool, peak) in self.pools(assignment.draws).iter().zip(&mut peaks) {
            *peak = if self.has_reset(*pool) { (*peak).max(assignment.claim.weight) } else { 0 };
        }
        peaks
    }

    /// Another share of an assignment counts: more or less of it is spent. `before` and `after` are
    /// the same assignment; nothing is left of one that is over, and all it drew is spent.
    pub(super) fn respend(
        &mut self,
        agent: AgentId,
        before: &Assignment,
        after: Option<&Assignment>,
    ) {
        for (place, pool) in self.pools(before.draws).to_vec().into_iter().enumerate() {
            let old = before.spent_at(place);
            let Some(row) = self.stores.agent_rows.get_mut(agent) else {
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
            self.note_spender(agent, pool);
        }
    }

    /// Takes away all that an assignment holds of what its agent has, and all that is spent of it.
    pub(crate) fn release_all(&self, assignment: &Assignment, usage: &mut Usage) {
        let pools = self.pools(assignment.draws);
        usage.release(assignment.claim, pools);
        for (place, pool) in pools.iter().enumerate() {
            usage.give_back(*pool, assignment.spent_at(place));
        }
    }

    /// Notes whether anything is spent of a pool for an agent.
    pub(super) fn note_spender(&mut self, agent: AgentId, pool: PoolId) {
        let row = self.stores.agent_rows.get(agent);
        if row.is_some_and(|row| row.usage.spent_of(pool) > 0) {
            self.index.spenders.insert((pool, agent));
        } else {
            self.index.spenders.remove(&(pool, agent));
        }
        self.index.unclocked.push(pool);
    }

    fn spenders(&self, pool: PoolId) -> impl Iterator<Item = AgentId> + '_ {
        let first = (pool, AgentId::from_raw(0));
        let all = self.index.spenders.range(first..).map(|(of, agent)| (*of, *agent));
        all.take_while(move |(of, _)| *of == pool).map(|(_, agent)| agent)
    }

    /// A pool gives back to all agents what they drew and do not have any more.
    pub(super) fn give_back(&mut self, pool: PoolId) {
        let spenders: Vec<_> = self.spenders(pool).collect();
        for agent in spenders {
            let Some(row) = self.stores.agent_rows.get_mut(agent) else {
                continue;
            };
            row.spent.remove(&pool);
            row.usage.give_back(pool, u32::MAX);
            for assignment in &mut row.assignments {
                let pools = self.stores.draws.pools(assignment.draws);
                for (of, peak) in pools.iter().zip(&mut assignment.peaks) {
                    *peak = if *of == pool { 0 } else { *peak };
                }
            }
            self.note_spender(agent, pool);
            self.index.touched_agents.push(agent);
        }
        if let Some(row) = self.stores.pool_rows.get_mut(pool) {
            row.reset_at = None;
        }
        self.index.unclocked.push(pool);
    }

    /// What becomes of a pool whose reset may be another.
    pub(super) fn redefine_pool(&mut self, pool: PoolId) {
        if self.has_reset(pool) {
            if let Some(row) = self.stores.pool_rows.get_mut(pool) {
                row.reset_at = None;
            }
            self.index.unclocked.push(pool);
        } else {
            self.give_back(pool);
        }
    }

    /// Sees to it that a pool is reset as long as anything is spent of it.
    pub(super) fn set_pool_clock(&mut self, pool: PoolId, at: Timestamp) {
        let spent = self.spenders(pool).next().is_some();
        let reset = self.entry::<PoolProfile>(pool).ok();
        let reset = reset.and_then(|entry| entry.profile.reset.as_ref()).filter(|_| spent);
        let next = reset.map(|reset| next_time_of_day(&reset.zone, at, reset.at.minutes()));
        if let Some(row) = self.stores.pool_rows.get_mut(pool) {
            row.reset_at = next.map(|next| row.reset_at.unwrap_or(next));
            self.index.clock.set(TimerKey::Pool(pool), row.reset_at);
        }
    }

    /// The invariant that does not hold for what is spent of an agent's pools: what is over and not
    /// given back, and of what he has what counted once and does not count now.
    pub(super) fn spent_anew(&self, agent: &Agent, usage: &mut Usage) {
        agent.spent.iter().for_each(|(pool, spent)| usage.spend(*pool, *spent));
        for assignment in &agent.assignments {
            for (place, pool) in self.pools(assignment.draws).iter().enumerate() {
                usage.spend(*pool, assignment.spent_at(place));
            }
        }
    }

    /// Pools and the sets of them: each set is counted, and what is spent is given back one day.
    pub(super) fn check_pools(&self, works: &Survey<'_>) -> Result<(), Violation> {
        let works = works.draws.iter().copied();
        let agents = self.stores.agent_rows.iter();
        let assignments = agents.flat_map(|(_, agent)| &agent.assignments);
        let mut uses: Vec<_> = works.chain(assignments.map(|leg| leg.draws)).collect();
        uses.sort_unstable();
        let fails = |invariant| Err(Violation { invariant, subject: PoolId::from_raw(0).into() });
        for (id, row) in self.stores.draws.iter() {
            let begin = uses.partition_point(|other| *other < id);
            let end = uses.partition_point(|other| *other <= id);
            let sound = row.pools.is_sorted_by(|one, next| one < next)
                && row.pools.is_empty() == (row.uses == 0)
                && row.pools.len() <= POOLS_MAX as usize;
            if !sound || usize::try_from(row.uses) != Ok(end - begin) {
                return fails("pools counted: each set knows how many draw on it");
            }
        }
        let last = uses.last().copied().unwrap_or(DrawId::NOTHING);
        if last != DrawId::NOTHING && self.pools(last).is_empty() {
            return fails("pools counted: each set is there");
        }
        for (id, row) in self.stores.pool_rows.iter() {
            let agents = self.stores.agent_rows.iter();
            let spent = agents.filter(|(_, agent)| agent.usage.spent_of(id) > 0).count() > 0;
            let retired = self.entry::<PoolProfile>(id).is_ok_and(|entry| entry.retired);
            if spent != row.reset_at.is_some() || (spent && (retired || !self.has_reset(id))) {
                let invariant = "pools reset: as long as anything is spent";
                return Err(Violation { invariant, subject: id.into() });
            }
        }
        Ok(())
    }
}
