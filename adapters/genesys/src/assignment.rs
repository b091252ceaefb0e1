//! Where a piece of work is, in the words of both sides, and what the engine does when the other
//! side says it is elsewhere.

use crate::words::words;
use strowger::model::{AgentId, WorkId};
use strowger::state::AssignmentState as Assigned;
use strowger::state::Stage;
use strowger::view::View;

words! {
    /// Where Genesys Cloud has a work item (`assignmentState`).
    ///
    /// ```
    /// use strowger_genesys::{AssignmentState, Place};
    ///
    /// assert_eq!(AssignmentState::from("Held"), AssignmentState::Held);
    /// assert_eq!(AssignmentState::Declined.place(), Some(Place::Waiting));
    /// assert_eq!(AssignmentState::from("Napping").place(), None);
    /// ```
    AssignmentState {
        /// Not known.
        Unknown = "Unknown",
        /// New: nobody is sought yet.
        Idle = "Idle",
        /// In line for an agent (help pages: waiting in queue).
        AcdStarted = "AcdStarted",
        /// It alerts an agent.
        Alerting = "Alerting",
        /// It timed out.
        AlertTimeout = "AlertTimeout",
        /// The agent rejected it.
        Declined = "Declined",
        /// An agent has it.
        Connected = "Connected",
        /// Its agent left it, and is still who it is assigned to.
        Disconnected = "Disconnected",
        /// Put aside: not among what its agent has open.
        Parked = "Parked",
        /// Briefly put aside: among what its agent has open.
        Held = "Held",
        /// Taken out of the line.
        AcdCancelled = "AcdCancelled",
        /// Over.
        Terminated = "Terminated",
        /// It was in line for too long.
        AcdExpired = "AcdExpired",
    }
}

/// Where a piece of work is, as far as both sides can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// With nobody: in line, put off or suspended.
    Waiting,
    /// It alerts an agent.
    Alerting,
    /// An agent has it.
    Connected,
    /// An agent has it on hold.
    Held,
    /// An agent has put it aside.
    Parked,
    /// The contact is over; its agent wraps up.
    Disconnected,
    /// Closed.
    Over,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Alerting,
        Self::Connected,
        Self::Held,
        Self::Parked,
        Self::Disconnected,
        Self::Over,
    ];

    /// Whether an agent and the customer are connected.
    #[must_use]
    pub const fn is_talk(self) -> bool {
        matches!(self, Self::Connected | Self::Held)
    }

    /// Whether an agent has it, and may give it away.
    #[must_use]
    pub const fn is_had(self) -> bool {
        matches!(self, Self::Connected | Self::Held | Self::Parked)
    }

    /// Where the engine has the work, and with whom; of several it is offered to, the one of the
    /// oldest offer.
    #[must_use]
    pub fn of(view: View<'_>, work: WorkId) -> (Self, Option<AgentId>) {
        match view.work(work).map(|work| work.stage()) {
            None | Some(Stage::Closed { .. }) => (Self::Over, None),
            Some(Stage::Queued | Stage::Scheduled { .. } | Stage::Suspended) => {
                (Self::Waiting, None)
            }
            Some(Stage::Offered { offer }) => {
                (Self::Alerting, view.offer(offer).map(|offer| offer.agent))
            }
            Some(Stage::Assigned { agent, .. }) => {
                let all = view.agent(agent).map(|agent| agent.assignments()).unwrap_or_default();
                let held = all.iter().any(|one| one.work == work && one.state == Assigned::Held);
                (if held { Self::Held } else { Self::Connected }, Some(agent))
            }
            Some(Stage::Parked { agent, .. }) => (Self::Parked, Some(agent)),
            Some(Stage::WrapUp { agent }) => (Self::Disconnected, Some(agent)),
        }
    }

    /// The state that says it.
    #[must_use]
    pub const fn state(self) -> AssignmentState {
        match self {
            Self::Waiting => AssignmentState::AcdStarted,
            Self::Alerting => AssignmentState::Alerting,
            Self::Connected => AssignmentState::Connected,
            Self::Held => AssignmentState::Held,
            Self::Parked => AssignmentState::Parked,
            Self::Disconnected => AssignmentState::Disconnected,
            Self::Over => AssignmentState::Terminated,
        }
    }
}

impl AssignmentState {
    /// Where it says the work is; `None`: it does not say.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Unknown | Self::Other(_) => None,
            Self::Idle | Self::AcdStarted | Self::AlertTimeout | Self::Declined => {
                Some(Place::Waiting)
            }
            Self::Alerting => Some(Place::Alerting),
            Self::Connected => Some(Place::Connected),
            Self::Held => Some(Place::Held),
            Self::Parked => Some(Place::Parked),
            Self::Disconnected => Some(Place::Disconnected),
            Self::AcdCancelled | Self::Terminated | Self::AcdExpired => Some(Place::Over),
        }
    }
}

/// What the engine does when an agent did something there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Follow {
    /// Nothing: it is so here already, or it is not for the other side to say.
    Nothing,
    /// The offer is accepted.
    Accept,
    /// The offer is rejected.
    Reject,
    /// The agent has it without being asked.
    Force,
    /// The customer is put on hold.
    Hold,
    /// The customer is taken off hold.
    Retrieve,
    /// It is put aside.
    Park,
    /// It is taken up again.
    Resume,
    /// The contact is over.
    Finish,
    /// It is taken back.
    Cancel,
    /// It is closed.
    Close,
    /// It goes to a queue.
    ToQueue,
    /// The engine has it elsewhere, and says so again.
    Show,
}

impl Follow {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "-",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Force => "force",
            Self::Hold => "hold",
            Self::Retrieve => "retrieve",
            Self::Park => "park",
            Self::Resume => "resume",
            Self::Finish => "finish",
            Self::Cancel => "cancel",
            Self::Close => "close",
            Self::ToQueue => "to_queue",
            Self::Show => "show",
        }
    }
}

/// What the engine does: it has the work here, and is told this state.
///
/// ```text
#[doc = include_str!("../tests/tables/follow.txt")]
/// ```
#[must_use]
pub fn follow(here: Place, told: &AssignmentState) -> Follow {
    let Some(there) = told.place() else { return Follow::Nothing };
    match (here, there) {
        _ if here == there => Follow::Nothing,
        (Place::Waiting, Place::Connected) => Follow::Force,
        (Place::Waiting | Place::Alerting | Place::Parked, Place::Over) => Follow::Cancel,
        (Place::Alerting, Place::Connected) => Follow::Accept,
        (Place::Alerting, Place::Disconnected) => Follow::Reject,
        (Place::Alerting, Place::Waiting) => match told {
            AssignmentState::Declined | AssignmentState::AlertTimeout => Follow::Reject,
            _ => Follow::Show,
        },
        (Place::Connected | Place::Held | Place::Parked, Place::Waiting) => match told {
            AssignmentState::AcdStarted => Follow::ToQueue,
            _ => Follow::Show,
        },
        (Place::Connected, Place::Held) => Follow::Hold,
        (Place::Held, Place::Connected) => Follow::Retrieve,
        (Place::Connected | Place::Held, Place::Parked) => Follow::Park,
        (Place::Parked, Place::Connected) => Follow::Resume,
        (Place::Connected | Place::Held, Place::Disconnected | Place::Over)
        | (Place::Parked, Place::Disconnected) => Follow::Finish,
        (Place::Disconnected, Place::Over) => Follow::Close,
        (_, _) => Follow::Show,
    }
}
