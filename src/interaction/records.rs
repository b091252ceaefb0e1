//! Records: the way in, and what may be read.

use alloc::sync::Arc;
use core::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::engine::view::View;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Seq};
use crate::layer::action::{Action, Layer};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::layer::mode::Mode;
use crate::model::calendar::WaitClock;
use crate::model::ids::WorkId;
use crate::state::machine::{Deadline, DeadlineKind};

use crate::interaction::command::{RecordCommand, RecordReply};
use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::Message;
use crate::interaction::decide::{Below, Ports, RecordTurn};
use crate::interaction::event::{RecordEvent, RecordFact, RecordLog};
use crate::interaction::follow::only_ends;
use crate::interaction::hours::KnownHours;
use crate::interaction::ids::InteractionId;
use crate::interaction::normal::{E164, Normaliser};
use crate::interaction::profile::{Directory, NobodyKnown, ProfileStore, ProfilesInMemory};
use crate::interaction::record::Interaction;
use crate::interaction::refusal::{Gap, RecordRefusal};
use crate::interaction::store::{Rows, Store};

impl Layer for Records {
    type Command = RecordCommand;
    type Reply = RecordReply;
    type Refusal = RecordRefusal;
    type Turn<'a> = RecordTurn<'a>;
}

/// How far time and the engine's facts were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Followed {
    latest: Timestamp,
    engine: Seq,
    last_work: Option<WorkId>,
}

/// Interaction records, with the conversations and the people behind them.
///
/// They live above the engine and keep its discipline: a command is checked, then says what happens
/// in facts; facts alone change anything; a journal of facts rebuilds it all. What happens to work
/// they learn from the engine's own facts ([`follow`](Self::follow)): every fact is followed, in
/// order, and moves the interaction its work is linked to. A centre joins the two and does that in
/// one call.
///
/// Records take any time that is not in the past: the clock of the host is guarded by the engine
/// ([`Config::clock_step`](crate::Config)), and so for all layers of a centre. A host that serves
/// both apart asks the engine first, by [`check_clock`](crate::Engine::check_clock).
///
/// ```
/// use strowger::interaction::*;
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, RecordLog::default());
/// let mut records = Records::new(RecordConfig::default(), now, &mut log)?;
/// let opening = Box::new(InteractionRequest::new(InteractionType::WalkUp));
/// let visit = records.execute(now, OpenInteraction::new(opening), &mut log)?;
/// assert_eq!(&*records.interaction(visit).unwrap().number, "IMS0000001");
///
/// // Nobody closes it in person without saying what it was about.
/// let agent = strowger::model::AgentId::from_raw(0);
/// let by = Party::Agent(agent);
/// records.execute(now, AssignInteraction::new(visit, agent), &mut log)?;
/// let close = CloseInteraction::new(visit, by);
/// let refused = records.execute(now, close, &mut log);
/// assert_eq!(refused, Err(RecordRefusal::not_described(visit)));
/// # Ok::<(), RecordRefusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Records<P: ProfileStore = ProfilesInMemory> {
    store: Store,
    profiles: P,
    followed: Followed,
    directory: Arc<dyn Directory>,
    normaliser: Arc<dyn Normaliser>,
    fault: Option<Fault>,
}

impl Records {
    /// Records that keep profiles in memory. Their first fact goes to the log.
    ///
    /// # Errors
    /// [`RecordRefusal::Invalid`] if the configuration makes no sense.
    pub fn new(
        config: RecordConfig,
        now: Timestamp,
        log: &mut RecordLog,
    ) -> Result<Self, RecordRefusal> {
        Self::over(ProfilesInMemory::default(), config, now, log)
    }

    /// The records of a journal that begins with the first fact, with profiles in memory.
    /// Directory and normaliser are no part of it: give them again by
    /// [`with_directory`](Self::with_directory) and [`with_normaliser`](Self::with_normaliser), or
    /// nobody is known and numbers need their country.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn replay(facts: impl IntoIterator<Item = RecordFact>) -> Result<Self, ReplayError> {
        Self::bare(ProfilesInMemory::default(), Timestamp::from_millis(i64::MIN)).resume(facts)
    }
}

impl<P: ProfileStore> Records<P> {
    pub(crate) fn bare(profiles: P, latest: Timestamp) -> Self {
        Self {
            store: Store::default(),
            profiles,
            followed: Followed { latest, engine: 0, last_work: None },
            directory: Arc::new(NobodyKnown),
            normaliser: Arc::new(E164::default()),
            fault: None,
        }
    }

    /// Records over a store of profiles of the host's own.
    ///
    /// # Errors
    /// [`RecordRefusal::Invalid`] if the configuration makes no sense.
    pub fn over(
        profiles: P,
        config: RecordConfig,
        now: Timestamp,
        log: &mut RecordLog,
    ) -> Result<Self, RecordRefusal> {
        config.check()?;
        let mut records = Self::bare(profiles, now);
        records.turn(now, log).emit(RecordEvent::Configured(config.into()));
        Ok(records)
    }

    /// Learns the hours of an engine that said what it has before it was followed.
    pub(crate) fn learn(&mut self, view: View<'_>, now: Timestamp, log: &mut RecordLog) {
        if self.config().idle.counts == WaitClock::Open {
            self.turn(now, log).know(&KnownHours::of(view));
        }
    }

    /// The same records with what the host knows of people.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Directory + 'static) -> Self {
        self.directory = Arc::new(directory);
        self
    }

    /// The same records with another way of writing identifiers. At first it is [`E164`] without a
    /// country.
    #[must_use]
    pub fn with_normaliser(mut self, normaliser: impl Normaliser + 'static) -> Self {
        self.normaliser = Arc::new(normaliser);
        self
    }

    fn turn<'a>(&'a mut self, now: Timestamp, log: &'a mut RecordLog) -> RecordTurn<'a> {
        self.turn_of(now, Actor::Host, log)
    }

    fn turn_of<'a>(
        &'a mut self,
        now: Timestamp,
        by: Actor,
        log: &'a mut RecordLog,
    ) -> RecordTurn<'a> {
        self.followed.latest = self.followed.latest.max(now);
        RecordTurn {
            store: &mut self.store,
            profiles: &mut self.profiles,
            ports: Ports { directory: &*self.directory, normaliser: &*self.normaliser },
            log,
            now: self.followed.latest,
            cause: Cause::Command { by },
            last_work: self.followed.last_work,
            below: Below::Absent,
            mode: Mode::Doing,
            fault: &mut self.fault,
        }
    }

    /// Fires whatever fell due by `now`, then does a command.
    ///
    /// # Errors
    /// A [`RecordRefusal`] says why the command changed nothing.
    pub fn execute<A: Action<Layer = Records>>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut RecordLog,
    ) -> Result<A::Output, RecordRefusal> {
        self.call(log, |records, log| {
            let mut turn = records.turn(now, log);
            let at = turn.now;
            turn.fire_due(at);
            records.decide(now, &Actor::Host, action, Below::Absent, log)
        })
    }

    /// Lets time pass: fires whatever fell due by `now`.
    ///
    /// # Errors
    /// A [`RecordRefusal`] says why no time passed.
    pub fn advance(&mut self, now: Timestamp, log: &mut RecordLog) -> Result<(), RecordRefusal> {
        self.call(log, |records, log| {
            let mut turn = records.turn(now, log);
            let now = turn.now;
            turn.fire_due(now);
            Ok(())
        })
    }

    /// Makes a call. If a fact does not fit in it, its facts are taken out of the log again, and
    /// the records refuse everything from then on.
    fn call<T>(
        &mut self,
        log: &mut RecordLog,
        does: impl FnOnce(&mut Self, &mut RecordLog) -> Result<T, RecordRefusal>,
    ) -> Result<T, RecordRefusal> {
        self.check_sound()?;
        let before = log.len();
        let answer = does(self, log);
        if self.fault.is_some() {
            while log.len() > before {
                log.pop();
            }
        }
        self.check_sound()?;
        answer
    }

    fn check_sound(&self) -> Result<(), RecordRefusal> {
        match &self.fault {
            Some(fault) => Err(RecordRefusal::Faulted { sound: fault.sound }),
            None => Ok(()),
        }
    }

    /// The fault, if a fact ever did not fit: a bug. The records refuse everything from then on,
    /// and the host recovers other ones.
    #[must_use]
    pub const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Fires the one thing that is due first, if it is due by `now`.
    pub(crate) fn fire_first(&mut self, now: Timestamp, log: &mut RecordLog) {
        let mut turn = self.turn(now, log);
        let now = turn.now;
        turn.fire_first(now);
    }

    /// Does a command and fires nothing.
    pub(crate) fn decide<A: Action<Layer = Records>>(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        action: A,
        below: Below,
        log: &mut RecordLog,
    ) -> Result<A::Output, RecordRefusal> {
        let mut turn = self.turn_of(now, actor.clone(), log);
        turn.below = below;
        action.decide(&mut turn)
    }

    /// Follows a fact of the engine. Whatever fell due before it counts comes first. A fact that
    /// was followed before is passed over, so a journal may be followed again.
    ///
    /// # Errors
    /// [`Gap`] if it is not the next one; nothing has changed then.
    pub fn follow(&mut self, fact: &Fact, log: &mut RecordLog) -> Result<(), Gap> {
        let expected = self.followed.engine.saturating_add(1);
        if fact.seq < expected {
            return Ok(());
        }
        if fact.seq > expected {
            return Err(Gap { expected, found: fact.seq });
        }
        self.turn(fact.at, log).fire_due(fact.effective());
        self.follow_next(fact, log);
        Ok(())
    }

    /// Follows the next fact of the engine, and fires nothing.
    pub(crate) fn follow_next(&mut self, fact: &Fact, log: &mut RecordLog) {
        let since = if only_ends(&fact.event) { fact.effective() } else { fact.at };
        let mut turn = self.turn(fact.at, log);
        turn.cause = Cause::Followed { since };
        turn.follow(&fact.event);
        self.note(fact);
    }

    /// Follows an engine that has said so much already, of which none concerns an interaction.
    /// Only the first time: later calls, and earlier numbers, change nothing.
    pub fn follow_after(&mut self, seq: Seq) {
        self.followed.engine = self.followed.engine.max(seq);
    }

    /// When to call [`advance`](Self::advance) next. Ask again after every call.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        let first = self.store.first_deadline();
        first.map(|(at, _)| Deadline { at, kind: DeadlineKind::Record })
    }

    /// The latest instant the records were told.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.followed.latest
    }

    /// The number of the last fact of the engine that was followed.
    #[must_use]
    pub const fn followed(&self) -> Seq {
        self.followed.engine
    }

    /// The configuration that the host chose.
    #[must_use]
    pub const fn config(&self) -> &RecordConfig {
        self.store.config()
    }

    /// An interaction that is not archived.
    #[must_use]
    pub fn interaction(&self, id: InteractionId) -> Option<&Interaction> {
        self.store.get(id)
    }

    /// The interaction that was opened under a key, as long as it is not archived.
    pub(crate) fn opened_under(&self, key: &str) -> Option<InteractionId> {
        self.store.index().opened.get(key).copied()
    }

    /// True if there ever was such an interaction.
    pub(crate) fn was_opened(&self, id: InteractionId) -> bool {
        self.store.rows().interactions.was_minted(id)
    }

    /// All interactions that are not archived, in order of opening.
    pub fn interactions(&self) -> impl Iterator<Item = &Interaction> {
        self.store.rows().interactions.sorted().into_iter().map(|(_, row)| &**row)
    }

    /// The interaction a piece of work moves.
    #[must_use]
    pub fn of_work(&self, work: WorkId) -> Option<&Interaction> {
        self.interaction(*self.store.index().works.get(&work)?)
    }

    /// The message with the host's key, such as its provider's id, and its interaction, as long as
    /// that is not archived: whom a receipt is about, and what is quoted.
    #[must_use]
    pub fn message(&self, key: &Key) -> Option<(&Interaction, &Message)> {
        self.store.message(key)
    }

    /// A customer's interactions that are not archived, newest first.
    pub fn of_customer(&self, customer: &str) -> impl Iterator<Item = &Interaction> {
        self.of_customer_before(customer, None)
    }

    /// Of a customer's interactions those that were opened before one of them.
    pub(crate) fn of_customer_before(
        &self,
        customer: &str,
        before: Option<InteractionId>,
    ) -> impl Iterator<Item = &Interaction> {
        let own = self.store.index().customers.get(customer);
        let before = before.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = own.into_iter().flat_map(move |own| own.range((Bound::Unbounded, before)).rev());
        ids.filter_map(|id| self.interaction(*id))
    }

    /// The interactions that are [about](Interaction::about) one and are not archived, in order of
    /// opening.
    pub fn about(&self, id: InteractionId) -> impl Iterator<Item = &Interaction> {
        self.store.about(id).filter_map(|id| self.interaction(id))
    }

    /// The store of profiles.
    #[must_use]
    pub const fn profiles(&self) -> &P {
        &self.profiles
    }

    /// Answers what a command would be refused for, and changes nothing.
    pub(crate) fn would_refuse<A: Action<Layer = Records>>(
        &mut self,
        now: Timestamp,
        action: A,
    ) -> Result<(), RecordRefusal> {
        let before = self.followed;
        let mut log = RecordLog::default();
        let mut turn = self.turn(now, &mut log);
        (turn.below, turn.mode) = (Below::Nothing, Mode::Checking { passed: false });
        let answer = action.decide(&mut turn).map(drop);
        let passed = turn.mode == Mode::Checking { passed: true };
        self.followed = before;
        if passed { Ok(()) } else { answer }
    }

    /// True if an agent wraps an interaction up by a rule of this storey if its contact ends now.
    #[must_use]
    pub fn wraps_up(&self, id: InteractionId) -> bool {
        self.store.wrap_up_rule(id).is_some()
    }

    /// The last work of which records followed that it came in.
    pub(crate) const fn last_work(&self) -> Option<WorkId> {
        self.followed.last_work
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// A fingerprint of all rows but the profiles, which are their store's.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.store.digest()
    }

    /// Changes by a fact that happened elsewhere.
    ///
    /// # Errors
    /// [`ReplayError`] if the fact is not the next one or does not fit.
    pub(crate) fn apply_fact(&mut self, fact: &RecordFact) -> Result<(), ReplayError> {
        let applied = self.store.apply(fact, &mut self.profiles);
        applied
            .map_err(|misfit| ReplayError { seq: fact.seq, reason: alloc::format!("{misfit}") })?;
        self.followed.latest = self.followed.latest.max(fact.at);
        if let RecordEvent::WorkLinked { work, .. } = fact.event {
            self.followed.last_work = self.followed.last_work.max(Some(work));
        }
        Ok(())
    }

    /// Notes a fact of the engine whose consequences are facts of their own.
    pub(crate) fn note(&mut self, fact: &Fact) {
        self.followed.engine = self.followed.engine.max(fact.seq);
        self.followed.latest = self.followed.latest.max(fact.at);
        if let Event::WorkSubmitted { work, .. } = fact.event {
            self.followed.last_work = Some(work);
        }
    }

    /// Goes on by facts that happened elsewhere.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit, or the last one if the
    /// rows contradict each other after it.
    pub fn resume(
        mut self,
        facts: impl IntoIterator<Item = RecordFact>,
    ) -> Result<Self, ReplayError> {
        facts.into_iter().try_for_each(|fact| self.apply_fact(&fact))?;
        self.check_store().map_err(|error| error.after(self.store.rows().seq))?;
        Ok(self)
    }

    /// Recomputes every invariant and every index; for tests and for doubts.
    ///
    /// # Errors
    /// The name of the first that does not hold.
    pub fn check(&self) -> Result<(), &'static str> {
        self.store.check_counters(&self.profiles)?;
        self.store.check_past(self.followed.latest)?;
        self.store.check()
    }

    /// The same for whoever takes something up.
    fn check_store(&self) -> Result<(), RestoreError> {
        self.check().map_err(|invariant| RestoreError::Unsound { invariant })
    }
}

impl<P: ProfileStore + Clone> Records<P> {
    /// All rows, the profiles included, for keeping.
    #[must_use]
    pub fn snapshot(&self) -> RecordSnapshot<P> {
        let (rows, profiles) = (self.store.rows().clone(), self.profiles.clone());
        RecordSnapshot { format: RECORD_FORMAT, followed: self.followed, rows, profiles }
    }

    /// The records of a snapshot. Directory and normaliser are no part of it: give them again by
    /// [`with_directory`](Self::with_directory) and [`with_normaliser`](Self::with_normaliser), or
    /// nobody is known and numbers need their country.
    ///
    /// # Errors
    /// [`RestoreError`] if the format is unknown or the rows contradict each other.
    pub fn restore(snapshot: RecordSnapshot<P>) -> Result<Self, RestoreError> {
        if snapshot.format != RECORD_FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        let mut records = Self::bare(snapshot.profiles, snapshot.followed.latest);
        records.followed = snapshot.followed;
        records.store = Store::from_rows(snapshot.rows);
        let unsound = |invariant| RestoreError::Unsound { invariant };
        records.store.check_counters_left().map_err(unsound)?;
        records.check_store()?;
        Ok(records)
    }
}

/// The number of the format in which rows of records are written by this version.
const RECORD_FORMAT: u32 = 1;

/// All rows of records at one moment.
///
/// ```
/// use strowger::interaction::{RecordConfig, RecordLog, Records};
/// use strowger::prelude::*;
///
/// let mut log = RecordLog::default();
/// let records = Records::new(RecordConfig::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let restored = Records::restore(records.snapshot()).unwrap();
/// assert_eq!(restored.digest(), records.digest());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordSnapshot<P = ProfilesInMemory> {
    format: u32,
    followed: Followed,
    rows: Rows,
    profiles: P,
}

impl<P> RecordSnapshot<P> {
    /// The number of the last record fact it contains; a journal goes on with the next.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.rows.seq
    }
}

impl<P: ProfileStore + Clone + Default> Decide for Records<P> {
    type Fact = RecordFact;
    type Command = RecordCommand;
    type Reply = RecordReply;
    type Refusal = RecordRefusal;
    type Snapshot = RecordSnapshot<P>;

    fn tell(
        &mut self,
        now: Timestamp,
        actor: Actor,
        command: RecordCommand,
        log: &mut RecordLog,
    ) -> Result<RecordReply, RecordRefusal> {
        // Who an actor is, and what they see, the engine knows.
        if actor != Actor::Host {
            return Err(RecordRefusal::NoEngine);
        }
        self.execute(now, command, log)
    }

    fn advance(&mut self, now: Timestamp, log: &mut RecordLog) -> Result<(), RecordRefusal> {
        Self::advance(self, now, log)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn next_deadline(&self) -> Option<Deadline> {
        Self::next_deadline(self)
    }

    fn position(&self) -> Seq {
        self.store.rows().seq
    }

    fn position_of(fact: &RecordFact) -> Seq {
        fact.seq
    }

    fn time_of(fact: &RecordFact) -> Timestamp {
        fact.at
    }

    fn unopened() -> Self {
        Self::bare(P::default(), Timestamp::from_millis(i64::MIN))
    }

    fn apply(&mut self, fact: &RecordFact) -> Result<(), ReplayError> {
        self.apply_fact(fact)
    }

    fn awaken(&mut self) {}

    fn check_rows(&self) -> Result<(), RestoreError> {
        self.check_store()
    }

    fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    fn snapshot(&self) -> RecordSnapshot<P> {
        Self::snapshot(self)
    }

    fn restore(snapshot: RecordSnapshot<P>) -> Result<Self, RestoreError> {
        Self::restore(snapshot)
    }

    fn digest(&self) -> Digest {
        Self::digest(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;

    use crate::interaction::command::ConfigureRecords;
    use crate::model::ids::AgentId;

    #[test]
    fn a_fact_that_does_not_fit_leaves_no_fact_behind_and_is_the_last() {
        let (now, mut log) = (Timestamp::EPOCH, RecordLog::default());
        let mut records = Records::new(RecordConfig::default(), now, &mut log).unwrap();
        log.clear();
        // Something says that work belongs to an interaction that is not there.
        let (work, agent) = (WorkId::from_raw(1), AgentId::from_raw(0));
        let missing = InteractionId::from_raw(7);
        records.store.index_mut().works.insert(work, missing);
        let event = Event::WrapUpEnded { work, agent, by: crate::fact::EndedBy::Agent };
        let cause = Cause::Command { by: Actor::Host };
        let fact = Fact { seq: 1, at: now, cause, event };
        records.follow_next(&fact, &mut log);
        assert!(log.is_empty());
        assert_eq!(records.fault().map(|fault| fault.sound), Some(1));
        let config = Box::new(RecordConfig::default());
        let refused = records.execute(now, ConfigureRecords { config }, &mut log);
        assert_eq!(refused, Err(RecordRefusal::Faulted { sound: 1 }));
        assert_eq!(records.advance(now, &mut log), Err(RecordRefusal::Faulted { sound: 1 }));
        assert!(log.is_empty());
    }
}
