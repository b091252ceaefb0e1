//! Drives an engine and interaction records through a pipe: JSON lines in, JSON lines out.
//!
//! In: `{"at": 1000, "command": {"submit": {"key": "call-1", "queue": "support", "channel": "voice"}}}`.
//! `at` is milliseconds since the Unix epoch; things are named by the host's keys, or by number.
//! What is said about interactions stands beside `at` in the same way: a command of records
//! `{"at": 1000, "record": {"open_interaction": {"opening": {"type": "chat"}}}}`, work for an
//! interaction `{"at": 1000, "submit": {"interaction": 1, "request": {...}}}`, and an agent that is
//! asked for `{"at": 1000, "hand_off": {"interaction": 1, "trigger": "user", "request": {...}}}`.
//!
//! Out, for every line: one `{"fact": ...}` or `{"record_fact": ...}` for each thing that happened,
//! in order, and then one of `{"reply": ..., "next": ...}`, `{"refused": ..., "next": ...}` (by the
//! engine) or `{"refused_by_records": ..., "next": ...}`, or `{"error": "..."}`. `next` is the next
//! deadline, without a kind if records wait for it; send `{"at": ..., "command": {"advance": {}}}`
//! by then. A line that cannot be read changes nothing, and reading goes on. Empty lines and lines
//! that begin with `#` are passed over.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde_json::value::{RawValue, to_raw_value};
use strowger::interaction::*;
use strowger::keyed::Keyed;
use strowger::prelude::*;
use strowger::state::DeadlineKind;

/// A line as it goes out.
#[derive(Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Fact(Keyed<'a, DeskFact<'a>>),
    Reply { reply: Box<RawValue>, next: Option<Next> },
    Refused { refused: Box<RawValue>, message: String, next: Option<Next> },
    RefusedByRecords { refused_by_records: Box<RawValue>, message: String, next: Option<Next> },
    Error { error: String },
}

/// When something is due next, and what, if it is due to work.
#[derive(Serialize)]
struct Next {
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<DeadlineKind>,
}

impl Next {
    fn of(desk: &Desk) -> Option<Self> {
        let (at, work) = (desk.next_deadline()?, desk.engine().next_deadline());
        let work = work.filter(|deadline| deadline.at == at);
        Some(Self { at, kind: work.map(|deadline| deadline.kind) })
    }
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut desk, mut log) = (None, DeskLog::default());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(error) = serve(&line, &mut desk, &mut log, &mut out) {
            let error = format!("line {}: {error}", number + 1);
            say(&mut out, &Said::Error { error })?;
        }
        out.flush()?;
    }
    Ok(())
}

/// Does what a line says. The desk is opened at the time of the first line that can be read.
fn serve(
    line: &str,
    desk: &mut Option<Desk>,
    log: &mut DeskLog,
    out: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut line: BTreeMap<String, &RawValue> = serde_json::from_str(line)?;
    let at = line.remove("at").ok_or("missing field `at`")?;
    let at = serde_json::from_str(at.get())?;
    let desk = match desk {
        Some(desk) => desk,
        None => desk.insert(Desk::new(Config::default(), RecordConfig::default(), at, log)?),
    };
    if line.len() != 1 {
        return Err("a line has one command beside `at`".into());
    }
    // What is left names it, as an enum in JSON does.
    let rest = line.iter().map(|(name, value)| (name.as_str(), *value));
    let rest = MapAccessDeserializer::new(MapDeserializer::new(rest));
    let command: DeskCommand = Keyed::read(desk.engine().view(), rest)?;
    let answer = desk.tell(at, command, log);
    for fact in log.iter() {
        say(out, &Said::Fact(Keyed::new(desk.engine().view(), &fact)))?;
    }
    log.clear();
    let next = Next::of(desk);
    let said = match &answer {
        Ok(reply) => Said::Reply { reply: bare(desk, reply)?, next },
        Err(DeskRefusal::Work(refusal)) => {
            let message = refusal.to_string();
            Said::Refused { refused: keyed(desk, refusal)?, message, next }
        }
        Err(DeskRefusal::Record(refusal)) => {
            let (refused_by_records, message) = (keyed(desk, refusal)?, refusal.to_string());
            Said::RefusedByRecords { refused_by_records, message, next }
        }
    };
    Ok(say(out, &said)?)
}

/// The answer itself: whoever asked knows what he asked.
fn bare(desk: &Desk, reply: &DeskReply) -> serde_json::Result<Box<RawValue>> {
    match reply {
        DeskReply::Command(reply) => keyed(desk, reply),
        DeskReply::Record(reply) => keyed(desk, reply),
        reply => keyed(desk, reply),
    }
}

fn keyed(desk: &Desk, value: &impl Serialize) -> serde_json::Result<Box<RawValue>> {
    to_raw_value(&Keyed::new(desk.engine().view(), value))
}

fn say(out: &mut impl Write, said: &Said<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, said)?;
    out.write_all(b"\n")
}
