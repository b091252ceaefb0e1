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
use crate::engine::expire::fire_due;
use crate::engine::explain::types::{AgentExplanation, PairExplanation, WorkExplanation};
use crate::engine::explain::{agent, pair, work};
use crate::engine::fault::Fault;
use crate::engine::matching::case::Case;
use crate::engine::matching::choose::unmatched;
use crate::engine::matching::given::Matching;
use crate::engine::route::{Search, route};
use crate::engine::rules::{Classifier, Rules, Scorer};
use crate::engine::turn::{Halted, Purpose, Turn};
use crate::engine::view::View;

/// A routing engine.
///
/// Its methods come in five families.
///
/// * **In**: [`execute`](Self::execute) does a command, [`advance`](Self::advance) lets time pass.
///   Both first fire whatever fell due, and both route until nothing fits.
///   [`check`](Self::check) says what a command would be refused for, and does nothing.
/// * **When**: [`next_deadline`](Self::next_deadline) says when to call again.
/// * **Read**: [`view`](Self::view); [`explain`](Self::explain), which says why.
/// * **Keep**: [`snapshot`](Self::snapshot) and [`restore`](Self::restore),
///   [`resume`](Self::resume) from facts, [`digest`](Self::digest).
/// * **Trust**: [`fault`](Self::fault) says whether the engine met a contradiction in its own state
///   and refuses everything; [`verify`](Self::verify) looks for one.
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
/// assert_eq!(engine.view().queue_by_key("support").map(|queue| queue.id()), Some(queue));
/// # Ok::<(), strowger::Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    world: World,
    clock: Clock,
    rules: Rules,
    decisions: Decisions,
    search: Search,
    fault: Option<Fault>,
}

/// The latest instant that a call named, and how often one named an earlier one.
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
        let mut engine = Self::with(world, Clock { latest: now, stepped_back: 0 });
        engine.call(now, log, |turn, _| turn.emit(event))?;
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
    /// deadlines that fell due. Only a call that meets a [fault](Self::fault) leaves none.
    ///
    /// # Errors
    /// A [`Refusal`] says why the command changed nothing.
    pub fn execute<A: Action>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        self.call(now, log, |turn, search| {
            fire_due(turn)?;
            turn.cause = Cause::Command;
            let answer = action.run(turn);
            turn.check_sound()?;
            // A command may put work where something is overdue at once.
            fire_due(turn)?;
            route(turn, search)?;
            Ok(answer)
        })?
    }

    /// Lets time pass: fires whatever fell due by `now`, then routes until nothing fits. A late
    /// call is allowed, an early one does nothing.
    ///
    /// # Errors
    /// A [`Refusal`] says why no time passed.
    #[doc(alias = "handle_timeout")]
    pub fn advance(&mut self, now: Timestamp, log: &mut Log) -> Result<(), Refusal> {
        self.call(now, log, |turn, search| {
            fire_due(turn)?;
            route(turn, search)
        })
    }

    /// Says what [`execute`](Self::execute) would refuse a command for at this `now`, and changes
    /// nothing: it makes no fact, fires no deadline and moves no clock.
    ///
    /// The command is looked at against the state as it stands. What falls due by `now` would fire
    /// before it in `execute` and may change the answer, so a caller who needs it exact
    /// [advances](Self::advance) first. A layer above the engine asks for each command of a call
    /// over several layers, and makes the call only if none is refused.
    ///
    /// ```
    /// use strowger::prelude::*;
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
    /// let digest = engine.digest();
    ///
    /// assert_eq!(engine.check(now, Define::new("sales", QueueProfile::default())), Ok(()));
    /// let full = QueueProfile { waiting_max: 0, ..QueueProfile::default() };
    /// let taken = Refusal::KeyTaken { entity: queue.into() };
    /// assert_eq!(engine.check(now, Define::new("support", full)), Err(taken));
    /// assert_eq!(engine.digest(), digest);
    /// # Ok::<(), Refusal>(())
    /// ```
    ///
    /// # Errors
    /// The [`Refusal`] of the command.
    pub fn check<A: Action>(&mut self, now: Timestamp, action: A) -> Result<(), Refusal> {
        self.check_sound()?;
        let now = self.clock.latest.max(now);
        let Self { world, rules, decisions, fault, .. } = self;
        let mut log = Log::default();
        let mut turn = Turn::new(world, now, &mut log, (rules, decisions), Purpose::Check);
        let answer = action.run(&mut turn);
        match turn.finish() {
            (Purpose::Passed, None) => Ok(()),
            (_, met) => {
                *fault = met;
                answer.map(drop)
            }
        }
    }

    /// What the engine met in its own state that must not be; nothing as long as all is well. From
    /// then on [`execute`](Self::execute), [`advance`](Self::advance) and [`check`](Self::check)
    /// answer [`Refusal::Faulted`], nothing falls due, and a [`snapshot`](Self::snapshot) cannot be
    /// restored. What [`view`](Self::view) shows may be half done.
    #[must_use]
    pub const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    const fn check_sound(&self) -> Result<(), Refusal> {
        match &self.fault {
            Some(fault) => Err(Refusal::Faulted { sound: fault.sound }),
            None => Ok(()),
        }
    }

    /// Makes a call. If it meets a fault, its facts are taken out of the log again, and the engine
    /// is not used any more.
    fn call<T>(
        &mut self,
        now: Timestamp,
        log: &mut Log,
        decide: impl FnOnce(&mut Turn<'_>, &mut Search) -> Result<T, Halted>,
    ) -> Result<T, Refusal> {
        self.check_sound()?;
        let (before, now) = (log.len(), self.clock.see(now));
        let Self { world, rules, decisions, search, fault, .. } = self;
        let mut turn = Turn::new(world, now, log, (rules, decisions), Purpose::Decide);
        let decided = decide(&mut turn, search);
        let (_, Some(met)) = turn.finish() else {
            return Ok(decided?);
        };
        decisions.forget_after(met.sound);
        while log.len() > before {
            log.pop();
        }
        let sound = met.sound;
        *fault = Some(met);
        Err(Refusal::Faulted { sound })
    }

    fn with(world: World, clock: Clock) -> Self {
        let (rules, decisions, search) = Default::default();
        Self { world, clock, rules, decisions, search, fault: None }
    }

    /// When to call [`advance`](Self::advance) next, and what for. Ask again after every call.
    /// Nothing is due in an engine that met a [fault](Self::fault).
    #[doc(alias = "poll_timeout")]
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        if self.fault.is_some() { None } else { self.world.next_deadline() }
    }

    /// The engine's state, to read.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        View::new(&self.world, self.clock.latest)
    }

    /// The latest instant that a call named.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.clock.latest
    }

    /// How often a call named an earlier instant than one before it.
    #[must_use]
    pub const fn stepped_back(&self) -> u64 {
        self.clock.stepped_back
    }

    /// All rows, for keeping. That of an engine which met a [fault](Self::fault) is for whoever
    /// looks into it: it holds the fault, and cannot be restored.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (stores, fault) = (self.world.stores().clone(), self.fault.clone());
        Snapshot { format: Snapshot::FORMAT, clock: self.clock, stores, fault }
    }

    /// The engine of a snapshot. What it does next is what the other would have done.
    ///
    /// # Errors
    /// [`RestoreError`] if the format is unknown, the engine had met a fault or the rows contradict
    /// each other.
    pub fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        if snapshot.format != Snapshot::FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        if let Some(fault) = snapshot.fault {
            return Err(RestoreError::Faulted { fault });
        }
        let world = World::from_stores(snapshot.stores);
        world.check_rows().map_err(|violation| RestoreError::Inconsistent { violation })?;
        Ok(Self::with(world, snapshot.clock))
    }

    /// Goes on by facts that happened elsewhere: a journal's tail after a snapshot, or another
    /// engine's log. It takes the engine, because one that fails on the way is of no use.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn resume(mut self, facts: impl IntoIterator<Item = Fact>) -> Result<Self, ReplayError> {
        for fact in facts {
            self.follow(&fact)?;
        }
        self.check_followable()?;
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
        Self::with(World::empty(Config::default()), clock)
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
        self.check_followable()?;
        let sound = self.world.seq();
        self.clock.latest = self.clock.latest.max(fact.at);
        self.world.apply(fact).map(drop).map_err(|misfit| {
            let reason = alloc::format!("{misfit}");
            // The fact may have been done by half.
            self.fault = Some(Fault::new(sound, fact.at, reason.clone()));
            ReplayError { seq: fact.seq, reason }
        })
    }

    fn check_followable(&self) -> Result<(), ReplayError> {
        match &self.fault {
            Some(fault) => {
                let seq = fault.sound.saturating_add(1);
                Err(ReplayError { seq, reason: fault.reason.clone() })
            }
            None => Ok(()),
        }
    }

    /// Why a piece of work is not offered to an agent, or that it is. Nothing if the work is not
    /// open or there is no such agent.
    #[must_use]
    pub fn explain(&self, work: WorkId, agent: AgentId) -> Option<PairExplanation> {
        pair::explain(Case::new(self.matching(), work)?, agent)
    }

    /// Why a piece of work is where it is; nothing if it is not open. A walk over the members of
    /// its queue and all open work.
    #[must_use]
    pub fn explain_work(&self, id: WorkId) -> Option<WorkExplanation> {
        Some(work::explain(Case::new(self.matching(), id)?))
    }

    /// Why an agent gets what they get; nothing if there is no such agent. A walk over all open
    /// work.
    #[must_use]
    pub fn explain_agent(&self, id: AgentId) -> Option<AgentExplanation> {
        agent::explain(self.matching(), id)
    }

    /// Keeps a record from now on of how the agent of each offer that routing makes was chosen, of
    /// the latest so many; 0, as at first, keeps none. All candidates are compared for a record,
    /// which routing does without. Records are not part of the state: neither a snapshot nor a
    /// digest holds them.
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
    /// [`Violation`] names the first invariant that does not hold.
    pub fn verify(&self) -> Result<(), Violation> {
        self.world.check()?;
        let idle = |error| Violation { invariant: "work conserving: nothing fits", subject: error };
        unmatched(self.matching()).map_or(Ok(()), |work| Err(idle(work)))
    }
}

pub use crate::world::check::Violation;

/// All rows of an engine at one moment.
///
/// It holds what is, not what was derived from that, and carries its configuration.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
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

/// Why a snapshot cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It was written in a format this version does not know.
    #[error("snapshot format {found} is not known")]
    Format {
        /// The number of its format.
        found: u32,
    },
    /// The engine had met a fault before it was taken.
    #[error("the snapshot is that of an engine with a fault: {fault}")]
    Faulted {
        /// The fault.
        fault: Fault,
    },
    /// Its rows contradict each other.
    #[error("the snapshot is inconsistent: {violation}")]
    Inconsistent {
        /// The first invariant that does not hold.
        violation: Violation,
    },
}

/// Why a fact cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fact {seq}: {reason}")]
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
