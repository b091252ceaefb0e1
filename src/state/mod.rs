//! The life of one thing at a time: small machines that know their states and steps and nothing
//! else.
//!
//! Every state is `Copy`, every `next` names each pair of state and step, and a deadline belongs to
//! the state that has it. Nothing here knows tables, queues' rules or other machines.

#![deny(clippy::wildcard_enum_match_arm)]

pub(crate) mod assignment;
pub(crate) mod leg;
pub(crate) mod machine;
pub(crate) mod offer;
pub(crate) mod presence;
pub(crate) mod routing_status;
pub(crate) mod work;

pub use assignment::{AssignmentState, AssignmentStep};
pub use leg::{LegEnd, LegRole, LegState, LegStep};
pub use machine::{Deadline, DeadlineKind, Illegal};
pub use offer::{OfferEnd, OfferState, OfferStep, Withdrawal};
pub use presence::{Presence, PresenceStep};
pub use routing_status::{Load, RoutingStatus, StatusStep};
pub use work::{CloseCause, Stage, WorkStep};
