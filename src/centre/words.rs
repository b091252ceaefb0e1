//! The words of all layers that are joined, and the list of the layers.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::command::commands::{Command, Reply};
use crate::command::refusal::Refusal;
use crate::command::refusal::kind::RefusalKind;
use crate::engine::core::Engine;
use crate::fact::log::{Fact, Log, Seq};
use crate::interaction::{RecordCommand, RecordFact, RecordRefusal, RecordReply, Records};
use crate::journey::{JourneyCommand, JourneyFact, JourneyRefusal, JourneyReply, Journeys};
use crate::knowledge::{
    Knowledge, KnowledgeCommand, KnowledgeFact, KnowledgeRefusal, KnowledgeReply,
};
use crate::layer::action::Layer;

#[cfg(test)]
use crate::centre::toy::{ToyCommand, ToyFact, ToyRefusal};

/// The layers above the engine, from the lowest up: the field of the centre, the variant of each
/// enum, and the words of the layer. Calls a macro with the list.
macro_rules! layers {
    ($with:ident) => {
        $with! {
            records: Record(Records<P>) {
                command: RecordCommand,
                reply: RecordReply,
                refusal: RecordRefusal,
                fact: RecordFact,
                snapshot: RecordSnapshot<P>,
                name: "record_fact",
            }
            knowledge: Knowledge(Knowledge) {
                command: KnowledgeCommand,
                reply: KnowledgeReply,
                refusal: KnowledgeRefusal,
                fact: KnowledgeFact,
                snapshot: KnowledgeSnapshot,
                name: "knowledge_fact",
            }
            journeys: Journey(Journeys) {
                command: JourneyCommand,
                reply: JourneyReply,
                refusal: JourneyRefusal,
                fact: JourneyFact,
                snapshot: JourneySnapshot,
                name: "journey_fact",
            }
            #[cfg(test)]
            toy: Toy(Toy) {
                command: ToyCommand,
                reply: (),
                refusal: ToyRefusal,
                fact: ToyFact,
                snapshot: (),
                name: "toy_fact",
            }
        }
    };
}

pub(crate) use layers;

macro_rules! words {
    ($(
        $(#[$meta:meta])*
        $field:ident: $variant:ident($layer:ty) {
            command: $command:ty,
            reply: $reply:ty,
            refusal: $refusal:ty,
            fact: $fact:ty,
            snapshot: $snapshot:ty,
            name: $name:literal,
        }
    )*) => {
        /// Anything a centre can be told. In JSON an object with one field, such as
        /// `{"command": {"accept": {"offer": 4}}}` or
        /// `{"record": {"start_topic": {"interaction": 1}}}`.
        ///
        /// ```
        /// use strowger::centre::CentreCommand;
        /// use strowger::interaction::{InteractionId, StartTopic};
        ///
        /// let json = r#"{"record":{"start_topic":{"interaction":1}}}"#;
        /// let command: CentreCommand = serde_json::from_str(json).unwrap();
        /// let interaction = InteractionId::from_raw(1);
        /// assert_eq!(command, CentreCommand::Record(StartTopic::new(interaction).into()));
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum CentreCommand {
            /// A command of the engine.
            #[serde(rename = "command")]
            Work(Box<Command>),
            $(
                $(#[$meta])*
                #[doc = concat!("A command of the layer `", stringify!($field), "`.")]
                $variant($command),
            )*
        }

        /// The reply of a centre: that of the layer whose command it was.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum CentreReply {
            /// The engine's answer.
            #[serde(rename = "command")]
            Work(Reply),
            $(
                $(#[$meta])*
                #[doc = concat!("The answer of the layer `", stringify!($field), "`.")]
                $variant($reply),
            )*
        }

        /// Why a centre refused a command: the reason of the layer that refused it. Nothing has
        /// changed in any layer.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum CentreRefusal {
            /// The engine refused it.
            #[error(transparent)]
            Work(#[from] Refusal),
            $(
                $(#[$meta])*
                #[doc = concat!("The layer `", stringify!($field), "` refused it.")]
                #[error(transparent)]
                $variant(#[from] $refusal),
            )*
            /// The centre has no such layer.
            #[error("this centre has no layer `{layer}`")]
            NoLayer {
                /// The layer.
                layer: alloc::borrow::Cow<'static, str>,
            },
        }

        /// A fact of one of the layers.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum LayerFact {
            /// A fact of the engine.
            #[serde(rename = "fact")]
            Work(Fact),
            $(
                $(#[$meta])*
                #[doc = concat!("A fact of the layer `", stringify!($field), "`.")]
                #[serde(rename = $name)]
                $variant($fact),
            )*
        }

        impl CentreFact {
            /// The time of the call that the fact belongs to.
            #[must_use]
            pub const fn at(&self) -> Timestamp {
                match &self.fact {
                    LayerFact::Work(fact) => fact.at,
                    $($(#[$meta])* LayerFact::$variant(fact) => fact.at,)*
                }
            }
        }

        impl CentreRefusal {
            /// The stable name of the refusal, as the layer that refused says it.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    Self::Work(refusal) => refusal.code(),
                    $($(#[$meta])* Self::$variant(refusal) => refusal.code(),)*
                    Self::NoLayer { .. } => "no_layer",
                }
            }

            /// The kind of the refusal, to which one HTTP status corresponds.
            #[must_use]
            pub const fn kind(&self) -> RefusalKind {
                match self {
                    Self::Work(refusal) => refusal.kind(),
                    $($(#[$meta])* Self::$variant(refusal) => refusal.kind(),)*
                    Self::NoLayer { .. } => RefusalKind::Unknown,
                }
            }

            /// The centre has no such layer.
            pub(super) const fn no_layer(layer: &'static str) -> Self {
                Self::NoLayer { layer: alloc::borrow::Cow::Borrowed(layer) }
            }
        }

        $(
            $(#[$meta])*
            impl From<$command> for CentreCommand {
                fn from(command: $command) -> Self {
                    Self::$variant(command)
                }
            }

            $(#[$meta])*
            impl From<$fact> for LayerFact {
                fn from(fact: $fact) -> Self {
                    Self::$variant(fact)
                }
            }
        )*
    };
}

layers!(words);

impl From<Command> for CentreCommand {
    fn from(command: Command) -> Self {
        Self::Work(Box::new(command))
    }
}

impl From<Fact> for LayerFact {
    fn from(fact: Fact) -> Self {
        Self::Work(fact)
    }
}

/// A fact of any layer, with its place in the one order of all layers.
///
/// Each layer numbers its own facts; the position numbers them all. Streams, replicas and whoever
/// asks how far somebody is behind go by the position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CentreFact {
    /// Its place: 1, 2, 3, ... without a gap.
    pub position: Seq,
    /// The fact.
    pub fact: LayerFact,
}

impl CentreFact {
    /// The fact, if it is one of the engine.
    #[must_use]
    pub const fn work(&self) -> Option<&Fact> {
        match &self.fact {
            LayerFact::Work(fact) => Some(fact),
            _ => None,
        }
    }

    /// The fact, if it is one of the layer `knowledge`.
    #[must_use]
    pub const fn knowledge(&self) -> Option<&KnowledgeFact> {
        match &self.fact {
            LayerFact::Knowledge(fact) => Some(fact),
            _ => None,
        }
    }

    /// The fact, if it is one of the layer `journeys`.
    #[must_use]
    pub const fn journey(&self) -> Option<&JourneyFact> {
        match &self.fact {
            LayerFact::Journey(fact) => Some(fact),
            _ => None,
        }
    }

    /// The fact, if it is one of records.
    #[must_use]
    pub const fn record(&self) -> Option<&RecordFact> {
        match &self.fact {
            LayerFact::Record(fact) => Some(fact),
            _ => None,
        }
    }
}

/// The host's own buffer of the facts of all layers.
pub type CentreLog = Log<CentreFact>;

/// A layer whose commands a centre takes.
pub trait Joined: Layer {
    /// A command of the layer, as one of any.
    fn command(command: Self::Command) -> CentreCommand;

    /// The answer of the layer, if it is one.
    fn reply(reply: CentreReply) -> Option<Self::Reply>;
}

impl Joined for Engine {
    fn command(command: Command) -> CentreCommand {
        command.into()
    }

    fn reply(reply: CentreReply) -> Option<Reply> {
        match reply {
            CentreReply::Work(reply) => Some(reply),
            _ => None,
        }
    }
}

impl Joined for Records {
    fn command(command: RecordCommand) -> CentreCommand {
        command.into()
    }

    fn reply(reply: CentreReply) -> Option<RecordReply> {
        match reply {
            CentreReply::Record(reply) => Some(reply),
            _ => None,
        }
    }
}

impl Joined for Journeys {
    fn command(command: JourneyCommand) -> CentreCommand {
        command.into()
    }

    fn reply(reply: CentreReply) -> Option<JourneyReply> {
        match reply {
            CentreReply::Journey(reply) => Some(reply),
            _ => None,
        }
    }
}

impl Joined for Knowledge {
    fn command(command: KnowledgeCommand) -> CentreCommand {
        command.into()
    }

    fn reply(reply: CentreReply) -> Option<KnowledgeReply> {
        match reply {
            CentreReply::Knowledge(reply) => Some(reply),
            _ => None,
        }
    }
}
