//! How a fact changes records. Nothing else does.

use alloc::sync::Arc;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::calendar::WaitClock;
use crate::model::ids::{OfferId, WorkId};
use crate::state::machine::Illegal;

use crate::interaction::conversation::{Conversation, ConversationStep, Message};
use crate::interaction::event::{RecordEvent, RecordFact};
use crate::interaction::hours::KnownHours;
use crate::interaction::ids::{InteractionId, MessageId};
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::{Direction, Interaction, InteractionRequest};
use crate::interaction::segment::Part;
use crate::interaction::state::InteractionStep;
use crate::interaction::store::{RecordIndex, Store, ongoing_between};

/// A fact that does not fit the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordMisfit {
    /// It names something that is not there.
    #[error("it names an interaction that is not there")]
    NotThere,
    /// It is not the next one.
    #[error("it is not the next fact, or gives an id that is not the next")]
    OutOfOrder,
    /// The state does not allow it.
    #[error("{} cannot {}", .0.state, .0.step)]
    Illegal(Illegal),
}

impl From<Illegal> for RecordMisfit {
    fn from(illegal: Illegal) -> Self {
        Self::Illegal(illegal)
    }
}

/// True if an event ends something that went on beside the main hands: that counts from when it was
/// due, whatever has happened there since then.
const fn ends_beside(event: &RecordEvent) -> bool {
    matches!(
        event,
        RecordEvent::OfferEnded { .. }
            | RecordEvent::GuestLeft { .. }
            | RecordEvent::TrailingWrapUpEnded { .. }
    )
}

impl Store {
    /// Makes the change a fact tells of.
    pub(crate) fn apply(
        &mut self,
        fact: &RecordFact,
        profiles: &mut dyn ProfileStore,
    ) -> Result<(), RecordMisfit> {
        if fact.seq != self.rows().seq.saturating_add(1) {
            return Err(RecordMisfit::OutOfOrder);
        }
        let at = fact.effective();
        match &fact.event {
            RecordEvent::Configured(config) => {
                let rows = self.rows_mut();
                rows.config = (**config).clone();
                if rows.config.idle.counts == WaitClock::Wall {
                    rows.hours = KnownHours::default();
                }
                self.set_all_deadlines();
            }
            RecordEvent::HoursSet { calendars, queues } => {
                self.rows_mut().hours.change(calendars, queues);
                self.set_all_deadlines();
            }
            RecordEvent::Opened { interaction, number, opening } => {
                self.open(*interaction, number, opening, at)?;
                opening.profile.into_iter().for_each(|profile| profiles.used(profile));
            }
            RecordEvent::ProfileSet(profile) => {
                let rows = self.rows_mut();
                rows.profiles_made = rows.profiles_made.max(profile.id.raw());
                profiles.put(profile);
            }
            RecordEvent::ProfileForgotten { profile } => profiles.forget(*profile),
            RecordEvent::Merged { interaction, from } => self.merge(*interaction, *from, at)?,
            RecordEvent::ProfilesMerged { profile, into } => self.merge_profiles(*profile, *into),
            RecordEvent::Archived { record } => self.forget(record.id)?,
            event => self.change(event, at)?,
        }
        if let Some(id) = fact.event.interaction() {
            self.set_deadline(id);
        }
        self.rows_mut().seq = fact.seq;
        Ok(())
    }

    fn open(
        &mut self,
        id: InteractionId,
        number: &str,
        opening: &InteractionRequest,
        at: Timestamp,
    ) -> Result<(), RecordMisfit> {
        let with_virtual_agent =
            self.config().virtual_agent && opening.direction == Direction::Inbound;
        let most = self.config().limits.segments;
        let mut row = Interaction::new(id, number.into(), opening, at);
        row.set_context(&opening.context);
        if opening.kind.is_written() {
            let live_only = opening.entry.as_ref().is_some_and(|entry| entry.live_only);
            let mut talk = Conversation::new(with_virtual_agent, live_only, at);
            talk.entries.extend(opening.entry.clone());
            talk.participants.extend(row.customer());
            if !talk.live_only {
                row.handling.begin(Part::VirtualAgent, at, most);
            }
            row.conversation = Some(talk.into());
        }
        let (rows, index) = self.parts_mut();
        let row = Arc::new(row);
        if !rows.interactions.open(id, Arc::clone(&row)) {
            return Err(RecordMisfit::OutOfOrder);
        }
        rows.last_number = rows.last_number.saturating_add(1).max(rows.config.numbering.first);
        if let Some(customer) = row.opened_for.clone() {
            index.customers.entry(customer).or_default().insert(id);
        }
        index.about.extend(row.about.map(|about| (about, id)));
        index.enter_keys(&row);
        index.enter_people(&row);
        Ok(())
    }

    fn forget(&mut self, id: InteractionId) -> Result<(), RecordMisfit> {
        let row = self.rows_mut().interactions.close(id).ok_or(RecordMisfit::NotThere)?;
        if let Some(customer) = &row.opened_for {
            self.index_mut().leave_customer(customer, id);
        }
        if let Some(about) = row.about {
            self.index_mut().about.remove(&(about, id));
        }
        self.index_mut().leave_keys(&row);
        Ok(())
    }

    /// A change of one interaction that is there already.
    fn change(&mut self, event: &RecordEvent, at: Timestamp) -> Result<(), RecordMisfit> {
        let id = event.interaction().ok_or(RecordMisfit::NotThere)?;
        let most = self.config().limits.segments;
        let (rows, index) = self.parts_mut();
        let row = Arc::make_mut(rows.interactions.get_mut(id).ok_or(RecordMisfit::NotThere)?);
        let at = if ends_beside(event) { at } else { at.max(row.touched) };
        row.touched = at.max(row.touched);
        match event {
            RecordEvent::Associated { opened_for, .. } => index.associate(row, opened_for),
            RecordEvent::WorkLinked { work, .. } => {
                row.work = Some(*work);
                index.works.insert(*work, id);
            }
            RecordEvent::WorkOver { .. } => {
                if let Some(work) = row.work.take() {
                    index.drop_work(row, work);
                }
            }
            RecordEvent::Queued { queue, wraps_up, .. } => {
                row.step(InteractionStep::Queue, at)?;
                row.give_away(*wraps_up, at, most);
                row.leave();
                row.queue = Some(*queue);
                row.asked = true;
                row.handling.begin(Part::InLine(*queue), at, most);
                row.talk(ConversationStep::HandOff, at)?;
            }
            RecordEvent::SentOutside { to, wraps_up, .. } => {
                row.give_away(*wraps_up, at, most);
                row.outside = Some(to.clone());
            }
            RecordEvent::SetAside { until, .. } => {
                row.step(InteractionStep::Queue, at)?;
                row.promised = until.or(row.promised);
                row.leave();
                row.asked = true;
                row.handling.end(at, most, Part::is_main);
                row.talk(ConversationStep::HandOff, at)?;
            }
            RecordEvent::Returned { .. } => {
                row.step(InteractionStep::Return, at)?;
                row.leave();
                row.asked = false;
                row.handling.end(at, most, Part::is_main);
                if row.has_virtual_agent() {
                    row.handling.begin(Part::VirtualAgent, at, most);
                    row.talk(ConversationStep::Return, at)?;
                }
            }
            RecordEvent::Offered { offer, agent, .. } => {
                row.offers.push((*offer, *agent));
                index.offers.insert(*offer, id);
            }
            RecordEvent::OfferEnded { offer, .. } => {
                row.offers.retain(|(open, _)| open != offer);
                index.offers.swap_remove(offer);
            }
            RecordEvent::Assigned { agent, .. } => {
                index.end_offers(row);
                row.step(InteractionStep::Assign, at)?;
                row.end_guest(*agent, at, most);
                row.take(*agent, at, most)?;
            }
            RecordEvent::HandedOver { agent, wraps_up, .. } => {
                row.step(InteractionStep::Assign, at)?;
                row.give_away(*wraps_up, at, most);
                row.end_guest(*agent, at, most);
                row.take(*agent, at, most)?;
            }
            RecordEvent::Closed { .. } | RecordEvent::WrapUpBegan { .. } => {
                for pair in ongoing_between(row) {
                    index.ongoing.remove(&pair);
                }
                index.end_offers(row);
                row.end(event, at, most)?;
                if row.state.is_closed() {
                    for one in row.participants() {
                        index.of_profile.remove(&(one.profile, id));
                    }
                }
            }
            RecordEvent::Entered { .. } | RecordEvent::ParticipantAdded { .. } => {
                row.note(event, at, most)?;
                index.enter_people(row);
            }
            RecordEvent::TrailingWrapUpEnded { work, agent, .. } => {
                row.trailing.retain(|trailing| trailing != &(*work, *agent));
                row.handling.end(at, most, |part| part == Part::WrapUp(*agent));
                if row.work != Some(*work) {
                    index.drop_work(row, *work);
                }
            }
            RecordEvent::Said { message, .. } => {
                rows.messages_said = rows.messages_said.saturating_add(1);
                let next = MessageId::from_raw(rows.messages_said);
                if message.id != next && !message.has_no_id() {
                    return Err(RecordMisfit::OutOfOrder);
                }
                row.hear(Message { id: next, ..(**message).clone() }, most)?;
                index.said.extend(message.key.clone().map(|key| (key, id)));
            }
            RecordEvent::Saved { by, change, .. } => {
                if let Some(customer) = &change.opened_for {
                    index.associate(row, customer);
                }
                row.save(*by, change, at);
            }
            _ => row.note(event, at, most)?,
        }
        Ok(())
    }
}

impl RecordIndex {
    /// Enters the participants of an interaction, as long as it goes on, or is not closed.
    pub(crate) fn enter_people(&mut self, row: &Interaction) {
        self.ongoing.extend(ongoing_between(row).map(|pair| (pair, row.id)));
        let people = row.participants().filter(|_| !row.state.is_closed());
        self.of_profile.extend(people.map(|one| (one.profile, row.id)));
    }

    /// Enters the keys of an interaction and of its messages.
    pub(crate) fn enter_keys(&mut self, row: &Interaction) {
        self.opened.extend(row.key.clone().map(|key| (key, row.id)));
        self.said.extend(keys_of_messages(row).map(|key| (key.clone(), row.id)));
    }

    fn leave_keys(&mut self, row: &Interaction) {
        if let Some(key) = &row.key {
            self.opened.remove(key);
        }
        for key in keys_of_messages(row) {
            self.said.remove(key);
        }
    }

    /// Nobody needs to hear of a piece of work any more, unless somebody still wraps it up.
    fn drop_work(&mut self, row: &Interaction, work: WorkId) {
        if !row.trailing.iter().any(|(of, _)| *of == work) {
            self.works.swap_remove(&work);
        }
    }

    fn end_offers(&mut self, row: &mut Interaction) {
        for (offer, _) in row.offers.drain(..) {
            self.offers.swap_remove::<OfferId>(&offer);
        }
    }

    fn associate(&mut self, row: &mut Interaction, customer: &Key) {
        if let Some(before) = row.opened_for.replace(customer.clone()) {
            self.leave_customer(&before, row.id);
        }
        self.customers.entry(customer.clone()).or_default().insert(row.id);
    }

    fn leave_customer(&mut self, customer: &str, id: InteractionId) {
        if let Some(ids) = self.customers.get_mut(customer) {
            ids.remove(&id);
            if ids.is_empty() {
                self.customers.remove(customer);
            }
        }
    }
}

fn keys_of_messages(row: &Interaction) -> impl Iterator<Item = &Key> {
    row.messages().filter_map(|message| message.key.as_ref())
}
