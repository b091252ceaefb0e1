//! Who may hear of a fact.
//!
//! * A *host* hears of everything.
//! * A *supervisor* hears of everything but visitors: who sees which part of a journey is a right
//!   of its own.
//! * An *administrator* hears what is defined, and who belongs to what.
//! * An *agent* hears of themselves, of the work that is offered to them, that they have or take
//!   part in, and of its interaction. They may see more, such as what waits in their queues, and
//!   ask for it.
//! * A *customer* hears of their interactions, in words of their own.
//!
//! What somebody may not see at the time when the fact is told is not told to them.

use std::collections::HashMap;

use serde::Serialize;
use strowger::Centre;
use strowger::centre::{CentreFact, LayerFact};
use strowger::command::Actor;
use strowger::fact::Event;
use strowger::interaction::{
    Author, ConversationStage, Interaction, InteractionId, Message, MessageId, RecordEvent, Viewer,
};
use strowger::keyed::Keyed;
use strowger::model::{AgentId, OfferId, WorkId};
use strowger::{Key, Timestamp};

use crate::feed::entry::{Entry, Telling};

/// Which agents open work and open offers concern.
#[derive(Debug, Default)]
pub(crate) struct Concerned {
    of_work: HashMap<WorkId, Vec<AgentId>>,
    offers: HashMap<OfferId, (WorkId, AgentId)>,
}

impl Concerned {
    /// Those whom the open work of a centre concerns.
    pub(crate) fn of(centre: &Centre) -> Self {
        let (view, mut concerned) = (centre.engine().view(), Self::default());
        for agent in view.agents() {
            for offer in agent.offers() {
                let Some(open) = view.offer(*offer) else { continue };
                concerned.offers.insert(*offer, (open.work, agent.id()));
                concerned.add(open.work, agent.id());
            }
            agent.assignments().iter().for_each(|one| concerned.add(one.work, agent.id()));
            agent.legs().iter().for_each(|leg| concerned.add(leg.work, agent.id()));
        }
        concerned
    }

    fn add(&mut self, work: WorkId, agent: AgentId) {
        let agents = self.of_work.entry(work).or_default();
        if !agents.contains(&agent) {
            agents.push(agent);
        }
    }

    /// A fact as it is told, and to whom.
    pub(crate) fn entry(&mut self, centre: &Centre, fact: &CentreFact) -> Entry {
        let (number, view) = (fact.position, centre.engine().view());
        let written = |name, json: serde_json::Result<String>| {
            // What cannot be written is a fact without content: its number is not missing.
            (name, json.unwrap_or_else(|_| "null".to_owned()).into_boxed_str())
        };
        let (name, json) = match &fact.fact {
            LayerFact::Work(fact) => {
                written("fact", serde_json::to_string(&Keyed::new(view, fact)))
            }
            LayerFact::Record(fact) => {
                written("record_fact", serde_json::to_string(&Keyed::new(view, fact)))
            }
            LayerFact::Knowledge(fact) => {
                written("knowledge_fact", serde_json::to_string(&Keyed::new(view, fact)))
            }
            LayerFact::Journey(fact) => {
                written("journey_fact", serde_json::to_string(&Keyed::new(view, fact)))
            }
            other => written("fact", serde_json::to_string(&Keyed::new(view, other))),
        };
        let agents = self.agents(centre, &fact.fact).into_boxed_slice();
        let supervisors = !matches!(fact.fact, LayerFact::Journey(_));
        let administrators = fact.work().is_some_and(|fact| is_administration(&fact.event));
        let customer = fact.record().and_then(|fact| telling(centre, &fact.event));
        Entry { number, name, json, agents, supervisors, administrators, customer }
    }

    fn agents(&mut self, centre: &Centre, fact: &LayerFact) -> Vec<AgentId> {
        match fact {
            LayerFact::Work(fact) => self.of_event(centre, &fact.event),
            LayerFact::Record(fact) => {
                let named = fact.event.agent();
                self.of_interaction(centre, fact.event.interaction(), named)
            }
            LayerFact::Knowledge(fact) => {
                let event = &fact.event.event;
                self.of_interaction(centre, event.interaction(), event.agent())
            }
            _ => Vec::new(),
        }
    }

    /// The agents whom a fact of the engine concerns; what it begins and ends is noted.
    fn of_event(&mut self, centre: &Centre, event: &Event) -> Vec<AgentId> {
        let offered = event.offer().and_then(|offer| self.offers.get(&offer).copied());
        let work = event.work().or_else(|| Some(offered?.0));
        let named = event.agent().or_else(|| Some(offered?.1));
        let Some(work) = work else { return named.into_iter().collect() };
        if let Some(agent) = named {
            self.add(work, agent);
        }
        if let (Event::WorkOffered { .. }, Some(offer), Some(agent)) = (event, event.offer(), named)
        {
            self.offers.insert(offer, (work, agent));
        }
        let view = centre.engine().view();
        let sees =
            |agent: &AgentId| Some(*agent) == named || view.sees(&Actor::Agent(*agent), work);
        let agents = self.of_work.get(&work).into_iter().flatten().copied().filter(sees).collect();
        self.note_end(event, work, named);
        agents
    }

    fn note_end(&mut self, event: &Event, work: WorkId, named: Option<AgentId>) {
        match event {
            Event::OfferAccepted { offer, .. } => {
                self.offers.remove(offer);
            }
            Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => {
                self.offers.remove(offer);
                if let Some(agents) = self.of_work.get_mut(&work) {
                    agents.retain(|agent| Some(*agent) != named);
                }
            }
            Event::WorkClosed { .. } => {
                self.of_work.remove(&work);
            }
            _ => {}
        }
    }

    /// The agents whom a fact about an interaction concerns.
    fn of_interaction(
        &self,
        centre: &Centre,
        id: Option<InteractionId>,
        named: Option<AgentId>,
    ) -> Vec<AgentId> {
        let row = id.and_then(|id| centre.records()?.interaction(id));
        let Some(row) = row else { return named.into_iter().collect() };
        let mut agents = takes_part(row);
        let of_work = row.work.and_then(|work| self.of_work.get(&work));
        agents.extend(of_work.into_iter().flatten().copied());
        agents.retain(|agent| centre.sees(&Actor::Agent(*agent), row.id));
        agents.extend(named);
        agents.sort_unstable();
        agents.dedup();
        agents
    }
}

/// The agents who have to do with an interaction, as its record says.
pub(crate) fn takes_part(row: &Interaction) -> Vec<AgentId> {
    let trailing = row.trailing.iter().map(|(_, agent)| *agent);
    let offered = row.offers.iter().map(|(_, agent)| *agent);
    row.assigned_to.into_iter().chain(row.asker).chain(trailing).chain(offered).collect()
}

const fn is_administration(event: &Event) -> bool {
    matches!(
        event,
        Event::EngineOpened { .. }
            | Event::MembershipSet { .. }
            | Event::MembershipRemoved { .. }
            | Event::Defined(_)
            | Event::Changed(_)
            | Event::Retired(_)
    )
}

/// How a customer hears of a conversation: of agents that one is there, and not who.
#[derive(Serialize)]
pub(crate) struct ForCustomer {
    interaction: InteractionId,
    state: CustomerState,
}

/// Where a conversation is, as its customer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CustomerState {
    /// The virtual agent answers.
    VirtualAgent,
    /// A person is sought.
    Waiting,
    /// A person is there.
    WithAgent,
    /// It is over.
    Ended,
}

/// A message as its customer reads it.
#[derive(Serialize)]
pub(crate) struct CustomerMessage<'a> {
    pub(crate) id: MessageId,
    pub(crate) at: Timestamp,
    /// `customer`, `agent`, `virtual_agent` or `system`.
    pub(crate) author: &'static str,
    pub(crate) text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<&'a Key>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quotes: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivered: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read: Option<Timestamp>,
}

impl<'a> CustomerMessage<'a> {
    pub(crate) fn of(message: &'a Message) -> Self {
        let author = match message.author {
            Author::Requester => "customer",
            Author::VirtualAgent => "virtual_agent",
            Author::Agent(_) | Author::Supervisor(_) => "agent",
            _ => "system",
        };
        let Message { id, at, quotes, delivered, read, .. } = *message;
        let (text, key) = (&*message.text, message.key.as_ref());
        Self { id, at, author, text, key, quotes, delivered, read }
    }
}

impl ForCustomer {
    pub(crate) fn of(row: &Interaction) -> Self {
        let state = match row.stage() {
            Some(ConversationStage::VirtualAgent) => CustomerState::VirtualAgent,
            Some(ConversationStage::Live { .. } | ConversationStage::Topic { .. }) => {
                CustomerState::WithAgent
            }
            Some(ConversationStage::Ended) => CustomerState::Ended,
            _ if row.is_finished() => CustomerState::Ended,
            _ => CustomerState::Waiting,
        };
        Self { interaction: row.id, state }
    }
}

/// What a customer hears of a fact about their interaction.
fn telling(centre: &Centre, event: &RecordEvent) -> Option<Telling> {
    #[derive(Serialize)]
    struct Said<'a> {
        interaction: InteractionId,
        message: CustomerMessage<'a>,
    }

    let row = centre.records()?.interaction(event.interaction()?)?;
    let customer = row.opened_for.clone()?;
    let message = |id: MessageId| {
        let message = row.conversation.as_deref()?.message(id)?;
        let message = message.is_for(Viewer::Requester).then(|| CustomerMessage::of(message))?;
        serde_json::to_string(&Said { interaction: row.id, message }).ok()
    };
    let (name, json) = match event {
        RecordEvent::Said { message: said, .. } => ("message", message(said.id)?),
        RecordEvent::MessageConfirmed { message: id, .. } => ("message", message(*id)?),
        // Of these a customer learns nothing, or nothing that is theirs.
        RecordEvent::Offered { .. }
        | RecordEvent::OfferEnded { .. }
        | RecordEvent::Related { .. }
        | RecordEvent::CodeSet { .. }
        | RecordEvent::Saved { .. }
        | RecordEvent::Described { .. }
        | RecordEvent::ContextSet { .. }
        | RecordEvent::TranscriptAdded { .. }
        | RecordEvent::AgentReminded { .. }
        | RecordEvent::WrapUpBegan { .. }
        | RecordEvent::WrapUpExtended { .. }
        | RecordEvent::TrailingWrapUpEnded { .. } => return None,
        _ => ("conversation", serde_json::to_string(&ForCustomer::of(row)).ok()?),
    };
    Some(Telling { customer, name, json: json.into_boxed_str() })
}
