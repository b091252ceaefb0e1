//! How facts about sessions change them.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::attribute::Attributes;

use crate::journey::apply::{Dated, Fits, JourneyMisfit, fits};
use crate::journey::event::{JourneyEvent, Unassigned};
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::person::{Customer, SegmentAssignment};
use crate::journey::session::{
    Happening, Marks, OutcomeScore, SearchTerm, SessionEvent, Tallies, VisitorSession, WebPage,
};
use crate::journey::store::{JourneyDue, JourneyStore};
use crate::journey::url;
use crate::journey::visit::VisitorEvent;

/// So many sessions that were archived are remembered for whoever looks at their customer.
const GONE_MAX: usize = 1_000;

impl JourneyStore {
    pub(crate) fn change_sessions(&mut self, event: &JourneyEvent, when: Dated) -> Fits {
        match event {
            JourneyEvent::SessionBegan { session, customer, identifier, kind, started } => {
                self.begin(*session, *customer, identifier, kind, *started, when)
            }
            JourneyEvent::SessionEnded { session, ended, .. } => self.end(*session, *ended, when),
            JourneyEvent::Tracked { session, date, event, term, attributes } => {
                let date = Dated { at: *date, seq: when.seq };
                self.track(*session, date, event, term.as_deref(), attributes)
            }
            JourneyEvent::Left { session } => {
                let row = self.session_mut(*session).ok_or(JourneyMisfit::NotThere)?;
                row.left = Some(when.at);
                Ok(())
            }
            JourneyEvent::SegmentAssigned { session, segment, version, of_customer, expires } => {
                let (segment, version, expires) = (segment.clone(), *version, *expires);
                let assigned =
                    SegmentAssignment { segment, version, at: when.at, seq: when.seq, expires };
                self.assign(*session, &assigned, *of_customer)
            }
            JourneyEvent::SegmentUnassigned { customer, session, segment, why } => {
                self.unassign(*customer, *session, segment, *why, when)
            }
            JourneyEvent::Scored { session, scores } => {
                let row = self.session_mut(*session).ok_or(JourneyMisfit::NotThere)?;
                for (outcome, now) in scores {
                    let progress = row.outcome_mut(outcome);
                    let greatest = progress.score.map_or(*now, |score| score.greatest.max(*now));
                    progress.score = Some(OutcomeScore::new(*now, greatest));
                }
                row.marks.scores = when.seq;
                self.touch(*session);
                Ok(())
            }
            JourneyEvent::OutcomeAchieved { session, outcome } => {
                let row = self.session_mut(*session).ok_or(JourneyMisfit::NotThere)?;
                row.outcome_mut(outcome).achieved = Some(when.at);
                row.marks.outcomes = when.seq;
                let what = Happening::OutcomeAchieved { outcome: outcome.clone() };
                self.put_event(*session, when, what)
            }
            JourneyEvent::SessionArchived { session } => self.archive(session, when),
            JourneyEvent::SessionImported { session } => self.import(session, when),
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        id: SessionId,
        customer: CustomerId,
        identifier: &Identifier,
        kind: &Key,
        started: Timestamp,
        when: Dated,
    ) -> Fits {
        if id.raw() != self.rows.sessions_made.saturating_add(1) {
            return Err(JourneyMisfit::NotThere);
        }
        if self.rows.customers.next_id() == Some(customer) {
            let mut row = Customer::new(customer, identifier.clone(), started);
            row.changed = when.seq;
            self.index.enter_customer(customer, &row);
            fits(self.rows.customers.open(customer, Box::new(row)))?;
        }
        let row = self.rows.customers.get_mut(customer).ok_or(JourneyMisfit::NotThere)?;
        fits(row.merged_into.is_none())?;
        row.enter_session(started, id);
        row.last_activity = row.last_activity.max(started);
        let mut session =
            VisitorSession::new(id, customer, identifier.clone(), kind.clone(), started);
        session.marks.placed = when.seq;
        // An event may come late, when the identifier is somebody else's already.
        session.released = row.proof(identifier).is_none();
        self.index.enter_live(&session);
        self.rows.sessions_made = id.raw();
        self.rows.sessions.insert(id, Arc::new(session));
        self.index.deadlines.set(JourneyDue::Customer(customer), None);
        Ok(())
    }

    fn end(&mut self, id: SessionId, ended: Timestamp, when: Dated) -> Fits {
        let row = self.session_mut(id).ok_or(JourneyMisfit::NotThere)?;
        fits(row.ended.is_none())?;
        row.ended = Some(ended);
        row.qualified = Vec::new();
        row.marks.live = when.seq;
        let customer = row.customer;
        if let Some(row) = self.rows.sessions.get(&id) {
            self.index.leave_live(row);
        }
        self.touch(id);
        self.set_map_deadline(id);
        self.set_customer_deadlines(self.head_of(customer));
        Ok(())
    }

    fn track(
        &mut self,
        id: SessionId,
        date: Dated,
        event: &VisitorEvent,
        term: Option<&str>,
        attributes: &Attributes,
    ) -> Fits {
        let Dated { at, seq } = date;
        let row = self.rows.sessions.get_mut(&id).ok_or(JourneyMisfit::NotThere)?;
        let row = Arc::make_mut(row);
        let live = row.is_live();
        let (late, later) = (at < row.last_activity, live && at > row.last_activity);
        if later {
            self.index.live.remove(&(row.last_activity, id));
            self.index.live.insert((at, id));
            row.last_activity = at;
        }
        // What happened before they left and comes late is no return.
        if live && row.left.is_some_and(|left| left <= at) {
            (row.left, row.visit) = (None, row.visit.saturating_add(1));
        }
        row.count(event);
        for (name, value) in attributes {
            // What was known later is not forgotten for what comes late.
            let known = row.attributes.get(name);
            if known != Some(value) && (known.is_none() || !late) {
                row.attributes.insert(name.clone(), value.clone());
                row.marks.details = seq;
            }
        }
        if later {
            row.marks.live = seq;
        }
        if let VisitorEvent::PageViewed { url, title } = event {
            row.note_page(url, title, at, seq);
        }
        let searched = match event {
            VisitorEvent::Searched { term } => Some(&**term),
            _ => term,
        };
        if let Some(term) = searched {
            row.note_term(term, at);
            row.marks.searches = seq;
        }
        let events_max = self.rows.config.limits.events as usize;
        row.put(SessionEvent { at, seq, what: Happening::Did(event.clone()) }, events_max);
        self.index.program.tally(self.rows.defined, row, event);
        if let Some(term) = term {
            let search = VisitorEvent::Searched { term: term.into() };
            row.put(SessionEvent { at, seq, what: Happening::Did(search.clone()) }, events_max);
            self.index.program.tally(self.rows.defined, row, &search);
        }
        let customer = row.customer;
        self.touch(id);
        let head = self.head_of(customer);
        if let Some(row) = self.rows.customers.get_mut(head) {
            row.last_activity = row.last_activity.max(at);
        }
        if !live {
            self.set_customer_deadlines(head);
        }
        Ok(())
    }

    /// A visitor did something in a session that goes on.
    pub(crate) fn act(&mut self, id: SessionId, when: Dated) {
        let row = self.rows.sessions.get_mut(&id);
        let Some(row) = row.filter(|row| row.is_live() && row.last_activity < when.at) else {
            return;
        };
        let row = Arc::make_mut(row);
        self.index.live.remove(&(row.last_activity, id));
        self.index.live.insert((when.at, id));
        row.last_activity = when.at;
        row.marks.live = when.seq;
        let customer = row.customer;
        self.touch(id);
        let head = self.head_of(customer);
        if let Some(row) = self.rows.customers.get_mut(head) {
            row.last_activity = row.last_activity.max(when.at);
        }
    }

    /// Puts something into the journey map of a session.
    pub(crate) fn put_event(&mut self, id: SessionId, when: Dated, what: Happening) -> Fits {
        let max = self.rows.config.limits.events as usize;
        let row = self.session_mut(id).ok_or(JourneyMisfit::NotThere)?;
        row.put(SessionEvent { at: when.at, seq: when.seq, what }, max);
        self.touch(id);
        Ok(())
    }

    /// True if agents see a segment.
    fn is_shown(&self, segment: &str) -> bool {
        self.rows.segments.known(segment).is_some_and(|one| one.look().is_some())
    }

    fn assign(&mut self, id: SessionId, one: &SegmentAssignment, of_customer: bool) -> Fits {
        let shown = self.is_shown(&one.segment);
        let row = self.session_mut(id).ok_or(JourneyMisfit::NotThere)?;
        row.segments.retain(|before| before.segment != one.segment);
        row.segments.push(one.clone());
        if shown {
            row.marks.segments = one.seq;
        }
        let head = row.customer;
        let head = self.head_of(head);
        if of_customer {
            let row = self.rows.customers.get_mut(head).ok_or(JourneyMisfit::NotThere)?;
            row.segments.retain(|before| before.segment != one.segment);
            row.segments.push(one.clone());
            self.set_customer_deadlines(head);
        }
        let what = Happening::SegmentMatched { segment: one.segment.clone() };
        self.put_event(id, Dated { at: one.at, seq: one.seq }, what)
    }

    fn unassign(
        &mut self,
        customer: CustomerId,
        session: Option<SessionId>,
        segment: &Key,
        why: Unassigned,
        when: Dated,
    ) -> Fits {
        let row = self.rows.customers.get_mut(customer).ok_or(JourneyMisfit::NotThere)?;
        row.segments.retain(|one| one.segment != *segment);
        self.set_customer_deadlines(customer);
        if let (Some(id), Unassigned::Command) = (session, why) {
            let shown = self.is_shown(segment);
            let row = self.session_mut(id).ok_or(JourneyMisfit::NotThere)?;
            let before = row.segments.len();
            row.segments.retain(|one| one.segment != *segment);
            if row.segments.len() == before {
                return Ok(());
            }
            if shown {
                row.marks.segments = when.seq;
                self.touch(id);
            } else {
                row.marks.unmatched = when.seq;
            }
        }
        Ok(())
    }

    fn archive(&mut self, session: &VisitorSession, when: Dated) -> Fits {
        let row = self.rows.sessions.get(&session.id).ok_or(JourneyMisfit::NotThere)?;
        fits(!row.is_live())?;
        let head = self.head_of(row.customer);
        self.remove_session(session.id);
        if let Some(row) = self.rows.customers.get_mut(head) {
            row.gone.push((when.seq, session.id));
            row.trim_gone();
        }
        self.set_customer_deadlines(head);
        Ok(())
    }

    /// Takes a session out, with its offers.
    pub(crate) fn remove_session(&mut self, id: SessionId) {
        let Some(session) = self.rows.sessions.remove(&id) else { return };
        if session.is_live() {
            self.index.leave_live(&session);
        }
        self.index.deadlines.set(JourneyDue::Map(id), None);
        for offer in &session.offers {
            self.index.deadlines.set(JourneyDue::Offer(*offer), None);
            self.rows.offers.close(*offer);
        }
        let head = self.head_of(session.customer);
        if let Some(row) = self.rows.customers.get_mut(head) {
            row.leave_session(session.started, id);
        }
    }

    fn import(&mut self, session: &Arc<VisitorSession>, when: Dated) -> Fits {
        let id = session.id;
        let minted = (1..=self.rows.sessions_made).contains(&id.raw());
        fits(minted && !self.rows.sessions.contains_key(&id) && session.ended.is_some())?;
        let head = self.head_of(session.customer);
        let row = self.rows.customers.get_mut(head).ok_or(JourneyMisfit::NotThere)?;
        row.enter_session(session.started, id);
        row.gone.retain(|(_, gone)| *gone != id);
        let mut back = (**session).clone();
        // Its offers are over and forgotten.
        back.offers = Vec::new();
        back.tallies = Tallies::default();
        back.marks = Marks { placed: when.seq, ..Marks::default() };
        self.rows.sessions.insert(id, Arc::new(back));
        self.set_customer_deadlines(head);
        Ok(())
    }
}

impl Customer {
    /// Enters a session, as the one that changed last.
    fn enter_session(&mut self, started: Timestamp, id: SessionId) {
        if let Err(place) = self.sessions.binary_search(&(started, id)) {
            if self.sessions.len() == self.sessions.capacity() {
                // Most customers have one session, and there are many.
                let more = 1 + self.sessions.len() / 4;
                self.sessions.reserve_exact(more);
                self.recent.reserve_exact(more);
            }
            self.sessions.insert(place, (started, id));
            self.recent.push(id);
        }
    }

    /// Of the sessions that were archived the last few are remembered.
    pub(crate) fn trim_gone(&mut self) {
        let surplus = self.gone.len().saturating_sub(GONE_MAX);
        if let Some((seq, _)) = self.gone.drain(..surplus).last() {
            self.gone_before = self.gone_before.max(seq);
        }
    }

    fn leave_session(&mut self, started: Timestamp, id: SessionId) {
        if let Ok(place) = self.sessions.binary_search(&(started, id)) {
            self.sessions.remove(place);
        }
        if let Some(place) = self.recent.iter().position(|one| *one == id) {
            self.recent.remove(place);
        }
    }
}

impl VisitorSession {
    fn count(&mut self, event: &VisitorEvent) {
        let counts = &mut self.counts;
        counts.events = counts.events.saturating_add(1);
        match event {
            VisitorEvent::PageViewed { .. } => counts.pages = counts.pages.saturating_add(1),
            VisitorEvent::ScreenViewed { .. } => counts.screens = counts.screens.saturating_add(1),
            _ => {}
        }
    }

    fn note_page(&mut self, page: &str, title: &str, at: Timestamp, seq: u64) {
        if self.page.is_none() || at >= self.page_at {
            let same = |known: &WebPage| (&*known.url, &*known.title) == (page, title);
            if !self.page.as_ref().is_some_and(same) {
                self.page = Some(WebPage { url: page.into(), title: title.into() });
                self.marks.live = seq;
            }
            self.page_at = at;
        }
        if self.host.is_none() || at < self.host_at {
            let host = url::host(page);
            if self.host.as_deref() != host {
                self.host = host.map(Into::into);
                self.marks.details = seq;
            }
            self.host_at = at;
        }
    }

    fn note_term(&mut self, term: &str, at: Timestamp) {
        let folded = term.to_lowercase();
        let found = self.searches.iter().position(|one| one.term.to_lowercase() == folded);
        let Some(place) = found else {
            let one = SearchTerm { term: term.into(), count: 1, first: at, last: at };
            let place = self.searches.partition_point(|other| other.first <= at);
            self.searches.insert(place, one);
            return;
        };
        let mut one = self.searches.remove(place);
        one.count = one.count.saturating_add(1);
        one.last = one.last.max(at);
        if at < one.first {
            (one.first, one.term) = (at, term.into());
        }
        let place = self.searches.partition_point(|other| other.first <= one.first);
        self.searches.insert(place.min(self.searches.len()), one);
    }

    /// Puts an event in at its place, and what is worth least out if there are too many.
    fn put(&mut self, event: SessionEvent, max: usize) {
        let seq = event.seq;
        let place = self.events.partition_point(|other| other.place() <= event.place());
        if self.events.len() == self.events.capacity() {
            // Most sessions are short, and there are many.
            self.events.reserve_exact(2 + self.events.len() / 4);
        }
        self.events.insert(place, event);
        self.marks.map = seq;
        // Each sort has its own bound, so that of what is shown nothing depends on what is hidden.
        let sort = self.events.get(place).map_or(0, |event| event.what.sort());
        if self.events.len() > max
            && self.sorts().get(sort).is_some_and(|count| *count > max)
            && let Some(place) = self.least(sort)
        {
            let gone = self.events.remove(place);
            if matches!(gone.what, Happening::Did(_)) {
                self.counts.dropped = self.counts.dropped.saturating_add(1);
            }
            self.marks.lost = seq;
        }
    }

    /// How many events of each sort there are.
    pub(crate) fn sorts(&self) -> [usize; 4] {
        let mut sorts = [0; 4];
        for event in &self.events {
            if let Some(count) = sorts.get_mut(event.what.sort()) {
                *count += 1;
            }
        }
        sorts
    }

    /// The place of what is worth least of a sort: of what the visitor did the oldest page view,
    /// else the oldest screen, form or custom event, else the oldest search for what was searched
    /// for again; of anything else the oldest. The last search for each term stays.
    fn least(&self, sort: usize) -> Option<usize> {
        if sort > 0 {
            return self.events.iter().position(|event| event.what.sort() == sort);
        }
        let of = |wanted: fn(&VisitorEvent) -> bool| {
            self.events.iter().position(|event| match &event.what {
                Happening::Did(did) => wanted(did),
                _ => false,
            })
        };
        let page = of(|did| matches!(did, VisitorEvent::PageViewed { .. }));
        let other = || of(|did| !matches!(did, VisitorEvent::Searched { .. }));
        page.or_else(other).or_else(|| self.repeated_search())
    }

    fn repeated_search(&self) -> Option<usize> {
        let mut later = alloc::collections::BTreeSet::new();
        let mut oldest = None;
        for (place, event) in self.events.iter().enumerate().rev() {
            if let Happening::Did(VisitorEvent::Searched { term }) = &event.what
                && !later.insert(term.to_lowercase())
            {
                oldest = Some(place);
            }
        }
        oldest
    }
}
