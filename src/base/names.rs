//! From the host's keys to ids.

use crate::base::hash::FixedMap;
use crate::base::key::Key;

/// Finds the id of a key. Looked up, never walked.
#[derive(Clone, Debug)]
pub(crate) struct Names<I> {
    ids: FixedMap<Key, I>,
}

impl<I> Default for Names<I> {
    fn default() -> Self {
        Self { ids: FixedMap::default() }
    }
}

impl<I: Copy + PartialEq> Names<I> {
    /// The id under a key.
    pub(crate) fn get(&self, key: &str) -> Option<I> {
        self.ids.get(key).copied()
    }

    /// Files an id under a key; a later one takes the place of an earlier one.
    pub(crate) fn set(&mut self, key: Key, id: I) {
        self.ids.insert(key, id);
    }

    /// Frees a key, if it still belongs to this id.
    pub(crate) fn release(&mut self, key: &str, id: I) {
        if self.get(key) == Some(id) {
            self.ids.swap_remove(key);
        }
    }
}
