//! Needs, each kept once however much work has it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::id::ids;
use crate::model::need::Need;

ids! {
    /// A need among those of open work.
    pub(crate) NeedId(u32) = "n";
}

/// The needs of open work. A need that no work has any more keeps its place until another need
/// wants it: floors ask for the same few things again and again, and what is known of a need (who
/// fits it, who suits it best) is then still known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Needs {
    rows: Vec<NeedRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct NeedRow {
    need: Need,
    uses: u32,
}

impl Needs {
    /// True if open work may have one more need.
    pub(crate) fn has_room(&self, max: u32) -> bool {
        let used = || self.rows.iter().filter(|row| row.uses > 0).count();
        self.len() < max || used() < max as usize
    }

    /// The place for a need that has none yet: a new place, or one that no work uses. What waiting
    /// work comes to ask for as it is relaxed gets a place even beyond the bound, for nobody could
    /// be refused for it.
    pub(crate) fn place(&self, max: u32) -> NeedId {
        let new = NeedId::from_raw(self.len());
        if self.len() < max { new } else { self.unused().unwrap_or(new) }
    }

    /// How many needs have a place.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    fn unused(&self) -> Option<NeedId> {
        let unused = self.rows.iter().position(|row| row.uses == 0)?;
        u32::try_from(unused).ok().map(NeedId::from_raw)
    }

    /// Puts a need in its place and hands back the need that stood there.
    pub(crate) fn put(&mut self, id: NeedId, need: Need) -> Option<Need> {
        let row = NeedRow { need, uses: 0 };
        match self.rows.get_mut(id.raw() as usize) {
            Some(place) => Some(core::mem::replace(place, row).need),
            None => {
                self.rows.push(row);
                None
            }
        }
    }

    /// A need.
    pub(crate) fn get(&self, id: NeedId) -> Option<&Need> {
        self.rows.get(id.raw() as usize).map(|row| &row.need)
    }

    /// One more piece of work has the need, or one less.
    pub(crate) fn count(&mut self, id: NeedId, more: bool) {
        if let Some(row) = self.rows.get_mut(id.raw() as usize) {
            row.uses = if more { row.uses.saturating_add(1) } else { row.uses.saturating_sub(1) };
        }
    }

    /// How many pieces of open work have the need.
    pub(crate) fn uses(&self, id: NeedId) -> u32 {
        self.rows.get(id.raw() as usize).map_or(0, |row| row.uses)
    }

    /// All needs with their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (NeedId, &Need)> {
        let ids = (0..).map(NeedId::from_raw);
        ids.zip(self.rows.iter().map(|row| &row.need))
    }
}
