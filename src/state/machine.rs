//! What all lifecycles share: the step that is not possible, and the reason for a deadline.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;

/// A step that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{state} work, offer, assignment, leg or presence cannot {step}")]
#[non_exhaustive]
pub struct Illegal {
    /// The state.
    pub state: &'static str,
    /// The step.
    pub step: &'static str,
}

/// The kind of a deadline. Of several at the same instant for the same thing, the first listed
/// comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadlineKind {
    /// The window of an offer is over.
    OfferWindow,
    /// A wrap-up is over.
    WrapUp,
    /// An agent was not heard of.
    Lease,
    /// Work has lived long enough.
    Lifetime,
    /// Work has waited long enough.
    MaxWait,
    /// Parked work comes back.
    ParkOver,
    /// The wait for preferred agents goes on to its next step.
    PreferredStep,
    /// Work becomes visible to agents who see its queue with a delay.
    Reveal,
    /// Everybody may be asked again.
    Retry,
    /// An agent may be asked again.
    BarOver,
    /// Work becomes easier to place: a condition expires, or a step of its relaxation begins.
    Relaxation,
    /// Work that was put off enters its line.
    Scheduled,
    /// The window of a consult is over.
    ConsultWindow,
    /// A rule of overflow is due by the time work has waited.
    Overflow,
    /// Rules and rings of a queue are inspected again.
    Inspection,
    /// A queue may offer again.
    Ramp,
    /// A pool gives back what was drawn from it.
    PoolReset,
    /// A call did as much as one call may: what is left to be routed is routed by the next.
    Routing,
    /// Time does something to an interaction record: a wrap-up ends, a reminder is due, or silence
    /// has lasted long enough.
    Record,
    /// Time does something to the journey of a customer: a session or an offer ends, an action map
    /// may be offered, a segment is taken away, a customer is forgotten.
    Journey,
}

/// When the engine wants to be called again, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// The kind of the deadline.
    pub kind: DeadlineKind,
}

impl Deadline {
    /// This instant, for that.
    #[must_use]
    pub const fn new(at: Timestamp, kind: DeadlineKind) -> Self {
        Self { at, kind }
    }
}
