//! Agents who take part in work that another agent has.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::room::Claim;
use crate::state::leg::{LegEnd, LegRole, LegState};

/// An agent's part in work that another agent has: a consult, a conference or a supervision.
///
/// ```
/// use strowger::view::{AgentView, Leg};
///
/// /// Whether an agent helps a colleague at the moment.
/// fn helps(agent: AgentView<'_>) -> bool {
///     agent.legs().iter().any(Leg::occupies)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leg {
    /// The work.
    pub work: WorkId,
    /// The agent, who is not the owner of the work.
    pub agent: AgentId,
    /// The role in which the agent takes part.
    pub role: LegRole,
    /// Where the leg is.
    pub state: LegState,
    /// The claim of the leg on the agent's capacity; nothing of a supervisor's.
    pub claim: Claim,
    /// When the agent was asked, or joined without being asked.
    pub since: Timestamp,
    /// True if the agent has the work as soon as they join: a careful transfer.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub careful: bool,
}

impl Leg {
    /// The most legs of one piece of work. A conference of more is not a contact but a meeting; the
    /// bound keeps the row of a piece of work small.
    pub const MAX: u32 = 16;

    /// True if the leg alerts its agent.
    #[must_use]
    pub const fn alerts(&self) -> bool {
        matches!(self.state, LegState::Requested { .. })
    }

    /// True if the leg occupies its agent: a consultant or conferee who joined.
    #[must_use]
    pub const fn occupies(&self) -> bool {
        matches!(self.state, LegState::Joined) && !self.role.supervises()
    }
}

/// How an agent's last leg of a piece of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct PastLeg {
    /// The agent.
    pub agent: AgentId,
    /// How.
    pub end: LegEnd,
}
