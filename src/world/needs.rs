//! Needs, each kept once however much work has it.

use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::base::id::ids;
use crate::model::need::Need;

ids! {
    /// A need among those of open work.
    pub(crate) NeedId(u32) = "n";
}

/// The needs of open work. Some that no work has any more keep their places: floors ask for the
/// same few things again and again, and what is known of a need (who fits it, who suits it best) is
/// then still known. Other places are free. How many stay is said in `need_index`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Needs {
    rows: Vec<Option<NeedRow>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct NeedRow {
    need: Need,
    uses: u32,
}

impl Hash for Needs {
    /// Where no place is free the digest is what it was before places could be.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.rows.len());
        for row in &self.rows {
            match row {
                Some(row) => row.hash(state),
                None => state.write_u8(0),
            }
        }
    }
}

impl Needs {
    /// How many places there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Puts a need in a place that is free, or in the one behind all others.
    pub(crate) fn put(&mut self, id: NeedId, need: Need) {
        let row = Some(NeedRow { need, uses: 0 });
        match self.rows.get_mut(id.raw() as usize) {
            Some(place) => *place = row,
            None => self.rows.push(row),
        }
    }

    /// Takes a need from its place. Places at the end in which nothing stands are gone.
    pub(crate) fn take(&mut self, id: NeedId) -> Option<Need> {
        let row = self.rows.get_mut(id.raw() as usize)?.take();
        while self.rows.pop_if(|last| last.is_none()).is_some() {}
        row.map(|row| row.need)
    }

    /// A need.
    pub(crate) fn get(&self, id: NeedId) -> Option<&Need> {
        self.row(id).map(|row| &row.need)
    }

    fn row(&self, id: NeedId) -> Option<&NeedRow> {
        self.rows.get(id.raw() as usize)?.as_ref()
    }

    /// One more piece of work has the need, or one less. True if it is the first that has it, or
    /// nothing has it any more.
    pub(crate) fn count(&mut self, id: NeedId, more: bool) -> bool {
        let Some(Some(row)) = self.rows.get_mut(id.raw() as usize) else {
            return false;
        };
        let before = row.uses;
        row.uses = if more { before.saturating_add(1) } else { before.saturating_sub(1) };
        if more { before == 0 } else { before == 1 }
    }

    /// How many pieces of open work have the need.
    pub(crate) fn uses(&self, id: NeedId) -> u32 {
        self.row(id).map_or(0, |row| row.uses)
    }

    /// True if something stands in the last place.
    pub(crate) fn is_trimmed(&self) -> bool {
        self.rows.last().is_none_or(Option::is_some)
    }

    /// All needs with their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (NeedId, &Need)> {
        let all = (0..).map(NeedId::from_raw).zip(&self.rows);
        all.filter_map(|(id, row)| row.as_ref().map(|row| (id, &row.need)))
    }

    /// The places in which nothing stands.
    pub(crate) fn free(&self) -> impl Iterator<Item = NeedId> {
        let all = (0..).map(NeedId::from_raw).zip(&self.rows);
        all.filter(|(_, row)| row.is_none()).map(|(id, _)| id)
    }
}
