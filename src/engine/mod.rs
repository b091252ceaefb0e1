//! Deciding: what a command, a deadline or a free agent leads to.
//!
//! Knows every rule and reads the world; changes it only by emitting facts. Knows nothing of hosts.

pub(crate) mod action;
mod agents;
pub(crate) mod core;
mod definitions;
mod expire;
mod legs;
mod offering;
mod offers;
mod route;
mod turn;
pub(crate) mod view;
mod works;
mod wrap_up;
