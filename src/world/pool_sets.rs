//! Sets of pools, each kept once however many items draw on it.
//!
//! Almost all items of a channel draw on the same few pools, so a piece of work, a lane or an
//! assignment names a set by a number instead of carrying a list.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::hash::FixedMap;
use crate::base::id::ids;
use crate::model::channel::ChannelProfile;
use crate::model::ids::PoolId;
use crate::model::pool::POOLS_MAX;
use crate::model::work::WorkRequest;

ids! {
    /// A set of pools. Number 0 is the empty set, which has no row.
    pub(crate) PoolSetId(u32) = "ps";
}

impl PoolSetId {
    /// No pools.
    pub(crate) const EMPTY: Self = Self::from_raw(0);

    /// True if the id is that of the empty set.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }
}

impl Default for PoolSetId {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// The sets of pools that open work and assignments draw on. A set that nothing draws on any more
/// leaves its place empty for another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PoolSets {
    rows: Vec<PoolSet>,
}

/// A set, and how many pieces of work and assignments draw on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct PoolSet {
    pools: Vec<PoolId>,
    uses: u32,
}

impl PoolSet {
    /// How many draw on it.
    pub(crate) const fn uses(&self) -> u32 {
        self.uses
    }

    /// True if the pools are in order, each once and not too many, and there as long as anything
    /// draws on them.
    pub(crate) fn is_sound(&self) -> bool {
        self.pools.is_sorted_by(|one, next| one < next)
            && self.pools.is_empty() == (self.uses == 0)
            && self.pools.len() <= POOLS_MAX as usize
    }
}

impl PoolSets {
    /// The pools of a set, in order.
    pub(crate) fn pools(&self, id: PoolSetId) -> &[PoolId] {
        self.row(id).map_or(&[], |row| &row.pools)
    }

    /// One more draws on a set that is there.
    pub(crate) fn use_again(&mut self, id: PoolSetId) {
        if let Some(row) = self.row_mut(id) {
            row.uses = row.uses.saturating_add(1);
        }
    }

    /// All sets with their ids, those without pools too.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PoolSetId, &PoolSet)> {
        (1..).map(PoolSetId::from_raw).zip(&self.rows)
    }

    fn row(&self, id: PoolSetId) -> Option<&PoolSet> {
        let place = id.raw().checked_sub(1)?;
        self.rows.get(place as usize)
    }

    fn row_mut(&mut self, id: PoolSetId) -> Option<&mut PoolSet> {
        let place = id.raw().checked_sub(1)?;
        self.rows.get_mut(place as usize)
    }
}

/// Derived: where a set of pools is found by its content, and which places are free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PoolSetIndex {
    ids: FixedMap<Vec<PoolId>, PoolSetId>,
    free: BTreeSet<PoolSetId>,
}

impl PoolSetIndex {
    /// Derives it from the sets.
    pub(crate) fn of(sets: &PoolSets) -> Self {
        let mut index = Self::default();
        for (id, row) in sets.iter() {
            if row.uses > 0 {
                index.ids.insert(row.pools.clone(), id);
            } else {
                index.free.insert(id);
            }
        }
        index
    }

    /// One more draws on these pools: the set of them.
    pub(crate) fn take(&mut self, sets: &mut PoolSets, pools: Vec<PoolId>) -> PoolSetId {
        if pools.is_empty() {
            return PoolSetId::EMPTY;
        }
        if let Some(known) = self.ids.get(&pools).copied() {
            sets.use_again(known);
            return known;
        }
        let new = u32::try_from(sets.rows.len()).unwrap_or(u32::MAX);
        let id = self.free.pop_first();
        let id = id.unwrap_or_else(|| PoolSetId::from_raw(new.saturating_add(1)));
        let row = PoolSet { pools: pools.clone(), uses: 1 };
        match sets.row_mut(id) {
            Some(free) => *free = row,
            None => sets.rows.push(row),
        }
        self.ids.insert(pools, id);
        id
    }

    /// One less draws on a set.
    pub(crate) fn leave(&mut self, sets: &mut PoolSets, id: PoolSetId) {
        let Some(row) = sets.row_mut(id) else {
            return;
        };
        row.uses = row.uses.saturating_sub(1);
        if row.uses == 0 {
            let pools = core::mem::take(&mut row.pools);
            self.ids.swap_remove(&pools);
            self.free.insert(id);
        }
    }
}

/// The pools an item draws on, in order: those its request names, else those of its channel.
pub(crate) fn pools_named(request: &WorkRequest, channel: &ChannelProfile) -> Vec<PoolId> {
    let named = if request.pools.is_empty() { &channel.pools } else { &request.pools };
    let mut pools = named.clone();
    pools.sort_unstable();
    pools
}

/// The most of an item that counted since a pool was reset, for each pool of its set, in percent.
/// What is above the present share of the item is spent.
pub(crate) type Peaks = [u8; POOLS_MAX as usize];

/// True if no share of the item counted.
pub(crate) fn is_flat(peaks: &Peaks) -> bool {
    peaks.iter().all(|peak| *peak == 0)
}
