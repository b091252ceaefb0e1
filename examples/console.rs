//! Drives an engine through a pipe: JSON lines in, JSON lines out.
//!
//! In: `{"at": 1000, "command": {"submit": {"key": "call-1", "queue": "support", "channel": "voice"}}}`.
//! `at` is milliseconds since the Unix epoch; things are named by the host's keys, or by number.
//!
//! Out, for every line: one `{"fact": ...}` for each thing that happened, in order, and then one of
//! `{"reply": ..., "next": ...}`, `{"refused": ..., "next": ...}` or `{"error": "..."}`. `next` is
//! the next deadline; send `{"at": ..., "command": {"advance": {}}}` by then. A line that cannot be
//! read changes nothing, and reading goes on. Empty lines and lines that begin with `#` are passed
//! over.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use strowger::*;

/// A line as it comes in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    at: Timestamp,
    #[serde(borrow)]
    command: &'a RawValue,
}

/// A line as it goes out.
#[derive(Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Fact { fact: Keyed<'a, Fact> },
    Reply { reply: Keyed<'a, Reply>, next: Option<Deadline> },
    Refused { refused: Keyed<'a, Refusal>, message: String, next: Option<Deadline> },
    Error { error: String },
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut engine, mut log) = (None, Log::default());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(error) = serve(&line, &mut engine, &mut log, &mut out) {
            let error = format!("line {}: {error}", number + 1);
            say(&mut out, &Said::Error { error })?;
        }
        out.flush()?;
    }
    Ok(())
}

/// Does what a line says. The engine is opened at the time of the first line that can be read.
fn serve(
    line: &str,
    engine: &mut Option<Engine>,
    log: &mut Log,
    out: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let Line { at, command } = serde_json::from_str(line)?;
    let engine = match engine {
        Some(engine) => engine,
        None => engine.insert(Engine::new(Config::default(), at, log)?),
    };
    let mut source = serde_json::Deserializer::from_str(command.get());
    let command: Command = Keyed::read(engine.view(), &mut source)?;
    let answer = engine.execute(at, command, log);
    let (view, next) = (engine.view(), engine.next_deadline());
    for fact in log.iter() {
        say(out, &Said::Fact { fact: Keyed::new(view, fact) })?;
    }
    log.clear();
    match &answer {
        Ok(reply) => say(out, &Said::Reply { reply: Keyed::new(view, reply), next })?,
        Err(refusal) => {
            let (refused, message) = (Keyed::new(view, refusal), refusal.to_string());
            say(out, &Said::Refused { refused, message, next })?;
        }
    }
    Ok(())
}

fn say(out: &mut impl Write, said: &Said<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, said)?;
    out.write_all(b"\n")
}
