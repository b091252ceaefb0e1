//! Deciding what takes work out of its line for a time: scheduled, suspended, called back later.

use crate::base::time::Timestamp;
use crate::command::commands::{
    Activate, Postpone, ReportUnreached, RequestCallback, Suspend, Unassign,
};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::{EndedBy, Event, QueuedWhy, Sticky};
use crate::model::channel::ChannelProfile;
use crate::model::ids::WorkId;
use crate::model::invalid::{Invalid, Problem};
use crate::model::queue::Requeue;
use crate::policy::order::Place;
use crate::state::offer::Withdrawal;
use crate::state::work::{CloseCause, Stage};

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;

impl Run for Activate {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, placement } = self;
        let row = turn.open_work(work)?;
        let queue = row.queue;
        match row.stage {
            Stage::Scheduled { .. } | Stage::Suspended => {
                turn.check_waiting(queue)?;
                turn.activate(work, placement, turn.now);
                Ok(())
            }
            Stage::Queued | Stage::Offered { .. } => Ok(()),
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. } => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Suspend {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.open_work(work)?.stage {
            Stage::Queued | Stage::Offered { .. } | Stage::Scheduled { .. } => {
                turn.withdraw_offer_of(work, Withdrawal::WorkAside);
                turn.emit(Event::WorkSuspended { work });
                Ok(())
            }
            Stage::Suspended => Ok(()),
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. } => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Postpone {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, at, activation } = self;
        match turn.open_work(work)?.stage {
            same if same == (Stage::Scheduled { at, activation }) => Ok(()),
            Stage::Queued | Stage::Offered { .. } | Stage::Scheduled { .. } | Stage::Suspended => {
                turn.withdraw_offer_of(work, Withdrawal::WorkAside);
                turn.emit(Event::WorkScheduled { work, at, activation });
                Ok(())
            }
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. } => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Unassign {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, suspend, placement } = self;
        let row = turn.open_work(work)?;
        let (queue, times) = (row.queue, row.unassigned);
        match row.stage {
            Stage::Assigned { .. } | Stage::Parked { .. } => {}
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => return Err(turn.wrong_stage(work)),
        }
        let profile = turn.world.queue_profile(queue)?;
        let placement = placement.unwrap_or(profile.requeue.unassigned);
        if let Some(most) = profile.budget.unassignments.filter(|most| times >= *most) {
            return Err(Refusal::Limit { limit: LimitName::Unassignments, max: most.into() });
        }
        if suspend {
            turn.emit(Event::WorkSuspended { work });
        } else {
            turn.requeue(work, placement, QueuedWhy::Unassigned, None);
        }
        Ok(())
    }
}

impl Run for RequestCallback {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, channel, callback, at } = self;
        turn.check_work_known(work)?;
        turn.live::<ChannelProfile>(channel)?;
        callback.check()?;
        if at.is_some_and(|at| at <= turn.now) {
            return Err(Invalid::new("at", Problem::Past).into());
        }
        let row = turn.open_work(work)?;
        let same = (row.request.channel, row.request.callback) == (channel, Some(callback));
        let stage = row.stage;
        turn.check_unowned(work)?;
        if !same {
            turn.withdraw_offer_of(work, Withdrawal::WorkAside);
            turn.emit(Event::CallbackRequested { work, channel, callback });
        }
        let until = at.map(|at| Stage::Scheduled { at, activation: false });
        if let Some(at) = at.filter(|_| until != Some(stage)) {
            turn.withdraw_offer_of(work, Withdrawal::WorkAside);
            turn.emit(Event::WorkScheduled { work, at, activation: false });
        }
        Ok(())
    }
}

impl Run for ReportUnreached {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.stage_unless(work, CloseCause::Unreached)? {
            None => return Ok(()),
            Some(Stage::Assigned { .. }) => {}
            Some(
                Stage::Queued
                | Stage::Offered { .. }
                | Stage::Parked { .. }
                | Stage::WrapUp { .. }
                | Stage::Closed { .. }
                | Stage::Scheduled { .. }
                | Stage::Suspended,
            ) => return Err(turn.wrong_stage(work)),
        }
        let row = turn.open_work(work)?;
        let policy = row.request.callback.filter(|callback| row.unreached < callback.retries);
        let retry = policy.map(|callback| turn.now + callback.gap);
        turn.emit(Event::CustomerUnreached { work, retry });
        if retry.is_none() {
            let (cause, by) = (CloseCause::Unreached, EndedBy::Host);
            turn.emit(Event::WorkClosed { work, cause, by });
        }
        Ok(())
    }
}

impl Turn<'_> {
    /// Refuses work that somebody has, parked or wraps up.
    pub(crate) fn check_unowned(&self, work: WorkId) -> Result<(), Refusal> {
        match self.open_work(work)?.stage.owner() {
            Some(_) => Err(self.wrong_stage(work)),
            None => Ok(()),
        }
    }

    /// Work that was put off enters its line. In it for the first time it enters as it is due;
    /// what was in it before goes where it is told, by default to its old place.
    pub(crate) fn activate(&mut self, work: WorkId, placement: Option<Requeue>, due: Timestamp) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let why = QueuedWhy::Activated;
        // A call back that is tried again goes to whoever tried it before.
        let sticky = if row.unreached > 0 { self.sticky(work) } else { None };
        if row.queued.is_none() {
            let (queue, place) = (row.queue, Place { front: row.request.front, since: due });
            let wrap_up = None;
            self.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky });
            self.entered(work, Some(why));
        } else {
            self.requeue(work, placement.unwrap_or(Requeue::KeepScore), why, sticky);
        }
    }

    /// The time of work that was put off has come.
    pub(crate) fn end_schedule(&mut self, work: WorkId, due: Timestamp) {
        match self.world.work(work).map(|row| row.stage) {
            Ok(Stage::Scheduled { activation: true, .. }) => {
                self.emit(Event::WorkSuspended { work });
            }
            Ok(_) | Err(_) => self.activate(work, None, due),
        }
    }

    /// Work goes back to the line of its queue; whoever had it does not wrap up.
    pub(crate) fn requeue(
        &mut self,
        work: WorkId,
        placement: Requeue,
        why: QueuedWhy,
        sticky: Option<Sticky>,
    ) {
        let Ok(queue) = self.world.work(work).map(|row| row.queue) else {
            return;
        };
        let place = self.place_after(work, placement);
        self.emit(Event::WorkQueued { work, queue, place, why, wrap_up: None, sticky });
        self.entered(work, Some(why));
    }

    /// The wait for whoever had the work last, where its queue wants it and he may be asked.
    pub(crate) fn sticky(&self, work: WorkId) -> Option<Sticky> {
        let row = self.world.work(work).ok()?;
        let wait = self.world.queue_profile(row.queue).ok()?.sticky?;
        let agent = row.last_agent?;
        let session = self.world.agent(agent).ok()?.session;
        let live = self.live::<crate::model::agent::AgentProfile>(agent).is_ok();
        let asked = live && !row.bars(agent, session);
        asked.then(|| Sticky { agent, until: self.now + wait })
    }
}
