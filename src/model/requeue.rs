//! Where work goes that comes back to a queue.

use serde::{Deserialize, Serialize};

/// Where work goes that comes back to a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requeue {
    /// To the front, before every priority; several there keep their score among themselves.
    Front,
    /// To its old place: it keeps its time of entry.
    KeepScore,
    /// To the end: it enters anew.
    Reset,
}

/// The re-queue policy, by what brought the work back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequeuePolicy {
    /// An agent rejected the offer.
    pub rejected: Requeue,
    /// An agent let the offer ring out.
    pub missed: Requeue,
    /// The offer was withdrawn because the agent became unavailable.
    pub withdrawn: Requeue,
    /// It was transferred to another queue.
    pub transferred: Requeue,
    /// It was parked and its agent could not take it back.
    pub resumed: Requeue,
    /// It was taken from its agent, or its agent gave it back.
    pub unassigned: Requeue,
}

impl Default for RequeuePolicy {
    fn default() -> Self {
        Self {
            rejected: Requeue::Front,
            missed: Requeue::Front,
            withdrawn: Requeue::Front,
            transferred: Requeue::Reset,
            resumed: Requeue::KeepScore,
            unassigned: Requeue::Front,
        }
    }
}
