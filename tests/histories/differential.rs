//! The engine beside the naive reference router, on random histories: after every call both must
//! have answered the same, given the same facts and want to be called again at the same instant,
//! and the engine's own invariants must hold.

use strowger::command::Reply;

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

fn agree(history: &History) -> Result<(), String> {
    let (mut engine, opening) = support::open(&history.config);
    let mut router = Router::new(history.config.clone(), START);
    same("opening", &opening, &router.facts)?;
    for call in support::opening(history) {
        compare(&call, &mut engine, &mut router)?;
    }
    let mut before = None;
    for op in &history.ops {
        for call in support::calls(op, &engine, before.as_ref()) {
            compare(&call, &mut engine, &mut router)?;
            before = Some(call);
        }
    }
    Ok(())
}

fn compare(call: &Call, engine: &mut strowger::Engine, router: &mut Router) -> Result<(), String> {
    let outcome = call.run(engine);
    let known = router.facts.len();
    let answer = match &call.command {
        Some(command) => router.execute(call.now, call.by.clone(), command.clone()),
        None => {
            router.advance(call.now);
            Ok(Reply::Done)
        }
    };
    let expected = &router.facts[known..];
    for (fact, expected) in outcome.facts.iter().zip(expected) {
        same("facts", fact, expected)?;
    }
    same("facts", &outcome.facts[..], expected)?;
    same("answer", &outcome.answer, &answer)?;
    same("JSON", &support::json(&outcome.facts), &support::json(&expected))?;
    same("next deadline", &engine.next_deadline(), &router.next_deadline())?;
    engine.verify().map_err(|violation| violation.to_string())
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
