//! The day's clock: stretches of five minutes and half hours, counted from midnight.

use strowger::prelude::*;

/// The length of a stretch, for which figures are kept.
pub(crate) const STRETCH: Span = Span::from_mins(5);
/// How many stretches make half an hour.
pub(crate) const PER_HALF_HOUR: u64 = 6;

/// The day's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    midnight: Timestamp,
}

impl Clock {
    /// The clock of the day of an instant.
    pub(crate) const fn of(at: Timestamp) -> Self {
        let millis = at.as_millis();
        let midnight = Timestamp::from_millis(millis - millis.rem_euclid(86_400_000));
        Self { midnight }
    }

    /// The number of the stretch of an instant.
    pub(crate) const fn stretch(self, at: Timestamp) -> u64 {
        at.since(self.midnight).as_millis() / STRETCH.as_millis()
    }

    /// The number of the half hour of an instant.
    pub(crate) const fn half_hour(self, at: Timestamp) -> u64 {
        self.stretch(at) / PER_HALF_HOUR
    }
}
