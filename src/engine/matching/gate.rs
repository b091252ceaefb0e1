//! The list of all gates, and of the reasons for which one is shut.
//!
//! `CONTRIBUTING.md` says step by step how a gate is added.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::command::refusal::{StageName, Unavailable};
use crate::model::ids::OfferId;
use crate::policy::offering::Bar;
use crate::policy::room::Full;
use crate::policy::shortfall::Shortfall;
use crate::state::assignment::AssignmentState;
use crate::state::leg::LegRole;

macro_rules! gates {
    ($($(#[$doc:meta])* $gate:ident = $name:literal,)*) => {
        /// One thing that must hold before work is offered to an agent. Explanations list obstacles
        /// in this order.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[non_exhaustive]
        pub enum Gate {
            $($(#[$doc])* #[serde(rename = $name)] $gate,)*
        }

        impl Gate {
            /// All gates, in order.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$gate),*];

            /// The name of the gate, as in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$gate => $name,)*
                }
            }
        }
    };
}

gates! {
    /// The agent is a member of the queue, or the work asks for them by name.
    Member = "member",
    /// The work is in line.
    InLine = "in_line",
    /// The work does not wait for others by name.
    Preferred = "preferred",
    /// The agent is entitled to work of the channel.
    Entitled = "entitled",
    /// The agent's presence opens the channel.
    OnQueue = "on_queue",
    /// The agent responds, does not drain and is on no call of their own.
    Responding = "responding",
    /// The agent's ring of helpers sees the work.
    Ring = "ring",
    /// The work has waited past the agent's delay.
    Delay = "delay",
    /// The agent meets the need.
    Need = "need",
    /// The agent has room for the work.
    Room = "room",
    /// Enough of the agent's shift is left.
    Shift = "shift",
    /// The agent did not decline the work, or may be asked again.
    NotDeclined = "not_declined",
    /// The agent did not send the work here, or may have it back.
    NotSender = "not_sender",
    /// The work does not name the agent among those who are never to have it.
    NotExcluded = "not_excluded",
    /// The agent does not have the work, or what it stands for, wrap it up or take part in it.
    NotInvolved = "not_involved",
    /// The work is not alerting the agent.
    NotAlerting = "not_alerting",
    /// The agent may have one more assignment.
    Assignments = "assignments",
    /// As many agents can be asked at once as the queue wants.
    EnoughAgents = "enough_agents",
    /// The queue's ramp lets it offer.
    Ramp = "ramp",
    /// The queue is not external.
    External = "external",
}

impl Gate {
    /// The gates of a funnel: what concerns each agent first, the work as a whole last. Agents who
    /// are involved, or alerted, are counted before those without room: the work itself may be what
    /// takes their room. Whom the work waits for by name decides who enters the funnel at all.
    pub(crate) const FUNNEL: [Self; 19] = [
        Self::Member,
        Self::Entitled,
        Self::OnQueue,
        Self::Responding,
        Self::Ring,
        Self::Delay,
        Self::Need,
        Self::NotInvolved,
        Self::NotAlerting,
        Self::Room,
        Self::Shift,
        Self::NotDeclined,
        Self::NotSender,
        Self::NotExcluded,
        Self::Assignments,
        Self::InLine,
        Self::EnoughAgents,
        Self::Ramp,
        Self::External,
    ];
}

/// A reason that keeps work from an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptBy {
    /// The agent is not a member of the queue, and the work does not ask for them by name.
    NotMember,
    /// The work is not waiting: it is in this stage. Offered work alerts as many agents as it may.
    Stage(StageName),
    /// The work pauses before everybody is asked again.
    Pause,
    /// The work waits for others by name.
    PreferredFirst {
        /// The step of that wait, from 0.
        step: u8,
    },
    /// The agent is not offered work of this channel, whatever it is.
    Unavailable(Unavailable),
    /// The agent's ring of helpers does not see the work.
    Ring {
        /// The ring the agent stands in.
        ring: u8,
        /// The widest ring that sees the work.
        widest: u8,
    },
    /// The work has not waited long enough for the agent to see it.
    Delay {
        /// How long it must wait.
        delay: Span,
    },
    /// The agent does not meet the need.
    Need(Vec<Shortfall>),
    /// The agent has no room: the first bound that leaves none.
    NoRoom(Full),
    /// The agent's shift ends too soon.
    Shift {
        /// When it ends.
        end: Timestamp,
        /// How much must be left of it.
        least: Span,
    },
    /// The agent rejected or missed the work, or could not be reached for it.
    Declined {
        /// When they may be asked again.
        bar: Bar,
        /// How often they rejected or missed it; 0 if they only could not be reached.
        times: u8,
    },
    /// The agent sent the work here, and is not offered it in this stay.
    Sender,
    /// The agent is never to have the work, as its request says.
    Excluded,
    /// The agent has the work or wraps it up, or does so with what it stands for.
    Has {
        /// The state of their assignment.
        state: AssignmentState,
    },
    /// The agent takes part in the work, or in what it stands for.
    TakesPart {
        /// The part they take.
        role: LegRole,
    },
    /// The work is alerting the agent already.
    Alerting {
        /// The offer.
        offer: OfferId,
    },
    /// The agent has as many assignments as there may be.
    Assignments {
        /// How many that is.
        most: u32,
    },
    /// Fewer agents can be asked than the queue wants to ask at once.
    TooFew {
        /// How many can be asked.
        able: u8,
        /// How many the queue wants.
        least: u8,
    },
    /// The queue has offered as much at once as its ramp allows.
    Ramp {
        /// How many offers that is.
        offers: u16,
    },
    /// Another engine decides who gets the work of the queue.
    External,
}

impl KeptBy {
    /// The gate that is shut.
    #[must_use]
    pub const fn gate(&self) -> Gate {
        match self {
            Self::NotMember => Gate::Member,
            Self::Stage(_) | Self::Pause => Gate::InLine,
            Self::PreferredFirst { .. } => Gate::Preferred,
            Self::Unavailable(Unavailable::OffQueue) => Gate::OnQueue,
            Self::Unavailable(Unavailable::NotEntitled) => Gate::Entitled,
            Self::Unavailable(_) => Gate::Responding,
            Self::Ring { .. } => Gate::Ring,
            Self::Delay { .. } => Gate::Delay,
            Self::Need(_) => Gate::Need,
            Self::NoRoom(_) => Gate::Room,
            Self::Shift { .. } => Gate::Shift,
            Self::Declined { .. } => Gate::NotDeclined,
            Self::Sender => Gate::NotSender,
            Self::Excluded => Gate::NotExcluded,
            Self::Has { .. } | Self::TakesPart { .. } => Gate::NotInvolved,
            Self::Alerting { .. } => Gate::NotAlerting,
            Self::Assignments { .. } => Gate::Assignments,
            Self::TooFew { .. } => Gate::EnoughAgents,
            Self::Ramp { .. } => Gate::Ramp,
            Self::External => Gate::External,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_funnel_counts_at_every_gate_but_the_one_that_decides_who_enters_it() {
        let mut funnel = Gate::FUNNEL.to_vec();
        funnel.push(Gate::Preferred);
        funnel.sort_unstable();
        assert_eq!(funnel, Gate::ALL);
    }
}
