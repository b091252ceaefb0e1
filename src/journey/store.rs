//! The rows with what is derived from them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::deadlines::Deadlines;
use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::base::sparse::Sparse;
use crate::base::time::Timestamp;
use crate::interaction::InteractionId;

use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::{Blocked, WebOffer, WebOfferState};
use crate::journey::person::{Customer, CustomerKind};
use crate::journey::program::Program;
use crate::journey::rows::{JourneyRows, Released};
use crate::journey::session::VisitorSession;

/// What time does something to, beside live sessions. At one instant in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum JourneyDue {
    /// The window of an offer ends.
    Offer(WebOfferId),
    /// A session ends.
    Session(SessionId),
    /// The time of an action map has come in a session.
    Map(SessionId),
    /// A customer loses a segment.
    Segment(CustomerId),
    /// A customer is forgotten.
    Customer(CustomerId),
}

/// Whose an identifier is, and the live sessions under it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    /// The customers who have it, the oldest first; those for whom others stand are not among them.
    pub(crate) customers: Sparse<CustomerId>,
    /// The live sessions, one of a type at most.
    pub(crate) live: Sparse<SessionId>,
}

/// What is derived from the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct JourneyIndex {
    pub(crate) known: BTreeMap<Identifier, Known>,
    pub(crate) contacts: BTreeMap<Key, BTreeSet<CustomerId>>,
    /// Whose an identifier was, and until when.
    pub(crate) released: BTreeMap<Identifier, Vec<(Timestamp, CustomerId)>>,
    /// Live sessions by their last activity: the first is the first to end.
    pub(crate) live: BTreeSet<(Timestamp, SessionId)>,
    /// The interactions of a customer who stands for themselves.
    pub(crate) talks: BTreeSet<(CustomerId, InteractionId)>,
    pub(crate) deadlines: Deadlines<JourneyDue>,
    pub(crate) program: Program,
}

/// Rows with their index.
#[derive(Clone, Debug, Default)]
pub(crate) struct JourneyStore {
    pub(crate) rows: JourneyRows,
    pub(crate) index: JourneyIndex,
}

impl JourneyStore {
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.rows)
    }

    /// The rows with an index that is made from them.
    pub(crate) fn from_rows(rows: JourneyRows) -> Self {
        let mut store = Self { rows, index: JourneyIndex::default() };
        store.index.program = Program::of(&store.rows);
        let customers: Vec<_> =
            store.rows.customers.sorted().into_iter().map(|(id, row)| (id, row.clone())).collect();
        for (id, customer) in &customers {
            store.index.enter_customer(*id, customer);
        }
        for one in &store.rows.released {
            let entry = store.index.released.entry(one.identifier.clone()).or_default();
            entry.push((one.until, one.customer));
        }
        let live: Vec<_> =
            store.rows.sessions.values().filter(|one| one.is_live()).cloned().collect();
        for session in &live {
            store.index.enter_live(session);
        }
        let links: Vec<_> =
            store.rows.links.iter().map(|(id, row)| (row.link.customer, *id)).collect();
        for (customer, interaction) in links {
            store.index.talks.insert((store.head_of(customer), interaction));
        }
        let offers: Vec<_> = store.rows.offers.sorted().into_iter().map(|(id, _)| id).collect();
        offers.into_iter().for_each(|id| store.set_offer_deadline(id));
        for session in &live {
            store.set_map_deadline(session.id);
        }
        for (id, _) in customers {
            store.set_customer_deadlines(id);
        }
        store
    }

    /// True if what is derived is what would be derived anew.
    pub(crate) fn is_in_step(&self) -> bool {
        let fresh = Self::from_rows(self.rows.clone()).index;
        let JourneyIndex { known, contacts, released, live, talks, deadlines, program } =
            &self.index;
        (known, contacts, released) == (&fresh.known, &fresh.contacts, &fresh.released)
            && (live, talks) == (&fresh.live, &fresh.talks)
            && *program == fresh.program
            && deadlines.sorted() == fresh.deadlines.sorted()
    }

    /// A customer who is kept, whoever stands for them.
    pub(crate) fn customer(&self, id: CustomerId) -> Option<&Customer> {
        self.rows.customers.get(id).map(|row| &**row)
    }

    /// The customer who stands for one: the end of the chain.
    pub(crate) fn head_of(&self, id: CustomerId) -> CustomerId {
        self.customer(id).and_then(|row| row.merged_into).unwrap_or(id)
    }

    pub(crate) fn session(&self, id: SessionId) -> Option<&VisitorSession> {
        self.rows.sessions.get(&id).map(|row| &**row)
    }

    pub(crate) fn session_mut(&mut self, id: SessionId) -> Option<&mut VisitorSession> {
        self.rows.sessions.get_mut(&id).map(Arc::make_mut)
    }

    pub(crate) fn offer(&self, id: WebOfferId) -> Option<&WebOffer> {
        self.rows.offers.get(id).map(|row| &**row)
    }

    /// The customer who has an identifier: who has proved it, else the oldest.
    pub(crate) fn holder(&self, identifier: &Identifier) -> Option<CustomerId> {
        let known = self.index.known.get(identifier)?;
        let [only] = &known.customers[..] else {
            let proved = |id: &&CustomerId| {
                let row = self.customer(**id);
                row.and_then(|row| row.proof(identifier))
                    == Some(crate::journey::identifier::Proof::Verified)
            };
            return known
                .customers
                .iter()
                .find(proved)
                .or_else(|| known.customers.first())
                .copied();
        };
        Some(*only)
    }

    /// Whose an identifier was at a date; and until when, if it is not theirs any more.
    pub(crate) fn holder_at(
        &self,
        identifier: &Identifier,
        at: Timestamp,
    ) -> (Option<CustomerId>, Option<Timestamp>) {
        let before = self.index.released.get(identifier).into_iter().flatten();
        let mut later = before.filter(|(until, _)| at < *until);
        match later.next() {
            Some((until, id)) if self.customer(self.head_of(*id)).is_some() => {
                (Some(self.head_of(*id)), Some(*until))
            }
            _ => (self.holder(identifier), None),
        }
    }

    /// True if an identifier was somebody's until they signed out, not long ago.
    pub(crate) fn was_released(&self, identifier: &Identifier) -> bool {
        self.index.released.contains_key(identifier)
    }

    /// Nobody knows any more what belonged to these customers until they signed out.
    pub(crate) fn unrelease(&mut self, gone: &[CustomerId]) {
        let theirs = |one: &Released| gone.contains(&one.customer);
        let identifiers: BTreeSet<_> =
            self.rows.released.iter().filter(|one| theirs(one)).collect();
        for one in identifiers {
            if let Some(entry) = self.index.released.get_mut(&one.identifier) {
                entry.retain(|(_, customer)| !gone.contains(customer));
                if entry.is_empty() {
                    self.index.released.remove(&one.identifier);
                }
            }
        }
        self.rows.released.retain(|one| !theirs(one));
    }

    /// An identifier is nobody's from now on.
    pub(crate) fn release(&mut self, released: Released) {
        let oldest = released.until - self.rows.config.event_age;
        while let Some(first) = self.rows.released.front().filter(|one| one.until < oldest) {
            let gone = first.identifier.clone();
            if let Some(entry) = self.index.released.get_mut(&gone) {
                entry.remove(0);
                if entry.is_empty() {
                    self.index.released.remove(&gone);
                }
            }
            self.rows.released.pop_front();
        }
        let entry = self.index.released.entry(released.identifier.clone()).or_default();
        entry.push((released.until, released.customer));
        self.rows.released.push_back(released);
    }

    /// The live session of a type under an identifier.
    pub(crate) fn live_under(
        &self,
        identifier: &Identifier,
        kind: &str,
    ) -> Option<&VisitorSession> {
        let known = self.index.known.get(identifier)?;
        let mut live = known.live.iter().filter_map(|id| self.session(*id));
        live.find(|session| &*session.kind == kind)
    }

    /// The offers of a session that are open.
    pub(crate) fn open_offers<'a>(
        &'a self,
        session: &'a VisitorSession,
    ) -> impl Iterator<Item = &'a WebOffer> {
        session.offers.iter().filter_map(|id| self.offer(*id)).filter(|offer| offer.is_open())
    }

    /// The first deadline and what it does something to.
    pub(crate) fn first_due(&self) -> Option<(Timestamp, JourneyDue)> {
        let span = self.rows.config.session;
        let session =
            self.index.live.first().map(|(at, id)| (*at + span, JourneyDue::Session(*id)));
        let session = session.filter(|(at, _)| *at < Timestamp::MAX);
        let other = self.index.deadlines.first();
        match (session, other) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        }
    }

    pub(crate) fn set_offer_deadline(&mut self, id: WebOfferId) {
        let open = self.offer(id).filter(|offer| offer.state == WebOfferState::Offered);
        let until = open.and_then(|offer| offer.until);
        self.index.deadlines.set(JourneyDue::Offer(id), until);
    }

    /// When the first action map that waits for its time in a session has waited long enough.
    pub(crate) fn set_map_deadline(&mut self, id: SessionId) {
        let session = self.session(id).filter(|session| session.is_live());
        let waits = session.into_iter().flat_map(|session| &session.qualified);
        let until = waits.filter_map(|one| match one.blocked {
            Some(Blocked::TriggerDateInFuture { until }) => until,
            _ => None,
        });
        let first = until.min();
        self.index.deadlines.set(JourneyDue::Map(id), first);
    }

    pub(crate) fn set_customer_deadlines(&mut self, id: CustomerId) {
        let row = self.customer(id).filter(|row| row.merged_into.is_none());
        let expires = row.and_then(|row| row.segments.iter().filter_map(|one| one.expires).min());
        let forgotten = row.and_then(|row| self.forget_at(row));
        self.index.deadlines.set(JourneyDue::Segment(id), expires);
        self.index.deadlines.set(JourneyDue::Customer(id), forgotten);
    }

    /// When a customer is forgotten; nothing if they are not, as things are.
    fn forget_at(&self, row: &Customer) -> Option<Timestamp> {
        let sessions = || row.sessions.iter().filter_map(|(_, id)| self.session(*id));
        let goes_on = |session: &VisitorSession| {
            session.is_live() || self.open_offers(session).next().is_some()
        };
        let kept = row.kind != CustomerKind::Ephemeral
            || sessions().any(goes_on)
            || self
                .talks_of(row.id)
                .any(|id| self.rows.links.get(&id).is_some_and(|one| !one.link.over));
        (!kept).then(|| row.last_activity + self.rows.config.ephemeral)
    }

    /// The interactions that are linked with a customer who stands for themselves.
    pub(crate) fn talks_of(&self, id: CustomerId) -> impl Iterator<Item = InteractionId> + '_ {
        let from = InteractionId::from_raw(0);
        let talks = self.index.talks.range((id, from)..);
        talks.take_while(move |(customer, _)| *customer == id).map(|(_, interaction)| *interaction)
    }

    /// The number of the fact that put a session where it stands: the one that merged its customer
    /// into who stands for them, or that brought it back.
    pub(crate) fn placed(&self, session: &VisitorSession) -> u64 {
        let head = self.customer(self.head_of(session.customer));
        let joined = head.map_or(0, |head| head.joined_by(session.customer));
        session.marks.placed.max(joined)
    }

    /// A session changed: it is the one of its customer that changed last.
    pub(crate) fn touch(&mut self, id: SessionId) {
        let Some(customer) = self.session(id).map(|session| session.customer) else { return };
        let head = self.head_of(customer);
        let Some(row) = self.rows.customers.get_mut(head) else { return };
        if row.recent.last() != Some(&id)
            && let Some(place) = row.recent.iter().rposition(|one| *one == id)
        {
            row.recent.remove(place);
            row.recent.push(id);
        }
    }
}

impl JourneyIndex {
    /// Enters a customer's identifiers and contact.
    pub(crate) fn enter_customer(&mut self, id: CustomerId, row: &Customer) {
        if row.merged_into.is_some() {
            return;
        }
        for claim in &row.identifiers {
            let known = self.known.entry(claim.identifier.clone()).or_default();
            if let Err(place) = known.customers.binary_search(&id) {
                known.customers.insert(place, id);
            }
        }
        if let Some(contact) = &row.contact {
            self.contacts.entry(contact.clone()).or_default().insert(id);
        }
    }

    /// Takes them out again.
    pub(crate) fn leave_customer(&mut self, id: CustomerId, row: &Customer) {
        for claim in &row.identifiers {
            self.leave_identifier(id, &claim.identifier);
        }
        if let Some(contact) = &row.contact
            && let Some(customers) = self.contacts.get_mut(contact)
        {
            customers.remove(&id);
            if customers.is_empty() {
                self.contacts.remove(contact);
            }
        }
    }

    /// A customer does not have an identifier any more.
    pub(crate) fn leave_identifier(&mut self, id: CustomerId, identifier: &Identifier) {
        let Some(known) = self.known.get_mut(identifier) else { return };
        known.customers.retain(|one| *one != id);
        if known.customers.is_empty() && known.live.is_empty() {
            self.known.remove(identifier);
        }
    }

    pub(crate) fn enter_live(&mut self, session: &VisitorSession) {
        self.live.insert((session.last_activity, session.id));
        let known = match self.known.get_mut(&session.identifier) {
            Some(known) => known,
            None => self.known.entry(session.identifier.clone()).or_default(),
        };
        if let Err(place) = known.live.binary_search(&session.id) {
            known.live.insert(place, session.id);
        }
    }

    pub(crate) fn leave_live(&mut self, session: &VisitorSession) {
        self.live.remove(&(session.last_activity, session.id));
        if let Some(known) = self.known.get_mut(&session.identifier) {
            known.live.retain(|one| *one != session.id);
            if known.customers.is_empty() && known.live.is_empty() {
                self.known.remove(&session.identifier);
            }
        }
    }
}
