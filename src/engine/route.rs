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
use crate::world::line::LaneKey;
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
        let (works, agents) = self.world.take_touched();
        let mut barren = Barren::default();
        let mut best = BinaryHeap::new();
        let works = works.into_iter().map(Seeker::Work);
        let mut made = 0_u64;
        for seeker in works.chain(agents.into_iter().map(Seeker::Agent)) {
            let found = seek(self.matching(), seeker, &mut barren);
            best.extend(found.map(|found| Reverse((found, seeker, made))));
        }
        while let Some(Reverse((found, seeker, seen))) = best.pop() {
            let mut seekers = [Some(seeker), None];
            // What was found before the last offer may be gone, and is looked for again.
            if seen == made {
                if !self.offer_found(found) {
                    debug_assert!(false, "{} has no agent any more", found.work.work);
                    break;
                }
                made += 1;
                // It may ring at more than one.
                let again = Seeker::Work(found.work.work);
                let rings = self.world.work(found.work.work).is_ok_and(|work| work.in_line());
                seekers[1] = Some(again).filter(|again| rings && *again != seeker);
            }
            for seeker in seekers.into_iter().flatten() {
                let found = seek(self.matching(), seeker, &mut barren);
                best.extend(found.map(|found| Reverse((found, seeker, made))));
            }
        }
    }

    /// Offers what was found, to as many at once as its queue wants at least.
    fn offer_found(&mut self, found: Found) -> bool {
        let work = found.work.work;
        let queue = self.world.work(work).map(|row| row.queue);
        let queue = queue.and_then(|queue| self.world.queue_profile(queue));
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

/// Lanes for which nobody was found in this call. Matching only takes agents away, so nobody will
/// be found for them later in the call either.
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
