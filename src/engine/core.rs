//! The engine: the one funnel through which everything comes in.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::Command;
use crate::command::refusal::{Refusal, Unavailable};
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log, Seq};
use crate::layer::action::{Action, FromReply};
use crate::layer::fault::Fault;
use crate::model::config::Config;
use crate::model::ids::{AgentId, ChannelId, QueueId, WorkId};
use crate::model::work::{Attached, WorkRequest};
use crate::state::machine::{Deadline, DeadlineKind};
use crate::world::state::World;

use crate::engine::clock::{Clock, ClockGuard};
use crate::engine::decisions::Decisions;
use crate::engine::expire::{fire_due, fire_first};
use crate::engine::matching::by_hand::{self, Fitness};
use crate::engine::matching::given::Matching;
use crate::engine::matching::{hope, item};
use crate::engine::offering::judge_declined;
use crate::engine::pace::Pace;
use crate::engine::permit::{self, Sight};
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
///   and refuses everything; [`verify`](Self::verify) checks for one.
///
/// A `now` earlier than the latest seen counts as the latest seen, and is counted. A `now` further
/// ahead than [`Config::clock_step`] is refused until the host
/// [confirms](Self::confirm_clock) it. Calls at moments when nothing is due, and commands that were
/// done before, change nothing.
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
    pub(in crate::engine) world: World,
    pub(in crate::engine) clock: Clock,
    guard: ClockGuard,
    pub(in crate::engine) rules: Rules,
    pub(in crate::engine) decisions: Decisions,
    pub(in crate::engine) search: Search,
    pub(in crate::engine) pace: Pace,
    /// The number of the last sound fact: before the call that is under way, or of all if none is.
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
        engine.expect_any_time();
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
    /// A [`Refusal`] says why the command changed nothing. [`Refusal::ClockJump`] comes before all
    /// others: then no deadline fired either. [`Refusal::Behind`] comes next: more was due than one
    /// call does, so the command waits until the host has [advanced](Self::advance) to `now`.
    pub fn execute<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        self.execute_by(now, &Actor::Host, log, |turn| action.decide(turn))
    }

    /// Does the same as [`execute`](Self::execute) if the actor may give the command. The facts
    /// that follow from it name the actor in their cause.
    ///
    /// # Errors
    /// Before any other but [`Refusal::ClockJump`]: [`Refusal::NotAllowed`] if the command is not
    /// for the actor, [`Refusal::Unknown`] if what it names does not exist, or not for them, and
    /// [`Refusal::NotYours`] if it is another's ([`Permission`](crate::command::Permission)).
    pub fn execute_as<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        actor: Actor,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        if actor == Actor::Host {
            return self.execute(now, action, log);
        }
        let command: Command = action.into();
        let reply = self.execute_by(now, &actor, log, |turn| {
            permit::check(turn.world, &actor, &command)?;
            command.decide(turn)
        })?;
        // Whatever a command answers is what its own type answers with.
        A::Output::from_reply(reply).ok_or(Refusal::Faulted { sound: self.sound })
    }

    fn execute_by<T>(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        log: &mut Log,
        does: impl FnOnce(&mut Turn<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.call(now, log, |turn, search| {
            let caught_up = match turn.pace.is_behind() {
                true => settle(turn, search)?,
                false => fire_due(turn)?,
            };
            if !caught_up {
                turn.pace.note_behind(true);
                return Ok(Err(Refusal::Behind { now: turn.now }));
            }
            let answer = decide(turn, actor, does)?;
            judge_declined(turn)?;
            // A command may put work where something is overdue at once.
            settle(turn, search)?;
            Ok(answer)
        })?
    }

    /// Lets time pass: fires whatever fell due by `now`, then routes until nothing fits. A late
    /// call is allowed, an early one does nothing.
    ///
    /// One call fires no more deadlines and makes no more offers than [`Config::burst`]. As long as
    /// something is left [`next_deadline`](Self::next_deadline) is not in the future: call again
    /// with the same `now`. The facts of these calls are those of one that does it all, but for
    /// those that say how an [inspection](crate::model::QueueProfile::inspect_every) was divided,
    /// and how much work [came to light](crate::fact::Event::WorkRevealed) at once.
    ///
    /// # Errors
    /// [`Refusal::ClockJump`] or [`Refusal::Faulted`]: no time passed.
    #[doc(alias = "handle_timeout")]
    pub fn advance(&mut self, now: Timestamp, log: &mut Log) -> Result<(), Refusal> {
        self.call(now, log, |turn, search| settle(turn, search).map(drop))
    }

    /// Says what [`execute`](Self::execute) would refuse a command for at this `now`, and changes
    /// nothing: it makes no fact, fires no deadline and moves no clock.
    ///
    /// The command is checked against the state as it stands. What falls due by `now` would fire
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
    /// let full = QueueProfile::default().with_waiting_max(0);
    /// let taken = Refusal::key_taken(queue.into());
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
        self.probe(now, action).map(drop)
    }

    /// Says whether a command would change something at this `now`, or what it would be refused
    /// for.
    fn probe<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        action: A,
    ) -> Result<bool, Refusal> {
        self.check_sound()?;
        self.check_clock(now)?;
        let (now, sound) = (self.clock.latest.max(now), self.sound);
        let Self { world, rules, decisions, pace, fault, .. } = self;
        let mut log = Log::default();
        let context = Context { now, sound, purpose: Purpose::Check };
        let mut turn = Turn::new(world, &mut log, (rules, decisions, pace), context);
        let answer = action.decide(&mut turn);
        match turn.finish() {
            (Purpose::Passed, None) => Ok(true),
            (_, met) => {
                *fault = met;
                answer.map(|_| false)
            }
        }
    }

    /// True if a command of an actor would change something now. What would be answered as done
    /// changes nothing.
    pub(crate) fn takes(&mut self, actor: &Actor, command: Command) -> bool {
        let now = self.clock.latest;
        self.permit(actor, &command).is_ok() && self.probe(now, command) == Ok(true)
    }

    /// Says the same of a command that an actor gives.
    ///
    /// # Errors
    /// The [`Refusal`] of [`execute_as`](Self::execute_as).
    pub fn check_as<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        action: A,
    ) -> Result<(), Refusal> {
        self.check_sound()?;
        self.check_clock(now)?;
        let command: Command = action.into();
        self.permit(actor, &command)?;
        self.check(now, command)
    }

    /// Says that it is `now`, however long after the latest call that is. From here on
    /// [`Config::clock_step`] counts from this instant, as if a call had named it; no deadline
    /// fires, and the clock does not move before a call moves it. A later word replaces an earlier
    /// one, and an instant in the past confirms nothing.
    ///
    /// It makes no fact, and no snapshot holds it. Facts of elsewhere need no word: a replica, and
    /// whoever replays a journal, follow them whatever their time is.
    ///
    /// The first call of a new engine, and the first one after a restore, a replay or a
    /// [`resume`](Self::resume), may name any time without it, because nobody knows how long the
    /// host was away.
    ///
    /// ```
    /// use strowger::prelude::*;
    ///
    /// let at = |hours: u32| Timestamp::EPOCH + Span::from_mins(hours * 60);
    /// let mut log = Log::default();
    /// let mut engine = Engine::new(Config::default(), at(0), &mut log)?;
    /// engine.advance(at(0), &mut log)?;
    ///
    /// // The clock of the host is wrong, or nobody called for more than a day.
    /// let refused = Refusal::clock_jump(at(0), at(60));
    /// assert_eq!(engine.advance(at(60), &mut log), Err(refused));
    /// assert_eq!(engine.now(), at(0));
    ///
    /// // The host has asked a second clock: it was the weekend.
    /// engine.confirm_clock(at(60));
    /// engine.advance(at(60), &mut log)?;
    /// assert_eq!(engine.now(), at(60));
    /// # Ok::<(), Refusal>(())
    /// ```
    pub const fn confirm_clock(&mut self, now: Timestamp) {
        self.guard.confirm(now);
    }

    /// Says whether a call may name this time, and changes nothing.
    ///
    /// # Errors
    /// [`Refusal::ClockJump`] if it is too far ahead.
    pub fn check_clock(&self, now: Timestamp) -> Result<(), Refusal> {
        self.guard.check(self.clock.latest, now, self.world.stores().config.clock_step)
    }

    /// Nobody knows how much time passed before the next call.
    pub(super) const fn expect_any_time(&mut self) {
        self.guard = ClockGuard::before_the_first_call();
    }

    /// The fault that the engine met in its own state; none as long as all is well. From then on
    /// [`execute`](Self::execute), [`advance`](Self::advance) and [`check`](Self::check) answer
    /// [`Refusal::Faulted`], nothing falls due, and a [`snapshot`](Self::snapshot) cannot be
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

    /// Makes a call of one phase.
    fn call<T>(
        &mut self,
        now: Timestamp,
        log: &mut Log,
        decide: impl FnOnce(&mut Turn<'_>, &mut Search) -> Result<T, Halted>,
    ) -> Result<T, Refusal> {
        self.begin(now)?;
        let answer = self.phase(log, decide);
        self.note_sound();
        answer
    }

    /// Begins a call of an engine that is joined with layers above it; the phases of the call
    /// follow. If one of them meets a fault, whoever joins the layers takes the facts of the whole
    /// call out of their log.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.check_sound()?;
        self.check_clock(now)?;
        self.guard.note_call();
        self.clock.see(now);
        self.pace.begin(self.world.stores().config.burst);
        self.note_sound();
        Ok(())
    }

    /// No call is under way: all facts so far are sound.
    pub(super) fn note_sound(&mut self) {
        self.sound = self.world.seq();
    }

    /// Refuses a command that its actor may not give.
    pub(crate) fn permit(&self, actor: &Actor, command: &Command) -> Result<(), Refusal> {
        permit::check(&self.world, actor, command)
    }

    /// Refuses an actor who cannot be.
    pub(crate) fn permit_actor(&self, actor: &Actor) -> Result<(), Refusal> {
        permit::check_actor(&self.world, actor)
    }

    /// Refuses an agent who was never defined or is retired.
    pub(crate) fn check_agent(&self, agent: AgentId) -> Result<(), Refusal> {
        permit::check_agent(&self.world, agent)
    }

    /// True if the engine has given this id to a piece of work, open or over.
    pub(crate) fn has_given(&self, work: WorkId) -> bool {
        self.world.stores().works.was_minted(work)
    }

    /// What matching reads, as it is now.
    pub(crate) const fn matching(&self) -> Matching<'_> {
        Matching { world: &self.world, now: self.clock.latest, rules: &self.rules }
    }

    /// Why an agent could not take work by hand that is not there yet, if they could not.
    pub(crate) fn takes_new(
        &self,
        request: &Arc<WorkRequest>,
        agent: AgentId,
    ) -> Result<(), Unavailable> {
        by_hand::can_take_new(self.matching(), request, agent)
    }

    /// Data to attach to work, or none of them if they are more than work may have.
    pub(crate) fn what_fits(&self, attached: Attached) -> Attached {
        let (queue, channel) = (QueueId::from_raw(0), ChannelId::from_raw(0));
        let request = WorkRequest::new(queue, channel).with_attached(attached);
        match request.check_data(&self.world.stores().config.limits) {
            Ok(()) => request.attached,
            Err(_) => Attached::new(),
        }
    }

    /// True if a member of the queue of a request, of whom nothing is required, could be offered it
    /// now.
    pub(crate) fn is_anybody_available(&self, request: &Arc<WorkRequest>) -> bool {
        let (queue, channel) = (request.queue, request.channel);
        let takes = |agent| by_hand::can_take_new(self.matching(), request, agent).is_ok();
        hope::open_members(self.matching(), queue, channel).any(takes)
    }

    /// Why an agent could not take open work by hand, if they could not.
    pub(crate) fn takes_by_hand(&self, id: WorkId, agent: AgentId) -> Result<(), Unavailable> {
        let Ok(work) = self.world.work(id) else { return Ok(()) };
        by_hand::can_take(self.matching(), id, work, agent, Fitness::Waived)
    }

    /// True if an agent has, wraps up or takes part in a piece of work.
    pub(crate) fn is_involved(&self, agent: AgentId, work: WorkId) -> bool {
        self.world.agent(agent).is_ok_and(|row| item::is_involved(&self.world, row, work))
    }

    /// A fact of a layer above names this time: so late it was.
    pub(crate) fn note_time(&mut self, at: Timestamp) {
        self.clock.latest = self.clock.latest.max(at);
    }

    /// What a piece of work is to an agent.
    pub(crate) fn sight(&self, agent: AgentId, work: WorkId) -> Sight {
        permit::sight(&self.world, agent, work)
    }

    /// Does what queues say of work that was declined in vain in the phase before. Layers above
    /// have said first what becomes of it. Says whether there was any.
    pub(crate) fn judge_declined(&mut self, log: &mut Log) -> Result<bool, Refusal> {
        let any = self.pace.has_in_vain();
        if any {
            self.phase(log, |turn, _| judge_declined(turn))?;
        }
        Ok(any)
    }

    /// Fires the one thing that is due first, if it is due by now. What is told at once is due no
    /// later than the first thing in a layer above.
    pub(crate) fn fire_first(
        &mut self,
        above: Option<Timestamp>,
        log: &mut Log,
    ) -> Result<(), Refusal> {
        self.phase(log, |turn, _| fire_first(turn, above))
    }

    /// Does a command; fires and routes nothing.
    pub(crate) fn decide<A: Action<Layer = Self>>(
        &mut self,
        actor: &Actor,
        action: A,
        log: &mut Log,
    ) -> Result<A::Output, Refusal> {
        self.phase(log, |turn, _| decide(turn, actor, |turn| action.decide(turn)))?
    }

    /// Routes until nothing fits, or as much as one call may.
    pub(crate) fn route(&mut self, log: &mut Log) -> Result<(), Refusal> {
        self.phase(log, |turn, search| route(turn, search).map(drop))
    }

    /// Takes one of the steps that one call may make, if one is left.
    pub(crate) const fn step(&mut self) -> bool {
        self.pace.step()
    }

    /// True if a call ended before all was routed.
    pub(crate) const fn is_behind(&self) -> bool {
        self.pace.is_behind()
    }

    /// A call ends, and not all is routed.
    pub(crate) const fn fall_behind(&mut self) {
        self.pace.note_behind(true);
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
        let Self { world, rules, decisions, pace, search, fault, .. } = self;
        let context = Context { now, sound, purpose: Purpose::Decide };
        let mut turn = Turn::new(world, log, (rules, decisions, pace), context);
        let decided = decide(&mut turn, search);
        if turn.check_sound().is_ok() {
            return Ok(decided?);
        }
        let (_, met) = turn.finish();
        *fault = met;
        decisions.forget_after(sound);
        while log.len() > before {
            log.pop();
        }
        Err(Refusal::Faulted { sound })
    }

    /// The engine of a world, between two calls.
    pub(super) fn with(world: World, clock: Clock) -> Self {
        let (rules, decisions, search, pace) = Default::default();
        let sound = world.seq();
        let guard = ClockGuard::before_the_first_call();
        Self { world, clock, guard, rules, decisions, search, pace, sound, fault: None }
    }

    /// When to call [`advance`](Self::advance) next, and what for. Ask again after every call.
    /// Nothing is due in an engine that met a [fault](Self::fault).
    #[doc(alias = "poll_timeout")]
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        let routing = Deadline { at: self.clock.latest, kind: DeadlineKind::Routing };
        let due = self.first_due();
        match self.fault.is_none() && self.is_behind() {
            true => Some(due.filter(|due| due.at <= routing.at).unwrap_or(routing)),
            false => due,
        }
    }

    /// The deadline that fires next; routing that is left to be done is none.
    pub(crate) fn first_due(&self) -> Option<Deadline> {
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

/// Fires what is due, then routes, as much as one call may. Says whether nothing is left.
fn settle(turn: &mut Turn<'_>, search: &mut Search) -> Result<bool, Halted> {
    if fire_due(turn)? {
        return route(turn, search);
    }
    turn.pace.note_behind(true);
    Ok(false)
}

/// Decides a command, and says what it answers.
fn decide<T>(
    turn: &mut Turn<'_>,
    actor: &Actor,
    does: impl FnOnce(&mut Turn<'_>) -> Result<T, Refusal>,
) -> Result<Result<T, Refusal>, Halted> {
    turn.cause = Cause::Command { by: actor.clone() };
    let answer = does(turn);
    turn.check_sound()?;
    Ok(answer)
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
    shared::<Vec<Fact>>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    use crate::command::commands::{
        Accept, Change, Consult, Define, FinishContact, Finisher, Park, Reject, SetMembership,
        SetPresence, Submit,
    };
    use crate::layer::error::RestoreError;
    use crate::model::agent::AgentProfile;
    use crate::model::channel::ChannelProfile;
    use crate::model::ids::{AgentId, QueueId, ReasonId, WorkId};
    use crate::model::membership::Membership;
    use crate::model::overflow::{OverflowAction, OverflowRule, Trigger};
    use crate::model::presence::{Opens, PresenceProfile, SystemPresence};
    use crate::model::queue::QueueProfile;
    use crate::model::reason::{RejectReasonProfile, Response};
    use crate::model::work::WorkRequest;

    const ANA: AgentId = AgentId::from_raw(0);
    const BO: AgentId = AgentId::from_raw(1);

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_millis(secs * 1_000)
    }

    /// Ana has a call and consults Bo about it; another call waits. With the facts of all that.
    fn floor() -> (Engine, Log, WorkId) {
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), at(0), &mut log).unwrap();
        let voice = Define::new("voice", ChannelProfile::voice());
        let voice = engine.execute(at(0), voice, &mut log).unwrap();
        let queue = Define::new("support", QueueProfile::default());
        let queue = engine.execute(at(0), queue, &mut log).unwrap();
        for (key, agent) in [("ana", ANA), ("bo", BO)] {
            let defined = Define::new(key, AgentProfile::default());
            assert_eq!(engine.execute(at(0), defined, &mut log), Ok(agent));
            let presence = SystemPresence::OnQueue.id();
            engine.execute(at(0), SetPresence { agent, presence }, &mut log).unwrap();
        }
        let (membership, channel) = (Membership::default(), None);
        let member = SetMembership { agent: ANA, queue, membership, channel };
        engine.execute(at(0), member, &mut log).unwrap();
        let submit = || Submit::new(WorkRequest::new(queue, voice));
        let work = engine.execute(at(1), submit(), &mut log).unwrap();
        let offer = engine.view().agent(ANA).unwrap().offers()[0];
        engine.execute(at(1), Accept { offer }, &mut log).unwrap();
        engine.execute(at(1), Consult { work, agent: BO }, &mut log).unwrap();
        engine.execute(at(1), submit(), &mut log).unwrap();
        (engine, log, work)
    }

    /// Memory goes bad: what Ana has is gone from Ana's row, and from no other.
    fn lose_assignments(engine: &mut Engine) {
        let mut stores = engine.world.stores().clone();
        stores.agent_rows.get_mut(ANA).unwrap().assignments.clear();
        engine.world = World::from_stores(stores);
    }

    #[test]
    fn a_fact_that_does_not_fit_ends_the_engine_and_the_facts_before_make_a_sound_one() {
        let (mut engine, mut log, work) = floor();
        let (kept, sound, digest) = (log.clone(), engine.view().seq(), engine.digest());
        lose_assignments(&mut engine);
        // The consult ends first, which fits; then the call is parked, which does not.
        let faulted = Err(Refusal::Faulted { sound });
        assert_eq!(engine.execute(at(2), Park { work, until: None }, &mut log), faulted);
        let fault = engine.fault().unwrap().clone();
        assert_eq!((fault.sound, fault.at), (sound, at(2)));
        let misfit = alloc::format!("fact {}, work_parked, does not fit", sound + 3);
        assert!(fault.reason.starts_with(&misfit), "{fault}");
        assert_eq!(log, kept, "the log is cut back to where the call began");

        // From now on everything is refused, and nothing falls due.
        let other = || SetPresence { agent: BO, presence: SystemPresence::Offline.id() };
        assert_eq!(engine.execute(at(3), other(), &mut log), faulted);
        assert_eq!(engine.check(at(3), other()), faulted);
        assert_eq!(engine.advance(at(900), &mut log), faulted);
        assert_eq!((engine.next_deadline(), engine.fault()), (None, Some(&fault)));
        assert_eq!(log, kept);

        // It cannot be kept, nor go on by facts.
        let json = serde_json::to_string(&engine.snapshot()).unwrap();
        let restored = Engine::restore(serde_json::from_str(&json).unwrap());
        assert_eq!(restored.map(drop), Err(RestoreError::Faulted { fault }));
        assert!(engine.resume([]).is_err());

        let mut recovered = Engine::replay(kept).unwrap();
        assert_eq!((recovered.digest(), recovered.verify()), (digest, Ok(())));
        assert_eq!(recovered.execute(at(3), Park { work, until: None }, &mut log), Ok(()));
        assert_eq!(log.as_slice().get(sound as usize).unwrap().seq, sound + 1);
    }

    #[test]
    fn a_row_that_is_not_there_ends_the_engine_too() {
        let (mut engine, mut log, work) = floor();
        let kept = log.clone();
        lose_assignments(&mut engine);
        let sound = engine.view().seq();
        let finish = || FinishContact { work, by: Finisher::Agent };
        // Looking is enough to see it.
        assert_eq!(engine.clone().check(at(2), finish()), Err(Refusal::Faulted { sound }));
        let refused = engine.execute(at(2), finish(), &mut log);
        assert_eq!(refused, Err(Refusal::Faulted { sound }));
        assert_eq!(engine.fault().unwrap().reason, "a0 does not have w1, and must");
        assert_eq!(log, kept);
    }

    #[test]
    fn what_deadlines_did_in_the_call_is_gone_with_it() {
        let (mut engine, mut log, work) = floor();
        let kept = log.clone();
        lose_assignments(&mut engine);
        // The consult of Bo runs out first.
        assert!(engine.next_deadline().is_some_and(|due| due.at < at(60)));
        let finish = FinishContact { work, by: Finisher::Agent };
        assert!(matches!(engine.execute(at(60), finish, &mut log), Err(Refusal::Faulted { .. })));
        assert_eq!(log, kept);
    }

    #[test]
    fn a_fact_of_elsewhere_that_does_not_fit_ends_an_engine_that_follows() {
        let (mut engine, _, work) = floor();
        let sound = engine.view().seq();
        let fact =
            |seq, event| Fact { seq, at: at(2), cause: Cause::Command { by: Actor::Host }, event };
        // A gap changes nothing.
        let retrieved = Event::WorkRetrieved { work };
        assert!(engine.follow_quietly(&fact(sound + 2, retrieved.clone())).is_err());
        assert_eq!(engine.fault(), None);
        assert!(engine.follow_quietly(&fact(sound + 1, retrieved)).is_err());
        assert_eq!(engine.fault().map(|fault| fault.sound), Some(sound));
        assert!(engine.advance(at(3), &mut Log::default()).is_err());
    }

    /// A layer above may have something done to the work between two parts of an inspection.
    #[test]
    fn an_inspection_ends_with_what_waited_as_it_began() {
        let mut log = Log::default();
        let config = Config::default().with_burst(2);
        let mut engine = Engine::new(config, at(0), &mut log).unwrap();
        let voice = Define::new("voice", ChannelProfile::voice());
        let voice = engine.execute(at(0), voice, &mut log).unwrap();
        let nobody = OverflowRule::new(Trigger::NobodyEligible, OverflowAction::OfferCallback);
        let queue = QueueProfile::default().with_overflow([nobody]);
        let queue = engine.execute(at(0), Define::new("support", queue), &mut log).unwrap();
        let submit = || Submit::new(WorkRequest::new(queue, voice));
        for _ in 0..4 {
            engine.execute(at(0), submit(), &mut log).unwrap();
        }
        let parts = |log: &Log| {
            let part = |fact: &Fact| match fact.event {
                Event::QueueInspected { up_to, .. } => Some(up_to),
                _ => None,
            };
            log.iter().filter_map(part).collect::<Vec<_>>()
        };
        engine.advance(at(10), &mut log).unwrap();
        assert_eq!(parts(&log), [None, Some(WorkId::from_raw(2))]);
        for _ in 0..2 {
            engine.decide(&Actor::Host, submit(), &mut log).unwrap();
        }
        log.clear();
        engine.advance(at(10), &mut log).unwrap();
        assert_eq!(parts(&log), [None]);
        assert_eq!((engine.first_due().unwrap().at, engine.verify()), (at(20), Ok(())));
    }

    /// How many searches it takes to offer something to so many agents who come free in one call.
    fn searches(agents: u32) -> u64 {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
        let mut tell =
            |engine: &mut Engine, command: Command| engine.execute(now, command, &mut log).unwrap();
        tell(&mut engine, Define::new("voice", ChannelProfile::voice()).into());
        for queue in 0..5 {
            tell(&mut engine, Define::new(format!("{queue}"), QueueProfile::default()).into());
        }
        let hall = PresenceProfile::of(SystemPresence::Meeting);
        tell(&mut engine, Define::new("hall", hall.clone()).into());
        let hall_id = engine.view().presence_id("hall").unwrap();
        let voice = engine.view().channel_id("voice").unwrap();
        for number in 0..agents {
            let agent = Define::new(format!("a{number}"), AgentProfile::default());
            tell(&mut engine, agent.into());
            let agent = AgentId::from_raw(number);
            for queue in 0..5 {
                tell(&mut engine, SetMembership::new(agent, QueueId::from_raw(queue)).into());
            }
            tell(&mut engine, SetPresence::new(agent, hall_id).into());
            let request = WorkRequest::new(QueueId::from_raw(number % 5), voice);
            tell(&mut engine, Submit::new(request).into());
        }
        let before = engine.search.searches;
        let opened = hall.with_opens(Opens::Everything);
        tell(&mut engine, Change::new(hall_id, opened).into());
        let offered = engine.view().agents().filter(|agent| !agent.offers().is_empty()).count();
        assert_eq!(offered, agents as usize);
        engine.search.searches - before
    }

    #[test]
    fn a_crowd_costs_a_few_searches_each() {
        let (few, many) = (searches(100), searches(400));
        assert!(few <= 400 && many <= 1_600, "{few} and {many} searches");
    }

    /// How many searches it takes to offer what somebody declined to so many agents who come free
    /// in one call.
    fn searches_for_declined(agents: u32) -> u64 {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
        let mut tell =
            |engine: &mut Engine, command: Command| engine.execute(now, command, &mut log).unwrap();
        tell(&mut engine, Define::new("voice", ChannelProfile::voice()).into());
        let queue = QueueProfile::default().with_on_reject(Response::Nothing);
        tell(&mut engine, Define::new("support", queue).into());
        let never = RejectReasonProfile::default().with_reassignable(false);
        tell(&mut engine, Define::new("never", never).into());
        let never = ReasonId::from_raw(0);
        let hall = PresenceProfile::of(SystemPresence::Meeting);
        tell(&mut engine, Define::new("hall", hall.clone()).into());
        let hall_id = engine.view().presence_id("hall").unwrap();
        let (queue, voice) = (QueueId::from_raw(0), engine.view().channel_id("voice").unwrap());
        for number in 0..agents + 2 {
            tell(&mut engine, Define::new(format!("a{number}"), AgentProfile::default()).into());
            let agent = AgentId::from_raw(number);
            tell(&mut engine, SetMembership::new(agent, queue).into());
            tell(&mut engine, SetPresence::new(agent, hall_id).into());
        }
        // Bo has a call, so somebody is left to ask when Ana declines all others.
        tell(&mut engine, SetPresence::new(BO, SystemPresence::OnQueue.id()).into());
        tell(&mut engine, Submit::new(WorkRequest::new(queue, voice)).into());
        let offer = engine.view().agent(BO).unwrap().offers()[0];
        tell(&mut engine, Accept::new(offer).into());
        tell(&mut engine, SetPresence::new(ANA, SystemPresence::OnQueue.id()).into());
        for _ in 0..agents {
            tell(&mut engine, Submit::new(WorkRequest::new(queue, voice)).into());
            let offer = engine.view().agent(ANA).unwrap().offers()[0];
            tell(&mut engine, Reject::new(offer).with_reason(never).into());
        }
        tell(&mut engine, SetPresence::new(ANA, SystemPresence::Offline.id()).into());
        let before = engine.search.searches;
        tell(&mut engine, Change::new(hall_id, hall.with_opens(Opens::Everything)).into());
        let offered = engine.view().agents().filter(|agent| !agent.offers().is_empty()).count();
        assert_eq!(offered, agents as usize);
        engine.search.searches - before
    }

    #[test]
    fn what_was_declined_is_not_searched_for_again_after_each_offer() {
        let (few, many) = (searches_for_declined(100), searches_for_declined(400));
        assert!(few <= 400 && many <= 1_600, "{few} and {many} searches");
    }
}
