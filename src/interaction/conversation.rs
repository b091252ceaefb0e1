//! The conversation of an interaction: what was said, by whom, and who has the word.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::attribute::Attributes;
use crate::model::ids::{AgentId, QueueId};
use crate::model::invalid::Invalid;
use crate::state::machine::Illegal;

use crate::interaction::ids::{MessageId, ProfileId};
use crate::interaction::profile::Participant;
use crate::interaction::related::{Document, check_name};

/// The stage of a conversation: who has the word for the contact centre.
///
/// ```text
#[doc = include_str!("../../tests/tables/conversation.txt")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStage {
    /// The virtual agent.
    VirtualAgent,
    /// Nobody: the customer waits for an agent.
    Waiting,
    /// An agent.
    Live {
        /// The agent who has the word.
        agent: AgentId,
    },
    /// The virtual agent for a topic that an agent started; then the agent again (autopilot).
    Topic {
        /// The agent who started the topic.
        agent: AgentId,
    },
    /// Over.
    Ended,
}

/// A step of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationStep {
    /// It goes to the agents, or back to them.
    HandOff,
    /// Nobody is there for it; the virtual agent goes on.
    Return,
    /// An agent has it.
    Join(AgentId),
    /// Its agent starts a topic of the virtual agent.
    StartTopic,
    /// The topic is over.
    EndTopic,
    /// It is over.
    End,
}

impl ConversationStep {
    /// The name of the step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HandOff => "hand_off",
            Self::Return => "return",
            Self::Join(_) => "join",
            Self::StartTopic => "start_topic",
            Self::EndTopic => "end_topic",
            Self::End => "end",
        }
    }
}

impl ConversationStage {
    /// The name of the stage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VirtualAgent => "virtual_agent",
            Self::Waiting => "waiting",
            Self::Live { .. } => "live",
            Self::Topic { .. } => "topic",
            Self::Ended => "ended",
        }
    }

    /// The stage after a step.
    ///
    /// # Errors
    /// [`Illegal`] if the stage does not allow it.
    pub const fn next(self, step: ConversationStep) -> Result<Self, Illegal> {
        use ConversationStep::{End, EndTopic, HandOff, Join, Return, StartTopic};
        match (self, step) {
            (
                Self::VirtualAgent | Self::Waiting | Self::Live { .. } | Self::Topic { .. },
                HandOff,
            ) => Ok(Self::Waiting),
            (
                Self::VirtualAgent | Self::Waiting | Self::Live { .. } | Self::Topic { .. },
                Return,
            ) => Ok(Self::VirtualAgent),
            (
                Self::VirtualAgent | Self::Waiting | Self::Live { .. } | Self::Topic { .. },
                Join(agent),
            )
            | (Self::Topic { agent }, EndTopic) => Ok(Self::Live { agent }),
            (Self::Live { agent }, StartTopic) => Ok(Self::Topic { agent }),
            (Self::VirtualAgent | Self::Waiting | Self::Live { .. } | Self::Topic { .. }, End) => {
                Ok(Self::Ended)
            }
            (Self::VirtualAgent | Self::Waiting, StartTopic | EndTopic)
            | (Self::Live { .. }, EndTopic)
            | (Self::Topic { .. }, StartTopic)
            | (Self::Ended, HandOff | Return | Join(_) | StartTopic | EndTopic | End) => {
                Err(Illegal { state: self.name(), step: step.name() })
            }
        }
    }
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Author {
    /// The customer.
    Requester,
    /// The virtual agent.
    VirtualAgent,
    /// An agent.
    Agent(AgentId),
    /// A supervisor.
    Supervisor(AgentId),
    /// The contact centre itself: what it tells by a rule.
    System,
}

/// Whom a message is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// Agents and supervisors only (whisper).
    Private,
}

/// What is known of where a message got to (a receipt of the provider).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Receipt {
    /// It is with whom it is for.
    Delivered,
    /// They read it, and so it is with them.
    Read,
}

/// The id of a message that was written before messages had ids: it gets one when it is read.
const fn no_id() -> MessageId {
    MessageId::from_raw(0)
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Its id: by it the message is quoted, paged, and confirmed.
    #[serde(default = "no_id")]
    pub id: MessageId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub author: Author,
    /// For whom.
    pub visibility: Visibility,
    /// True if it was sent by a rule, in the author's name: a greeting is no answer.
    pub automated: bool,
    /// Through which of the conversation's entry points, by number from 0.
    pub entry: Option<u32>,
    /// Whose it is, of what came by an address: several customers may take part, or one by several
    /// addresses.
    #[serde(default)]
    pub profile: Option<ProfileId>,
    /// The host's key: the id it has at its provider.
    #[serde(default)]
    pub key: Option<Key>,
    /// The message of the same conversation that it quotes, or answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<MessageId>,
    /// When it was with whom it is for: the customer, or for what the customer said, the contact
    /// centre; `None`: that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Timestamp>,
    /// When they read it; `None`: that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Timestamp>,
    /// The text of the message.
    pub text: Box<str>,
}

/// The reader of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Viewer {
    /// The customer.
    Requester,
    /// Agents and supervisors.
    Staff,
}

impl Message {
    /// Something that is said to everybody, of which no more is known.
    pub(crate) const fn new(id: MessageId, at: Timestamp, author: Author, text: Box<str>) -> Self {
        Self {
            id,
            at,
            author,
            visibility: Visibility::Public,
            automated: false,
            entry: None,
            profile: None,
            key: None,
            quotes: None,
            delivered: None,
            read: None,
            text,
        }
    }

    /// True if an agent, and no machine, says it to the customer.
    #[must_use]
    pub const fn is_own_answer(&self) -> bool {
        matches!(self.author, Author::Agent(_))
            && matches!(self.visibility, Visibility::Public)
            && !self.automated
    }

    /// True if it was written before messages had ids.
    pub(crate) fn has_no_id(&self) -> bool {
        self.id == no_id()
    }

    /// True if this much is known of it already: what was read was delivered.
    #[must_use]
    pub const fn has(&self, receipt: Receipt) -> bool {
        match receipt {
            Receipt::Delivered => self.delivered.is_some(),
            Receipt::Read => self.read.is_some(),
        }
    }

    /// Notes how far it got.
    pub(crate) fn confirm(&mut self, receipt: Receipt, at: Timestamp) {
        self.delivered.get_or_insert(at);
        if receipt == Receipt::Read {
            self.read.get_or_insert(at);
        }
    }

    /// True if the viewer may read the message.
    #[must_use]
    pub const fn is_for(&self, viewer: Viewer) -> bool {
        matches!(viewer, Viewer::Staff) || matches!(self.visibility, Visibility::Public)
    }
}

growing! {
    /// Where a customer comes in: a portal, a web site with a messenger, a mobile app.
    ///
    /// ```
    /// use strowger::interaction::{Document, EntryPoint};
    ///
    /// let document = Some(Document::new("case", "CS0042"));
    /// let messenger = EntryPoint::new("messenger").with_document(document);
    /// assert!(!messenger.live_only);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct EntryPoint {
        /// Its name, such as `portal`, `messenger`, `mobile`.
        pub name: Key => with_name(into),
        /// The channel the customer comes by, such as `web` or `sms`. If they come by an address,
        /// it is the channel of that address.
        #[serde(default)]
        pub channel: Option<Key> => with_channel(some Key),
        /// The type of the device, such as `mweb`, `android`, `ios`.
        #[serde(default)]
        pub device: Option<Key> => with_device(some Key),
        /// The record the customer was looking at (contextual chat).
        #[serde(default)]
        pub document: Option<Document> => with_document(into),
        /// True if a person is asked for at once, past the virtual agent.
        #[serde(default)]
        pub live_only: bool => with_live_only,
    }
}

impl EntryPoint {
    /// An entry point with nothing special.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), channel: None, device: None, document: None, live_only: false }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        check_name("entry.name", &self.name)?;
        self.channel.iter().try_for_each(|channel| check_name("entry.channel", channel))?;
        self.document.iter().try_for_each(Document::check)
    }
}

/// The trigger that made a conversation go to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandoffTrigger {
    /// The virtual agent failed.
    Error,
    /// A topic of the virtual agent says so.
    Script,
    /// The customer chose it.
    User,
    /// The virtual agent understood that the customer wants it.
    Understood,
    /// The entry point asks for a person at once.
    LiveOnly,
}

/// A request for an agent, with what was known then.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Handoff {
    /// When.
    pub at: Timestamp,
    /// The trigger of the handoff.
    pub trigger: HandoffTrigger,
    /// The queue.
    pub queue: QueueId,
    /// True if somebody was there. If not the virtual agent goes on.
    pub available: bool,
    /// The context variables of that moment.
    pub context: Attributes,
    /// How many messages there were.
    pub messages: u32,
}

/// How long one side took to answer the other. A pair is the first message that waits for an
/// answer, and the next one of the other side.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::interaction::Responses;
///
/// let mut two = Responses::default();
/// (two.count, two.total) = (2, Span::from_secs(4));
/// assert_eq!(two.average(), Some(Span::from_secs(2)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Responses {
    /// Since when an answer is owed.
    pub owed_since: Option<Timestamp>,
    /// How many answers there were.
    pub count: u32,
    /// How long they took together.
    pub total: Span,
}

impl Responses {
    pub(crate) fn ask(&mut self, at: Timestamp) {
        self.owed_since.get_or_insert(at);
    }

    pub(crate) fn answer(&mut self, at: Timestamp) {
        if let Some(since) = self.owed_since.take() {
            self.count = self.count.saturating_add(1);
            self.total = self.total.plus(at.since(since));
        }
    }

    /// How long an answer took on average.
    #[must_use]
    pub fn average(&self) -> Option<Span> {
        self.total.as_millis().checked_div(u64::from(self.count)).map(Span::from_millis)
    }
}

/// How long an agent took, each time they got a conversation, from getting it to their first own
/// answer.
///
/// ```
/// use strowger::interaction::{Conversation, FirstAnswers};
///
/// fn slowest(talk: &Conversation) -> Option<&FirstAnswers> {
///     talk.first_answers.iter().max_by_key(|row| row.total)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstAnswers {
    /// The agent.
    pub agent: AgentId,
    /// How often the agent got it and answered.
    pub count: u32,
    /// How long that took, all of it together.
    pub total: Span,
}

/// The conversation of an interaction. It keeps its identity, its messages and its context
/// whoever has the word and wherever the customer comes in again.
///
/// ```
/// use strowger::interaction::*;
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, RecordLog::default());
/// let config = RecordConfig::default().with_virtual_agent(true);
/// let mut records = Records::new(config, now, &mut log)?;
/// let opening = InteractionRequest::new(InteractionType::Chat);
/// let interaction = records.execute(now, OpenInteraction::new(opening), &mut log)?;
/// let hello = PostMessage::new(interaction, Author::Requester, "Hello");
/// records.execute(now, hello, &mut log)?;
/// let talk = records.interaction(interaction).unwrap().conversation.as_ref().unwrap();
/// assert_eq!(talk.stage, ConversationStage::VirtualAgent);
/// assert_eq!(talk.read_by(Viewer::Requester).count(), 1);
/// # Ok::<(), RecordRefusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Conversation {
    /// The stage of the conversation: who has the word.
    pub stage: ConversationStage,
    /// Where the customer came in, in order.
    pub entries: Vec<EntryPoint>,
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// When agents were asked for.
    pub handoffs: Vec<Handoff>,
    /// The customers who take part, and by which addresses.
    pub participants: Vec<Participant>,
    /// The virtual agent never has the word in it.
    pub live_only: bool,
    /// True if the customer has said something.
    pub engaged: bool,
    /// True if the virtual agent dealt with the topic and asked whether there is anything else.
    pub topic_done: bool,
    /// When the customer last said something, or came in.
    pub heard: Timestamp,
    /// When an agent, and not a machine, first said something.
    pub answered: Option<Timestamp>,
    /// When the first agent came.
    pub first_joined: Option<Timestamp>,
    /// When the agent came who has the word.
    pub joined: Option<Timestamp>,
    /// True if the one who is silent was reminded.
    pub reminded: bool,
    /// When the virtual agent last handed it to persons; `None`: it did not.
    #[serde(default)]
    pub handed_off: Option<Timestamp>,
    /// Since when the agent who has it has it and has not answered; `None`: they have answered, or
    /// nobody has it.
    #[serde(default)]
    pub unanswered: Option<Timestamp>,
    /// How long each agent took from getting it to their first own answer, whoever has not answered
    /// left out. There are at most as many agents as segments are kept; the first ones go first.
    #[serde(default)]
    pub first_answers: Vec<FirstAnswers>,
    /// How long agents took to answer.
    pub agent_responses: Responses,
    /// How long the customer took to answer.
    pub customer_responses: Responses,
}

impl Conversation {
    /// A conversation in which nothing was said.
    pub(crate) fn new(virtual_agent: bool, live_only: bool, at: Timestamp) -> Self {
        let with_virtual_agent = virtual_agent && !live_only;
        let stage = if with_virtual_agent {
            ConversationStage::VirtualAgent
        } else {
            ConversationStage::Waiting
        };
        Self {
            stage,
            entries: Vec::new(),
            messages: Vec::new(),
            handoffs: Vec::new(),
            participants: Vec::new(),
            live_only: !with_virtual_agent,
            engaged: false,
            topic_done: false,
            heard: at,
            answered: None,
            first_joined: None,
            joined: None,
            reminded: false,
            handed_off: None,
            unanswered: None,
            first_answers: Vec::new(),
            agent_responses: Responses::default(),
            customer_responses: Responses::default(),
        }
    }

    /// The messages that the viewer may read, in order.
    pub fn read_by(&self, viewer: Viewer) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |message| message.is_for(viewer))
    }

    /// A message by its id.
    #[must_use]
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.get(self.place(id)?)
    }

    /// The place of a message. Newer messages are asked for more often.
    fn place(&self, id: MessageId) -> Option<usize> {
        self.messages.iter().rposition(|message| message.id == id)
    }

    pub(crate) fn message_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        let place = self.place(id)?;
        self.messages.get_mut(place)
    }

    /// A page of what the viewer may read: at most so many messages that stand last before one of
    /// them, in order; `None` in its place: the last ones of all. `None` if there is no such
    /// message for this viewer.
    #[must_use]
    pub fn page_before(
        &self,
        viewer: Viewer,
        before: Option<MessageId>,
        most: usize,
    ) -> Option<Vec<&Message>> {
        let end = match before {
            Some(id) => self.place_for(viewer, id)?,
            None => self.messages.len(),
        };
        let older = self.messages.get(..end)?.iter().rev();
        let mut page: Vec<_> = older.filter(|one| one.is_for(viewer)).take(most).collect();
        page.reverse();
        Some(page)
    }

    /// A page of what the viewer may read: at most so many messages that stand first behind one of
    /// them, in order. `None` if there is no such message for this viewer.
    #[must_use]
    pub fn page_after(
        &self,
        viewer: Viewer,
        after: MessageId,
        most: usize,
    ) -> Option<Vec<&Message>> {
        let newer = self.messages.get(self.place_for(viewer, after)?..)?.iter().skip(1);
        Some(newer.filter(|one| one.is_for(viewer)).take(most).collect())
    }

    /// The place of a message that the viewer may read.
    fn place_for(&self, viewer: Viewer, id: MessageId) -> Option<usize> {
        let place = self.place(id)?;
        self.messages.get(place).filter(|message| message.is_for(viewer)).map(|_| place)
    }

    /// The transcript for the customer: what the customer and agents said to each other, from when
    /// the first agent came.
    pub fn external_transcript(&self) -> impl Iterator<Item = &Message> {
        self.read_by(Viewer::Requester)
            .filter(|message| matches!(message.author, Author::Requester | Author::Agent(_)))
            .filter(|message| self.first_joined.is_some_and(|joined| joined <= message.at))
    }

    /// The entry point of what the customer says: the last one they came in by. If it is known on
    /// which channel they say it, the last one on that channel.
    pub(crate) fn entry_by(&self, channel: Option<&Key>) -> Option<u32> {
        let by = |entry: &EntryPoint| {
            let channels = entry.channel.as_ref().zip(channel);
            channels.is_none_or(|(entry, said)| entry == said)
        };
        u32::try_from(self.entries.iter().rposition(by)?).ok()
    }

    pub(crate) fn step(&mut self, step: ConversationStep, at: Timestamp) -> Result<(), Illegal> {
        use ConversationStep::{EndTopic, HandOff, Join};
        let next = self.stage.next(step)?;
        if matches!(step, HandOff | Join(_) | EndTopic) {
            self.leave_machine(at);
        }
        self.stage = next;
        Ok(())
    }

    /// Persons have the word from now on, and owe an answer to what the customer wrote to the
    /// virtual agent from now on.
    fn leave_machine(&mut self, at: Timestamp) {
        if self.stage == ConversationStage::VirtualAgent {
            self.handed_off = Some(at);
        } else if !matches!(self.stage, ConversationStage::Topic { .. }) {
            return;
        }
        let owed = &mut self.agent_responses.owed_since;
        *owed = owed.map(|_| at);
    }

    /// The agent who has it answers: for the first time, if they have not since they got it. What
    /// answers nobody ends the time too, and is no sample.
    pub(crate) fn answer_first(&mut self, agent: AgentId, at: Timestamp, owed: bool, most: u32) {
        let Some(since) = self.unanswered.take().filter(|_| owed) else { return };
        self.count_first(agent, 1, at.since(since), most);
    }

    /// Counts first answers of an agent. There are rows for so many agents.
    pub(crate) fn count_first(&mut self, agent: AgentId, count: u32, took: Span, most: u32) {
        let known = self.first_answers.iter().position(|row| row.agent == agent);
        let place = known.unwrap_or_else(|| {
            let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
            let surplus = self.first_answers.len().saturating_add(1).saturating_sub(most);
            self.first_answers.drain(..surplus);
            self.first_answers.push(FirstAnswers { agent, count: 0, total: Span::ZERO });
            self.first_answers.len().saturating_sub(1)
        });
        if let Some(row) = self.first_answers.get_mut(place) {
            row.count = row.count.saturating_add(count);
            row.total = row.total.plus(took);
        }
    }

    /// Notes what was said, and what it means for who owes whom an answer. Whoever asks may be a
    /// colleague.
    pub(crate) fn hear(&mut self, message: Message, asks: bool) {
        match message.author {
            _ if asks => {
                self.engaged = true;
                self.heard = self.heard.max(message.at);
                self.reminded = false;
                self.topic_done = false;
                self.customer_responses.answer(message.at);
                self.agent_responses.ask(message.at);
            }
            Author::Agent(_) if message.is_own_answer() => {
                self.answered.get_or_insert(message.at);
                self.agent_responses.answer(message.at);
                self.customer_responses.ask(message.at);
            }
            Author::Requester
            | Author::Agent(_)
            | Author::VirtualAgent
            | Author::Supervisor(_)
            | Author::System => {}
        }
        self.messages.push(message);
    }
}
