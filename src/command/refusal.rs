//! Why a command was refused.
//!
//! A command that was done before is answered as done before anything else is asked, and a key that
//! belongs to something else is refused then too. Of several reasons the first in this order is
//! given: what is to be changed or retired does not exist, is retired, or is not at the revision
//! that was meant; something else that is named does not exist or is retired; what was handed in is
//! wrong by itself; the work, offer or assignment is over or not in the stage the command needs; it
//! belongs to somebody else; the agent cannot take it; a bound is reached. The order within these
//! is the order in which a command names its fields.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, CodeId, Entity, OfferId, QueueId, WorkId};
use crate::model::invalid::Invalid;
use crate::policy::room::Full;
use crate::state::leg::{LegEnd, LegRole, LegState};
use crate::state::offer::OfferEnd;
use crate::state::work::CloseCause;

/// A refused command changed nothing. The facts of deadlines that fell due in the same call stand.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::{Entity, OfferId};
///
/// let mut log = Log::default();
/// let mut engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let offer = OfferId::from_raw(9);
/// let refused = engine.execute(Timestamp::EPOCH, Accept { offer }, &mut log);
/// assert_eq!(refused, Err(Refusal::Unknown { entity: Entity::Offer(offer) }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// There never was such a thing.
    #[error("there is no {entity}")]
    Unknown {
        /// What was named.
        entity: Entity,
    },
    /// It was retired.
    #[error("{entity} is retired")]
    Retired {
        /// What was named.
        entity: Entity,
    },
    /// What was handed in is wrong by itself.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The key belongs to something with other content.
    #[error("the key belongs to {entity}, which is something else")]
    KeyTaken {
        /// To what.
        entity: Entity,
    },
    /// It cannot be retired as long as other things refer to it.
    #[error("{entity} is in use by {user}")]
    InUse {
        /// What should have been retired.
        entity: Entity,
        /// The first thing that refers to it.
        user: Entity,
    },
    /// It comes with the engine and cannot be retired.
    #[error("{entity} comes with the engine")]
    BuiltIn {
        /// What was named.
        entity: Entity,
    },
    /// The offer is over. A race that was lost, and nothing unusual.
    #[error("{offer} is over")]
    OfferOver {
        /// The offer.
        offer: OfferId,
        /// How it ended, as long as that is remembered.
        end: Option<OfferEnd>,
    },
    /// The work is over.
    #[error("{work} is over")]
    WorkOver {
        /// The work.
        work: WorkId,
        /// Why, as long as that is remembered.
        cause: Option<CloseCause>,
    },
    /// The work is not in a stage in which this is possible.
    #[error("{work} is {stage:?}")]
    WrongStage {
        /// The work.
        work: WorkId,
        /// The stage it is in.
        stage: StageName,
    },
    /// The agent has no such assignment.
    #[error("{agent} does not have {work}")]
    NotAssigned {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    },
    /// The wrap-up lasts until its time is over.
    #[error("the wrap-up lasts until {until}")]
    WrapUpNotOver {
        /// When that is.
        until: Timestamp,
    },
    /// The wrap-up needs a code.
    #[error("the wrap-up needs a code")]
    CodeRequired,
    /// The code is not among those of the queue.
    #[error("{code} is not a code of {queue}")]
    CodeNotAllowed {
        /// The code.
        code: CodeId,
        /// The queue.
        queue: QueueId,
    },
    /// The wrap-up may not be extended so far.
    #[error("the wrap-up may last until {latest} at most")]
    ExtensionTooLong {
        /// The latest it may last.
        latest: Timestamp,
    },
    /// The agent is not a member of the queue.
    #[error("{agent} is not a member of {queue}")]
    NotMember {
        /// The agent.
        agent: AgentId,
        /// The queue.
        queue: QueueId,
    },
    /// The agent cannot take the work.
    #[error("{agent} is not available: {why:?}")]
    Unavailable {
        /// The agent.
        agent: AgentId,
        /// What stands against it.
        why: Unavailable,
    },
    /// A bound is reached.
    #[error("there may be {max} {limit:?} at most")]
    Limit {
        /// Which.
        limit: LimitName,
        /// What it is.
        max: u32,
    },
    /// The agent does not take part in the work, or not any more. A race that was lost, and nothing
    /// unusual.
    #[error("{agent} does not take part in {work}")]
    NoLeg {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// How his last leg ended, as long as that is remembered.
        end: Option<LegEnd>,
    },
    /// The agent takes part in the work, but not in a way in which this is possible.
    #[error("{agent} has {work} {} as {}", .state.name(), .role.name())]
    WrongLeg {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// As what he takes part.
        role: LegRole,
        /// Whether he joined.
        state: LegState,
    },
    /// It was changed since the revision that the command was made from.
    #[error("{entity} is at revision {revision}")]
    Stale {
        /// What was named.
        entity: Entity,
        /// Its present revision.
        revision: u32,
    },
    /// The engine met a contradiction in its own state, now or before, and does nothing any more.
    /// [`Engine::fault`](crate::Engine::fault) says what it met. Of the call nothing happened and
    /// nothing is to be kept; the host recovers another engine from its journal.
    #[error("the engine is faulted: recover it from the facts up to {sound}")]
    Faulted {
        /// The number of the last sound fact.
        sound: u64,
    },
}

/// What keeps an agent from being offered work. Of several the first listed is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unavailable {
    /// His presence does not open the channel.
    OffQueue,
    /// He is on a call of his own.
    OwnCall,
    /// He does not respond.
    NotResponding,
    /// He finishes what he has.
    Draining,
    /// He has, wraps up or takes part in this very work.
    HasItAlready,
    /// He does not meet its need.
    Unfit,
    /// He has no room.
    NoRoom(Full),
}

/// The name of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StageName {
    /// In line.
    Queued,
    /// Ringing.
    Offered,
    /// With an agent, active.
    Active,
    /// With an agent, on hold.
    Held,
    /// Put aside.
    Parked,
    /// Being wrapped up.
    WrapUp,
    /// For later.
    Scheduled,
    /// Nobody is asked for it.
    Suspended,
}

/// The name of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LimitName {
    /// Definitions of one kind.
    Definitions,
    /// Agents.
    Agents,
    /// Queues of one agent.
    Memberships,
    /// Open pieces of work.
    OpenWork,
    /// Work waiting in one queue.
    Waiting,
    /// Assignments of one agent.
    Assignments,
    /// Different needs among open work.
    Needs,
    /// How often one item may be taken from an agent.
    Unassignments,
    /// Legs of one piece of work, or of one supervisor.
    Legs,
}
