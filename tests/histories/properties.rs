//! What must hold of the engine on every history, whatever the rules decide.

use std::cell::RefCell;
use std::collections::BTreeSet;

use strowger::command::{
    Actor, Cancel, Change, Command, Define, Reply, SetMembership, SetPresence, Submit,
    TransferToQueue,
};
use strowger::fact::{Cause, Event, Fact};
use strowger::model::{
    AgentProfile, Capacity, ChannelId, ChannelProfile, MaxWaitAction, OfferId, Priority, QueueId,
    QueueProfile, SystemPresence, WorkId, WorkRequest, WrapUpMode, WrapUpProfile,
};
use strowger::state::{DeadlineKind, OfferEnd, OfferState, Stage};
use strowger::view::WorkView;
use strowger::{Config, Engine, Log, Refusal, Snapshot, Span, Timestamp};

use crate::names::names;
use crate::support;
use crate::support::ops::History;
use crate::support::{Call, Outcome, START, json, open};

/// An engine that lived through a history, with all that was asked of it and all that happened.
struct Lived {
    engine: Engine,
    facts: Vec<Fact>,
    calls: Vec<Call>,
    outcomes: Vec<Outcome>,
}

/// Lives through a history; `step` sees the engine before and after every call.
fn live(
    history: &History,
    mut step: impl FnMut(&Engine, &Call, &Outcome, &Engine) -> Result<(), String>,
) -> Result<Lived, String> {
    let (engine, facts) = open(&history.config);
    let (calls, outcomes) = (Vec::new(), Vec::new());
    let mut lived = Lived { engine, facts, calls, outcomes };
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    loop {
        for call in todo.drain(..) {
            let before = lived.engine.clone();
            let outcome = call.run(&mut lived.engine);
            step(&before, &call, &outcome, &lived.engine)?;
            lived.facts.extend(outcome.facts.iter().cloned());
            lived.outcomes.push(outcome);
            lived.calls.push(call);
        }
        let Some(op) = ops.next() else {
            return Ok(lived);
        };
        todo = support::calls(op, &lived.engine, lived.calls.last());
    }
}

/// Lives through a history and looks at the end only.
fn lived(history: &History) -> Result<Lived, String> {
    live(history, |_, _, _, _| Ok(()))
}

fn hold(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&json(value)).expect("what was written can be read")
}

#[test]
fn the_same_commands_give_the_same_facts_to_the_byte() {
    support::check(100, 11, 100, |history| {
        let lived = lived(history)?;
        let (mut again, mut facts) = open(&history.config);
        for call in &lived.calls {
            // Commands, too, can be kept in a journal.
            let command = through_json(&call.command);
            let now = call.now;
            let by = call.by.clone();
            facts.extend(Call { now, by, command }.run(&mut again).facts);
        }
        hold("facts", json(&facts) == json(&lived.facts))?;
        hold("digest", again.digest() == lived.engine.digest())
    });
}

#[test]
fn facts_alone_rebuild_the_world() {
    support::check(100, 12, 100, |history| {
        let lived = lived(history)?;
        let facts = lived.facts.iter().cloned();
        for replayed in [Engine::replay(facts), Engine::replay(through_json(&lived.facts))] {
            let replayed = replayed.map_err(|error| error.to_string())?;
            hold("digest", replayed.digest() == lived.engine.digest())?;
            let deadline = replayed.next_deadline();
            hold("deadline", deadline == lived.engine.next_deadline())?;
            replayed.verify().map_err(|violation| violation.to_string())?;
        }
        Ok(())
    });
}

#[test]
fn a_restored_snapshot_goes_on_as_the_engine_would_have() {
    support::check(100, 13, 60, |history| {
        live(history, |before, call, outcome, after| {
            let snapshot: Snapshot = through_json(&before.snapshot());
            let restored = Engine::restore(snapshot);
            let restored = restored.map_err(|error| error.to_string())?;
            let mut restored =
                restored.with_scorer(support::ByNumbers).with_classifier(support::ByNumbers);
            let same = call.run(&mut restored);
            if same != *outcome {
                return Err(format!("restored: {same:?}\nengine: {outcome:?}"));
            }
            hold("digest", restored.digest() == after.digest())?;
            hold("steps back", restored.stepped_back() == after.stepped_back())
        })
        .map(drop)
    });
}

#[test]
fn a_snapshot_of_any_moment_and_the_facts_behind_it_make_the_end() {
    support::check(100, 14, 60, |history| {
        let mut snapshots = Vec::new();
        let lived = live(history, |before, _, _, _| {
            snapshots.push(before.snapshot());
            Ok(())
        })?;
        for snapshot in snapshots {
            let known = snapshot.seq() as usize;
            let engine = Engine::restore(snapshot).map_err(|error| error.to_string())?;
            let behind = lived.facts.iter().skip(known).cloned();
            let resumed = engine.resume(behind).map_err(|error| error.to_string())?;
            hold("digest", resumed.digest() == lived.engine.digest())?;
        }
        Ok(())
    });
}

#[test]
fn a_late_wake_up_misses_no_offer_of_its_own_and_no_agent_twice() {
    support::check(200, 15, 100, |history| {
        let mut engine = lived(history)?.engine;
        let open: BTreeSet<OfferId> = offers(&engine).collect();
        let (now, command) = (engine.now() + Span::from_mins(10), None);
        let late = Call { now, by: Actor::Host, command }.run(&mut engine);
        let missed: Vec<_> = late.facts.iter().filter_map(missed).collect();
        let each: BTreeSet<_> = missed.iter().copied().collect();
        hold("missed once", each.len() == missed.len())?;
        hold("missed what was open before", each.is_subset(&open))?;
        // Whatever is offered now was made in this call, with its full window.
        for offer in offers(&engine).filter(|offer| !open.contains(offer)) {
            let made = late.facts.iter().find_map(|fact| match fact.event {
                Event::WorkOffered { offer: made, until, .. } if made == offer => Some(until),
                _ => None,
            });
            let later = made.flatten().is_none_or(|until| until > now);
            hold("offers made now stay open", made.is_some() && later)?;
        }
        let again = Call { now, by: Actor::Host, command: None }.run(&mut engine);
        hold("all is done", again.facts.is_empty())
    });
}

fn offers(engine: &Engine) -> impl Iterator<Item = OfferId> + '_ {
    let agents = engine.view().agents();
    agents.flat_map(|agent| agent.offers().iter().copied())
}

fn missed(fact: &Fact) -> Option<OfferId> {
    match fact.event {
        Event::OfferMissed { offer, .. } => Some(offer),
        _ => None,
    }
}

#[test]
fn a_call_when_nothing_is_due_changes_nothing() {
    support::check(100, 16, 100, |history| {
        live(history, |_, _, _, after| {
            let mut engine = after.clone();
            let due = engine.next_deadline().map(|deadline| deadline.at);
            let later = engine.now() + Span::from_mins(60);
            let before = |due: Timestamp| due - Span::from_millis(1);
            let quiet = due.map_or(later, before);
            hold("nothing is left that is due", due.is_none_or(|due| due > after.now()))?;
            for now in [engine.now(), quiet] {
                let facts = Call { now, by: Actor::Host, command: None }.run(&mut engine).facts;
                hold("no facts", facts.is_empty())?;
                hold("digest", engine.digest() == after.digest())?;
            }
            Ok(())
        })
        .map(drop)
    });
}

#[test]
fn a_refused_command_changes_nothing() {
    support::check(100, 17, 100, |history| {
        live(history, |before, call, outcome, after| {
            if outcome.answer.is_ok() {
                return Ok(());
            }
            // What deadlines did in the same call stands, and is all there is.
            let mut waited = before.clone();
            let (now, command) = (call.now, None);
            let facts = Call { now, by: Actor::Host, command }.run(&mut waited).facts;
            hold("facts of deadlines only", facts == outcome.facts)?;
            hold("digest", waited.digest() == after.digest())
        })
        .map(drop)
    });
}

#[test]
fn a_check_answers_what_the_command_would_and_changes_nothing() {
    support::check(150, 22, 100, |history| {
        live(history, |before, call, _, _| {
            if call.command.is_none() {
                return Ok(());
            }
            // What falls due first may change the answer.
            let mut engine = before.clone();
            Call { now: call.now, by: Actor::Host, command: None }.run(&mut engine);
            let mut unasked = engine.clone();
            let state = |engine: &Engine| {
                (engine.digest(), engine.next_deadline(), engine.now(), engine.stepped_back())
            };
            let was = state(&engine);
            let command = call.command.clone().ok_or("it is there")?;
            let checked = engine.check_as(call.now, &call.by, command);
            hold("nothing has changed", state(&engine) == was)?;
            let outcome = call.run(&mut engine);
            let (checked, answer) = (checked.err(), outcome.answer.clone().err());
            if checked != answer {
                return Err(format!("checked: {checked:?}\nanswered: {answer:?}"));
            }
            hold("as if nobody had asked", outcome == call.run(&mut unasked))
        })
        .map(drop)
    });
}

#[test]
fn an_accept_is_done_once_and_answered_as_done_again() {
    support::check(100, 18, 100, |history| {
        live(history, |_, call, outcome, after| {
            let Some(accept @ Command::Accept(_)) = &call.command else {
                return Ok(());
            };
            if outcome.answer.is_err() {
                return Ok(());
            }
            // A host that lost the answer says it again, at once or later.
            let mut engine = after.clone();
            let (now, command) = (engine.now(), Some(accept.clone()));
            let by = call.by.clone();
            let again = Call { now, by, command }.run(&mut engine);
            // A very short memory may have forgotten how it ended, but not that it did.
            let short = after.view().config().remembered < 10;
            let over = matches!(again.answer, Err(Refusal::OfferOver { end: None, .. }));
            hold("done", again.answer == Ok(Reply::Done) || short && over)?;
            hold("no facts", again.facts.is_empty())?;
            hold("digest", engine.digest() == after.digest())
        })
        .map(drop)
    });
}

#[test]
fn an_offer_ends_once_and_an_answer_at_the_end_of_its_window_is_too_late() {
    support::check(100, 19, 100, |history| {
        live(history, |_, _, _, after| {
            let Some(offer) = offers(after).next() else {
                return Ok(());
            };
            let state = after.view().offer(offer).map(|offer| offer.state);
            let Some(OfferState::Open { until: Some(until) }) = state else {
                return Ok(());
            };
            let accept = || Some(Command::Accept(strowger::command::Accept::new(offer)));
            let mut late = after.clone();
            let answer =
                Call { now: until, by: Actor::Host, command: accept() }.run(&mut late).answer;
            // Something else may have ended it before; a short memory may have forgotten how.
            let ended = |answer: &Result<Reply, Refusal>| match answer {
                Err(Refusal::OfferOver { end, .. }) => *end != Some(OfferEnd::Accepted),
                _ => false,
            };
            hold("too late", ended(&answer))
        })
        .map(drop)
    });
}

#[test]
fn a_clock_that_runs_back_stands_still_and_is_counted() {
    support::check(100, 20, 100, |history| {
        live(history, |before, call, outcome, after| {
            let back = call.now < before.now();
            hold("clamped", after.now() == before.now().max(call.now))?;
            let counted = before.stepped_back() + u64::from(back);
            hold("counted", after.stepped_back() == counted)?;
            let now = after.now();
            hold("dated", outcome.facts.iter().all(|fact| fact.at == now))?;
            // It is as if the host had called at the latest instant seen.
            let mut engine = before.clone();
            let command = call.command.clone();
            let same = Call { now, by: call.by.clone(), command }.run(&mut engine);
            hold("same", same == *outcome && engine.digest() == after.digest())
        })
        .map(drop)
    });
}

/// The deadlines that no history meets: two are of records and of journeys, and these histories
/// keep none; of the other nothing is caused, for routing has a cause of its own.
const NEVER_DUE: [&str; 3] = ["routing", "record", "journey"];

/// The refusals that no history meets: these commands name no revision, no engine contradicts
/// itself, the clock may jump, and one call does more than is ever due.
const NEVER_MET: [&str; 4] = ["stale", "clock_jump", "behind", "faulted"];

/// What there is and no history met.
fn unmet<T: serde::de::DeserializeOwned>(met: &BTreeSet<String>) -> Vec<String> {
    names::<T>().into_iter().filter(|name| !met.contains(name)).collect()
}

/// The outer name of a variant, as in JSON.
fn name(value: &impl serde::Serialize) -> String {
    let text = json(value);
    let name = text.split('"').nth(1).expect("a variant has a name");
    name.to_owned()
}

#[test]
fn histories_meet_every_command_fact_deadline_and_refusal() {
    let met: RefCell<[BTreeSet<String>; 4]> = RefCell::default();
    support::check(700, 21, 200, |history| {
        let lived = lived(history)?;
        let [commands, facts, deadlines, refusals] = &mut *met.borrow_mut();
        for (call, outcome) in lived.calls.iter().zip(&lived.outcomes) {
            match &outcome.answer {
                Ok(_) => commands.extend(call.command.as_ref().map(name)),
                Err(refusal) => drop(refusals.insert(name(refusal))),
            }
        }
        for fact in &lived.facts {
            facts.insert(fact.event.name().to_owned());
            if let Cause::Deadline { kind, .. } = fact.cause {
                deadlines.insert(name(&kind));
            }
        }
        Ok(())
    });
    let [commands, facts, deadlines, refusals] = met.into_inner();
    // What is new here is a variant that histories should learn to meet.
    assert_eq!(unmet::<Command>(&commands), [""; 0], "commands that no history carries out");
    assert_eq!(unmet::<Event>(&facts), [""; 0], "facts that no history makes");
    assert_eq!(unmet::<DeadlineKind>(&deadlines), NEVER_DUE, "deadlines that are never due");
    assert_eq!(unmet::<Refusal>(&refusals), NEVER_MET, "refusals that no history meets");
}

/// A queue on a channel, in an engine that remembers two things of a kind.
fn small() -> (Engine, QueueId, ChannelId) {
    let mut log = Log::default();
    let config = Config::default().with_remembered(2).with_clock_step(None);
    let mut engine = Engine::new(config, START, &mut log).expect("the configuration is valid");
    let channel = Define::new("voice", ChannelProfile::default());
    let channel = engine.execute(START, channel, &mut log);
    let queue = engine.execute(START, Define::new("first", QueueProfile::default()), &mut log);
    (engine, queue.expect("it is new"), channel.expect("it is new"))
}

#[test]
fn a_key_that_was_used_again_belongs_to_the_later_work_after_a_restart_too() {
    let (mut engine, queue, channel) = small();
    let mut log = Log::default();
    let request = |key: Option<&str>, priority| {
        let mut request = WorkRequest::new(queue, channel).with_priority(Priority(priority));
        request.key = key.map(Into::into);
        request
    };
    let mut submit = |engine: &mut Engine, request| {
        let work = engine.execute(START, Submit::new(request), &mut log);
        work.expect("nothing is wrong with it")
    };
    let cancel = |engine: &mut Engine, work| {
        let done = engine.execute(START, Cancel::new(work), &mut Log::default());
        done.expect("nobody has it");
    };
    let first = submit(&mut engine, request(Some("call"), 0));
    cancel(&mut engine, first);
    let again = submit(&mut engine, request(Some("call"), 1));
    cancel(&mut engine, again);
    submit(&mut engine, request(None, 0));
    // Takes the place of the second in the memory; the first is still there.
    let other = submit(&mut engine, request(None, 0));
    cancel(&mut engine, other);
    let mut restored = Engine::restore(engine.snapshot()).expect("nothing is wrong with it");
    let live = submit(&mut engine, request(Some("call"), 0));
    assert_eq!(submit(&mut restored, request(Some("call"), 0)), live);
    assert_ne!(live, first);
}

#[test]
fn nothing_is_due_at_the_end_of_time() {
    let (mut engine, first, channel) = small();
    let mut log = Log::default();
    let other = engine.execute(START, Define::new("second", QueueProfile::default()), &mut log);
    let second = other.expect("it is new");
    // Two queues that send to each other what waits too long.
    for (id, queue) in [(first, second), (second, first)] {
        let profile = QueueProfile::default()
            .with_max_wait(Span::from_secs(1))
            .with_on_max_wait(MaxWaitAction::Move { queue });
        let changed = engine.execute(START, Change::new(id, profile), &mut log);
        changed.expect("nothing is wrong with it");
    }
    let request = WorkRequest::new(first, channel);
    let work = engine.execute(START, Submit::new(request), &mut log);
    log.clear();
    engine.advance(Timestamp::MAX, &mut log).unwrap();
    // It was due once, and its stay in the second queue never ends.
    assert_eq!(log.len(), 1);
    assert_eq!(engine.next_deadline(), None);
    let view = engine.view();
    let row = view.work(work.expect("nothing is wrong with it"));
    assert_eq!(row.map(WorkView::queue), Some(second));
}

#[test]
fn work_that_its_giver_may_not_have_does_not_keep_them_from_what_is_behind_it() {
    let (mut engine, desk, channel) = small();
    let mut log = Log::default();
    let profile = QueueProfile::default()
        .with_wrap_up(WrapUpProfile::of(WrapUpMode::Mandatory))
        .with_auto_accept(true);
    let mut run = |engine: &mut Engine, command: Command| {
        let answer = engine.execute(START, command, &mut log);
        answer.expect("nothing is wrong with it")
    };
    run(&mut engine, Change::new(desk, profile).into());
    // Work in the back office comes to the desk when it waits too long; nobody is there.
    let back = QueueProfile::default()
        .with_max_wait(Span::from_secs(1))
        .with_on_max_wait(MaxWaitAction::Move { queue: desk });
    run(&mut engine, Define::new("back", back).into());
    let back = engine.view().queue_id("back").expect("it is there");
    let capacity = Capacity::items(3);
    let profile = AgentProfile::default().with_capacity(capacity);
    run(&mut engine, Define::new("ana", profile).into());
    let agent = engine.view().agent_id("ana").expect("Ana is there");
    let member = SetMembership::new(agent, desk);
    run(&mut engine, member.into());
    let presence = SystemPresence::OnQueue.id();
    run(&mut engine, SetPresence::new(agent, presence).into());
    // Ana has the first, gives it to the back office and wraps it up; the second waits there too.
    run(&mut engine, Submit::new(WorkRequest::new(desk, channel)).into());
    let work = WorkId::from_raw(1);
    let transfer = TransferToQueue::new(work, back);
    run(&mut engine, transfer.into());
    run(&mut engine, Submit::new(WorkRequest::new(back, channel)).into());
    engine.advance(START + Span::from_secs(1), &mut log).unwrap();
    let stage = |work| engine.view().work(WorkId::from_raw(work)).map(WorkView::stage);
    assert_eq!(stage(1), Some(Stage::Queued));
    assert_eq!(stage(2), Some(Stage::Assigned { agent }));
    assert_eq!(engine.verify(), Ok(()));
}
