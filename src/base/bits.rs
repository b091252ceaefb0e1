//! Sets of dense ids as bits.

use alloc::vec::Vec;

use crate::base::id::Id;

/// A set of ids, one bit each. It grows as it is written; what was never written is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Puts an id in or takes it out.
    pub(crate) fn set<I: Id>(&mut self, id: I, member: bool) {
        let number = usize::try_from(id.number()).unwrap_or(usize::MAX);
        let (place, bit) = (number / 64, 1u64 << (number % 64));
        if self.words.len() <= place {
            if !member {
                return;
            }
            self.words.resize(place + 1, 0);
        }
        if let Some(word) = self.words.get_mut(place) {
            *word = if member { *word | bit } else { *word & !bit };
        }
    }

    /// The highest id that is in.
    pub(crate) fn last<I: Id>(&self) -> Option<I> {
        let (place, word) = self.words.iter().enumerate().rev().find(|(_, word)| **word != 0)?;
        I::from_number(place as u64 * 64 + u64::from(word.ilog2()))
    }

    /// The ids that are in both.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.words.truncate(other.words.len());
        self.words.iter_mut().zip(other.words).for_each(|(word, other)| *word &= other);
        self
    }

    /// The ids that are in this one only.
    #[must_use]
    pub(crate) fn and_not(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
        self
    }

    /// The ids that are in either.
    #[must_use]
    pub(crate) fn or(mut self, other: Self) -> Self {
        let length = self.words.len().max(other.words.len());
        self.words.resize(length, 0);
        self.words.iter_mut().zip(other.words).for_each(|(word, other)| *word |= other);
        self
    }
}

impl<I: Id> FromIterator<I> for Bits {
    fn from_iter<T: IntoIterator<Item = I>>(ids: T) -> Self {
        let mut bits = Self::default();
        ids.into_iter().for_each(|id| bits.set(id, true));
        bits
    }
}

impl IdSet for &Bits {
    fn has<I: Id>(self, id: I) -> bool {
        let number = usize::try_from(id.number()).unwrap_or(usize::MAX);
        self.words.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    fn places(self) -> usize {
        self.words.len()
    }

    fn word(self, place: usize) -> u64 {
        self.words.get(place).copied().unwrap_or(0)
    }
}

/// A set of ids, 64 at a time. A tuple of sets is what is in all of them.
pub(crate) trait IdSet: Copy {
    /// True if an id is in the set.
    fn has<I: Id>(self, id: I) -> bool;

    /// So many times 64 ids may be in.
    fn places(self) -> usize;

    /// The bits of 64 ids.
    fn word(self, place: usize) -> u64;

    /// The first place from this one on where anything may be in.
    fn skip(self, place: usize) -> usize {
        place
    }

    /// The places from one on where anything may be in, with their bits.
    fn words_from(self, first: usize) -> impl Iterator<Item = (usize, u64)> {
        let (mut next, end) = (first, self.places());
        core::iter::from_fn(move || {
            let place = self.skip(next);
            next = place.saturating_add(1);
            (place < end).then(|| (place, self.word(place)))
        })
    }

    /// How many ids are in.
    fn count(self) -> usize {
        self.words_from(0).map(|(_, word)| word.count_ones() as usize).sum()
    }

    /// All ids that are in, in rising order.
    fn ids<I: Id>(self) -> impl Iterator<Item = I> {
        self.ids_from(0)
    }

    /// The same from a number on.
    fn ids_from<I: Id>(self, start: u64) -> impl Iterator<Item = I> {
        let first = usize::try_from(start / 64).unwrap_or(usize::MAX);
        let mut words = self.words_from(first);
        let (mut place, mut word) = (first, 0);
        core::iter::from_fn(move || {
            while word == 0 {
                (place, word) = words.next()?;
                if place == first {
                    word &= u64::MAX << (start % 64);
                }
            }
            let bit = u64::from(word.trailing_zeros());
            word &= word - 1;
            I::from_number(place as u64 * 64 + bit)
        })
    }
}

impl<A: IdSet, B: IdSet> IdSet for (A, B) {
    fn has<I: Id>(self, id: I) -> bool {
        self.0.has(id) && self.1.has(id)
    }

    fn places(self) -> usize {
        self.0.places().min(self.1.places())
    }

    fn word(self, place: usize) -> u64 {
        match self.0.word(place) {
            0 => 0,
            word => word & self.1.word(place),
        }
    }

    fn skip(self, place: usize) -> usize {
        self.1.skip(self.0.skip(place))
    }
}

impl<A: IdSet, B: IdSet, C: IdSet> IdSet for (A, B, C) {
    fn has<I: Id>(self, id: I) -> bool {
        ((self.0, self.1), self.2).has(id)
    }

    fn places(self) -> usize {
        ((self.0, self.1), self.2).places()
    }

    fn word(self, place: usize) -> u64 {
        ((self.0, self.1), self.2).word(place)
    }

    fn skip(self, place: usize) -> usize {
        ((self.0, self.1), self.2).skip(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::AgentId;
    use alloc::vec;

    fn bits(numbers: impl IntoIterator<Item = u32>) -> Bits {
        let mut bits = Bits::default();
        numbers.into_iter().for_each(|number| bits.set(AgentId::from_raw(number), true));
        bits
    }

    fn numbers(ids: impl Iterator<Item = AgentId>) -> Vec<u32> {
        ids.map(AgentId::raw).collect()
    }

    #[test]
    fn sets_meet_across_words_and_from_a_number_on() {
        let (even, third) = (bits((0..200).step_by(2)), bits((0..150).step_by(3)));
        let met: Vec<u32> = (0..150).step_by(6).collect();
        assert_eq!(numbers((&even, &third).ids()), met);
        assert_eq!((&even, &third).count(), met.len());
        for start in [0, 1, 6, 63, 64, 65, 144, 145, 1_000] {
            let expected: Vec<_> = met.iter().copied().filter(|n| *n >= start).collect();
            let found = numbers((&even, &third).ids_from(u64::from(start)));
            assert_eq!(found, expected, "from {start}");
        }
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        let mut set = bits([0, 64, 129]);
        set.set(AgentId::from_raw(64), false);
        set.set(AgentId::from_raw(5_000), false);
        assert_eq!(numbers(set.ids()), vec![0, 129]);
        assert_eq!(set.last(), Some(AgentId::from_raw(129)));
        assert!(!set.has(AgentId::from_raw(64)) && set.has(AgentId::from_raw(129)));
        set.set(AgentId::from_raw(0), false);
        set.set(AgentId::from_raw(129), false);
        assert_eq!((set.count(), set.last::<AgentId>()), (0, None));
    }
}
