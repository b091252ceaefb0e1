//! Facts: numbered, dated events, and the buffer they are written to.

use alloc::vec::{Drain, Vec};

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::fact::event::Event;
use crate::state::machine::DeadlineKind;

/// The number of a fact: 1, 2, 3, ... without a gap.
pub type Seq = u64;

/// An event with its number, its time and its cause. Facts are the only thing that changes what
/// decides, so a journal of them rebuilds it. Each layer has events of its own: the engine's are
/// [`Event`].
///
/// ```
/// use strowger::prelude::*;
/// use strowger::fact::Cause;
/// use strowger::state::DeadlineKind;
///
/// // The host called two seconds late; what the timer did counts from when it was due.
/// let due = Timestamp::from_millis(10_000);
/// let json = r#"{"seq": 7, "at": 12000, "cause": {"deadline": {"kind": "retry", "due": 10000}},
///     "event": {"declines_forgotten": {"work": 1}}}"#;
/// let fact: Fact = serde_json::from_str(json).unwrap();
/// assert_eq!(fact.cause, Cause::Deadline { kind: DeadlineKind::Retry, due });
/// assert_eq!(fact.effective(), due);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fact<E = Event> {
    /// Its number among the facts of its layer.
    pub seq: Seq,
    /// The time of the call in which it happened.
    pub at: Timestamp,
    /// The cause of the event.
    pub cause: Cause,
    /// The event that happened.
    pub event: E,
}

impl<E> Fact<E> {
    /// An event with its number, its time and its cause.
    #[must_use]
    pub const fn new(seq: Seq, at: Timestamp, cause: Cause, event: E) -> Self {
        Self { seq, at, cause, event }
    }

    /// The instant the event counts from: what a timer ends counts from its deadline, however late
    /// the call; everything else from the time of the call.
    #[must_use]
    pub const fn effective(&self) -> Timestamp {
        self.cause.effective(self.at)
    }
}

/// The cause of a fact.
///
/// ```
/// use strowger::command::Actor;
/// use strowger::fact::Cause;
///
/// let host = Cause::Command { by: Actor::Host };
/// assert_eq!(serde_json::to_string(&host).unwrap(), r#""command""#);
/// let sue = Cause::Command { by: Actor::Supervisor("sue".into()) };
/// assert_eq!(serde_json::to_string(&sue).unwrap(), r#"{"command_by":{"supervisor":"sue"}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "WrittenCause", into = "WrittenCause")]
#[non_exhaustive]
pub enum Cause {
    /// A command.
    Command {
        /// The actor who gave it.
        by: Actor,
    },
    /// A deadline.
    Deadline {
        /// The kind of the deadline.
        kind: DeadlineKind,
        /// When it was.
        due: Timestamp,
    },
    /// Work and agent were matched.
    Routing,
    /// A fact of a layer below, which this layer follows.
    Followed {
        /// The instant the event counts from.
        since: Timestamp,
    },
}

impl Cause {
    /// The instant from which something counts that happens by this cause in a call at this time.
    pub(crate) const fn effective(&self, at: Timestamp) -> Timestamp {
        match self {
            Self::Deadline { due, .. } => *due,
            Self::Followed { since } => *since,
            Self::Command { .. } | Self::Routing => at,
        }
    }
}

/// A cause as it is written: whose command it was stands there only if it was not the host's own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenCause {
    Command,
    CommandBy(Actor),
    Deadline { kind: DeadlineKind, due: Timestamp },
    Routing,
    Followed { since: Timestamp },
}

impl From<Cause> for WrittenCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Command { by: Actor::Host } => Self::Command,
            Cause::Command { by } => Self::CommandBy(by),
            Cause::Deadline { kind, due } => Self::Deadline { kind, due },
            Cause::Routing => Self::Routing,
            Cause::Followed { since } => Self::Followed { since },
        }
    }
}

impl From<WrittenCause> for Cause {
    fn from(cause: WrittenCause) -> Self {
        match cause {
            WrittenCause::Command => Self::Command { by: Actor::Host },
            WrittenCause::CommandBy(by) => Self::Command { by },
            WrittenCause::Deadline { kind, due } => Self::Deadline { kind, due },
            WrittenCause::Routing => Self::Routing,
            WrittenCause::Followed { since } => Self::Followed { since },
        }
    }
}

/// The host's own buffer of facts: those of one layer, or those of layers that are joined. Every
/// call appends to it and never takes anything out, so facts survive a refusal and nothing is
/// forgotten.
///
/// ```
/// use strowger::prelude::*;
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// assert!(log.iter().next().is_some_and(|fact| fact.seq == 1));
/// # drop(engine);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Log<F = Fact> {
    facts: Vec<F>,
}

impl<F> Default for Log<F> {
    fn default() -> Self {
        Self { facts: Vec::new() }
    }
}

impl<F> Log<F> {
    /// The facts, oldest first.
    pub fn iter(&self) -> core::slice::Iter<'_, F> {
        self.facts.iter()
    }

    /// Takes all facts out, oldest first; the buffer keeps its memory.
    pub fn drain(&mut self) -> Drain<'_, F> {
        self.facts.drain(..)
    }

    /// Drops all facts; the buffer keeps its memory.
    pub fn clear(&mut self) {
        self.facts.clear();
    }

    /// How many facts there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.facts.len()
    }

    /// True if the log has no facts.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The facts side by side, oldest first.
    #[must_use]
    pub fn as_slice(&self) -> &[F] {
        &self.facts
    }

    /// Puts one behind the others.
    pub(crate) fn push(&mut self, fact: F) {
        self.facts.push(fact);
    }

    /// The latest.
    pub(crate) fn last(&self) -> Option<&F> {
        self.facts.last()
    }

    /// Takes the latest back.
    pub(crate) fn pop(&mut self) {
        self.facts.pop();
    }
}

impl<F> FromIterator<F> for Log<F> {
    fn from_iter<I: IntoIterator<Item = F>>(facts: I) -> Self {
        Self { facts: facts.into_iter().collect() }
    }
}

impl<'a, F> IntoIterator for &'a Log<F> {
    type Item = &'a F;
    type IntoIter = core::slice::Iter<'a, F>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<F> IntoIterator for Log<F> {
    type Item = F;
    type IntoIter = alloc::vec::IntoIter<F>;

    fn into_iter(self) -> Self::IntoIter {
        self.facts.into_iter()
    }
}
