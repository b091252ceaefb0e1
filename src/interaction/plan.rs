//! What the engine is told when a record's command is about open work.

use crate::command::commands::{
    Abandon, Cancel, Close, Command, EndWrapUp, FinishContact, Finisher, Force, Hold, Park, Resume,
    Resumer, Retrieve, SetCode,
};
use crate::engine::view::View;
use crate::model::ids::{AgentId, CodeId, WorkId};
use crate::state::work::Stage;

use crate::interaction::conversation::Author;
use crate::interaction::ids::InteractionId;
use crate::interaction::record::Interaction;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::{Actor, Ending, InteractionState};
use crate::interaction::store::Store;

/// What is done to work for a command of records.
#[derive(Clone, Debug)]
#[allow(unnameable_types, reason = "only the sealed half of `RecordAction` speaks of it")]
pub enum Plan {
    /// Nothing.
    Alone,
    /// This, and its facts move the interaction; then the command says what they could not.
    First(Command),
    /// This, and the command moves the interaction; its facts come too late to do so.
    Beside(Command),
}

/// An interaction with its open work.
struct Pair<'a> {
    row: &'a Interaction,
    work: WorkId,
    stage: Stage,
}

fn pair<'a>(
    store: &'a Store,
    view: View<'_>,
    id: InteractionId,
) -> Result<Option<Pair<'a>>, RecordRefusal> {
    let row = store.interaction(id)?;
    let stage = |work| view.work(work).map(|work| work.stage());
    let open = row.work.and_then(|work| Some((work, stage(work)?)));
    Ok(open.map(|(work, stage)| Pair { row, work, stage }))
}

pub(crate) fn assign(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    agent: AgentId,
) -> Result<Plan, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(Pair { work, stage, .. }) if stage.owner() != Some(agent) => {
            Plan::First(Force { work, agent }.into())
        }
        _ => Plan::Alone,
    })
}

/// Who can wait is put aside, so that his agent has room; the others are held.
pub(crate) fn hold(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
) -> Result<Plan, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(Pair { row, work, .. }) if row.state == InteractionState::WorkInProgress => {
            Plan::First(if row.kind.can_wait() {
                Park { work, until: None }.into()
            } else {
                Hold { work }.into()
            })
        }
        _ => Plan::Alone,
    })
}

pub(crate) fn resume(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
) -> Result<Plan, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(Pair { work, stage: Stage::Parked { .. }, .. }) => {
            Plan::First(Resume { work, by: Resumer::Agent }.into())
        }
        Some(Pair { row, work, stage: Stage::Assigned { .. } })
            if row.state == InteractionState::OnHold =>
        {
            Plan::First(Retrieve { work }.into())
        }
        _ => Plan::Alone,
    })
}

pub(crate) fn end(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    ending: Ending,
    by: Actor,
) -> Result<Plan, RecordRefusal> {
    let Some(Pair { work, stage, .. }) = pair(store, view, id)? else { return Ok(Plan::Alone) };
    let by = match by {
        Actor::Agent(_) => Finisher::Agent,
        Actor::Customer => Finisher::Customer,
        Actor::VirtualAgent | Actor::Host | Actor::System => Finisher::Host,
    };
    Ok(match stage {
        _ if ending == Ending::Fault => Plan::Alone,
        stage if stage.is_with_agent() => Plan::First(FinishContact { work, by }.into()),
        stage if !stage.is_unowned() => Plan::Alone,
        _ if ending == Ending::Customer => Plan::First(Abandon { work }.into()),
        _ => Plan::First(Cancel { work }.into()),
    })
}

pub(crate) fn set_code(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    code: CodeId,
) -> Result<Plan, RecordRefusal> {
    let found = pair(store, view, id)?;
    let owned = found.and_then(|pair| Some((pair.work, pair.stage.owner()?)));
    Ok(owned.map_or(Plan::Alone, |(work, agent)| Plan::First(SetCode { work, agent, code }.into())))
}

pub(crate) fn end_wrap_up(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    code: Option<CodeId>,
) -> Result<Plan, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(Pair { work, stage: Stage::WrapUp { agent }, .. }) => {
            Plan::First(EndWrapUp { work, agent, code }.into())
        }
        _ => Plan::Alone,
    })
}

/// Work that nobody has ends with its record afterwards.
pub(crate) fn close(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    code: Option<CodeId>,
) -> Result<Plan, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(Pair { row, work, stage }) if stage.owner().is_some() => {
            Plan::Beside(Close { work, code: code.or(row.code) }.into())
        }
        _ => Plan::Alone,
    })
}

/// A customer who writes brings back work that is parked or held.
pub(crate) fn brought_back(row: &Interaction, author: Author, stage: Stage) -> Option<Command> {
    let waits = author == Author::Requester && row.state == InteractionState::OnHold;
    let work = row.work.filter(|_| waits)?;
    match stage {
        Stage::Parked { .. } => Some(Resume { work, by: Resumer::Customer }.into()),
        Stage::Assigned { .. } => Some(Retrieve { work }.into()),
        _ => None,
    }
}
