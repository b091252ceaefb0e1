//! The items of a journey map.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::attribute::Value;

use crate::journey::definition::ActionMedia;
use crate::journey::offer::WebOfferState;
use crate::journey::session::SessionEvent;
use crate::journey::talk::{CardStep, CardStepKind};
use crate::journey::view::rights::Gated;
use crate::journey::visit::VisitorEvent;

/// What an item of a journey map tells of, for its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MapItemKind {
    /// A page was viewed.
    Page,
    /// The visitor searched.
    Search,
    /// A form was sent.
    FormSubmitted,
    /// A form was begun and left.
    FormAbandoned,
    /// A screen of an app was viewed.
    Screen,
    /// An event of the host's own.
    Custom,
    /// A segment matched.
    SegmentMatched,
    /// A goal was achieved.
    OutcomeAchieved,
    /// Something about an offer.
    #[non_exhaustive]
    Offer {
        /// What was offered.
        media: ActionMedia,
        /// What about it.
        item: OfferItem,
    },
    /// A step of a conversation.
    Conversation(CardStepKind),
}

/// What an item tells about an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OfferItem {
    /// It was shown.
    Offered,
    /// The visitor said yes.
    Accepted,
    /// The visitor filled in the form before a chat, and the chat began. Of chats alone.
    FormCompleted,
    /// The visitor said no.
    Rejected,
    /// The visitor said nothing.
    TimedOut,
    /// The visitor left, or another offer took its place.
    Ignored,
    /// It could not be shown, or what was offered could not begin. Content knows no error.
    Error,
}

impl OfferItem {
    /// The item of an offer that came to a state; none for what the conversation itself tells.
    pub(crate) const fn of(media: ActionMedia, state: WebOfferState) -> Option<Self> {
        Some(match state {
            WebOfferState::Offered => Self::Offered,
            WebOfferState::Accepted => Self::Accepted,
            WebOfferState::Started if matches!(media, ActionMedia::WebChat) => Self::FormCompleted,
            WebOfferState::Rejected => Self::Rejected,
            WebOfferState::TimedOut => Self::TimedOut,
            WebOfferState::Ignored => Self::Ignored,
            WebOfferState::Errored if media.is_conversation() => Self::Error,
            _ => return None,
        })
    }
}

/// A detail of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ItemDetail {
    /// What it is: `url`, `term`, or the name of an attribute.
    pub label: Box<str>,
    /// The exact value, for the clipboard: not one that is made for display.
    pub text: Box<str>,
}

impl ItemDetail {
    pub(crate) fn new(label: impl Into<Box<str>>, text: impl Into<Box<str>>) -> Self {
        Self { label: label.into(), text: text.into() }
    }
}

/// An item of a journey map: an icon with its details, of which there is at least one. A map is in
/// order of time, then of id.
///
/// ```
/// use strowger::journey::MapItem;
///
/// fn bubble(item: &MapItem) -> String {
///     let lines = item.details.iter().map(|detail| format!("{}: {}", detail.label, detail.text));
///     lines.collect::<Vec<_>>().join("\n")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MapItem {
    /// An id of its own in this map. Gaps between ids say nothing.
    pub id: u64,
    /// What it tells of.
    pub kind: MapItemKind,
    /// When.
    pub at: Timestamp,
    /// The colour that the segment has now; `None`: it is no segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Box<str>>,
    /// The name: the title or the URL of a page, the term, the name of a form, an event, a segment,
    /// an outcome, an action map.
    pub name: Gated<Box<str>>,
    /// The details.
    pub details: Vec<ItemDetail>,
}

impl MapItem {
    /// An item that shows its name under a label.
    pub(crate) fn named(event: &SessionEvent, kind: MapItemKind, label: &str, name: &str) -> Self {
        let details = Vec::from([ItemDetail::new(label, name)]);
        let (id, at, name) = (event.id(), event.at, Gated::Shown(name.into()));
        Self { id, kind, at, colour: None, name, details }
    }

    /// An event of the host's own of which nothing is told.
    pub(crate) fn nameless(event: &SessionEvent, name: Gated<Box<str>>) -> Self {
        let details = Vec::from([ItemDetail::new("at", event.at.to_string())]);
        let (id, kind, at) = (event.id(), MapItemKind::Custom, event.at);
        Self { id, kind, at, colour: None, name, details }
    }

    /// Something that the visitor did.
    pub(crate) fn did(event: &SessionEvent, did: &VisitorEvent) -> Self {
        match did {
            VisitorEvent::PageViewed { url, title } => {
                let name = if title.is_empty() { url } else { title };
                let mut item = Self::named(event, MapItemKind::Page, "title", name);
                if title.is_empty() {
                    item.details.clear();
                }
                item.details.push(ItemDetail::new("url", url.clone()));
                item
            }
            VisitorEvent::Searched { term } => {
                Self::named(event, MapItemKind::Search, "term", term)
            }
            VisitorEvent::FormSubmitted { form } => {
                Self::named(event, MapItemKind::FormSubmitted, "form", form)
            }
            VisitorEvent::FormAbandoned { form, percent } => {
                let mut item = Self::named(event, MapItemKind::FormAbandoned, "form", form);
                item.details.push(ItemDetail::new("percent", percent.to_string()));
                item
            }
            VisitorEvent::ScreenViewed { screen } => {
                Self::named(event, MapItemKind::Screen, "screen", screen)
            }
            VisitorEvent::Custom { name, attributes } => {
                let mut item = Self::named(event, MapItemKind::Custom, "event", name);
                let all = attributes.iter().map(|(name, value)| (&**name, text_of(value)));
                item.details.extend(all.map(|(name, text)| ItemDetail::new(name, text)));
                item
            }
        }
    }

    /// A step of a conversation.
    pub(crate) fn step(id: u64, step: &CardStep) -> Self {
        let queue = step.queue.map(|queue| ItemDetail::new("queue", queue.to_string()));
        let agent = step.agent.map(|agent| ItemDetail::new("agent", agent.to_string()));
        let mut details: Vec<_> = queue.into_iter().chain(agent).collect();
        if details.is_empty() {
            details.push(ItemDetail::new("at", step.at.to_string()));
        }
        let name = match step.what {
            CardStepKind::Queued => "queued",
            CardStepKind::Rang => "rang",
            CardStepKind::Joined => "joined",
            CardStepKind::Transferred => "transferred",
            CardStepKind::Ended => "ended",
        };
        let (kind, name) = (MapItemKind::Conversation(step.what), Gated::Shown(name.into()));
        Self { id, kind, at: step.at, colour: None, name, details }
    }

    /// Its place in its map.
    pub(crate) const fn place(&self) -> (Timestamp, u64) {
        (self.at, self.id)
    }
}

/// The exact value of an attribute.
fn text_of(value: &Value) -> Box<str> {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string().into(),
        Value::Flag(flag) => flag.to_string().into(),
        Value::Many(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| &**text).collect();
            texts.join("\n").into()
        }
    }
}
