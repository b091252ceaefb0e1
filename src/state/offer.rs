//! The life of an offer.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::ReasonId;
use crate::state::machine::{Deadline, DeadlineKind, Illegal};

/// Where an offer is.
///
/// ```text
#[doc = include_str!("../../tests/tables/offer.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// It is open.
    Open {
        /// When its window ends; `None`: until it is answered.
        until: Option<Timestamp>,
    },
    /// It is over.
    Over(OfferEnd),
}

/// How an offer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OfferEnd {
    /// The agent accepted, or it was accepted in the agent's name.
    Accepted,
    /// The agent rejected.
    Rejected {
        /// The reason the agent gave.
        reason: Option<ReasonId>,
    },
    /// It timed out: its window ended without an answer, or whoever alerted the agent said that
    /// there was none.
    Missed,
    /// It was taken back.
    Withdrawn {
        /// Why.
        why: Withdrawal,
    },
}

/// Why an offer was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Withdrawal {
    /// The agent became unavailable.
    AgentUnavailable,
    /// The customer left or the host took the work back.
    WorkGone,
    /// The work was given to somebody else, or sent to another queue.
    Reassigned,
    /// Somebody else to whom it was offered at the same time accepted it.
    AcceptedElsewhere,
    /// The work was suspended, put off, or became a call back.
    WorkAside,
    /// The agent could not be reached: their telephone did not alert them at all
    /// ([`ReportUnanswered`](crate::command::ReportUnanswered)). It is no decline of theirs.
    Unreachable,
    /// The agent takes part already in the work it stands for.
    TakesPart,
    /// Its longest wait was over
    /// ([`max_wait_recalls`](crate::model::QueueProfile::max_wait_recalls)).
    MaxWait,
}

impl Withdrawal {
    /// True if the work goes on at once, to somebody else or out of the engine, and stands in no
    /// line in between.
    pub(crate) const fn passes_the_line(self) -> bool {
        matches!(self, Self::Reassigned | Self::WorkGone | Self::MaxWait)
    }
}

/// A step in the life of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferStep {
    /// The agent accepts.
    Accept,
    /// The agent rejects.
    Reject(Option<ReasonId>),
    /// It ends unanswered: its window is over, or whoever alerts the agent says so.
    Expire,
    /// It is taken back.
    Withdraw(Withdrawal),
}

impl OfferStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject(_) => "reject",
            Self::Expire => "expire",
            Self::Withdraw(_) => "withdraw",
        }
    }
}

impl OfferState {
    /// The name of the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Over(OfferEnd::Accepted) => "accepted",
            Self::Over(OfferEnd::Rejected { .. }) => "rejected",
            Self::Over(OfferEnd::Missed) => "missed",
            Self::Over(OfferEnd::Withdrawn { .. }) => "withdrawn",
        }
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`Illegal`] if the offer is over.
    pub const fn next(self, step: OfferStep) -> Result<Self, Illegal> {
        match (self, step) {
            (Self::Open { .. }, OfferStep::Accept) => Ok(Self::Over(OfferEnd::Accepted)),
            (Self::Open { .. }, OfferStep::Reject(reason)) => {
                Ok(Self::Over(OfferEnd::Rejected { reason }))
            }
            (Self::Open { .. }, OfferStep::Expire) => Ok(Self::Over(OfferEnd::Missed)),
            (Self::Open { .. }, OfferStep::Withdraw(why)) => {
                Ok(Self::Over(OfferEnd::Withdrawn { why }))
            }
            (
                Self::Over(_),
                OfferStep::Accept
                | OfferStep::Reject(_)
                | OfferStep::Expire
                | OfferStep::Withdraw(_),
            ) => Err(Illegal { state: self.name(), step: step.name() }),
        }
    }

    /// When its window ends.
    #[must_use]
    pub const fn deadline(self) -> Option<Deadline> {
        match self {
            Self::Open { until: Some(at) } => {
                Some(Deadline { at, kind: DeadlineKind::OfferWindow })
            }
            Self::Open { until: None } | Self::Over(_) => None,
        }
    }
}
