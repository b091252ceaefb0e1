//! The fold: facts in, rows of closed intervals out.

use alloc::sync::Arc;
use alloc::vec::Vec;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

use crate::base::hash::{FixedMap, FixedState};
use crate::base::time::Timestamp;
use crate::fact::definition::Definition;
use crate::fact::event::Event;
use crate::fact::log::{Fact, Seq};
use crate::figures::book::{Book, Cell};
use crate::figures::config::{FiguresConfig, check_zone};
use crate::figures::grid::{Grid, Joint, Stretch};
use crate::figures::recent::DailyCounts;
use crate::figures::rows::{AgentTimelinePiece, ClosedFigures};
use crate::figures::standing::{
    CountedAgent, CountedPart, CountedQueue, CountedWork, Guest, OpenOffer, Start,
};
use crate::model::agent::AgentProfile;
use crate::model::calendar::{CalendarProfile, Zone};
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, Entity, OfferId, PresenceId, QueueId, WorkId,
};
use crate::model::invalid::Invalid;
use crate::model::need::Requirement;
use crate::model::presence::SystemPresence;

/// The figures of a floor, folded from its facts: counts and times by interval, and what stands
/// where now. [`how_figures_are_counted`] defines every one of them.
///
/// It needs every fact from the first on, in order, and nothing else: fed live or from a journal,
/// it comes to the same. It can be serialised between any two facts, and goes on where it was. Rows
/// of intervals that are over are handed out by [`Figures::close_until`] and kept no longer, so
/// its size depends on what is open, not on how long it runs.
///
/// [`how_figures_are_counted`]: crate::guide::how_figures_are_counted
///
/// ```
/// use strowger::figures::{Figures, FiguresConfig};
/// use strowger::prelude::*;
///
/// # let second = |n: i64| Timestamp::from_millis(n * 1_000);
/// let mut figures = Figures::new(FiguresConfig::default()).unwrap();
/// let mut log = Log::default();
/// let mut engine = Engine::new(Config::default(), second(0), &mut log)?;
/// let voice = Define::new("voice", ChannelProfile::voice());
/// let voice = engine.execute(second(0), voice, &mut log)?;
/// let queue = Define::new("support", QueueProfile::default());
/// let queue = engine.execute(second(0), queue, &mut log)?;
/// let call = engine.execute(second(10), Submit::new(WorkRequest::new(queue, voice)), &mut log)?;
/// engine.execute(second(40), Abandon::new(call), &mut log)?;
/// for fact in log.drain() {
///     figures.apply(&fact).unwrap();
/// }
///
/// // Half an hour is over: its rows are handed out, once.
/// engine.advance(second(1_800), &mut log)?;
/// let closed = figures.close_until(second(1_800));
/// let [row] = closed.queues.as_slice() else { panic!("{closed:?}") };
/// assert_eq!((row.service.offered, row.service.abandoned), (1, 1));
/// assert_eq!(row.line.wait_abandoned, Span::from_secs(30));
/// assert!(figures.close_until(second(1_800)).queues.is_empty());
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub(super) config: FiguresConfig,
    pub(super) joint: Option<Joint>,
    seq: Seq,
    /// The latest instant that anything counted from.
    latest: Timestamp,
    pub(super) book: Book,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) works: FixedMap<WorkId, CountedWork>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) offers: FixedMap<OfferId, OpenOffer>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) parts: FixedMap<(WorkId, AgentId), CountedPart>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) guests: FixedMap<(WorkId, AgentId), Guest>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) people: FixedMap<AgentId, CountedAgent>,
    pub(super) members: IndexSet<(QueueId, AgentId, Option<ChannelId>), FixedState>,
    /// What queues ask of their members. Who meets it is a member without a fact of their own.
    #[serde(default, with = "indexmap::map::serde_seq")]
    pub(super) asked: FixedMap<QueueId, Requirement>,
    /// What agents can do, by which they are such members.
    #[serde(default, with = "indexmap::map::serde_seq")]
    pub(super) profiles: FixedMap<AgentId, Arc<AgentProfile>>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) queues: FixedMap<QueueId, CountedQueue>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) calendars: FixedMap<CalendarId, CalendarProfile>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) presences: FixedMap<PresenceId, SystemPresence>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(super) recent: FixedMap<Cell, DailyCounts>,
    pub(super) timeline: Vec<AgentTimelinePiece>,
}

/// A fact that is not the next one: some are missing, or it was folded before.
///
/// ```
/// use strowger::fact::Cause;
/// use strowger::figures::{Figures, FiguresConfig, NotNext};
/// use strowger::prelude::*;
///
/// let mut figures = Figures::new(FiguresConfig::default()).unwrap();
/// let event = Event::declines_forgotten(WorkId::from_raw(1));
/// let fact = Fact::new(5, Timestamp::EPOCH, Cause::Routing, event);
/// assert_eq!(figures.apply(&fact), Err(NotNext { expected: 1 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fact {expected} was expected")]
pub struct NotNext {
    /// The number of the next one.
    pub expected: Seq,
}

impl Figures {
    /// Figures of a floor of which nothing is known yet.
    ///
    /// # Errors
    /// [`Invalid`] if a number of the configuration is out of range.
    pub fn new(config: FiguresConfig) -> Result<Self, Invalid> {
        config.check()?;
        Ok(Self {
            config,
            joint: None,
            seq: 0,
            latest: Timestamp::from_millis(i64::MIN),
            book: Book::default(),
            works: FixedMap::default(),
            offers: FixedMap::default(),
            parts: FixedMap::default(),
            guests: FixedMap::default(),
            people: FixedMap::default(),
            members: IndexSet::default(),
            asked: FixedMap::default(),
            profiles: FixedMap::default(),
            queues: FixedMap::default(),
            calendars: FixedMap::default(),
            presences: SystemPresence::ALL.iter().map(|system| (system.id(), *system)).collect(),
            recent: FixedMap::default(),
            timeline: Vec::new(),
        })
    }

    /// The configuration the figures were made with.
    #[must_use]
    pub const fn config(&self) -> &FiguresConfig {
        &self.config
    }

    /// The number of the last fact it knows; 0 if it knows none. After a restart those behind it
    /// are folded in.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Takes a fact in.
    ///
    /// # Errors
    /// [`NotNext`] if it is not the one behind the last; nothing changes.
    pub fn apply(&mut self, fact: &Fact) -> Result<(), NotNext> {
        let expected = self.seq.saturating_add(1);
        if fact.seq != expected {
            return Err(NotNext { expected });
        }
        self.seq = fact.seq;
        // What begins does so with the call; what only ends does so when it was due, but never
        // before the fact that made it overdue.
        let (at, due) = (fact.at, fact.effective().max(self.latest));
        self.latest = due;
        match &fact.event {
            Event::Defined(definition) | Event::Changed(definition) => self.define(definition, at),
            Event::Retired(entity) => self.retire(*entity),
            Event::MembershipSet { agent, queue, channel, .. } => {
                self.members.insert((*queue, *agent, *channel));
            }
            Event::MembershipRemoved { agent, queue, channel } => {
                self.members.swap_remove(&(*queue, *agent, *channel));
            }
            Event::PresenceSet { agent, presence, .. } => self.set_presence(*agent, *presence, due),
            Event::RoutingStatusChanged { agent, status } => self.set_status(*agent, *status, due),
            Event::WorkSubmitted { work, request, stands_for } => {
                let cell = Cell { queue: request.queue, channel: request.channel };
                let start = match request.schedule {
                    None => Start::At(request.origin.unwrap_or(at)),
                    Some(_) => Start::NotYet,
                };
                let kind = (request.internal, stands_for.map(|stand_in| stand_in.work));
                self.submit(*work, cell, start, kind, at);
            }
            Event::WorkQueued { work, queue, why, wrap_up, .. } => {
                self.give_up(*work, *why, *wrap_up, at);
                self.queue(*work, *queue, *why, (at, due));
            }
            Event::WorkClassified { work, queue, .. } => self.reclassify(*work, *queue, at),
            Event::CallbackRequested { work, channel, .. } => self.call_back(*work, *channel, at),
            Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work }
            | Event::CustomerUnreached { work, retry: Some(_) } => {
                self.give_back(*work, at);
                self.put_off(*work, at);
            }
            Event::WorkClosed { work, outside: Some(outside), .. } => {
                self.leave_house(*work, outside.wrap_up, due);
            }
            Event::WorkClosed { work, cause, .. } => self.close(*work, *cause, due),
            event => self.apply_to_agents(event, at, due),
        }
        Ok(())
    }

    fn apply_to_agents(&mut self, event: &Event, at: Timestamp, due: Timestamp) {
        match event {
            Event::WorkOffered { offer, work, agent, .. } => {
                self.offer(*offer, *work, *agent, at);
            }
            Event::OfferAccepted { offer, .. } => {
                let ended = self.end_offer(*offer, due, |row| &mut row.accepted);
                if let Some((work, agent)) = ended {
                    self.take(work, agent, at);
                }
            }
            Event::OfferRejected { offer, .. } => {
                let ended = self.end_offer(*offer, due, |row| &mut row.declined);
                ended.into_iter().for_each(|(work, _)| self.come_back(work, at));
            }
            Event::OfferMissed { offer, .. } => {
                let ended = self.end_offer(*offer, due, |row| &mut row.missed);
                ended.into_iter().for_each(|(work, _)| self.come_back(work, at));
            }
            Event::OfferWithdrawn { offer, why, .. } => {
                let ended = self.end_offer(*offer, due, |row| &mut row.withdrawn);
                let back = ended.filter(|_| !why.passes_the_line());
                back.into_iter().for_each(|(work, _)| self.come_back(work, at));
            }
            Event::WorkAssigned { work, agent, .. } => self.assign(*work, *agent, at),
            Event::WorkHeld { work } => self.hold(*work, true, at),
            Event::WorkRetrieved { work } => self.hold(*work, false, at),
            Event::WorkParked { work, .. } => self.park(*work, true, at),
            Event::WorkResumed { work, .. } => self.park(*work, false, at),
            Event::ContactEnded { work, wrap_up, .. } => self.end_contact(*work, *wrap_up, due),
            Event::CodeSet { work, agent, code } => self.set_code(*work, *agent, *code),
            Event::WrapUpEnded { work, agent, .. } => self.end_part(*work, *agent, due),
            Event::LegRequested { work, agent, role, .. } => {
                self.consult(*work, *agent, *role, at);
            }
            Event::LegJoined { work, agent, .. } => self.join(*work, *agent, at),
            Event::LegEnded { work, agent, .. } => self.end_consult(*work, *agent, due),
            Event::HandedOver { work, agent, wrap_up } => {
                self.hand_over(*work, *agent, *wrap_up, at);
            }
            _ => {}
        }
    }

    fn define(&mut self, definition: &Definition, at: Timestamp) {
        match definition {
            Definition::Queue(queue) => {
                let profile = &queue.profile;
                let counted = CountedQueue {
                    target: profile.service_target,
                    counts: profile.counts,
                    calendar: profile.calendar,
                };
                self.queues.insert(queue.id, counted);
                match &profile.members_where {
                    Some(asked) => {
                        self.asked.insert(queue.id, asked.requirement.clone());
                    }
                    None => {
                        self.asked.swap_remove(&queue.id);
                    }
                }
            }
            Definition::Calendar(calendar) => {
                self.calendars.insert(calendar.id, (*calendar.profile).clone());
            }
            Definition::Agent(agent) => {
                self.people.entry(agent.id).or_insert_with(|| CountedAgent::new(at));
                self.profiles.insert(agent.id, Arc::clone(&agent.profile));
            }
            Definition::Presence(presence) => {
                self.presences.insert(presence.id, presence.profile.system);
            }
            // Figures are kept of no other kind.
            _ => {}
        }
    }

    /// Stops following a retired queue, calendar or agent; whoever signs out before that is told
    /// first.
    fn retire(&mut self, entity: Entity) {
        match entity {
            Entity::Queue(queue) => {
                self.queues.swap_remove(&queue);
                self.asked.swap_remove(&queue);
                self.members.retain(|(of, ..)| *of != queue);
            }
            Entity::Calendar(calendar) => {
                self.calendars.swap_remove(&calendar);
            }
            Entity::Agent(agent) => {
                self.people.swap_remove(&agent);
                self.profiles.swap_remove(&agent);
                self.members.retain(|(_, member, _)| *member != agent);
            }
            _ => {}
        }
    }

    /// Hands out the rows of all intervals that ended by `now`, and the pieces of timelines that
    /// are complete. Each is handed out once: the host keeps it.
    ///
    /// As long as no further interval has ended it costs nothing. Call [`Engine::advance`] with the
    /// same `now` before and fold its facts: what is told only afterwards, and lies in an interval
    /// that is closed, counts in the first that is open.
    ///
    /// [`Engine::advance`]: crate::Engine::advance
    pub fn close_until(&mut self, now: Timestamp) -> ClosedFigures {
        let before = self.config.grid(self.joint).of(now).from;
        let timeline = core::mem::take(&mut self.timeline);
        if before <= self.book.open_since() {
            return ClosedFigures { timeline, ..ClosedFigures::default() };
        }
        self.settle(before);
        ClosedFigures { timeline, ..self.book.close(self.config.grid(self.joint), before) }
    }

    /// From now on days and intervals go by another zone: the floor moved, or its host knows more
    /// changes of the clocks. Hands out what has ended by the old zone, as [`close_until`] does.
    /// The interval and the day that are open go on to the first border of the new zone, and may be
    /// shorter or longer than others; if that border is the same by both zones, nothing is
    /// different yet. A `now` before what was counted last counts as that instant.
    ///
    /// [`close_until`]: Figures::close_until
    ///
    /// # Errors
    /// [`Invalid`] if the zone has offsets out of range, too many changes, or changes out of order;
    /// nothing changes and nothing is handed out.
    ///
    /// ```
    /// use strowger::figures::{Figures, FiguresConfig};
    /// use strowger::model::Zone;
    /// use strowger::prelude::*;
    ///
    /// let mut figures = Figures::new(FiguresConfig::default()).unwrap();
    /// let india = Zone::default().with_offset_minutes(330);
    /// figures.change_zone(Timestamp::EPOCH, india.clone()).unwrap();
    /// assert_eq!(figures.config().zone, india);
    /// ```
    pub fn change_zone(&mut self, now: Timestamp, zone: Zone) -> Result<ClosedFigures, Invalid> {
        check_zone(&zone)?;
        // What was counted lies in the interval that goes on, or before it.
        let now = now.max(self.latest).max(self.book.last().unwrap_or(now));
        let closed = self.close_until(now);
        let start = |grid: Grid<'_>| grid.of(now).from;
        let interval = start(self.config.grid(self.joint));
        let day = start(self.config.days(self.joint));
        self.config.zone = zone;
        let until = |from, grid: Grid<'_>| Stretch { from, to: grid.border(now) };
        self.joint = Some(Joint {
            interval: until(interval, self.config.grid(None)),
            day: until(day, self.config.days(None)),
        });
        Ok(closed)
    }

    /// Brings the book up to an instant: what goes on is written in until then.
    fn settle(&mut self, until: Timestamp) {
        let works: Vec<_> = self.works.keys().copied().collect();
        works.into_iter().for_each(|work| self.settle_wait(work, until));
        let parts: Vec<_> = self.parts.keys().copied().collect();
        parts.into_iter().for_each(|(work, agent)| self.settle_part(work, agent, until));
        let offers: Vec<_> = self.offers.keys().copied().collect();
        offers.into_iter().for_each(|offer| self.settle_offer(offer, until));
        let guests: Vec<_> = self.guests.keys().copied().collect();
        guests.into_iter().for_each(|(work, agent)| self.settle_guest(work, agent, until));
        let people: Vec<_> = self.people.keys().copied().collect();
        people.into_iter().for_each(|agent| self.settle_person(agent, until));
    }
}
