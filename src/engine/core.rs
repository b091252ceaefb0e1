//! The engine: the one funnel through which everything comes in.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::refusal::Refusal;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log, Seq};
use crate::model::config::Config;
use crate::model::ids::{AgentId, WorkId};
use crate::state::machine::Deadline;
use crate::world::state::{Stores, World};

use crate::engine::action::Action;
use crate::engine::decisions::{Decision, Decisions};
use crate::engine::explain::{self, AgentExplanation, Case, PairExplanation, WorkExplanation};
use crate::engine::matching::{Matching, unmatched};
use crate::engine::route::Search;
use crate::engine::rules::{Classifier, Rules, Scorer};
use crate::engine::turn::Turn;
use crate::engine::view::View;

/// A routing engine.
///
/// Its methods come in four families. **In**: [`execute`](Self::execute) does a command,
/// [`advance`](Self::advance) lets time pass; both first fire whatever fell due, and both route
/// until nothing fits. **When**: [`next_deadline`](Self::next_deadline) says when to call again.
/// **Read**: [`view`](Self::view), and [`explain`](Self::explain), which says why. **Keep**:
/// [`snapshot`](Self::snapshot) and [`restore`](Self::restore), [`resume`](Self::resume) from
/// facts, [`digest`](Self::digest).
///
/// A `now` earlier than the latest seen counts as the latest seen, and is counted. Calls at moments
/// when nothing is due, and commands that were done before, change nothing.
///
/// ```
/// use strowger::prelude::*;
///
/// let now = Timestamp::EPOCH;
/// let mut log = Log::default();
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// assert_eq!(engine.view().queue_id("support"), Some(queue));
/// # Ok::<(), strowger::Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    world: World,
    clock: Clock,
    rules: Rules,
    decisions: Decisions,
    search: Search,
}

/// The latest instant the host told, and how often it told an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Clock {
    latest: Timestamp,
    stepped_back: u64,
}

impl Clock {
    fn see(&mut self, now: Timestamp) -> Timestamp {
        if now < self.latest {
            self.stepped_back = self.stepped_back.saturating_add(1);
        }
        self.latest = self.latest.max(now);
        self.latest
    }
}

impl Engine {
    /// A new engine. Its first fact, the opening, goes to the log.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] if the configuration makes no sense.
    pub fn new(config: Config, now: Timestamp, log: &mut Log) -> Result<Self, Refusal> {
        config.check()?;
        let world = World::empty(config.clone());
        let event = Event::EngineOpened { config: Box::new(config) };
        let clock = Clock { latest: now, stepped_back: 0 };
        let mut engine = Self::of(world, clock);
        engine.turn(now, log).0.emit(event);
        Ok(engine)
    }

    /// The same engine with the host's own classification, for queues that ask it.
    #[must_use]
    pub fn with_classifier(mut self, classifier: impl Classifier + 'static) -> Self {
        self.rules.classifier = Some(Arc::new(classifier));
        self
    }

    /// The same engine with the host's own measure of agents, for queues that ask it.
    #[must_use]
    pub fn with_scorer(mut self, scorer: impl Scorer + 'static) -> Self {
        self.rules.scorer = Some(Arc::new(scorer));
        self
    }

    /// Fires whatever fell due by `now`, then does a command, then routes until nothing fits.
    ///
    /// Facts are appended to `log`, also when the command is refused: then they are those of the
    /// deadlines that fell due.
    ///
    /// # Errors
    /// A [`Refusal`] says why the command changed nothing.
    pub fn execute<A: Action>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        let (mut turn, search) = self.turn(now, log);
        turn.fire_due();
        turn.cause = Cause::Command;
        let answer = action.run(&mut turn);
        // A command may put work where something is overdue at once.
        turn.fire_due();
        turn.route(search);
        answer
    }

    /// Lets time pass: fires whatever fell due by `now`, then routes until nothing fits. Late is
    /// allowed, early does nothing.
    ///
    /// # Errors
    /// A [`Refusal`] says why no time passed.
    #[doc(alias = "handle_timeout")]
    pub fn advance(&mut self, now: Timestamp, log: &mut Log) -> Result<(), Refusal> {
        let (mut turn, search) = self.turn(now, log);
        turn.fire_due();
        turn.route(search);
        Ok(())
    }

    fn of(world: World, clock: Clock) -> Self {
        let (rules, decisions, search) = Default::default();
        Self { world, clock, rules, decisions, search }
    }

    fn turn<'a>(&'a mut self, now: Timestamp, log: &'a mut Log) -> (Turn<'a>, &'a mut Search) {
        let now = self.clock.see(now);
        let Self { world, rules, decisions, search, .. } = self;
        (Turn::new(world, now, log, rules, decisions), search)
    }

    /// When to call [`advance`](Self::advance) next, and what for. Ask again after every call.
    #[doc(alias = "poll_timeout")]
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        self.world.next_deadline()
    }

    /// The engine's state, to read.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        View::new(&self.world, self.clock.latest)
    }

    /// The latest instant the engine was told.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.clock.latest
    }

    /// How often the engine was told an earlier instant than before.
    #[must_use]
    pub const fn stepped_back(&self) -> u64 {
        self.clock.stepped_back
    }

    /// All rows, for keeping.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let stores = self.world.stores().clone();
        Snapshot { format: Snapshot::FORMAT, clock: self.clock, stores }
    }

    /// The engine of a snapshot. What it does next is what the other would have done.
    ///
    /// # Errors
    /// [`RestoreError`] if the format is unknown or the rows contradict each other.
    pub fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        if snapshot.format != Snapshot::FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        let world = World::from_stores(snapshot.stores);
        world.check_rows().map_err(|violation| RestoreError::Inconsistent { violation })?;
        Ok(Self::of(world, snapshot.clock))
    }

    /// Goes on by facts that happened elsewhere: a journal's tail after a snapshot, or another
    /// engine's log. Takes the engine, because one that fails on the way is of no use.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn resume(mut self, facts: impl IntoIterator<Item = Fact>) -> Result<Self, ReplayError> {
        for fact in facts {
            self.follow(&fact)?;
        }
        self.world.touch_everybody();
        Ok(self)
    }

    /// The engine of a journal that begins with the opening.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn replay(facts: impl IntoIterator<Item = Fact>) -> Result<Self, ReplayError> {
        Self::unopened().resume(facts)
    }

    /// Before the first fact.
    pub(crate) fn unopened() -> Self {
        let clock = Clock { latest: Timestamp::from_millis(i64::MIN), stepped_back: 0 };
        Self::of(World::empty(Config::default()), clock)
    }

    /// Changes the world by one fact and looks for nothing that fits: only [`resume`](Self::resume)
    /// makes an engine of it that goes on.
    pub(crate) fn follow_quietly(&mut self, fact: &Fact) -> Result<(), ReplayError> {
        self.follow(fact)?;
        let (works, agents) = self.world.touched();
        works.clear();
        agents.clear();
        Ok(())
    }

    fn follow(&mut self, fact: &Fact) -> Result<(), ReplayError> {
        self.clock.latest = self.clock.latest.max(fact.at);
        self.world
            .apply(fact)
            .map(drop)
            .map_err(|misfit| ReplayError { seq: fact.seq, reason: alloc::format!("{misfit}") })
    }

    /// Why a piece of work is not offered to an agent, or that it is. Nothing if the work is not
    /// open or there is no such agent.
    #[must_use]
    pub fn explain(&self, work: WorkId, agent: AgentId) -> Option<PairExplanation> {
        Case::of(self.matching(), work)?.pair(agent)
    }

    /// Why a piece of work is where it is; nothing if it is not open. A walk over the members of
    /// its queue and all open work.
    #[must_use]
    pub fn explain_work(&self, work: WorkId) -> Option<WorkExplanation> {
        Some(Case::of(self.matching(), work)?.explanation())
    }

    /// Why an agent gets what he gets; nothing if there is no such agent. A walk over all open
    /// work.
    #[must_use]
    pub fn explain_agent(&self, agent: AgentId) -> Option<AgentExplanation> {
        explain::agent(self.matching(), agent)
    }

    /// From now on keeps a record of how the agent of each offer that routing makes was chosen, of
    /// the latest so many; 0, as at first, keeps none. All candidates are compared for it, which
    /// routing does without. It is not part of the state: neither a snapshot nor a digest knows it.
    pub fn record_decisions(&mut self, most: usize) {
        self.decisions.keep(most);
    }

    /// Hands out the records that are kept, the oldest first.
    pub fn decisions(&mut self) -> impl Iterator<Item = Decision> + '_ {
        self.decisions.drain()
    }

    const fn matching(&self) -> Matching<'_> {
        Matching { world: &self.world, now: self.clock.latest, rules: &self.rules }
    }

    /// A fingerprint of all rows. Engines with the same facts have the same digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.world.digest()
    }

    /// Recomputes every invariant and every index; for tests and for doubts, not for every call.
    ///
    /// # Errors
    /// The name of the first invariant that does not hold.
    pub fn check(&self) -> Result<(), Violation> {
        self.world.check()?;
        let idle = |error| Violation { invariant: "work conserving: nothing fits", subject: error };
        unmatched(self.matching()).map_or(Ok(()), |work| Err(idle(work)))
    }
}

pub use crate::world::check::Violation;

/// All rows of an engine at one moment.
///
/// It holds what is, not what was derived from it, and carries its configuration.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::Snapshot;
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let json = serde_json::to_string(&engine.snapshot()).unwrap();
/// let snapshot: Snapshot = serde_json::from_str(&json).unwrap();
/// assert_eq!(Engine::restore(snapshot).unwrap().digest(), engine.digest());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    format: u32,
    clock: Clock,
    stores: Stores,
}

impl Snapshot {
    /// The number of the format written by this version.
    pub const FORMAT: u32 = 1;

    /// The number of the last fact it contains; a journal goes on with the next.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.stores.seq
    }
}

/// A snapshot that cannot be taken up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It was written in a format this version does not know.
    #[error("snapshot format {found} is not known")]
    Format {
        /// The number of its format.
        found: u32,
    },
    /// Its rows contradict each other.
    #[error("the snapshot is inconsistent: {violation}")]
    Inconsistent {
        /// The first invariant that does not hold.
        violation: Violation,
    },
}

/// A fact that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fact {seq}: {reason}")]
#[non_exhaustive]
pub struct ReplayError {
    /// The number of the fact.
    pub seq: Seq,
    /// What is wrong with it.
    pub reason: alloc::string::String,
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
    shared::<Vec<Fact>>();
};
