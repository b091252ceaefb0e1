//! Lines as the console reads them: whatever they say, nothing panics, a refused command changes
//! nothing, and every invariant holds after each.
//!
//! `cargo fuzz run lines` from this folder; `tests/console/day.jsonl` makes a good first corpus.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strowger::keyed::Keyed;
use strowger::prelude::*;

fuzz_target!(|text: &str| {
    let (mut now, mut log) = (Timestamp::EPOCH, Log::default());
    // Lines reach any instant there is.
    let config = Config::default().with_clock_step(None);
    let mut engine = Engine::new(config, now, &mut log).expect("a good config");
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        now = line.get("at").and_then(|at| at.as_i64()).map_or(now, Timestamp::from_millis);
        let Some(command) = line.get("command") else { continue };
        let Ok(command) = Keyed::<Command>::read(engine.view(), command) else { continue };
        log.clear();
        let before = engine.digest();
        let refused = engine.execute(now, command, &mut log).is_err();
        assert!(!refused || !log.is_empty() || engine.digest() == before);
        engine.verify().expect("every invariant holds");
    }
});
