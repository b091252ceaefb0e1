//! What of that which is defined looks otherwise since a fact.

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::fact::log::Seq;

use crate::journey::rows::{Definitions, Looks};
use crate::journey::session::Happening;
use crate::journey::view::draw::Eye;
use crate::journey::view::rights::JourneyRight;

/// What looks otherwise since a fact.
#[derive(Debug, Default)]
pub(crate) struct Looked<'a> {
    pub(crate) segments: Vec<Changed<'a>>,
    pub(crate) outcomes: Vec<Changed<'a>>,
    maps: Vec<Changed<'a>>,
}

/// Something that is defined and looks otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changed<'a> {
    pub(crate) key: &'a Key,
    pub(crate) seq: Seq,
    /// True if agents see it now.
    pub(crate) shown: bool,
}

fn changed<T: Looks>(all: &Definitions<T>, since: Seq) -> Vec<Changed<'_>> {
    let all = all.0.iter().filter(|one| one.looks > since);
    all.map(|one| Changed { key: &one.key, seq: one.looks, shown: one.look().is_some() }).collect()
}

impl<'a> Looked<'a> {
    /// What a viewer notices of it.
    pub(crate) fn since(eye: Eye<'a>, since: Seq) -> Self {
        let rows = &eye.store.rows;
        if rows.defined <= since {
            return Self::default();
        }
        let seen = |sees: bool, all: Vec<Changed<'a>>| if sees { all } else { Vec::new() };
        Self {
            segments: seen(eye.sees_segments(), changed(&rows.segments, since)),
            outcomes: seen(eye.sees_outcomes(), changed(&rows.outcomes, since)),
            maps: seen(eye.has(JourneyRight::Event), changed(&rows.maps, since)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.outcomes.is_empty() && self.maps.is_empty()
    }

    /// Why an event looks otherwise.
    pub(crate) fn of(&self, what: &Happening) -> Option<Changed<'a>> {
        let (all, key) = match what {
            Happening::Did(_) => return None,
            Happening::SegmentMatched { segment } => (&self.segments, segment),
            Happening::OutcomeAchieved { outcome } => (&self.outcomes, outcome),
            Happening::Offer { map, .. } => (&self.maps, map),
        };
        all.iter().find(|one| one.key == key).copied()
    }
}
