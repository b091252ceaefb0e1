//! Rows of definitions: dense, addressed by id, never removed.

use alloc::vec::Vec;
use core::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::base::id::Id;

/// A dense table: row `n` belongs to the id with number `n`. Rows are only ever added, so an id is
/// never used again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent, bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub(crate) struct Table<I, T> {
    rows: Vec<T>,
    #[serde(skip)]
    id: PhantomData<fn() -> I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { rows: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Table<I, T> {
    /// The id that the next row will have; `None` when the ids are used up.
    pub(crate) fn next_id(&self) -> Option<I> {
        I::from_number(self.rows.len() as u64)
    }

    /// Adds a row behind the last.
    pub(crate) fn push(&mut self, row: T) {
        self.rows.push(row);
    }

    /// The row of an id.
    pub(crate) fn get(&self, id: I) -> Option<&T> {
        self.rows.get(usize::try_from(id.number()).ok()?)
    }

    /// The row of an id, to change.
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.rows.get_mut(usize::try_from(id.number()).ok()?)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows with their ids, in order of id.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + use<'_, I, T> {
        self.rows.iter().enumerate().filter_map(|(n, row)| Some((I::from_number(n as u64)?, row)))
    }
}
