//! The last facts, as many as there is room for.

use std::collections::VecDeque;
use std::sync::Arc;

use strowger::fact::Seq;

use crate::feed::entry::Entry;

/// Why there is no answer to what came behind a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Some of it is not kept any more.
    TooOld,
    /// There is no such fact yet: the reader knows another journal.
    Ahead,
}

/// The last facts, without a gap between them.
#[derive(Debug)]
pub(crate) struct Ring {
    entries: VecDeque<Arc<Entry>>,
    /// The number of the last fact, kept or not.
    newest: Seq,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Ring {
    pub(crate) const fn new(most: usize, most_bytes: usize) -> Self {
        Self { entries: VecDeque::new(), newest: 0, bytes: 0, most, most_bytes }
    }

    /// The next fact is the one behind this. What is kept stays if it ends there.
    pub(crate) fn continue_behind(&mut self, newest: Seq) {
        if self.newest != newest {
            self.entries.clear();
            self.bytes = 0;
            self.newest = newest;
        }
    }

    /// Keeps one more, and forgets the oldest for which there is no room. A gap makes a new
    /// beginning.
    pub(crate) fn push(&mut self, entry: Entry) {
        if entry.number != self.newest.saturating_add(1) {
            self.continue_behind(entry.number.saturating_sub(1));
        }
        self.newest = entry.number;
        self.bytes = self.bytes.saturating_add(entry.bytes());
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > self.most || self.bytes > self.most_bytes {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(oldest.bytes());
        }
    }

    /// What came behind a fact, at most so much.
    pub(crate) fn after(&self, fact: Seq, most: usize) -> Result<Vec<Arc<Entry>>, Missing> {
        let Some(behind) = self.newest.checked_sub(fact) else { return Err(Missing::Ahead) };
        let behind = usize::try_from(behind).map_err(|_| Missing::TooOld)?;
        let from = self.entries.len().checked_sub(behind).ok_or(Missing::TooOld)?;
        Ok(self.entries.iter().skip(from).take(most).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Missing, Ring};

    fn entry(number: u64) -> Entry {
        let (json, agents) = ("{}".into(), Box::default());
        let (supervisors, administrators, customer) = (true, true, None);
        Entry { number, name: "fact", json, agents, supervisors, administrators, customer }
    }

    fn after(ring: &Ring, fact: u64, most: usize) -> Result<Vec<u64>, Missing> {
        Ok(ring.after(fact, most)?.iter().map(|entry| entry.number).collect())
    }

    #[test]
    fn what_came_behind_a_fact_is_there_as_long_as_it_is_kept() {
        let mut ring = Ring::new(3, usize::MAX);
        ring.continue_behind(10);
        assert_eq!(after(&ring, 10, 9), Ok(vec![]));
        assert_eq!(after(&ring, 9, 9), Err(Missing::TooOld));
        assert_eq!(after(&ring, 11, 9), Err(Missing::Ahead));
        (11..=14).for_each(|number| ring.push(entry(number)));
        assert_eq!(after(&ring, 14, 9), Ok(vec![]));
        assert_eq!(after(&ring, 11, 9), Ok(vec![12, 13, 14]));
        assert_eq!(after(&ring, 11, 2), Ok(vec![12, 13]));
        assert_eq!(after(&ring, 10, 9), Err(Missing::TooOld), "the eleventh is gone");
        assert_eq!(after(&ring, 15, 9), Err(Missing::Ahead));
    }

    #[test]
    fn bytes_are_bounded_too_and_a_gap_begins_anew() {
        let mut ring = Ring::new(100, entry(1).bytes() * 2);
        (1..=5).for_each(|number| ring.push(entry(number)));
        assert_eq!(after(&ring, 3, 9), Ok(vec![4, 5]));
        assert_eq!(after(&ring, 2, 9), Err(Missing::TooOld));
        ring.push(entry(9));
        assert_eq!(after(&ring, 8, 9), Ok(vec![9]));
        assert_eq!(after(&ring, 5, 9), Err(Missing::TooOld));
    }
}
