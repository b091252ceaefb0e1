//! Definitions as facts carry them.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::Entity;
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::profile::Profile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;

/// A thing with its id, its key and its content.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
#[non_exhaustive]
pub struct Defined<P: Profile> {
    /// Its id.
    pub id: P::Id,
    /// The host's key.
    pub key: Key,
    /// What it is.
    pub profile: Arc<P>,
}

impl<P: Profile> Defined<P> {
    /// This content under that key, with this id.
    #[must_use]
    pub const fn new(id: P::Id, key: Key, profile: Arc<P>) -> Self {
        Self { id, key, profile }
    }
}

/// A definition of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Definition {
    /// Of a skill.
    Skill(Defined<SkillProfile>),
    /// Of a channel.
    Channel(Defined<ChannelProfile>),
    /// Of a presence.
    Presence(Defined<PresenceProfile>),
    /// Of a reject reason.
    Reason(Defined<RejectReasonProfile>),
    /// Of a wrap-up code.
    Code(Defined<WrapUpCodeProfile>),
    /// Of a queue.
    Queue(Defined<QueueProfile>),
    /// Of an agent.
    Agent(Defined<AgentProfile>),
    /// Of a calendar.
    Calendar(Defined<CalendarProfile>),
    /// Of a pool.
    Pool(Defined<PoolProfile>),
}

impl Definition {
    /// What is defined.
    #[must_use]
    pub fn entity(&self) -> Entity {
        match self {
            Self::Skill(defined) => defined.id.into(),
            Self::Channel(defined) => defined.id.into(),
            Self::Presence(defined) => defined.id.into(),
            Self::Reason(defined) => defined.id.into(),
            Self::Code(defined) => defined.id.into(),
            Self::Queue(defined) => defined.id.into(),
            Self::Agent(defined) => defined.id.into(),
            Self::Calendar(defined) => defined.id.into(),
            Self::Pool(defined) => defined.id.into(),
        }
    }
}
