//! Lists by pages, and places in them.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::interaction::InteractionId;
use crate::model::invalid::Invalid;

use crate::journey::ids::SessionId;

/// The most items a page may have.
const PAGE_MAX: i64 = 100;

/// What a card is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardId {
    /// A session of the visitor.
    Session(SessionId),
    /// A conversation with them.
    Conversation(InteractionId),
}

/// A place in a list, which stays valid while things come, end and are archived: that of the last
/// item of a page.
///
/// ```
/// use strowger::journey::{CardId, Cursor, SessionId};
///
/// let json = r#"{"at":1772445900000,"id":{"session":4}}"#;
/// let cursor: Cursor = serde_json::from_str(json).unwrap();
/// assert_eq!(cursor.id, CardId::Session(SessionId::from_raw(4)));
/// assert_eq!(serde_json::to_string(&cursor).unwrap(), json);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// By what the list is in order: the start of a card, the last activity of who is live.
    pub at: Timestamp,
    /// The card. Of two at one time that with the higher id comes first.
    pub id: CardId,
}

/// Which page of a list is asked for.
///
/// ```
/// use strowger::journey::PageRequest;
///
/// let first = PageRequest::default().with_size(20);
/// assert_eq!((first.size, first.after), (Some(20), None));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageRequest {
    /// How many items it has at most, 1 to 100; `None`: as the configuration says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u8>,
    /// The place behind which it begins; `None`: it is the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The same with so many items.
    #[must_use]
    pub const fn with_size(self, size: u8) -> Self {
        Self { size: Some(size), ..self }
    }

    /// The page behind a place.
    #[must_use]
    pub const fn with_after(self, after: Cursor) -> Self {
        Self { after: Some(after), ..self }
    }

    /// How many items it has, where so many are usual.
    pub(crate) fn size(self, usual: u8) -> Result<usize, Invalid> {
        let size = self.size.unwrap_or(usual);
        Invalid::range("page.size", i64::from(size), 1, PAGE_MAX)?;
        Ok(usize::from(size))
    }
}

/// A page of a list.
///
/// ```
/// use strowger::journey::{Card, Page, PageRequest};
///
/// /// What to ask for when somebody clicks *Load More*.
/// fn more(page: &Page<Card>) -> Option<PageRequest> {
///     page.next.map(|place| PageRequest::default().with_after(place))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in their order.
    pub items: Vec<T>,
    /// The place behind which there is more; `None`: there is no more.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The page of so many items that a list of one more begins with.
    pub(crate) fn of(mut items: Vec<T>, size: usize, place: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(place);
        Self { items, next }
    }
}
