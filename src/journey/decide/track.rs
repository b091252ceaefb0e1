//! Tracking: which session an event belongs to, and when one begins and ends.

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::attribute::{Attributes, Value};
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

use crate::journey::command::{ArchiveSessions, ImportSession, Leave, SignOut, Track};
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::event::{JourneyEvent, SessionOver};
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::offer::WebOfferState;
use crate::journey::refusal::{JourneyEntity, JourneyLimit, JourneyRefusal};
use crate::journey::session::VisitorSession;
use crate::journey::url;
use crate::journey::visit::{
    ATTRIBUTES_MAX, SEARCH_TERM, VisitorEvent, check_attributes, tidied_term,
};

/// The type of a session of which none is said.
const WEB: &str = "web";

pub(crate) fn kind_of(session_type: Option<Key>) -> Result<Key, Invalid> {
    let kind = session_type.unwrap_or_else(|| WEB.into());
    check_key("session_type", &kind)?;
    Ok(kind)
}

/// What is tracked, tidied and checked by itself.
struct Tidied {
    identifier: Identifier,
    kind: Key,
    at: Timestamp,
    event: VisitorEvent,
    term: Option<alloc::boxed::Box<str>>,
    attributes: Attributes,
}

/// Where an event belongs.
enum EventPlace {
    /// To a session that is there.
    In(SessionId),
    /// To one that begins; it has ended already at this time, or goes on.
    New { ended: Option<Timestamp> },
}

impl RunOnJourneys for Track {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<SessionId, JourneyRefusal> {
        let tidied = turn.tidy(self)?;
        let (customer, until) = turn.store.holder_at(&tidied.identifier, tidied.at);
        let place = turn.place(&tidied, customer, until);
        match place {
            EventPlace::In(id) => {
                turn.check_terms(Some(id), &tidied)?;
                turn.track(id, tidied);
                Ok(id)
            }
            EventPlace::New { ended } => {
                turn.check_terms(None, &tidied)?;
                turn.check_new(customer, ended)?;
                Ok(turn.begin(tidied, customer, ended))
            }
        }
    }
}

impl JourneyTurn<'_> {
    fn tidy(&self, track: Track) -> Result<Tidied, JourneyRefusal> {
        let Track { customer, event, at, session_type, mut attributes } = track;
        let identifier = self.tidy_identifier("customer", customer)?;
        let kind = kind_of(session_type)?;
        let event = event.tidied()?;
        check_attributes(&attributes)?;
        let is_page = matches!(event, VisitorEvent::PageViewed { .. });
        let term = match attributes.remove(SEARCH_TERM) {
            Some(Value::Text(term)) if is_page => Some(tidied_term(&term)?),
            Some(_) => return Err(Invalid::new("attributes", Problem::OutOfPlace).into()),
            None => None,
        };
        let at = at.unwrap_or(self.now);
        if at > self.now {
            return Err(Invalid::new("at", Problem::Future).into());
        }
        let config = &self.store.rows.config;
        if let VisitorEvent::PageViewed { url, .. } = &event {
            let tracked = |host: &str| url::is_tracked(host, config.tracked.iter());
            if !url::host(url).is_some_and(tracked) {
                return Err(JourneyRefusal::Untracked);
            }
        }
        if self.now.since(at) > config.event_age {
            return Err(JourneyRefusal::TooOld);
        }
        Ok(Tidied { identifier, kind, at, event, term, attributes })
    }

    /// Finds the session in whose span a date lies: from its first event to its end.
    fn place(
        &self,
        tidied: &Tidied,
        customer: Option<CustomerId>,
        until: Option<Timestamp>,
    ) -> EventPlace {
        let store = &*self.store;
        let span = store.rows.config.session;
        let live = match until {
            None => store.live_under(&tidied.identifier, &tidied.kind),
            Some(_) => None,
        };
        if let Some(live) = live.filter(|live| live.started <= tidied.at) {
            return EventPlace::In(live.id);
        }
        let head = customer.and_then(|id| store.customer(id));
        let sessions = head.map_or(&[][..], |head| &head.sessions);
        let theirs = |row: &&VisitorSession| {
            (&row.identifier, &row.kind) == (&tidied.identifier, &tidied.kind)
        };
        let (before, after) =
            sessions.split_at(sessions.partition_point(|(at, _)| *at <= tidied.at));
        let mut later = after.iter().filter_map(|(_, id)| store.session(*id)).filter(theirs);
        let next = later.next().map(|row| row.started);
        // Sessions of one identifier and type follow each other, so the last that began before
        // is the only one. Those that began long before cannot go on until then.
        let earlier = before.iter().rev().filter_map(|(_, id)| store.session(*id));
        let last = earlier.filter(theirs).next();
        if let Some(last) = last.filter(|row| row.ended.is_none_or(|ended| tidied.at < ended)) {
            return EventPlace::In(last.id);
        }
        let next = [next, until].into_iter().flatten().min().unwrap_or(Timestamp::MAX);
        let ended = (tidied.at + span).min(next);
        EventPlace::New { ended: Some(ended).filter(|ended| *ended <= self.now) }
    }

    fn check_terms(
        &self,
        session: Option<SessionId>,
        tidied: &Tidied,
    ) -> Result<(), JourneyRefusal> {
        let Some(row) = session.and_then(|id| self.store.session(id)) else { return Ok(()) };
        let new = |name: &&Key| row.attributes.get(name).is_none();
        let attributes = row.attributes.len() + tidied.attributes.keys().filter(new).count();
        if attributes > ATTRIBUTES_MAX as usize {
            let max = u64::from(ATTRIBUTES_MAX);
            return Err(JourneyRefusal::Limit { limit: JourneyLimit::Attributes, max });
        }
        let term = match &tidied.event {
            VisitorEvent::Searched { term } => Some(term),
            _ => tidied.term.as_ref(),
        };
        let max = self.store.rows.config.limits.terms;
        let known = |term: &str| {
            let term = term.to_lowercase();
            row.searches.iter().any(|one| one.term.to_lowercase() == term)
        };
        match term {
            Some(term) if row.searches.len() >= max as usize && !known(term) => {
                Err(JourneyRefusal::Limit { limit: JourneyLimit::Terms, max: u64::from(max) })
            }
            _ => Ok(()),
        }
    }

    fn check_new(
        &self,
        customer: Option<CustomerId>,
        ended: Option<Timestamp>,
    ) -> Result<(), JourneyRefusal> {
        let rows = &self.store.rows;
        let limits = &rows.config.limits;
        let full = |limit, max: u32| Err(JourneyRefusal::Limit { limit, max: u64::from(max) });
        if ended.is_none() && self.store.index.live.len() >= limits.live_sessions as usize {
            return full(JourneyLimit::LiveSessions, limits.live_sessions);
        }
        if customer.is_none() && rows.customers.len() >= limits.customers as usize {
            return full(JourneyLimit::Customers, limits.customers);
        }
        Ok(())
    }

    fn begin(
        &mut self,
        tidied: Tidied,
        customer: Option<CustomerId>,
        ended: Option<Timestamp>,
    ) -> SessionId {
        let session = SessionId::from_raw(self.store.rows.sessions_made.saturating_add(1));
        let none = CustomerId::from_raw(u64::MAX);
        let customer = customer.or(self.store.rows.customers.next_id()).unwrap_or(none);
        self.make_room(customer, 1);
        let (identifier, kind) = (tidied.identifier.clone(), tidied.kind.clone());
        let started = tidied.at;
        self.emit(JourneyEvent::SessionBegan { session, customer, identifier, kind, started });
        self.note(session, tidied);
        // Nothing is offered in a session that is over already.
        if let Some(ended) = ended {
            self.end_session(session, ended, SessionOver::Silence);
        }
        self.evaluate(session);
        session
    }

    /// Makes room for sessions of a customer: the oldest that ended are the host's now.
    pub(crate) fn make_room(&mut self, customer: CustomerId, more: usize) {
        let max = self.store.rows.config.limits.sessions as usize;
        let Some(row) = self.store.customer(customer) else { return };
        let over = (row.sessions.len() + row.conversations.len() + more).saturating_sub(max);
        if over > 0 {
            self.archive(customer, over);
        }
    }

    /// Hands the oldest sessions that ended to the host; says how many.
    fn archive(&mut self, customer: CustomerId, most: usize) -> u32 {
        let Some(row) = self.store.customer(customer) else { return 0 };
        let kept = row.sessions.iter().filter_map(|(_, id)| self.store.rows.sessions.get(id));
        let free =
            |row: &VisitorSession| !row.is_live() && self.store.open_offers(row).next().is_none();
        let ended: Vec<_> = kept.filter(|row| free(row)).take(most).cloned().collect();
        let count = ended.len();
        for session in ended {
            self.emit(JourneyEvent::SessionArchived { session });
        }
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn track(&mut self, session: SessionId, tidied: Tidied) {
        self.note(session, tidied);
        self.evaluate(session);
    }

    fn note(&mut self, session: SessionId, tidied: Tidied) {
        let Tidied { at: date, event, term, attributes, .. } = tidied;
        let event = event.into();
        self.emit(JourneyEvent::Tracked { session, date, event, term, attributes });
    }

    /// A session ends: what was offered in it and not answered is ignored.
    pub(crate) fn end_session(&mut self, session: SessionId, ended: Timestamp, why: SessionOver) {
        self.ignore_offers(session);
        self.emit(JourneyEvent::SessionEnded { session, ended, why });
    }

    /// Offers that were not answered are ignored, and what was accepted and did not begin failed.
    fn ignore_offers(&mut self, session: SessionId) {
        let Some(row) = self.store.session(session) else { return };
        let open: Vec<_> =
            self.store.open_offers(row).map(|offer| (offer.id, offer.state)).collect();
        for (offer, state) in open {
            match state {
                WebOfferState::Offered => self.change(offer, WebOfferState::Ignored),
                WebOfferState::Accepted => self.fail(offer, "not_started", ""),
                _ => {}
            }
        }
    }

    /// The live sessions under an identifier.
    pub(crate) fn live_under(&self, identifier: &Identifier) -> Vec<SessionId> {
        let known = self.store.index.known.get(identifier);
        known.map(|known| known.live.to_vec()).unwrap_or_default()
    }
}

impl RunOnJourneys for SignOut {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let identifier = turn.tidy_identifier("customer", self.customer)?;
        match turn.store.visitor(&identifier) {
            Ok(customer) => turn.leave_person(customer, identifier, SessionOver::SignedOut),
            // They have signed out already.
            Err(_) if turn.store.was_released(&identifier) => {}
            Err(unknown) => return Err(unknown),
        }
        Ok(())
    }
}

impl JourneyTurn<'_> {
    /// What comes under an identifier from now on is somebody else's.
    pub(crate) fn leave_person(
        &mut self,
        customer: CustomerId,
        identifier: Identifier,
        why: SessionOver,
    ) {
        let now = self.now;
        for session in self.live_under(&identifier) {
            self.end_session(session, now, why);
        }
        self.emit(JourneyEvent::SignedOut { customer, identifier });
    }
}

impl RunOnJourneys for Leave {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let identifier = turn.tidy_identifier("customer", self.customer)?;
        let kind = kind_of(self.session_type)?;
        // The page of a visitor who has signed out is closed as well.
        if !turn.store.was_released(&identifier) {
            turn.store.visitor(&identifier)?;
        }
        let live = turn.store.live_under(&identifier, &kind);
        let live = live.map(|row| (row.id, row.left.is_some()));
        let Some((session, left)) = live else { return Ok(()) };
        if left {
            return Ok(());
        }
        let row = turn.session(session)?;
        let offered: Vec<_> = turn
            .store
            .open_offers(row)
            .filter(|offer| offer.state == WebOfferState::Offered)
            .map(|offer| offer.id)
            .collect();
        for offer in offered {
            turn.change(offer, WebOfferState::Ignored);
        }
        turn.emit(JourneyEvent::Left { session });
        Ok(())
    }
}

impl RunOnJourneys for ArchiveSessions {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<u32, JourneyRefusal> {
        let customer = turn.head(self.customer)?.id;
        Ok(turn.archive(customer, usize::MAX))
    }
}

impl RunOnJourneys for ImportSession {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<SessionId, JourneyRefusal> {
        let Self { session } = self;
        let id = session.id;
        if !(1..=turn.store.rows.sessions_made).contains(&id.raw()) {
            return Err(JourneyRefusal::Unknown { what: JourneyEntity::Session(id) });
        }
        let customer = turn.head(session.customer)?.id;
        session.check(turn.now, &turn.store.rows)?;
        if turn.store.session(id).is_some() {
            return Err(JourneyRefusal::StillThere { session: id });
        }
        turn.make_room(customer, 1);
        turn.emit(JourneyEvent::SessionImported { session });
        Ok(id)
    }
}
