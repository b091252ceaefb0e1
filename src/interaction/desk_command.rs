//! What a desk can be told, and what it answers: the words of engine and records together.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::command::commands::{Command, Reply};
use crate::command::refusal::Refusal;
use crate::fact::log::{Fact, Log};
use crate::model::ids::WorkId;
use crate::model::work::WorkRequest;

use crate::interaction::command::{RecordCommand, RecordReply};
use crate::interaction::conversation::HandoffTrigger;
use crate::interaction::event::{RecordFact, RecordLog};
use crate::interaction::ids::InteractionId;
use crate::interaction::refusal::RecordRefusal;

/// Anything a desk can be told. In JSON an object with one field, such as
/// `{"submit": {"interaction": 1, "request": {"queue": 0, "channel": 0}}}`.
///
/// ```
/// use strowger::interaction::{DeskCommand, InteractionId, StartTopic};
///
/// let json = r#"{"record":{"start_topic":{"interaction":1}}}"#;
/// let command: DeskCommand = serde_json::from_str(json).unwrap();
/// let interaction = InteractionId::from_raw(1);
/// assert_eq!(command, DeskCommand::Record(StartTopic::new(interaction).into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DeskCommand {
    /// A command of the engine: [`Desk::execute`](crate::interaction::Desk::execute).
    Command(Box<Command>),
    /// A command of records: [`Desk::record`](crate::interaction::Desk::record).
    Record(RecordCommand),
    /// Work for an interaction: [`Desk::submit`](crate::interaction::Desk::submit).
    Submit {
        /// The interaction.
        interaction: InteractionId,
        /// The work.
        request: Box<WorkRequest>,
    },
    /// An agent is asked for: [`Desk::hand_off`](crate::interaction::Desk::hand_off).
    HandOff {
        /// The interaction.
        interaction: InteractionId,
        /// What made it.
        trigger: HandoffTrigger,
        /// The work that is handed in if somebody is there.
        request: Box<WorkRequest>,
    },
}

/// What a desk answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeskReply {
    /// The engine's answer.
    Command(Reply),
    /// The answer of the records.
    Record(RecordReply),
    /// The work that was handed in.
    Submitted(WorkId),
    /// The work that was handed in; `None`: nobody is there.
    HandedOff(Option<WorkId>),
}

/// Why a desk refused something: the engine's reason, or that of the records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskRefusal {
    /// The engine refused it.
    #[error(transparent)]
    Work(#[from] Refusal),
    /// The records refused it.
    #[error(transparent)]
    Record(#[from] RecordRefusal),
}

/// What happened at a desk: to work, and to records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskLog {
    /// The engine's facts.
    pub work: Log,
    /// The facts of records.
    pub records: RecordLog,
}

/// A fact of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskFact<'a> {
    /// It is about work.
    Fact(&'a Fact),
    /// It is about records.
    RecordFact(&'a RecordFact),
}

impl DeskLog {
    /// The facts of both, in the order in which they happened: a fact of records comes behind the
    /// last fact of the engine that was followed before it.
    pub fn iter(&self) -> impl Iterator<Item = DeskFact<'_>> {
        let (mut work, mut records) = (self.work.iter().peekable(), self.records.iter().peekable());
        core::iter::from_fn(move || {
            let first = match (work.peek(), records.peek()) {
                (Some(fact), Some(record)) => record.engine < fact.seq,
                (None, _) => true,
                (Some(_), None) => false,
            };
            if first {
                records.next().map(DeskFact::RecordFact)
            } else {
                work.next().map(DeskFact::Fact)
            }
        })
    }

    /// Forgets all facts; the buffers keep their memory.
    pub fn clear(&mut self) {
        self.work.clear();
        self.records.clear();
    }
}
