//! Capacity arithmetic: what an agent has, and whether something more fits.
//!
//! Amounts are kept in hundredths, because a state may count an item in part.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::sparse::Sparse;
use crate::model::capacity::Capacity;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{ChannelId, PoolId};

/// The capacity that an agent's offers, assignments and legs take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Usage {
    units: u64,
    items: u32,
    channels: Vec<ChannelUse>,
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pools: Sparse<Drawn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct ChannelUse {
    channel: ChannelId,
    items: u32,
    holders: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Drawn {
    pool: PoolId,
    held: u32,
    spent: u32,
}

/// An agent's use of a pool. The pool has room for what is left of `max` after both.
///
/// ```
/// use strowger::view::PoolUse;
///
/// // One and a half cases are held, one was done today, and three are allowed.
/// let json = r#"{"held": 150, "spent": 100, "max": 3}"#;
/// let cases: PoolUse = serde_json::from_str(json).unwrap();
/// let left = cases.max.map(|max| u32::from(max) * 100 - cases.held - cases.spent);
/// assert_eq!(left, Some(50));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PoolUse {
    /// The part of the pool that the agent holds, in hundredths of an item.
    pub held: u32,
    /// The part of the pool that the agent drew and does not hold any more, in hundredths of an
    /// item. It is not given back before the pool is reset.
    pub spent: u32,
    /// How many items of the pool the agent may have. `None`: the agent has no entry for the pool,
    /// and may have none.
    pub max: Option<u16>,
}

/// One item as capacity sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Claim {
    /// The channel it came by.
    pub channel: ChannelId,
    /// The units it takes in full.
    pub cost: u32,
    /// How much of it counts, in percent.
    pub weight: u8,
}

impl Claim {
    /// So much of this channel.
    #[must_use]
    pub const fn new(channel: ChannelId, cost: u32, weight: u8) -> Self {
        Self { channel, cost, weight }
    }

    /// The claim of a new item: the greater of what it takes while it is offered and while it is
    /// active.
    #[must_use]
    pub fn of_new(id: ChannelId, channel: &ChannelProfile, cost: u32) -> Self {
        let weight = channel.weights.offered.max(channel.weights.active);
        Self { channel: id, cost, weight }
    }

    fn units(self) -> u64 {
        u64::from(self.cost) * u64::from(self.weight)
    }
}

/// The reason why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Full {
    /// A bound is exceeded already, by force or by work that woke up.
    Debt,
    /// The units do not suffice.
    Units,
    /// The bound on items over all channels is reached.
    Items,
    /// The channel's own bound is reached.
    Channel,
    /// The agent has an item of this channel, which may not be interrupted by the new one.
    Uninterruptible(ChannelId),
    /// A pool the claim draws on is used up, or the agent has no entry for it.
    Pool(PoolId),
}

impl Usage {
    /// Units in use, in hundredths.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Items in use over all channels, in hundredths.
    #[must_use]
    pub const fn items(&self) -> u32 {
        self.items
    }

    /// Items in use on a channel, in hundredths.
    #[must_use]
    pub fn on_channel(&self, channel: ChannelId) -> u32 {
        self.channels.iter().find(|entry| entry.channel == channel).map_or(0, |entry| entry.items)
    }

    /// True if nothing is in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items == 0 && self.units == 0
    }

    /// The part of a pool that is held, in hundredths of an item.
    #[must_use]
    pub fn held_of(&self, pool: PoolId) -> u32 {
        self.drawn(pool).map_or(0, |drawn| drawn.held)
    }

    /// The part of a pool that was drawn, is not held any more and not given back, in hundredths of
    /// an item.
    #[must_use]
    pub fn spent_of(&self, pool: PoolId) -> u32 {
        self.drawn(pool).map_or(0, |drawn| drawn.spent)
    }

    /// The pools of which anything is spent, in order.
    pub fn spent_pools(&self) -> impl Iterator<Item = PoolId> + '_ {
        self.pools.iter().filter(|drawn| drawn.spent > 0).map(|drawn| drawn.pool)
    }

    fn drawn(&self, pool: PoolId) -> Option<&Drawn> {
        self.pools.iter().find(|drawn| drawn.pool == pool)
    }

    /// Changes what is drawn from a pool; of what nothing is drawn there is no entry.
    fn draw(&mut self, pool: PoolId, change: impl FnOnce(&mut Drawn)) {
        let place = self.pools.partition_point(|drawn| drawn.pool < pool);
        if self.pools.get(place).is_none_or(|drawn| drawn.pool != pool) {
            self.pools.insert(place, Drawn { pool, held: 0, spent: 0 });
        }
        if let Some(drawn) = self.pools.iter_mut().nth(place) {
            change(drawn);
        }
        self.pools.retain(|drawn| (drawn.held, drawn.spent) != (0, 0));
    }

    /// So much of a pool stays drawn although it is not held any more, in hundredths.
    pub fn spend(&mut self, pool: PoolId, amount: u32) {
        self.draw(pool, |drawn| drawn.spent = drawn.spent.saturating_add(amount));
    }

    /// So much of what stayed drawn from a pool is given back, in hundredths.
    pub fn give_back(&mut self, pool: PoolId, amount: u32) {
        self.draw(pool, |drawn| drawn.spent = drawn.spent.saturating_sub(amount));
    }

    /// Takes what a claim asks for, and from each of these pools.
    pub fn hold(&mut self, claim: Claim, pools: &[PoolId]) {
        if claim.weight == 0 {
            return;
        }
        for pool in pools {
            let weight = u32::from(claim.weight);
            self.draw(*pool, |drawn| drawn.held = drawn.held.saturating_add(weight));
        }
        let place = self.channels.partition_point(|entry| entry.channel < claim.channel);
        if self.channels.get(place).is_none_or(|entry| entry.channel != claim.channel) {
            let entry = ChannelUse { channel: claim.channel, items: 0, holders: 0 };
            self.channels.insert(place, entry);
        }
        if let Some(entry) = self.channels.get_mut(place) {
            entry.items = entry.items.saturating_add(u32::from(claim.weight));
            entry.holders = entry.holders.saturating_add(1);
        }
        self.items = self.items.saturating_add(u32::from(claim.weight));
        self.units = self.units.saturating_add(claim.units());
    }

    /// Gives back what a claim took, and to each of these pools.
    pub fn release(&mut self, claim: Claim, pools: &[PoolId]) {
        if claim.weight == 0 {
            return;
        }
        for pool in pools {
            let weight = u32::from(claim.weight);
            self.draw(*pool, |drawn| drawn.held = drawn.held.saturating_sub(weight));
        }
        let place = self.channels.partition_point(|entry| entry.channel < claim.channel);
        if let Some(entry) = self.channels.get_mut(place) {
            entry.items = entry.items.saturating_sub(u32::from(claim.weight));
            entry.holders = entry.holders.saturating_sub(1);
            if entry.holders == 0 {
                self.channels.remove(place);
            }
        }
        self.items = self.items.saturating_sub(u32::from(claim.weight));
        self.units = self.units.saturating_sub(claim.units());
    }

    /// True if the agent has more than they may in any respect. What is spent of a pool does not
    /// count as something the agent has.
    #[must_use]
    pub fn is_in_debt(&self, capacity: &Capacity) -> bool {
        if self.is_empty() {
            return false;
        }
        let over_units = capacity.units.is_some_and(|max| self.units > u64::from(max) * 100);
        let over_items = capacity.items.is_some_and(|max| self.items > u32::from(max) * 100);
        let over_channel = |entry: &ChannelUse| {
            let max = capacity.channels.get(&entry.channel);
            max.is_some_and(|max| entry.items > u32::from(*max) * 100)
        };
        let over_pool = |drawn: &Drawn| drawn.held > pool_max(capacity, drawn.pool).unwrap_or(0);
        over_units
            || over_items
            || (!capacity.channels.is_empty() && self.channels.iter().any(over_channel))
            || self.pools.iter().any(over_pool)
    }

    /// Checks that a claim that draws on these pools fits on top in every respect, and that nothing
    /// the agent has forbids the interruption.
    ///
    /// # Errors
    /// The first obstacle, in the order of the variants of [`Full`].
    pub fn room<'a>(
        &self,
        capacity: &Capacity,
        claim: Claim,
        pools: &[PoolId],
        profile: impl Fn(ChannelId) -> Option<&'a ChannelProfile>,
    ) -> Result<(), Full> {
        if self.is_in_debt(capacity) {
            return Err(Full::Debt);
        }
        let fits = |max: Option<u64>, used: u64, more: u64| {
            max.is_none_or(|max| used.saturating_add(more) <= max)
        };
        let weight = u64::from(claim.weight);
        if !fits(capacity.units.map(|max| u64::from(max) * 100), self.units, claim.units()) {
            return Err(Full::Units);
        }
        let items = capacity.items.map(|max| u64::from(max) * 100);
        if !fits(items, u64::from(self.items), weight) {
            return Err(Full::Items);
        }
        let channel = capacity.channels.get(&claim.channel).map(|max| u64::from(*max) * 100);
        if !fits(channel, u64::from(self.on_channel(claim.channel)), weight) {
            return Err(Full::Channel);
        }
        let forbids = |entry: &&ChannelUse| {
            let allowed = profile(entry.channel).and_then(|held| held.interruptible_by.as_ref());
            entry.channel != claim.channel
                && allowed.is_some_and(|channels| !channels.contains(&claim.channel))
        };
        if let Some(entry) = self.channels.iter().find(forbids) {
            return Err(Full::Uninterruptible(entry.channel));
        }
        let has_room = |pool: PoolId| {
            let used = self.held_of(pool).saturating_add(self.spent_of(pool));
            let used = used.saturating_add(claim.weight.into());
            pool_max(capacity, pool).is_some_and(|max| used <= max)
        };
        match pools.iter().find(|pool| !has_room(**pool)) {
            Some(pool) => Err(Full::Pool(*pool)),
            None => Ok(()),
        }
    }

    /// How much of the capacity is in use, in millionths: of the units if they are bounded, else
    /// of the items if they are, else nothing.
    #[must_use]
    pub fn ratio(&self, capacity: &Capacity) -> i64 {
        let (used, max) = match (capacity.units, capacity.items) {
            (Some(units), _) => (self.units, u64::from(units)),
            (None, Some(items)) => (u64::from(self.items), u64::from(items)),
            (None, None) => return 0,
        };
        i64::try_from(used.saturating_mul(10_000) / max.max(1)).unwrap_or(i64::MAX)
    }
}

/// The most that may be drawn from a pool, in hundredths of an item; nothing where there is no
/// entry for it.
fn pool_max(capacity: &Capacity, pool: PoolId) -> Option<u32> {
    capacity.pools.get(&pool).map(|max| u32::from(*max) * 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const VOICE: ChannelId = ChannelId::from_raw(0);
    const CHAT: ChannelId = ChannelId::from_raw(1);
    const MAIL: ChannelId = ChannelId::from_raw(2);

    fn claim(channel: ChannelId, cost: u32) -> Claim {
        Claim { channel, cost, weight: 100 }
    }

    fn open(_: ChannelId) -> Option<&'static ChannelProfile> {
        None
    }

    #[test]
    fn one_call_or_five_chats() {
        // Azure Job Router: total 100, voice 100, chat 20.
        let capacity = Capacity::units(100);
        let mut usage = Usage::default();
        for _ in 0..5 {
            assert_eq!(usage.room(&capacity, claim(CHAT, 20), &[], open), Ok(()));
            usage.hold(claim(CHAT, 20), &[]);
        }
        assert_eq!(usage.room(&capacity, claim(CHAT, 20), &[], open), Err(Full::Units));
        assert_eq!(usage.room(&capacity, claim(VOICE, 100), &[], open), Err(Full::Units));
        for _ in 0..5 {
            usage.release(claim(CHAT, 20), &[]);
        }
        assert_eq!(usage, Usage::default());
        assert_eq!(usage.room(&capacity, claim(VOICE, 100), &[], open), Ok(()));
    }

    #[test]
    fn every_pool_must_have_room() {
        let capacity = Capacity { items: Some(3), ..Capacity::units(100) }.with_channel(CHAT, 2);
        let mut usage = Usage::default();
        usage.hold(claim(CHAT, 10), &[]);
        usage.hold(claim(CHAT, 10), &[]);
        assert_eq!(usage.room(&capacity, claim(CHAT, 10), &[], open), Err(Full::Channel));
        assert_eq!(usage.room(&capacity, claim(MAIL, 10), &[], open), Ok(()));
        usage.hold(claim(MAIL, 10), &[]);
        assert_eq!(usage.room(&capacity, claim(MAIL, 10), &[], open), Err(Full::Items));
    }

    #[test]
    fn a_part_of_an_item_counts_in_part() {
        let capacity = Capacity::items(1);
        let mut usage = Usage::default();
        usage.hold(Claim { weight: 50, ..claim(CHAT, 1) }, &[]);
        assert_eq!(
            usage.room(&capacity, Claim { weight: 50, ..claim(CHAT, 1) }, &[], open),
            Ok(())
        );
        let more = Claim { weight: 51, ..claim(CHAT, 1) };
        assert_eq!(usage.room(&capacity, more, &[], open), Err(Full::Items));
        usage.hold(Claim { weight: 0, ..claim(MAIL, 1) }, &[]);
        assert_eq!(usage.on_channel(MAIL), 0);
    }

    #[test]
    fn every_item_held_must_allow_the_interruption() {
        let strict = ChannelProfile { interruptible_by: Some(vec![]), ..ChannelProfile::default() };
        let by_voice =
            ChannelProfile { interruptible_by: Some(vec![VOICE]), ..ChannelProfile::default() };
        let profile = |channel| match channel {
            CHAT => Some(&strict),
            MAIL => Some(&by_voice),
            _ => None,
        };
        let capacity = Capacity::items(9);
        let mut usage = Usage::default();
        usage.hold(claim(MAIL, 1), &[]);
        assert_eq!(usage.room(&capacity, claim(VOICE, 1), &[], profile), Ok(()));
        let refused = Err(Full::Uninterruptible(MAIL));
        assert_eq!(usage.room(&capacity, claim(CHAT, 1), &[], profile), refused);
        assert_eq!(usage.room(&capacity, claim(MAIL, 1), &[], profile), Ok(()));
        usage.hold(claim(CHAT, 1), &[]);
        let refused = Err(Full::Uninterruptible(CHAT));
        assert_eq!(usage.room(&capacity, claim(VOICE, 1), &[], profile), refused);
    }

    #[test]
    fn debt_blocks_everything_until_it_is_paid() {
        let capacity = Capacity::items(2).with_channel(CHAT, 0);
        let mut usage = Usage::default();
        usage.hold(claim(CHAT, 1), &[]);
        assert!(usage.is_in_debt(&capacity));
        assert_eq!(usage.room(&capacity, claim(MAIL, 1), &[], open), Err(Full::Debt));
        usage.release(claim(CHAT, 1), &[]);
        assert_eq!(usage.room(&capacity, claim(MAIL, 1), &[], open), Ok(()));
    }

    #[test]
    fn the_ratio_counts_units_before_items() {
        let mut usage = Usage::default();
        usage.hold(claim(CHAT, 3), &[]);
        assert_eq!(usage.ratio(&Capacity::units(4)), 750_000);
        assert_eq!(usage.ratio(&Capacity::items(4)), 250_000);
        assert_eq!(usage.ratio(&Capacity { items: None, ..Capacity::one() }), 0);
    }

    #[test]
    fn every_pool_an_item_draws_on_must_have_room_and_absence_means_none() {
        let (cases, trials) = (PoolId::from_raw(0), PoolId::from_raw(1));
        let capacity = Capacity::items(9).with_pool(cases, 2).with_pool(trials, 1);
        let mut usage = Usage::default();
        usage.hold(claim(MAIL, 1), &[cases, trials]);
        assert_eq!(usage.room(&capacity, claim(CHAT, 1), &[cases], open), Ok(()));
        let both = usage.room(&capacity, claim(CHAT, 1), &[cases, trials], open);
        assert_eq!(both, Err(Full::Pool(trials)));
        let other = PoolId::from_raw(2);
        let none = Claim { weight: 0, ..claim(CHAT, 1) };
        assert_eq!(usage.room(&capacity, none, &[other], open), Err(Full::Pool(other)));
        usage.release(claim(MAIL, 1), &[cases, trials]);
        assert_eq!(usage, Usage::default());
    }

    #[test]
    fn what_is_spent_leaves_less_room_and_makes_no_debt() {
        let trials = PoolId::from_raw(0);
        let capacity = Capacity::items(9).with_pool(trials, 1);
        let mut usage = Usage::default();
        usage.spend(trials, 200);
        assert!(!usage.is_in_debt(&capacity));
        let full = usage.room(&capacity, claim(CHAT, 1), &[trials], open);
        assert_eq!(full, Err(Full::Pool(trials)));
        usage.give_back(trials, 200);
        assert_eq!(usage, Usage::default());
        usage.hold(claim(CHAT, 1), &[trials]);
        usage.hold(claim(CHAT, 1), &[trials]);
        assert!(usage.is_in_debt(&capacity));
        assert!(usage.is_in_debt(&Capacity::items(9)));
    }
}
