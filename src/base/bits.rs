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
        self.words
            .get(number / 64)
            .is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Whether nothing is in.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many ids are in this set and in all of `others`.
    pub(crate) fn count<const N: usize>(&self, others: [&Self; N]) -> usize {
        let words = self.words.iter().enumerate().map(|(place, word)| {
            let met = others.iter().fold(*word, |word, other| {
                word & other.words.get(place).copied().unwrap_or(0)
            });
            met.count_ones() as usize
        });
        words.sum()
    }

    /// The ids that are in this set and in all of `others`, in rising order.
    pub(crate) fn meet<'a, I: Id, const N: usize>(
        &'a self,
        others: [&'a Self; N],
    ) -> impl Iterator<Item = I> + 'a {
        self.words
            .iter()
            .enumerate()
            .flat_map(move |(place, word)| {
                let mut word = *word;
                for other in others {
                    word &= other.words.get(place).copied().unwrap_or(0);
                }
                core::iter::from_fn(move || {
                    if word == 0 {
                        return None;
                    }
                    let bit = u64::from(word.trailing_zeros());
                    word &= word - 1;
                    I::from_number(place as u64 * 64 + bit)
                })
            })
    }

    /// All ids that are in, in rising order.
    pub(crate) fn iter<I: Id>(&self) -> impl Iterator<Item = I> + '_ {
        self.meet([])
    }
}
