//! Why this layer refuses a command.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::command::actor::Actor;
use crate::command::refusal::naming::{Keys, Naming};
use crate::command::refusal::shape::refusals;
use crate::command::refusal::words::Unavailable;
use crate::interaction::InteractionId;
use crate::model::ids::{AgentId, Entity};

refusals! {
    /// A refused command changed nothing, in any layer. Of several reasons the first in this order
    /// is given: what is named is not there; what was handed in is wrong by itself; it is somebody
    /// else's, or not this actor's to do; the state does not allow it; nobody can take it; a bound
    /// is reached.
    ///
    /// Each has a [`kind`](Self::kind), a [`code`](Self::code) and a message, as a
    /// [`Refusal`](crate::Refusal) of the engine has. What the engine or records refuse they
    /// refuse themselves.
    ///
    /// ```
    /// use strowger::command::RefusalKind;
    /// use strowger::knowledge::KnowledgeRefusal;
    ///
    /// let refused = KnowledgeRefusal::unknown_dn("7100".into());
    /// assert_eq!((refused.kind(), refused.code()), (RefusalKind::Unknown, "unknown_dn"));
    /// assert_eq!(refused.to_string(), "there is no routing point 7100");
    /// ```
    pub enum KnowledgeRefusal {
        /// There is no such agent, queue, channel or presence in the engine, or it is retired.
        UnknownEntity = unknown_entity: Unknown, "there is no {entity}" {
            /// What was named.
            entity: Entity,
        }
        /// There is no such interaction, or none for this actor.
        Unknown = unknown: Unknown, "there is no {interaction}" {
            /// The interaction that was named.
            interaction: InteractionId,
        }
        /// The interaction was archived.
        Archived = archived: TooLate, "{interaction} is archived" {
            /// The interaction that was named.
            interaction: InteractionId,
        }
        /// There is no routing point with this number.
        UnknownDn = unknown_dn: Unknown, "there is no routing point {dn}" {
            /// The number that was named.
            dn: Key,
        }
        /// The agent is no knowledge worker.
        NotAWorker = not_a_worker: Unknown, "{agent} is no knowledge worker" {
            /// The agent.
            agent: AgentId,
        }
        /// The user data name nobody whom a routing point could ask.
        UnknownTarget = unknown_target: Unknown, "{key} names nobody: \"{value}\"" {
            /// The name of the pair.
            key: Key,
            /// Its value; empty if there is no such pair.
            value: Box<str>,
        }
        /// The command is not for this actor.
        NotAllowed = not_allowed: NotAllowed, "{actor} may not do this: {command}" {
            /// The actor.
            actor: Actor,
            /// The command, as in JSON.
            command: Cow<'static, str>,
        }
        /// The interaction is another's.
        NotYours = not_yours: NotAllowed, "{interaction} is not theirs{owner}" {
            /// The interaction.
            interaction: InteractionId,
            /// The agent who has it or had it last, if anybody did.
            owner: Option<AgentId>,
        }
        /// Only a call that an agent has, active or on hold, is brought to somebody.
        NotACall = not_a_call: Conflict, "{interaction} is no call that an agent has" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// It is over: nothing is attached to it any more.
        NotOngoing = not_ongoing: Conflict, "{interaction} is over" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// The key belongs to another request, or to another interaction.
        KeyTaken = key_taken: Conflict, "the key belongs to something else{interaction}" {
            /// The interaction, if it is a request of the same agent's.
            interaction: Option<InteractionId>,
        }
        /// The address in the messenger is another worker's.
        AddressTaken = address_taken: Conflict, "the address is that of {agent}" {
            /// The worker.
            agent: AgentId,
        }
        /// The call is to be brought to somebody already.
        EscalationPending = escalation_pending: Conflict,
            "{interaction} is to be brought to somebody already"
        {
            /// The interaction of the call.
            interaction: InteractionId,
        }
        /// Nobody is asked to take the call.
        NoEscalation = no_escalation: Conflict, "nobody is asked to take {interaction}" {
            /// The interaction of the call.
            interaction: InteractionId,
        }
        /// At this routing point nobody may decline. They may let the window run out.
        DeclineNotAllowed = decline_not_allowed: Conflict, "at {point} nobody may decline" {
            /// The number.
            point: Key,
        }
        /// The worker has a session, or is asked.
        InUse = in_use: Conflict, "{agent} has a session or is asked" {
            /// The worker.
            agent: AgentId,
        }
        /// Nothing stands behind the number, or its queue is retired.
        NoStrategy = no_strategy: Conflict, "nothing stands behind {dn}" {
            /// The number.
            dn: Key,
        }
        /// Nobody sits there.
        NobodySeated = nobody_seated: Conflict, "nobody sits at {dn}" {
            /// The number of the telephone.
            dn: Key,
        }
        /// The worker who is named cannot take it.
        Unavailable = unavailable: Conflict, "{agent} cannot take it: {why}" {
            /// The worker.
            agent: AgentId,
            /// Why.
            why: Unavailable,
        }
        /// A bound is reached.
        Limit = limit: Limit, "there may be {max} {limit} at most" {
            /// Which bound.
            limit: KnowledgeLimit,
            /// How many there may be.
            max: u64,
        }
        /// The layer met a contradiction in its own state and refuses everything. The host recovers
        /// from its journal.
        Faulted = faulted: Fault,
            "knowledge is faulted: recover it from the facts up to {sound}" {
            /// The number of the last sound fact.
            sound: u64,
        }
    }
    also {
        /// The command is about work and records, and this layer is joined with none.
        NotJoined = not_joined: Conflict, "this layer is joined with no engine and no records"
    }
}

/// The name of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KnowledgeLimit {
    /// Routing points.
    Points,
    /// Requests and sessions of one asker that are not over.
    OfAsker,
    /// Pairs of user data of one session or call.
    Pairs,
    /// Bytes of the user data of one session or call.
    DataBytes,
    /// Bytes of all user data.
    AllDataBytes,
}

impl Naming for KnowledgeLimit {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Points => "routing points",
            Self::OfAsker => "requests and sessions of one asker",
            Self::Pairs => "pairs of user data of one interaction",
            Self::DataBytes => "bytes of user data of one interaction",
            Self::AllDataBytes => "bytes of user data",
        })
    }
}
