//! The ids of what this layer keeps.

use crate::base::id::ids;

ids! {
    /// A customer: a visitor, known or not. Rises by one with every one that comes and is never
    /// used again.
    pub CustomerId(u64) = "cu";
    /// A session of a visitor. Rises by one with every one that begins and is never used again.
    pub SessionId(u64) = "se";
    /// An offer that was shown to a visitor. Rises by one with every one and is never used again.
    pub WebOfferId(u64) = "wo";
}

impl SessionId {
    /// The short id that people read to each other: the last six digits.
    #[must_use]
    pub fn short(self) -> u32 {
        u32::try_from(self.raw() % 1_000_000).unwrap_or_default()
    }
}
