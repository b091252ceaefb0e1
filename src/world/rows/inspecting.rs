//! An inspection of a queue that goes on in the next call.

use alloc::vec::Vec;
use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::WorkId;
use crate::policy::order::LineKey;

/// Work that waits: when it entered, and which it is.
pub(crate) type Stay = (Timestamp, WorkId);

/// How far an inspection has come that did not look at all in one call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Inspecting {
    /// It has looked at all up to here, in the order of entry.
    pub up_to: Stay,
    /// It ends with what was the last as it began.
    pub last: Stay,
    /// The places in the line as it began.
    #[serde(default, skip_serializing_if = "Places::are_unasked")]
    pub places: Places,
}

/// The places of a line that rules ask for, as they were at an instant: which key stood in each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Places {
    at: Timestamp,
    /// The places, from 1 and rising, as far as the line goes.
    keys: Vec<(u32, LineKey)>,
}

impl Places {
    /// These keys, as they compare at an instant, stand in these places.
    pub(crate) const fn new(at: Timestamp, keys: Vec<(u32, LineKey)>) -> Self {
        Self { at, keys }
    }

    /// True if no rule asks for any.
    fn are_unasked(&self) -> bool {
        !self.are_asked()
    }

    /// True if a rule asks for any.
    pub(crate) fn are_asked(&self) -> bool {
        *self != Self::default()
    }

    /// True if what they say can be so, and was taken by this instant.
    pub(crate) fn are_sound(&self, now: Timestamp) -> bool {
        let rise = |one: &(u32, LineKey), other: &(u32, LineKey)| one < other && one.1 < other.1;
        self.at <= now && self.keys.is_sorted_by(rise)
    }

    /// A key as it compares with those of the places.
    pub(crate) fn key(&self, key: LineKey) -> LineKey {
        key.at(self.at)
    }

    /// How the place of a key compares with one that a rule asks for. Behind the end of the line
    /// nothing stands, and nothing in front of the first place.
    pub(crate) fn compare(&self, key: LineKey, place: u32) -> Ordering {
        let found = self.keys.iter().find(|(known, _)| *known == place);
        match found {
            Some((_, stands)) => key.cmp(stands),
            None if place == 0 => Ordering::Greater,
            None => Ordering::Less,
        }
    }
}
