//! How facts about offers change them, and what is counted of them.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::base::time::Timestamp;

use crate::journey::apply::{Dated, Fits, JourneyMisfit, fits};
use crate::journey::event::JourneyEvent;
use crate::journey::ids::{SessionId, WebOfferId};
use crate::journey::offer::{Blocked, OfferFailure, Qualification, WebOffer, WebOfferState};
use crate::journey::person::{Awaited, Customer};
use crate::journey::session::{Happening, VisitorSession};
use crate::journey::store::JourneyStore;

/// So many offers of a session are remembered, those that are open included.
const REMEMBERED: usize = 100;

impl JourneyStore {
    pub(crate) fn change_offers(&mut self, event: &JourneyEvent, when: Dated) -> Fits {
        match event {
            JourneyEvent::Blocked { session, map, version, reason } => {
                let row = self.session_mut(*session).ok_or(JourneyMisfit::NotThere)?;
                row.qualify(map, *version, when.at, Some(reason.clone()), false);
                let awaited = Awaited { session: *session, visit: row.visit };
                if let Blocked::TriggerDateInFuture { until: None } = reason {
                    self.change_head(*session, |head| head.awaits(map, awaited))?;
                }
                self.set_map_deadline(*session);
                Ok(())
            }
            JourneyEvent::Unqualified { session, map } => {
                let row = self.session_mut(*session).ok_or(JourneyMisfit::NotThere)?;
                row.qualified.retain(|one| one.map != *map);
                self.set_map_deadline(*session);
                Ok(())
            }
            JourneyEvent::CarriedOut { session, map, version, .. } => {
                self.was_done(*session, map, *version, when, true)
            }
            JourneyEvent::Offered { offer } => self.open_offer(offer, when),
            JourneyEvent::OfferChanged { offer, state, failure, .. } => {
                self.change_offer(*offer, *state, failure.as_deref(), when)
            }
            _ => Ok(()),
        }
    }

    fn change_head(&mut self, session: SessionId, change: impl FnOnce(&mut Customer)) -> Fits {
        let customer = self.session(session).ok_or(JourneyMisfit::NotThere)?.customer;
        let head = self.head_of(customer);
        let row = self.rows.customers.get_mut(head).ok_or(JourneyMisfit::NotThere)?;
        change(row);
        Ok(())
    }

    /// What a map does was done, or is shown.
    fn was_done(
        &mut self,
        session: SessionId,
        map: &Key,
        version: u32,
        when: Dated,
        done: bool,
    ) -> Fits {
        let row = self.session_mut(session).ok_or(JourneyMisfit::NotThere)?;
        row.qualify(map, version, when.at, None, done);
        let customer = self.session(session).ok_or(JourneyMisfit::NotThere)?.customer;
        let head = self.head_of(customer);
        let maps = &self.rows.maps;
        if let Some(head) = self.rows.customers.get_mut(head)
            && head.caps.len() > maps.0.len()
        {
            // Of maps that nobody knows any more no cap is kept.
            head.caps.retain(|(key, _)| maps.known(key).is_some());
        }
        self.change_head(session, |head| {
            head.awaited.retain(|(key, _)| key != map);
            head.cap(map, |cap| {
                cap.offered = when.at;
                cap.finalized |= done;
            });
        })?;
        self.set_map_deadline(session);
        Ok(())
    }

    fn open_offer(&mut self, offer: &WebOffer, when: Dated) -> Fits {
        let (id, session) = (offer.id, offer.session);
        // It begins at the time of the call, however late that is for what was due.
        let when = Dated { at: offer.offered, ..when };
        fits(offer.state == WebOfferState::Offered)?;
        fits(self.rows.offers.open(id, Box::new(offer.clone())))?;
        let count = self.rows.turns.entry(offer.map.clone()).or_default();
        *count = count.saturating_add(1);
        self.was_done(session, &offer.map, offer.version, when, false)?;
        let row = self.session(session).ok_or(JourneyMisfit::NotThere)?;
        let over = |id: &WebOfferId| self.offer(*id).is_none_or(|offer| offer.state.is_over());
        let forgotten = match row.offers.len() >= REMEMBERED {
            true => row.offers.iter().position(over),
            false => None,
        };
        if let Some(row) = self.session_mut(session) {
            row.offers.push(id);
            if let Some(place) = forgotten {
                let old = row.offers.remove(place);
                self.rows.offers.close(old);
            }
        }
        self.set_offer_deadline(id);
        self.put_offer(session, offer, WebOfferState::Offered, when)
    }

    fn put_offer(
        &mut self,
        session: SessionId,
        offer: &WebOffer,
        state: WebOfferState,
        when: Dated,
    ) -> Fits {
        let (map, media) = (offer.map.clone(), offer.media);
        self.put_event(session, when, Happening::Offer { offer: offer.id, map, media, state })
    }

    fn change_offer(
        &mut self,
        id: WebOfferId,
        state: WebOfferState,
        failure: Option<&OfferFailure>,
        when: Dated,
    ) -> Fits {
        let row = self.rows.offers.get_mut(id).ok_or(JourneyMisfit::NotThere)?;
        row.state = row.state.next(state).ok_or(JourneyMisfit::Illegal)?;
        row.failure = failure.map(|failure| Box::new(failure.clone()));
        if matches!(state, WebOfferState::Accepted | WebOfferState::Rejected) {
            row.answered = Some(when.at);
        }
        let finished = state.is_over() || !row.is_open();
        if finished {
            row.ended = Some(when.at);
        }
        let offer = (**row).clone();
        self.count_offer(&offer, when.at);
        if finished {
            self.change_head(offer.session, |head| {
                head.cap(&offer.map, |cap| {
                    cap.finalized = true;
                    cap.rejected |= state == WebOfferState::Rejected;
                });
            })?;
        }
        self.set_offer_deadline(id);
        self.put_offer(offer.session, &offer, state, when)?;
        if matches!(state, WebOfferState::Accepted | WebOfferState::Rejected) {
            self.act(offer.session, when);
        }
        let customer = self.session(offer.session).map(|session| session.customer);
        if let Some(customer) = customer {
            self.set_customer_deadlines(self.head_of(customer));
        }
        Ok(())
    }

    /// Counts what happened to the visitor of a target.
    fn count_offer(&mut self, offer: &WebOffer, at: Timestamp) {
        let Some(key) = &offer.target else { return };
        let (Some(target), Some(accepted)) = (self.rows.targets.get(key), offer.answered) else {
            return;
        };
        let (target, waited) = (target.content.clone(), at.since(accepted));
        let counts = self.rows.counts.entry(key.clone()).or_default();
        match offer.state {
            WebOfferState::Engaged => {
                counts.engaged = counts.engaged.saturating_add(1);
                if waited > target.within {
                    counts.over = counts.over.saturating_add(1);
                }
            }
            WebOfferState::Abandoned
                if target.short_abandon.is_none_or(|short| waited >= short) =>
            {
                counts.abandoned = counts.abandoned.saturating_add(1);
            }
            _ => {}
        }
    }
}

impl VisitorSession {
    /// Notes that the triggers of a map hold, and what stops it.
    fn qualify(
        &mut self,
        map: &Key,
        version: u32,
        at: Timestamp,
        blocked: Option<Blocked>,
        done: bool,
    ) {
        match self.qualified.iter_mut().find(|one| one.map == *map) {
            Some(one) => {
                if one.version != version {
                    (one.since, one.done) = (at, false);
                }
                (one.version, one.blocked) = (version, blocked);
                one.done |= done;
            }
            None => {
                let map = map.clone();
                self.qualified.push(Qualification { map, version, since: at, blocked, done });
            }
        }
    }
}
