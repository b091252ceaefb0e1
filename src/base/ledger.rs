//! Rows that come and go: addressed by rising ids, removed when they are over.

use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::hash::FixedMap;
use crate::base::id::Id;

/// A table of open things under rising ids. It is looked up, not walked: wherever all rows are
/// wanted they are sorted by id first, so that no order depends on what was removed before.
#[derive(Clone, Debug)]
pub(crate) struct Ledger<I, T> {
    rows: FixedMap<I, T>,
    minted: u64,
}

impl<I, T> Default for Ledger<I, T> {
    fn default() -> Self {
        Self { rows: FixedMap::default(), minted: 0 }
    }
}

impl<I: Id, T> Ledger<I, T> {
    /// The id that comes next. Ids start at 1.
    pub(crate) fn next_id(&self) -> Option<I> {
        I::from_number(self.minted.checked_add(1)?)
    }

    /// Whether this id was handed out at some time.
    pub(crate) fn was_minted(&self, id: I) -> bool {
        (1..=self.minted).contains(&id.number())
    }

    /// Adds a row under the next id; false, and nothing happens, if `id` is not the next one.
    pub(crate) fn open(&mut self, id: I, row: T) -> bool {
        let next = self.next_id() == Some(id);
        if next {
            self.minted += 1;
            self.rows.insert(id, row);
        }
        next
    }

    /// Takes a row out for good.
    pub(crate) fn close(&mut self, id: I) -> Option<T> {
        self.rows.swap_remove(&id)
    }

    /// An open row.
    pub(crate) fn get(&self, id: I) -> Option<&T> {
        self.rows.get(&id)
    }

    /// An open row, to change.
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    /// How many rows are open.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All open rows, sorted by id.
    pub(crate) fn sorted(&self) -> Vec<(I, &T)> {
        let mut rows: Vec<_> = self.rows.iter().map(|(id, row)| (*id, row)).collect();
        rows.sort_unstable_by_key(|(id, _)| *id);
        rows
    }
}

impl<I: Id, T: PartialEq> PartialEq for Ledger<I, T> {
    fn eq(&self, other: &Self) -> bool {
        self.minted == other.minted && self.sorted() == other.sorted()
    }
}

impl<I: Id, T: core::hash::Hash> core::hash::Hash for Ledger<I, T> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.minted.hash(state);
        self.sorted().hash(state);
    }
}

impl<I: Id + Serialize, T: Serialize> Serialize for Ledger<I, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.minted, self.sorted()).serialize(serializer)
    }
}

impl<'de, I: Id + Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Ledger<I, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (minted, rows) = <(u64, Vec<(I, T)>)>::deserialize(deserializer)?;
        Ok(Self { rows: rows.into_iter().collect(), minted })
    }
}
