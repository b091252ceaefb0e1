//! The host: it lets time pass, hands commands to the engine and facts to everybody.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use strowger::prelude::*;
use strowger::{Digest, Violation};

use crate::agenda::Agenda;
use crate::clock::STRETCH;
use crate::estimates::Estimates;
use crate::ledger::Ledger;
use crate::people::People;
use crate::scenario::Scenario;

/// What a day left behind.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) ledger: Ledger,
    /// Work that is still open in the engine; a day that ended well leaves none.
    pub(crate) open_work: usize,
    pub(crate) digest: Digest,
    /// Commands that came too late: a race that was lost, and nothing unusual.
    pub(crate) lost_races: u64,
    /// Refusals that should not be.
    pub(crate) mistakes: BTreeMap<String, u64>,
    pub(crate) effort: Effort,
    pub(crate) estimates: Estimates,
}

/// What the engine did and how long it took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effort {
    pub(crate) calls: u64,
    pub(crate) facts: u64,
    /// Time spent inside the engine alone.
    pub(crate) time: Duration,
    pub(crate) checks: u64,
}

struct Host {
    engine: Engine,
    log: Log,
    agenda: Agenda,
    people: People,
    day: Day,
    check: Option<u64>,
}

/// Runs a scenario to its end.
pub(crate) fn run(scenario: Scenario, check: Option<u64>) -> Result<Day, Violation> {
    let mut host = Host::new(scenario, check);
    host.pass_on_facts();
    host.day.effort = Effort::default();
    while host.step() {
        host.pass_on_facts();
        host.check_now_and_then()?;
    }
    host.day.ledger.close(host.engine.now() + STRETCH);
    host.day.open_work = host.engine.view().open_work();
    host.day.digest = host.engine.digest();
    Ok(host.day)
}

impl Host {
    fn new(scenario: Scenario, check: Option<u64>) -> Self {
        let mut agenda = Agenda::default();
        for (at, what) in scenario.diary {
            agenda.plan(at, what);
        }
        let day = Day {
            ledger: Ledger::new(),
            open_work: 0,
            digest: scenario.engine.digest(),
            lost_races: 0,
            mistakes: BTreeMap::new(),
            effort: Effort::default(),
            estimates: Estimates::new(&scenario.live),
        };
        Self {
            engine: scenario.engine,
            log: scenario.log,
            agenda,
            people: People::new(scenario.contacts, scenario.habits),
            day,
            check,
        }
    }

    /// Does whatever comes next: a deadline of the engine or something a person does. False when
    /// nothing comes any more.
    fn step(&mut self) -> bool {
        let deadline = self.engine.next_deadline().map(|deadline| deadline.at);
        match (self.agenda.next_before(deadline), deadline) {
            (Some((now, what)), _) => {
                if let Some(command) = self.people.decide(now, what, &mut self.agenda) {
                    self.execute(now, command);
                }
                true
            }
            (None, Some(now)) => {
                let began = Instant::now();
                self.engine.advance(now, &mut self.log).expect("time passes");
                self.day.effort.time += began.elapsed();
                self.day.effort.calls += 1;
                true
            }
            (None, None) => false,
        }
    }

    fn execute(&mut self, now: Timestamp, command: Command) {
        let began = Instant::now();
        let answer = self.engine.execute(now, command, &mut self.log);
        self.day.effort.time += began.elapsed();
        self.day.effort.calls += 1;
        match answer {
            Ok(_) => {}
            Err(
                Refusal::OfferOver { .. }
                | Refusal::WorkOver { .. }
                | Refusal::WrongStage { .. }
                | Refusal::NotAssigned { .. },
            ) => self.day.lost_races += 1,
            Err(refusal) => *self.day.mistakes.entry(refusal.to_string()).or_default() += 1,
        }
    }

    fn pass_on_facts(&mut self) {
        self.day.effort.facts += self.log.len() as u64;
        for fact in self.log.drain() {
            self.day.ledger.fold(&fact);
            self.day.estimates.see(&fact, self.engine.view());
            self.people.see(&fact, &mut self.agenda);
        }
        self.day.ledger.close(self.engine.now());
    }

    fn check_now_and_then(&mut self) -> Result<(), Violation> {
        match self.check {
            Some(every) if self.day.effort.calls.is_multiple_of(every) => {
                self.day.effort.checks += 1;
                self.engine.verify()
            }
            Some(_) | None => Ok(()),
        }
    }
}
