//! A host for random histories: it makes operations calls of an engine, and misbehaves as
//! hosts do. It calls late, twice and with clocks that run back, and means things that are over.

pub(crate) mod features;
pub(crate) mod floor;
pub(crate) mod ops;
pub(crate) mod overflow;
mod pools;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Runs, RngSeed, TestRunner};
use serde_json::Value;
use strowger::command::{
    Actor, Answer, Command, CommandGroup, Confer, Consult, Decline, HandOver, Reply,
};
use strowger::fact::Fact;
use strowger::host::{Classified, Classifier, Scorer};
use strowger::keyed::Keyed;
use strowger::model::{AgentId, OfferId, WorkId, WorkRequest};
use strowger::state::{AssignmentState, Stage};
use strowger::view::{AgentView, Leg, View, WorkView};
use strowger::{Config, Engine, Log, Refusal, Span, Timestamp};

use super::reference::host;
use ops::{Act, History, Op, When};

/// When all histories begin.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_000_000);

/// One call of an engine.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What the host's clock said.
    pub(crate) now: Timestamp,
    /// The actor who gives the command.
    pub(crate) by: Actor,
    /// The command, or nothing for [`Engine::advance`].
    pub(crate) command: Option<Command>,
}

/// What a call answered and which facts it gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) answer: Result<Reply, Refusal>,
    pub(crate) facts: Vec<Fact>,
}

impl Call {
    pub(crate) fn run(&self, engine: &mut Engine) -> Outcome {
        let mut log = Log::default();
        let answer = match &self.command {
            Some(command) => {
                engine.execute_as(self.now, self.by.clone(), command.clone(), &mut log)
            }
            None => engine.advance(self.now, &mut log).map(|()| Reply::Done),
        };
        let facts = log.into_iter().collect();
        Outcome { answer, facts }
    }
}

thread_local! {
    /// The calls of the history that is being run, to be shown if it fails.
    static TRACE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The host's own measure: by the numbers of work and agent, with many ties.
#[derive(Debug)]
pub(crate) struct ByNumbers;

impl Scorer for ByNumbers {
    fn score(&self, work: WorkView<'_>, agent: AgentView<'_>) -> i64 {
        host::score(work.id(), agent.id())
    }
}

impl Classifier for ByNumbers {
    fn classify(&self, work: WorkView<'_>, _view: View<'_>) -> Option<Classified> {
        host::classified(work.id())
    }
}

/// A new engine with its first fact.
pub(crate) fn open(config: &Config) -> (Engine, Vec<Fact>) {
    let mut log = Log::default();
    let engine = Engine::new(config.clone(), START, &mut log).expect("the configuration is valid");
    let engine = engine.with_scorer(ByNumbers).with_classifier(ByNumbers);
    TRACE.with_borrow_mut(|trace| {
        trace.clear();
        trace.push(format!("{} {}", START.as_millis(), json(config)));
    });
    (engine, log.into_iter().collect())
}

pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("everything can be written")
}

/// When something is said and what it is, by a line of a script in which things are named by keys.
pub(crate) fn scripted(view: View<'_>, line: &str) -> (Timestamp, Command) {
    let line: Value = serde_json::from_str(line).expect("JSON");
    let now = Timestamp::from_millis(line["at"].as_i64().expect("a time"));
    let command = line["command"].to_string();
    let command = Keyed::read(view, &mut serde_json::Deserializer::from_str(&command));
    (now, command.unwrap_or_else(|error| panic!("{line}: {error}")))
}

/// The calls a history begins with: the floor is set up.
pub(crate) fn opening(history: &History) -> impl Iterator<Item = Call> + '_ {
    history.floor.iter().map(|command| {
        let command = Some(command.clone());
        let call = Call { now: START, by: Actor::Host, command };
        note(&call);
        call
    })
}

/// The calls an operation means to an engine as it is now.
pub(crate) fn calls(op: &Op, engine: &Engine, before: Option<&Call>) -> Vec<Call> {
    let now = moment(op.when, engine);
    let command = match &op.act {
        Act::Advance => None,
        Act::Again => before.and_then(|call| call.command.clone()),
        Act::Command(command) => Some(aim((**command).clone(), op.pick, engine, now)),
    };
    let by = command.as_ref().map_or(Actor::Host, |command| actor(op.by, command, engine));
    let call = Call { now, by, command };
    let times = if op.doubled { 2 } else { 1 };
    let calls = vec![call; times];
    calls.iter().for_each(note);
    calls
}

fn note(call: &Call) {
    let what = call.command.as_ref().map_or_else(|| "advance".to_owned(), json);
    let line = format!("{} {:?}: {what}", call.now.as_millis(), call.by);
    TRACE.with_borrow_mut(|trace| trace.push(line));
}

fn moment(when: When, engine: &Engine) -> Timestamp {
    let (now, due) = (engine.now(), engine.next_deadline().map(|deadline| deadline.at));
    match when {
        When::Same => now,
        When::Later(millis) => now + Span::from_millis(millis),
        When::Due(delta) => due.map_or(now, |due| shift(due, delta)),
        When::Back(millis) => now - Span::from_millis(millis),
    }
}

fn shift(at: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_add(by))
}

fn aim_request(request: &mut std::sync::Arc<WorkRequest>, aim: &impl Fn(&mut Option<Timestamp>)) {
    let request = std::sync::Arc::make_mut(request);
    aim(&mut request.origin);
    aim(&mut request.due);
    request.schedule.iter_mut().for_each(|schedule| aim(&mut schedule.at));
}

/// Directs a command at work and offers as they are now. Times in a command of an operation are
/// relative to the call.
fn aim(command: Command, pick: u16, engine: &Engine, now: Timestamp) -> Command {
    let mut command = if wild(pick) { command } else { what_comes_before(command, engine) };
    let relative = |at: &mut Option<Timestamp>| {
        *at = at.map(|at| shift(now.max(engine.now()), at.as_millis()));
    };
    let any = |_: Stage| true;
    let waits = |stage: Stage| matches!(stage, Stage::Queued | Stage::Offered { .. });
    let parked = |stage: Stage| matches!(stage, Stage::Parked { .. });
    let owned = |stage: Stage| matches!(stage, Stage::Assigned { .. });
    let has = |stage: Stage| owned(stage) || parked(stage);
    let aside = |stage: Stage| matches!(stage, Stage::Scheduled { .. } | Stage::Suspended);
    let work = |suits: &dyn Fn(Stage) -> bool| some_work(engine, pick, suits);
    match &mut command {
        Command::Accept(c) => c.offer = some_offer(engine, pick),
        Command::ReportUnanswered(c) => c.offer = some_offer(engine, pick),
        Command::Reject(c) => {
            relative(&mut c.retry_at);
            c.offer = some_offer(engine, pick);
        }
        Command::SetShiftEnd(c) => relative(&mut c.until),
        Command::Submit(c) => aim_request(&mut c.0, &relative),
        Command::SubmitToAgent(c) => aim_request(&mut c.request, &relative),
        Command::ChangeWork(c) => {
            relative(&mut c.change.due);
            c.work = work(&waits);
        }
        Command::Abandon(c) => c.work = work(&any),
        Command::Cancel(c) => c.work = work(&any),
        Command::Pull(c) => c.work = work(&waits),
        Command::Assign(c) => c.work = work(&waits),
        Command::Force(c) => c.work = work(&|stage| waits(stage) || parked(stage)),
        Command::Hold(c) => c.work = work(&owned),
        Command::Retrieve(c) => c.work = work(&owned),
        Command::Park(c) => {
            relative(&mut c.until);
            c.work = work(&has);
        }
        Command::Resume(c) => c.work = work(&parked),
        Command::TransferToQueue(c) => c.work = work(&|stage| waits(stage) || has(stage)),
        Command::TransferToAgent(c) => c.work = work(&has),
        Command::TransferOutside(c) => c.work = work(&|stage| waits(stage) || has(stage)),
        Command::RequestWrapUp(c) => c.work = work(&has),
        Command::FinishContact(c) => c.work = work(&has),
        Command::Close(c) => c.work = work(&|stage| !waits(stage)),
        Command::SetCode(c) => (c.work, c.agent) = some_leg(engine, pick, c.agent, false),
        Command::ExtendWrapUp(c) => (c.work, c.agent) = some_leg(engine, pick, c.agent, true),
        Command::EndWrapUp(c) => (c.work, c.agent) = some_leg(engine, pick, c.agent, true),
        Command::Consult(c) => {
            c.work = work(&owned);
            c.agent = some_colleague(engine, pick, c.agent, c.work);
        }
        Command::ConsultQueue(c) => c.work = work(&owned),
        Command::Supervise(c) => c.work = work(&owned),
        Command::Answer(c) => (c.work, c.agent) = some_guest(engine, pick, c.agent, Leg::alerts),
        Command::Decline(c) => (c.work, c.agent) = some_guest(engine, pick, c.agent, Leg::alerts),
        Command::Confer(c) => (c.work, c.agent) = some_guest(engine, pick, c.agent, Leg::occupies),
        Command::HandOver(c) => {
            (c.work, c.agent) = some_guest(engine, pick, c.agent, Leg::occupies);
        }
        Command::Activate(c) => c.work = work(&aside),
        Command::Suspend(c) => c.work = work(&|stage| waits(stage) || aside(stage)),
        Command::Postpone(c) => {
            c.at = shift(now.max(engine.now()), c.at.as_millis());
            c.work = work(&|stage| waits(stage) || aside(stage));
        }
        Command::CloseAt(c) => {
            relative(&mut c.at);
            c.work = work(&|stage| waits(stage) || aside(stage) || has(stage));
        }
        Command::Unassign(c) => c.work = work(&has),
        Command::RequestCallback(c) => {
            relative(&mut c.at);
            c.work = work(&|stage| waits(stage) || aside(stage));
        }
        Command::ReportUnreached(c) => c.work = work(&owned),
        Command::Reclassify(c) => c.work = work(&|stage| waits(stage) || aside(stage)),
        Command::EndLeg(c) => (c.work, c.agent) = some_guest(engine, pick, c.agent, |_| true),
        // What an agent says of themselves, and a look at the clock, mean no work.
        Command::SetPresence(_)
        | Command::Heartbeat(_)
        | Command::SetDraining(_)
        | Command::SetOwnCall(_)
        | Command::Advance(_) => {}
        other => assert_eq!(other.group(), CommandGroup::Administration, "no aim: {other:?}"),
    }
    command
}

/// The actor who gives a command: mostly the host, often the agent whom it concerns, sometimes
/// somebody who has nothing to do with it.
fn actor(by: u8, command: &Command, engine: &Engine) -> Actor {
    let json = serde_json::to_value(command).expect("JSON");
    let named = json.as_object().and_then(|said| said.values().next().cloned());
    let field = |name: &str| named.as_ref().and_then(|said| said.get(name)?.as_u64());
    let view = engine.view();
    let agents: Vec<AgentId> = view.agents().map(AgentView::id).collect();
    let work = field("work").and_then(|work| view.work(WorkId::from_raw(work)));
    let origin = work.and_then(|work| view.work(work.stands_for()?.work));
    let owner = origin.or(work).and_then(|work| work.stage().owner());
    let offer = field("offer").map(OfferId::from_raw);
    let offered = view.agents().find(|agent| offer.is_some_and(|id| agent.offers().contains(&id)));
    let agent = field("agent").and_then(|agent| u32::try_from(agent).ok()).map(AgentId::from_raw);
    let concerned = offered.map(AgentView::id).or(owner).or(agent);
    match by {
        0..160 => Actor::Host,
        160..200 => concerned.map_or(Actor::Host, Actor::Agent),
        200..212 => agent.map_or(Actor::Host, Actor::Agent),
        212..228 => {
            let some = agents.get(usize::from(by) % agents.len().max(1)).copied();
            Actor::Agent(some.unwrap_or(AgentId::from_raw(99)))
        }
        228 => Actor::Agent(AgentId::from_raw(99)),
        229..236 => Actor::Supervisor("sue".into()),
        236..242 => Actor::Administrator("kim".into()),
        242..252 => {
            Actor::Customer(Some(if by.is_multiple_of(2) { "dora" } else { "emil" }.into()))
        }
        252.. => Actor::Customer(None),
    }
}

/// One in eight means anything that ever was, or two more; the others something that suits.
fn wild(pick: u16) -> bool {
    pick.is_multiple_of(8)
}

fn one<T: Copy>(of: &[T], pick: u16) -> Option<T> {
    of.get(usize::from(pick / 8) % of.len().max(1)).copied()
}

fn some_work(engine: &Engine, pick: u16, suits: &dyn Fn(Stage) -> bool) -> WorkId {
    let works = || engine.view().works();
    let suiting: Vec<_> = works().filter(|work| suits(work.stage())).collect();
    let last = works().map(WorkView::id).max().map_or(0, WorkId::raw);
    let anything = WorkId::from_raw(u64::from(pick / 8) % (last + 3));
    let chosen = one(&suiting, pick).filter(|_| !wild(pick));
    chosen.map_or(anything, WorkView::id)
}

fn some_offer(engine: &Engine, pick: u16) -> OfferId {
    let agents = engine.view().agents();
    let open: Vec<_> = agents.flat_map(|agent| agent.offers().to_vec()).collect();
    let last = open.iter().max().map_or(0, |offer| offer.raw());
    let anything = OfferId::from_raw(u64::from(pick / 8) % (last + 3));
    one(&open, pick).filter(|_| !wild(pick)).unwrap_or(anything)
}

fn some_leg(engine: &Engine, pick: u16, agent: AgentId, wraps: bool) -> (WorkId, AgentId) {
    let mut legs = Vec::new();
    for agent in engine.view().agents() {
        for leg in agent.assignments() {
            if !wraps || matches!(leg.state, AssignmentState::WrapUp { .. }) {
                legs.push((leg.work, agent.id()));
            }
        }
    }
    let anything = (some_work(engine, pick, &|_| true), agent);
    one(&legs, pick).filter(|_| !wild(pick)).unwrap_or(anything)
}

/// Nobody answers what does not alert them, and nobody is handed work of which they know nothing:
/// first they are asked.
fn what_comes_before(command: Command, engine: &Engine) -> Command {
    let agents = || engine.view().agents();
    let any = |suits: fn(&Leg) -> bool| agents().any(|agent| agent.legs().iter().any(suits));
    match command {
        Command::Answer(Answer { work, agent, .. })
        | Command::Decline(Decline { work, agent, .. })
        | Command::Confer(Confer { work, agent, .. })
        | Command::HandOver(HandOver { work, agent, .. })
            if !any(Leg::alerts) && !any(Leg::occupies) =>
        {
            Consult::new(work, agent).into()
        }
        Command::Confer(Confer { work, agent, .. })
        | Command::HandOver(HandOver { work, agent, .. })
            if !any(Leg::occupies) =>
        {
            Answer::new(work, agent).into()
        }
        other => other,
    }
}

/// Somebody who could be asked about work: on queue, and another than its owner.
fn some_colleague(engine: &Engine, pick: u16, agent: AgentId, work: WorkId) -> AgentId {
    let owner = engine.view().work(work).and_then(|work| work.stage().owner());
    let agents = engine.view().agents().filter(|agent| agent.status().takes_offers());
    let others: Vec<_> = agents.map(AgentView::id).filter(|id| Some(*id) != owner).collect();
    one(&others, pick).filter(|_| !wild(pick)).unwrap_or(agent)
}

fn some_guest(
    engine: &Engine,
    pick: u16,
    agent: AgentId,
    suits: fn(&Leg) -> bool,
) -> (WorkId, AgentId) {
    let agents = engine.view().agents();
    let legs = agents.flat_map(|agent| agent.legs().iter().copied());
    let legs: Vec<_> = legs.filter(suits).map(|leg| (leg.work, leg.agent)).collect();
    let anything = (some_work(engine, pick, &|_| true), agent);
    one(&legs, pick).filter(|_| !wild(pick)).unwrap_or(anything)
}

/// Runs a check on random histories. Of one that fails it leaves out whatever is not needed for
/// that, and shows the calls of what remains.
///
/// `HISTORIES` and `SEED` in the environment choose more and others.
pub(crate) fn check(
    histories: u64,
    seed: u64,
    ops: usize,
    test: impl Fn(&History) -> Result<(), String>,
) {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let runs = Runs {
        rng_seed: RngSeed::Fixed(number("SEED").unwrap_or(0).wrapping_add(seed)),
        ..Runs::default()
    };
    let mut runner = TestRunner::new(runs);
    let strategy = ops::history(ops);
    for _ in 0..number("HISTORIES").unwrap_or(histories) {
        let tree = strategy.new_tree(&mut runner);
        let history = tree.expect("nothing is filtered").current();
        if attempt(&test, &history).is_err() {
            let shortest = shorten(&test, history);
            let what = attempt(&test, &shortest).expect_err("it failed before");
            let calls = TRACE.with_borrow(|trace| trace.join("\n"));
            panic!("{calls}\n\n{what}");
        }
    }
}

/// Runs a check; a panic counts as a failure.
fn attempt(
    test: &impl Fn(&History) -> Result<(), String>,
    history: &History,
) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| test(history))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Err(text.or(fixed).unwrap_or_default())
    })
}

/// Leaves out halves, quarters, and so on down to single operations, as long as it still fails.
fn shorten(test: &impl Fn(&History) -> Result<(), String>, mut history: History) -> History {
    let mut size = history.ops.len().max(1);
    loop {
        let before = history.ops.len() + history.floor.len();
        let ops = history.ops.clone();
        history.ops = without(ops, size, |ops| {
            let floor = history.floor.clone();
            let config = history.config.clone();
            attempt(test, &History { config, floor, ops }).is_err()
        });
        let floor = history.floor.clone();
        history.floor = without(floor, size, |floor| {
            let (config, ops) = (history.config.clone(), history.ops.clone());
            attempt(test, &History { config, floor, ops }).is_err()
        });
        let after = history.ops.len() + history.floor.len();
        if size > 1 {
            size = size.div_ceil(2);
        } else if after == before {
            return history;
        }
    }
}

/// What is left of a list without the pieces of a size that it can do without.
fn without<T: Clone>(mut list: Vec<T>, size: usize, fails: impl Fn(Vec<T>) -> bool) -> Vec<T> {
    let mut end = list.len();
    while end > 0 {
        let start = end.saturating_sub(size);
        let mut fewer = list.clone();
        fewer.drain(start..end);
        if fails(fewer.clone()) {
            list = fewer;
        }
        end = start;
    }
    list
}
