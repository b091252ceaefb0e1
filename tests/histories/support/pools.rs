//! Pools, what agents may draw from them, and what draws on them.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use strowger::Timestamp;
use strowger::model::{DailyReset, PoolId, PoolProfile, TimeOfDay, Zone, ZoneChange};

use super::features::{Feature, Features};

pub(super) fn pool() -> impl Strategy<Value = PoolId> + Clone {
    prop_oneof![30 => 0..3_u32, 1 => 3..6_u32].prop_map(PoolId::from_raw)
}

/// Pools without a reset, and with one that comes soon; now and then one that makes no sense.
pub(super) fn pool_profile() -> impl Strategy<Value = PoolProfile> {
    // Histories begin in the 17th minute of a day.
    let minutes = prop_oneof![8 => 16..22_u16, 2 => Just(1_440), 1 => 1_438..1_442_u16];
    let offset = prop_oneof![6 => -2..3_i16, 1 => Just(2_000)];
    let change = (16..22_i64, -2..3_i16).prop_map(|(minutes, offset_minutes)| ZoneChange {
        from: Timestamp::from_millis(minutes * 60_000),
        offset_minutes,
    });
    let reset = (minutes, offset, vec(change, 0..2)).prop_map(|(minutes, offset, changes)| {
        let zone = Zone::default().with_offset_minutes(offset).with_changes(changes);
        DailyReset::new(TimeOfDay::from_minutes(minutes)).with_zone(zone)
    });
    weighted(0.6, reset).prop_map(|reset| PoolProfile::default().with_reset(reset))
}

/// Those an item draws on.
pub(super) fn pools(features: Features) -> impl Strategy<Value = Vec<PoolId>> {
    let pools = prop_oneof![1 => vec(pool(), 0..2), 1 => vec(pool(), 1..3)];
    features.with(Feature::Pools, 0.4, Vec::new(), pools)
}

/// How much of each an agent may have: rather too little than too much.
pub(super) fn pool_bounds(features: Features) -> impl Strategy<Value = BTreeMap<PoolId, u16>> {
    let some = btree_map(pool(), 0..4_u16, 1..4);
    let all = vec(1..5_u16, 3).prop_map(|bounds| {
        let ids = (0..).map(PoolId::from_raw);
        ids.zip(bounds).collect()
    });
    let bounds = prop_oneof![1 => some, 2 => all];
    features.with(Feature::Pools, 0.9, BTreeMap::new(), bounds)
}
