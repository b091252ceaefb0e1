//! Why something is not sent, and why an event becomes no command.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use strowger::Key;
use strowger::model::{AgentId, WorkId};
use strowger::state::OfferEnd;

/// Why something is not sent, although it should be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotSent {
    /// A text has a single quote, which the vendor's routing server does not take as text.
    #[error("{field} has a single quote")]
    Quoted {
        /// The name of the pair.
        field: Cow<'static, str>,
    },
    /// The key of the work is not the identifier of a call.
    #[error("{work} has no call at the switch")]
    NoCall {
        /// The work.
        work: WorkId,
    },
    /// It is not known at what telephone an agent is.
    #[error("nobody said at what telephone {agent} is")]
    NoTelephone {
        /// The agent.
        agent: AgentId,
    },
}

/// Why an event becomes no command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WhyNot {
    /// It is none that means anything here.
    #[error("no event that means anything here")]
    OtherEvent,
    /// The switch answers a request that was made here.
    #[error("the answer to a request")]
    Answer,
    /// It asks for something, and a request answers it.
    #[error("a request answers it")]
    Requested,
    /// A request is refused. What the telephone shows is not known any more.
    #[error("a request is refused: {message} ({code})")]
    Refused {
        /// The vendor's number.
        code: i64,
        /// The vendor's words.
        message: Box<str>,
    },
    /// A request that was made here is under way at this telephone; its answer will say what holds.
    #[error("a request is under way at {dn}")]
    UnderWay {
        /// The telephone.
        dn: Key,
    },
    /// It says what is so already.
    #[error("it is so already")]
    Already,
    /// Something later was heard.
    #[error("something later was heard")]
    Older,
    /// It is no telephone of a worker, or no routing point.
    #[error("{dn} is unknown")]
    UnknownDn {
        /// The number.
        dn: Key,
    },
    /// It names no agent.
    #[error("it names no agent")]
    NoAgent,
    /// There is no such agent.
    #[error("there is no agent {agent}")]
    UnknownAgent {
        /// The agent, as the switch names them.
        agent: Key,
    },
    /// The agent is no knowledge worker. At what telephone they are is noted.
    #[error("{agent} is no knowledge worker")]
    NotAWorker {
        /// The agent.
        agent: AgentId,
    },
    /// Somebody else sits at this telephone.
    #[error("{agent} sits at {dn}")]
    AnotherSits {
        /// The telephone.
        dn: Key,
        /// Who sits there.
        agent: AgentId,
    },
    /// Nobody has the call that the event names.
    #[error("nobody has this call")]
    NoCall,
    /// Nothing was shown that this could answer.
    #[error("no preview that this could answer")]
    NoPreview,
    /// The preview was over before the answer came.
    #[error("the preview was over already")]
    PreviewOver {
        /// How it ended.
        end: OfferEnd,
    },
    /// It is neither an acceptance nor a rejection.
    #[error("neither an acceptance nor a rejection")]
    NoDecision,
    /// No worker has this address in the messenger.
    #[error("no worker has the address {im}")]
    UnknownAddress {
        /// The address.
        im: Key,
    },
    /// The centre has no layer of knowledge.
    #[error("nobody is asked for help here")]
    NoLayer,
}
