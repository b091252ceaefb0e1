//! The time that calls name.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;

/// The latest instant that a call named, and how often one named an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    pub latest: Timestamp,
    pub stepped_back: u64,
}

impl Clock {
    /// The clock of an engine that begins at an instant.
    pub(crate) const fn at(latest: Timestamp) -> Self {
        Self { latest, stepped_back: 0 }
    }

    /// A call names the time. Time never runs back.
    pub(crate) fn see(&mut self, now: Timestamp) -> Timestamp {
        if now < self.latest {
            self.stepped_back = self.stepped_back.saturating_add(1);
        }
        self.latest = self.latest.max(now);
        self.latest
    }
}
