//! The record a request is about.

use alloc::format;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use strowger::Key;

/// A record work is about: an interaction, a case, a task.
///
/// ```
/// use strowger_servicenow::Document;
///
/// let chat = Document::new("interaction", "59616aba87bd5210be070d48dabb35e6");
/// assert_eq!(&*chat.key(), "interaction/59616aba87bd5210be070d48dabb35e6");
/// assert_eq!(Document::of_key(&chat.key()), Some(chat));
/// assert_eq!(Document::of_key("call-17"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Document {
    /// The table it is in, such as `interaction`.
    pub table: String,
    /// Its id there.
    pub sys_id: String,
}

impl Document {
    /// The table of interactions.
    pub const INTERACTION: &'static str = "interaction";

    /// This record of this table.
    #[must_use]
    pub fn new(table: impl Into<String>, sys_id: impl Into<String>) -> Self {
        Self { table: table.into(), sys_id: sys_id.into() }
    }

    /// The key under which work that is about it is submitted.
    #[must_use]
    pub fn key(&self) -> Key {
        format!("{}/{}", self.table, self.sys_id).into()
    }

    /// The record that work under this key is about, if it is about one.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (table, sys_id) = key.split_once('/')?;
        let both = !table.is_empty() && !sys_id.is_empty() && !sys_id.contains('/');
        both.then(|| Self::new(table, sys_id))
    }
}
