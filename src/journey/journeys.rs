//! Journeys: the way in, and what may be read.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::fact::log::{Cause, Seq};
use crate::interaction::{E164, Gap, InteractionId, Normaliser, RecordFact};
use crate::layer::action::{Action, Layer};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::layer::mode::Mode;
use crate::state::machine::{Deadline, DeadlineKind};

use crate::journey::command::{JourneyCommand, JourneyReply};
use crate::journey::config::JourneyConfig;
use crate::journey::decide::{JourneyBelow, JourneyPorts, JourneyTurn};
use crate::journey::definition::{ActionMap, ActionTarget, Outcome, TargetCounts, VisitorSegment};
use crate::journey::event::{JourneyEvent, JourneyFact, JourneyLog};
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::WebOffer;
use crate::journey::person::Customer;
use crate::journey::ports::{AlwaysThere, Contacts, Floor, LastObserved, NoContacts, Predictor};
use crate::journey::refusal::JourneyRefusal;
use crate::journey::rows::JourneyRows;
use crate::journey::seen::SeenFloor;
use crate::journey::session::VisitorSession;
use crate::journey::store::JourneyStore;
use crate::journey::talk::JourneyLink;

impl Layer for Journeys {
    type Command = JourneyCommand;
    type Reply = JourneyReply;
    type Refusal = JourneyRefusal;
    type Turn<'a> = JourneyTurn<'a>;
}

/// How far time and the facts of records were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FollowedRecords {
    pub(crate) latest: Timestamp,
    pub(crate) records: Seq,
    /// The number of the last fact of the engine, where this layer is joined with one.
    #[serde(default)]
    pub(crate) engine: Seq,
}

/// What visitors did and were offered, who they are, and what of it somebody may see.
///
/// It keeps the engine's discipline: a command is checked, then says what happens in facts; facts
/// alone change anything; a journal of facts rebuilds it all. What happens to conversations it
/// learns from the facts of records ([`follow`](Self::follow)). A [`Centre`](crate::Centre) joins
/// it with records and an engine, and begins the conversation of an accepted offer in one call;
/// alone, the host begins it and says so by [`LinkInteraction`](crate::journey::LinkInteraction).
///
/// ```
/// use strowger::journey::*;
/// use strowger::prelude::*;
///
/// let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
/// let mut log = JourneyLog::default();
/// let config = JourneyConfig::default().with_tracked(["store.test".into()]);
/// let mut journeys = Journeys::new(config, at(0), &mut log)?;
/// let page = VisitorEvent::page_viewed("https://www.store.test/chairs", "Chairs");
/// let track = Track::new(Identifier::cookie("c-81"), page);
/// let session = journeys.execute(at(10), track, &mut log)?;
/// assert!(journeys.session(session).unwrap().is_live());
///
/// // Nothing comes for twenty minutes.
/// journeys.advance(at(10 + 20 * 60), &mut log)?;
/// assert_eq!(journeys.session(session).unwrap().ended, Some(at(1_210)));
/// # Ok::<(), JourneyRefusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Journeys {
    pub(crate) store: JourneyStore,
    pub(crate) followed: FollowedRecords,
    contacts: Arc<dyn Contacts>,
    normaliser: Arc<dyn Normaliser>,
    floor: Arc<dyn Floor>,
    predictor: Arc<dyn Predictor>,
    /// What the joiner last saw of the floor. It is no part of the rows.
    pub(crate) seen: Option<SeenFloor>,
    pub(crate) fault: Option<Fault>,
}

impl Journeys {
    pub(crate) fn bare(latest: Timestamp) -> Self {
        Self {
            store: JourneyStore::default(),
            followed: FollowedRecords { latest, records: 0, engine: 0 },
            contacts: Arc::new(NoContacts),
            normaliser: Arc::new(E164::default()),
            floor: Arc::new(AlwaysThere),
            predictor: Arc::new(LastObserved),
            seen: None,
            fault: None,
        }
    }

    /// Journeys of which nothing happened yet. Their first fact goes to the log.
    ///
    /// # Errors
    /// [`JourneyRefusal::Invalid`] if the configuration makes no sense.
    pub fn new(
        config: JourneyConfig,
        now: Timestamp,
        log: &mut JourneyLog,
    ) -> Result<Self, JourneyRefusal> {
        Self::over(config, 0, 0, now, log)
    }

    /// Journeys above records, and an engine, that have said so much already.
    pub(crate) fn over(
        config: JourneyConfig,
        engine: Seq,
        records: Seq,
        now: Timestamp,
        log: &mut JourneyLog,
    ) -> Result<Self, JourneyRefusal> {
        config.check()?;
        let mut journeys = Self::bare(now);
        (journeys.followed.engine, journeys.followed.records) = (engine, records);
        journeys.turn(now, Actor::Host, log).emit(JourneyEvent::Configured(config.into()));
        Ok(journeys)
    }

    /// The same with the host's contacts.
    #[must_use]
    pub fn with_contacts(mut self, contacts: impl Contacts + 'static) -> Self {
        self.contacts = Arc::new(contacts);
        self
    }

    /// The same with another way of writing telephone numbers. At first it is
    /// [`E164`] without a country.
    #[must_use]
    pub fn with_normaliser(mut self, normaliser: impl Normaliser + 'static) -> Self {
        self.normaliser = Arc::new(normaliser);
        self
    }

    /// The same with what the host knows of its agents and its hours. A centre asks its engine in
    /// place of it.
    #[must_use]
    pub fn with_floor(mut self, floor: impl Floor + 'static) -> Self {
        self.floor = Arc::new(floor);
        self
    }

    /// The same with another guess at the service level of the next minute.
    #[must_use]
    pub fn with_predictor(mut self, predictor: impl Predictor + 'static) -> Self {
        self.predictor = Arc::new(predictor);
        self
    }

    pub(crate) fn turn<'a>(
        &'a mut self,
        now: Timestamp,
        by: Actor,
        log: &'a mut JourneyLog,
    ) -> JourneyTurn<'a> {
        self.followed.latest = self.followed.latest.max(now);
        let floor: &dyn Floor = match &self.seen {
            Some(seen) => seen,
            None => &*self.floor,
        };
        JourneyTurn {
            store: &mut self.store,
            log,
            now: self.followed.latest,
            cause: Cause::Command { by },
            records: self.followed.records,
            ports: JourneyPorts {
                contacts: &*self.contacts,
                normaliser: &*self.normaliser,
                floor,
                predictor: &*self.predictor,
            },
            below: JourneyBelow::default(),
            mode: Mode::Doing,
            fault: &mut self.fault,
        }
    }

    /// Fires whatever fell due by `now`, then does a command.
    ///
    /// # Errors
    /// A [`JourneyRefusal`] says why the command changed nothing.
    pub fn execute<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut JourneyLog,
    ) -> Result<A::Output, JourneyRefusal> {
        self.call(log, |journeys, log| {
            let mut turn = journeys.turn(now, Actor::Host, log);
            let at = turn.now;
            turn.fire_due(at);
            action.decide(&mut turn)
        })
    }

    /// Lets time pass: fires whatever fell due by `now`.
    ///
    /// # Errors
    /// A [`JourneyRefusal`] says why no time passed.
    pub fn advance(&mut self, now: Timestamp, log: &mut JourneyLog) -> Result<(), JourneyRefusal> {
        self.call(log, |journeys, log| {
            let mut turn = journeys.turn(now, Actor::Host, log);
            let at = turn.now;
            turn.fire_due(at);
            Ok(())
        })
    }

    /// Makes a call. If a fact does not fit in it, its facts are taken out of the log again, and
    /// journeys refuse everything from then on.
    fn call<T>(
        &mut self,
        log: &mut JourneyLog,
        does: impl FnOnce(&mut Self, &mut JourneyLog) -> Result<T, JourneyRefusal>,
    ) -> Result<T, JourneyRefusal> {
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

    fn check_sound(&self) -> Result<(), JourneyRefusal> {
        match &self.fault {
            Some(fault) => Err(JourneyRefusal::Faulted { sound: fault.sound }),
            None => Ok(()),
        }
    }

    /// Does a command and fires nothing.
    pub(crate) fn decide_with(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        command: JourneyCommand,
        below: JourneyBelow,
        log: &mut JourneyLog,
    ) -> Result<JourneyReply, JourneyRefusal> {
        let mut turn = self.turn(now, actor.clone(), log);
        turn.below = below;
        command.decide(&mut turn)
    }

    /// Answers what a command would be refused for by this layer alone, and changes nothing.
    pub(crate) fn would_refuse(
        &mut self,
        now: Timestamp,
        command: JourneyCommand,
    ) -> Result<(), JourneyRefusal> {
        let (before, mut log) = (self.followed, JourneyLog::default());
        let mut turn = self.turn(now, Actor::Host, &mut log);
        turn.mode = Mode::Checking { passed: false };
        let answer = command.decide(&mut turn).map(drop);
        let passed = turn.mode == Mode::Checking { passed: true };
        self.followed = before;
        if passed { Ok(()) } else { answer }
    }

    /// Follows a fact of records. Whatever fell due before it counts comes first. A fact that was
    /// followed before is passed over, so a journal may be followed again.
    ///
    /// # Errors
    /// [`Gap`] if it is not the next one; nothing has changed then.
    pub fn follow(&mut self, fact: &RecordFact, log: &mut JourneyLog) -> Result<(), Gap> {
        let expected = self.followed.records.saturating_add(1);
        if fact.seq < expected {
            return Ok(());
        }
        if fact.seq > expected {
            return Err(Gap { expected, found: fact.seq });
        }
        // Faulted journeys refuse the next command, and follow nothing.
        let _ = self.call(log, |journeys, log| {
            journeys.turn(fact.at, Actor::Host, log).fire_due(fact.effective());
            journeys.follow_next(fact, log);
            Ok(())
        });
        Ok(())
    }

    /// Follows records that have said so much already, of which none concerns a customer here.
    /// Earlier numbers change nothing.
    pub fn follow_after(&mut self, seq: Seq) {
        self.followed.records = self.followed.records.max(seq);
    }

    /// Follows the next fact of records, and fires nothing.
    pub(crate) fn follow_next(&mut self, fact: &RecordFact, log: &mut JourneyLog) {
        self.followed.records = self.followed.records.max(fact.seq);
        let mut turn = self.turn(fact.at, Actor::Host, log);
        turn.cause = Cause::Followed { since: fact.effective() };
        turn.follow(&fact.event);
    }

    /// When to call [`advance`](Self::advance) next. Ask again after every call.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        let first = self.store.first_due();
        first.map(|(at, _)| Deadline { at, kind: DeadlineKind::Journey })
    }

    /// The latest instant these journeys were told.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.followed.latest
    }

    /// The number of the last fact of records that was followed.
    #[must_use]
    pub const fn followed(&self) -> Seq {
        self.followed.records
    }

    /// The configuration that the host chose.
    #[must_use]
    pub const fn config(&self) -> &JourneyConfig {
        &self.store.rows.config
    }

    /// A segment, and its version.
    #[must_use]
    pub fn segment(&self, key: &str) -> Option<(&VisitorSegment, u32)> {
        self.store.rows.segments.get(key).map(|one| (&*one.content, one.version))
    }

    /// An outcome, and its version.
    #[must_use]
    pub fn outcome(&self, key: &str) -> Option<(&Outcome, u32)> {
        self.store.rows.outcomes.get(key).map(|one| (&*one.content, one.version))
    }

    /// An action map, and its version.
    #[must_use]
    pub fn action_map(&self, key: &str) -> Option<(&ActionMap, u32)> {
        self.store.rows.maps.get(key).map(|one| (&*one.content, one.version))
    }

    /// A target, and what was counted of it.
    #[must_use]
    pub fn target(&self, key: &str) -> Option<(&ActionTarget, TargetCounts)> {
        let rows = &self.store.rows;
        let counts = rows.counts.get(key).copied().unwrap_or_default();
        rows.targets.get(key).map(|one| (&*one.content, counts))
    }

    /// The customer who stands for one, while they are kept.
    #[must_use]
    pub fn customer(&self, id: CustomerId) -> Option<&Customer> {
        self.store.customer(self.store.head_of(id))
    }

    /// The customers who have an identifier, the oldest first. It is looked up as it is kept:
    /// e-mail addresses in lower case, telephone numbers as the normaliser writes them.
    pub fn customers_of(&self, identifier: &Identifier) -> impl Iterator<Item = &Customer> {
        let known = self.store.index.known.get(identifier);
        let ids = known.into_iter().flat_map(|known| known.customers.iter());
        ids.filter_map(|id| self.store.customer(*id))
    }

    /// A session that is not archived.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<&VisitorSession> {
        self.store.session(id)
    }

    /// The sessions of a customer that are kept, newest start first.
    pub fn sessions_of(&self, id: CustomerId) -> impl Iterator<Item = &VisitorSession> {
        let sessions = self.customer(id).into_iter().flat_map(|row| row.sessions.iter().rev());
        sessions.filter_map(|(_, id)| self.store.session(*id))
    }

    /// How many sessions are live.
    #[must_use]
    pub fn live_count(&self) -> usize {
        self.store.index.live.len()
    }

    /// An offer that is remembered.
    #[must_use]
    pub fn offer(&self, id: WebOfferId) -> Option<&WebOffer> {
        self.store.offer(id)
    }

    /// Whose an interaction is, as long as its record is not archived.
    #[must_use]
    pub fn link(&self, interaction: InteractionId) -> Option<&JourneyLink> {
        self.store.rows.links.get(&interaction).map(|row| &row.link)
    }

    /// The fault, if a fact ever did not fit: a bug.
    #[must_use]
    pub const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// A fingerprint of all rows.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.store.digest()
    }

    /// Recomputes every invariant and every index; for tests and for doubts.
    ///
    /// # Errors
    /// The name of the first that does not hold.
    pub fn check(&self) -> Result<(), &'static str> {
        self.store.check()
    }
}

/// The number of the format in which rows of this layer are written by this version.
const JOURNEY_FORMAT: u32 = 1;

/// All rows of this layer at one moment.
///
/// ```
/// use strowger::journey::{JourneyConfig, JourneyLog, Journeys};
/// use strowger::layer::Decide;
/// use strowger::prelude::*;
///
/// let mut log = JourneyLog::default();
/// let journeys = Journeys::new(JourneyConfig::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let restored = Journeys::restore(journeys.snapshot()).unwrap();
/// assert_eq!(restored.digest(), journeys.digest());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JourneySnapshot {
    format: u32,
    followed: FollowedRecords,
    rows: JourneyRows,
}

impl JourneySnapshot {
    /// The number of the last fact it contains.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.rows.seq
    }
}

impl Decide for Journeys {
    type Fact = JourneyFact;
    type Command = JourneyCommand;
    type Reply = JourneyReply;
    type Refusal = JourneyRefusal;
    type Snapshot = JourneySnapshot;

    fn tell(
        &mut self,
        now: Timestamp,
        actor: Actor,
        command: JourneyCommand,
        log: &mut JourneyLog,
    ) -> Result<JourneyReply, JourneyRefusal> {
        self.call(log, |journeys, log| {
            let mut turn = journeys.turn(now, actor.clone(), log);
            let at = turn.now;
            turn.fire_due(at);
            journeys.permit_alone(&actor, &command)?;
            journeys.decide_with(now, &actor, command, JourneyBelow::default(), log)
        })
    }

    fn advance(&mut self, now: Timestamp, log: &mut JourneyLog) -> Result<(), JourneyRefusal> {
        Self::advance(self, now, log)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn next_deadline(&self) -> Option<Deadline> {
        Self::next_deadline(self)
    }

    fn position(&self) -> Seq {
        self.store.rows.seq
    }

    fn position_of(fact: &JourneyFact) -> Seq {
        fact.seq
    }

    fn time_of(fact: &JourneyFact) -> Timestamp {
        fact.at
    }

    fn unopened() -> Self {
        Self::bare(Timestamp::from_millis(i64::MIN))
    }

    fn apply(&mut self, fact: &JourneyFact) -> Result<(), ReplayError> {
        let misfit = |misfit| ReplayError { seq: fact.seq, reason: alloc::format!("{misfit}") };
        self.store.apply(fact).map_err(misfit)?;
        self.followed.latest = self.followed.latest.max(fact.at);
        self.followed.records = self.followed.records.max(fact.event.records);
        Ok(())
    }

    fn awaken(&mut self) {}

    fn check_rows(&self) -> Result<(), RestoreError> {
        self.check().map_err(|invariant| RestoreError::Unsound { invariant })
    }

    fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    fn snapshot(&self) -> JourneySnapshot {
        let (followed, rows) = (self.followed, self.store.rows.clone());
        JourneySnapshot { format: JOURNEY_FORMAT, followed, rows }
    }

    fn restore(snapshot: JourneySnapshot) -> Result<Self, RestoreError> {
        if snapshot.format != JOURNEY_FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        let mut journeys = Self::bare(snapshot.followed.latest);
        journeys.followed = snapshot.followed;
        journeys.store = JourneyStore::from_rows(snapshot.rows);
        journeys.check_rows()?;
        Ok(journeys)
    }

    fn digest(&self) -> Digest {
        Self::digest(self)
    }
}
