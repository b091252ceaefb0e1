//! Why a command was refused.
//!
//! A time that is too far ahead is refused before anything else, then what the actor may not do, or
//! may not see. A command that was
//! done before is answered as done before anything else is asked, and a key that
//! belongs to something else is refused then too. Of several reasons the first in this order is
//! given: what is to be changed or retired does not exist, is retired, or is not at the revision
//! that was meant; something else that is named does not exist or is retired; what was handed in is
//! wrong by itself; the work, offer or assignment is over or not in the stage the command needs; it
//! belongs to somebody else; the agent cannot take it; a bound is reached. The order within these
//! is the order in which a command names its fields.

pub(crate) mod kind;
pub(crate) mod naming;
pub(crate) mod shape;
pub(crate) mod words;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::CommandName;
use crate::model::ids::{AgentId, CodeId, Entity, OfferId, QueueId, WorkId};
use crate::state::leg::{LegEnd, LegRole, LegState};
use crate::state::offer::OfferEnd;
use crate::state::work::CloseCause;

pub use kind::RefusalKind;
pub use naming::Keys;
pub use words::{LimitName, StageName, Unavailable};

shape::refusals! {
    /// A refused command changed nothing. The facts of deadlines that fell due in the same call
    /// stand; before a [`ClockJump`](Self::ClockJump) none falls due.
    ///
    /// Each refusal has a [`kind`](Self::kind), which says what can be done about it and which
    /// status of HTTP corresponds to it, and a [`code`](Self::code) of its own that never changes.
    /// Its message names things by their ids, or by the host's keys
    /// ([`with_keys`](Self::with_keys)).
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::command::{Hold, RefusalKind};
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
    /// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
    /// let request = WorkRequest::new(queue, chat).with_key("call-17");
    /// let work = engine.execute(now, Submit::new(request), &mut log)?;
    ///
    /// let refused = engine.execute(now, Hold::new(work), &mut log).unwrap_err();
    /// assert_eq!((refused.kind(), refused.code()), (RefusalKind::Conflict, "wrong_stage"));
    /// assert_eq!(refused.to_string(), "work w1 is in line, where this is not possible");
    /// let shown = refused.with_keys(&engine).to_string();
    /// assert_eq!(shown, "call-17 is in line, where this is not possible");
    /// # Ok::<(), Refusal>(())
    /// ```
    pub enum Refusal {
        /// There never was such a thing.
        Unknown = unknown: Unknown, "there is no {entity}" {
            /// The entity that was named.
            entity: Entity,
        }
        /// It was retired.
        Retired = retired: TooLate, "{entity} is retired" {
            /// The entity that was named.
            entity: Entity,
        }
        /// The key belongs to something with other content.
        KeyTaken = key_taken: Conflict, "the key belongs to {entity}, which has other content" {
            /// To what it belongs.
            entity: Entity,
        }
        /// It cannot be retired as long as other things refer to it.
        InUse = in_use: Conflict, "{entity} is in use by {user}" {
            /// The entity that was to be retired.
            entity: Entity,
            /// The first thing that refers to it.
            user: Entity,
        }
        /// It comes with the engine and cannot be retired.
        BuiltIn = built_in: NotAllowed, "{entity} comes with the engine and stays as it is" {
            /// The entity that was named.
            entity: Entity,
        }
        /// The offer is over. A race that was lost, and nothing unusual.
        OfferOver = offer_over: TooLate, "{offer} is over{end}" {
            /// The offer.
            offer: OfferId,
            /// How it ended, as long as that is remembered.
            end: Option<OfferEnd>,
        }
        /// The work is over.
        WorkOver = work_over: TooLate, "{work} is over{cause}" {
            /// The work.
            work: WorkId,
            /// Why, as long as that is remembered.
            cause: Option<CloseCause>,
        }
        /// The work is not in a stage in which this is possible.
        WrongStage = wrong_stage: Conflict, "{work} is {stage}, where this is not possible" {
            /// The work.
            work: WorkId,
            /// The stage it is in.
            stage: StageName,
        }
        /// The agent has no such assignment.
        NotAssigned = not_assigned: NotAllowed, "{agent} does not have {work}" {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
        }
        /// The wrap-up lasts until its time is over.
        WrapUpNotOver = wrap_up_not_over: Conflict, "the wrap-up lasts until {until}" {
            /// When that is.
            until: Timestamp,
        }
        /// The code is not among those of the queue.
        CodeNotAllowed = code_not_allowed: Invalid, "{code} is not a code of {queue}" {
            /// The code.
            code: CodeId,
            /// The queue.
            queue: QueueId,
        }
        /// The wrap-up may not be extended so far.
        ExtensionTooLong = extension_too_long: Invalid,
            "the wrap-up may last until {latest} at most"
        {
            /// The latest it may last.
            latest: Timestamp,
        }
        /// The agent is not a member of the queue.
        NotMember = not_member: NotAllowed, "{agent} is not a member of {queue}" {
            /// The agent.
            agent: AgentId,
            /// The queue.
            queue: QueueId,
        }
        /// The agent is no named member of the queue: they are one as long as they meet what the
        /// queue asks of its members.
        MemberByExpression = member_by_expression: Conflict,
            "{agent} is a member of {queue} as long as they meet its expression" {
            /// The agent.
            agent: AgentId,
            /// The queue.
            queue: QueueId,
        }
        /// The agent cannot take the work.
        Unavailable = unavailable: Conflict, "{agent} cannot take the work: {why}" {
            /// The agent.
            agent: AgentId,
            /// The reason why the agent cannot take the work.
            why: Unavailable,
        }
        /// Nobody is there for the work in the queue, which takes transfers only while somebody is
        /// ([`QueueProfile::refuse_unstaffed`](crate::model::QueueProfile::refuse_unstaffed)).
        NobodyStaffed = nobody_staffed: Conflict, "nobody is there in {queue}" {
            /// The queue.
            queue: QueueId,
        }
        /// The command is not for this actor.
        NotAllowed = not_allowed: NotAllowed, "{actor} may not do this: {command}" {
            /// The actor.
            actor: Actor,
            /// The command.
            command: CommandName,
        }
        /// The work, or the offer of it, is another's. The actor sees the work, and so its owner.
        NotYours = not_yours: NotAllowed, "{work} is not theirs{owner}" {
            /// The work.
            work: WorkId,
            /// The agent who has the work, if anybody has.
            owner: Option<AgentId>,
        }
        /// A bound is reached.
        Limit = limit: Limit, "there may be {max} {limit} at most" {
            /// Which bound.
            limit: LimitName,
            /// How many there may be.
            max: u32,
        }
        /// The agent does not take part in the work, or not any more. A race that was lost, and
        /// nothing unusual.
        NoLeg = no_leg: TooLate, "{agent} does not take part in {work}{end}" {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// How the agent's last leg ended, as long as that is remembered.
            end: Option<LegEnd>,
        }
        /// The agent takes part in the work, but not in a way in which this is possible.
        WrongLeg = wrong_leg: Conflict,
            "{agent} {state} as {role} in {work}, where this is not possible"
        {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// As what the agent takes part.
            role: LegRole,
            /// The state of the agent's leg.
            state: LegState,
        }
        /// It was changed since the revision that the command was made from.
        Stale = stale: Conflict, "{entity} was changed meanwhile: it is at revision {revision}" {
            /// The entity that was named.
            entity: Entity,
            /// Its present revision.
            revision: u32,
        }
        /// The time of the call is further ahead than [`Config::clock_step`](crate::Config) allows.
        /// Nothing happened: no deadline fired, and the clock of the engine did not move. If the
        /// time is right, the host [confirms](crate::Engine::confirm_clock) it and calls again.
        ClockJump = clock_jump: Clock,
            "the clock of the host jumped from {from} to {to}, which nobody confirmed"
        {
            /// The latest instant that a call named.
            from: Timestamp,
            /// The instant that this call named.
            to: Timestamp,
        }
        /// More was due by the time of the call than one call does
        /// ([`Config::burst`](crate::Config)). As much of it was done, and is in the log; the
        /// command was not, so that it does not overtake what is due before it. The host
        /// [advances](crate::Engine::advance) to the same instant until nothing is due, and gives
        /// the command again.
        Behind = behind: Behind, "more is due by {now} than one call does" {
            /// The instant of the call.
            now: Timestamp,
        }
        /// The engine met a contradiction in its own state, now or before, and does nothing any
        /// more. [`Engine::fault`](crate::Engine::fault) says what it met. Of the call nothing
        /// happened and nothing is to be kept; the host recovers another engine from its journal.
        Faulted = faulted: Fault, "the engine is faulted: recover it from the facts up to {sound}" {
            /// The number of the last sound fact.
            sound: u64,
        }
    }
    also {
        /// The wrap-up needs a code.
        CodeRequired = code_required: Invalid, "the wrap-up needs a code"
    }
}
