//! How a fact changes the one interaction it is about.

use crate::base::time::Timestamp;
use crate::model::ids::AgentId;

use crate::interaction::apply::RecordMisfit;
use crate::interaction::command::RecordChange;
use crate::interaction::conversation::{Author, Conversation, ConversationStep, Message};
use crate::interaction::event::RecordEvent;
use crate::interaction::profile::Participant;
use crate::interaction::record::{Direction, Interaction, WorkNote};
use crate::interaction::segment::Part;
use crate::interaction::state::{InteractionState, InteractionStep, Party};
use crate::interaction::wrap_up::WrapUpNow;

impl Interaction {
    /// Takes a step of the conversation, if there is one.
    pub(crate) fn talk(
        &mut self,
        step: ConversationStep,
        at: Timestamp,
    ) -> Result<(), RecordMisfit> {
        match &mut self.conversation {
            Some(talk) => Ok(talk.step(step, at)?),
            None => Ok(()),
        }
    }

    /// An agent has it from now on.
    pub(crate) fn take(
        &mut self,
        agent: AgentId,
        at: Timestamp,
        most: u32,
    ) -> Result<(), RecordMisfit> {
        let gets_it = self.assigned_to.replace(agent) != Some(agent);
        self.live = true;
        self.handling.begin(Part::Active(agent), at, most);
        if !self.kind.is_written() {
            self.note_response(at);
        }
        self.talk(ConversationStep::Join(agent), at)?;
        if let Some(talk) = &mut self.conversation {
            if gets_it && self.kind.is_written() {
                talk.unanswered = Some(at);
            }
            talk.first_joined.get_or_insert(at);
            talk.joined = Some(at);
            talk.reminded = false;
        }
        Ok(())
    }

    /// Nobody has it.
    pub(crate) fn leave(&mut self) {
        self.assigned_to = None;
        if let Some(talk) = &mut self.conversation {
            talk.unanswered = None;
        }
    }

    /// The agent who has it gives it away, and may wrap it up beside whoever has it next.
    pub(crate) fn give_away(&mut self, wraps_up: bool, at: Timestamp, most: u32) {
        self.handling.end(at, most, Part::is_main);
        if let (true, Some(agent), Some(work)) = (wraps_up, self.assigned_to, self.work) {
            self.handling.begin(Part::WrapUp(agent), at, most);
            self.trailing.push((work, agent));
        }
    }

    pub(crate) fn end_guest(&mut self, agent: AgentId, at: Timestamp, most: u32) {
        let own = |part| matches!(part, Part::Guest(guest, _) if guest == agent);
        self.handling.end(at, most, own);
    }

    /// The contact is over, or all of it.
    pub(crate) fn end(
        &mut self,
        event: &RecordEvent,
        at: Timestamp,
        most: u32,
    ) -> Result<(), RecordMisfit> {
        match event {
            RecordEvent::WrapUpBegan { ending, until, rule, with_work, .. } => {
                self.step(InteractionStep::EndContact, at)?;
                self.ending = Some(*ending);
                self.handling.end(at, most, |part| !matches!(part, Part::WrapUp(_)));
                if let Some(agent) = self.assigned_to {
                    self.handling.begin(Part::WrapUp(agent), at, most);
                }
                let rule = rule.as_deref().cloned();
                let (until, with_work) = (*until, *with_work);
                self.wrap_up = Some(WrapUpNow { since: at, until, rule, with_work });
                self.talk(ConversationStep::End, at)
            }
            RecordEvent::Closed { state, reason, ending, by, cause, tab, .. } => {
                let wrapped_up = self.state == InteractionState::WrapUp;
                let step = match state {
                    InteractionState::ClosedAbandoned => InteractionStep::Abandon,
                    InteractionState::Faulted => InteractionStep::Fault,
                    _ => InteractionStep::Complete,
                };
                self.step(step, at)?;
                self.reason = Some(*reason);
                self.ending = Some(*ending);
                self.closed = Some(at);
                self.closed_by = Some(*by);
                self.cause = *cause;
                self.tab_closed = *tab;
                self.system_wrap_up = wrapped_up && *by == Party::System;
                let trailing = core::mem::take(&mut self.trailing);
                self.handling.end(at, most, |part| match part {
                    Part::WrapUp(agent) => !trailing.iter().any(|(_, trails)| *trails == agent),
                    _ => true,
                });
                self.trailing = trailing;
                if wrapped_up { Ok(()) } else { self.talk(ConversationStep::End, at) }
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn save(&mut self, by: Party, change: &RecordChange, at: Timestamp) {
        let RecordChange {
            short_description,
            opened_for: _,
            contact,
            account,
            consumer,
            subtype,
            channel_metadata,
            work_note,
        } = change.clone();
        if let Some(text) = short_description {
            self.short_description = text;
        }
        self.contact = contact.or_else(|| self.contact.take());
        self.account = account.or_else(|| self.account.take());
        self.consumer = consumer.or_else(|| self.consumer.take());
        self.subtype = subtype.or_else(|| self.subtype.take());
        self.channel_metadata.extend(channel_metadata);
        self.work_notes.extend(work_note.map(|text| WorkNote { at, by, text }));
    }

    /// Changes of the one interaction, which nothing else needs to know of.
    pub(crate) fn note(
        &mut self,
        event: &RecordEvent,
        at: Timestamp,
        most: u32,
    ) -> Result<(), RecordMisfit> {
        match event {
            RecordEvent::Held { parked, until, .. } => {
                self.step(InteractionStep::Hold, at)?;
                self.held_since = Some(at);
                self.promised = until.or(self.promised);
                if let Some(agent) = self.assigned_to {
                    let part = if *parked { Part::Parked(agent) } else { Part::Held(agent) };
                    self.handling.begin(part, at, most);
                }
            }
            RecordEvent::ReasonSet { reason, .. } => self.reason = *reason,
            RecordEvent::Resumed { .. } => {
                self.step(InteractionStep::Resume, at)?;
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
                self.wrap_up.as_mut().ok_or(RecordMisfit::NotThere)?.until = *until;
            }
            RecordEvent::CodeSet { code, .. } => self.code = Some(*code),
            RecordEvent::Described { text, .. } => self.short_description = text.clone(),
            RecordEvent::ContextSet { variables, .. } => self.set_context(variables),
            RecordEvent::Related { record, .. } => self.related.push((**record).clone()),
            RecordEvent::TranscriptAdded { transcript, .. } => {
                self.transcripts.push(transcript.clone());
            }
            RecordEvent::MessageConfirmed { message, receipt, .. } => {
                let talk = self.conversation.as_deref_mut();
                let found = talk.and_then(|talk| talk.message_mut(*message));
                found.ok_or(RecordMisfit::NotThere)?.confirm(*receipt, at);
            }
            event => self.converse(event, at, most)?,
        }
        Ok(())
    }

    /// Something is said in it.
    pub(crate) fn hear(&mut self, message: Message, most: u32) -> Result<(), RecordMisfit> {
        self.begin_talking(message.at)?;
        let asks = self.asks(message.author);
        let answers = !asks && message.is_own_answer();
        if answers {
            self.note_response(message.at);
        }
        self.virtual_agent |= message.author == Author::VirtualAgent;
        if let Some(talk) = &mut self.conversation {
            let agent = self.assigned_to.filter(|agent| message.author == Author::Agent(*agent));
            if let Some(agent) = agent.filter(|_| answers) {
                let owed = self.direction == Direction::Inbound || talk.engaged;
                talk.answer_first(agent, message.at, owed, most);
            }
            talk.hear(message, asks);
        }
        Ok(())
    }

    /// In a call or at a desk something is written for the first time.
    pub(crate) fn begin_talking(&mut self, at: Timestamp) -> Result<(), RecordMisfit> {
        if self.conversation.is_some() {
            return Ok(());
        }
        let mut talk = Conversation::new(false, true, at);
        talk.participants.extend(self.customer());
        if let Some(agent) = self.assigned_to {
            talk.step(ConversationStep::Join(agent), at)?;
            talk.first_joined = Some(at);
            talk.joined = Some(at);
        }
        self.conversation = Some(talk.into());
        Ok(())
    }

    /// Changes of its conversation.
    fn converse(
        &mut self,
        event: &RecordEvent,
        at: Timestamp,
        most: u32,
    ) -> Result<(), RecordMisfit> {
        self.begin_talking(at)?;
        let Some(talk) = &mut self.conversation else { return Ok(()) };
        match event {
            RecordEvent::Entered { entry, participant, .. } => {
                talk.entries.push((**entry).clone());
                talk.participants.extend(participant.clone());
                let new = || participant.as_ref().map(|one| one.profile);
                self.profile = self.profile.or_else(new);
                talk.heard = talk.heard.max(at);
                talk.reminded = false;
            }
            RecordEvent::ParticipantAdded { profile, to, .. } => {
                let (profile, to) = (*profile, to.clone());
                talk.participants.push(Participant { profile, to });
            }
            RecordEvent::HandoffRequested { handoff, .. } => {
                talk.handoffs.push((**handoff).clone());
                if handoff.available {
                    talk.step(ConversationStep::HandOff, at)?;
                    self.asked = true;
                    self.handling.end(at, most, |part| part == Part::VirtualAgent);
                }
            }
            RecordEvent::TopicStarted { .. } => {
                talk.step(ConversationStep::StartTopic, at)?;
                talk.heard = talk.heard.max(at);
            }
            RecordEvent::TopicEnded { .. } => match talk.step(ConversationStep::EndTopic, at) {
                Ok(()) => talk.joined = Some(at),
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
