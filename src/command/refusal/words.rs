//! What refusals call the stages of work, the bounds, and what keeps an agent from work.

use serde::{Deserialize, Serialize};

use crate::policy::room::Full;

/// The obstacle that keeps an agent from being offered work. Of several the first listed is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unavailable {
    /// Their presence does not open the channel.
    OffQueue,
    /// They are on a call of their own.
    OwnCall,
    /// They do not respond.
    NotResponding,
    /// They are not entitled to work of the channel.
    NotEntitled,
    /// They finish what they have.
    Draining,
    /// They have, wrap up or take part in this very work.
    HasItAlready,
    /// They are never to have it, as the work says.
    Excluded,
    /// They do not meet its need.
    Unfit,
    /// They have no room.
    NoRoom(Full),
}

/// The name of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StageName {
    /// In line.
    Queued,
    /// Offered to an agent, or to several at once.
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
    /// Work parked at one agent.
    Parked,
    /// Bytes of the data of all open work.
    DataBytes,
}
