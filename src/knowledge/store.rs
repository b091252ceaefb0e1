//! The rows with what is derived from them.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::interaction::InteractionId;
use crate::model::ids::{AgentId, OfferId, WorkId};

use crate::knowledge::point::{UserData, bytes_of};
use crate::knowledge::rows::{AskedFor, Escalation, Invitation, KnowledgeRows, Session};

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
        }
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

    /// The work of an offer that rings at the worker whom the work asks for by name.
    pub(crate) fn rings_at_the_named(&self, offer: OfferId) -> Option<WorkId> {
        let preview = self.rows.offers.get(&offer)?;
        let asking = self.asking(preview.work)?;
        (asking.particular == Some(preview.agent)).then_some(preview.work)
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

    /// The same, to change.
    pub(crate) fn asking_mut(&mut self, work: WorkId) -> Option<&mut Invitation> {
        match self.purpose(work)? {
            InLineFor::Session(id) => Some(&mut self.rows.sessions.get_mut(&id)?.asking),
            InLineFor::Call(id) => match &mut self.rows.escalations.get_mut(&id)?.asked {
                AskedFor::Line { asking, .. } => Some(asking),
                AskedFor::Worker { .. } => None,
            },
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
        self.index.bytes = self.index.bytes.saturating_sub(bytes_of(own));
        own.extend(data.clone());
        self.index.bytes = self.index.bytes.saturating_add(bytes_of(own));
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

    /// An agent is no worker any more.
    pub(crate) fn forget_worker(&mut self, agent: AgentId) -> bool {
        let Some(worker) = self.rows.workers.remove(&agent) else { return false };
        if let Some(seat) = worker.seat {
            self.index.seats.remove(&seat);
        }
        true
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
        self.index.calls.remove(&row.work);
        self.index.bytes = self.index.bytes.saturating_sub(bytes_of(&row.user_data));
        if let Some(stand_in) = row.stand_in() {
            self.index.works.remove(&stand_in);
        }
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
        self.asked_by.insert((session.asker, id));
        self.owned_by.extend(session.owner.map(|owner| (owner.agent, id)));
    }

    /// Takes out what changes with a session; its key and what it is about never do.
    fn leave_session(&mut self, id: InteractionId, session: &Session) {
        if self.works.get(&session.work).is_some_and(|of| of.is_session()) {
            self.works.remove(&session.work);
        }
        self.asked_by.remove(&(session.asker, id));
        if let Some(owner) = session.owner {
            self.owned_by.remove(&(owner.agent, id));
        }
    }

    fn enter_escalation(&mut self, id: InteractionId, row: &Escalation) {
        self.calls.insert(row.work, id);
        self.works.extend(row.stand_in().map(|stand_in| (stand_in, InLineFor::Call(id))));
    }
}
