//! Gates of an agent on a channel, whatever the work: [`Gate::Entitled`], [`Gate::OnQueue`],
//! [`Gate::Responding`] and
//! [`Gate::Assignments`].
//!
//! The world keeps who passes all three, and has room for the least an item can take, as a set for
//! each channel: [`open`]. The set is made by the predicates that are asked here.

use alloc::vec::Vec;

use crate::base::bits::Bits;
use crate::base::time::Timestamp;
use crate::command::refusal::Unavailable;
use crate::model::ids::{AgentId, ChannelId};
use crate::model::presence::PresenceProfile;
use crate::world::rows::Agent;

use crate::engine::matching::case::Pair;
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;

/// All that keeps an agent from being offered work of a channel, whatever the work; room aside. An
/// agent who is off queue, or on a call of their own, does not count as not responding.
pub(crate) fn away(
    matching: Matching<'_>,
    id: AgentId,
    channel: ChannelId,
) -> impl Iterator<Item = Unavailable> {
    matching.world.away(id, channel).into_iter().flatten()
}

/// `Ok` if an agent is offered work of a channel, room aside; else the first reason that keeps them
/// from it.
pub(crate) fn attends(
    matching: Matching<'_>,
    id: AgentId,
    channel: ChannelId,
) -> Result<(), Unavailable> {
    matching.world.attends(id, channel).unwrap_or(Err(Unavailable::OffQueue))
}

/// True if an agent no longer attends a channel. An agent who drains still does: they finish the
/// work they have.
pub(crate) fn has_left(matching: Matching<'_>, id: AgentId, channel: ChannelId) -> bool {
    matches!(
        attends(matching, id, channel),
        Err(Unavailable::OffQueue | Unavailable::OwnCall | Unavailable::NotResponding)
    )
}

/// True if an agent's presence opens a channel, to which they are entitled.
pub(crate) fn opens(matching: Matching<'_>, id: AgentId, channel: ChannelId) -> bool {
    let presence = matching.world.agent(id).map(|row| row.presence.id());
    let entry = presence.and_then(|id| matching.world.entry::<PresenceProfile>(id));
    let entitled = || {
        let profile = matching.world.agent_profile(id);
        profile.is_ok_and(|profile| profile.is_entitled(channel))
    };
    entry.is_ok_and(|entry| entry.profile.opens(channel)) && entitled()
}

/// True if an agent may have one more assignment, counting those they may accept or be handed.
pub(crate) fn may_have_more(matching: Matching<'_>, id: AgentId) -> bool {
    matching.world.may_have_more(id) == Ok(true)
}

/// True if an agent may be offered anything at all, on whatever channel: a first check, which
/// spares the others.
pub(crate) fn takes_anything(agent: &Agent) -> bool {
    agent.status.takes_offers() && !agent.draining
}

/// True if an agent passes these gates on a channel.
pub(super) fn is_open(matching: Matching<'_>, id: AgentId, channel: ChannelId) -> bool {
    attends(matching, id, channel).is_ok() && may_have_more(matching, id)
}

/// The agents who pass these gates on a channel, and have room for the least an item can take.
pub(super) fn open(matching: Matching<'_>, channel: ChannelId) -> Option<&Bits> {
    matching.world.index().open.get(channel.raw() as usize)
}

/// The reasons why one of these gates is shut.
pub(super) fn kept_by(gate: Gate, Pair { case, agent, .. }: Pair<'_>) -> Vec<KeptBy> {
    let matching = case.matching;
    match gate {
        Gate::Entitled | Gate::OnQueue | Gate::Responding => {
            let away = away(matching, agent, case.work.request.channel);
            away.map(KeptBy::Unavailable).filter(|kept_by| kept_by.gate() == gate).collect()
        }
        Gate::Assignments if !may_have_more(matching, agent) => {
            let most = matching.world.stores().config.limits.assignments;
            Vec::from([KeptBy::Assignments { most }])
        }
        _ => Vec::new(),
    }
}

/// Time alone opens none of these gates.
pub(super) const fn until(_kept_by: &KeptBy, _pair: Pair<'_>) -> Option<Timestamp> {
    None
}
