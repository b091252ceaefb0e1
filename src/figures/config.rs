//! What the figures are asked for.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::figures::grid::{Grid, Joint};
use crate::model::calendar::Zone;
use crate::model::invalid::{Invalid, Problem};

growing! {
    /// How figures are cut and counted.
    ///
    /// ```
    /// use strowger::figures::{Figures, FiguresConfig};
    /// use strowger::model::Zone;
    /// use strowger::prelude::*;
    ///
    /// // Quarters of an hour of a floor in India, where it is half past five at midnight UTC.
    /// let config = FiguresConfig::default()
    ///     .with_interval(Span::from_mins(15))
    ///     .with_zone(Zone::default().with_offset_minutes(330));
    /// assert!(Figures::new(config.clone()).is_ok());
    /// // Days must be cut without a rest.
    /// assert!(Figures::new(config.with_interval(Span::from_mins(7))).is_err());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct FiguresConfig {
        /// How long an interval is: 15, 30 or 60 minutes in most places; 1 second to 24 hours, and
        /// 24 hours must be a multiple of it. 30 minutes at first.
        pub interval: Span => with_interval,
        /// How long after midnight in the zone a day begins, by the clock and less than 24 hours;
        /// intervals are counted from there. Zero at first.
        pub day_begins: Span => with_day_begins,
        /// The zone whose clocks days and intervals go by (Genesys Cloud: time zone of a report);
        /// UTC at first. [`Figures::change_zone`] changes it under way.
        ///
        /// [`Figures::change_zone`]: crate::figures::Figures::change_zone
        pub zone: Zone => with_zone,
        /// Whoever leaves before they have waited so long abandons *short*. Zero, as at first:
        /// nobody does.
        pub short_abandon: Span => with_short_abandon,
        /// Over how many of the latest stays of a queue and channel the service level "of the last"
        /// is taken, at most 10,000; 100 at first.
        pub last: u16 => with_last,
    }
}

impl Default for FiguresConfig {
    fn default() -> Self {
        Self {
            interval: Span::from_mins(30),
            day_begins: Span::ZERO,
            zone: Zone::default(),
            short_abandon: Span::ZERO,
            last: 100,
        }
    }
}

const DAY: u64 = 86_400_000;

impl FiguresConfig {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let interval = self.interval.as_millis();
        if interval < 1_000 || !DAY.is_multiple_of(interval) {
            return Err(Invalid::new("interval", Problem::NotListed));
        }
        if self.day_begins.as_millis() >= DAY {
            let max = Problem::OutOfRange { min: 0, max: 86_399_999 };
            return Err(Invalid::new("day_begins", max));
        }
        check_zone(&self.zone)?;
        Invalid::range("last", self.last, 0, 10_000)
    }

    /// The intervals.
    pub(super) fn grid(&self, joint: Option<Joint>) -> Grid<'_> {
        let joint = joint.map(|joint| joint.interval);
        Grid::new(&self.zone, self.day_begins, self.interval, joint)
    }

    /// The days.
    pub(super) fn days(&self, joint: Option<Joint>) -> Grid<'_> {
        let joint = joint.map(|joint| joint.day);
        Grid::new(&self.zone, self.day_begins, Span::from_millis(DAY), joint)
    }
}

/// Refuses a zone that no clock shows.
pub(super) fn check_zone(zone: &Zone) -> Result<(), Invalid> {
    zone.check("zone.offset_minutes", "zone.changes", "zone.changes.offset_minutes")
}
