//! Deciding what happens to work that waits, or that an agent has: abandoned, cancelled, closed,
//! held, parked.

use crate::command::commands::{
    Abandon, Cancel, Close, FinishContact, Finisher, Hold, Park, Resume, Resumer, Retrieve,
};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::{EndedBy, Event, QueuedWhy, ResumedBy};
use crate::model::ids::WorkId;
use crate::model::reason::WrapUpCodeProfile;
use crate::state::assignment::AssignmentState;
use crate::state::offer::Withdrawal;
use crate::state::work::{CloseCause, Stage};

use crate::engine::matching::by_hand;
use crate::engine::requeue::requeue;
use crate::engine::run::Run;
use crate::engine::sticky::sticky;
use crate::engine::turn::{Halted, Turn};
use crate::engine::{alerting, checks, wrap_up};

impl Run for Abandon {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        let stage = match checks::stage_unless(turn, work, CloseCause::Abandoned) {
            // With an agent it was the end of the contact, and without a wrap-up that of the work.
            Err(Refusal::WorkOver { cause: Some(CloseCause::Completed), .. }) => return Ok(()),
            found => found?,
        };
        match stage {
            Some(stage) if stage.is_unattended() => {
                alerting::withdraw(turn, work, Withdrawal::WorkGone)?;
                let (cause, by) = (CloseCause::Abandoned, EndedBy::Customer);
                turn.emit(Event::closed(work, cause, by))?;
                Ok(())
            }
            Some(stage) if stage.is_with_agent() => {
                FinishContact { work, by: Finisher::Customer }.run(turn)
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Run for Cancel {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match checks::stage_unless(turn, work, CloseCause::Cancelled)? {
            Some(stage) if stage.is_unattended() => {
                alerting::withdraw(turn, work, Withdrawal::WorkGone)?;
                let (cause, by) = (CloseCause::Cancelled, EndedBy::Host);
                turn.emit(Event::closed(work, cause, by))?;
                Ok(())
            }
            None => Ok(()),
            Some(_) => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Close {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, code } = self;
        turn.check_work_known(work)?;
        if checks::is_completed(turn, work, None, code) {
            return Ok(());
        }
        if let Some(code) = code {
            turn.live::<WrapUpCodeProfile>(code)?;
        }
        let owner = turn.open_work(work)?.stage.owner();
        let agent = owner.ok_or_else(|| turn.wrong_stage(work))?;
        wrap_up::check_code(turn, agent, &checks::assignment(turn, work, agent)?, code)?;
        wrap_up::note_code(turn, (work, agent), code)?;
        Ok(wrap_up::complete(turn, work, EndedBy::Host)?)
    }
}

impl Run for Hold {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match assigned_state(turn, work)? {
            AssignmentState::Active => turn.emit(Event::WorkHeld { work })?,
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
        match assigned_state(turn, work)? {
            AssignmentState::Held => turn.emit(Event::WorkRetrieved { work })?,
            AssignmentState::Active
            | AssignmentState::Parked
            | AssignmentState::WrapUp { .. }
            | AssignmentState::Ended => {}
        }
        Ok(())
    }
}

impl Run for Park {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, until } = self;
        match turn.open_work(work)?.stage {
            Stage::Parked { until: old, .. } if old == until => Ok(()),
            stage if stage.is_with_agent() => {
                check_parked(turn, stage)?;
                turn.emit(Event::WorkParked { work, until })?;
                Ok(())
            }
            _ => Err(turn.wrong_stage(work)),
        }
    }
}

/// Refuses to park one more piece of work at an agent who has as many parked as they may.
fn check_parked(turn: &Turn<'_>, stage: Stage) -> Result<(), Refusal> {
    let Stage::Assigned { agent } = stage else { return Ok(()) };
    let max = turn.must(turn.world.agent_profile(agent))?.capacity.parked;
    let Some(max) = max else { return Ok(()) };
    let all = turn.agent(agent)?.assignments.iter();
    let parked = all.filter(|has| has.state == AssignmentState::Parked).count();
    if parked < usize::from(max) {
        return Ok(());
    }
    Err(Refusal::Limit { limit: LimitName::Parked, max: max.into() })
}

impl Run for Resume {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, by } = self;
        match turn.open_work(work)?.stage {
            Stage::Parked { .. } => {
                match by {
                    Resumer::Agent => {
                        turn.emit(Event::WorkResumed { work, by: ResumedBy::Agent })?
                    }
                    Resumer::Customer => bring_back(turn, work, ResumedBy::Customer)?,
                }
                Ok(())
            }
            stage if stage.is_with_agent() => Ok(()),
            _ => Err(turn.wrong_stage(work)),
        }
    }
}

/// The state of the assignment of work that an agent has.
fn assigned_state(turn: &Turn<'_>, work: WorkId) -> Result<AssignmentState, Refusal> {
    let agent = checks::owner(turn, work)?;
    let state = turn.assignment_state(work, agent);
    state.ok_or(Refusal::NotAssigned { work, agent })
}

/// Parked work comes back: to its agent if they attend its channel and have room, else to its
/// queue.
pub(crate) fn bring_back(turn: &mut Turn<'_>, work: WorkId, by: ResumedBy) -> Result<(), Halted> {
    if by_hand::can_resume(turn.matching(), work) {
        return turn.emit(Event::WorkResumed { work, by });
    }
    let placement = turn.queue_profile(turn.work(work)?.queue)?.requeue.resumed;
    let sticky = sticky(turn, work)?;
    requeue(turn, work, placement, QueuedWhy::Resumed, sticky)
}
