//! Commands: one struct each, in the file of who gives them, and one serialisable enum over all.

mod administration;
mod agent;
mod customer;
mod host;
pub(crate) mod shape;
mod supervisor;

use serde::{Deserialize, Serialize};

use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{Entity, OfferId, WorkId};
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;

pub use administration::*;
pub use agent::*;
pub use customer::*;
pub use host::*;
pub use shape::AnswersWith;
pub use supervisor::*;

/// The party that brings parked work back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resumer {
    /// The agent who parked it.
    Agent,
    /// The customer.
    Customer,
}

/// The party that ended a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finisher {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// The host: the line broke, the session ended.
    Host,
}

/// How a supervisor takes part in work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Supervision {
    /// The supervisor listens and is not heard.
    Monitor,
    /// The owner alone hears the supervisor (whisper).
    Coach,
    /// Everybody hears the supervisor.
    Barge,
}

/// The party that gives a command as a rule. A command that several give stands with the one that
/// mostly does: `finish_contact` with agents, although customers hang up too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CommandGroup {
    /// Administration: what there is, and who belongs to what.
    Administration,
    /// An agent, or the host for them.
    Agent,
    /// A supervisor.
    Supervisor,
    /// A customer, or the host for them.
    Customer,
    /// The host itself.
    Host,
}

impl CommandGroup {
    /// All groups, in the order in which [`Command`] lists them.
    pub const ALL: [Self; 5] =
        [Self::Administration, Self::Agent, Self::Supervisor, Self::Customer, Self::Host];
}

/// Makes the enum of all commands from the lists of the groups.
macro_rules! command_enum {
    ($( $group:ident {$( #[doc = $sentence:literal] $variant:ident($type:ty), )*} )*) => {
        /// Any command. In JSON an object with one field.
        ///
        /// ```
        /// use strowger::prelude::*;
        /// use strowger::command::CommandGroup;
        /// use strowger::model::OfferId;
        ///
        /// let command: Command = Accept::new(OfferId::from_raw(4)).into();
        /// assert_eq!(serde_json::to_string(&command).unwrap(), r#"{"accept":{"offer":4}}"#);
        /// assert_eq!(command.group(), CommandGroup::Agent);
        /// ```
        ///
        /// The variants stand in groups, by who gives them as a rule:
        ///
        $(
            #[doc = concat!("* **", stringify!($group), "**:")]
            $(#[doc = concat!(
                "  [`", stringify!($variant), "`](Self::", stringify!($variant), ")"
            )])*
        )*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Command {
            $($(#[doc = $sentence] $variant($type),)*)*
        }

        impl Command {
            /// The party that gives the command as a rule.
            #[must_use]
            pub const fn group(&self) -> CommandGroup {
                self.name().group()
            }
        }

        $crate::command::commands::shape::names! {
            /// The name of a command, as in JSON.
            ///
            /// ```
            /// use strowger::command::{ActorKind, CommandName, Permission};
            ///
            /// assert_eq!(CommandName::FinishContact.to_string(), "finish_contact");
            /// assert_eq!(CommandName::Force.permission(ActorKind::Agent), Permission::No);
            /// ```
            CommandName of Command { $($($variant,)*)* }
        }

        impl CommandName {
            /// The party that gives the command as a rule.
            #[must_use]
            pub const fn group(self) -> CommandGroup {
                match self {
                    $($(Self::$variant => CommandGroup::$group,)*)*
                }
            }
        }

        $($(
            impl From<$type> for Command {
                fn from(command: $type) -> Self {
                    Self::$variant(command)
                }
            }
        )*)*

        /// Calls a macro with every variant of [`Command`] and its type.
        macro_rules! for_every_command {
            ($with:ident) => { $with! { $($($variant($type),)*)* } };
        }
    };
}

// Each list hands on what it was given with its own commands behind it; the last hands on all.
macro_rules! then_agents {
    ($($before:tt)*) => { agent_commands! { then_supervisors $($before)* } };
}
macro_rules! then_supervisors {
    ($($before:tt)*) => { supervisor_commands! { then_customers $($before)* } };
}
macro_rules! then_customers {
    ($($before:tt)*) => { customer_commands! { then_hosts $($before)* } };
}
macro_rules! then_hosts {
    ($($before:tt)*) => { host_commands! { command_enum $($before)* } };
}
administration_commands! { then_agents }

pub(crate) use for_every_command as every_command;

/// The answer to a [`Command`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reply {
    /// It is done, or was done before.
    Done,
    /// The defined entity has this id.
    Defined(Entity),
    /// The work has this id.
    Submitted(WorkId),
    /// The offer has this id.
    Offered(OfferId),
}

impl From<()> for Reply {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<WorkId> for Reply {
    fn from(work: WorkId) -> Self {
        Self::Submitted(work)
    }
}

impl From<OfferId> for Reply {
    fn from(offer: OfferId) -> Self {
        Self::Offered(offer)
    }
}

impl From<Option<WorkId>> for Reply {
    fn from(work: Option<WorkId>) -> Self {
        work.map_or(Self::Done, Into::into)
    }
}

impl From<Option<OfferId>> for Reply {
    fn from(offer: Option<OfferId>) -> Self {
        offer.map_or(Self::Done, Into::into)
    }
}

impl AnswersWith for Command {
    type Output = Reply;
}
