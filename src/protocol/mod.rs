//! The words spoken across the boundary: commands in, replies and refusals back, facts out.
//!
//! Knows what can be said. Knows nothing of how it is decided or stored.

pub(crate) mod command;
pub(crate) mod definition;
pub(crate) mod event;
pub(crate) mod fact;
pub(crate) mod refusal;
