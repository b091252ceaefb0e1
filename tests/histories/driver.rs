//! The driver's promises: nothing is answered or shown that is not kept, what is shown is what
//! stands, and whoever follows the facts can take over.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::rc::Rc;

use strowger::command::Actor;
use strowger::fact::Fact;
use strowger::host::{
    Desktop, Driver, DriverError, Entry, Follower, Host, Involvement, Journal, Media, Offered,
    PresenceSink, Replica, WorkAndAgent,
};
use strowger::model::{AgentId, OfferId, PresenceId};
use strowger::state::{AssignmentState, LegState, RoutingStatus};
use strowger::view::View;
use strowger::{Engine, Log, Span};

use crate::support;
use crate::support::ops::History;
use crate::support::{ByNumbers, Call, open};

fn hold(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// Lives through a history; `call` does every call, and says what the engine is then.
fn live(
    history: &History,
    mut call: impl FnMut(&Call) -> Result<Engine, String>,
    mut engine: Engine,
) -> Result<Engine, String> {
    let mut last = None;
    for opening in support::opening(history) {
        engine = call(&opening)?;
        last = Some(opening);
    }
    for op in &history.ops {
        for next in support::calls(op, &engine, last.as_ref()) {
            engine = call(&next)?;
            last = Some(next);
        }
    }
    Ok(engine)
}

/// All that is shown to people, as told act by act.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    offers: BTreeMap<OfferId, WorkAndAgent>,
    consults: BTreeSet<WorkAndAgent>,
    assignments: BTreeSet<WorkAndAgent>,
    parts: BTreeMap<WorkAndAgent, Involvement>,
    agents: BTreeMap<AgentId, (Option<PresenceId>, Option<RoutingStatus>)>,
}

impl Shown {
    /// What ought to be shown.
    fn of(view: View<'_>) -> Self {
        let mut shown = Self::default();
        for agent in view.agents() {
            let of = |work| WorkAndAgent { work, agent: agent.id() };
            let how = (Some(agent.presence()), Some(agent.status()));
            shown.agents.insert(agent.id(), how);
            for id in agent.offers() {
                shown.offers.insert(*id, of(view.offer(*id).expect("an open offer").work));
            }
            for leg in agent.legs() {
                match leg.state {
                    LegState::Requested { .. } => drop(shown.consults.insert(of(leg.work))),
                    LegState::Joined => {
                        shown.parts.insert(of(leg.work), Involvement::Leg(leg.role));
                    }
                    LegState::Ended => {}
                }
            }
            for assignment in agent.assignments() {
                shown.assignments.insert(of(assignment.work));
                match assignment.state {
                    AssignmentState::Active => {
                        shown.parts.insert(of(assignment.work), Involvement::Owner);
                    }
                    AssignmentState::Held => {
                        shown.parts.insert(of(assignment.work), Involvement::OnHold);
                    }
                    _ => {}
                }
            }
        }
        shown
    }
}

/// A screen for everything, shared by the three sinks. Whatever is shown twice, or taken away and
/// was not there, is an error.
#[derive(Clone, Default)]
struct Screen(Rc<RefCell<Shown>>);

impl Desktop for Screen {
    type Error = String;

    fn offer_made(
        &mut self,
        _: View<'_>,
        Offered { offer, pair, .. }: Offered,
    ) -> Result<(), String> {
        hold("offer made", self.0.borrow_mut().offers.insert(offer, pair).is_none())
    }

    fn offer_ended(
        &mut self,
        _: View<'_>,
        Offered { offer, pair, .. }: Offered,
    ) -> Result<(), String> {
        hold("offer ended", self.0.borrow_mut().offers.remove(&offer) == Some(pair))
    }

    fn consult_made(&mut self, _: View<'_>, pair: WorkAndAgent) -> Result<(), String> {
        hold("consult made", self.0.borrow_mut().consults.insert(pair))
    }

    fn consult_ended(&mut self, _: View<'_>, pair: WorkAndAgent) -> Result<(), String> {
        hold("consult ended", self.0.borrow_mut().consults.remove(&pair))
    }

    fn assignment_begun(&mut self, _: View<'_>, pair: WorkAndAgent) -> Result<(), String> {
        hold("assignment begun", self.0.borrow_mut().assignments.insert(pair))
    }

    fn assignment_ended(&mut self, _: View<'_>, pair: WorkAndAgent) -> Result<(), String> {
        hold("assignment ended", self.0.borrow_mut().assignments.remove(&pair))
    }
}

impl Media for Screen {
    type Error = String;

    fn join(&mut self, _: View<'_>, pair: WorkAndAgent, part: Involvement) -> Result<(), String> {
        hold("joined", self.0.borrow_mut().parts.insert(pair, part) != Some(part))
    }

    fn leave(&mut self, _: View<'_>, pair: WorkAndAgent) -> Result<(), String> {
        hold("left", self.0.borrow_mut().parts.remove(&pair).is_some())
    }
}

impl PresenceSink for Screen {
    type Error = Infallible;

    fn presence_changed(
        &mut self,
        _: View<'_>,
        agent: AgentId,
        presence: PresenceId,
    ) -> Result<(), Infallible> {
        self.0.borrow_mut().agents.entry(agent).or_default().0 = Some(presence);
        Ok(())
    }

    fn status_changed(
        &mut self,
        _: View<'_>,
        agent: AgentId,
        status: RoutingStatus,
    ) -> Result<(), Infallible> {
        self.0.borrow_mut().agents.entry(agent).or_default().1 = Some(status);
        Ok(())
    }
}

/// A disk: what was synced is there, what was only appended may be. It fails at a call of it, and
/// then every so often.
#[derive(Clone, Debug, Default)]
struct Disk {
    synced: Vec<Fact>,
    appended: Vec<Fact>,
    calls: u64,
    fails_every: u64,
}

impl Disk {
    fn may_fail(&mut self) -> Result<(), &'static str> {
        self.calls += 1;
        let fails = self.fails_every > 0 && self.calls.is_multiple_of(self.fails_every);
        if fails { Err("no space left") } else { Ok(()) }
    }

    /// What is there after a crash: of what was not synced, all or none.
    fn reopen(mut self) -> Self {
        if !self.calls.is_multiple_of(3) {
            self.synced.append(&mut self.appended);
        }
        self.appended.clear();
        self
    }
}

impl Journal<Engine> for Disk {
    type Error = &'static str;

    fn append(&mut self, entry: Entry<'_, Engine>) -> Result<(), &'static str> {
        self.may_fail()?;
        self.appended.extend_from_slice(entry.facts);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), &'static str> {
        self.may_fail()?;
        self.synced.append(&mut self.appended);
        Ok(())
    }
}

/// What was followed: up to which fact, with nothing left out.
#[derive(Clone, Debug)]
struct Followed {
    last: u64,
    apart: bool,
}

impl Follower<Engine> for Followed {
    fn follow(&mut self, engine: &Engine, facts: &[Fact]) {
        for fact in facts {
            self.apart |= fact.seq != self.last + 1;
            self.last = fact.seq;
        }
        self.apart |= self.last != engine.view().seq();
    }
}

type Driven = Driver<Engine, Disk, Screen, Screen, Screen, Followed>;

fn start(engine: Engine, log: Log, disk: Disk) -> Result<Driven, &'static str> {
    let screen = Screen::default();
    let followed = Followed { last: disk.synced.len() as u64, apart: false };
    let host = Host::new(disk).with_desktop(screen.clone()).with_media(screen.clone());
    Driver::start(engine, log, host.with_presence(screen).with_follower(followed))
}

/// Whoever follows heard of all that is safe, and of nothing else.
fn is_followed(driver: &Driven) -> bool {
    let Host { follower, journal, .. } = driver.host();
    !follower.apart && follower.last == journal.synced.len() as u64
}

/// One that began with what [`open`] gives.
fn opened(history: &History, fails_every: u64) -> Driven {
    let (engine, synced) = open(&history.config);
    let disk = Disk { synced, fails_every, ..Disk::default() };
    start(engine, Log::default(), disk).expect("nothing is to be kept yet")
}

fn by(call: &Call) -> strowger::host::Call {
    strowger::host::Call::at(call.now).by(call.by.clone())
}

fn run(driver: &mut Driven, call: &Call) -> Result<(), DriverError<&'static str>> {
    match &call.command {
        Some(command) => driver.call(by(call), command.clone()).map(drop),
        None => driver.advance(call.now).map(drop),
    }
}

fn engine(driver: &Driven) -> Engine {
    driver.engine().expect("its journal did not fail").clone()
}

/// What is shown, but of agents who are retired: how they were remains on the screen.
fn shown(driver: &Driven) -> Shown {
    let mut shown = driver.host().desktop.0.borrow().clone();
    if let Some(engine) = driver.engine() {
        let retired = |id| engine.view().agent(id).is_some_and(|agent| agent.is_retired());
        shown.agents.retain(|id, _| !retired(*id));
    }
    shown
}

#[test]
fn what_is_shown_is_what_stands() {
    support::check(150, 31, 100, |history| {
        let mut driver = opened(history, 0);
        let first = engine(&driver);
        live(
            history,
            |call| {
                run(&mut driver, call).map_err(|error| error.to_string())?;
                let failed = driver.act();
                if let Some(failed) = failed.first() {
                    return Err(failed.to_string());
                }
                let engine = engine(&driver);
                hold("shown", shown(&driver) == Shown::of(engine.view()))?;
                hold("followed", is_followed(&driver))?;
                hold("kept", driver.host().journal.synced.len() as u64 == engine.view().seq())?;
                Ok(engine)
            },
            first,
        )
        .map(drop)
    });
}

/// What was decided while nobody acted is shown in one go, and in order.
#[test]
fn acts_may_wait() {
    support::check(60, 32, 60, |history| {
        let mut driver = opened(history, 0);
        let first = engine(&driver);
        let last = live(
            history,
            |call| {
                run(&mut driver, call).map_err(|error| error.to_string())?;
                Ok(engine(&driver))
            },
            first,
        )?;
        let failed = driver.act();
        hold("nothing fails", failed.is_empty())?;
        hold("nothing is left", driver.acts().is_empty())?;
        hold("shown", shown(&driver) == Shown::of(last.view()))
    });
}

/// Calls that are made together are answered as they would be one by one, and are safe at once.
#[test]
fn calls_together_are_what_they_are_one_by_one() {
    support::check(100, 35, 100, |history| {
        let mut driver = opened(history, 0);
        let (mut alone, mut waiting) = (engine(&driver), Vec::new());
        let mut log = Log::default();
        let mut flush = |waiting: &mut Vec<_>, alone: &Engine| {
            let synced = driver.host().journal.calls;
            let (calls, answers): (Vec<Call>, Vec<_>) = waiting.drain(..).unzip();
            let together = driver.together(|engine| {
                let answer = |call: Call| match call.command.clone() {
                    Some(command) => Some(engine.call(by(&call), command).expect("no token")),
                    None => {
                        engine.advance(call.now).expect("time passes");
                        None
                    }
                };
                calls.into_iter().map(answer).collect::<Vec<_>>()
            });
            hold("the answers", together.is_ok_and(|together| together == answers))?;
            hold("one record", driver.host().journal.calls <= synced + 2)?;
            hold("nothing fails", driver.act().is_empty())?;
            hold("shown", shown(&driver) == Shown::of(alone.view()))?;
            hold("followed", is_followed(&driver))?;
            hold("the engine", engine(&driver).digest() == alone.digest())
        };
        let first = alone.clone();
        let last = live(
            history,
            |call| {
                let answer = match call.command.clone() {
                    Some(command) => {
                        Some(alone.execute_as(call.now, call.by.clone(), command, &mut log))
                    }
                    None => {
                        alone.advance(call.now, &mut log).unwrap();
                        None
                    }
                };
                log.clear();
                waiting.push((call.clone(), answer));
                if waiting.len() > alone.view().seq() as usize % 7 {
                    flush(&mut waiting, &alone)?;
                }
                Ok(alone.clone())
            },
            first,
        )?;
        flush(&mut waiting, &last)
    });
}

/// After a restart everything that stands is shown again, to screens that are empty.
fn recover(disk: Disk, now: strowger::Timestamp) -> Result<Driven, String> {
    let mut disk = disk.reopen();
    loop {
        let mut replica = Replica::<Engine>::default()
            .map(|engine| engine.with_scorer(ByNumbers).with_classifier(ByNumbers));
        for fact in &disk.synced {
            replica.follow(fact).map_err(|error| error.to_string())?;
        }
        let mut log = Log::default();
        let engine = replica.promote(now, &mut log).map_err(|error| error.to_string())?;
        engine.verify().map_err(|violation| violation.to_string())?;
        match start(engine, log, disk.clone()) {
            Ok(driver) => return Ok(driver),
            Err(_) => disk.calls += 1,
        }
    }
}

#[test]
fn a_journal_that_fails_loses_nothing_that_was_answered() {
    support::check(100, 33, 100, |history| {
        let mut driver = opened(history, 7 + history.ops.len() as u64 % 11);
        let (first, mut failures) = (engine(&driver), 0_u32);
        live(
            history,
            |call| {
                let before = engine(&driver);
                let on_screen = driver.host().desktop.0.borrow().clone();
                match run(&mut driver, call) {
                    Ok(()) => hold("nothing fails", driver.act().is_empty())?,
                    Err(DriverError::Journal(_)) => {
                        failures += 1;
                        hold("dropped", driver.engine().is_none())?;
                        hold("halted", run(&mut driver, call) == Err(DriverError::Halted))?;
                        hold("not acted", driver.act().is_empty())?;
                        let heard = driver.host().follower.last;
                        hold("not followed", heard == before.view().seq())?;
                        hold("not shown", *driver.host().desktop.0.borrow() == on_screen)?;
                        let disk = driver.clone().into_host().journal;
                        driver = recover(disk, before.now())?;
                        hold("nothing fails", driver.act().is_empty())?;
                        let kept = engine(&driver).view().seq();
                        hold("all that was answered is there", kept >= before.view().seq())?;
                    }
                    Err(error) => return Err(error.to_string()),
                }
                let engine = engine(&driver);
                hold("shown", shown(&driver) == Shown::of(engine.view()))?;
                hold("followed", is_followed(&driver))?;
                hold("kept", driver.host().journal.synced.len() as u64 == engine.view().seq())?;
                let again = Engine::replay(driver.host().journal.synced.iter().cloned());
                hold("whole", again.is_ok_and(|again| again.digest() == engine.digest()))?;
                Ok(engine)
            },
            first,
        )?;
        hold("it failed", failures > 0 || history.ops.len() < 40)
    });
}

#[test]
fn a_promoted_replica_goes_on_as_the_engine_would_have() {
    support::check(100, 34, 100, |history| {
        let (first, facts) = open(&history.config);
        let mut replica = Replica::<Engine>::default()
            .map(|engine| engine.with_scorer(ByNumbers).with_classifier(ByNumbers));
        facts.iter().try_for_each(|fact| replica.follow(fact)).map_err(|e| e.to_string())?;
        let mut engine = first.clone();
        live(
            history,
            |call| {
                for fact in &call.run(&mut engine).facts {
                    replica.follow(fact).map_err(|error| error.to_string())?;
                    let twice = replica.follow(fact);
                    hold("what came twice is refused", twice.is_err())?;
                }
                hold("digest", replica.digest() == engine.digest())?;
                hold("deadline", replica.next_deadline() == engine.next_deadline())?;
                // The other is gone, and noticed at once or after a while.
                for late in [0, 60_000] {
                    let now = engine.now() + Span::from_millis(late);
                    let (mut log, mut same) = (Log::default(), engine.clone());
                    let promoted = replica.clone().promote(now, &mut log);
                    let promoted = promoted.map_err(|error| error.to_string())?;
                    let facts = Call { now, by: Actor::Host, command: None }.run(&mut same).facts;
                    hold("facts", log.as_slice() == facts)?;
                    hold("digest", promoted.digest() == same.digest())?;
                    promoted.verify().map_err(|violation| violation.to_string())?;
                }
                Ok(engine.clone())
            },
            first,
        )
        .map(drop)
    });
}

#[test]
fn a_replica_without_facts_cannot_take_over_and_a_broken_one_neither() {
    let mut log = Log::default();
    let unopened = Replica::<Engine>::default().promote(support::START, &mut log);
    assert_eq!(unopened.map(drop), Err(strowger::host::PromoteError::Unopened));
    let mut replica = Replica::<Engine>::default();
    let work = strowger::model::WorkId::from_raw(1);
    let fact = Fact::new(
        1,
        support::START,
        strowger::fact::Cause::Command { by: Actor::Host },
        strowger::fact::Event::work_held(work),
    );
    let Err(strowger::host::FollowError::Broken(error)) = replica.follow(&fact) else {
        panic!("there is no such work");
    };
    assert_eq!(replica.follow(&fact), Err(strowger::host::FollowError::Broken(error.clone())));
    let promoted = replica.promote(support::START, &mut log).map(drop);
    assert_eq!(promoted, Err(strowger::host::PromoteError::Broken(error)));
}
