//! What the engine can be told, and why it refuses.
//!
//! Knows every command, what it answers, and every refusal. Knows nothing of how a command is
//! decided.

pub(crate) mod actor;
pub(crate) mod commands;
pub(crate) mod permission;
pub(crate) mod refusal;

pub use actor::{Actor, ActorKind, Permission};
pub use commands::*;
pub use refusal::{Keys, LimitName, Refusal, RefusalKind, StageName, Unavailable};
