//! Deciding: what a command, a deadline or a free agent leads to.
//!
//! Knows every rule and reads the world; changes it only by emitting facts. Knows nothing of hosts.

pub(crate) mod action;
mod agents;
mod aside;
mod classify;
pub(crate) mod core;
pub(crate) mod decisions;
mod definitions;
mod expire;
pub(crate) mod explain;
pub(crate) mod keys;
mod legs;
pub(crate) mod matching;
mod offering;
mod offers;
mod overflow;
mod prefer;
mod relax;
mod route;
pub(crate) mod rules;
mod turn;
pub(crate) mod view;
mod works;
mod wrap_up;
