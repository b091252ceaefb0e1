//! By what agents are compared who could all take a piece of work.

use crate::base::bits::{Bits, IdSet};
use crate::base::packed::PackedBits;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, OfferId, SkillId, WorkId};
use crate::model::need::Evaluation;
use crate::model::queue::AgentChoice;
use crate::policy::choice::{AgentKey, Candidate, RANK_PREFERRED};
use crate::policy::fit;
use crate::world::member::PackedMember;
use crate::world::rows::Work;

use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, member};
use crate::engine::view::View;

/// How the mandatory part of what the work asks for by now is taken.
pub(super) fn evaluation(matching: Matching<'_>, work: &Work) -> Evaluation {
    let need = matching.world.stores().needs.get(work.need);
    need.map_or_else(Evaluation::default, |need| need.evaluation)
}

/// The skills for which a queue spares agents, for they are few who are open. None if it spares
/// nobody. Whoever compares many agents looks for them once.
pub(super) fn scarce_skills(matching: Matching<'_>, work: &Work) -> Option<Bits> {
    let most = matching.world.queue_profile(work.queue).ok()?.spare_scarce;
    let open = agent::open(matching, work.request.channel).filter(|_| most > 0)?;
    let skills = (0..).map(SkillId::from_raw).zip(&matching.world.index().skilled);
    Some(skills.filter(|(_, holders)| are_few(holders, open, most)).map(|(id, _)| id).collect())
}

fn are_few(holders: &PackedBits, open: &Bits, most: u16) -> bool {
    (holders, open).ids::<AgentId>().nth(most.into()).is_none()
}

/// The key by which an agent compares with others for a piece of work.
pub(super) fn key(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    agent: AgentId,
    place: (u8, u8),
) -> Option<AgentKey> {
    key_of(matching, id, work, agent, place, None)
}

/// The same, if the scarce skills are known.
pub(super) fn key_of(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    agent: AgentId,
    (rank, preference): (u8, u8),
    scarce: Option<&Bits>,
) -> Option<AgentKey> {
    let world = matching.world;
    let profile = world.queue_profile(work.queue).ok()?;
    let row = world.agent(agent).ok()?;
    let agent_profile = world.agent_profile(agent).ok()?;
    let need = world.stores().needs.get(work.need)?;
    let named = &member::fit(matching, work.need)?.named;
    let queue = world.queue(work.queue).ok()?;
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
        last_offer: row.last_offer,
        position: member.map_or(0, |member| member.terms.position),
        distance: match profile.choice {
            AgentChoice::NearestProficient => fit::distance(need, agent_profile),
            _ => 0,
        },
        share: member.map_or(queue.share, |member| member.share.max(queue.share)),
        offered: member.map_or(OfferId::NONE, |member| member.offered),
        scored: host_score(matching, id, work, agent).unwrap_or(0),
        shift_end: row.shift_end.get(),
        scarce: is_spared(matching, work, agent_profile, named, scarce),
    };
    Some(AgentKey::new(profile.choice, need.evaluation, queue.last, &candidate))
}

/// The score that the host's scorer gives an agent, where the queue asks it.
pub(crate) fn host_score(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    agent: AgentId,
) -> Option<i64> {
    let asked = matching.world.queue_profile(work.queue).ok()?.choice == AgentChoice::Scored;
    let scorer = matching.rules.scorer.as_ref().filter(|_| asked)?;
    let view = View::new(matching.world, matching.now);
    Some(scorer.score(view.work(id)?, view.agent(agent)?))
}

/// True if an agent is left for other work, because they are among the few who are open and have
/// some skill that this work does not ask for.
fn is_spared(
    matching: Matching<'_>,
    work: &Work,
    profile: &AgentProfile,
    named: &[SkillId],
    scarce: Option<&Bits>,
) -> bool {
    let most = matching.world.queue_profile(work.queue).map_or(0, |queue| queue.spare_scarce);
    let open = agent::open(matching, work.request.channel).filter(|_| most > 0);
    let Some(open) = open else {
        return false;
    };
    let skilled = &matching.world.index().skilled;
    let mut other = profile.skills.keys().filter(|skill| !named.contains(skill));
    other.any(|skill| match scarce {
        Some(scarce) => scarce.has(*skill),
        None => {
            skilled.get(skill.raw() as usize).is_some_and(|holders| are_few(holders, open, most))
        }
    })
}
