//! What the layer asks the host, or the layers it is joined with.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::ids::{CalendarId, ChannelId, QueueId};

use crate::journey::definition::{ActionTarget, TargetCounts};
use crate::journey::identifier::Identifier;

/// A contact of the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundContact {
    /// The host's key of the contact, 1 to 200 bytes.
    pub contact: Key,
    /// The name of the person, if it is known.
    pub name: Option<Box<str>>,
}

impl FoundContact {
    /// A contact whose name is not known.
    pub fn new(contact: impl Into<Key>) -> Self {
        Self { contact: contact.into(), name: None }
    }

    /// The same with a name.
    #[must_use]
    pub fn with_name(self, name: impl Into<Box<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }
}

/// The host's contacts. They are asked once, when identifiers become known; the answer stands in
/// the fact.
///
/// ```
/// use strowger::journey::{Contacts, FoundContact, Identifier};
///
/// #[derive(Debug)]
/// struct Jo;
///
/// impl Contacts for Jo {
///     fn find(&self, identifiers: &[Identifier]) -> Vec<FoundContact> {
///         let jo = identifiers.contains(&Identifier::email("jo@store.test"));
///         jo.then(|| FoundContact::new("contact-7").with_name("Jo")).into_iter().collect()
///     }
/// }
/// ```
pub trait Contacts: Debug + Send + Sync {
    /// The contacts that have one of these identifiers, as they are kept: e-mail addresses in lower
    /// case, telephone numbers as the normaliser writes them.
    fn find(&self, identifiers: &[Identifier]) -> Vec<FoundContact>;
}

/// A host without contacts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NoContacts;

impl Contacts for NoContacts {
    fn find(&self, _identifiers: &[Identifier]) -> Vec<FoundContact> {
        Vec::new()
    }
}

/// Who could answer now. A [`Centre`](crate::Centre) asks its engine; a host that runs journeys
/// alone says it by this. What was found stands in the facts.
pub trait Floor: Debug + Send + Sync {
    /// True if a member of the queue responds, is in a presence that opens the channel, and has
    /// room for one item more.
    fn available(&self, queue: QueueId, channel: ChannelId) -> bool;

    /// True if a calendar is open.
    fn is_open(&self, calendar: CalendarId, at: Timestamp) -> bool;
}

/// A floor of which nothing is known: somebody is always there, and it is always open.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AlwaysThere;

impl Floor for AlwaysThere {
    fn available(&self, _queue: QueueId, _channel: ChannelId) -> bool {
        true
    }

    fn is_open(&self, _calendar: CalendarId, _at: Timestamp) -> bool {
        true
    }
}

/// What service level is expected of a target in the next minute (Genesys does not say how it
/// predicts). Ours expects what was observed last.
///
/// ```
/// use strowger::journey::{Predictor, ActionTarget, TargetCounts};
///
/// /// Expects that of ten visitors one more waits for too long than before.
/// #[derive(Debug)]
/// struct Careful;
///
/// impl Predictor for Careful {
///     fn expected(&self, _: &str, _: &ActionTarget, observed: TargetCounts) -> TargetCounts {
///         let late = observed.over + observed.engaged / 10;
///         TargetCounts::new(observed.engaged, late.min(observed.engaged), observed.abandoned)
///     }
/// }
/// ```
pub trait Predictor: Debug + Send + Sync {
    /// The counts by which the service level of the next minute is reckoned.
    fn expected(&self, key: &str, target: &ActionTarget, observed: TargetCounts) -> TargetCounts;
}

/// The next minute will be as the last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastObserved;

impl Predictor for LastObserved {
    fn expected(&self, _key: &str, _target: &ActionTarget, observed: TargetCounts) -> TargetCounts {
        observed
    }
}
