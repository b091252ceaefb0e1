//! Gates of an agent and this very piece of work: [`Gate::NotDeclined`], [`Gate::NotSender`],
//! [`Gate::NotExcluded`], [`Gate::NotInvolved`] and [`Gate::NotAlerting`].
//!
//! Of most work all of them are open to everybody, and then it stands for all work of its lane:
//! [`is_ordinary`].

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::policy::offering::Bar;
use crate::world::rows::work::Decline;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

use crate::engine::matching::case::Pair;
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;

/// True if no decline bars an agent from being asked for the work again.
pub(crate) fn may_ask_again(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    matching.world.agent(agent).is_ok_and(|row| !work.bars(agent, row.session))
}

/// True if an agent has declined the work for good, as far as they are concerned.
pub(super) fn has_declined_for_good(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    let session = matching.world.agent(agent).map_or(0, |row| row.session);
    let mut declines = work.declines.iter().filter(|decline| decline.agent == agent);
    declines.any(|decline| decline.bar.is_lasting() && decline.bar.bars(matching.now, session))
}

/// True if an agent sent the work, and is not to get it back in this stay.
pub(super) fn is_sender(work: &Work, agent: AgentId) -> bool {
    work.is_from(agent)
}

/// True if an agent is never to have the work.
pub(super) fn is_excluded(work: &Work, agent: AgentId) -> bool {
    work.excludes(agent)
}

/// True if an agent has the work or what it stands for, wraps it up, or takes part in it.
pub(crate) fn is_involved(world: &World, row: &Agent, id: WorkId) -> bool {
    row.has(id) || world.has_its_origin(row, id)
}

/// True if an agent is not to have the work in this stay, whoever else is there: they are
/// never to have it or sent it, or it stands for work of which they have a part.
pub(crate) fn is_kept_out(matching: Matching<'_>, id: WorkId, work: &Work, agent: AgentId) -> bool {
    let world = matching.world;
    let never = is_sender(work, agent) || is_excluded(work, agent);
    never || world.agent(agent).is_ok_and(|row| world.has_its_origin(row, id))
}

/// The open offer by which work is alerting an agent.
pub(crate) fn alerting(world: &World, work: WorkId, agent: AgentId) -> Option<OfferId> {
    world.offer_to(work, agent)
}

/// True if an agent passes these gates.
pub(super) fn is_open(matching: Matching<'_>, id: WorkId, work: &Work, agent: AgentId) -> bool {
    let alerts = || work.is_offered() && alerting(matching.world, id, agent).is_some();
    let row = matching.world.agent(agent);
    let kept_out = is_sender(work, agent) || is_excluded(work, agent);
    let may = |row: &Agent| !kept_out && !work.bars(agent, row.session);
    row.is_ok_and(|row| may(row) && !is_involved(matching.world, row, id) && !alerts())
}

/// True if these gates are open to everybody, and anybody may be asked, so that the work stands for
/// all of its lane. Somebody who had it may still wrap it up, or sent it and is not to get it back;
/// what is internal may stand for work that somebody has, and some work is never to be had by some.
pub(crate) fn is_ordinary(work: &Work) -> bool {
    let anybody = work.step.is_none() && work.declines.is_empty();
    let ordinary = !work.request.internal && work.request.never_to.is_empty();
    anybody && ordinary && !work.handled && !work.is_offered()
}

/// The reasons why one of these gates is shut.
pub(super) fn kept_by(gate: Gate, Pair { case, agent, row, .. }: Pair<'_>) -> Vec<KeptBy> {
    match gate {
        Gate::NotDeclined if case.work.bars(agent, row.session) => {
            let declines = case.work.declines.iter().filter(|decline| decline.agent == agent);
            let declined =
                |decline: &Decline| KeptBy::Declined { bar: decline.bar, times: decline.count };
            declines.map(declined).collect()
        }
        Gate::NotSender if is_sender(case.work, agent) => Vec::from([KeptBy::Sender]),
        Gate::NotExcluded if is_excluded(case.work, agent) => Vec::from([KeptBy::Excluded]),
        Gate::NotInvolved => {
            let origin = case.matching.world.stand_in(case.id).map(|stand_in| stand_in.work);
            let parts = [Some(case.id), origin].into_iter().flatten().flat_map(|work| {
                let has = row.assignment(work);
                let has = has.map(|assignment| KeptBy::Has { state: assignment.state });
                has.into_iter().chain(row.leg(work).map(|leg| KeptBy::TakesPart { role: leg.role }))
            });
            parts.collect()
        }
        Gate::NotAlerting => {
            let offer = alerting(case.matching.world, case.id, agent);
            Vec::from_iter(offer.map(|offer| KeptBy::Alerting { offer }))
        }
        _ => Vec::new(),
    }
}

/// When time alone will have opened it.
pub(super) fn until(kept_by: &KeptBy, Pair { case, .. }: Pair<'_>) -> Option<Timestamp> {
    let retry = case.work.retry.get();
    let deadline = match kept_by {
        KeptBy::Declined { bar: Bar::Until(until), .. } => {
            return Some((*until).min(retry.unwrap_or(*until)));
        }
        KeptBy::Declined { .. } => return retry,
        KeptBy::Has { state } => state.deadline(),
        KeptBy::Alerting { offer } => case.matching.world.offer(*offer).ok()?.state.deadline(),
        _ => None,
    };
    deadline.map(|deadline| deadline.at)
}
