//! The layer: what may be read, and how it is kept.

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::engine::core::Engine;
use crate::fact::log::{Cause, Fact, Seq};
use crate::interaction::InteractionId;
use crate::layer::action::{Action, Layer};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::layer::mode::Mode;
use crate::model::ids::{AgentId, OfferId, PresenceId};
use crate::state::machine::Deadline;

use crate::knowledge::command::{KnowledgeCommand, KnowledgeReply};
use crate::knowledge::config::KnowledgeConfig;
use crate::knowledge::decide::{KnowledgeBelow, KnowledgeTurn};
use crate::knowledge::event::{KnowledgeEvent, KnowledgeFact, KnowledgeLog};
use crate::knowledge::named::{check_config, presences_of};
use crate::knowledge::point::{RoutingPoint, UserData};
use crate::knowledge::refusal::KnowledgeRefusal;
use crate::knowledge::rows::{Escalation, KnowledgeRows, Session, Worker};
use crate::knowledge::store::KnowledgeStore;

impl Layer for Knowledge {
    type Command = KnowledgeCommand;
    type Reply = KnowledgeReply;
    type Refusal = KnowledgeRefusal;
    type Turn<'a> = KnowledgeTurn<'a>;
}

/// How far time and the facts below were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeardSoFar {
    pub(crate) latest: Timestamp,
    pub(crate) engine: Seq,
    pub(crate) records: Seq,
}

/// Who outside the usual queues is asked for help, by which numbers, and what comes of it.
///
/// It stands on an engine and on records, so a [`Centre`](crate::Centre) does its commands:
/// [`CentreConfig::with_knowledge`](crate::centre::CentreConfig::with_knowledge) brings it along.
/// Here stands what may be read of it; cards, targets and parties a centre tells too.
///
/// ```
/// use strowger::centre::{CentreConfig, CentreLog, CentreRefusal};
/// use strowger::interaction::RecordConfig;
/// use strowger::knowledge::*;
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, CentreLog::default());
/// let config = CentreConfig::new(Config::default())
///     .with_records(RecordConfig::default())
///     .with_knowledge(KnowledgeConfig::default());
/// let mut centre: Centre = Centre::new(config, now, &mut log)?;
/// let im = centre.execute(now, Define::new("im", ChannelProfile::chat()), &mut log)?;
/// let config = KnowledgeConfig::default().with_im_channel(im);
/// centre.execute(now, ConfigureKnowledge::new(config), &mut log)?;
///
/// // Kim is an expert and reads messages; Ida asks.
/// let experts = QueueProfile::routing_point();
/// let experts = centre.execute(now, Define::new("experts", experts), &mut log)?;
/// let kim = centre.execute(now, Define::new("kim", AgentProfile::default()), &mut log)?;
/// centre.execute(now, SetMembership::new(kim, experts), &mut log)?;
/// centre.execute(now, SetKnowledgeWorker::new(kim), &mut log)?;
/// centre.execute(now, ReportPresence::new(kim, "Online", 1), &mut log)?;
/// let ida = centre.execute(now, Define::new("ida", AgentProfile::default()), &mut log)?;
/// centre.execute(now, SetRoutingPoint::new("7100", RoutingPoint::new(experts)), &mut log)?;
/// let asked = centre.execute(now, Ask::new("q-1", ida, "7100"), &mut log)?;
///
/// let card = &centre.cards(kim, now)?[0];
/// assert_eq!(&*card.notes, "Question to 7100");
/// centre.execute(now, Accept::new(card.preview), &mut log)?;
/// let session = centre.knowledge().unwrap().session(asked.interaction).unwrap();
/// assert_eq!(session.live_with(), Some(kim));
/// # Ok::<(), CentreRefusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Knowledge {
    pub(crate) store: KnowledgeStore,
    pub(crate) followed: HeardSoFar,
    /// The presence that is set in the engine next because the messenger reported it. Nothing of it
    /// is left when a call ends.
    pub(crate) reported: Option<(AgentId, PresenceId)>,
    pub(crate) fault: Option<Fault>,
}

impl Knowledge {
    fn bare(latest: Timestamp) -> Self {
        Self {
            store: KnowledgeStore::default(),
            followed: HeardSoFar { latest, engine: 0, records: 0 },
            reported: None,
            fault: None,
        }
    }

    /// The layer above an engine and records that have said so much already.
    pub(crate) fn over(
        config: KnowledgeConfig,
        engine: &Engine,
        records: Seq,
        now: Timestamp,
        log: &mut KnowledgeLog,
    ) -> Result<Self, KnowledgeRefusal> {
        config.check()?;
        check_config(engine, &config)?;
        let view = engine.view();
        let mut layer = Self::bare(now);
        (layer.followed.engine, layer.followed.records) = (view.seq(), records);
        let mut turn = layer.turn(now, Cause::Command { by: Actor::Host }, log);
        turn.emit(KnowledgeEvent::Configured(config.into()));
        turn.know(presences_of(view));
        Ok(layer)
    }

    pub(crate) fn turn<'a>(
        &'a mut self,
        now: Timestamp,
        cause: Cause,
        log: &'a mut KnowledgeLog,
    ) -> KnowledgeTurn<'a> {
        self.followed.latest = self.followed.latest.max(now);
        let HeardSoFar { latest, engine, records } = self.followed;
        KnowledgeTurn {
            store: &mut self.store,
            log,
            now: latest,
            cause,
            followed: (engine, records),
            reported: &mut self.reported,
            below: KnowledgeBelow::default(),
            mode: Mode::Doing,
            fault: &mut self.fault,
        }
    }

    /// Does a command whose part below is done.
    pub(crate) fn decide<A: Action<Layer = Self>>(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        action: A,
        below: KnowledgeBelow,
        log: &mut KnowledgeLog,
    ) -> Result<A::Output, KnowledgeRefusal> {
        self.reported = None;
        let mut turn = self.turn(now, Cause::Command { by: actor.clone() }, log);
        turn.below = below;
        action.decide(&mut turn)
    }

    /// Answers what a command would be refused for by this layer alone, and changes nothing.
    pub(crate) fn would_refuse(
        &mut self,
        now: Timestamp,
        command: KnowledgeCommand,
    ) -> Result<(), KnowledgeRefusal> {
        let (before, mut log) = (self.followed, KnowledgeLog::default());
        let mut turn = self.turn(now, Cause::Command { by: Actor::Host }, &mut log);
        turn.mode = Mode::Checking { passed: false };
        let answer = command.decide(&mut turn).map(drop);
        let passed = turn.mode == Mode::Checking { passed: true };
        self.followed = before;
        if passed { Ok(()) } else { answer }
    }

    /// The configuration that the host chose.
    #[must_use]
    pub const fn config(&self) -> &KnowledgeConfig {
        &self.store.rows().config
    }

    /// A knowledge worker.
    #[must_use]
    pub fn worker(&self, agent: AgentId) -> Option<&Worker> {
        self.store.rows().workers.get(&agent)
    }

    /// All knowledge workers, in order of their ids.
    pub fn workers(&self) -> impl Iterator<Item = (AgentId, &Worker)> {
        self.store.rows().workers.iter().map(|(agent, worker)| (*agent, worker))
    }

    /// The worker who sits at a telephone.
    #[must_use]
    pub fn seated(&self, dn: &str) -> Option<AgentId> {
        self.store.seated(dn)
    }

    /// The worker who is reached at an address in the messenger.
    #[must_use]
    pub fn reached_at(&self, im: &str) -> Option<AgentId> {
        self.store.reached_at(im)
    }

    /// What stands behind a number.
    #[must_use]
    pub fn point(&self, dn: &str) -> Option<&RoutingPoint> {
        self.store.rows().points.get(dn)
    }

    /// All routing points, by number.
    pub fn points(&self) -> impl Iterator<Item = (&Key, &RoutingPoint)> {
        self.store.rows().points.iter()
    }

    /// A request or session, until its record is archived.
    #[must_use]
    pub fn session(&self, interaction: InteractionId) -> Option<&Session> {
        self.store.rows().sessions.get(&interaction)
    }

    /// What an agent asked and is not over, in order.
    pub fn asked_by(&self, agent: AgentId) -> impl Iterator<Item = InteractionId> {
        self.store.asked_by(agent)
    }

    /// The sessions that an agent has because somebody asked, in order of opening.
    pub fn sessions_of(&self, agent: AgentId) -> impl Iterator<Item = InteractionId> {
        self.store.owned_by(agent)
    }

    /// The requests and sessions about a call, in order of opening, until they are archived.
    pub fn about(&self, call: InteractionId) -> impl Iterator<Item = (InteractionId, &Session)> {
        self.store.about(call)
    }

    /// The user data of a session or a call.
    #[must_use]
    pub fn user_data(&self, interaction: InteractionId) -> Option<&UserData> {
        self.store.user_data(interaction)
    }

    /// The escalation of a call that is pending.
    #[must_use]
    pub fn escalation(&self, interaction: InteractionId) -> Option<&Escalation> {
        self.store.rows().escalations.get(&interaction)
    }

    /// All escalations that are pending, by the interaction of the call.
    pub fn escalations(&self) -> impl Iterator<Item = (InteractionId, &Escalation)> {
        self.store.rows().escalations.iter().map(|(interaction, row)| (*interaction, row))
    }

    /// The offers of requests and calls that are open: the previews.
    pub fn previews(&self) -> impl Iterator<Item = OfferId> {
        self.store.rows().offers.keys().copied()
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
        if !self.store.is_in_step() {
            return Err("the index of knowledge");
        }
        let rows = self.store.rows();
        if rows.seq > u64::MAX / 2 {
            return Err("counters are far from their end");
        }
        let mut seats = rows.workers.values().filter_map(|worker| worker.seat.as_ref());
        let mut taken = alloc::collections::BTreeSet::new();
        if !seats.all(|seat| taken.insert(seat)) {
            return Err("one worker sits at a telephone");
        }
        if !rows.offers.values().all(|one| self.store.purpose(one.work).is_some()) {
            return Err("previews are of requests and calls that are not over");
        }
        for session in rows.sessions.values() {
            if session.owner.is_some() && !session.began {
                return Err("who has a session has accepted");
            }
        }
        Ok(())
    }
}

/// The number of the format in which rows of this layer are written by this version.
const KNOWLEDGE_FORMAT: u32 = 1;

/// All rows of this layer at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnowledgeSnapshot {
    format: u32,
    followed: HeardSoFar,
    rows: KnowledgeRows,
}

impl KnowledgeSnapshot {
    /// The number of the last fact it contains.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.rows.seq
    }
}

impl Decide for Knowledge {
    type Fact = KnowledgeFact;
    type Command = KnowledgeCommand;
    type Reply = KnowledgeReply;
    type Refusal = KnowledgeRefusal;
    type Snapshot = KnowledgeSnapshot;

    fn tell(
        &mut self,
        now: Timestamp,
        actor: Actor,
        command: KnowledgeCommand,
        log: &mut KnowledgeLog,
    ) -> Result<KnowledgeReply, KnowledgeRefusal> {
        if let Some(fault) = &self.fault {
            return Err(KnowledgeRefusal::Faulted { sound: fault.sound });
        }
        // Who an actor is, and what they see, the engine and records know.
        if actor != Actor::Host {
            return Err(KnowledgeRefusal::NotJoined);
        }
        self.decide(now, &actor, command, KnowledgeBelow::default(), log)
    }

    fn advance(&mut self, now: Timestamp, _log: &mut KnowledgeLog) -> Result<(), KnowledgeRefusal> {
        self.followed.latest = self.followed.latest.max(now);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.followed.latest
    }

    /// Nothing of this layer is ever due: whatever rings or waits is the engine's.
    fn next_deadline(&self) -> Option<Deadline> {
        None
    }

    fn position(&self) -> Seq {
        self.store.rows().seq
    }

    fn position_of(fact: &KnowledgeFact) -> Seq {
        fact.seq
    }

    fn time_of(fact: &KnowledgeFact) -> Timestamp {
        fact.at
    }

    fn unopened() -> Self {
        Self::bare(Timestamp::from_millis(i64::MIN))
    }

    fn apply(&mut self, fact: &KnowledgeFact) -> Result<(), ReplayError> {
        let misfit = |misfit| ReplayError { seq: fact.seq, reason: alloc::format!("{misfit}") };
        self.store.apply(fact).map_err(misfit)?;
        self.followed.latest = self.followed.latest.max(fact.at);
        self.followed.engine = self.followed.engine.max(fact.event.engine);
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

    fn snapshot(&self) -> KnowledgeSnapshot {
        let (followed, rows) = (self.followed, self.store.rows().clone());
        KnowledgeSnapshot { format: KNOWLEDGE_FORMAT, followed, rows }
    }

    fn restore(snapshot: KnowledgeSnapshot) -> Result<Self, RestoreError> {
        if snapshot.format != KNOWLEDGE_FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        let mut layer = Self::bare(snapshot.followed.latest);
        layer.followed = snapshot.followed;
        layer.store = KnowledgeStore::from_rows(snapshot.rows);
        layer.check_rows()?;
        Ok(layer)
    }

    fn digest(&self) -> Digest {
        Self::digest(self)
    }
}

impl Knowledge {
    /// Notes how far the facts below were followed.
    pub(crate) fn note_engine(&mut self, fact: &Fact) {
        self.followed.engine = self.followed.engine.max(fact.seq);
        self.followed.latest = self.followed.latest.max(fact.at);
        self.store.note(&fact.event);
    }
}
