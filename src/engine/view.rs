//! Reading the engine: borrowed views that never change anything.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::fact::log::Seq;
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::config::Config;
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
use crate::model::kinds::match_entity;
use crate::model::pool::PoolProfile;
use crate::model::queue::QueueProfile;
use crate::model::work::WorkRequest;
use crate::policy::calendar;
use crate::policy::estimate::{Estimate, Situation};
use crate::policy::room::{Claim, PoolUse, Usage};
use crate::policy::tally::{self, Tally};
use crate::state::routing_status::RoutingStatus;
use crate::state::work::Stage;
use crate::world::kinds::Kind;
use crate::world::legs::Leg;
use crate::world::rows::{Agent, Assignment, Member, Offer, Queue, Work};
use crate::world::state::World;

/// The engine's state, to read.
///
/// ```
/// use strowger::prelude::*;
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let view = engine.view();
/// assert_eq!(view.agents().count(), 0);
/// assert!(view.presence_by_key("on_queue").is_some());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    world: &'a World,
    now: Timestamp,
}

macro_rules! by_key {
    ($($(#[$doc:meta])* $name:ident: $table:ident -> $id:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(self, key: &str) -> Option<$id> {
            self.world.index().keys.$table.get(key)
        }
    )*};
}

impl<'a> View<'a> {
    pub(crate) const fn new(world: &'a World, now: Timestamp) -> Self {
        Self { world, now }
    }

    by_key! {
        /// The skill with this key.
        skill_by_key: skills -> SkillId;
        /// The channel with this key.
        channel_by_key: channels -> ChannelId;
        /// The presence with this key.
        presence_by_key: presences -> PresenceId;
        /// The reject reason with this key.
        reason_by_key: reasons -> ReasonId;
        /// The wrap-up code with this key.
        code_by_key: codes -> CodeId;
        /// The work with this key: open, or closed and still remembered.
        work_id_by_key: works -> WorkId;
        /// The calendar with this key.
        calendar_by_key: calendars -> CalendarId;
        /// The pool with this key.
        pool_by_key: pools -> PoolId;
    }

    /// The agent with this key.
    #[must_use]
    pub fn agent_by_key(self, key: &str) -> Option<AgentView<'a>> {
        self.agent(self.world.index().keys.agents.get(key)?)
    }

    /// The queue with this key.
    #[must_use]
    pub fn queue_by_key(self, key: &str) -> Option<QueueView<'a>> {
        self.queue(self.world.index().keys.queues.get(key)?)
    }

    /// The open work with this key.
    #[must_use]
    pub fn work_by_key(self, key: &str) -> Option<WorkView<'a>> {
        self.work(self.work_id_by_key(key)?)
    }

    /// The host's key of anything; work without one and offers have none.
    #[must_use]
    pub fn key(self, entity: Entity) -> Option<&'a Key> {
        match_entity!(entity, P(id) => self.world.entry::<P>(id).ok().map(|entry| &entry.key), {
            Entity::Work(id) => {
                let stores = self.world.stores();
                let open = stores.works.get(id).map(|work| &work.request);
                let ended = || stores.ended_works.get(id).map(|ended| &ended.submitted);
                open.or_else(ended)?.key.as_ref()
            }
            Entity::Offer(_) => None,
        })
    }

    /// An agent.
    #[must_use]
    pub fn agent(self, id: AgentId) -> Option<AgentView<'a>> {
        let (row, entry) = (self.world.agent(id).ok()?, self.world.entry::<AgentProfile>(id).ok()?);
        let (key, profile, retired) = (&entry.key, &*entry.profile, entry.retired);
        let (world, revision) = (self.world, entry.revision);
        Some(AgentView { world, id, row, key, profile, retired, revision })
    }

    /// All agents who are not retired, in order of definition.
    pub fn agents(self) -> impl Iterator<Item = AgentView<'a>> {
        let ids = self.world.stores().agent_rows.iter().map(|(id, _)| id);
        ids.filter_map(move |id| self.agent(id)).filter(|agent| !agent.retired)
    }

    /// A queue.
    #[must_use]
    pub fn queue(self, id: QueueId) -> Option<QueueView<'a>> {
        let row = self.world.queue(id).ok()?;
        let entry = self.world.entry::<QueueProfile>(id).ok()?;
        let (key, profile, retired) = (&entry.key, &*entry.profile, entry.retired);
        let (world, now, revision) = (self.world, self.now, entry.revision);
        Some(QueueView { world, now, id, row, key, profile, retired, revision })
    }

    /// All queues that are not retired, in order of definition.
    pub fn queues(self) -> impl Iterator<Item = QueueView<'a>> {
        let ids = self.world.stores().queue_rows.iter().map(|(id, _)| id);
        ids.filter_map(move |id| self.queue(id)).filter(|queue| !queue.retired)
    }

    /// Open work.
    #[must_use]
    pub fn work(self, id: WorkId) -> Option<WorkView<'a>> {
        let row = self.world.work(id).ok()?;
        Some(WorkView { world: self.world, now: self.now, id, row })
    }

    /// All open work, in order of submission.
    pub fn works(self) -> impl Iterator<Item = WorkView<'a>> {
        let (world, now) = (self.world, self.now);
        let works = world.stores().works.sorted().into_iter();
        works.map(move |(id, row)| WorkView { world, now, id, row })
    }

    /// How much work is open.
    #[must_use]
    pub fn open_work(self) -> usize {
        self.world.stores().works.len()
    }

    /// An open offer.
    #[must_use]
    pub fn offer(self, id: OfferId) -> Option<&'a Offer> {
        self.world.offer(id).ok()
    }

    /// A calendar, retired or not.
    #[must_use]
    pub fn calendar(self, id: CalendarId) -> Option<&'a CalendarProfile> {
        self.world.entry::<CalendarProfile>(id).ok().map(|entry| &*entry.profile)
    }

    /// How often a definition was changed; none for work and offers, and for what is not there.
    #[must_use]
    pub fn revision(self, entity: Entity) -> Option<u32> {
        match_entity!(entity, P(id) => self.world.entry::<P>(id).ok().map(|entry| entry.revision), {
            Entity::Work(_) | Entity::Offer(_) => None,
        })
    }

    /// The id of a definition of one kind that has this key.
    pub(crate) fn id_by_key<P: Kind>(self, key: &str) -> Option<P::Id> {
        P::names(&self.world.index().keys).get(key)
    }

    /// A pool, retired or not.
    #[must_use]
    pub fn pool(self, id: PoolId) -> Option<&'a PoolProfile> {
        self.world.entry::<PoolProfile>(id).ok().map(|entry| &*entry.profile)
    }

    /// The bounds the engine works in.
    #[must_use]
    pub fn config(self) -> &'a Config {
        &self.world.stores().config
    }

    /// The number of the last fact.
    #[must_use]
    pub const fn seq(self) -> Seq {
        self.world.seq()
    }
}

/// An agent, to read.
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let ana = engine.view().agent_by_key("ana").unwrap();
/// assert_eq!(ana.status(), RoutingStatus::OffQueue);
/// assert!(ana.offers().is_empty() && ana.assignments().is_empty());
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AgentView<'a> {
    world: &'a World,
    id: AgentId,
    row: &'a Agent,
    key: &'a Key,
    profile: &'a AgentProfile,
    retired: bool,
    revision: u32,
}

impl<'a> AgentView<'a> {
    /// His id.
    #[must_use]
    pub const fn id(self) -> AgentId {
        self.id
    }

    /// The host's key for him.
    #[must_use]
    pub const fn key(self) -> &'a Key {
        self.key
    }

    /// What he is.
    #[must_use]
    pub const fn profile(self) -> &'a AgentProfile {
        self.profile
    }

    /// Whether he is retired.
    #[must_use]
    pub const fn is_retired(self) -> bool {
        self.retired
    }

    /// How often his definition was changed.
    #[must_use]
    pub const fn revision(self) -> u32 {
        self.revision
    }

    /// What he says of himself.
    #[must_use]
    pub const fn presence(self) -> PresenceId {
        self.row.presence.id()
    }

    /// What the engine knows of him.
    #[must_use]
    pub const fn status(self) -> RoutingStatus {
        self.row.status
    }

    /// Whether he finishes what he has and gets nothing new.
    #[must_use]
    pub const fn is_draining(self) -> bool {
        self.row.draining
    }

    /// Whether he has more than he may have.
    #[must_use]
    pub const fn is_over_capacity(self) -> bool {
        self.row.in_debt
    }

    /// Units he has in use, in hundredths, offers and legs included.
    #[must_use]
    pub const fn units_in_use(self) -> u64 {
        self.row.usage.units()
    }

    /// Items he has in use on all channels, in hundredths, offers and legs included.
    #[must_use]
    pub const fn items_in_use(self) -> u32 {
        self.row.usage.items()
    }

    /// The part of [`units_in_use`](Self::units_in_use) that is only reserved: it rings at him, as
    /// an offer or as a consult.
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
        let legs = self.row.legs.iter().filter(|leg| leg.rings());
        let claims = offers.map(|offer| offer.claim).chain(legs.map(|leg| leg.claim));
        claims.for_each(|claim: Claim| usage.hold(claim, &[]));
        usage
    }

    /// What he uses of a pool, offers and legs included, and how much he may.
    #[must_use]
    pub fn pool_use(self, pool: PoolId) -> PoolUse {
        let usage = &self.row.usage;
        let max = self.profile.capacity.pools.get(&pool).copied();
        PoolUse { held: usage.held_of(pool), spent: usage.spent_of(pool), max }
    }

    /// What rings at him, oldest first.
    #[must_use]
    pub fn offers(self) -> &'a [OfferId] {
        &self.row.offers
    }

    /// What he has, parks or wraps up, oldest first.
    #[must_use]
    pub fn assignments(self) -> &'a [Assignment] {
        &self.row.assignments
    }

    /// His queues, by rank.
    #[must_use]
    pub fn memberships(self) -> impl ExactSizeIterator<Item = Member> + 'a {
        self.row.members()
    }

    /// What he takes part in or is asked to, oldest first.
    #[must_use]
    pub fn legs(self) -> &'a [Leg] {
        &self.row.legs
    }
}

/// A queue, to read.
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
/// let support = engine.view().queue(queue).unwrap();
/// assert_eq!(support.waiting(), 1);
/// assert_eq!(support.line()[0].position(), Some(1));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct QueueView<'a> {
    world: &'a World,
    now: Timestamp,
    id: QueueId,
    row: &'a Queue,
    key: &'a Key,
    profile: &'a QueueProfile,
    retired: bool,
    revision: u32,
}

impl<'a> QueueView<'a> {
    /// Its id.
    #[must_use]
    pub const fn id(self) -> QueueId {
        self.id
    }

    /// The host's key for it.
    #[must_use]
    pub const fn key(self) -> &'a Key {
        self.key
    }

    /// What it is.
    #[must_use]
    pub const fn profile(self) -> &'a QueueProfile {
        self.profile
    }

    /// How often its definition was changed.
    #[must_use]
    pub const fn revision(self) -> u32 {
        self.revision
    }

    /// How much work waits in it; what rings is not counted.
    #[must_use]
    pub fn waiting(self) -> u32 {
        self.world.index().line(self.id).map_or(0, |line| line.waiting)
    }

    /// The work that waits in it, in its order.
    #[must_use]
    pub fn line(self) -> Vec<WorkView<'a>> {
        let (world, now) = (self.world, self.now);
        let works = world.stores().works.sorted().into_iter();
        let here = works.filter(|(_, row)| row.queue == self.id && row.stage == Stage::Queued);
        let mut line: Vec<_> = here.map(|(id, row)| WorkView { world, now, id, row }).collect();
        line.sort_unstable_by_key(|work| work.row.line_key(work.id, self.profile).at(self.now));
        line
    }

    /// Its members, in order of definition.
    pub fn members(self) -> impl Iterator<Item = AgentId> + use<'a> {
        self.world.index().line(self.id).into_iter().flat_map(|line| line.everybody.ids())
    }

    /// Whether its calendar is open at the latest instant the engine was told; without one it
    /// always is.
    #[must_use]
    pub fn is_open(self) -> bool {
        let calendar = self.world.calendar_of(self.id);
        calendar.is_none_or(|calendar| calendar::is_open(calendar, self.now))
    }

    /// When its calendar opens or closes next, after the latest instant the engine was told; none
    /// if it never does.
    #[must_use]
    pub fn next_change(self) -> Option<Timestamp> {
        calendar::next_change(self.world.calendar_of(self.id)?, self.now)
    }

    /// What it has experienced.
    #[must_use]
    pub fn tally(self) -> &'a Tally {
        &self.row.tally
    }

    /// Its members whose presence opens any channel and who respond, whatever they have or are
    /// offered.
    #[must_use]
    pub fn staffed(self) -> u32 {
        self.world.staffed(self.id)
    }

    /// How long work that arrives now will wait behind all that waits, if it has to wait, by every
    /// formula there is, in the order of [`Estimator::ALL`](crate::model::Estimator::ALL).
    #[must_use]
    pub fn estimates(self) -> [Estimate; 4] {
        self.estimates_behind(self.waiting())
    }

    fn estimates_behind(self, ahead: u32) -> [Estimate; 4] {
        let (tally, staffed) = (self.tally(), self.staffed());
        Situation { tally, now: self.now, staffed, ahead }.estimates()
    }

    /// Its service level over the last hour in thousandths; see
    /// [`Counts::service_level`](crate::policy::tally::Counts::service_level) for the formula.
    #[must_use]
    pub fn service_level(self) -> Option<u16> {
        tally::service_level(self.tally(), self.now)
    }

    /// How long what has waited longest has been in its line, ringing in between included; none if
    /// nothing waits.
    #[must_use]
    pub fn oldest_wait(self) -> Option<Span> {
        let line = self.world.index().line(self.id)?;
        line.stays.first().map(|(entered, _)| self.now.since(*entered))
    }
}

/// Open work, to read.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::state::Stage;
///
/// let (now, mut log) = (Timestamp::from_millis(60_000), Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let began = Some(Timestamp::EPOCH);
/// let request = WorkRequest { origin: began, ..WorkRequest::new(queue, chat) };
/// let work = engine.execute(now, Submit::new(request), &mut log)?;
/// let work = engine.view().work(work).unwrap();
/// assert_eq!(work.stage(), Stage::Queued);
/// assert_eq!(work.waited(now), Span::from_mins(1));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WorkView<'a> {
    world: &'a World,
    now: Timestamp,
    id: WorkId,
    row: &'a Work,
}

impl<'a> WorkView<'a> {
    /// Its id.
    #[must_use]
    pub const fn id(self) -> WorkId {
        self.id
    }

    /// All that is said of it.
    #[must_use]
    pub fn request(self) -> &'a WorkRequest {
        &self.row.request
    }

    /// The queue it is in, or was in last.
    #[must_use]
    pub const fn queue(self) -> QueueId {
        self.row.queue
    }

    /// Where it is.
    #[must_use]
    pub const fn stage(self) -> Stage {
        self.row.stage
    }

    /// When it really began.
    #[must_use]
    pub const fn origin(self) -> Timestamp {
        self.row.origin
    }

    /// When it first entered a line; none as long as it is scheduled or suspended from the first.
    #[must_use]
    pub const fn queued(self) -> Option<Timestamp> {
        self.row.queued.get()
    }

    /// When it entered the queue it is in.
    #[must_use]
    pub const fn entered(self) -> Timestamp {
        self.row.entered
    }

    /// How long it has waited from its real start, whatever credit it was given.
    #[must_use]
    pub fn waited(self, now: Timestamp) -> Span {
        now.since(self.row.origin)
    }

    /// How often it was rejected or missed since everybody could be asked.
    #[must_use]
    pub const fn attempts(self) -> u16 {
        self.row.attempts
    }

    /// Who takes part in it beside its owner or is asked to, oldest first.
    pub fn legs(self) -> impl Iterator<Item = &'a Leg> + use<'a> {
        let (world, id) = (self.world, self.id);
        self.row.legs.iter().filter_map(move |agent| world.agent(*agent).ok()?.leg(id))
    }

    /// Its place in the line of its queue, from 1, if it waits.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        if self.row.stage != Stage::Queued {
            return None;
        }
        let queue = self.world.queue_profile(self.row.queue).ok()?;
        let line = self.world.index().line(self.row.queue)?;
        Some(line.ahead(self.row.line_key(self.id, queue), self.now) + 1)
    }

    /// How long it will wait behind what is ahead of it, by every formula there is, in the order
    /// of [`Estimator::ALL`](crate::model::Estimator::ALL); none if it does not wait. The moving
    /// average
    /// is of whole waits, the others count from now.
    #[must_use]
    pub fn estimates(self) -> Option<[Estimate; 4]> {
        let ahead = u32::try_from(self.position()?.saturating_sub(1)).unwrap_or(u32::MAX);
        let queue = View::new(self.world, self.now).queue(self.row.queue)?;
        Some(queue.estimates_behind(ahead))
    }
}
