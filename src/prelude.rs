//! The names most programs need: `use strowger::prelude::*`.

pub use crate::command::{
    Abandon, Accept, Change, Command, Define, EndWrapUp, FinishContact, Finisher, Refusal, Reject,
    Reply, SetMembership, SetPresence, Submit,
};
pub use crate::fact::{Event, Fact, Log};
pub use crate::host::{Driver, Host};
pub use crate::model::{
    AgentId, AgentProfile, ChannelProfile, Config, Membership, Need, QueueId, QueueProfile,
    Requirement, SkillProfile, SystemPresence, WorkId, WorkRequest,
};
pub use crate::state::RoutingStatus;
pub use crate::{Centre, Engine, Span, Timestamp};
