//! Deciding what happens to work.

use alloc::sync::Arc;

use crate::base::time::Span;
use crate::command::commands::{
    Abandon, Cancel, ChangeWork, Close, FinishContact, Finisher, Hold, Park, Resume, Resumer,
    Retrieve, Submit, TransferToAgent, TransferToQueue,
};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::{EndedBy, Event, OfferedBy, QueuedWhy, ResumedBy};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, CodeId, OfferId, QueueId, WorkId};
use crate::model::need::Need;
use crate::model::queue::{QueueProfile, Requeue};
use crate::model::work::WorkRequest;
use crate::policy::relaxation;
use crate::state::assignment::AssignmentState;
use crate::state::offer::Withdrawal;
use crate::state::work::{CloseCause, Stage};
use crate::world::rows::Work;

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;

impl Run for Submit {
    fn run(self, turn: &mut Turn<'_>) -> Result<WorkId, Refusal> {
        let Self(request) = self;
        if let Some(work) = turn.submitted_before(&request)? {
            return Ok(work);
        }
        turn.check_mentions(|name| request.mentions(name))?;
        request.check(turn.now)?;
        let limits = &turn.world.stores().config.limits;
        let works = &turn.world.stores().works;
        let (limit, max) = (LimitName::OpenWork, limits.open_work);
        if works.len() >= max as usize {
            return Err(Refusal::Limit { limit, max });
        }
        let work = works.next_id().ok_or(Refusal::Limit { limit, max })?;
        if request.schedule.is_none() {
            turn.check_waiting(request.queue)?;
        }
        let profile = &turn.live::<QueueProfile>(request.queue)?.profile;
        let steps = request.relaxation.as_ref().or(profile.relaxation.as_ref());
        turn.check_needs(&relaxation::need(&request.need, steps, Span::ZERO))?;
        turn.emit(Event::WorkSubmitted { work, request });
        turn.classify(work);
        turn.entered(work, None);
        Ok(work)
    }
}

impl Turn<'_> {
    /// The work this very request made before. The key of other open work is taken; that of other
    /// closed work may be used again.
    fn submitted_before(&self, request: &WorkRequest) -> Result<Option<WorkId>, Refusal> {
        let Some(key) = &request.key else {
            return Ok(None);
        };
        let Some(work) = self.world.index().keys.works.get(key) else {
            return Ok(None);
        };
        let stores = self.world.stores();
        let ended = || stores.ended_works.get(work).map(|ended| &ended.submitted);
        let open = stores.works.get(work);
        let known = open.map(Work::submitted).or_else(ended);
        match known {
            Some(known) if **known == *request => Ok(Some(work)),
            Some(_) if open.is_some() => Err(Refusal::KeyTaken { entity: work.into() }),
            Some(_) | None => Ok(None),
        }
    }

    /// Refuses a queue in which as much waits as may.
    pub(crate) fn check_waiting(&self, queue: QueueId) -> Result<(), Refusal> {
        let max = self.live::<QueueProfile>(queue)?.profile.waiting_max;
        let waiting = self.world.index().line(queue).map_or(0, |line| line.waiting);
        if waiting >= max {
            return Err(Refusal::Limit { limit: LimitName::Waiting, max });
        }
        Ok(())
    }

    /// Refuses a new need when there are as many as may be.
    fn check_needs(&self, need: &Need) -> Result<(), Refusal> {
        let max = self.world.stores().config.limits.needs;
        let needs = &self.world.stores().needs;
        let known = || {
            let known = self.world.index().need_ids.get(need);
            known.is_some_and(|id| needs.uses(*id) > 0)
        };
        if needs.len() < max || known() || needs.has_room(max) {
            return Ok(());
        }
        Err(Refusal::Limit { limit: LimitName::Needs, max })
    }
}

impl Run for ChangeWork {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, change } = self;
        turn.check_work_known(work)?;
        if let Some(need) = &change.need {
            turn.check_mentions(|name| need.mentions(name))?;
        }
        change.check()?;
        let row = turn.open_work(work)?;
        let (request, front) = (row.request.clone(), row.place.front);
        turn.check_unowned(work)?;
        if let Some(need) = &change.need {
            let row = turn.world.work(work)?;
            let steps = row.relaxation(turn.world.queue_profile(row.queue)?);
            turn.check_needs(&relaxation::need(need, steps, row.relaxed))?;
        }
        let stays = change.front.is_none_or(|wanted| wanted == front);
        if !stays || change.applied_to(&request) != *request {
            turn.emit(Event::WorkChanged { work, change: Arc::new(change) });
        }
        Ok(())
    }
}

impl Run for Abandon {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        let stage = match turn.stage_unless(work, CloseCause::Abandoned) {
            // With an agent it was the end of the contact, and without a wrap-up that of the work.
            Err(Refusal::WorkOver { cause: Some(CloseCause::Completed), .. }) => return Ok(()),
            found => found?,
        };
        match stage {
            Some(
                Stage::Queued
                | Stage::Offered { .. }
                | Stage::Parked { .. }
                | Stage::Scheduled { .. }
                | Stage::Suspended,
            ) => {
                turn.withdraw_offer_of(work, Withdrawal::WorkGone);
                let (cause, by) = (CloseCause::Abandoned, EndedBy::Customer);
                turn.emit(Event::WorkClosed { work, cause, by });
                Ok(())
            }
            Some(Stage::Assigned { .. }) => {
                FinishContact { work, by: Finisher::Customer }.run(turn)
            }
            Some(Stage::WrapUp { .. } | Stage::Closed { .. }) | None => Ok(()),
        }
    }
}

impl Run for Cancel {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.stage_unless(work, CloseCause::Cancelled)? {
            Some(
                Stage::Queued
                | Stage::Offered { .. }
                | Stage::Parked { .. }
                | Stage::Scheduled { .. }
                | Stage::Suspended,
            ) => {
                turn.withdraw_offer_of(work, Withdrawal::WorkGone);
                let (cause, by) = (CloseCause::Cancelled, EndedBy::Host);
                turn.emit(Event::WorkClosed { work, cause, by });
                Ok(())
            }
            None => Ok(()),
            Some(Stage::Assigned { .. } | Stage::WrapUp { .. } | Stage::Closed { .. }) => {
                Err(turn.wrong_stage(work))
            }
        }
    }
}

impl Run for Close {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, code } = self;
        turn.check_work_known(work)?;
        if turn.completed_with(work, None, code) {
            return Ok(());
        }
        if let Some(code) = code {
            turn.live::<crate::model::reason::WrapUpCodeProfile>(code)?;
        }
        let owner = turn.open_work(work)?.stage.owner();
        let agent = owner.ok_or_else(|| turn.wrong_stage(work))?;
        turn.check_code(work, agent, code)?;
        turn.note_code(work, agent, code);
        turn.complete(work, EndedBy::Host);
        Ok(())
    }
}

impl Turn<'_> {
    /// Whether work was completed by this agent, if it matters, and with this code, if one is
    /// given, so that there is nothing left to do.
    pub(crate) fn completed_with(
        &self,
        work: WorkId,
        agent: Option<AgentId>,
        code: Option<CodeId>,
    ) -> bool {
        self.world.stores().ended_works.get(work).is_some_and(|ended| {
            ended.cause == CloseCause::Completed
                && agent.is_none_or(|agent| ended.owner == Some(agent))
                && (code.is_none() || ended.code == code)
        })
    }

    /// The stage of open work; none if it was closed for this cause, so that there is nothing left
    /// to do.
    pub(crate) fn stage_unless(
        &self,
        work: WorkId,
        done: CloseCause,
    ) -> Result<Option<Stage>, Refusal> {
        match self.open_work(work) {
            Ok(row) => Ok(Some(row.stage)),
            Err(Refusal::WorkOver { cause: Some(cause), .. }) if cause == done => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    pub(crate) fn complete(&mut self, work: WorkId, by: EndedBy) {
        self.emit(Event::WorkClosed { work, cause: CloseCause::Completed, by });
    }
}

impl Run for Hold {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.assigned_state(work)? {
            AssignmentState::Active => turn.emit(Event::WorkHeld { work }),
            AssignmentState::Held
            | AssignmentState::Parked
            | AssignmentState::WrapUp { .. }
            | AssignmentState::Ended => {}
        }
        Ok(())
    }
}

impl Run for Retrieve {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.assigned_state(work)? {
            AssignmentState::Held => turn.emit(Event::WorkRetrieved { work }),
            AssignmentState::Active
            | AssignmentState::Parked
            | AssignmentState::WrapUp { .. }
            | AssignmentState::Ended => {}
        }
        Ok(())
    }
}

impl Turn<'_> {
    /// The state of the assignment of work that an agent has.
    fn assigned_state(&self, work: WorkId) -> Result<AssignmentState, Refusal> {
        match self.open_work(work)?.stage {
            Stage::Assigned { agent } => {
                self.leg_state(work, agent).ok_or(Refusal::NotAssigned { work, agent })
            }
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => Err(self.wrong_stage(work)),
        }
    }
}

impl Run for Park {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, until } = self;
        match turn.open_work(work)?.stage {
            Stage::Parked { until: old, .. } if old == until => Ok(()),
            Stage::Assigned { .. } | Stage::Parked { .. } => {
                turn.emit(Event::WorkParked { work, until });
                Ok(())
            }
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Resume {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, by } = self;
        match turn.open_work(work)?.stage {
            Stage::Parked { .. } => {
                match by {
                    Resumer::Agent => turn.emit(Event::WorkResumed { work, by: ResumedBy::Agent }),
                    Resumer::Customer => turn.bring_back(work, ResumedBy::Customer),
                }
                Ok(())
            }
            Stage::Assigned { .. } => Ok(()),
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => Err(turn.wrong_stage(work)),
        }
    }
}

impl Turn<'_> {
    /// Parked work comes back: to its agent if he is available and has room, else to its queue.
    pub(crate) fn bring_back(&mut self, work: WorkId, by: ResumedBy) {
        if self.can_resume(work) == Some(true) {
            self.emit(Event::WorkResumed { work, by });
            return;
        }
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let Ok(profile) = self.world.queue_profile(row.queue) else {
            return;
        };
        let placement = profile.requeue.resumed;
        let sticky = self.sticky(work);
        self.requeue(work, placement, QueuedWhy::Resumed, sticky);
    }

    /// Somebody who drains takes his own work back; the room it holds while parked counts for it.
    fn can_resume(&self, work: WorkId) -> Option<bool> {
        let row = self.world.work(work).ok()?;
        let owner = row.stage.owner()?;
        let agent = self.world.agent(owner).ok()?;
        let attends = match self.world.attends(owner, row.request.channel).ok()? {
            Ok(()) => true,
            Err(why) => why == crate::command::refusal::Unavailable::Draining,
        };
        let active = self.world.claim(row, |profile| profile.weights.active).ok()?;
        let mut usage = agent.usage.clone();
        let parked = agent.assignment(work)?;
        self.world.release_all(parked, &mut usage);
        let profile = |channel| self.world.channel_profile(channel).ok();
        let pools = self.world.pools(parked.draws);
        let capacity = &self.world.agent_profile(owner).ok()?.capacity;
        let enforced = !self.world.queue_profile(row.queue).ok()?.external;
        let room = usage.room(capacity, active, pools, profile);
        Some(attends && (!enforced || room.is_ok()))
    }
}

impl Run for TransferToQueue {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, queue, placement } = self;
        turn.check_work_known(work)?;
        turn.live::<QueueProfile>(queue)?;
        let row = turn.open_work(work)?;
        let (stage, from) = (row.stage, row.queue);
        match stage {
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::Assigned { .. }
            | Stage::Parked { .. } => {}
            Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => return Err(turn.wrong_stage(work)),
        }
        if queue != from || !matches!(stage, Stage::Queued) {
            turn.check_waiting(queue)?;
        }
        let transferred = turn.world.queue_profile(from)?.requeue.transferred;
        turn.withdraw_offer_of(work, Withdrawal::Reassigned);
        let place = turn.place_in(work, queue, placement.unwrap_or(transferred));
        let wrap_up = turn.wrap_up_after_transfer(work);
        let why = QueuedWhy::Transferred;
        let sticky = None;
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky });
        turn.entered(work, Some(why));
        Ok(())
    }
}

impl Run for TransferToAgent {
    fn run(self, turn: &mut Turn<'_>) -> Result<OfferId, Refusal> {
        let Self { work, agent } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        let row = turn.open_work(work)?;
        let (stage, queue) = (row.stage, row.queue);
        if let Some(offer) = turn.world.rings_at(work, agent) {
            return Ok(offer);
        }
        match stage {
            Stage::Assigned { .. } | Stage::Parked { .. } => {}
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => return Err(turn.wrong_stage(work)),
        }
        turn.check_takes(work, agent, None)?;
        turn.check_offers(agent)?;
        let place = turn.place_after(work, Requeue::Front);
        let wrap_up = turn.wrap_up_after_transfer(work);
        let why = QueuedWhy::Transferred;
        let sticky = None;
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky });
        turn.pass_empty_steps(work);
        turn.offer(work, agent, OfferedBy::Transfer).ok_or_else(|| turn.wrong_stage(work))
    }
}
