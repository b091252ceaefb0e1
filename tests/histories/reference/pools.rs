//! Pools: what items draw on them, what stays drawn, and when it is given back.

use strowger::Timestamp;
use strowger::fact::{Definition, Event};
use strowger::model::{AgentId, PoolId, PoolProfile, WorkId};
use strowger::policy::calendar::next_time_of_day;
use strowger::policy::room::Usage;

use super::Router;
use super::state::Leg;

impl Router {
    pub(super) fn pool_profile(&self, id: PoolId) -> &PoolProfile {
        match &self.things[&id.into()].definition {
            Definition::Pool(defined) => &defined.profile,
            other => panic!("{other:?} is no pool"),
        }
    }

    /// An item draws on the pools its request names; if it names none, on those of its channel. That
    /// is decided when the work comes in, and again when its channel becomes another.
    pub(super) fn note_pools(&mut self, id: WorkId) {
        if let Some((of, _)) = self.works[&id].stands_for {
            self.draws.insert(id, self.draws[&of].clone());
            return;
        }
        let request = &self.works[&id].request;
        let mut pools = request.pools.clone();
        if pools.is_empty() {
            pools.clone_from(&self.channel_profile(request.channel).pools);
        }
        pools.sort();
        self.draws.insert(id, pools);
    }

    /// What an agent drew and does not have any more, for pools that are reset by the day.
    pub(super) fn add_spent(&self, agent: AgentId, usage: &mut Usage) {
        for ((pool, _, number), most) in self.drawn.iter().filter(|((_, of, _), _)| *of == agent) {
            usage.spend(*pool, u32::from(most - self.weight_now(agent, *number)));
        }
    }

    /// Takes all that a leg draws out of what its agent has.
    pub(super) fn take_out(&self, agent: AgentId, leg: &Leg, usage: &mut Usage) {
        usage.release(leg.claim, &leg.pools);
        for pool in &leg.pools {
            let most = self.drawn.get(&(*pool, agent, leg.number)).copied().unwrap_or(0);
            usage.give_back(*pool, u32::from(most.saturating_sub(leg.claim.weight)));
        }
    }

    fn weight_now(&self, agent: AgentId, number: u64) -> u8 {
        let legs = &self.agents[&agent].legs;
        legs.iter().find(|leg| leg.number == number).map_or(0, |leg| leg.claim.weight)
    }

    /// After every fact: the most that each assignment has counted since the reset stays drawn. Where
    /// a pool has no reset nothing does.
    pub(super) fn note_draws(&mut self) {
        let reset: Vec<PoolId> = self
            .things
            .iter()
            .filter(|(_, thing)| !thing.retired)
            .filter_map(|(_, thing)| match &thing.definition {
                Definition::Pool(defined) => defined.profile.reset.as_ref().map(|_| defined.id),
                _ => None,
            })
            .collect();
        self.drawn.retain(|(pool, _, _), _| reset.contains(pool));
        for (id, agent) in &self.agents {
            for leg in &agent.legs {
                for pool in leg.pools.iter().filter(|pool| reset.contains(pool)) {
                    let most = self.drawn.entry((*pool, *id, leg.number)).or_default();
                    *most = (*most).max(leg.claim.weight);
                }
            }
        }
        // Nothing is left of what counted for nothing when it ended.
        let at = self.effective();
        for pool in reset {
            if !self.is_anything_spent(pool) {
                self.resets.remove(&pool);
            } else if !self.resets.contains_key(&pool) {
                let rule = self.pool_profile(pool).reset.clone().expect("it is reset");
                let next = next_time_of_day(&rule.zone, at, rule.at.minutes());
                self.resets.insert(pool, next);
            }
        }
        let things = &self.things;
        let goes_on = |pool: &PoolId| match &things[&(*pool).into()].definition {
            Definition::Pool(defined) => defined.profile.reset.is_some(),
            _ => false,
        };
        self.resets.retain(|pool, _| goes_on(pool) && !things[&(*pool).into()].retired);
    }

    fn is_anything_spent(&self, pool: PoolId) -> bool {
        let mut entries = self.drawn.iter().filter(|((of, _, _), _)| *of == pool);
        entries.any(|((_, agent, number), most)| *most > self.weight_now(*agent, *number))
    }

    /// When a pool is reset next, as long as anything is spent.
    pub(super) fn next_resets(&self) -> impl Iterator<Item = (PoolId, Timestamp)> + '_ {
        self.resets.iter().map(|(pool, at)| (*pool, *at))
    }

    /// Everything that is over is given back. What agents still have goes on counting.
    pub(super) fn reset_pool(&mut self, pool: PoolId) {
        self.drawn.retain(|(of, _, _), _| *of != pool);
        self.resets.remove(&pool);
        self.tell(Event::pool_reset(pool));
    }
}
