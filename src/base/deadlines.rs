//! Deadlines: one instant per key, the earliest first.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::hash::Hash;

use priority_queue::PriorityQueue;

use crate::base::hash::FixedState;
use crate::base::sorted::Sorted;
use crate::base::time::Timestamp;

/// Deadlines by key. Equal instants come in order of key, so the order is total.
///
/// Where a row says when its deadline is, the deadline stands in a line, and is found there again
/// by its instant. All others are in a heap, which knows where each key is: to set and clear one
/// there takes four times as long, and offers and wrap-ups come and go with every piece of work.
#[derive(Clone, Debug)]
pub(crate) struct Deadlines<K: Hash + Eq> {
    heap: PriorityQueue<K, Reverse<(Timestamp, K)>, FixedState>,
    line: Sorted<(Timestamp, K)>,
    /// The earliest instant, for every call asks twice whether anything is due.
    next: Option<Timestamp>,
}

impl<K: Hash + Eq + Ord + Copy> Default for Deadlines<K> {
    fn default() -> Self {
        let heap = PriorityQueue::with_default_hasher();
        Self { heap, line: Sorted::default(), next: None }
    }
}

impl<K: Hash + Eq + Ord + Copy> Deadlines<K> {
    /// Sets, moves or clears the deadline of a key. Nothing is due at [`Timestamp::MAX`]: what is
    /// put off from there would be due again at once, for ever.
    pub(crate) fn set(&mut self, key: K, at: Option<Timestamp>) {
        match at.filter(|at| *at < Timestamp::MAX) {
            Some(at) => {
                self.heap.push(key, Reverse((at, key)));
            }
            None => {
                self.heap.remove(&key);
            }
        }
        self.note_next();
    }

    fn note_next(&mut self) {
        self.next = self.first().map(|(at, _)| at);
    }

    /// Sets the deadline of a key that has none: nothing is sought where nothing is due.
    pub(crate) fn start(&mut self, key: K, at: Option<Timestamp>) {
        if at.is_some() {
            self.set(key, at);
        }
    }

    /// Sets the deadline of a key that has none, for whoever can say later when it was. Of these
    /// too nothing is due at [`Timestamp::MAX`].
    pub(crate) fn enter(&mut self, key: K, at: Option<Timestamp>) {
        if let Some(at) = at.filter(|at| *at < Timestamp::MAX) {
            self.line.insert((at, key));
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
    }

    /// Clears a deadline that was set by [`enter`](Self::enter) for this instant.
    pub(crate) fn leave(&mut self, key: K, at: Option<Timestamp>) {
        if let Some(at) = at {
            self.line.remove(&(at, key));
            if self.next == Some(at) {
                self.note_next();
            }
        }
    }

    /// Sets the deadlines of many keys that have none.
    pub(crate) fn set_all(&mut self, all: Vec<(K, Timestamp)>) {
        let due = all.into_iter().filter(|(_, at)| *at < Timestamp::MAX);
        self.heap.extend(due.map(|(key, at)| (key, Reverse((at, key)))));
        self.note_next();
    }

    /// The earliest instant at which anything is due.
    #[inline]
    pub(crate) const fn next_at(&self) -> Option<Timestamp> {
        self.next
    }

    /// The earliest deadline and its key.
    pub(crate) fn first(&self) -> Option<(Timestamp, K)> {
        let (heap, line) = (self.heap.peek(), self.line.first());
        match (heap.map(|(_, Reverse(first))| first), line) {
            (Some(heap), Some(line)) => Some(*heap.min(line)),
            (first, other) => first.or(other).copied(),
        }
    }

    /// The earliest deadline of another key than this. The heap tells the first of all alone, so
    /// the key is out of it meanwhile.
    pub(crate) fn first_beside(&mut self, key: K) -> Option<(Timestamp, K)> {
        let own = self.heap.remove(&key);
        let first = self.first();
        if let Some((key, at)) = own {
            self.heap.push(key, at);
        }
        first
    }

    /// All deadlines, the earliest first.
    pub(crate) fn sorted(&self) -> Vec<(Timestamp, K)> {
        let heap = self.heap.iter().map(|(_, Reverse(deadline))| deadline);
        let mut all: Vec<_> = heap.chain(self.line.iter()).copied().collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::chance::numbers;
    use alloc::collections::BTreeMap;

    /// Keys of which a third is in line, and comes and goes by its instant.
    #[test]
    fn whatever_is_in_heap_or_line_comes_in_one_order() {
        let (mut deadlines, mut known) = (Deadlines::default(), BTreeMap::new());
        let mut next = numbers(1_912);
        for _ in 0..20_000 {
            let (key, in_line) = (next(60), next(60).is_multiple_of(3));
            let key = if in_line { key * 3 } else { key * 3 + 1 };
            let at = (next(2) == 0).then(|| match next(20) {
                0 => Timestamp::MAX,
                at => Timestamp::from_millis(i64::try_from(at).unwrap()),
            });
            let old = known.remove(&key);
            if in_line {
                deadlines.leave(key, old);
                deadlines.enter(key, at);
            } else {
                deadlines.set(key, at);
            }
            known.extend(at.filter(|at| *at < Timestamp::MAX).map(|at| (key, at)));
            let mut all: Vec<_> = known.iter().map(|(key, at)| (*at, *key)).collect();
            all.sort_unstable();
            assert_eq!(deadlines.sorted(), all);
            assert_eq!(deadlines.first(), all.first().copied());
            assert_eq!(deadlines.next_at(), all.first().map(|(at, _)| *at));
        }
    }
}
