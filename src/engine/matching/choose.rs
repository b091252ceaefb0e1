//! Which agent a piece of work goes to.
//!
//! Members of one rank, ring and delay form a group, and the groups are asked in order. Within a
//! group the sets of who is open and who fits leave few; where the queue's rule depends on nothing
//! but what agents did, a bench holds the open agents in that very order and its first candidate is
//! the one. Only for rules that measure each agent against the work are all candidates compared.

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, Entity, WorkId};
use crate::model::need::Evaluation;
use crate::model::queue::{AgentChoice, QueueProfile};
use crate::policy::choice::{AgentKey, RANK_ALIKE, RANK_PREFERRED};
use crate::policy::fit;
use crate::world::bench::{Bench, BenchKey, Candidates};
use crate::world::fits::Ranking;
use crate::world::lanes::LaneKey;
use crate::world::may::delay_over;
use crate::world::members::Members;
use crate::world::rows::Work;

use crate::engine::matching::candidates::{are_enough, candidates, member_can_take};
use crate::engine::matching::given::Matching;
use crate::engine::matching::key::{evaluation, key, key_of, scarce_skills};
use crate::engine::matching::{agent, line, member, queue};

/// The agent a piece of work goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The rank of the queue for the agent, or that of agents asked for by name.
    pub rank: u8,
    ring: u8,
    /// The agent.
    pub agent: AgentId,
}

/// How the members of a queue are asked. Resolved as it is compiled: almost all work goes by rank.
trait Asking: Copy {
    /// True if members are asked rank by rank.
    const BY_RANK: bool;

    /// True if an agent is among those who are asked.
    fn allows(self, agent: AgentId) -> bool;

    /// The rank of a member as it counts among the members.
    fn rank(self, rank: u8) -> u8 {
        if Self::BY_RANK { rank } else { RANK_ALIKE }
    }
}

/// Everybody, rank by rank.
#[derive(Clone, Copy)]
struct ByRank;

/// As if all had the same rank, and only those for whom this holds.
#[derive(Clone, Copy)]
struct Alike<'a>(&'a dyn Fn(AgentId) -> bool);

impl Asking for ByRank {
    const BY_RANK: bool = true;

    fn allows(self, _: AgentId) -> bool {
        true
    }
}

impl Asking for Alike<'_> {
    const BY_RANK: bool = false;

    fn allows(self, agent: AgentId) -> bool {
        self.0(agent)
    }
}

/// The agent a piece of work goes to, if it waits and anybody can take it.
pub(crate) fn choose(matching: Matching<'_>, id: WorkId) -> Option<Chosen> {
    choose_asking(matching, id, ByRank)
}

/// The same, as if all members of the queue had the same rank, and of those for whom this holds.
pub(crate) fn choose_alike(
    matching: Matching<'_>,
    id: WorkId,
    of: &dyn Fn(AgentId) -> bool,
) -> Option<Chosen> {
    choose_asking(matching, id, Alike(of))
}

fn choose_asking<A: Asking>(matching: Matching<'_>, id: WorkId, asking: A) -> Option<Chosen> {
    let work = line::in_line(matching, id)?;
    if queue::is_held_back(matching, work.queue) || !are_enough(matching, id, work) {
        return None;
    }
    if work.step.is_some() {
        let AgentKey { agent, .. } = candidates(matching, id, work).min()?;
        return Some(Chosen { rank: RANK_PREFERRED, ring: 0, agent });
    }
    let open = agent::open(matching, work.request.channel)?;
    let fit = &member::fit(matching, work.need)?.agents;
    let line = matching.world.index().line(work.queue)?;
    let members = line.members(work.request.channel);
    let profile = matching.world.queue_profile(work.queue).ok()?;
    let by_list = profile.choice == AgentChoice::FixedOrder && profile.spare_scarce == 0;
    if A::BY_RANK && by_list && evaluation(matching, work) != Evaluation::Best {
        return first_on_list(matching, id, work, members, (fit, open));
    }
    let lane = LaneKey::of(work, profile);
    let listed = line.lanes.listed(&lane);
    let mut best: Option<Chosen> = None;
    for (place, ((rank, ring, delay), group)) in members.groups().enumerate() {
        let rank = asking.rank(rank);
        if best.is_some_and(|best| (best.rank, best.ring) < (rank, ring)) {
            // Who stand further in may have a higher rank, where it does not count.
            if A::BY_RANK {
                break;
            }
            continue;
        }
        // All members of a group pass these gates, or none.
        if delay_over(delay, work.revealed)
            && member::ring_helps(matching, work.queue, ring, lane.ring)
        {
            let listed = listed.map(|listed| listed.group(place));
            let candidates = Candidates { members: group, fit, open, listed };
            let first = first_of(matching, id, work, (rank, asking), candidates);
            let key = |agent| key(matching, id, work, agent, (rank, 0));
            let better = |agent: &AgentId| best.is_none_or(|best| key(*agent) < key(best.agent));
            let first = first.filter(better).map(|agent| Chosen { rank, ring, agent });
            best = first.or(best);
        }
    }
    best
}

/// The first on a queue's list who can take the work.
fn first_on_list(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    members: &Members,
    sets: impl IdSet,
) -> Option<Chosen> {
    // Testing the sets is quick, and mostly the answer where nobody is there.
    members.among(sets).next()?;
    let able = |agent: &AgentId| {
        sets.has(*agent)
            && member::is_visible(matching, work, *agent)
            && member_can_take(matching, id, work, *agent)
    };
    let agent = members.list().find(able)?;
    let terms = member::membership(matching, work, agent)?;
    Some(Chosen { rank: terms.rank, ring: terms.ring, agent })
}

/// The order in which agents who suit a piece of work equally well are taken for it, if it depends
/// on nothing but what they did.
fn bench<'a>(matching: Matching<'a>, work: &Work, profile: &QueueProfile) -> Option<&'a Bench> {
    matching.world.index().bench(BenchKey::of(profile, work.request.channel)?)
}

/// The agent among members of one rank, ring and delay to whom the work goes.
fn first_of(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    (rank, asking): (u8, impl Asking),
    candidates: Candidates<'_>,
) -> Option<AgentId> {
    let profile = matching.world.queue_profile(work.queue).ok()?;
    let able =
        |agent: &AgentId| member_can_take(matching, id, work, *agent) && asking.allows(*agent);
    let bench = bench(matching, work, profile);
    let by_score = AgentKey::goes_by_score(profile, evaluation(matching, work));
    let ranking = member::fit(matching, work.need)?.ranking.as_ref().filter(|_| by_score);
    match (profile.choice, bench) {
        (_, Some(bench)) if !by_score || ranking.is_some_and(|ranking| ranking.even) => {
            bench.first(candidates, able)
        }
        (AgentChoice::RoundRobin, _) if !by_score && profile.spare_scarce == 0 => {
            let last = matching.world.queue(work.queue).ok()?.last;
            let next = last.map_or(0, |last| u64::from(last.raw()) + 1);
            let sets = candidates.sets();
            sets.ids_from(next).chain(sets.ids()).find(able)
        }
        (_, bench) => {
            let ranked = ranking.and_then(|ranking| {
                let ranking = (ranking, bench);
                first_ranked(matching, id, work, (rank, asking), candidates, ranking)
            });
            // Mostly the ranking holds all who fit, and then nobody else need be compared.
            let complete = ranking.is_some_and(|ranking| ranking.complete);
            let all = || first_by_key(matching, id, work, (rank, asking), candidates.sets().ids());
            ranked.or_else(|| if complete { None } else { all() })
        }
    }
}

/// The first among those who are known to suit the work best. Of the first of them who suit it
/// equally well and are there, what they did decides, or else their keys.
fn first_ranked(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    (rank, asking): (u8, impl Asking),
    Candidates { members, open, .. }: Candidates<'_>,
    (ranking, bench): (&Ranking, Option<&Bench>),
) -> Option<AgentId> {
    let here = |agent: &AgentId| (members, open).has(*agent);
    let able =
        |agent: &AgentId| member_can_take(matching, id, work, *agent) && asking.allows(*agent);
    ranking.equals().find_map(|equals| {
        let equals = || equals.iter().map(|(_, agent)| *agent);
        match bench {
            Some(bench) => bench.first_among(equals, here, able),
            None => first_by_key(matching, id, work, (rank, asking), equals().filter(here)),
        }
    })
}

/// The first by their keys among members of one rank, ring and delay. A key costs more than a
/// score, so an agent whose score is lower than the best is not compared any further.
fn first_by_key(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    (rank, asking): (u8, impl Asking),
    candidates: impl Iterator<Item = AgentId>,
) -> Option<AgentId> {
    let profile = matching.world.queue_profile(work.queue).ok()?;
    let need = matching.world.stores().needs.get(work.need)?;
    let named = &member::fit(matching, work.need)?.named;
    let by_score = AgentKey::goes_by_score(profile, need.evaluation);
    let scarce = scarce_skills(matching, work);
    let mut best: Option<AgentKey> = None;
    let mut highest = 0;
    for agent in candidates {
        let score = by_score.then(|| matching.world.agent_profile(agent));
        let score = score.and_then(Result::ok).map(|agent| fit::score(need, named, agent));
        if score.is_some_and(|score| score < highest) {
            continue;
        }
        let key = key_of(matching, id, work, agent, (rank, 0), scarce.as_ref());
        let better = key.filter(|key| best.is_none_or(|best| *key < best));
        let able =
            |_: &AgentKey| member_can_take(matching, id, work, agent) && asking.allows(agent);
        if let Some(key) = better.filter(able) {
            best = Some(key);
            highest = score.unwrap_or(0);
        }
    }
    best.map(|best| best.agent)
}

/// Work that waits although somebody could take it; there is none after a call.
pub(crate) fn unmatched(matching: Matching<'_>) -> Option<Entity> {
    let waiting = matching.world.stores().works.sorted().into_iter().map(|(id, _)| id);
    let mut found = waiting.filter(|id| choose(matching, *id).is_some());
    found.next().map(Into::into)
}
