//! Applying what happens to offers. The offer's row is the only place that joins work and agent.

use crate::base::time::Timestamp;
use crate::fact::event::OfferedBy;
use crate::model::ids::{AgentId, ChannelId, OfferId, QueueId, ReasonId, WorkId};
use crate::model::queue::AgentChoice;
use crate::policy::choice::next_share;
use crate::policy::offering::Bar;
use crate::policy::order::Place;
use crate::policy::room::Claim;
use crate::policy::tally::Stopwatch;
use crate::state::assignment::AssignmentState;
use crate::state::offer::{OfferState, OfferStep, Withdrawal};
use crate::state::work::WorkStep;
use crate::world::apply::Misfit;
use crate::world::draws::DrawId;
use crate::world::index::TimerKey;
use crate::world::member::PackedMember;
use crate::world::rows::{Assignment, Decline, Offer, Work};
use crate::world::state::{OrMissing, World};

impl World {
    pub(super) fn make_offer(
        &mut self,
        id: OfferId,
        work: WorkId,
        agent: AgentId,
        until: Option<Timestamp>,
        by: OfferedBy,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let row = self.work(work)?;
        let (queue, channel, draws) = (row.queue, row.request.channel, row.draws);
        let claim = self.claim(row, |profile| profile.weights.offered)?;
        self.agent(agent)?;
        let offer = Offer { work, agent, state: OfferState::Open { until }, claim, since: at, by };
        if !self.stores.offers.open(id, offer) {
            return Err(Misfit::OutOfOrder);
        }
        let open_to = match by {
            OfferedBy::Routing => self.queue_profile(queue)?.broadcast.max,
            OfferedBy::Assign | OfferedBy::Transfer => 1,
        };
        self.restage(work, |row| {
            let oldest = row.ringing().next();
            match oldest {
                Some(oldest) => {
                    row.stage = row.stage.next(WorkStep::RingOn(oldest))?;
                    row.ringing_too.push(id);
                }
                None => {
                    row.stage = row.stage.next(WorkStep::Offer(id))?;
                    row.open_to = open_to;
                }
            }
            if row.first_offer.is_none() {
                row.first_offer = at.into();
            }
            Ok(())
        })?;
        let row = self.agent_mut(agent)?;
        row.offers.push(id);
        row.turn = id;
        row.stamp(channel, |stamps| stamps.offered = at);
        self.queue_mut(queue)?.last = Some(agent);
        self.take_share(queue, channel, agent)?;
        self.count_offer(queue, by, at)?;
        self.index.clock.set(TimerKey::Offer(id), until);
        self.reclaim(agent, draws, None, Some(claim))
    }

    /// The member has had one more of the queue's offers.
    fn take_share(
        &mut self,
        queue: QueueId,
        channel: ChannelId,
        agent: AgentId,
    ) -> Result<(), Misfit> {
        if self.queue_profile(queue)?.choice != AgentChoice::WeightedShare {
            return Ok(());
        }
        let reached = self.queue(queue)?.share;
        let row = self.agent_mut(agent)?;
        if let Some(member) = row.member(queue, channel).map(PackedMember::member) {
            let (from, share) = next_share(reached, member.share, member.terms.weight);
            row.set_share(member, share);
            self.queue_mut(queue)?.share = from;
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, id: OfferId, at: Timestamp) -> Result<(), Misfit> {
        let offer = self.end_offer(id, OfferStep::Accept)?;
        self.answer(offer.agent, false)?;
        let leg = self.take_work(offer.work, offer.agent, at)?;
        self.reclaim(offer.agent, leg.draws, Some(offer.claim), Some(leg.claim))
    }

    pub(super) fn assign(
        &mut self,
        work: WorkId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        self.agent(agent)?;
        if let Some(owner) = self.work(work)?.stage.owner() {
            self.drop_assignment(work, owner, at)?;
        }
        let leg = self.take_work(work, agent, at)?;
        self.reclaim(agent, leg.draws, None, Some(leg.claim))
    }

    pub(super) fn reject(
        &mut self,
        id: OfferId,
        reason: Option<ReasonId>,
        bar: Bar,
        place: Place,
    ) -> Result<(), Misfit> {
        let offer = self.end_offer(id, OfferStep::Reject(reason))?;
        self.answer(offer.agent, false)?;
        self.return_work(id, offer, place, Some(bar))
    }

    pub(super) fn miss(&mut self, id: OfferId, bar: Bar, place: Place) -> Result<(), Misfit> {
        let offer = self.end_offer(id, OfferStep::Expire)?;
        self.answer(offer.agent, true)?;
        self.return_work(id, offer, place, Some(bar))
    }

    pub(super) fn withdraw(
        &mut self,
        id: OfferId,
        why: Withdrawal,
        place: Place,
    ) -> Result<(), Misfit> {
        let offer = self.end_offer(id, OfferStep::Withdraw(why))?;
        self.return_work(id, offer, place, None)
    }

    /// Takes an offer from where it rings; what it reserved is still held.
    fn end_offer(&mut self, id: OfferId, step: OfferStep) -> Result<Offer, Misfit> {
        let state = self.offer(id)?.state.next(step)?;
        let offer = self.stores.offers.close(id).or_missing(id)?;
        if let OfferState::Over(end) = state {
            self.stores.ended_offers.remember(id, end);
        }
        self.agent_mut(offer.agent)?.offers.retain(|open| *open != id);
        self.index.clock.set(TimerKey::Offer(id), None);
        Ok(offer)
    }

    fn answer(&mut self, agent: AgentId, missed: bool) -> Result<(), Misfit> {
        let row = self.agent_mut(agent)?;
        row.history = row.history.with(missed);
        Ok(())
    }

    fn return_work(
        &mut self,
        id: OfferId,
        offer: Offer,
        place: Place,
        declined: Option<Bar>,
    ) -> Result<(), Misfit> {
        let draws = self.restage(offer.work, |row| {
            let left = row.ringing().find(|open| *open != id);
            match left {
                Some(oldest) => {
                    row.stage = row.stage.next(WorkStep::RingOn(oldest))?;
                    row.ringing_too.retain(|open| *open != id && *open != oldest);
                }
                None => {
                    row.stage = row.stage.next(WorkStep::Return)?;
                    row.place = place;
                }
            }
            if let Some(bar) = declined {
                decline(row, offer.agent, bar);
            }
            Ok(row.draws)
        })?;
        self.reclaim(offer.agent, draws, Some(offer.claim), None)
    }

    /// The work goes to an agent, as an active assignment of his.
    fn take_work(
        &mut self,
        work: WorkId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<Assignment, Misfit> {
        let (queue, stay) = self.restage(work, |row| {
            let stay = (row.stage, row.entered);
            row.stage = row.stage.next(WorkStep::Assign(agent))?;
            row.handled = true;
            row.counted = false;
            row.last_agent = Some(agent);
            // What brought it to the front is over once somebody has it.
            row.place.front = row.request.front;
            Ok((row.queue, stay))
        })?;
        self.tally_answer(queue, stay, at)?;
        self.begin_assignment(work, agent, at)
    }

    /// Gives an agent an active assignment, and says what it is; what it takes is not held yet.
    pub(super) fn begin_assignment(
        &mut self,
        work: WorkId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<Assignment, Misfit> {
        let row = self.work(work)?;
        let (queue, draws) = (row.queue, row.draws);
        let claim = self.claim(row, |profile| profile.weights.active)?;
        let assignment = Assignment { draws, ..new_assignment(work, queue, claim, at) };
        self.draw_too(draws);
        let row = self.agent_mut(agent)?;
        row.assignments.push(assignment);
        row.stamp(claim.channel, |stamps| stamps.accepted = at);
        Ok(assignment)
    }
}

const fn new_assignment(
    work: WorkId,
    queue: QueueId,
    claim: Claim,
    since: Timestamp,
) -> Assignment {
    Assignment {
        work,
        queue,
        state: AssignmentState::Active,
        claim,
        since,
        code: None,
        wrap_up_requested: false,
        wrap_up_until: Timestamp::MAX,
        handled: Stopwatch::from(since),
        draws: DrawId::NOTHING,
        peaks: [0; crate::model::pool::POOLS_MAX as usize],
    }
}

fn decline(work: &mut Work, agent: AgentId, bar: Bar) {
    work.attempts = work.attempts.saturating_add(1);
    match work.declines.iter_mut().find(|decline| decline.agent == agent) {
        Some(known) => {
            known.count = known.count.saturating_add(1);
            known.bar = bar;
        }
        None => work.declines.push(Decline { agent, count: 1, bar }),
    }
}
