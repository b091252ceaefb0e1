//! What whoever decides says when it cannot go on.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::fact::log::Seq;

/// A contradiction that the engine met in its own state: a bug, or memory gone bad.
///
/// A fact that was decided did not fit the state it was decided against, or a row was not there
/// that must be. What is in memory cannot be trusted any more, so the engine [refuses
/// everything](crate::Refusal::Faulted) from then on. The facts of the call in which it happened
/// are gone from the log; those of all calls before are sound. The host drops the engine and
/// recovers another one from its journal.
///
/// ```
/// use strowger::prelude::*;
///
/// /// Whether an engine is to be replaced.
/// fn is_broken(engine: &Engine) -> bool {
///     engine.fault().is_some_and(|fault| {
///         eprintln!("recover from the facts up to {}: {fault}", fault.sound);
///         true
///     })
/// }
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
/// assert!(!is_broken(&engine));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{reason}")]
#[non_exhaustive]
pub struct Fault {
    /// The number of the last sound fact: the last one before the call.
    pub sound: Seq,
    /// The time of the call.
    pub at: Timestamp,
    /// The contradiction that was met, for whoever looks into it.
    pub reason: String,
}

impl Fault {
    pub(crate) const fn new(sound: Seq, at: Timestamp, reason: String) -> Self {
        Self { sound, at, reason }
    }
}
