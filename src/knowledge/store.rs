//! The rows with what is derived from them.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::interaction::InteractionId;
use crate::model::ids::{AgentId, OfferId, WorkId};

use crate::knowledge::point::{RoutingPoint, UserData, bytes_of};
use crate::knowledge::rows::{
    AskedFor, Escalation, Invitation, KnowledgeRows, Preview, Session, Worker,
};

/// What work stands in line for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InLineFor {
    /// A request of a colleague.
    Session(InteractionId),
    /// A call that is to be brought to somebody.
    Call(InteractionId),
}

/// What is derived from the rows.
#[derive(Clone, Debug, Default, PartialEq)]
struct KnowledgeIndex {
    /// Who sits at a telephone.
    seats: BTreeMap<Key, AgentId>,
    /// The addresses in the messenger, with whose they are.
    addresses: BTreeSet<(Key, AgentId)>,
    /// The routing points that ask somebody by name.
    by_name: BTreeSet<Key>,
    /// The open offers of work that stands in line because of a routing point.
    offers: BTreeSet<(WorkId, OfferId)>,
    /// The work that asks an agent by name.
    named: BTreeSet<(AgentId, WorkId)>,
    /// The calls that ring at the telephone of an agent, or are to.
    at_seat: BTreeSet<(AgentId, InteractionId)>,
    /// The request or call for which work stands in line.
    works: BTreeMap<WorkId, InLineFor>,
    /// The escalation of a call, by the work of the call.
    calls: BTreeMap<WorkId, InteractionId>,
    /// The session that was asked for under a key.
    keys: BTreeMap<Key, InteractionId>,
    /// The sessions about a call, with the call first.
    about: BTreeSet<(InteractionId, InteractionId)>,
    /// What is not over, by who asked.
    asked_by: BTreeSet<(AgentId, InteractionId)>,
    /// The sessions that go on, by who has them.
    owned_by: BTreeSet<(AgentId, InteractionId)>,
    /// The bytes of all user data.
    bytes: u64,
}

impl InLineFor {
    const fn is_session(self) -> bool {
        matches!(self, Self::Session(_))
    }
}

/// Rows with their index. Every change of a session or an escalation takes it out of the index and
/// enters it again, so there is one way in and one way out.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnowledgeStore {
    rows: KnowledgeRows,
    index: KnowledgeIndex,
}

impl KnowledgeStore {
    pub(crate) const fn rows(&self) -> &KnowledgeRows {
        &self.rows
    }

    /// The rows, to change what nothing is derived from.
    pub(crate) const fn rows_mut(&mut self) -> &mut KnowledgeRows {
        &mut self.rows
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.rows)
    }

    /// The rows with an index that is made from them.
    pub(crate) fn from_rows(rows: KnowledgeRows) -> Self {
        let mut index = KnowledgeIndex::default();
        for (agent, worker) in &rows.workers {
            index.seats.extend(worker.seat.clone().map(|seat| (seat, *agent)));
            index.addresses.extend(worker.im.clone().map(|im| (im, *agent)));
        }
        let by_name = rows.points.iter().filter(|(_, point)| point.asks_by_name());
        index.by_name.extend(by_name.map(|(dn, _)| dn.clone()));
        index.offers.extend(rows.offers.iter().map(|(offer, preview)| (preview.work, *offer)));
        rows.sessions.iter().for_each(|(id, session)| index.enter_session(*id, session));
        rows.escalations.iter().for_each(|(id, row)| index.enter_escalation(*id, row));
        let sessions = rows.sessions.values().map(|session| &session.user_data);
        let escalations = rows.escalations.values().map(|row| &row.user_data);
        let all = rows.calls.values().chain(sessions).chain(escalations);
        index.bytes = all.map(bytes_of).fold(0, u64::saturating_add);
        Self { rows, index }
    }

    /// True if what is derived is what would be derived anew.
    pub(crate) fn is_in_step(&self) -> bool {
        self.index == Self::from_rows(self.rows.clone()).index
    }

    /// The worker who sits at a telephone.
    pub(crate) fn seated(&self, dn: &str) -> Option<AgentId> {
        self.index.seats.get(dn).copied()
    }

    /// What work stands in line for, if it does because of a routing point.
    pub(crate) fn purpose(&self, work: WorkId) -> Option<InLineFor> {
        self.index.works.get(&work).copied()
    }

    /// The worker who has an address in the messenger.
    pub(crate) fn reached_at(&self, im: &str) -> Option<AgentId> {
        let im = |agent: u32| (Key::from(im), AgentId::from_raw(agent));
        let all = im(0)..=im(u32::MAX);
        self.index.addresses.range(all).map(|(_, agent)| *agent).next()
    }

    /// The routing points that ask somebody by name, by number.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = (&Key, &RoutingPoint)> {
        self.index.by_name.iter().filter_map(|dn| self.rows.points.get_key_value(dn))
    }

    /// The open offers of work.
    pub(crate) fn offers_of(&self, work: WorkId) -> impl Iterator<Item = OfferId> {
        let all = (work, OfferId::from_raw(0))..=(work, OfferId::from_raw(u64::MAX));
        self.index.offers.range(all).map(|(_, offer)| *offer)
    }

    /// The work that asks an agent by name, in order.
    pub(crate) fn named(&self, agent: AgentId) -> impl Iterator<Item = WorkId> {
        let all = (agent, WorkId::from_raw(0))..=(agent, WorkId::from_raw(u64::MAX));
        self.index.named.range(all).map(|(_, work)| *work)
    }

    /// The calls that ring at the telephone of an agent, or are to, in order.
    pub(crate) fn at_seat(&self, agent: AgentId) -> impl Iterator<Item = InteractionId> {
        of_agent(&self.index.at_seat, agent)
    }

    /// How somebody is asked for work.
    pub(crate) fn asking(&self, work: WorkId) -> Option<&Invitation> {
        match self.purpose(work)? {
            InLineFor::Session(id) => Some(&self.rows.sessions.get(&id)?.asking),
            InLineFor::Call(id) => match &self.rows.escalations.get(&id)?.asked {
                AskedFor::Line { asking, .. } => Some(asking),
                AskedFor::Worker { .. } => None,
            },
        }
    }

    /// Changes how somebody is asked for work; false if nobody is.
    pub(crate) fn change_asking(
        &mut self,
        work: WorkId,
        change: impl FnOnce(&mut Invitation),
    ) -> bool {
        match self.purpose(work) {
            Some(InLineFor::Session(id)) => {
                self.change_session(id, |session| change(&mut session.asking))
            }
            Some(InLineFor::Call(id)) => {
                let Some(row) = self.rows.escalations.get_mut(&id) else { return false };
                self.index.leave_escalation(id, row);
                let asking = match &mut row.asked {
                    AskedFor::Line { asking, .. } => Some(asking),
                    AskedFor::Worker { .. } => None,
                };
                let done = asking.map(change).is_some();
                self.index.enter_escalation(id, row);
                done
            }
            None => false,
        }
    }

    /// The interaction of the call that is to be brought to somebody, by its work.
    pub(crate) fn escalated(&self, work: WorkId) -> Option<InteractionId> {
        self.index.calls.get(&work).copied()
    }

    /// The session that was asked for under a key.
    pub(crate) fn asked_under(&self, key: &str) -> Option<(InteractionId, &Session)> {
        let id = *self.index.keys.get(key)?;
        Some((id, self.rows.sessions.get(&id)?))
    }

    /// The sessions about a call, in order of opening.
    pub(crate) fn about(
        &self,
        call: InteractionId,
    ) -> impl Iterator<Item = (InteractionId, &Session)> {
        let all = (call, InteractionId::from_raw(0))..=(call, InteractionId::from_raw(u64::MAX));
        let ids = self.index.about.range(all).map(|(_, id)| *id);
        ids.filter_map(|id| Some((id, self.rows.sessions.get(&id)?)))
    }

    /// What an agent asked and is not over, in order.
    pub(crate) fn asked_by(&self, agent: AgentId) -> impl Iterator<Item = InteractionId> {
        of_agent(&self.index.asked_by, agent)
    }

    /// The sessions that an agent has.
    pub(crate) fn owned_by(&self, agent: AgentId) -> impl Iterator<Item = InteractionId> {
        of_agent(&self.index.owned_by, agent)
    }

    /// The bytes of all user data.
    pub(crate) const fn bytes(&self) -> u64 {
        self.index.bytes
    }

    /// User data are attached to a session or a call.
    pub(crate) fn attach(&mut self, id: InteractionId, data: &UserData) {
        let own = match self.rows.sessions.get_mut(&id) {
            Some(session) => &mut session.user_data,
            None => self.rows.calls.entry(id).or_default(),
        };
        self.index.bytes = self.index.bytes.saturating_sub(bytes_of(&*own));
        own.extend(data.clone());
        self.index.bytes = self.index.bytes.saturating_add(bytes_of(&*own));
    }

    /// The user data of a session or a call.
    pub(crate) fn user_data(&self, id: InteractionId) -> Option<&UserData> {
        let session = self.rows.sessions.get(&id).map(|session| &session.user_data);
        session.or_else(|| self.rows.calls.get(&id))
    }

    /// A worker sits somewhere else from now on.
    pub(crate) fn sit(&mut self, agent: AgentId, dn: Option<Key>) -> bool {
        let Some(worker) = self.rows.workers.get_mut(&agent) else { return false };
        if let Some(before) = core::mem::replace(&mut worker.seat, dn.clone()) {
            self.index.seats.remove(&before);
        }
        dn.is_none_or(|dn| self.index.seats.insert(dn, agent).is_none())
    }

    /// An agent is a worker with this address from now on.
    pub(crate) fn put_worker(&mut self, agent: AgentId, im: Option<Key>, new: Worker) {
        let worker = self.rows.workers.entry(agent).or_insert(new);
        if let Some(before) = core::mem::replace(&mut worker.im, im.clone()) {
            self.index.addresses.remove(&(before, agent));
        }
        self.index.addresses.extend(im.map(|im| (im, agent)));
    }

    /// An agent is no worker any more.
    pub(crate) fn forget_worker(&mut self, agent: AgentId) -> bool {
        let Some(worker) = self.rows.workers.remove(&agent) else { return false };
        if let Some(seat) = worker.seat {
            self.index.seats.remove(&seat);
        }
        if let Some(im) = worker.im {
            self.index.addresses.remove(&(im, agent));
        }
        true
    }

    pub(crate) fn put_point(&mut self, dn: Key, point: RoutingPoint) {
        match point.asks_by_name() {
            true => self.index.by_name.insert(dn.clone()),
            false => self.index.by_name.remove(&dn),
        };
        self.rows.points.insert(dn, point);
    }

    pub(crate) fn forget_point(&mut self, dn: &Key) -> bool {
        self.index.by_name.remove(dn);
        self.rows.points.remove(dn).is_some()
    }

    pub(crate) fn put_offer(&mut self, offer: OfferId, preview: Preview) {
        self.index.offers.insert((preview.work, offer));
        self.rows.offers.insert(offer, preview);
    }

    pub(crate) fn forget_offer(&mut self, offer: OfferId) -> Option<Preview> {
        let preview = self.rows.offers.remove(&offer)?;
        self.index.offers.remove(&(preview.work, offer));
        Some(preview)
    }

    pub(crate) fn put_session(&mut self, id: InteractionId, session: Session) -> bool {
        self.index.enter_session(id, &session);
        self.index.bytes = self.index.bytes.saturating_add(bytes_of(&session.user_data));
        self.rows.sessions.insert(id, session).is_none()
    }

    pub(crate) fn change_session(
        &mut self,
        id: InteractionId,
        change: impl FnOnce(&mut Session),
    ) -> bool {
        let Some(session) = self.rows.sessions.get_mut(&id) else { return false };
        self.index.leave_session(id, session);
        change(session);
        self.index.enter_session(id, session);
        true
    }

    /// A session, or the user data of a call, is forgotten.
    pub(crate) fn forget(&mut self, id: InteractionId) -> bool {
        let session = self.rows.sessions.remove(&id);
        if let Some(session) = &session {
            self.index.leave_session(id, session);
            self.index.bytes = self.index.bytes.saturating_sub(bytes_of(&session.user_data));
            self.index.keys.remove(&session.key);
            if let Some(about) = session.about {
                self.index.about.remove(&(about, id));
            }
        }
        let call = self.rows.calls.remove(&id);
        let bytes = call.as_ref().map_or(0, bytes_of);
        self.index.bytes = self.index.bytes.saturating_sub(bytes);
        call.is_some() || session.is_some()
    }

    pub(crate) fn put_escalation(&mut self, id: InteractionId, escalation: Escalation) -> bool {
        self.index.enter_escalation(id, &escalation);
        self.index.bytes = self.index.bytes.saturating_add(bytes_of(&escalation.user_data));
        self.rows.escalations.insert(id, escalation).is_none()
    }

    pub(crate) fn end_escalation(&mut self, id: InteractionId) -> bool {
        let Some(row) = self.rows.escalations.remove(&id) else { return false };
        self.index.leave_escalation(id, &row);
        self.index.bytes = self.index.bytes.saturating_sub(bytes_of(&row.user_data));
        true
    }
}

fn of_agent(
    index: &BTreeSet<(AgentId, InteractionId)>,
    agent: AgentId,
) -> impl Iterator<Item = InteractionId> {
    let all = (agent, InteractionId::from_raw(0))..=(agent, InteractionId::from_raw(u64::MAX));
    index.range(all).map(|(_, id)| *id)
}

impl KnowledgeIndex {
    fn enter_session(&mut self, id: InteractionId, session: &Session) {
        self.keys.insert(session.key.clone(), id);
        self.about.extend(session.about.map(|about| (about, id)));
        if session.over {
            return;
        }
        self.works.insert(session.work, InLineFor::Session(id));
        self.named.extend(session.asking.particular.map(|agent| (agent, session.work)));
        self.asked_by.insert((session.asker, id));
        self.owned_by.extend(session.owner.map(|owner| (owner.agent, id)));
    }

    /// Takes out what changes with a session; its key and what it is about never do.
    fn leave_session(&mut self, id: InteractionId, session: &Session) {
        if self.works.get(&session.work).is_some_and(|of| of.is_session()) {
            self.works.remove(&session.work);
        }
        if let Some(agent) = session.asking.particular {
            self.named.remove(&(agent, session.work));
        }
        self.asked_by.remove(&(session.asker, id));
        if let Some(owner) = session.owner {
            self.owned_by.remove(&(owner.agent, id));
        }
    }

    fn enter_escalation(&mut self, id: InteractionId, row: &Escalation) {
        self.calls.insert(row.work, id);
        match &row.asked {
            AskedFor::Line { work, asking } => {
                self.works.insert(*work, InLineFor::Call(id));
                self.named.extend(asking.particular.map(|agent| (agent, *work)));
            }
            AskedFor::Worker { agent } => drop(self.at_seat.insert((*agent, id))),
        }
    }

    fn leave_escalation(&mut self, id: InteractionId, row: &Escalation) {
        self.calls.remove(&row.work);
        match &row.asked {
            AskedFor::Line { work, asking } => {
                self.works.remove(work);
                if let Some(agent) = asking.particular {
                    self.named.remove(&(agent, *work));
                }
            }
            AskedFor::Worker { agent } => drop(self.at_seat.remove(&(*agent, id))),
        }
    }
}
