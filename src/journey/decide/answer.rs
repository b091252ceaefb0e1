//! What becomes of an offer.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::interaction::InteractionId;
use crate::model::invalid::Invalid;
use crate::model::work::check_key;

use crate::journey::command::{Answer, FailOffer, LinkInteraction};
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::event::JourneyEvent;
use crate::journey::ids::{CustomerId, WebOfferId};
use crate::journey::offer::{OfferFailure, WebAnswer, WebOffer, WebOfferState};
use crate::journey::refusal::JourneyRefusal;
use crate::journey::store::JourneyStore;
use crate::journey::talk::{JourneyContext, JourneyLink, LinkedBy, MapVersion};
use crate::journey::visit::TEXT_MAX;

impl JourneyTurn<'_> {
    /// An offer comes to a state, of its own accord.
    pub(crate) fn change(&mut self, offer: WebOfferId, state: WebOfferState) {
        let (disposition, failure) = (None, None);
        self.emit(JourneyEvent::OfferChanged { offer, state, disposition, failure });
    }

    pub(crate) fn fail(&mut self, offer: WebOfferId, code: &str, message: &str) {
        let failure = OfferFailure { code: code.into(), message: message.into() };
        self.failed(offer, failure);
    }

    fn failed(&mut self, offer: WebOfferId, failure: OfferFailure) {
        let (state, disposition) = (WebOfferState::Errored, None);
        let failure = Some(Box::new(failure));
        self.emit(JourneyEvent::OfferChanged { offer, state, disposition, failure });
    }

    pub(crate) fn time_out(&mut self, offer: WebOfferId) {
        self.change(offer, WebOfferState::TimedOut);
    }

    fn answered(&mut self, offer: WebOfferId, state: WebOfferState) {
        let offered = self.store.offer(offer).map(|row| row.offered);
        let disposition = offered.map(|offered| self.now.since(offered).as_millis());
        let failure = None;
        self.emit(JourneyEvent::OfferChanged { offer, state, disposition, failure });
    }

    /// The journey behind a conversation that an offer began.
    fn context_of(&self, offer: &WebOffer) -> JourneyContext {
        let session = self.store.session(offer.session);
        let customer = session
            .map(|row| self.store.head_of(row.customer))
            .unwrap_or_else(|| CustomerId::from_raw(0));
        let (key, version) = (offer.map.clone(), offer.version);
        JourneyContext {
            customer,
            identifier: session.map(|row| row.identifier.kind),
            session: session.map(|row| (row.id, row.kind.clone())),
            map: Some(MapVersion { key, version, offer: offer.id }),
        }
    }

    /// A conversation began after an offer was accepted.
    fn start(&mut self, offer: WebOfferId, interaction: InteractionId) {
        let Some(row) = self.store.offer(offer) else { return };
        let context = self.context_of(row);
        let (customer, by) = (context.customer, LinkedBy::Offer);
        let before = self.store.rows.links.get(&interaction).map(|row| &row.link);
        let verified = before.is_some_and(|link| link.verified);
        let over = self.below.over || before.is_some_and(|link| link.over);
        let link = JourneyLink { customer, by, context, verified, over };
        self.emit(JourneyEvent::Linked { interaction, link: link.into() });
        self.change(offer, WebOfferState::Started);
    }
}

impl WebOffer {
    /// True if a visitor has given this answer.
    pub(crate) fn has_answer(&self, answer: WebAnswer) -> bool {
        match answer {
            WebAnswer::Rejected => self.state == WebOfferState::Rejected,
            WebAnswer::Accepted => self.answered.is_some() && self.state != WebOfferState::Rejected,
        }
    }
}

impl RunOnJourneys for Answer {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<Option<InteractionId>, JourneyRefusal> {
        let Self { offer, answer } = self;
        let row = turn.offer(offer)?;
        if row.has_answer(answer) {
            return Ok(row.interaction);
        }
        let (state, media) = (row.state, row.media);
        if state != WebOfferState::Offered {
            return Err(JourneyRefusal::OfferOver { state });
        }
        if answer == WebAnswer::Rejected {
            turn.answered(offer, WebOfferState::Rejected);
            return Ok(None);
        }
        turn.answered(offer, WebOfferState::Accepted);
        if media.is_conversation() && turn.below.joined {
            match (turn.below.opened, turn.below.failed.take()) {
                (Some(interaction), _) => {
                    turn.start(offer, interaction);
                    return Ok(Some(interaction));
                }
                (None, Some(failure)) => turn.failed(offer, failure),
                (None, None) => turn.fail(offer, "not_started", ""),
            }
        }
        Ok(None)
    }
}

impl RunOnJourneys for FailOffer {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { offer, code, message } = self;
        let row = turn.offer(offer)?;
        let state = row.state;
        let failure = OfferFailure { code, message };
        failure.check()?;
        let same = row.failure.as_deref() == Some(&failure);
        match state {
            WebOfferState::Errored if same => Ok(()),
            WebOfferState::Offered | WebOfferState::Accepted if row.ended.is_none() => {
                turn.failed(offer, failure);
                Ok(())
            }
            state => Err(JourneyRefusal::OfferOver { state }),
        }
    }
}

impl OfferFailure {
    fn check(&self) -> Result<(), Invalid> {
        check_key("code", &self.code)?;
        Invalid::length("message", self.message.len(), TEXT_MAX)
    }

    /// Why a layer below did not begin the conversation.
    pub(crate) fn of(code: &str, message: &str) -> Self {
        // A text is cut where a character ends.
        let mut end = message.len().min(TEXT_MAX as usize);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        Self { code: Key::from(code), message: message.get(..end).unwrap_or_default().into() }
    }
}

impl JourneyLink {
    /// True if nothing led to the interaction yet, and it is with this customer: it was known by
    /// the address they write from, or by an agent.
    fn is_free_for(&self, customer: Option<CustomerId>, store: &JourneyStore) -> bool {
        self.context.map.is_none() && customer == Some(store.head_of(self.customer))
    }
}

impl RunOnJourneys for LinkInteraction {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { offer, interaction } = self;
        let row = turn.offer(offer)?;
        let (state, media) = (row.state, row.media);
        if row.interaction == Some(interaction) {
            return Ok(());
        }
        let store = &*turn.store;
        let customer = store.session(row.session).map(|session| store.head_of(session.customer));
        let before = store.rows.links.get(&interaction).map(|row| &row.link);
        if before.is_some_and(|link| !link.is_free_for(customer, store)) {
            return Err(JourneyRefusal::AlreadyLinked { interaction });
        }
        if state != WebOfferState::Accepted || !media.is_conversation() {
            return Err(JourneyRefusal::OfferOver { state });
        }
        turn.start(offer, interaction);
        Ok(())
    }
}
