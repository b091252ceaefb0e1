//! Why records refuse a command.

use alloc::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::fact::log::Seq;
use crate::model::ids::{CodeId, WorkId};
use crate::model::invalid::Invalid;

use crate::interaction::ids::{InteractionId, ProfileId};
use crate::interaction::state::InteractionType;

/// A refused command changed nothing. Of several reasons the first in this order is given: what is
/// named is not there; what was handed in is wrong by itself; the state does not allow it; the
/// engine has to be told; something is missing; a bound is reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordRefusal {
    /// There never was such an interaction.
    #[error("there is no {interaction}")]
    Unknown {
        /// What was named.
        interaction: InteractionId,
    },
    /// It was archived.
    #[error("{interaction} is archived")]
    Archived {
        /// What was named.
        interaction: InteractionId,
    },
    /// There is no such profile, or it is not active any more.
    #[error("there is no active {profile}")]
    UnknownProfile {
        /// What was named.
        profile: ProfileId,
    },
    /// What was handed in is wrong by itself.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The host did not declare that it has such interactions.
    #[error("there are no interactions of type {kind:?} here")]
    TypeNotAvailable {
        /// The type.
        kind: InteractionType,
    },
    /// The state does not allow it.
    #[error("{interaction} is {state} and cannot {step}")]
    WrongState {
        /// The interaction.
        interaction: InteractionId,
        /// Its state, or the stage of its conversation.
        state: Cow<'static, str>,
        /// What it cannot.
        step: Cow<'static, str>,
    },
    /// This reason is not one for this state and type.
    #[error("an interaction of type {kind:?} cannot wait for that")]
    ReasonNotAllowed {
        /// The type.
        kind: InteractionType,
    },
    /// It has open work: the engine has to be told, and its facts move the interaction.
    #[error("{interaction} goes with {work}")]
    HasWork {
        /// The interaction.
        interaction: InteractionId,
        /// The work.
        work: WorkId,
    },
    /// Between this profile and this address of the host an interaction goes on already, to which
    /// its messages belong. It has to end first.
    #[error("{interaction} goes on between the same two")]
    AlreadyOngoing {
        /// The interaction that goes on.
        interaction: InteractionId,
    },
    /// The interaction is for one customer, and the address is that of another.
    #[error("{profile} is that of another customer")]
    OtherCustomer {
        /// The profile of the address.
        profile: ProfileId,
    },
    /// The work belongs to another interaction, or its facts were followed already.
    #[error("{work} cannot be linked any more")]
    WorkTaken {
        /// The work.
        work: WorkId,
    },
    /// The code is not among those of the rule.
    #[error("{code} is not a code for this wrap-up")]
    CodeNotAllowed {
        /// The code.
        code: CodeId,
    },
    /// A topic of the virtual agent runs; the agent speaks again when it is over.
    #[error("a topic of the virtual agent runs in {interaction}")]
    TopicRuns {
        /// The interaction.
        interaction: InteractionId,
    },
    /// It is not over, or somebody still wraps it up.
    #[error("{interaction} is not over")]
    NotOver {
        /// The interaction.
        interaction: InteractionId,
    },
    /// Nobody wrote what it is about.
    #[error("{interaction} has no short description")]
    NotDescribed {
        /// The interaction.
        interaction: InteractionId,
    },
    /// The command is about work, and these records are joined with no engine.
    #[error("these records are joined with no engine")]
    NoEngine,
    /// A bound is reached.
    #[error("there may be {max} {limit:?} at most")]
    Limit {
        /// Which.
        limit: RecordLimit,
        /// What it is.
        max: u32,
    },
    /// The records met a contradiction in their own state and refuse everything.
    /// [`Records::fault`](crate::interaction::Records::fault) says which. The host recovers other
    /// records from its journal.
    #[error("the records are faulted: recover them from the facts up to {sound}")]
    Faulted {
        /// The number of the last sound fact.
        sound: u64,
    },
}

/// The name of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordLimit {
    /// Interactions that are kept.
    Interactions,
    /// Messages of one interaction.
    Messages,
    /// Notes, related records, transcripts, entry points or participants of one interaction.
    Attachments,
}

/// A fact of the engine that does not follow the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fact {found} came where fact {expected} was to come")]
pub struct Gap {
    /// The number of the fact that is missing.
    pub expected: Seq,
    /// The number of the fact that came.
    pub found: Seq,
}
