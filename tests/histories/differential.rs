//! The engine beside the naive reference router, on random histories: after every call both must
//! have answered the same, given the same facts and want to be called again at the same instant,
//! and the engine's own invariants must hold.

use std::cell::Cell;

use strowger::command::Reply;
use strowger::{Engine, Refusal, Span};

use crate::reference::Router;
use crate::support;
use crate::support::ops::History;
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
