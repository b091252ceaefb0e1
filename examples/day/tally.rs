//! What is counted: tallies by half hour, channel and queue, and totals of the day.

use std::collections::BTreeMap;

use strowger::{ChannelId, CloseCause, QueueId, Span};

/// What is counted for contacts that entered one queue on one channel in one half hour. Times are
/// sums in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Entries into the queue: new contacts and those that came by transfer.
    pub(crate) offered: u64,
    pub(crate) answered: u64,
    /// Answered within the target of the queue.
    pub(crate) in_target: u64,
    pub(crate) abandoned: u64,
    /// Left the queue for another, were closed by a rule, or carried over to the next day.
    pub(crate) flowed_out: u64,
    /// Waited by those that were answered.
    pub(crate) waited: u64,
    /// Handled: talk, hold and wrap-up.
    pub(crate) handled: u64,
}

impl Tally {
    /// Adds another.
    pub(crate) fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.in_target += other.in_target;
        self.abandoned += other.abandoned;
        self.flowed_out += other.flowed_out;
        self.waited += other.waited;
        self.handled += other.handled;
    }
}

/// What a tally is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// The number of the half hour since the day began.
    pub(crate) half_hour: u64,
    pub(crate) channel: ChannelId,
    pub(crate) queue: QueueId,
}

/// A queue, as its definition told.
#[derive(Clone, Debug)]
pub(crate) struct QueueName {
    pub(crate) name: String,
    pub(crate) target: Span,
}

/// What became of work and offers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) submitted: u64,
    pub(crate) closed: BTreeMap<CloseCause, u64>,
    pub(crate) offers: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) missed: u64,
    pub(crate) withdrawn: u64,
    pub(crate) transferred: u64,
    pub(crate) held: u64,
    pub(crate) parked: u64,
    pub(crate) resumed: u64,
    pub(crate) codes: u64,
    pub(crate) leases_lost: u64,
}
