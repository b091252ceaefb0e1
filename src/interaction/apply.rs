//! How a fact changes records. Nothing else does.

use crate::base::time::Timestamp;
use crate::lifecycle::machine::Illegal;
use crate::model::ids::{AgentId, OfferId, WorkId};

use crate::interaction::command::RecordChange;
use crate::interaction::conversation::{Author, Conversation, ConversationStep, Message};
use crate::interaction::event::{RecordEvent, RecordFact};
use crate::interaction::ids::InteractionId;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::{Direction, Interaction, InteractionRequest, WorkNote};
use crate::interaction::segment::Part;
use crate::interaction::state::{Actor, InteractionState, InteractionStep};
use crate::interaction::store::{Store, ongoing_between};
use crate::interaction::wrap_up::WrapUpNow;

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
                self.row(id)?.end(event, at, most)?;
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

impl Interaction {
    /// Takes a step of the conversation, if there is one.
    fn talk(&mut self, step: ConversationStep) -> Result<(), Misfit> {
        match &mut self.conversation {
            Some(talk) => Ok(talk.step(step)?),
            None => Ok(()),
        }
    }

    /// An agent has it from now on.
    fn take(&mut self, agent: AgentId, at: Timestamp, most: u32) -> Result<(), Misfit> {
        self.assigned_to = Some(agent);
        self.live = true;
        self.handling.begin(Part::Active(agent), at, most);
        if !self.kind.is_written() {
            self.note_response(at);
        }
        self.talk(ConversationStep::Join(agent))?;
        if let Some(talk) = &mut self.conversation {
            talk.first_joined.get_or_insert(at);
            talk.joined = Some(at);
            talk.reminded = false;
        }
        Ok(())
    }

    /// The agent who has it gives it away, and may wrap it up beside whoever has it next.
    fn give_away(&mut self, wraps_up: bool, at: Timestamp, most: u32) {
        self.handling.end(at, most, Part::is_main);
        if let (true, Some(agent), Some(work)) = (wraps_up, self.assigned_to, self.work) {
            self.handling.begin(Part::WrapUp(agent), at, most);
            self.trailing.push((work, agent));
        }
    }

    fn end_guest(&mut self, agent: AgentId, at: Timestamp, most: u32) {
        let his = |part| matches!(part, Part::Guest(guest, _) if guest == agent);
        self.handling.end(at, most, his);
    }

    /// The contact is over, or all of it.
    fn end(&mut self, event: &RecordEvent, at: Timestamp, most: u32) -> Result<(), Misfit> {
        match event {
            RecordEvent::WrapUpBegan { ending, until, rule, with_work, .. } => {
                self.step(InteractionStep::EndContact)?;
                self.ending = Some(*ending);
                self.handling.end(at, most, |part| !matches!(part, Part::WrapUp(_)));
                if let Some(agent) = self.assigned_to {
                    self.handling.begin(Part::WrapUp(agent), at, most);
                }
                let rule = rule.as_deref().cloned();
                let (until, with_work) = (*until, *with_work);
                self.wrap_up = Some(WrapUpNow { since: at, until, rule, with_work });
                self.talk(ConversationStep::End)
            }
            RecordEvent::Closed { state, reason, ending, by, tab, .. } => {
                let wrapped_up = self.state == InteractionState::WrapUp;
                self.step(match state {
                    InteractionState::ClosedAbandoned => InteractionStep::Abandon,
                    InteractionState::Faulted => InteractionStep::Fault,
                    _ => InteractionStep::Complete,
                })?;
                self.reason = Some(*reason);
                self.ending = Some(*ending);
                self.closed = Some(at);
                self.closed_by = Some(*by);
                self.tab_closed = *tab;
                self.system_wrap_up = wrapped_up && *by == Actor::System;
                let trailing = core::mem::take(&mut self.trailing);
                self.handling.end(at, most, |part| match part {
                    Part::WrapUp(agent) => !trailing.iter().any(|(_, trails)| *trails == agent),
                    _ => true,
                });
                self.trailing = trailing;
                if wrapped_up { Ok(()) } else { self.talk(ConversationStep::End) }
            }
            _ => Ok(()),
        }
    }

    fn save(&mut self, by: Actor, change: &RecordChange, at: Timestamp) {
        let RecordChange {
            short_description,
            opened_for: _,
            contact,
            account,
            consumer,
            work_note,
        } = change.clone();
        if let Some(text) = short_description {
            self.short_description = text;
        }
        self.contact = contact.or(self.contact.take());
        self.account = account.or(self.account.take());
        self.consumer = consumer.or(self.consumer.take());
        self.work_notes.extend(work_note.map(|text| WorkNote { at, by, text }));
    }

    /// Changes of the one interaction, which nothing else needs to know of.
    fn note(&mut self, event: &RecordEvent, at: Timestamp, most: u32) -> Result<(), Misfit> {
        match event {
            RecordEvent::Held { parked, .. } => {
                self.step(InteractionStep::Hold)?;
                self.held_since = Some(at);
                if let Some(agent) = self.assigned_to {
                    let part = if *parked { Part::Parked(agent) } else { Part::Held(agent) };
                    self.handling.begin(part, at, most);
                }
            }
            RecordEvent::ReasonSet { reason, .. } => self.reason = *reason,
            RecordEvent::Resumed { .. } => {
                self.step(InteractionStep::Resume)?;
                if let Some(agent) = self.assigned_to {
                    self.handling.begin(Part::Active(agent), at, most);
                }
            }
            RecordEvent::GuestJoined { agent, role, .. } => {
                self.end_guest(*agent, at, most);
                self.handling.begin(Part::Guest(*agent, *role), at, most);
            }
            RecordEvent::GuestLeft { agent, .. } => self.end_guest(*agent, at, most),
            RecordEvent::WrapUpExtended { until, .. } => {
                self.wrap_up.as_mut().ok_or(Misfit::NotThere)?.until = *until;
            }
            RecordEvent::CodeSet { code, .. } => self.code = Some(*code),
            RecordEvent::Described { text, .. } => self.short_description = text.clone(),
            RecordEvent::ContextSet { variables, .. } => self.set_context(variables),
            RecordEvent::Related { record, .. } => self.related.push((**record).clone()),
            RecordEvent::TranscriptAdded { transcript, .. } => {
                self.transcripts.push(transcript.clone());
            }
            RecordEvent::Said { message, .. } => self.hear(message)?,
            event => self.converse(event, at, most)?,
        }
        Ok(())
    }

    fn hear(&mut self, message: &Message) -> Result<(), Misfit> {
        self.begin_talking(message.at)?;
        let by_agent = matches!(message.author, Author::Agent(_)) && !message.automated;
        if by_agent && message.visibility == crate::interaction::conversation::Visibility::Public {
            self.note_response(message.at);
        }
        self.virtual_agent |= message.author == Author::VirtualAgent;
        if let Some(talk) = &mut self.conversation {
            talk.hear(message);
        }
        Ok(())
    }

    /// In a call or at a desk something is written for the first time.
    fn begin_talking(&mut self, at: Timestamp) -> Result<(), Misfit> {
        if self.conversation.is_some() {
            return Ok(());
        }
        let mut talk = Conversation::new(false, true, at);
        if let Some(agent) = self.assigned_to {
            talk.step(ConversationStep::Join(agent))?;
            talk.first_joined = Some(at);
            talk.joined = Some(at);
        }
        self.conversation = Some(talk.into());
        Ok(())
    }

    /// Changes of its conversation.
    fn converse(&mut self, event: &RecordEvent, at: Timestamp, most: u32) -> Result<(), Misfit> {
        self.begin_talking(at)?;
        let Some(talk) = &mut self.conversation else { return Ok(()) };
        match event {
            RecordEvent::Entered { entry, .. } => {
                talk.entries.push(entry.clone());
                talk.heard = talk.heard.max(at);
                talk.reminded = false;
            }
            RecordEvent::ParticipantAdded { profile, .. } => talk.participants.push(*profile),
            RecordEvent::HandoffRequested { handoff, .. } => {
                talk.handoffs.push((**handoff).clone());
                if handoff.available {
                    talk.step(ConversationStep::HandOff)?;
                    self.asked = true;
                    self.handling.end(at, most, |part| part == Part::VirtualAgent);
                }
            }
            RecordEvent::TopicStarted { .. } => {
                talk.step(ConversationStep::StartTopic)?;
                talk.heard = talk.heard.max(at);
            }
            RecordEvent::TopicEnded { .. } => match talk.stage.next(ConversationStep::EndTopic) {
                Ok(stage) => {
                    talk.stage = stage;
                    talk.joined = Some(at);
                }
                Err(_) => talk.topic_done = true,
            },
            RecordEvent::CustomerReminded { .. } | RecordEvent::AgentReminded { .. } => {
                talk.reminded = true;
            }
            _ => {}
        }
        Ok(())
    }
}
