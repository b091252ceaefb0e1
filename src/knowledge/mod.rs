//! Help from outside the usual queues: colleagues who are asked in writing while a call goes on,
//! and to whom the call can be brought.
//!
//! Knows who outside the usual queues is asked for help, by which numbers, and what comes of it.
//! Knows nothing of how an agent is chosen: a routing point is a queue of the engine that has a
//! number, a knowledge worker is an agent, and a preview is an offer. Nothing below knows of it.
//!
//! [`Knowledge`] is what may be read; a [`Centre`](crate::Centre) joins it with an engine and
//! records, and does its commands.

mod apply;
mod ask;
mod command;
mod config;
mod decide;
pub(crate) mod desk;
mod ends;
mod escalate;
mod event;
mod follow;
pub(crate) mod layer;
mod named;
mod over;
mod permission;
mod point;
mod refusal;
mod rows;
mod store;
mod unified;

pub use command::*;
pub use config::{Direct, KnowledgeConfig, KnowledgeLimits};
pub use desk::{Button, CallParty, PreviewCard, PreviewMedia, TransferTarget};
pub use ends::{EscalationEnd, How, SessionEnd, Unanswered};
pub use event::{KnowledgeEntry, KnowledgeEvent, KnowledgeFact, KnowledgeLog};
pub use layer::{Knowledge, KnowledgeSnapshot};
pub use point::{Otherwise, RoutingPoint, Target, UserData};
pub use refusal::{KnowledgeLimit, KnowledgeRefusal};
pub use rows::{
    AskedFor, Destination, Escalation, HeardPresence, Invitation, Session, SessionOwner, StandsFor,
    Worker,
};
pub use unified::{AgentState, UnifiedMap};
