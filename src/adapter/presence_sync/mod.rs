//! Presence between two systems: the engine, and a desk at which people set their presence too.

pub(crate) mod mapping;
pub(crate) mod person;
pub(crate) mod standing;
pub(crate) mod sync;
pub(crate) mod unified;
