//! What is remembered of rules of overflow before they are done: of those that have parts, or must
//! hold for some time.
//!
//! Few queues have such rules, so work of the others costs one look at an empty map.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::WorkId;

/// What is remembered of one rule in one stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// The number of the rule.
    pub rule: u8,
    /// How many others waited as the work entered.
    pub ahead: u32,
    /// Up to when the waits that the rule asks for were evaluated.
    pub evaluated: Option<Timestamp>,
    /// Since when the rule holds.
    pub since: Option<Timestamp>,
}

/// What is remembered, by work. An entry is never empty, and its rules rise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Watches(BTreeMap<WorkId, Vec<Watch>>);

impl Watches {
    /// True if nothing is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is remembered, by work.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (WorkId, &[Watch])> {
        self.0.iter().map(|(work, watches)| (*work, &**watches))
    }

    /// True if anything is remembered of a piece of work.
    pub(crate) fn has(&self, work: WorkId) -> bool {
        self.0.contains_key(&work)
    }

    /// What is remembered of a rule.
    pub(crate) fn of(&self, work: WorkId, rule: u8) -> Watch {
        let known = self.0.get(&work).into_iter().flatten();
        let mut known = known.copied().filter(|watch| watch.rule == rule);
        known.next().unwrap_or_else(|| Watch { rule, ..Watch::default() })
    }

    /// Remembers this of a rule.
    pub(super) fn set(&mut self, work: WorkId, watch: Watch) {
        let known = self.0.entry(work).or_default();
        match known.binary_search_by_key(&watch.rule, |known| known.rule) {
            Ok(place) => known.get_mut(place).into_iter().for_each(|known| *known = watch),
            Err(place) => known.insert(place, watch),
        }
    }

    /// Forgets a stay.
    #[inline]
    pub(super) fn forget(&mut self, work: WorkId) {
        if !self.0.is_empty() {
            self.0.remove(&work);
        }
    }

    /// Changes what is remembered of a stay: each entry becomes this, or is forgotten.
    pub(super) fn revise(&mut self, work: WorkId, revised: impl Fn(Watch) -> Option<Watch>) {
        let Some(known) = self.0.remove(&work) else {
            return;
        };
        known.into_iter().filter_map(revised).for_each(|watch| self.set(work, watch));
    }
}
