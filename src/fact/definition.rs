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
    /// The content of the definition.
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
    /// The entity that is defined.
    #[must_use]
    pub fn entity(&self) -> Entity {
        match_definition!(self, defined => defined.id.into())
    }
}

/// Matches a [`Definition`] with one arm for all kinds:
/// `match_definition!(definition, defined => defined.id.into())`.
macro_rules! match_definition {
    ($definition:expr, $defined:ident => $body:expr) => {
        $crate::model::ids::every_kind! {
            [$crate::fact::definition::definition_arms] { ($definition) $defined ($body) }
        }
    };
}

/// The arms of [`match_definition`].
macro_rules! definition_arms {
    (
        { ($definition:expr) $defined:ident ($body:expr) }
        $($kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,)*
    ) => {
        match $definition {
            $($crate::fact::definition::Definition::$kind($defined) => $body,)*
        }
    };
}

pub(crate) use {definition_arms, match_definition};
