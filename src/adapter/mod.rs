//! The words of vendors.
//!
//! Knows how a vendor speaks of things. Knows no socket, no file and no clock now, and decides
//! nothing.

#[cfg(feature = "genesys")]
pub(crate) mod genesys;
#[cfg(feature = "servicenow")]
pub(crate) mod servicenow;
#[cfg(any(feature = "genesys", feature = "servicenow"))]
pub(crate) mod wire;
