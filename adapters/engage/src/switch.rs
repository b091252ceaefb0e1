//! Keeps telephones as the core has their workers.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use strowger::interaction::{InteractionId, ProfileStore};
use strowger::knowledge::{AgentState, Escalation, KnowledgeEvent, KnowledgeFact, UserData};
use strowger::model::AgentId;
use strowger::view::View;
use strowger::{Centre, Key};

use crate::event::EventTime;
use crate::fault::NotSent;
use crate::request::{Request, WorkMode};
use crate::telephone::{Telephone, There};

/// What must be said of a switch.
///
/// ```
/// use strowger_engage::SwitchConfig;
///
/// let config = SwitchConfig::default().with_telephones(["5117".into(), "5118".into()]);
/// assert_eq!(&*config.reason_key, "ReasonCode");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwitchConfig {
    /// The telephones of this switch; what happens at others is no business of it. If none is
    /// named, all are its own, and [`Switch::renew`] reads only where a worker sits.
    pub telephones: BTreeSet<Key>,
    /// The name of the pair that says why an agent is not ready.
    pub reason_key: Key,
}

impl Default for SwitchConfig {
    fn default() -> Self {
        Self { telephones: BTreeSet::new(), reason_key: "ReasonCode".into() }
    }
}

impl SwitchConfig {
    /// True if a telephone may be one of this switch.
    pub(crate) fn owns(&self, dn: &Key) -> bool {
        self.telephones.is_empty() || self.telephones.contains(dn)
    }

    /// The same with these telephones.
    #[must_use]
    pub fn with_telephones(self, telephones: impl IntoIterator<Item = Key>) -> Self {
        Self { telephones: telephones.into_iter().collect(), ..self }
    }

    /// The same with another name for reasons.
    #[must_use]
    pub fn with_reason_key(self, reason_key: impl Into<Key>) -> Self {
        Self { reason_key: reason_key.into(), ..self }
    }
}

/// A worker, as far as the facts went.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) seat: Option<Key>,
    pub(crate) state: AgentState,
    /// The presence that the telephone's word led to and that no fact has told of yet.
    pub(crate) expected: Option<Key>,
    /// Where they logged in last.
    pub(crate) login: Option<Key>,
    /// When they logged in or out last.
    pub(crate) logged: Option<EventTime>,
}

/// Keeps the telephones of a switch as the core has their workers, and brings calls where the core
/// has them.
///
/// Hand in every fact ([`observe`](Self::observe)), send what comes of it, in order, and hand in
/// every event of the switch ([`hear`](Self::hear)). There is one request for each change of state,
/// and none for what a telephone shows already: so nothing that an agent does at a telephone is
/// sent back. A worker without a seat makes none; who sits down gets the one that is missing.
/// Whether a request was lost is the host's to see: it says so ([`lost`](Self::lost)), or reads
/// everything anew ([`renew`](Self::renew)), as it does after a pause or a restart
/// ([`resume`](Self::resume)).
///
/// ```
/// use strowger_engage::{Switch, SwitchConfig};
///
/// let switch = Switch::new(SwitchConfig::default());
/// assert!(switch.is_in_step());
/// ```
#[derive(Clone, Debug)]
pub struct Switch {
    pub(crate) config: SwitchConfig,
    pub(crate) workers: BTreeMap<AgentId, Row>,
    pub(crate) telephones: BTreeMap<Key, Telephone>,
    /// The telephones of agents who are no workers, and since when.
    pub(crate) places: BTreeMap<AgentId, (Key, EventTime)>,
    /// The calls that are to be brought to somebody.
    pub(crate) escalations: BTreeMap<InteractionId, Box<Escalation>>,
    /// The number of the last request.
    last: u32,
}

impl Switch {
    /// A switch of which nothing is known, for a centre without workers.
    #[must_use]
    pub const fn new(config: SwitchConfig) -> Self {
        Self {
            config,
            workers: BTreeMap::new(),
            telephones: BTreeMap::new(),
            places: BTreeMap::new(),
            escalations: BTreeMap::new(),
            last: 0,
        }
    }

    /// The same for a centre that has workers already: after a restart, or if the switch comes
    /// later. What its telephones show [`renew`](Self::renew) finds out.
    #[must_use]
    pub fn resume<P>(config: SwitchConfig, centre: &Centre<P>) -> Self
    where
        P: ProfileStore + Clone + Default,
    {
        let mut switch = Self::new(config);
        let Some(knowledge) = centre.knowledge() else { return switch };
        for (agent, worker) in knowledge.workers() {
            switch.enter(agent, &worker.state).seat.clone_from(&worker.seat);
            if let Some(dn) = worker.seat.as_ref().filter(|dn| switch.config.owns(dn)) {
                switch.telephones.entry(dn.clone()).or_default().seated = Some(agent);
            }
        }
        let pending = knowledge.escalations();
        switch.escalations = pending.map(|(call, row)| (call, Box::new(row.clone()))).collect();
        switch
    }

    pub(crate) fn enter(&mut self, agent: AgentId, state: &AgentState) -> &mut Row {
        self.workers.entry(agent).or_insert_with(|| Row {
            seat: None,
            state: state.clone(),
            expected: None,
            login: None,
            logged: None,
        })
    }

    /// Says at what telephone an agent is who is no worker, and whose login nobody told.
    pub fn place(&mut self, agent: AgentId, dn: impl Into<Key>) {
        self.places.insert(agent, (dn.into(), EventTime::default()));
    }

    /// Hears a fact: what is to be sent because of it, in this order.
    pub fn observe<P>(
        &mut self,
        centre: &Centre<P>,
        fact: &KnowledgeFact,
    ) -> Vec<Result<Request, NotSent>>
    where
        P: ProfileStore + Clone + Default,
    {
        let view = centre.engine().view();
        let request = match &fact.event.event {
            KnowledgeEvent::WorkerSet { agent, state, .. } => {
                self.enter(*agent, state);
                None
            }
            KnowledgeEvent::WorkerRemoved { agent, .. } => {
                let row = self.workers.remove(agent);
                row.and_then(|row| self.leave(*agent, &row.seat?, &row.state))
            }
            KnowledgeEvent::SeatSet { agent, dn, .. } => {
                return self.sit(view, *agent, dn.as_ref());
            }
            KnowledgeEvent::StateChanged { agent, presence, state, revision, .. } => {
                let Some(row) = self.workers.get_mut(agent) else { return Vec::new() };
                row.state = state.clone();
                let expected = row.expected.take().filter(|_| revision.is_none());
                let Some(dn) = row.seat.clone() else { return Vec::new() };
                match self.telephones.get_mut(&dn) {
                    // It is what the telephone said, in the core's words.
                    Some(telephone) if expected.as_ref() == Some(presence) => {
                        telephone.there = There::of(state);
                        None
                    }
                    _ => self.settle(view, &dn),
                }
            }
            KnowledgeEvent::EscalationBegan { interaction, escalation, .. } => {
                self.escalations.insert(*interaction, escalation.clone());
                None
            }
            KnowledgeEvent::EscalationEnded { interaction, why, .. } => {
                let row = self.escalations.remove(interaction);
                return row
                    .and_then(|row| self.bring(centre, *interaction, &row, *why))
                    .into_iter()
                    .collect();
            }
            _ => None,
        };
        request.map(Ok).into_iter().collect()
    }

    /// A worker sits somewhere else from now on.
    fn sit(
        &mut self,
        view: View<'_>,
        agent: AgentId,
        dn: Option<&Key>,
    ) -> Vec<Result<Request, NotSent>> {
        let Some(row) = self.workers.get_mut(&agent) else { return Vec::new() };
        let state = row.state.clone();
        let before = core::mem::replace(&mut row.seat, dn.cloned());
        let left = before.and_then(|before| self.leave(agent, &before, &state));
        let taken = dn.filter(|dn| self.config.owns(dn)).and_then(|dn| {
            self.telephones.entry(dn.clone()).or_default().seated = Some(agent);
            // Nobody who sits down is logged out for it.
            if state == AgentState::LoggedOut { None } else { self.settle(view, dn) }
        });
        left.into_iter().chain(taken).map(Ok).collect()
    }

    /// A worker does not sit at a telephone any more: they are logged out, if they are logged in.
    fn leave(&mut self, agent: AgentId, dn: &Key, state: &AgentState) -> Option<Request> {
        let telephone = self.telephones.get_mut(dn)?;
        telephone.seated = None;
        let another = telephone.logged_in.is_some_and(|other| other != agent);
        let was_in = match telephone.there {
            There::Unknown => *state != AgentState::LoggedOut,
            _ => telephone.there.is_in(),
        };
        let request = (was_in && !another).then(|| self.log_out(dn));
        self.forget_empty(dn);
        request
    }

    /// What is missing for a telephone to show what its worker's state is.
    pub(crate) fn settle(&mut self, view: View<'_>, dn: &Key) -> Option<Request> {
        let telephone = self.telephones.get(dn)?;
        let worker = telephone.seated.and_then(|agent| Some((agent, self.workers.get(&agent)?)));
        let Some((agent, row)) = worker.filter(|(_, row)| row.state != AgentState::LoggedOut)
        else {
            return (telephone.there != There::LoggedOut).then(|| self.log_out(dn));
        };
        if telephone.there.agrees(&row.state) {
            return None;
        }
        let is_in = telephone.there.is_in() && telephone.logged_in == Some(agent);
        let (state, key) = (row.state.clone(), view.key(agent.into())?.clone());
        Some(self.show(dn, agent, key, is_in, &state))
    }

    fn show(
        &mut self,
        dn: &Key,
        agent: AgentId,
        key: Key,
        is_in: bool,
        state: &AgentState,
    ) -> Request {
        let reasons: UserData = state
            .reason()
            .map(|reason| (self.config.reason_key.clone(), Box::from(&**reason)))
            .into_iter()
            .collect();
        let is_ready = *state == AgentState::Ready;
        let (reference, dn) = (self.ask(dn, There::of(state), Some(agent)), dn.clone());
        match (is_in, is_ready) {
            (false, ready) => {
                let mode = if ready { WorkMode::AutoIn } else { WorkMode::AuxWork };
                Request::AgentLogin { reference, dn, agent: key, mode, reasons }
            }
            (true, true) => Request::AgentReady { reference, dn },
            (true, false) => Request::AgentNotReady { reference, dn, reasons },
        }
    }

    pub(crate) fn log_out(&mut self, dn: &Key) -> Request {
        let reference = self.ask(dn, There::LoggedOut, None);
        Request::AgentLogout { reference, dn: dn.clone() }
    }

    /// Notes that something is asked of a telephone; the number of the request.
    fn ask(&mut self, dn: &Key, there: There, agent: Option<AgentId>) -> u32 {
        let reference = self.number();
        let telephone = self.telephones.entry(dn.clone()).or_default();
        (telephone.asked, telephone.told) = (Some((reference, there.clone())), None);
        (telephone.there, telephone.logged_in) = (there, agent);
        reference
    }

    /// The number of the next request. Numbers of requests long past are given anew.
    pub(crate) fn number(&mut self) -> u32 {
        const MAX: u32 = i32::MAX.unsigned_abs();
        self.last = if self.last < MAX { self.last.saturating_add(1) } else { 1 };
        self.last
    }

    /// True if a request was made here under this number.
    pub(crate) const fn is_ours(&self, reference: u32) -> bool {
        reference > 0 && reference <= self.last
    }

    /// A telephone at which nobody sits and nobody is logged in is forgotten.
    pub(crate) fn forget_empty(&mut self, dn: &Key) {
        let listed = self.config.telephones.contains(dn);
        if !listed && self.telephones.get(dn).is_some_and(Telephone::is_empty) {
            self.telephones.remove(dn);
        }
    }

    /// No answer to a request came, and none will: whether it was done is not known.
    pub fn lost(&mut self, request: &Request) {
        let Some(telephone) = self.telephones.get_mut(request.dn()) else { return };
        if telephone.asked.take_if(|(asked, _)| *asked == request.reference()).is_some() {
            telephone.forget();
        }
    }

    /// Reads everything anew: after a pause in which requests or events may have been lost. What
    /// differs the answers put right.
    pub fn renew(&mut self) -> Vec<Request> {
        for dn in self.config.telephones.clone() {
            self.telephones.entry(dn).or_default();
        }
        let all: Vec<_> = self.telephones.keys().cloned().collect();
        all.into_iter().map(|dn| self.read(dn)).collect()
    }

    fn read(&mut self, dn: Key) -> Request {
        let reference = self.number();
        if let Some(telephone) = self.telephones.get_mut(&dn) {
            telephone.asked = Some((reference, There::Unknown));
        }
        Request::RegisterAddress { reference, dn }
    }

    /// True if every telephone shows what its worker's state is, as far as is known, and nothing is
    /// under way.
    #[must_use]
    pub fn is_in_step(&self) -> bool {
        self.telephones.values().all(|telephone| {
            let row = telephone.seated.and_then(|agent| self.workers.get(&agent));
            telephone.asked.is_none()
                && match row {
                    Some(row) => telephone.there.agrees(&row.state),
                    None => telephone.logged_in.is_none(),
                }
        })
    }
}
