//! The engine: the one funnel through which everything comes in.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::refusal::Refusal;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log, Seq};
use crate::layer::action::Action;
use crate::layer::fault::Fault;
use crate::model::config::Config;
use crate::state::machine::Deadline;
use crate::world::state::World;

use crate::engine::clock::Clock;
use crate::engine::decisions::Decisions;
use crate::engine::expire::{fire_due, fire_first};
use crate::engine::route::{Search, route};
use crate::engine::rules::{Classifier, Rules, Scorer};
use crate::engine::turn::{Context, Halted, Purpose, Turn};
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
    pub(in crate::engine) world: World,
    pub(in crate::engine) clock: Clock,
    pub(in crate::engine) rules: Rules,
    pub(in crate::engine) decisions: Decisions,
    search: Search,
    /// The number of the last fact before the call that is under way, or was last.
    sound: Seq,
    pub(super) fault: Option<Fault>,
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
        let mut engine = Self::with(world, Clock::at(now));
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
    pub fn execute<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        self.call(now, log, |turn, search| {
            fire_due(turn)?;
            let answer = decide(turn, action)?;
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
    pub fn check<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        action: A,
    ) -> Result<(), Refusal> {
        self.check_sound()?;
        let (now, sound) = (self.clock.latest.max(now), self.world.seq());
        let Self { world, rules, decisions, fault, .. } = self;
        let mut log = Log::default();
        let context = Context { now, sound, purpose: Purpose::Check };
        let mut turn = Turn::new(world, &mut log, (rules, decisions), context);
        let answer = action.decide(&mut turn);
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

    fn call<T>(
        &mut self,
        now: Timestamp,
        log: &mut Log,
        decide: impl FnOnce(&mut Turn<'_>, &mut Search) -> Result<T, Halted>,
    ) -> Result<T, Refusal> {
        self.begin(now)?;
        self.phase(log, decide)
    }

    /// Begins a call of an engine that is joined with layers above it; the phases of the call
    /// follow. Once one of them has met a fault, whoever joins the layers takes the facts of the
    /// whole call out of their log.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Result<Timestamp, Refusal> {
        self.check_sound()?;
        self.sound = self.world.seq();
        Ok(self.clock.see(now))
    }

    /// Fires the one thing that is due first, if it is due by now.
    pub(crate) fn fire_first(&mut self, log: &mut Log) -> Result<(), Refusal> {
        self.phase(log, |turn, _| fire_first(turn).map(drop))
    }

    /// Does a command; fires and routes nothing.
    pub(crate) fn decide<A: Action<Layer = Self>>(
        &mut self,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        self.phase(log, |turn, _| decide(turn, action))?
    }

    /// Routes until nothing fits.
    pub(crate) fn route(&mut self, log: &mut Log) -> Result<(), Refusal> {
        self.phase(log, route)
    }

    /// Makes a phase of a call. If it meets a fault, its facts are taken out of the log again, and
    /// the engine is not used any more.
    fn phase<T>(
        &mut self,
        log: &mut Log,
        decide: impl FnOnce(&mut Turn<'_>, &mut Search) -> Result<T, Halted>,
    ) -> Result<T, Refusal> {
        self.check_sound()?;
        let (before, now, sound) = (log.len(), self.clock.latest, self.sound);
        let Self { world, rules, decisions, search, fault, .. } = self;
        let context = Context { now, sound, purpose: Purpose::Decide };
        let mut turn = Turn::new(world, log, (rules, decisions), context);
        let decided = decide(&mut turn, search);
        let (_, Some(met)) = turn.finish() else {
            return Ok(decided?);
        };
        *fault = Some(met);
        decisions.forget_after(sound);
        while log.len() > before {
            log.pop();
        }
        Err(Refusal::Faulted { sound })
    }

    pub(super) fn with(world: World, clock: Clock) -> Self {
        let (rules, decisions, search) = Default::default();
        Self { world, clock, rules, decisions, search, sound: 0, fault: None }
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
}

/// Decides a command, and says what it answers.
fn decide<A: Action<Layer = Engine>>(
    turn: &mut Turn<'_>,
    action: A,
) -> Result<Result<A::Output, Refusal>, Halted> {
    turn.cause = Cause::Command;
    let answer = action.decide(turn);
    turn.check_sound()?;
    Ok(answer)
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
    shared::<Vec<Fact>>();
};
