//! What follows from an event.

use alloc::vec;
use alloc::vec::Vec;

use strowger::centre::CentreCommand;

use crate::fault::WhyNot;
use crate::request::Request;

/// What follows from an event: one command, or why there is none.
///
/// ```
/// use strowger_engage::{Answer, WhyNot};
///
/// let repeated = Answer::from(WhyNot::Already);
/// assert!(repeated.heard.is_err() && repeated.requests.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The command to execute, or why there is none.
    pub heard: Result<CentreCommand, WhyNot>,
    /// Requests to send: what the event leaves to be said.
    pub requests: Vec<Request>,
}

impl From<WhyNot> for Answer {
    fn from(why: WhyNot) -> Self {
        Self { heard: Err(why), requests: Vec::new() }
    }
}

impl Answer {
    pub(crate) fn command(command: impl Into<CentreCommand>) -> Self {
        Self { heard: Ok(command.into()), requests: vec![] }
    }

    pub(crate) fn with(self, requests: impl IntoIterator<Item = Request>) -> Self {
        Self { requests: requests.into_iter().collect(), ..self }
    }
}
