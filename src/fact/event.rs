//! What can happen: every change of state there is, complete enough to make the change again.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::fact::definition::Definition;
use crate::fact::shape::events;
use crate::model::config::Config;
use crate::model::ids::{
    AgentId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId, WorkId,
};
use crate::model::membership::Membership;
use crate::model::overflow::OverflowAction;
use crate::model::schedule::Callback;
use crate::model::work::{WorkChange, WorkRequest};
use crate::policy::offering::Bar;
use crate::policy::order::Place;
use crate::policy::wrap_up::WrapUp;
use crate::state::leg::{LegEnd, LegRole};
use crate::state::offer::Withdrawal;
use crate::state::routing_status::RoutingStatus;
use crate::state::work::CloseCause;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_nobody(number: &u32) -> bool {
    *number == 0
}

events! {
    /// A change of state. Variants are only ever added, at the end.
    ///
    /// In JSON an object with one field: `{"work_offered": {"offer": 4, "work": "call-1", ...}}`.
    pub enum Event {
        /// The engine began. Always the first fact.
        EngineOpened = engine_opened {
            /// The bounds it works in.
            config: Box<Config>,
        }
        /// An agent is a member of a queue, on these terms.
        MembershipSet = membership_set {
            /// The agent.
            agent: AgentId,
            /// The queue.
            queue: QueueId,
            /// The terms.
            membership: Membership,
            /// The channel for whose work the terms hold. If none is named, they hold for every
            /// channel for which the agent has no separate terms.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            channel: Option<ChannelId>,
        }
        /// An agent is no longer a member of a queue on certain terms.
        MembershipRemoved = membership_removed {
            /// The agent.
            agent: AgentId,
            /// The queue.
            queue: QueueId,
            /// The channel for which they held.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            channel: Option<ChannelId>,
        }
        /// An agent has this presence now.
        PresenceSet = presence_set {
            /// The agent.
            agent: AgentId,
            /// The agent's presence.
            presence: PresenceId,
            /// Until when the agent is believed without a sign of life.
            lease: Option<Timestamp>,
            /// The party that set the presence.
            by: PresenceSetBy,
        }
        /// An agent gave a sign of life.
        AgentHeard = agent_heard {
            /// The agent.
            agent: AgentId,
            /// Until when the agent is believed now.
            lease: Timestamp,
        }
        /// An agent finishes what they have and gets nothing new, or no longer does so.
        DrainingSet = draining_set {
            /// The agent.
            agent: AgentId,
            /// True if the agent is draining.
            draining: bool,
        }
        /// An agent began or ended a call of their own.
        OwnCallSet = own_call_set {
            /// The agent.
            agent: AgentId,
            /// True if the agent is on a call of their own.
            active: bool,
        }
        /// The engine knows something else of an agent.
        RoutingStatusChanged = routing_status_changed {
            /// The agent.
            agent: AgentId,
            /// The agent's new routing status.
            status: RoutingStatus,
        }
        /// An agent has more than they may have, and gets nothing new until they have less.
        CapacityExceeded = capacity_exceeded {
            /// The agent.
            agent: AgentId,
        }
        /// An agent is within their capacity again.
        CapacityRestored = capacity_restored {
            /// The agent.
            agent: AgentId,
        }
        /// Work came in and entered the line of its queue.
        WorkSubmitted = work_submitted {
            /// The work.
            work: WorkId,
            /// All that was said of it.
            request: Arc<WorkRequest>,
            /// The work it stands for, if an agent consults a queue about that work.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            stands_for: Option<StandIn>,
        }
        /// Waiting or offered work was changed.
        WorkChanged = work_changed {
            /// The work.
            work: WorkId,
            /// The change to the work.
            change: Arc<WorkChange>,
        }
        /// Work entered the line of a queue. If an agent had it, their assignment ends or is
        /// wrapped up.
        WorkQueued = work_queued {
            /// The work.
            work: WorkId,
            /// The queue.
            queue: QueueId,
            /// Its place in the order.
            place: Place,
            /// The reason why the work entered the line.
            why: QueuedWhy,
            /// How the agent who had it wraps up; absent if they do not.
            wrap_up: Option<WrapUp>,
            /// The agent for whom it waits first, and until when.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sticky: Option<Sticky>,
            /// The agent who sent it here and is not offered it in this stay.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            not_to: Option<AgentId>,
        }
        /// Waiting work is visible to agents with this delay now, alone or with others.
        WorkRevealed = work_revealed {
            /// The work.
            work: WorkId,
            /// The delay.
            delay: Span,
            /// So many others are visible to them now too: all that waits in the same queue, came
            /// by the same channel, was to be past this delay next, and entered before.
            #[serde(default, skip_serializing_if = "is_nobody")]
            others: u32,
        }
        /// The wait for preferred agents went on to another step, or is over.
        PreferenceStepped = preference_stepped {
            /// The work.
            work: WorkId,
            /// The step; absent if anybody may have it now.
            step: Option<PreferenceStep>,
        }
        /// Work is offered to an agent, who has room reserved for it.
        WorkOffered = work_offered {
            /// The offer.
            offer: OfferId,
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// When its window ends.
            until: Option<Timestamp>,
            /// The party that chose the agent.
            by: OfferedBy,
            /// The score that the host's scorer gave the agent, where the queue asks the scorer.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            score: Option<i64>,
            /// True if it is the last of a broadcast that is not refilled: nobody else is asked
            /// until all of its offers have ended.
            #[serde(default, skip_serializing_if = "core::ops::Not::not")]
            last: bool,
        }
        /// An agent took what was offered and has it now.
        OfferAccepted = offer_accepted {
            /// The offer.
            offer: OfferId,
            /// True if the offer was accepted in the agent's name.
            auto: bool,
        }
        /// An agent rejected an offer; the work is back in line.
        OfferRejected = offer_rejected {
            /// The offer.
            offer: OfferId,
            /// The reason the agent gave.
            reason: Option<ReasonId>,
            /// When the agent may be asked again.
            bar: Bar,
            /// Where the work stands now.
            place: Place,
        }
        /// An offer timed out, or whoever alerted the agent said that nobody answered; the work is
        /// back in line.
        OfferMissed = offer_missed {
            /// The offer.
            offer: OfferId,
            /// When the agent may be asked again.
            bar: Bar,
            /// Where the work stands now.
            place: Place,
        }
        /// An offer was taken back; the work is back in line.
        OfferWithdrawn = offer_withdrawn {
            /// The offer.
            offer: OfferId,
            /// Why.
            why: Withdrawal,
            /// When the agent may be asked again, if they could not be reached.
            #[serde(default, skip_serializing_if = "Bar::is_none")]
            bar: Bar,
            /// Where the work stands now.
            place: Place,
        }
        /// Work was given to an agent without asking them.
        WorkAssigned = work_assigned {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// The party that gave the work to the agent.
            by: AssignedBy,
        }
        /// The customer was put on hold.
        WorkHeld = work_held {
            /// The work.
            work: WorkId,
        }
        /// The customer was taken off hold.
        WorkRetrieved = work_retrieved {
            /// The work.
            work: WorkId,
        }
        /// Work was put aside.
        WorkParked = work_parked {
            /// The work.
            work: WorkId,
            /// When it comes back by itself.
            until: Option<Timestamp>,
        }
        /// Parked work is active again with the agent who parked it.
        WorkResumed = work_resumed {
            /// The work.
            work: WorkId,
            /// The cause that brought the work back.
            by: ResumedBy,
        }
        /// Nobody was left to ask for waiting work.
        WorkExhausted = work_exhausted {
            /// The work.
            work: WorkId,
            /// When everybody may be asked again; absent if the queue's policy is another.
            retry: Option<Timestamp>,
        }
        /// Everybody may be asked for the work again.
        DeclinesForgotten = declines_forgotten {
            /// The work.
            work: WorkId,
        }
        /// An agent may be asked for the work again.
        BarLifted = bar_lifted {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
        }
        /// An agent asked for time to wrap up.
        WrapUpRequested = wrap_up_requested {
            /// The work.
            work: WorkId,
        }
        /// The contact is over, its agent wraps up.
        ContactEnded = contact_ended {
            /// The work.
            work: WorkId,
            /// The party that ended the contact.
            by: EndedBy,
            /// How the agent wraps up.
            wrap_up: WrapUp,
        }
        /// A wrap-up lasts longer.
        WrapUpExtended = wrap_up_extended {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// When time ends it now.
            until: Timestamp,
        }
        /// A wrap-up code was given.
        CodeSet = code_set {
            /// The work.
            work: WorkId,
            /// The agent whose wrap-up the code is for.
            agent: AgentId,
            /// The code.
            code: CodeId,
        }
        /// An agent is done with work that is no longer theirs.
        WrapUpEnded = wrap_up_ended {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// The party that ended the wrap-up.
            by: EndedBy,
        }
        /// Work is over. If an agent had it, their assignment ended with it, unless they wrap up
        /// what they transferred outside.
        WorkClosed = work_closed {
            /// The work.
            work: WorkId,
            /// Why.
            cause: CloseCause,
            /// The party that ended the work.
            by: EndedBy,
            /// Where it went, if it left the house.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            outside: Option<Box<Outside>>,
            /// True if an agent had it who never wraps up: nothing comes after the contact, in
            /// records neither.
            #[serde(default, skip_serializing_if = "core::ops::Not::not")]
            never_wrapped_up: bool,
        }
        /// Waiting work became easier to place: a condition expired, or a step of its relaxation
        /// began or was passed over.
        WorkRelaxed = work_relaxed {
            /// The work.
            work: WorkId,
            /// The point on its clock that it is past.
            past: Span,
            /// How far ahead of that clock it is by steps that were passed over.
            skipped: Span,
        }
        /// Work was put off, and is in no line. If an agent had it, their assignment ended.
        WorkScheduled = work_scheduled {
            /// The work.
            work: WorkId,
            /// When it enters its line.
            at: Timestamp,
            /// True if the work is suspended at that time.
            activation: bool,
        }
        /// Work ends at another instant, if nobody has it then.
        EndChanged = end_changed {
            /// The work.
            work: WorkId,
            /// When. `None`: never by itself.
            at: Option<Timestamp>,
        }
        /// Nobody is asked for the work until the host activates it. If an agent had it,
        /// their assignment ended.
        WorkSuspended = work_suspended {
            /// The work.
            work: WorkId,
        }
        /// Waiting work became a call back: another channel, the same place.
        CallbackRequested = callback_requested {
            /// The work.
            work: WorkId,
            /// The channel.
            channel: ChannelId,
            /// How often the customer is tried.
            callback: Callback,
        }
        /// A customer who asked to be called back did not answer.
        CustomerUnreached = customer_unreached {
            /// The work.
            work: WorkId,
            /// When the customer is tried again: the work is put off until then. Absent if that was
            /// the last attempt.
            retry: Option<Timestamp>,
        }
        /// A rule of the queue it came to, or the host's classifier, took on the work.
        WorkClassified = work_classified {
            /// The work.
            work: WorkId,
            /// The number of the rule, from 0; absent if it was the host.
            rule: Option<u16>,
            /// The queue it waits in now.
            queue: QueueId,
            /// The change to the work; absent if there is none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            change: Option<Arc<WorkChange>>,
        }
        /// A rule of overflow of its queue was done for waiting work. Where it leads elsewhere, the
        /// fact that says so follows.
        OverflowTriggered = overflow_triggered {
            /// The work.
            work: WorkId,
            /// The number of the rule, from 0.
            rule: u8,
            /// The action of the rule.
            then: OverflowAction,
        }
        /// A queue was inspected.
        QueueInspected = queue_inspected {
            /// The queue.
            queue: QueueId,
            /// The conditional rings whose conditions hold: these see its work, no others.
            rings: Vec<u8>,
            /// The other conditional rings whose conditions hold: they must hold for longer before
            /// these rings see its work.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            holding: Vec<u8>,
            /// The last piece of work that this part of the inspection looks at; absent if that is
            /// the last part, and so unless one call cannot look at all. The next fact of this
            /// kind about the queue then goes on behind it, with the rings of the first part.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            up_to: Option<WorkId>,
        }
        /// A queue may offer again after its ramp.
        RampReleased = ramp_released {
            /// The queue.
            queue: QueueId,
        }
        /// An agent's shift ends at another time.
        ShiftEndSet = shift_end_set {
            /// The agent.
            agent: AgentId,
            /// When; absent if it has no end.
            until: Option<Timestamp>,
        }
        /// An agent was asked to take part in work that another agent has. It alerts the asked
        /// agent, and room is reserved.
        LegRequested = leg_requested {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// As what.
            role: LegRole,
            /// When its window ends.
            until: Option<Timestamp>,
            /// True if the agent who joins has the work at once: a careful transfer.
            #[serde(default, skip_serializing_if = "core::ops::Not::not")]
            careful: bool,
        }
        /// An agent takes part in work that another has.
        LegJoined = leg_joined {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// As what.
            role: LegRole,
            /// True if the request was answered in the agent's name.
            auto: bool,
        }
        /// An agent takes part in another way.
        LegChanged = leg_changed {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// As what now.
            role: LegRole,
        }
        /// An agent does not take part any more, or is not asked to.
        LegEnded = leg_ended {
            /// The work.
            work: WorkId,
            /// The agent.
            agent: AgentId,
            /// Why.
            why: LegEnd,
        }
        /// An agent who took part in work has it now, active. The old owner's assignment ends or is
        /// wrapped up.
        HandedOver = handed_over {
            /// The work.
            work: WorkId,
            /// The agent who has the work now.
            agent: AgentId,
            /// How the old owner wraps up; absent if they do not.
            wrap_up: Option<WrapUp>,
        }
        /// A pool was reset: agents get back what they drew from it and do not have any more.
        PoolReset = pool_reset {
            /// The pool.
            pool: PoolId,
        }
        /// A careful transfer ended, and the work was not handed over by it.
        TransferFailed = transfer_failed {
            /// The work that was to be transferred.
            work: WorkId,
            /// Why.
            why: TransferFailure,
        }
        /// A rule of overflow that has parts, or must hold for some time, was evaluated for waiting
        /// work and not done. It is told whenever the rule begins or ceases to hold, when a time
        /// that the rule asks for was over in vain, and as the work enters if so many wait that a
        /// part of the rule holds.
        OverflowWatched = overflow_watched {
            /// The work.
            work: WorkId,
            /// The number of the rule, from 0.
            rule: u8,
            /// True if the rule holds, and must hold for longer.
            holds: bool,
            /// How many others waited as the work entered; absent if it did not enter just now, or
            /// no part of the rule holds by that.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            ahead: Option<u32>,
        }
    }
    also {
        /// Something was defined.
        Defined = defined(Box<Definition>),
        /// A definition has new content.
        Changed = changed(Box<Definition>),
        /// Something was retired: it keeps its id, its key is free.
        Retired = retired(Entity),
    }
    named {
        work: WorkId => named_work,
        agent: AgentId => named_agent,
        offer: OfferId => named_offer,
        queue: QueueId => named_queue,
    }
}

/// A step of the wait for preferred agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceStep {
    /// Its number, from 0.
    pub number: u8,
    /// When it ends.
    pub until: Timestamp,
}

impl PreferenceStep {
    /// This step, until then.
    #[must_use]
    pub const fn new(number: u8, until: Timestamp) -> Self {
        Self { number, until }
    }
}

/// Where work went that left the house.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outside {
    /// The destination, in the host's words: a number, an address, another contact centre.
    pub to: Key,
    /// The wrap-up of the agent who sent it there; none if nobody had it or they do not wrap up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<WrapUp>,
}

impl Outside {
    /// To this destination, with this wrap-up.
    #[must_use]
    pub const fn new(to: Key, wrap_up: Option<WrapUp>) -> Self {
        Self { to, wrap_up }
    }
}

/// A wait for the agent who had the work last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sticky {
    /// The agent.
    pub agent: AgentId,
    /// When it ends.
    pub until: Timestamp,
}

impl Sticky {
    /// For this agent, until then.
    #[must_use]
    pub const fn new(agent: AgentId, until: Timestamp) -> Self {
        Self { agent, until }
    }
}

/// The party that set a presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PresenceSetBy {
    /// The agent, or the host for them.
    Command,
    /// The engine: no sign of life came in time.
    Lease,
    /// The engine: the agent rejected or missed too much, and the queue or the reason says so.
    Response,
}

/// Work that stands for other work in a line: an agent consults a queue about what they have.
///
/// ```
/// use strowger::fact::StandIn;
/// use strowger::view::WorkView;
///
/// /// How it is shown to whoever is offered it.
/// fn shown(work: WorkView<'_>) -> &'static str {
///     match work.stands_for() {
///         Some(StandIn { careful: true, .. }) => "a transfer",
///         Some(_) => "a question of a colleague",
///         None => "a customer",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StandIn {
    /// The work it stands for.
    pub work: WorkId,
    /// True if whoever accepts it has that work at once: a careful transfer.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub careful: bool,
}

impl StandIn {
    /// For this work, in a consult.
    #[must_use]
    pub const fn new(work: WorkId) -> Self {
        Self { work, careful: false }
    }

    /// The same, in a careful transfer or in a consult.
    #[must_use]
    pub const fn with_careful(self, careful: bool) -> Self {
        Self { careful, ..self }
    }
}

/// The reason why a careful transfer did not hand the work over.
///
/// ```
/// use strowger::fact::TransferFailure;
/// use strowger::state::LegEnd;
///
/// // What is said of the consult is said of the transfer.
/// assert_eq!(TransferFailure::from(LegEnd::Missed), TransferFailure::Missed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransferFailure {
    /// The agent who was asked declined.
    Declined,
    /// The agent who was asked did not answer in time.
    Missed,
    /// The agent who was asked became unavailable.
    AgentUnavailable,
    /// Nobody of the queue was left to ask.
    Exhausted,
    /// It waited too long for somebody of the queue.
    MaxWait,
    /// It lived too long while it waited for somebody of the queue.
    Lifetime,
    /// A rule of the queue ended it.
    Overflow,
    /// It was taken back.
    Cancelled,
    /// The work went another way, or another careful transfer took the place of this one.
    Transferred,
    /// The work was parked.
    Parked,
    /// The contact ended.
    ContactEnded,
}

impl From<LegEnd> for TransferFailure {
    fn from(end: LegEnd) -> Self {
        match end {
            LegEnd::Declined => Self::Declined,
            LegEnd::Missed => Self::Missed,
            LegEnd::AgentUnavailable => Self::AgentUnavailable,
            LegEnd::TakenBack | LegEnd::HungUp => Self::Cancelled,
            LegEnd::Transferred => Self::Transferred,
            LegEnd::Parked => Self::Parked,
            LegEnd::ContactEnded => Self::ContactEnded,
        }
    }
}

impl From<CloseCause> for TransferFailure {
    fn from(cause: CloseCause) -> Self {
        match cause {
            CloseCause::Exhausted => Self::Exhausted,
            CloseCause::MaxWait => Self::MaxWait,
            CloseCause::Lifetime => Self::Lifetime,
            CloseCause::Overflow => Self::Overflow,
            CloseCause::Completed
            | CloseCause::Abandoned
            | CloseCause::Cancelled
            | CloseCause::Unreached
            | CloseCause::TransferredOutside
            | CloseCause::Joined => Self::Cancelled,
        }
    }
}

/// The reason why work entered a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QueuedWhy {
    /// It was transferred or moved by a command.
    Transferred,
    /// Its agent sent it to another agent, to whom it is offered at once. It stands in no line
    /// until that agent does not take it, and then a stay in the line begins.
    TransferredToAgent,
    /// Its agent sent it to another agent who could not be asked then. It stands in the line and
    /// waits for that agent by name.
    AwaitsAgent,
    /// It was parked and its agent could not take it back.
    Resumed,
    /// It waited too long elsewhere.
    MaxWait,
    /// Nobody was left to ask elsewhere.
    Exhausted,
    /// Its time has come, or the host activated it.
    Activated,
    /// It was taken from its agent, or the agent gave it back.
    Unassigned,
    /// A rule of overflow moved it.
    Overflow,
}

/// The party that chose the agent of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OfferedBy {
    /// The routing.
    Routing,
    /// A supervisor.
    Assign,
    /// The agent who transferred it.
    Transfer,
}

/// The party that gave work to an agent without asking them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssignedBy {
    /// The agent took it themselves.
    Pull,
    /// A supervisor forced it.
    Force,
}

/// The cause that brought parked work back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResumedBy {
    /// Its agent.
    Agent,
    /// The customer: they wrote or called again.
    Customer,
    /// Its time.
    Time,
}

/// The party that ended a contact, a wrap-up or a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndedBy {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// The host.
    Host,
    /// Time, or a rule of the queue.
    System,
}

impl Event {
    /// Work is over, and there is nothing more to say of it.
    pub(crate) const fn closed(work: WorkId, cause: CloseCause, by: EndedBy) -> Self {
        Self::WorkClosed { work, cause, by, outside: None, never_wrapped_up: false }
    }

    /// The work it concerns. Facts about definitions, memberships, agents and queues concern none,
    /// and how an offer ended names the offer alone.
    #[must_use]
    pub fn work(&self) -> Option<WorkId> {
        self.named_work()
    }

    /// The agent it concerns. Of several the one who is named: who is offered the work, who has it
    /// from now on ([`HandedOver`](Self::HandedOver)), who takes part beside its owner. The agent
    /// whom work waits for first and the agent who had it before are not meant.
    #[must_use]
    pub fn agent(&self) -> Option<AgentId> {
        match self.defines() {
            Some(Entity::Agent(agent)) => Some(agent),
            _ => self.named_agent(),
        }
    }

    /// The offer it concerns.
    #[must_use]
    pub fn offer(&self) -> Option<OfferId> {
        self.named_offer()
    }

    /// The queue it concerns: of work that comes to a queue the one it comes to.
    #[must_use]
    pub fn queue(&self) -> Option<QueueId> {
        match (self.defines(), self) {
            (Some(Entity::Queue(queue)), _) => Some(queue),
            (_, Self::WorkSubmitted { request, .. }) => Some(request.queue),
            _ => self.named_queue(),
        }
    }

    /// The entity that is defined, changed or retired.
    fn defines(&self) -> Option<Entity> {
        match self {
            Self::Defined(definition) | Self::Changed(definition) => Some(definition.entity()),
            Self::Retired(entity) => Some(*entity),
            _ => None,
        }
    }
}
