//! The world: the rows, the index derived from them, and what is read from both.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::refusal::Unavailable;
use crate::fact::log::Seq;
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::config::Config;
use crate::model::ids::{AgentId, ChannelId, OfferId, PoolId, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::policy::fit::holds;
use crate::policy::room::{Claim, Full, Usage};
use crate::state::machine::{Deadline, DeadlineKind};
use crate::world::catalog::CatalogEntry;
use crate::world::index::{Index, TimerKey};
use crate::world::kinds::DefinitionKind;
use crate::world::lane_set::LaneSet;
use crate::world::lanes::LaneKey;
use crate::world::may::ring_sees;
use crate::world::member::PackedMember;
use crate::world::pool_sets::PoolSetId;
use crate::world::rebuild::index_of;
use crate::world::rows::{Agent, Assignment, Offer, Queue, Work};
use crate::world::stores::{Missing, OrMissing, QueueRules, Stores};

/// The state of everything, and the index derived from it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(super) stores: Stores,
    pub(super) index: Index,
}

impl World {
    /// A world in which nothing has happened.
    #[must_use]
    pub(crate) fn empty(config: Config) -> Self {
        Self::from_stores(Stores::new(config))
    }

    /// The world of these rows.
    #[must_use]
    pub(crate) fn from_stores(mut stores: Stores) -> Self {
        let index = index_of(&mut stores);
        let mut world = Self { stores, index };
        world.touch_everybody();
        world
    }

    /// The rows.
    #[must_use]
    pub(crate) const fn stores(&self) -> &Stores {
        &self.stores
    }

    /// The index that is derived from the rows.
    #[must_use]
    pub(crate) const fn index(&self) -> &Index {
        &self.index
    }

    /// The number of the last fact.
    #[must_use]
    pub(crate) const fn seq(&self) -> Seq {
        self.stores.seq
    }

    /// A fingerprint of all rows.
    #[must_use]
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.stores)
    }

    /// Touches every agent, and no work: nothing was matchable when the rows were taken,
    /// and should a journal have ended in the middle of a call, whatever fits is found by an agent.
    pub(crate) fn touch_everybody(&mut self) {
        self.index.touched_works.clear();
        let agents = self.stores.agent_rows.iter();
        let attending = agents.filter(|(_, agent)| agent.status.takes_offers());
        self.index.touched_agents = attending.map(|(id, _)| id).collect();
    }

    /// Touched work and agents, for whoever routes from them; both may name things twice.
    pub(crate) const fn touched(&mut self) -> (&mut Vec<WorkId>, &mut Vec<AgentId>) {
        (&mut self.index.touched_works, &mut self.index.touched_agents)
    }
}

/// Definitions.
impl World {
    /// A definition, retired or not.
    pub(crate) fn entry<P: DefinitionKind>(&self, id: P::Id) -> Result<&CatalogEntry<P>, Missing> {
        P::rows(&self.stores).get(id).or_missing(id)
    }

    /// The content of a queue.
    pub(crate) fn queue_profile(&self, id: QueueId) -> Result<&QueueProfile, Missing> {
        self.entry::<QueueProfile>(id).map(|entry| &*entry.profile)
    }

    /// The definitions by which work waits in a queue.
    pub(crate) fn queue_rules(&self, id: QueueId) -> Result<QueueRules<'_>, Missing> {
        self.stores.rules().of(id).or_missing(id)
    }

    /// The terms on which an agent is a member of a queue because they meet what it asks of its
    /// members, unless they are named.
    pub(crate) fn terms_by_expression(&self, agent: AgentId, queue: QueueId) -> Option<Membership> {
        let queue = self.stores.queues.get(queue).filter(|entry| !entry.retired)?;
        let asked = queue.profile.members_where.as_ref()?;
        let agent = self.stores.agents.get(agent).filter(|entry| !entry.retired)?;
        holds(&asked.requirement, &agent.profile).then_some(asked.terms)
    }

    /// The content of an agent.
    pub(crate) fn agent_profile(&self, id: AgentId) -> Result<&AgentProfile, Missing> {
        self.entry::<AgentProfile>(id).map(|entry| &*entry.profile)
    }

    /// The content of a channel.
    pub(crate) fn channel_profile(&self, id: ChannelId) -> Result<&ChannelProfile, Missing> {
        self.entry::<ChannelProfile>(id).map(|entry| &*entry.profile)
    }

    /// The calendar of a queue. None if the queue is always open.
    pub(crate) fn calendar_of(&self, id: QueueId) -> Option<&CalendarProfile> {
        let calendar = self.queue_profile(id).ok()?.calendar?;
        self.entry::<CalendarProfile>(calendar).ok().map(|entry| &*entry.profile)
    }
}

/// Rows.
impl World {
    /// An agent as they are now.
    pub(crate) fn agent(&self, id: AgentId) -> Result<&Agent, Missing> {
        self.stores.agent_rows.get(id).or_missing(id)
    }

    /// An agent as they are now, to change.
    pub(super) fn agent_mut(&mut self, id: AgentId) -> Result<&mut Agent, Missing> {
        self.stores.agent_rows.get_mut(id).or_missing(id)
    }

    /// A queue as it is now.
    pub(crate) fn queue(&self, id: QueueId) -> Result<&Queue, Missing> {
        self.stores.queue_rows.get(id).or_missing(id)
    }

    /// A queue as it is now, to change.
    pub(super) fn queue_mut(&mut self, id: QueueId) -> Result<&mut Queue, Missing> {
        self.stores.queue_rows.get_mut(id).or_missing(id)
    }

    /// Open work.
    pub(crate) fn work(&self, id: WorkId) -> Result<&Work, Missing> {
        self.stores.works.get(id).or_missing(id)
    }

    /// Open work, to change what neither its line nor its deadline depends on.
    pub(super) fn work_mut(&mut self, id: WorkId) -> Result<&mut Work, Missing> {
        self.stores.works.get_mut(id).or_missing(id)
    }

    /// An open offer.
    pub(crate) fn offer(&self, id: OfferId) -> Result<&Offer, Missing> {
        self.stores.offers.get(id).or_missing(id)
    }

    /// The pools of a set, in order.
    pub(crate) fn pools(&self, set: PoolSetId) -> &[PoolId] {
        self.stores.pool_sets.pools(set)
    }

    /// The set of pools that open work draws on.
    pub(super) fn pool_set_of(&self, work: WorkId) -> PoolSetId {
        self.stores.works.get(work).map_or(PoolSetId::EMPTY, |work| work.pool_set)
    }

    /// The *staffed* members of a queue: those who are there, and whose ring is no conditional one
    /// or has joined. What they have does not count. `but` is a ring that counts as not joined: its
    /// own condition must not see whom it would let in.
    pub(crate) fn staffed(
        &self,
        queue: QueueId,
        but: Option<u8>,
    ) -> impl Iterator<Item = AgentId> + use<'_> {
        let line = self.index.line(queue).into_iter();
        let there = line.flat_map(|line| (&line.everybody, &self.index.there).ids());
        let rings = self.joined_rings(queue, but);
        there.filter(move |id: &AgentId| {
            rings
                .is_none_or(|sees| self.agent(*id).is_ok_and(|agent| agent.is_in_ring(queue, sees)))
        })
    }

    /// How many members of a queue are staffed.
    pub(crate) fn count_staffed(&self, queue: QueueId, but: Option<u8>) -> u32 {
        // Estimates ask it of queues of any size: without conditional rings the sets are counted.
        let count = match (self.joined_rings(queue, but), self.index.line(queue)) {
            (None, Some(line)) => (&line.everybody, &self.index.there).count(),
            (_, _) => self.staffed(queue, but).count(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// How many members of a queue are *free*: staffed, with room for something now.
    pub(crate) fn count_free(&self, queue: QueueId, but: Option<u8>) -> u32 {
        let free = self.staffed(queue, but).filter(|id| self.index.is_open(*id));
        u32::try_from(free.count()).unwrap_or(u32::MAX)
    }

    /// The rings of a queue that see its work sooner or later, one bit each, `but` this one; none
    /// if all do.
    fn joined_rings(&self, queue: QueueId, but: Option<u8>) -> Option<u16> {
        let profile =
            self.queue_profile(queue).ok().filter(|queue| !queue.conditional.is_empty())?;
        let joined = self.queue(queue).map_or(0, |row| row.joined);
        let joined = joined & !but.map_or(0, |ring| 1 << (ring % 16));
        let sees = |ring: &u8| ring_sees(profile, || joined, *ring, u8::MAX);
        Some((0..16).filter(sees).fold(0, |all, ring| all | 1 << ring))
    }
}

/// The obstacles between an agent and work: the predicates of `world/may.rs`, asked by id.
impl World {
    /// `Ok` if an agent is offered work of a channel, room aside.
    pub(crate) fn attends(
        &self,
        id: AgentId,
        channel: ChannelId,
    ) -> Result<Result<(), Unavailable>, Missing> {
        Ok(self.away(id, channel)?.next().map_or(Ok(()), Err))
    }

    /// All that keeps an agent from being offered work of a channel, room aside.
    pub(crate) fn away(
        &self,
        id: AgentId,
        channel: ChannelId,
    ) -> Result<impl Iterator<Item = Unavailable> + use<'_>, Missing> {
        let agent = self.agent(id)?;
        let presence = self.entry::<PresenceProfile>(agent.presence.id())?;
        Ok(agent.away(self.agent_profile(id)?, &presence.profile, channel))
    }

    /// The claim of an item on an agent while this share of it counts.
    pub(crate) fn claim(
        &self,
        work: &Work,
        agent: AgentId,
        weight: impl Fn(&ChannelProfile) -> u8,
    ) -> Result<Claim, Missing> {
        let channel = work.request.channel;
        let weight = weight(self.channel_profile(channel)?);
        let capacity = &self.agent_profile(agent)?.capacity;
        let cost = capacity.cost_of(channel, work.cost, work.is_sized());
        Ok(Claim { channel, cost, weight })
    }

    /// The claim of a new item: the greater of what it takes while it is offered and while it is
    /// active.
    pub(crate) fn new_claim(&self, channel: ChannelId, cost: u32) -> Result<Claim, Missing> {
        Ok(Claim::of_new(channel, self.channel_profile(channel)?, cost))
    }

    /// `Ok` if an agent has room for a claim that draws on these pools. Unless it is `sized`, it
    /// takes what the agent's items of the channel take.
    pub(crate) fn has_room(
        &self,
        id: AgentId,
        (claim, sized): (Claim, bool),
        pools: &[PoolId],
    ) -> Result<Result<(), Full>, Missing> {
        let capacity = &self.agent_profile(id)?.capacity;
        let cost = capacity.cost_of(claim.channel, claim.cost, sized);
        let claim = Claim { cost, ..claim };
        let profile = |channel| self.channel_profile(channel).ok();
        Ok(self.agent(id)?.usage.room(capacity, claim, pools, profile))
    }

    /// Takes all that an assignment holds, and all that is spent of it, away from what its agent
    /// has in use.
    pub(crate) fn release_all(&self, assignment: &Assignment, usage: &mut Usage) {
        assignment.release_from(usage, self.pools(assignment.pool_set));
    }

    /// True if an agent may have one more assignment, counting those they may accept or be handed.
    pub(crate) fn may_have_more(&self, id: AgentId) -> Result<bool, Missing> {
        Ok(self.agent(id)?.may_have_more(&self.stores.config.limits))
    }

    /// True if a ring of a queue sees work whose widest ring is `widest`.
    pub(crate) fn ring_sees(&self, queue: QueueId, ring: u8, widest: u8) -> bool {
        let joined = || self.queue(queue).map_or(0, |row| row.joined);
        self.queue_profile(queue)
            .map_or(ring <= widest, |profile| ring_sees(profile, joined, ring, widest))
    }

    /// The open offer of a piece of work to an agent.
    pub(crate) fn offer_to(&self, work: WorkId, agent: AgentId) -> Option<OfferId> {
        self.stores.offer_to(work, agent)
    }
}

/// Work in lanes, and the agents who see it.
impl World {
    /// The first other piece of work in the lane of a piece of work, if that is in one.
    pub(crate) fn lane_mate(&self, id: WorkId, work: &Work) -> Option<WorkId> {
        self.index.lane_mate(&self.stores, id, work)
    }

    /// Remembers what an agent sees of their queues.
    pub(crate) fn remember_lanes(&mut self, id: AgentId) {
        self.index.remember_lanes(&self.stores, id);
    }

    /// The lanes of a queue that an agent sees by one of their memberships, which has this place
    /// among them.
    pub(crate) fn lanes_seen(
        &self,
        id: AgentId,
        place: usize,
        member: PackedMember<'_>,
    ) -> LaneSet {
        self.index.lanes_seen(&self.stores, id, place, member)
    }

    /// True if an agent fits the work of a lane and sees it by this one of their memberships.
    /// Conditional rings are taken to have joined.
    pub(crate) fn sees(&self, id: AgentId, member: PackedMember<'_>, lane: &LaneKey) -> bool {
        self.index.sees(&self.stores, id, member, lane)
    }

    /// Lists who may have a piece of work in line, for all that asks for the same.
    pub(crate) fn list_candidates(&mut self, id: WorkId) {
        self.index.list_candidates(&self.stores, id);
    }

    /// Lists who may have what waits in a lane.
    pub(crate) fn list_candidates_of(&mut self, queue: QueueId, lane: &LaneKey) {
        let head = self.index.line(queue).and_then(|line| line.lanes.keys(lane).next());
        if let Some(work) = head.map(|head| head.work) {
            self.list_candidates(work);
        }
    }
}

/// Deadlines.
impl World {
    /// The next deadline.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<Deadline> {
        let (at, key) = self.index.clock.first()?;
        let kind = match key {
            // One whose inspection is under way comes before all that is due.
            TimerKey::Queue(id) => return self.queue_deadline(id),
            TimerKey::Offer(_) => DeadlineKind::OfferWindow,
            TimerKey::Leg(..) => DeadlineKind::ConsultWindow,
            TimerKey::WrapUp(..) => DeadlineKind::WrapUp,
            TimerKey::Lease(_) => DeadlineKind::Lease,
            TimerKey::Work(id) => self.work_deadline(id)?.kind,
            TimerKey::Pool(_) => DeadlineKind::PoolReset,
            TimerKey::Reveal(_) => DeadlineKind::Reveal,
        };
        Some(Deadline { at, kind })
    }

    /// When something is due for a piece of work, by its present state.
    pub(crate) fn work_deadline(&self, id: WorkId) -> Option<Deadline> {
        Index::work_deadline(self.stores.rules(), id, self.stores.works.get(id)?)
    }

    /// When something is due for a queue, by its present state.
    pub(crate) fn queue_deadline(&self, id: QueueId) -> Option<Deadline> {
        self.queue(id).ok()?.deadline(self.queue_rules(id).ok()?.own())
    }

    /// What is due first but for what comes to light in a queue. Nothing changes.
    pub(crate) fn due_beside(&mut self, queue: QueueId) -> Option<(Timestamp, TimerKey)> {
        self.index.clock.first_beside(TimerKey::Reveal(queue))
    }

    /// When work that waits is past the next delay of members.
    pub(crate) fn reveal_deadline(&self, id: WorkId) -> Option<Deadline> {
        self.index.reveal_deadline(self.stores.rules(), self.stores.works.get(id)?)
    }
}
