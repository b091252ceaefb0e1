//! Pools: bounds on what an agent may have that hold over channels, or for a day.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::model::calendar::{TimeOfDay, Zone};
use crate::model::ids::{Entity, PoolId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::profile::{DefinitionId, Profile};

/// A bound that agents have by name, and on which work draws (D365: capacity profiles).
/// How many items an agent may have is in [`Capacity::pools`]; on which pools an item draws in
/// [`WorkRequest::pools`], or else in [`ChannelProfile::pools`]. It draws one from each, by its
/// weight in its state, and goes only to agents who have room in all of them.
///
/// Unlike the other bounds of an agent, **absence means none**: who has no entry for a pool is not
/// offered what draws on it.
///
/// [`Capacity::pools`]: crate::model::Capacity::pools
/// [`WorkRequest::pools`]: crate::model::WorkRequest::pools
/// [`ChannelProfile::pools`]: crate::model::ChannelProfile::pools
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::{Capacity, DailyReset, PoolProfile, TimeOfDay, Zone};
/// use strowger::view::PoolUse;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// // Two trials a day, until four in the morning.
/// let at = TimeOfDay::new(4, 0);
/// let reset = Some(DailyReset { at, zone: Zone::default() });
/// let trials = engine.execute(now, Define::new("trials", PoolProfile { reset }), &mut log)?;
/// let capacity = Capacity::items(3).with_pool(trials, 2);
/// let ana = AgentProfile { capacity, ..AgentProfile::default() };
/// let ana = engine.execute(now, Define::new("ana", ana), &mut log)?;
/// let ana = engine.view().agent(ana).unwrap();
/// assert_eq!(ana.pool_use(trials), PoolUse { held: 0, spent: 0, max: Some(2) });
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolProfile {
    /// When agents are given back what they drew. `None`: as soon as they do not have it any more.
    /// With a reset an item that somebody took stays drawn until then, even if it is over; a mere
    /// offer does not.
    pub reset: Option<DailyReset>,
}

/// A time of the local day at which something begins anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyReset {
    /// The time of day. One that the clocks skip is the instant of their change; of one that comes
    /// twice the first counts. `24:00` is `00:00`.
    pub at: TimeOfDay,
    /// The local time that is meant.
    #[serde(default)]
    pub zone: Zone,
}

/// The most pools an item draws on.
pub(crate) const POOLS_MAX: u32 = 8;

/// Refuses too many pools, and one that is named twice.
pub(crate) fn check_pools(pools: &[PoolId]) -> Result<(), Invalid> {
    Invalid::length("pools", pools.len(), POOLS_MAX)?;
    let mut sorted: Vec<_> = pools.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() == pools.len() {
        Ok(())
    } else {
        Err(Invalid::new("pools", Problem::Duplicate))
    }
}

impl DefinitionId for PoolId {
    type Profile = PoolProfile;
}

impl Profile for PoolProfile {
    type Id = PoolId;

    fn check(&self) -> Result<(), Invalid> {
        let Some(DailyReset { at, zone }) = &self.reset else {
            return Ok(());
        };
        Invalid::range("reset.at", at.minutes(), 0, 1_440)?;
        let (offset, changes) = ("reset.zone.offset_minutes", "reset.zone.changes");
        zone.check(offset, changes, "reset.zone.changes.offset_minutes")
    }

    fn mentions(&self, _name: &mut dyn FnMut(Entity)) {}
}
