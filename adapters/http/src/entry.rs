//! The ways in for customers: a page opens a conversation, and the work for it waits in a queue.

use axum::http::StatusCode;
use strowger::centre::CentreRefusal;
use strowger::host::Calls;
use strowger::interaction::{
    EntryPoint, Interaction, InteractionId, InteractionRequest, InteractionType, OpenInteraction,
    SubmitWork,
};
use strowger::model::WorkRequest;
use strowger::{Centre, Key, Timestamp};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::feed::ForCustomer;
use crate::look::only;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::tell::refused;
use crate::who::Role;

/// Where a conversation that a customer opens goes: a customer chooses the door, and the house what
/// lies behind it.
///
/// ```
/// use strowger::interaction::InteractionType;
/// use strowger_http::EntryDoor;
///
/// let door = EntryDoor::new(InteractionType::Chat, "support", "chat");
/// assert_eq!((&*door.queue, &*door.channel), ("support", "chat"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryDoor {
    /// The type of the interaction.
    pub kind: InteractionType,
    /// The key of the queue in which its work waits.
    pub queue: Key,
    /// The key of the channel of its work.
    pub channel: Key,
}

impl EntryDoor {
    /// A way in to this queue on that channel.
    pub fn new(kind: InteractionType, queue: impl Into<Key>, channel: impl Into<Key>) -> Self {
        Self { kind, queue: queue.into(), channel: channel.into() }
    }
}

/// Opens a conversation of the customer who asks. If one that came in here goes on, the answer is
/// that one: a page that is loaded again, or on another device, finds it.
///
/// # Errors
/// 403 for all but customers, 404 if there is no such way in, 503 if it leads nowhere, else what
/// the centre refuses.
pub(crate) async fn enter(site: &Site, asked: Asked) -> Said {
    only(&asked.caller, &[Role::Customer])?;
    let name = Key::from(asked.param("entry"));
    let door = site.entry(&name).ok_or_else(ProblemDetails::unknown)?;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let customer = &asked.caller.key;
        if let Some(id) = goes_on(calls.decides(), customer, &name) {
            return shown(calls, id, StatusCode::OK);
        }
        let opened = open(calls, now, customer, &name, &door)?;
        let id = opened.map_err(|refusal| refused(calls, &refusal))?;
        shown(calls, id, StatusCode::CREATED)
    };
    site.ask(Box::new(job)).await
}

/// A conversation of the customer that came in here and is not over.
fn goes_on(centre: &Centre, customer: &Key, name: &Key) -> Option<InteractionId> {
    let came_in = |row: &&Interaction| {
        let entry = row.conversation.as_deref().and_then(|talk| talk.entries.first());
        !row.is_finished() && entry.is_some_and(|entry| entry.name == *name)
    };
    Some(centre.records()?.of_customer(customer).find(came_in)?.id)
}

/// Opens an interaction, and submits its work. The host does both for the customer.
fn open(
    calls: &mut Calls<'_, Centre>,
    now: Timestamp,
    customer: &Key,
    name: &Key,
    door: &EntryDoor,
) -> Result<Result<InteractionId, CentreRefusal>, ProblemDetails> {
    let view = calls.view();
    let nowhere = || ProblemDetails::leads_nowhere();
    let queue = view.queue_id(&door.queue).ok_or_else(nowhere)?;
    let channel = view.channel_id(&door.channel).ok_or_else(nowhere)?;
    let opening = InteractionRequest::new(door.kind)
        .with_opened_for(customer.clone())
        .with_entry(EntryPoint::new(name));
    let id = match calls.execute(now, OpenInteraction::new(opening)) {
        Ok(id) => id,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let request = WorkRequest::new(queue, channel).with_customer(customer.clone());
    Ok(calls.execute(now, SubmitWork::new(id, request)).map(|_| id))
}

fn shown(calls: &Calls<'_, Centre>, id: InteractionId, status: StatusCode) -> Said {
    let row = calls.decides().records().and_then(|records| records.interaction(id));
    let conversation = ForCustomer::of(row.ok_or_else(ProblemDetails::unknown)?);
    let answer = Answer::plain(&conversation)?.with_status(status);
    let answer = answer.with_location(format!("/v1/interactions/{}", id.raw()));
    Ok(answer.with_fact(calls.decides().position()))
}
