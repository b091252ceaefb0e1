//! Agents, to read.

use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, ChannelId, OfferId, PoolId, PresenceId};
use crate::model::queue::IdleClock;
use crate::policy::room::{Claim, PoolUse, Usage};
use crate::state::routing_status::RoutingStatus;
use crate::world::legs::Leg;
use crate::world::rows::{Agent, Assignment, Member};
use crate::world::state::World;

use crate::engine::view::definition::{DefinitionView, definition};
use crate::engine::view::fields::fields;

/// An agent, to read.
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let ana = engine.view().agent(ana).unwrap();
/// assert_eq!(ana.status(), RoutingStatus::OffQueue);
/// assert!(ana.offers().is_empty() && ana.assignments().is_empty());
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AgentView<'a> {
    world: &'a World,
    row: &'a Agent,
    definition: DefinitionView<'a, AgentProfile>,
}

impl<'a> AgentView<'a> {
    pub(super) fn new(world: &'a World, id: AgentId) -> Option<Self> {
        let definition = definition(world, id)?;
        Some(Self { world, row: world.agent(id).ok()?, definition })
    }

    /// Their id.
    #[must_use]
    pub fn id(self) -> AgentId {
        self.definition.id()
    }

    /// The host's key for them.
    #[must_use]
    pub fn key(self) -> &'a Key {
        self.definition.key()
    }

    /// The profile of the agent.
    #[must_use]
    pub fn profile(self) -> &'a AgentProfile {
        self.definition.profile()
    }

    /// True if the agent is retired.
    #[must_use]
    pub fn is_retired(self) -> bool {
        self.definition.is_retired()
    }

    /// How often their definition was changed.
    #[must_use]
    pub fn revision(self) -> u32 {
        self.definition.revision()
    }

    /// The presence of the agent.
    #[must_use]
    pub const fn presence(self) -> PresenceId {
        self.row.presence.id()
    }

    /// The routing status of the agent.
    #[must_use]
    pub const fn status(self) -> RoutingStatus {
        self.row.status
    }

    /// True if the agent finishes the work they have and gets nothing new.
    #[must_use]
    pub const fn is_draining(self) -> bool {
        self.row.draining
    }

    /// True if the agent has more than they may have.
    #[must_use]
    pub const fn is_over_capacity(self) -> bool {
        self.row.in_debt
    }

    /// Units they have in use, in hundredths, offers and legs included.
    #[must_use]
    pub const fn units_in_use(self) -> u64 {
        self.row.usage.units()
    }

    /// Items they have in use on all channels, in hundredths, offers and legs included.
    #[must_use]
    pub const fn items_in_use(self) -> u32 {
        self.row.usage.items()
    }

    /// The part of [`units_in_use`](Self::units_in_use) that is only reserved: it is offered to
    /// them, as an offer or as a consult.
    #[must_use]
    pub fn reserved_units(self) -> u64 {
        self.reserved().units()
    }

    /// The part of [`items_in_use`](Self::items_in_use) that is only reserved.
    #[must_use]
    pub fn reserved_items(self) -> u32 {
        self.reserved().items()
    }

    fn reserved(self) -> Usage {
        let mut usage = Usage::default();
        let offers = self.row.offers.iter().filter_map(|id| self.world.offer(*id).ok());
        let legs = self.row.legs.iter().filter(|leg| leg.alerts());
        let claims = offers.map(|offer| offer.claim).chain(legs.map(|leg| leg.claim));
        claims.for_each(|claim: Claim| usage.hold(claim, &[]));
        usage
    }

    /// The agent's use of a pool, offers and legs included, and how much they may use.
    #[must_use]
    pub fn pool_use(self, pool: PoolId) -> PoolUse {
        let usage = &self.row.usage;
        let max = self.profile().capacity.pools.get(&pool).copied();
        PoolUse { held: usage.held_of(pool), spent: usage.spent_of(pool), max }
    }

    /// Since when the agent is idle by a clock, for work of a channel. For who has something now it
    /// says what the clock counts from, and not that they are idle.
    #[must_use]
    pub fn idle_since(self, clock: IdleClock, channel: ChannelId) -> Timestamp {
        self.row.idle_since(clock, channel)
    }

    /// The open offers of the agent, oldest first.
    #[must_use]
    pub fn offers(self) -> &'a [OfferId] {
        &self.row.offers
    }

    /// The assignments that the agent has, parks or wraps up, oldest first.
    #[must_use]
    pub fn assignments(self) -> &'a [Assignment] {
        &self.row.assignments
    }

    /// Their queues, by rank.
    #[must_use]
    pub fn memberships(self) -> impl ExactSizeIterator<Item = Member> + 'a {
        self.row.members()
    }

    /// The legs by which the agent takes part in work or is asked to, oldest first.
    #[must_use]
    pub fn legs(self) -> &'a [Leg] {
        &self.row.legs
    }
}

/// The profile of the agent, their present state, and the work they have.
impl Serialize for AgentView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, "AgentView", {
            id: self.id(),
            key: self.key(),
            profile: self.profile(),
            revision: self.revision(),
            retired: self.is_retired(),
            presence: self.presence(),
            status: self.status(),
            draining: self.is_draining(),
            over_capacity: self.is_over_capacity(),
            units_in_use: self.units_in_use(),
            items_in_use: self.items_in_use(),
            reserved_units: self.reserved_units(),
            reserved_items: self.reserved_items(),
            offers: self.offers(),
            assignments: self.assignments().iter().map(AssignmentFields).collect::<Vec<_>>(),
            memberships: self.memberships().collect::<Vec<_>>(),
            legs: self.legs(),
        })
    }
}

/// The public fields of an assignment; how its capacity is accounted for is not among them.
struct AssignmentFields<'a>(&'a Assignment);

impl Serialize for AssignmentFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, "Assignment", {
            work: self.0.work,
            queue: self.0.queue,
            state: self.0.state,
            since: self.0.since,
            code: self.0.code,
            wrap_up_requested: self.0.wrap_up_requested,
        })
    }
}
