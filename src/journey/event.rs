//! What can happen in this layer: every change there is, complete enough to make it again.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::fact::log::{Fact, Log, Seq};
use crate::fact::shape::events;
use crate::interaction::InteractionId;
use crate::model::attribute::Attributes;
use crate::model::ids::{AgentId, QueueId};

use crate::journey::config::JourneyConfig;
use crate::journey::definition::{
    ActionMedia, JourneyDefinition, JourneyDefinitionKind, TargetCounts, TenThousandths,
};
use crate::journey::identifier::{Identifier, IdentifierClaim};
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::{Blocked, OfferFailure, WebOffer, WebOfferState};
use crate::journey::session::VisitorSession;
use crate::journey::talk::{ConversationCard, JourneyLink};
use crate::journey::visit::VisitorEvent;

/// A fact of this layer: what happened, and how far the records were followed then.
///
/// ```
/// use strowger::journey::JourneyFact;
///
/// let json = r#"{"seq": 2, "at": 1000, "cause": "command", "event":
///     {"records": 3, "event": {"left": {"session": 4}}}}"#;
/// let fact: JourneyFact = serde_json::from_str(json).unwrap();
/// assert_eq!(fact.event.event.name(), "left");
/// ```
pub type JourneyFact = Fact<JourneyEntry>;

/// The host's own buffer of facts of this layer.
pub type JourneyLog = Log<JourneyFact>;

/// What happened, and how far the records were followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyEntry {
    /// The number of the last fact of records that was followed.
    pub records: Seq,
    /// What happened.
    pub event: JourneyEvent,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionOver {
    /// Nothing came for so long.
    Silence,
    /// The visitor signed out.
    SignedOut,
    /// The visitor turned out to be somebody else than before.
    AnotherPerson,
}

/// Why a segment was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unassigned {
    /// The host said so.
    Command,
    /// Its time was over.
    Expired,
}

events! {
    /// A change of this layer. Variants are only ever added, at the end.
    ///
    /// In JSON an object with one field: `{"left": {"session": 4}}`.
    pub enum JourneyEvent {
        /// Something is defined from now on, or otherwise than before.
        Defined = defined {
            /// Its key.
            key: Key,
            /// Its version: 1, 2, 3, ...
            version: u32,
            /// What it is.
            definition: JourneyDefinition,
        }
        /// Something is not defined any more.
        Removed = removed {
            /// Its kind.
            kind: JourneyDefinitionKind,
            /// Its key.
            key: Key,
        }
        /// A session began, with its first event, which the next fact tells of. If the customer is
        /// the next that was never there, they are new.
        SessionBegan = session_began {
            /// The session.
            session: SessionId,
            /// The customer.
            customer: CustomerId,
            /// The identifier under which the event came.
            identifier: Identifier,
            /// The type of the session.
            kind: Key,
            /// The date of its first event.
            started: Timestamp,
        }
        /// A session ended.
        SessionEnded = session_ended {
            /// The session.
            session: SessionId,
            /// When it ended.
            ended: Timestamp,
            /// Why.
            why: SessionOver,
        }
        /// The visitor did something.
        Tracked = tracked {
            /// The session.
            session: SessionId,
            /// The date of the event.
            date: Timestamp,
            /// What they did.
            event: Box<VisitorEvent>,
            /// The term they searched for on a page.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            term: Option<Box<str>>,
            /// What became known of the session.
            #[serde(default, skip_serializing_if = "Attributes::is_empty")]
            attributes: Attributes,
        }
        /// It became known who a customer is.
        Identified = identified {
            /// The customer.
            customer: CustomerId,
            /// The live session in which it became known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            session: Option<SessionId>,
            /// Identifiers that are new, or surer than before.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            claims: Vec<IdentifierClaim>,
            /// The name, if it is another one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            name: Option<Box<str>>,
            /// The contact of the host's, if it is another one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            contact: Option<Key>,
        }
        /// Two customers are one.
        Merged = merged {
            /// The younger, who stands for nobody any more.
            customer: CustomerId,
            /// The older, who stands for both.
            into: CustomerId,
        }
        /// An identifier leads to several customers, so nobody was merged.
        Ambiguous = ambiguous {
            /// The customer who said to be known by it.
            customer: CustomerId,
            /// The customers it leads to.
            found: Vec<CustomerId>,
        }
        /// The identifier belongs to nobody any more: what comes under it next is a new customer's.
        SignedOut = signed_out {
            /// The customer whose it was.
            customer: CustomerId,
            /// The identifier.
            identifier: Identifier,
        }
        /// The visitor left the page.
        Left = left {
            /// The session.
            session: SessionId,
        }
        /// A segment was assigned.
        SegmentAssigned = segment_assigned {
            /// The session in which it matched.
            session: SessionId,
            /// The key of the segment.
            segment: Key,
            /// The version that matched.
            version: u32,
            /// True if the customer keeps it beyond the session.
            #[serde(default, skip_serializing_if = "core::ops::Not::not")]
            of_customer: bool,
            /// When the customer loses it again.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            expires: Option<Timestamp>,
        }
        /// A segment was taken away.
        SegmentUnassigned = segment_unassigned {
            /// The customer.
            customer: CustomerId,
            /// The session, if it was one of a session.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            session: Option<SessionId>,
            /// The key of the segment.
            segment: Key,
            /// Why.
            why: Unassigned,
        }
        /// It became known how probable outcomes are.
        Scored = scored {
            /// The session.
            session: SessionId,
            /// The probabilities, by the key of the outcome.
            scores: Vec<(Key, TenThousandths)>,
        }
        /// A goal was achieved.
        OutcomeAchieved = outcome_achieved {
            /// The session.
            session: SessionId,
            /// The key of the outcome.
            outcome: Key,
        }
        /// The counts of a target are these.
        CountsSet = counts_set {
            /// The key of the target.
            target: Key,
            /// The counts.
            counts: TargetCounts,
        }
        /// The triggers of an action map hold, and something stops it.
        Blocked = blocked {
            /// The session.
            session: SessionId,
            /// The key of the map.
            map: Key,
            /// Its version.
            version: u32,
            /// What stops it.
            reason: Blocked,
        }
        /// The triggers of an action map do not hold any more.
        Unqualified = unqualified {
            /// The session.
            session: SessionId,
            /// The key of the map.
            map: Key,
        }
        /// An offer is shown.
        Offered = offered {
            /// All of it.
            offer: Box<WebOffer>,
        }
        /// What an action map does was done, and nothing is shown.
        CarriedOut = carried_out {
            /// The session.
            session: SessionId,
            /// The key of the map.
            map: Key,
            /// Its version.
            version: u32,
            /// What it does.
            media: ActionMedia,
        }
        /// An offer came to another state.
        OfferChanged = offer_changed {
            /// The offer.
            offer: WebOfferId,
            /// The state.
            state: WebOfferState,
            /// The time from offer to answer, in milliseconds, if this is one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            disposition: Option<u64>,
            /// Why it failed.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            failure: Option<Box<OfferFailure>>,
        }
        /// An interaction is with a customer.
        Linked = linked {
            /// The interaction.
            interaction: InteractionId,
            /// With whom, and how that came.
            link: Box<JourneyLink>,
        }
        /// The contact of an interaction was verified.
        Verified = verified {
            /// The interaction.
            interaction: InteractionId,
            /// The customer.
            customer: CustomerId,
            /// The agent who did it; `None`: the host.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<AgentId>,
            /// The customer who was taken for it before.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            replaced: Option<CustomerId>,
        }
        /// An interaction with a customer rang at an agent.
        Rang = rang {
            /// The interaction.
            interaction: InteractionId,
            /// The agent.
            agent: AgentId,
        }
        /// An interaction with a customer is over.
        InteractionOver = interaction_over {
            /// The interaction.
            interaction: InteractionId,
        }
        /// The record of a conversation with a customer was archived; its card is kept.
        ConversationKept = conversation_kept {
            /// The customer.
            customer: CustomerId,
            /// What its card shows.
            conversation: Box<ConversationCard>,
        }
        /// A customer of whom nothing is known was forgotten, with all sessions.
        CustomerForgotten = customer_forgotten {
            /// The customer.
            customer: CustomerId,
        }
        /// A session made room for others and is the host's now.
        SessionArchived = session_archived {
            /// All of it.
            session: Arc<VisitorSession>,
        }
        /// A session that was archived is here again.
        SessionImported = session_imported {
            /// All of it.
            session: Arc<VisitorSession>,
        }
        /// A customer was erased, with all sessions.
        CustomerErased = customer_erased {
            /// The customer.
            customer: CustomerId,
        }
        /// A conversation with a customer went on: its card is another.
        ConversationMoved = conversation_moved {
            /// The interaction.
            interaction: InteractionId,
            /// The queue in which it stands from now on.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            queue: Option<QueueId>,
            /// The agent who has it from now on.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            agent: Option<AgentId>,
            /// True if its journey map has one more step.
            #[serde(default, skip_serializing_if = "core::ops::Not::not")]
            step: bool,
        }
    }
    also {
        /// The configuration was set. Always the first fact.
        Configured = configured(Box<JourneyConfig>),
    }
    named {}
}
