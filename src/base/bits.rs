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

    /// Whether an id is in.
    pub(crate) fn has<I: Id>(&self, id: I) -> bool {
        let number = usize::try_from(id.number()).unwrap_or(usize::MAX);
        self.words.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Whether nothing is in.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The ids that are in both.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.words.truncate(other.words.len());
        self.words.iter_mut().zip(other.words).for_each(|(word, other)| *word &= other);
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

    /// How many ids are in this set and in all of `others`.
    pub(crate) fn count<const N: usize>(&self, others: [&Self; N]) -> usize {
        let length = others.iter().map(|other| other.words.len()).min();
        let length = length.map_or(self.words.len(), |length| length.min(self.words.len()));
        (0..length).map(|place| self.word(others, place).count_ones() as usize).sum()
    }

    /// The bits of 64 ids that are in this set and in all of `others`.
    fn word<const N: usize>(&self, others: [&Self; N], place: usize) -> u64 {
        let word = self.words.get(place).copied().unwrap_or(0);
        others.iter().fold(word, |word, other| word & other.words.get(place).copied().unwrap_or(0))
    }

    /// The ids that are in this set and in all of `others`, in rising order.
    pub(crate) fn meet<'a, I: Id, const N: usize>(
        &'a self,
        others: [&'a Self; N],
    ) -> impl Iterator<Item = I> + 'a {
        self.meet_from(0, others)
    }

    /// The same from a number on.
    pub(crate) fn meet_from<'a, I: Id, const N: usize>(
        &'a self,
        start: u64,
        others: [&'a Self; N],
    ) -> impl Iterator<Item = I> + 'a {
        let first = usize::try_from(start / 64).unwrap_or(usize::MAX);
        let mut place = first;
        let mut word = self.word(others, place) & (u64::MAX << (start % 64));
        core::iter::from_fn(move || {
            while word == 0 {
                place = place.saturating_add(1);
                if place >= self.words.len() {
                    return None;
                }
                word = self.word(others, place);
            }
            let bit = u64::from(word.trailing_zeros());
            word &= word - 1;
            I::from_number(place as u64 * 64 + bit)
        })
    }

    /// All ids that are in, in rising order.
    pub(crate) fn iter<I: Id>(&self) -> impl Iterator<Item = I> + '_ {
        self.meet([])
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
        assert_eq!(numbers(even.meet([&third])), met);
        assert_eq!(even.count([&third]), met.len());
        for start in [0, 1, 6, 63, 64, 65, 144, 145, 1_000] {
            let expected: Vec<_> = met.iter().copied().filter(|n| *n >= start).collect();
            let found = numbers(even.meet_from(u64::from(start), [&third]));
            assert_eq!(found, expected, "from {start}");
        }
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        let mut set = bits([0, 64, 129]);
        set.set(AgentId::from_raw(64), false);
        set.set(AgentId::from_raw(5_000), false);
        assert_eq!(numbers(set.iter()), vec![0, 129]);
        assert!(!set.has(AgentId::from_raw(64)) && set.has(AgentId::from_raw(129)));
        set.set(AgentId::from_raw(0), false);
        set.set(AgentId::from_raw(129), false);
        assert!(set.is_empty());
    }
}
