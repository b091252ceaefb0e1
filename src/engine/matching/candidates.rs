//! Everybody who can take a piece of work, and the gate that counts them: [`Gate::EnoughAgents`].

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::choice::{AgentKey, RANK_ALIKE, RANK_PREFERRED};
use crate::world::rows::Work;

use crate::engine::matching::case::Pair;
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, item, key, member, named, room};

/// Everybody who can take a piece of work in line, in no meaningful order.
pub(crate) fn candidates<'a>(
    matching: Matching<'a>,
    id: WorkId,
    work: &'a Work,
) -> impl Iterator<Item = AgentKey> + 'a {
    let preferred = work
        .preferred()
        .filter(move |(agent, _)| named::can_take(matching, id, work, *agent))
        .filter_map(move |(agent, preference)| {
            key::key(matching, id, work, agent, (RANK_PREFERRED, preference))
        });
    let members = work.step.is_none().then(|| members_who_can(matching, id, work));
    preferred.chain(members.into_iter().flatten())
}

fn members_who_can<'a>(
    matching: Matching<'a>,
    id: WorkId,
    work: &'a Work,
) -> impl Iterator<Item = AgentKey> + 'a {
    let line = matching.world.index().line(work.queue);
    let open = agent::open(matching, work.request.channel);
    let fit = member::fit(matching, work.need).map(|fit| &fit.agents);
    let alike = matching.world.queue_profile(work.queue).is_ok_and(|queue| queue.members_alike);
    let sets = line.zip(open).zip(fit);
    sets.into_iter().flat_map(move |((line, open), fit)| {
        let members = line.members(work.request.channel);
        members.among((fit, open)).filter_map(move |agent| {
            let able = member::is_visible(matching, work, agent)
                && member_can_take(matching, id, work, agent);
            let rank =
                if alike { RANK_ALIKE } else { member::membership(matching, work, agent)?.rank };
            able.then(|| key::key(matching, id, work, agent, (rank, 0))).flatten()
        })
    })
}

/// True if an open, fit member who sees the work passes all other gates of an agent.
pub(super) fn member_can_take(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    agent: AgentId,
) -> bool {
    item::is_open(matching, id, work, agent) && room::is_open(matching, work, agent)
}

/// How many agents the queue wants to ask at once at least. Work that is alerting somebody was
/// begun with enough: one more is enough for it.
fn least_at_once(matching: Matching<'_>, work: &Work) -> u8 {
    if work.is_offered() {
        return 1;
    }
    matching.world.queue_profile(work.queue).map_or(1, |queue| queue.broadcast.min)
}

/// How many agents are asked in one go, and whether these are all who are asked.
pub(crate) fn asked_in_one_go(matching: Matching<'_>, work: &Work) -> (u8, bool) {
    let queue = matching.world.queue_profile(work.queue).ok().filter(|_| !work.is_offered());
    match queue.map(|queue| queue.broadcast) {
        Some(broadcast) if broadcast.refill => (broadcast.min, false),
        Some(broadcast) => (broadcast.max, true),
        None => (1, false),
    }
}

/// How many agents can be asked, and how many the queue wants to ask at least, if they are fewer.
fn too_few(matching: Matching<'_>, id: WorkId, work: &Work) -> Option<(u8, u8)> {
    let least = least_at_once(matching, work);
    if least <= 1 {
        return None;
    }
    let able = candidates(matching, id, work).take(usize::from(least)).count();
    let able = u8::try_from(able).unwrap_or(u8::MAX);
    (able < least).then_some((able, least))
}

/// True if as many agents can be asked at once as the queue wants.
pub(super) fn are_enough(matching: Matching<'_>, id: WorkId, work: &Work) -> bool {
    least_at_once(matching, work) <= 1 || too_few(matching, id, work).is_none()
}

/// The reason why the gate is shut.
pub(super) fn kept_by(gate: Gate, Pair { case, .. }: Pair<'_>) -> Vec<KeptBy> {
    let shut = match gate {
        Gate::EnoughAgents => too_few(case.matching, case.id, case.work)
            .map(|(able, least)| KeptBy::TooFew { able, least }),
        _ => None,
    };
    Vec::from_iter(shut)
}

/// Time alone does not open it.
pub(super) const fn until(_kept_by: &KeptBy, _pair: Pair<'_>) -> Option<Timestamp> {
    None
}
