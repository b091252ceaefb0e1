//! What follows here from what happened to interactions.

use alloc::boxed::Box;

use crate::interaction::{
    Address, Direction, Interaction, InteractionId, InteractionRequest, InteractionType,
    RecordEvent,
};
use crate::model::ids::{AgentId, QueueId};

use crate::journey::decide::JourneyTurn;
use crate::journey::event::JourneyEvent;
use crate::journey::identifier::{Identifier, IdentifierKind};
use crate::journey::ids::WebOfferId;
use crate::journey::offer::WebOfferState;
use crate::journey::talk::{ConversationCard, JourneyContext, JourneyLink, LinkedBy};

impl JourneyTurn<'_> {
    /// Lets a fact of records move the offer and the link of its interaction.
    pub(crate) fn follow(&mut self, event: &RecordEvent) {
        match event {
            RecordEvent::Opened { interaction, opening, .. } => self.opened(*interaction, opening),
            RecordEvent::Offered { interaction, agent, .. } => {
                if self.store.rows.links.contains_key(interaction) {
                    let (interaction, agent) = (*interaction, *agent);
                    self.emit(JourneyEvent::Rang { interaction, agent });
                }
            }
            RecordEvent::Queued { interaction, queue, .. } => {
                self.moved(*interaction, Some(*queue), None, true);
            }
            RecordEvent::Assigned { interaction, agent }
            | RecordEvent::HandedOver { interaction, agent, .. } => {
                self.moved(*interaction, None, Some(*agent), true);
                self.move_offer(*interaction, WebOfferState::Started, WebOfferState::Engaged);
            }
            RecordEvent::SetAside { interaction, .. }
            | RecordEvent::Returned { interaction }
            | RecordEvent::Held { interaction, .. }
            | RecordEvent::Resumed { interaction }
            | RecordEvent::CodeSet { interaction, .. } => {
                self.moved(*interaction, None, None, false);
            }
            RecordEvent::Merged { interaction, from } => {
                self.moved(*interaction, None, None, true);
                self.moved(*from, None, None, true);
            }
            RecordEvent::WrapUpBegan { interaction, .. } => {
                self.moved(*interaction, None, None, false);
                self.move_offer(*interaction, WebOfferState::Engaged, WebOfferState::Completed);
            }
            RecordEvent::Closed { interaction, .. } => {
                self.move_offer(*interaction, WebOfferState::Engaged, WebOfferState::Completed);
                self.move_offer(*interaction, WebOfferState::Started, WebOfferState::Abandoned);
                let link = self.store.rows.links.get(interaction);
                if link.is_some_and(|row| !row.link.over) {
                    self.emit(JourneyEvent::InteractionOver { interaction: *interaction });
                }
            }
            RecordEvent::Archived { record } => self.archived(record),
            _ => {}
        }
    }

    /// An interaction is a customer's if the address they write from is theirs alone. Of a
    /// telephone call nobody knows who calls until they were asked.
    fn opened(&mut self, interaction: InteractionId, opening: &InteractionRequest) {
        let asked = opening.kind == InteractionType::Phone;
        if asked || opening.direction == Direction::Internal {
            return;
        }
        let Some((address, _)) = &opening.addresses else { return };
        let Some(identifier) = self.identifier_of(address) else { return };
        let known = self.store.index.known.get(&identifier);
        let [customer] = known.map(|known| &known.customers[..]).unwrap_or_default() else {
            return;
        };
        let customer = *customer;
        let identifier = Some(identifier.kind);
        let context = JourneyContext { identifier, ..JourneyContext::of(customer) };
        let by = LinkedBy::Address;
        let link = JourneyLink { customer, by, context, verified: false, over: false };
        self.emit(JourneyEvent::Linked { interaction, link: link.into() });
    }

    /// The identifier that an address on a channel is. The channel is named up to a colon and a
    /// provider.
    fn identifier_of(&self, address: &Address) -> Option<Identifier> {
        let channel = address.channel.split(':').next().unwrap_or_default();
        let kind = match channel {
            "email" => IdentifierKind::Email,
            "sms" | "whatsapp" | "phone" => IdentifierKind::Phone,
            "web" | "app" => IdentifierKind::Cookie,
            _ => IdentifierKind::Social,
        };
        let identifier = Identifier::new(kind, &*address.identifier);
        self.tidy_identifier("address", identifier).ok()
    }

    /// The card of a conversation is another.
    fn moved(
        &mut self,
        interaction: InteractionId,
        queue: Option<QueueId>,
        agent: Option<AgentId>,
        step: bool,
    ) {
        if self.store.rows.links.contains_key(&interaction) {
            self.emit(JourneyEvent::ConversationMoved { interaction, queue, agent, step });
        }
    }

    fn offer_of(&self, interaction: InteractionId) -> Option<WebOfferId> {
        let row = self.store.rows.links.get(&interaction)?;
        row.link.context.map.as_ref().map(|map| map.offer)
    }

    fn move_offer(&mut self, interaction: InteractionId, from: WebOfferState, to: WebOfferState) {
        let Some(offer) = self.offer_of(interaction) else { return };
        if self.store.offer(offer).is_some_and(|row| row.state == from) {
            self.change(offer, to);
        }
    }

    fn archived(&mut self, record: &Interaction) {
        let Some(row) = self.store.rows.links.get(&record.id) else { return };
        let customer = self.store.head_of(row.link.customer);
        let conversation = Box::new(ConversationCard::of(record, &row.rang));
        self.emit(JourneyEvent::ConversationKept { customer, conversation });
    }
}
