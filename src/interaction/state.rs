//! The life of an interaction: its state, the reason for it, and how its end is told.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::state::machine::Illegal;

/// By what way customer and contact centre talk (ServiceNow: type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InteractionType {
    /// A live chat.
    Chat,
    /// A call. Only where the host declares that it can call.
    Phone,
    /// A visitor at a desk.
    WalkUp,
    /// Messages of a conversation that may last for days: SMS, WhatsApp and the like.
    Messaging,
    /// E-mail.
    Email,
    /// A video call.
    Video,
    /// A case, or another item of work that somebody deals with alone.
    Case,
}

impl InteractionType {
    /// All types.
    pub const ALL: [Self; 7] = [
        Self::Chat,
        Self::Phone,
        Self::WalkUp,
        Self::Messaging,
        Self::Email,
        Self::Video,
        Self::Case,
    ];

    /// True if customer and agent write to each other. If not, the customer has an answer as soon
    /// as an agent has the interaction.
    #[must_use]
    pub const fn is_written(self) -> bool {
        matches!(self, Self::Chat | Self::Messaging | Self::Email)
    }

    /// True if the customer may be gone for a while, so that on hold the agent has room for others.
    #[must_use]
    pub const fn can_wait(self) -> bool {
        matches!(self, Self::Messaging | Self::Email | Self::WalkUp | Self::Case)
    }
}

/// The state of an interaction.
///
/// ```text
#[doc = include_str!("../../tests/tables/interaction.txt")]
/// ```
///
/// ```
/// use strowger::interaction::{InteractionState, InteractionStep};
///
/// let state = InteractionState::New.next(InteractionStep::Queue).unwrap();
/// assert_eq!(state.next(InteractionStep::Assign), Ok(InteractionState::WorkInProgress));
/// assert!(InteractionState::ClosedComplete.next(InteractionStep::Queue).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractionState {
    /// Opened; nobody has it, or a virtual agent has.
    New,
    /// Waits for an agent.
    Queued,
    /// An agent works on it.
    WorkInProgress,
    /// Its agent waits for somebody.
    OnHold,
    /// The contact is over, its agent wraps up.
    WrapUp,
    /// Over: dealt with, or ended by time.
    ClosedComplete,
    /// Over: the customer left, or did not respond.
    ClosedAbandoned,
    /// Over: the virtual agent failed.
    Faulted,
}

/// A step of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractionStep {
    /// It waits for an agent, or for another.
    Queue,
    /// It leaves the queue without an agent: the virtual agent has it again.
    Return,
    /// An agent has it.
    Assign,
    /// Its agent waits for somebody, or for somebody else.
    Hold,
    /// Its agent goes on.
    Resume,
    /// The contact ends and wrap-up begins.
    EndContact,
    /// It is over.
    Complete,
    /// It is over because the customer left.
    Abandon,
    /// It is over because the virtual agent failed.
    Fault,
}

impl InteractionStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Return => "return",
            Self::Assign => "assign",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::EndContact => "end_contact",
            Self::Complete => "complete",
            Self::Abandon => "abandon",
            Self::Fault => "fault",
        }
    }
}

impl InteractionState {
    /// The name of the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Queued => "queued",
            Self::WorkInProgress => "work_in_progress",
            Self::OnHold => "on_hold",
            Self::WrapUp => "wrap_up",
            Self::ClosedComplete => "closed_complete",
            Self::ClosedAbandoned => "closed_abandoned",
            Self::Faulted => "faulted",
        }
    }

    /// True if the interaction is over.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::ClosedComplete | Self::ClosedAbandoned | Self::Faulted)
    }

    /// True if customer and contact centre still talk.
    #[must_use]
    pub const fn is_ongoing(self) -> bool {
        !self.is_closed() && !matches!(self, Self::WrapUp)
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`Illegal`] if the state does not allow it.
    pub const fn next(self, step: InteractionStep) -> Result<Self, Illegal> {
        use InteractionStep::{
            Abandon, Assign, Complete, EndContact, Fault, Hold, Queue, Resume, Return,
        };
        match (self, step) {
            (Self::New | Self::Queued | Self::WorkInProgress | Self::OnHold, Queue) => {
                Ok(Self::Queued)
            }
            (Self::Queued | Self::OnHold, Return) => Ok(Self::New),
            (Self::New | Self::Queued | Self::WorkInProgress | Self::OnHold, Assign)
            | (Self::OnHold, Resume) => Ok(Self::WorkInProgress),
            (Self::WorkInProgress | Self::OnHold, Hold) => Ok(Self::OnHold),
            (Self::WorkInProgress | Self::OnHold, EndContact) => Ok(Self::WrapUp),
            (
                Self::New | Self::Queued | Self::WorkInProgress | Self::OnHold | Self::WrapUp,
                Complete,
            ) => Ok(Self::ClosedComplete),
            (
                Self::New | Self::Queued | Self::WorkInProgress | Self::OnHold | Self::WrapUp,
                Abandon,
            ) => Ok(Self::ClosedAbandoned),
            (
                Self::New | Self::Queued | Self::WorkInProgress | Self::OnHold | Self::WrapUp,
                Fault,
            ) => Ok(Self::Faulted),
            (Self::New, Return | Hold | Resume | EndContact)
            | (Self::Queued, Hold | Resume | EndContact)
            | (Self::WorkInProgress, Return | Resume)
            | (Self::WrapUp, Queue | Return | Assign | Hold | Resume | EndContact)
            | (
                Self::ClosedComplete | Self::ClosedAbandoned | Self::Faulted,
                Queue | Return | Assign | Hold | Resume | EndContact | Complete | Abandon | Fault,
            ) => Err(Illegal { state: self.name(), step: step.name() }),
        }
    }
}

/// Why an interaction is in its state. The first two go with [`InteractionState::OnHold`] of a
/// messaging interaction, all others with an interaction that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StateReason {
    /// The customer has to do something.
    WaitingOnCustomer,
    /// A colleague has to do something.
    WaitingInternal,
    /// The customer asked for an agent and left before one had it.
    LeftBeforeEngagement,
    /// The customer never said anything, or waited too long for an agent.
    NoActivity,
    /// The customer ended it.
    UserEnded,
    /// The host, or a rule, ended it.
    AutoClosed,
    /// The customer fell silent.
    NoUserResponse,
    /// The customer fell silent after their topic was dealt with.
    TopicComplete,
    /// The customer found what they wanted by searching.
    LeftForSearch,
    /// The agent ended it.
    AgentEnded,
    /// The virtual agent failed.
    Error,
    /// It was merged into another of the same customer, which goes on.
    Merged,
}

impl StateReason {
    /// True if the reason says what an interaction on hold waits for.
    #[must_use]
    pub const fn is_of_hold(self) -> bool {
        matches!(self, Self::WaitingOnCustomer | Self::WaitingInternal)
    }

    /// The label that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::WaitingOnCustomer => "Waiting on customer",
            Self::WaitingInternal => "Waiting internal",
            Self::LeftBeforeEngagement => "Left Before Engagement",
            Self::NoActivity => "No Activity",
            Self::UserEnded => "User Ended",
            Self::AutoClosed => "Auto Closed",
            Self::NoUserResponse => "No User Response",
            Self::TopicComplete => "Topic Complete",
            Self::LeftForSearch => "Left for search",
            Self::AgentEnded => "Agent Ended",
            Self::Error => "Error",
            Self::Merged => "Merged",
        }
    }
}

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// The agent ended it.
    Agent,
    /// The customer ended it or left.
    Customer,
    /// The host, or a rule, ended it.
    Automatic,
    /// The virtual agent dealt with the topic and ended it.
    TopicDone,
    /// The customer left through a search.
    Search,
    /// The customer was silent for too long.
    Silence,
    /// The work waited or lived too long, or nobody could take it.
    TimedOut,
    /// The customer could not be reached, or did not come back to write on.
    Unreached,
    /// The virtual agent failed.
    Fault,
    /// It was merged into another of the same customer.
    Merged,
}

growing! {
    /// How far a contact had come when it ended.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Progress {
        /// The customer had said something.
        pub engaged: bool => with_engaged,
        /// The customer had asked for an agent.
        pub asked: bool => with_asked,
        /// An agent had had it.
        pub live: bool => with_live,
        /// The virtual agent had dealt with the customer's topic.
        pub topic_done: bool => with_topic_done,
    }
}

impl Ending {
    /// The state an interaction is closed in, and the reason (the closing matrix).
    ///
    /// ```text
    #[doc = include_str!("../../tests/tables/ending.txt")]
    /// ```
    ///
    /// ```
    /// use strowger::interaction::{Ending, InteractionState, Progress, StateReason};
    ///
    /// let asked = Progress::default().with_engaged(true).with_asked(true);
    /// let (state, reason) = Ending::Customer.outcome(asked);
    /// assert_eq!(state, InteractionState::ClosedAbandoned);
    /// assert_eq!(reason, StateReason::LeftBeforeEngagement);
    /// ```
    #[must_use]
    pub const fn outcome(self, progress: Progress) -> (InteractionState, StateReason) {
        use InteractionState::{ClosedAbandoned, ClosedComplete, Faulted};
        let Progress { engaged, asked, live, topic_done } = progress;
        match self {
            Self::Agent => (ClosedComplete, StateReason::AgentEnded),
            Self::Customer if asked && !live => {
                (ClosedAbandoned, StateReason::LeftBeforeEngagement)
            }
            Self::Customer if engaged || live => (ClosedComplete, StateReason::UserEnded),
            Self::Silence if topic_done && !asked => (ClosedComplete, StateReason::TopicComplete),
            Self::Silence if live || (engaged && !asked) => {
                (ClosedComplete, StateReason::NoUserResponse)
            }
            Self::Customer | Self::Silence => (ClosedAbandoned, StateReason::NoActivity),
            Self::TimedOut if !live => (ClosedAbandoned, StateReason::NoActivity),
            Self::Unreached => (ClosedAbandoned, StateReason::NoUserResponse),
            Self::Automatic | Self::TopicDone | Self::TimedOut => {
                (ClosedComplete, StateReason::AutoClosed)
            }
            Self::Search => (ClosedComplete, StateReason::LeftForSearch),
            Self::Fault => (Faulted, StateReason::Error),
            Self::Merged => (ClosedComplete, StateReason::Merged),
        }
    }
}

/// The actor who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Party {
    /// An agent: the only one who must summarise what they close.
    Agent(crate::model::ids::AgentId),
    /// The customer.
    Customer,
    /// The virtual agent.
    VirtualAgent,
    /// The host.
    Host,
    /// Time, or a rule.
    System,
}

impl Party {
    /// True for a person of the contact centre, from whom a short description is asked.
    #[must_use]
    pub const fn is_person(self) -> bool {
        matches!(self, Self::Agent(_))
    }
}
