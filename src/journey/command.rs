//! What this layer can be told to do: one struct each, and the enum over them all.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::commands::shape::{AnswersWith, commands, names};
use crate::interaction::InteractionId;
use crate::layer::action::{Action, FromReply};
use crate::model::attribute::{Attributes, Value};
use crate::model::ids::AgentId;

use crate::journey::config::JourneyConfig;
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::definition::{
    ActionMap, ActionTarget, Outcome, TargetCounts, TenThousandths, VisitorSegment,
};
use crate::journey::identifier::{Identifier, Proof};
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::journeys::Journeys;
use crate::journey::offer::WebAnswer;
use crate::journey::refusal::JourneyRefusal;
use crate::journey::session::VisitorSession;
use crate::journey::visit::VisitorEvent;

/// Makes the enum of all commands of this layer from their list.
macro_rules! journey_command_enum {
    ($group:ident {$( #[doc = $sentence:literal] $variant:ident($type:ty), )*}) => {
        /// Any command. In JSON an object with one field, such as `{"evaluate": {"session": 4}}`.
        ///
        /// ```
        /// use strowger::journey::{Evaluate, JourneyCommand, SessionId};
        ///
        /// let command: JourneyCommand =
        ///     serde_json::from_str(r#"{"evaluate": {"session": 4}}"#).unwrap();
        /// assert_eq!(command, Evaluate::new(SessionId::from_raw(4)).into());
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum JourneyCommand {
            $(#[doc = $sentence] $variant($type),)*
        }

        names! {
            /// The name of a command of this layer, as in JSON.
            ///
            /// ```
            /// use strowger::journey::JourneyCommandName;
            ///
            /// assert_eq!(JourneyCommandName::SignOut.to_string(), "sign_out");
            /// ```
            JourneyCommandName of JourneyCommand { $($variant,)* }
        }

        $(
            impl From<$type> for JourneyCommand {
                fn from(command: $type) -> Self {
                    Self::$variant(command)
                }
            }

            impl Action for $type {
                type Layer = Journeys;
                type Output = <Self as AnswersWith>::Output;

                fn decide(
                    self,
                    turn: &mut JourneyTurn<'_>,
                ) -> Result<Self::Output, JourneyRefusal> {
                    self.run(turn)
                }
            }
        )*

        impl AnswersWith for JourneyCommand {
            type Output = JourneyReply;
        }

        impl Action for JourneyCommand {
            type Layer = Journeys;
            type Output = JourneyReply;

            fn decide(self, turn: &mut JourneyTurn<'_>) -> Result<JourneyReply, JourneyRefusal> {
                match self {
                    $(Self::$variant(command) => command.run(turn).map(Into::into),)*
                }
            }
        }
    };
}

/// The reply to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyReply {
    /// It is done.
    Done,
    /// The session to which an event belongs.
    Session(SessionId),
    /// The customer who stands for whoever was named.
    Customer(CustomerId),
    /// So many sessions were archived.
    Archived(u32),
    /// An offer was answered; with the interaction that began, if one did.
    Answered(Option<InteractionId>),
}

macro_rules! replies {
    ($($variant:ident($type:ty),)*) => {$(
        impl From<$type> for JourneyReply {
            fn from(answer: $type) -> Self {
                Self::$variant(answer)
            }
        }

        impl FromReply<JourneyReply> for $type {
            fn from_reply(reply: JourneyReply) -> Option<Self> {
                match reply {
                    JourneyReply::$variant(answer) => Some(answer),
                    _ => None,
                }
            }
        }
    )*};
}

replies! {
    Session(SessionId),
    Customer(CustomerId),
    Archived(u32),
    Answered(Option<InteractionId>),
}

impl From<()> for JourneyReply {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl FromReply<JourneyReply> for () {
    fn from_reply(reply: JourneyReply) -> Option<Self> {
        (reply == JourneyReply::Done).then_some(())
    }
}

commands! {
    $ journey_commands: Journeys
    also {}

    /// Sets the configuration.
    ConfigureJourneys {
        /// The configuration.
        config: Box<JourneyConfig> as into,
    } -> ();

    /// Defines a segment; the same again changes nothing, another content is the next version.
    SetSegment {
        /// Its key.
        key: Key as into,
        /// The segment.
        segment: Box<VisitorSegment> as into,
    } -> ();

    /// Takes a segment away. What it was assigned to keeps it; nobody sees it any more.
    RemoveSegment {
        /// Its key.
        key: Key as into,
    } -> ();

    /// Defines an outcome; the same again changes nothing, another content is the next version.
    SetOutcome {
        /// Its key.
        key: Key as into,
        /// The outcome.
        outcome: Box<Outcome> as into,
    } -> ();

    /// Takes an outcome away. Nobody sees it any more.
    RemoveOutcome {
        /// Its key.
        key: Key as into,
    } -> ();

    /// Defines an action map; the same again changes nothing, another content is the next version.
    ///
    /// Open offers keep the version that was offered.
    SetActionMap {
        /// Its key.
        key: Key as into,
        /// The map.
        map: Box<ActionMap> as into,
    } -> ();

    /// Takes an action map away. Open offers go on.
    RemoveActionMap {
        /// Its key.
        key: Key as into,
    } -> ();

    /// Defines a target; the same again changes nothing. Its counts go on.
    SetTarget {
        /// Its key.
        key: Key as into,
        /// The target.
        target: Box<ActionTarget> as into,
    } -> ();

    /// Takes a target away.
    ///
    /// Refused as `InUse` while an action map names it.
    RemoveTarget {
        /// Its key.
        key: Key as into,
    } -> ();

    /// A visitor did something; answers with the session.
    ///
    /// A visitor whom nobody knows is a new customer. The event belongs to the session in whose
    /// span its date lies, else it begins one.
    Track {
        /// What the visitor is known by: the cookie, or whatever the event came under.
        customer: Identifier,
        /// What they did.
        event: VisitorEvent,
    } with {
        /// The date of the event; `None`: now.
        #[serde(default)]
        at: Option<Timestamp> => with_at(into),
        /// The type of the session; `None`: `web`.
        #[serde(default)]
        session_type: Option<Key> => with_session_type(some Key),
        /// What is known of the session by now, by dotted names; a later value takes the place of
        /// an earlier one, by the dates of the events. On a page view, and on nothing else,
        /// `search.term` says what was searched for there.
        #[serde(default)]
        attributes: Attributes => with_attributes(each (Key, Value)),
    } -> SessionId;

    /// It becomes known who a visitor is; answers with the customer.
    ///
    /// If that leads to exactly one other customer, the two are one from now on. A cookie that is
    /// another's is not taken from them.
    ///
    /// If it says that the visitor is somebody else than before, their sessions under what they are
    /// known by here end, and nothing else is done: what comes under it next is a new customer's.
    Identify {
        /// What the visitor is known by.
        customer: Identifier,
    } with {
        /// What else they are known by.
        #[serde(default)]
        identifiers: Vec<Identifier> => with_identifiers(each Identifier),
        /// How sure that is.
        #[serde(default)]
        proof: Proof => with_proof,
        /// Their name.
        #[serde(default)]
        name: Option<Box<str>> => with_name(some Box<str>),
        /// The contact of the host's that they are.
        #[serde(default)]
        contact: Option<Key> => with_contact(some Key),
    } -> CustomerId;

    /// A visitor signs out: their sessions under this identifier end, and what comes under it next
    /// is somebody else's. Whoever has signed out already has done so.
    SignOut {
        /// What the visitor is known by.
        customer: Identifier,
    } -> ();

    /// A visitor leaves the page. No session ends; open offers are ignored.
    Leave {
        /// What the visitor is known by.
        customer: Identifier,
    } with {
        /// The type of the session; `None`: `web`.
        #[serde(default)]
        session_type: Option<Key> => with_session_type(some Key),
    } -> ();

    /// Assigns segments, 10 at most. Those that are assigned stay as they are.
    Match {
        /// The session.
        session: SessionId,
        /// The keys of the segments, in order.
        segments: Vec<Key>,
    } -> ();

    /// Takes segments away, 10 at most. Those that are not assigned stay as they are. In this
    /// session one of a session does not match again; [`Match`] can assign it.
    Unmatch {
        /// The session.
        session: SessionId,
        /// The keys of the segments.
        segments: BTreeSet<Key>,
    } -> ();

    /// Says how probable outcomes are now, 10 at most.
    Score {
        /// The session.
        session: SessionId,
        /// The probabilities in ten-thousandths, by the key of the outcome.
        scores: BTreeMap<Key, TenThousandths>,
    } -> ();

    /// A goal is achieved in a session.
    Achieve {
        /// The session.
        session: SessionId,
        /// The key of the outcome.
        outcome: Key as into,
    } -> ();

    /// Sets what was counted of a target. What happens here is counted on top.
    SetTargetCounts {
        /// The key of the target.
        target: Key as into,
        /// The counts.
        counts: TargetCounts,
    } -> ();

    /// Looks anew at what a visitor may be offered: what changed on the side of the queue is seen
    /// then. A host does it every ten seconds or so.
    Evaluate {
        /// The session.
        session: SessionId,
    } -> ();

    /// A visitor answers an offer; answers with the interaction that begins, if one does here.
    ///
    /// The same answer again is answered as done.
    Answer {
        /// The offer.
        offer: WebOfferId,
        /// The answer.
        answer: WebAnswer,
    } -> Option<InteractionId>;

    /// An offer could not be shown, or the conversation after it could not begin.
    FailOffer {
        /// The offer.
        offer: WebOfferId,
        /// A short code.
        code: Key as into,
    } with {
        /// A text for people.
        #[serde(default)]
        message: Box<str> => with_message(into),
    } -> ();

    /// The contact of an interaction is this customer: an agent asked, or the host knows.
    VerifyContact {
        /// The interaction.
        interaction: InteractionId,
        /// The customer.
        customer: CustomerId,
    } with {
        /// The agent who verified it; `None`: the host.
        #[serde(default)]
        by: Option<AgentId> => with_by(into),
        /// True if another customer was taken for it by mistake.
        #[serde(default)]
        replace: bool => with_replace,
    } -> ();

    /// A conversation began after an offer was accepted, at a host that begins it itself.
    ///
    /// Facts of records move the offer from then on, so it comes before the fact that an agent has
    /// the interaction is followed.
    LinkInteraction {
        /// The offer.
        offer: WebOfferId,
        /// The interaction.
        interaction: InteractionId,
    } -> ();

    /// Brings back a session that was archived.
    ImportSession {
        /// All of it, as the fact said that archived it.
        session: Arc<VisitorSession>,
    } -> SessionId;

    /// Hands the sessions of a customer that have ended over to the host; answers with how many.
    ArchiveSessions {
        /// The customer.
        customer: CustomerId,
    } -> u32;

    /// Forgets a customer with all sessions at once, because they ask for it.
    EraseCustomer {
        /// The customer.
        customer: CustomerId,
    } -> ();
}

journey_commands! { journey_command_enum }
