//! What the engine is told when a record's command is about work.

use alloc::sync::Arc;

use crate::base::time::Timestamp;
use crate::command::commands::{
    Abandon, Cancel, Close, Command, EndWrapUp, FinishContact, Finisher, Force, Hold, Park, Resume,
    Resumer, Retrieve, SetCode, Submit,
};
use crate::engine::view::View;
use crate::layer::above::Plan;
use crate::model::ids::{AgentId, CodeId, QueueId, WorkId};
use crate::model::work::WorkRequest;
use crate::model::wrap_up::AgentWrapUp;
use crate::state::work::Stage;

use crate::interaction::conversation::Author;
use crate::interaction::ids::InteractionId;
use crate::interaction::record::Interaction;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::{Ending, InteractionState, InteractionStep, Party};
use crate::interaction::store::Store;

/// The plan of what is done to work for a command of records.
pub(crate) type Ahead = Plan<Command>;

/// An interaction with its open work.
struct InteractionWork<'a> {
    row: &'a Interaction,
    work: WorkId,
    stage: Stage,
}

fn pair<'a>(
    store: &'a Store,
    view: View<'_>,
    id: InteractionId,
) -> Result<Option<InteractionWork<'a>>, RecordRefusal> {
    let row = store.interaction(id)?;
    let stage = |work| view.work(work).map(|work| work.stage());
    let open = row.work.and_then(|work| Some((work, stage(work)?)));
    Ok(open.map(|(work, stage)| InteractionWork { row, work, stage }))
}

pub(crate) fn assign(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    agent: AgentId,
) -> Result<Ahead, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(InteractionWork { work, stage, .. }) if stage.owner() != Some(agent) => {
            Ahead::First(Force { work, agent }.into())
        }
        _ => Ahead::Alone,
    })
}

/// Work that can wait is put aside, so that its agent has room. Other work is held. What is put
/// aside may get a new time.
pub(crate) fn hold(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    until: Option<Timestamp>,
) -> Result<Ahead, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(InteractionWork { work, stage: Stage::Parked { until: before, .. }, .. })
            if until.is_some() && until != before =>
        {
            Ahead::First(Park { work, until }.into())
        }
        Some(InteractionWork { row, work, .. })
            if row.state == InteractionState::WorkInProgress =>
        {
            Ahead::First(if row.kind.can_wait() {
                Park { work, until }.into()
            } else {
                Hold { work }.into()
            })
        }
        _ => Ahead::Alone,
    })
}

pub(crate) fn resume(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
) -> Result<Ahead, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(InteractionWork { work, stage: Stage::Parked { .. }, .. }) => {
            Ahead::First(Resume { work, by: Resumer::Agent }.into())
        }
        Some(InteractionWork { row, work, stage: Stage::Assigned { .. } })
            if row.state == InteractionState::OnHold =>
        {
            Ahead::First(Retrieve { work }.into())
        }
        _ => Ahead::Alone,
    })
}

pub(crate) fn end(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    ending: Ending,
    by: Party,
) -> Result<Ahead, RecordRefusal> {
    let Some(InteractionWork { row, work, stage }) = pair(store, view, id)? else {
        return Ok(Ahead::Alone);
    };
    let ending = row.ending_by(ending, by);
    let by = match by {
        by if by == row.requester() => Finisher::Customer,
        Party::Agent(_) => Finisher::Agent,
        Party::Customer => Finisher::Customer,
        Party::VirtualAgent | Party::Host | Party::System => Finisher::Host,
    };
    Ok(match stage {
        _ if ending == Ending::Fault => Ahead::Alone,
        stage if stage.is_with_agent() => Ahead::First(FinishContact { work, by }.into()),
        stage if !stage.is_unowned() => Ahead::Alone,
        _ if ending == Ending::Customer => Ahead::First(Abandon { work }.into()),
        _ => Ahead::First(Cancel { work }.into()),
    })
}

pub(crate) fn set_code(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    code: CodeId,
) -> Result<Ahead, RecordRefusal> {
    let found = pair(store, view, id)?;
    let owned = found.and_then(|pair| Some((pair.work, pair.stage.owner()?)));
    Ok(owned
        .map_or(Ahead::Alone, |(work, agent)| Ahead::First(SetCode { work, agent, code }.into())))
}

pub(crate) fn end_wrap_up(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    code: Option<CodeId>,
) -> Result<Ahead, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(InteractionWork { work, stage: Stage::WrapUp { agent }, .. }) => {
            Ahead::First(EndWrapUp { work, agent, code }.into())
        }
        _ => Ahead::Alone,
    })
}

/// Work that nobody has ends with its record afterwards.
pub(crate) fn close(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    code: Option<CodeId>,
) -> Result<Ahead, RecordRefusal> {
    Ok(match pair(store, view, id)? {
        Some(InteractionWork { row, work, stage }) if stage.owner().is_some() => {
            Ahead::Beside(Close { work, code: code.or(row.code) }.into())
        }
        _ => Ahead::Alone,
    })
}

/// Work is submitted for an interaction that has none, unless it was submitted before.
pub(crate) fn submit(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    request: &Arc<WorkRequest>,
) -> Result<Ahead, RecordRefusal> {
    let row = store.interaction(id)?;
    let known = request.key.as_ref().and_then(|key| view.work_id(key));
    let known = known.filter(|work| view.work(*work).is_some());
    if known.is_none() || known != row.work {
        store.check_step(id, InteractionStep::Queue)?;
        store.check_without_work(id)?;
    }
    Ok(Ahead::Beside(Submit(with_context(row, request)).into()))
}

/// Work is submitted if somebody is there.
pub(crate) fn hand_off(
    store: &Store,
    view: View<'_>,
    id: InteractionId,
    request: &Arc<WorkRequest>,
) -> Result<Ahead, RecordRefusal> {
    store.check_handoff(id)?;
    let row = store.interaction(id)?;
    Ok(match somebody_there(view, request.queue) {
        true => Ahead::Beside(Submit(with_context(row, request)).into()),
        false => Ahead::Alone,
    })
}

/// True if an agent never wraps up.
pub(crate) fn never_wraps_up(view: View<'_>, agent: Option<AgentId>) -> bool {
    let agent = agent.and_then(|agent| view.agent(agent));
    agent.is_some_and(|agent| agent.profile().wrap_up == AgentWrapUp::Never)
}

/// True if a queue is open and somebody is at work in it, whatever they can do.
fn somebody_there(view: View<'_>, queue: QueueId) -> bool {
    view.queue(queue).is_some_and(|queue| queue.is_open() && queue.staffed() > 0)
}

/// A request with what is known of the contact. It stays shared where there is nothing to add.
fn with_context(row: &Interaction, request: &Arc<WorkRequest>) -> Arc<WorkRequest> {
    let mut request = Arc::clone(request);
    for (name, value) in &row.context {
        if !request.attributes.contains_key(name) {
            let attributes = &mut Arc::make_mut(&mut request).attributes;
            attributes.insert(name.clone(), value.clone());
        }
    }
    request
}

/// A customer who writes brings back work that is parked or held.
pub(crate) fn brought_back(row: &Interaction, author: Author, stage: Stage) -> Option<Command> {
    let waits = row.asks(author) && row.state == InteractionState::OnHold;
    let work = row.work.filter(|_| waits)?;
    match stage {
        Stage::Parked { .. } => Some(Resume { work, by: Resumer::Customer }.into()),
        Stage::Assigned { .. } => Some(Retrieve { work }.into()),
        _ => None,
    }
}
