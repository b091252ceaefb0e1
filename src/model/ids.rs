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

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub(crate) const fn is_none(&self) -> bool {
        self.raw() == Self::NONE.raw()
    }
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

/// Hands all kinds of definition to a macro: `every_kind! { [path::of::a_macro] { given } }` calls
/// that macro with `{ given }` and then says of each kind: its variant in [`Entity`], its id, the
/// name of its table, what it is called, the name of the bound on how many there may be, and how
/// many come with every engine.
///
/// This list is the one place that names the kinds. Whatever has to do the same for each of them is
/// made from it (see `model/kinds.rs`).
macro_rules! every_kind {
    ([$($with:tt)+] { $($given:tt)* }) => {
        $($with)+! {
            { $($given)* }
            Skill(SkillId) skills "skill" Definitions 0,
            Channel(ChannelId) channels "channel" Definitions 0,
            Presence(PresenceId) presences "presence" Definitions 9,
            Reason(ReasonId) reasons "reject reason" Definitions 0,
            Code(CodeId) codes "wrap-up code" Definitions 0,
            Queue(QueueId) queues "queue" Definitions 0,
            Agent(AgentId) agents "agent" Agents 0,
            Calendar(CalendarId) calendars "calendar" Definitions 0,
            Pool(PoolId) pools "pool" Definitions 0,
        }
    };
}

pub(crate) use every_kind;

macro_rules! entities {
    ({} $(
        $kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,
    )*) => {
        impl core::fmt::Display for Entity {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $(Self::$kind(id) => write!(f, concat!($words, " {}"), id),)*
                    Self::Work(id) => write!(f, "work {id}"),
                    Self::Offer(id) => write!(f, "offer {id}"),
                }
            }
        }

        $(
            impl From<$id> for Entity {
                fn from(id: $id) -> Self {
                    Self::$kind(id)
                }
            }
        )*
    };
}

every_kind! { [entities] {} }

impl From<WorkId> for Entity {
    fn from(id: WorkId) -> Self {
        Self::Work(id)
    }
}

impl From<OfferId> for Entity {
    fn from(id: OfferId) -> Self {
        Self::Offer(id)
    }
}
