//! What this layer can be told to do: one struct each, and the enum over them all.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::command::commands::shape::{AnswersWith, commands, names};
use crate::interaction::InteractionId;
use crate::layer::action::{Action, FromReply};
use crate::model::ids::{AgentId, WorkId};

use crate::knowledge::config::KnowledgeConfig;
use crate::knowledge::decide::{KnowledgeTurn, RunOnKnowledge};
use crate::knowledge::ends::How;
use crate::knowledge::layer::Knowledge;
use crate::knowledge::point::{RoutingPoint, UserData};
use crate::knowledge::refusal::KnowledgeRefusal;
use crate::knowledge::rows::Destination;

/// Makes the enum of all commands of this layer from their list.
macro_rules! knowledge_command_enum {
    ($group:ident {$( #[doc = $sentence:literal] $variant:ident($type:ty), )*}) => {
        /// Any command. In JSON an object with one field, such as
        /// `{"set_seat": {"agent": 4, "dn": "5117"}}`.
        ///
        /// ```
        /// use strowger::knowledge::{KnowledgeCommand, RemoveRoutingPoint};
        ///
        /// let command: KnowledgeCommand =
        ///     serde_json::from_str(r#"{"remove_routing_point": {"dn": "7100"}}"#).unwrap();
        /// assert_eq!(command, RemoveRoutingPoint::new("7100").into());
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum KnowledgeCommand {
            $(#[doc = $sentence] $variant($type),)*
        }

        names! {
            /// The name of a command of this layer, as in JSON.
            ///
            /// ```
            /// use strowger::knowledge::KnowledgeCommandName;
            ///
            /// assert_eq!(KnowledgeCommandName::SetSeat.to_string(), "set_seat");
            /// ```
            KnowledgeCommandName of KnowledgeCommand { $($variant,)* }
        }

        $(
            impl From<$type> for KnowledgeCommand {
                fn from(command: $type) -> Self {
                    Self::$variant(command)
                }
            }

            impl Action for $type {
                type Layer = Knowledge;
                type Output = <Self as AnswersWith>::Output;

                fn decide(
                    self,
                    turn: &mut KnowledgeTurn<'_>,
                ) -> Result<Self::Output, KnowledgeRefusal> {
                    self.run(turn)
                }
            }
        )*

        impl AnswersWith for KnowledgeCommand {
            type Output = KnowledgeReply;
        }

        impl Action for KnowledgeCommand {
            type Layer = Knowledge;
            type Output = KnowledgeReply;

            fn decide(
                self,
                turn: &mut KnowledgeTurn<'_>,
            ) -> Result<KnowledgeReply, KnowledgeRefusal> {
                match self {
                    $(Self::$variant(command) => command.run(turn).map(Into::into),)*
                }
            }
        }
    };
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AskedAnswer {
    /// The interaction of the session.
    pub interaction: InteractionId,
    /// The work that stands in line for it.
    pub work: WorkId,
}

/// The reply to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KnowledgeReply {
    /// It is done.
    Done,
    /// The session that was asked for.
    Asked(AskedAnswer),
    /// The work that stands for the call in a line; `None`: a worker is asked by name, or has it.
    Escalated(Option<WorkId>),
}

impl From<()> for KnowledgeReply {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<AskedAnswer> for KnowledgeReply {
    fn from(asked: AskedAnswer) -> Self {
        Self::Asked(asked)
    }
}

impl From<Option<WorkId>> for KnowledgeReply {
    fn from(stand_in: Option<WorkId>) -> Self {
        Self::Escalated(stand_in)
    }
}

impl FromReply<KnowledgeReply> for () {
    fn from_reply(reply: KnowledgeReply) -> Option<Self> {
        (reply == KnowledgeReply::Done).then_some(())
    }
}

impl FromReply<KnowledgeReply> for AskedAnswer {
    fn from_reply(reply: KnowledgeReply) -> Option<Self> {
        match reply {
            KnowledgeReply::Asked(asked) => Some(asked),
            _ => None,
        }
    }
}

impl FromReply<KnowledgeReply> for Option<WorkId> {
    fn from_reply(reply: KnowledgeReply) -> Option<Self> {
        match reply {
            KnowledgeReply::Escalated(stand_in) => Some(stand_in),
            _ => None,
        }
    }
}

commands! {
    $ knowledge_commands: Knowledge
    also {}

    /// Sets the configuration.
    ConfigureKnowledge {
        /// The configuration.
        config: Box<KnowledgeConfig> as into,
    } -> ();

    /// Makes an agent a knowledge worker, or changes their address in the messenger.
    ///
    /// Refused as `InUse` while the worker has a session or is asked, unless nothing changes, and
    /// as `AddressTaken` if another worker is reached there.
    SetKnowledgeWorker {
        /// The agent.
        agent: AgentId,
    } with {
        /// The worker's address in the messenger.
        #[serde(default)]
        im: Option<Key> => with_im(some Key),
    } -> ();

    /// An agent is no knowledge worker any more.
    ///
    /// Refused as `InUse` while they have a session or are asked.
    RemoveKnowledgeWorker {
        /// The worker.
        agent: AgentId,
    } -> ();

    /// A worker sits down at a telephone, or leaves it (free seating).
    ///
    /// There is one worker at a seat and one seat for a worker: whoever sat there loses the seat in
    /// the same call.
    SetSeat {
        /// The worker.
        agent: AgentId,
        /// The number of the telephone; `None`: they leave it.
        dn: Option<Key>,
    } -> ();

    /// The messenger says what presence a worker has.
    ///
    /// A report that is not later than the last one of this worker changes nothing. If the presence
    /// leads to another one in the engine, that is set in the same call.
    ReportPresence {
        /// The worker.
        agent: AgentId,
        /// The presence, in the messenger's words.
        presence: Key as into,
        /// Rises with every change there; the time of the change will do.
        revision: u64,
    } -> ();

    /// Sets what stands behind a number; the same again changes nothing.
    SetRoutingPoint {
        /// The number.
        dn: Key as into,
        /// What stands behind it.
        point: Box<RoutingPoint> as into,
    } -> ();

    /// Takes a number away. What is under way goes on.
    RemoveRoutingPoint {
        /// The number.
        dn: Key as into,
    } -> ();

    /// An agent asks at a routing point; answers with the session.
    ///
    /// A record of a conversation is opened and work stands in the queue of the routing point. What
    /// the agent has is not touched, and the session takes no room of theirs. The same request
    /// under the same key again is answered as done, and another under it is `KeyTaken`. Whoever
    /// asks is never offered their own request.
    Ask {
        /// The host's key of the request.
        key: Key as into,
        /// The agent who asks.
        agent: AgentId,
        /// The number at which they ask.
        point: Key as into,
    } with {
        /// The interaction it is about, which the agent has.
        #[serde(default)]
        about: Option<InteractionId> => with_about(into),
        /// The user data. The pair `Notes` is the short description.
        #[serde(default)]
        user_data: UserData => with_user_data(each (Key, Box<str>)),
        /// The first message; if it is empty there is none yet.
        #[serde(default)]
        text: Box<str> => with_text(into),
    } -> AskedAnswer;

    /// Attaches user data to a session or a call.
    ///
    /// A later value takes the place of an earlier one, nothing is lost. Cards show them at once.
    AttachData {
        /// The interaction.
        interaction: InteractionId,
        /// The pairs.
        data: UserData,
    } -> ();

    /// The owner of a call brings it to a worker; answers with the work that waits, if any does.
    ///
    /// The owner keeps the call until somebody has accepted. If nobody does, nothing has changed.
    Escalate {
        /// The interaction of the call.
        interaction: InteractionId,
        /// Where.
        to: Destination,
        /// How.
        how: How,
    } with {
        /// The user data, beside those of the call. These win where both have a name.
        #[serde(default)]
        user_data: UserData => with_user_data(each (Key, Box<str>)),
    } -> Option<WorkId>;

    /// Nobody is to take the call any more.
    CancelEscalation {
        /// The interaction of the call.
        interaction: InteractionId,
    } -> ();
}

knowledge_commands! { knowledge_command_enum }
