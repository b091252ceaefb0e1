//! Matching: waiting work and ready agents, until nothing fits.
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

use crate::base::bits::Bits;
use crate::base::hash::FixedMap;
use crate::model::ids::{AgentId, OfferId, QueueId, WorkId};
use crate::model::need::Evaluation;
use crate::model::queue::AgentChoice;
use crate::policy::choice::{AgentKey, Candidate, RANK_PREFERRED};
use crate::policy::fit;
use crate::policy::order::LineKey;
use crate::policy::room::Full;
use crate::protocol::event::OfferedBy;
use crate::protocol::fact::Cause;
use crate::world::bench::BenchKey;
use crate::world::line::{LaneKey, Line};
use crate::world::rows::Work;
use crate::world::state::World;

use crate::engine::turn::Turn;

/// Who looks around.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seeker {
    Work(WorkId),
    Agent(AgentId),
}

/// The best pair a seeker can be part of, as far as the order of pairs goes, and the agent if he is
/// known already.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    rank: u8,
    work: LineKey,
    agent: Option<AgentId>,
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
            let found = seek(self.world, seeker, &mut barren);
            best.extend(found.map(|found| Reverse((found, seeker, made))));
        }
        while let Some(Reverse((found, seeker, seen))) = best.pop() {
            // What was found before the last offer may be gone, and is looked for again.
            if seen == made {
                if self.offer_found(found).is_none() {
                    debug_assert!(false, "{} has no agent any more", found.work.work);
                    break;
                }
                made += 1;
            }
            let found = seek(self.world, seeker, &mut barren);
            best.extend(found.map(|found| Reverse((found, seeker, made))));
        }
    }

    fn offer_found(&mut self, found: Found) -> Option<OfferId> {
        let work = found.work.work;
        let agent = found.agent.or_else(|| choose(self.world, work).map(|key| key.agent))?;
        self.offer(work, agent, OfferedBy::Routing)
    }
}

/// Lanes for which nobody was found in this call. Matching only takes agents away, so nobody will
/// be found for them later in the call either.
type Barren = FixedMap<(QueueId, LaneKey), ()>;

fn seek(world: &World, seeker: Seeker, barren: &mut Barren) -> Option<Found> {
    match seeker {
        Seeker::Agent(agent) => best_work(world, agent),
        Seeker::Work(id) => {
            let work = world.work(id).ok().filter(|work| work.in_line())?;
            // Nobody in particular is kept from ordinary work: it stands for all of its lane.
            let ordinary = work.step.is_none() && work.declines.is_empty() && !work.handled;
            let lane = (work.queue, World::lane_of(work));
            if ordinary && barren.contains_key(&lane) {
                return None;
            }
            let found = choose(world, id);
            if ordinary && found.is_none() {
                barren.insert(lane, ());
            }
            let profile = world.queue_profile(work.queue).ok()?;
            let (key, work) = (found?, work.line_key(id, profile));
            Some(Found { rank: key.rank(), work, agent: Some(key.agent) })
        }
    }
}

/// The agent a piece of work goes to, if it waits and anybody can take it.
pub(crate) fn choose(world: &World, id: WorkId) -> Option<AgentKey> {
    let work = world.work(id).ok().filter(|work| work.in_line())?;
    if work.step.is_some() {
        let preferred = World::preferred(work);
        let able = preferred.filter(|(agent, _)| preferred_can_take(world, id, work, *agent));
        let keys = able.filter_map(|(agent, score)| key(world, work, agent, RANK_PREFERRED, score));
        return keys.min();
    }
    let index = world.index();
    let open = index.open.get(work.request.channel.raw() as usize)?;
    let fit = &index.fit(work.need)?.agents;
    let line = index.line(work.queue)?;
    let choice = world.queue_profile(work.queue).ok()?.choice;
    if choice == AgentChoice::FixedOrder && work.request.need.evaluation != Evaluation::Best {
        return first_on_list(world, id, work, line, [fit, open]);
    }
    let mut best: Option<AgentKey> = None;
    for (rank, delay, members) in line.groups() {
        if best.is_some_and(|best| best.rank() < rank) {
            break;
        }
        if delay <= work.revealed {
            let first = first_of(world, id, work, rank, [members, fit, open]);
            best = best.into_iter().chain(first).min();
        }
    }
    best
}

/// The first on a queue's list who can take the work.
fn first_on_list(
    world: &World,
    id: WorkId,
    work: &Work,
    line: &Line,
    sets: [&Bits; 2],
) -> Option<AgentKey> {
    if line.members.count(sets) == 0 {
        return None;
    }
    let able = |(_, agent): &(u8, AgentId)| {
        sets.iter().all(|set| set.has(*agent))
            && sees(world, work, *agent)
            && member_can_take(world, id, work, *agent)
    };
    let (rank, agent) = line.list().find(able)?;
    key(world, work, agent, rank, 0)
}

/// Whether the work has waited past the delay of a member.
fn sees(world: &World, work: &Work, agent: AgentId) -> bool {
    let terms = world.agent(agent).ok().and_then(|row| row.membership(work.queue));
    terms.is_some_and(|terms| terms.delay <= work.revealed)
}

/// The agent among members of one rank and delay to whom the work goes.
fn first_of(
    world: &World,
    id: WorkId,
    work: &Work,
    rank: u8,
    sets: [&Bits; 3],
) -> Option<AgentKey> {
    let profile = world.queue_profile(work.queue).ok()?;
    let able = |agent: &AgentId| member_can_take(world, id, work, *agent);
    let [members, fit, open] = sets;
    let by_score = work.request.need.evaluation == Evaluation::Best;
    let bench =
        BenchKey::of(profile, work.request.channel).and_then(|key| world.index().bench(key));
    let agent = match (profile.choice, bench) {
        (_, Some(bench)) if !by_score => bench.first(sets, able),
        (AgentChoice::RoundRobin, _) if !by_score => {
            let last = world.queue(work.queue).ok()?.last;
            let next = last.map_or(0, |last| u64::from(last.raw()) + 1);
            let behind = members.meet_from::<AgentId, 2>(next, [fit, open]);
            behind.chain(members.meet([fit, open])).find(able)
        }
        (_, _) => {
            let able = members.meet::<AgentId, 2>([fit, open]).filter(able);
            return able.filter_map(|agent| key(world, work, agent, rank, 0)).min();
        }
    };
    key(world, work, agent?, rank, 0)
}

/// Whether nothing about this very item keeps an open, fit agent from it.
fn member_can_take(world: &World, id: WorkId, work: &Work, agent: AgentId) -> bool {
    let room = |agent| {
        let claim = world.new_claim(work.request.channel, work.cost).ok()?;
        world.has_room(agent, claim).ok()?.ok()
    };
    !is_excepted(world, id, work, agent) && room(agent).is_some()
}

/// Whether the agent declined it, or still wraps it up.
fn is_excepted(world: &World, id: WorkId, work: &Work, agent: AgentId) -> bool {
    work.bars(agent) || world.agent(agent).is_ok_and(|row| row.assignment(id).is_some())
}

fn preferred_can_take(world: &World, id: WorkId, work: &Work, agent: AgentId) -> bool {
    let Some(preferred) = &work.request.preferred else {
        return false;
    };
    let attends = matches!(world.attends(agent, work.request.channel), Ok(Ok(())));
    let fits = world.index().fit(work.need).is_some_and(|fit| fit.agents.has(agent));
    let claim = world.new_claim(work.request.channel, work.cost);
    let room = match claim.and_then(|claim| world.has_room(agent, claim)) {
        Ok(Ok(())) => true,
        Ok(Err(Full::Debt)) | Err(_) => false,
        Ok(Err(_)) => preferred.ignore_capacity,
    };
    let bounded = world.may_have_more(agent) == Ok(true);
    attends
        && bounded
        && room
        && (fits || preferred.ignore_need)
        && !is_excepted(world, id, work, agent)
}

fn key(world: &World, work: &Work, id: AgentId, rank: u8, preference: u8) -> Option<AgentKey> {
    let profile = world.queue_profile(work.queue).ok()?;
    let agent = world.agent(id).ok()?;
    let agent_profile = world.agent_profile(id).ok()?;
    let need = &work.request.need;
    let named = &world.index().fit(work.need)?.named;
    let candidate = Candidate {
        agent: id,
        rank,
        preference,
        score: fit::score(need, named, agent_profile),
        units: agent.usage.units(),
        ratio: agent.usage.ratio(&agent_profile.capacity),
        idle_since: agent.idle_since(profile.idle, work.request.channel),
        turn: agent.turn,
        position: agent.membership(work.queue).map_or(0, |terms| terms.position),
    };
    let last = world.queue(work.queue).ok()?.last;
    Some(AgentKey::new(profile.choice, need.evaluation, last, &candidate))
}

/// The work an agent takes next, if he can take any.
fn best_work(world: &World, id: AgentId) -> Option<Found> {
    let agent = world.agent(id).ok()?;
    if !agent.status.takes_offers() || agent.draining {
        return None;
    }
    let named = world.index().direct.of(id).find(|key| {
        let work = world.work(key.work);
        work.is_ok_and(|work| preferred_can_take(world, key.work, work, id))
    });
    if let Some(key) = named {
        return Some(Found { rank: RANK_PREFERRED, work: key, agent: None });
    }
    let mut memberships = agent.memberships.as_slice();
    while let Some(first) = memberships.first() {
        let rank = first.terms.rank;
        let (same, rest) =
            memberships.split_at(memberships.partition_point(|member| member.terms.rank == rank));
        let best = same
            .iter()
            .filter_map(|member| first_for(world, id, member.queue, member.terms.delay))
            .min();
        if let Some(key) = best {
            return Some(Found { rank, work: key, agent: None });
        }
        memberships = rest;
    }
    None
}

/// The first work in a queue's line that an agent can take.
fn first_for(
    world: &World,
    id: AgentId,
    queue: QueueId,
    delay: crate::base::time::Span,
) -> Option<LineKey> {
    let index = world.index();
    let heads = index.line(queue)?.lanes().filter_map(|(lane, keys)| {
        let open = index.open.get(lane.channel.raw() as usize)?.has(id);
        let fits = index.fit(lane.need)?.agents.has(id);
        if !open || !fits || lane.revealed < delay {
            return None;
        }
        let claim = world.new_claim(lane.channel, lane.cost).ok()?;
        world.has_room(id, claim).ok()?.ok()?;
        keys.iter().copied().find(|key| {
            world.work(key.work).is_ok_and(|work| !is_excepted(world, key.work, work, id))
        })
    });
    heads.min()
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

/// Work that waits although somebody could take it; there is none after a call.
pub(crate) fn unmatched(world: &World) -> Option<crate::model::ids::Entity> {
    let waiting = world.stores().works.sorted().into_iter().map(|(id, _)| id);
    let mut found = waiting.filter(|id| choose(world, *id).is_some());
    found.next().map(Into::into)
}
