//! What can happen to records: every change there is, complete enough to make it again.

use alloc::boxed::Box;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::fact::log::{Fact, Log};
use crate::model::attribute::Attributes;
use crate::model::ids::{AgentId, CodeId, OfferId, QueueId, WorkId};
use crate::state::leg::LegRole;
use crate::state::work::CloseCause;

use crate::interaction::command::RecordChange;
use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::{EntryPoint, Handoff, Message};
use crate::interaction::ids::{InteractionId, ProfileId};
use crate::interaction::profile::{ChannelUserProfile, Participant};
use crate::interaction::record::{Interaction, InteractionRequest, Transcript};
use crate::interaction::related::RelatedRecord;
use crate::interaction::state::{Actor, Ending, InteractionState, StateReason};
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
pub enum DescribedBy {
    /// The first thing the customer said.
    FirstMessage,
    /// The reason for which it was closed.
    Reason,
}

/// A change of records. Variants are only ever added, at the end.
///
/// In JSON an object with one field: `{"queued": {"interaction": 1, "queue": 0, ...}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordEvent {
    /// What may be chosen was chosen. Always the first fact.
    Configured(Box<RecordConfig>),
    /// An interaction was opened, and its conversation with it if it is in writing.
    Opened {
        /// The interaction.
        interaction: InteractionId,
        /// Its number.
        number: Box<str>,
        /// What was said of it.
        opening: Box<InteractionRequest>,
    },
    /// A profile was made or changed.
    ProfileSet(Box<ChannelUserProfile>),
    /// An interaction of a guest belongs to a user.
    Associated {
        /// The interaction.
        interaction: InteractionId,
        /// The user.
        opened_for: Key,
    },
    /// Work moves an interaction from now on.
    WorkLinked {
        /// The interaction.
        interaction: InteractionId,
        /// The work.
        work: WorkId,
    },
    /// The work of an interaction is over.
    WorkOver {
        /// The interaction.
        interaction: InteractionId,
    },
    /// It stands in line.
    Queued {
        /// The interaction.
        interaction: InteractionId,
        /// The queue.
        queue: QueueId,
        /// Whether the agent who had it wraps up.
        wraps_up: bool,
    },
    /// It waits for an agent, but stands in no line.
    SetAside {
        /// The interaction.
        interaction: InteractionId,
    },
    /// It left the queue without an agent, and is with the virtual agent or nobody.
    Returned {
        /// The interaction.
        interaction: InteractionId,
    },
    /// It rings at an agent.
    Rang {
        /// The interaction.
        interaction: InteractionId,
        /// The offer.
        offer: OfferId,
        /// The agent.
        agent: AgentId,
    },
    /// It does not ring there any more, and he does not have it.
    RangOut {
        /// The interaction.
        interaction: InteractionId,
        /// The offer.
        offer: OfferId,
    },
    /// An agent has it.
    Assigned {
        /// The interaction.
        interaction: InteractionId,
        /// The agent.
        agent: AgentId,
    },
    /// It is on hold.
    Held {
        /// The interaction.
        interaction: InteractionId,
        /// Whether its agent put it aside.
        parked: bool,
    },
    /// What it waits for on hold was said.
    ReasonSet {
        /// The interaction.
        interaction: InteractionId,
        /// What.
        reason: Option<StateReason>,
    },
    /// Its agent goes on.
    Resumed {
        /// The interaction.
        interaction: InteractionId,
    },
    /// An agent who took part in it has it now.
    HandedOver {
        /// The interaction.
        interaction: InteractionId,
        /// Who.
        agent: AgentId,
        /// Whether the old one wraps up.
        wraps_up: bool,
    },
    /// An agent takes part beside its agent, or in another way.
    GuestJoined {
        /// The interaction.
        interaction: InteractionId,
        /// Who.
        agent: AgentId,
        /// As what.
        role: LegRole,
    },
    /// He does not take part any more.
    GuestLeft {
        /// The interaction.
        interaction: InteractionId,
        /// Who.
        agent: AgentId,
    },
    /// The contact is over, its agent wraps up.
    WrapUpBegan {
        /// The interaction.
        interaction: InteractionId,
        /// How it ended.
        ending: Ending,
        /// When time ends it.
        until: Option<Timestamp>,
        /// The rule that applies.
        rule: Option<Box<WrapUpRule>>,
        /// Whether the engine keeps its work open meanwhile.
        with_work: bool,
    },
    /// A wrap-up lasts longer.
    WrapUpExtended {
        /// The interaction.
        interaction: InteractionId,
        /// When time ends it now.
        until: Option<Timestamp>,
    },
    /// A wrap-up code was given.
    CodeSet {
        /// The interaction.
        interaction: InteractionId,
        /// The code.
        code: CodeId,
    },
    /// An agent who gave it away is done with it.
    TrailingWrapUpEnded {
        /// The interaction.
        interaction: InteractionId,
        /// The work he gave away.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    },
    /// Nobody had written what it is about, and nobody closes it in person: this is written.
    Described {
        /// The interaction.
        interaction: InteractionId,
        /// What.
        text: Box<str>,
        /// Where it comes from.
        source: DescribedBy,
    },
    /// It is over.
    Closed {
        /// The interaction.
        interaction: InteractionId,
        /// In which state.
        state: InteractionState,
        /// For which reason.
        reason: StateReason,
        /// How the contact ended.
        ending: Ending,
        /// Who closed it.
        by: Actor,
        /// Why its work was closed, if that closed it.
        cause: Option<CloseCause>,
        /// Whether its tab was closed.
        tab: bool,
    },
    /// Somebody saved what he wrote.
    Saved {
        /// The interaction.
        interaction: InteractionId,
        /// Who.
        by: Actor,
        /// What is new.
        change: Box<RecordChange>,
    },
    /// Context variables were set.
    ContextSet {
        /// The interaction.
        interaction: InteractionId,
        /// The variables.
        variables: Attributes,
    },
    /// A record was related.
    Related {
        /// The interaction.
        interaction: InteractionId,
        /// The record.
        record: Box<RelatedRecord>,
    },
    /// A transcript is kept somewhere.
    TranscriptAdded {
        /// The interaction.
        interaction: InteractionId,
        /// Where.
        transcript: Transcript,
    },
    /// The customer came in.
    Entered {
        /// The interaction.
        interaction: InteractionId,
        /// Where.
        entry: Box<EntryPoint>,
        /// By which other address he takes part from now on, if it is a new one.
        #[serde(default)]
        participant: Option<Participant>,
    },
    /// Another customer takes part.
    ParticipantAdded {
        /// The interaction.
        interaction: InteractionId,
        /// His profile.
        profile: ProfileId,
        /// To which of the host's addresses he writes.
        #[serde(default)]
        to: Option<Key>,
    },
    /// Something was said.
    Said {
        /// The interaction.
        interaction: InteractionId,
        /// What, and by whom.
        message: Box<Message>,
    },
    /// An agent was asked for.
    HandoffRequested {
        /// The interaction.
        interaction: InteractionId,
        /// What was known then.
        handoff: Box<Handoff>,
    },
    /// The virtual agent deals with a topic for the agent.
    TopicStarted {
        /// The interaction.
        interaction: InteractionId,
    },
    /// A topic of the virtual agent is over.
    TopicEnded {
        /// The interaction.
        interaction: InteractionId,
    },
    /// The customer was silent for so long that he is reminded.
    CustomerReminded {
        /// The interaction.
        interaction: InteractionId,
    },
    /// The agent let the customer wait for so long that he is reminded.
    AgentReminded {
        /// The interaction.
        interaction: InteractionId,
    },
    /// It was handed over to the host and is forgotten.
    Archived {
        /// All of it.
        record: Arc<Interaction>,
    },
    /// A profile made room for others, for it was not used for longest; or it was erased.
    ProfileForgotten {
        /// Which.
        profile: ProfileId,
    },
}

impl RecordEvent {
    /// The interaction it is about.
    #[must_use]
    pub fn interaction(&self) -> Option<InteractionId> {
        match self {
            Self::Configured(_) | Self::ProfileSet(_) | Self::ProfileForgotten { .. } => None,
            Self::Archived { record } => Some(record.id),
            Self::Opened { interaction, .. }
            | Self::Associated { interaction, .. }
            | Self::WorkLinked { interaction, .. }
            | Self::WorkOver { interaction }
            | Self::Queued { interaction, .. }
            | Self::SetAside { interaction }
            | Self::Returned { interaction }
            | Self::Rang { interaction, .. }
            | Self::RangOut { interaction, .. }
            | Self::Assigned { interaction, .. }
            | Self::Held { interaction, .. }
            | Self::ReasonSet { interaction, .. }
            | Self::Resumed { interaction }
            | Self::HandedOver { interaction, .. }
            | Self::GuestJoined { interaction, .. }
            | Self::GuestLeft { interaction, .. }
            | Self::WrapUpBegan { interaction, .. }
            | Self::WrapUpExtended { interaction, .. }
            | Self::CodeSet { interaction, .. }
            | Self::TrailingWrapUpEnded { interaction, .. }
            | Self::Described { interaction, .. }
            | Self::Closed { interaction, .. }
            | Self::Saved { interaction, .. }
            | Self::ContextSet { interaction, .. }
            | Self::Related { interaction, .. }
            | Self::TranscriptAdded { interaction, .. }
            | Self::Entered { interaction, .. }
            | Self::ParticipantAdded { interaction, .. }
            | Self::Said { interaction, .. }
            | Self::HandoffRequested { interaction, .. }
            | Self::TopicStarted { interaction }
            | Self::TopicEnded { interaction }
            | Self::CustomerReminded { interaction }
            | Self::AgentReminded { interaction } => Some(*interaction),
        }
    }
}
