//! Who is who: an agent of the engine, and a user there.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::loose;
use strowger_wire::{Method, Request, escaped};

/// Tells by which name the engine knows an agent, as they sign in or out:
/// `PUT .../agent_mapping/agent/{agent}/inboundId/{inbound}`.
///
/// ```
/// use strowger_servicenow::AgentMapping;
///
/// let signed_out = AgentMapping { external_agent_id: "a17".into(), active: false };
/// let request = signed_out.request("46d44a23a9fe19810012d100cca80666", "voice");
/// assert!(request.path.ends_with("/agent/46d44a23a9fe19810012d100cca80666/inboundId/voice"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentMapping {
    /// The engine's name of the agent.
    pub external_agent_id: String,
    /// Whether the agent is signed in.
    #[serde(default = "yes", deserialize_with = "loose::flag")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl AgentMapping {
    /// The request for this user, with the inbound id of the engine's provider channel identity.
    #[must_use]
    pub fn request(&self, agent: &str, inbound_id: &str) -> Request {
        let (agent, inbound) = (escaped(agent), escaped(inbound_id));
        let path =
            format!("/api/sn_ct_ctr_it_core/agent_mapping/agent/{agent}/inboundId/{inbound}");
        Request::new(Method::Put, path).with_body(self)
    }
}

/// What [`AgentMapping`] and [`ExternalId`](crate::ExternalId) are answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MappingReply {
    /// `success`, or `failure`.
    pub status: String,
    /// What was done, or why it was not.
    pub message: String,
    /// The records of agents that were made or changed.
    #[serde(default, rename = "mappingIds", skip_serializing_if = "Vec::is_empty")]
    pub mapping_ids: Vec<String>,
}

impl MappingReply {
    /// Whether it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status.eq_ignore_ascii_case("success")
    }
}
