//! How good the engine's estimates were: what each formula said when a customer began to wait,
//! and how long the customer really waited.

use std::collections::BTreeMap;

use strowger::model::{ChannelId, Estimator, OfferId};
use strowger::prelude::*;
use strowger::view::{Estimate, View, WorkView};

use crate::report::{duration, mean};

/// The estimates of a day.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    /// The channels whose customers wait live.
    live: Vec<ChannelId>,
    /// Who waits, since when, and what they were told.
    waiting: BTreeMap<WorkId, (Timestamp, [Estimate; 4])>,
    offers: BTreeMap<OfferId, WorkId>,
    /// The estimate less the real wait in milliseconds, by formula.
    errors: BTreeMap<Estimator, Vec<i64>>,
}

impl Estimates {
    pub(crate) fn new(live: &[ChannelId]) -> Self {
        Self { live: live.to_vec(), ..Self::default() }
    }

    /// Takes a fact in; the engine is as it was after the call in which it happened.
    pub(crate) fn see(&mut self, fact: &Fact, view: View<'_>) {
        match &fact.event {
            Event::WorkSubmitted { work, .. } | Event::WorkQueued { work, .. } => {
                self.waiting.remove(work);
                let live = view.work(*work).filter(|it| self.live.contains(&it.request().channel));
                if let Some(estimates) = live.and_then(WorkView::estimates) {
                    self.waiting.insert(*work, (fact.at, estimates));
                }
            }
            Event::WorkOffered { offer, work, .. } => {
                self.offers.insert(*offer, *work);
            }
            Event::OfferAccepted { offer, .. } => {
                let work = self.offers.remove(offer);
                if let Some((since, told)) = work.and_then(|work| self.waiting.remove(&work)) {
                    self.compare(fact.at.since(since), told);
                }
            }
            Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => {
                self.offers.remove(offer);
            }
            Event::WorkClosed { work, .. } => {
                self.waiting.remove(work);
            }
            _ => {}
        }
    }

    fn compare(&mut self, real: Span, told: [Estimate; 4]) {
        for estimate in told {
            if let Some(wait) = estimate.wait {
                let error = wait.as_millis() as i64 - real.as_millis() as i64;
                self.errors.entry(estimate.estimator).or_default().push(error);
            }
        }
    }

    /// A table with a line for each formula.
    pub(crate) fn table(&self) -> String {
        let mut out = format!(
            "{:<26} {:>8} {:>14} {:>14} {:>14}\n",
            "Estimates of live waits", "number", "mean abs error", "median of it", "mean error"
        );
        for estimator in Estimator::ALL {
            let errors = self.errors.get(&estimator).map_or(&[][..], Vec::as_slice);
            let mut sizes: Vec<_> = errors.iter().map(|error| error.unsigned_abs()).collect();
            sizes.sort_unstable();
            let count = sizes.len() as u32;
            let median = sizes.get(sizes.len() / 2).map_or_else(|| "-".into(), |of| duration(*of));
            let sum: i64 = errors.iter().sum();
            let sign = if sum < 0 { "-" } else { "+" };
            out += &format!(
                "{:<26} {count:>8} {:>14} {median:>14} {:>14}\n",
                estimator.name(),
                mean(Span::from_millis(sizes.iter().sum()), count),
                format!("{sign}{}", mean(Span::from_millis(sum.unsigned_abs()), count)),
            );
        }
        out
    }
}
