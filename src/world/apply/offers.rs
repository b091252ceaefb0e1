//! Applying what happens to offers. The offer's row is the only place that joins work and agent.

use crate::base::time::Timestamp;
use crate::fact::event::OfferedBy;
use crate::model::ids::{AgentId, ChannelId, OfferId, QueueId, ReasonId, WorkId};
use crate::model::queue::AgentChoice;
use crate::policy::choice::next_share;
use crate::policy::offering::Bar;
use crate::policy::order::Place;
use crate::state::offer::{OfferState, OfferStep, Withdrawal};
use crate::state::work::{Stage, WorkStep};
use crate::world::apply::lines::{restage, restage_anew};
use crate::world::apply::misfit::Misfit;
use crate::world::apply::{assignments, load, queues, tallies};
use crate::world::index::TimerKey;
use crate::world::member::PackedMember;
use crate::world::rows::{Assignment, EndedOffer, Offer, Work};
use crate::world::state::World;
use crate::world::stores::OrMissing;

pub(super) fn make(
    world: &mut World,
    id: OfferId,
    (work, agent): (WorkId, AgentId),
    until: Option<Timestamp>,
    (by, last): (OfferedBy, bool),
    at: Timestamp,
) -> Result<(), Misfit> {
    let row = world.work(work)?;
    let (queue, channel, pool_set) = (row.queue, row.request.channel, row.pool_set);
    let claim = world.claim(row, agent, |profile| profile.weights.offered)?;
    world.agent(agent)?;
    let offer = Offer { work, agent, state: OfferState::Open { until }, claim, since: at, by };
    if !world.stores.offers.open(id, offer) {
        return Err(Misfit::OutOfOrder);
    }
    let profile = world.queue_profile(queue)?;
    let open_to = match by {
        OfferedBy::Routing => profile.broadcast.max,
        OfferedBy::Assign if profile.external => profile.broadcast.max,
        OfferedBy::Assign | OfferedBy::Transfer => 1,
    };
    restage(world, work, |row| {
        let oldest = row.open_offers().next();
        match oldest {
            Some(oldest) => {
                row.stage = row.stage.next(WorkStep::RemainOffered(oldest))?;
                row.further_offers.push(id);
            }
            None => {
                row.stage = row.stage.next(WorkStep::Offer(id))?;
                row.open_to = open_to;
            }
        }
        if last {
            row.open_to = Work::CLOSED;
        }
        if row.first_offer.is_none() {
            row.first_offer = at.into();
        }
        Ok(())
    })?;
    let row = world.agent_mut(agent)?;
    row.offers.push(id);
    row.last_offer = id;
    row.stamp(channel, |stamps| stamps.offered = at);
    world.queue_mut(queue)?.last = Some(agent);
    match world.queue_profile(queue)?.choice {
        AgentChoice::WeightedShare => take_share(world, queue, channel, agent)?,
        AgentChoice::LeastRecentlyOffered => {
            let row = world.agent_mut(agent)?;
            if let Some(member) = row.member(queue, channel).map(PackedMember::member) {
                row.note_offered(member, id);
            }
        }
        _ => {}
    }
    queues::count_offer(world, queue, by, at)?;
    world.index.clock.enter(TimerKey::Offer(id), until);
    load::reclaim(world, agent, pool_set, None, Some(claim))
}

/// The member has had one more of the queue's offers.
fn take_share(
    world: &mut World,
    queue: QueueId,
    channel: ChannelId,
    agent: AgentId,
) -> Result<(), Misfit> {
    let reached = world.queue(queue)?.share;
    let row = world.agent_mut(agent)?;
    if let Some(member) = row.member(queue, channel).map(PackedMember::member) {
        let (from, share) = next_share(reached, member.share, member.terms.weight);
        row.set_share(member, share);
        world.queue_mut(queue)?.share = from;
    }
    Ok(())
}

pub(super) fn accept(world: &mut World, id: OfferId, at: Timestamp) -> Result<(), Misfit> {
    let offer = end(world, id, OfferStep::Accept)?;
    note_answer(world, offer.agent, false)?;
    let assignment = take_work(world, offer.work, offer.agent, at)?;
    let (old, new) = (Some(offer.claim), Some(assignment.claim));
    load::reclaim(world, offer.agent, assignment.pool_set, old, new)
}

pub(super) fn assign(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    at: Timestamp,
) -> Result<(), Misfit> {
    world.agent(agent)?;
    if let Some(owner) = world.work(work)?.stage.owner() {
        assignments::end(world, work, owner, at)?;
    }
    let assignment = take_work(world, work, agent, at)?;
    load::reclaim(world, agent, assignment.pool_set, None, Some(assignment.claim))
}

pub(super) fn reject(
    world: &mut World,
    id: OfferId,
    reason: Option<ReasonId>,
    bar: Bar,
    place: Place,
    at: Timestamp,
) -> Result<(), Misfit> {
    let offer = end(world, id, OfferStep::Reject(reason))?;
    note_answer(world, offer.agent, false)?;
    return_work(world, id, offer, place, Noted::Decline(bar))?;
    stand_in_line(world, offer.work, at)
}

pub(super) fn miss(
    world: &mut World,
    id: OfferId,
    bar: Bar,
    place: Place,
    at: Timestamp,
) -> Result<(), Misfit> {
    let offer = end(world, id, OfferStep::Expire)?;
    note_answer(world, offer.agent, true)?;
    return_work(world, id, offer, place, Noted::Decline(bar))?;
    stand_in_line(world, offer.work, at)
}

pub(super) fn withdraw(
    world: &mut World,
    id: OfferId,
    why: Withdrawal,
    bar: Bar,
    place: Place,
    at: Timestamp,
) -> Result<(), Misfit> {
    let offer = end(world, id, OfferStep::Withdraw(why))?;
    let noted = if bar.is_none() { Noted::Nothing } else { Noted::Bar(bar) };
    return_work(world, id, offer, place, noted)?;
    if why.passes_the_line() { Ok(()) } else { stand_in_line(world, offer.work, at) }
}

/// A stay in the line begins for work that was on its way from one agent to another: it is the only
/// work that could be offered without being an arrival of its queue.
fn stand_in_line(world: &mut World, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
    let row = world.work(id)?;
    if row.counted || row.stage != Stage::Queued {
        return Ok(());
    }
    world.stores.watches.forget(id);
    restage_anew(world, id, |row| {
        row.begin_stay(at);
        Ok(())
    })?;
    tallies::arrival(world, id, at)
}

/// Takes an offer from where it is open; what it reserved is still held.
fn end(world: &mut World, id: OfferId, step: OfferStep) -> Result<Offer, Misfit> {
    let state = world.offer(id)?.state.next(step)?;
    let offer = world.stores.offers.close(id).or_missing(id)?;
    if let OfferState::Over(end) = state {
        world.stores.ended_offers.remember(id, EndedOffer { end, agent: offer.agent });
    }
    world.agent_mut(offer.agent)?.offers.retain(|open| *open != id);
    let due = offer.state.deadline().map(|deadline| deadline.at);
    world.index.clock.leave(TimerKey::Offer(id), due);
    Ok(offer)
}

fn note_answer(world: &mut World, agent: AgentId, missed: bool) -> Result<(), Misfit> {
    let row = world.agent_mut(agent)?;
    row.history = row.history.with(missed);
    Ok(())
}

/// What is remembered of an agent whose offer ended without acceptance.
enum Noted {
    Nothing,
    /// They are not asked again, and declined nothing.
    Bar(Bar),
    Decline(Bar),
}

/// Work whose offer ended is back in line, or is still offered to others.
fn return_work(
    world: &mut World,
    id: OfferId,
    offer: Offer,
    place: Place,
    noted: Noted,
) -> Result<(), Misfit> {
    let pool_set = restage(world, offer.work, |row| {
        let left = row.open_offers().find(|open| *open != id);
        match left {
            Some(oldest) => {
                row.stage = row.stage.next(WorkStep::RemainOffered(oldest))?;
                row.further_offers.retain(|open| *open != id && *open != oldest);
            }
            None => {
                row.stage = row.stage.next(WorkStep::Return)?;
                row.place = place;
            }
        }
        match noted {
            Noted::Nothing => {}
            Noted::Bar(bar) => row.bar(offer.agent, bar),
            Noted::Decline(bar) => row.decline(offer.agent, bar),
        }
        Ok(row.pool_set)
    })?;
    load::reclaim(world, offer.agent, pool_set, Some(offer.claim), None)
}

/// The work goes to an agent, as an active assignment.
fn take_work(
    world: &mut World,
    work: WorkId,
    agent: AgentId,
    at: Timestamp,
) -> Result<Assignment, Misfit> {
    let (queue, stay) = restage(world, work, |row| {
        let counts = row.stage.is_in_queue() && row.counted && !row.request.internal;
        let stay = counts.then_some(row.entered);
        row.stage = row.stage.next(WorkStep::Assign(agent))?;
        row.handled = true;
        row.counted = false;
        row.last_agent = Some(agent);
        row.not_back = false;
        // What brought it to the front is over once an agent has it.
        row.place.front = row.request.front;
        Ok((row.queue, stay))
    })?;
    tallies::answer(world, queue, stay, at)?;
    assignments::begin(world, work, agent, at)
}
