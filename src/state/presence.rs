//! The life of a presence: what a person says of themselves, and for how long it is believed.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::PresenceId;
use crate::model::presence::SystemPresence;
use crate::state::machine::{Deadline, DeadlineKind, Illegal};

/// The presence of an agent: offline or signed in.
///
/// ```text
#[doc = include_str!("../../tests/tables/presence.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Not signed in.
    Offline {
        /// The presence chosen, one that stands for offline.
        id: PresenceId,
    },
    /// Signed in.
    Present {
        /// The presence chosen.
        id: PresenceId,
        /// Until when the presence is believed without a sign of life.
        lease: Option<Timestamp>,
    },
}

/// A step in the life of a presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceStep {
    /// A presence is chosen.
    Set {
        /// Which.
        id: PresenceId,
        /// The system presence that the chosen presence stands for.
        system: SystemPresence,
        /// Until when it is believed.
        lease: Option<Timestamp>,
    },
    /// A sign of life.
    Hear {
        /// Until when the presence is believed now.
        lease: Option<Timestamp>,
    },
    /// No sign of life came in time.
    Lapse,
}

impl PresenceStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Set { system: SystemPresence::Offline, .. } => "set_offline",
            Self::Set { .. } => "set_other",
            Self::Hear { .. } => "hear",
            Self::Lapse => "lapse",
        }
    }
}

impl Presence {
    /// The name of the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offline { .. } => "offline",
            Self::Present { lease: None, .. } => "present",
            Self::Present { lease: Some(_), .. } => "leased",
        }
    }

    /// The presence chosen.
    #[must_use]
    pub const fn id(self) -> PresenceId {
        match self {
            Self::Offline { id } | Self::Present { id, .. } => id,
        }
    }

    /// The presence after a step.
    ///
    /// # Errors
    /// [`Illegal`] if nobody is signed in who could be heard, or no lease is there to lapse.
    pub fn next(self, step: PresenceStep) -> Result<Self, Illegal> {
        match (self, step) {
            (
                Self::Offline { .. } | Self::Present { .. },
                PresenceStep::Set { id, system, lease },
            ) => {
                if system == SystemPresence::Offline {
                    Ok(Self::Offline { id })
                } else {
                    Ok(Self::Present { id, lease })
                }
            }
            (Self::Present { id, .. }, PresenceStep::Hear { lease }) => {
                Ok(Self::Present { id, lease })
            }
            (Self::Present { lease: Some(_), .. }, PresenceStep::Lapse) => {
                Ok(Self::Offline { id: SystemPresence::Offline.id() })
            }
            (Self::Offline { .. }, PresenceStep::Hear { .. } | PresenceStep::Lapse)
            | (Self::Present { lease: None, .. }, PresenceStep::Lapse) => {
                Err(Illegal { state: self.name(), step: step.name() })
            }
        }
    }

    /// Until when the presence is believed.
    #[must_use]
    pub const fn deadline(self) -> Option<Deadline> {
        match self {
            Self::Present { lease: Some(at), .. } => {
                Some(Deadline { at, kind: DeadlineKind::Lease })
            }
            Self::Present { lease: None, .. } | Self::Offline { .. } => None,
        }
    }
}
