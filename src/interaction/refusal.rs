//! Why records refuse a command.

use alloc::borrow::Cow;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::command::actor::Actor;
use crate::command::refusal::naming::{Keys, Naming};
use crate::command::refusal::shape::refusals;
use crate::fact::log::Seq;
use crate::model::ids::{AgentId, CodeId, WorkId};

use crate::interaction::ids::{InteractionId, MessageId, ProfileId};
use crate::interaction::state::InteractionType;

refusals! {
    /// A refused command changed nothing. Of several reasons the first in this order is given: what
    /// is named is not there; what was handed in is wrong by itself; the state does not allow it;
    /// the engine has to be told; something is missing; a bound is reached.
    ///
    /// Each has a [`kind`](Self::kind), a [`code`](Self::code) and a message, as a
    /// [`Refusal`](crate::Refusal) of the engine has.
    ///
    /// ```
    /// use strowger::command::RefusalKind;
    /// use strowger::interaction::{InteractionId, RecordRefusal};
    ///
    /// let refused = RecordRefusal::not_over(InteractionId::from_raw(3));
    /// assert_eq!((refused.kind(), refused.code()), (RefusalKind::Conflict, "not_over"));
    /// assert_eq!(refused.to_string(), "interaction i3 is not over");
    /// ```
    pub enum RecordRefusal {
        /// There never was such an interaction.
        Unknown = unknown: Unknown, "there is no {interaction}" {
            /// The interaction that was named.
            interaction: InteractionId,
        }
        /// It was archived.
        Archived = archived: TooLate, "{interaction} is archived" {
            /// The interaction that was named.
            interaction: InteractionId,
        }
        /// There is no such profile, or it is not active any more.
        UnknownProfile = unknown_profile: Unknown, "there is no active {profile}" {
            /// The profile that was named.
            profile: ProfileId,
        }
        /// There is no such agent in the engine, or they are retired.
        UnknownAgent = unknown_agent: Unknown, "there is no {agent}" {
            /// The agent that was named.
            agent: AgentId,
        }
        /// There is no such message in the conversation, or none for its author to read.
        UnknownMessage = unknown_message: Unknown, "there is no {message} in {interaction}" {
            /// The interaction.
            interaction: InteractionId,
            /// The message that was named.
            message: MessageId,
        }
        /// The command is not for this actor.
        NotAllowed = not_allowed: NotAllowed, "{actor} may not do this: {command}" {
            /// The actor.
            actor: Actor,
            /// The command, as in JSON.
            command: Cow<'static, str>,
        }
        /// The interaction is another's. The actor sees it, and so its owner.
        NotYours = not_yours: NotAllowed, "{interaction} is not theirs{owner}" {
            /// The interaction.
            interaction: InteractionId,
            /// The agent who has it or had it last, if anybody did.
            owner: Option<AgentId>,
        }
        /// The host did not declare that it has such interactions.
        TypeNotAvailable = type_not_available: Invalid,
            "there are no interactions of type {kind} here"
        {
            /// The type.
            kind: InteractionType,
        }
        /// The state does not allow it.
        WrongState = wrong_state: Conflict,
            "{interaction} is in state {state}, which does not allow {step}"
        {
            /// The interaction.
            interaction: InteractionId,
            /// Its state, or the stage of its conversation.
            state: Cow<'static, str>,
            /// The step that was asked for.
            step: Cow<'static, str>,
        }
        /// This reason is not one for this state and type.
        ReasonNotAllowed = reason_not_allowed: Invalid,
            "an interaction of type {kind} cannot wait for that"
        {
            /// The type.
            kind: InteractionType,
        }
        /// It has open work: the engine has to be told, and its facts move the interaction.
        HasWork = has_work: Conflict, "{interaction} goes with {work}: tell the engine" {
            /// The interaction.
            interaction: InteractionId,
            /// The work.
            work: WorkId,
        }
        /// Between this profile and this address of the host an interaction goes on already, to
        /// which its messages belong. It has to end first.
        AlreadyOngoing = already_ongoing: Conflict, "{interaction} goes on between the same two" {
            /// The interaction that goes on.
            interaction: InteractionId,
        }
        /// The interaction is for one customer, and the address is that of another.
        OtherCustomer = other_customer: NotAllowed, "{profile} is that of another customer" {
            /// The profile of the address.
            profile: ProfileId,
        }
        /// The two interactions are for different customers, and so is what was said in them.
        NotSameCustomer = not_same_customer: Conflict,
            "{interaction} and {into} are for different customers"
        {
            /// The interaction that was to be merged.
            interaction: InteractionId,
            /// The one that was to go on.
            into: InteractionId,
        }
        /// It was merged: it goes on as another one.
        Merged = merged: Conflict, "{interaction} goes on as {into}" {
            /// The interaction that was named.
            interaction: InteractionId,
            /// The one it was merged into.
            into: InteractionId,
        }
        /// The profile is that of another user already, or an interaction of it goes on that was
        /// opened for another. If its address belongs to somebody else now,
        /// the profile is replaced
        /// ([`ReplaceProfile`](crate::interaction::ReplaceProfile)), so that what the other wrote
        /// stays theirs.
        OtherUser = other_user: Conflict,
            "{profile} is that of another user: replace the profile"
        {
            /// The profile.
            profile: ProfileId,
        }
        /// The key belongs to another interaction, or to another message.
        KeyTaken = key_taken: Conflict, "the key belongs to something else in {interaction}" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// The work belongs to another interaction, or its facts were followed already.
        WorkTaken = work_taken: Conflict, "{work} cannot be linked any more" {
            /// The work.
            work: WorkId,
        }
        /// The code is not among those of the rule.
        CodeNotAllowed = code_not_allowed: Invalid, "{code} is not a code for this wrap-up" {
            /// The code.
            code: CodeId,
        }
        /// A topic of the virtual agent runs; the agent speaks again when it is over.
        TopicRuns = topic_runs: Conflict, "a topic of the virtual agent runs in {interaction}" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// A message that everybody may read cannot quote one that only agents may.
        QuotesPrivate = quotes_private: Conflict, "{message} is not for everybody" {
            /// The message that was to be quoted.
            message: MessageId,
        }
        /// Nobody confirms what their own side said.
        OwnMessage = own_message: Conflict, "{message} is of their own side" {
            /// The message.
            message: MessageId,
        }
        /// It is not over, or somebody still wraps it up.
        NotOver = not_over: Conflict, "{interaction} is not over" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// Nobody wrote what it is about.
        NotDescribed = not_described: Invalid, "{interaction} has no short description" {
            /// The interaction.
            interaction: InteractionId,
        }
        /// A bound is reached.
        Limit = limit: Limit, "there may be {max} {limit} at most" {
            /// Which bound.
            limit: RecordLimit,
            /// How many there may be.
            max: u32,
        }
        /// The records met a contradiction in their own state and refuse everything.
        /// [`Records::fault`](crate::interaction::Records::fault) says which. The host recovers
        /// other records from its journal.
        Faulted = faulted: Fault,
            "the records are faulted: recover them from the facts up to {sound}" {
            /// The number of the last sound fact.
            sound: u64,
        }
    }
    also {
        /// The command is about work, and these records are joined with no engine.
        NoEngine = no_engine: Conflict, "these records are joined with no engine"
    }
}

impl Naming for InteractionId {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interaction {self}")
    }
}

/// Where something is, behind what it is.
impl Naming for Option<InteractionId> {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map_or(Ok(()), |interaction| write!(f, " in interaction {interaction}"))
    }
}

impl Naming for ProfileId {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "profile {self}")
    }
}

impl Naming for MessageId {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {self}")
    }
}

impl Naming for InteractionType {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chat => "chat",
            Self::Phone => "phone",
            Self::WalkUp => "walk-up",
            Self::Messaging => "messaging",
            Self::Email => "e-mail",
            Self::Video => "video",
            Self::Case => "case",
        })
    }
}

impl Naming for RecordLimit {
    fn write(&self, _keys: Option<&dyn Keys>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interactions => "interactions",
            Self::Messages => "messages of one interaction",
            Self::Attachments => {
                "notes, records, transcripts, entries or participants of one interaction"
            }
        })
    }
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
#[non_exhaustive]
pub struct Gap {
    /// The number of the fact that is missing.
    pub expected: Seq,
    /// The number of the fact that came.
    pub found: Seq,
}
