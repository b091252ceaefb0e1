//! The life of a routing status: what the engine knows of an agent.

use serde::{Deserialize, Serialize};

/// The routing status of an agent (the words of Genesys Cloud).
///
/// ```text
#[doc = include_str!("../../tests/tables/routing_status.txt")]
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RoutingStatus {
    /// The agent's presence opens no channel. The agent keeps what they have.
    #[default]
    OffQueue,
    /// On queue with nothing to do.
    Idle,
    /// Something alerts the agent, who is occupied with nothing else.
    Offered,
    /// Occupied with work, wrap-up included.
    Interacting,
    /// The agent is on a call of their own.
    Communicating,
    /// The agent rejected or missed too much, and gets nothing new until they choose a presence on
    /// queue again.
    NotResponding,
}

/// The activity, if any, that occupies an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Nothing.
    Free,
    /// Something alerts the agent.
    Alerting,
    /// Work.
    Working,
    /// A call of the agent's own.
    OwnCall,
}

/// A step in the life of a routing status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusStep {
    /// The agent chose a presence that opens a channel.
    GoOn(Load),
    /// The agent's presence opens no channel.
    GoOff,
    /// The agent's activity is now this.
    Carry(Load),
    /// The agent rejected or missed too much.
    StopResponding,
}

impl StatusStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GoOn(Load::Free) => "go_on_free",
            Self::GoOn(Load::Alerting) => "go_on_alerting",
            Self::GoOn(Load::Working) => "go_on_working",
            Self::GoOn(Load::OwnCall) => "go_on_own_call",
            Self::GoOff => "go_off",
            Self::Carry(Load::Free) => "carry_free",
            Self::Carry(Load::Alerting) => "carry_alerting",
            Self::Carry(Load::Working) => "carry_working",
            Self::Carry(Load::OwnCall) => "carry_own_call",
            Self::StopResponding => "stop_responding",
        }
    }
}

impl RoutingStatus {
    /// The name of the status.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OffQueue => "off_queue",
            Self::Idle => "idle",
            Self::Offered => "offered",
            Self::Interacting => "interacting",
            Self::Communicating => "communicating",
            Self::NotResponding => "not_responding",
        }
    }

    const fn of(load: Load) -> Self {
        match load {
            Load::Free => Self::Idle,
            Load::Alerting => Self::Offered,
            Load::Working => Self::Interacting,
            Load::OwnCall => Self::Communicating,
        }
    }

    /// The status after a step. Every step is possible in every status.
    #[must_use]
    pub const fn next(self, step: StatusStep) -> Self {
        match (self, step) {
            (
                Self::OffQueue
                | Self::Idle
                | Self::Offered
                | Self::Interacting
                | Self::Communicating
                | Self::NotResponding,
                StatusStep::GoOn(load),
            ) => Self::of(load),
            (
                Self::OffQueue
                | Self::Idle
                | Self::Offered
                | Self::Interacting
                | Self::Communicating
                | Self::NotResponding,
                StatusStep::GoOff,
            )
            | (Self::OffQueue, StatusStep::Carry(_) | StatusStep::StopResponding) => Self::OffQueue,
            (
                Self::Idle | Self::Offered | Self::Interacting | Self::Communicating,
                StatusStep::Carry(load),
            ) => Self::of(load),
            (Self::NotResponding, StatusStep::Carry(_))
            | (
                Self::Idle
                | Self::Offered
                | Self::Interacting
                | Self::Communicating
                | Self::NotResponding,
                StatusStep::StopResponding,
            ) => Self::NotResponding,
        }
    }

    /// True if an agent in this status is offered anything, if the agent has room.
    #[must_use]
    pub const fn takes_offers(self) -> bool {
        match self {
            Self::Idle | Self::Offered | Self::Interacting => true,
            Self::OffQueue | Self::Communicating | Self::NotResponding => false,
        }
    }

    /// True if an agent in this status is at work: the agent's presence opens a channel and the
    /// agent responds, whatever work they have.
    #[must_use]
    pub const fn is_staffed(self) -> bool {
        match self {
            Self::Idle | Self::Offered | Self::Interacting | Self::Communicating => true,
            Self::OffQueue | Self::NotResponding => false,
        }
    }
}
