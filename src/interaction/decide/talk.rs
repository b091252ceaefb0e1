//! Deciding what is said in a conversation, and who has the word.

use alloc::boxed::Box;

use crate::base::key::Key;

use crate::interaction::command::{
    ConfirmMessage, EndTopic, PostMessage, RequestHandoff, StartTopic,
};
use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::{
    Author, ConversationStage, ConversationStep, Handoff, HandoffTrigger, Message, Viewer,
    Visibility,
};
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::{InteractionId, MessageId};
use crate::interaction::profile::ChannelUserProfile;
use crate::interaction::record::{Interaction, is_blank};
use crate::interaction::refusal::{RecordLimit, RecordRefusal};
use crate::interaction::related::check_name;
use crate::interaction::state::{Ending, InteractionState, Party};
use crate::interaction::texts::TextOf;

use super::checks::check_customer;
use super::{Finish, RecordTurn, RunOnRecords, not_ongoing};

impl RunOnRecords for PostMessage {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<MessageId, RecordRefusal> {
        let Self { interaction, author, visibility, automated, key, quotes, text } = self;
        turn.store.interaction(interaction)?;
        if let Some((row, message)) = turn.said_before(key.as_ref())? {
            let same = row.id == interaction && message.author == author;
            return if same { Ok(message.id) } else { Err(key_taken(row)) };
        }
        turn.say(interaction, Saying { author, visibility, automated, key, quotes, text }, None)
    }
}

impl RunOnRecords for ConfirmMessage {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, message, receipt, by } = self;
        let row = turn.store.interaction(interaction)?;
        if let Some(into) = row.merged_into {
            return Err(RecordRefusal::Merged { interaction, into });
        }
        let found = row.conversation.as_deref().and_then(|talk| talk.message(message));
        let found = found.filter(|found| by != Party::Customer || found.is_for(Viewer::Requester));
        let found = found.ok_or(RecordRefusal::UnknownMessage { interaction, message })?;
        let asked = row.asks(found.author);
        let own = match by {
            Party::Host | Party::System => false,
            by if by == row.requester() => asked,
            Party::Customer => asked,
            Party::Agent(_) | Party::VirtualAgent => !asked,
        };
        if own {
            return Err(RecordRefusal::OwnMessage { message });
        }
        if !found.has(receipt) {
            turn.emit(RecordEvent::MessageConfirmed { interaction, message, receipt });
        }
        Ok(())
    }
}

/// What somebody says.
pub(crate) struct Saying {
    pub(crate) author: Author,
    pub(crate) visibility: Visibility,
    pub(crate) automated: bool,
    pub(crate) key: Option<Key>,
    pub(crate) quotes: Option<MessageId>,
    pub(crate) text: Box<str>,
}

impl Saying {
    /// Something that an author says to everybody.
    pub(crate) const fn publicly(
        author: Author,
        key: Option<Key>,
        quotes: Option<MessageId>,
        text: Box<str>,
    ) -> Self {
        Self { author, visibility: Visibility::Public, automated: false, key, quotes, text }
    }
}

/// Refuses to quote what is not in the conversation, or not for the readers of who quotes it.
fn check_quotes(
    row: &Interaction,
    author: Author,
    visibility: Visibility,
    quotes: Option<MessageId>,
) -> Result<(), RecordRefusal> {
    let Some(message) = quotes else { return Ok(()) };
    let found = row.conversation.as_deref().and_then(|talk| talk.message(message));
    let private = found.is_some_and(|found| !found.is_for(Viewer::Requester));
    if found.is_none() || (private && author == Author::Requester) {
        return Err(RecordRefusal::UnknownMessage { interaction: row.id, message });
    }
    if private && visibility == Visibility::Public {
        return Err(RecordRefusal::QuotesPrivate { message });
    }
    Ok(())
}

pub(crate) fn key_taken(row: &Interaction) -> RecordRefusal {
    RecordRefusal::KeyTaken { interaction: row.id }
}

impl RecordTurn<'_> {
    /// The message with a key, and its interaction: it was said before.
    pub(crate) fn said_before(
        &self,
        key: Option<&Key>,
    ) -> Result<Option<(&Interaction, &Message)>, RecordRefusal> {
        let Some(key) = key else { return Ok(None) };
        check_name("key", key)?;
        Ok(self.store.message(key))
    }

    /// Somebody says something in a conversation that goes on, and if it came by an address, this
    /// is its profile. A customer who does so is back from hold, unless the engine has to bring
    /// back the work.
    pub(crate) fn say(
        &mut self,
        interaction: InteractionId,
        saying: Saying,
        from: Option<&ChannelUserProfile>,
    ) -> Result<MessageId, RecordRefusal> {
        let Saying { author, visibility, automated, key, quotes, text } = saying;
        let row = self.store.interaction(interaction)?;
        self.store.check_text("text", &text)?;
        check_customer(row, author == Author::Requester, "author")?;
        if !row.state.is_ongoing() {
            return Err(not_ongoing(row, "say"));
        }
        let by_agent = matches!(author, Author::Agent(_)) && visibility == Visibility::Public;
        if by_agent && matches!(row.stage(), Some(ConversationStage::Topic { .. })) {
            return Err(RecordRefusal::TopicRuns { interaction });
        }
        let talk = row.conversation.as_deref();
        check_quotes(row, author, visibility, quotes)?;
        let (max, limit) = (self.store.config().limits.messages, RecordLimit::Messages);
        if talk.is_some_and(|talk| talk.messages.len() >= max as usize) {
            return Err(RecordRefusal::Limit { limit, max });
        }
        let channel = from.map(|from| &from.address.channel);
        let entry = talk.filter(|_| author == Author::Requester);
        let entry = entry.and_then(|talk| talk.entry_by(channel));
        let profile = from.map(|from| from.id);
        let back = row.asks(author) && row.state == InteractionState::OnHold && row.work.is_none();
        let at = self.instant();
        let id = self.next_message();
        let message = Message {
            entry,
            profile,
            key,
            quotes,
            visibility,
            automated,
            ..Message::new(id, at, author, text)
        };
        self.emit(RecordEvent::Said { interaction, message: Box::new(message) });
        if back {
            self.emit(RecordEvent::Resumed { interaction });
        }
        Ok(id)
    }

    /// The id of the message that is said next.
    fn next_message(&self) -> MessageId {
        MessageId::from_raw(self.store.rows().messages_said.saturating_add(1))
    }

    /// The contact centre says by a rule what is configured, in the customer's language, if
    /// anything is and there is room for it.
    pub(crate) fn tell(&mut self, interaction: InteractionId, author: Author, which: TextOf) {
        let Some(row) = self.store.get(interaction) else { return };
        if row.is_internal() {
            return;
        }
        let RecordConfig { texts, idle, .. } = self.store.config();
        let text = texts.said(which, row, &idle.reminder);
        if is_blank(text) {
            return;
        }
        let (id, at) = (self.next_message(), self.instant());
        let message = Message { automated: true, ..Message::new(id, at, author, text.into()) };
        let max = self.store.config().limits.messages as usize;
        let talk = row.conversation.as_deref();
        if talk.is_some_and(|talk| talk.messages.len() < max) {
            self.emit(RecordEvent::Said { interaction, message: Box::new(message) });
        }
    }
}

impl RunOnRecords for RequestHandoff {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<bool, RecordRefusal> {
        let interaction = self.interaction;
        let available = turn.ask_for_agent(self)?;
        if available {
            turn.tell(interaction, Author::System, TextOf::StandBy);
        }
        Ok(available)
    }
}

impl RecordTurn<'_> {
    /// An agent is asked for. Who waits in a line is told so when they come into it.
    pub(super) fn ask_for_agent(&mut self, ask: RequestHandoff) -> Result<bool, RecordRefusal> {
        let RequestHandoff { interaction, trigger, queue, available } = ask;
        let turn = self;
        turn.store.check_handoff(interaction)?;
        let row = turn.store.interaction(interaction)?;
        let messages = row.conversation.as_ref().map_or(0, |talk| talk.messages.len());
        let handoff = Handoff {
            at: turn.instant(),
            trigger,
            queue,
            available,
            context: row.context.clone(),
            messages: u32::try_from(messages).unwrap_or(u32::MAX),
        };
        turn.emit(RecordEvent::HandoffRequested { interaction, handoff: Box::new(handoff) });
        if !available {
            turn.tell(interaction, Author::System, TextOf::NobodyThere);
            turn.leave_to_itself(interaction, trigger);
        }
        Ok(available)
    }
}

impl RecordTurn<'_> {
    /// Nobody is there. A virtual agent that failed cannot go on either.
    fn leave_to_itself(&mut self, interaction: InteractionId, trigger: HandoffTrigger) {
        if trigger == HandoffTrigger::Error {
            self.close(interaction, Finish::new(Ending::Fault, Party::System));
        }
    }
}

impl RunOnRecords for StartTopic {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction } = self;
        turn.store.check_talk_step(interaction, ConversationStep::StartTopic)?;
        turn.emit(RecordEvent::TopicStarted { interaction });
        Ok(())
    }
}

impl RunOnRecords for EndTopic {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction } = self;
        let talk = turn.store.talk_of(interaction, "end_topic")?;
        let stage = talk.map(|talk| (talk.stage, talk.topic_done));
        match stage {
            Some((ConversationStage::VirtualAgent, true)) => Ok(()),
            Some((ConversationStage::VirtualAgent, false)) => {
                turn.tell(interaction, Author::VirtualAgent, TextOf::AnythingElse);
                turn.emit(RecordEvent::TopicEnded { interaction });
                Ok(())
            }
            _ => {
                turn.store.check_talk_step(interaction, ConversationStep::EndTopic)?;
                turn.emit(RecordEvent::TopicEnded { interaction });
                Ok(())
            }
        }
    }
}
