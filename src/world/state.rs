//! The world: rows, what is derived from them, and reading both.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::bits::IdSet;
use crate::base::hash::Digest;
use crate::base::ledger::Ledger;
use crate::base::recent::Recent;
use crate::base::table::Table;
use crate::base::time::Span;
use crate::command::refusal::Unavailable;
use crate::fact::log::Seq;
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::config::Config;
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
use crate::model::pool::PoolProfile;
use crate::model::presence::{PresenceProfile, SystemPresence};
use crate::model::queue::{Order, QueueProfile};
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;
use crate::policy::room::{Claim, Full};
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::offer::OfferEnd;
use crate::world::catalog::{Entry, Kind};
use crate::world::draws::Draws;
use crate::world::index::{Index, TimerKey};
use crate::world::lanes::LaneKey;
use crate::world::needs::Needs;
use crate::world::rows::{Agent, EndedWork, Offer, Pool, Queue, Work};

/// Something was named that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {0}")]
pub(crate) struct Missing(pub Entity);

/// Turns what is not there into the error that names it.
pub(crate) trait OrMissing<T> {
    /// What is there, or the error that names what is not.
    fn or_missing(self, entity: impl Into<Entity>) -> Result<T, Missing>;
}

impl<T> OrMissing<T> for Option<T> {
    fn or_missing(self, entity: impl Into<Entity>) -> Result<T, Missing> {
        self.ok_or_else(|| Missing(entity.into()))
    }
}

/// The rows: all that a snapshot holds and a digest covers.
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
pub(crate) struct Stores {
    /// The bounds it works in.
    pub config: Config,
    /// The number of the last fact.
    pub seq: Seq,
    /// Skills.
    pub skills: Table<SkillId, Entry<SkillProfile>>,
    /// Channels.
    pub channels: Table<ChannelId, Entry<ChannelProfile>>,
    /// Presences.
    pub presences: Table<PresenceId, Entry<PresenceProfile>>,
    /// Reject reasons.
    pub reasons: Table<ReasonId, Entry<RejectReasonProfile>>,
    /// Wrap-up codes.
    pub codes: Table<CodeId, Entry<WrapUpCodeProfile>>,
    /// Queues, as they are defined.
    pub queues: Queues,
    /// Agents, as they are defined.
    pub agents: Table<AgentId, Entry<AgentProfile>>,
    /// Queues, as they are now.
    pub queue_rows: Table<QueueId, Queue>,
    /// Agents, as they are now.
    pub agent_rows: Table<AgentId, Agent>,
    /// What open work asks for.
    pub needs: Needs,
    /// Open work.
    pub works: Ledger<WorkId, Work>,
    /// Open offers.
    pub offers: Ledger<OfferId, Offer>,
    /// Work that is over.
    pub ended_works: Recent<WorkId, EndedWork>,
    /// Offers that are over.
    pub ended_offers: Recent<OfferId, OfferEnd>,
    /// Calendars.
    pub calendars: Table<CalendarId, Entry<CalendarProfile>>,
    /// Pools, as they are defined.
    #[serde(default)]
    pub pools: Table<PoolId, Entry<PoolProfile>>,
    /// Pools, as they are now.
    #[serde(default)]
    pub pool_rows: Table<PoolId, Pool>,
    /// What open work and assignments draw on.
    #[serde(default)]
    pub draws: Draws,
}

/// Queues, as they are defined.
pub(crate) type Queues = Table<QueueId, Entry<QueueProfile>>;

/// The state of everything, and the indexes derived from it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(super) stores: Stores,
    pub(super) index: Index,
}

impl World {
    /// A world in which nothing has happened.
    #[must_use]
    pub(crate) fn empty(config: Config) -> Self {
        let remembered = config.remembered;
        let mut world = Self {
            stores: Stores {
                config,
                seq: 0,
                skills: Table::default(),
                channels: Table::default(),
                presences: Table::default(),
                reasons: Table::default(),
                codes: Table::default(),
                queues: Table::default(),
                agents: Table::default(),
                queue_rows: Table::default(),
                agent_rows: Table::default(),
                needs: Needs::default(),
                works: Ledger::default(),
                offers: Ledger::default(),
                ended_works: Recent::new(remembered),
                ended_offers: Recent::new(remembered),
                calendars: Table::default(),
                pools: Table::default(),
                pool_rows: Table::default(),
                draws: Draws::default(),
            },
            index: Index::default(),
        };
        for system in SystemPresence::ALL {
            let profile = Arc::new(PresenceProfile::of(system));
            let key = system.key().into();
            world.stores.presences.push(Entry { key, profile, retired: false, revision: 0 });
        }
        world.rebuild();
        world
    }

    /// The world of these rows.
    #[must_use]
    pub(crate) fn from_stores(stores: Stores) -> Self {
        let mut world = Self { stores, index: Index::default() };
        world.rebuild();
        world
    }

    /// What is due next, and when.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<Deadline> {
        let (at, key) = self.index.clock.first()?;
        let kind = match key {
            TimerKey::Offer(_) => DeadlineKind::OfferWindow,
            TimerKey::Leg(..) => DeadlineKind::ConsultWindow,
            TimerKey::WrapUp(..) => DeadlineKind::WrapUp,
            TimerKey::Lease(_) => DeadlineKind::Lease,
            TimerKey::Work(id) => self.work_deadline(id)?.kind,
            TimerKey::Queue(id) => self.queue_deadline(id)?.kind,
            TimerKey::Pool(_) => DeadlineKind::PoolReset,
        };
        Some(Deadline { at, kind })
    }

    /// The rows.
    #[must_use]
    pub(crate) const fn stores(&self) -> &Stores {
        &self.stores
    }

    /// What is derived from them.
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

    /// A definition, retired or not.
    pub(crate) fn entry<P: Kind>(&self, id: P::Id) -> Result<&Entry<P>, Missing> {
        P::rows(&self.stores).get(id).or_missing(id)
    }

    /// What a queue is.
    pub(crate) fn queue_profile(&self, id: QueueId) -> Result<&QueueProfile, Missing> {
        self.entry::<QueueProfile>(id).map(|entry| &*entry.profile)
    }

    /// What an agent is.
    pub(crate) fn agent_profile(&self, id: AgentId) -> Result<&AgentProfile, Missing> {
        self.entry::<AgentProfile>(id).map(|entry| &*entry.profile)
    }

    /// What a channel is.
    pub(crate) fn channel_profile(&self, id: ChannelId) -> Result<&ChannelProfile, Missing> {
        self.entry::<ChannelProfile>(id).map(|entry| &*entry.profile)
    }

    /// How many members of a queue are on queue and respond.
    pub(crate) fn staffed(&self, queue: QueueId) -> u32 {
        let line = self.index.line(queue);
        let staffed = line.map_or(0, |line| (&line.everybody, &self.index.staffed).count());
        u32::try_from(staffed).unwrap_or(u32::MAX)
    }

    /// When a queue is open, unless it always is.
    pub(crate) fn calendar_of(&self, id: QueueId) -> Option<&CalendarProfile> {
        let calendar = self.queue_profile(id).ok()?.calendar?;
        self.entry::<CalendarProfile>(calendar).ok().map(|entry| &*entry.profile)
    }

    /// An agent as he is now.
    pub(crate) fn agent(&self, id: AgentId) -> Result<&Agent, Missing> {
        self.stores.agent_rows.get(id).or_missing(id)
    }

    /// A queue as it is now.
    pub(crate) fn queue(&self, id: QueueId) -> Result<&Queue, Missing> {
        self.stores.queue_rows.get(id).or_missing(id)
    }

    /// Open work.
    pub(crate) fn work(&self, id: WorkId) -> Result<&Work, Missing> {
        self.stores.works.get(id).or_missing(id)
    }

    /// An open offer.
    pub(crate) fn offer(&self, id: OfferId) -> Result<&Offer, Missing> {
        self.stores.offers.get(id).or_missing(id)
    }

    /// What an item takes of an agent while its share counts.
    pub(crate) fn claim(
        &self,
        work: &Work,
        weight: impl Fn(&ChannelProfile) -> u8,
    ) -> Result<Claim, Missing> {
        let channel = work.request.channel;
        let weight = weight(self.channel_profile(channel)?);
        Ok(Claim { channel, cost: work.cost, weight })
    }

    /// What a new item would take: the greater of what it takes ringing and active.
    pub(crate) fn new_claim(&self, channel: ChannelId, cost: u32) -> Result<Claim, Missing> {
        Ok(Claim::of_new(channel, self.channel_profile(channel)?, cost))
    }

    /// Whether an agent is offered work of a channel, room aside.
    pub(crate) fn attends(
        &self,
        id: AgentId,
        channel: ChannelId,
    ) -> Result<Result<(), Unavailable>, Missing> {
        Ok(self.away(id, channel)?.next().map_or(Ok(()), Err))
    }

    /// All that keeps an agent from being offered work of a channel, room aside. One who is off
    /// queue, or on a call of his own, does not count as one who does not respond.
    pub(crate) fn away(
        &self,
        id: AgentId,
        channel: ChannelId,
    ) -> Result<impl Iterator<Item = Unavailable> + use<'_>, Missing> {
        let agent = self.agent(id)?;
        let presence = self.entry::<PresenceProfile>(agent.presence.id())?;
        Ok(agent.away(&presence.profile, channel))
    }

    /// Whether an agent has room for a claim that draws on these pools.
    pub(crate) fn has_room(
        &self,
        id: AgentId,
        claim: Claim,
        pools: &[PoolId],
    ) -> Result<Result<(), Full>, Missing> {
        let capacity = &self.agent_profile(id)?.capacity;
        let profile = |channel| self.channel_profile(channel).ok();
        Ok(self.agent(id)?.usage.room(capacity, claim, pools, profile))
    }

    /// Whether an agent may have one more assignment, counting those he may accept or be handed.
    pub(crate) fn may_have_more(&self, id: AgentId) -> Result<bool, Missing> {
        Ok(self.agent(id)?.may_have_more(&self.stores.config.limits))
    }

    /// Whether a ring of a queue sees work whose widest ring is this.
    pub(crate) fn ring_sees(&self, queue: QueueId, ring: u8, widest: u8) -> bool {
        let conditional = self.queue_profile(queue).is_ok_and(|queue| queue.is_conditional(ring));
        if !conditional {
            return ring <= widest;
        }
        self.queue(queue).is_ok_and(|queue| queue.joined & (1 << (ring % 16)) != 0)
    }

    /// When something is due for a queue, by its present state.
    pub(crate) fn queue_deadline(&self, id: QueueId) -> Option<Deadline> {
        let (row, profile) = (self.queue(id).ok()?, self.queue_profile(id).ok()?);
        let look = row.look.map(|at| Deadline { at, kind: DeadlineKind::Look });
        // Held back as of the first offer of the ramp: whether it still is does not matter here.
        let ramp = row.held_back(profile, row.ramp_since);
        let ramp = ramp.map(|at| Deadline { at, kind: DeadlineKind::Ramp });
        look.into_iter().chain(ramp).min()
    }

    /// The open offer of a piece of work to an agent.
    pub(crate) fn rings_at(&self, work: WorkId, agent: AgentId) -> Option<OfferId> {
        let his = |id: &OfferId| self.offer(*id).is_ok_and(|offer| offer.agent == agent);
        self.stores.works.get(work)?.ringing().find(his)
    }

    /// The lane of work in line that waits for nobody by name.
    pub(crate) fn lane_of(work: &Work, queue: &QueueProfile) -> LaneKey {
        let objective = match queue.order {
            Order::Ratio => work.request.objective.unwrap_or(queue.service_target),
            Order::Score | Order::Priority | Order::Deadline | Order::Lifo | Order::Sorted => {
                Span::ZERO
            }
        };
        LaneKey {
            need: work.need,
            channel: work.request.channel,
            cost: work.cost,
            revealed: work.revealed,
            ring: work.ring(queue),
            objective,
            draws: work.draws,
        }
    }

    /// The first other piece of work in the lane of a piece of work, if it is in one.
    pub(crate) fn lane_mate(&self, id: WorkId, work: &Work) -> Option<WorkId> {
        let queue = self.queue_profile(work.queue).ok()?;
        let line = self.index.line(work.queue).filter(|line| line.waiting > 1)?;
        let anybodys = work.in_line() && work.step.is_none();
        let lane = anybodys.then(|| Self::lane_of(work, queue))?;
        let waiting = line.lanes.keys(&lane);
        waiting.map(|key| key.work).find(|other| *other != id)
    }

    /// The agents whom work asks for by name in its present step.
    pub(crate) fn preferred(work: &Work) -> impl Iterator<Item = (AgentId, u8)> + '_ {
        let last = work.last_agent.filter(|_| work.sticky && work.step.is_some());
        let list = work.step.get().filter(|_| !work.sticky).and_then(|step| {
            let preferred = work.request.preferred.as_ref()?;
            let least = preferred.steps.get(usize::from(step.number))?.score_min;
            Some(preferred.agents.iter().filter(move |listed| listed.score >= least))
        });
        let listed = list.into_iter().flatten().map(|listed| (listed.agent, listed.score));
        listed.chain(last.map(|agent| (agent, 100)))
    }

    /// When something is due for a piece of work, by its present state.
    pub(crate) fn work_deadline(&self, id: WorkId) -> Option<Deadline> {
        self.index.work_deadline(&self.stores.queues, self.stores.works.get(id)?)
    }
}
