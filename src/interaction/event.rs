//! What can happen to records: every change there is, complete enough to make it again.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::fact::log::{Fact, Log};
use crate::fact::shape::events;
use crate::model::attribute::Attributes;
use crate::model::calendar::CalendarProfile;
use crate::model::ids::{AgentId, CalendarId, CodeId, OfferId, QueueId, WorkId};
use crate::state::leg::LegRole;
use crate::state::work::CloseCause;

use crate::interaction::command::RecordChange;
use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::{EntryPoint, Handoff, Message, Receipt};
use crate::interaction::ids::{InteractionId, MessageId, ProfileId};
use crate::interaction::profile::{ChannelUserProfile, Participant};
use crate::interaction::record::{Interaction, InteractionRequest, Transcript};
use crate::interaction::related::RelatedRecord;
use crate::interaction::state::{Ending, InteractionState, Party, StateReason};
use crate::interaction::wrap_up::WrapUpRule;

/// A fact of records. A journal of them rebuilds the records.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::interaction::{RecordConfig, RecordFact, RecordLog, Records};
///
/// let mut log = RecordLog::default();
/// let records = Records::new(RecordConfig::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let json = serde_json::to_string(&log).unwrap();
/// let journal: Vec<RecordFact> = serde_json::from_str(&json).unwrap();
/// assert_eq!(Records::replay(journal).unwrap().digest(), records.digest());
/// ```
pub type RecordFact = Fact<RecordEvent>;

/// The host's own buffer of record facts.
pub type RecordLog = Log<RecordFact>;

/// Where the short description of an interaction came from that no person closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DescribedBy {
    /// The first thing the customer said.
    FirstMessage,
    /// The reason for which it was closed.
    Reason,
}

events! {
    /// A change of records. Variants are only ever added, at the end.
    ///
    /// In JSON an object with one field: `{"queued": {"interaction": 1, "queue": 0, ...}}`.
    pub enum RecordEvent {
        /// An interaction was opened, and its conversation with it if it is in writing.
        Opened = opened {
            /// The interaction.
            interaction: InteractionId,
            /// Its number.
            number: Box<str>,
            /// The details of the interaction as it was opened.
            opening: Box<InteractionRequest>,
        }
        /// An interaction of a guest belongs to a user.
        Associated = associated {
            /// The interaction.
            interaction: InteractionId,
            /// The user.
            opened_for: Key,
        }
        /// Work moves an interaction from now on.
        WorkLinked = work_linked {
            /// The interaction.
            interaction: InteractionId,
            /// The work.
            work: WorkId,
        }
        /// The work of an interaction is over.
        WorkOver = work_over {
            /// The interaction.
            interaction: InteractionId,
        }
        /// It stands in line.
        Queued = queued {
            /// The interaction.
            interaction: InteractionId,
            /// The queue.
            queue: QueueId,
            /// True if the agent who had it wraps up.
            wraps_up: bool,
        }
        /// Its work was transferred out of the house; the end follows.
        SentOutside = sent_outside {
            /// The interaction.
            interaction: InteractionId,
            /// The destination, in the host's words.
            to: Key,
            /// True if the agent who had it wraps up.
            wraps_up: bool,
        }
        /// It waits for an agent, but stands in no line.
        SetAside = set_aside {
            /// The interaction.
            interaction: InteractionId,
            /// The instant that was promised: nobody is asked before.
            #[serde(default)]
            until: Option<Timestamp>,
        }
        /// It left the queue without an agent, and is with the virtual agent or nobody.
        Returned = returned {
            /// The interaction.
            interaction: InteractionId,
        }
        /// It is offered to an agent.
        Offered = offered {
            /// The interaction.
            interaction: InteractionId,
            /// The offer.
            offer: OfferId,
            /// The agent.
            agent: AgentId,
        }
        /// An offer of it ended, and the agent does not have it.
        OfferEnded = offer_ended {
            /// The interaction.
            interaction: InteractionId,
            /// The offer.
            offer: OfferId,
        }
        /// An agent has it.
        Assigned = assigned {
            /// The interaction.
            interaction: InteractionId,
            /// The agent.
            agent: AgentId,
        }
        /// It is on hold.
        Held = held {
            /// The interaction.
            interaction: InteractionId,
            /// True if its agent put it aside.
            parked: bool,
            /// The instant that was promised: nothing is expected of the customer before.
            #[serde(default)]
            until: Option<Timestamp>,
        }
        /// The reason of its hold was set.
        ReasonSet = reason_set {
            /// The interaction.
            interaction: InteractionId,
            /// The reason of the hold, if there is one.
            reason: Option<StateReason>,
        }
        /// Its agent goes on.
        Resumed = resumed {
            /// The interaction.
            interaction: InteractionId,
        }
        /// An agent who took part in it has it now.
        HandedOver = handed_over {
            /// The interaction.
            interaction: InteractionId,
            /// The agent who has it now.
            agent: AgentId,
            /// True if the agent who had it before wraps up.
            wraps_up: bool,
        }
        /// An agent takes part beside its agent, or in another way.
        GuestJoined = guest_joined {
            /// The interaction.
            interaction: InteractionId,
            /// The agent who takes part.
            agent: AgentId,
            /// As what.
            role: LegRole,
        }
        /// A guest does not take part any more.
        GuestLeft = guest_left {
            /// The interaction.
            interaction: InteractionId,
            /// The agent who took part.
            agent: AgentId,
        }
        /// The contact is over, its agent wraps up.
        WrapUpBegan = wrap_up_began {
            /// The interaction.
            interaction: InteractionId,
            /// How it ended.
            ending: Ending,
            /// When time ends it.
            until: Option<Timestamp>,
            /// The rule that applies.
            rule: Option<Box<WrapUpRule>>,
            /// True if the engine keeps its work open meanwhile.
            with_work: bool,
        }
        /// A wrap-up lasts longer.
        WrapUpExtended = wrap_up_extended {
            /// The interaction.
            interaction: InteractionId,
            /// When time ends it now.
            until: Option<Timestamp>,
        }
        /// A wrap-up code was given.
        CodeSet = code_set {
            /// The interaction.
            interaction: InteractionId,
            /// The code.
            code: CodeId,
        }
        /// An agent who gave it away is done with it.
        TrailingWrapUpEnded = trailing_wrap_up_ended {
            /// The interaction.
            interaction: InteractionId,
            /// The work the agent gave away.
            work: WorkId,
            /// The agent.
            agent: AgentId,
        }
        /// Nobody had written what it is about, and nobody closes it in person: this is written.
        Described = described {
            /// The interaction.
            interaction: InteractionId,
            /// The short description.
            text: Box<str>,
            /// Where it comes from.
            source: DescribedBy,
        }
        /// It is over.
        Closed = closed {
            /// The interaction.
            interaction: InteractionId,
            /// In which state.
            state: InteractionState,
            /// For which reason.
            reason: StateReason,
            /// How the contact ended.
            ending: Ending,
            /// The actor who closed it.
            by: Party,
            /// Why its work was closed, if that closed it.
            cause: Option<CloseCause>,
            /// True if its tab was closed.
            tab: bool,
        }
        /// Somebody saved what they wrote.
        Saved = saved {
            /// The interaction.
            interaction: InteractionId,
            /// The actor who saved.
            by: Party,
            /// The changes that were saved.
            change: Box<RecordChange>,
        }
        /// Context variables were set.
        ContextSet = context_set {
            /// The interaction.
            interaction: InteractionId,
            /// The variables.
            variables: Attributes,
        }
        /// A record was related.
        Related = related {
            /// The interaction.
            interaction: InteractionId,
            /// The record.
            record: Box<RelatedRecord>,
        }
        /// A transcript is kept somewhere.
        TranscriptAdded = transcript_added {
            /// The interaction.
            interaction: InteractionId,
            /// Where.
            transcript: Transcript,
        }
        /// The customer came in.
        Entered = entered {
            /// The interaction.
            interaction: InteractionId,
            /// Where.
            entry: Box<EntryPoint>,
            /// By which other address the customer takes part from now on, if it is a new one.
            #[serde(default)]
            participant: Option<Participant>,
        }
        /// Another customer takes part.
        ParticipantAdded = participant_added {
            /// The interaction.
            interaction: InteractionId,
            /// The customer's profile.
            profile: ProfileId,
            /// To which of the host's addresses the customer writes.
            #[serde(default)]
            to: Option<Key>,
        }
        /// Something was said.
        Said = said {
            /// The interaction.
            interaction: InteractionId,
            /// The message, with its author.
            message: Box<Message>,
        }
        /// An agent was asked for.
        HandoffRequested = handoff_requested {
            /// The interaction.
            interaction: InteractionId,
            /// The handoff, with the context of that moment.
            handoff: Box<Handoff>,
        }
        /// The virtual agent deals with a topic for the agent.
        TopicStarted = topic_started {
            /// The interaction.
            interaction: InteractionId,
        }
        /// A topic of the virtual agent is over.
        TopicEnded = topic_ended {
            /// The interaction.
            interaction: InteractionId,
        }
        /// The customer was silent for so long that they are reminded.
        CustomerReminded = customer_reminded {
            /// The interaction.
            interaction: InteractionId,
        }
        /// The agent let the customer wait for so long that the agent is reminded.
        AgentReminded = agent_reminded {
            /// The interaction.
            interaction: InteractionId,
        }
        /// It was handed over to the host and is forgotten.
        Archived = archived {
            /// All of it.
            record: Arc<Interaction>,
        }
        /// A profile made room for others, for it was not used for longest; or it was erased.
        ProfileForgotten = profile_forgotten {
            /// Which.
            profile: ProfileId,
        }
        /// A message was delivered, or read.
        MessageConfirmed = message_confirmed {
            /// The interaction.
            interaction: InteractionId,
            /// The message.
            message: MessageId,
            /// How far it got.
            receipt: Receipt,
        }
        /// What another interaction of the same customer holds is in it from now on. The other was
        /// closed before.
        Merged = merged {
            /// The interaction that goes on.
            interaction: InteractionId,
            /// The one that does not.
            from: InteractionId,
        }
        /// Two profiles are one person's: what goes on with one goes on with the other.
        ProfilesMerged = profiles_merged {
            /// The profile that stands for nobody of its own any more.
            profile: ProfileId,
            /// The one that stands for both.
            into: ProfileId,
        }
        /// Hours by which silence is counted are other ones.
        HoursSet = hours_set {
            /// Calendars with their hours; `None`: there is none any more.
            calendars: BTreeMap<CalendarId, Option<Arc<CalendarProfile>>>,
            /// Queues with their calendars; `None`: it has none any more.
            queues: BTreeMap<QueueId, Option<CalendarId>>,
        }
    }
    also {
        /// The configuration was set. Always the first fact.
        Configured = configured(Box<RecordConfig>),
        /// A profile was made or changed.
        ProfileSet = profile_set(Box<ChannelUserProfile>),
    }
    named {
        interaction: InteractionId => named_interaction,
        work: WorkId => named_work,
        agent: AgentId => named_agent,
    }
}

impl RecordEvent {
    /// The interaction it is about; none for what was configured, for hours and for profiles.
    #[must_use]
    pub fn interaction(&self) -> Option<InteractionId> {
        match self {
            Self::Archived { record } => Some(record.id),
            _ => self.named_interaction(),
        }
    }

    /// The work it names: work that moves an interaction from now on, or that an agent gave away
    /// and is done with.
    #[must_use]
    pub fn work(&self) -> Option<WorkId> {
        self.named_work()
    }

    /// The agent it names: to whom it is offered, who has the interaction from now on, who takes
    /// part in it or does not any more.
    #[must_use]
    pub fn agent(&self) -> Option<AgentId> {
        self.named_agent()
    }
}
