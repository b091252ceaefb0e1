//! Topics of notifications: parsed, written, and subscribed to.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::media::MediaType;
use crate::words::words;
use strowger_wire::{Method, Request, escaped};

words! {
    /// What happened in a conversation (`v2.detail.events.conversation.{id}....`).
    DetailKind {
        /// It came into line.
        AcdStart = "acd.start",
        /// It left the line.
        AcdEnd = "acd.end",
        /// An agent wrapped up.
        Acw = "acw",
        /// Attributes of a participant changed.
        Attributes = "attributes",
        /// Who the customer is changed.
        Contact = "contact",
        /// The customer came.
        CustomerStart = "customer.start",
        /// The customer left.
        CustomerEnd = "customer.end",
        /// A flow began.
        FlowStart = "flow.start",
        /// A flow ended.
        FlowEnd = "flow.end",
        /// A flow had an outcome.
        FlowOutcome = "flow.outcome",
        /// A campaign began it.
        Outbound = "outbound",
        /// An agent came.
        UserStart = "user.start",
        /// An agent left.
        UserEnd = "user.end",
        /// A voice mail began.
        VoicemailStart = "voicemail.start",
        /// A voice mail ended.
        VoicemailEnd = "voicemail.end",
        /// A wrap-up code was given.
        Wrapup = "wrapup",
    }
}

/// What a notification is about.
///
/// ```
/// use strowger_genesys::{DetailKind, MediaType, Topic};
///
/// let topic = Topic::from("v2.users.ana.conversations.calls");
/// assert_eq!(topic, Topic::UserConversations("ana".into(), Some(MediaType::Call)));
/// assert_eq!(topic.to_string(), "v2.users.ana.conversations.calls");
/// let topic = Topic::Detail("c1".into(), DetailKind::UserStart);
/// assert_eq!(topic.to_string(), "v2.detail.events.conversation.c1.user.start");
/// assert_eq!(Topic::from("v2.flows.f1"), Topic::Other("v2.flows.f1".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// What somebody is in.
    UserPresence(Box<str>),
    /// What is known of an agent.
    UserRoutingStatus(Box<str>),
    /// An agent's conversations, of one medium or all.
    UserConversations(Box<str>, Option<MediaType>),
    /// A queue's conversations, of one medium or all.
    QueueConversations(Box<str>, Option<MediaType>),
    /// The members of a queue.
    QueueUsers(Box<str>),
    /// A work item.
    Workitem(Box<str>),
    /// A queue's work items.
    QueueWorkitems(Box<str>),
    /// An agent's work items.
    UserWorkitems(Box<str>),
    /// What happened in a conversation.
    Detail(Box<str>, DetailKind),
    /// The channel itself: it is alive.
    Channel,
    /// Any other.
    Other(Box<str>),
}

impl From<&str> for Topic {
    fn from(text: &str) -> Self {
        parse(text).unwrap_or_else(|| Self::Other(text.into()))
    }
}

const CHANNEL: &str = "channel.metadata";
const DETAIL: &str = "v2.detail.events.conversation.";

fn parse(text: &str) -> Option<Topic> {
    if text == CHANNEL {
        return Some(Topic::Channel);
    }
    if let Some(rest) = text.strip_prefix(DETAIL) {
        let (id, kind) = rest.split_once('.')?;
        let kind = DetailKind::from(kind);
        let known = !id.is_empty() && !matches!(kind, DetailKind::Other(_));
        return known.then(|| Topic::Detail(id.into(), kind));
    }
    let parts: Vec<&str> = text.split('.').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let media = MediaType::of_plural;
    Some(match *parts {
        ["v2", "users", id, "presence"] => Topic::UserPresence(id.into()),
        ["v2", "users", id, "routingStatus"] => Topic::UserRoutingStatus(id.into()),
        ["v2", "users", id, "conversations"] => Topic::UserConversations(id.into(), None),
        ["v2", "users", id, "conversations", of] => {
            Topic::UserConversations(id.into(), Some(media(of)?))
        }
        ["v2", "routing", "queues", id, "users"] => Topic::QueueUsers(id.into()),
        ["v2", "routing", "queues", id, "conversations"] => {
            Topic::QueueConversations(id.into(), None)
        }
        ["v2", "routing", "queues", id, "conversations", of] => {
            Topic::QueueConversations(id.into(), Some(media(of)?))
        }
        ["v2", "taskmanagement", "workitems", "queues", id] => Topic::QueueWorkitems(id.into()),
        ["v2", "taskmanagement", "workitems", "users", id] => Topic::UserWorkitems(id.into()),
        ["v2", "taskmanagement", "workitems", id] => Topic::Workitem(id.into()),
        _ => return None,
    })
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dotted = |media: &Option<MediaType>| match media {
            Some(media) => format!(".{}", media.plural()),
            None => String::new(),
        };
        match self {
            Self::UserPresence(id) => write!(f, "v2.users.{id}.presence"),
            Self::UserRoutingStatus(id) => write!(f, "v2.users.{id}.routingStatus"),
            Self::UserConversations(id, media) => {
                write!(f, "v2.users.{id}.conversations{}", dotted(media))
            }
            Self::QueueConversations(id, media) => {
                write!(f, "v2.routing.queues.{id}.conversations{}", dotted(media))
            }
            Self::QueueUsers(id) => write!(f, "v2.routing.queues.{id}.users"),
            Self::Workitem(id) => write!(f, "v2.taskmanagement.workitems.{id}"),
            Self::QueueWorkitems(id) => write!(f, "v2.taskmanagement.workitems.queues.{id}"),
            Self::UserWorkitems(id) => write!(f, "v2.taskmanagement.workitems.users.{id}"),
            Self::Detail(id, kind) => write!(f, "{DETAIL}{id}.{}", kind.word()),
            Self::Channel => f.write_str(CHANNEL),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[derive(Serialize)]
struct ChannelTopic {
    id: String,
}

/// Subscribes a channel to these topics and to no others:
/// `PUT /notifications/channels/{id}/subscriptions`.
///
/// ```
/// use strowger_genesys::{Topic, subscribe};
///
/// let request = subscribe("channel-1", &[Topic::UserPresence("ana".into())]);
/// assert_eq!(request.body.unwrap().to_string(), r#"[{"id":"v2.users.ana.presence"}]"#);
/// ```
#[must_use]
pub fn subscribe(channel: &str, topics: &[Topic]) -> Request {
    let topics: Vec<_> =
        topics.iter().map(|topic| ChannelTopic { id: topic.to_string() }).collect();
    let path = format!("/api/v2/notifications/channels/{}/subscriptions", escaped(channel));
    Request::new(Method::Put, path).with_body(&topics)
}
