//! Records that an interaction is about: tasks that were made of it or opened, articles that were
//! read.

use alloc::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::invalid::{Invalid, Problem};

use crate::interaction::state::Party;

/// A record of the host: its table and its id there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Document {
    /// The table, such as `incident`.
    pub table: Key,
    /// The id in it.
    pub id: Key,
}

impl Document {
    /// A record of a table.
    #[must_use]
    pub fn new(table: &str, id: &str) -> Self {
        Self { table: table.into(), id: id.into() }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        check_name("document.table", &self.table)?;
        check_name("document.id", &self.id)
    }
}

/// Refuses a name that is empty or too long.
pub(crate) fn check_name(field: &'static str, name: &Key) -> Result<(), Invalid> {
    if name.is_empty() {
        return Err(Invalid::new(field, Problem::Empty));
    }
    Invalid::length(field, name.len(), 200)
}

/// The operation of somebody on a record while they were on an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// They made it.
    Insert,
    /// They changed it.
    Update,
    /// They opened it.
    Open,
    /// They mentioned it to the customer.
    Mention,
}

/// A record that an interaction is about (ServiceNow: interaction related record).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RelatedRecord {
    /// Which.
    pub document: Document,
    /// The operation that was done with the record; `None`: it was related by hand.
    pub operation: Option<Operation>,
    /// The actor who related it.
    pub by: Party,
    /// When.
    pub at: Timestamp,
}

impl RelatedRecord {
    /// True if it says that such an operation was done with such a record.
    pub(crate) fn is(&self, document: &Document, operation: Option<Operation>) -> bool {
        self.document == *document && self.operation == operation
    }
}

growing! {
    /// Which operations relate a record by themselves, table by table. By hand any record can be
    /// related.
    ///
    /// ```
    /// use strowger::interaction::{Operation, RelatedPolicy};
    ///
    /// let policy = RelatedPolicy::default();
    /// assert!(policy.logs("task", Operation::Open));
    /// assert!(!policy.logs("cmdb_ci", Operation::Open));
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct RelatedPolicy {
        /// True if anything is related by itself.
        pub active: bool => with_active,
        /// The operations of each table that are logged.
        pub tables: BTreeMap<Key, BTreeSet<Operation>>
            => with_tables(each (Key, BTreeSet<Operation>)),
    }
}

impl Default for RelatedPolicy {
    /// All operations of `task`, `incident`, `case`, `request` and `kb_knowledge`.
    fn default() -> Self {
        use Operation::{Insert, Mention, Open, Update};
        let all: BTreeSet<_> = [Insert, Update, Open, Mention].into();
        let tables = ["task", "incident", "case", "request", "kb_knowledge"];
        let tables = tables.into_iter().map(|table| (Key::from(table), all.clone())).collect();
        Self { active: true, tables }
    }
}

impl RelatedPolicy {
    /// True if such an operation on a record of such a table is logged.
    #[must_use]
    pub fn logs(&self, table: &str, operation: Operation) -> bool {
        self.active && self.tables.get(table).is_some_and(|logged| logged.contains(&operation))
    }
}
