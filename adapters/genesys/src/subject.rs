//! What a piece of work is over there, and its key here.

use alloc::format;
use alloc::string::{String, ToString};

use crate::media::MediaType;
use strowger::Key;

/// What work is in Genesys Cloud.
///
/// ```
/// use strowger_genesys::{MediaType, Subject};
///
/// let chat = Subject::Conversation { media: MediaType::Message, id: "c1".into() };
/// assert_eq!(&*chat.key(), "messages/c1");
/// assert_eq!(Subject::of_key("messages/c1"), Some(chat));
/// assert_eq!(Subject::of_key("workitem/w1"), Some(Subject::Workitem("w1".into())));
/// assert_eq!(Subject::of_key("interaction/5961"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A work item of task management.
    Workitem(String),
    /// A conversation.
    Conversation {
        /// What kind it is: a call, an e-mail, a message, ...
        media: MediaType,
        /// Its id.
        id: String,
    },
}

impl Subject {
    /// The key under which work that is this is submitted.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Workitem(id) => format!("workitem/{id}"),
            Self::Conversation { media, id } => format!("{}/{id}", media.plural()),
        }
        .into()
    }

    /// What work under this key is, if it is of Genesys Cloud.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once('/')?;
        if id.is_empty() || id.contains('/') {
            return None;
        }
        if kind == "workitem" {
            return Some(Self::Workitem(id.to_string()));
        }
        let media = MediaType::of_plural(kind)?;
        Some(Self::Conversation { media, id: id.to_string() })
    }
}
