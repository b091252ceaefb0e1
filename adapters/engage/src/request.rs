//! What a switch is asked for.

use serde::{Deserialize, Serialize};
use strowger::Key;
use strowger::knowledge::UserData;

use crate::conn_id::ConnId;

/// How an agent works (T-Library: agent work mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum WorkMode {
    /// They get calls: ready.
    AutoIn,
    /// They get none: not ready.
    AuxWork,
}

/// A request of the T-Library. In JSON an object with one field, the name of the request.
///
/// The event that a switch answers with has the same `ReferenceID`.
///
/// ```
/// use strowger_engage::Request;
///
/// let json = r#"{"RequestAgentReady": {"ReferenceID": 4, "ThisDN": "5117"}}"#;
/// let request: Request = serde_json::from_str(json).unwrap();
/// assert_eq!(request.reference(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Request {
    /// Registers a telephone, and reads who is logged in there.
    #[serde(rename = "RequestRegisterAddress")]
    RegisterAddress {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// The telephone.
        #[serde(rename = "ThisDN")]
        dn: Key,
    },
    /// An agent logs in, ready or not.
    #[serde(rename = "RequestAgentLogin")]
    AgentLogin {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// The telephone.
        #[serde(rename = "ThisDN")]
        dn: Key,
        /// The agent.
        #[serde(rename = "AgentID")]
        agent: Key,
        /// Whether they are ready.
        #[serde(rename = "AgentWorkMode")]
        mode: WorkMode,
        /// Why they are not.
        #[serde(rename = "Reasons", default, skip_serializing_if = "UserData::is_empty")]
        reasons: UserData,
    },
    /// An agent who is logged in becomes ready.
    #[serde(rename = "RequestAgentReady")]
    AgentReady {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// The telephone.
        #[serde(rename = "ThisDN")]
        dn: Key,
    },
    /// An agent who is logged in is not ready any more, or for another reason.
    #[serde(rename = "RequestAgentNotReady")]
    AgentNotReady {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// The telephone.
        #[serde(rename = "ThisDN")]
        dn: Key,
        /// Why.
        #[serde(rename = "Reasons")]
        reasons: UserData,
    },
    /// An agent logs out.
    #[serde(rename = "RequestAgentLogout")]
    AgentLogout {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// The telephone.
        #[serde(rename = "ThisDN")]
        dn: Key,
    },
    /// A call that is at a routing point goes to a telephone.
    #[serde(rename = "RequestRouteCall")]
    RouteCall {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// The routing point.
        #[serde(rename = "ThisDN")]
        dn: Key,
        /// The call.
        #[serde(rename = "ConnID")]
        conn: ConnId,
        /// The telephone.
        #[serde(rename = "OtherDN")]
        to: Key,
    },
    /// A call goes from one telephone to another, or to a routing point.
    #[serde(rename = "RequestSingleStepTransfer")]
    SingleStepTransfer {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// Whose call it is.
        #[serde(rename = "ThisDN")]
        dn: Key,
        /// The call.
        #[serde(rename = "ConnID")]
        conn: ConnId,
        /// Where it goes.
        #[serde(rename = "OtherDN")]
        to: Key,
        /// The user data that go along.
        #[serde(rename = "UserData", default, skip_serializing_if = "UserData::is_empty")]
        user_data: UserData,
    },
    /// A telephone joins a call.
    #[serde(rename = "RequestSingleStepConference")]
    SingleStepConference {
        /// The number that the answer has.
        #[serde(rename = "ReferenceID")]
        reference: u32,
        /// Whose call it is.
        #[serde(rename = "ThisDN")]
        dn: Key,
        /// The call.
        #[serde(rename = "ConnID")]
        conn: ConnId,
        /// Who joins.
        #[serde(rename = "OtherDN")]
        to: Key,
        /// The user data that go along.
        #[serde(rename = "UserData", default, skip_serializing_if = "UserData::is_empty")]
        user_data: UserData,
    },
}

impl Request {
    /// The number that the answer has.
    #[must_use]
    pub const fn reference(&self) -> u32 {
        match self {
            Self::RegisterAddress { reference, .. }
            | Self::AgentLogin { reference, .. }
            | Self::AgentReady { reference, .. }
            | Self::AgentNotReady { reference, .. }
            | Self::AgentLogout { reference, .. }
            | Self::RouteCall { reference, .. }
            | Self::SingleStepTransfer { reference, .. }
            | Self::SingleStepConference { reference, .. } => *reference,
        }
    }

    /// The telephone or routing point that is asked.
    #[must_use]
    pub const fn dn(&self) -> &Key {
        match self {
            Self::RegisterAddress { dn, .. }
            | Self::AgentLogin { dn, .. }
            | Self::AgentReady { dn, .. }
            | Self::AgentNotReady { dn, .. }
            | Self::AgentLogout { dn, .. }
            | Self::RouteCall { dn, .. }
            | Self::SingleStepTransfer { dn, .. }
            | Self::SingleStepConference { dn, .. } => dn,
        }
    }
}
