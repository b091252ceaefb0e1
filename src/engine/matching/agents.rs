//! Which agent a piece of work goes to.

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, SkillId, WorkId};
use crate::model::need::Evaluation;
use crate::model::queue::{AgentChoice, QueueProfile};
use crate::policy::choice::{AgentKey, Candidate, RANK_PREFERRED};
use crate::policy::fit;
use crate::world::bench::{Bench, BenchKey, Candidates};
use crate::world::fits::Ranking;
use crate::world::lanes::LaneKey;
use crate::world::may::delay_over;
use crate::world::member::PackedMember;
use crate::world::members::Members;
use crate::world::rows::Work;

use crate::engine::view::View;

use super::{Chosen, Matching};

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
        let lane = LaneKey::of(work, profile);
        let listed = index.line(work.queue)?.lanes.listed(&lane);
        let mut best: Option<Chosen> = None;
        for (place, ((rank, ring, delay), group)) in members.groups().enumerate() {
            if best.is_some_and(|best| (best.rank, best.ring) < (rank, ring)) {
                break;
            }
            if delay_over(delay, work.revealed) && self.world.ring_sees(work.queue, ring, lane.ring)
            {
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
        let terms = self.membership(work, agent)?;
        Some(Chosen { rank: terms.rank, ring: terms.ring, agent })
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
