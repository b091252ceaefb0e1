//! What ServiceNow tells: the OpenFrame events of work items, presence and interactions.

use alloc::string::{String, ToString};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::agent::AgentPresence;
use crate::request::Document;
use strowger::presence::PresenceReport;
use strowger::presence::Side;

/// A service channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Channel {
    /// What it is called.
    pub name: String,
    /// Its id: the key of the channel in the engine.
    pub sys_id: String,
}

/// A work item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
    /// Its id.
    #[serde(rename = "sys_id")]
    pub sys_id: String,
    /// How much of an agent's capacity it takes.
    pub size: u32,
    /// Its channel.
    pub service_channel: Channel,
    /// What it is about.
    pub document: Document,
    /// The work item before, about the same document, if it was transferred.
    #[serde(default)]
    pub previous_work_item: Option<String>,
    /// Whether it came by a transfer to a queue.
    #[serde(default)]
    pub is_queue_transferred: bool,
    /// Whether it was accepted in the agent's name.
    #[serde(default)]
    pub is_auto_accepted: bool,
    /// Why it was rejected.
    #[serde(default)]
    pub rejection: Option<Rejection>,
}

/// Why a work item was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Rejection {
    /// What the reason is called.
    pub reason: String,
    /// Its id: the key of the reject reason in the engine.
    pub sys_id: String,
}

/// An interaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Interaction {
    /// Its id.
    pub sys_id: String,
    /// Its number.
    pub number: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub reason: String,
}

/// An event. None says of which agent it is: it is told in that agent's own browser.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Event {
    /// The agent is in another presence state, or on other channels.
    Presence(AgentPresence),
    /// A work item is offered to the agent.
    Offered(WorkItem),
    /// The agent took a work item.
    Accepted(WorkItem),
    /// The agent rejected a work item.
    Rejected(WorkItem),
    /// The agent is off an interaction.
    OffInteraction(Interaction),
}

/// An event that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// There is no such event.
    #[error("there is no event {0}")]
    Name(String),
    /// Its body is not what it should be.
    #[error("not the body of {name}: {reason}")]
    Body {
        /// The event.
        name: String,
        /// Why.
        reason: String,
    },
}

#[derive(Deserialize)]
struct OfPresence {
    presence: AgentPresence,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfWorkItem {
    work_item: WorkItem,
}

#[derive(Deserialize)]
struct OfInteraction {
    interaction: Interaction,
}

/// All events are wrapped in `result`; only the rejection is in `payload`.
#[derive(Deserialize)]
struct Wrapped<T> {
    #[serde(alias = "payload")]
    result: T,
}

impl Event {
    /// Reads an event by its name and its body.
    ///
    /// ```
    /// use strowger_servicenow::Event;
    ///
    /// let body = br#"{"result":{"interaction":{"sys_id":"da1d","number":"IMS0000050",
    ///     "type":"chat","reason":"INTERACTION_INACTIVE"}}}"#;
    /// let event = Event::read("openframe_agent_off_interaction", body)?;
    /// assert!(matches!(event, Event::OffInteraction(chat) if chat.number == "IMS0000050"));
    /// # Ok::<(), strowger_servicenow::EventError>(())
    /// ```
    ///
    /// # Errors
    /// There is no such event, or it has another body.
    pub fn read(name: &str, body: &[u8]) -> Result<Self, EventError> {
        fn wrapped<T: DeserializeOwned>(name: &str, body: &[u8]) -> Result<T, EventError> {
            let read = serde_json::from_slice::<Wrapped<T>>(body);
            read.map(|wrapped| wrapped.result).map_err(|error| EventError::Body {
                name: name.to_string(),
                reason: error.to_string(),
            })
        }
        let item = |of: OfWorkItem| of.work_item;
        match name {
            "openframe_awa_agent_presence" => {
                wrapped(name, body).map(|of: OfPresence| Self::Presence(of.presence))
            }
            "openframe_awa_workitem_offered" => wrapped(name, body).map(item).map(Self::Offered),
            "openframe_awa_workitem_accepted" => wrapped(name, body).map(item).map(Self::Accepted),
            "openframe_awa_workitem_rejected" => wrapped(name, body).map(item).map(Self::Rejected),
            "openframe_agent_off_interaction" => {
                wrapped(name, body).map(|of: OfInteraction| Self::OffInteraction(of.interaction))
            }
            other => Err(EventError::Name(other.to_string())),
        }
    }
}

impl AgentPresence {
    /// What a [`PresenceSync`](strowger::presence::PresenceSync) wants to hear of it. The event has
    /// no revision
    /// and does not say who set it: the host gives a number that rises with every change, such as
    /// the time of the change there, and the source if it knows it.
    #[must_use]
    pub fn report(&self, revision: u64, source: Option<Side>) -> PresenceReport {
        PresenceReport::new(revision, self.sys_id.as_str()).with_source(source)
    }
}
