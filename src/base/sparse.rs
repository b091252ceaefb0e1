//! Lists that are mostly empty.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list that takes one word as long as nothing was in it; from then on it keeps its memory, and
/// grows by what it must. Rows of which there are many have such lists for what few of them know.
#[derive(Clone, Debug)]
#[expect(clippy::box_collection, reason = "one word instead of three is what it is for")]
pub(crate) struct Sparse<T>(Option<Box<Vec<T>>>);

impl<T> Sparse<T> {
    /// A list with nothing in it.
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// Puts something at the end.
    pub(crate) fn push(&mut self, item: T) {
        self.insert(self.len(), item);
    }

    /// Puts something before what stands at a place, or at the end.
    pub(crate) fn insert(&mut self, place: usize, item: T) {
        let items = self.0.get_or_insert_default();
        if items.len() == items.capacity() {
            items.reserve_exact(items.len() / 2 + 1);
        }
        items.insert(place.min(items.len()), item);
    }

    /// All in it, to change.
    pub(crate) fn iter_mut(&mut self) -> core::slice::IterMut<'_, T> {
        self.0.as_deref_mut().map(|items| items.iter_mut()).unwrap_or_default()
    }

    /// Keeps those for which this holds.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        if let Some(items) = &mut self.0 {
            items.retain(keep);
        }
    }

    /// Takes the first out.
    pub(crate) fn pop_first(&mut self) -> Option<T> {
        let items = self.0.as_mut().filter(|items| !items.is_empty())?;
        Some(items.remove(0))
    }

    /// True if there are no items.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|items| items.is_empty())
    }
}

impl<T: PartialEq> PartialEq for Sparse<T> {
    /// Compares the items; whether memory was kept depends on what happened before.
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Sparse<T> {}

impl<T: Hash> Hash for Sparse<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T> Deref for Sparse<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> FromIterator<T> for Sparse<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        Self((!items.is_empty()).then(|| Box::new(items)))
    }
}

impl<T: Serialize> Serialize for Sparse<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sparse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn what_is_emptied_is_as_if_nothing_had_ever_been_in_it() {
        let mut list = Sparse::new();
        assert_eq!(size_of_val(&list), size_of::<usize>());
        list.push(1);
        list.push(2);
        assert_eq!(list.to_vec(), vec![1, 2]);
        list.retain(|item| *item > 1);
        assert_eq!(list.first(), Some(&2));
        list.retain(|item| *item > 2);
        assert!(list.is_empty() && list.pop_first().is_none());
        assert_eq!(list, Sparse::new());
        list.insert(9, 4);
        list.insert(0, 3);
        assert_eq!((list.pop_first(), list.to_vec()), (Some(3), vec![4]));
        assert_eq!(Sparse::from_iter(vec![0; 0]), Sparse::new());
    }
}
