//! Invariants that do not hold.

use crate::model::ids::Entity;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{invariant}: {subject}")]
pub struct Violation {
    /// The invariant.
    pub invariant: &'static str,
    /// The thing that breaks it.
    pub subject: Entity,
}

impl Violation {
    /// Nothing, if an invariant holds for its subject.
    pub(crate) fn unless(
        holds: bool,
        invariant: &'static str,
        subject: impl Into<Entity>,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self { invariant, subject: subject.into() }) }
    }
}
