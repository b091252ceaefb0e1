//! How things end in this layer, and how a call is brought to somebody.

use serde::{Deserialize, Serialize};

use crate::model::ids::AgentId;
use crate::state::work::CloseCause;

/// Who ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionEnd {
    /// The agent who asked, perhaps before anybody had accepted.
    Asker,
    /// Whoever had it.
    Worker,
    /// The host, or time.
    Host,
    /// Something failed.
    Failed,
}

/// Why nobody took a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unanswered {
    /// The worker who was named declined.
    Declined,
    /// The worker who was named did not answer in time.
    TimedOut,
    /// Nobody was left to ask.
    NobodyLeft,
    /// It waited for as long as its queue lets work wait.
    NobodyCame,
    /// It was closed by a rule of its queue, by time, or by the host.
    Closed,
    /// Whoever asked is no agent any more.
    AskerLeft,
}

impl Unanswered {
    /// Why, if its work was closed so.
    pub(crate) const fn of(cause: Option<CloseCause>) -> Self {
        match cause {
            Some(CloseCause::Exhausted) => Self::NobodyLeft,
            Some(CloseCause::MaxWait) => Self::NobodyCame,
            _ => Self::Closed,
        }
    }
}

/// How an escalation ended. In all cases but the first the call is with its owner, unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EscalationEnd {
    /// Somebody has joined the call; the transfer or the conference follows in the same call.
    Accepted {
        /// The agent who accepted.
        agent: AgentId,
    },
    /// Nobody accepted, and why.
    Unanswered(Unanswered),
    /// The worker who was asked is logged out, does not attend to calls any more, or takes part in
    /// the call by hand already.
    Unavailable,
    /// The owner took it back.
    Cancelled,
    /// The contact ended.
    ContactEnded,
    /// The owner does not have the call any more, or the host took back what stood for it.
    Withdrawn,
}

/// How a call is brought to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum How {
    /// The worker has it, and the owner leaves it.
    Transfer,
    /// The customer, the owner and the worker talk together.
    Conference,
}
