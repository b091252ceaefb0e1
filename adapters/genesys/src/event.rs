//! Notifications: what Genesys Cloud tells on a channel.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::item::WorkitemNotice;
use crate::media::MediaType;
use crate::participant::Conversation;
use crate::presence::{UserPresence, UserRoutingStatus};
use crate::topic::{DetailKind, Topic};
use crate::words::body;

body! {
    /// Something that happened in a conversation; what it does not say is absent.
    pub Detail {
        /// When, in milliseconds since the Unix epoch.
        event_time: i64,
        /// The conversation.
        conversation_id: String,
        /// Whom it happened to.
        participant_id: Option<String>,
        /// By what medium: `VOICE`, `MESSAGE`, ...
        media_type: Option<String>,
        /// From where to where: `INBOUND`, `OUTBOUND`.
        direction: Option<String>,
        /// The agent.
        user_id: Option<String>,
        /// The queue.
        queue_id: Option<String>,
        /// Why it ended: `CLIENT`, `PEER`, `TRANSFER`, ...
        disconnect_type: Option<String>,
        /// How it left the line: `ANSWERED`, `ABANDON`, ...
        acd_outcome: Option<String>,
        /// Who answered it.
        answered_user_id: Option<String>,
        /// How urgent it is.
        routing_priority: Option<i32>,
        /// The skills it asked for.
        requested_routing_skill_ids: alloc::vec::Vec<String>,
        /// The wrap-up code.
        wrapup_code: Option<String>,
        /// What the agent says of it.
        wrapup_notes: Option<String>,
        /// How long the agent wrapped up, in milliseconds.
        wrapup_duration_ms: Option<u64>,
        /// How long the agent spoke, in milliseconds.
        interacting_duration_ms: Option<u64>,
        /// How long it alerted, in milliseconds.
        alerting_duration_ms: Option<u64>,
        /// How long it was on hold, in milliseconds.
        held_duration_ms: Option<u64>,
        /// The attributes that changed.
        attributes: BTreeMap<String, String>,
    }
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Somebody is in another presence.
    Presence {
        /// Who.
        user: Box<str>,
        /// The presence they are in.
        presence: UserPresence,
    },
    /// Something else is known of an agent.
    RoutingStatus {
        /// Who.
        user: Box<str>,
        /// What.
        status: UserRoutingStatus,
    },
    /// Something in a conversation changed.
    Conversation {
        /// By what medium; `None`: where all media are told.
        media: Option<MediaType>,
        /// The conversation.
        conversation: Conversation,
    },
    /// Something in a work item changed.
    Workitem(Box<WorkitemNotice>),
    /// Something happened in a conversation.
    Detail {
        /// What.
        kind: DetailKind,
        /// More of it.
        detail: Box<Detail>,
    },
    /// The channel is alive.
    Alive,
    /// Any other.
    Other {
        /// What it is about.
        topic: Topic,
        /// What it says.
        body: Value,
    },
}

/// A notification that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// It is no notification.
    #[error("no notification: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// Its body is not what it should be.
    #[error("not the body of {topic}: {reason}")]
    Body {
        /// What it is about.
        topic: Topic,
        /// Why.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    topic_name: String,
    #[serde(default)]
    event_body: Value,
}

body! {
    /// The routing status, as it is wrapped in a notification.
    OfStatus {
        routing_status: UserRoutingStatus,
    }
}

impl Event {
    /// Reads a notification.
    ///
    /// ```
    /// use strowger_genesys::{Event, RoutingWord};
    ///
    /// let told = br#"{"topicName":"v2.users.ana.routingStatus","version":"2",
    ///     "eventBody":{"id":"ana","routingStatus":{"status":"NOT_RESPONDING"}}}"#;
    /// let Event::RoutingStatus { user, status } = Event::read(told)? else { panic!() };
    /// assert_eq!((&*user, status.status), ("ana", Some(RoutingWord::NotResponding)));
    /// # Ok::<(), strowger_genesys::EventError>(())
    /// ```
    ///
    /// # Errors
    /// It is no notification, or has another body than its topic says.
    pub fn read(bytes: &[u8]) -> Result<Self, EventError> {
        let told: Notification = serde_json::from_slice(bytes)
            .map_err(|error| EventError::Unreadable { reason: error.to_string() })?;
        Self::of(&Topic::from(told.topic_name.as_str()), told.event_body)
    }

    /// What a topic's body says.
    ///
    /// # Errors
    /// The topic has another body.
    pub fn of(topic: &Topic, body: Value) -> Result<Self, EventError> {
        fn parsed<T: DeserializeOwned>(topic: &Topic, body: Value) -> Result<T, EventError> {
            serde_json::from_value(body).map_err(|error| EventError::Body {
                topic: topic.clone(),
                reason: error.to_string(),
            })
        }
        match topic {
            Topic::UserPresence(user) => {
                let presence = parsed(topic, body)?;
                Ok(Self::Presence { user: user.clone(), presence })
            }
            Topic::UserRoutingStatus(user) => {
                let of: OfStatus = parsed(topic, body)?;
                Ok(Self::RoutingStatus { user: user.clone(), status: of.routing_status })
            }
            Topic::UserConversations(_, media) | Topic::QueueConversations(_, media) => {
                let conversation = parsed(topic, body)?;
                Ok(Self::Conversation { media: media.clone(), conversation })
            }
            Topic::Workitem(_) | Topic::QueueWorkitems(_) | Topic::UserWorkitems(_) => {
                parsed(topic, body).map(|notice| Self::Workitem(Box::new(notice)))
            }
            Topic::Detail(_, kind) => {
                let detail = Box::new(parsed(topic, body)?);
                Ok(Self::Detail { kind: kind.clone(), detail })
            }
            Topic::Channel => Ok(Self::Alive),
            Topic::QueueUsers(_) | Topic::Other(_) => {
                Ok(Self::Other { topic: topic.clone(), body })
            }
        }
    }
}
