//! How refusals name things: by their ids, or by the host's keys.

use core::fmt;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::CommandName;
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
use crate::policy::room::Full;
use crate::state::leg::{LegEnd, LegRole, LegState};
use crate::state::offer::OfferEnd;
use crate::state::work::CloseCause;

use crate::command::refusal::words::{LimitName, StageName, Unavailable};

/// Whoever knows the host's keys: an [`Engine`](crate::Engine), a [`View`](crate::view::View), or
/// the host itself.
pub trait Keys {
    /// The host's key of something, if it has one.
    fn key(&self, entity: Entity) -> Option<&Key>;
}

/// A part of a message, with who knows the keys, if anybody does.
#[derive(Clone, Copy)]
pub(crate) struct KeyedPart<'a, T> {
    pub(crate) part: &'a T,
    pub(crate) keys: Option<&'a dyn Keys>,
}

impl<T: Naming> fmt::Display for KeyedPart<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.part.write(self.keys, f)
    }
}

/// A part of a message that may name things.
pub(crate) trait Naming {
    /// Writes it, with keys in place of ids where there are any.
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Naming for Entity {
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match keys.and_then(|keys| keys.key(*self)) {
            Some(key) => fmt::Display::fmt(key, f),
            None => fmt::Display::fmt(self, f),
        }
    }
}

macro_rules! naming {
    (as entities: $($id:ty),*; as they are: $($plain:ty),* $(,)?) => {
        $(
            impl Naming for $id {
                fn write(
                    &self,
                    keys: Option<&dyn Keys>,
                    f: &mut fmt::Formatter<'_>,
                ) -> fmt::Result {
                    Entity::from(*self).write(keys, f)
                }
            }
        )*
        $(
            impl Naming for $plain {
                fn write(
                    &self,
                    _keys: Option<&dyn Keys>,
                    f: &mut fmt::Formatter<'_>,
                ) -> fmt::Result {
                    fmt::Display::fmt(self, f)
                }
            }
        )*
    };
}

naming! {
    as entities: AgentId, CalendarId, ChannelId, CodeId, OfferId, PoolId, PresenceId, QueueId,
    ReasonId, SkillId, WorkId;
    as they are: u32, u64, Timestamp, CommandName, Key, alloc::boxed::Box<str>,
    alloc::borrow::Cow<'static, str>,
}

impl Naming for Actor {
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host"),
            Self::Administrator(key) => write!(f, "the administrator {key}"),
            Self::Supervisor(key) => write!(f, "the supervisor {key}"),
            Self::Agent(agent) => agent.write(keys, f),
            Self::Customer(Some(key)) => write!(f, "the customer {key}"),
            Self::Customer(None) => f.write_str("the customer"),
        }
    }
}

/// Whose work it is, behind the statement that it is not the actor's.
impl Naming for Option<AgentId> {
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(agent) => write!(f, ": {} has it", KeyedPart { part: agent, keys }),
            None => Ok(()),
        }
    }
}

impl Naming for Unavailable {
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OffQueue => "their presence does not open the channel",
            Self::OwnCall => "they are on a call of their own",
            Self::NotResponding => "they do not respond",
            Self::NotEntitled => "they are not entitled to work of the channel",
            Self::Draining => "they finish what they have",
            Self::HasItAlready => "they take part in it already",
            Self::Excluded => "they are never to have it",
            Self::Unfit => "they do not meet its need",
            Self::NoRoom(full) => return full.write(keys, f),
        })
    }
}

impl Naming for Full {
    fn write(&self, keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Debt => "they have more than they may have already",
            Self::Units => "they have too few units left",
            Self::Items => "they have as many items as they may have",
            Self::Channel => "they have as many items of the channel as they may have",
            Self::Uninterruptible(channel) => {
                let channel = KeyedPart { part: channel, keys };
                return write!(f, "they have an item of {channel}, which it may not interrupt");
            }
            Self::Pool(pool) => {
                let pool = KeyedPart { part: pool, keys };
                return write!(f, "they have nothing left of {pool}");
            }
        })
    }
}

impl Naming for Option<OfferEnd> {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Some(OfferEnd::Accepted) => ": it was accepted",
            Some(OfferEnd::Rejected { .. }) => ": it was rejected",
            Some(OfferEnd::Missed) => ": it was missed",
            Some(OfferEnd::Withdrawn { .. }) => ": it was withdrawn",
            None => "",
        })
    }
}

impl Naming for Option<CloseCause> {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Some(CloseCause::Completed) => ": it was completed",
            Some(CloseCause::Abandoned) => ": the customer left",
            Some(CloseCause::Cancelled) => ": it was cancelled",
            Some(CloseCause::MaxWait) => ": it waited too long",
            Some(CloseCause::Lifetime) => ": its lifetime ended",
            Some(CloseCause::Exhausted) => ": nobody was left to ask",
            Some(CloseCause::Unreached) => ": the customer was not reached",
            Some(CloseCause::Overflow) => ": a rule of overflow closed it",
            Some(CloseCause::TransferredOutside) => ": it was transferred outside",
            Some(CloseCause::Joined) => ": an agent joined the work that it stood for",
            None => "",
        })
    }
}

impl Naming for Option<LegEnd> {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Some(LegEnd::Declined) => ": they declined",
            Some(LegEnd::Missed) => ": they did not answer",
            Some(LegEnd::TakenBack) => ": they are not asked any more",
            Some(LegEnd::AgentUnavailable) => ": they became unavailable",
            Some(LegEnd::HungUp) => ": they left",
            Some(LegEnd::Transferred) => ": it was transferred",
            Some(LegEnd::Parked) => ": it was parked",
            Some(LegEnd::ContactEnded) => ": the contact ended",
            None => "",
        })
    }
}

impl Naming for StageName {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "in line",
            Self::Offered => "offered to an agent",
            Self::Active => "active with an agent",
            Self::Held => "on hold",
            Self::Parked => "parked",
            Self::WrapUp => "being wrapped up",
            Self::Scheduled => "scheduled for later",
            Self::Suspended => "suspended",
        })
    }
}

impl Naming for LimitName {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Definitions => "definitions of one kind",
            Self::Agents => "agents",
            Self::Memberships => "queues of one agent",
            Self::OpenWork => "open pieces of work",
            Self::Waiting => "pieces of work in the line of one queue",
            Self::Assignments => "assignments of one agent",
            Self::Needs => "different needs among open work",
            Self::Unassignments => "returns of one piece of work",
            Self::Legs => "legs of one piece of work or one supervisor",
            Self::Parked => "pieces of work parked at one agent",
            Self::DataBytes => "bytes of data of all open work",
        })
    }
}

impl Naming for LegRole {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Consultant => "a consultant",
            Self::Conferee => "a conferee",
            Self::Monitor => "a monitor",
            Self::Coach => "a coach",
            Self::Barge => "a supervisor whom everybody hears",
        })
    }
}

impl Naming for LegState {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requested { .. } => "was asked",
            Self::Joined => "joined",
            Self::Ended => "left",
        })
    }
}
