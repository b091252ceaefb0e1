//! What several commands check before they do anything: it reads, and refuses.

use alloc::sync::Arc;

use crate::command::refusal::{LimitName, Refusal, Unavailable};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, CodeId, WorkId};
use crate::model::work::WorkRequest;
use crate::state::presence::Presence;
use crate::state::work::{CloseCause, Stage};
use crate::world::legs::Leg;
use crate::world::rows::Assignment;

use crate::engine::matching::by_hand::{self, Fitness};
use crate::engine::matching::{agent, item};
use crate::engine::turn::Turn;

/// Refuses work that never was, and agents who are not there.
pub(crate) fn named(turn: &Turn<'_>, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
    turn.check_work_known(work)?;
    turn.live::<AgentProfile>(agent).map(drop)
}

/// Refuses work that somebody has, parked or wraps up.
pub(crate) fn unowned(turn: &Turn<'_>, work: WorkId) -> Result<(), Refusal> {
    match turn.open_work(work)?.stage.owner() {
        Some(_) => Err(turn.wrong_stage(work)),
        None => Ok(()),
    }
}

/// The agent who has work, active or held.
pub(crate) fn owner(turn: &Turn<'_>, work: WorkId) -> Result<AgentId, Refusal> {
    turn.open_work(work)?.stage.handler().ok_or_else(|| turn.wrong_stage(work))
}

/// The stage of open work; none if it was closed for this cause, so that there is nothing left to
/// do.
pub(crate) fn stage_unless(
    turn: &Turn<'_>,
    work: WorkId,
    done: CloseCause,
) -> Result<Option<Stage>, Refusal> {
    match turn.open_work(work) {
        Ok(row) => Ok(Some(row.stage)),
        Err(Refusal::WorkOver { cause: Some(cause), .. }) if cause == done => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// True if the work was completed, by this agent and with this code where they are given, so that
/// there is nothing left to do.
pub(crate) fn is_completed(
    turn: &Turn<'_>,
    work: WorkId,
    agent: Option<AgentId>,
    code: Option<CodeId>,
) -> bool {
    turn.world.stores().ended_works.get(work).is_some_and(|ended| {
        ended.cause == CloseCause::Completed
            && agent.is_none_or(|agent| ended.owner == Some(agent))
            && (code.is_none() || ended.code == code)
    })
}

/// An agent's assignment of a piece of work. It may last when the work is another's, or over.
pub(crate) fn assignment(
    turn: &Turn<'_>,
    work: WorkId,
    agent: AgentId,
) -> Result<Assignment, Refusal> {
    match turn.agent(agent)?.assignment(work) {
        Some(assignment) => Ok(*assignment),
        None => {
            turn.open_work(work)?;
            Err(Refusal::NotAssigned { work, agent })
        }
    }
}

/// Refuses an agent who cannot take a piece of work.
pub(crate) fn takes(
    turn: &Turn<'_>,
    work: WorkId,
    agent: AgentId,
    fitness: Fitness,
) -> Result<(), Refusal> {
    let row = turn.open_work(work)?;
    let takes = by_hand::can_take(turn.matching(), work, row, agent, fitness);
    takes.map_err(|why| Refusal::Unavailable { agent, why })
}

/// Refuses an agent who has gone home: their time with the work would run on until they are back.
pub(crate) fn not_offline(turn: &Turn<'_>, agent: AgentId) -> Result<(), Refusal> {
    if matches!(turn.agent(agent)?.presence, Presence::Offline { .. }) {
        return Err(Refusal::Unavailable { agent, why: Unavailable::OffQueue });
    }
    Ok(())
}

/// Refuses an agent who could not take work that is not there yet.
pub(crate) fn takes_new(
    turn: &Turn<'_>,
    request: &Arc<WorkRequest>,
    agent: AgentId,
) -> Result<(), Refusal> {
    let takes = by_hand::can_take_new(turn.matching(), request, agent);
    takes.map_err(|why| Refusal::Unavailable { agent, why })
}

/// Refuses an agent who has, wraps up or takes part in this very work.
pub(crate) fn not_involved(turn: &Turn<'_>, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
    if item::is_involved(turn.world, turn.agent(agent)?, work) {
        return Err(has_it_already(agent));
    }
    Ok(())
}

/// The refusal of an agent who has, wraps up or takes part in this very work.
pub(crate) const fn has_it_already(agent: AgentId) -> Refusal {
    Refusal::Unavailable { agent, why: Unavailable::HasItAlready }
}

/// Refuses an agent who could not accept one more offer, because it could become one assignment too
/// many.
pub(crate) fn may_be_offered(turn: &Turn<'_>, id: AgentId) -> Result<(), Refusal> {
    let more = agent::may_have_more(turn.matching(), id);
    if more { Ok(()) } else { Err(too_many_assignments(turn)) }
}

/// Refuses an agent who has as many assignments as there may be.
pub(crate) fn may_be_assigned(turn: &Turn<'_>, agent: AgentId) -> Result<(), Refusal> {
    let max = turn.world.stores().config.limits.assignments as usize;
    let more = turn.agent(agent)?.assignments.len() < max;
    if more { Ok(()) } else { Err(too_many_assignments(turn)) }
}

fn too_many_assignments(turn: &Turn<'_>) -> Refusal {
    let max = turn.world.stores().config.limits.assignments;
    Refusal::Limit { limit: LimitName::Assignments, max }
}

/// Refuses one more party to work in which as many take part, are asked or are looked for as may.
pub(crate) fn legs(turn: &Turn<'_>, work: WorkId) -> Result<(), Refusal> {
    let (limit, max) = (LimitName::Legs, Leg::MAX);
    let more = turn.world.parties(work, turn.open_work(work)?) < max as usize;
    if more { Ok(()) } else { Err(Refusal::Limit { limit, max }) }
}
