//! Queues, to read.

use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use crate::base::bits::IdSet;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, QueueId};
use crate::model::queue::QueueProfile;
use crate::policy::calendar;
use crate::policy::estimate::Estimate;
use crate::policy::tally::{self, Tally};
use crate::state::work::Stage;
use crate::world::rows::Queue;
use crate::world::state::World;

use crate::engine::view::definition::{DefinitionView, definition};
use crate::engine::view::estimates::estimates;
use crate::engine::view::fields::fields;
use crate::engine::view::work::WorkView;

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
    row: &'a Queue,
    definition: DefinitionView<'a, QueueProfile>,
}

impl<'a> QueueView<'a> {
    pub(super) fn new(world: &'a World, now: Timestamp, id: QueueId) -> Option<Self> {
        let definition = definition(world, id)?;
        Some(Self { world, now, row: world.queue(id).ok()?, definition })
    }

    /// Its id.
    #[must_use]
    pub fn id(self) -> QueueId {
        self.definition.id()
    }

    /// The host's key for it.
    #[must_use]
    pub fn key(self) -> &'a Key {
        self.definition.key()
    }

    /// The profile of the queue.
    #[must_use]
    pub fn profile(self) -> &'a QueueProfile {
        self.definition.profile()
    }

    /// How often its definition was changed.
    #[must_use]
    pub fn revision(self) -> u32 {
        self.definition.revision()
    }

    /// True if the queue is retired.
    #[must_use]
    pub fn is_retired(self) -> bool {
        self.definition.is_retired()
    }

    /// How much work waits in it; what is offered is not counted.
    #[must_use]
    pub fn waiting(self) -> u32 {
        self.world.index().line(self.id()).map_or(0, |line| line.waiting)
    }

    /// The work that waits in it, in its order.
    #[must_use]
    pub fn line(self) -> Vec<WorkView<'a>> {
        let (world, now) = (self.world, self.now);
        let works = world.stores().works.sorted().into_iter();
        let here = works.filter(|(_, row)| row.queue == self.id() && row.stage == Stage::Queued);
        let mut line: Vec<_> = here.map(|(id, row)| WorkView::of(world, now, id, row)).collect();
        if let Ok(rules) = world.queue_rules(self.id()) {
            line.sort_unstable_by_key(|work| work.line_key(rules).at(now));
        }
        line
    }

    /// Its members, in order of definition.
    pub fn members(self) -> impl Iterator<Item = AgentId> + use<'a> {
        self.world.index().line(self.id()).into_iter().flat_map(|line| line.everybody.ids())
    }

    /// True if the queue's calendar is open at the latest instant the engine was told; without one
    /// it always is.
    #[must_use]
    pub fn is_open(self) -> bool {
        let calendar = self.world.calendar_of(self.id());
        calendar.is_none_or(|calendar| calendar::is_open(calendar, self.now))
    }

    /// When its calendar opens or closes next, after the latest instant the engine was told; none
    /// if it never does.
    #[must_use]
    pub fn next_change(self) -> Option<Timestamp> {
        calendar::next_change(self.world.calendar_of(self.id())?, self.now)
    }

    /// The tally of the queue.
    #[must_use]
    pub fn tally(self) -> &'a Tally {
        &self.row.tally
    }

    /// Its conditional rings in the order of the profile, and where each stands.
    ///
    /// ```
    /// use strowger::model::{Comparison, ConditionalRing, Measure, QueueCondition};
    /// use strowger::prelude::*;
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
    /// let waits = QueueCondition::new(Measure::Waiting, Comparison::AtLeast, 1);
    /// let busy = ConditionalRing::new(3, [waits]).with_holds_for(Span::from_secs(60));
    /// let queue = QueueProfile::default().with_conditional([busy]);
    /// let queue = engine.execute(now, Define::new("support", queue), &mut log)?;
    /// engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
    /// let inspected = engine.next_deadline().unwrap().at;
    /// engine.advance(inspected, &mut log)?;
    /// let rings = engine.view().queue(queue).unwrap().rings();
    /// assert_eq!((rings[0].joined, rings[0].since), (false, Some(inspected)));
    /// assert_eq!(rings[0].joins, Some(inspected + Span::from_secs(60)));
    /// # Ok::<(), Refusal>(())
    /// ```
    #[must_use]
    pub fn rings(self) -> Vec<RingView> {
        let Ok(rules) = self.world.queue_rules(self.id()) else { return Vec::new() };
        let clock = (rules.profile, rules.clock());
        let since = |ring| self.row.holding.iter().find(|(known, _)| *known == ring);
        let view = |ring| RingView {
            ring,
            joined: self.row.joined & (1 << (ring % 16)) != 0,
            since: since(ring).map(|(_, since)| *since),
            joins: self.row.joins_at(clock, ring),
        };
        rules.profile.conditional.iter().map(|conditional| view(conditional.ring)).collect()
    }

    /// How many of its members are *staffed*: their presence opens a channel, they respond, do not
    /// drain, and their ring is no conditional one or has joined. What they have does not count.
    #[must_use]
    pub fn staffed(self) -> u32 {
        self.world.count_staffed(self.id(), None)
    }

    /// How many of its members are *free*: staffed, with room for something now.
    #[must_use]
    pub fn free(self) -> u32 {
        self.world.count_free(self.id(), None)
    }

    /// How long work that arrives now will wait behind all that waits, if it has to wait, by every
    /// formula there is, in the order of [`Estimator::ALL`](crate::model::Estimator::ALL).
    #[must_use]
    pub fn estimates(self) -> [Estimate; 4] {
        estimates(self.world, self.now, (self.id(), self.tally()), self.waiting())
    }

    /// Its service level over the last hour in thousandths; see
    /// [`Counts::service_level`](crate::view::Counts::service_level) for the formula.
    #[must_use]
    pub fn service_level(self) -> Option<u16> {
        tally::service_level(self.tally(), self.now)
    }

    /// How long what has waited longest has been in its line, offered in between or not; none if
    /// nothing waits.
    #[must_use]
    pub fn oldest_wait(self) -> Option<Span> {
        let line = self.world.index().line(self.id())?;
        line.stays.first().map(|(entered, _)| self.now.since(*entered))
    }
}

/// A conditional ring of a queue, to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RingView {
    /// The ring.
    pub ring: u8,
    /// True if it helps.
    pub joined: bool,
    /// Since when its conditions hold; none unless it is waited for how long they hold
    /// ([`ConditionalRing::holds_for`](crate::model::ConditionalRing::holds_for)).
    pub since: Option<Timestamp>,
    /// When it joins if they go on holding.
    pub joins: Option<Timestamp>,
}

/// The profile of the queue, and its state at the latest instant the engine was told.
impl Serialize for QueueView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, "QueueView", {
            id: self.id(),
            key: self.key(),
            profile: self.profile(),
            revision: self.revision(),
            retired: self.is_retired(),
            open: self.is_open(),
            next_change: self.next_change(),
            waiting: self.waiting(),
            oldest_wait: self.oldest_wait(),
            staffed: self.staffed(),
            free: self.free(),
            service_level: self.service_level(),
            estimates: self.estimates(),
            rings: self.rings(),
            members: self.members().collect::<Vec<_>>(),
        })
    }
}
