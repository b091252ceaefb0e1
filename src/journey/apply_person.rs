//! How facts about customers and their conversations change them.

use alloc::vec::Vec;
use core::mem;

use crate::fact::log::Seq;

use crate::journey::apply::{Dated, Fits, JourneyMisfit, fits};
use crate::journey::event::JourneyEvent;
use crate::journey::identifier::{Identifier, IdentifierClaim};
use crate::journey::ids::CustomerId;
use crate::journey::person::{Awaited, Capped, Customer, KeptConversation};
use crate::journey::rows::{Linked, Released};
use crate::journey::store::{JourneyDue, JourneyStore};
use crate::journey::talk::{JourneyContext, STEPS_MAX, TalkMarks};

/// So many interactions whose customer is gone are remembered for whoever looks at them.
const UNLINKED_MAX: usize = 1_000;

impl JourneyStore {
    pub(crate) fn change_customers(&mut self, event: &JourneyEvent, when: Dated) -> Fits {
        match event {
            JourneyEvent::Identified { customer, session, claims, name, contact } => {
                self.change_customer(*customer, |row| {
                    claims.iter().for_each(|claim| row.claim(claim));
                    if name.is_some() {
                        row.name.clone_from(name);
                    }
                    if contact.is_some() {
                        row.contact.clone_from(contact);
                    }
                    row.last_activity = row.last_activity.max(when.at);
                    if !claims.is_empty() || name.is_some() || contact.is_some() {
                        row.changed = when.seq;
                    }
                })?;
                let Some(id) = *session else { return Ok(()) };
                self.act(id, when);
                Ok(())
            }
            JourneyEvent::Merged { customer, into } => self.merge(*customer, *into, when),
            JourneyEvent::SignedOut { customer, identifier } => {
                self.change_customer(*customer, |row| {
                    row.identifiers.retain(|claim| claim.identifier != *identifier);
                    row.changed = when.seq;
                })?;
                self.release_sessions(*customer, identifier);
                let (until, identifier, customer) = (when.at, identifier.clone(), *customer);
                self.release(Released { until, identifier, customer });
                Ok(())
            }
            JourneyEvent::CustomerForgotten { customer } => self.forget(*customer, when).map(drop),
            JourneyEvent::CustomerErased { customer } => {
                let gone = self.forget(*customer, when)?;
                self.unrelease(&gone);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What came under an identifier until now is not for whoever has it next.
    fn release_sessions(&mut self, customer: CustomerId, identifier: &Identifier) {
        let sessions = self.customer(customer).map(|row| row.sessions.clone()).unwrap_or_default();
        for (_, id) in sessions {
            if self.session(id).is_some_and(|row| row.identifier == *identifier && !row.released)
                && let Some(row) = self.session_mut(id)
            {
                row.released = true;
            }
        }
    }

    /// Changes what is known of who a customer is.
    fn change_customer(&mut self, id: CustomerId, change: impl FnOnce(&mut Customer)) -> Fits {
        let row = self.rows.customers.get_mut(id).ok_or(JourneyMisfit::NotThere)?;
        self.index.leave_customer(id, row);
        change(row);
        row.rank();
        self.index.enter_customer(id, row);
        self.set_customer_deadlines(id);
        Ok(())
    }

    /// One customer stands for another from now on. Sessions and events stay as they are.
    fn merge(&mut self, younger: CustomerId, older: CustomerId, when: Dated) -> Fits {
        let rows = &mut self.rows.customers;
        let there = |row: Option<&alloc::boxed::Box<Customer>>| {
            row.is_some_and(|row| row.merged_into.is_none())
        };
        fits(younger != older && there(rows.get(younger)) && there(rows.get(older)))?;
        let row = rows.get_mut(younger).ok_or(JourneyMisfit::NotThere)?;
        self.index.leave_customer(younger, row);
        let given = row.give_away(older);
        let mut all = given.merged.clone();
        all.push(younger);
        for id in &all {
            if let Some(row) = rows.get_mut(*id) {
                row.merged_into = Some(older);
            }
        }
        let row = rows.get_mut(older).ok_or(JourneyMisfit::NotThere)?;
        self.index.leave_customer(older, row);
        row.take_over(given, when.seq);
        row.joined.extend(all.iter().map(|_| when.seq));
        row.merged.extend(all);
        // The sessions that came keep their order: all of them changed place at once.
        row.changed = when.seq;
        row.rank();
        self.index.enter_customer(older, row);
        let talks: Vec<_> = self.talks_of(younger).collect();
        for talk in talks {
            self.index.talks.remove(&(younger, talk));
            self.index.talks.insert((older, talk));
            if let Some(row) = self.rows.links.get_mut(&talk) {
                row.marks.placed = when.seq;
            }
        }
        self.set_customer_deadlines(younger);
        self.set_customer_deadlines(older);
        Ok(())
    }

    /// A customer and all for whom they stand are gone, with everything that belongs to them.
    fn forget(&mut self, id: CustomerId, when: Dated) -> Result<Vec<CustomerId>, JourneyMisfit> {
        let row = self.rows.customers.get(id).ok_or(JourneyMisfit::NotThere)?;
        fits(row.merged_into.is_none())?;
        let (merged, sessions) = (row.merged.clone(), row.sessions.clone());
        self.index.leave_customer(id, row);
        for (_, session) in sessions {
            self.remove_session(session);
        }
        let talks: Vec<_> = self.talks_of(id).collect();
        for talk in talks {
            self.index.talks.remove(&(id, talk));
            self.rows.links.remove(&talk);
            self.rows.unlinked.push_back((when.seq, talk));
            if self.rows.unlinked.len() > UNLINKED_MAX
                && let Some((seq, _)) = self.rows.unlinked.pop_front()
            {
                self.rows.unlinked_before = seq;
            }
        }
        let mut gone = merged;
        gone.push(id);
        for id in &gone {
            self.rows.customers.close(*id);
            self.index.deadlines.set(JourneyDue::Segment(*id), None);
            self.index.deadlines.set(JourneyDue::Customer(*id), None);
        }
        Ok(gone)
    }

    pub(crate) fn change_talks(&mut self, event: &JourneyEvent, when: Dated) -> Fits {
        let seq = when.seq;
        match event {
            JourneyEvent::Linked { interaction, link } => {
                let head = self.head_of(link.customer);
                fits(self.customer(head).is_some())?;
                let before = self.rows.links.remove(interaction);
                let same = |before: &Linked| {
                    before.link.context.map.is_none() && self.head_of(before.link.customer) == head
                };
                fits(before.as_ref().is_none_or(same))?;
                if let Some(offer) = link.context.map.as_ref().map(|map| map.offer)
                    && let Some(offer) = self.rows.offers.get_mut(offer)
                {
                    offer.interaction = Some(*interaction);
                }
                self.index.talks.insert((head, *interaction));
                let (queue, agent, rang) = match before {
                    Some(before) => (before.queue, before.agent, before.rang),
                    None => (None, None, Vec::new()),
                };
                let linked = Linked {
                    link: (**link).clone(),
                    since: seq,
                    verified: 0,
                    marks: TalkMarks { placed: seq, ..TalkMarks::default() },
                    queue,
                    agent,
                    rang,
                };
                self.rows.links.insert(*interaction, linked);
                self.set_customer_deadlines(head);
            }
            JourneyEvent::Verified { interaction, customer, replaced, .. } => {
                let row = self.rows.links.get_mut(interaction).ok_or(JourneyMisfit::NotThere)?;
                (row.link.verified, row.verified) = (true, seq);
                if replaced.is_some() {
                    (row.since, row.marks.placed) = (seq, seq);
                    let before = mem::replace(&mut row.link.customer, *customer);
                    // What led to it is history, whoever came.
                    if row.link.context.map.is_none() {
                        row.link.context = JourneyContext::of(*customer);
                    }
                    let before = self.head_of(before);
                    let head = self.head_of(*customer);
                    self.index.talks.remove(&(before, *interaction));
                    self.index.talks.insert((head, *interaction));
                    self.set_customer_deadlines(before);
                    self.set_customer_deadlines(head);
                }
            }
            JourneyEvent::Rang { interaction, agent } => {
                let row = self.rows.links.get_mut(interaction).ok_or(JourneyMisfit::NotThere)?;
                row.marks.map = seq;
                if row.rang.len() >= STEPS_MAX {
                    row.rang.remove(0);
                }
                row.rang.push((when.at, *agent));
            }
            JourneyEvent::InteractionOver { interaction } => {
                let row = self.rows.links.get_mut(interaction).ok_or(JourneyMisfit::NotThere)?;
                row.link.over = true;
                (row.marks.live, row.marks.map) = (seq, seq);
                let customer = row.link.customer;
                self.set_customer_deadlines(self.head_of(customer));
            }
            JourneyEvent::ConversationMoved { interaction, queue, agent, step } => {
                let row = self.rows.links.get_mut(interaction).ok_or(JourneyMisfit::NotThere)?;
                row.marks.live = seq;
                if *step {
                    row.marks.map = seq;
                }
                if (queue.is_some() && row.queue != *queue)
                    || (agent.is_some() && row.agent != *agent)
                {
                    row.marks.details = seq;
                }
                (row.queue, row.agent) = (queue.or(row.queue), agent.or(row.agent));
            }
            JourneyEvent::ConversationKept { customer, conversation } => {
                let row = self.rows.links.remove(&conversation.interaction);
                let Linked { link, marks, .. } = row.ok_or(JourneyMisfit::NotThere)?;
                let head = self.head_of(link.customer);
                fits(head == *customer)?;
                self.index.talks.remove(&(head, conversation.interaction));
                let max = self.rows.config.limits.sessions as usize;
                let row = self.rows.customers.get_mut(head).ok_or(JourneyMisfit::NotThere)?;
                row.keep(KeptConversation { marks, card: conversation.clone() }, seq, max);
                self.set_customer_deadlines(head);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Customer {
    /// Knows an identifier from now on, or surer than before.
    fn claim(&mut self, claim: &IdentifierClaim) {
        match self.identifiers.iter_mut().find(|one| one.identifier == claim.identifier) {
            Some(known) => known.proof = known.proof.max(claim.proof),
            None => self.identifiers.push(claim.clone()),
        }
    }

    /// Gives away all that the row says but its id, and what is known of it.
    fn give_away(&mut self, to: CustomerId) -> Self {
        let empty = Self {
            kind: self.kind,
            merged_into: Some(to),
            last_activity: self.last_activity,
            ..Self::nobody(self.id)
        };
        mem::replace(self, empty)
    }

    /// Takes over what another row gave away, but for those for whom it stood.
    fn take_over(&mut self, row: Self, seq: Seq) {
        row.identifiers.iter().for_each(|claim| self.claim(claim));
        self.contact = self.contact.take().or(row.contact);
        self.name = self.name.take().or(row.name);
        self.last_activity = self.last_activity.max(row.last_activity);
        for one in row.segments {
            if !self.segments.iter().any(|own| own.segment == one.segment) {
                self.segments.push(one);
            }
        }
        self.segments.sort_by_key(|one| (one.at, one.seq));
        for (map, theirs) in row.caps {
            self.cap(&map, |own| {
                own.offered = own.offered.max(theirs.offered);
                own.finalized |= theirs.finalized;
                own.rejected |= theirs.rejected;
            });
        }
        for (map, awaited) in row.awaited {
            self.awaits(&map, awaited);
        }
        if !row.conversations.is_empty() {
            self.kept = seq;
        }
        self.conversations.extend(row.conversations.into_iter().map(|mut one| {
            one.marks.placed = seq;
            one
        }));
        self.conversations.sort_by_key(|one| (one.card.started, one.card.interaction));
        self.sessions.extend(row.sessions);
        self.sessions.sort_unstable();
        self.recent.extend(row.recent);
        self.gone.extend(row.gone);
        self.gone.sort_unstable();
        self.gone_before = self.gone_before.max(row.gone_before);
        self.trim_gone();
    }

    /// What a frequency cap knows of a map.
    pub(crate) fn cap(&mut self, map: &crate::base::key::Key, change: impl FnOnce(&mut Capped)) {
        let place = self.caps.binary_search_by(|(key, _)| key.cmp(map)).unwrap_or_else(|place| {
            let offered = crate::base::time::Timestamp::from_millis(i64::MIN);
            let new = Capped { offered, finalized: false, rejected: false };
            self.caps.insert(place, (map.clone(), new));
            place
        });
        if let Some((_, own)) = self.caps.get_mut(place) {
            change(own);
        }
    }

    /// A map waits for the next visit or session, unless it does already.
    pub(crate) fn awaits(&mut self, map: &crate::base::key::Key, awaited: Awaited) {
        if let Err(place) = self.awaited.binary_search_by(|(key, _)| key.cmp(map)) {
            self.awaited.insert(place, (map.clone(), awaited));
        }
    }

    /// Keeps the card of a conversation. If there are too many the oldest is dropped.
    fn keep(&mut self, kept: KeptConversation, seq: Seq, max: usize) {
        let place = |one: &KeptConversation| (one.card.started, one.card.interaction);
        let at = self.conversations.partition_point(|one| place(one) < place(&kept));
        self.kept = seq;
        self.conversations.insert(at, kept);
        if self.conversations.len() + self.sessions.len() > max {
            self.conversations.remove(0);
            // Whoever looks at the customer looks anew.
            self.gone_before = seq;
        }
    }
}
