//! Gates of a membership and of skills against the lane of the work: [`Gate::Member`],
//! [`Gate::Ring`], [`Gate::Delay`] and [`Gate::Need`].
//!
//! What an agent sees of the lanes of a queue changes seldom, so the world remembers it as a set of
//! lanes, made by the predicates that are asked here: [`lanes_for`].

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, QueueId};
use crate::model::membership::Membership;
use crate::policy::shortfall::shortfalls;
use crate::policy::{fit, relaxation};
use crate::world::fits::Fit;
use crate::world::lanes::Lane;
use crate::world::may::delay_over;
use crate::world::member::PackedMember;
use crate::world::needs::NeedId;
use crate::world::rows::Work;

use crate::engine::matching::case::{Pair, Right, Waiver};
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;

/// The terms on which an agent is a member of the queue of a piece of work, for its channel.
pub(super) fn membership(
    matching: Matching<'_>,
    work: &Work,
    agent: AgentId,
) -> Option<Membership> {
    matching.world.agent(agent).ok()?.membership(work.queue, work.request.channel)
}

/// True if an agent is a member of the queue of a piece of work, for its channel.
pub(crate) fn is_member(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    membership(matching, work, agent).is_some()
}

/// True if a ring of a queue sees work whose widest ring is `widest`. A conditional ring sees all
/// work of the queue while it has joined, and else none.
pub(super) fn ring_helps(matching: Matching<'_>, queue: QueueId, ring: u8, widest: u8) -> bool {
    matching.world.ring_sees(queue, ring, widest)
}

/// True if the ring of a member sees the work.
pub(super) fn in_ring(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    let widest = matching.world.queue_profile(work.queue).map(|queue| work.ring(queue));
    let both = membership(matching, work, agent).zip(widest.ok());
    both.is_some_and(|(terms, widest)| ring_helps(matching, work.queue, terms.ring, widest))
}

/// True if the work has waited past the delay of a member.
fn is_revealed(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    let terms = membership(matching, work, agent);
    terms.is_some_and(|terms| delay_over(terms.delay, work.revealed))
}

/// The agents who fit a need. The world decides it once, when need or agent is new.
pub(super) fn fit(matching: Matching<'_>, need: NeedId) -> Option<&Fit> {
    matching.world.index().fit(need)
}

/// True if an agent meets a need.
pub(super) fn fits(matching: Matching<'_>, need: NeedId, agent: AgentId) -> bool {
    matching.world.index().fits_need(need, agent)
}

/// True if an agent meets the need of the work, or need not.
pub(super) fn fits_or_need_not(
    matching: Matching<'_>,
    waiver: Waiver,
    work: &Work,
    agent: AgentId,
) -> bool {
    waiver.need || fits(matching, work.need, agent)
}

/// True if the work has waited past the delay of a member and their ring sees it.
pub(super) fn is_visible(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    is_revealed(matching, work, agent) && in_ring(matching, work, agent)
}

/// The lanes in which work waits for all of which an agent passes these gates, by the membership at
/// a place among theirs. Only the first lanes of a queue have a place in what is remembered; the
/// others are asked one by one. Conditional rings are taken to have joined: they come and go, and
/// what is remembered must hold for longer.
pub(super) fn lanes_for<'a>(
    matching: Matching<'a>,
    agent: AgentId,
    place: usize,
    member: PackedMember<'a>,
) -> impl Iterator<Item = &'a Lane> {
    let world = matching.world;
    let line = world.index().line(member.queue()).filter(|line| !line.lanes.are_empty());
    line.into_iter().flat_map(move |line| {
        let (first, others) = line.lanes.among(world.lanes_seen(agent, place, member));
        first.chain(others.filter(move |lane| world.sees(agent, member, &lane.key)))
    })
}

/// The reason why one of these gates is shut. Those that ask something of a member stop nobody
/// else.
pub(super) fn kept_by(gate: Gate, Pair { case, agent, right, .. }: Pair<'_>) -> Vec<KeptBy> {
    let (matching, work) = (case.matching, case.work);
    let terms = || membership(matching, work, agent).filter(|_| right == Right::Member);
    let shut = match gate {
        Gate::Member => {
            let is_none = right == Right::Member && terms().is_none();
            is_none.then_some(KeptBy::NotMember)
        }
        Gate::Ring => terms().filter(|_| !in_ring(matching, work, agent)).map(|terms| {
            let (ring, widest) = (terms.ring, work.ring(case.queue));
            KeptBy::Ring { ring, widest }
        }),
        Gate::Delay => {
            let hidden = terms().filter(|_| !is_revealed(matching, work, agent));
            hidden.map(|terms| KeptBy::Delay { delay: terms.delay })
        }
        Gate::Need => {
            let unfit = !fits_or_need_not(matching, right.waiver(), work, agent);
            let profile = matching.world.agent_profile(agent).ok().filter(|_| unfit);
            let need = matching.world.stores().needs.get(work.need);
            let both = need.zip(profile);
            both.map(|(need, profile)| KeptBy::Need(shortfalls(need, profile)))
        }
        _ => None,
    };
    Vec::from_iter(shut)
}

/// When time alone will have opened it: the relaxation of the work, or its wait.
pub(super) fn until(kept_by: &KeptBy, Pair { case, agent, .. }: Pair<'_>) -> Option<Timestamp> {
    let (world, work) = (case.matching.world, case.work);
    match kept_by {
        KeptBy::Ring { ring, .. } => case.relaxed_when(|past| {
            let widest = relaxation::ring(work.relaxation(case.queue), past);
            ring_helps(case.matching, work.queue, *ring, widest.unwrap_or(0))
        }),
        KeptBy::Delay { delay } => {
            let rules = world.queue_rules(work.queue).ok()?;
            rules.clock().after(work.entered, *delay)
        }
        KeptBy::Need(_) => {
            let profile = world.agent_profile(agent).ok()?;
            case.relaxed_when(|past| {
                let relaxation = work.relaxation(case.queue);
                fit::fits(&relaxation::need(&work.request.need, relaxation, past), profile)
            })
        }
        _ => None,
    }
}
