//! An agent's presence and capacities: AWA Agent.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use strowger_wire::{Method, Request, escaped};

fn of(agent: &str, what: &str) -> String {
    format!("/api/now/awa/agents/{}{what}", escaped(agent))
}

/// What an agent is in: `GET .../agents/{agent}`. (The description calls the id that of a work
/// item; it is the agent's.)
#[must_use]
pub fn get_presence(agent: &str) -> Request {
    Request::get(of(agent, ""))
}

/// What an agent may choose: `GET .../agents/{agent}/presence_states`.
#[must_use]
pub fn get_presence_states(agent: &str) -> Request {
    Request::get(of(agent, "/presence_states"))
}

/// What an agent has and may have: `GET .../agents/{agent}/capacities`.
#[must_use]
pub fn get_capacities(agent: &str) -> Request {
    Request::get(of(agent, "/capacities"))
}

/// A channel, and whether an agent is available on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChannelAvailability {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the agent is available on the channel.
    pub available: bool,
    /// Its id.
    pub sys_id: String,
    /// Whether the choice is the agent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrict_update: Option<bool>,
    /// What kind it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_channel_type: Option<String>,
}

/// What an agent is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentPresence {
    /// What it is called.
    pub name: String,
    /// Its id: what a [`PresenceMap`](strowger::presence::PresenceMap) should name.
    pub sys_id: String,
    /// Whether an agent is available in it.
    pub available: bool,
    /// On which channels.
    #[serde(default)]
    pub channels: Vec<ChannelAvailability>,
}

/// What [`get_presence`] and [`SetAgentPresence`] are answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PresenceOf {
    /// The presence the agent is in.
    pub presence: AgentPresence,
    /// Who.
    pub sys_id: String,
}

/// Sets what an agent is in: `PUT .../agents/{agent}`.
///
/// ```
/// use strowger_servicenow::SetAgentPresence;
///
/// let request = SetAgentPresence::new("0b10223c57a313005baaaa65ef94f970").request("ana");
/// let body = request.body.unwrap();
/// assert_eq!(body["presence"]["sys_id"], "0b10223c57a313005baaaa65ef94f970");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetAgentPresence {
    presence: NewPresence,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct NewPresence {
    sys_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<ChannelAvailability>,
}

impl SetAgentPresence {
    /// This presence state.
    #[must_use]
    pub fn new(presence: impl Into<String>) -> Self {
        Self { presence: NewPresence { sys_id: presence.into(), channels: Vec::new() } }
    }

    /// The same, available or not on one more channel.
    #[must_use]
    pub fn with_channel(mut self, channel: impl Into<String>, available: bool) -> Self {
        self.presence.channels.push(ChannelAvailability {
            name: None,
            available,
            sys_id: channel.into(),
            restrict_update: None,
            service_channel_type: None,
        });
        self
    }

    /// The request.
    #[must_use]
    pub fn request(&self, agent: &str) -> Request {
        Request::new(Method::Put, of(agent, "")).with_body(self)
    }
}

/// A presence state an agent may choose; a list of them is what [`get_presence_states`] is answered
/// with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PresenceState {
    /// What it is called.
    pub name: String,
    /// Its place in the list.
    pub order: i32,
    /// Whether the agent may choose channels.
    pub show_channels: bool,
    /// Its id.
    pub sys_id: String,
    /// Whether an agent is available in it.
    pub available: bool,
    /// On which channels.
    pub channels: Vec<ChannelAvailability>,
    /// Whether who is idle in it is left alone.
    pub disable_inactivity_check: bool,
}

/// What an agent has on a channel, and may have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChannelCapacity {
    /// The channel.
    pub channel_sys_id: String,
    /// What the agent has; not told after a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_workload: Option<u32>,
    /// What the agent may have.
    pub max_capacity: u32,
}

/// What an agent has and may have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Capacities {
    /// What the agent may have on all channels, if that is bounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub universal_capacity: Option<u32>,
    /// What the agent has on all channels, if that is bounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub universal_workload: Option<u32>,
    /// By channel.
    pub channels: Vec<ChannelCapacity>,
}

/// Sets what an agent may have: `PUT .../agents/{agent}/capacities`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewCapacities {
    /// By channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, u32>,
    /// On all channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub universal_capacity: Option<u32>,
}

impl NewCapacities {
    /// The request.
    #[must_use]
    pub fn request(&self, agent: &str) -> Request {
        Request::new(Method::Put, of(agent, "/capacities")).with_body(self)
    }
}
