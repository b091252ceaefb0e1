//! Drives an engine and interaction records through a pipe: JSON lines in, JSON lines out.
//!
//! In: `{"at": 1000, "command": {"submit": {"key": "call-1", "queue": "support", "channel": "voice"}}}`.
//! `at` is milliseconds since the Unix epoch; things are named by the host's keys, or by number.
//! `by` beside `at` names the actor, who is then checked: `"by": {"agent": "ana"}`,
//! `{"supervisor": "sue"}`, `{"administrator": "kim"}`, `{"customer": "dora"}`, `"customer"`; without
//! it the host itself acts. `"token": "order-17"` names the call: whoever makes the same call again
//! under its token gets the first answer, and nothing is done.
//! What is said about interactions stands beside `at` in the same way: a command of records
//! `{"at": 1000, "record": {"open_interaction": {"opening": {"type": "chat"}}}}`, work for an
//! interaction `{"at": 1000, "submit": {"interaction": 1, "request": {...}}}`, and an agent that is
//! asked for `{"at": 1000, "hand_off": {"interaction": 1, "trigger": "user", "request": {...}}}`.
//!
//! Out, for every line: one `{"fact": ...}` or `{"record_fact": ...}` for each thing that happened,
//! in order, and then one of `{"reply": ..., "next": ...}`, `{"refused": ..., "next": ...}` (by the
//! engine) or `{"refused_by_records": ..., "next": ...}`, or `{"error": "..."}`. `next` is the next
//! deadline; send `{"at": ..., "command": {"advance": {}}}`
//! by then. A line that cannot be read changes nothing, and reading goes on. Empty lines and lines
//! that begin with `#` are passed over.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use strowger::centre::{
    CentreCommand, CentreConfig, CentreFact, CentreLog, CentreRefusal, CentreReply, LayerFact,
};
use strowger::command::Actor;
use strowger::host::Call;
use strowger::interaction::*;
use strowger::keyed::Keyed;
use strowger::prelude::*;
use strowger::state::DeadlineKind;
use strowger::view::View;

/// A line as it goes out.
#[derive(Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Fact(Keyed<'a, LayerFact>),
    Reply { reply: Box<RawValue>, next: Option<Next> },
    Refused { refused: Box<RawValue>, message: String, next: Option<Next> },
    RefusedByRecords { refused_by_records: Box<RawValue>, message: String, next: Option<Next> },
    Error { error: String },
}

/// When something is due next, and what.
#[derive(Serialize)]
struct Next {
    at: Timestamp,
    kind: DeadlineKind,
}

impl Next {
    fn of(centre: &Centre) -> Option<Self> {
        let deadline = centre.next_deadline()?;
        Some(Self { at: deadline.at, kind: deadline.kind })
    }
}

/// A line as it comes in. Work for an interaction, and an agent who is asked for, stand beside the
/// other commands of records.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Command(Box<Command>),
    Record(RecordCommand),
    Submit(SubmitWork),
    HandOff(HandOff),
}

impl From<Line> for CentreCommand {
    fn from(line: Line) -> Self {
        match line {
            Line::Command(command) => Self::Work(command),
            Line::Record(command) => Self::Record(command),
            Line::Submit(command) => Self::Record(command.into()),
            Line::HandOff(command) => Self::Record(command.into()),
        }
    }
}

fn main() -> io::Result<()> {
    converse(io::stdin().lock(), io::BufWriter::new(io::stdout().lock()))
}

/// Answers line by line, up to the end of the input.
pub(crate) fn converse(input: impl BufRead, mut out: impl Write) -> io::Result<()> {
    let mut driver = None;
    for (number, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(error) = serve(&line, &mut driver, &mut out) {
            let error = format!("line {}: {error}", number + 1);
            say(&mut out, &Said::Error { error })?;
        }
        out.flush()?;
    }
    Ok(())
}

/// Nothing is kept and nobody is called: the facts stay where they can be said.
type Told = Driver<Centre, Vec<CentreFact>>;

/// Does what a line says. The centre is opened at the time of the first line that can be read.
fn serve(
    line: &str,
    driver: &mut Option<Told>,
    out: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut line: BTreeMap<String, &RawValue> = serde_json::from_str(line)?;
    let at = line.remove("at").ok_or("missing field `at`")?;
    let at = serde_json::from_str(at.get())?;
    let (by, token) = (line.remove("by"), line.remove("token"));
    let driver = match driver {
        Some(driver) => driver,
        None => {
            // A file of lines may tell of a year in two lines.
            let engine = Config::default().with_clock_step(None);
            let config = CentreConfig::new(engine).with_records(RecordConfig::default());
            let mut log = CentreLog::default();
            let centre = Centre::new(config, at, &mut log)?;
            driver.insert(Driver::start(centre, log, Host::new(Vec::new()))?)
        }
    };
    if line.len() != 1 {
        return Err("a line has one command beside `at`, `by` and `token`".into());
    }
    let view = driver.engine().ok_or("halted")?.view();
    let mut call = Call::at(at);
    call.actor = by.map_or(Ok(Actor::Host), |by| actor(view, by))?;
    call.token = token.map(|token| serde_json::from_str(token.get())).transpose()?;
    // What is left names it, as an enum in JSON does.
    let rest = line.iter().map(|(name, value)| (name.as_str(), *value));
    let rest = MapAccessDeserializer::new(MapDeserializer::new(rest));
    let command: Line = Keyed::read(view, rest)?;
    let answer = driver.call(call, command.into())?;
    let _nobody_failed = driver.act();
    let facts = std::mem::take(&mut driver.host_mut().journal);
    let centre = driver.decides().ok_or("halted")?;
    for fact in &facts {
        say(out, &Said::Fact(Keyed::new(centre.engine().view(), &fact.fact)))?;
    }
    let next = Next::of(centre);
    let said = match &answer {
        Ok(reply) => Said::Reply { reply: bare(centre, reply)?, next },
        Err(CentreRefusal::Record(refusal)) => {
            let (refused_by_records, message) = (keyed(centre, refusal)?, refusal.to_string());
            Said::RefusedByRecords { refused_by_records, message, next }
        }
        Err(CentreRefusal::Work(refusal)) => {
            let message = refusal.to_string();
            Said::Refused { refused: keyed(centre, refusal)?, message, next }
        }
        Err(refusal) => return Err(refusal.to_string().into()),
    };
    Ok(say(out, &said)?)
}

/// An actor; a customer may be written without a key.
fn actor(view: View<'_>, by: &RawValue) -> serde_json::Result<Actor> {
    if by.get() == r#""customer""# {
        return Ok(Actor::Customer(None));
    }
    Keyed::<Actor>::read(view, &mut serde_json::Deserializer::from_str(by.get()))
}

/// The answer itself: whoever asked knows what they asked.
fn bare(centre: &Centre, reply: &CentreReply) -> serde_json::Result<Box<RawValue>> {
    match reply {
        CentreReply::Work(reply) => keyed(centre, reply),
        CentreReply::Record(reply) => keyed(centre, reply),
        reply => keyed(centre, reply),
    }
}

fn keyed(centre: &Centre, value: &impl Serialize) -> serde_json::Result<Box<RawValue>> {
    to_raw_value(&Keyed::new(centre.engine().view(), value))
}

fn say(out: &mut impl Write, said: &Said<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, said)?;
    out.write_all(b"\n")
}
