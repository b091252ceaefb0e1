//! Reading the engine: borrowed views that never change anything.

mod agent;
mod definition;
mod estimates;
mod fields;
mod queue;
mod work;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
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
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;
use crate::world::kinds::DefinitionKind;
use crate::world::rows::Offer;
use crate::world::state::World;

use crate::engine::permit;
use crate::engine::view::definition::{definition, definitions};

pub use agent::AgentView;
pub use definition::DefinitionView;
pub use queue::{QueueView, RingView};
pub use work::{RuleView, StepView, WorkView};

/// The engine's state, to read.
///
/// For every kind of thing there are three ways to it: by key (`queue_id("support")`), by id
/// (`queue(id)`), and all of them (`queues()`). What is retired is found by its id, and in neither
/// of the others.
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let voice = engine.execute(now, Define::new("voice", ChannelProfile::voice()), &mut log)?;
/// let view = engine.view();
/// assert_eq!(view.channel_id("voice"), Some(voice));
/// assert_eq!(view.channel(voice).unwrap().profile(), &ChannelProfile::voice());
/// let keys: Vec<&str> = view.channels().map(|channel| &**channel.key()).collect();
/// assert_eq!(keys, ["voice"]);
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    world: &'a World,
    now: Timestamp,
}

macro_rules! kinds {
    ($($what:literal, $profile:ty: $id:ident, $by_key:ident, $one:ident, $all:ident;)*) => {$(
        #[doc = concat!("The id of the ", $what, " with this key.")]
        #[must_use]
        pub fn $by_key(self, key: &str) -> Option<$id> {
            <$profile>::names(&self.world.index().keys).get(key)
        }

        #[doc = concat!("A ", $what, ", retired or not.")]
        #[must_use]
        pub fn $one(self, id: $id) -> Option<DefinitionView<'a, $profile>> {
            definition(self.world, id)
        }

        #[doc = concat!("Every ", $what, " that is not retired, in order of definition.")]
        pub fn $all(self) -> impl Iterator<Item = DefinitionView<'a, $profile>> {
            definitions(self.world)
        }
    )*};
}

impl<'a> View<'a> {
    pub(crate) const fn new(world: &'a World, now: Timestamp) -> Self {
        Self { world, now }
    }

    kinds! {
        "skill", SkillProfile: SkillId, skill_id, skill, skills;
        "channel", ChannelProfile: ChannelId, channel_id, channel, channels;
        "presence", PresenceProfile: PresenceId, presence_id, presence, presences;
        "reject reason", RejectReasonProfile: ReasonId, reason_id, reason, reasons;
        "wrap-up code", WrapUpCodeProfile: CodeId, code_id, code, codes;
        "calendar", CalendarProfile: CalendarId, calendar_id, calendar, calendars;
        "pool", PoolProfile: PoolId, pool_id, pool, pools;
    }

    /// The id of a definition of one kind that has this key.
    pub(crate) fn id_by_key<P: DefinitionKind>(self, key: &str) -> Option<P::Id> {
        P::names(&self.world.index().keys).get(key)
    }

    /// The id of the queue with this key.
    #[must_use]
    pub fn queue_id(self, key: &str) -> Option<QueueId> {
        QueueProfile::names(&self.world.index().keys).get(key)
    }

    /// A queue, retired or not.
    #[must_use]
    pub fn queue(self, id: QueueId) -> Option<QueueView<'a>> {
        QueueView::new(self.world, self.now, id)
    }

    /// Every queue that is not retired, in order of definition.
    pub fn queues(self) -> impl Iterator<Item = QueueView<'a>> {
        let all = definitions::<QueueProfile>(self.world);
        all.filter_map(move |queue| self.queue(queue.id()))
    }

    /// The id of the agent with this key.
    #[must_use]
    pub fn agent_id(self, key: &str) -> Option<AgentId> {
        AgentProfile::names(&self.world.index().keys).get(key)
    }

    /// An agent, retired or not.
    #[must_use]
    pub fn agent(self, id: AgentId) -> Option<AgentView<'a>> {
        AgentView::new(self.world, id)
    }

    /// Every agent who is not retired, in order of definition.
    pub fn agents(self) -> impl Iterator<Item = AgentView<'a>> {
        let all = definitions::<AgentProfile>(self.world);
        all.filter_map(move |agent| self.agent(agent.id()))
    }

    /// The id of the work with this key: open, or closed and still remembered.
    #[must_use]
    pub fn work_id(self, key: &str) -> Option<WorkId> {
        self.world.index().keys.works.get(key)
    }

    /// Open work.
    #[must_use]
    pub fn work(self, id: WorkId) -> Option<WorkView<'a>> {
        let row = self.world.work(id).ok()?;
        Some(WorkView::of(self.world, self.now, id, row))
    }

    /// All open work, in order of submission.
    pub fn works(self) -> impl Iterator<Item = WorkView<'a>> {
        let (world, now) = (self.world, self.now);
        let works = world.stores().works.sorted().into_iter();
        works.map(move |(id, row)| WorkView::of(world, now, id, row))
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

    /// True if there is such work for an actor: it is open, or over and remembered, and they may
    /// know of it ([`Permission`](crate::command::Permission) says who sees what). A host that
    /// shows work to somebody asks this first, and answers as for work that never was otherwise.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::command::Actor;
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
    /// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
    /// let request = WorkRequest::new(queue, chat).with_customer("dora");
    /// let work = engine.execute(now, Submit::new(request), &mut log)?;
    /// let view = engine.view();
    /// assert!(view.sees(&Actor::Customer(Some("dora".into())), work));
    /// assert!(!view.sees(&Actor::Customer(Some("eve".into())), work));
    /// # Ok::<(), Refusal>(())
    /// ```
    #[must_use]
    pub fn sees(self, actor: &Actor, work: WorkId) -> bool {
        permit::sees(self.world, actor, work)
    }

    /// The host's key of anything; work without one and offers have none.
    #[must_use]
    pub fn key(self, entity: Entity) -> Option<&'a Key> {
        fn of<P: DefinitionKind>(world: &World, id: P::Id) -> Option<&Key> {
            world.entry::<P>(id).ok().map(|entry| &entry.key)
        }
        match entity {
            Entity::Skill(id) => of::<SkillProfile>(self.world, id),
            Entity::Channel(id) => of::<ChannelProfile>(self.world, id),
            Entity::Presence(id) => of::<PresenceProfile>(self.world, id),
            Entity::Reason(id) => of::<RejectReasonProfile>(self.world, id),
            Entity::Code(id) => of::<WrapUpCodeProfile>(self.world, id),
            Entity::Queue(id) => of::<QueueProfile>(self.world, id),
            Entity::Agent(id) => of::<AgentProfile>(self.world, id),
            Entity::Work(id) => {
                let stores = self.world.stores();
                let open = stores.works.get(id).map(|work| &work.request);
                let ended = || stores.ended_works.get(id).map(|ended| &ended.submitted);
                open.or_else(ended)?.key.as_ref()
            }
            Entity::Offer(_) => None,
            Entity::Calendar(id) => of::<CalendarProfile>(self.world, id),
            Entity::Pool(id) => of::<PoolProfile>(self.world, id),
        }
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
