//! Transfers: blind, attended, and by a consult.

use alloc::format;
use alloc::string::{String, ToString};

use serde_json::{Map, Value};

use crate::conversation::Part;
use crate::media::MediaType;
use crate::words::{body, words};
use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request};

words! {
    /// When a transfer takes the conversation from its agent.
    TransferType {
        /// When somebody accepted it: until then the agent keeps the conversation.
        Attended = "Attended",
        /// At once.
        Unattended = "Unattended",
    }
}

/// To whom a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Target {
    /// To an agent, by the agent's id.
    Agent(String),
    /// To a queue, by its id.
    Queue(String),
    /// To an address outside.
    External(String),
}

impl Target {
    /// The last part of the path, the permission's ending, and the field that names it.
    fn names(&self) -> (&'static str, &'static str, &str) {
        match self {
            Self::Agent(id) => ("agent", "userId", id),
            Self::Queue(id) => ("queue", "queueId", id),
            Self::External(address) => ("external", "address", address),
        }
    }

    fn body(&self, first: &'static str, word: &str) -> Map<String, Value> {
        let (_, field, id) = self.names();
        [(first, word), (field, id)]
            .map(|(name, value)| (name.to_string(), value.into()))
            .into_iter()
            .collect()
    }
}

/// Transfers a conversation: `POST .../replace/{agent|queue|external}`.
///
/// ```
/// use strowger_genesys::{MediaType, Part, Target, Transfer};
///
/// let part = Part::new(MediaType::Message, "c1", "p1");
/// let request = Transfer::blind(Target::Queue("q1".into())).request(&part);
/// assert_eq!(request.path, "/api/v2/conversations/c1/participants/p1/replace/queue");
/// let body = request.body.unwrap();
/// assert_eq!((&body["transferType"], &body["queueId"]), (&"Unattended".into(), &"q1".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// To whom.
    pub target: Target,
    /// When it leaves its agent.
    pub kind: TransferType,
}

impl Transfer {
    /// It leaves its agent at once.
    #[must_use]
    pub const fn blind(target: Target) -> Self {
        Self { target, kind: TransferType::Unattended }
    }

    /// It leaves its agent when somebody accepted it.
    #[must_use]
    pub const fn attended(target: Target) -> Self {
        Self { target, kind: TransferType::Attended }
    }

    /// The request for who gives it away.
    #[must_use]
    pub fn request(&self, part: &Part) -> Request {
        let (word, ..) = self.target.names();
        let body = self.target.body("transferType", self.kind.word());
        let request =
            Request::new(Method::Post, part.any_path(&format!("/replace/{word}"))).with_body(&body);
        let all = "conversation:communication:blindTransfer";
        match self.target {
            Target::Agent(_) => {
                request.with_permissions(&[all, "conversation:communication:blindTransferAgent"])
            }
            Target::Queue(_) => {
                request.with_permissions(&[all, "conversation:communication:blindTransferQueue"])
            }
            Target::External(_) => {
                request.with_permissions(&[all, "conversation:communication:blindTransferExternal"])
            }
        }
    }
}

words! {
    /// With whom who consults speaks.
    SpeakTo {
        /// With who is consulted.
        Destination = "DESTINATION",
        /// With the customer.
        Object = "OBJECT",
        /// With each in turn.
        Both = "BOTH",
        /// With all together.
        Conference = "CONFERENCE",
    }
}

/// Consults somebody about a call: `POST .../consult/{agent|queue|external}`.
///
/// ```
/// use strowger_genesys::{ConsultTransfer, MediaType, Part, SpeakTo, Target, end_consult};
///
/// let part = Part::new(MediaType::Call, "c1", "p1");
/// let request = ConsultTransfer::new(Target::Agent("bo".into())).request(&part)?;
/// assert_eq!(request.path, "/api/v2/conversations/calls/c1/participants/p1/consult/agent");
/// assert_eq!(request.body.unwrap()["speakTo"], "DESTINATION");
/// assert_eq!(end_consult(&part)?.path, "/api/v2/conversations/calls/c1/participants/p1/consult");
/// # Ok::<(), strowger::model::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsultTransfer {
    /// Who is consulted.
    pub target: Target,
    /// With whom one speaks at first.
    pub speak_to: SpeakTo,
}

fn calls_only(part: &Part) -> Result<(), Invalid> {
    match part.media {
        MediaType::Call => Ok(()),
        _ => Err(Invalid::new("media", Problem::NotListed)),
    }
}

impl ConsultTransfer {
    /// One speaks with who is consulted at first.
    #[must_use]
    pub const fn new(target: Target) -> Self {
        Self { target, speak_to: SpeakTo::Destination }
    }

    /// The request for who consults; it is answered with a [`Consulted`].
    ///
    /// # Errors
    /// Only in a call somebody can be consulted.
    pub fn request(&self, part: &Part) -> Result<Request, Invalid> {
        calls_only(part)?;
        let (word, ..) = self.target.names();
        let body = self.target.body("speakTo", self.speak_to.word());
        let request =
            Request::new(Method::Post, part.path(&format!("/consult/{word}"))).with_body(&body);
        let all = "conversation:communication:consultTransfer";
        Ok(match self.target {
            Target::Agent(_) => {
                request.with_permissions(&[all, "conversation:communication:consultTransferAgent"])
            }
            Target::Queue(_) => {
                request.with_permissions(&[all, "conversation:communication:consultTransferQueue"])
            }
            Target::External(_) => request
                .with_permissions(&[all, "conversation:communication:consultTransferExternal"]),
        })
    }
}

/// Changes with whom who consults speaks: `PATCH .../consult`.
///
/// # Errors
/// Only in a call somebody can be consulted.
pub fn speak_to(part: &Part, whom: &SpeakTo) -> Result<Request, Invalid> {
    calls_only(part)?;
    let body = Map::from_iter([("speakTo".to_string(), Value::from(whom.word()))]);
    Ok(Request::new(Method::Patch, part.path("/consult")).with_body(&body))
}

/// Ends a consult, and the agent keeps the call: `DELETE .../consult`. To hand the call over, the
/// agent leaves it.
///
/// # Errors
/// Only in a call somebody can be consulted.
pub fn end_consult(part: &Part) -> Result<Request, Invalid> {
    calls_only(part)?;
    Ok(Request::new(Method::Delete, part.path("/consult")))
}

body! {
    /// What a consult is answered with.
    pub Consulted {
        /// The participant who is consulted.
        destination_participant_id: String,
    }
}

words! {
    /// How far a transfer is.
    TransferState {
        /// It was asked for.
        Pending = "Pending",
        /// It is under way.
        Active = "Active",
        /// It is done.
        Complete = "Complete",
        /// It was called off.
        Canceled = "Canceled",
        /// It failed.
        Failed = "Failed",
        /// Nobody answered in time.
        Timeout = "Timeout",
        /// Not known.
        Unknown = "Unknown",
    }
}
