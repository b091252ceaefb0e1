//! Who a visitor is: the customer behind identifiers.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::fact::log::Seq;

use crate::journey::identifier::{Identifier, IdentifierClaim, IdentifierKind, Proof};
use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::talk::{ConversationCard, TalkMarks};

/// What is known of who a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CustomerKind {
    /// A cookie, or a name of another system, and nothing else. They are forgotten after a while.
    Ephemeral,
    /// An e-mail address or a telephone number.
    Identified,
    /// A contact of the host's.
    Curated,
}

/// A segment that was assigned.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SegmentAssignment {
    /// The key of the segment.
    pub segment: Key,
    /// The version of the segment that matched.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// The number of the fact: of two at an instant the lower came first.
    pub seq: u64,
    /// When it is taken away again; `None`: never, or with its session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What a frequency cap knows of an action map and a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Capped {
    /// When it was last offered.
    pub(crate) offered: Timestamp,
    /// True if an offer of it ended.
    pub(crate) finalized: bool,
    /// True if an offer of it was rejected.
    pub(crate) rejected: bool,
}

/// An action map that waits for the next visit or the next session of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Awaited {
    /// The session in which its triggers held.
    pub(crate) session: SessionId,
    /// The visit of that session.
    pub(crate) visit: u32,
}

/// What is kept of a conversation whose record was archived: its card.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct KeptConversation {
    /// The numbers of the facts that changed it.
    pub(crate) marks: TalkMarks,
    /// The card.
    pub(crate) card: Box<ConversationCard>,
}

/// A customer: a visitor with everything that is known of who they are.
///
/// ```
/// use strowger::journey::{Customer, CustomerKind};
///
/// fn shown(customer: &Customer) -> &str {
///     match (&customer.name, customer.kind) {
///         (Some(name), _) => name,
///         (None, CustomerKind::Ephemeral) => "a visitor",
///         (None, _) => "Unknown",
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Customer {
    /// The id.
    pub id: CustomerId,
    /// What is known of who they are.
    pub kind: CustomerKind,
    /// Their identifiers, in the order in which they became known.
    pub identifiers: Vec<IdentifierClaim>,
    /// The contact of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Key>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// The customer who stands for this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<CustomerId>,
    /// The customers for whom this one stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<CustomerId>,
    /// The segments that were assigned to them, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentAssignment>,
    /// When they did something last.
    pub last_activity: Timestamp,
    /// The numbers of the facts that merged them, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) joined: Vec<Seq>,
    /// Their sessions that are kept, by the date of the first event: theirs, and of those for whom
    /// they stand.
    pub(crate) sessions: Vec<(Timestamp, SessionId)>,
    /// The same, the one that changed last at the end.
    pub(crate) recent: Vec<SessionId>,
    /// The sessions that were archived last, with the numbers of the facts that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gone: Vec<(Seq, SessionId)>,
    /// The number of the last fact of that kind that is not among them any more.
    #[serde(default)]
    pub(crate) gone_before: Seq,
    /// The number of the fact that last changed what a view shows of who they are.
    pub(crate) changed: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) caps: Vec<(Key, Capped)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) awaited: Vec<(Key, Awaited)>,
    /// The cards of conversations whose records were archived, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) conversations: Vec<KeptConversation>,
    /// The number of the fact that last put any of them there.
    #[serde(default)]
    pub(crate) kept: Seq,
}

impl Customer {
    /// A visitor who is known by one identifier.
    pub(crate) fn new(id: CustomerId, identifier: Identifier, at: Timestamp) -> Self {
        let mut customer = Self { last_activity: at, ..Self::nobody(id) };
        customer.identifiers.reserve_exact(1);
        customer.identifiers.push(IdentifierClaim { identifier, proof: Proof::Claimed });
        customer.rank();
        customer
    }

    /// A row of which nothing is known.
    pub(crate) const fn nobody(id: CustomerId) -> Self {
        Self {
            id,
            kind: CustomerKind::Ephemeral,
            identifiers: Vec::new(),
            contact: None,
            name: None,
            merged_into: None,
            merged: Vec::new(),
            segments: Vec::new(),
            last_activity: Timestamp::from_millis(i64::MIN),
            joined: Vec::new(),
            sessions: Vec::new(),
            recent: Vec::new(),
            gone: Vec::new(),
            gone_before: 0,
            changed: 0,
            caps: Vec::new(),
            awaited: Vec::new(),
            conversations: Vec::new(),
            kept: 0,
        }
    }

    /// Says anew what is known of who they are.
    pub(crate) fn rank(&mut self) {
        let by = |claim: &IdentifierClaim| {
            matches!(claim.identifier.kind, IdentifierKind::Email | IdentifierKind::Phone)
        };
        self.kind = match (&self.contact, self.identifiers.iter().any(by)) {
            (Some(_), _) => CustomerKind::Curated,
            (None, true) => CustomerKind::Identified,
            (None, false) => CustomerKind::Ephemeral,
        };
    }

    /// The number of the fact by which a customer came to this one, who stands for them; 0 if they
    /// did not.
    pub(crate) fn joined_by(&self, customer: CustomerId) -> Seq {
        let place = self.merged.iter().position(|one| *one == customer);
        place.and_then(|place| self.joined.get(place)).copied().unwrap_or_default()
    }

    /// How sure it is that an identifier is theirs; `None`: it is not theirs.
    #[must_use]
    pub fn proof(&self, identifier: &Identifier) -> Option<Proof> {
        let found = self.identifiers.iter().find(|claim| claim.identifier == *identifier);
        found.map(|claim| claim.proof)
    }
}
