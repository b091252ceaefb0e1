//! Work that is put off, suspended, taken from its agent, or called back.

use strowger::command::{Activate, LimitName, Postpone, Reply, RequestCallback, Unassign};
use strowger::fact::{EndedBy, Event, QueuedWhy, Sticky};
use strowger::model::{Problem, Requeue, WorkId};
use strowger::policy::order::Place;
use strowger::state::{CloseCause, DeadlineKind, LegEnd, Stage, Withdrawal};
use strowger::{Refusal, Timestamp};

use super::Router;
use super::valid;

impl Router {
    pub(super) fn activate(&mut self, command: &Activate) -> Result<Reply, Refusal> {
        let Activate { work, placement, .. } = *command;
        let row = self.open_work(work)?;
        match row.stage {
            Stage::Queued | Stage::Offered { .. } => {}
            Stage::Scheduled { .. } | Stage::Suspended => {
                self.check_waiting(row.queue, work, self.activated(work))?;
                self.enter_again(work, placement, self.now);
            }
            _ => return Err(self.wrong_stage(work)),
        }
        Ok(Reply::Done)
    }

    /// In its line for the first time it enters anew; else it goes to its old place, or where it is
    /// told.
    fn enter_again(&mut self, work: WorkId, placement: Option<Requeue>, due: Timestamp) {
        let row = &self.works[&work];
        let (queue, tried) = (row.queue, row.unreached > 0);
        let place = match row.queued {
            None => Place::new(row.request.front, due),
            Some(_) => row.place.after(placement.unwrap_or(Requeue::KeepScore), self.now),
        };
        let sticky = if tried { self.waits_for_last(work) } else { None };
        self.enqueue_for(work, queue, place, QueuedWhy::Activated, None, sticky);
    }

    /// The time of work that was put off has come.
    pub(super) fn end_schedule(&mut self, work: WorkId, due: Timestamp) {
        match self.works[&work].stage {
            Stage::Scheduled { activation: true, .. } => self.put_aside(work, Stage::Suspended),
            _ => self.enter_again(work, None, due),
        }
    }

    /// It is in no line; nobody has it.
    fn put_aside(&mut self, id: WorkId, stage: Stage) {
        self.withdraw_offer_of(id, Withdrawal::WorkAside);
        self.part_all(id, LegEnd::Transferred);
        if let Some(owner) = self.works[&id].stage.owner() {
            self.drop_leg(id, owner);
            self.work(id).unassigned += 1;
        }
        let work = self.work(id);
        work.stage = stage;
        (work.step, work.sticky, work.retry, work.not_to) = (None, false, None, None);
        self.tell(match stage {
            Stage::Scheduled { at, activation } => Event::work_scheduled(id, at, activation),
            _ => Event::work_suspended(id),
        });
    }

    pub(super) fn suspend(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        match self.open_work(work)?.stage {
            Stage::Queued | Stage::Offered { .. } | Stage::Scheduled { .. } => {
                self.put_aside(work, Stage::Suspended);
            }
            Stage::Suspended => {}
            _ => return Err(self.wrong_stage(work)),
        }
        Ok(Reply::Done)
    }

    pub(super) fn postpone(&mut self, command: &Postpone) -> Result<Reply, Refusal> {
        let Postpone { work, at, activation, .. } = *command;
        let wanted = Stage::Scheduled { at, activation };
        let stage = self.open_work(work)?.stage;
        if !is_nobodys(stage) {
            return Err(self.wrong_stage(work));
        }
        if stage != wanted {
            self.put_aside(work, wanted);
        }
        Ok(Reply::Done)
    }

    pub(super) fn close_at(&mut self, id: WorkId, at: Option<Timestamp>) -> Result<Reply, Refusal> {
        self.check_known(id)?;
        if at.is_some_and(|at| at <= self.now) {
            return Err(valid::invalid("at", Problem::Past).into());
        }
        let work = self.open_work(id)?;
        if matches!(work.stage, Stage::WrapUp { .. }) {
            return Err(self.wrong_stage(id));
        }
        // What was never in a line does not live yet.
        let lives = work.queued.and_then(|_| self.end_of_life(id, work.queue, work.origin));
        let ends = at.or(lives);
        if work.expires != ends {
            self.work(id).expires = ends;
            self.tell(Event::end_changed(id, ends));
        }
        Ok(Reply::Done)
    }

    pub(super) fn unassign(&mut self, command: &Unassign) -> Result<Reply, Refusal> {
        let Unassign { work, suspend, placement, .. } = *command;
        let row = self.open_work(work)?;
        if !matches!(row.stage, Stage::Assigned { .. } | Stage::Parked { .. }) {
            return Err(self.wrong_stage(work));
        }
        let queue = row.queue;
        let profile = self.queue_profile(queue);
        if let Some(max) = profile.budget.unassignments.map(u32::from)
            && row.unassigned >= max
        {
            return Err(Refusal::limit(LimitName::Unassignments, max));
        }
        if suspend {
            self.put_aside(work, Stage::Suspended);
        } else {
            let requeue = placement.unwrap_or(profile.requeue.unassigned);
            let place = row.place.after(requeue, self.now);
            self.work(work).unassigned += 1;
            self.enqueue(work, queue, place, QueuedWhy::Unassigned, None);
        }
        Ok(Reply::Done)
    }

    pub(super) fn request_callback(&mut self, command: &RequestCallback) -> Result<Reply, Refusal> {
        let RequestCallback { work, channel, callback, at, .. } = *command;
        self.check_known(work)?;
        self.live(channel.into())?;
        valid::callback(callback)?;
        if at.is_some_and(|at| at <= self.now) {
            return Err(valid::invalid("at", Problem::Past).into());
        }
        let row = self.open_work(work)?;
        if row.stands_for.is_some() {
            return Err(valid::invalid("channel", Problem::Fixed).into());
        }
        if !is_nobodys(row.stage) {
            return Err(self.wrong_stage(work));
        }
        if row.request.channel != channel || row.request.callback != Some(callback) {
            self.withdraw_offer_of(work, Withdrawal::WorkAside);
            let cost = self.channel_profile(channel).cost;
            let row = self.work(work);
            row.request.channel = channel;
            row.request.callback = Some(callback);
            row.cost = row.request.size.unwrap_or(cost);
            self.note_pools(work);
            self.tell(Event::callback_requested(work, channel, callback));
        }
        if let Some(at) = at {
            let wanted = Stage::Scheduled { at, activation: false };
            if self.works[&work].stage != wanted {
                self.put_aside(work, wanted);
            }
        }
        Ok(Reply::Done)
    }

    pub(super) fn report_unreached(&mut self, id: WorkId) -> Result<Reply, Refusal> {
        let agent = match self.stage_unless(id, CloseCause::Unreached)? {
            None => return Ok(Reply::Done),
            Some(Stage::Assigned { agent }) => agent,
            Some(_) => return Err(self.wrong_stage(id)),
        };
        let work = &self.works[&id];
        let again = work.request.callback.filter(|callback| work.unreached < callback.retries);
        let retry = again.map(|callback| self.now + callback.gap);
        self.work(id).unreached += 1;
        if let Some(at) = retry {
            self.part_all(id, LegEnd::ContactEnded);
            self.drop_leg(id, agent);
            self.work(id).stage = Stage::Scheduled { at, activation: false };
        }
        self.tell(Event::customer_unreached(id, retry));
        if retry.is_none() {
            self.end_work(id, CloseCause::Unreached, EndedBy::Host);
        }
        Ok(Reply::Done)
    }

    /// The wait for whoever had work last, if its queue has one and they may be asked.
    pub(super) fn waits_for_last(&self, id: WorkId) -> Option<Sticky> {
        let work = &self.works[&id];
        let wait = self.queue_profile(work.queue).sticky?;
        let agent = work.last_agent?;
        if self.live(agent.into()).is_err() || self.is_barred(id, agent) {
            return None;
        }
        Some(Sticky::new(agent, self.now + wait))
    }

    /// What is due for work that is put aside.
    pub(super) fn aside_deadlines(&self, id: WorkId) -> Vec<(Timestamp, DeadlineKind)> {
        let work = &self.works[&id];
        let mut all = Vec::new();
        all.extend(work.expires.map(|at| (at, DeadlineKind::Lifetime)));
        if let Stage::Scheduled { at, .. } = work.stage {
            all.push((at, DeadlineKind::Scheduled));
        }
        all
    }
}

/// Waiting, offered, or put aside.
pub(super) fn is_nobodys(stage: Stage) -> bool {
    use Stage::{Offered, Queued, Scheduled, Suspended};
    matches!(stage, Queued | Offered { .. } | Scheduled { .. } | Suspended)
}
