//! Cards: what a visitor did in a session, and the conversations with them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::interaction::InteractionType;
use crate::model::attribute::Attributes;
use crate::model::ids::{AgentId, CodeId, QueueId};

use crate::journey::session::{OutcomeScore, SearchTerm, SessionCounts, WebPage};
use crate::journey::talk::ConversationStatus;
use crate::journey::view::map_item::MapItem;
use crate::journey::view::page::{CardId, Cursor};
use crate::journey::view::rights::Gated;

/// A card: a session of the visitor, or a conversation with them.
///
/// ```
/// use strowger::journey::{Card, Gated, JourneyRight};
///
/// fn head(card: &Card) -> String {
///     let colour = match &card.live {
///         Gated::Shown(live) => format!("{:?}", live.colour),
///         Gated::Hidden { missing } => format!("needs {missing}"),
///         Gated::NotLicensed => "not licensed".to_owned(),
///     };
///     format!("{} ({colour}), since {}", card.title, card.started)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Card {
    /// What it is of.
    pub id: CardId,
    /// The type, and its icon. Hidden without [`SessionType`](super::JourneyRight::SessionType).
    #[serde(rename = "type")]
    pub kind: Gated<CardType>,
    /// The title: of a session the host of its first page, empty if it has none; of a conversation
    /// its type, as far as that may be seen.
    pub title: Box<str>,
    /// The date of the first event; when the conversation was opened.
    pub started: Timestamp,
    /// What moves. Hidden without [`Visit`](super::JourneyRight::Visit).
    pub live: Gated<CardLive>,
    /// What else there is to know.
    pub details: CardDetails,
    /// True if there is more to see when it is opened: a segment, a search or an outcome that this
    /// viewer sees. Pages are no reason.
    pub expandable: bool,
    /// The terms that were searched for, in order of the first search.
    pub searches: Vec<SearchTerm>,
    /// The journey map, in order of time. Hidden without [`Event`](super::JourneyRight::Event).
    pub map: Gated<Vec<MapItem>>,
    /// The segments, in order of assignment. Hidden without
    /// [`Segment`](super::JourneyRight::Segment).
    pub segments: Gated<Vec<Chip>>,
    /// The outcomes that were achieved, or have a probability that this viewer sees, in order of
    /// definition. Hidden without [`Outcome`](super::JourneyRight::Outcome).
    pub outcomes: Gated<Vec<OutcomeBar>>,
}

impl Card {
    /// The place of the card in the list.
    pub(crate) const fn place(&self) -> Cursor {
        Cursor { at: self.started, id: self.id }
    }
}

/// The type of a card, and its icon.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CardType {
    /// The type of the session: `web`, `app`, or a word of the host's; that of the conversation.
    pub word: Key,
    /// The icon.
    pub icon: CardIcon,
}

/// The icon of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CardIcon {
    /// A desktop: the attribute `device.category` says so.
    Desktop,
    /// A mobile telephone.
    Mobile,
    /// A tablet.
    Tablet,
    /// Another device, or none that is known.
    Device,
    /// A conversation of this type.
    Conversation(InteractionType),
}

/// The colour of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardColour {
    /// It goes on.
    Blue,
    /// It is over.
    Gray,
    /// The customer ended the conversation, and it has no wrap-up code.
    White,
}

/// What moves on a card. It changes with what happens, and never by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CardLive {
    /// The colour.
    pub colour: CardColour,
    /// When the visitor did something last; of sessions alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_activity: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// How long it lasted; as long as it goes on: of a session until the last activity, of a
    /// conversation none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// The page on which the visitor is, or was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<WebPage>,
    /// How the conversation stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConversationStatus>,
    /// The wrap-up code of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeId>,
}

/// What else there is to know of a card.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CardDetails {
    /// Of a session on the web, in an app, or of a type of the host's.
    Web(WebDetails),
    /// Of a conversation.
    Conversation(ConversationDetails),
}

/// The details of a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebDetails {
    /// What is known of browser, device, place, referrer and campaign, by dotted names such as
    /// `browser.family`.
    pub attributes: Attributes,
    /// How often something happened. Hidden with the journey map.
    pub counts: Gated<SessionCounts>,
}

/// The details of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversationDetails {
    /// The queue it is in, or was in last.
    pub queue: Option<QueueId>,
    /// The agent who has it, or had it last.
    pub agent: Option<AgentId>,
}

/// A segment on a card.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chip {
    /// Its key.
    pub segment: Key,
    /// Its name.
    pub name: Box<str>,
    /// The colour that it has now, as `#RRGGBB`.
    pub colour: Box<str>,
    /// When it was assigned.
    pub at: Timestamp,
}

/// How near a session came to a goal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutcomeBar {
    /// The key of the outcome.
    pub outcome: Key,
    /// Its name.
    pub name: Box<str>,
    /// When it was achieved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achieved: Option<Timestamp>,
    /// The present probability, and the greatest in this session; none if there is none. Hidden
    /// without [`OutcomeScores`](super::JourneyRight::OutcomeScores).
    pub score: Gated<Option<OutcomeScore>>,
}
