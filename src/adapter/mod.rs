//! Glue for hosts: thin, and still pure.
//!
//! Knows how a host speaks of things. Knows no socket, no file and no clock, and decides nothing.

pub(crate) mod keyed;
pub(crate) mod presence_sync;
#[cfg(feature = "servicenow")]
pub(crate) mod servicenow;
