//! Making offers, and what follows when they are not taken.

use crate::base::time::Timestamp;
use crate::command::refusal::Unavailable;
use crate::fact::event::{EndedBy, Event, OfferedBy, PresenceSetBy, QueuedWhy};
use crate::model::ids::{AgentId, OfferId, QueueId, ReasonId, WorkId};
use crate::model::presence::PresenceProfile;
use crate::model::queue::{Exhausted, QueueProfile};
use crate::model::reason::{RejectReasonProfile, Response};
use crate::model::requeue::Requeue;
use crate::policy::offering::{Bar, auto_accept, bar_after_reject, bar_with_budget, window};
use crate::state::offer::Withdrawal;
use crate::state::routing_status::StatusStep;
use crate::state::work::CloseCause;
use crate::state::work::Stage;
use crate::world::rows::Offer;
use crate::world::stores::Missing;

use crate::engine::explain::Case;
use crate::engine::turn::Turn;

impl Turn<'_> {
    /// Has work ring at an agent, or taken in his name.
    pub(crate) fn offer(&mut self, work: WorkId, agent: AgentId, by: OfferedBy) -> Option<OfferId> {
        let offer = self.world.stores().offers.next_id()?;
        let (auto, until) = self.offer_terms(work, agent).ok()?;
        let row = self.world.work(work).ok()?;
        // Who explains it must say the same.
        debug_assert!(
            by != OfferedBy::Routing
                || Case::of(self.matching(), work).is_some_and(|case| case.is_open_to(agent)),
            "{work} is offered to {agent}, and yet something stands between them"
        );
        let score = (by == OfferedBy::Routing).then(|| self.matching().score(work, row, agent));
        let score = score.flatten();
        if self.decisions.wanted() && by == OfferedBy::Routing {
            self.record(offer, work, agent);
        }
        self.emit(Event::WorkOffered { offer, work, agent, until, by, score });
        if auto {
            self.accept_offer(offer, auto);
        }
        Some(offer)
    }

    /// Whether an offer of work is accepted in the agent's name, and until when it rings.
    pub(crate) fn offer_terms(
        &self,
        work: WorkId,
        agent: AgentId,
    ) -> Result<(bool, Option<Timestamp>), Missing> {
        let work = self.world.work(work)?;
        let queue = self.world.queue_profile(work.queue)?;
        let channel = self.world.channel_profile(work.request.channel)?;
        let auto = auto_accept(queue, channel, self.world.agent_profile(agent)?);
        let window = window(queue, work.request.channel, channel).filter(|_| !auto);
        Ok((auto, window.map(|window| self.now + window)))
    }

    /// An offer was rejected.
    pub(crate) fn reject_offer(
        &mut self,
        id: OfferId,
        offer: Offer,
        reason: Option<ReasonId>,
        retry_at: Option<Timestamp>,
    ) {
        let Ok(queue) = self.queue_of(&offer) else {
            return;
        };
        let given = reason.and_then(|id| self.world.entry::<RejectReasonProfile>(id).ok());
        let given = given.map(|entry| entry.profile.clone());
        let session = self.world.agent(offer.agent).map_or(0, |agent| agent.session);
        let bar = bar_after_reject(given.as_deref(), retry_at, self.now, session);
        let bar = self.bar(bar, &offer, &queue);
        let place = self.place_declined(&offer, queue.requeue.rejected);
        self.emit(Event::OfferRejected { offer: id, reason, bar, place });
        self.respond(
            offer.agent,
            given.and_then(|given| given.response).unwrap_or(queue.on_reject),
        );
        self.pass_refused_steps(offer.work);
        self.check_exhausted(offer.work);
    }

    /// An offer rang out.
    pub(crate) fn miss_offer(&mut self, id: OfferId, offer: Offer) {
        let Ok(queue) = self.queue_of(&offer) else {
            return;
        };
        let bar = self.bar(Bar::None, &offer, &queue);
        let place = self.place_declined(&offer, queue.requeue.missed);
        self.emit(Event::OfferMissed { offer: id, bar, place });
        let history = self.world.agent(offer.agent).map(|agent| agent.history);
        if history.is_ok_and(|history| history.exceeds(queue.tolerance)) {
            self.respond(offer.agent, queue.on_miss);
        }
        self.pass_refused_steps(offer.work);
        self.check_exhausted(offer.work);
    }

    /// Takes back whatever rings for a piece of work; it keeps its place.
    pub(crate) fn withdraw_offer_of(&mut self, work: WorkId, why: Withdrawal) {
        self.withdraw_but(work, None, why);
    }

    /// An agent takes what is offered to him, or it is taken in his name: others to whom it is
    /// offered at the same time are told first.
    pub(crate) fn accept_offer(&mut self, id: OfferId, auto: bool) {
        if let Ok(work) = self.world.offer(id).map(|offer| offer.work) {
            self.withdraw_but(work, Some(id), Withdrawal::AcceptedElsewhere);
            self.emit(Event::OfferAccepted { offer: id, auto });
        }
    }

    /// Takes back all that rings for a piece of work but for one offer, the oldest first; it keeps
    /// its place.
    fn withdraw_but(&mut self, work: WorkId, kept: Option<OfferId>, why: Withdrawal) {
        // It rings at no more at once than a queue can say.
        for _ in 0..=u8::MAX {
            let next = self.world.work(work).ok().and_then(|row| {
                let mut ringing = row.ringing().filter(|offer| Some(*offer) != kept);
                Some((ringing.next()?, row.place))
            });
            let Some((offer, place)) = next else {
                return;
            };
            self.emit(Event::OfferWithdrawn { offer, why, place });
        }
    }

    /// Takes back what rings at an agent on channels he does not attend any more, unless its queue
    /// lets it ring on.
    pub(crate) fn withdraw_unattended(&mut self, agent: AgentId) {
        let Ok(row) = self.world.agent(agent) else {
            return;
        };
        for id in row.offers.clone() {
            let Ok(offer) = self.world.offer(id).copied() else {
                continue;
            };
            let Ok(queue) = self.queue_of(&offer) else {
                continue;
            };
            if queue.withdraw_offers && self.has_left(agent, offer.claim.channel) {
                let place = self.place_declined(&offer, queue.requeue.withdrawn);
                let why = Withdrawal::AgentUnavailable;
                self.emit(Event::OfferWithdrawn { offer: id, why, place });
            }
        }
        self.withdraw_unattended_legs(agent);
    }

    /// Whether an agent does not attend a channel any more.
    pub(crate) fn has_left(&self, agent: AgentId, channel: crate::model::ids::ChannelId) -> bool {
        matches!(
            self.world.attends(agent, channel),
            Ok(Err(Unavailable::OffQueue | Unavailable::OwnCall | Unavailable::NotResponding))
        )
    }

    /// What becomes of an agent who rejected or missed.
    fn respond(&mut self, agent: AgentId, response: Response) {
        match response {
            Response::Nothing => return,
            Response::NotResponding => self.step_status(agent, StatusStep::StopResponding),
            Response::Presence(presence) => {
                let lease = self.lease_for(agent, presence);
                let by = PresenceSetBy::Response;
                self.emit(Event::PresenceSet { agent, presence, lease, by });
            }
        }
        self.withdraw_unattended(agent);
    }

    /// Until when an agent who sets this presence now is believed.
    pub(crate) fn lease_for(
        &self,
        agent: AgentId,
        presence: crate::model::ids::PresenceId,
    ) -> Option<Timestamp> {
        let system = self.world.entry::<PresenceProfile>(presence).ok()?.profile.system;
        let lease = self.world.agent_profile(agent).ok()?.lease?;
        (system != crate::model::presence::SystemPresence::Offline).then(|| self.now + lease)
    }

    /// Where work stands that an agent did not take: what was transferred to him is at the front,
    /// for its customer was in a conversation; everything else where the queue says.
    fn place_declined(&self, offer: &Offer, requeue: Requeue) -> crate::policy::order::Place {
        let requeue = match offer.by {
            OfferedBy::Transfer => Requeue::Front,
            OfferedBy::Routing | OfferedBy::Assign => requeue,
        };
        match self.world.work(offer.work) {
            // It still rings at others, and stays where it is.
            Ok(work) if !work.ringing_too.is_empty() => work.place,
            Ok(_) | Err(_) => self.place_after(offer.work, requeue),
        }
    }

    /// Where work stands after it came back under a policy.
    pub(crate) fn place_after(
        &self,
        work: WorkId,
        requeue: Requeue,
    ) -> crate::policy::order::Place {
        let place = self.world.work(work).map(|work| work.place);
        let since = self.now;
        let place = place.unwrap_or(crate::policy::order::Place { front: false, since });
        place.after(requeue, self.now)
    }

    /// Where work stands that goes to a queue under a policy. In another queue it keeps its time of
    /// entry, but nothing that brought it to the front of the old one.
    pub(crate) fn place_in(
        &self,
        work: WorkId,
        queue: QueueId,
        requeue: Requeue,
    ) -> crate::policy::order::Place {
        let place = self.place_after(work, requeue);
        match self.world.work(work) {
            Ok(row) if row.queue != queue && requeue == Requeue::KeepScore => {
                crate::policy::order::Place { front: row.request.front, ..place }
            }
            Ok(_) | Err(_) => place,
        }
    }

    fn queue_of(&self, offer: &Offer) -> Result<alloc::sync::Arc<QueueProfile>, Missing> {
        let queue = self.world.work(offer.work)?.queue;
        Ok(self.world.entry::<QueueProfile>(queue)?.profile.clone())
    }

    fn bar(&self, bar: Bar, offer: &Offer, queue: &QueueProfile) -> Bar {
        let before = self.world.work(offer.work).map_or(0, |work| work.declines_of(offer.agent));
        bar_with_budget(bar, queue.budget, before.saturating_add(1))
    }

    /// Does what the queue says of work for which nobody is left to ask, if that is so.
    fn check_exhausted(&mut self, work: WorkId) {
        let Some(policy) = self.exhausted(work) else {
            return;
        };
        let retry = match policy {
            Exhausted::Retry { after } => Some(self.now + after),
            Exhausted::Wait | Exhausted::Move { .. } | Exhausted::Close => None,
        };
        self.emit(Event::WorkExhausted { work, retry });
        match policy {
            Exhausted::Wait | Exhausted::Retry { .. } => {}
            Exhausted::Move { queue } => self.move_exhausted(work, queue),
            Exhausted::Close => {
                let (cause, by) = (CloseCause::Exhausted, EndedBy::System);
                self.emit(Event::WorkClosed { work, cause, by });
            }
        }
    }

    fn move_exhausted(&mut self, work: WorkId, queue: QueueId) {
        if self.world.work(work).is_ok_and(|row| row.queue == queue) {
            self.emit(Event::DeclinesForgotten { work });
        } else {
            let place = self.place_in(work, queue, Requeue::KeepScore);
            let why = QueuedWhy::Exhausted;
            let (wrap_up, sticky) = (None, None);
            self.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky });
            self.entered(work, Some(why));
        }
    }

    /// The policy for exhausted work, if this work is exhausted.
    fn exhausted(&self, id: WorkId) -> Option<Exhausted> {
        let work = self.world.work(id).ok().filter(|work| work.stage == Stage::Queued)?;
        let queue = self.world.queue_profile(work.queue).ok().filter(|queue| !queue.external)?;
        let spent = queue.budget.per_work.is_some_and(|most| work.attempts >= most);
        (spent || self.nobody_left(id)).then_some(queue.exhausted)
    }

    /// Whether there are members on queue who fit, and none of them may be asked again.
    fn nobody_left(&self, id: WorkId) -> bool {
        let Ok(work) = self.world.work(id) else {
            return false;
        };
        let index = self.world.index();
        let (Some(line), Some(fit)) = (index.line(work.queue), index.fit(work.need)) else {
            return false;
        };
        if work.step.is_some() || !work.declines.iter().any(|known| known.bar.is_lasting()) {
            return false;
        }
        let mut anybody = false;
        for agent in line.members(work.request.channel).among(&fit.agents) {
            if self.opens(agent, work.request.channel) {
                anybody = true;
                let session = self.world.agent(agent).map_or(0, |row| row.session);
                let mut his = work.declines.iter().filter(|known| known.agent == agent);
                if !his.any(|known| known.bar.is_lasting() && known.bar.bars(self.now, session)) {
                    return false;
                }
            }
        }
        anybody
    }

    pub(crate) fn opens(&self, agent: AgentId, channel: crate::model::ids::ChannelId) -> bool {
        let presence = self.world.agent(agent).map(|row| row.presence.id());
        let entry = presence.and_then(|id| self.world.entry::<PresenceProfile>(id));
        entry.is_ok_and(|entry| entry.profile.opens(channel))
    }
}
