//! Keeps the presences of all people the same in two systems.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::command::commands::SetPresence;
use crate::engine::view::View;
use crate::fact::event::{Event, PresenceSetBy};
use crate::fact::log::Fact;
use crate::model::ids::{AgentId, Entity, PresenceId};
use crate::model::presence::SystemPresence;
use crate::state::routing_status::RoutingStatus;

use crate::presence::mapping::PresenceMap;
use crate::presence::person::{Person, Side, Wanted};

growing! {
    /// A report of the other system about the presence of a person.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PresenceReport {
        /// Rises with every change there; the time of the change will do, if no two are at the
        /// same.
        pub revision: u64 => with_revision,
        /// The presence it shows now.
        pub presence: Key => with_presence(into),
        /// The side that set the presence: the person there, or this side by a request. `None`: the
        /// system does not say. Then the report counts as the person's word, unless it shows what
        /// was requested and not shown yet, or what was so when the person said something else.
        pub source: Option<Side> => with_source(into),
    }
}

impl PresenceReport {
    /// The other system shows this presence, and does not say who made it so.
    pub fn new(revision: u64, presence: impl Into<Key>) -> Self {
        Self { revision, presence: presence.into(), source: None }
    }
}

/// The request that keeps two systems in step: closed, for there are two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresenceAsk {
    /// Execute this command.
    Here(SetPresence),
    /// Have the other system show this.
    There {
        /// Of whom.
        agent: AgentId,
        /// The presence to show, in the words of the other system.
        presence: Key,
    },
}

growing! {
    /// The presence of a person who comes back after not being heard of (Genesys Cloud: restore
    /// time).
    ///
    /// Usually who is back later is available. In an engine in which that is
    /// [off queue](crate::Config::available_off_queue) they are here, and are offered nothing
    /// until they go on queue themselves:
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::presence::Renewal;
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let config = Config::default().with_available_off_queue(true);
    /// let mut engine = Engine::new(config, now, &mut log)?;
    /// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
    /// engine.execute(now, SetPresence::new(ana, Renewal::USUAL.later), &mut log)?;
    /// assert_eq!(engine.view().agent(ana).unwrap().status(), RoutingStatus::OffQueue);
    /// # Ok::<(), Refusal>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Renewal {
        /// A person who is back before so long is in the presence they were in before; usually
        /// 1 min to 24 h.
        pub within: Span => with_within,
        /// A person who is back later is in this presence.
        pub later: PresenceId => with_later,
    }
}

impl Renewal {
    /// Back before so long: as before. Later: in this presence.
    #[must_use]
    pub const fn new(within: Span, later: PresenceId) -> Self {
        Self { within, later }
    }

    /// Within a minute, later available.
    pub const USUAL: Self =
        Self { within: Span::from_mins(1), later: SystemPresence::Available.id() };
}

/// Keeps presences the same here and in another system, whatever is lost, doubled or overtaken on
/// the way.
///
/// Each person has a *primary source*: the system whose word counts if the person says something in
/// both before either has heard of the other. What one system shows because the other asked it to
/// is an echo, and has no further effect. Only presences are set, and only where they changed: the
/// routing status is the engine's own, so no repetition wakes an agent who does not respond.
///
/// A request has no number there: if the same presence is requested twice while the first request
/// is still under way, the effect of the first is taken for that of the second. Where reports name
/// no source and overtake each other, a word of the person that comes behind the effect of a
/// request made at the same time is lost. If the person then chooses what was requested, they may
/// have to choose it twice.
///
/// Hand in every fact ([`observe`](Self::observe)) and every report of the other system
/// ([`report`](Self::report)), and do what comes back. After a connection was lost, read what the
/// other system shows, report it, and call [`renew`](Self::renew).
///
/// ```
/// use strowger::prelude::*;
/// use strowger::presence::{PresenceAsk, PresenceMap, PresenceReport, PresenceSync};
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let map = PresenceMap::new("Away", SystemPresence::Busy.id())
///     .with("Available", SystemPresence::OnQueue.id());
/// let mut sync = PresenceSync::new(map);
///
/// let report = PresenceReport::new(1, "Available").with_source(None);
/// let asks = sync.report(ana, &report);
/// let [PresenceAsk::Here(command)] = asks.as_slice() else { panic!("{asks:?}") };
/// assert_eq!(command.presence, SystemPresence::OnQueue.id());
/// engine.execute(now, command.clone(), &mut log)?;
/// // What comes of it is an echo: nothing is to be done there.
/// assert!(log.drain().all(|fact| sync.observe(&fact).is_empty()));
/// assert!(sync.is_in_step(ana));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct PresenceSync {
    map: PresenceMap,
    primary: Side,
    after_timeout: Option<Key>,
    renewal: Renewal,
    people: BTreeMap<AgentId, Person>,
}

impl PresenceSync {
    /// With these mappings. The other system is everybody's primary source: people set their
    /// presence at the desk.
    #[must_use]
    pub const fn new(map: PresenceMap) -> Self {
        let people = BTreeMap::new();
        Self { map, primary: Side::There, after_timeout: None, renewal: Renewal::USUAL, people }
    }

    /// The same with another primary source for all who have none of their own.
    #[must_use]
    pub const fn with_primary(mut self, primary: Side) -> Self {
        self.primary = primary;
        self
    }

    /// The same with a presence that the other system shows while somebody does not respond
    /// (ServiceNow: after-timeout presence); without one it shows what it did.
    #[must_use]
    pub fn with_after_timeout(mut self, presence: impl Into<Key>) -> Self {
        self.after_timeout = Some(presence.into());
        self
    }

    /// The same with another rule for who comes back.
    #[must_use]
    pub const fn with_renewal(mut self, renewal: Renewal) -> Self {
        self.renewal = renewal;
        self
    }

    /// The same for an engine at work: takes over what its agents are in.
    #[must_use]
    pub fn with_people(mut self, view: View<'_>) -> Self {
        let primary = self.primary;
        let people = view.agents().map(|ana| (ana.id(), Person::new(primary, ana.presence())));
        self.people.extend(people);
        self
    }

    /// The mappings.
    #[must_use]
    pub const fn map(&self) -> &PresenceMap {
        &self.map
    }

    /// Makes one system the primary source of a person (Genesys Cloud: `primarysource`).
    pub fn set_primary(&mut self, agent: AgentId, primary: Side) {
        self.person(agent).1.primary = primary;
    }

    /// Hears a fact of the engine.
    pub fn observe(&mut self, fact: &Fact) -> Vec<PresenceAsk> {
        match &fact.event {
            Event::PresenceSet { agent, presence, by, .. } => {
                let lost = (*by == PresenceSetBy::Lease).then(|| fact.effective());
                let (map, person) = self.person(*agent);
                asks(*agent, person.changed_here(map, fact.seq, *presence, lost))
            }
            Event::RoutingStatusChanged { agent, status } => {
                let responds = *status != RoutingStatus::NotResponding;
                let after_timeout = self.after_timeout.clone();
                let (map, person) = self.person(*agent);
                asks(*agent, person.responds(map, responds, after_timeout))
            }
            Event::Retired(Entity::Agent(agent)) => {
                self.people.remove(agent);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Hears what the other system shows of a person.
    pub fn report(&mut self, agent: AgentId, report: &PresenceReport) -> Vec<PresenceAsk> {
        let PresenceReport { revision, presence, source } = report;
        let echo = source.map(|source| source == Side::Here);
        let (map, person) = self.person(agent);
        asks(agent, person.changed_there(map, *revision, presence, echo))
    }

    /// A person's connection is back. Whatever was asked and not shown yet is asked again, and a
    /// person who was not heard of gets their presence back.
    pub fn renew(&mut self, agent: AgentId, now: Timestamp) -> Vec<PresenceAsk> {
        let Renewal { within, later } = self.renewal;
        let restored = |at, before| if now < at + within { before } else { later };
        let (map, person) = self.person(agent);
        asks(agent, person.renew(map, restored))
    }

    /// True if both systems show the same of a person, as far as is known, and nothing is asked
    /// that was not shown yet. While the person does not respond, the systems may differ.
    #[must_use]
    pub fn is_in_step(&self, agent: AgentId) -> bool {
        self.people.get(&agent).is_none_or(|person| person.is_in_step(&self.map))
    }

    fn person(&mut self, agent: AgentId) -> (&PresenceMap, &mut Person) {
        let Self { map, people, primary, .. } = self;
        // Whoever is defined is offline at first.
        let new = || Person::new(*primary, SystemPresence::Offline.id());
        (map, people.entry(agent).or_insert_with(new))
    }
}

fn asks(agent: AgentId, wanted: Wanted) -> Vec<PresenceAsk> {
    let here = wanted.here.map(|presence| PresenceAsk::Here(SetPresence { agent, presence }));
    let there = wanted.there.map(|presence| PresenceAsk::There { agent, presence });
    here.into_iter().chain(there).collect()
}
