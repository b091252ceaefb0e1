//! What the facts of a journal say of work, counted independently of the engine.

use std::collections::BTreeMap;

use strowger::prelude::*;
use strowger::Key;

/// Work as the facts tell of it.
#[derive(Default)]
pub struct Ledger {
    last: u64,
    submitted: BTreeMap<WorkId, Option<Key>>,
    closed: BTreeMap<WorkId, u32>,
    keys: BTreeMap<Key, u32>,
    gaps: u32,
}

impl Ledger {
    /// Notes a fact.
    pub fn note(&mut self, fact: &Fact) {
        self.gaps += u32::from(fact.seq != self.last + 1);
        self.last = fact.seq;
        match &fact.event {
            Event::WorkSubmitted { work, request, .. } => {
                self.submitted.insert(*work, request.key.clone());
                if let Some(key) = &request.key {
                    *self.keys.entry(key.clone()).or_default() += 1;
                }
            }
            Event::WorkClosed { work, .. } => *self.closed.entry(*work).or_default() += 1,
            _ => {}
        }
    }

    /// What is wrong, if anything: with the numbers, with what was acknowledged, or with the
    /// engine.
    pub fn verify(&self, promised: &Promised, engine: &Engine) -> Result<(), String> {
        let hold = |what: &str, holds: bool| if holds { Ok(()) } else { Err(what.to_owned()) };
        hold("no gap", self.gaps == 0)?;
        hold("all that was acknowledged is there", self.last >= promised.seq)?;
        for key in &promised.keys {
            hold(key, self.keys.get(key.as_str()) == Some(&1))?;
        }
        hold("nothing is doubled", self.keys.values().all(|times| *times == 1))?;
        hold("nothing is closed twice", self.closed.values().all(|times| *times == 1))?;
        let open = self.submitted.keys().filter(|work| !self.closed.contains_key(work));
        let known: Vec<_> = engine.view().works().map(|work| work.id()).collect();
        hold("nothing is lost", open.copied().eq(known))?;
        engine.check().map_err(|violation| violation.to_string())
    }

    /// How many facts there are.
    pub const fn facts(&self) -> u64 {
        self.last
    }
}

/// What was acknowledged.
#[derive(Default)]
pub struct Promised {
    /// The number of the last fact.
    pub seq: u64,
    /// The keys of work that was submitted.
    pub keys: Vec<String>,
}

impl Promised {
    /// Notes a line of the child: a number, and a key if work was submitted.
    pub fn note(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        self.seq = words.next()?.parse().ok()?;
        self.keys.extend(words.next().map(str::to_owned));
        Some(())
    }
}
