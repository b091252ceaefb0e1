//! Consults of queues and careful transfers. What stands for other work is work like any other,
//! which says for what it stands.

use std::sync::Arc;

use strowger::Refusal;
use strowger::command::{ConsultQueue, Reply, TransferToAgent, TransferToQueue};
use strowger::fact::{EndedBy, Event, StandIn, TransferFailure};
use strowger::model::{AgentId, ChannelId, Requeue, WorkId, WorkRequest};
use strowger::policy::room::Claim;
use strowger::state::{CloseCause, LegEnd, LegRole, LegState, Withdrawal};

use super::Router;
use super::state::{Ended, Guest};
use super::valid;

impl Router {
    pub(super) fn consult_queue(&mut self, command: &ConsultQueue) -> Result<Reply, Refusal> {
        let work = command.work;
        self.check_known(work)?;
        let mut request = WorkRequest::new(command.queue, ChannelId::from_raw(0));
        request.need = command.need.clone();
        request.preferred.clone_from(&command.preferred);
        request.priority = command.priority;
        request.attributes = command.attributes.clone();
        request.attached = command.attached.clone();
        request.auto_accept = command.auto_accept;
        let mut names = valid::request_mentions(&request);
        names.retain(|name| *name != ChannelId::from_raw(0).into());
        self.check_live(&names)?;
        valid::request(&request, self.now)?;
        self.check_shared(work)?;
        self.check_seats(work)?;
        let request = self.like(work, request);
        let id = self.check_admission(&request, Some((work, false)))?;
        self.let_in(id, &request, Some((work, false)));
        Ok(Reply::Submitted(id))
    }

    /// The same request by the channel of other work, for what that takes.
    fn like(&self, work: WorkId, mut request: WorkRequest) -> Arc<WorkRequest> {
        let row = &self.works[&work];
        request.channel = row.request.channel;
        request.size = Some(row.cost);
        request.pools.clone_from(&self.draws[&work]);
        request.internal = true;
        request.never_to.clone_from(&row.request.never_to);
        Arc::new(request)
    }

    pub(super) fn transfer_to_queue_carefully(
        &mut self,
        command: &TransferToQueue,
    ) -> Result<Reply, Refusal> {
        let TransferToQueue { work, queue, placement, .. } = *command;
        self.check_known(work)?;
        self.live(queue.into())?;
        self.check_shared(work)?;
        let same = |id: &&WorkId| self.works[*id].submitted.queue == queue;
        let careful: Vec<_> =
            self.standing_for(work).into_iter().filter(|id| self.is_careful(*id)).collect();
        if let Some(known) = careful.iter().find(same) {
            return Ok(Reply::Submitted(*known));
        }
        self.check_seats(work)?;
        let row = &self.works[&work];
        let of = &row.request;
        let requeue = placement.unwrap_or(self.queue_profile(row.queue).requeue.transferred);
        let mut place = row.place.after(requeue, self.now);
        if queue != row.queue && requeue == Requeue::KeepScore {
            place.front = of.front;
        }
        let mut request = WorkRequest::new(queue, of.channel);
        request.need = of.need.clone();
        request.priority = of.priority;
        request.due = of.due;
        request.attributes = of.attributes.clone();
        request.attached = of.attached.clone();
        request.relaxation.clone_from(&of.relaxation);
        request.objective = of.objective;
        request.auto_accept = of.auto_accept;
        request.front = place.front;
        request.credit = self.now.since(place.since);
        let request = self.like(work, request);
        let id = self.check_admission(&request, Some((work, true)))?;
        self.end_transfer(work);
        self.let_in(id, &request, Some((work, true)));
        Ok(Reply::Submitted(id))
    }

    pub(super) fn transfer_to_agent_carefully(
        &mut self,
        command: &TransferToAgent,
    ) -> Result<Reply, Refusal> {
        let TransferToAgent { work, agent, .. } = *command;
        self.check_known(work)?;
        self.live(agent.into())?;
        self.check_shared(work)?;
        if self.guest(work, agent).is_some_and(|guest| guest.careful) {
            return Ok(Reply::Done);
        }
        self.check_takes(work, agent, false)?;
        self.check_more(agent)?;
        self.check_seats(work)?;
        self.end_transfer(work);
        self.ask(work, agent, true);
        Ok(Reply::Done)
    }

    /// Another transfer takes the place of the careful one.
    fn end_transfer(&mut self, work: WorkId) {
        for id in self.standing_for(work) {
            if self.is_careful(id) {
                self.end_stand_in(id, LegEnd::Transferred);
            }
        }
        self.end_careful_guests(work, None);
    }

    /// Whoever was to have the work by a careful transfer is not asked any more, but one.
    pub(super) fn end_careful_guests(&mut self, work: WorkId, but: Option<AgentId>) {
        let careful = self.guests.iter().filter(|guest| guest.work == work && guest.careful);
        let agents: Vec<_> = careful.map(|guest| guest.agent).collect();
        for agent in agents.into_iter().filter(|agent| Some(*agent) != but) {
            self.part(work, agent, LegEnd::Transferred);
        }
    }

    fn is_careful(&self, id: WorkId) -> bool {
        self.works[&id].stands_for.is_some_and(|(_, careful)| careful)
    }

    /// All that stands for a piece of work, the oldest first.
    pub(super) fn standing_for(&self, work: WorkId) -> Vec<WorkId> {
        let all = self.works.iter();
        let all = all.filter(|(_, row)| row.stands_for.is_some_and(|(of, _)| of == work));
        all.map(|(id, _)| *id).collect()
    }

    /// Whether an agent has what a piece of work stands for, or a part of it.
    pub(super) fn has_origin(&self, id: WorkId, agent: AgentId) -> bool {
        self.works[&id].stands_for.is_some_and(|(of, _)| {
            self.agents[&agent].leg(of).is_some() || self.guest(of, agent).is_some()
        })
    }

    /// What stands for work is over before the work leaves its owner.
    pub(super) fn end_stand_ins(&mut self, work: WorkId, but: Option<WorkId>, why: LegEnd) {
        for id in self.standing_for(work) {
            if Some(id) != but {
                self.end_stand_in(id, why);
            }
        }
    }

    fn end_stand_in(&mut self, id: WorkId, why: LegEnd) {
        self.withdraw_offer_of(id, Withdrawal::WorkGone);
        let (work, careful) = self.works[&id].stands_for.expect("it stands for work");
        self.bury(id, CloseCause::Cancelled);
        self.tell(Event::work_closed(id, CloseCause::Cancelled, EndedBy::System, None, false));
        if careful {
            self.tell(Event::transfer_failed(work, why_of_leg(why)));
        }
    }

    /// Work is not open any more; who had what it stands for is remembered with it.
    fn bury(&mut self, id: WorkId, cause: CloseCause) {
        let row = self.works.remove(&id).expect("the work is open");
        let (of, _) = row.stands_for.expect("it stands for work");
        let owner = row.stage.owner().or_else(|| self.works[&of].stage.owner());
        self.forget_in_place_of(id);
        self.ended_works.push(Ended {
            work: id,
            submitted: row.submitted,
            cause,
            owner,
            code: None,
        });
    }

    /// An agent gets a part of work: nothing else alerts them that stands for it.
    pub(super) fn withdraw_stand_ins(&mut self, work: WorkId, but: Option<WorkId>, agent: AgentId) {
        for id in self.standing_for(work) {
            if Some(id) != but
                && let Some(offer) = self.offer_to(id, agent)
            {
                let place = self.works[&id].place;
                self.withdraw(offer, Withdrawal::TakesPart, place);
            }
        }
    }

    /// Before an agent gets what may stand for other work.
    pub(super) fn before_joining(&mut self, id: WorkId, agent: AgentId) {
        match self.works[&id].stands_for {
            Some((work, true)) => self.end_stand_ins(work, Some(id), LegEnd::Transferred),
            Some((work, false)) => self.withdraw_stand_ins(work, Some(id), agent),
            None => {}
        }
    }

    /// After it: they take part in that work, and hold for it what they held.
    pub(super) fn after_joining(&mut self, id: WorkId, agent: AgentId, auto: bool) {
        let Some((work, careful)) = self.works[&id].stands_for else {
            return;
        };
        let leg = self.agents[&agent].leg(id).cloned().expect("they got it");
        self.agent(agent).legs.retain(|leg| leg.work != id);
        self.drawn.retain(|(_, _, number), _| *number != leg.number);
        let claim = Claim::new(leg.claim.channel, leg.claim.cost, leg.claim.weight);
        let (role, state) = (LegRole::Consultant, LegState::Requested { until: None });
        self.welcome(Guest { work, agent, role, state, claim, careful });
        self.bury(id, CloseCause::Joined);
        self.say(Event::work_closed(id, CloseCause::Joined, EndedBy::Agent, None, false));
        self.join(work, agent, auto);
    }

    /// The fact of work that came in.
    pub(super) fn tell_submitted(&mut self, id: WorkId, request: &Arc<WorkRequest>) {
        let stands_for = self.works[&id].stands_for;
        let stand_in = stands_for.map(|(work, careful)| StandIn::new(work).with_careful(careful));
        self.tell(Event::work_submitted(id, request.clone(), stand_in));
    }

    /// What is said of a careful transfer when what stood for work ends.
    pub(super) fn tell_failed(&mut self, transfer: Option<(WorkId, bool)>, cause: CloseCause) {
        if let Some((work, true)) = transfer {
            let why = match cause {
                CloseCause::Exhausted => TransferFailure::Exhausted,
                CloseCause::MaxWait => TransferFailure::MaxWait,
                CloseCause::Lifetime => TransferFailure::Lifetime,
                CloseCause::Overflow => TransferFailure::Overflow,
                _ => TransferFailure::Cancelled,
            };
            self.tell(Event::transfer_failed(work, why));
        }
    }
}

pub(super) fn why_of_leg(end: LegEnd) -> TransferFailure {
    match end {
        LegEnd::Declined => TransferFailure::Declined,
        LegEnd::Missed => TransferFailure::Missed,
        LegEnd::AgentUnavailable => TransferFailure::AgentUnavailable,
        LegEnd::Transferred => TransferFailure::Transferred,
        LegEnd::Parked => TransferFailure::Parked,
        LegEnd::ContactEnded => TransferFailure::ContactEnded,
        _ => TransferFailure::Cancelled,
    }
}
