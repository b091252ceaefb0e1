//! Making offers, and what follows when they are accepted, rejected or missed.

use alloc::sync::Arc;

use crate::base::time::Timestamp;
use crate::fact::event::{AssignedBy, Event, OfferedBy, PresenceSetBy};
use crate::model::ids::{AgentId, OfferId, ReasonId, WorkId};
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, Response};
use crate::policy::offering::{Bar, bar_after_reject, bar_with_budget};
use crate::state::offer::Withdrawal;
use crate::state::routing_status::StatusStep;
use crate::state::work::Stage;
use crate::world::rows::Offer;

use crate::engine::agents::lease_from_now;
use crate::engine::alerting::{self, Alert, alert};
use crate::engine::decisions::decide;
use crate::engine::exhaust::exhaust;
use crate::engine::matching::case::Case;
use crate::engine::matching::key::host_score;
use crate::engine::matching::queue::is_external;
use crate::engine::matching::{gates, hope};
use crate::engine::pace::InVain;
use crate::engine::turn::{Halted, Turn};
use crate::engine::{joining, place, prefer};

/// Offers work to an agent, or has it accepted in their name.
pub(crate) fn offer(
    turn: &mut Turn<'_>,
    work: WorkId,
    agent: AgentId,
    by: OfferedBy,
) -> Result<OfferId, Halted> {
    let alert = alert(turn, work, agent, turn.now)?;
    offer_by(turn, (work, agent), by, alert, false)
}

/// Offers work to an agent whom routing found; the last of a broadcast without refill is marked.
pub(crate) fn offer_found(
    turn: &mut Turn<'_>,
    work: WorkId,
    agent: AgentId,
    last: bool,
) -> Result<OfferId, Halted> {
    let alert = alert(turn, work, agent, turn.now)?;
    offer_by(turn, (work, agent), OfferedBy::Routing, alert, last)
}

/// The same, where it is known how the offer reaches the agent.
pub(crate) fn offer_by(
    turn: &mut Turn<'_>,
    (work, agent): (WorkId, AgentId),
    by: OfferedBy,
    alert: Alert,
    last: bool,
) -> Result<OfferId, Halted> {
    let next = turn.world.stores().offers.next_id();
    let offer = next.ok_or_else(|| turn.fault("there is no number for another offer".into()))?;
    let routed = by == OfferedBy::Routing;
    // Whoever explains it must say the same.
    debug_assert!(
        !routed || Case::new(turn.matching(), work).is_some_and(|case| gates::is_open(case, agent)),
        "{work} is offered to {agent}, and yet something stands between them"
    );
    let score =
        if routed { host_score(turn.matching(), work, turn.work(work)?, agent) } else { None };
    if routed && turn.decisions.wanted() {
        let decision = decide(turn.matching(), offer, work, agent);
        decision.into_iter().for_each(|decision| turn.decisions.push(decision));
    }
    let until = alert.until;
    turn.emit(Event::WorkOffered { offer, work, agent, until, by, score, last })?;
    if alert.auto {
        accept(turn, offer, true)?;
    }
    Ok(offer)
}

/// An agent takes what is offered to them, or it is taken in their name. Offers of the same work to
/// others are taken back first.
pub(crate) fn accept(turn: &mut Turn<'_>, offer: OfferId, auto: bool) -> Result<(), Halted> {
    let Offer { work, agent, .. } = turn.offer(offer)?;
    alerting::withdraw_but(turn, work, Some(offer), Withdrawal::AcceptedElsewhere)?;
    joining::prepare(turn, work, agent)?;
    turn.emit(Event::OfferAccepted { offer, auto })?;
    joining::conclude(turn, work, agent, auto)
}

/// An agent gets work without being asked.
pub(crate) fn give(
    turn: &mut Turn<'_>,
    work: WorkId,
    agent: AgentId,
    by: AssignedBy,
) -> Result<(), Halted> {
    alerting::withdraw(turn, work, Withdrawal::Reassigned)?;
    joining::prepare(turn, work, agent)?;
    turn.emit(Event::WorkAssigned { work, agent, by })?;
    joining::conclude(turn, work, agent, false)
}

/// An offer was rejected.
pub(crate) fn reject(
    turn: &mut Turn<'_>,
    id: OfferId,
    reason: Option<ReasonId>,
    retry_at: Option<Timestamp>,
) -> Result<(), Halted> {
    let offer = turn.offer(id)?;
    let queue = queue_of(turn, &offer)?;
    let given = match reason {
        Some(id) => {
            let entry = turn.must(turn.world.entry::<RejectReasonProfile>(id))?;
            Some(Arc::clone(&entry.profile))
        }
        None => None,
    };
    let session = turn.agent(offer.agent)?.session;
    let bar = bar_after_reject(given.as_deref(), retry_at, turn.now, session);
    let bar = within_budget(turn, bar, &offer, &queue)?;
    let place = place::declined(turn, &offer, queue.requeue.rejected)?;
    turn.emit(Event::OfferRejected { offer: id, reason, bar, place })?;
    let response = given.and_then(|given| given.response).unwrap_or(queue.on_reject);
    respond(turn, offer.agent, response)?;
    after_decline(turn, offer.work)
}

/// An offer ran out.
pub(crate) fn miss(turn: &mut Turn<'_>, id: OfferId) -> Result<(), Halted> {
    let offer = turn.offer(id)?;
    let queue = queue_of(turn, &offer)?;
    end_missed(turn, id, &offer, &queue)?;
    respond_to_miss(turn, offer.agent, &queue)?;
    after_decline(turn, offer.work)
}

/// Whoever alerts an agent says that nobody answered. Another engine that alerts them also says
/// what becomes of them.
pub(crate) fn miss_as_told(turn: &mut Turn<'_>, id: OfferId) -> Result<(), Halted> {
    let offer = turn.offer(id)?;
    let queue = queue_of(turn, &offer)?;
    end_missed(turn, id, &offer, &queue)?;
    if !is_external(&queue) {
        respond_to_miss(turn, offer.agent, &queue)?;
    }
    after_decline(turn, offer.work)
}

fn end_missed(
    turn: &mut Turn<'_>,
    id: OfferId,
    offer: &Offer,
    queue: &QueueProfile,
) -> Result<(), Halted> {
    let bar = within_budget(turn, Bar::None, offer, queue)?;
    let place = place::declined(turn, offer, queue.requeue.missed)?;
    turn.emit(Event::OfferMissed { offer: id, bar, place })
}

fn respond_to_miss(
    turn: &mut Turn<'_>,
    agent: AgentId,
    queue: &QueueProfile,
) -> Result<(), Halted> {
    if turn.agent(agent)?.history.exceeds(queue.tolerance) {
        respond(turn, agent, queue.on_miss)?;
    }
    Ok(())
}

/// Whoever alerts an agent says that they could not be reached. Routing would ask the same agent
/// again at once; another engine knows whom it asks.
pub(crate) fn not_reached(turn: &mut Turn<'_>, id: OfferId) -> Result<(), Halted> {
    let offer = turn.offer(id)?;
    let queue = queue_of(turn, &offer)?;
    let session = turn.agent(offer.agent)?.session;
    let bar = match turn.work(offer.work)?.is_barred_for_good(offer.agent) {
        _ if is_external(&queue) => Bar::None,
        true => Bar::Always,
        false => Bar::Session(session),
    };
    let place = place::declined(turn, &offer, queue.requeue.withdrawn)?;
    let why = Withdrawal::Unreachable;
    turn.emit(Event::OfferWithdrawn { offer: id, why, bar, place })?;
    after_decline(turn, offer.work)
}

/// Its queue as it is defined now. What follows a decline goes by one definition, whatever the
/// facts of it change.
fn queue_of(turn: &Turn<'_>, offer: &Offer) -> Result<Arc<QueueProfile>, Halted> {
    let queue = turn.work(offer.work)?.queue;
    let entry = turn.must(turn.world.entry::<QueueProfile>(queue))?;
    Ok(Arc::clone(&entry.profile))
}

/// The bar of one more decline, which lasts if the agent's budget for the work is spent by it.
fn within_budget(
    turn: &Turn<'_>,
    bar: Bar,
    offer: &Offer,
    queue: &QueueProfile,
) -> Result<Bar, Halted> {
    let before = turn.work(offer.work)?.declines_of(offer.agent);
    Ok(bar_with_budget(bar, queue.budget, before.saturating_add(1)))
}

/// Applies the response to an agent who rejected or missed an offer.
fn respond(turn: &mut Turn<'_>, agent: AgentId, response: Response) -> Result<(), Halted> {
    match response {
        Response::Nothing => return Ok(()),
        Response::NotResponding => turn.step_status(agent, StatusStep::StopResponding)?,
        Response::Presence(presence) => {
            let lease = lease_from_now(turn, agent, presence)?;
            let by = PresenceSetBy::Response;
            turn.emit(Event::PresenceSet { agent, presence, lease, by })?;
        }
    }
    alerting::withdraw_unattended(turn, agent)
}

/// Moves work on after a decline: past refused steps, and in the next phase by the queue's policy
/// if it is exhausted. All who were asked in one go, beside whom nobody else is asked, are all
/// there are.
fn after_decline(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let broadcast = hope::is_broadcast_over(turn.matching(), turn.work(work)?);
    prefer::pass_refused_steps(turn, work)?;
    let row = turn.work(work)?;
    let waits = row.stage == Stage::Queued;
    if waits && (broadcast || hope::is_exhausted(turn.matching(), work, row)) {
        let (queue, cause) = (row.queue, turn.cause.clone());
        turn.pace.note_in_vain(InVain { work, queue, broadcast, cause });
    }
    Ok(())
}

/// Does what their queues say of all that was declined in vain in the phase before, unless it was
/// moved or closed since then. Mostly nothing was, and every call asks.
#[inline]
pub(crate) fn judge_declined(turn: &mut Turn<'_>) -> Result<(), Halted> {
    if turn.pace.has_in_vain() { judge_all(turn) } else { Ok(()) }
}

fn judge_all(turn: &mut Turn<'_>) -> Result<(), Halted> {
    let mut declined = turn.pace.take_in_vain();
    for InVain { work, queue, broadcast, cause } in declined.drain(..) {
        let row = turn.world.work(work).ok();
        let row = row.filter(|row| row.stage == Stage::Queued && row.queue == queue);
        let in_vain = |row| broadcast || hope::is_exhausted(turn.matching(), work, row);
        if row.is_some_and(in_vain) {
            turn.cause = cause;
            exhaust(turn, work)?;
        }
    }
    turn.pace.keep_memory(declined);
    Ok(())
}
