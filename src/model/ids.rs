//! The ids of everything that is named, and the sum over them.

use serde::{Deserialize, Serialize};

use crate::base::id::ids;

ids! {
    /// A skill, such as a language or a product.
    pub SkillId(u32) = "s";
    /// A channel, such as voice, chat or cases.
    pub ChannelId(u32) = "ch";
    /// A presence an agent may choose.
    pub PresenceId(u32) = "p";
    /// A reason for rejecting an offer.
    pub ReasonId(u32) = "r";
    /// A wrap-up code (disposition).
    pub CodeId(u32) = "c";
    /// A queue.
    pub QueueId(u32) = "q";
    /// An agent.
    pub AgentId(u32) = "a";
    /// A calendar.
    pub CalendarId(u32) = "cal";
    /// A pool.
    pub PoolId(u32) = "pool";
    /// A piece of work. Rises by one with every submission and is never used again.
    pub WorkId(u64) = "w";
    /// An offer of work to an agent. Rises by one with every offer and is never used again.
    pub OfferId(u64) = "o";
}

impl OfferId {
    /// Lower than every offer there is: stands for "never offered".
    pub const NONE: Self = Self::from_raw(0);
}

/// Anything that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entity {
    /// A skill.
    Skill(SkillId),
    /// A channel.
    Channel(ChannelId),
    /// A presence.
    Presence(PresenceId),
    /// A reject reason.
    Reason(ReasonId),
    /// A wrap-up code.
    Code(CodeId),
    /// A queue.
    Queue(QueueId),
    /// An agent.
    Agent(AgentId),
    /// A piece of work.
    Work(WorkId),
    /// An offer.
    Offer(OfferId),
    /// A calendar.
    Calendar(CalendarId),
    /// A pool.
    Pool(PoolId),
}

impl core::fmt::Display for Entity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Skill(id) => write!(f, "skill {id}"),
            Self::Channel(id) => write!(f, "channel {id}"),
            Self::Presence(id) => write!(f, "presence {id}"),
            Self::Reason(id) => write!(f, "reject reason {id}"),
            Self::Code(id) => write!(f, "wrap-up code {id}"),
            Self::Queue(id) => write!(f, "queue {id}"),
            Self::Agent(id) => write!(f, "agent {id}"),
            Self::Work(id) => write!(f, "work {id}"),
            Self::Offer(id) => write!(f, "offer {id}"),
            Self::Calendar(id) => write!(f, "calendar {id}"),
            Self::Pool(id) => write!(f, "pool {id}"),
        }
    }
}

macro_rules! entity_from {
    ($($variant:ident($id:ident)),* $(,)?) => {$(
        impl From<$id> for Entity {
            fn from(id: $id) -> Self {
                Self::$variant(id)
            }
        }
    )*};
}

entity_from! {
    Skill(SkillId), Channel(ChannelId), Presence(PresenceId), Reason(ReasonId), Code(CodeId),
    Queue(QueueId), Agent(AgentId), Work(WorkId), Offer(OfferId), Calendar(CalendarId),
    Pool(PoolId),
}
