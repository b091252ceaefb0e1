//! A set in order that keeps its memory.

use alloc::vec::Vec;

/// At most so many lie in one chunk.
const CHUNK: usize = 64;

/// A set in rising order, in chunks of which none is empty. Chunks that are not needed are kept
/// for later, so whoever puts in as much as he takes out allocates nothing.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<T> {
    chunks: Vec<Vec<T>>,
    spare: Vec<Vec<T>>,
    length: usize,
}

impl<T: Copy + Ord> Sorted<T> {
    /// A set with nothing in it.
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), spare: Vec::new(), length: 0 }
    }

    /// How many are in.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// All in it, in rising order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// Puts something in.
    pub(crate) fn insert(&mut self, item: T) {
        let place = self.place_of(&item);
        let Some(chunk) = self.chunks.get_mut(place) else {
            return self.push(item);
        };
        let Err(before) = chunk.binary_search(&item) else {
            return;
        };
        self.length += 1;
        if chunk.len() < CHUNK {
            return chunk.insert(before, item);
        }
        let mut behind = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
        behind.extend(chunk.drain(CHUNK / 2..));
        match before.checked_sub(CHUNK / 2) {
            Some(before) => behind.insert(before, item),
            None => chunk.insert(before, item),
        }
        self.chunks.insert(place + 1, behind);
    }

    /// Takes something out.
    pub(crate) fn remove(&mut self, item: &T) {
        let place = self.place_of(item);
        let Some(chunk) = self.chunks.get_mut(place) else {
            return;
        };
        let Ok(found) = chunk.binary_search(item) else {
            return;
        };
        chunk.remove(found);
        self.length -= 1;
        if chunk.len() < CHUNK / 4 {
            self.join(place);
            place.checked_sub(1).into_iter().for_each(|before| self.join(before));
        }
    }

    /// The chunk in which it lies or is to lie; there is none if it is greater than all. Both ends
    /// are looked at first, for mostly what comes goes behind all, and what goes stood in front.
    fn place_of(&self, item: &T) -> usize {
        let before = |chunk: &Vec<T>| chunk.last() < Some(item);
        match self.chunks.as_slice() {
            [.., last] if before(last) => self.chunks.len(),
            [first, ..] if !before(first) => 0,
            chunks => chunks.partition_point(before),
        }
    }

    /// Puts something behind all that is in.
    fn push(&mut self, item: T) {
        self.length += 1;
        match self.chunks.last_mut().filter(|last| last.len() < CHUNK) {
            Some(last) => last.push(item),
            None => {
                let mut last = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
                last.push(item);
                self.chunks.push(last);
            }
        }
    }

    /// Moves what lies in the next chunk into this one, if both are small; an empty one goes.
    fn join(&mut self, place: usize) {
        let number = |place: usize| self.chunks.get(place).map_or(CHUNK, Vec::len);
        let (here, behind) = (number(place), number(place + 1));
        if here == 0 {
            self.spare.push(self.chunks.remove(place));
        } else if here + behind <= CHUNK / 2 {
            let mut behind = self.chunks.remove(place + 1);
            self.chunks.get_mut(place).into_iter().for_each(|chunk| chunk.append(&mut behind));
            self.spare.push(behind);
        }
    }
}

impl<T: Copy + Ord> PartialEq for Sorted<T> {
    /// What is in; how it lies in chunks depends on what happened before.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    /// Numbers that look like chance.
    fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
        move |below| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        }
    }

    fn memory(set: &Sorted<u64>) -> usize {
        set.chunks.len() + set.spare.len()
    }

    #[test]
    fn it_holds_what_a_tree_holds() {
        for (seed, range) in [(1, 10), (2, 500), (3, 5_000), (4, 100_000)] {
            let (mut set, mut tree, mut next) = (Sorted::new(), BTreeSet::new(), numbers(seed));
            for turn in 0..20_000 {
                let item = next(range);
                // It grows, shrinks until nothing is left, and grows again.
                if next(10) < [7, 1, 7][turn / 7_000] {
                    set.insert(item);
                    tree.insert(item);
                } else {
                    let item = tree.range(item..).next().copied().unwrap_or(item);
                    set.remove(&item);
                    tree.remove(&item);
                }
                assert_eq!(set.len(), tree.len());
                assert!(set.chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
                if turn % 100 == 0 {
                    assert!(set.iter().eq(&tree), "turn {turn} of {seed}");
                }
            }
            let mut other = Sorted::new();
            tree.iter().rev().for_each(|item| other.insert(*item));
            assert!(set == other);
            other.insert(range);
            assert!(set != other);
        }
    }

    #[test]
    fn a_few_left_behind_everywhere_do_not_keep_their_chunks() {
        let mut set = Sorted::new();
        (0..64_000).for_each(|item| set.insert(item));
        (0..64_000).filter(|item| item % 64 > 0).for_each(|item| set.remove(&item));
        assert_eq!(set.len(), 1_000);
        assert!(set.chunks.len() < 100, "{}", set.chunks.len());
    }

    #[test]
    fn who_puts_in_as_much_as_he_takes_out_allocates_nothing() {
        let mut set = Sorted::new();
        (0..10_000).for_each(|item| set.insert(item));
        let before = memory(&set);
        for item in 0..100_000 {
            set.remove(&item);
            set.insert(item + 10_000);
        }
        assert!(memory(&set) <= before + 1);
        assert_eq!(set.chunks.len() * CHUNK, 10_000_usize.next_multiple_of(CHUNK));
    }
}
