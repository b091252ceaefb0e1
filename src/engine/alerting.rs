//! What alerts agents: how long it does, and how it is taken back.

use crate::base::time::Timestamp;
use crate::fact::event::Event;
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::model::queue::QueueProfile;
use crate::policy::offering::{Bar, auto_accept, window};
use crate::state::leg::LegEnd;
use crate::state::offer::Withdrawal;
use crate::state::presence::Presence;

use crate::engine::exhaust::exhaust;
use crate::engine::matching::agent::has_left;
use crate::engine::matching::hope;
use crate::engine::matching::queue::is_external;
use crate::engine::place;
use crate::engine::turn::{Halted, Turn};

/// How an offer or a consult reaches an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    /// True if the offer or consult is accepted at once in the agent's name.
    pub auto: bool,
    /// When it runs out.
    pub until: Option<Timestamp>,
}

/// How an offer or a consult of a piece of work would reach an agent, alerted from an instant on.
pub(crate) fn alert(
    turn: &Turn<'_>,
    work: WorkId,
    agent: AgentId,
    from: Timestamp,
) -> Result<Alert, Halted> {
    let work = turn.work(work)?;
    let queue = turn.queue_profile(work.queue)?;
    let channel = turn.must(turn.world.channel_profile(work.request.channel))?;
    let agent = turn.must(turn.world.agent_profile(agent))?;
    let auto = auto_accept(work.request.auto_accept, queue, channel, agent);
    let window = window(queue, work.request.channel, channel).filter(|_| !auto);
    Ok(Alert { auto, until: window.map(|window| from + window) })
}

/// Takes back all open offers of a piece of work; it keeps its place.
pub(crate) fn withdraw(turn: &mut Turn<'_>, work: WorkId, why: Withdrawal) -> Result<(), Halted> {
    withdraw_but(turn, work, None, why)
}

/// Takes back what stands in the way of one more offer by hand: every offer, or where another
/// engine decides only what would be one too many, the oldest first.
pub(crate) fn make_way(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let why = Withdrawal::Reassigned;
    if !is_external(turn.queue_profile(turn.work(work)?.queue)?) {
        return withdraw(turn, work, why);
    }
    loop {
        let row = turn.work(work)?;
        let (place, full) = (row.place, row.open_offers().count() >= usize::from(row.open_to));
        let Some(offer) = row.open_offers().next().filter(|_| full) else {
            return Ok(());
        };
        turn.emit(Event::OfferWithdrawn { offer, why, bar: Bar::None, place })?;
    }
}

/// Takes back all open offers of a piece of work but one, the oldest first; it keeps its place.
pub(crate) fn withdraw_but(
    turn: &mut Turn<'_>,
    work: WorkId,
    kept: Option<OfferId>,
    why: Withdrawal,
) -> Result<(), Halted> {
    loop {
        let row = turn.work(work)?;
        let place = row.place;
        let Some(offer) = row.open_offers().find(|offer| Some(*offer) != kept) else {
            return Ok(());
        };
        turn.emit(Event::OfferWithdrawn { offer, why, bar: Bar::None, place })?;
    }
}

/// Takes back what alerts an agent on channels that they no longer attend, unless the queue lets it
/// go on.
pub(crate) fn withdraw_unattended(turn: &mut Turn<'_>, agent: AgentId) -> Result<(), Halted> {
    for id in turn.agent(agent)?.offers.clone() {
        let offer = turn.offer(id)?;
        let queue = turn.queue_profile(turn.work(offer.work)?.queue)?;
        if withdraws(turn, queue, agent)? && has_left(turn.matching(), agent, offer.claim.channel) {
            let place = place::declined(turn, &offer, queue.requeue.withdrawn)?;
            let (why, bar) = (Withdrawal::AgentUnavailable, Bar::None);
            turn.emit(Event::OfferWithdrawn { offer: id, why, bar, place })?;
            if hope::is_broadcast_over(turn.matching(), turn.work(offer.work)?) {
                exhaust(turn, offer.work)?;
            }
        }
    }
    withdraw_unattended_consults(turn, agent)
}

/// True if a queue takes back what alerts an agent who does not attend to it any more.
fn withdraws(turn: &Turn<'_>, queue: &QueueProfile, agent: AgentId) -> Result<bool, Halted> {
    let offline = matches!(turn.agent(agent)?.presence, Presence::Offline { .. });
    Ok(queue.withdraw_offers || (queue.withdraw_offline && offline))
}

fn withdraw_unattended_consults(turn: &mut Turn<'_>, agent: AgentId) -> Result<(), Halted> {
    let legs = turn.agent(agent)?.legs.to_vec();
    for leg in legs {
        let work = leg.work;
        let queue = turn.queue_profile(turn.work(work)?.queue)?;
        if leg.alerts()
            && withdraws(turn, queue, agent)?
            && has_left(turn.matching(), agent, leg.claim.channel)
        {
            let why = LegEnd::AgentUnavailable;
            turn.emit(Event::LegEnded { work, agent, why })?;
        }
    }
    Ok(())
}
