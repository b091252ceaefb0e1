//! Conversations: which customer an interaction is with, and how that came.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::fact::log::Seq;
use crate::interaction::{
    Ending, Interaction, InteractionId, InteractionState, InteractionType, Part,
};
use crate::model::ids::{AgentId, CodeId, QueueId};

use crate::journey::identifier::IdentifierKind;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};

/// How an interaction came to be a customer's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkedBy {
    /// The customer accepted an offer.
    Offer,
    /// The address they write from is theirs alone.
    Address,
    /// An agent, or the host, verified the contact.
    Verified,
}

/// The journey behind an interaction (Genesys: journey context). It is set once.
///
/// ```
/// use strowger::journey::JourneyContext;
///
/// fn came_by(context: &JourneyContext) -> &str {
///     context.map.as_ref().map_or("by themselves", |map| &map.key)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyContext {
    /// The customer.
    pub customer: CustomerId,
    /// The kind of the identifier by which they are known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<IdentifierKind>,
    /// The session from which it came, with its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<(SessionId, Key)>,
    /// The action map that was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<MapVersion>,
}

impl JourneyContext {
    /// The journey of a customer, of which nothing led here.
    #[must_use]
    pub const fn of(customer: CustomerId) -> Self {
        Self { customer, identifier: None, session: None, map: None }
    }
}

/// An action map in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MapVersion {
    /// Its key.
    pub key: Key,
    /// Its version.
    pub version: u32,
    /// The offer that was accepted.
    pub offer: WebOfferId,
}

/// The link of an interaction with a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyLink {
    /// The customer.
    pub customer: CustomerId,
    /// How it came.
    pub by: LinkedBy,
    /// The journey behind it.
    pub context: JourneyContext,
    /// True if an agent, or the host, verified the contact.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub verified: bool,
    /// True if the interaction is over.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub over: bool,
}

/// The number of the last fact that changed each part of the card of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct TalkMarks {
    /// When it became this customer's: then the card is new where it stands.
    pub(crate) placed: Seq,
    /// Queue and agent.
    pub(crate) details: Seq,
    /// How it stands.
    pub(crate) live: Seq,
    /// Its steps.
    pub(crate) map: Seq,
}

/// How a conversation stands, on its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConversationStatus {
    /// Nobody has it.
    Waiting,
    /// An agent has it.
    Connected,
    /// It is on hold.
    OnHold,
    /// An agent wraps it up.
    WrappingUp,
    /// The customer ended it.
    EndedByCustomer,
    /// An agent ended it.
    EndedByAgent,
    /// It is over.
    Ended,
}

/// A step of a conversation, for its journey map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CardStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: CardStepKind,
    /// The queue in which it waited from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// The agent at whom it rang, or who had it from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

/// The kind of a step of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CardStepKind {
    /// It stood in a queue.
    Queued,
    /// It rang at an agent.
    Rang,
    /// An agent had it.
    Joined,
    /// Another agent had it.
    Transferred,
    /// It was over.
    Ended,
}

/// What a card shows of a conversation with a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversationCard {
    /// The interaction.
    pub interaction: InteractionId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// When it was opened.
    pub started: Timestamp,
    /// How long it lasted; `None`: it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// The queue it is in, or was in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// The agent who has it, or had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// How it stands.
    pub status: ConversationStatus,
    /// The wrap-up code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeId>,
    /// Its steps, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<CardStep>,
}

/// So many steps of a conversation are shown, and kept: the last.
pub(crate) const STEPS_MAX: usize = 12;

impl ConversationCard {
    /// What a card shows of an interaction, and at whom it rang.
    pub(crate) fn of(record: &Interaction, rang: &[(Timestamp, AgentId)]) -> Self {
        Self {
            interaction: record.id,
            kind: record.kind,
            started: record.opened,
            duration: record.closed.map(|closed| closed.since(record.opened)),
            queue: record.queue,
            agent: record.assigned_to,
            status: ConversationStatus::of(record),
            code: record.code,
            steps: steps_of(record, rang),
        }
    }
}

impl ConversationStatus {
    fn of(record: &Interaction) -> Self {
        match record.state {
            InteractionState::WorkInProgress => Self::Connected,
            InteractionState::OnHold => Self::OnHold,
            InteractionState::WrapUp => Self::WrappingUp,
            state if state.is_closed() => match record.ending {
                Some(Ending::Customer) => Self::EndedByCustomer,
                Some(Ending::Agent) => Self::EndedByAgent,
                _ => Self::Ended,
            },
            _ => Self::Waiting,
        }
    }
}

/// The steps of a conversation, in order of time.
fn steps_of(record: &Interaction, rang: &[(Timestamp, AgentId)]) -> Vec<CardStep> {
    let handling = &record.handling;
    let parts =
        handling.ended().iter().chain(handling.open()).filter_map(|segment| match segment.part {
            Part::InLine(queue) => Some((segment.from, CardStepKind::Queued, Some(queue), None)),
            Part::Active(agent) => Some((segment.from, CardStepKind::Joined, None, Some(agent))),
            _ => None,
        });
    let rings = rang.iter().map(|(at, agent)| (*at, CardStepKind::Rang, None, Some(*agent)));
    let mut steps: Vec<_> = parts.chain(rings).collect();
    steps.sort_by_key(|(at, what, ..)| (*at, *what));
    let mut all: Vec<CardStep> = Vec::new();
    let mut had: Option<AgentId> = None;
    for (at, mut what, queue, agent) in steps {
        if what == CardStepKind::Joined {
            // Whoever goes on after a hold had it before.
            if had == agent {
                continue;
            }
            if had.is_some() {
                what = CardStepKind::Transferred;
            }
            had = agent;
        }
        all.push(CardStep { at, what, queue, agent });
    }
    if let Some(at) = record.closed {
        let (what, queue, agent) = (CardStepKind::Ended, None, None);
        all.push(CardStep { at, what, queue, agent });
    }
    let surplus = all.len().saturating_sub(STEPS_MAX);
    all.drain(..surplus);
    all
}
