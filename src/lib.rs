//! A routing engine for contact centres and every other place where work waits for people.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod base;
mod engine;
mod lifecycle;
mod model;
mod policy;
mod protocol;
mod world;

pub use base::hash::Digest;
pub use base::id::Id;
pub use base::key::Key;
pub use base::time::{Span, Timestamp};
pub use engine::action::Action;
pub use engine::core::{Engine, ReplayError, RestoreError, Snapshot, Violation};
pub use engine::view::{AgentView, QueueView, View, WorkView};
pub use lifecycle::assignment::{AssignmentState, AssignmentStep};
pub use lifecycle::machine::{Deadline, DeadlineKind, Illegal};
pub use lifecycle::offer::{OfferEnd, OfferState, OfferStep, Withdrawal};
pub use lifecycle::presence::{Presence, PresenceStep};
pub use lifecycle::routing_status::{Load, RoutingStatus, StatusStep};
pub use lifecycle::work::{CloseCause, Stage, WorkStep};
pub use model::agent::AgentProfile;
pub use model::attribute::{Attributes, Value};
pub use model::capacity::{Capacity, Weights};
pub use model::channel::ChannelProfile;
pub use model::config::{Config, Limits};
pub use model::ids::{
    AgentId, ChannelId, CodeId, Entity, OfferId, PresenceId, QueueId, ReasonId, SkillId, WorkId,
};
pub use model::invalid::{Invalid, Problem};
pub use model::membership::Membership;
pub use model::need::{Comparison, Evaluation, Need, Requirement, Wish};
pub use model::preferred::{Preferred, PreferredAgent, PreferredStep};
pub use model::presence::{Opens, PresenceProfile, SystemPresence};
pub use model::priority::Priority;
pub use model::profile::Profile;
pub use model::queue::{
    AgentChoice, Budget, Exhausted, IdleClock, IdleSince, MaxWaitAction, Order, QueueProfile,
    Requeue, RequeuePolicy, Tolerance,
};
pub use model::reason::{RejectReasonProfile, Response, WrapUpCodeProfile};
pub use model::skill::{Proficiency, SkillProfile};
pub use model::work::{Attached, WorkChange, WorkRequest};
pub use model::wrap_up::{WrapUpMode, WrapUpProfile};
pub use protocol::command::*;
pub use protocol::definition::{Defined, Definition};
pub use protocol::event::*;
pub use protocol::fact::{Cause, Fact, Log, Seq};
pub use protocol::refusal::{LimitName, Refusal, StageName, Unavailable};
pub use world::rows::{Assignment, Member, Offer};

pub mod policies {
    //! The arithmetic of the rules, for hosts and tests that want to compute with it.

    pub use crate::policy::*;
}
