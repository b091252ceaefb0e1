//! Presence between two systems: the engine, and a desk at which people set their presence too.
//!
//! Knows what each side says of a person now. Knows nothing of how work is routed.

pub(crate) mod mapping;
pub(crate) mod person;
pub(crate) mod standing;
pub(crate) mod sync;

pub use crate::knowledge::{AgentState, UnifiedMap};
pub use mapping::{PresenceMap, PresenceRow};
pub use person::Side;
pub use standing::{Follows, Heard, Standing};
pub use sync::{PresenceAsk, PresenceReport, PresenceSync, Renewal};
