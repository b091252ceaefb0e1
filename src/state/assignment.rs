//! The life of an assignment: one piece of work in the hands of one agent.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::state::machine::{Deadline, DeadlineKind, Illegal};

/// Where an assignment is.
///
/// ```text
#[doc = include_str!("../../tests/tables/assignment.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentState {
    /// The agent works on it.
    Active,
    /// The customer is on hold.
    Held,
    /// Put aside.
    Parked,
    /// The agent's part of the contact is over and the agent wraps up.
    WrapUp {
        /// When time ends it; [`Timestamp::MAX`]: only the agent does.
        until: Timestamp,
        /// True if the wrap-up counts against the agent's capacity.
        counts: bool,
    },
    /// Over.
    Ended,
}

/// A step in the life of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentStep {
    /// The customer is put on hold.
    Hold,
    /// The customer is taken off hold.
    Retrieve,
    /// It is put aside.
    Park,
    /// It is taken up again.
    Resume,
    /// Wrap-up begins.
    WrapUp {
        /// When time ends it.
        until: Timestamp,
        /// True if the wrap-up counts against the agent's capacity.
        counts: bool,
    },
    /// Wrap-up lasts longer.
    Extend {
        /// When time ends it now.
        until: Timestamp,
    },
    /// It is over.
    End,
}

impl AssignmentStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Retrieve => "retrieve",
            Self::Park => "park",
            Self::Resume => "resume",
            Self::WrapUp { .. } => "wrap_up",
            Self::Extend { .. } => "extend",
            Self::End => "end",
        }
    }
}

impl AssignmentState {
    /// The name of the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::WrapUp { .. } => "wrap_up",
            Self::Ended => "ended",
        }
    }

    /// True if the assignment occupies the agent: worked on, held or wrapped up with capacity held.
    #[must_use]
    pub const fn occupies(self) -> bool {
        match self {
            Self::Active | Self::Held => true,
            Self::WrapUp { counts, .. } => counts,
            Self::Parked | Self::Ended => false,
        }
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`Illegal`] if the state does not allow it.
    pub const fn next(self, step: AssignmentStep) -> Result<Self, Illegal> {
        use AssignmentStep::{End, Extend, Hold, Park, Resume, Retrieve, WrapUp};
        match (self, step) {
            (Self::Active, Hold) => Ok(Self::Held),
            (Self::Held, Retrieve) | (Self::Parked, Resume) => Ok(Self::Active),
            (Self::Active | Self::Held | Self::Parked, Park) => Ok(Self::Parked),
            (Self::Active | Self::Held | Self::Parked, WrapUp { until, counts }) => {
                Ok(Self::WrapUp { until, counts })
            }
            (Self::WrapUp { counts, .. }, Extend { until }) => Ok(Self::WrapUp { until, counts }),
            (Self::Active | Self::Held | Self::Parked | Self::WrapUp { .. }, End) => {
                Ok(Self::Ended)
            }
            (Self::Active, Retrieve | Resume | Extend { .. })
            | (Self::Held, Hold | Resume | Extend { .. })
            | (Self::Parked, Hold | Retrieve | Extend { .. })
            | (Self::WrapUp { .. }, Hold | Retrieve | Park | Resume | WrapUp { .. })
            | (
                Self::Ended,
                Hold | Retrieve | Park | Resume | WrapUp { .. } | Extend { .. } | End,
            ) => Err(Illegal { state: self.name(), step: step.name() }),
        }
    }

    /// When time ends it.
    #[must_use]
    pub fn deadline(self) -> Option<Deadline> {
        match self {
            Self::WrapUp { until, .. } if until < Timestamp::MAX => {
                Some(Deadline { at: until, kind: DeadlineKind::WrapUp })
            }
            Self::WrapUp { .. } | Self::Active | Self::Held | Self::Parked | Self::Ended => None,
        }
    }
}
