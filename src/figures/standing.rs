//! What stands where: work, offers, parts of work, consults and agents, as the facts left them.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::figures::book::{Cell, Desk};
use crate::figures::measures::Handling;
use crate::model::calendar::WaitClock;
use crate::model::ids::{AgentId, CalendarId, CodeId, PresenceId, WorkId};
use crate::model::presence::SystemPresence;
use crate::policy::wrap_up::WrapUp;
use crate::state::routing_status::RoutingStatus;

/// What of a queue's profile its figures go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CountedQueue {
    pub(super) target: Span,
    pub(super) counts: WaitClock,
    pub(super) calendar: Option<CalendarId>,
}

/// Where work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CountedPlace {
    /// In the line of its queue, offered or not.
    Line,
    /// Sent by one agent to another, to whom it is offered: in no line.
    BetweenAgents,
    /// Put off: in no line.
    Aside,
    /// With an agent, until the agent has wrapped it up.
    With(AgentId),
}

/// Since when the customer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Start {
    /// The work was put off and is in no line yet.
    NotYet,
    /// Since this instant.
    At(Timestamp),
    /// Somebody had it.
    Over,
}

/// Work that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CountedWork {
    pub(super) cell: Cell,
    pub(super) place: CountedPlace,
    pub(super) start: Start,
    /// To how many agents it is offered.
    pub(super) open_offers: u32,
    /// When it entered the line it is or was in.
    pub(super) entered: Timestamp,
    /// Up to when its wait is in the book.
    pub(super) since: Timestamp,
    /// True if its queue has counted it as offered since an agent had it last.
    pub(super) counted: bool,
    /// True if it is no customer.
    #[serde(default)]
    pub(super) internal: bool,
    /// The work it stands for, about which an agent consults its queue.
    #[serde(default)]
    pub(super) stands_for: Option<WorkId>,
}

/// An open offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenOffer {
    pub(super) work: WorkId,
    pub(super) desk: Desk,
    pub(super) since: Timestamp,
}

/// The activity of an agent with work that is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Doing {
    Active,
    Held,
    Parked,
    WrapUp,
    /// The agent wraps it up and is open for other work.
    WrapUpAside,
}

impl Doing {
    pub(super) const fn of(wrap_up: WrapUp) -> Self {
        if wrap_up.counts { Self::WrapUp } else { Self::WrapUpAside }
    }

    /// True if the activity is part of the handle time.
    pub(super) const fn is_handling(self) -> bool {
        match self {
            Self::Active | Self::Held | Self::WrapUp => true,
            Self::Parked | Self::WrapUpAside => false,
        }
    }

    /// Where its time counts.
    pub(super) const fn time(self) -> fn(&mut Handling) -> &mut Span {
        match self {
            Self::Active => |row| &mut row.talk,
            Self::Held => |row| &mut row.hold,
            Self::Parked => |row| &mut row.parked,
            Self::WrapUp => |row| &mut row.wrap_up,
            Self::WrapUpAside => |row| &mut row.wrap_up_aside,
        }
    }
}

/// An agent's part of work that is or was theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CountedPart {
    pub(super) cell: Cell,
    pub(super) doing: Doing,
    /// Up to when its time is in the book.
    pub(super) since: Timestamp,
    /// How long the agent was occupied with it until then.
    pub(super) handled: Span,
    pub(super) code: Option<CodeId>,
}

/// An agent who is asked to take part in work of another, or does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guest {
    pub(super) cell: Cell,
    pub(super) joined: bool,
    /// Up to when the guest's time is in the book.
    pub(super) since: Timestamp,
}

impl Guest {
    /// Where the guest's time counts.
    pub(super) const fn time(&self) -> fn(&mut Handling) -> &mut Span {
        if self.joined { |row| &mut row.consulting } else { |row| &mut row.alerting }
    }
}

/// An agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CountedAgent {
    pub(super) presence: PresenceId,
    pub(super) signed_in: bool,
    pub(super) status: RoutingStatus,
    pub(super) presence_since: Timestamp,
    pub(super) status_since: Timestamp,
    /// Since when the agent has both this presence and this status.
    pub(super) piece: Timestamp,
    /// Up to when the agent's time is in the book.
    pub(super) since: Timestamp,
}

impl CountedAgent {
    /// One who was just defined.
    pub(super) const fn new(at: Timestamp) -> Self {
        Self {
            presence: SystemPresence::Offline.id(),
            signed_in: false,
            status: RoutingStatus::OffQueue,
            presence_since: at,
            status_since: at,
            piece: at,
            since: at,
        }
    }
}
