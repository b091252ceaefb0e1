//! Offers: making them, answers to them, and giving work to agents by hand.

use strowger::command::{Assign, LimitName, Reply, Unavailable};
use strowger::fact::{AssignedBy, EndedBy, Event, OfferedBy, PresenceSetBy, QueuedWhy};
use strowger::model::{
    AgentChoice, AgentId, ChannelId, Exhausted, Invalid, OfferId, Problem, QueueId, ReasonId,
    Requeue, Response, SystemPresence, WorkId,
};
use strowger::policy::choice::next_share;
use strowger::policy::fit::fits;
use strowger::policy::offering::{Bar, auto_accept, bar_after_reject, bar_with_budget, window};
use strowger::policy::order::Place;
use strowger::policy::room::Claim;
use strowger::state::{AssignmentState, CloseCause, OfferEnd, RoutingStatus, Stage, Withdrawal};
use strowger::{Refusal, Timestamp};

use super::Router;
use super::aside::is_nobodys;
use super::state::{Decline, Happened, Leg, Offer};

impl Router {
    /// Has work offered to an agent, or taken in their name at once.
    pub(super) fn offer(&mut self, work: WorkId, agent: AgentId, by: OfferedBy) -> OfferId {
        self.offer_since(work, agent, by, self.now, false)
    }

    /// The same, where routing found the agent; nobody is asked after the last of one go.
    pub(super) fn offer_found(&mut self, work: WorkId, agent: AgentId, last: bool) {
        self.offer_since(work, agent, OfferedBy::Routing, self.now, last);
    }

    /// Whether an offer or a consult is accepted at once in the agent's name.
    pub(super) fn accepts_at_once(&self, work: WorkId, agent: AgentId) -> bool {
        let row = &self.works[&work];
        let (queue, channel) = (self.queue_profile(row.queue), row.request.channel);
        let channel = self.channel_profile(channel);
        auto_accept(row.request.auto_accept, &queue, channel, self.agent_profile(agent))
    }

    /// When the window of an offer or a consult ends that alerts an agent from an instant on.
    pub(super) fn window_end(
        &self,
        work: WorkId,
        agent: AgentId,
        from: Timestamp,
    ) -> Option<Timestamp> {
        let row = &self.works[&work];
        let (queue, id) = (self.queue_profile(row.queue), row.request.channel);
        let window = window(&queue, id, self.channel_profile(id));
        window.filter(|_| !self.accepts_at_once(work, agent)).map(|window| from + window)
    }

    fn offer_since(
        &mut self,
        work: WorkId,
        agent: AgentId,
        by: OfferedBy,
        from: Timestamp,
        last: bool,
    ) -> OfferId {
        let now = self.now;
        let until = self.window_end(work, agent, from);
        let row = &self.works[&work];
        let (queue, id) = (row.queue, row.request.channel);
        let profile = self.queue_profile(queue);
        let channel = self.channel_profile(id);
        let auto = self.accepts_at_once(work, agent);
        let claim = Claim::new(id, self.cost_of(work, agent), channel.weights.offered);
        self.offered += 1;
        let offer = OfferId::from_raw(self.offered);
        let scored = by == OfferedBy::Routing && profile.choice == AgentChoice::Scored;
        let score = scored.then(|| super::host::score(work, agent));
        let first = self.open_offers(work).is_empty();
        self.offers.insert(offer, Offer { work, agent, until, claim, by });
        let row = self.work(work);
        row.first_offer.get_or_insert(now);
        if first {
            row.stage = Stage::Offered { offer };
            // Another engine alerts as many as a broadcast may.
            let several = by == OfferedBy::Routing || by == OfferedBy::Assign && profile.external;
            row.open_to = if several { profile.broadcast.max } else { 1 };
        }
        row.closed = last;
        self.offered_last.insert(queue, agent);
        if by == OfferedBy::Routing {
            self.count_offer(queue);
        }
        if profile.choice == AgentChoice::WeightedShare {
            self.take_share(queue, id, agent);
        }
        if profile.choice == AgentChoice::LeastRecentlyOffered
            && let Some((place, _)) = self.agents[&agent].terms(queue, id)
        {
            self.agent(agent).offered.insert(place, offer);
        }
        let row = self.agent(agent);
        row.last_offer = offer;
        row.diary.push((Happened::Offered, Some(id), now));
        self.tell(Event::work_offered(offer, work, agent, until, by, score, last));
        if auto {
            self.take_offer(offer, auto);
        }
        offer
    }

    /// A member has had one more of the queue's offers.
    fn take_share(&mut self, queue: QueueId, channel: ChannelId, agent: AgentId) {
        let Some((place, terms)) = self.agents[&agent].terms(queue, channel) else {
            return;
        };
        let weight = terms.weight;
        let reached = self.shares.get(&queue).copied().unwrap_or(0);
        let own = self.agents[&agent].shares.get(&place).copied().unwrap_or(0);
        let (reached, own) = next_share(reached, own, weight);
        self.shares.insert(queue, reached);
        self.agent(agent).shares.insert(place, own);
    }

    /// The offers of a piece of work that are open, the oldest first.
    pub(super) fn open_offers(&self, work: WorkId) -> Vec<OfferId> {
        let all = self.offers.iter().filter(|(_, offer)| offer.work == work);
        all.map(|(id, _)| *id).collect()
    }

    /// The offer of a piece of work to an agent.
    pub(super) fn offer_to(&self, work: WorkId, agent: AgentId) -> Option<OfferId> {
        self.open_offers(work).into_iter().find(|offer| self.offers[offer].agent == agent)
    }

    pub(super) fn accept(&mut self, id: OfferId) -> Result<Reply, Refusal> {
        let offer = match self.open_offer(id) {
            Err(Refusal::OfferOver { end: Some(OfferEnd::Accepted), .. }) => {
                return Ok(Reply::Done);
            }
            offer => offer?,
        };
        self.check_assignments(offer.agent)?;
        self.take_offer(id, false);
        Ok(Reply::Done)
    }

    /// The first who takes it has it; the others are told before.
    fn take_offer(&mut self, id: OfferId, auto: bool) {
        let work = self.offers[&id].work;
        let place = self.works[&work].place;
        for other in self.open_offers(work).into_iter().filter(|other| *other != id) {
            self.withdraw(other, Withdrawal::AcceptedElsewhere, place);
        }
        let agent = self.offers[&id].agent;
        self.before_joining(work, agent);
        let offer = self.end_offer(id, OfferEnd::Accepted);
        let row = self.agent(offer.agent);
        row.history = row.history.with(false);
        self.give(offer.work, offer.agent);
        self.tell(Event::offer_accepted(id, auto));
        self.after_joining(work, agent, auto);
    }

    /// The work is an active assignment of this agent now.
    pub(super) fn give(&mut self, id: WorkId, agent: AgentId) {
        self.count_answer(id);
        let cost = self.cost_of(id, agent);
        let work = self.work(id);
        work.counted = false;
        work.last_agent = Some(agent);
        work.not_to = None;
        work.stage = Stage::Assigned { agent };
        // What brought it to the front is over once somebody has it.
        work.place.front = work.request.front;
        let (queue, channel) = (work.queue, work.request.channel);
        let weight = self.channel_profile(channel).weights.active;
        let now = self.now;
        self.assigned += 1;
        let (number, pools) = (self.assigned, self.draws[&id].clone());
        let row = self.agent(agent);
        row.diary.push((Happened::Accepted, Some(channel), now));
        row.legs.push(Leg {
            work: id,
            queue,
            state: AssignmentState::Active,
            claim: Claim::new(channel, cost, weight),
            code: None,
            wrap_up_requested: false,
            wrap_up_until: Timestamp::MAX,
            number,
            pools,
            worked: vec![(now, None)],
        });
    }

    pub(super) fn reject(
        &mut self,
        id: OfferId,
        reason: Option<ReasonId>,
        retry_at: Option<Timestamp>,
    ) -> Result<Reply, Refusal> {
        let open = self.open_offer(id);
        match open {
            Err(Refusal::Unknown { entity, .. }) => return Err(Refusal::unknown(entity)),
            Err(Refusal::OfferOver {
                end: Some(OfferEnd::Rejected { reason: before }), ..
            }) if before == reason => return Ok(Reply::Done),
            Ok(_) | Err(_) => {}
        }
        reason.map_or(Ok(()), |reason| self.live(reason.into()))?;
        let offer = open?;
        let queue = self.queue_profile(self.works[&offer.work].queue);
        let given = reason.map(|reason| self.reason_profile(reason).clone());
        let session = self.agents[&offer.agent].session;
        let bar = bar_after_reject(given.as_ref(), retry_at, self.now, session);
        let bar = self.bar(&offer, bar);
        self.end_offer(id, OfferEnd::Rejected { reason });
        let row = self.agent(offer.agent);
        row.history = row.history.with(false);
        let place = self.place_declined(id, &offer, queue.requeue.rejected);
        self.decline(&offer, bar, place);
        self.tell(Event::offer_rejected(id, reason, bar, place));
        let response = given.and_then(|given| given.response);
        self.respond(offer.agent, response.unwrap_or(queue.on_reject));
        self.after_decline(offer.work);
        Ok(Reply::Done)
    }

    /// An alert ended unanswered, says who alerts.
    pub(super) fn report_unanswered(
        &mut self,
        id: OfferId,
        unreachable: bool,
    ) -> Result<Reply, Refusal> {
        let why = Withdrawal::Unreachable;
        let told = if unreachable { OfferEnd::Withdrawn { why } } else { OfferEnd::Missed };
        let offer = match self.open_offer(id) {
            Err(Refusal::OfferOver { end: Some(end), .. }) if end == told => {
                return Ok(Reply::Done);
            }
            offer => offer?,
        };
        let queue = self.queue_profile(self.works[&offer.work].queue);
        if !unreachable {
            self.miss(id, !queue.external);
            return Ok(Reply::Done);
        }
        let place = self.place_declined(id, &offer, queue.requeue.withdrawn);
        let never = |known: &Decline| known.agent == offer.agent && known.bar == Bar::Always;
        let bar = if queue.external {
            Bar::None
        } else if self.works[&offer.work].declines.iter().any(never) {
            Bar::Always
        } else {
            Bar::Session(self.agents[&offer.agent].session)
        };
        self.withdraw_and_bar(id, why, bar, place);
        self.after_decline(offer.work);
        Ok(Reply::Done)
    }

    /// An offer ended unanswered, and perhaps something becomes of the agent.
    pub(super) fn miss(&mut self, id: OfferId, responds: bool) {
        let offer = self.end_offer(id, OfferEnd::Missed);
        let queue = self.queue_profile(self.works[&offer.work].queue);
        let row = self.agent(offer.agent);
        row.history = row.history.with(true);
        let too_many = row.history.exceeds(queue.tolerance);
        let bar = self.bar(&offer, Bar::None);
        let place = self.place_declined(id, &offer, queue.requeue.missed);
        self.decline(&offer, bar, place);
        self.tell(Event::offer_missed(id, bar, place));
        if too_many && responds {
            self.respond(offer.agent, queue.on_miss);
        }
        self.after_decline(offer.work);
    }

    /// The bar after one more decline, by the budget of the queue.
    fn bar(&self, offer: &Offer, bar: Bar) -> Bar {
        let work = &self.works[&offer.work];
        let before = work.declines.iter().find(|known| known.agent == offer.agent);
        let declines = before.map_or(0, |known| known.count).saturating_add(1);
        bar_with_budget(bar, self.queue_profile(work.queue).budget, declines)
    }

    /// Where work stands that an agent did not take; a transfer to them goes to the front. What
    /// is offered to others as well stays where it is.
    fn place_declined(&self, id: OfferId, offer: &Offer, requeue: Requeue) -> Place {
        if self.open_offers(offer.work).into_iter().any(|other| other != id) {
            return self.works[&offer.work].place;
        }
        let transferred = offer.by == OfferedBy::Transfer;
        let requeue = if transferred { Requeue::Front } else { requeue };
        self.works[&offer.work].place.after(requeue, self.now)
    }

    /// An offer is over without an acceptance: the work is back in line, unless it is still offered
    /// to others.
    fn come_back(&mut self, id: WorkId, place: Place) {
        let oldest = self.open_offers(id).first().copied();
        let work = self.work(id);
        work.stage = oldest.map_or(Stage::Queued, |offer| Stage::Offered { offer });
        if oldest.is_none() {
            work.place = place;
        }
    }

    /// Whoever was sent it by a colleague does not take it: a stay in the line begins.
    fn stand_in_line_again(&mut self, id: WorkId) {
        let (now, work) = (self.now, self.work(id));
        if work.stage == Stage::Queued && !work.counted {
            work.begin_stay(work.queue, now);
            self.count_arrival(id);
        }
    }

    /// Notes a decline.
    fn decline(&mut self, offer: &Offer, bar: Bar, place: Place) {
        self.come_back(offer.work, place);
        let work = self.work(offer.work);
        work.attempts = work.attempts.saturating_add(1);
        let mut known = work.declines.iter_mut();
        match known.find(|known| known.agent == offer.agent) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                known.bar = bar;
            }
            None => work.declines.push(Decline { agent: offer.agent, count: 1, bar }),
        }
        self.stand_in_line_again(offer.work);
    }

    /// What becomes of an agent who rejected or missed.
    fn respond(&mut self, agent: AgentId, response: Response) {
        match response {
            Response::Nothing => return,
            Response::NotResponding => {
                if self.agents[&agent].status != RoutingStatus::OffQueue {
                    self.take_status(agent, RoutingStatus::NotResponding);
                }
            }
            Response::Presence(presence) => {
                self.take_presence(agent, presence, PresenceSetBy::Response);
            }
            _ => unreachable!("this test does not know it"),
        }
        self.withdraw_unattended(agent);
    }

    /// Takes back what is offered to somebody who is not there for it any more, the oldest first,
    /// unless its queue lets it stay open.
    pub(super) fn withdraw_unattended(&mut self, agent: AgentId) {
        let open = self.offers.iter().filter(|(_, offer)| offer.agent == agent);
        let open: Vec<_> = open.map(|(id, offer)| (*id, *offer)).collect();
        for (id, offer) in open {
            let queue = self.queue_profile(self.works[&offer.work].queue);
            let there = matches!(
                self.attends(agent, offer.claim.channel),
                Ok(()) | Err(Unavailable::Draining | Unavailable::NotEntitled)
            );
            let withdraws =
                queue.withdraw_offers || (queue.withdraw_offline && self.is_offline(agent));
            if !there && withdraws {
                let place = self.place_declined(id, &offer, queue.requeue.withdrawn);
                self.withdraw(id, Withdrawal::AgentUnavailable, place);
                if self.is_go_over(offer.work) {
                    self.exhaust(offer.work);
                }
            }
        }
        self.withdraw_requests(agent);
    }

    /// Takes back the open offers of a piece of work; it keeps its place.
    pub(super) fn withdraw_offer_of(&mut self, work: WorkId, why: Withdrawal) {
        for offer in self.open_offers(work) {
            self.withdraw(offer, why, self.works[&work].place);
        }
    }

    pub(super) fn withdraw(&mut self, id: OfferId, why: Withdrawal, place: Place) {
        self.withdraw_and_bar(id, why, Bar::None, place);
    }

    fn withdraw_and_bar(&mut self, id: OfferId, why: Withdrawal, bar: Bar, place: Place) {
        let offer = self.end_offer(id, OfferEnd::Withdrawn { why });
        self.come_back(offer.work, place);
        if bar != Bar::None {
            let declines = &mut self.work(offer.work).declines;
            match declines.iter_mut().find(|known| known.agent == offer.agent) {
                Some(known) => known.bar = bar,
                None => declines.push(Decline { agent: offer.agent, count: 0, bar }),
            }
        }
        if !matches!(why, Withdrawal::Reassigned | Withdrawal::WorkGone | Withdrawal::MaxWait) {
            self.stand_in_line_again(offer.work);
        }
        self.tell(Event::offer_withdrawn(id, why, bar, place));
    }

    fn end_offer(&mut self, id: OfferId, end: OfferEnd) -> Offer {
        let offer = self.offers.remove(&id).expect("the offer is open");
        self.ended_offers.push((id, end, offer.agent));
        offer
    }

    /// A step that nobody can serve is over; then what the queue says, if nobody is left to ask.
    fn after_decline(&mut self, id: WorkId) {
        let all_were_asked = self.is_go_over(id);
        self.pass_refused_steps(id);
        if all_were_asked {
            self.exhaust(id);
        } else {
            self.check_exhausted(id);
        }
    }

    /// Whether all whom work was offered to in one go have been asked in vain, and nobody is asked
    /// in their place. What asks for somebody by name has yet to ask the others.
    fn is_go_over(&self, id: WorkId) -> bool {
        let work = &self.works[&id];
        let external = self.queue_profile(work.queue).external;
        work.stage == Stage::Queued && work.closed && work.step.is_none() && !external
    }

    /// What the queue says of work for which nobody is left to ask.
    fn check_exhausted(&mut self, id: WorkId) {
        let work = &self.works[&id];
        if work.stage != Stage::Queued {
            // It is still offered to others.
            return;
        }
        let queue = self.queue_profile(work.queue);
        if queue.external {
            // Whom to ask is for the other engine to know.
            return;
        }
        let spent = queue.budget.per_work.is_some_and(|most| work.attempts >= most);
        if spent || self.nobody_left(id) {
            self.exhaust(id);
        }
    }

    /// What the queue does with it.
    fn exhaust(&mut self, id: WorkId) {
        let queue = self.queue_profile(self.works[&id].queue);
        let retry = match queue.exhausted {
            Exhausted::Retry { after } => Some(self.now + after),
            Exhausted::Wait | Exhausted::Move { .. } | Exhausted::Close => None,
            _ => unreachable!("this test does not know it"),
        };
        let work = self.work(id);
        work.retry = retry;
        work.attempts = 0;
        let (place, from) = (work.place, work.queue);
        self.tell(Event::work_exhausted(id, retry));
        match queue.exhausted {
            Exhausted::Wait | Exhausted::Retry { .. } => {}
            Exhausted::Move { queue } if queue == from => self.forget_declines(id),
            Exhausted::Move { queue } => {
                let place = Place::new(self.works[&id].request.front, place.since);
                self.enqueue(id, queue, place, QueuedWhy::Exhausted, None);
            }
            Exhausted::Close => self.end_work(id, CloseCause::Exhausted, EndedBy::System),
            _ => unreachable!("this test does not know it"),
        }
    }

    /// Whether members on queue could do it, and none of them may ever be asked again, or not before
    /// they come on queue anew.
    fn nobody_left(&self, id: WorkId) -> bool {
        let work = &self.works[&id];
        if work.step.is_some() {
            return false;
        }
        let could = |agent: &AgentId| {
            let row = &self.agents[agent];
            work.not_to != Some(*agent)
                && !work.request.never_to.contains(agent)
                && !self.has_origin(id, *agent)
                && row.terms(work.queue, work.request.channel).is_some()
                && self.presence_profile(row.presence).opens(work.request.channel)
                && self.may_have(*agent, work.request.channel)
                && fits(&self.need_now(id), self.agent_profile(*agent))
        };
        let barred = |agent: &AgentId| {
            let session = Bar::Session(self.agents[agent].session);
            let mut declines = work.declines.iter().filter(|known| known.agent == *agent);
            declines.any(|known| known.bar == Bar::Always || known.bar == session)
        };
        let could: Vec<_> = self.agents.keys().filter(|agent| could(agent)).collect();
        !could.is_empty() && could.into_iter().all(barred)
    }

    /// Everybody may be asked again.
    pub(super) fn forget_declines(&mut self, id: WorkId) {
        let work = self.work(id);
        work.retry = None;
        work.attempts = 0;
        work.declines.clear();
        self.tell(Event::declines_forgotten(id));
    }

    pub(super) fn pull(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_known(work)?;
        self.live(agent.into())?;
        let row = self.open_work(work)?;
        let (stage, queue, channel) = (row.stage, row.queue, row.request.channel);
        match stage {
            Stage::Queued => {}
            Stage::Offered { .. } if self.offer_to(work, agent).is_some() => {
                return self.accept(self.offer_to(work, agent).expect("an open offer"));
            }
            Stage::Assigned { agent: owner } if owner == agent => return Ok(Reply::Done),
            Stage::Offered { .. } if self.queue_profile(queue).pull_offered => {}
            Stage::Scheduled { .. } | Stage::Suspended
                if self.queue_profile(queue).pull_put_off => {}
            _ => return Err(self.wrong_stage(work)),
        }
        if self.agents[&agent].terms(queue, channel).is_none() {
            return Err(Refusal::not_member(agent, queue));
        }
        self.check_takes(work, agent, true)?;
        self.check_more(agent)?;
        self.withdraw_offer_of(work, Withdrawal::Reassigned);
        self.before_joining(work, agent);
        self.give(work, agent);
        let by = AssignedBy::Pull;
        self.tell(Event::work_assigned(work, agent, by));
        self.after_joining(work, agent, false);
        Ok(Reply::Done)
    }

    pub(super) fn assign(&mut self, command: &Assign) -> Result<Reply, Refusal> {
        let Assign { work, agent, offered_at, .. } = *command;
        self.check_known(work)?;
        self.live(agent.into())?;
        let from = offered_at.unwrap_or(self.now);
        if from > self.now {
            return Err(Refusal::Invalid(Invalid::new("offered_at", Problem::Future)));
        }
        let stage = self.open_work(work)?.stage;
        match stage {
            Stage::Offered { .. } if self.offer_to(work, agent).is_some() => {
                return Ok(Reply::Offered(self.offer_to(work, agent).expect("an open offer")));
            }
            Stage::Queued | Stage::Offered { .. } => {}
            _ => return Err(self.wrong_stage(work)),
        }
        self.check_takes(work, agent, false)?;
        self.check_more(agent)?;
        if from < self.now && self.window_end(work, agent, from).is_some_and(|end| end <= self.now)
        {
            return Err(Refusal::Invalid(Invalid::new("offered_at", Problem::Past)));
        }
        let row = &self.works[&work];
        let beside = match self.queue_profile(row.queue).external {
            true => usize::from(row.open_to).saturating_sub(1),
            false => 0,
        };
        let (open, place) = (self.open_offers(work), row.place);
        for offer in open.iter().take(open.len().saturating_sub(beside)) {
            self.withdraw(*offer, Withdrawal::Reassigned, place);
        }
        Ok(Reply::Offered(self.offer_since(work, agent, OfferedBy::Assign, from, false)))
    }

    pub(super) fn force(&mut self, work: WorkId, agent: AgentId) -> Result<Reply, Refusal> {
        self.check_known(work)?;
        self.live(agent.into())?;
        let stage = self.open_work(work)?.stage;
        match stage {
            Stage::Assigned { agent: owner } if owner == agent => return Ok(Reply::Done),
            stage if is_nobodys(stage) || matches!(stage, Stage::Parked { .. }) => {}
            _ => return Err(self.wrong_stage(work)),
        }
        let owner = stage.owner();
        self.check_home(agent)?;
        if owner != Some(agent) {
            self.check_has_not(work, agent)?;
            self.check_assignments(agent)?;
        }
        self.withdraw_offer_of(work, Withdrawal::Reassigned);
        self.before_joining(work, agent);
        let by = AssignedBy::Force;
        self.say(Event::work_assigned(work, agent, by));
        // What follows for the old owner comes before what follows for the new one; if it is the
        // same agent, only how they are in the end counts.
        if let Some(owner) = owner {
            self.drop_leg(work, owner);
            if owner != agent {
                self.settle_everybody();
            }
        }
        self.give(work, agent);
        self.settle_everybody();
        self.after_joining(work, agent, false);
        Ok(Reply::Done)
    }

    /// Refuses an agent who cannot take a piece of work.
    pub(super) fn check_takes(
        &self,
        work: WorkId,
        agent: AgentId,
        must_fit: bool,
    ) -> Result<(), Refusal> {
        let refuse = |why| Refusal::unavailable(agent, why);
        let row = &self.works[&work];
        let channel = row.request.channel;
        self.attends(agent, channel).map_err(refuse)?;
        self.check_has_not(work, agent)?;
        if row.request.never_to.contains(&agent) {
            return Err(refuse(Unavailable::Excluded));
        }
        let profile = self.agent_profile(agent);
        if must_fit && !fits(&self.need_now(work), profile) {
            return Err(refuse(Unavailable::Unfit));
        }
        let cost = self.cost_of(work, agent);
        let room = self.room(agent, &self.usage(agent), channel, cost, &self.draws[&work]);
        let counts = self.queue_profile(row.queue).external;
        room.or_else(|full| if counts { Ok(()) } else { Err(refuse(Unavailable::NoRoom(full))) })
    }

    pub(super) fn check_has_not(&self, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
        let why = Unavailable::HasItAlready;
        let has = self.agents[&agent].leg(work).is_some() || self.guest(work, agent).is_some();
        if has || self.has_origin(work, agent) {
            return Err(Refusal::unavailable(agent, why));
        }
        Ok(())
    }

    /// Whether an agent may have one more assignment, counting those they may accept.
    pub(super) fn may_have_more(&self, agent: AgentId) -> bool {
        let open = self.offers.values().filter(|offer| offer.agent == agent).count();
        let max = self.config.limits.assignments as usize;
        let guests = self.guests.iter().filter(|guest| guest.agent == agent);
        let helps = guests.filter(|guest| !guest.role.supervises()).count();
        self.agents[&agent].legs.len() + open + helps < max
    }

    /// Whether somebody has gone home.
    pub(super) fn is_offline(&self, agent: AgentId) -> bool {
        let presence = self.agents[&agent].presence;
        self.presence_profile(presence).system == SystemPresence::Offline
    }

    /// Who has gone home is given nothing.
    pub(super) fn check_home(&self, agent: AgentId) -> Result<(), Refusal> {
        if self.is_offline(agent) {
            return Err(Refusal::unavailable(agent, Unavailable::OffQueue));
        }
        Ok(())
    }

    pub(super) fn check_more(&self, agent: AgentId) -> Result<(), Refusal> {
        let (limit, max) = (LimitName::Assignments, self.config.limits.assignments);
        if self.may_have_more(agent) { Ok(()) } else { Err(Refusal::limit(limit, max)) }
    }

    pub(super) fn check_assignments(&self, agent: AgentId) -> Result<(), Refusal> {
        let (limit, max) = (LimitName::Assignments, self.config.limits.assignments);
        if self.agents[&agent].legs.len() >= max as usize {
            return Err(Refusal::limit(limit, max));
        }
        Ok(())
    }

    fn open_offer(&self, offer: OfferId) -> Result<Offer, Refusal> {
        if let Some(open) = self.offers.get(&offer) {
            return Ok(*open);
        }
        if offer.raw() == 0 || offer.raw() > self.offered {
            let entity = offer.into();
            return Err(Refusal::unknown(entity));
        }
        let end = self.remembered_offer(offer).map(|(_, end, _)| *end);
        Err(Refusal::offer_over(offer, end))
    }

    /// An offer that ended, if it is remembered: what ended last in a place of the memory is what
    /// is remembered there.
    pub(super) fn remembered_offer(&self, offer: OfferId) -> Option<&(OfferId, OfferEnd, AgentId)> {
        let place = |id: OfferId| id.raw() % u64::from(self.config.remembered);
        let mut ended = self.ended_offers.iter().rev();
        ended.find(|(id, ..)| place(*id) == place(offer)).filter(|(id, ..)| *id == offer)
    }
}
