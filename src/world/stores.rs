//! The stores: all rows there are, which is all that a snapshot holds and a digest covers.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::ledger::Ledger;
use crate::base::recent::Recent;
use crate::base::table::Table;
use crate::base::time::{Span, Timestamp};
use crate::fact::event::StandIn;
use crate::fact::log::Seq;
use crate::model::agent::AgentProfile;
use crate::model::calendar::{CalendarProfile, WaitClock};
use crate::model::channel::ChannelProfile;
use crate::model::config::Config;
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
use crate::model::pool::PoolProfile;
use crate::model::presence::{PresenceProfile, SystemPresence};
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;
use crate::policy::calendar::Counted;
use crate::world::catalog::CatalogEntry;
use crate::world::needs::Needs;
use crate::world::pool_sets::PoolSets;
use crate::world::rows::{Agent, EndedOffer, EndedWork, Offer, Pool, Queue, Work};
use crate::world::watches::Watches;

/// Something was named that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {0}")]
pub(crate) struct Missing(pub Entity);

/// Makes the error that names what is not there.
pub(crate) trait OrMissing<T> {
    /// The value, or the error that names the missing entity.
    fn or_missing(self, entity: impl Into<Entity>) -> Result<T, Missing>;
}

impl<T> OrMissing<T> for Option<T> {
    fn or_missing(self, entity: impl Into<Entity>) -> Result<T, Missing> {
        self.ok_or_else(|| Missing(entity.into()))
    }
}

/// Queues, as they are defined.
pub(crate) type Queues = Table<QueueId, CatalogEntry<QueueProfile>>;
/// Calendars, as they are defined.
pub(crate) type Calendars = Table<CalendarId, CatalogEntry<CalendarProfile>>;

/// The definitions by which work waits, apart from the rows of what waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineRules<'a> {
    /// Queues.
    pub queues: &'a Queues,
    /// Calendars.
    pub calendars: &'a Calendars,
    /// What is remembered of rules of overflow.
    pub watches: &'a Watches,
}

/// The definitions by which work waits in one queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueRules<'a> {
    /// The queue.
    pub profile: &'a QueueProfile,
    /// Its calendar, if it has one.
    pub calendar: Option<&'a CalendarProfile>,
}

impl<'a> LineRules<'a> {
    /// The rules of one queue.
    pub(crate) fn of(self, queue: QueueId) -> Option<QueueRules<'a>> {
        let profile = &*self.queues.get(queue)?.profile;
        let calendar = profile.calendar.and_then(|calendar| self.calendars.get(calendar));
        Some(QueueRules { profile, calendar: calendar.map(|entry| &*entry.profile) })
    }
}

impl<'a> QueueRules<'a> {
    /// The content of the queue, and the clock by which it counts time.
    pub(crate) fn own(self) -> (&'a QueueProfile, Counted<'a>) {
        (self.profile, self.clock())
    }

    /// The clock of whatever says nothing of its own.
    pub(crate) fn clock(self) -> Counted<'a> {
        Counted::by(self.profile.counts, self.calendar)
    }

    /// When a life of this length ends that began then; none if it does not end.
    pub(crate) fn end_of_life(self, begin: Timestamp, lifetime: Option<Span>) -> Option<Timestamp> {
        lifetime.and_then(|lifetime| self.clock().after(begin, lifetime))
    }

    /// The clock of something that may have one of its own.
    pub(crate) fn clock_or(self, own: Option<WaitClock>) -> Counted<'a> {
        Counted::by(own.unwrap_or(self.profile.counts), self.calendar)
    }
}

impl Stores {
    /// The definitions by which work waits.
    pub(crate) const fn rules(&self) -> LineRules<'_> {
        let Self { queues, calendars, watches, .. } = self;
        LineRules { queues, calendars, watches }
    }
}

/// All rows. Their order here is the order in which a digest reads them.
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
pub(crate) struct Stores {
    /// The bounds the engine works in.
    pub config: Config,
    /// The number of the last fact.
    pub seq: Seq,
    /// Skills.
    pub skills: Table<SkillId, CatalogEntry<SkillProfile>>,
    /// Channels.
    pub channels: Table<ChannelId, CatalogEntry<ChannelProfile>>,
    /// Presences.
    pub presences: Table<PresenceId, CatalogEntry<PresenceProfile>>,
    /// Reject reasons.
    pub reasons: Table<ReasonId, CatalogEntry<RejectReasonProfile>>,
    /// Wrap-up codes.
    pub codes: Table<CodeId, CatalogEntry<WrapUpCodeProfile>>,
    /// Queues, as they are defined.
    pub queues: Queues,
    /// Agents, as they are defined.
    pub agents: Table<AgentId, CatalogEntry<AgentProfile>>,
    /// Queues, as they are now.
    pub queue_rows: Table<QueueId, Queue>,
    /// Agents, as they are now.
    pub agent_rows: Table<AgentId, Agent>,
    /// The needs of open work.
    pub needs: Needs,
    /// Open work.
    pub works: Ledger<WorkId, Work>,
    /// Open offers.
    pub offers: Ledger<OfferId, Offer>,
    /// Work that is over.
    pub ended_works: Recent<WorkId, EndedWork>,
    /// Offers that are over.
    pub ended_offers: Recent<OfferId, EndedOffer>,
    /// Calendars.
    pub calendars: Calendars,
    /// Pools, as they are defined.
    #[serde(default)]
    pub pools: Table<PoolId, CatalogEntry<PoolProfile>>,
    /// Pools, as they are now.
    #[serde(default)]
    pub pool_rows: Table<PoolId, Pool>,
    /// The sets of pools that open work and assignments draw on.
    #[serde(default)]
    pub pool_sets: PoolSets,
    /// The open work that stands for other work. There is little of it, so it has no place in the
    /// row of each piece of work.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stand_ins: BTreeMap<WorkId, StandIn>,
    /// What is remembered of rules of overflow that are not done yet.
    #[serde(default, skip_serializing_if = "Watches::is_empty")]
    pub watches: Watches,
}

impl Stores {
    /// The rows of an engine in which nothing has happened: the presences that every engine has.
    #[must_use]
    pub(crate) fn new(config: Config) -> Self {
        let remembered = config.remembered;
        let mut presences = Table::default();
        for system in SystemPresence::ALL {
            let profile = Arc::new(config.presence(system));
            let key = system.key().into();
            presences.push(CatalogEntry { key, profile, retired: false, revision: 0 });
        }
        Self {
            config,
            seq: 0,
            skills: Table::default(),
            channels: Table::default(),
            presences,
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
            pool_sets: PoolSets::default(),
            stand_ins: BTreeMap::new(),
            watches: Watches::default(),
        }
    }

    /// The content of a queue.
    pub(crate) fn queue(&self, id: QueueId) -> Option<&QueueProfile> {
        self.queues.get(id).map(|entry| &*entry.profile)
    }
}
