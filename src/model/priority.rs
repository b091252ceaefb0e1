//! How urgent work is.

use serde::{Deserialize, Serialize};

use crate::model::invalid::Invalid;

/// Urgency: higher is sooner, everywhere in this crate. -25,000,000 to 25,000,000, default 0 (the
/// range of Genesys Cloud). Under [`Order::Score`](crate::model::Order::Score) one point is worth
/// one
/// minute of waiting.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Priority(pub i32);

impl Priority {
    /// The most urgent there is; its negative is the least urgent.
    pub const MAX: Self = Self(25_000_000);

    /// Refuses a priority out of range.
    pub(crate) fn check(self) -> Result<(), Invalid> {
        let max = i64::from(Self::MAX.0);
        Invalid::range("priority", self.0, -max, max)
    }
}
