//! Who somebody is: identifiers, contacts, and when two customers are one.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::base::key::Key;
use crate::interaction::Address;
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

use crate::journey::command::{EraseCustomer, Identify};
use crate::journey::config::Merging;
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::event::{JourneyEvent, SessionOver};
use crate::journey::identifier::{Identifier, IdentifierClaim, IdentifierKind, Proof};
use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::person::Customer;
use crate::journey::ports::FoundContact;
use crate::journey::refusal::{JourneyLimit, JourneyRefusal};
use crate::journey::visit::check_text;

impl JourneyTurn<'_> {
    /// An identifier as it is kept: e-mail addresses trimmed and in lower case, telephone numbers
    /// as the normaliser writes them.
    pub(crate) fn tidy_identifier(
        &self,
        field: &'static str,
        identifier: Identifier,
    ) -> Result<Identifier, Invalid> {
        identifier.check(field)?;
        let wrong = || Invalid::new(field, Problem::NotListed);
        let value: Box<str> = match identifier.kind {
            IdentifierKind::Email => {
                let address = identifier.value.trim().to_lowercase();
                let (name, host) = address.split_once('@').ok_or_else(wrong)?;
                if name.is_empty() || host.is_empty() || address.contains(char::is_whitespace) {
                    return Err(wrong());
                }
                address.into()
            }
            IdentifierKind::Phone => {
                let address = Address::new("phone", &identifier.value);
                let number = self.ports.normaliser.normal(&address).ok_or_else(wrong)?;
                (*number).into()
            }
            _ => identifier.value,
        };
        let identifier = Identifier { kind: identifier.kind, value };
        // Lower case may be longer.
        identifier.check(field)?;
        Ok(identifier)
    }

    fn tidy_all(&self, identifiers: Vec<Identifier>) -> Result<Vec<Identifier>, Invalid> {
        let mut all: Vec<Identifier> = Vec::new();
        Invalid::length("identifiers", identifiers.len(), 50)?;
        for identifier in identifiers {
            let identifier = self.tidy_identifier("identifiers", identifier)?;
            if !all.contains(&identifier) {
                all.push(identifier);
            }
        }
        Ok(all)
    }

    /// The one contact that the host has, if it has just one.
    fn contact_of(
        &self,
        given: Option<&Key>,
        new: &[Identifier],
    ) -> (Option<Key>, Option<Box<str>>) {
        if given.is_some() || new.is_empty() {
            return (given.cloned(), None);
        }
        let mut found = self.ports.contacts.find(new);
        found.retain(|one| one.contact.is_valid());
        found.sort_by(|one, two| one.contact.cmp(&two.contact));
        found.dedup_by(|one, two| one.contact == two.contact);
        match &mut found[..] {
            [FoundContact { contact, name }] => {
                let name = name.take().filter(|name| check_text("name", name).is_ok());
                (Some(contact.clone()), name)
            }
            _ => (None, None),
        }
    }

    /// The other customers to whom identifiers and a contact lead.
    fn others(
        &self,
        own: CustomerId,
        claims: &[IdentifierClaim],
        contact: Option<&Key>,
    ) -> BTreeSet<CustomerId> {
        let store = &*self.store;
        let verified = store.rows.config.merge == Merging::Verified;
        let mut found = BTreeSet::new();
        for claim in claims {
            let known = store.index.known.get(&claim.identifier);
            for id in known.into_iter().flat_map(|known| known.customers.iter()) {
                let theirs = store.customer(*id).and_then(|row| row.proof(&claim.identifier));
                let proved = (claim.proof, theirs) == (Proof::Verified, Some(Proof::Verified));
                if *id != own && (proved || !verified) {
                    found.insert(*id);
                }
            }
        }
        let proved = claims.iter().any(|claim| claim.proof == Proof::Verified);
        if let Some(contact) = contact.filter(|_| proved || !verified) {
            let same = store.index.contacts.get(contact).into_iter().flatten();
            found.extend(same.filter(|id| **id != own));
        }
        found
    }

    /// True if what is known of a customer says that this is somebody else.
    fn is_another_person(
        &self,
        row: &Customer,
        identifiers: &[Identifier],
        contact: Option<&Key>,
    ) -> bool {
        if let (Some(own), Some(other)) = (&row.contact, contact) {
            return own != other;
        }
        let store = &*self.store;
        // Whoever names what was proved to be theirs is who they were.
        let same = identifiers.iter().any(|one| row.proof(one) == Some(Proof::Verified));
        identifiers.iter().filter(|one| row.proof(one).is_none()).any(|identifier| {
            let verified = row
                .identifiers
                .iter()
                .any(|own| own.proof == Proof::Verified && own.identifier.kind == identifier.kind);
            let known = store.index.known.get(identifier);
            let holders = known.into_iter().flat_map(|known| known.customers.iter());
            let mut contacts = holders.filter_map(|id| store.customer(*id)?.contact.as_ref());
            let of_another = contacts.any(|contact| Some(contact) != row.contact.as_ref());
            (verified && !same) || (row.contact.is_some() && of_another)
        })
    }
}

impl RunOnJourneys for Identify {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<CustomerId, JourneyRefusal> {
        let Self { customer: identifier, identifiers, proof, name, contact } = self;
        let identifier = turn.tidy_identifier("customer", identifier)?;
        let customer = turn.store.visitor(&identifier)?;
        let identifiers = turn.tidy_all(identifiers)?;
        if let Some(name) = &name {
            check_text("name", name)?;
        }
        if let Some(contact) = &contact {
            check_key("contact", contact)?;
        }
        let row = turn.head(customer)?;
        let surer = |one: &Identifier| row.proof(one).is_none_or(|known| known < proof);
        let new: Vec<_> = identifiers.iter().filter(|one| surer(one)).cloned().collect();
        let (contact, found_name) = turn.contact_of(contact.as_ref(), &new);
        if turn.is_another_person(row, &identifiers, contact.as_ref()) {
            turn.leave_person(customer, identifier, SessionOver::AnotherPerson);
            return Ok(customer);
        }
        let all = identifiers.into_iter().map(|identifier| IdentifierClaim { identifier, proof });
        let others = turn.others(customer, &all.collect::<Vec<_>>(), contact.as_ref());
        let claims: Vec<_> = new
            .into_iter()
            .filter(|one| turn.may_have(customer, one, &others))
            .map(|identifier| IdentifierClaim { identifier, proof })
            .collect();
        turn.check_merge(customer, &claims, &others)?;
        let name = name.or(found_name).filter(|name| row.name.as_ref() != Some(name));
        let contact = contact.filter(|contact| row.contact.as_ref() != Some(contact));
        let news = !claims.is_empty() || contact.is_some();
        turn.identified(customer, &identifier, claims, name, contact);
        Ok(turn.merge_others(customer, others, news))
    }
}

impl JourneyTurn<'_> {
    /// Refuses more identifiers, or more customers for whom one stands, than there may be.
    fn check_merge(
        &self,
        customer: CustomerId,
        claims: &[IdentifierClaim],
        others: &BTreeSet<CustomerId>,
    ) -> Result<(), JourneyRefusal> {
        let row = self.head(customer)?;
        let limits = &self.store.rows.config.limits;
        let one = others.first().filter(|_| others.len() == 1);
        let other = one.and_then(|id| self.store.customer(*id));
        let mut identifiers: BTreeSet<&Identifier> =
            row.identifiers.iter().chain(claims).map(|claim| &claim.identifier).collect();
        let theirs = other.into_iter().flat_map(|row| &row.identifiers);
        identifiers.extend(theirs.map(|claim| &claim.identifier));
        let full = |limit, max: u32| Err(JourneyRefusal::Limit { limit, max: u64::from(max) });
        if identifiers.len() > limits.identifiers as usize {
            return full(JourneyLimit::Identifiers, limits.identifiers);
        }
        let merged = other.map_or(0, |other| row.merged.len() + other.merged.len() + 1);
        if merged > limits.merged as usize {
            return full(JourneyLimit::Merged, limits.merged);
        }
        Ok(())
    }

    /// False of another's cookie: what comes under it stays theirs, unless the two are one.
    fn may_have(
        &self,
        own: CustomerId,
        identifier: &Identifier,
        others: &BTreeSet<CustomerId>,
    ) -> bool {
        let known = self.store.index.known.get(identifier);
        let merged = |id: &CustomerId| others.len() == 1 && others.contains(id);
        identifier.kind != IdentifierKind::Cookie
            || known.is_none_or(|known| known.customers.iter().all(|id| *id == own || merged(id)))
    }

    /// Says what became known, if anything did. It is activity, where a session goes on.
    fn identified(
        &mut self,
        customer: CustomerId,
        identifier: &Identifier,
        claims: Vec<IdentifierClaim>,
        name: Option<Box<str>>,
        contact: Option<Key>,
    ) {
        let live: Vec<SessionId> = self.live_under(identifier);
        let moves = |id: &SessionId| {
            self.store.session(*id).is_some_and(|row| row.last_activity < self.now)
        };
        let mut live = live.into_iter().filter(moves).collect::<Vec<_>>().into_iter();
        let news = !claims.is_empty() || name.is_some() || contact.is_some();
        let session = live.next();
        if news || session.is_some() {
            self.emit(JourneyEvent::Identified { customer, session, claims, name, contact });
        }
        for session in live {
            let (claims, name, contact) = (Vec::new(), None, None);
            let session = Some(session);
            self.emit(JourneyEvent::Identified { customer, session, claims, name, contact });
        }
    }

    /// Merges a customer with the only other one that was found; answers with who stands for them.
    /// That several were found is said where anything is new.
    fn merge_others(
        &mut self,
        customer: CustomerId,
        others: BTreeSet<CustomerId>,
        news: bool,
    ) -> CustomerId {
        let mut found = others.iter();
        let (Some(other), None) = (found.next().copied(), found.next()) else {
            if !others.is_empty() && news {
                let found = others.into_iter().collect();
                self.emit(JourneyEvent::Ambiguous { customer, found });
            }
            return customer;
        };
        let (younger, older) = (customer.max(other), customer.min(other));
        self.emit(JourneyEvent::Merged { customer: younger, into: older });
        self.make_room(older, 0);
        older
    }
}

impl RunOnJourneys for EraseCustomer {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let customer = turn.head(self.customer)?.id;
        turn.emit(JourneyEvent::CustomerErased { customer });
        Ok(())
    }
}
