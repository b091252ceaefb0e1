//! Deciding the end of contacts, and the wrap-up that comes after them.

use alloc::format;

use crate::command::commands::{
    EndWrapUp, ExtendWrapUp, FinishContact, Finisher, RequestWrapUp, SetCode,
};
use crate::command::refusal::Refusal;
use crate::fact::event::{EndedBy, Event};
use crate::model::ids::{AgentId, CodeId, QueueId, WorkId};
use crate::model::reason::WrapUpCodeProfile;
use crate::model::wrap_up::{AgentWrapUp, WrapUpMode};
use crate::policy::wrap_up::{WrapUp, after_contact, code_at_timeout, may_end, needs_code};
use crate::state::assignment::AssignmentState;
use crate::state::work::{CloseCause, Stage};
use crate::world::rows::Assignment;

use crate::engine::checks;
use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};

impl Run for RequestWrapUp {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        let stage = turn.open_work(work)?.stage;
        let owner = stage.owner().filter(|_| stage.is_with_agent());
        let agent = owner.ok_or_else(|| turn.wrong_stage(work))?;
        if !checks::assignment(turn, work, agent)?.wrap_up_requested {
            turn.emit(Event::WrapUpRequested { work })?;
        }
        Ok(())
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
        match checks::stage_unless(turn, work, CloseCause::Completed)? {
            Some(stage) if stage.is_with_agent() => {
                match after_owner(turn, work)? {
                    Some(wrap_up) => turn.emit(Event::ContactEnded { work, by, wrap_up })?,
                    None => complete(turn, work, by)?,
                }
                Ok(())
            }
            Some(Stage::WrapUp { .. }) | None => Ok(()),
            Some(_) => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for SetCode {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, code } = self;
        checks::named(turn, work, agent)?;
        turn.live::<WrapUpCodeProfile>(code)?;
        let assignment = checks::assignment(turn, work, agent)?;
        check_allowed(turn, &assignment, code)?;
        Ok(note_code(turn, (work, agent), Some(code))?)
    }
}

impl Run for ExtendWrapUp {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, by } = self;
        checks::named(turn, work, agent)?;
        let assignment = checks::assignment(turn, work, agent)?;
        let AssignmentState::WrapUp { until, .. } = assignment.state else {
            return Err(turn.wrong_stage(work));
        };
        let most = turn.queue_profile(assignment.queue)?.wrap_up.extension_max;
        let latest = assignment.wrap_up_until + most;
        let extended = until + by;
        if extended > latest {
            return Err(Refusal::ExtensionTooLong { latest });
        }
        if extended > until {
            turn.emit(Event::WrapUpExtended { work, agent, until: extended })?;
        }
        Ok(())
    }
}

impl Run for EndWrapUp {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, code } = self;
        checks::named(turn, work, agent)?;
        let assignment = checks::assignment(turn, work, agent);
        if assignment.is_err() && checks::is_completed(turn, work, Some(agent), code) {
            return Ok(());
        }
        if let Some(code) = code {
            turn.live::<WrapUpCodeProfile>(code)?;
        }
        let assignment = assignment?;
        let AssignmentState::WrapUp { until, .. } = assignment.state else {
            return Err(turn.wrong_stage(work));
        };
        if !may_end(mode(turn, agent, assignment.queue)?, until) {
            return Err(Refusal::WrapUpNotOver { until });
        }
        check_code(turn, agent, &assignment, code)?;
        note_code(turn, (work, agent), code)?;
        Ok(finish(turn, work, agent, EndedBy::Agent)?)
    }
}

/// Refuses a code that the queue of an assignment does not have, and no code where one is needed.
pub(crate) fn check_code(
    turn: &Turn<'_>,
    agent: AgentId,
    assignment: &Assignment,
    code: Option<CodeId>,
) -> Result<(), Refusal> {
    match code.or(assignment.code) {
        Some(code) => check_allowed(turn, assignment, code),
        None => {
            let rules = &turn.queue_profile(assignment.queue)?.wrap_up;
            let needs = needs_code(mode(turn, agent, assignment.queue)?, rules);
            if needs { Err(Refusal::CodeRequired) } else { Ok(()) }
        }
    }
}

/// The mode in which an agent wraps up work of a queue.
fn mode(turn: &Turn<'_>, agent: AgentId, queue: QueueId) -> Result<WrapUpMode, Halted> {
    let own = turn.must(turn.world.agent_profile(agent))?.wrap_up;
    Ok(own.of(turn.queue_profile(queue)?.wrap_up.mode))
}

fn check_allowed(turn: &Turn<'_>, assignment: &Assignment, code: CodeId) -> Result<(), Refusal> {
    let queue = assignment.queue;
    if turn.queue_profile(queue)?.wrap_up.allows(code) {
        Ok(())
    } else {
        Err(Refusal::CodeNotAllowed { code, queue })
    }
}

/// Notes the code of an agent's assignment, if it is given and is not noted yet.
pub(crate) fn note_code(
    turn: &mut Turn<'_>,
    (work, agent): (WorkId, AgentId),
    code: Option<CodeId>,
) -> Result<(), Halted> {
    let noted = owned(turn, work, agent)?.code;
    match code {
        Some(code) if noted != Some(code) => turn.emit(Event::CodeSet { work, agent, code }),
        Some(_) | None => Ok(()),
    }
}

/// An assignment that must be there.
fn owned<'a>(turn: &'a Turn<'_>, work: WorkId, agent: AgentId) -> Result<&'a Assignment, Halted> {
    let assignment = turn.agent(agent)?.assignment(work);
    assignment.ok_or_else(|| turn.fault(format!("{agent} does not have {work}, and must")))
}

/// The wrap-up of the owner that begins if the contact ends now.
fn after_owner(turn: &Turn<'_>, work: WorkId) -> Result<Option<WrapUp>, Halted> {
    let Some(owner) = turn.work(work)?.stage.owner() else {
        return Ok(None);
    };
    let assignment = owned(turn, work, owner)?;
    let mode = mode(turn, owner, assignment.queue)?;
    Ok(after_contact(mode, assignment.wrap_up_requested, turn.now))
}

/// The wrap-up of an agent who gives work away now. Where none of it counts against them there is
/// nothing to keep the assignment for.
pub(crate) fn after_transfer(turn: &Turn<'_>, work: WorkId) -> Result<Option<WrapUp>, Halted> {
    let Some(owner) = turn.work(work)?.stage.owner() else {
        return Ok(None);
    };
    let rules = &turn.queue_profile(owned(turn, work, owner)?.queue)?.wrap_up;
    let wrap_up = after_owner(turn, work)?;
    Ok(wrap_up.filter(|wrap_up| rules.after_transfer && wrap_up.counts))
}

/// Time ended a wrap-up.
pub(crate) fn time_out(turn: &mut Turn<'_>, work: WorkId, agent: AgentId) -> Result<(), Halted> {
    let assignment = owned(turn, work, agent)?;
    let rules = &turn.queue_profile(assignment.queue)?.wrap_up;
    let code = code_at_timeout(rules, assignment.code);
    note_code(turn, (work, agent), code)?;
    finish(turn, work, agent, EndedBy::System)
}

/// The owner's wrap-up ends with the work; that of an agent who gave it away ends alone.
fn finish(turn: &mut Turn<'_>, work: WorkId, agent: AgentId, by: EndedBy) -> Result<(), Halted> {
    let owns = turn.world.work(work).is_ok_and(|row| row.stage == Stage::WrapUp { agent });
    if owns { complete(turn, work, by) } else { turn.emit(Event::WrapUpEnded { work, agent, by }) }
}

/// Work was dealt with.
pub(crate) fn complete(turn: &mut Turn<'_>, work: WorkId, by: EndedBy) -> Result<(), Halted> {
    let stage = turn.work(work)?.stage;
    let never_wrapped_up = match stage.owner().filter(|_| stage.is_with_agent()) {
        Some(agent) => turn.must(turn.world.agent_profile(agent))?.wrap_up == AgentWrapUp::Never,
        None => false,
    };
    turn.emit(Event::WorkClosed {
        work,
        cause: CloseCause::Completed,
        by,
        outside: None,
        never_wrapped_up,
    })
}
