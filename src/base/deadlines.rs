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

    /// All deadlines, the earliest first.
    pub(crate) fn sorted(&self) -> Vec<(Timestamp, K)> {
        let heap = self.heap.iter().map(|(_, Reverse(deadline))| deadline);
        let mut all: Vec<_> = heap.chain(self.line.iter()).copied().collect();
        all.sort_unstable();
        all
    }
}
