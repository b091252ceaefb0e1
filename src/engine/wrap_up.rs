//! Deciding the end of contacts and what comes after them.

use crate::command::commands::{
    EndWrapUp, ExtendWrapUp, FinishContact, Finisher, RequestWrapUp, SetCode,
};
use crate::command::refusal::Refusal;
use crate::fact::event::{EndedBy, Event};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, CodeId, WorkId};
use crate::model::reason::WrapUpCodeProfile;
use crate::policy::wrap_up::{WrapUp, after_contact, code_at_timeout, may_end, needs_code};
use crate::state::assignment::AssignmentState;
use crate::state::work::CloseCause;
use crate::state::work::Stage;
use crate::world::rows::Assignment;

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;

impl Run for RequestWrapUp {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.open_work(work)?.stage {
            Stage::Assigned { agent } | Stage::Parked { agent, .. } => {
                if !turn.assignment(work, agent)?.wrap_up_requested {
                    turn.emit(Event::WrapUpRequested { work });
                }
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

impl Run for FinishContact {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, by } = self;
        let by = match by {
            Finisher::Agent => EndedBy::Agent,
            Finisher::Customer => EndedBy::Customer,
            Finisher::Host => EndedBy::Host,
        };
        match turn.stage_unless(work, CloseCause::Completed)? {
            Some(Stage::Assigned { .. } | Stage::Parked { .. }) => {
                match turn.wrap_up_of(work) {
                    Some(wrap_up) => turn.emit(Event::ContactEnded { work, by, wrap_up }),
                    None => turn.complete(work, by),
                }
                Ok(())
            }
            Some(Stage::WrapUp { .. }) | None => Ok(()),
            Some(
                Stage::Queued
                | Stage::Offered { .. }
                | Stage::Closed { .. }
                | Stage::Scheduled { .. }
                | Stage::Suspended,
            ) => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for SetCode {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, code } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        turn.live::<WrapUpCodeProfile>(code)?;
        turn.assignment(work, agent)?;
        turn.check_code_allowed(work, agent, code)?;
        turn.note_code(work, agent, Some(code));
        Ok(())
    }
}

impl Run for ExtendWrapUp {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, by } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        let leg = turn.assignment(work, agent)?;
        let AssignmentState::WrapUp { until, .. } = leg.state else {
            return Err(turn.wrong_stage(work));
        };
        let most = turn.world.queue_profile(leg.queue)?.wrap_up.extension_max;
        let latest = leg.wrap_up_until + most;
        let extended = until + by;
        if extended > latest {
            return Err(Refusal::ExtensionTooLong { latest });
        }
        if extended > until {
            turn.emit(Event::WrapUpExtended { work, agent, until: extended });
        }
        Ok(())
    }
}

impl Run for EndWrapUp {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, code } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        let leg = turn.assignment(work, agent);
        if leg.is_err() && turn.completed_with(work, Some(agent), code) {
            return Ok(());
        }
        if let Some(code) = code {
            turn.live::<WrapUpCodeProfile>(code)?;
        }
        let leg = leg?;
        let AssignmentState::WrapUp { until, .. } = leg.state else {
            return Err(turn.wrong_stage(work));
        };
        if !may_end(turn.world.queue_profile(leg.queue)?.wrap_up.mode, until) {
            return Err(Refusal::WrapUpNotOver { until });
        }
        turn.check_code(work, agent, code)?;
        turn.note_code(work, agent, code);
        turn.finish_wrap_up(work, agent, EndedBy::Agent);
        Ok(())
    }
}

impl Turn<'_> {
    /// An agent's assignment of a piece of work, which may be over for the others.
    fn assignment(&self, work: WorkId, agent: AgentId) -> Result<Assignment, Refusal> {
        let leg = self.world.agent(agent)?.assignment(work).copied();
        leg.ok_or(()).or_else(|()| {
            self.open_work(work)?;
            Err(Refusal::NotAssigned { work, agent })
        })
    }

    /// Refuses a code the queue does not have, and no code where one is needed.
    pub(crate) fn check_code(
        &self,
        work: WorkId,
        agent: AgentId,
        code: Option<CodeId>,
    ) -> Result<(), Refusal> {
        let leg = self.assignment(work, agent)?;
        match code.or(leg.code) {
            Some(code) => self.check_code_allowed(work, agent, code),
            None if needs_code(&self.world.queue_profile(leg.queue)?.wrap_up) => {
                Err(Refusal::CodeRequired)
            }
            None => Ok(()),
        }
    }

    fn check_code_allowed(
        &self,
        work: WorkId,
        agent: AgentId,
        code: CodeId,
    ) -> Result<(), Refusal> {
        let queue = self.assignment(work, agent)?.queue;
        if self.world.queue_profile(queue)?.wrap_up.allows(code) {
            Ok(())
        } else {
            Err(Refusal::CodeNotAllowed { code, queue })
        }
    }

    /// Says a code, if it was not said before.
    pub(crate) fn note_code(&mut self, work: WorkId, agent: AgentId, code: Option<CodeId>) {
        let Some(code) = code else { return };
        let given = self.assignment(work, agent).ok().and_then(|leg| leg.code);
        if given != Some(code) {
            self.emit(Event::CodeSet { work, agent, code });
        }
    }

    /// The wrap-up that begins if the contact ends now.
    fn wrap_up_of(&self, work: WorkId) -> Option<WrapUp> {
        let owner = self.world.work(work).ok()?.stage.owner()?;
        let leg = self.assignment(work, owner).ok()?;
        let mode = self.world.queue_profile(leg.queue).ok()?.wrap_up.mode;
        after_contact(mode, leg.wrap_up_requested, self.now)
    }

    /// The wrap-up of an agent who gives work away now. Where none of it counts against him there
    /// is nothing to keep the assignment for.
    pub(crate) fn wrap_up_after_transfer(&self, work: WorkId) -> Option<WrapUp> {
        let owner = self.world.work(work).ok()?.stage.owner()?;
        let leg = self.assignment(work, owner).ok()?;
        let rules = &self.world.queue_profile(leg.queue).ok()?.wrap_up;
        self.wrap_up_of(work).filter(|wrap_up| rules.after_transfer && wrap_up.counts)
    }

    /// Time ended a wrap-up.
    pub(crate) fn time_out_wrap_up(&mut self, work: WorkId, agent: AgentId) {
        let Ok(leg) = self.assignment(work, agent) else {
            return;
        };
        let Ok(profile) = self.world.queue_profile(leg.queue) else {
            return;
        };
        let code = code_at_timeout(&profile.wrap_up, leg.code);
        self.note_code(work, agent, code);
        self.finish_wrap_up(work, agent, EndedBy::System);
    }

    /// The owner's wrap-up ends with the work; that of somebody who gave it away ends alone.
    fn finish_wrap_up(&mut self, work: WorkId, agent: AgentId, by: EndedBy) {
        let owns = self.world.work(work).is_ok_and(|row| row.stage == Stage::WrapUp { agent });
        if owns {
            self.complete(work, by);
        } else {
            self.emit(Event::WrapUpEnded { work, agent, by });
        }
    }
}
