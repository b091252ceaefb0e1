//! The interaction record.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::attribute::{Attributes, Value};
use crate::model::ids::{AgentId, CodeId, OfferId, QueueId, WorkId};
use crate::model::invalid::{Invalid, Problem};
use crate::state::machine::Illegal;
use crate::state::work::CloseCause;

use crate::interaction::conversation::{
    Author, Conversation, ConversationStage, EntryPoint, Message,
};
use crate::interaction::ids::{InteractionId, ProfileId};
use crate::interaction::profile::{Address, Participant};
use crate::interaction::related::{Document, RelatedRecord};
use crate::interaction::segment::SegmentTotals;
use crate::interaction::state::{
    Ending, InteractionState, InteractionStep, InteractionType, Party, Progress, StateReason,
};
use crate::interaction::wrap_up::WrapUpNow;

/// The direction of a contact: which side began it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer.
    #[default]
    Inbound,
    /// The contact centre.
    Outbound,
    /// A colleague: an agent asks, and there is no customer. No text for customers is said in it,
    /// no silence ends it and no rule of records wraps it up.
    Internal,
}

growing! {
    /// The details of an interaction as it is opened.
    ///
    /// ```
    /// use strowger::interaction::{InteractionRequest, InteractionType};
    ///
    /// let walk_up = InteractionRequest::new(InteractionType::WalkUp).with_opened_for("jo");
    /// assert!(walk_up.short_description.is_empty());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct InteractionRequest {
        /// The host's key. Whoever opens the same under the same key again, as long as it is not
        /// archived, opens nothing.
        #[serde(default)]
        pub key: Option<Key> => with_key(some Key),
        /// By what way they talk.
        #[serde(rename = "type")]
        pub kind: InteractionType => with_kind,
        /// A finer type, such as `whatsapp`.
        #[serde(default)]
        pub subtype: Option<Key> => with_subtype(some Key),
        /// The direction: which side began the contact.
        #[serde(default)]
        pub direction: Direction => with_direction,
        /// The customer, whoever began; `None`: the user of the profile, else a guest.
        #[serde(default)]
        pub opened_for: Option<Key> => with_opened_for(some Key),
        /// The person who opened it; `None`: nobody in person.
        #[serde(default)]
        pub opened_by: Option<Key> => with_opened_by(some Key),
        /// The contact.
        #[serde(default)]
        pub contact: Option<Key> => with_contact(some Key),
        /// The account; if it is absent, that of the contact, where the host knows it.
        #[serde(default)]
        pub account: Option<Key> => with_account(some Key),
        /// The consumer.
        #[serde(default)]
        pub consumer: Option<Key> => with_consumer(some Key),
        /// The channel user profile of the customer.
        #[serde(default)]
        pub profile: Option<ProfileId> => with_profile(into),
        /// Where the customer writes from, and to which of the host's addresses.
        #[serde(default)]
        pub addresses: Option<(Address, Key)> => with_addresses(into),
        /// Where the customer comes in.
        #[serde(default)]
        pub entry: Option<EntryPoint> => with_entry(into),
        /// The metadata of the channel about the contact.
        #[serde(default)]
        pub channel_metadata: Attributes => with_channel_metadata(each (Key, Value)),
        /// Context variables.
        #[serde(default)]
        pub context: Attributes => with_context(each (Key, Value)),
        /// The short description; empty at first.
        #[serde(default)]
        pub short_description: Box<str> => with_short_description(into),
        /// The agent who asks, of an internal interaction. It is for no customer then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub asker: Option<AgentId> => with_asker(into),
        /// The interaction that an internal one is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub about: Option<InteractionId> => with_about(into),
    }
}

impl InteractionRequest {
    /// An inbound interaction of a guest, of which nothing is known.
    #[must_use]
    pub fn new(kind: InteractionType) -> Self {
        Self {
            key: None,
            kind,
            subtype: None,
            direction: Direction::Inbound,
            opened_for: None,
            opened_by: None,
            contact: None,
            account: None,
            consumer: None,
            profile: None,
            addresses: None,
            entry: None,
            channel_metadata: Attributes::new(),
            context: Attributes::new(),
            short_description: "".into(),
            asker: None,
            about: None,
        }
    }

    /// Refuses an internal interaction that nobody asks for or that is a customer's, and another
    /// one that a colleague asks for.
    pub(crate) fn check_parties(&self) -> Result<(), Invalid> {
        let internal = self.direction == Direction::Internal;
        if internal && self.asker.is_none() {
            return Err(Invalid::new("asker", Problem::Empty));
        }
        let out_of_place = [
            ("asker", !internal && self.asker.is_some()),
            ("about", !internal && self.about.is_some()),
            ("opened_for", internal && self.opened_for.is_some()),
            ("profile", internal && self.profile.is_some()),
            ("addresses", internal && self.addresses.is_some()),
        ];
        match out_of_place.into_iter().find(|(_, wrong)| *wrong) {
            Some((field, _)) => Err(Invalid::new(field, Problem::OutOfPlace)),
            None => Ok(()),
        }
    }
}

/// A note of somebody who worked on an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkNote {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Party,
    /// The text of the note.
    pub text: Box<str>,
}

/// Whom a transcript is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Audience {
    /// Agents and supervisors: everything that was said.
    Internal,
    /// The customer: what they and agents said to each other.
    External,
}

/// Where the host keeps a transcript.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transcript {
    /// For whom.
    pub audience: Audience,
    /// Where.
    pub reference: Key,
}

impl Transcript {
    /// A transcript for these people, kept there.
    pub fn new(audience: Audience, reference: impl Into<Key>) -> Self {
        Self { audience, reference: reference.into() }
    }
}

/// An interaction: one request for help, by one way (ServiceNow: interaction record).
///
/// Times are kept in [`handling`](Self::handling); the methods read them in the record's terms.
///
/// ```
/// use strowger::interaction::*;
/// use strowger::prelude::*;
///
/// let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
/// let mut log = RecordLog::default();
/// let mut records = Records::new(RecordConfig::default(), at(0), &mut log)?;
/// let opening = InteractionRequest::new(InteractionType::WalkUp);
/// let interaction = records.execute(at(0), OpenInteraction::new(opening), &mut log)?;
/// let agent = AgentId::from_raw(0);
/// records.execute(at(20), AssignInteraction::new(interaction, agent), &mut log)?;
/// let (ending, by) = (Ending::Customer, Party::Customer);
/// records.execute(at(80), EndInteraction::new(interaction, ending, by), &mut log)?;
/// let visit = records.interaction(interaction).unwrap();
/// assert_eq!(visit.first_response_wait, Some(Span::from_secs(20)));
/// assert_eq!(visit.duration(), Span::from_secs(60));
/// assert_eq!(&*visit.short_description, "Closed by system: User Ended");
/// # Ok::<(), RecordRefusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interaction {
    /// Its id.
    pub id: InteractionId,
    /// Its number, for people.
    pub number: Box<str>,
    /// The host's key: under which it was opened, or that of the message it was opened for.
    #[serde(default)]
    pub key: Option<Key>,
    /// By what way they talk.
    #[serde(rename = "type")]
    pub kind: InteractionType,
    /// A finer type.
    pub subtype: Option<Key>,
    /// Its state.
    pub state: InteractionState,
    /// Why it is in this state.
    pub reason: Option<StateReason>,
    /// The direction: which side began the contact.
    pub direction: Direction,
    /// The customer; `None`: a guest.
    pub opened_for: Option<Key>,
    /// The person who opened it; `None`: nobody in person.
    pub opened_by: Option<Key>,
    /// The agent who asks, of an internal interaction. What they write counts as a customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<AgentId>,
    /// The interaction that an internal one is about. It is a link and nothing more: neither moves
    /// the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<InteractionId>,
    /// The contact.
    pub contact: Option<Key>,
    /// The account.
    pub account: Option<Key>,
    /// The consumer.
    pub consumer: Option<Key>,
    /// The channel user profile of the customer.
    pub profile: Option<ProfileId>,
    /// Where the customer writes from, and to which of the host's addresses.
    pub addresses: Option<(Address, Key)>,
    /// The agent who has it, or had it last.
    pub assigned_to: Option<AgentId>,
    /// The queue it is in, or was in last.
    pub queue: Option<QueueId>,
    /// The work in the engine that moves it, as long as there is any.
    pub work: Option<WorkId>,
    /// Where it went, if its work was transferred out of the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Key>,
    /// Agents who gave work of it away and still wrap that up.
    pub trailing: Vec<(WorkId, AgentId)>,
    /// The open offers.
    pub offers: Vec<(OfferId, AgentId)>,
    /// The metadata of the channel about the contact.
    pub channel_metadata: Attributes,
    /// Context variables.
    pub context: Attributes,
    /// The short description.
    pub short_description: Box<str>,
    /// Notes, oldest first.
    pub work_notes: Vec<WorkNote>,
    /// Records it is about, in the order in which they were related.
    pub related: Vec<RelatedRecord>,
    /// Where transcripts are kept.
    pub transcripts: Vec<Transcript>,
    /// When it was opened.
    pub opened: Timestamp,
    /// When something last happened to it. What time did counts from its deadline, but never from
    /// before this.
    pub touched: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The actor who closed it.
    pub closed_by: Option<Party>,
    /// Why its work was closed, if that closed it.
    pub cause: Option<CloseCause>,
    /// How the contact ended.
    pub ending: Option<Ending>,
    /// How long the customer waited for the first answer of an agent: from opening; where the
    /// virtual agent had it first, from when it was last handed to persons before; where the
    /// contact centre began, from when the customer first wrote.
    pub first_response_wait: Option<Span>,
    /// True if it was in a queue, or an agent was asked for.
    pub asked: bool,
    /// True if an agent had it.
    pub live: bool,
    /// True if a virtual agent took part.
    pub virtual_agent: bool,
    /// The wrap-up, under way or over.
    pub wrap_up: Option<WrapUpNow>,
    /// True if time ended the wrap-up.
    pub system_wrap_up: bool,
    /// True if it was closed by closing its tab.
    pub tab_closed: bool,
    /// The wrap-up code.
    pub code: Option<CodeId>,
    /// Since when it is on hold.
    pub held_since: Option<Timestamp>,
    /// The instant that was promised when it was put on hold, parked or scheduled (Chatwoot:
    /// snoozed until). It is not closed for silence before, and silence counts from then.
    #[serde(default)]
    pub promised: Option<Timestamp>,
    /// The handling: who had it, and when.
    pub handling: SegmentTotals,
    /// The interaction of the same customer that it was merged into: what was said in it, who
    /// handled it and what it was about is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<InteractionId>,
    /// When the first of those that were merged into it was opened, if that was before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// The conversation; `None`: nothing is said in writing.
    pub conversation: Option<Box<Conversation>>,
}

impl Interaction {
    /// How long agents worked on it: from acceptance to the end of the contact, without what was
    /// held or parked.
    #[must_use]
    pub fn duration(&self) -> Span {
        self.handling.totals().active
    }

    /// How long it stood in queues.
    #[must_use]
    pub fn queue_wait(&self) -> Span {
        self.handling.totals().in_line
    }

    /// How long it was wrapped up; zero if the tab was closed, whatever time that cost.
    #[must_use]
    pub fn wrap_up_duration(&self) -> Span {
        if self.tab_closed { Span::ZERO } else { self.handling.totals().wrap_up }
    }

    /// How long it took persons, from opening to closing, without the time the virtual agent had
    /// it; `None`: it is open, or was never handed to persons.
    #[must_use]
    pub fn resolution(&self) -> Option<Span> {
        let closed = self.closed?;
        let alone = self.has_virtual_agent() && self.handed_off().is_none();
        (!alone).then(|| closed.since(self.begun() + self.handling.totals().virtual_agent))
    }

    /// When the contact began: when it was opened, or the first that was merged into it.
    #[must_use]
    pub fn begun(&self) -> Timestamp {
        self.began.unwrap_or(self.opened)
    }

    /// True from when a person was to write with the customer: it was handed off, stands in a
    /// queue, or an agent had it (ServiceNow: agent chat).
    #[must_use]
    pub fn agent_chat(&self) -> bool {
        let handed_off = self.live || self.asked || self.handed_off().is_some();
        handed_off && self.kind.is_written()
    }

    /// When the virtual agent last handed it to persons.
    fn handed_off(&self) -> Option<Timestamp> {
        self.conversation.as_ref()?.handed_off
    }

    /// True if a colleague asks in it, and no customer.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.direction == Direction::Internal
    }

    /// True if what an author says is a question: the customer's, or the colleague's who asks.
    pub(crate) fn asks(&self, author: Author) -> bool {
        match author {
            Author::Requester => true,
            Author::Agent(agent) => self.asker == Some(agent),
            Author::VirtualAgent | Author::Supervisor(_) | Author::System => false,
        }
    }

    /// How it ends if this one ends it so: a colleague who asks ends it as a customer does.
    pub(crate) fn ending_by(&self, ending: Ending, by: Party) -> Ending {
        match (ending, by) {
            (Ending::Agent, Party::Agent(agent)) if self.asker == Some(agent) => Ending::Customer,
            _ => ending,
        }
    }

    /// The party who asks in it.
    pub(crate) fn requester(&self) -> Party {
        self.asker.map_or(Party::Customer, Party::Agent)
    }

    /// True if the state reason is shown: while it is open only messaging has one.
    #[must_use]
    pub const fn shows_reason(&self) -> bool {
        matches!(self.kind, InteractionType::Messaging) || self.state.is_closed()
    }

    /// True if it has a short description.
    #[must_use]
    pub fn is_described(&self) -> bool {
        !is_blank(&self.short_description)
    }

    /// True if everything is over, and it may be archived.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.state.is_closed() && self.work.is_none() && self.handling.open().is_empty()
    }

    /// How far the contact has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let conversation = self.conversation.as_deref();
        Progress {
            engaged: conversation.is_some_and(|talk| talk.engaged),
            // Who has no virtual agent asked for a person, even if none was there.
            asked: self.asked || self.stage() == Some(ConversationStage::Waiting),
            live: self.live,
            topic_done: conversation.is_some_and(|talk| talk.topic_done),
        }
    }

    /// What was said in it, in order.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.conversation.iter().flat_map(|talk| &talk.messages)
    }

    /// The customers who take part, and by which addresses.
    pub fn participants(&self) -> impl Iterator<Item = Participant> + '_ {
        let talk = self.conversation.as_deref();
        let alone = self.customer().filter(|_| talk.is_none());
        talk.into_iter().flat_map(|talk| talk.participants.iter().cloned()).chain(alone)
    }

    /// The record that the customer was looking at when they came in, the last time they did.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        let entries = self.conversation.iter().flat_map(|talk| talk.entries.iter().rev());
        entries.filter_map(|entry| entry.document.as_ref()).next()
    }

    /// The customer as they were when it was opened, if they have a profile.
    pub(crate) fn customer(&self) -> Option<Participant> {
        let to = self.addresses.as_ref().map(|(_, ours)| ours.clone());
        Some(Participant { profile: self.profile?, to })
    }

    /// The virtual agent's share in it goes on when it leaves the queue.
    #[must_use]
    pub fn has_virtual_agent(&self) -> bool {
        self.conversation.as_ref().is_some_and(|talk| !talk.live_only)
    }

    pub(crate) fn new(
        id: InteractionId,
        number: Box<str>,
        said: &InteractionRequest,
        at: Timestamp,
    ) -> Self {
        let said = said.clone();
        Self {
            id,
            number,
            key: said.key,
            kind: said.kind,
            subtype: said.subtype,
            state: InteractionState::New,
            reason: None,
            direction: said.direction,
            opened_for: said.opened_for,
            opened_by: said.opened_by,
            asker: said.asker,
            about: said.about,
            contact: said.contact,
            account: said.account,
            consumer: said.consumer,
            profile: said.profile,
            addresses: said.addresses,
            assigned_to: None,
            queue: None,
            work: None,
            outside: None,
            trailing: Vec::new(),
            offers: Vec::new(),
            channel_metadata: said.channel_metadata,
            context: Attributes::new(),
            short_description: said.short_description,
            work_notes: Vec::new(),
            related: Vec::new(),
            transcripts: Vec::new(),
            opened: at,
            touched: at,
            closed: None,
            closed_by: None,
            cause: None,
            ending: None,
            first_response_wait: None,
            asked: false,
            live: false,
            virtual_agent: false,
            wrap_up: None,
            system_wrap_up: false,
            tab_closed: false,
            code: None,
            held_since: None,
            promised: None,
            handling: SegmentTotals::default(),
            merged_into: None,
            began: None,
            conversation: None,
        }
    }

    /// Sets context variables. One that is called `short_description` becomes the short
    /// description, if there is none.
    pub(crate) fn set_context(&mut self, variables: &Attributes) {
        self.context.extend(variables.clone());
        if let Some(Value::Text(text)) = self.context.get("short_description")
            && is_blank(&self.short_description)
        {
            self.short_description = text.clone();
        }
    }

    /// Takes a step; the reason of the old state goes with it, and a promise that is not due yet.
    pub(crate) fn step(&mut self, step: InteractionStep, at: Timestamp) -> Result<(), Illegal> {
        self.state = self.state.next(step)?;
        self.reason = None;
        self.held_since = None;
        self.promised = self.promised.filter(|promised| *promised <= at);
        Ok(())
    }

    /// The customer has an answer. If the contact centre began, the customer asked when they wrote.
    pub(crate) fn note_response(&mut self, at: Timestamp) {
        let asked = match self.direction {
            Direction::Inbound | Direction::Internal => {
                Some(self.handed_off().unwrap_or_else(|| self.begun()))
            }
            Direction::Outbound => {
                let talk = self.conversation.as_deref();
                talk.and_then(|talk| talk.agent_responses.owed_since)
            }
        };
        let waited = asked.map(|asked| at.since(asked));
        self.first_response_wait = self.first_response_wait.or(waited);
    }

    /// The stage of its conversation.
    #[must_use]
    pub fn stage(&self) -> Option<ConversationStage> {
        self.conversation.as_ref().map(|talk| talk.stage)
    }
}

/// True if a text says nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
