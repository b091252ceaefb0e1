//! The rows of the layer.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::fact::log::Seq;
use crate::interaction::InteractionId;
use crate::model::ids::{AgentId, OfferId, PresenceId, WorkId};
use crate::model::presence::PresenceProfile;

use crate::knowledge::config::KnowledgeConfig;
use crate::knowledge::ends::{How, Unanswered};
use crate::knowledge::point::{Otherwise, RoutingPoint, UserData};
use crate::knowledge::unified::AgentState;

/// The last report of the messenger about a worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeardPresence {
    /// The presence, in the messenger's words.
    pub presence: Key,
    /// Its revision.
    pub revision: u64,
}

/// A knowledge worker: an agent whom colleagues ask for help.
///
/// ```
/// use strowger::knowledge::{AgentState, Worker};
///
/// fn shown(worker: &Worker) -> String {
///     match (&worker.state, &worker.seat) {
///         (AgentState::Ready, Some(seat)) => format!("at {seat}"),
///         (AgentState::NotReady { reason }, _) => reason.to_string(),
///         _ => "-".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Worker {
    /// The number of the telephone at which they sit.
    pub seat: Option<Key>,
    /// Their address in the messenger.
    pub im: Option<Key>,
    /// What the messenger reported last.
    pub heard: Option<HeardPresence>,
    /// Their presence in the engine.
    pub presence: PresenceId,
    /// Their state.
    pub state: AgentState,
}

/// How somebody is asked for work that stands in line because of a routing point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Invitation {
    /// The worker whom the user data name, as long as nobody else is asked.
    pub particular: Option<AgentId>,
    /// Who is asked if they cannot be.
    pub otherwise: Otherwise,
    /// True if whoever is asked may decline.
    pub may_decline: bool,
    /// How the last offer to the worker who was named ended in vain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Unanswered>,
}

/// Who has a session, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionOwner {
    /// The agent.
    pub agent: AgentId,
    /// Since when.
    pub since: Timestamp,
}

/// A session in writing between an agent and whoever helps, or the request for one. Its record is
/// an interaction.
///
/// ```
/// use strowger::knowledge::Session;
///
/// /// How an agent's own list shows it.
/// fn shown(session: &Session) -> &'static str {
///     match (session.live_with(), session.over) {
///         (Some(_), _) => "writing",
///         (None, false) => "waiting",
///         (None, true) => "over",
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Session {
    /// The host's key of the request.
    pub key: Key,
    /// The agent who asks.
    pub asker: AgentId,
    /// The number at which they asked.
    pub point: Key,
    /// The interaction it is about.
    pub about: Option<InteractionId>,
    /// The user data.
    pub user_data: UserData,
    /// The work that stands in line for it.
    pub work: WorkId,
    /// How somebody is asked.
    pub asking: Invitation,
    /// Who has it; `None`: nobody has accepted, or it waits again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SessionOwner>,
    /// True if somebody has accepted.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub began: bool,
    /// True if it is over.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub over: bool,
    /// A fingerprint of all that was asked, by which the same request is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Digest>,
}

impl Session {
    /// The agent with whom the asker writes, as long as the session goes on.
    #[must_use]
    pub fn live_with(&self) -> Option<AgentId> {
        self.owner.filter(|_| !self.over).map(|owner| owner.agent)
    }
}

/// Where a call is brought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Destination {
    /// Straight to a telephone at which a worker sits.
    Seat {
        /// The number.
        dn: Key,
    },
    /// To a routing point.
    Point {
        /// The number.
        dn: Key,
    },
}

/// Who is asked to take a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AskedFor {
    /// Whoever gets the work that stands for the call in a line.
    Line {
        /// That work.
        work: WorkId,
        /// How somebody is asked.
        asking: Invitation,
    },
    /// A worker by name, by a consult.
    Worker {
        /// The worker.
        agent: AgentId,
    },
}

/// A call that is to be brought to a worker. Its owner keeps it until somebody accepts.
///
/// ```
/// use strowger::knowledge::{Destination, Escalation};
///
/// fn shown(escalation: &Escalation) -> String {
///     match &escalation.to {
///         Destination::Seat { dn } => format!("rings at {dn}"),
///         Destination::Point { dn } => format!("somebody is looked for at {dn}"),
///         _ => "is on its way".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Escalation {
    /// The agent who has the call.
    pub owner: AgentId,
    /// The work of the call.
    pub work: WorkId,
    /// How it is brought.
    pub how: How,
    /// Where.
    pub to: Destination,
    /// The user data of the command, which go before those of the call.
    pub user_data: UserData,
    /// Who is asked.
    pub asked: AskedFor,
    /// How far the work that stands for the call has come.
    #[serde(default, skip_serializing_if = "StandsFor::is_waiting")]
    pub stands: StandsFor,
}

impl Escalation {
    /// The work that stands for the call in a line, if any does.
    #[must_use]
    pub const fn stand_in(&self) -> Option<WorkId> {
        match &self.asked {
            AskedFor::Line { work, .. } => Some(*work),
            AskedFor::Worker { .. } => None,
        }
    }
}

/// How far the work that stands for a call has come, within one call of the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StandsFor {
    /// It waits, or is offered.
    #[default]
    Waiting,
    /// Somebody accepted it, and joins the call next.
    Accepted,
    /// It was closed because the part of the owner ends next.
    Dropped,
}

impl StandsFor {
    const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting)
    }
}

/// An open offer of work that stands in line because of a routing point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Preview {
    pub(crate) work: WorkId,
    pub(crate) agent: AgentId,
}

/// A presence of the host's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct KnownPresence {
    pub(crate) key: Key,
    pub(crate) profile: PresenceProfile,
}

/// All there is.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize, Deserialize)]
pub(crate) struct KnowledgeRows {
    pub(crate) config: KnowledgeConfig,
    pub(crate) workers: BTreeMap<AgentId, Worker>,
    /// The presences that the host defined.
    pub(crate) presences: BTreeMap<PresenceId, KnownPresence>,
    pub(crate) points: BTreeMap<Key, RoutingPoint>,
    /// Requests and sessions, until their records are archived.
    pub(crate) sessions: BTreeMap<InteractionId, Session>,
    /// The user data of calls, until their records are archived.
    pub(crate) calls: BTreeMap<InteractionId, UserData>,
    pub(crate) escalations: BTreeMap<InteractionId, Escalation>,
    /// The open offers of work that stands in line because of a routing point.
    pub(crate) offers: BTreeMap<OfferId, Preview>,
    pub(crate) seq: Seq,
}
