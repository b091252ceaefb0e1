//! From the host's keys to ids.

use indexmap::IndexMap;

use crate::base::hash::SeededState;
use crate::base::key::Key;

/// Finds the id of a key. Looked up, never walked.
#[derive(Clone, Debug)]
pub(crate) struct Names<I> {
    ids: IndexMap<Key, I, SeededState>,
}

impl<I> Default for Names<I> {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl<I> Names<I> {
    /// No names yet. Whoever chooses keys is not to know the seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { ids: IndexMap::with_hasher(SeededState(seed)) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::chance::numbers;
    use crate::base::hash::FixedState;
    use crate::model::ids::WorkId;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;
    use core::hash::BuildHasher;

    /// Keys of 16 letters that all have one hash in the fixed hasher: the second half takes back
    /// what the first half did.
    fn colliding(count: usize) -> Vec<Key> {
        let mut next = numbers(7);
        let mut word = move || (0..8).fold(0_u64, |word, _| word << 8 | (b'a' as u64 + next(26)));
        let mix = |word: u64| {
            let mixed = word.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^ (mixed >> 29)
        };
        let target = mix(word()).rotate_left(23) ^ word();
        let pairs = core::iter::from_fn(|| {
            let first = word();
            Some((first, mix(first).rotate_left(23) ^ target))
        });
        let text = |(first, second): (u64, u64)| {
            let bytes = [first.to_le_bytes(), second.to_le_bytes()].concat();
            core::str::from_utf8(&bytes).ok().map(Key::from)
        };
        pairs.filter_map(text).take(count).collect()
    }

    #[test]
    fn keys_that_are_chosen_to_collide_do_not() {
        let keys = colliding(500);
        let hashes = |state: &dyn Fn(&Key) -> u64| keys.iter().map(state).collect::<BTreeSet<_>>();
        let fixed = FixedState::default();
        assert_eq!(hashes(&|key| fixed.hash_one(key)).len(), 1, "else the attack is none");
        let names: Names<WorkId> = Names::seeded(42);
        assert_eq!(hashes(&|key| names.ids.hasher().hash_one(key)).len(), 500);
        let other: Names<WorkId> = Names::seeded(43);
        let same =
            |key: &&Key| names.ids.hasher().hash_one(*key) == other.ids.hasher().hash_one(*key);
        assert_eq!(keys.iter().filter(same).count(), 0);
    }
}
