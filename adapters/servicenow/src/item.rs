//! What brings a work item at the desk to where the engine has it: a table.

use strowger::Key;

/// Where the engine has a piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// With nobody.
    Waiting,
    /// It is offered to an agent.
    Offered(Key),
    /// An agent has it: active, on hold, parked or in wrap-up.
    Had(Key),
    /// It is closed.
    Over,
}

/// Where the desk has a work item, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum There {
    /// Not known: it must be read.
    Unknown,
    /// With nobody (Queued).
    Queued,
    /// It is offered to an agent (Pending Accept).
    Pending(Key),
    /// An agent has it (Accepted).
    Accepted(Key),
    /// It is closed or gone (Canceled).
    Over,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Nothing: both are in step.
    Nothing,
    /// Read where it is.
    Read,
    /// Offer it to the agent.
    Offer,
    /// Give it to the agent without asking.
    Give,
    /// Accept it for whom it is offered to.
    Accept,
    /// Reject it for whom it is offered to.
    Reject,
    /// Transfer it from who has it to its queue.
    ToQueue,
    /// Transfer it from who has it to the agent.
    ToAgent,
    /// Close it.
    Close,
    /// The desk closed it: the engine should.
    Follow,
}

impl Act {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "-",
            Self::Read => "read",
            Self::Offer => "offer",
            Self::Give => "give",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::ToQueue => "to_queue",
            Self::ToAgent => "to_agent",
            Self::Close => "close",
            Self::Follow => "follow",
        }
    }
}

/// The next step towards where the engine has it.
///
/// ```text
#[doc = include_str!("../tests/tables/item.txt")]
/// ```
#[must_use]
pub fn act(wanted: &Wanted, there: &There) -> Act {
    match (wanted, there) {
        (Wanted::Waiting, There::Queued) | (Wanted::Over, There::Over) => Act::Nothing,
        (Wanted::Over, _) => Act::Close,
        (_, There::Unknown) => Act::Read,
        (_, There::Over) => Act::Follow,
        (Wanted::Offered(_), There::Queued) => Act::Offer,
        (Wanted::Had(_), There::Queued) => Act::Give,
        (Wanted::Offered(to), There::Pending(at)) if to == at => Act::Nothing,
        (Wanted::Had(by), There::Pending(at)) if by == at => Act::Accept,
        (_, There::Pending(_)) => Act::Reject,
        (Wanted::Had(by), There::Accepted(at)) if by == at => Act::Nothing,
        (Wanted::Offered(to) | Wanted::Had(to), There::Accepted(at)) if to != at => Act::ToAgent,
        (Wanted::Waiting | Wanted::Offered(_) | Wanted::Had(_), There::Accepted(_)) => Act::ToQueue,
    }
}
