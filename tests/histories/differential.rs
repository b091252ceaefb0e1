//! The engine beside the naive reference router, on random histories: after every call both must
//! have answered the same, given the same facts and want to be called again at the same instant,
//! and the engine's own invariants must hold.

use std::cell::Cell;
use std::sync::Arc;

use strowger::command::{
    Actor, Change, Command, Define, Reply, SetMembership, SetPresence, Submit, SubmitToAgent,
};
use strowger::fact::{Cause, Event, Fact};
use strowger::model::{
    AgentId, AgentProfile, ChannelId, Opens, PresenceProfile, Priority, QueueId, SystemPresence,
    WorkRequest,
};
use strowger::{Engine, Refusal, Span, Timestamp};

use crate::reference::Router;
use crate::support;
use crate::support::ops::{Act, History};
use crate::support::{ByNumbers, Call, START};

#[test]
fn the_engine_does_what_the_reference_does() {
    support::check(1_000, 1, 200, agree);
}

#[test]
fn the_engine_does_what_the_reference_does_in_other_histories() {
    support::check(1_000, 2, 200, agree);
}

/// The same where a call may not jump far. Of the jumps that are refused the host confirms every
/// other one, and makes the call again.
#[test]
fn the_engine_believes_what_the_reference_believes() {
    let jumps = Cell::new(0_u32);
    support::check(300, 3, 200, |history| {
        let mut history = history.clone();
        history.config = history.config.with_clock_step(Span::from_millis(2_000));
        live(&history, |call, engine, router| {
            let before = (engine.snapshot(), engine.digest());
            let answer = compare(call, engine, router)?;
            if !matches!(answer, Err(Refusal::ClockJump { .. })) {
                return Ok(());
            }
            same("state after a jump", &(engine.snapshot(), engine.digest()), &before)?;
            jumps.set(jumps.get() + 1);
            if jumps.get().is_multiple_of(2) {
                engine.confirm_clock(call.now);
                router.confirm_clock(call.now);
                let answer = compare(call, engine, router)?;
                if matches!(answer, Err(Refusal::ClockJump { .. })) {
                    return Err("the host confirmed it".into());
                }
            }
            Ok(())
        })
    });
    assert!(jumps.get() > 100, "{} jumps", jumps.get());
}

/// The same where one call does little, and the host lets time pass until nothing is due.
#[test]
fn the_engine_leaves_to_the_next_call_what_the_reference_leaves() {
    let left = Left::default();
    support::check(450, 5, 200, |history| {
        let mut history = history.clone();
        history.config =
            history.config.with_burst(1 + u32::try_from(history.ops.len() % 4).unwrap());
        live(&history, |call, engine, router| left.compare(call, engine, router))
    });
    left.assert_at_least(1_000, 20);
}

/// The same where much waits that is inspected, and what comes in is mostly behind.
#[test]
fn a_long_line_is_inspected_as_the_reference_does() {
    let left = Left::default();
    support::check(600, 7, 40, |history| {
        let burst = 2 + u32::try_from(history.ops.len() % 7).unwrap();
        let config = history.config.clone().with_burst(burst).with_clock_step(None);
        let (mut engine, _) = support::open(&config);
        let mut router = Router::new(config, START);
        let mut say = |millis: u64, command: Option<Command>, engine: &mut Engine| {
            let now = engine.now() + Span::from_millis(millis);
            left.compare(&Call { now, by: Actor::Host, command }, engine, &mut router)
        };
        for call in support::opening(history) {
            say(0, call.command, &mut engine)?;
        }
        for number in 0..60 {
            let (queue, channel) = (QueueId::from_raw(number % 3), ChannelId::from_raw(number % 2));
            let priority = Priority(number.cast_signed() % 4);
            let request = WorkRequest::new(queue, channel).with_priority(priority);
            say(100, Some(Submit::new(request).into()), &mut engine)?;
        }
        let mut requests = requests(history);
        for round in 0..60 {
            let next = requests.next().filter(|_| round % 3 == 0);
            say(
                u64::from(round % 4 == 0) * 700,
                next.map(|next| Submit(next).into()),
                &mut engine,
            )?;
        }
        Ok(())
    });
    left.assert_at_least(1_000, 400);
}

/// How often a call left something to the next one, and an inspection.
#[derive(Default)]
struct Left {
    behind: Cell<u32>,
    parts: Cell<u32>,
    asks: Cell<u32>,
}

impl Left {
    /// Makes a call of both. Where it leaves something, another engine goes on from a snapshot.
    fn compare(&self, call: &Call, engine: &mut Engine, router: &mut Router) -> Result<(), String> {
        let known = router.facts.len();
        let _answer = compare(call, engine, router)?;
        let due = engine.next_deadline();
        if due.is_some_and(|due| due.at <= engine.now()) {
            self.behind.set(self.behind.get() + 1);
            let restored = Engine::restore(engine.snapshot()).map_err(|e| e.to_string())?;
            *engine = restored.with_scorer(ByNumbers).with_classifier(ByNumbers);
            same("due", &engine.next_deadline(), &due)?;
        }
        let parts = router.facts.iter().skip(known).filter(|fact| is_part(&fact.event));
        self.parts.set(self.parts.get() + u32::try_from(parts.clone().count()).unwrap());
        let queues = parts.filter_map(|fact| engine.view().queue(fact.event.queue()?));
        let asks =
            queues.filter(|queue| format!("{:?}", queue.profile().overflow).contains("Posi"));
        self.asks.set(self.asks.get() + u32::try_from(asks.count()).unwrap());
        Ok(())
    }

    fn assert_at_least(&self, behind: u32, parts: u32) {
        let found = (self.behind.get(), self.parts.get(), self.asks.get());
        assert!(found.0 >= behind && found.1 >= parts && found.2 >= parts / 20, "{found:?}");
    }
}

/// Many calls that do little each say what one call says.
#[test]
fn small_steps_say_what_a_large_one_says() {
    let cut = Cell::new(0_u32);
    support::check(300, 6, 100, |history| {
        let (mut large, _) = support::open(&history.config);
        let (mut small, _) = support::open(&history.config.clone().with_burst(1));
        let mut before = None;
        let mut all: Vec<Call> = support::opening(history).collect();
        let mut ops = history.ops.iter();
        loop {
            for call in all.drain(..) {
                // The host lets time pass first, so that both know what is due before the command.
                let mut facts = (Vec::new(), Vec::new());
                let mut run = |call: &Call| {
                    facts.0.extend(call.run(&mut large).facts);
                    let mut steps = 0;
                    loop {
                        let outcome = call.run(&mut small);
                        facts.1.extend(outcome.facts);
                        let pass = Call { command: None, ..call.clone() };
                        while small.next_deadline().is_some_and(|due| due.at <= small.now()) {
                            facts.1.extend(pass.run(&mut small).facts);
                            steps += 1;
                        }
                        if !matches!(outcome.answer, Err(Refusal::Behind { .. })) {
                            break;
                        }
                    }
                    cut.set(cut.get() + u32::from(steps > 0));
                };
                run(&Call { command: None, ..call.clone() });
                run(&call);
                same("facts", &in_one_go(&facts.0), &in_one_go(&facts.1))?;
                before = Some(call);
            }
            let Some(op) = ops.next() else { return Ok(()) };
            all = support::calls(op, &large, before.as_ref());
        }
    });
    assert!(cut.get() > 100, "{} calls in several steps", cut.get());
}

/// True if an inspection looks at a part of what waits.
fn is_part(event: &Event) -> bool {
    matches!(event, Event::QueueInspected { up_to: Some(_), .. })
}

/// What happened, when and why, but for how an inspection was divided, and what comes to light at
/// once.
fn in_one_go(facts: &[Fact]) -> Vec<(Timestamp, &Cause, Event)> {
    let mut goes_on = false;
    let facts = facts.iter().filter(|fact| {
        let inspects = matches!(fact.event, Event::QueueInspected { .. });
        let part = is_part(&fact.event) || goes_on && inspects;
        goes_on = if inspects { is_part(&fact.event) } else { goes_on };
        !part
    });
    let mut all: Vec<(Timestamp, &Cause, Event)> = Vec::new();
    for fact in facts {
        let known = all.last_mut().map(|(.., event)| event);
        match (known, &fact.event) {
            (
                Some(Event::WorkRevealed { work, delay, others, .. }),
                Event::WorkRevealed { work: last, delay: same, others: more, .. },
            ) if delay == same => {
                (*work, *others) = (*last, *others + 1 + more);
            }
            (_, event) => all.push((fact.at, &fact.cause, event.clone())),
        }
    }
    all
}

/// Many come free in one call, and much waits for them: then routing searches in another way.
#[test]
fn a_crowd_is_matched_as_the_reference_does() {
    let most = Cell::new(0);
    support::check(400, 4, 20, |history| {
        let (mut engine, _) = support::open(&history.config);
        let mut router = Router::new(history.config.clone(), START);
        let mut say = |command: Command, engine: &mut Engine| {
            let call = Call { now: engine.now(), by: Actor::Host, command: Some(command) };
            let offers = |engine: &Engine| -> usize {
                engine.view().agents().map(|agent| agent.offers().len()).sum()
            };
            let before = offers(engine);
            let _answer = compare(&call, engine, &mut router)?;
            most.set(most.get().max(offers(engine).saturating_sub(before)));
            Ok::<(), String>(())
        };
        for call in support::opening(history) {
            call.command.into_iter().try_for_each(|command| say(command, &mut engine))?;
        }
        let shut = PresenceProfile::of(SystemPresence::Meeting);
        say(Define::new("hall", shut.clone()).into(), &mut engine)?;
        let Some(hall) = engine.view().presence_id("hall") else {
            return Ok(());
        };
        let open = Change::new(hall, shut.clone().with_opens(Opens::Everything));
        let shut = Change::new(hall, shut);
        for command in crowd(history) {
            say(command, &mut engine)?;
        }
        for agent in 0..27 {
            let agent = AgentId::from_raw(agent);
            say(SetPresence::new(agent, hall).into(), &mut engine)?;
        }
        for number in 0..30 {
            let (queue, channel) = (QueueId::from_raw(number % 3), ChannelId::from_raw(number % 2));
            say(Submit::new(WorkRequest::new(queue, channel)).into(), &mut engine)?;
        }
        for request in requests(history) {
            say(Submit(request).into(), &mut engine)?;
        }
        say(open.clone().into(), &mut engine)?;
        say(shut.into(), &mut engine)?;
        say(open.into(), &mut engine)
    });
    assert!(most.get() > 10, "{} offers in one call", most.get());
}

/// Two more agents like each of the floor.
fn crowd(history: &History) -> Vec<Command> {
    let like = |command: &Command, more: u32| match command.clone() {
        Command::DefineAgent(Define { key, profile, .. }) => {
            Some(Define::new(format!("{key}-{more}"), profile).into())
        }
        Command::SetMembership(mut terms) => {
            terms.agent = AgentId::from_raw(terms.agent.raw() + more);
            Some(terms.into())
        }
        _ => None,
    };
    let more = [5, 10].into_iter();
    let more = more.flat_map(|more| {
        history.floor.iter().filter_map(move |known| like(known, more)).collect::<Vec<_>>()
    });
    // And some who can do anything.
    let plain = (15..27).flat_map(|number| {
        let agent = AgentId::from_raw(number);
        let queues = (0..3).map(QueueId::from_raw);
        let joins = queues.map(move |queue| SetMembership::new(agent, queue).into());
        let defined = Define::new(format!("plain-{number}"), AgentProfile::default());
        [Command::from(defined)].into_iter().chain(joins)
    });
    more.chain(plain).collect()
}

/// What comes in over the history, all at once.
fn requests(history: &History) -> impl Iterator<Item = Arc<WorkRequest>> + '_ {
    history.ops.iter().cycle().take(60).filter_map(|op| match &op.act {
        Act::Command(command) => match &**command {
            Command::Submit(Submit(request))
            | Command::SubmitToAgent(SubmitToAgent { request, .. }) => {
                let mut request = WorkRequest::clone(request).with_origin(None).with_due(None);
                request.key = None;
                Some(Arc::new(request.with_schedule(None)))
            }
            _ => None,
        },
        _ => None,
    })
}

fn agree(history: &History) -> Result<(), String> {
    live(history, |call, engine, router| compare(call, engine, router).map(drop))
}

/// Makes the calls of a history.
fn live(
    history: &History,
    mut each: impl FnMut(&Call, &mut Engine, &mut Router) -> Result<(), String>,
) -> Result<(), String> {
    let (mut engine, opening) = support::open(&history.config);
    let mut router = Router::new(history.config.clone(), START);
    same("opening", &opening, &router.facts)?;
    for call in support::opening(history) {
        each(&call, &mut engine, &mut router)?;
    }
    let mut before = None;
    for op in &history.ops {
        for call in support::calls(op, &engine, before.as_ref()) {
            each(&call, &mut engine, &mut router)?;
            before = Some(call);
        }
    }
    Ok(())
}

/// Makes a call of both, and says what they answer.
fn compare(
    call: &Call,
    engine: &mut Engine,
    router: &mut Router,
) -> Result<Result<Reply, Refusal>, String> {
    let outcome = call.run(engine);
    let known = router.facts.len();
    let answer = match &call.command {
        Some(command) => router.execute(call.now, call.by.clone(), command.clone()),
        None => router.advance(call.now),
    };
    let expected = &router.facts[known..];
    for (fact, expected) in outcome.facts.iter().zip(expected) {
        same("facts", fact, expected)?;
    }
    same("facts", &outcome.facts[..], expected)?;
    same("answer", &outcome.answer, &answer)?;
    same("JSON", &support::json(&outcome.facts), &support::json(&expected))?;
    same("next deadline", &engine.next_deadline(), &router.next_deadline())?;
    for queue in engine.view().queues() {
        let there = router.there_for(queue.id());
        same("staffed and free", &(queue.staffed(), queue.free()), &there)?;
    }
    engine.verify().map_err(|violation| violation.to_string())?;
    Ok(answer)
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    engine: &T,
    reference: &T,
) -> Result<(), String> {
    if engine == reference {
        return Ok(());
    }
    Err(format!("{what} differ\n   engine: {engine:#?}\nreference: {reference:#?}"))
}
