//! The agenda of the simulation: what people will do, in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use strowger::model::{CodeId, OfferId, ReasonId};
use strowger::prelude::*;

/// Something a person does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Happening {
    /// A customer gets in touch; the number of the contact.
    Arrival(usize),
    /// An agent answers an offer.
    Answer(OfferId, Answer),
    /// Somebody does something with a piece of work, unless it went on to another step meanwhile.
    Work(WorkId, u32, WorkAct),
    /// An agent does something with their wrap-up.
    WrapUp(WorkId, AgentId, WrapUpAct),
    /// An agent does something of their own accord.
    Agent(AgentId, AgentAct),
    /// The centre closes: what nobody has is carried over to the next day.
    Close,
    /// A piece of work is taken out to be carried over.
    CarryOver(WorkId),
}

/// An answer to an offer; an agent who misses one gives none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Accept,
    Reject(Option<ReasonId>),
}

/// What can be done with a piece of work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WorkAct {
    /// The customer loses patience.
    GiveUp,
    Hold,
    Retrieve,
    TransferToQueue(QueueId),
    /// Blind, to whoever of the queue is idle at that moment.
    TransferToColleague,
    /// The agent waits for the customer's next message.
    Park,
    /// The customer writes again.
    Return,
    AskForWrapUp,
    Finish(Finisher),
}

/// What an agent can do with their wrap-up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WrapUpAct {
    Code(CodeId),
    Extend(Span),
    End(Option<CodeId>),
}

/// What an agent does of their own accord.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AgentAct {
    SignOn,
    /// The agent finishes what they have, then leaves.
    Leave(Absence),
    /// The agent has finished and is off.
    Depart,
    /// The agent is away, so nothing is left to drain.
    EndDraining,
    /// The agent's break is over.
    ComeBack,
    /// The agent notices that they are not responding and goes on queue again.
    Respond,
    /// The agent makes a call of their own, so long.
    OwnCall(Span),
    HangUp,
    Heartbeat,
    /// The agent's workstation loses its connection, for so long.
    LoseLink(Span),
    FindLink,
}

/// A break, a meal, or the end of the shift.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absence {
    /// The presence the agent sets.
    pub(crate) presence: SystemPresence,
    /// How long the agent is away; `None`: till the next day.
    pub(crate) lasts: Option<Span>,
}

/// What happens when. Things at the same instant happen in the order they were planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    planned: u64,
}

#[derive(Debug)]
struct Entry {
    at: Timestamp,
    number: u64,
    what: Happening,
}

impl Entry {
    const fn key(&self) -> (Timestamp, u64) {
        (self.at, self.number)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Agenda {
    /// Plans something.
    pub(crate) fn plan(&mut self, at: Timestamp, what: Happening) {
        let number = self.planned;
        self.planned += 1;
        self.heap.push(Reverse(Entry { at, number, what }));
    }

    /// The next thing, if it comes before the engine's next deadline.
    pub(crate) fn next_before(
        &mut self,
        deadline: Option<Timestamp>,
    ) -> Option<(Timestamp, Happening)> {
        let first = self.heap.peek().map(|Reverse(entry)| entry.at)?;
        if deadline.is_some_and(|deadline| deadline <= first) {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.what))
    }
}
