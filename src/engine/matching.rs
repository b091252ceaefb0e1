//! Who may have what: the one place that says whether a piece of work and an agent fit, and which
//! fit best. Routing asks it, and so does everybody who explains what routing did.

use crate::base::bits::IdSet;
use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, QueueId, SkillId, WorkId};
use crate::model::need::Evaluation;
use crate::model::queue::{AgentChoice, QueueProfile};
use crate::policy::choice::{AgentKey, Candidate, RANK_PREFERRED};
use crate::policy::fit;
use crate::policy::order::LineKey;
use crate::policy::room::Full;
use crate::world::bench::{Bench, BenchKey, Candidates};
use crate::world::fits::Ranking;
use crate::world::lanes::{Lane, LaneKey};
use crate::world::line::Members;
use crate::world::member::PackedMember;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

use crate::engine::rules::Rules;
use crate::engine::view::View;

/// The world as it looks to whoever matches, at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matching<'a> {
    /// All there is.
    pub world: &'a World,
    /// The time of the call.
    pub now: Timestamp,
    /// What the host decides itself.
    pub rules: &'a Rules,
}

/// The best pair a seeker can be part of, as far as the order of pairs goes, and the agent if he is
/// known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The rank of the queue for the agent.
    pub rank: u8,
    /// The work.
    pub work: LineKey,
    /// The agent.
    pub agent: Option<AgentId>,
}

/// The agent a piece of work goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The rank by which he sees it.
    pub rank: u8,
    ring: u8,
    /// The agent.
    pub agent: AgentId,
}

/// On what terms an agent may have a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Whether he need not meet the need.
    pub ignore_need: bool,
    /// Whether he need not have room.
    pub ignore_capacity: bool,
}

impl Terms {
    /// Those of an agent the work asks for by name.
    pub(crate) fn by_name(work: &Work) -> Self {
        let preferred = work.request.preferred.as_ref().filter(|_| !work.sticky);
        preferred.map_or_else(Self::default, |preferred| Self {
            ignore_need: preferred.ignore_need,
            ignore_capacity: preferred.ignore_capacity,
        })
    }
}

impl<'a> Matching<'a> {
    /// The agent a piece of work goes to, if it waits and anybody can take it.
    pub(crate) fn choose(self, id: WorkId) -> Option<Chosen> {
        let work = self.world.work(id).ok().filter(|work| work.in_line())?;
        if self.is_held_back(work.queue) || !self.enough(id, work) {
            return None;
        }
        if work.step.is_some() {
            let AgentKey { agent, .. } = self.candidates(id, work).min()?;
            return Some(Chosen { rank: RANK_PREFERRED, ring: 0, agent });
        }
        let index = self.world.index();
        let open = index.open.get(work.request.channel.raw() as usize)?;
        let fit = &index.fit(work.need)?.agents;
        let members = index.line(work.queue)?.members(work.request.channel);
        let profile = self.world.queue_profile(work.queue).ok()?;
        let by_list = profile.choice == AgentChoice::FixedOrder && profile.spare_scarce == 0;
        if by_list && self.evaluation(work) != Evaluation::Best {
            return self.first_on_list(id, work, members, (fit, open));
        }
        let lane = World::lane_of(work, profile);
        let listed = index.line(work.queue)?.lanes.listed(&lane);
        let mut best: Option<Chosen> = None;
        for (place, ((rank, ring, delay), group)) in members.groups().enumerate() {
            if best.is_some_and(|best| (best.rank, best.ring) < (rank, ring)) {
                break;
            }
            if delay <= work.revealed && self.world.ring_sees(work.queue, ring, lane.ring) {
                let listed = listed.map(|listed| listed.group(place));
                let candidates = Candidates { members: group, fit, open, listed };
                let first = self.first_of(id, work, rank, candidates);
                let key = |agent| self.key(id, work, agent, rank, 0);
                let better =
                    |agent: &AgentId| best.is_none_or(|best| key(*agent) < key(best.agent));
                let first = first.filter(better).map(|agent| Chosen { rank, ring, agent });
                best = first.or(best);
            }
        }
        best
    }

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
        let LaneKey { channel, cost, ring, draws, .. } = lane.key;
        let open = self.world.index().open.get(channel.raw() as usize);
        let claim = self.world.new_claim(channel, cost);
        let room = claim.and_then(|claim| self.world.has_room(id, claim, self.world.pools(draws)));
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

    /// Whether a queue may not offer anything: another engine decides, or it has offered too much
    /// at once.
    pub(crate) fn is_held_back(self, queue: QueueId) -> bool {
        self.world
            .queue_profile(queue)
            .is_ok_and(|profile| profile.external || self.ramp_until(queue, profile).is_some())
    }

    /// Until when a queue may not offer anything, for it has offered too much at once.
    pub(crate) fn ramp_until(self, queue: QueueId, profile: &QueueProfile) -> Option<Timestamp> {
        self.world.queue(queue).ok()?.held_back(profile, self.now)
    }

    /// Whether as many can be asked at once as the queue wants, where it is not ringing yet.
    pub(crate) fn enough(self, id: WorkId, work: &Work) -> bool {
        self.too_few(id, work).is_none()
    }

    /// How many can be asked, and how many the queue wants to ask at least, if they are fewer.
    pub(crate) fn too_few(self, id: WorkId, work: &Work) -> Option<(u8, u8)> {
        let least = self.world.queue_profile(work.queue).map_or(1, |queue| queue.broadcast.min);
        if least <= 1 || work.rings() {
            return None;
        }
        let able = self.candidates(id, work).take(usize::from(least)).count();
        let able = u8::try_from(able).unwrap_or(u8::MAX);
        (able < least).then_some((able, least))
    }

    /// Everybody who can take a piece of work in line, in no meaningful order.
    pub(crate) fn candidates(
        self,
        id: WorkId,
        work: &'a Work,
    ) -> impl Iterator<Item = AgentKey> + 'a {
        let preferred = World::preferred(work)
            .filter(move |(agent, _)| self.preferred_can_take(id, work, *agent))
            .filter_map(move |(agent, preference)| {
                self.key(id, work, agent, RANK_PREFERRED, preference)
            });
        let members = work.step.is_none().then(|| self.members_who_can(id, work));
        preferred.chain(members.into_iter().flatten())
    }

    fn members_who_can(self, id: WorkId, work: &'a Work) -> impl Iterator<Item = AgentKey> + 'a {
        let index = self.world.index();
        let line = index.line(work.queue);
        let open = index.open.get(work.request.channel.raw() as usize);
        let fit = index.fit(work.need).map(|fit| &fit.agents);
        let sets = line.zip(open).zip(fit);
        sets.into_iter().flat_map(move |((line, open), fit)| {
            let members = line.members(work.request.channel);
            members.among((fit, open)).filter_map(move |agent| {
                let able = self.sees(work, agent) && self.member_can_take(id, work, agent);
                let rank = self
                    .world
                    .agent(agent)
                    .ok()?
                    .membership(work.queue, work.request.channel)?
                    .rank;
                able.then(|| self.key(id, work, agent, rank, 0)).flatten()
            })
        })
    }

    /// The first on a queue's list who can take the work.
    fn first_on_list(
        self,
        id: WorkId,
        work: &Work,
        members: &Members,
        sets: impl IdSet,
    ) -> Option<Chosen> {
        members.among(sets).next()?;
        let able = |agent: &AgentId| {
            sets.has(*agent) && self.sees(work, *agent) && self.member_can_take(id, work, *agent)
        };
        let agent = members.list().find(able)?;
        let row = self.world.agent(agent).ok()?;
        let terms = row.membership(work.queue, work.request.channel)?;
        Some(Chosen { rank: terms.rank, ring: terms.ring, agent })
    }

    /// Whether the work has waited past the delay of a member and his ring sees it.
    pub(crate) fn sees(self, work: &Work, agent: AgentId) -> bool {
        self.delay_over(work, agent) && self.ring_sees(work, agent)
    }

    /// Whether the work has waited past the delay of a member.
    pub(crate) fn delay_over(self, work: &Work, agent: AgentId) -> bool {
        let terms = self
            .world
            .agent(agent)
            .ok()
            .and_then(|row| row.membership(work.queue, work.request.channel));
        terms.is_some_and(|terms| terms.delay <= work.revealed)
    }

    /// Whether the ring of a member sees the work.
    pub(crate) fn ring_sees(self, work: &Work, agent: AgentId) -> bool {
        let terms = self
            .world
            .agent(agent)
            .ok()
            .and_then(|row| row.membership(work.queue, work.request.channel));
        let ring = self.world.queue_profile(work.queue).map(|profile| work.ring(profile));
        let both = terms.zip(ring.ok());
        both.is_some_and(|(terms, ring)| self.world.ring_sees(work.queue, terms.ring, ring))
    }

    /// The order in which agents who suit a piece of work equally well are taken for it, if it
    /// depends on nothing but what they did.
    fn bench(self, work: &Work, profile: &QueueProfile) -> Option<&'a Bench> {
        self.world.index().bench(BenchKey::of(profile, work.request.channel)?)
    }

    /// The agent among members of one rank, ring and delay to whom the work goes.
    fn first_of(
        self,
        id: WorkId,
        work: &Work,
        rank: u8,
        candidates: Candidates<'_>,
    ) -> Option<AgentId> {
        let profile = self.world.queue_profile(work.queue).ok()?;
        let able = |agent: &AgentId| self.member_can_take(id, work, *agent);
        let bench = self.bench(work, profile);
        let by_score = AgentKey::goes_by_score(profile, self.evaluation(work));
        let ranking = self.world.index().fit(work.need)?.ranking.as_ref().filter(|_| by_score);
        match (profile.choice, bench) {
            (_, Some(bench)) if !by_score || ranking.is_some_and(|ranking| ranking.even) => {
                bench.first(candidates, able)
            }
            (AgentChoice::RoundRobin, _) if !by_score && profile.spare_scarce == 0 => {
                let last = self.world.queue(work.queue).ok()?.last;
                let next = last.map_or(0, |last| u64::from(last.raw()) + 1);
                let sets = candidates.sets();
                sets.ids_from(next).chain(sets.ids()).find(able)
            }
            (_, bench) => {
                let ranked = ranking.and_then(|ranking| {
                    self.first_ranked(id, work, rank, candidates, ranking, bench)
                });
                let complete = ranking.is_some_and(|ranking| ranking.complete);
                let all = || self.first_by_key(id, work, rank, candidates.sets().ids());
                ranked.or_else(|| if complete { None } else { all() })
            }
        }
    }

    /// The first among those who are known to suit the work best: the first of those who suit it
    /// equally well, and are there, by what they did or else by their keys.
    fn first_ranked(
        self,
        id: WorkId,
        work: &Work,
        rank: u8,
        Candidates { members, open, .. }: Candidates<'_>,
        ranking: &Ranking,
        bench: Option<&Bench>,
    ) -> Option<AgentId> {
        let here = |agent: &AgentId| (members, open).has(*agent);
        let able = |agent: &AgentId| self.member_can_take(id, work, *agent);
        ranking.equals().find_map(|equals| {
            let equals = || equals.iter().map(|(_, agent)| *agent);
            match bench {
                Some(bench) => bench.first_among(equals, here, able),
                None => self.first_by_key(id, work, rank, equals().filter(here)),
            }
        })
    }

    /// The first by their keys among members of one rank, ring and delay. Whoever is known to come
    /// behind is not looked at any closer.
    fn first_by_key(
        self,
        id: WorkId,
        work: &Work,
        rank: u8,
        candidates: impl Iterator<Item = AgentId>,
    ) -> Option<AgentId> {
        let profile = self.world.queue_profile(work.queue).ok()?;
        let need = self.world.stores().needs.get(work.need)?;
        let named = &self.world.index().fit(work.need)?.named;
        let by_score = AgentKey::goes_by_score(profile, need.evaluation);
        let mut best: Option<AgentKey> = None;
        let mut highest = 0;
        for agent in candidates {
            let score = by_score.then(|| self.world.agent_profile(agent));
            let score = score.and_then(Result::ok).map(|agent| fit::score(need, named, agent));
            if score.is_some_and(|score| score < highest) {
                continue;
            }
            let key = self.key(id, work, agent, rank, 0);
            let better = key.filter(|key| best.is_none_or(|best| *key < best));
            if let Some(key) = better.filter(|_| self.member_can_take(id, work, agent)) {
                best = Some(key);
                highest = score.unwrap_or(0);
            }
        }
        best.map(|best| best.agent)
    }

    /// How the mandatory part of what the work asks for by now is taken.
    fn evaluation(self, work: &Work) -> Evaluation {
        let need = self.world.stores().needs.get(work.need);
        need.map_or_else(Evaluation::default, |need| need.evaluation)
    }

    /// Whether nothing about this very item keeps an open, fit agent from it.
    fn member_can_take(self, id: WorkId, work: &Work, agent: AgentId) -> bool {
        !self.is_excepted(id, work, agent)
            && self.room(work, agent).is_ok()
            && self.has_time(work.queue, agent)
    }

    /// Whether an agent has room for the work.
    pub(crate) fn room(self, work: &Work, agent: AgentId) -> Result<(), Full> {
        let claim = self.world.new_claim(work.request.channel, work.cost);
        let pools = self.world.pools(work.draws);
        let room = claim.and_then(|claim| self.world.has_room(agent, claim, pools));
        room.unwrap_or(Err(Full::Debt))
    }

    /// Whether the agent declined it, still has a leg of it, or is being asked for it.
    pub(crate) fn is_excepted(self, id: WorkId, work: &Work, agent: AgentId) -> bool {
        let Ok(row) = self.world.agent(agent) else {
            return true;
        };
        let rings = || work.rings() && self.world.rings_at(id, agent).is_some();
        work.bars(agent, row.session) || row.has(id) || rings()
    }

    /// Whether enough of an agent's shift is left for work of a queue.
    pub(crate) fn has_time(self, queue: QueueId, agent: AgentId) -> bool {
        let least = self.world.queue_profile(queue).ok().and_then(|queue| queue.shift_left_min);
        let end = || self.world.agent(agent).ok().and_then(|agent| agent.shift_end.get());
        least.is_none_or(|least| end().is_none_or(|end| self.now + least <= end))
    }

    /// Whether an agent on the work's list can take it now.
    pub(crate) fn preferred_can_take(self, id: WorkId, work: &Work, agent: AgentId) -> bool {
        let terms = Terms::by_name(work);
        let attends = matches!(self.world.attends(agent, work.request.channel), Ok(Ok(())));
        let bounded = self.world.may_have_more(agent) == Ok(true);
        attends
            && bounded
            && self.room_on(terms, work, agent)
            && self.has_time(work.queue, agent)
            && self.fits_on(terms, work, agent)
            && !self.is_excepted(id, work, agent)
    }

    /// Whether an agent meets the need of the work, if he must.
    pub(crate) fn fits_on(self, terms: Terms, work: &Work, agent: AgentId) -> bool {
        let fit = self.world.index().fit(work.need);
        terms.ignore_need || fit.is_some_and(|fit| fit.agents.has(agent))
    }

    /// Whether an agent has room for the work, if he must; debt is never passed over.
    pub(crate) fn room_on(self, terms: Terms, work: &Work, agent: AgentId) -> bool {
        match self.room(work, agent) {
            Ok(()) => true,
            Err(Full::Debt) => false,
            Err(_) => terms.ignore_capacity,
        }
    }

    /// The key by which an agent compares with others for a piece of work.
    pub(crate) fn key(
        self,
        id: WorkId,
        work: &Work,
        agent: AgentId,
        rank: u8,
        preference: u8,
    ) -> Option<AgentKey> {
        let profile = self.world.queue_profile(work.queue).ok()?;
        let row = self.world.agent(agent).ok()?;
        let agent_profile = self.world.agent_profile(agent).ok()?;
        let need = self.world.stores().needs.get(work.need)?;
        let named = &self.world.index().fit(work.need)?.named;
        let queue = self.world.queue(work.queue).ok()?;
        let member = row.member(work.queue, work.request.channel).map(PackedMember::member);
        let preferred = rank == RANK_PREFERRED;
        let candidate = Candidate {
            agent,
            rank,
            ring: member.filter(|_| !preferred).map_or(0, |member| member.terms.ring),
            preference,
            score: fit::score(need, named, agent_profile),
            units: row.usage.units(),
            ratio: row.usage.ratio(&agent_profile.capacity),
            idle_since: row.idle_since(profile.idle, work.request.channel),
            turn: row.turn,
            position: member.map_or(0, |member| member.terms.position),
            distance: match profile.choice {
                AgentChoice::NearestProficient => fit::distance(need, agent_profile),
                _ => 0,
            },
            share: member.map_or(queue.share, |member| member.share.max(queue.share)),
            scored: self.score(id, work, agent).unwrap_or(0),
            shift_end: row.shift_end.get(),
            scarce: self.is_spared(work, agent, named),
        };
        Some(AgentKey::new(profile.choice, need.evaluation, queue.last, &candidate))
    }

    /// What the host's scorer says of an agent, where the queue asks it.
    pub(crate) fn score(self, id: WorkId, work: &Work, agent: AgentId) -> Option<i64> {
        let asked = self.world.queue_profile(work.queue).ok()?.choice == AgentChoice::Scored;
        let scorer = self.rules.scorer.as_ref().filter(|_| asked)?;
        let view = View::new(self.world, self.now);
        Some(scorer.score(view.work(id)?, view.agent(agent)?))
    }

    /// Whether an agent is left for other work, for he is among the few who are free and have some
    /// skill that this work does not ask for.
    fn is_spared(self, work: &Work, agent: AgentId, named: &[SkillId]) -> bool {
        let Ok(queue) = self.world.queue_profile(work.queue) else {
            return false;
        };
        if queue.spare_scarce == 0 {
            return false;
        }
        let index = self.world.index();
        let open = index.open.get(work.request.channel.raw() as usize);
        let profile = self.world.agent_profile(agent);
        let (most, Some(open), Ok(profile)) = (usize::from(queue.spare_scarce), open, profile)
        else {
            return false;
        };
        let other = profile.skills.keys().filter(|skill| !named.contains(skill));
        other.into_iter().any(|skill| {
            index
                .skilled
                .get(skill.raw() as usize)
                .is_some_and(|holders| (holders, open).count() <= most)
        })
    }
}

/// Work that waits although somebody could take it; there is none after a call.
pub(crate) fn unmatched(matching: Matching<'_>) -> Option<crate::model::ids::Entity> {
    let waiting = matching.world.stores().works.sorted().into_iter().map(|(id, _)| id);
    let mut found = waiting.filter(|id| matching.choose(*id).is_some());
    found.next().map(Into::into)
}
