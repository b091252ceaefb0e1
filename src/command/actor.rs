//! Who gives a command.

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::ids::AgentId;
use crate::model::invalid::Invalid;
use crate::model::work::check_key;

/// The party that gives a command. The host says who it is, because only the host can know: it
/// checks passwords, sessions and tenants. The engine checks what that party may do
/// ([`CommandName::permission`](crate::command::CommandName::permission)).
///
/// ```
/// use strowger::prelude::*;
/// use strowger::command::{Actor, Hold};
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let voice = engine.execute(now, Define::new("voice", ChannelProfile::voice()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// engine.execute(now, SetMembership::new(ana, queue), &mut log)?;
/// let work = engine.execute(now, Submit::new(WorkRequest::new(queue, voice)), &mut log)?;
///
/// // Ana is a member of the queue, so they see the call. They do not have it.
/// let refused = engine.execute_as(now, Actor::Agent(ana), Hold::new(work), &mut log);
/// assert_eq!(refused, Err(Refusal::not_yours(work, None)));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// The host itself, which may do everything. It is the actor wherever none is named.
    #[default]
    Host,
    /// Somebody who defines what there is, by the host's key. They have nothing to do with work.
    Administrator(Key),
    /// Somebody who watches over the floor, by the host's key. They need not be an agent.
    Supervisor(Key),
    /// An agent.
    Agent(AgentId),
    /// A customer. With a key: the customer whom work names
    /// ([`WorkRequest::customer`](crate::model::WorkRequest::customer)), and no other work exists
    /// for them. Without one: the customer of whatever work the command names, for a host that
    /// knows them by their session alone.
    Customer(Option<Key>),
}

impl Actor {
    /// The kind of the actor.
    #[must_use]
    pub const fn kind(&self) -> ActorKind {
        match self {
            Self::Host => ActorKind::Host,
            Self::Administrator(_) => ActorKind::Administrator,
            Self::Supervisor(_) => ActorKind::Supervisor,
            Self::Agent(_) => ActorKind::Agent,
            Self::Customer(_) => ActorKind::Customer,
        }
    }

    /// Refuses an actor whose key no host can mean.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Administrator(key) | Self::Supervisor(key) | Self::Customer(Some(key)) => {
                check_key("actor", key)
            }
            Self::Host | Self::Agent(_) | Self::Customer(None) => Ok(()),
        }
    }
}

/// The kind of an actor, by which is decided what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActorKind {
    /// [`Actor::Host`].
    Host,
    /// [`Actor::Administrator`].
    Administrator,
    /// [`Actor::Supervisor`].
    Supervisor,
    /// [`Actor::Agent`].
    Agent,
    /// [`Actor::Customer`].
    Customer,
}

impl ActorKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Host, Self::Administrator, Self::Supervisor, Self::Agent, Self::Customer];
}

/// What an actor may do with a command.
///
/// A thing that the actor may not see does not exist for them: the answer is
/// [`Refusal::Unknown`](crate::Refusal::Unknown), the same as for an id that was never given.
///
/// * A *supervisor* sees everything.
/// * An *agent* sees the work that they have, wrap up, parked, take part in or are asked for, and
///   all work of the queues they are a member of; of work that is over, what they had last and what
///   was in those queues, as long as it is remembered. They see the offers that are or were made to
///   them.
/// * A *customer* sees their own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Permission {
    /// The command is not for them: [`Refusal::NotAllowed`](crate::Refusal::NotAllowed).
    No,
    /// If the agent whom the command names is the actor, on work that they see. For another agent
    /// it is not allowed.
    Themselves,
    /// For an agent: on an offer made to them, and on work that they have (active, held, parked, in
    /// wrap-up) or take part in as a consultant or conferee. Of other work that they see they are
    /// told whose it is: [`Refusal::NotYours`](crate::Refusal::NotYours). For a customer: on their
    /// own work. A command that says who ends or resumes must say that they do.
    Theirs,
    /// On whatever work they see.
    Seen,
    /// On anything.
    All,
}
