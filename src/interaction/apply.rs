//! How a fact changes records. Nothing else does.

use crate::base::time::Timestamp;
use crate::lifecycle::machine::Illegal;
use crate::model::ids::{OfferId, WorkId};

use crate::interaction::conversation::{Conversation, ConversationStep};
use crate::interaction::event::{RecordEvent, RecordFact};
use crate::interaction::ids::InteractionId;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::{Direction, Interaction, InteractionRequest};
use crate::interaction::segment::Part;
use crate::interaction::state::InteractionStep;
use crate::interaction::store::{Store, ongoing_between};

/// A fact that does not fit the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
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

impl From<Illegal> for Misfit {
    fn from(illegal: Illegal) -> Self {
        Self::Illegal(illegal)
    }
}

impl Store {
    /// Makes the change a fact tells of.
    pub(crate) fn apply(
        &mut self,
        fact: &RecordFact,
        profiles: &mut dyn ProfileStore,
    ) -> Result<(), Misfit> {
        if fact.seq != self.rows().seq.saturating_add(1) {
            return Err(Misfit::OutOfOrder);
        }
        let at = fact.effective();
        match &fact.event {
            RecordEvent::Configured(config) => {
                let rows = self.rows_mut();
                rows.config = (**config).clone();
                self.set_all_deadlines();
            }
            RecordEvent::Opened { interaction, number, opening } => {
                self.open(*interaction, number, opening, at)?;
            }
            RecordEvent::ProfileSet(profile) => {
                let rows = self.rows_mut();
                rows.profiles_made = rows.profiles_made.max(profile.id.raw());
                profiles.put(profile);
            }
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
    ) -> Result<(), Misfit> {
        let with_virtual_agent =
            self.config().virtual_agent && opening.direction == Direction::Inbound;
        let most = self.config().limits.segments;
        let mut row = Interaction::new(id, number.into(), opening, at);
        row.set_context(&opening.context);
        if opening.kind.is_written() {
            let live_only = opening.entry.as_ref().is_some_and(|entry| entry.live_only);
            let mut talk = Conversation::new(with_virtual_agent, live_only, at);
            talk.entries.extend(opening.entry.clone());
            talk.participants.extend(opening.profile);
            if !talk.live_only {
                row.handling.begin(Part::VirtualAgent, at, most);
            }
            row.conversation = Some(talk.into());
        }
        let (customer, pair) = (row.opened_for.clone(), ongoing_between(&row));
        let rows = self.rows_mut();
        if !rows.interactions.open(id, row) {
            return Err(Misfit::OutOfOrder);
        }
        rows.last_number = rows.last_number.saturating_add(1).max(rows.config.numbering.first);
        let index = self.index_mut();
        if let Some(customer) = customer {
            index.customers.entry(customer).or_default().insert(id);
        }
        if let Some(pair) = pair {
            index.ongoing.insert(pair, id);
        }
        if let Some(profile) = opening.profile {
            index.of_profile.insert((profile, id));
        }
        Ok(())
    }

    fn forget(&mut self, id: InteractionId) -> Result<(), Misfit> {
        let row = self.rows_mut().interactions.close(id).ok_or(Misfit::NotThere)?;
        if let Some(customer) = &row.opened_for {
            self.leave_customer(customer, id);
        }
        Ok(())
    }

    fn leave_customer(&mut self, customer: &str, id: InteractionId) {
        let customers = &mut self.index_mut().customers;
        if let Some(his) = customers.get_mut(customer) {
            his.remove(&id);
            if his.is_empty() {
                customers.remove(customer);
            }
        }
    }

    fn row(&mut self, id: InteractionId) -> Result<&mut Interaction, Misfit> {
        self.rows_mut().interactions.get_mut(id).ok_or(Misfit::NotThere)
    }

    /// A change of one interaction that is there already.
    fn change(&mut self, event: &RecordEvent, at: Timestamp) -> Result<(), Misfit> {
        let id = event.interaction().ok_or(Misfit::NotThere)?;
        let most = self.config().limits.segments;
        let row = self.row(id)?;
        let at = at.max(row.touched);
        row.touched = at;
        match event {
            RecordEvent::Associated { opened_for, .. } => self.associate(id, opened_for)?,
            RecordEvent::WorkLinked { work, .. } => {
                self.row(id)?.work = Some(*work);
                self.index_mut().works.insert(*work, id);
            }
            RecordEvent::WorkOver { .. } => {
                if let Some(work) = self.row(id)?.work.take() {
                    self.drop_work(id, work);
                }
            }
            RecordEvent::Queued { queue, wraps_up, .. } => {
                let row = self.row(id)?;
                row.step(InteractionStep::Queue)?;
                row.give_away(*wraps_up, at, most);
                row.assigned_to = None;
                row.queue = Some(*queue);
                row.asked = true;
                row.handling.begin(Part::InLine(*queue), at, most);
                row.talk(ConversationStep::HandOff)?;
            }
            RecordEvent::SetAside { .. } => {
                let row = self.row(id)?;
                row.step(InteractionStep::Queue)?;
                row.assigned_to = None;
                row.asked = true;
                row.handling.end(at, most, Part::is_main);
                row.talk(ConversationStep::HandOff)?;
            }
            RecordEvent::Returned { .. } => {
                let row = self.row(id)?;
                row.step(InteractionStep::Return)?;
                row.assigned_to = None;
                row.asked = false;
                row.handling.end(at, most, Part::is_main);
                if row.has_virtual_agent() {
                    row.handling.begin(Part::VirtualAgent, at, most);
                    row.talk(ConversationStep::Return)?;
                }
            }
            RecordEvent::Rang { offer, agent, .. } => {
                self.row(id)?.offers.push((*offer, *agent));
                self.index_mut().offers.insert(*offer, id);
            }
            RecordEvent::RangOut { offer, .. } => {
                self.row(id)?.offers.retain(|(rings, _)| rings != offer);
                self.index_mut().offers.swap_remove(offer);
            }
            RecordEvent::Assigned { agent, .. } => {
                self.ring_no_more(id)?;
                let row = self.row(id)?;
                row.step(InteractionStep::Assign)?;
                row.take(*agent, at, most)?;
            }
            RecordEvent::HandedOver { agent, wraps_up, .. } => {
                let row = self.row(id)?;
                row.step(InteractionStep::Assign)?;
                row.give_away(*wraps_up, at, most);
                row.end_guest(*agent, at, most);
                row.take(*agent, at, most)?;
            }
            RecordEvent::Closed { .. } | RecordEvent::WrapUpBegan { .. } => {
                self.leave_ongoing(id)?;
                self.ring_no_more(id)?;
                let row = self.row(id)?;
                row.end(event, at, most)?;
                let over = row.profile.filter(|_| row.state.is_closed());
                if let Some(profile) = over {
                    self.index_mut().of_profile.remove(&(profile, id));
                }
            }
            RecordEvent::TrailingWrapUpEnded { work, agent, .. } => {
                let row = self.row(id)?;
                row.trailing.retain(|trailing| trailing != &(*work, *agent));
                row.handling.end(at, most, |part| part == Part::WrapUp(*agent));
                if row.work != Some(*work) {
                    self.drop_work(id, *work);
                }
            }
            RecordEvent::Saved { by, change, .. } => {
                if let Some(customer) = &change.opened_for {
                    self.associate(id, customer)?;
                }
                self.row(id)?.save(*by, change, at);
            }
            _ => self.row(id)?.note(event, at, most)?,
        }
        Ok(())
    }

    /// Nobody needs to hear of a piece of work any more, unless somebody still wraps it up.
    fn drop_work(&mut self, id: InteractionId, work: WorkId) {
        let row = self.rows().interactions.get(id);
        let trails = row.is_some_and(|row| row.trailing.iter().any(|(of, _)| *of == work));
        if !trails {
            self.index_mut().works.swap_remove(&work);
        }
    }

    fn ring_no_more(&mut self, id: InteractionId) -> Result<(), Misfit> {
        let offers = core::mem::take(&mut self.row(id)?.offers);
        for (offer, _) in offers {
            self.index_mut().offers.swap_remove::<OfferId>(&offer);
        }
        Ok(())
    }

    fn leave_ongoing(&mut self, id: InteractionId) -> Result<(), Misfit> {
        if let Some(pair) = ongoing_between(self.row(id)?) {
            self.index_mut().ongoing.remove(&pair);
        }
        Ok(())
    }

    fn associate(
        &mut self,
        id: InteractionId,
        customer: &crate::base::key::Key,
    ) -> Result<(), Misfit> {
        let before = self.row(id)?.opened_for.replace(customer.clone());
        if let Some(before) = before {
            self.leave_customer(&before, id);
        }
        self.index_mut().customers.entry(customer.clone()).or_default().insert(id);
        Ok(())
    }
}
