//! A scenario: an engine with everything defined, and what the people of the day will do.

use strowger::model::{ChannelId, ReasonId};
use strowger::prelude::*;

use crate::agenda::{Happening, WorkAct};

/// A day before it begins.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) title: String,
    /// One line that says what is seen.
    pub(crate) subtitle: String,
    pub(crate) engine: Engine,
    /// The facts of the definitions; nobody has read them yet.
    pub(crate) log: Log,
    pub(crate) contacts: Vec<Contact>,
    /// What is known beforehand: arrivals, shifts, the close of the day.
    pub(crate) diary: Vec<(Timestamp, Happening)>,
    pub(crate) habits: Habits,
    /// The channels on which somebody waits at the other end.
    pub(crate) live: Vec<ChannelId>,
    /// The share of live contacts that should be answered within target, in percent.
    pub(crate) goal: u32,
    /// Lines for the end of the report.
    pub(crate) notes: Vec<String>,
}

/// A contact as its customer will have it.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) request: WorkRequest,
    /// How long the customer waits; `None`: for ever.
    pub(crate) patience: Option<Span>,
    /// How long an agent is occupied with it.
    pub(crate) talk: Span,
    /// How long the agent wraps it up.
    pub(crate) wrap_up: Span,
    pub(crate) course: Course,
    /// Whether it is a second attempt, which is not followed by a third.
    pub(crate) again: bool,
}

/// The course a contact takes once it is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Course {
    Straight,
    /// With the customer on hold for so long.
    Hold(Span),
    TransferToQueue(QueueId),
    TransferToColleague,
    /// Parked until the customer writes again, so many times.
    Conversation(u8),
    /// The agent asks for time to wrap up.
    AskForWrapUp,
}

impl Contact {
    /// What an agent and their customer do in one leg of a contact, and when.
    pub(crate) fn leg(&self, by: Finisher) -> Vec<(Span, WorkAct)> {
        let talk = self.talk;
        let part = |percent: u64| Span::from_millis(talk.as_millis() * percent / 100);
        let finish = WorkAct::Finish(by);
        match self.course {
            Course::Straight | Course::Conversation(0) => vec![(talk, finish)],
            Course::Hold(lasts) => {
                let plus = |from: Span| Span::from_millis(from.as_millis() + lasts.as_millis());
                let (hold, retrieve) = (part(40), plus(part(40)));
                vec![(hold, WorkAct::Hold), (retrieve, WorkAct::Retrieve), (plus(talk), finish)]
            }
            Course::TransferToQueue(queue) => vec![(part(40), WorkAct::TransferToQueue(queue))],
            Course::TransferToColleague => vec![(part(40), WorkAct::TransferToColleague)],
            Course::Conversation(_) => vec![(talk, WorkAct::Park)],
            Course::AskForWrapUp => vec![(part(80), WorkAct::AskForWrapUp), (talk, finish)],
        }
    }
}

/// How people behave; shares are per thousand.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    /// Seed of all chance during the day.
    pub(crate) seed: u64,
    /// Offers that time out.
    pub(crate) missed: u64,
    /// Offers that are rejected.
    pub(crate) rejected: u64,
    pub(crate) reasons: Vec<ReasonId>,
    /// Customers who abandoned and try again.
    pub(crate) redial: u64,
    /// Customers who were served and get in touch again.
    pub(crate) recall: u64,
    /// How often workstations give a sign of life.
    pub(crate) heartbeat: Option<Span>,
    /// When the lines close for new contacts.
    pub(crate) last_entry: Timestamp,
}

/// Why there is no scenario.
#[derive(Debug)]
pub(crate) struct Unusable(pub(crate) String);

impl From<Refusal> for Unusable {
    fn from(refusal: Refusal) -> Self {
        Self(format!("the engine refused the set-up: {refusal}"))
    }
}
