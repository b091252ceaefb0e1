//! What is known of a telephone.

use strowger::Key;
use strowger::knowledge::AgentState;
use strowger::model::AgentId;

use crate::event::EventTime;

/// What a telephone shows, as far as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum There {
    /// Nobody said.
    #[default]
    Unknown,
    /// Nobody is logged in.
    LoggedOut,
    /// Somebody is logged in, ready or not.
    LoggedIn,
    /// They are ready.
    Ready,
    /// They are not ready.
    NotReady {
        /// Why, if that was said.
        reason: Option<Key>,
    },
}

impl There {
    /// What a telephone shows that does what is asked.
    pub(crate) fn of(state: &AgentState) -> Self {
        match state {
            AgentState::Ready => Self::Ready,
            AgentState::LoggedOut => Self::LoggedOut,
            // A state that is not known yet is one in which nobody gets calls.
            state => Self::NotReady { reason: state.reason().cloned() },
        }
    }

    /// True if it says no more than this state does.
    pub(crate) fn agrees(&self, state: &AgentState) -> bool {
        match self {
            Self::NotReady { reason: None } => state.reason().is_some(),
            there => *there == Self::of(state),
        }
    }

    /// True if somebody is logged in.
    pub(crate) const fn is_in(&self) -> bool {
        matches!(self, Self::LoggedIn | Self::Ready | Self::NotReady { .. })
    }
}

/// A telephone at which somebody sits, or is logged in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Telephone {
    /// Who sits there in the core.
    pub(crate) seated: Option<AgentId>,
    /// Who is logged in there.
    pub(crate) logged_in: Option<AgentId>,
    /// What it shows.
    pub(crate) there: There,
    /// The request whose answer is not there yet, and what it shows if it is done.
    pub(crate) asked: Option<(u32, There)>,
    /// What was told while something was asked.
    pub(crate) told: Option<There>,
    /// When somebody logged in or out last.
    pub(crate) logged: Option<EventTime>,
    /// When it was heard of last.
    pub(crate) heard: Option<EventTime>,
}

impl Telephone {
    /// Notes when something was heard; false if something later was heard before.
    pub(crate) fn hear(&mut self, time: EventTime) -> bool {
        let news = self.heard.is_none_or(|heard| heard <= time);
        self.heard = self.heard.max(Some(time));
        news
    }

    /// The same of a login or a logout.
    pub(crate) fn hear_login(&mut self, time: EventTime) -> bool {
        let news = self.logged.is_none_or(|logged| logged <= time);
        self.logged = self.logged.max(Some(time));
        news
    }

    /// What it shows is not known any more.
    pub(crate) fn forget(&mut self) {
        (self.there, self.logged_in, self.told) = (There::Unknown, None, None);
    }

    /// True if there is nothing to remember of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.seated.is_none() && self.asked.is_none() && self.there == There::LoggedOut
    }
}
