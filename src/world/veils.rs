//! Derived: what waits in one queue and is hidden from members by their delay.
//!
//! Work of one channel that is to be past the same delay next stands behind one *veil*, by its
//! entry: whoever entered first is past it first. So a queue has one deadline for all of it, and
//! what is past by one instant is told by one fact. Where no member has a delay there is no veil.

use alloc::vec::Vec;

use crate::base::sorted::Sorted;
use crate::base::time::{Span, Timestamp};
use crate::model::ids::ChannelId;
use crate::policy::calendar::Counted;
use crate::world::rows::Stay;

/// What work has in common that stands behind one veil: its channel, and the delay it is to be past
/// next.
pub(crate) type VeilKey = (ChannelId, Span);

/// The veils of a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Veils(Vec<(VeilKey, Sorted<Stay>)>);

impl Veils {
    /// Puts work behind a veil, or takes it away from there.
    pub(crate) fn set(&mut self, key: VeilKey, stay: Stay, hidden: bool) {
        let place = self.0.partition_point(|(other, _)| *other < key);
        if self.0.get(place).is_none_or(|(other, _)| *other != key) {
            self.0.insert(place, (key, Sorted::default()));
        }
        let Some((_, stays)) = self.0.get_mut(place) else {
            return;
        };
        if hidden {
            stays.insert(stay);
        } else {
            stays.remove(&stay);
        }
    }

    /// When something first comes to light behind each veil, by the clock of the queue.
    pub(crate) fn due(&self, clock: Counted<'_>) -> impl Iterator<Item = (Timestamp, VeilKey)> {
        self.0.iter().filter_map(move |(key, stays)| {
            let (entered, _) = *stays.first()?;
            Some((clock.after(entered, key.1)?, *key))
        })
    }

    /// What stands behind a veil, the longest there first.
    pub(crate) fn behind(&self, key: VeilKey) -> impl Iterator<Item = &Stay> {
        let its = self.0.iter().filter(move |(other, _)| *other == key);
        its.flat_map(|(_, stays)| stays.iter())
    }

    /// The veils as lists, for comparison.
    pub(crate) fn sorted(&self) -> Vec<(VeilKey, Vec<Stay>)> {
        let all = self.0.iter().map(|(key, stays)| (*key, stays.iter().copied().collect()));
        all.filter(|(_, stays): &(_, Vec<Stay>)| !stays.is_empty()).collect()
    }
}
