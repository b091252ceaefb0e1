//! What must hold of the rows.

use alloc::collections::BTreeSet;

use crate::base::time::Timestamp;
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

use crate::journey::definition::WHOLE;
use crate::journey::person::Customer;
use crate::journey::rows::JourneyRows;
use crate::journey::session::{Happening, OutcomeProgress, VisitorSession};
use crate::journey::store::JourneyStore;
use crate::journey::visit::{TEXT_MAX, URL_MAX, VisitorEvent, check_attributes, check_text};

impl JourneyStore {
    /// Recomputes every invariant and every index.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.rows.config.check().is_err() {
            return Err("journeys: the configuration makes sense");
        }
        let far = u64::MAX / 2;
        let counters = [self.rows.seq, self.rows.sessions_made, self.rows.defined];
        if counters.iter().any(|counter| *counter > far) {
            return Err("journeys: counters are far from their end");
        }
        if !self.is_in_step() {
            return Err("journeys: the index");
        }
        let mut listed = 0;
        for (_, row) in self.rows.customers.rows() {
            self.check_customer(row)?;
            listed += row.sessions.len();
        }
        if listed != self.rows.sessions.len() {
            return Err("journeys: every session is its customer's");
        }
        self.rows.sessions.values().try_for_each(|row| self.check_session(row))?;
        let mut offers = 0;
        for row in self.rows.sessions.values() {
            offers += row.offers.len();
        }
        if offers != self.rows.offers.len() {
            return Err("journeys: every offer is its session's");
        }
        let linked = |customer| self.customer(self.head_of(customer)).is_some();
        match self.rows.links.values().all(|row| linked(row.link.customer)) {
            true => Ok(()),
            false => Err("journeys: interactions are linked with customers who are kept"),
        }
    }

    fn check_customer(&self, row: &Customer) -> Result<(), &'static str> {
        if let Some(head) = row.merged_into {
            let head = self.customer(head).filter(|head| head.merged_into.is_none());
            return match head.is_some_and(|head| head.merged.contains(&row.id)) {
                true if row.sessions.is_empty() && row.identifiers.is_empty() => Ok(()),
                _ => Err("journeys: who was merged is stood for by one who was not"),
            };
        }
        if row.merged.len() != row.joined.len() {
            return Err("journeys: each who was merged was merged once");
        }
        let merged =
            |id: &_| self.customer(*id).is_some_and(|other| other.merged_into == Some(row.id));
        if !row.merged.iter().all(merged) {
            return Err("journeys: each who was merged knows who stands for them");
        }
        let recent: BTreeSet<_> = row.recent.iter().collect();
        let sessions: BTreeSet<_> = row.sessions.iter().map(|(_, id)| id).collect();
        let theirs = |(started, id): &(Timestamp, _)| {
            self.session(*id)
                .is_some_and(|one| one.started == *started && self.head_of(one.customer) == row.id)
        };
        if recent != sessions || !row.sessions.iter().all(theirs) || !row.sessions.is_sorted() {
            return Err("journeys: a customer's sessions are in order of start");
        }
        let changed =
            |id: &_| self.session(*id).map_or(0, |one| self.placed(one).max(one.marks.last()));
        if !row.recent.iter().map(changed).is_sorted() {
            return Err("journeys: the session that changed last is the last of its customer");
        }
        Ok(())
    }

    fn check_session(&self, row: &VisitorSession) -> Result<(), &'static str> {
        if !row.events.is_sorted_by_key(crate::journey::session::SessionEvent::place) {
            return Err("journeys: events are in order of date");
        }
        if row.ended.is_some_and(|ended| ended < row.last_activity) {
            return Err("journeys: a session ends behind its last activity");
        }
        if row.started > row.last_activity {
            return Err("journeys: a session begins with its first event");
        }
        let open: alloc::vec::Vec<_> = self.open_offers(row).collect();
        let pairs = |place: usize| {
            let (one, rest) = (open.get(place), open.get(place + 1..));
            let rest = rest.unwrap_or_default();
            one.is_some_and(|one| rest.iter().any(|other| other.media.excludes(one.media)))
        };
        if (0..open.len()).any(pairs) {
            return Err("journeys: one offer of a kind is open at most");
        }
        if !row.has_true_scores() {
            return Err("journeys: the greatest probability is the greatest");
        }
        match row.has_its_terms() {
            true => Ok(()),
            false => Err("journeys: the terms of a session are those of its journey map"),
        }
    }
}

impl VisitorSession {
    /// Refuses a session that no fact of this layer can have archived.
    pub(crate) fn check(&self, now: Timestamp, rows: &JourneyRows) -> Result<(), Invalid> {
        let limits = &rows.config.limits;
        let Some(ended) = self.ended else {
            return Err(Invalid::new("session.ended", Problem::Empty));
        };
        if ended > now {
            return Err(Invalid::new("session.ended", Problem::Future));
        }
        if self.started > self.last_activity || self.last_activity > ended {
            return Err(Invalid::new("session.started", Problem::OutOfOrder));
        }
        self.identifier.check("session.identifier")?;
        check_key("session.type", &self.kind)?;
        check_attributes(&self.attributes.clone().into())?;
        let lists = [
            ("session.events", self.sorts().into_iter().max().unwrap_or(0), limits.events),
            ("session.searches", self.searches.len(), limits.terms),
            ("session.segments", self.segments.len(), limits.segments_assigned),
            ("session.outcomes", self.outcomes.len(), limits.outcomes),
        ];
        lists.into_iter().try_for_each(|(field, len, max)| Invalid::length(field, len, max))?;
        if !self.qualified.is_empty() {
            return Err(Invalid::new("session.qualified", Problem::OutOfPlace));
        }
        if !self.events.is_sorted_by_key(crate::journey::session::SessionEvent::place) {
            return Err(Invalid::new("session.events", Problem::Disordered));
        }
        for event in &self.events {
            if event.seq > rows.seq || event.at > now {
                return Err(Invalid::new("session.events", Problem::Future));
            }
            if let Happening::Did(did) = &event.what {
                let tidied = did.clone().tidied()?;
                if tidied != *did {
                    return Err(Invalid::new("session.events", Problem::NotListed));
                }
            }
        }
        if let Some(page) = &self.page {
            Invalid::length("session.page", page.url.len(), URL_MAX)?;
            Invalid::length("session.page", page.title.len(), TEXT_MAX)?;
        }
        Invalid::length("session.host", self.host.as_deref().map_or(0, str::len), URL_MAX)?;
        if !self.has_true_scores() {
            return Err(Invalid::new("session.outcomes", Problem::OutOfPlace));
        }
        if !self.has_its_terms() {
            return Err(Invalid::new("session.searches", Problem::OutOfPlace));
        }
        self.searches.iter().try_for_each(|one| check_text("session.searches", &one.term))
    }

    fn has_true_scores(&self) -> bool {
        let is_true = |one: &OutcomeProgress| {
            one.score.is_none_or(|score| score.now <= score.greatest && score.greatest <= WHOLE)
        };
        self.outcomes.iter().all(is_true)
    }

    /// True if the terms of the list are those of the journey map.
    fn has_its_terms(&self) -> bool {
        let terms: BTreeSet<_> = self
            .events
            .iter()
            .filter_map(|event| match &event.what {
                Happening::Did(VisitorEvent::Searched { term }) => Some(term.to_lowercase()),
                _ => None,
            })
            .collect();
        let listed: BTreeSet<_> = self.searches.iter().map(|one| one.term.to_lowercase()).collect();
        terms == listed && listed.len() == self.searches.len()
    }
}
