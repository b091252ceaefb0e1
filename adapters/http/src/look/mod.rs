//! Requests that change nothing. What the one who asks may not see does not exist for them.
//!
//! Knows who may look at what as a whole. Which work and which interactions somebody sees, the
//! centre says.

mod agents;
mod figures;
mod interactions;
mod journeys;
mod me;
mod queues;
mod work;

use strowger::Centre;
use strowger::centre::CentreRefusal;
use strowger::command::{Actor, RefusalKind};
use strowger::host::Calls;
use strowger::model::{AgentId, WorkId};
use strowger::view::View;

use crate::problem::ProblemDetails;
use crate::tell::refused;
use crate::who::{Caller, Role};

pub(crate) use agents::{agent, agent_why, agents, cards, controls, inbox};
pub(crate) use figures::{facts, figures};
pub(crate) use interactions::{
    contacts, interaction, messages, mine, parties, targets, typing, workspace,
};
pub(crate) use journeys::{journey, journey_changes, journey_of_customer, visitors};
pub(crate) use me::me;
pub(crate) use queues::{line, queue, queues};
pub(crate) use work::{all_work, one_work, work_why};

/// The work that a part of a path names: by its key, or behind `~` by its number.
fn work_named(view: View<'_>, text: &str) -> Option<WorkId> {
    match text.strip_prefix('~') {
        Some(number) => number.parse().ok().map(WorkId::from_raw),
        None => view.work_id(text),
    }
}

/// The work that a part of a path names, if there is such work for an actor.
fn work_seen(view: View<'_>, actor: &Actor, text: &str) -> Result<WorkId, ProblemDetails> {
    let work = work_named(view, text).filter(|work| view.sees(actor, *work));
    work.ok_or_else(ProblemDetails::unknown)
}

/// The agent that a part of a path names, for whom the caller may look: agents for themselves.
fn agent_named(
    view: View<'_>,
    caller: &Caller,
    actor: &Actor,
    text: &str,
) -> Result<AgentId, ProblemDetails> {
    let agent = view.agent_id(text);
    match (caller.role, actor) {
        (Role::Host | Role::Supervisor, _) => agent.ok_or_else(ProblemDetails::unknown),
        (_, Actor::Agent(me)) if agent == Some(*me) => Ok(*me),
        _ => Err(ProblemDetails::not_allowed()),
    }
}

/// The agent who asks.
fn agent_self(actor: &Actor) -> Result<AgentId, ProblemDetails> {
    match actor {
        Actor::Agent(agent) => Ok(*agent),
        _ => Err(ProblemDetails::not_allowed()),
    }
}

/// Refuses those who are not of these roles.
pub(crate) fn only(caller: &Caller, roles: &[Role]) -> Result<(), ProblemDetails> {
    if roles.contains(&caller.role) { Ok(()) } else { Err(ProblemDetails::not_allowed()) }
}

/// Why the centre does not show something. What is another's is not there for who may not see it.
fn hidden(calls: &Calls<'_, Centre>, refusal: &CentreRefusal) -> ProblemDetails {
    match refusal.kind() {
        RefusalKind::Unknown => ProblemDetails::unknown(),
        _ => refused(calls, refusal),
    }
}
