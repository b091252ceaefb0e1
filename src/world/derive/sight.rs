//! Deriving what agents see: the lanes of their queues whose work they fit and may be asked for,
//! and who may have what is in a lane.
//!
//! What an agent sees by a membership is remembered until the lanes, the members or the needs of
//! that queue change, so an agent who comes free does not ask lane by lane again. Where a few lanes
//! changed only those are asked.

use alloc::vec::Vec;

use crate::model::ids::{AgentId, WorkId};
use crate::policy::choice::AgentKey;
use crate::world::bench::BenchKey;
use crate::world::fits::Ranking;
use crate::world::index::Index;
use crate::world::lane_set::{LaneSet, Seen};
use crate::world::lanes::LaneKey;
use crate::world::may::{delay_over, ring_sees};
use crate::world::member::PackedMember;
use crate::world::rows::Work;
use crate::world::stores::Stores;

impl Index {
    /// Remembers what an agent sees of their queues.
    pub(crate) fn remember_lanes(&mut self, stores: &Stores, id: AgentId) {
        let place = id.raw() as usize;
        let Some(row) = stores.agent_rows.get(id) else {
            return;
        };
        let number = row.memberships.len();
        if self.seen.len() <= place {
            self.seen.resize_with(place + 1, Vec::new);
        }
        let mut seen = self.seen.get_mut(place).map(core::mem::take).unwrap_or_default();
        seen.reserve_exact(number.saturating_sub(seen.len()));
        seen.resize(number, Seen::default());
        for (known, member) in seen.iter_mut().zip(row.memberships.iter()) {
            let lanes = self.line(member.queue()).map(|line| &line.lanes);
            let Some(lanes) = lanes.filter(|lanes| !lanes.are_empty()) else {
                continue;
            };
            let version = lanes.version();
            if known.version == version {
                continue;
            }
            match lanes.changed_since(known.version) {
                Some(places) => {
                    for place in places {
                        let seen = |lane| self.sees(stores, id, member, lane);
                        known.lanes.set(place, lanes.at(place).is_some_and(seen));
                    }
                    known.version = version;
                }
                None => *known = Seen { version, lanes: self.see(stores, id, member) },
            }
        }
        if let Some(place) = self.seen.get_mut(place) {
            *place = seen;
        }
    }

    /// The lanes of a queue that an agent sees by one of their memberships, which has this place
    /// among them.
    pub(crate) fn lanes_seen(
        &self,
        stores: &Stores,
        id: AgentId,
        place: usize,
        member: PackedMember<'_>,
    ) -> LaneSet {
        let seen = self.seen.get(id.raw() as usize);
        let seen = seen.and_then(|seen| seen.get(place));
        let version = self.line(member.queue()).map(|line| line.lanes.version());
        match seen.filter(|seen| Some(seen.version) == version) {
            Some(seen) => seen.lanes,
            None => self.see(stores, id, member),
        }
    }

    fn see(&self, stores: &Stores, id: AgentId, member: PackedMember<'_>) -> LaneSet {
        let line = self.line(member.queue());
        line.map(|line| line.lanes.which(|lane| self.sees(stores, id, member, lane)))
            .unwrap_or_default()
    }

    /// True if an agent fits the work of a lane and sees it by this one of their memberships.
    /// Conditional rings are taken to have joined: whether they have changes too often to be
    /// remembered, and is asked when work is taken from the lane.
    pub(crate) fn sees(
        &self,
        stores: &Stores,
        id: AgentId,
        member: PackedMember<'_>,
        lane: &LaneKey,
    ) -> bool {
        let ring = || {
            let queue = stores.queue(member.queue());
            let all_joined = || u16::MAX;
            queue.is_some_and(|queue| ring_sees(queue, all_joined, member.ring(), lane.ring))
        };
        // Terms for just this channel go before those for all channels.
        let is_of_channel = || match member.channel() {
            Some(its) => its == lane.channel,
            None => stores
                .agent_rows
                .get(id)
                .is_some_and(|row| !row.memberships.have_own(member.queue(), lane.channel)),
        };
        self.fits_need(lane.need, id)
            && delay_over(member.delay(), lane.revealed)
            && ring()
            && is_of_channel()
    }

    /// The first other piece of work in the lane of a piece of work, if that is in one.
    pub(crate) fn lane_mate(&self, stores: &Stores, id: WorkId, work: &Work) -> Option<WorkId> {
        let queue = stores.queue(work.queue)?;
        let line = self.line(work.queue).filter(|line| line.waiting > 1)?;
        let lane = work.is_for_anybody().then(|| LaneKey::of(work, queue))?;
        let waiting = line.lanes.keys(&lane);
        waiting.map(|key| key.work).find(|other| *other != id)
    }

    /// Lists who may have a piece of work in line, for all that asks for the same: those who suit
    /// it best, if its queue goes by that; or else all, if a bench says who of them comes first and
    /// they are not too many.
    pub(crate) fn list_candidates(&mut self, stores: &Stores, id: WorkId) {
        let work = stores.works.get(id).filter(|work| work.is_for_anybody());
        let queue = work.and_then(|work| stores.queue(work.queue));
        let Some((work, queue)) = work.zip(queue) else {
            return;
        };
        let fit = self.fits.get_mut(work.need.raw() as usize);
        let Some((fit, need)) = fit.zip(stores.needs.get(work.need)) else {
            return;
        };
        if AgentKey::goes_by_score(queue, need.evaluation) {
            let ranking = fit.ranking.take();
            let ranking = ranking.unwrap_or_else(|| Ranking::of(need, fit, &stores.agents));
            if !fit.ranking.insert(ranking).even {
                return;
            }
        }
        if BenchKey::of(queue, work.request.channel).is_none() {
            return;
        }
        if let Some(line) = self.lines.get_mut(work.queue.raw() as usize) {
            line.learn(&LaneKey::of(work, queue), &fit.agents);
        }
    }
}
