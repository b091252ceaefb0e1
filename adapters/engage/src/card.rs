//! The messages of the preview protocol.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use strowger::Key;
use strowger::knowledge::{PreviewMedia, UserData};
use strowger::state::{OfferEnd, Withdrawal};

use crate::conn_id::ConnId;
use crate::fault::NotSent;

/// The name of the pair with the agent's notes.
pub(crate) const NOTES: &str = "Notes";

/// Agents to whom something is shown at once, written with `^` between them.
///
/// ```
/// use strowger_engage::Targets;
///
/// let targets: Targets = serde_json::from_str(r#""kim^lee""#).unwrap();
/// assert_eq!(targets, Targets::from_iter(["kim".into(), "lee".into()]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Targets(Vec<Key>);

impl Targets {
    /// What stands between two.
    pub const SEPARATOR: char = '^';

    /// The targets.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }
}

impl FromIterator<Key> for Targets {
    fn from_iter<T: IntoIterator<Item = Key>>(targets: T) -> Self {
        Self(targets.into_iter().collect())
    }
}

impl From<String> for Targets {
    fn from(text: String) -> Self {
        text.split(Self::SEPARATOR).filter(|one| !one.is_empty()).map(Key::from).collect()
    }
}

impl From<Targets> for String {
    fn from(targets: Targets) -> Self {
        let mut text = Self::new();
        for target in targets.iter() {
            if !text.is_empty() {
                text.push(Targets::SEPARATOR);
            }
            text.push_str(target);
        }
        text
    }
}

/// Why a preview is taken away again. The vendor publishes no words for it; these are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CancelStatus {
    /// Its agent accepted it elsewhere.
    Accepted,
    /// Its agent rejected it elsewhere.
    Rejected,
    /// Its window is over.
    TimedOut,
    /// Somebody else has it.
    Taken,
    /// Whoever asked does not ask any more.
    Withdrawn,
    /// Its agent is not there any more.
    Unavailable,
}

impl CancelStatus {
    pub(crate) const fn of(end: OfferEnd) -> Self {
        match end {
            OfferEnd::Accepted => Self::Accepted,
            OfferEnd::Rejected { .. } => Self::Rejected,
            OfferEnd::Missed => Self::TimedOut,
            OfferEnd::Withdrawn { why: Withdrawal::AcceptedElsewhere } => Self::Taken,
            OfferEnd::Withdrawn { why: Withdrawal::AgentUnavailable | Withdrawal::Unreachable } => {
                Self::Unavailable
            }
            _ => Self::Withdrawn,
        }
    }

    /// The same in a few words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Accepted => "You have accepted it.",
            Self::Rejected => "You have declined it.",
            Self::TimedOut => "The time to answer is over.",
            Self::Taken => "Somebody else has it.",
            Self::Withdrawn => "It is not asked for any more.",
            Self::Unavailable => "You were not available.",
        }
    }
}

/// By what way somebody is asked for (T-Library: media type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MediaType {
    /// For a call.
    Voice,
    /// In writing.
    Chat,
}

impl From<PreviewMedia> for MediaType {
    fn from(media: PreviewMedia) -> Self {
        match media {
            PreviewMedia::Voice => Self::Voice,
            _ => Self::Chat,
        }
    }
}

/// A message of the preview protocol. In JSON an object with one field, the name of the message;
/// its fields have the documented names.
///
/// ```
/// use strowger_engage::PreviewMessage;
///
/// let json = r#"{"PreviewInteractionMultiple": {"connId": "006c0198a0b5d001",
///     "mediaType": "voice", "userData": {"Notes": "Which fuse is it?"}, "targets": "kim^lee"}}"#;
/// let message: PreviewMessage = serde_json::from_str(json).unwrap();
/// let PreviewMessage::Multiple { targets, .. } = message else { panic!("another message") };
/// assert_eq!(targets.iter().count(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PreviewMessage {
    /// A preview for one agent.
    #[serde(rename = "PreviewInteractionRequest", rename_all = "camelCase")]
    Request {
        /// The agent.
        agent: Key,
        /// What it is about.
        conn_id: ConnId,
        /// The agent's telephone, if they sit at one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dn: Option<Key>,
        /// By what way.
        media_type: MediaType,
        /// The switch of that telephone.
        switch: Key,
        /// What the preview shows.
        user_data: UserData,
    },
    /// A preview is taken away.
    #[serde(rename = "PreviewInteractionCancel", rename_all = "PascalCase")]
    Cancel {
        /// Who asked.
        contact: Key,
        /// The agent's telephone, if they sit at one.
        #[serde(rename = "ThisDN", default, skip_serializing_if = "Option::is_none")]
        dn: Option<Key>,
        /// What it was about.
        #[serde(rename = "ConnID")]
        conn_id: ConnId,
        /// The routing point.
        #[serde(rename = "OtherDN")]
        point: Key,
        /// By what way.
        media_type: MediaType,
        /// What the preview showed.
        user_data: UserData,
        /// In a few words what it was about.
        message: Box<str>,
        /// Why it is taken away.
        status: CancelStatus,
        /// The same in a few words.
        status_message: Box<str>,
    },
    /// A preview for several agents at once. Whoever accepts first has it.
    #[serde(rename = "PreviewInteractionMultiple", rename_all = "camelCase")]
    Multiple {
        /// What it is about.
        conn_id: ConnId,
        /// By what way.
        media_type: MediaType,
        /// What the preview shows.
        user_data: UserData,
        /// The agents.
        targets: Targets,
    },
}

/// Whether the notes among user data can be shown. A host that asks before
/// [`Ask`](strowger::knowledge::Ask) or [`AttachData`](strowger::knowledge::AttachData) lets nobody
/// write what no preview shows.
///
/// # Errors
/// [`NotSent::Quoted`] if they have a single quote: the vendor's routing server does not take it as
/// text.
///
/// ```
/// use strowger::knowledge::UserData;
/// use strowger_engage::check_notes;
///
/// let notes = |text: &str| UserData::from([("Notes".into(), text.into())]);
/// assert!(check_notes(&notes("Which fuse is it?")).is_ok());
/// let refused = check_notes(&notes("It's the left one")).unwrap_err();
/// assert_eq!(refused.to_string(), "Notes has a single quote");
/// ```
pub fn check_notes(user_data: &UserData) -> Result<(), NotSent> {
    match user_data.get(NOTES) {
        Some(notes) if notes.contains('\'') => Err(NotSent::Quoted { field: NOTES.into() }),
        _ => Ok(()),
    }
}
