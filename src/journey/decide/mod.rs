//! Deciding: what a command does to this layer. What it does below is planned in
//! [`over`](crate::journey::over).

mod answer;
mod define;
mod evaluate;
mod follow;
mod identify;
mod offering;
mod talk;
mod track;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::shape::AnswersWith;
use crate::fact::log::{Cause, Seq};
use crate::interaction::{InteractionId, Normaliser};
use crate::layer::fault::Fault;
use crate::layer::mode::Mode;
use crate::state::machine::DeadlineKind;

use crate::journey::event::{JourneyEntry, JourneyEvent, JourneyFact, JourneyLog, Unassigned};
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::{OfferFailure, WebOffer};
use crate::journey::person::Customer;
use crate::journey::ports::{Contacts, Floor, Predictor};
use crate::journey::refusal::{JourneyEntity, JourneyRefusal};
use crate::journey::session::VisitorSession;
use crate::journey::store::{JourneyDue, JourneyStore};

/// Decides a command. It checks everything first and emits then.
pub(crate) trait RunOnJourneys: AnswersWith {
    /// Decides and emits.
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<Self::Output, JourneyRefusal>;
}

/// What was found and done below for a command.
#[derive(Debug, Default)]
#[allow(unnameable_types, reason = "only the joiner hands it on")]
pub struct JourneyBelow {
    /// True if records were asked.
    pub(crate) joined: bool,
    /// The interaction that was opened for an offer.
    pub(crate) opened: Option<InteractionId>,
    /// True if the interaction that the command names is over.
    pub(crate) over: bool,
    /// Why none was.
    pub(crate) failed: Option<OfferFailure>,
}

/// Whom the layer asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JourneyPorts<'a> {
    pub(crate) contacts: &'a dyn Contacts,
    pub(crate) normaliser: &'a dyn Normaliser,
    pub(crate) floor: &'a dyn Floor,
    pub(crate) predictor: &'a dyn Predictor,
}

/// A call under way.
#[derive(Debug)]
#[allow(unnameable_types, reason = "only the hidden half of `Action` speaks of it")]
pub struct JourneyTurn<'a> {
    pub(crate) store: &'a mut JourneyStore,
    pub(crate) log: &'a mut JourneyLog,
    pub(crate) now: Timestamp,
    pub(crate) cause: Cause,
    /// The number of the last fact of records that was followed.
    pub(crate) records: Seq,
    pub(crate) ports: JourneyPorts<'a>,
    pub(crate) below: JourneyBelow,
    pub(crate) mode: Mode,
    /// The fault, once something did not fit.
    pub(crate) fault: &'a mut Option<Fault>,
}

impl JourneyTurn<'_> {
    /// Makes something happen.
    pub(crate) fn emit(&mut self, event: JourneyEvent) {
        if let Mode::Checking { passed } = &mut self.mode {
            *passed = true;
            return;
        }
        // After a fault nothing is trusted any more: the facts of the call are taken out again.
        if self.fault.is_some() {
            return;
        }
        let seq = self.store.rows.seq.saturating_add(1);
        let entry = JourneyEntry { records: self.records, event };
        let fact = JourneyFact::new(seq, self.now, self.cause.clone(), entry);
        match self.store.apply(&fact) {
            Ok(()) => self.log.push(fact),
            Err(misfit) => {
                let reason = alloc::format!("fact {seq} of journeys does not fit: {misfit}");
                *self.fault = Some(Fault::new(seq.saturating_sub(1), self.now, reason));
            }
        }
    }

    /// True if nothing happens any more: the command only had to be checked, or a fact did not fit.
    pub(crate) fn is_halted(&self) -> bool {
        self.fault.is_some() || self.mode != Mode::Doing
    }

    /// The agent in whose name the command is given, if it is one's.
    pub(crate) const fn agent(&self) -> Option<crate::model::ids::AgentId> {
        match &self.cause {
            Cause::Command { by: Actor::Agent(agent) } => Some(*agent),
            _ => None,
        }
    }

    /// A session that is kept.
    pub(crate) fn session(&self, id: SessionId) -> Result<&VisitorSession, JourneyRefusal> {
        self.store.known_session(id)
    }

    /// A session that goes on.
    pub(crate) fn live(&self, session: SessionId) -> Result<&VisitorSession, JourneyRefusal> {
        let row = self.session(session)?;
        if row.is_live() { Ok(row) } else { Err(JourneyRefusal::NotLive { session }) }
    }

    /// The customer who stands for one.
    pub(crate) fn head(&self, id: CustomerId) -> Result<&Customer, JourneyRefusal> {
        self.store.known_head(id)
    }

    /// An offer that is remembered.
    pub(crate) fn offer(&self, id: WebOfferId) -> Result<&WebOffer, JourneyRefusal> {
        self.store.known_offer(id)
    }

    /// Fires all that fell due by a time.
    pub(crate) fn fire_due(&mut self, by: Timestamp) {
        while self.fire_first(by) && self.fault.is_none() {}
    }

    /// Fires the one thing that is due first, if it is due by a time; says whether it was.
    pub(crate) fn fire_first(&mut self, by: Timestamp) -> bool {
        let Some((due, what)) = self.store.first_due().filter(|(due, _)| *due <= by) else {
            return false;
        };
        let (due, what) = self.instead(due, what);
        let cause = Cause::Deadline { kind: DeadlineKind::Journey, due };
        let (before, said) = (core::mem::replace(&mut self.cause, cause), self.store.rows.seq);
        match what {
            JourneyDue::Offer(id) => self.time_out(id),
            JourneyDue::Session(id) => {
                self.end_session(id, due, crate::journey::SessionOver::Silence)
            }
            JourneyDue::Map(id) => self.evaluate_maps(id),
            JourneyDue::Segment(id) => self.expire_segments(id, due),
            JourneyDue::Customer(id) => self.emit(JourneyEvent::CustomerForgotten { customer: id }),
        }
        self.cause = before;
        if self.store.rows.seq == said && self.fault.is_none() {
            // It would be due for ever.
            let reason = alloc::format!("{what:?} was due and nothing came of it");
            *self.fault = Some(Fault::new(said, self.now, reason));
        }
        true
    }

    /// In a session whose time is over by now nothing can be shown any more, so it ends instead.
    fn instead(&self, due: Timestamp, what: JourneyDue) -> (Timestamp, JourneyDue) {
        let JourneyDue::Map(id) = what else { return (due, what) };
        let span = self.store.rows.config.session;
        let end = self.store.session(id).map(|session| session.last_activity + span);
        match end.filter(|end| *end <= self.now) {
            Some(end) => (end, JourneyDue::Session(id)),
            None => (due, what),
        }
    }

    fn expire_segments(&mut self, customer: CustomerId, due: Timestamp) {
        let row = self.store.customer(customer);
        let segments = row.into_iter().flat_map(|row| &row.segments);
        let over = segments.filter(|one| one.expires.is_some_and(|expires| expires <= due));
        let over: alloc::vec::Vec<_> = over.map(|one| one.segment.clone()).collect();
        for segment in over {
            let (session, why) = (None, Unassigned::Expired);
            self.emit(JourneyEvent::SegmentUnassigned { customer, session, segment, why });
        }
    }
}

impl JourneyStore {
    /// A session that is kept.
    pub(crate) fn known_session(
        &self,
        session: SessionId,
    ) -> Result<&VisitorSession, JourneyRefusal> {
        self.session(session).ok_or_else(|| {
            if (1..=self.rows.sessions_made).contains(&session.raw()) {
                JourneyRefusal::Archived { session }
            } else {
                JourneyRefusal::Unknown { what: JourneyEntity::Session(session) }
            }
        })
    }

    /// The customer who stands for one.
    pub(crate) fn known_head(&self, id: CustomerId) -> Result<&Customer, JourneyRefusal> {
        let what = JourneyEntity::Customer(id);
        self.customer(self.head_of(id)).ok_or_else(|| match self.rows.customers.was_minted(id) {
            true => JourneyRefusal::Forgotten { what },
            false => JourneyRefusal::Unknown { what },
        })
    }

    /// An offer that is remembered.
    pub(crate) fn known_offer(&self, id: WebOfferId) -> Result<&WebOffer, JourneyRefusal> {
        let what = JourneyEntity::Offer(id);
        self.offer(id).ok_or_else(|| match self.rows.offers.was_minted(id) {
            true => JourneyRefusal::Forgotten { what },
            false => JourneyRefusal::Unknown { what },
        })
    }

    /// The customer whom a host names by an identifier of theirs, as it is kept.
    pub(crate) fn visitor(&self, identifier: &Identifier) -> Result<CustomerId, JourneyRefusal> {
        let unknown =
            || JourneyRefusal::Unknown { what: JourneyEntity::Visitor(identifier.clone()) };
        self.holder(identifier).ok_or_else(unknown)
    }
}
