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
use crate::fact::event::OfferedBy;
use crate::fact::log::Cause;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::world::lanes::LaneKey;
use crate::world::rows::Work;
use crate::world::state::World;

use crate::engine::matching::{Found, Matching};
use crate::engine::turn::Turn;

/// Who looks around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seeker {
    Work(WorkId),
    Agent(AgentId),
}

impl Seeker {
    /// Whether there may be more for him to find.
    fn may_seek_on(self, world: &World) -> bool {
        match self {
            Self::Work(id) => world.work(id).is_ok_and(Work::in_line),
            Self::Agent(_) => true,
        }
    }
}

/// What a search needs room for; kept from call to call so that nothing is allocated in any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    seekers: Vec<Seeker>,
    /// What each of them found, the best first, with the number of offers made before.
    found: BinaryHeap<Reverse<(Found, Seeker, u64)>>,
    /// Lanes for which nobody was found in this call. Offers only take agents away, so nobody will
    /// be found for them later in the call either, unless one is accepted at once and others are
    /// free again.
    barren: FixedMap<(QueueId, LaneKey), ()>,
}

impl Search {
    /// Has those who are touched look around, each once and in order. Where agents are, nobody can
    /// be sure any more that he will not be found.
    fn take_touched(&mut self, world: &mut World) {
        let (works, agents) = world.touched();
        if !agents.is_empty() {
            self.barren.clear();
        }
        self.seekers.extend(works.drain(..).map(Seeker::Work));
        self.seekers.extend(agents.drain(..).map(Seeker::Agent));
        if self.seekers.len() > 1 {
            self.seekers.sort_unstable();
            self.seekers.dedup();
        }
    }

    fn seek(&mut self, matching: Matching<'_>, seeker: Seeker) -> Option<Found> {
        match seeker {
            Seeker::Agent(agent) => matching.best_work(agent),
            Seeker::Work(id) => {
                let work = matching.world.work(id).ok().filter(|work| work.in_line())?;
                let profile = matching.world.queue_profile(work.queue).ok()?;
                let lane = || (work.queue, LaneKey::of(work, profile));
                let is_barren = !self.barren.is_empty() && self.barren.contains_key(&lane());
                if work.is_ordinary() && is_barren {
                    return None;
                }
                let found = matching.choose(id);
                if work.is_ordinary() && found.is_none() {
                    self.barren.insert(lane(), ());
                }
                let (chosen, work) = (found?, work.line_key(id, profile).at(matching.now));
                Some(Found { rank: chosen.rank, work, agent: Some(chosen.agent) })
            }
        }
    }
}

impl Turn<'_> {
    /// Offers work until nothing fits.
    pub(crate) fn route(&mut self, search: &mut Search) {
        self.cause = Cause::Routing;
        let (works, agents) = self.world.touched();
        if works.is_empty() && agents.is_empty() {
            return;
        }
        self.match_all(search);
        search.seekers.clear();
        search.found.clear();
        search.barren.clear();
    }

    fn match_all(&mut self, search: &mut Search) {
        let mut made = 0_u64;
        loop {
            search.take_touched(self.world);
            while let Some(seeker) = search.seekers.pop() {
                let is_last = made == 0 && search.seekers.is_empty() && search.found.is_empty();
                if is_last && self.waits_in_vain(seeker) {
                    continue;
                }
                match seeker {
                    Seeker::Work(work) => self.world.list_candidates(work),
                    Seeker::Agent(agent) => self.world.look_around(agent),
                }
                let found = search.seek(self.matching(), seeker);
                search.found.extend(found.map(|found| Reverse((found, seeker, made))));
            }
            let Some(Reverse((found, seeker, seen))) = search.found.pop() else {
                return;
            };
            // What was found before the last offer may be gone, and is looked for again.
            if seen == made {
                if !self.offer_found(found) {
                    debug_assert!(false, "{} has no agent any more", found.work.work);
                    return;
                }
                made += 1;
            }
            // It may ring at more than one, or was taken at once from others who are free now.
            if seeker.may_seek_on(self.world) {
                search.seekers.push(seeker);
            }
        }
    }

    /// Whether other work that asks for the same waits, with nothing to keep anybody from it. It
    /// waited before, for nobody could take it; and if all others who were touched in this call
    /// found nothing, nobody came free who could.
    fn waits_in_vain(&self, seeker: Seeker) -> bool {
        let Seeker::Work(id) = seeker else {
            return false;
        };
        let Ok(work) = self.world.work(id) else {
            return false;
        };
        let other = self.world.lane_mate(id, work);
        other.and_then(|other| self.world.work(other).ok()).is_some_and(Work::is_ordinary)
    }

    /// Offers what was found. If it does not ring yet, to as many at once as its queue wants at
    /// least.
    fn offer_found(&mut self, found: Found) -> bool {
        let work = found.work.work;
        let row = self.world.work(work).ok().filter(|row| !row.rings());
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
