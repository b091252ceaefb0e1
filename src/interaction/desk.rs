//! What asks an agent for an answer, and what they may do: the inbox and the controls as values.

use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::command::actor::Actor;
use crate::command::commands::{
    Accept, Answer, Command, Confer, Consult, ConsultQueue, Decline, EndLeg, EndWrapUp,
    ExtendWrapUp, FinishContact, Finisher, HandOver, Hold, Park, Pull, Reject, RequestWrapUp,
    Resume, Resumer, Retrieve, SetCode, TransferOutside, TransferToAgent, TransferToQueue,
};
use crate::engine::core::Engine;
use crate::engine::view::View;
use crate::layer::above::Over;
use crate::model::attribute::Value;
use crate::model::ids::{AgentId, ChannelId, CodeId, OfferId, QueueId, WorkId};
use crate::model::work::WorkRequest;
use crate::state::leg::LegState;
use crate::state::offer::OfferState;

use crate::interaction::card::CardField;
use crate::interaction::ids::InteractionId;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::Interaction;
use crate::interaction::records::Records;
use crate::interaction::state::InteractionType;
use crate::interaction::workspace::Panel;

/// A field of a card with what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CardValue {
    /// The field.
    pub field: CardField,
    /// Its value; `None`: nothing is known.
    pub value: Option<Value>,
}

/// Something that asks an agent for an answer: work that is offered to them, or a colleague who
/// wants them. It is the same on every channel.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::interaction::InboxCard;
///
/// fn countdown(card: &InboxCard) -> Option<Span> {
///     card.remaining
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InboxCard {
    /// The work.
    pub work: WorkId,
    /// The interaction it is for, if it has a record.
    pub interaction: Option<InteractionId>,
    /// The queue it comes from.
    pub queue: QueueId,
    /// Its channel.
    pub channel: ChannelId,
    /// The offer; `None`: a colleague asks them into the work.
    pub offer: Option<OfferId>,
    /// The fields that are chosen for the queue. The first is the title.
    pub fields: Vec<CardValue>,
    /// Since when it is there.
    pub since: Timestamp,
    /// How much time is left for an answer; `None`: any.
    pub remaining: Option<Span>,
    /// What may be answered now.
    pub answers: Vec<Command>,
}

impl InboxCard {
    /// Its title: the first of its fields.
    #[must_use]
    pub fn title(&self) -> Option<&Value> {
        self.fields.first()?.value.as_ref()
    }
}

/// What an agent sees of an interaction that they have or take part in, and what they may do.
///
/// ```
/// use strowger::interaction::{Panel, Workspace};
///
/// fn suggestions(workspace: &Workspace<'_>) -> usize {
///     let panels = workspace.panels.iter();
///     panels.filter(|panel| matches!(panel, Panel::Suggestions(all) if !all.is_empty())).count()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Workspace<'a> {
    /// The parts of the layout, in its order.
    pub panels: Vec<Panel<'a>>,
    /// What the engine would take from the agent now: commands that change something. Where a
    /// command has a target or a code, it is one that would be taken. Where work leaves the house,
    /// `outside` stands for any destination.
    pub controls: Vec<Command>,
}

/// Something of a customer: an interaction with its work, or work that has no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CustomerContact {
    /// The interaction, if there is a record.
    pub interaction: Option<InteractionId>,
    /// The type of the interaction.
    #[serde(rename = "type")]
    pub kind: Option<InteractionType>,
    /// The open work, if there is any.
    pub work: Option<WorkId>,
    /// The channel of the work.
    pub channel: Option<ChannelId>,
    /// When the interaction was opened, or the work began.
    pub since: Timestamp,
}

/// All that there is of a customer, newest first.
pub(crate) fn of_customer<P: ProfileStore>(
    view: View<'_>,
    records: Option<&Records<P>>,
    customer: &str,
) -> Vec<CustomerContact> {
    let rows = records.into_iter().flat_map(|records| records.of_customer(customer));
    let mut all: Vec<_> = rows
        .map(|row| CustomerContact {
            interaction: Some(row.id),
            kind: Some(row.kind),
            work: row.work,
            channel: row.work.and_then(|work| Some(view.work(work)?.request().channel)),
            since: row.opened,
        })
        .collect();
    let recorded = |work| records.is_some_and(|records| records.of_work(work).is_some());
    let own = view.works().filter(|work| work.request().customer.as_deref() == Some(customer));
    all.extend(own.filter(|work| !recorded(work.id())).map(|work| CustomerContact {
        interaction: None,
        kind: None,
        work: Some(work.id()),
        channel: Some(work.request().channel),
        since: work.origin(),
    }));
    all.sort_by_key(|contact| core::cmp::Reverse(contact.since));
    all
}

/// The fields of a card for which nobody chose any.
const USUAL: [CardField; 2] = [CardField::ShortDescription, CardField::Customer];

fn text(text: Option<&str>) -> Option<Value> {
    text.filter(|text| !text.is_empty()).map(Value::from)
}

fn value_of(field: &CardField, row: Option<&Interaction>, request: &WorkRequest) -> Option<Value> {
    let key = |of: fn(&Interaction) -> &Option<Key>| text(row.and_then(|row| of(row).as_deref()));
    match field {
        CardField::ShortDescription => text(row.map(|row| &*row.short_description)),
        CardField::Customer => {
            key(|row| &row.opened_for).or_else(|| text(request.customer.as_deref()))
        }
        CardField::Contact => key(|row| &row.contact),
        CardField::Account => key(|row| &row.account),
        CardField::Number => text(row.map(|row| &*row.number)),
        CardField::Subtype => key(|row| &row.subtype),
        CardField::Key => text(request.key.as_deref()),
        CardField::Context(name) => row.and_then(|row| row.context.get(name).cloned()),
        CardField::Attribute(name) => request.attributes.get(name).cloned(),
        CardField::Metadata(name) => row.and_then(|row| row.channel_metadata.get(name).cloned()),
    }
}

/// A question to an agent before it is a card.
struct Asks {
    work: WorkId,
    offer: Option<OfferId>,
    since: Timestamp,
    until: Option<Timestamp>,
    answers: Vec<Command>,
}

/// What asks an agent for an answer.
fn asks(view: View<'_>, me: AgentId) -> Vec<Asks> {
    let Some(agent) = view.agent(me) else { return Vec::new() };
    let mut all = Vec::new();
    for id in agent.offers() {
        let Some(offer) = view.offer(*id) else { continue };
        let until = match offer.state {
            OfferState::Open { until } => until,
            OfferState::Over(_) => continue,
        };
        let answers = vec![Accept::new(*id).into(), Reject::new(*id).into()];
        let (work, since) = (offer.work, offer.since);
        all.push(Asks { work, offer: Some(*id), since, until, answers });
    }
    for leg in agent.legs() {
        if let LegState::Requested { until } = leg.state {
            let (work, since) = (leg.work, leg.since);
            let answers = vec![Answer::new(work, me).into(), Decline::new(work, me).into()];
            all.push(Asks { work, offer: None, since, until, answers });
        }
    }
    all.sort_by_key(|asks| (asks.since, asks.work));
    all
}

/// The cards of an agent, those that are there for longest first.
pub(crate) fn inbox<P: ProfileStore + Clone + Default>(
    engine: &mut Engine,
    records: Option<&Records<P>>,
    me: AgentId,
    now: Timestamp,
) -> Vec<InboxCard> {
    let mut cards = Vec::new();
    for Asks { work, offer, since, until, mut answers } in asks(engine.view(), me) {
        let over = until.is_some_and(|until| until <= now);
        answers.retain(|command| !over && takes(engine, records, me, command));
        let Some(row) = engine.view().work(work) else { continue };
        let queue = row.queue();
        let record = records.and_then(|records| records.of_work(work));
        let layouts = records.map(|records| records.config().cards.as_slice());
        let of = |queue| layouts.unwrap_or_default().iter().find(|card| card.queue == queue);
        let layout = of(Some(queue)).or_else(|| of(None));
        let fields = layout.map_or(&USUAL[..], |layout| &layout.fields);
        let request = row.request();
        let filled = fields.iter().map(|field| CardValue {
            field: field.clone(),
            value: value_of(field, record, request),
        });
        cards.push(InboxCard {
            work,
            interaction: record.map(|record| record.id),
            queue,
            channel: request.channel,
            offer,
            fields: filled.collect(),
            since,
            remaining: until.map(|until| until.since(now)),
            answers,
        });
    }
    cards
}

/// True if a command of an agent would change something now, and no layer refuses it.
fn takes<P: ProfileStore + Clone + Default>(
    engine: &mut Engine,
    records: Option<&Records<P>>,
    me: AgentId,
    command: &Command,
) -> bool {
    let refused = |records: &Records<P>| Over::<Engine>::refuse(records, engine, command).is_err();
    if records.is_some_and(refused) {
        return false;
    }
    engine.takes(&Actor::Agent(me), command.clone())
}

/// How long the control asks for that extends a wrap-up.
const EXTENSION: Span = Span::from_mins(1);

/// Where the control sends work that leaves the house.
const OUTSIDE: &str = "outside";

/// What an agent might do with a piece of work: each control with the targets it might have.
fn candidates(view: View<'_>, me: AgentId, work: WorkId) -> Vec<Vec<Command>> {
    let Some(row) = view.work(work) else {
        // An agent may still wrap up what is over for others.
        return wrap_ups(view, me, work, &[]);
    };
    let mut all: Vec<Vec<Command>> = Vec::new();
    let own = view.agent(me);
    let offers = own.into_iter().flat_map(|agent| agent.offers());
    let mine = |id: &&OfferId| view.offer(**id).is_some_and(|offer| offer.work == work);
    if let Some(offer) = offers.into_iter().find(mine) {
        all.push(vec![Accept::new(*offer).into()]);
        all.push(vec![Reject::new(*offer).into()]);
    }
    all.push(vec![Pull::new(work, me).into()]);
    all.push(vec![Answer::new(work, me).into()]);
    all.push(vec![Decline::new(work, me).into()]);
    all.push(vec![Hold::new(work).into()]);
    all.push(vec![Retrieve::new(work).into()]);
    all.push(vec![Park::new(work).into()]);
    all.push(vec![Resume::new(work, Resumer::Agent).into()]);
    let queues = view.queues().map(|queue| TransferToQueue::new(work, queue.id()).into());
    all.push(queues.collect());
    all.push(vec![TransferOutside::new(work, OUTSIDE.into()).into()]);
    let queue = view.queue(row.queue());
    let colleagues: Vec<_> = queue.into_iter().flat_map(|queue| queue.members()).collect();
    let to = |does: fn(WorkId, AgentId) -> Command, whom: &[AgentId]| {
        whom.iter().map(|agent| does(work, *agent)).collect::<Vec<_>>()
    };
    all.push(to(|work, agent| TransferToAgent::new(work, agent).into(), &colleagues));
    all.push(to(|work, agent| Consult::new(work, agent).into(), &colleagues));
    let queues = view.queues().map(|queue| ConsultQueue::new(work, queue.id()).into());
    all.push(queues.collect());
    let guests: Vec<_> = row.legs().map(|leg| leg.agent).collect();
    all.push(to(|work, agent| Confer::new(work, agent).into(), &guests));
    all.push(to(|work, agent| HandOver::new(work, agent).into(), &guests));
    all.push(to(|work, agent| EndLeg::new(work, agent).into(), &guests));
    all.push(vec![RequestWrapUp::new(work).into()]);
    all.push(vec![FinishContact::new(work, Finisher::Agent).into()]);
    let codes = queue.map(|queue| queue.profile().wrap_up.codes.as_slice());
    all.extend(wrap_ups(view, me, work, codes.unwrap_or_default()));
    all
}

fn wrap_ups(view: View<'_>, me: AgentId, work: WorkId, codes: &[CodeId]) -> Vec<Vec<Command>> {
    let any: Vec<_> = match codes {
        [] => view.codes().map(|code| code.id()).collect(),
        codes => codes.to_vec(),
    };
    let ends = any.iter().map(|code| EndWrapUp::new(work, me).with_code(*code).into());
    vec![
        any.iter().map(|code| SetCode::new(work, me, *code).into()).collect(),
        vec![ExtendWrapUp::new(work, me, EXTENSION).into()],
        [EndWrapUp::new(work, me).into()].into_iter().chain(ends).collect(),
    ]
}

/// What would be taken from an agent now about a piece of work, one command of each kind.
pub(crate) fn controls<P: ProfileStore + Clone + Default>(
    engine: &mut Engine,
    records: Option<&Records<P>>,
    me: AgentId,
    work: WorkId,
) -> Vec<Command> {
    let kinds = candidates(engine.view(), me, work).into_iter();
    kinds.filter_map(|kind| kind.into_iter().find(|one| takes(engine, records, me, one))).collect()
}

/// The parts of an interaction that an agent may see, which is not all of its customer's history.
pub(crate) fn only_seen<P: ProfileStore + Clone + Default>(
    engine: &Engine,
    records: &Records<P>,
    me: AgentId,
    panels: &mut [Panel<'_>],
) {
    for panel in panels {
        if let Panel::History(lines) = panel {
            lines.retain(|line| records.is_seen_by(engine, me, line.id));
        }
    }
}
