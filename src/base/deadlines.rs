//! The heap of deadlines: one instant per key, the earliest first.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::hash::Hash;

use priority_queue::PriorityQueue;

use crate::base::hash::FixedState;
use crate::base::time::Timestamp;

/// Deadlines by key. Equal instants come in order of key, so the order is total.
#[derive(Clone, Debug)]
pub(crate) struct Deadlines<K: Hash + Eq> {
    heap: PriorityQueue<K, Reverse<(Timestamp, K)>, FixedState>,
}

impl<K: Hash + Eq + Ord + Copy> Default for Deadlines<K> {
    fn default() -> Self {
        Self { heap: PriorityQueue::with_default_hasher() }
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
    }

    /// Sets the deadline of a key that has none: nothing is sought where nothing is due.
    pub(crate) fn start(&mut self, key: K, at: Option<Timestamp>) {
        if at.is_some() {
            self.set(key, at);
        }
    }

    /// Sets the deadlines of many keys that have none.
    pub(crate) fn set_all(&mut self, all: Vec<(K, Timestamp)>) {
        let due = all.into_iter().filter(|(_, at)| *at < Timestamp::MAX);
        self.heap.extend(due.map(|(key, at)| (key, Reverse((at, key)))));
    }

    /// The earliest deadline and its key.
    pub(crate) fn first(&self) -> Option<(Timestamp, K)> {
        self.heap.peek().map(|(_, Reverse(first))| *first)
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
        let mut all: Vec<_> = self.heap.iter().map(|(_, Reverse(deadline))| *deadline).collect();
        all.sort_unstable();
        all
    }
}
