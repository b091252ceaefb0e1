//! What the facts of a journal say of work, counted independently of what decides.

use std::collections::{BTreeMap, BTreeSet};

use strowger::Key;
use strowger::fact::Seq;
use strowger::host::{Follower, Replica};
use strowger::prelude::*;

use crate::floor::Floor;

/// Work as the facts tell of it.
#[derive(Default)]
pub(crate) struct Ledger {
    last: Seq,
    submitted: BTreeSet<WorkId>,
    closed: BTreeMap<WorkId, u32>,
    keys: BTreeMap<Key, u32>,
    records: usize,
    gaps: u32,
}

impl<E: Floor> Follower<E> for Ledger {
    fn follow(&mut self, _decides: &E, facts: &[E::Fact]) {
        for fact in facts {
            let position = E::position_of(fact);
            self.gaps += u32::from(position != self.last + 1);
            self.last = position;
            self.records += usize::from(E::opened(fact));
            match E::work(fact).map(|fact| &fact.event) {
                Some(Event::WorkSubmitted { work, request, .. }) => {
                    self.submitted.insert(*work);
                    if let Some(key) = &request.key {
                        *self.keys.entry(key.clone()).or_default() += 1;
                    }
                }
                Some(Event::WorkClosed { work, .. }) => {
                    *self.closed.entry(*work).or_default() += 1;
                }
                _ => {}
            }
        }
    }
}

impl Ledger {
    /// What is wrong, if anything: with the numbers, with what was acknowledged, or with what
    /// decides.
    pub(crate) fn verify<E: Floor>(
        &self,
        promised: &Promised,
        replica: &Replica<E>,
    ) -> Result<(), String> {
        let hold = |what: &str, holds: bool| if holds { Ok(()) } else { Err(what.to_owned()) };
        hold("no gap", self.gaps == 0)?;
        hold("all that was acknowledged is there", self.last >= promised.position)?;
        let tokens: BTreeSet<_> = replica.answers().iter().map(|one| one.token.clone()).collect();
        for key in &promised.keys {
            hold(key, self.keys.get(key.as_str()) == Some(&1))?;
            hold("its answer is remembered", tokens.contains(key.as_str()))?;
        }
        hold("nothing is doubled", self.keys.values().all(|times| *times == 1))?;
        hold("nothing is closed twice", self.closed.values().all(|times| *times == 1))?;
        let open = self.submitted.iter().filter(|work| !self.closed.contains_key(work));
        let engine = replica.decides().engine();
        let known: Vec<_> = engine.view().works().map(|work| work.id()).collect();
        hold("nothing is lost", open.copied().eq(known))?;
        let records = Floor::check(replica.decides())?;
        hold("each record was opened once", records == self.records)?;
        hold("each record has its work", records == 0 || records == self.submitted.len())
    }

    /// How much work was closed.
    pub(crate) fn closed(&self) -> usize {
        self.closed.len()
    }

    /// How many facts there are.
    pub(crate) const fn facts(&self) -> Seq {
        self.last
    }
}

/// What was acknowledged.
#[derive(Default)]
pub(crate) struct Promised {
    /// The position of the last fact.
    pub(crate) position: Seq,
    /// The keys of work that was submitted.
    pub(crate) keys: Vec<String>,
}

impl Promised {
    /// Notes a line of the child: a position, and a key if work was submitted.
    pub(crate) fn note(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        self.position = words.next()?.parse().ok()?;
        self.keys.extend(words.next().map(str::to_owned));
        Some(())
    }
}
