//! What cannot be taken up, and why.

use alloc::string::{String, ToString};

use crate::fact::log::Seq;
use crate::layer::fault::Fault;
use crate::world::check::Violation;

/// A snapshot, or the state that facts lead to, that cannot be taken up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It was written in a format this version does not know.
    #[error("snapshot format {found} is not known")]
    Format {
        /// The number of its format.
        found: u32,
    },
    /// Its rows contradict each other.
    #[error("the rows contradict each other: {violation}")]
    Inconsistent {
        /// The first invariant that does not hold.
        violation: Violation,
    },
    /// Rows of a layer above the engine contradict each other.
    #[error("the rows contradict each other: {invariant}")]
    Unsound {
        /// The first invariant that does not hold.
        invariant: &'static str,
    },
    /// It was taken of an engine that had met a fault.
    #[error("the snapshot is that of an engine with a fault: {fault}")]
    Faulted {
        /// The fault.
        fault: Fault,
    },
}

impl RestoreError {
    /// The same of rows that facts up to this one led to.
    pub(crate) fn after(&self, seq: Seq) -> ReplayError {
        ReplayError { seq, reason: self.to_string() }
    }
}

/// A fact that cannot be followed, or the last one behind which the rows contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fact {seq}: {reason}")]
pub struct ReplayError {
    /// The number of the fact.
    pub seq: Seq,
    /// The reason why the fact cannot be followed.
    pub reason: String,
}
