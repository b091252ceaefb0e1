//! The limit: what a step costs if nothing is decided, checked or told. A line, the ready agents
//! and the deadlines of the same size, one entry of each put in and taken out, each row written
//! once.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use priority_queue::PriorityQueue;

/// Multiplies, and is as fast as a hasher can be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Multiply(u64);

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

type Fast = BuildHasherDefault<Multiply>;

/// The bare structures.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    line: BTreeSet<(i64, u64)>,
    ready: BTreeSet<(i64, u64, u32)>,
    clock: PriorityQueue<u64, Reverse<(i64, u64)>, Fast>,
    agents: Vec<[u64; 8]>,
    works: HashMap<u64, [u64; 8], Fast>,
    next: u64,
}

impl Limit {
    /// So many agents, so much waiting, and a deadline for each agent.
    pub(crate) fn new(agents: usize, waiting: usize) -> Self {
        let mut limit = Self {
            line: (0..waiting as u64).map(|n| (n as i64, n)).collect(),
            ready: (0..agents as u32).map(|n| (i64::from(n), 0, n)).collect(),
            clock: PriorityQueue::with_default_hasher(),
            agents: vec![[0; 8]; agents],
            works: (0..waiting as u64).map(|n| (n, [n; 8])).collect(),
            next: waiting as u64,
        };
        for n in 0..agents as u64 {
            limit.clock.push(u64::MAX - n, Reverse((i64::MAX - n as i64, n)));
        }
        limit
    }

    /// Work comes in, the first in line goes to the first who is ready, a deadline is set and met,
    /// and the agent is ready again.
    pub(crate) fn lifecycle(&mut self) -> Option<u32> {
        self.next += 1;
        let (number, at) = (self.next, self.next as i64);
        self.works.insert(number, [number; 8]);
        self.line.insert((at, number));
        let (_, work) = self.line.pop_first()?;
        let (_, _, agent) = self.ready.pop_first()?;
        self.clock.push(number, Reverse((at, number)));
        self.agents[agent as usize] = [work; 8];
        self.clock.remove(&number);
        self.works.remove(&work);
        self.ready.insert((at, number, agent));
        Some(agent)
    }

    /// Work from the middle is taken out, and other work comes in.
    pub(crate) fn abandon(&mut self) {
        self.next += 1;
        let oldest = self.line.first().map_or(0, |(_, work)| *work);
        let middle = oldest + (self.next - oldest) / 2;
        let found = self.line.range((middle as i64, 0)..).next().copied();
        if let Some((at, work)) = found {
            self.line.remove(&(at, work));
            self.works.remove(&work);
        }
        self.works.insert(self.next, [self.next; 8]);
        self.line.insert((self.next as i64, self.next));
    }

    /// Each agent takes the first in line.
    pub(crate) fn burst(&mut self) {
        while let Some((_, _, agent)) = self.ready.pop_first() {
            if let Some((at, work)) = self.line.pop_first() {
                self.clock.push(work, Reverse((at, work)));
                self.agents[agent as usize] = [work; 8];
            }
        }
    }

    /// All that waits is taken from one line and put into another.
    pub(crate) fn relax(&mut self) {
        let mut wider = BTreeSet::new();
        while let Some((at, work)) = self.line.pop_first() {
            self.works.insert(work, [work; 8]);
            wider.insert((at, work));
        }
        self.line = wider;
    }
}
