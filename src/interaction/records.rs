//! Records: the way in, and what may be read.

use alloc::string::String;
use alloc::sync::Arc;
use core::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::engine::core::ReplayError;
use crate::fact::event::Event;
use crate::fact::log::{Fact, Seq};
use crate::model::ids::{CodeId, WorkId};

use crate::interaction::config::RecordConfig;
use crate::interaction::decide::{Ports, Run, Turn};
use crate::interaction::event::{RecordEvent, RecordFact, RecordLog};
use crate::interaction::follow::only_ends;
use crate::interaction::ids::InteractionId;
use crate::interaction::normal::{E164, Normaliser};
use crate::interaction::profile::{Directory, NobodyKnown, ProfileStore, ProfilesInMemory};
use crate::interaction::record::Interaction;
use crate::interaction::refusal::{Gap, RecordRefusal};
use crate::interaction::state::Actor;
use crate::interaction::store::{Rows, Store};

/// A command of records, with its own type of answer: any command struct, or
/// [`RecordCommand`](crate::interaction::RecordCommand).
pub trait RecordAction: Run {}

impl<A: Run> RecordAction for A {}

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
/// order, and moves the interaction its work is linked to. [`Desk`](crate::interaction::Desk) does
/// that for hosts that want everything in one call.
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
/// let by = Actor::Agent(agent);
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
    fn bare(profiles: P, latest: Timestamp) -> Self {
        Self {
            store: Store::default(),
            profiles,
            followed: Followed { latest, engine: 0, last_work: None },
            directory: Arc::new(NobodyKnown),
            normaliser: Arc::new(E164::default()),
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

    fn turn<'a>(&'a mut self, now: Timestamp, log: &'a mut RecordLog) -> Turn<'a> {
        self.followed.latest = self.followed.latest.max(now);
        Turn {
            store: &mut self.store,
            profiles: &mut self.profiles,
            ports: Ports { directory: &*self.directory, normaliser: &*self.normaliser },
            log,
            now: self.followed.latest,
            due: None,
            engine: self.followed.engine,
            last_work: self.followed.last_work,
        }
    }

    /// Fires whatever fell due by `now`, then does a command.
    ///
    /// # Errors
    /// A [`RecordRefusal`] says why the command changed nothing.
    pub fn execute<A: RecordAction>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut RecordLog,
    ) -> Result<A::Output, RecordRefusal> {
        let mut turn = self.turn(now, log);
        let now = turn.now;
        turn.fire_due(now);
        action.run(&mut turn)
    }

    /// Lets time pass: fires whatever fell due by `now`.
    pub fn advance(&mut self, now: Timestamp, log: &mut RecordLog) {
        let mut turn = self.turn(now, log);
        let now = turn.now;
        turn.fire_due(now);
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
        self.followed.engine = fact.seq;
        let mut turn = self.turn(fact.at, log);
        let effective = fact.effective();
        turn.fire_due(effective);
        turn.due = (only_ends(&fact.event) && effective != fact.at).then_some(effective);
        turn.follow(&fact.event);
        if let Event::WorkSubmitted { work, .. } = fact.event {
            self.followed.last_work = Some(work);
        }
        Ok(())
    }

    /// Follows an engine that has said so much already, of which none concerns an interaction.
    /// Only the first time: later calls, and earlier numbers, change nothing.
    pub fn follow_after(&mut self, seq: Seq) {
        self.followed.engine = self.followed.engine.max(seq);
    }

    /// When to call [`advance`](Self::advance) next. Ask again after every call.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.store.first_deadline().map(|(at, _)| at)
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

    /// What the host chose.
    #[must_use]
    pub const fn config(&self) -> &RecordConfig {
        self.store.config()
    }

    /// An interaction that is not archived.
    #[must_use]
    pub fn interaction(&self, id: InteractionId) -> Option<&Interaction> {
        self.store.get(id)
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
        let his = self.store.index().customers.get(customer);
        let before = before.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = his.into_iter().flat_map(move |his| his.range((Bound::Unbounded, before)).rev());
        ids.filter_map(|id| self.interaction(*id))
    }

    /// The store of profiles.
    #[must_use]
    pub const fn profiles(&self) -> &P {
        &self.profiles
    }

    /// Asks what a command would, without doing it; for a host that tells the engine first.
    ///
    /// # Errors
    /// The [`RecordRefusal`] it would get.
    pub fn check_close(
        &self,
        id: InteractionId,
        by: Actor,
        code: Option<CodeId>,
    ) -> Result<(), RecordRefusal> {
        self.store.check_close(id, by, code)
    }

    /// Whether an agent wraps an interaction up by a rule of this storey if its contact ends now.
    #[must_use]
    pub fn wraps_up(&self, id: InteractionId) -> bool {
        self.store.wrap_up_rule(id).is_some()
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// A fingerprint of all rows but the profiles, which are their store's.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.store.digest()
    }

    /// All rows but the profiles, for keeping.
    #[must_use]
    pub fn snapshot(&self) -> RecordSnapshot {
        let rows = self.store.rows().clone();
        RecordSnapshot { format: RecordSnapshot::FORMAT, followed: self.followed, rows }
    }

    /// The records of a snapshot, over the profiles of the same moment. Directory and normaliser
    /// are no part of it: give them again by [`with_directory`](Self::with_directory) and
    /// [`with_normaliser`](Self::with_normaliser), or nobody is known and numbers need their
    /// country.
    ///
    /// # Errors
    /// [`ReplayError`] if the format is unknown or the rows contradict each other.
    pub fn restore(snapshot: RecordSnapshot, profiles: P) -> Result<Self, ReplayError> {
        let fail =
            |reason: &str| ReplayError { seq: snapshot.rows.seq, reason: String::from(reason) };
        if snapshot.format != RecordSnapshot::FORMAT {
            return Err(fail("another format"));
        }
        let mut records = Self::bare(profiles, snapshot.followed.latest);
        records.followed = snapshot.followed;
        records.store = Store::from_rows(snapshot.rows.clone());
        records.store.check().map_err(fail)?;
        Ok(records)
    }

    /// Goes on by facts that happened elsewhere.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn resume(
        mut self,
        facts: impl IntoIterator<Item = RecordFact>,
    ) -> Result<Self, ReplayError> {
        for fact in facts {
            let applied = self.store.apply(&fact, &mut self.profiles);
            applied.map_err(|misfit| ReplayError {
                seq: fact.seq,
                reason: alloc::format!("{misfit}"),
            })?;
            self.followed.latest = self.followed.latest.max(fact.at);
            self.followed.engine = self.followed.engine.max(fact.engine);
            if let RecordEvent::WorkLinked { work, .. } = fact.event {
                self.followed.last_work = self.followed.last_work.max(Some(work));
            }
        }
        Ok(self)
    }

    /// Recomputes every invariant and every index; for tests and for doubts.
    ///
    /// # Errors
    /// The name of the first that does not hold.
    pub fn check(&self) -> Result<(), &'static str> {
        self.store.check()
    }
}

/// All rows of records at one moment, but the profiles.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::interaction::{RecordConfig, RecordLog, Records};
///
/// let mut log = RecordLog::default();
/// let records = Records::new(RecordConfig::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let profiles = records.profiles().clone();
/// let restored = Records::restore(records.snapshot(), profiles).unwrap();
/// assert_eq!(restored.digest(), records.digest());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordSnapshot {
    format: u32,
    followed: Followed,
    rows: Rows,
}

impl RecordSnapshot {
    /// The number of the format written by this version.
    pub const FORMAT: u32 = 1;

    /// The number of the last record fact it contains; a journal goes on with the next.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.rows.seq
    }
}
