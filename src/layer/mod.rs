//! What everything that decides has in common: the engine, each layer above it, and what joins
//! them.
//!
//! Knows how commands and time come in, how facts go out, and what layers that are joined ask of
//! each other now and then. Knows nothing of any one layer.

pub(crate) mod above;
pub(crate) mod action;
pub(crate) mod decide;
pub(crate) mod error;
pub(crate) mod fault;
pub(crate) mod mode;

pub use above::{Above, Over, Plan};
pub use action::{Action, FromReply, Layer};
pub use decide::Decide;
