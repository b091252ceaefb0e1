//! What happens to work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strowger::command::{
    Finisher, LimitName, Reply, Resumer, StageName, SubmitToAgent, TransferOutside,
    TransferToAgent, TransferToQueue, Unavailable,
};
use strowger::fact::{
    EndedBy, Event, OfferedBy, Outside, PreferenceStep, QueuedWhy, ResumedBy, Sticky,
};
use strowger::model::{
    AgentId, AgentWrapUp, ChannelProfile, CodeId, Preferred, Problem, QueueId, Relaxation, Requeue,
    Schedule, Value, WorkChange, WorkId, WorkRequest,
};
use strowger::policy::order::Place;
use strowger::policy::relaxation;
use strowger::policy::wrap_up::WrapUp;
use strowger::state::{AssignmentState, CloseCause, LegEnd, Stage, Withdrawal};
use strowger::{Refusal, Span, Timestamp};

use super::Router;
use super::agents::occupies;
use super::aside::is_nobodys;
use super::state::{Ended, Happened, Work};
use super::valid;

impl Router {
    pub(super) fn submit(&mut self, request: &Arc<WorkRequest>) -> Result<Reply, Refusal> {
        if let Some(work) = self.submitted_before(request)? {
            return Ok(Reply::Submitted(work));
        }
        self.check_live(&valid::request_mentions(request))?;
        valid::request(request, self.now)?;
        let id = self.check_admission(request, None)?;
        self.let_in(id, request, None);
        Ok(Reply::Submitted(id))
    }

    /// Work comes to one agent, past the line; if they cannot have it now it may wait for them.
    pub(super) fn submit_to_agent(&mut self, command: &SubmitToAgent) -> Result<Reply, Refusal> {
        let SubmitToAgent { request, agent, force, wait, .. } = command;
        if let Some(work) = self.submitted_before(request)? {
            return Ok(Reply::Submitted(work));
        }
        self.live((*agent).into())?;
        self.check_live(&valid::request_mentions(request))?;
        valid::request(request, self.now)?;
        if request.schedule.is_some() {
            return Err(valid::invalid("schedule", Problem::OutOfPlace).into());
        }
        if wait.is_some_and(|wait| wait.is_zero()) {
            return Err(valid::invalid("wait", Problem::Empty).into());
        }
        let can = match force {
            true => self.check_home(*agent).and_then(|()| self.check_assignments(*agent)),
            false => self.check_takes_new(request, *agent).and_then(|()| self.check_more(*agent)),
        };
        match (can, wait) {
            (Err(_), Some(wait)) if !force => {
                let preferred = Preferred::agent(*agent, *wait).with_ignore_need(true);
                let changed = (**request).clone().with_preferred(preferred.clone());
                let id = self.check_admission(&Arc::new(changed), None)?;
                self.take_in(id, request, None);
                self.prefer_from_now(id, preferred);
                self.classify(id);
                self.entered(id, false);
                return Ok(Reply::Submitted(id));
            }
            (can, _) => can?,
        }
        let id = self.check_room(request, |_| Ok(()))?;
        self.take_in(id, request, None);
        if *force {
            self.force(id, *agent)?;
        } else {
            self.pass_empty_steps(id);
            self.offer(id, *agent, OfferedBy::Assign);
        }
        Ok(Reply::Submitted(id))
    }

    /// For a moment the work is there.
    fn check_takes_new(
        &mut self,
        request: &Arc<WorkRequest>,
        agent: AgentId,
    ) -> Result<(), Refusal> {
        let id = WorkId::from_raw(self.submitted + 1);
        self.works.insert(id, self.new_work(request));
        self.note_pools(id);
        let takes = self.check_takes(id, agent, false);
        self.works.remove(&id);
        self.draws.remove(&id);
        takes
    }

    /// Whether there is room for one more piece of work; the id that it gets.
    pub(super) fn check_admission(
        &mut self,
        request: &Arc<WorkRequest>,
        stands_for: Option<(WorkId, bool)>,
    ) -> Result<WorkId, Refusal> {
        self.check_room(request, |router| {
            let id = WorkId::from_raw(router.submitted + 1);
            // What is put off does not wait there yet.
            if request.schedule.is_none() {
                let row = Work { stands_for, ..router.new_work(request) };
                router.check_waiting(request.queue, id, row)?;
            }
            Ok(())
        })
    }

    fn check_room(
        &mut self,
        request: &WorkRequest,
        line: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<WorkId, Refusal> {
        let max = self.config.limits.open_work;
        if self.works.len() >= max as usize {
            let limit = LimitName::OpenWork;
            return Err(Refusal::limit(limit, max));
        }
        let id = WorkId::from_raw(self.submitted + 1);
        self.check_all_data(None, request)?;
        line(self)?;
        let profile = self.queue_profile(request.queue);
        let steps = request.relaxation.as_ref().or(profile.relaxation.as_ref());
        self.check_needs(request, steps, Span::ZERO)?;
        Ok(id)
    }

    /// The work is in.
    pub(super) fn let_in(
        &mut self,
        id: WorkId,
        request: &Arc<WorkRequest>,
        stands_for: Option<(WorkId, bool)>,
    ) {
        self.take_in(id, request, stands_for);
        self.classify(id);
        self.entered(id, false);
    }

    fn take_in(
        &mut self,
        id: WorkId,
        request: &Arc<WorkRequest>,
        stands_for: Option<(WorkId, bool)>,
    ) {
        self.submitted += 1;
        self.works.insert(id, Work { stands_for, ..self.new_work(request) });
        self.note_pools(id);
        if let Some(key) = &request.key {
            self.keys.insert(key.clone(), id);
        }
        self.count_arrival(id);
        self.tell_submitted(id, request);
    }

    fn new_work(&self, request: &Arc<WorkRequest>) -> Work {
        let channel = self.channel_profile(request.channel);
        let origin = request.origin.unwrap_or(self.now);
        let lifetime = request.lifetime.or(channel.lifetime);
        let preferred = request.preferred.iter();
        let first = preferred.flat_map(|list| &list.steps).next();
        let begins = request.schedule.is_none();
        Work {
            submitted: request.clone(),
            request: (**request).clone(),
            queue: request.queue,
            stage: match request.schedule {
                None => Stage::Queued,
                Some(Schedule { at: Some(at), activation, .. }) => {
                    Stage::Scheduled { at, activation }
                }
                Some(_) => Stage::Suspended,
            },
            cost: request.size.unwrap_or(channel.cost),
            place: Place::new(request.front, origin),
            origin,
            entered: self.now,
            expires: lifetime
                .filter(|_| begins)
                .and_then(|lifetime| self.due(request.queue, None, origin, lifetime)),
            revealed: Span::ZERO,
            step: first.filter(|_| begins).map(|step| PreferenceStep::new(0, self.now + step.wait)),
            retry: None,
            attempts: 0,
            declines: Vec::new(),
            relaxed: Span::ZERO,
            skipped: Span::ZERO,
            first_offer: None,
            open_to: 0,
            closed: false,
            queued: begins.then_some(self.now),
            counted: false,
            last_agent: None,
            not_to: None,
            sticky: false,
            unassigned: 0,
            unreached: 0,
            fired: BTreeSet::new(),
            told: BTreeMap::new(),
            widened: 0,
            stands_for: None,
        }
    }

    /// The open work this very request made before. The key of other open work is taken.
    fn submitted_before(&self, request: &WorkRequest) -> Result<Option<WorkId>, Refusal> {
        let Some(work) = request.key.as_ref().and_then(|key| self.keys.get(key)) else {
            return Ok(None);
        };
        match self.works.get(work) {
            Some(open) if *open.submitted == *request => Ok(Some(*work)),
            Some(_) => Err(Refusal::key_taken((*work).into())),
            None => Ok(None),
        }
    }

    /// The data of all open work together, as if this piece of work said this.
    fn check_all_data(&self, of: Option<WorkId>, says: &WorkRequest) -> Result<(), Refusal> {
        let bytes = |request: &WorkRequest| -> usize {
            let text = |value: &Value| match value {
                Value::Text(text) => text.len(),
                Value::Many(texts) => texts.iter().map(|text| text.len()).sum(),
                _ => 0,
            };
            let attributes =
                request.attributes.iter().map(|(name, value)| name.len() + text(value));
            let attached = request.attached.iter().map(|(name, text)| name.len() + text.len());
            attributes.chain(attached).sum()
        };
        let had = of.map_or(0, |work| bytes(&self.works[&work].request));
        let others = self.works.iter().filter(|(work, _)| Some(**work) != of);
        let all = others.map(|(_, work)| bytes(&work.request)).sum::<usize>() + bytes(says);
        let max = self.config.limits.all_data_bytes;
        if bytes(says) > had && all > max as usize {
            return Err(Refusal::limit(LimitName::DataBytes, max));
        }
        Ok(())
    }

    fn check_needs(
        &self,
        request: &WorkRequest,
        steps: Option<&Relaxation>,
        past: Span,
    ) -> Result<(), Refusal> {
        let (limit, max) = (LimitName::Needs, self.config.limits.needs);
        let old: BTreeSet<_> = self.works.keys().map(|work| self.need_now(*work)).collect();
        // What it asks for now and, by what it says itself, later.
        let own = request.relaxation.is_some() || !request.need.expiring.is_empty();
        let expire = request.need.expiring.iter().map(|expiring| expiring.after);
        let begin = steps.into_iter().flat_map(|its| &its.steps).map(|step| step.after);
        let later = expire.chain(begin).filter(|point| own && *point > past);
        let points = later.chain([past]);
        let all = points.map(|point| relaxation::need(&request.need, steps, point).into_owned());
        let new: BTreeSet<_> = all.filter(|need| !old.contains(need)).collect();
        if !new.is_empty() && old.len() + new.len() > max as usize {
            return Err(Refusal::limit(limit, max));
        }
        Ok(())
    }

    pub(super) fn change_work(
        &mut self,
        id: WorkId,
        change: &WorkChange,
    ) -> Result<Reply, Refusal> {
        self.check_known(id)?;
        self.check_live(&valid::change_mentions(change))?;
        valid::change(change)?;
        let work = self.open_work(id)?;
        let moves = change.front.is_some() || change.preferred.is_some() || change.pools.is_some();
        if moves && !is_nobodys(work.stage) {
            return Err(self.wrong_stage(id));
        }
        if change.pools.is_some() && matches!(work.stage, Stage::Offered { .. }) {
            return Err(self.wrong_stage(id));
        }
        if change.pools.is_some() && work.stands_for.is_some() {
            return Err(valid::invalid("pools", Problem::Fixed).into());
        }
        let request = valid::changed(&work.request, change);
        self.check_all_data(Some(id), &request)?;
        if change.need.is_some() || change.relaxation.is_some() {
            let steps = request.relaxation.clone();
            let steps = steps.or_else(|| self.queue_profile(work.queue).relaxation.clone());
            self.check_needs(&request, steps.as_ref(), work.relaxed)?;
        }
        let front = change.front.unwrap_or(work.place.front);
        if request != work.request || front != work.place.front {
            let (now, begun, queue) = (self.now, work.queued.is_some(), work.queue);
            let begin = work.origin;
            let work = self.work(id);
            let in_line = matches!(work.stage, Stage::Queued | Stage::Offered { .. });
            if let Some(list) = change.preferred.as_ref().filter(|_| in_line) {
                let first = list.steps.first();
                work.step = first.map(|step| PreferenceStep::new(0, now + step.wait));
                work.sticky = false;
            }
            work.request = request;
            work.place.front = front;
            if change.pools.is_some() {
                self.note_pools(id);
            }
            if change.lifetime.is_some() && begun {
                let end = self.end_of_life(id, queue, begin);
                self.work(id).expires = end;
            }
            let change = Arc::new(change.clone());
            self.tell(Event::work_changed(id, change));
        }
        Ok(Reply::Done)
    }

    pub(super) fn abandon(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        // With an agent it was the end of the contact, and perhaps that of the work.
        if self.stage_unless(work, CloseCause::Completed) == Ok(None) {
            return Ok(Reply::Done);
        }
        match self.stage_unless(work, CloseCause::Abandoned)? {
            Some(stage) if is_nobodys(stage) || matches!(stage, Stage::Parked { .. }) => {
                self.withdraw_offer_of(work, Withdrawal::WorkGone);
                self.end_work(work, CloseCause::Abandoned, EndedBy::Customer);
                Ok(Reply::Done)
            }
            Some(Stage::Assigned { .. }) => self.finish_contact(work, Finisher::Customer),
            Some(_) | None => Ok(Reply::Done),
        }
    }

    pub(super) fn cancel(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        match self.stage_unless(work, CloseCause::Cancelled)? {
            Some(stage) if is_nobodys(stage) || matches!(stage, Stage::Parked { .. }) => {
                self.withdraw_offer_of(work, Withdrawal::WorkGone);
                self.end_work(work, CloseCause::Cancelled, EndedBy::Host);
                Ok(Reply::Done)
            }
            Some(_) => Err(self.wrong_stage(work)),
            None => Ok(Reply::Done),
        }
    }

    pub(super) fn close(&mut self, work: WorkId, code: Option<CodeId>) -> Result<Reply, Refusal> {
        self.check_known(work)?;
        if self.completed_with(work, None, code) {
            return Ok(Reply::Done);
        }
        code.map_or(Ok(()), |code| self.live(code.into()))?;
        let Some(agent) = self.open_work(work)?.stage.owner() else {
            return Err(self.wrong_stage(work));
        };
        self.check_code(work, agent, code)?;
        self.note_code(work, agent, code);
        self.end_work(work, CloseCause::Completed, EndedBy::Host);
        Ok(Reply::Done)
    }

    /// Whether work was completed by this agent, if it matters, and with this code, if one is given.
    pub(super) fn completed_with(
        &self,
        work: WorkId,
        agent: Option<AgentId>,
        code: Option<CodeId>,
    ) -> bool {
        if self.works.contains_key(&work) {
            return false;
        }
        self.remembered(work).is_some_and(|ended| {
            ended.cause == CloseCause::Completed
                && agent.is_none_or(|agent| ended.owner == Some(agent))
                && (code.is_none() || ended.code == code)
        })
    }

    /// Work is over, and the owner's assignment with it.
    pub(super) fn end_work(&mut self, id: WorkId, cause: CloseCause, by: EndedBy) {
        self.close_work(id, cause, by, None);
    }

    pub(super) fn transfer_outside(&mut self, command: &TransferOutside) -> Result<Reply, Refusal> {
        let work = command.work;
        self.check_known(work)?;
        valid::key("to", &command.to)?;
        let Some(stage) = self.stage_unless(work, CloseCause::TransferredOutside)? else {
            return Ok(Reply::Done);
        };
        let by = match stage {
            Stage::Queued | Stage::Offered { .. } => EndedBy::Host,
            Stage::Assigned { .. } | Stage::Parked { .. } => EndedBy::Agent,
            _ => return Err(self.wrong_stage(work)),
        };
        self.withdraw_offer_of(work, Withdrawal::WorkGone);
        let wrap_up = self.wrap_up_after_transfer(work);
        let outside = Outside::new(command.to.clone(), wrap_up);
        self.close_work(work, CloseCause::TransferredOutside, by, Some(outside));
        Ok(Reply::Done)
    }

    fn close_work(&mut self, id: WorkId, cause: CloseCause, by: EndedBy, outside: Option<Outside>) {
        self.part_all(id, LegEnd::ContactEnded);
        let owner = self.works[&id].stage.owner();
        let never_wrapped_up = match self.works[&id].stage {
            Stage::Assigned { agent } | Stage::Parked { agent, .. } => {
                let never = self.agent_profile(agent).wrap_up == AgentWrapUp::Never;
                never && cause == CloseCause::Completed
            }
            _ => false,
        };
        let wrap_up = outside.as_ref().and_then(|outside| outside.wrap_up);
        let mut code = None;
        match (owner, wrap_up) {
            (Some(owner), Some(wrap_up)) => self.begin_wrap_up(id, owner, wrap_up),
            (Some(owner), None) => {
                code = self.leg(id, owner).code;
                self.drop_leg(id, owner);
            }
            (None, _) => {}
        }
        let (queue, now) = (self.works[&id].queue, self.now);
        let row = &self.works[&id];
        let in_line = row.counted && row.stage == Stage::Queued && !row.request.internal;
        if cause == CloseCause::Abandoned && in_line {
            self.queue(queue).tally.abandon(now);
        }
        let work = self.works.remove(&id).expect("the work is open");
        self.forget_in_place_of(id);
        let (submitted, stands_for) = (work.submitted, work.stands_for);
        let owner = owner.or_else(|| self.works[&stands_for?.0].stage.owner());
        self.ended_works.push(Ended { work: id, submitted, cause, owner, code });
        self.tell(Event::work_closed(id, cause, by, outside.map(Box::new), never_wrapped_up));
        self.tell_failed(stands_for, cause);
    }

    /// What was remembered where this work will be is forgotten.
    pub(super) fn forget_in_place_of(&mut self, id: WorkId) {
        if let Some(forgotten) = self.in_place_of(id).map(|ended| ended.work) {
            self.keys.retain(|_, work| *work != forgotten);
        }
    }

    pub(super) fn hold(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        let agent = self.assigned_to(work)?;
        if self.leg(work, agent).state == AssignmentState::Active {
            self.step(work, agent, AssignmentState::Held, |channel| channel.weights.held);
            self.tell(Event::work_held(work));
        }
        Ok(Reply::Done)
    }

    pub(super) fn retrieve(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        let agent = self.assigned_to(work)?;
        if self.leg(work, agent).state == AssignmentState::Held {
            self.step(work, agent, AssignmentState::Active, |channel| channel.weights.active);
            self.tell(Event::work_retrieved(work));
        }
        Ok(Reply::Done)
    }

    pub(super) fn park(
        &mut self,
        work: WorkId,
        until: Option<Timestamp>,
    ) -> Result<Reply, Refusal> {
        let agent = match self.open_work(work)?.stage {
            Stage::Parked { until: old, .. } if old == until => return Ok(Reply::Done),
            Stage::Assigned { agent } | Stage::Parked { agent, .. } => agent,
            _ => return Err(self.wrong_stage(work)),
        };
        let all = &self.agents[&agent].legs;
        let parked = all.iter().filter(|leg| leg.state == AssignmentState::Parked).count();
        let max = self.agent_profile(agent).capacity.parked;
        let is_parked = matches!(self.works[&work].stage, Stage::Parked { .. });
        if let Some(max) = max.filter(|max| !is_parked && parked >= usize::from(*max)) {
            return Err(Refusal::limit(LimitName::Parked, max.into()));
        }
        self.part_all(work, LegEnd::Parked);
        self.release(work, agent);
        let now = self.now;
        self.leg_mut(work, agent).pause(now);
        self.step(work, agent, AssignmentState::Parked, |channel| channel.weights.parked);
        self.work(work).stage = Stage::Parked { agent, until };
        self.tell(Event::work_parked(work, until));
        Ok(Reply::Done)
    }

    pub(super) fn resume(&mut self, work: WorkId, by: Resumer) -> Result<Reply, Refusal> {
        match (self.open_work(work)?.stage, by) {
            (Stage::Parked { .. }, Resumer::Agent) => self.take_back(work, ResumedBy::Agent),
            (Stage::Parked { .. }, Resumer::Customer) => {
                self.bring_back(work, ResumedBy::Customer);
            }
            (Stage::Assigned { .. }, _) => {}
            _ => return Err(self.wrong_stage(work)),
        }
        Ok(Reply::Done)
    }

    /// Parked work is active again with the agent who parked it.
    fn take_back(&mut self, work: WorkId, by: ResumedBy) {
        let agent = self.works[&work].stage.owner().expect("parked work has an owner");
        self.work(work).stage = Stage::Assigned { agent };
        let now = self.now;
        self.leg_mut(work, agent).run(now);
        self.step(work, agent, AssignmentState::Active, |channel| channel.weights.active);
        self.tell(Event::work_resumed(work, by));
    }

    /// Parked work comes back: to its agent if they are available and have room, else to its queue.
    /// Somebody who drains takes their own work back; what it holds while parked is their room.
    pub(super) fn bring_back(&mut self, id: WorkId, by: ResumedBy) {
        let work = &self.works[&id];
        let agent = work.stage.owner().expect("parked work has an owner");
        let channel = work.request.channel;
        let there = matches!(self.attends(agent, channel), Ok(()) | Err(Unavailable::Draining));
        let parked = self.leg(id, agent);
        let mut usage = self.usage(agent);
        self.take_out(agent, parked, &mut usage);
        let weight = self.channel_profile(channel).weights.active;
        let active =
            strowger::policy::room::Claim::new(parked.claim.channel, parked.claim.cost, weight);
        let room = self.room_for(agent, &usage, active, &parked.pools);
        if there && (room.is_ok() || self.queue_profile(work.queue).external) {
            self.take_back(id, by);
        } else {
            let queue = work.queue;
            let requeue = self.queue_profile(queue).requeue.resumed;
            let place = work.place.after(requeue, self.now);
            let sticky = self.waits_for_last(id);
            self.enqueue_for(id, queue, place, QueuedWhy::Resumed, None, sticky);
        }
    }

    pub(super) fn transfer_to_queue(
        &mut self,
        command: &TransferToQueue,
    ) -> Result<Reply, Refusal> {
        let TransferToQueue { work, queue, placement, not_to_sender, .. } = *command;
        self.check_known(work)?;
        self.live(queue.into())?;
        let row = self.open_work(work)?;
        let (stage, from, channel) = (row.stage, row.queue, row.request.channel);
        if !matches!(
            stage,
            Stage::Queued | Stage::Offered { .. } | Stage::Assigned { .. } | Stage::Parked { .. }
        ) {
            return Err(self.wrong_stage(work));
        }
        // Work that waits in the queue already takes no more room in it.
        if queue != from || stage != Stage::Queued {
            self.check_waiting(queue, work, self.moved(work, queue))?;
        }
        if queue != from
            && self.queue_profile(queue).refuse_unstaffed
            && !self.is_staffed(queue, channel)
        {
            return Err(Refusal::nobody_staffed(queue));
        }
        self.withdraw_offer_of(work, Withdrawal::Reassigned);
        let requeue = placement.unwrap_or(self.queue_profile(from).requeue.transferred);
        let mut place = self.works[&work].place.after(requeue, self.now);
        if queue != from && requeue == Requeue::KeepScore {
            place.front = self.works[&work].request.front;
        }
        let wrap_up = self.wrap_up_after_transfer(work);
        let not_to = self.not_back_to(work, queue, not_to_sender);
        self.stand_in_line(work, queue, place, QueuedWhy::Transferred, wrap_up, (None, not_to));
        self.entered(work, false);
        Ok(Reply::Done)
    }

    pub(super) fn transfer_to_agent(
        &mut self,
        command: &TransferToAgent,
    ) -> Result<Reply, Refusal> {
        let TransferToAgent { work, agent, not_to_sender, wait, .. } = *command;
        self.check_known(work)?;
        self.live(agent.into())?;
        let row = self.open_work(work)?;
        let (stage, queue, place) = (row.stage, row.queue, row.place);
        match stage {
            Stage::Assigned { .. } | Stage::Parked { .. } => {}
            Stage::Offered { .. } if self.offer_to(work, agent).is_some() => {
                return Ok(Reply::Offered(self.offer_to(work, agent).expect("an open offer")));
            }
            _ => return Err(self.wrong_stage(work)),
        }
        if wait.is_some_and(|wait| wait.is_zero()) {
            return Err(valid::invalid("wait", Problem::Empty).into());
        }
        let takes = self.check_takes(work, agent, false).and_then(|()| self.check_more(agent));
        if let (Some(wait), Err(_)) = (wait, &takes) {
            self.check_has_not(work, agent)?;
            self.await_agent(work, agent, wait, not_to_sender);
            return Ok(Reply::Done);
        }
        takes?;
        let place = place.after(Requeue::Front, self.now);
        let wrap_up = self.wrap_up_after_transfer(work);
        // It is offered at once, and does not wait for any rule of the queue.
        let not_to = self.not_back_to(work, queue, not_to_sender);
        let why = QueuedWhy::TransferredToAgent;
        self.stand_in_line(work, queue, place, why, wrap_up, (None, not_to));
        self.pass_empty_steps(work);
        let offer = self.offer(work, agent, OfferedBy::Transfer);
        Ok(Reply::Offered(offer))
    }

    /// It waits in its queue for an agent who cannot be asked now.
    fn await_agent(&mut self, id: WorkId, agent: AgentId, wait: Span, not_to_sender: bool) {
        let preferred = Preferred::agent(agent, wait).with_ignore_need(true);
        if self.works[&id].request.preferred.as_ref() != Some(&preferred) {
            self.work(id).request.preferred = Some(preferred.clone());
            let change = WorkChange::default().with_preferred(preferred);
            self.tell(Event::work_changed(id, Arc::new(change)));
        }
        let row = &self.works[&id];
        let (queue, place) = (row.queue, row.place.after(Requeue::Front, self.now));
        let wrap_up = self.wrap_up_after_transfer(id);
        let not_to = self.not_back_to(id, queue, not_to_sender);
        let why = QueuedWhy::AwaitsAgent;
        self.stand_in_line(id, queue, place, why, wrap_up, (None, not_to));
        self.entered(id, false);
    }

    /// What waits asks for others by name, from now on.
    fn prefer_from_now(&mut self, id: WorkId, preferred: Preferred) {
        if self.works[&id].request.preferred.as_ref() == Some(&preferred) {
            return;
        }
        let now = self.now;
        let work = self.work(id);
        let first = preferred.steps.first();
        work.step = first.map(|step| PreferenceStep::new(0, now + step.wait));
        work.request.preferred = Some(preferred.clone());
        let change = WorkChange::default().with_preferred(preferred);
        self.tell(Event::work_changed(id, Arc::new(change)));
    }

    /// Who sends work on, if they are not to get it back.
    fn not_back_to(&self, work: WorkId, queue: QueueId, not_to_sender: bool) -> Option<AgentId> {
        let wanted = not_to_sender || self.queue_profile(queue).not_to_sender;
        self.works[&work].stage.owner().filter(|_| wanted)
    }

    /// Work enters a line; if somebody had it, their assignment ends or they wrap up.
    pub(super) fn enqueue(
        &mut self,
        id: WorkId,
        queue: QueueId,
        place: Place,
        why: QueuedWhy,
        wrap_up: Option<WrapUp>,
    ) {
        self.enqueue_for(id, queue, place, why, wrap_up, None);
    }

    pub(super) fn enqueue_for(
        &mut self,
        id: WorkId,
        queue: QueueId,
        place: Place,
        why: QueuedWhy,
        wrap_up: Option<WrapUp>,
        sticky: Option<Sticky>,
    ) {
        self.stand_in_line(id, queue, place, why, wrap_up, (sticky, None));
        self.entered(id, why == QueuedWhy::Overflow);
    }

    fn stand_in_line(
        &mut self,
        id: WorkId,
        queue: QueueId,
        place: Place,
        why: QueuedWhy,
        wrap_up: Option<WrapUp>,
        (sticky, not_to): (Option<Sticky>, Option<AgentId>),
    ) {
        self.part_all(id, LegEnd::Transferred);
        match (self.works[&id].stage.owner(), wrap_up) {
            (Some(owner), Some(wrap_up)) => self.begin_wrap_up(id, owner, wrap_up),
            (Some(owner), None) => self.drop_leg(id, owner),
            (None, _) => {}
        }
        let (now, due) = (self.now, self.effective());
        // A life begins as work first enters a line, and goes by the clock of the queue it is in. An
        // instant that was named stays.
        let begins = self.works[&id].queued.is_none();
        let by_lifetime =
            if begins { self.works[&id].expires.is_none() } else { self.ends_by_lifetime(id) };
        if by_lifetime {
            let begin = if begins { due } else { self.works[&id].origin };
            let end = self.end_of_life(id, queue, begin);
            self.work(id).expires = end;
        }
        let work = self.work(id);
        work.stage = Stage::Queued;
        work.place = place;
        work.step = None;
        if work.queued.is_none() {
            // What was put off begins to live as it was due.
            work.queued = Some(now);
            work.origin = due;
            let first = work.request.preferred.iter().flat_map(|list| &list.steps).next();
            work.step = first.map(|step| PreferenceStep::new(0, now + step.wait));
        }
        if why == QueuedWhy::AwaitsAgent {
            let first = work.request.preferred.iter().flat_map(|list| &list.steps).next();
            work.step = first.map(|step| PreferenceStep::new(0, now + step.wait));
        }
        work.sticky = sticky.is_some();
        if let Some(Sticky { agent, until, .. }) = sticky {
            work.step = Some(PreferenceStep::new(0, until));
            work.last_agent = Some(agent);
        }
        work.begin_stay(queue, now);
        work.not_to = not_to;
        if why != QueuedWhy::TransferredToAgent {
            self.count_arrival(id);
        }
        self.tell(Event::work_queued(id, queue, place, why, wrap_up, sticky, not_to));
    }

    /// An assignment ends.
    pub(super) fn drop_leg(&mut self, work: WorkId, agent: AgentId) {
        self.release(work, agent);
        self.count_handling(work, agent);
        self.agent(agent).legs.retain(|leg| leg.work != work);
    }

    /// An agent is done with work, unless they were before, for their wrap-up did not count.
    pub(super) fn count_handling(&mut self, work: WorkId, agent: AgentId) {
        let (leg, at) = (self.leg(work, agent), self.effective());
        if !matches!(leg.state, AssignmentState::WrapUp { counts: false, .. }) {
            let (queue, handled) = (leg.queue, leg.handled(at));
            self.queue(queue).tally.handle(handled);
        }
    }

    /// Notes when an agent is released from work that occupied them.
    pub(super) fn release(&mut self, work: WorkId, agent: AgentId) {
        let at = self.effective();
        let leg = self.leg(work, agent);
        if occupies(leg.state) {
            let channel = Some(leg.claim.channel);
            let diary = &mut self.agent(agent).diary;
            diary.push((Happened::Released, channel, at));
        }
    }

    /// An assignment is in another state and holds what that takes.
    pub(super) fn step(
        &mut self,
        work: WorkId,
        agent: AgentId,
        state: AssignmentState,
        weight: impl Fn(&ChannelProfile) -> u8,
    ) {
        let weight = weight(self.channel_profile(self.leg(work, agent).claim.channel));
        let leg = self.leg_mut(work, agent);
        leg.state = state;
        leg.claim.weight = weight;
    }

    fn assigned_to(&self, work: WorkId) -> Result<AgentId, Refusal> {
        match self.open_work(work)?.stage {
            Stage::Assigned { agent } => Ok(agent),
            _ => Err(self.wrong_stage(work)),
        }
    }

    /// Work of which it is known that it is open.
    pub(super) fn work(&mut self, id: WorkId) -> &mut Work {
        self.works.get_mut(&id).expect("the work is open")
    }

    pub(super) fn open_work(&self, work: WorkId) -> Result<&Work, Refusal> {
        if let Some(open) = self.works.get(&work) {
            return Ok(open);
        }
        if work.raw() == 0 || work.raw() > self.submitted {
            let entity = work.into();
            return Err(Refusal::unknown(entity));
        }
        let cause = self.remembered(work).map(|ended| ended.cause);
        Err(Refusal::work_over(work, cause))
    }

    /// Refuses work that never was.
    pub(super) fn check_known(&self, work: WorkId) -> Result<(), Refusal> {
        match self.open_work(work) {
            Err(Refusal::Unknown { entity, .. }) => Err(Refusal::unknown(entity)),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The stage of open work; none if it was closed for this cause, so that all is done.
    pub(super) fn stage_unless(
        &self,
        work: WorkId,
        done: CloseCause,
    ) -> Result<Option<Stage>, Refusal> {
        match self.open_work(work) {
            Err(Refusal::WorkOver { cause, .. }) if cause == Some(done) => Ok(None),
            open => open.map(|open| Some(open.stage)),
        }
    }

    pub(super) fn wrong_stage(&self, work: WorkId) -> Refusal {
        let stage = match self.works[&work].stage {
            Stage::Queued => StageName::Queued,
            Stage::Offered { .. } => StageName::Offered,
            Stage::Assigned { agent } => match self.leg(work, agent).state {
                AssignmentState::Held => StageName::Held,
                _ => StageName::Active,
            },
            Stage::Parked { .. } => StageName::Parked,
            Stage::WrapUp { .. } => StageName::WrapUp,
            Stage::Scheduled { .. } => StageName::Scheduled,
            Stage::Suspended => StageName::Suspended,
            Stage::Closed { .. } => panic!("{work} is closed and still there"),
        };
        Refusal::wrong_stage(work, stage)
    }

    /// What ended last in the place of the memory that an id has.
    fn in_place_of(&self, work: WorkId) -> Option<&Ended> {
        let place = |id: WorkId| id.raw() % u64::from(self.config.remembered);
        let mut ended = self.ended_works.iter().rev();
        ended.find(|ended| place(ended.work) == place(work))
    }

    pub(super) fn remembered(&self, work: WorkId) -> Option<&Ended> {
        self.in_place_of(work).filter(|ended| ended.work == work)
    }
}
