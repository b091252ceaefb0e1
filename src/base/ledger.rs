//! Rows that come and go: addressed by rising ids, removed when they are over.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::hash::Hash;

use hashbrown::HashTable;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::id::Id;

/// A table of open things under rising ids. It is looked up, not walked: wherever an order matters
/// all rows are sorted by id first, so that none depends on what was removed before.
///
/// Rows lie in blocks and stay where they are, so a table that grows moves none of them and has
/// room for one block more than it needs. The place of a row that is closed is the next to be used.
#[derive(Clone, Debug)]
pub(crate) struct Ledger<I, T> {
    blocks: Vec<Vec<Option<(I, T)>>>,
    free: Vec<u32>,
    /// Where the rows of the latest ids are, one by one; nowhere if they are closed.
    recent: VecDeque<u32>,
    /// The number of the first of them.
    first: u64,
    /// Where the rows are of the few that stayed open while most that came later were closed.
    old: HashTable<u32>,
    open: usize,
    minted: u64,
}

/// So many rows lie together.
const BLOCK: usize = 64;

/// The place of a row that is closed.
const NOWHERE: u32 = u32::MAX;

/// So many ids, and four for each that is open, are recent at most.
const RECENT: usize = 1_024;

impl<I, T> Default for Ledger<I, T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            free: Vec::new(),
            recent: VecDeque::new(),
            first: 1,
            old: HashTable::new(),
            open: 0,
            minted: 0,
        }
    }
}

/// Ids rise one by one, so the low bits are spread as they are; the high ones tell apart what has
/// them in common.
fn hash<I: Id>(id: I) -> u64 {
    id.number().wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn row_at<I, T>(blocks: &[Vec<Option<(I, T)>>], place: u32) -> Option<&(I, T)> {
    blocks.get(place as usize / BLOCK)?.get(place as usize % BLOCK)?.as_ref()
}

impl<I: Id, T> Ledger<I, T> {
    /// The id that comes next. Ids start at 1.
    pub(crate) fn next_id(&self) -> Option<I> {
        I::from_number(self.minted.checked_add(1)?)
    }

    /// True if this id was handed out at some time.
    pub(crate) fn was_minted(&self, id: I) -> bool {
        (1..=self.minted).contains(&id.number())
    }

    /// Adds a row under the next id; false, and nothing happens, if `id` is not the next one.
    pub(crate) fn open(&mut self, id: I, row: T) -> bool {
        if self.next_id() != Some(id) {
            return false;
        }
        let Some(place) = self.put(id, row) else {
            return false;
        };
        self.recent.push_back(place);
        self.minted += 1;
        self.forget();
        true
    }

    /// The oldest ids are not recent any more, two at a time, if too many are.
    fn forget(&mut self) {
        for _ in 0..2 {
            if self.recent.len() > RECENT + 4 * self.open
                && let Some(place) = self.pop_recent()
            {
                self.put_old(place);
            }
        }
    }

    /// Notes where a row is whose id is not recent.
    fn put_old(&mut self, place: u32) {
        let blocks = &self.blocks;
        let hash = |place: &u32| row_at(blocks, *place).map_or(0, |(id, _)| hash(*id));
        if place != NOWHERE {
            self.old.insert_unique(hash(&place), place, hash);
        }
    }

    /// Puts a row where there is room. There is none for more rows than 32 bits can count.
    fn put(&mut self, id: I, row: T) -> Option<u32> {
        let new = || u32::try_from(self.open).ok().filter(|new| *new != NOWHERE);
        let place = self.free.last().copied().or_else(new)?;
        let (block, within) = (place as usize / BLOCK, place as usize % BLOCK);
        if block == self.blocks.len() {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let block = self.blocks.get_mut(block)?;
        match block.get_mut(within) {
            Some(free) => *free = Some((id, row)),
            None => block.push(Some((id, row))),
        }
        self.free.pop();
        self.open += 1;
        Some(place)
    }

    fn pop_recent(&mut self) -> Option<u32> {
        self.first += u64::from(!self.recent.is_empty());
        self.recent.pop_front()
    }

    fn recent_mut(&mut self, id: I) -> Option<&mut u32> {
        let number = id.number().checked_sub(self.first)?;
        self.recent.get_mut(usize::try_from(number).ok()?)
    }

    /// Where the row of an id is, if it is open.
    fn place_of(&self, id: I) -> u32 {
        let number = usize::try_from(id.number().wrapping_sub(self.first));
        let recent = number.ok().and_then(|number| self.recent.get(number));
        recent.copied().unwrap_or_else(|| self.old_place_of(id))
    }

    #[cold]
    fn old_place_of(&self, id: I) -> u32 {
        let is_its = |place: &u32| row_at(&self.blocks, *place).is_some_and(|(of, _)| *of == id);
        self.old.find(hash(id), is_its).copied().unwrap_or(NOWHERE)
    }

    /// Takes a row out for good.
    pub(crate) fn close(&mut self, id: I) -> Option<T> {
        let place = self.place_of(id);
        let row = self.blocks.get_mut(place as usize / BLOCK)?.get_mut(place as usize % BLOCK)?;
        let (_, row) = row.take()?;
        if let Some(recent) = self.recent_mut(id) {
            *recent = NOWHERE;
            while self.recent.front() == Some(&NOWHERE) {
                self.pop_recent();
            }
        } else if let Ok(old) = self.old.find_entry(hash(id), |its| *its == place) {
            old.remove();
        }
        self.free.push(place);
        self.open -= 1;
        Some(row)
    }

    /// An open row.
    pub(crate) fn get(&self, id: I) -> Option<&T> {
        row_at(&self.blocks, self.place_of(id)).map(|(_, row)| row)
    }

    /// An open row, to change.
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        let place = self.place_of(id) as usize;
        let row = self.blocks.get_mut(place / BLOCK)?.get_mut(place % BLOCK)?.as_mut();
        row.map(|(_, row)| row)
    }

    /// How many rows are open.
    pub(crate) fn len(&self) -> usize {
        self.open
    }

    /// All open rows as they lie. Nothing may depend on the order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (I, &T)> {
        self.blocks.iter().flatten().flatten().map(|(id, row)| (*id, row))
    }

    /// The same, to change.
    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        self.blocks.iter_mut().flatten().flatten().map(|(id, row)| (*id, row))
    }

    /// All open rows, sorted by id.
    pub(crate) fn sorted(&self) -> Vec<(I, &T)> {
        let mut rows = Vec::with_capacity(self.len());
        rows.extend(self.rows());
        rows.sort_unstable_by_key(|(id, _)| *id);
        rows
    }
}

impl<I: Id, T: PartialEq> PartialEq for Ledger<I, T> {
    fn eq(&self, other: &Self) -> bool {
        self.minted == other.minted && self.sorted() == other.sorted()
    }
}

impl<I: Id, T: Hash> Hash for Ledger<I, T> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.minted.hash(state);
        self.sorted().hash(state);
    }
}

impl<I: Id + Serialize, T: Serialize> Serialize for Ledger<I, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.minted, self.sorted()).serialize(serializer)
    }
}

impl<'de, I: Id + Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Ledger<I, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (minted, rows) = <(u64, Vec<(I, T)>)>::deserialize(deserializer)?;
        let mut ledger = Self { minted, ..Self::default() };
        let most = (RECENT + 4 * rows.len()) as u64;
        let ages = rows.iter().filter_map(|(id, _)| minted.checked_sub(id.number()));
        let oldest = ages.filter(|age| *age < most).max();
        let recent = oldest.map_or(0, |age| usize::try_from(age + 1).unwrap_or(0));
        ledger.recent.resize(recent, NOWHERE);
        ledger.first = minted.saturating_add(1) - recent as u64;
        for (id, row) in rows {
            if ledger.get(id).is_some() {
                return Err(D::Error::custom(format_args!("the row of {id:?} is there twice")));
            }
            if let Some(place) = ledger.put(id, row) {
                match ledger.recent_mut(id) {
                    Some(recent) => *recent = place,
                    None => ledger.put_old(place),
                }
            }
        }
        Ok(ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::chance::numbers;
    use crate::model::ids::WorkId;
    use alloc::collections::BTreeMap;

    #[test]
    fn rows_come_and_go_as_in_a_map() {
        let (mut ledger, mut map) = (Ledger::<WorkId, u64>::default(), BTreeMap::new());
        let mut next = numbers(1_912);
        for step in 0..20_000 {
            let grows = step % 10_000 < 5_000;
            if next(5) < if grows { 4 } else { 1 } {
                let id = ledger.next_id().expect("there are many");
                assert!(ledger.open(id, step) && !ledger.open(id, step));
                map.insert(id, step);
            } else if let Some(id) = WorkId::from_number(next(ledger.minted + 2)) {
                assert_eq!(ledger.close(id), map.remove(&id));
                assert_eq!(
                    (ledger.get(id), ledger.was_minted(id)),
                    (None, id.raw() <= ledger.minted && id.raw() > 0)
                );
            }
            if let Some(last) = map.last_entry() {
                *ledger.get_mut(*last.key()).expect("it is open") += 1;
                *last.into_mut() += 1;
            }
            assert_eq!(ledger.len(), map.len());
        }
        assert!(ledger.sorted().into_iter().eq(map.iter().map(|(id, row)| (*id, row))));
        assert!(ledger.blocks.len() * BLOCK < map.len() + ledger.free.len() + BLOCK);
        let copy = serde_json::to_string(&ledger).expect("a table is serialisable");
        assert_eq!(serde_json::from_str::<Ledger<WorkId, u64>>(&copy).expect("its own"), ledger);
    }

    #[test]
    fn what_stays_open_for_ever_is_found_and_costs_no_more_than_itself() {
        let mut ledger = Ledger::<WorkId, u64>::default();
        let mut stay = Vec::new();
        for step in 0..50_000 {
            let id = ledger.next_id().expect("there are many");
            assert!(ledger.open(id, step));
            if step % 1_000 == 500 {
                stay.push(id);
            } else {
                assert_eq!(ledger.close(id), Some(step));
            }
            assert_eq!(ledger.get(id).is_some(), stay.last() == Some(&id));
        }
        assert!(ledger.recent.len() <= RECENT + 4 * ledger.open && ledger.old.len() > 40);
        let copy = serde_json::to_string(&ledger).expect("a table is serialisable");
        let mut copy: Ledger<WorkId, u64> = serde_json::from_str(&copy).expect("its own");
        assert_eq!(copy, ledger);
        assert_eq!((copy.recent.len(), copy.old.len()), (500, 49));
        for id in stay {
            assert_eq!(copy.close(id), Some(id.raw() - 1));
            assert_eq!(ledger.close(id), Some(id.raw() - 1));
        }
        assert_eq!((ledger.len(), ledger.recent.len(), ledger.old.len()), (0, 0, 0));
        assert_eq!(copy, ledger);
    }
}
