//! The time that calls name.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::command::refusal::Refusal;

/// The latest instant that a call named, and how often one named an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    pub latest: Timestamp,
    pub stepped_back: u64,
}

impl Clock {
    /// The clock of an engine that begins at an instant.
    pub(crate) const fn at(latest: Timestamp) -> Self {
        Self { latest, stepped_back: 0 }
    }

    /// A call names the time. Time never runs back.
    pub(crate) fn see(&mut self, now: Timestamp) -> Timestamp {
        if now < self.latest {
            self.stepped_back = self.stepped_back.saturating_add(1);
        }
        self.latest = self.latest.max(now);
        self.latest
    }
}

/// How far ahead the next call may name the time.
///
/// This is no part of the state. A snapshot does not hold it, and facts of elsewhere pass it by: a
/// replica comes to the same state, whatever the host confirmed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockGuard {
    /// The next call is the first one, and may name any time.
    first: bool,
    /// The instant that the host confirmed.
    confirmed: Option<Timestamp>,
}

impl ClockGuard {
    /// Before the first call: nobody knows how long the host was away.
    pub(crate) const fn before_the_first_call() -> Self {
        Self { first: true, confirmed: None }
    }

    /// A call was made.
    pub(crate) const fn note_call(&mut self) {
        self.first = false;
    }

    /// The host confirms the time. The last word counts.
    pub(crate) const fn confirm(&mut self, now: Timestamp) {
        self.confirmed = Some(now);
    }

    /// Refuses a time that is too far after the latest, and after what the host confirmed.
    pub(crate) fn check(
        &self,
        latest: Timestamp,
        now: Timestamp,
        step: Option<Span>,
    ) -> Result<(), Refusal> {
        let known = self.confirmed.map_or(latest, |confirmed| confirmed.max(latest));
        match step {
            Some(step) if !self.first && now.since(known) > step => {
                Err(Refusal::ClockJump { from: latest, to: now })
            }
            _ => Ok(()),
        }
    }
}
