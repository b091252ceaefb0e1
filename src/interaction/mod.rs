//! Interaction records, the conversations they hold and the people behind them.
//!
//! Knows what happens to work from the engine's facts, and keeps the record of each contact:
//! numbered, in one of a few states, with who handled it and for how long, what was said, what it
//! was about and which tasks came of it. It decides nothing about routing; the engine knows
//! nothing of it.
//!
//! [`Records`] is the way in; a [`Centre`](crate::Centre) joins it with an engine.

mod apply;
mod card;
mod change;
mod command;
mod config;
mod conversation;
mod decide;
pub(crate) mod desk;
mod event;
mod follow;
mod form;
mod hours;
mod idle;
mod ids;
mod merge;
mod normal;
mod over;
mod permission;
mod plan;
mod profile;
mod record;
mod records;
mod refusal;
mod related;
mod report;
mod segment;
mod sound;
mod state;
mod store;
mod texts;
mod virtual_agent;
mod workspace;
mod wrap_up;

pub use card::{CardField, CardLayout};
pub use command::*;
pub use config::{IdlePolicy, MailPolicy, Numbering, RecordConfig, RecordLimits};
pub use conversation::{
    Author, Conversation, ConversationStage, ConversationStep, EntryPoint, FirstAnswers, Handoff,
    HandoffTrigger, Message, Receipt, Responses, Viewer, Visibility,
};
pub use desk::{CardValue, CustomerContact, InboxCard, Workspace};
pub use event::{DescribedBy, RecordEvent, RecordFact, RecordLog};
pub use form::{Details, Field, InteractionForm, InteractionLine, WrapUpClock};
pub use ids::{InteractionId, MessageId, ProfileId};
pub use normal::{E164, Normaliser};
pub use profile::{
    Address, ChannelUserProfile, Directory, NobodyKnown, Participant, ProfileStore,
    ProfilesInMemory,
};
pub use record::{Audience, Direction, Interaction, InteractionRequest, Transcript, WorkNote};
pub use records::{RecordSnapshot, Records};
pub use refusal::{Gap, RecordLimit, RecordRefusal};
pub use related::{Document, Operation, RelatedPolicy, RelatedRecord};
pub use report::{AgentReportRow, Mean, Report, ReportRow};
pub use segment::{Part, Segment, SegmentTotals, Totals};
pub use state::{
    Ending, InteractionState, InteractionStep, InteractionType, Party, Progress, StateReason,
};
pub use texts::{CustomerTexts, Texts};
pub use virtual_agent::{AfterAnswer, VirtualAgent, VirtualAgentFailed, VirtualAnswer};
pub use workspace::{
    Article, Assist, Block, ConversationView, Layout, NoAssist, Panel, Suggestion,
};
pub use wrap_up::{Colour, WrapUpNow, WrapUpRule, rule_for};
