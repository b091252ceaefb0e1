//! The life of a piece of work.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, OfferId};
use crate::state::machine::Illegal;

/// Where a piece of work is. It is in exactly one stage.
///
/// ```text
#[doc = include_str!("../../tests/tables/work.txt")]
/// ```
///
/// Stages that one rule treats alike are a group with a name, so that a rule asks for the group and
/// a new stage is put into its groups here and nowhere else:
///
/// ```text
#[doc = include_str!("../../tests/tables/stage_groups.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In the line of its queue.
    Queued,
    /// Offered to an agent, or at several at once.
    Offered {
        /// The offer, of several the oldest.
        offer: OfferId,
    },
    /// With an agent, active or held.
    Assigned {
        /// The agent who has the work.
        agent: AgentId,
    },
    /// Put aside by its agent.
    Parked {
        /// The agent who parked the work.
        agent: AgentId,
        /// When it comes back by itself.
        until: Option<Timestamp>,
    },
    /// The contact is over, its agent wraps up.
    WrapUp {
        /// The agent who had the work.
        agent: AgentId,
    },
    /// Over.
    Closed {
        /// Why.
        cause: CloseCause,
    },
    /// For later; it is in no line.
    Scheduled {
        /// When it enters the line of its queue.
        at: Timestamp,
        /// True if the work is suspended at that time, until the host activates it.
        activation: bool,
    },
    /// Nobody is asked for it until the host activates it.
    Suspended,
}

/// Why work was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloseCause {
    /// It was dealt with.
    Completed,
    /// The customer left before anybody dealt with it.
    Abandoned,
    /// The host took it back.
    Cancelled,
    /// It waited too long.
    MaxWait,
    /// It lived too long.
    Lifetime,
    /// Nobody was left to ask.
    Exhausted,
    /// The customer did not answer any of the attempts to call back.
    Unreached,
    /// A rule of its queue: it waited where nobody could help, or came when the queue was closed.
    Overflow,
    /// It left the house: it was transferred to a destination outside.
    TransferredOutside,
    /// It stood for other work, and whoever accepted it takes part in that work now
    /// ([`ConsultQueue`](crate::command::ConsultQueue)).
    Joined,
}

/// A step in the life of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkStep {
    /// It is offered to an agent.
    Offer(OfferId),
    /// Its offer ended without an acceptance; it is back in line.
    Return,
    /// It goes to an agent: accepted, pulled or forced.
    Assign(AgentId),
    /// Its agent puts it aside.
    Park(Option<Timestamp>),
    /// Its agent takes it up again.
    Resume,
    /// It enters a line: transferred, moved or come back from parking.
    Requeue,
    /// The contact ends and wrap-up begins.
    EndContact,
    /// It is over.
    Close(CloseCause),
    /// It is offered to one more agent, or one of several offers ended; this is the oldest open
    /// one.
    RemainOffered(OfferId),
    /// It is put off.
    Schedule {
        /// Until when.
        at: Timestamp,
        /// True if the work is suspended at that time.
        activation: bool,
    },
    /// Nobody is asked for it until the host activates it.
    Suspend,
    /// Its agent hands it over to one who takes part in it.
    HandOver(AgentId),
}

impl WorkStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offer(_) => "offer",
            Self::Return => "return",
            Self::Assign(_) => "assign",
            Self::Park(_) => "park",
            Self::Resume => "resume",
            Self::Requeue => "requeue",
            Self::EndContact => "end_contact",
            Self::Close(_) => "close",
            Self::RemainOffered(_) => "remain_offered",
            Self::Schedule { .. } => "schedule",
            Self::Suspend => "suspend",
            Self::HandOver(_) => "hand_over",
        }
    }
}

impl Stage {
    /// The name of the stage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Offered { .. } => "offered",
            Self::Assigned { .. } => "assigned",
            Self::Parked { .. } => "parked",
            Self::WrapUp { .. } => "wrap_up",
            Self::Closed { .. } => "closed",
            Self::Scheduled { .. } => "scheduled",
            Self::Suspended => "suspended",
        }
    }

    /// True if something may fall due for the work itself: while it is offered its longest wait, if
    /// its queue recalls offers by it. Nothing does while an agent handles it: no rule recalls work
    /// from an agent.
    #[must_use]
    pub const fn has_clock(self) -> bool {
        match self {
            Self::Queued
            | Self::Offered { .. }
            | Self::Parked { .. }
            | Self::Scheduled { .. }
            | Self::Suspended => true,
            Self::Assigned { .. } | Self::WrapUp { .. } | Self::Closed { .. } => false,
        }
    }

    /// The agent who is responsible for the work: they handle it, parked it or wrap it up.
    #[must_use]
    pub const fn owner(self) -> Option<AgentId> {
        match self {
            Self::Assigned { agent } | Self::Parked { agent, .. } | Self::WrapUp { agent } => {
                Some(agent)
            }
            Self::Queued
            | Self::Offered { .. }
            | Self::Closed { .. }
            | Self::Scheduled { .. }
            | Self::Suspended => None,
        }
    }

    /// The agent who handles the contact now, active or on hold.
    #[must_use]
    pub const fn handler(self) -> Option<AgentId> {
        match self {
            Self::Assigned { agent } => Some(agent),
            Self::Queued
            | Self::Offered { .. }
            | Self::Parked { .. }
            | Self::WrapUp { .. }
            | Self::Closed { .. }
            | Self::Scheduled { .. }
            | Self::Suspended => None,
        }
    }

    /// True if the work is in its queue: it waits in line, or is offered from there.
    #[must_use]
    pub const fn is_in_queue(self) -> bool {
        match self {
            Self::Queued | Self::Offered { .. } => true,
            Self::Assigned { .. }
            | Self::Parked { .. }
            | Self::WrapUp { .. }
            | Self::Closed { .. }
            | Self::Scheduled { .. }
            | Self::Suspended => false,
        }
    }

    /// True if the work is put off: it is in no line until a time, or until the host activates it.
    #[must_use]
    pub const fn is_put_off(self) -> bool {
        match self {
            Self::Scheduled { .. } | Self::Suspended => true,
            Self::Queued
            | Self::Offered { .. }
            | Self::Assigned { .. }
            | Self::Parked { .. }
            | Self::WrapUp { .. }
            | Self::Closed { .. } => false,
        }
    }

    /// True if the work is open and no agent has it: it is in its queue or put off.
    #[must_use]
    pub const fn is_unowned(self) -> bool {
        self.is_in_queue() || self.is_put_off()
    }

    /// True if the contact is under way and belongs to an agent: active, on hold or parked.
    #[must_use]
    pub const fn is_with_agent(self) -> bool {
        match self {
            Self::Assigned { .. } | Self::Parked { .. } => true,
            Self::Queued
            | Self::Offered { .. }
            | Self::WrapUp { .. }
            | Self::Closed { .. }
            | Self::Scheduled { .. }
            | Self::Suspended => false,
        }
    }

    /// True if the contact is under way and no agent handles it now: nobody has the work, or its
    /// agent parked it.
    #[must_use]
    pub const fn is_unattended(self) -> bool {
        self.is_unowned() || (self.is_with_agent() && self.handler().is_none())
    }

    /// The stage after a step.
    ///
    /// # Errors
    /// [`Illegal`] if the stage does not allow it.
    pub const fn next(self, step: WorkStep) -> Result<Self, Illegal> {
        use WorkStep::{
            Assign, Close, EndContact, HandOver, Offer, Park, RemainOffered, Requeue, Resume,
            Return, Schedule, Suspend,
        };
        match (self, step) {
            (Self::Queued, Offer(offer)) | (Self::Offered { .. }, RemainOffered(offer)) => {
                Ok(Self::Offered { offer })
            }
            (Self::Offered { .. }, Return) => Ok(Self::Queued),
            (
                Self::Queued
                | Self::Offered { .. }
                | Self::Parked { .. }
                | Self::Scheduled { .. }
                | Self::Suspended,
                Assign(agent),
            ) => Ok(Self::Assigned { agent }),
            (Self::Assigned { agent } | Self::Parked { agent, .. }, Park(until)) => {
                Ok(Self::Parked { agent, until })
            }
            (Self::Parked { agent, .. }, Resume) | (Self::Assigned { .. }, HandOver(agent)) => {
                Ok(Self::Assigned { agent })
            }
            (
                Self::Queued
                | Self::Assigned { .. }
                | Self::Parked { .. }
                | Self::Scheduled { .. }
                | Self::Suspended,
                Requeue,
            ) => Ok(Self::Queued),
            (Self::Assigned { agent } | Self::Parked { agent, .. }, EndContact) => {
                Ok(Self::WrapUp { agent })
            }
            (
                Self::Queued | Self::Assigned { .. } | Self::Scheduled { .. } | Self::Suspended,
                Schedule { at, activation },
            ) => Ok(Self::Scheduled { at, activation }),
            (
                Self::Queued
                | Self::Assigned { .. }
                | Self::Parked { .. }
                | Self::Scheduled { .. }
                | Self::Suspended,
                Suspend,
            ) => Ok(Self::Suspended),
            (
                Self::Queued
                | Self::Assigned { .. }
                | Self::Parked { .. }
                | Self::WrapUp { .. }
                | Self::Scheduled { .. }
                | Self::Suspended,
                Close(cause),
            ) => Ok(Self::Closed { cause }),
            (
                Self::Queued,
                Return | RemainOffered(_) | Park(_) | Resume | EndContact | HandOver(_),
            )
            | (
                Self::Offered { .. },
                Offer(_)
                | Park(_)
                | Resume
                | Requeue
                | EndContact
                | Schedule { .. }
                | Suspend
                | Close(_)
                | HandOver(_),
            )
            | (Self::Assigned { .. }, Offer(_) | RemainOffered(_) | Return | Assign(_) | Resume)
            | (
                Self::Parked { .. },
                Offer(_) | RemainOffered(_) | Return | Schedule { .. } | HandOver(_),
            )
            | (
                Self::Scheduled { .. } | Self::Suspended,
                Offer(_) | RemainOffered(_) | Return | Park(_) | Resume | EndContact | HandOver(_),
            )
            | (
                Self::WrapUp { .. },
                Offer(_)
                | RemainOffered(_)
                | Return
                | Assign(_)
                | Park(_)
                | Resume
                | Requeue
                | EndContact
                | Schedule { .. }
                | Suspend
                | HandOver(_),
            )
            | (
                Self::Closed { .. },
                Offer(_)
                | RemainOffered(_)
                | Return
                | Assign(_)
                | Park(_)
                | Resume
                | Requeue
                | EndContact
                | Schedule { .. }
                | Suspend
                | Close(_)
                | HandOver(_),
            ) => Err(Illegal { state: self.name(), step: step.name() }),
        }
    }
}
