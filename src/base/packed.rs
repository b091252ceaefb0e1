//! Sets of ids as bits of which most are not there.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::id::Id;

/// So many ids have one bit that says whether their word is kept.
const WORD: usize = 16;
/// So many words have one number that says where the first of them lies.
const BLOCK: usize = 64;

/// A set of ids that changes rarely. Of every 16 bits those words alone are kept in which something
/// is, so that a set takes two bytes an id where few are in, and a little more than one bit an id
/// where all are.
#[derive(Clone, Debug, Default)]
pub(crate) struct PackedBits {
    /// By block: which of its words are kept.
    kept: Vec<u64>,
    /// By block: where its words begin.
    starts: Vec<u32>,
    words: Vec<u16>,
}

impl PackedBits {
    /// A set in which nothing is yet, with room for the places of so many ids.
    pub(crate) fn with_room(ids: usize) -> Self {
        let blocks = ids.div_ceil(WORD * BLOCK);
        let (kept, starts) = (Vec::with_capacity(blocks), Vec::with_capacity(blocks));
        Self { kept, starts, words: Vec::new() }
    }

    /// The ids of any set.
    pub(crate) fn of(set: impl IdSet) -> Self {
        let mut packed = Self::default();
        for (place, bits) in set.words_from(0).filter(|(_, bits)| *bits != 0) {
            let (block, first) = (place / (BLOCK / 4), place % (BLOCK / 4) * 4);
            packed.grow(block);
            for part in 0..4 {
                let word = bits >> (part * WORD) & u64::from(u16::MAX);
                let Some(word) = u16::try_from(word).ok().filter(|word| *word != 0) else {
                    continue;
                };
                packed
                    .kept
                    .get_mut(block)
                    .into_iter()
                    .for_each(|kept| *kept |= 1 << (first + part));
                packed.words.push(word);
            }
        }
        packed.trim();
        packed
    }

    /// Puts in an id higher than all that are in. Whoever puts in many calls
    /// [`trim`](Self::trim) at last.
    pub(crate) fn append<I: Id>(&mut self, id: I) {
        let number = usize::try_from(id.number()).unwrap_or(usize::MAX);
        let (block, within) = (number / WORD / BLOCK, number / WORD % BLOCK);
        self.grow(block);
        let (bit, one) = (1_u64 << within, 1 << (number % WORD));
        let Some(kept) = self.kept.get_mut(block) else {
            return;
        };
        match self.words.last_mut().filter(|_| *kept & bit != 0) {
            Some(word) => *word |= one,
            None => {
                *kept |= bit;
                self.words.push(one);
            }
        }
    }

    /// Gives back memory that is not needed.
    pub(crate) fn trim(&mut self) {
        self.kept.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.words.shrink_to_fit();
    }

    /// Puts an id in or takes it out.
    pub(crate) fn set<I: Id>(&mut self, id: I, member: bool) {
        let number = usize::try_from(id.number()).unwrap_or(usize::MAX);
        let (block, within) = (number / WORD / BLOCK, number / WORD % BLOCK);
        if member {
            self.grow(block);
        }
        let (place, bit) = (self.place(block, within), 1_u64 << within);
        let Some(kept) = self.kept.get_mut(block) else {
            return;
        };
        if *kept & bit == 0 {
            if !member {
                return;
            }
            *kept |= bit;
            self.insert(place, block);
        }
        let Some(word) = self.words.get_mut(place) else {
            return;
        };
        let one = 1 << (number % WORD);
        *word = if member { *word | one } else { *word & !one };
        if *word == 0 {
            self.kept.get_mut(block).into_iter().for_each(|kept| *kept &= !bit);
            self.words.remove(place);
            self.move_behind(block, |start| start.saturating_sub(1));
        }
    }

    /// True if the set is empty.
    pub(crate) const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Makes a block known, and all before it.
    fn grow(&mut self, block: usize) {
        if self.kept.len() <= block {
            let more = block + 1 - self.kept.len();
            self.kept.reserve_exact(more);
            self.kept.resize(block + 1, 0);
            let end = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            self.starts.reserve_exact(more);
            self.starts.resize(block + 1, end);
        }
    }

    /// Makes room for a word of a block. There are many sets, so they grow by an eighth.
    fn insert(&mut self, place: usize, block: usize) {
        if self.words.len() == self.words.capacity() {
            self.words.reserve_exact(self.words.len() / 8 + 2);
        }
        self.words.insert(place, 0);
        self.move_behind(block, |start| start.saturating_add(1));
    }

    /// The words of all blocks behind one lie elsewhere.
    fn move_behind(&mut self, block: usize, to: impl Fn(u32) -> u32) {
        self.starts.iter_mut().skip(block + 1).for_each(|start| *start = to(*start));
    }

    /// Which words of a block are kept.
    fn kept(&self, block: usize) -> u64 {
        self.kept.get(block).copied().unwrap_or(0)
    }

    /// The place in `words` of a word of a block, if it is kept, or where it would be put.
    fn place(&self, block: usize, within: usize) -> usize {
        let start = self.starts.get(block).copied().unwrap_or(0) as usize;
        start + (self.kept(block) & ((1 << within) - 1)).count_ones() as usize
    }
}

impl IdSet for &PackedBits {
    fn has<I: Id>(self, id: I) -> bool {
        let number = usize::try_from(id.number()).unwrap_or(usize::MAX);
        let (block, within) = (number / WORD / BLOCK, number / WORD % BLOCK);
        self.kept(block) >> within & 1 == 1
            && self
                .words
                .get(self.place(block, within))
                .is_some_and(|word| word >> (number % WORD) & 1 == 1)
    }

    fn places(self) -> usize {
        self.kept.len() * (BLOCK / 4)
    }

    fn word(self, place: usize) -> u64 {
        let (block, first) = (place / (BLOCK / 4), place % (BLOCK / 4) * 4);
        let mut four = self.kept(block) >> first & 0b1111;
        if four == 0 {
            return 0;
        }
        let mut bits = 0;
        for word in self.words.iter().skip(self.place(block, first)) {
            bits |= u64::from(*word) << (four.trailing_zeros() as usize * WORD);
            four &= four - 1;
            if four == 0 {
                break;
            }
        }
        bits
    }

    fn skip(self, place: usize) -> usize {
        let (block, first) = (place / (BLOCK / 4), place % (BLOCK / 4) * 4);
        let mut kept = self.kept(block) >> first << first;
        let mut block = block;
        while kept == 0 {
            block = block.saturating_add(1);
            match self.kept.get(block) {
                Some(next) => kept = *next,
                None => return usize::MAX,
            }
        }
        block * (BLOCK / 4) + kept.trailing_zeros() as usize / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::bits::Bits;
    use crate::base::chance::numbers;
    use crate::model::ids::AgentId;

    fn ids(set: impl IdSet) -> Vec<AgentId> {
        set.ids().collect()
    }

    #[test]
    fn it_holds_what_bits_hold() {
        for (seed, range) in [(1, 40), (2, 1_030), (3, 5_000), (4, 100_000)] {
            let (mut packed, mut bits, mut next) =
                (PackedBits::default(), Bits::default(), numbers(seed));
            let mut other = Bits::default();
            (0..range).step_by(3).for_each(|id| other.set(AgentId::from_raw(id), true));
            for round in 0..9_000 {
                // It grows, shrinks, and grows again.
                let member = next(10) < [8, 1, 8][round / 3_000];
                let id = AgentId::from_raw(u32::try_from(next(u64::from(range))).unwrap());
                packed.set(id, member);
                bits.set(id, member);
                assert_eq!(packed.has(id), member);
                if round % 300 == 0 {
                    assert_eq!(ids(&packed), ids(&bits));
                    let (mut again, mut more) = (PackedBits::with_room(99), bits.clone());
                    ids(&bits).into_iter().for_each(|id| again.append(id));
                    again.trim();
                    assert_eq!(ids(&again), ids(&bits));
                    again.set(id, !member);
                    more.set(id, !member);
                    assert_eq!(ids(&again), ids(&more));
                    assert_eq!(ids(&PackedBits::of(&bits)), ids(&bits));
                    assert_eq!(packed.is_empty(), bits.ids::<AgentId>().next().is_none());
                    let start = next(u64::from(range) + 100);
                    assert!(packed.ids_from::<AgentId>(start).eq(bits.ids_from(start)));
                    for id in (0..range + 99).map(AgentId::from_raw) {
                        assert_eq!(packed.has(id), bits.has(id));
                    }
                    assert_eq!(ids((&packed, &other)), ids((&bits, &other)));
                    assert_eq!(ids((&other, &packed)), ids((&bits, &other)));
                    assert_eq!((&packed, &other).count(), (&bits, &other).count());
                }
            }
        }
    }

    #[test]
    fn it_takes_little_where_few_are_in_and_not_much_where_all_are() {
        let bytes = |set: &PackedBits| {
            set.kept.capacity() * 8 + set.starts.capacity() * 4 + set.words.capacity() * 2
        };
        let (mut few, mut all) = (PackedBits::default(), PackedBits::default());
        for number in 0..100_000 {
            all.set(AgentId::from_raw(number), true);
            if number % 100 == 0 {
                few.set(AgentId::from_raw(number), true);
            }
        }
        assert!(bytes(&few) < 3_500, "{} where bits take 12,500", bytes(&few));
        assert!(bytes(&all) < 15_500, "{} where bits take 12,500", bytes(&all));
        for number in 0..100_000 {
            all.set(AgentId::from_raw(number), false);
        }
        assert!(all.is_empty());
    }
}
