//! The engine beside the naive reference router, on random histories: after every call both must
//! have answered the same, given the same facts and want to be called again at the same instant,
//! and the engine's own invariants must hold.

use std::cell::Cell;
use std::sync::Arc;

use strowger::command::{
    Actor, Change, Command, Define, Reply, SetPresence, Submit, SubmitToAgent,
};
use strowger::model::{AgentId, Opens, PresenceProfile, SystemPresence, WorkRequest};
use strowger::{Engine, Refusal, Span};

use crate::reference::Router;
use crate::support;
use crate::support::ops::{Act, History};
use crate::support::{Call, START};

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
        let Some(hall) = engine.view().presence_id("at0") else {
            return Ok(());
        };
        let hall = |opens| {
            let profile = PresenceProfile::of(SystemPresence::Meeting).with_opens(opens);
            Change::new(hall, profile)
        };
        say(hall(Opens::Nothing).into(), &mut engine)?;
        for command in crowd(history) {
            say(command, &mut engine)?;
        }
        for agent in 0..15 {
            let agent = AgentId::from_raw(agent);
            say(SetPresence::new(agent, hall(Opens::Nothing).id).into(), &mut engine)?;
        }
        for request in requests(history) {
            say(Submit(request).into(), &mut engine)?;
        }
        say(hall(Opens::Everything).into(), &mut engine)?;
        say(hall(Opens::Nothing).into(), &mut engine)?;
        say(hall(Opens::Everything).into(), &mut engine)
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
    more.flat_map(|more| history.floor.iter().filter_map(move |known| like(known, more))).collect()
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
