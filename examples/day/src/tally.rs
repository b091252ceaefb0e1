//! Sums of figures, and totals of the day.

use std::collections::BTreeMap;

use strowger::figures::{Handling, LineFlow, QueueInterval, ServiceCounts, ServiceLevel};
use strowger::prelude::*;
use strowger::state::CloseCause;

/// The sum of some rows of queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) service: ServiceCounts,
    pub(crate) line: LineFlow,
    pub(crate) handling: Handling,
}

impl Tally {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: &QueueInterval) {
        self.service.add(&row.service);
        self.line.add(&row.line);
        self.handling.add(&row.handling);
    }

    /// Left the queue for another, was closed by a rule, or carried over to the next day.
    pub(crate) const fn flowed(&self) -> u32 {
        let line = &self.line;
        line.transferred_out + line.overflowed_out + line.reclassified_out + line.left_otherwise
    }

    /// Answered or abandoned.
    pub(crate) const fn ended(&self) -> u32 {
        self.service.answered + self.service.abandoned
    }

    /// Of these, answered within the target of the queue, in thousandths.
    pub(crate) fn service_level(&self) -> Option<u16> {
        self.service.service_level(ServiceLevel::Ended)
    }
}

/// A queue, as its definition told.
#[derive(Clone, Debug)]
pub(crate) struct QueueName {
    pub(crate) name: String,
    pub(crate) target: Span,
}

/// How often things happened that are no figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) submitted: u64,
    pub(crate) closed: BTreeMap<CloseCause, u64>,
    pub(crate) held: u64,
    pub(crate) parked: u64,
    pub(crate) resumed: u64,
    pub(crate) codes: u64,
    pub(crate) leases_lost: u64,
}
