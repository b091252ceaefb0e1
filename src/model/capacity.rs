//! How much an agent can have at a time.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::model::ids::{ChannelId, Entity, PoolId};
use crate::model::invalid::Invalid;

growing! {
    /// The bounds on what an agent may have at a time. Work fits when **every** bound leaves room;
    /// `None` sets no bound, and the default sets none at all; an agent's default is one thing at a
    /// time.
    ///
    /// ```
    /// use strowger::model::Capacity;
    ///
    /// // One call or five chats: voice costs 100 units, a chat 20.
    /// let capacity = Capacity::units(100);
    /// assert_eq!(capacity.items, None);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Capacity {
        /// Units over all channels; each item takes its size (Azure Job Router: total capacity).
        pub units: Option<u32> => with_units(into),
        /// Items over all channels (ServiceNow: universal capacity).
        pub items: Option<u16> => with_items(into),
        /// Items on one channel. A channel that is not named here has no bound of its own.
        pub channels: BTreeMap<ChannelId, u16> => with_channels(each (ChannelId, u16)),
        /// Items that draw on a pool. Here absence means none: who has no entry for a pool is not
        /// offered what draws on it (D365: capacity profiles).
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub pools: BTreeMap<PoolId, u16> => with_pools(each (PoolId, u16)),
        /// The units that an item of a channel takes of this agent, 1 to 1,000,000, in place of the
        /// channel's cost. An item that says its own size takes that of everybody. What the agent
        /// has keeps what it took (Azure Job Router: capacity cost per job).
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub costs: BTreeMap<ChannelId, u32> => with_costs(each (ChannelId, u32)),
        /// Pieces of work that are parked at the agent. One more is not parked
        /// ([`Park`](crate::command::Park)); what is parked stays, whatever the bound says later
        /// (Genesys Cloud: 10 parked e-mails or messages).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parked: Option<u16> => with_parked(into),
    }
}

impl Capacity {
    /// One item at a time, whatever its size.
    #[must_use]
    pub const fn one() -> Self {
        Self::items(1)
    }

    /// So many items at a time.
    #[must_use]
    pub const fn items(items: u16) -> Self {
        Self {
            units: None,
            items: Some(items),
            channels: BTreeMap::new(),
            pools: BTreeMap::new(),
            costs: BTreeMap::new(),
            parked: None,
        }
    }

    /// So many units at a time.
    #[must_use]
    pub const fn units(units: u32) -> Self {
        Self {
            units: Some(units),
            items: None,
            channels: BTreeMap::new(),
            pools: BTreeMap::new(),
            costs: BTreeMap::new(),
            parked: None,
        }
    }

    /// The same with so many items at most on one channel.
    #[must_use]
    pub fn with_channel(mut self, channel: ChannelId, items: u16) -> Self {
        self.channels.insert(channel, items);
        self
    }

    /// The same with so many items that draw on a pool.
    #[must_use]
    pub fn with_pool(mut self, pool: PoolId, items: u16) -> Self {
        self.pools.insert(pool, items);
        self
    }

    /// The units that an item of a channel takes, which takes `cost` of others, and says so itself
    /// if it is `sized`.
    pub(crate) fn cost_of(&self, channel: ChannelId, cost: u32, sized: bool) -> u32 {
        if sized || self.costs.is_empty() {
            return cost;
        }
        self.costs.get(&channel).copied().unwrap_or(cost)
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        for cost in self.costs.values() {
            Invalid::range("capacity.costs", *cost, 1, i64::from(UNITS_MAX))?;
        }
        Invalid::range("capacity.units", self.units.unwrap_or(0), 0, i64::from(UNITS_MAX))
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.channels.keys().for_each(|channel| name((*channel).into()));
        self.costs.keys().for_each(|channel| name((*channel).into()));
        self.pools.keys().for_each(|pool| name((*pool).into()));
    }
}

/// The most units an agent can have or an item can take.
pub(crate) const UNITS_MAX: u32 = 1_000_000;

growing! {
    /// The share of an item that counts against capacity in each state, in percent (0 to 100).
    ///
    /// An item that is offered is counted, so two offers cannot collide. A weight for `offered`
    /// lower than the one for `active` invites debt, which is allowed and blocks new work until it
    /// is paid.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Weights {
        /// While it is offered.
        pub offered: u8 => with_offered,
        /// While it is worked on.
        pub active: u8 => with_active,
        /// While the customer is on hold.
        pub held: u8 => with_held,
        /// While it is parked.
        pub parked: u8 => with_parked,
        /// While it is wrapped up.
        pub wrap_up: u8 => with_wrap_up,
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self { offered: 100, active: 100, held: 100, parked: 0, wrap_up: 100 }
    }
}

impl Weights {
    pub(crate) fn check(self) -> Result<(), Invalid> {
        Invalid::range("weights.offered", self.offered, 0, 100)?;
        Invalid::range("weights.active", self.active, 0, 100)?;
        Invalid::range("weights.held", self.held, 0, 100)?;
        Invalid::range("weights.parked", self.parked, 0, 100)?;
        Invalid::range("weights.wrap_up", self.wrap_up, 0, 100)
    }
}
