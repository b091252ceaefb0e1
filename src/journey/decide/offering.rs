//! Action maps: whose triggers hold, what stops each, and which is offered.

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::base::time::Timestamp;

use crate::journey::config::FrequencyCap;
use crate::journey::decide::JourneyTurn;
use crate::journey::definition::{
    ActionMap, ActionMedia, ActionTarget, Activation, TargetCounts, TenThousandths, Weight,
};
use crate::journey::event::JourneyEvent;
use crate::journey::ids::{SessionId, WebOfferId};
use crate::journey::offer::{Blocked, WebOffer, WebOfferState};
use crate::journey::person::{Customer, SegmentAssignment};
use crate::journey::session::VisitorSession;
use crate::journey::store::JourneyStore;

/// A map whose triggers hold.
struct Qualified<'a> {
    key: &'a Key,
    version: u32,
    map: &'a ActionMap,
    since: Timestamp,
    /// What stops it.
    blocked: Option<Blocked>,
    /// The open offer whose place it takes.
    replaces: Option<WebOfferId>,
    level: Option<TenThousandths>,
}

/// What comes of a look at the maps.
enum Come {
    Unqualified(Key),
    Blocked { map: Key, version: u32, reason: Blocked },
    CarriedOut { map: Key, version: u32, media: ActionMedia },
    Offered { offer: WebOffer, replaces: Option<WebOfferId> },
}

impl JourneyTurn<'_> {
    /// Looks at all action maps for a session that goes on.
    pub(crate) fn evaluate_maps(&mut self, session: SessionId) {
        if self.is_halted() {
            return;
        }
        for come in self.look_at_maps(session) {
            match come {
                Come::Unqualified(map) => {
                    self.emit(JourneyEvent::Unqualified { session, map });
                }
                Come::Blocked { map, version, reason } => {
                    self.emit(JourneyEvent::Blocked { session, map, version, reason });
                }
                Come::CarriedOut { map, version, media } => {
                    self.emit(JourneyEvent::CarriedOut { session, map, version, media });
                }
                Come::Offered { mut offer, replaces } => {
                    if let Some(before) = replaces {
                        self.change(before, WebOfferState::Ignored);
                    }
                    if let Some(id) = self.store.rows.offers.next_id() {
                        offer.id = id;
                        self.emit(JourneyEvent::Offered { offer: offer.into() });
                    }
                }
            }
        }
    }

    fn look_at_maps(&self, id: SessionId) -> Vec<Come> {
        let store = &*self.store;
        let mut comes = Vec::new();
        let Some(row) = store.session(id).filter(|row| row.is_live()) else { return comes };
        let head = store.customer(store.head_of(row.customer));
        let qualified = match head.filter(|_| store.rows.config.licensed) {
            Some(head) => self.qualified(row, head),
            None => Vec::new(),
        };
        let gone = |map: &Key| !qualified.iter().any(|one| one.key == map);
        let gone = row.qualified.iter().map(|one| &one.map).filter(|map| gone(map));
        comes.extend(gone.cloned().map(Come::Unqualified));
        for one in &qualified {
            let seen = row.qualification(one.key);
            let done = seen.is_some_and(|seen| seen.done && seen.version == one.version);
            let (map, version, media) = (one.key.clone(), one.version, one.map.media);
            match &one.blocked {
                Some(reason) => comes.extend(one.news(row, reason)),
                None if !media.is_shown() && !done => {
                    comes.push(Come::CarriedOut { map, version, media });
                }
                None => {}
            }
        }
        for conversation in [true, false] {
            let free = qualified.iter().filter(|one| {
                let media = one.map.media;
                media.is_shown() && media.is_conversation() == conversation && one.blocked.is_none()
            });
            let free: Vec<_> = free.collect();
            let Some(chosen) = free.iter().min_by_key(|one| one.rank(store)) else { continue };
            for one in free.iter().filter(|one| one.key != chosen.key) {
                let reason = Blocked::MultipleSimultaneousOffers { map: chosen.key.clone() };
                comes.extend(one.news(row, &reason));
            }
            let (offer, replaces) = (chosen.offer(row, self.now), chosen.replaces);
            comes.push(Come::Offered { offer, replaces });
        }
        comes
    }

    /// The maps whose triggers hold, with what stops each.
    fn qualified(&self, row: &VisitorSession, head: &Customer) -> Vec<Qualified<'_>> {
        let store = &*self.store;
        let (rows, program) = (&store.rows, &store.index.program);
        let counts = program.counts(rows.defined, row);
        let mut all = Vec::new();
        for part in &program.maps {
            let Some(defined) = rows.maps.0.get(part.place) else { continue };
            let (key, map) = (&defined.key, &*defined.content);
            if map.end.is_some_and(|end| end <= self.now) {
                continue;
            }
            let held = map.holds(row, head, self.now) && program.hold(&part.counted, &counts);
            let come = head.has_come(key, map.activation, row);
            if !held && !come {
                continue;
            }
            let seen = row.qualification(key).filter(|seen| seen.version == defined.version);
            let since = seen.map_or(self.now, |seen| seen.since);
            let mut one = Qualified {
                key,
                version: defined.version,
                map,
                since,
                blocked: None,
                replaces: None,
                level: None,
            };
            self.judge(&mut one, row, head, come);
            all.push(one);
        }
        all
    }

    /// Finds the first thing that stops a map.
    fn judge(&self, one: &mut Qualified<'_>, row: &VisitorSession, head: &Customer, come: bool) {
        let map = one.map;
        let reason = one
            .in_future(self.now, come)
            .or_else(|| one.on_other_page(row))
            .or_else(|| self.is_capped(one, head).then_some(Blocked::FrequencyCapping));
        if reason.is_some() || !map.media.is_shown() {
            one.blocked = reason.or_else(|| self.outside_schedule(map));
            return;
        }
        match self.existing(one, row) {
            Some(Err(blocked)) => {
                one.blocked = Some(blocked);
                return;
            }
            Some(Ok(replaces)) => one.replaces = Some(replaces),
            None => {}
        }
        if let Some((target, counts)) = self.target_of(map) {
            let expected =
                self.ports.predictor.expected(map.target.as_deref().unwrap_or(""), target, counts);
            one.level = expected.level();
            if map.pacing && expected.is_below(target.level) {
                let level = expected.level().unwrap_or_default();
                one.blocked = Some(Blocked::ServiceLevelThrottling { level });
                return;
            }
            if !self.ports.floor.available(target.queue, target.channel) {
                one.blocked = Some(Blocked::NoAvailableAgents);
                return;
            }
        }
        one.blocked = self.outside_schedule(map);
    }

    fn outside_schedule(&self, map: &ActionMap) -> Option<Blocked> {
        let closed = map.calendar.filter(|id| !self.ports.floor.is_open(*id, self.now));
        closed.map(|calendar| Blocked::OfferedOutsideSchedule { calendar })
    }

    fn target_of(&self, map: &ActionMap) -> Option<(&ActionTarget, TargetCounts)> {
        let rows = &self.store.rows;
        let key = map.target.as_ref().filter(|_| map.media.is_conversation())?;
        let target = rows.targets.get(key)?;
        Some((&target.content, rows.counts.get(key).copied().unwrap_or_default()))
    }

    fn is_capped(&self, one: &Qualified<'_>, head: &Customer) -> bool {
        if one.map.ignore_frequency_cap {
            return false;
        }
        let found = head.caps.binary_search_by(|(key, _)| key.cmp(one.key)).ok();
        let Some((_, cap)) = found.and_then(|place| head.caps.get(place)) else { return false };
        match self.store.rows.config.cap {
            FrequencyCap::None => false,
            FrequencyCap::OnceFinalized => cap.finalized,
            FrequencyCap::OnceRejected => cap.rejected,
            FrequencyCap::ForPeriod { span } => self.now < cap.offered + span,
        }
    }

    /// The open offer of the same kind: it stands in the way, or makes room.
    fn existing(
        &self,
        one: &Qualified<'_>,
        row: &VisitorSession,
    ) -> Option<Result<WebOfferId, Blocked>> {
        let mut open = self.store.open_offers(row);
        let open = open.find(|offer| offer.media.excludes(one.map.media))?;
        let page = row.page.as_ref().map(|page| &*page.url);
        let elsewhere = page != open.page.as_deref();
        let waits = open.state == WebOfferState::Offered;
        match waits && elsewhere && one.map.weight > open.weight {
            true => Some(Ok(open.id)),
            false => Some(Err(Blocked::AlreadyExistingOffer { offer: open.id })),
        }
    }
}

impl ActionMap {
    /// True if the triggers that are no events hold.
    fn holds(&self, row: &VisitorSession, head: &Customer, now: Timestamp) -> bool {
        let lasts = |one: &SegmentAssignment| one.expires.is_none_or(|expires| now < expires);
        let assigned = |key: &Key| {
            let mut all = row.segments.iter().chain(&head.segments);
            all.any(|one| one.segment == *key && lasts(one))
        };
        let reached = |one: &crate::journey::OutcomeCondition| {
            let score = row.outcome(&one.outcome).and_then(|progress| progress.score);
            score.is_some_and(|score| score.greatest >= one.reached && score.now <= one.at_most)
        };
        (self.segments.is_empty() || self.segments.iter().any(assigned))
            && self.outcomes.iter().all(reached)
    }
}

impl Customer {
    /// True if the visit or session has come for which a map waited.
    fn has_come(&self, map: &Key, activation: Activation, row: &VisitorSession) -> bool {
        let found = self.awaited.binary_search_by(|(key, _)| key.cmp(map)).ok();
        let Some((_, one)) = found.and_then(|place| self.awaited.get(place)) else { return false };
        // A session that went on beside is not the next one.
        let session = one.session < row.id;
        match activation {
            Activation::NextVisit => session || (one.session == row.id && one.visit < row.visit),
            Activation::NextSession => session,
            Activation::Immediate | Activation::Delay { .. } => false,
        }
    }
}

impl Qualified<'_> {
    /// That something stops it, unless that was said already.
    fn news(&self, row: &VisitorSession, reason: &Blocked) -> Option<Come> {
        let seen = row.qualification(self.key).filter(|seen| seen.version == self.version);
        let said = seen.and_then(|seen| seen.blocked.as_ref());
        let same = |said: &Blocked| match (said, reason) {
            // The level moves with everybody who is counted.
            (Blocked::ServiceLevelThrottling { .. }, Blocked::ServiceLevelThrottling { .. }) => {
                true
            }
            (said, reason) => said == reason,
        };
        if said.is_some_and(same) {
            return None;
        }
        let (map, version) = (self.key.clone(), self.version);
        Some(Come::Blocked { map, version, reason: reason.clone() })
    }

    fn in_future(&self, now: Timestamp, come: bool) -> Option<Blocked> {
        let later = |until: Timestamp| (now < until).then_some(until);
        let start = self.map.start.and_then(later);
        let until = match self.map.activation {
            Activation::Delay { by } => start.max(later(self.since + by)),
            Activation::Immediate => start,
            Activation::NextVisit | Activation::NextSession if come => start,
            Activation::NextVisit | Activation::NextSession => {
                return Some(Blocked::TriggerDateInFuture { until: None });
            }
        };
        until.map(|until| Blocked::TriggerDateInFuture { until: Some(until) })
    }

    fn on_other_page(&self, row: &VisitorSession) -> Option<Blocked> {
        let url = row.page.as_ref().map(|page| &*page.url);
        let place = self.map.pages.iter().position(|one| !one.holds(url))?;
        let condition = u32::try_from(place).unwrap_or(u32::MAX);
        Some(Blocked::PageUrlConditionsNotMatching { condition })
    }

    /// The lowest is offered: of the greatest weight, offered least, and by key.
    fn rank(&self, store: &JourneyStore) -> (core::cmp::Reverse<Weight>, u64, Key) {
        let turns = store.rows.turns.get(self.key).copied().unwrap_or_default();
        (core::cmp::Reverse(self.map.weight), turns, self.key.clone())
    }

    fn offer(&self, row: &VisitorSession, now: Timestamp) -> WebOffer {
        WebOffer {
            id: WebOfferId::from_raw(0),
            session: row.id,
            map: self.key.clone(),
            version: self.version,
            media: self.map.media,
            weight: self.map.weight,
            target: self.map.target.clone(),
            page: row.page.as_ref().map(|page| page.url.clone()),
            state: WebOfferState::Offered,
            qualified: self.since,
            offered: now,
            until: self.map.offer_window.map(|window| now + window),
            answered: None,
            ended: None,
            interaction: None,
            level: self.level,
            failure: None,
        }
    }
}
