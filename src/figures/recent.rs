//! What a queue has experienced lately: since the day began, and in its latest stays.

use alloc::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::figures::service_level::{ServiceCounts, StayEnd};
use crate::figures::sums::one_more;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DailyCounts {
    /// When the day began that the counts are of.
    day: Option<Timestamp>,
    today: ServiceCounts,
    last: VecDeque<StayEnd>,
}

impl DailyCounts {
    /// Work was offered on a day.
    pub(super) fn enter(&mut self, day: Timestamp) {
        one_more(&mut self.on(day).offered);
    }

    /// A stay ended on a day; so many of the latest are remembered.
    pub(super) fn end(&mut self, day: Timestamp, outcome: StayEnd, size: u16) {
        self.on(day).end(outcome);
        while self.last.len() >= usize::from(size).max(1) {
            self.last.pop_front();
        }
        if size > 0 {
            self.last.push_back(outcome);
        }
    }

    fn on(&mut self, day: Timestamp) -> &mut ServiceCounts {
        if Some(day) > self.day {
            self.day = Some(day);
            self.today = ServiceCounts::default();
        }
        &mut self.today
    }

    /// The counts of a day; nothing if it is another than that of the latest count.
    pub(super) fn of_day(&self, day: Timestamp) -> ServiceCounts {
        if Some(day) == self.day { self.today } else { ServiceCounts::default() }
    }

    /// The counts of the latest stays that ended, each offered once.
    pub(super) fn of_last(&self) -> ServiceCounts {
        let mut counts = ServiceCounts::default();
        for outcome in &self.last {
            one_more(&mut counts.offered);
            counts.end(*outcome);
        }
        counts
    }
}
