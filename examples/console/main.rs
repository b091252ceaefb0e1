//! Drives an engine and the layers above it through a pipe: JSON lines in, JSON lines out.
//!
//! # In
//!
//! `{"at": 1000, "command": {"submit": {"key": "call-1", "queue": "support", "channel": "voice"}}}`.
//! `at` is milliseconds since the Unix epoch; things are named by the host's keys, or by number.
//! `by` beside `at` names the actor, who is then checked: `"by": {"agent": "ana"}`,
//! `{"supervisor": "sue"}`, `{"administrator": "kim"}`, `{"customer": "dora"}`, `"customer"`; without
//! it the host itself acts. `"token": "order-17"` names the call: whoever makes the same call again
//! under its token gets the first answer, and nothing is done.
//!
//! One word stands beside `at`. Six words do something:
//!
//! | word | example | what it does |
//! |---|---|---|
//! | `command` | `{"accept": {"offer": 1}}` | a command of the engine |
//! | `record` | `{"open_interaction": {"opening": {"type": "chat"}}}` | a command of records |
//! | `knowledge` | `{"set_seat": {"agent": "kim", "dn": "5117"}}` | a command of the layer in which colleagues are asked for help |
//! | `journey` | `{"leave": {"customer": {"type": "cookie", "value": "c-81"}}}` | a command of the layer that knows what visitors did and were offered |
//! | `submit` | `{"interaction": 1, "request": {...}}` | work for an interaction |
//! | `hand_off` | `{"interaction": 1, "trigger": "user", "request": {...}}` | an agent is asked for |
//!
//! The other words ask. They change nothing but the time, which passes to `at` as in `advance`, and
//! they are the host's: they take neither `by` nor `token`.
//!
//! | word | example | what it answers |
//! |---|---|---|
//! | `rows` | `{}` | the figures of intervals that are over and were not answered before: `queues`, `agents`, `agent_queues`, `timeline` (`docs/figures.md` defines them) |
//! | `now` | `{}` | `queues` and `agents` as they are now, with the counts of the day |
//! | `figures_config` | `{"interval": 900000, "short_abandon": 5000}` | how figures are cut and counted from now on, which is the whole session: it comes first. What is left out is as at first |
//! | `report` | `{}` | the measures of closed interactions, by queue and type |
//! | `record_of` | `1` | the record of an interaction, by number: conversation, notes, who had it and when |
//! | `messages` | `{"interaction": 1, "most": 20, "before": 7}` | a page of its conversation: at most so many messages (20) before one of them, the last ones without `before`, or those that come `after` one; as staff or, with `"viewer": "requester"`, as the customer may read them |
//! | `of_customer` | `"dora"` | all there is of a customer, newest first |
//! | `inbox` | `"ana"` | the cards of what asks an agent for an answer, with the answers that would be taken |
//! | `cards` | `"kim"` | what rings at an agent because of a routing point, with how much time is left |
//! | `targets` | `{"agent": "ida", "interaction": 1}` | where an agent can bring a call that they have: to those with whom they write about it |
//! | `parties` | `1` | who talks in a call |
//! | `journey_of` | `{"agent": "ana", "rights": ["session", "event"], "interaction": 1}` | the journey behind an interaction, for an agent who has it, with these permissions (all without `rights`); or, in place of `interaction`, of a `customer`. `page` is `{"size": 10, "after": ...}` |
//! | `journey_changes` | `{"agent": "ana", "interaction": 1, "since": 40}` | what changed in that since a fact of journeys |
//! | `visitors` | `{"agent": "ana"}` | who is live, with the same `rights` and `page` |
//! | `workspace` | `{"agent": "ana", "interaction": 1}` | what an agent sees of an interaction that they have or take part in, and what they may do |
//! | `controls` | `{"work": "call-1", "agent": "ana"}` | the commands that would be taken from an agent now about a piece of work |
//! | `why_work` | `"call-1"` | why open work is where it is |
//! | `why_agent` | `"ana"` | why an agent gets what they get |
//! | `why` | `{"work": "call-1", "agent": "ana"}` | what stands between the two |
//! | `decisions` | `{}` | how the agent of each offer was chosen, since the last time this was asked; of the latest 1,000 offers |
//!
//! # Out
//!
//! For every line: one `{"fact": ...}`, `{"record_fact": ...}`, `{"knowledge_fact": ...}` or
//! `{"journey_fact": ...}` for each thing that happened, in order, and then one of
//! `{"reply": ..., "next": ...}`, `{"refused": ..., "next": ...}` (by the engine),
//! `{"refused_by_records": ..., "next": ...}`, `{"refused_by_knowledge": ..., "next": ...}` or
//! `{"refused_by_journeys": ..., "next": ...}`, or `{"error": "..."}`. `next` is the next
//! deadline; send `{"at": ..., "command": {"advance": {}}}`
//! by then. A line that cannot be read changes nothing, and reading goes on: the error names the
//! word, and the field, key or value that is wrong. Empty lines and lines that begin with `#` are passed over.

mod session;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Read as _, Write};

use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use strowger::Key;
use strowger::centre::{CentreCommand, CentreRefusal, CentreReply, LayerFact};
use strowger::command::Actor;
use strowger::figures::FiguresConfig;
use strowger::host::Call;
use strowger::interaction::*;
use strowger::journey::{CustomerId, JourneyCommand, JourneyRights, JourneyViewer, PageRequest};
use strowger::keyed::Keyed;
use strowger::knowledge::KnowledgeCommand;
use strowger::prelude::*;
use strowger::state::DeadlineKind;
use strowger::view::View;

use session::{Answer, Session};

/// A line as it goes out.
#[derive(Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Fact(Keyed<'a, LayerFact>),
    Reply { reply: Box<RawValue>, next: Option<Next> },
    Refused { refused: Box<RawValue>, message: String, next: Option<Next> },
    RefusedByRecords { refused_by_records: Box<RawValue>, message: String, next: Option<Next> },
    RefusedByKnowledge { refused_by_knowledge: Box<RawValue>, message: String, next: Option<Next> },
    RefusedByJourneys { refused_by_journeys: Box<RawValue>, message: String, next: Option<Next> },
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
    Knowledge(KnowledgeCommand),
    Journey(JourneyCommand),
    Submit(SubmitWork),
    HandOff(HandOff),
    Rows(Nothing),
    Now(Nothing),
    FiguresConfig(FiguresConfig),
    Report(Nothing),
    RecordOf(InteractionId),
    Messages(Page),
    OfCustomer(Key),
    Inbox(AgentId),
    Cards(AgentId),
    Targets(Desk),
    Parties(InteractionId),
    JourneyOf(Look),
    JourneyChanges(Look),
    Visitors(Look),
    Workspace(Desk),
    Controls(Pair),
    WhyWork(WorkId),
    WhyAgent(AgentId),
    Why(Pair),
    Decisions(Nothing),
}

/// A question that names nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "{}")]
struct Nothing {}

/// A piece of work and an agent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "work and agent")]
struct Pair {
    work: WorkId,
    agent: AgentId,
}

/// An agent who looks at journeys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "agent")]
pub(crate) struct Look {
    agent: AgentId,
    #[serde(default = "Look::rights")]
    rights: JourneyRights,
    #[serde(default)]
    interaction: Option<InteractionId>,
    #[serde(default)]
    customer: Option<CustomerId>,
    #[serde(default)]
    page: PageRequest,
    #[serde(default)]
    since: u64,
}

impl Look {
    const fn rights() -> JourneyRights {
        JourneyRights::ALL
    }

    const fn viewer(&self) -> JourneyViewer {
        JourneyViewer::new(self.agent, self.rights)
    }
}

/// A page of a conversation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "interaction")]
struct Page {
    interaction: InteractionId,
    #[serde(default = "Page::viewer")]
    viewer: Viewer,
    #[serde(default)]
    before: Option<MessageId>,
    #[serde(default)]
    after: Option<MessageId>,
    #[serde(default = "Page::most")]
    most: usize,
}

impl Page {
    const fn viewer() -> Viewer {
        Viewer::Staff
    }

    const fn most() -> usize {
        20
    }
}

/// An agent and an interaction of theirs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "agent and interaction")]
struct Desk {
    agent: AgentId,
    interaction: InteractionId,
}

fn main() -> io::Result<()> {
    converse(io::stdin().lock(), io::BufWriter::new(io::stdout().lock()))
}

/// Answers line by line, up to the end of the input.
pub(crate) fn converse(mut input: impl BufRead, mut out: impl Write) -> io::Result<()> {
    let mut session = None;
    for number in 1_u64.. {
        let Some(line) = read_line(&mut input)? else { break };
        let served = match line.as_deref() {
            Ok(line) if line.trim().is_empty() || line.starts_with('#') => continue,
            Ok(line) => serve(line, &mut session, &mut out),
            Err(error) => Err((*error).into()),
        };
        if let Err(error) = served {
            let error = format!("line {number}: {error}");
            say(&mut out, &Said::Error { error })?;
        }
        out.flush()?;
    }
    Ok(())
}

/// The most bytes of a line: more than any command takes.
const LINE_MAX: u64 = 16 * 1_024 * 1_024;

/// The next line, or why it cannot be read; the one after it can.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Result<String, &'static str>>> {
    let mut bytes = Vec::new();
    if input.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') && bytes.len() as u64 == LINE_MAX {
        input.skip_until(b'\n')?;
        return Ok(Some(Err("longer than any command")));
    }
    Ok(Some(String::from_utf8(bytes).map_err(|_| "not UTF-8")))
}

/// The words of a line, each once.
struct Words<'a>(BTreeMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Words<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Words<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a line of words")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut words = BTreeMap::new();
                while let Some((word, value)) = map.next_entry::<String, &RawValue>()? {
                    if words.insert(word.clone(), value).is_some() {
                        return Err(M::Error::custom(format!("`{word}` twice")));
                    }
                }
                Ok(Words(words))
            }
        }

        deserializer.deserialize_map(Each)
    }
}

/// Does what a line says. The session is opened at the instant of the first line that names one.
fn serve(
    line: &str,
    session: &mut Option<Session>,
    out: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let Words(mut line) = serde_json::from_str(line)?;
    let at = line.remove("at").ok_or("missing field `at`")?;
    let at = serde_json::from_str(at.get())?;
    let (by, token) = (line.remove("by"), line.remove("token"));
    let session = match session {
        Some(session) => session,
        None => session.insert(Session::open(at)?),
    };
    let mut words = line.iter();
    let (Some((word, value)), None) = (words.next(), words.next()) else {
        return Err("a line has one word beside `at`, `by` and `token`".into());
    };
    let view = session.centre()?.engine().view();
    let mut call = Call::at(at);
    call.actor = by.map_or(Ok(Actor::Host), |by| actor(view, by))?;
    call.token = token.map(|token| serde_json::from_str(token.get())).transpose()?;
    let asked = MapDeserializer::new(std::iter::once((word.as_str(), *value)));
    // A word and what it says, as an enum is in JSON.
    let asked: Result<Line, _> = Keyed::read(view, MapAccessDeserializer::new(asked));
    let asked = asked.map_err(|error| format!("{word}: {error}"))?;
    let answer = answer(session, call, asked).map_err(|error| format!("{word}: {error}"))?;
    let facts = session.facts();
    let centre = session.centre()?;
    for fact in &facts {
        say(out, &Said::Fact(Keyed::new(centre.engine().view(), &fact.fact)))?;
    }
    let next = Next::of(centre);
    let said = match answer {
        Answer::Asked(Ok(reply)) => Said::Reply { reply, next },
        Answer::Asked(Err(error)) => return Err(format!("{word}: {error}: {value}").into()),
        Answer::Told(Ok(reply)) => Said::Reply { reply: bare(centre, &reply)?, next },
        Answer::Told(Err(CentreRefusal::Record(refusal))) => {
            let (refused_by_records, message) = (keyed(centre, &refusal)?, refusal.to_string());
            Said::RefusedByRecords { refused_by_records, message, next }
        }
        Answer::Told(Err(CentreRefusal::Knowledge(refusal))) => {
            let (refused_by_knowledge, message) = (keyed(centre, &refusal)?, refusal.to_string());
            Said::RefusedByKnowledge { refused_by_knowledge, message, next }
        }
        Answer::Told(Err(CentreRefusal::Journey(refusal))) => {
            let (refused_by_journeys, message) = (keyed(centre, &refusal)?, refusal.to_string());
            Said::RefusedByJourneys { refused_by_journeys, message, next }
        }
        Answer::Told(Err(CentreRefusal::Work(refusal))) => {
            let message = refusal.to_string();
            Said::Refused { refused: keyed(centre, &refusal)?, message, next }
        }
        Answer::Told(Err(refusal)) => return Err(refusal.to_string().into()),
    };
    Ok(say(out, &said)?)
}

/// Does what a line tells, or answers what it asks.
fn answer(
    session: &mut Session,
    call: Call,
    line: Line,
) -> Result<Answer, Box<dyn std::error::Error>> {
    let command = match line {
        Line::Command(command) => CentreCommand::Work(command),
        Line::Record(command) => CentreCommand::Record(command),
        Line::Knowledge(command) => CentreCommand::Knowledge(command),
        Line::Journey(command) => CentreCommand::Journey(command),
        Line::Submit(command) => CentreCommand::Record(command.into()),
        Line::HandOff(command) => CentreCommand::Record(command.into()),
        Line::Rows(Nothing {}) => return session.ask(&call, Session::rows),
        Line::Now(Nothing {}) => return session.ask(&call, |session| session.now()),
        Line::FiguresConfig(config) => {
            session.configure_figures(config)?;
            return session.ask(&call, |session| session.figures_config());
        }
        Line::Report(Nothing {}) => return session.ask(&call, |session| session.report()),
        Line::RecordOf(id) => return session.ask(&call, |session| session.record_of(id)),
        Line::Messages(page) => return session.ask(&call, |session| session.messages(&page)),
        Line::OfCustomer(key) => return session.ask(&call, |session| session.of_customer(&key)),
        Line::Cards(agent) => return session.ask(&call, |session| session.cards(agent)),
        Line::Targets(Desk { agent, interaction }) => {
            return session.ask(&call, |session| session.targets(agent, interaction));
        }
        Line::Parties(id) => return session.ask(&call, |session| session.parties(id)),
        Line::JourneyOf(look) => return session.ask(&call, |session| session.journey_of(&look)),
        Line::JourneyChanges(look) => {
            return session.ask(&call, |session| session.journey_changes(&look));
        }
        Line::Visitors(look) => return session.ask(&call, |session| session.visitors(&look)),
        Line::Inbox(agent) => return session.ask(&call, |session| session.inbox(agent)),
        Line::Workspace(Desk { agent, interaction }) => {
            return session.ask(&call, |session| session.workspace(agent, interaction));
        }
        Line::Controls(Pair { work, agent }) => {
            return session.ask(&call, |session| session.controls(agent, work));
        }
        Line::WhyWork(id) => return session.ask(&call, |session| session.why_work(id)),
        Line::WhyAgent(id) => return session.ask(&call, |session| session.why_agent(id)),
        Line::Why(Pair { work, agent }) => {
            return session.ask(&call, |session| session.why(work, agent));
        }
        Line::Decisions(Nothing {}) => return session.ask(&call, Session::decisions),
    };
    session.tell(call, command)
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
        CentreReply::Knowledge(reply) => keyed(centre, reply),
        CentreReply::Journey(reply) => keyed(centre, reply),
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
