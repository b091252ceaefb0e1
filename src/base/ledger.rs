//! Rows that come and go: addressed by rising ids, removed when they are over.

use alloc::vec::Vec;
use core::hash::Hash;

use hashbrown::HashTable;
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
    /// Where the row of an id is.
    places: HashTable<u32>,
    minted: u64,
}

/// So many rows lie together.
const BLOCK: usize = 64;

impl<I, T> Default for Ledger<I, T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), free: Vec::new(), places: HashTable::new(), minted: 0 }
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

    /// Whether this id was handed out at some time.
    pub(crate) fn was_minted(&self, id: I) -> bool {
        (1..=self.minted).contains(&id.number())
    }

    /// Adds a row under the next id; false, and nothing happens, if `id` is not the next one.
    pub(crate) fn open(&mut self, id: I, row: T) -> bool {
        let next = self.next_id() == Some(id) && self.put(id, row);
        self.minted += u64::from(next);
        next
    }

    /// Puts a row where there is room. There is none for more rows than 32 bits can count.
    fn put(&mut self, id: I, row: T) -> bool {
        let new = || u32::try_from(self.places.len());
        let Ok(place) = self.free.last().copied().map_or_else(new, Ok) else {
            return false;
        };
        let (block, within) = (place as usize / BLOCK, place as usize % BLOCK);
        if block == self.blocks.len() {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let Some(block) = self.blocks.get_mut(block) else {
            return false;
        };
        match block.get_mut(within) {
            Some(free) => *free = Some((id, row)),
            None => block.push(Some((id, row))),
        }
        self.free.pop();
        let blocks = &self.blocks;
        let rehash = |place: &u32| row_at(blocks, *place).map_or(0, |(id, _)| hash(*id));
        self.places.insert_unique(hash(id), place, rehash);
        true
    }

    /// Takes a row out for good.
    pub(crate) fn close(&mut self, id: I) -> Option<T> {
        let blocks = &self.blocks;
        let is_its = |place: &u32| row_at(blocks, *place).is_some_and(|(of, _)| *of == id);
        let (place, _) = self.places.find_entry(hash(id), is_its).ok()?.remove();
        self.free.push(place);
        let row = self.blocks.get_mut(place as usize / BLOCK)?.get_mut(place as usize % BLOCK)?;
        row.take().map(|(_, row)| row)
    }

    /// An open row.
    pub(crate) fn get(&self, id: I) -> Option<&T> {
        let mut found = None;
        self.places.find(hash(id), |place| match row_at(&self.blocks, *place) {
            Some((of, row)) if *of == id => {
                found = Some(row);
                true
            }
            _ => false,
        });
        found
    }

    /// An open row, to change.
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        let is_its = |place: &u32| row_at(&self.blocks, *place).is_some_and(|(of, _)| *of == id);
        let place = *self.places.find(hash(id), is_its)? as usize;
        let row = self.blocks.get_mut(place / BLOCK)?.get_mut(place % BLOCK)?.as_mut();
        row.map(|(_, row)| row)
    }

    /// How many rows are open.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
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
        for (id, row) in rows {
            // What comes later counts, as in any map.
            ledger.close(id);
            ledger.put(id, row);
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
}
