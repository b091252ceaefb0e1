//! A set in order that keeps its memory.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// At most so many lie in one chunk.
const CHUNK: usize = 64;

/// A set in rising order, in chunks of which none is empty but the only one. Some that are not
/// needed are kept for later, so a caller who puts in as much as they take out allocates nothing.
/// Of a set that shrinks only one in eight is kept. It is quickest at both ends.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<T> {
    chunks: VecDeque<Chunk<T>>,
    spare: Vec<VecDeque<T>>,
    length: usize,
}

/// Some that lie next to each other, and the last of them, so that nobody has to read a chunk
/// to know whether to search it.
#[derive(Clone, Debug)]
struct Chunk<T> {
    last: Option<T>,
    items: VecDeque<T>,
}

impl<T: Copy> Chunk<T> {
    fn of(items: VecDeque<T>) -> Self {
        Self { last: items.back().copied(), items }
    }
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), spare: Vec::new(), length: 0 }
    }
}

impl<T: Copy + Ord> Sorted<T> {
    /// How many are in.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// All in it, in rising order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| &chunk.items)
    }

    /// All in it that are higher, in rising order.
    pub(crate) fn after(&self, low: Option<T>) -> impl Iterator<Item = &T> {
        let place = low.map_or(0, |low| self.place_of(&low));
        let behind = self.chunks.iter().skip(place).flat_map(|chunk| &chunk.items);
        behind.skip_while(move |item| low.is_some_and(|low| **item <= low))
    }

    /// The lowest.
    pub(crate) fn first(&self) -> Option<&T> {
        self.chunks.front()?.items.front()
    }

    /// The highest.
    pub(crate) fn last(&self) -> Option<&T> {
        self.chunks.back()?.items.back()
    }

    /// Takes the lowest out.
    pub(crate) fn pop_first(&mut self) -> Option<T> {
        let first = *self.first()?;
        self.take(0, 0);
        Some(first)
    }

    /// True if an item is in.
    pub(crate) fn contains(&self, item: &T) -> bool {
        let chunk = self.chunks.get(self.place_of(item));
        chunk.is_some_and(|chunk| chunk.items.binary_search(item).is_ok())
    }

    /// How many are lower.
    pub(crate) fn before(&self, item: &T) -> usize {
        let place = self.place_of(item);
        let here = self.chunks.get(place);
        let here = here.map_or(0, |chunk| chunk.items.partition_point(|other| other < item));
        let before = self.chunks.iter().take(place).map(|chunk| chunk.items.len());
        before.fold(here, usize::saturating_add)
    }

    /// Puts something in.
    pub(crate) fn insert(&mut self, item: T) {
        let place = self.place_of(&item);
        let Some(chunk) = self.chunks.get_mut(place) else {
            return self.push(item);
        };
        let Err(before) = chunk.items.binary_search(&item) else {
            return;
        };
        self.length += 1;
        if chunk.items.len() < CHUNK {
            return chunk.items.insert(before, item);
        }
        let mut behind = self.chunk();
        let Some(chunk) = self.chunks.get_mut(place) else {
            return;
        };
        behind.extend(chunk.items.drain(CHUNK / 2..));
        match before.checked_sub(CHUNK / 2) {
            Some(before) => behind.insert(before, item),
            None => chunk.items.insert(before, item),
        }
        chunk.last = chunk.items.back().copied();
        self.chunks.insert(place + 1, Chunk::of(behind));
    }

    /// Takes something out.
    pub(crate) fn remove(&mut self, item: &T) {
        let place = self.place_of(item);
        let Some(chunk) = self.chunks.get(place) else {
            return;
        };
        // What goes mostly stood in front.
        let first = (chunk.items.front() == Some(item)).then_some(0);
        if let Some(found) = first.or_else(|| chunk.items.binary_search(item).ok()) {
            self.take(place, found);
        }
    }

    /// Takes what lies there out of a chunk, which may be too small then.
    fn take(&mut self, place: usize, found: usize) {
        let Some(chunk) = self.chunks.get_mut(place) else {
            return;
        };
        chunk.items.remove(found);
        if found == chunk.items.len() {
            chunk.last = chunk.items.back().copied();
        }
        self.length -= 1;
        // Many sets have one chunk, and then there is nothing to join.
        if chunk.items.len() < CHUNK / 4 && self.chunks.len() > 1 {
            self.join(place);
            place.checked_sub(1).into_iter().for_each(|before| self.join(before));
        }
    }

    /// The chunk in which it lies or is to lie; there is none if it is greater than all. Both ends
    /// are compared first, for mostly what comes goes behind all, and what goes stood in front.
    fn place_of(&self, item: &T) -> usize {
        let before = |chunk: &Chunk<T>| chunk.last.as_ref() < Some(item);
        match (self.chunks.front(), self.chunks.back()) {
            (_, Some(last)) if before(last) => self.chunks.len(),
            _ if self.chunks.len() == 1 => 0,
            (Some(first), _) if !before(first) => 0,
            _ => self.chunks.partition_point(before),
        }
    }

    /// Puts something behind all that is in.
    fn push(&mut self, item: T) {
        self.length += 1;
        match self.chunks.back_mut().filter(|last| last.items.len() < CHUNK) {
            Some(chunk) => {
                chunk.items.push_back(item);
                chunk.last = Some(item);
            }
            None => {
                let mut last = self.chunk();
                last.push_back(item);
                if self.chunks.is_empty() {
                    // Many sets never have a second one.
                    self.chunks.reserve_exact(1);
                }
                self.chunks.push_back(Chunk::of(last));
            }
        }
    }

    /// Room for a chunk. The first grows as it must, for many sets are small.
    fn chunk(&mut self) -> VecDeque<T> {
        let room = if self.chunks.is_empty() { 0 } else { CHUNK };
        self.spare.pop().unwrap_or_else(|| VecDeque::with_capacity(room))
    }

    /// Keeps the room of an empty chunk for later, if not too much is kept.
    fn spare(&mut self, chunk: Chunk<T>) {
        self.spare.push(chunk.items);
        self.spare.truncate(self.chunks.len() / 8 + 1);
    }

    /// Moves what lies in the next chunk into this one, if both are small; an empty one goes.
    fn join(&mut self, place: usize) {
        let number = |place: usize| self.chunks.get(place).map_or(CHUNK, |chunk| chunk.items.len());
        let (here, behind) = (number(place), number(place + 1));
        if self.chunks.len() < 2 || here > 0 && here + behind > CHUNK / 2 {
            return;
        }
        let Some(mut gone) = self.chunks.remove(if here == 0 { place } else { place + 1 }) else {
            return;
        };
        if let Some(chunk) = self.chunks.get_mut(place).filter(|_| here > 0) {
            chunk.items.append(&mut gone.items);
            chunk.last = gone.last;
        }
        self.spare(gone);
    }
}

impl<T: Copy + Ord> PartialEq for Sorted<T> {
    /// Compares the items; how they lie in chunks depends on what happened before.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::chance::numbers;
    use alloc::collections::BTreeSet;

    fn memory(set: &Sorted<u64>) -> usize {
        set.chunks.len() + set.spare.len()
    }

    #[test]
    fn it_holds_what_a_tree_holds() {
        for (seed, range) in [(1, 10), (2, 500), (3, 5_000), (4, 100_000)] {
            let (mut set, mut tree, mut next) = (Sorted::default(), BTreeSet::new(), numbers(seed));
            for round in 0..20_000 {
                let item = next(range);
                // It grows, shrinks until nothing is left, and grows again.
                if next(10) < [7, 1, 7][round / 7_000] {
                    set.insert(item);
                    tree.insert(item);
                } else {
                    let item = tree.range(item..).next().copied().unwrap_or(item);
                    set.remove(&item);
                    tree.remove(&item);
                }
                assert_eq!((set.len(), set.first()), (tree.len(), tree.first()));
                assert_eq!(set.contains(&item), tree.contains(&item));
                let least = usize::from(set.chunks.len() > 1);
                assert!(set.chunks.iter().all(|chunk| {
                    (least..=CHUNK).contains(&chunk.items.len())
                        && chunk.last.as_ref() == chunk.items.back()
                }));
                if round % 100 == 0 {
                    assert!(set.iter().eq(&tree), "round {round} of {seed}");
                    assert_eq!(set.before(&item), tree.range(..item).count());
                    assert!(set.after(Some(item)).eq(tree.range(item + 1..)));
                }
            }
            let mut other = Sorted::default();
            tree.iter().rev().for_each(|item| other.insert(*item));
            assert!(set == other);
            other.insert(range);
            assert!(set != other);
        }
    }

    #[test]
    fn a_few_left_behind_everywhere_do_not_keep_their_chunks() {
        let mut set = Sorted::default();
        (0..64_000).for_each(|item| set.insert(item));
        (0..64_000).filter(|item| item % 64 > 0).for_each(|item| set.remove(&item));
        assert_eq!(set.len(), 1_000);
        assert!(memory(&set) < 120, "{} chunks", memory(&set));
        let all: Vec<_> = core::iter::from_fn(|| set.pop_first()).collect();
        assert!(all.into_iter().eq((0..64_000).step_by(64)));
        assert_eq!((set.len(), set.chunks.len()), (0, 1));
        assert!(set.spare.len() < 20, "{} chunks", set.spare.len());
    }

    #[test]
    fn who_puts_in_as_much_as_he_takes_out_allocates_nothing() {
        let mut set = Sorted::default();
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
