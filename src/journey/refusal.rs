//! Why this layer refuses a command.

use alloc::borrow::Cow;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::command::actor::Actor;
use crate::command::refusal::naming::{Keys, Naming};
use crate::command::refusal::shape::refusals;
use crate::interaction::InteractionId;
use crate::model::ids::Entity;

use crate::journey::definition::JourneyDefinitionKind;
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::WebOfferState;

/// What a command named that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyEntity {
    /// A customer.
    Customer(CustomerId),
    /// A session.
    Session(SessionId),
    /// An offer.
    Offer(WebOfferId),
    /// An interaction.
    Interaction(InteractionId),
    /// Something that is defined, by its key.
    #[non_exhaustive]
    Definition {
        /// Its kind.
        kind: JourneyDefinitionKind,
        /// The key.
        key: Key,
    },
    /// Something of the engine.
    Engine(Entity),
    /// A visitor who is known by this.
    Visitor(Identifier),
}

impl JourneyEntity {
    /// Something that is defined.
    #[must_use]
    pub const fn definition(kind: JourneyDefinitionKind, key: Key) -> Self {
        Self::Definition { kind, key }
    }
}

impl Naming for JourneyEntity {
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => fmt::Display::fmt(id, f),
            Self::Session(id) => fmt::Display::fmt(id, f),
            Self::Offer(id) => fmt::Display::fmt(id, f),
            Self::Interaction(id) => id.write(keys, f),
            Self::Definition { kind, key } => write!(f, "{kind} {key}"),
            Self::Engine(entity) => entity.write(keys, f),
            // Whoever asks knows the identifier, and others may read the message.
            Self::Visitor(_) => f.write_str("visitor with this identifier"),
        }
    }
}

impl fmt::Display for JourneyDefinitionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Segment => "segment",
            Self::Outcome => "outcome",
            Self::ActionMap => "action map",
            Self::Target => "target",
        })
    }
}

impl Naming for WebOfferState {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Qualified => "qualified",
            Self::QualifiedOutsideSchedule => "qualified outside its schedule",
            Self::FrequencyCapReached => "stopped by its frequency cap",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Started => "started",
            Self::Engaged => "engaged",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
            Self::Rejected => "rejected",
            Self::TimedOut => "timed out",
            Self::Ignored => "ignored",
            Self::Errored => "failed",
        })
    }
}

macro_rules! plain_ids {
    ($($id:ty),*) => {$(
        impl Naming for $id {
            fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

plain_ids!(CustomerId, SessionId, WebOfferId);

refusals! {
    /// A refused command changed nothing, in any layer. Of several reasons the first in this order
    /// is given: what is named is not there; what was handed in is wrong by itself; it is somebody
    /// else's, or not this actor's to do; the state does not allow it; a bound is reached.
    ///
    /// Each has a [`kind`](Self::kind), a [`code`](Self::code) and a message, as a
    /// [`Refusal`](crate::Refusal) of the engine has. What the engine or records refuse they
    /// refuse themselves.
    ///
    /// ```
    /// use strowger::command::RefusalKind;
    /// use strowger::journey::{JourneyRefusal, SessionId};
    ///
    /// let refused = JourneyRefusal::not_live(SessionId::from_raw(7));
    /// assert_eq!((refused.kind(), refused.code()), (RefusalKind::Conflict, "not_live"));
    /// assert_eq!(refused.to_string(), "se7 has ended");
    /// ```
    pub enum JourneyRefusal {
        /// There is no such thing, or none for this actor.
        Unknown = unknown: Unknown, "there is no {what}" {
            /// What was named.
            what: JourneyEntity,
        }
        /// It was forgotten.
        Forgotten = forgotten: TooLate, "{what} is forgotten" {
            /// What was named.
            what: JourneyEntity,
        }
        /// The session was archived: the host has it.
        Archived = archived: TooLate, "{session} is archived" {
            /// The session that was named.
            session: SessionId,
        }
        /// The interaction was archived.
        InteractionArchived = interaction_archived: TooLate, "{interaction} is archived" {
            /// The interaction that was named.
            interaction: InteractionId,
        }
        /// The command is not for this actor.
        NotAllowed = not_allowed: NotAllowed, "{actor} may not do this: {command}" {
            /// The actor.
            actor: Actor,
            /// The command, as in JSON.
            command: Cow<'static, str>,
        }
        /// The interaction is another's.
        NotYours = not_yours: NotAllowed, "{interaction} is not theirs" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// The interaction has another journey already.
        AlreadyLinked = already_linked: Conflict, "{interaction} is another customer's already" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// It is too late for this answer to the offer.
        OfferOver = offer_over: TooLate, "the offer is {state}" {
            /// The state of the offer.
            state: WebOfferState,
        }
        /// The session has ended.
        NotLive = not_live: Conflict, "{session} has ended" {
            /// The session.
            session: SessionId,
        }
        /// The session goes on: only one that ended can be brought back.
        StillThere = still_there: Conflict, "{session} is there" {
            /// The session.
            session: SessionId,
        }
        /// Something that is defined needs it.
        InUse = in_use: Conflict, "an action map needs {what}" {
            /// What was to be removed.
            what: JourneyEntity,
        }
        /// A bound is reached.
        Limit = limit: Limit, "there may be {max} {limit} at most" {
            /// Which bound.
            limit: JourneyLimit,
            /// How many there may be.
            max: u64,
        }
        /// The layer met a contradiction in its own state and refuses everything. The host recovers
        /// from its journal.
        Faulted = faulted: Fault, "journeys are faulted: recover them from the facts up to {sound}"
        {
            /// The number of the last sound fact.
            sound: u64,
        }
    }
    also {
        /// The page is not one that is tracked: it does not exist here.
        Untracked = untracked: Invalid, "the page is not tracked"
        /// The event is older than an event may be.
        TooOld = too_old: TooLate, "the event is too old"
        /// The command is about work and records, and this layer is joined with none.
        NotJoined = not_joined: Conflict, "this layer is joined with no engine and no records"
    }
}

/// The name of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyLimit {
    /// Live sessions.
    LiveSessions,
    /// Customers.
    Customers,
    /// Terms of a session.
    Terms,
    /// Attributes of a session.
    Attributes,
    /// Segments of a session or a customer.
    SegmentsAssigned,
    /// Identifiers of a customer.
    Identifiers,
    /// Customers for whom one stands.
    Merged,
    /// Segments.
    Segments,
    /// Outcomes.
    Outcomes,
    /// Outcomes that have scores.
    Scored,
    /// Action maps.
    ActionMaps,
    /// Targets.
    Targets,
    /// Segments in one command.
    SegmentsOfCommand,
    /// Scores in one command.
    ScoresOfCommand,
}

impl Naming for JourneyLimit {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LiveSessions => "live sessions",
            Self::Customers => "customers",
            Self::Terms => "terms of one session",
            Self::Attributes => "attributes of one session",
            Self::SegmentsAssigned => "segments of one session or customer",
            Self::Identifiers => "identifiers of one customer",
            Self::Merged => "customers for whom one stands",
            Self::Segments => "segments",
            Self::Outcomes => "outcomes",
            Self::Scored => "outcomes with scores",
            Self::ActionMaps => "action maps",
            Self::Targets => "targets",
            Self::SegmentsOfCommand => "segments in one command",
            Self::ScoresOfCommand => "scores in one command",
        })
    }
}
