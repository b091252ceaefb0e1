//! Snapshots that anybody may have written: taken up or refused, never a panic; and one that is
//! taken up works.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strowger::{Engine, Log, Snapshot};

fuzz_target!(|text: &str| {
    let Ok(snapshot) = serde_json::from_str::<Snapshot>(text) else { return };
    let Ok(mut engine) = Engine::restore(snapshot) else { return };
    let mut log = Log::default();
    if let Some(deadline) = engine.next_deadline() {
        engine.advance(deadline.at, &mut log).unwrap();
        engine.verify().expect("every invariant holds");
    }
});
