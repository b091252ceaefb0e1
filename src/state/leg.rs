//! The life of a leg: an agent other than the owner takes part in work.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::state::machine::{Deadline, DeadlineKind, Illegal};

/// Where a leg is.
///
/// ```text
#[doc = include_str!("../../tests/tables/leg.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// The agent was asked to take part: their telephone alerts.
    Requested {
        /// When its window ends; `None`: until it is answered.
        until: Option<Timestamp>,
    },
    /// The agent takes part.
    Joined,
    /// Over.
    Ended,
}

/// As what an agent takes part in work that another has.
///
/// ```text
#[doc = include_str!("../../tests/tables/leg_role.txt")]
/// ```
///
/// ```
/// use strowger::state::LegRole;
///
/// // A supervisor holds no capacity and keeps their routing status, whatever they do on the call.
/// assert!(LegRole::Barge.supervises() && !LegRole::Conferee.supervises());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegRole {
    /// An agent who talks with the owner alone (consult, warm transfer).
    Consultant,
    /// An agent who talks with the owner and the customer (conference).
    Conferee,
    /// A supervisor who listens and is not heard (silent monitoring).
    Monitor,
    /// A supervisor whom the owner alone hears (coaching, whisper).
    Coach,
    /// A supervisor whom everybody hears (barge-in).
    Barge,
}

/// How a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegEnd {
    /// The agent who was asked declined.
    Declined,
    /// The agent who was asked did not answer in time.
    Missed,
    /// The request was taken back.
    TakenBack,
    /// The agent was asked and became unavailable.
    AgentUnavailable,
    /// The agent left, or was let go.
    HungUp,
    /// The work was sent to a queue or to an agent.
    Transferred,
    /// The work was parked.
    Parked,
    /// The contact ended.
    ContactEnded,
}

/// A step in the life of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegStep {
    /// The agent joins.
    Join,
    /// It ends.
    End(LegEnd),
}

impl LegRole {
    /// True if an agent in this role supervises: the agent takes part without capacity and without
    /// being asked.
    #[must_use]
    pub const fn supervises(self) -> bool {
        match self {
            Self::Consultant | Self::Conferee => false,
            Self::Monitor | Self::Coach | Self::Barge => true,
        }
    }

    /// The name of the role.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consultant => "consultant",
            Self::Conferee => "conferee",
            Self::Monitor => "monitor",
            Self::Coach => "coach",
            Self::Barge => "barge",
        }
    }

    /// The role of somebody who joined, after a change. A consultant becomes a conferee and never
    /// again a consultant; supervisors change as they like.
    ///
    /// # Errors
    /// [`Illegal`] for any other change.
    pub const fn next(self, role: Self) -> Result<Self, Illegal> {
        match (self, role) {
            (Self::Consultant, Self::Conferee)
            | (Self::Monitor, Self::Coach | Self::Barge)
            | (Self::Coach, Self::Monitor | Self::Barge)
            | (Self::Barge, Self::Monitor | Self::Coach) => Ok(role),
            (Self::Consultant, Self::Consultant | Self::Monitor | Self::Coach | Self::Barge)
            | (
                Self::Conferee,
                Self::Consultant | Self::Conferee | Self::Monitor | Self::Coach | Self::Barge,
            )
            | (Self::Monitor, Self::Consultant | Self::Conferee | Self::Monitor)
            | (Self::Coach, Self::Consultant | Self::Conferee | Self::Coach)
            | (Self::Barge, Self::Consultant | Self::Conferee | Self::Barge) => {
                Err(Illegal { state: self.name(), step: role.name() })
            }
        }
    }
}

impl LegStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::End(LegEnd::Declined) => "decline",
            Self::End(LegEnd::Missed) => "expire",
            Self::End(LegEnd::TakenBack) => "take_back",
            Self::End(LegEnd::AgentUnavailable) => "withdraw",
            Self::End(LegEnd::HungUp) => "hang_up",
            Self::End(LegEnd::Transferred) => "transfer",
            Self::End(LegEnd::Parked) => "park",
            Self::End(LegEnd::ContactEnded) => "end_contact",
        }
    }
}

impl LegState {
    /// The name of the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Joined => "joined",
            Self::Ended => "ended",
        }
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`Illegal`] if the state does not allow it.
    pub const fn next(self, step: LegStep) -> Result<Self, Illegal> {
        use LegEnd::{
            AgentUnavailable, ContactEnded, Declined, HungUp, Missed, Parked, TakenBack,
            Transferred,
        };
        use LegStep::{End, Join};
        match (self, step) {
            (Self::Requested { .. }, Join) => Ok(Self::Joined),
            (Self::Requested { until: Some(_) }, End(Missed))
            | (Self::Requested { .. }, End(Declined | TakenBack | AgentUnavailable))
            | (Self::Joined, End(HungUp))
            | (Self::Requested { .. } | Self::Joined, End(Transferred | Parked | ContactEnded)) => {
                Ok(Self::Ended)
            }
            (Self::Requested { until: None }, End(Missed))
            | (Self::Requested { .. }, End(HungUp))
            | (Self::Joined, Join | End(Declined | Missed | TakenBack | AgentUnavailable))
            | (Self::Ended, Join | End(_)) => {
                Err(Illegal { state: self.name(), step: step.name() })
            }
        }
    }

    /// When the request is missed.
    #[must_use]
    pub const fn deadline(self) -> Option<Deadline> {
        match self {
            Self::Requested { until: Some(at) } => {
                Some(Deadline { at, kind: DeadlineKind::ConsultWindow })
            }
            Self::Requested { until: None } | Self::Joined | Self::Ended => None,
        }
    }
}
