//! Which work an agent takes next.

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::choice::RANK_PREFERRED;
use crate::policy::order::LineKey;
use crate::world::lanes::{Lane, LaneKey};
use crate::world::member::PackedMember;
use crate::world::rows::{Agent, Work};

use super::{Found, Matching};

impl<'a> Matching<'a> {
    /// The work an agent takes next, if he can take any.
    pub(crate) fn best_work(self, id: AgentId) -> Option<Found> {
        let agent = self.world.agent(id).ok()?;
        if !agent.status.takes_offers() || agent.draining {
            return None;
        }
        if let Some(work) = self.best_named(id) {
            return Some(Found { rank: RANK_PREFERRED, work, agent: None });
        }
        if !self.world.index().is_open(id) {
            return None;
        }
        let alone = self.best_by_rank(id, agent);
        alone.into_iter().chain(self.best_together(id, agent)).min()
    }

    /// The first work in the queues of lowest rank for an agent. Mostly nothing keeps him from what
    /// is first in its lane; only if something does, is more than one piece of work looked at.
    fn best_by_rank(self, id: AgentId, agent: &'a Agent) -> Option<Found> {
        let head = self.best_in_lanes(id, agent, |_| true)?;
        let able = |work| self.is_able(id, work);
        if able(head.work.work) { Some(head) } else { self.best_in_lanes(id, agent, able) }
    }

    /// The first work in the queues of lowest rank for an agent, of that for which this holds.
    fn best_in_lanes(
        self,
        id: AgentId,
        agent: &'a Agent,
        able: impl Fn(WorkId) -> bool,
    ) -> Option<Found> {
        let mut best: Option<Found> = None;
        for (place, member) in agent.memberships.iter().enumerate() {
            let rank = member.rank();
            if best.is_some_and(|best| best.rank < rank) {
                break;
            }
            self.lanes_for(id, place, member).for_each(|lane| {
                let Some(head) = lane.head().map(|head| head.at(self.now)) else {
                    return;
                };
                // What stands behind the head comes behind it at all times.
                if best.is_some_and(|best| best.work < head) || !self.takes_lane(id, member, lane) {
                    return;
                }
                let first = lane.keys().find(|key| able(key.work)).map(|key| key.at(self.now));
                let found = first.map(|work| Found { rank, work, agent: None });
                best = best.into_iter().chain(found).min();
            });
        }
        best
    }

    /// The first work among what could not be offered without this agent, for too few could be
    /// asked at once. It goes to the best of them, who need not be he.
    fn best_together(self, id: AgentId, agent: &'a Agent) -> Option<Found> {
        let mut best = None;
        let together = &self.world.index().together;
        if together.is_empty() {
            return None;
        }
        for (place, member) in agent.memberships.iter().enumerate() {
            if !together.contains(&member.queue()) {
                continue;
            }
            let lanes = self.lanes_for(id, place, member);
            for lane in lanes.filter(|lane| self.takes_lane(id, member, lane)) {
                for key in lane.keys().filter(|key| self.is_able(id, key.work)) {
                    let found = self.choose(key.work).map(|chosen| Found {
                        rank: chosen.rank,
                        work: key.at(self.now),
                        agent: Some(chosen.agent),
                    });
                    best = best.into_iter().chain(found).min();
                    // Whoever may have what stands behind it may have this.
                    if self.world.work(key.work).is_ok_and(Work::is_ordinary) {
                        break;
                    }
                }
            }
        }
        best
    }

    /// The first work that waits for an agent by name.
    fn best_named(self, id: AgentId) -> Option<LineKey> {
        let mut best: Option<LineKey> = None;
        for key in self.world.index().direct.of(id) {
            let now = key.at(self.now);
            let better = best.is_none_or(|best| now < best);
            let work = self.world.work(key.work).ok().filter(|_| better);
            if work.is_some_and(|work| {
                !self.is_held_back(work.queue)
                    && self.enough(key.work, work)
                    && self.preferred_can_take(key.work, work, id)
            }) {
                best = Some(now);
            }
        }
        best
    }

    /// The lanes whose work an agent sees and is fit for as such a member.
    fn lanes_for(
        self,
        id: AgentId,
        place: usize,
        member: PackedMember<'a>,
    ) -> impl Iterator<Item = &'a Lane> {
        let line = self.world.index().line(member.queue());
        let line = line.filter(|line| !line.lanes.are_empty());
        line.into_iter().flat_map(move |line| {
            let (first, others) = line.lanes.among(self.world.lanes_seen(id, place, member));
            first.chain(others.filter(move |lane| self.world.sees(id, member, &lane.key)))
        })
    }

    /// Whether an agent can take what is in a lane that he sees.
    fn takes_lane(self, id: AgentId, member: PackedMember<'_>, lane: &Lane) -> bool {
        let LaneKey { channel, cost, ring, pool_set, .. } = lane.key;
        let open = self.world.index().open.get(channel.raw() as usize);
        let claim = self.world.new_claim(channel, cost);
        let room =
            claim.and_then(|claim| self.world.has_room(id, claim, self.world.pools(pool_set)));
        open.is_some_and(|open| open.has(id))
            && !self.is_held_back(member.queue())
            && self.has_time(member.queue(), id)
            && self.world.ring_sees(member.queue(), member.ring(), ring)
            && room.is_ok_and(|room| room.is_ok())
    }

    /// Whether nothing about an item in such a lane keeps the agent from it.
    fn is_able(self, id: AgentId, work: WorkId) -> bool {
        let row = self.world.work(work);
        row.is_ok_and(|row| !self.is_excepted(work, row, id) && self.enough(work, row))
    }
}
