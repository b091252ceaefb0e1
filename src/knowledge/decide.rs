//! Deciding: what a command does to this layer. What it does below is planned in [`over`].
//!
//! [`over`]: crate::knowledge::over

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::commands::shape::AnswersWith;
use crate::fact::log::Cause;
use crate::interaction::InteractionId;
use crate::layer::fault::Fault;
use crate::layer::mode::Mode;
use crate::model::ids::{AgentId, PresenceId, WorkId};
use crate::model::presence::{PresenceProfile, SystemPresence};
use crate::model::work::{WorkRequest, check_key};

use crate::knowledge::command::{
    Ask, AskedAnswer, AttachData, CancelEscalation, ConfigureKnowledge, Escalate,
    RemoveKnowledgeWorker, RemoveRoutingPoint, ReportPresence, SetKnowledgeWorker, SetRoutingPoint,
    SetSeat,
};
use crate::knowledge::config::KnowledgeLimits;
use crate::knowledge::ends::{EscalationEnd, Unanswered};
use crate::knowledge::event::{KnowledgeEntry, KnowledgeEvent, KnowledgeFact, KnowledgeLog};
use crate::knowledge::point::{PAIRS_MAX, UserData, bytes_of, check_data};
use crate::knowledge::refusal::{KnowledgeLimit, KnowledgeRefusal};
use crate::knowledge::rows::{AskedFor, Escalation, KnownPresence, Session};
use crate::knowledge::store::KnowledgeStore;
use crate::knowledge::unified::AgentState;

/// Decides a command. It checks everything first and emits then.
pub(crate) trait RunOnKnowledge: AnswersWith {
    /// Decides and emits.
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<Self::Output, KnowledgeRefusal>;
}

/// What was found and done below for a command.
#[derive(Debug, Default)]
#[allow(unnameable_types, reason = "only the joiner hands it on")]
pub struct KnowledgeBelow {
    /// True if records were asked.
    pub(crate) records: bool,
    /// The presence of an agent in the engine, and the state it stands for.
    pub(crate) state: Option<(PresenceId, AgentState)>,
    /// True if the worker is asked.
    pub(crate) alerted: bool,
    /// The presence that was set in the engine because of a report.
    pub(crate) set: Option<PresenceId>,
    /// The request, and whether anybody can be asked.
    pub(crate) session: Option<Session>,
    /// The interaction that was opened for it.
    pub(crate) opened: Option<InteractionId>,
    /// Why nobody took it, if that is known at once.
    pub(crate) unanswered: Option<Unanswered>,
    /// The key of the agent who asks.
    pub(crate) asker_key: Option<Key>,
    /// Who can be asked, and the work that is submitted for it.
    pub(crate) aim: Option<(Aim, WorkRequest)>,
    /// The work of the call.
    pub(crate) call: Option<WorkId>,
    /// The longest text that records take, in bytes.
    pub(crate) text_max: u32,
    /// What was begun for a call.
    pub(crate) escalation: Option<Escalation>,
}

/// Who is asked first at a routing point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// The members of the queue behind it.
    Group,
    /// One worker.
    Particular(AgentId),
    /// Whoever is in another queue.
    Elsewhere(crate::model::ids::QueueId),
}

/// A call under way.
#[derive(Debug)]
#[allow(unnameable_types, reason = "only the hidden half of `Action` speaks of it")]
pub struct KnowledgeTurn<'a> {
    pub(crate) store: &'a mut KnowledgeStore,
    pub(crate) log: &'a mut KnowledgeLog,
    pub(crate) now: Timestamp,
    pub(crate) cause: Cause,
    /// The numbers of the last facts of engine and records that were followed.
    pub(crate) followed: (u64, u64),
    /// The presence that is set in the engine next because the messenger reported it.
    pub(crate) reported: &'a mut Option<(AgentId, PresenceId)>,
    pub(crate) below: KnowledgeBelow,
    pub(crate) mode: Mode,
    /// The fault, once something did not fit.
    pub(crate) fault: &'a mut Option<Fault>,
}

impl KnowledgeTurn<'_> {
    /// Makes something happen.
    pub(crate) fn emit(&mut self, event: KnowledgeEvent) {
        if let Mode::Checking { passed } = &mut self.mode {
            *passed = true;
            return;
        }
        // After a fault nothing is trusted any more: the facts of the call are taken out again.
        if self.fault.is_some() {
            return;
        }
        let seq = self.store.rows().seq.saturating_add(1);
        let (engine, records) = self.followed;
        let entry = KnowledgeEntry { engine, records, event };
        let fact = KnowledgeFact::new(seq, self.now, self.cause.clone(), entry);
        match self.store.apply(&fact) {
            Ok(()) => self.log.push(fact),
            Err(misfit) => {
                let reason = alloc::format!("fact {seq} of knowledge does not fit: {misfit}");
                *self.fault = Some(Fault::new(seq.saturating_sub(1), self.now, reason));
            }
        }
    }

    /// Presences of the host's own are known from now on.
    pub(crate) fn know(&mut self, presences: Vec<(PresenceId, KnownPresence)>) {
        for (presence, known) in presences {
            if self.store.rows().presences.get(&presence) != Some(&known) {
                let KnownPresence { key, profile } = known;
                let profile = profile.into();
                self.emit(KnowledgeEvent::PresenceKnown { presence, key, profile });
            }
        }
    }

    /// A worker has the state that a presence here stands for, unless it is as before.
    pub(crate) fn set_state(
        &mut self,
        agent: AgentId,
        known: KnownPresence,
        same: impl Fn(&AgentState, &AgentState) -> bool,
    ) {
        let state = self.store.state_of(&known);
        let before = self.store.rows().workers.get(&agent).map(|worker| &worker.state);
        if before.is_some_and(|before| !same(before, &state)) {
            let left = state == AgentState::LoggedOut;
            let (presence, revision) = (known.key, None);
            self.emit(KnowledgeEvent::StateChanged { agent, presence, state, revision });
            if left {
                self.end_requests(agent);
            }
        }
    }

    /// Calls that ring at the telephone of somebody who is logged out now are with their owners,
    /// and what waits for them by name is passed on. What rings at anybody is not taken away for
    /// it: it is passed on when that is over.
    pub(crate) fn end_requests(&mut self, agent: AgentId) {
        let calls: Vec<_> = self.store.at_seat(agent).collect();
        for id in calls {
            self.end_escalation(id, EscalationEnd::Unavailable);
        }
        let waits = |work: &WorkId| self.store.offers_of(*work).next().is_none();
        let waiting: Vec<_> = self.store.named(agent).filter(waits).collect();
        for work in waiting {
            self.pass_on(work, None);
        }
    }

    /// An escalation ends.
    pub(crate) fn end_escalation(&mut self, interaction: InteractionId, why: EscalationEnd) {
        let Some(row) = self.store.rows().escalations.get(&interaction) else { return };
        let (work, stand_in, how) = (row.work, row.stand_in(), row.how);
        let asked = match row.asked {
            AskedFor::Worker { agent } => Some(agent),
            AskedFor::Line { .. } => None,
        };
        let event =
            KnowledgeEvent::EscalationEnded { interaction, work, stand_in, asked, how, why };
        self.emit(event);
    }
}

impl KnowledgeStore {
    /// A presence of the engine.
    pub(crate) fn presence(&self, id: PresenceId) -> Option<KnownPresence> {
        // The host may have defined one of the system anew; then that is known.
        let known = self.rows().presences.get(&id).cloned();
        known.or_else(|| {
            let system = SystemPresence::ALL.into_iter().find(|system| system.id() == id)?;
            let (key, profile) = (system.key().into(), PresenceProfile::of(system));
            Some(KnownPresence { key, profile })
        })
    }

    /// The state that a presence stands for.
    fn state_of(&self, presence: &KnownPresence) -> AgentState {
        let KnownPresence { key, profile } = presence;
        AgentState::of_presence(key, profile, self.rows().config.im_channel)
    }
}

impl KnowledgeStore {
    /// Refuses an agent who is no worker.
    pub(crate) fn check_worker(&self, agent: AgentId) -> Result<(), KnowledgeRefusal> {
        match self.rows().workers.contains_key(&agent) {
            true => Ok(()),
            false => Err(KnowledgeRefusal::NotAWorker { agent }),
        }
    }

    /// Refuses user data with which an interaction that has some would have too many.
    pub(crate) fn check_more_data(
        &self,
        own: Option<&UserData>,
        more: &UserData,
        text_max: u32,
    ) -> Result<(), KnowledgeRefusal> {
        check_data(more, text_max)?;
        let none = UserData::new();
        let own = own.unwrap_or(&none);
        let new = more.keys().filter(|name| !own.contains_key(&***name)).count();
        let full = |limit, max| Err(KnowledgeRefusal::Limit { limit, max });
        if own.len().saturating_add(new) > PAIRS_MAX as usize {
            return full(KnowledgeLimit::Pairs, u64::from(PAIRS_MAX));
        }
        let KnowledgeLimits { data_bytes, all_data_bytes, .. } = self.rows().config.limits;
        // What is replaced goes.
        let replaced = bytes_of(own.iter().filter(|(name, _)| more.contains_key(&***name)));
        let (bytes, all) = (bytes_of(own), self.bytes());
        let after = |bytes: u64| bytes.saturating_sub(replaced).saturating_add(bytes_of(more));
        if after(bytes) > u64::from(data_bytes) {
            return full(KnowledgeLimit::DataBytes, u64::from(data_bytes));
        }
        match after(all) > all_data_bytes {
            true => full(KnowledgeLimit::AllDataBytes, all_data_bytes),
            false => Ok(()),
        }
    }
}

impl RunOnKnowledge for ConfigureKnowledge {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { config } = self;
        config.check()?;
        if *config == turn.store.rows().config {
            return Ok(());
        }
        let im = config.im_channel;
        let other = im != turn.store.rows().config.im_channel;
        turn.emit(KnowledgeEvent::Configured(config));
        // By another channel others are ready.
        let workers = turn.store.rows().workers.iter().filter(|_| other);
        let all: Vec<_> = workers.map(|(agent, worker)| (*agent, worker.presence)).collect();
        for (agent, presence) in all {
            if let Some(known) = turn.store.presence(presence) {
                turn.set_state(agent, known, AgentState::is_alike);
            }
        }
        Ok(())
    }
}

impl RunOnKnowledge for SetKnowledgeWorker {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { agent, im } = self;
        im.iter().try_for_each(|im| check_key("im", im))?;
        let taken = im.as_ref().and_then(|im| turn.store.reached_at(im));
        if let Some(other) = taken.filter(|other| *other != agent) {
            return Err(KnowledgeRefusal::AddressTaken { agent: other });
        }
        let (presence, state) = match turn.store.rows().workers.get(&agent) {
            Some(worker) if worker.im == im => return Ok(()),
            Some(worker) => {
                let now = (worker.presence, worker.state.clone());
                turn.check_not_in_use(agent)?;
                now
            }
            None => turn.below.state.clone().ok_or(KnowledgeRefusal::NotJoined)?,
        };
        turn.emit(KnowledgeEvent::WorkerSet { agent, im, presence, state });
        Ok(())
    }
}

impl RunOnKnowledge for RemoveKnowledgeWorker {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { agent } = self;
        turn.store.check_worker(agent)?;
        turn.check_not_in_use(agent)?;
        turn.emit(KnowledgeEvent::WorkerRemoved { agent });
        Ok(())
    }
}

impl KnowledgeTurn<'_> {
    /// Refuses to change a worker who has a session or is asked.
    fn check_not_in_use(&self, agent: AgentId) -> Result<(), KnowledgeRefusal> {
        let in_use = self.below.alerted
            || self.store.owned_by(agent).next().is_some()
            || self.store.at_seat(agent).next().is_some()
            || self.store.named(agent).next().is_some();
        if in_use { Err(KnowledgeRefusal::InUse { agent }) } else { Ok(()) }
    }
}

impl RunOnKnowledge for SetSeat {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { agent, dn } = self;
        turn.store.check_worker(agent)?;
        dn.iter().try_for_each(|dn| check_key("dn", dn))?;
        let seat = turn.store.rows().workers.get(&agent).and_then(|worker| worker.seat.as_ref());
        if seat == dn.as_ref() {
            return Ok(());
        }
        let other = dn.as_ref().and_then(|dn| turn.store.seated(dn));
        if let Some(agent) = other {
            turn.emit(KnowledgeEvent::SeatSet { agent, dn: None });
        }
        turn.emit(KnowledgeEvent::SeatSet { agent, dn });
        Ok(())
    }
}

impl RunOnKnowledge for ReportPresence {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        turn.store.check_worker(self.agent)?;
        check_key("presence", &self.presence)?;
        if !turn.store.is_news(&self) {
            return Ok(());
        }
        let Self { agent, presence, revision } = self;
        let state = turn.store.rows().config.presences.state(&presence);
        let worker = turn.store.rows().workers.get(&agent);
        *turn.reported = turn.below.set.map(|set| (agent, set));
        let left = state == AgentState::LoggedOut;
        turn.emit(match worker.is_some_and(|worker| worker.state == state) {
            true => KnowledgeEvent::PresenceHeard { agent, presence, revision },
            false => {
                let revision = Some(revision);
                KnowledgeEvent::StateChanged { agent, presence, state, revision }
            }
        });
        if left {
            turn.end_requests(agent);
        }
        Ok(())
    }
}

impl KnowledgeStore {
    /// True if a report is later than the last one of the worker.
    pub(crate) fn is_news(&self, report: &ReportPresence) -> bool {
        let worker = self.rows().workers.get(&report.agent);
        let heard = worker.and_then(|worker| worker.heard.as_ref());
        heard.is_none_or(|heard| heard.revision < report.revision)
    }
}

impl RunOnKnowledge for SetRoutingPoint {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { dn, point } = self;
        check_key("dn", &dn)?;
        point.check()?;
        let points = &turn.store.rows().points;
        if points.get(&dn) == Some(&*point) {
            return Ok(());
        }
        let max = turn.store.rows().config.limits.points;
        if !points.contains_key(&dn) && points.len() >= max as usize {
            let (limit, max) = (KnowledgeLimit::Points, u64::from(max));
            return Err(KnowledgeRefusal::Limit { limit, max });
        }
        turn.emit(KnowledgeEvent::PointSet { dn, point });
        Ok(())
    }
}

impl RunOnKnowledge for RemoveRoutingPoint {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { dn } = self;
        if !turn.store.rows().points.contains_key(&dn) {
            return Err(KnowledgeRefusal::UnknownDn { dn });
        }
        turn.emit(KnowledgeEvent::PointRemoved { dn });
        Ok(())
    }
}

impl RunOnKnowledge for AttachData {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let Self { interaction, data } = self;
        if !turn.below.records {
            return Err(KnowledgeRefusal::NotJoined);
        }
        if turn.store.has_data(interaction, &data) {
            return Ok(());
        }
        let own = turn.store.user_data(interaction);
        turn.store.check_more_data(own, &data, turn.below.text_max)?;
        turn.emit(KnowledgeEvent::DataAttached { interaction, data });
        Ok(())
    }
}

impl RunOnKnowledge for Ask {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<AskedAnswer, KnowledgeRefusal> {
        if let Some(done) = turn.store.asked_before(&self) {
            return Ok(done);
        }
        let begun = turn.below.opened.zip(turn.below.session.take());
        let (interaction, session) = begun.ok_or(KnowledgeRefusal::NotJoined)?;
        let work = session.work;
        turn.emit(KnowledgeEvent::Asked { interaction, session: session.into() });
        if let Some(why) = turn.below.unanswered {
            turn.emit(KnowledgeEvent::Unanswered { interaction, why });
        }
        Ok(AskedAnswer { interaction, work })
    }
}

impl RunOnKnowledge for Escalate {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<Option<WorkId>, KnowledgeRefusal> {
        let interaction = self.interaction;
        let escalation = turn.below.escalation.take().ok_or(KnowledgeRefusal::NotJoined)?;
        let stand_in = escalation.stand_in();
        let escalation = escalation.into();
        turn.emit(KnowledgeEvent::EscalationBegan { interaction, escalation });
        Ok(stand_in)
    }
}

impl RunOnKnowledge for CancelEscalation {
    fn run(self, turn: &mut KnowledgeTurn<'_>) -> Result<(), KnowledgeRefusal> {
        let interaction = self.interaction;
        if !turn.store.rows().escalations.contains_key(&interaction) {
            return Err(KnowledgeRefusal::NoEscalation { interaction });
        }
        turn.end_escalation(interaction, EscalationEnd::Cancelled);
        Ok(())
    }
}

impl KnowledgeStore {
    /// True if all that is to be attached is attached already.
    pub(crate) fn has_data(&self, interaction: InteractionId, data: &UserData) -> bool {
        let own = self.user_data(interaction);
        data.iter().all(|(name, text)| own.and_then(|own| own.get(name)) == Some(text))
    }
}
