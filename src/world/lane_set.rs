//! A few lanes of a queue, one bit for each place.

/// How many lanes of a queue have a place in sets. 32 make a set one word of 32 bits, so that what
/// an agent sees by one membership (a version and a set) takes 8 bytes, as the membership itself
/// does. Work in lanes beyond these is routed by the same rules; such lanes are asked one by one.
/// 32 was not measured against 64: no floor of the benches has as many kinds of waiting work in one
/// queue.
pub(crate) const PLACES: usize = 32;

/// A few lanes, one bit for each place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneSet(u32);

impl LaneSet {
    /// Puts a place in or takes it out. Places beyond the first [`PLACES`] are not kept.
    pub(crate) const fn set(&mut self, place: usize, member: bool) {
        if place < PLACES {
            let bit = 1 << place;
            self.0 = if member { self.0 | bit } else { self.0 & !bit };
        }
    }

    /// True if a place is in the set.
    pub(crate) const fn has(self, place: usize) -> bool {
        place < PLACES && self.0 & (1 << place) != 0
    }

    /// The places that are in this set and in another.
    pub(crate) fn meet(self, other: Self) -> impl Iterator<Item = usize> {
        let mut left = self.0 & other.0;
        core::iter::from_fn(move || {
            let place = left.trailing_zeros();
            // Takes the lowest bit out.
            left &= left.wrapping_sub(1);
            (place < 32).then_some(place as usize)
        })
    }
}

/// The lanes that an agent sees by one of their memberships, as they were at one version of the
/// queue's lanes; no version has number 0.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// The version.
    pub version: u32,
    /// The lanes.
    pub lanes: LaneSet,
}
