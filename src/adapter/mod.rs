//! Glue for hosts: thin, and still pure.
//!
//! Knows how a host speaks of things. Knows no socket, no file and no clock, and decides nothing.

pub(crate) mod act;
pub(crate) mod driver;
#[cfg(feature = "genesys")]
pub(crate) mod genesys;
pub(crate) mod host;
#[cfg(feature = "journal")]
pub mod journal;
pub(crate) mod keyed;
pub(crate) mod presence_sync;
pub(crate) mod replica;
#[cfg(feature = "servicenow")]
pub(crate) mod servicenow;
#[cfg(any(feature = "genesys", feature = "servicenow"))]
pub(crate) mod wire;
