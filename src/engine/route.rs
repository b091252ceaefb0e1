//! Offering work until nothing fits.
//!
//! The best pair goes first. Pairs compare by the rank of the queue for the agent, then by the
//! order of the work, then by the queue's rule for choosing agents. So a freed agent takes the
//! first work of his lowest-ranked queues; new work goes to the first agent among those for whom
//! its queue ranks lowest; and when many become free at once, work after work is served in its
//! order. Before a call nothing fits; so whatever fits after it involves an agent or work touched
//! in it, and only those look around.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::base::hash::FixedMap;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::protocol::event::OfferedBy;
use crate::protocol::fact::Cause;
use crate::world::lanes::LaneKey;
use crate::world::state::World;

use crate::engine::matching::{Found, Matching};
use crate::engine::turn::Turn;

/// Who looks around.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seeker {
    Work(WorkId),
    Agent(AgentId),
}

impl Turn<'_> {
    /// Offers work until nothing fits.
    pub(crate) fn route(&mut self) {
        self.cause = Cause::Routing;
        let mut barren = Barren::default();
        let mut best = BinaryHeap::new();
        let mut made = 0_u64;
        let mut seekers = self.take_seekers(&mut barren);
        loop {
            for seeker in seekers.drain(..) {
                match seeker {
                    Seeker::Work(work) => self.world.list_candidates(work),
                    Seeker::Agent(agent) => self.world.look_around(agent),
                }
                let found = seek(self.matching(), seeker, &mut barren);
                best.extend(found.map(|found| Reverse((found, seeker, made))));
            }
            let Some(Reverse((found, seeker, seen))) = best.pop() else {
                return;
            };
            // What was found before the last offer may be gone, and is looked for again.
            if seen == made {
                if !self.offer_found(found) {
                    debug_assert!(false, "{} has no agent any more", found.work.work);
                    return;
                }
                made += 1;
                // It may ring at more than one, or was taken at once from others who are free now.
                seekers = self.take_seekers(&mut barren);
            }
            if !seekers.contains(&seeker) {
                seekers.push(seeker);
            }
        }
    }

    /// Those who are touched, each once and in order. Where agents are, nobody can be sure any more
    /// that he will not be found.
    fn take_seekers(&mut self, barren: &mut Barren) -> Vec<Seeker> {
        let (works, agents) = self.world.take_touched();
        if !agents.is_empty() {
            barren.clear();
        }
        let works = works.into_iter().map(Seeker::Work);
        works.chain(agents.into_iter().map(Seeker::Agent)).collect()
    }

    /// Offers what was found. If it does not ring yet, to as many at once as its queue wants at
    /// least.
    fn offer_found(&mut self, found: Found) -> bool {
        let work = found.work.work;
        let row = self.world.work(work).ok().filter(|row| row.ringing.is_empty());
        let queue = row.and_then(|row| self.world.queue_profile(row.queue).ok());
        let least = queue.map_or(1, |queue| queue.broadcast.min);
        let known = found.agent;
        (0..least).all(|number| {
            let agent = known.filter(|_| number == 0);
            let chosen = || self.matching().choose(work).map(|key| key.agent);
            let Some(agent) = agent.or_else(chosen) else {
                return number > 0;
            };
            self.offer(work, agent, OfferedBy::Routing).is_some()
        })
    }
}

/// Lanes for which nobody was found in this call. Offers only take agents away, so nobody will be
/// found for them later in the call either, unless one is accepted at once and others are free
/// again.
type Barren = FixedMap<(QueueId, LaneKey), ()>;

fn seek(matching: Matching<'_>, seeker: Seeker, barren: &mut Barren) -> Option<Found> {
    match seeker {
        Seeker::Agent(agent) => matching.best_work(agent),
        Seeker::Work(id) => {
            let work = matching.world.work(id).ok().filter(|work| work.in_line())?;
            let profile = matching.world.queue_profile(work.queue).ok()?;
            let lane = (work.queue, World::lane_of(work, profile));
            if work.is_ordinary() && barren.contains_key(&lane) {
                return None;
            }
            let found = matching.choose(id);
            if work.is_ordinary() && found.is_none() {
                barren.insert(lane, ());
            }
            let (key, work) = (found?, work.line_key(id, profile).at(matching.now));
            Some(Found { rank: key.rank(), work, agent: Some(key.agent) })
        }
    }
}

impl World {
    /// Takes the lists of those who look around, each once and in order.
    fn take_touched(&mut self) -> (Vec<WorkId>, Vec<AgentId>) {
        let (mut works, mut agents) = self.drain_touched();
        works.sort_unstable();
        works.dedup();
        agents.sort_unstable();
        agents.dedup();
        (works, agents)
    }
}
