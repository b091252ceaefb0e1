//! Commands: one struct each, one serialisable enum over them all.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::{
    AgentId, ChannelId, CodeId, Entity, OfferId, PresenceId, QueueId, ReasonId, WorkId,
};
use crate::model::membership::Membership;
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::profile::Profile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::requeue::Requeue;
use crate::model::schedule::Callback;
use crate::model::skill::SkillProfile;
use crate::model::work::{WorkChange, WorkRequest};

/// Defines something under a key. The same content under the same key again answers with the same
/// id and changes nothing; other content is refused, for that there is [`Change`].
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log);
/// let again = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log);
/// assert_eq!(queue, again);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Define<P: Profile> {
    /// The host's key for it.
    pub key: Key,
    /// What it is.
    pub profile: P,
}

impl<P: Profile> Define<P> {
    /// Defines this under that key.
    #[must_use]
    pub fn new(key: &str, profile: P) -> Self {
        Self { key: key.into(), profile }
    }
}

/// Gives something that is defined new content, all of it. It takes effect at the next match:
/// what rings or is worked on stays as it is.
///
/// Two hosts that change the same thing need not lose each other's changes: each says which
/// revision its content was made from. The same content again is answered as done, whatever the
/// revision, so a change may be repeated.
///
/// ```
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let revision = Some(engine.view().agent(ana).unwrap().revision());
/// let busy = AgentProfile { auto_accept: true, ..AgentProfile::default() };
/// engine.execute(now, Change { revision, ..Change::new(ana, busy) }, &mut log)?;
/// let other = Change { revision, ..Change::new(ana, AgentProfile::default()) };
/// let refused = engine.execute(now, other, &mut log);
/// assert_eq!(refused, Err(Refusal::Stale { entity: ana.into(), revision: 1 }));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Change<P: Profile> {
    /// What.
    pub id: P::Id,
    /// Its new content.
    pub profile: P,
    /// The revision this was made from; refused if it is another by now (Azure Job Router: etag).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

impl<P: Profile> Change<P> {
    /// Gives it this content, whatever it is now.
    #[must_use]
    pub const fn new(id: P::Id, profile: P) -> Self {
        Self { id, profile, revision: None }
    }
}

/// Retires something. It keeps its id, its key becomes free. Refused as long as something that is
/// not retired, or open work, refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Retire<P: Profile> {
    /// What.
    pub id: P::Id,
    /// The revision that is meant; refused if it is another by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

impl<P: Profile> Retire<P> {
    /// Retires it, whatever it is now.
    #[must_use]
    pub const fn new(id: P::Id) -> Self {
        Self { id, revision: None }
    }
}

macro_rules! commands {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }
    )*};
}

commands! {
    /// Makes an agent a member of a queue, or changes the terms on which he is one. Terms for a
    /// channel come before those for all channels, so an agent may rank the chats of a queue higher
    /// than its calls, or see its e-mails later; with no other terms he is a member for that
    /// channel only. (Amazon Connect: queue and channel in the routing profile.)
    SetMembership {
        /// The agent.
        agent: AgentId,
        /// The queue.
        queue: QueueId,
        /// The terms.
        #[serde(default)]
        membership: Membership,
        /// The channel for whose work they hold; none: all for which he has no terms of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelId>,
    }

    /// Ends an agent's membership of a queue for a channel, which then goes by his terms for all,
    /// if he has any; or for all channels for which he has no terms of their own. What already
    /// rings or is assigned stays.
    RemoveMembership {
        /// The agent.
        agent: AgentId,
        /// The queue.
        queue: QueueId,
        /// The channel for which his terms end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelId>,
    }

    /// Sets what an agent says of himself. One that is not responding responds again if the
    /// presence opens a channel, even if it is the one he had.
    SetPresence {
        /// The agent.
        agent: AgentId,
        /// The presence.
        presence: PresenceId,
    }

    /// A sign of life from an agent: his lease starts anew. Nothing happens if he has none.
    Heartbeat {
        /// The agent.
        agent: AgentId,
    }

    /// Lets an agent finish what he has and get nothing new, or ends that. What rings is not
    /// taken back.
    SetDraining {
        /// The agent.
        agent: AgentId,
        /// Whether he finishes.
        draining: bool,
    }

    /// Tells that an agent began or ended a call of his own. While he is on one he gets nothing.
    SetOwnCall {
        /// The agent.
        agent: AgentId,
        /// Whether he is on one.
        active: bool,
    }

    /// Changes work that nobody has: waiting, ringing or put off. Answered as done, without a
    /// fact, if it changes nothing.
    ChangeWork {
        /// The work.
        work: WorkId,
        /// What is new.
        change: WorkChange,
    }

    /// The customer left. Work that waits, rings, is put off or parked is closed as abandoned; for
    /// work that an agent has it is the end of the contact.
    Abandon {
        /// The work.
        work: WorkId,
    }

    /// Takes back work that nobody has: waiting, ringing, put off or parked.
    Cancel {
        /// The work.
        work: WorkId,
    }

    /// An agent takes what is offered to him. At the very instant its window ends it is too late.
    Accept {
        /// The offer.
        offer: OfferId,
    }

    /// An agent rejects what is offered to him.
    Reject {
        /// The offer.
        offer: OfferId,
        /// His reason.
        #[serde(default)]
        reason: Option<ReasonId>,
        /// When he wants to be asked for it again, not before (Azure Job Router: `retryOfferAt`). A
        /// reason that forbids longer stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
    }

    /// An agent takes waiting work himself. He must be a member of its queue, available, fit and
    /// have room; the order of the queue, his own delay and what he declined do not count.
    Pull {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    }

    /// A supervisor has waiting or ringing work offered to an agent. He must be available and have
    /// room; he need neither be a member nor fit.
    Assign {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    }

    /// A supervisor gives work that waits, rings, is put off or parked to an agent whatever he is
    /// doing. It may leave him in debt.
    Force {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    }

    /// The customer is put on hold.
    Hold {
        /// The work.
        work: WorkId,
    }

    /// The customer is taken off hold.
    Retrieve {
        /// The work.
        work: WorkId,
    }

    /// An agent puts work aside; parked work gets a new time.
    Park {
        /// The work.
        work: WorkId,
        /// When it comes back by itself; `None`: it does not.
        #[serde(default)]
        until: Option<Timestamp>,
    }

    /// Parked work comes back. By its agent: to him, even over his capacity. By the customer: to
    /// the same agent if he is available and has room, else to the queue.
    Resume {
        /// The work.
        work: WorkId,
        /// Who brings it back.
        by: Resumer,
    }

    /// Sends work to a queue: blind transfer by its agent, or a move of waiting or ringing work.
    TransferToQueue {
        /// The work.
        work: WorkId,
        /// The queue, which may be the one it is in.
        queue: QueueId,
        /// Where it goes in the line; `None`: what the queue it leaves says of transfers.
        #[serde(default)]
        placement: Option<Requeue>,
    }

    /// Sends work to another agent: it rings at him, and if he does not take it, it goes to the
    /// front of its queue. Refused if he can take nothing.
    TransferToAgent {
        /// The work.
        work: WorkId,
        /// The other agent.
        agent: AgentId,
    }

    /// An agent asks, before the contact ends, for time to wrap up.
    RequestWrapUp {
        /// The work.
        work: WorkId,
    }

    /// The contact is over: wrap-up begins, or the work is closed if there is none.
    FinishContact {
        /// The work.
        work: WorkId,
        /// Who ended it.
        by: Finisher,
    }

    /// An agent gives a wrap-up code, before or during the wrap-up.
    SetCode {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// The code.
        code: CodeId,
    }

    /// An agent extends his wrap-up.
    ExtendWrapUp {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// By how much.
        by: Span,
    }

    /// An agent ends his wrap-up.
    EndWrapUp {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// The code, if it was not given before.
        #[serde(default)]
        code: Option<CodeId>,
    }

    /// Closes work that somebody has, parked or wraps up, without further wrap-up.
    Close {
        /// The work.
        work: WorkId,
        /// The wrap-up code.
        #[serde(default)]
        code: Option<CodeId>,
    }

    /// Tells when an agent's shift ends. What he has stays.
    SetShiftEnd {
        /// The agent.
        agent: AgentId,
        /// When; `None`: it has no end.
        #[serde(default)]
        until: Option<Timestamp>,
    }

    /// Lets scheduled or suspended work enter its line now.
    Activate {
        /// The work.
        work: WorkId,
        /// Where it goes in the line if it was in it before; `None`: its old place. Otherwise it
        /// enters anew, and its wait counts from now.
        #[serde(default)]
        placement: Option<Requeue>,
    }

    /// Takes work that nobody has out of its line until it is activated. What rings is withdrawn.
    Suspend {
        /// The work.
        work: WorkId,
    }

    /// Puts off work that nobody has. What rings is withdrawn.
    Postpone {
        /// The work.
        work: WorkId,
        /// When it enters its line.
        at: Timestamp,
        /// Whether it is suspended then, until it is activated.
        #[serde(default)]
        activation: bool,
    }

    /// Takes work from the agent who has or parked it. He does not wrap it up (Azure Job Router:
    /// unassign).
    Unassign {
        /// The work.
        work: WorkId,
        /// Whether it is suspended; else it is back in line.
        #[serde(default)]
        suspend: bool,
        /// Where it goes in the line; `None`: where its queue says.
        #[serde(default)]
        placement: Option<Requeue>,
    }

    /// The customer of work that waits, rings, or is put off would rather be called back: it goes
    /// on to another channel and keeps its place.
    RequestCallback {
        /// The work.
        work: WorkId,
        /// The channel of calls back.
        channel: ChannelId,
        /// How often the customer is tried.
        #[serde(default)]
        callback: Callback,
        /// When he wants to be called, not before.
        #[serde(default)]
        at: Option<Timestamp>,
    }

    /// The customer did not answer the call back that an agent made. It is tried again as often as
    /// was asked, then closed. The agent is released without a wrap-up. A voice box is an answer:
    /// then the contact is finished.
    ReportUnreached {
        /// The work.
        work: WorkId,
    }

    /// Asks the rules of the queue it came to once more about work that nobody has. It keeps its
    /// place.
    Reclassify {
        /// The work.
        work: WorkId,
    }

    /// Nothing but the passing of time.
    Advance {}

    /// The owner asks a colleague to take part (consult): it rings at him for the offer window of
    /// the work's queue and channel. He must be available and have room; he need neither be a
    /// member nor fit. Answered as done while he is consulted already.
    Consult {
        /// The work, which its owner has active or on hold.
        work: WorkId,
        /// The colleague.
        agent: AgentId,
    }

    /// An agent answers a consult and takes part. At the very instant its window ends it is too
    /// late.
    Answer {
        /// The work.
        work: WorkId,
        /// Who was asked.
        agent: AgentId,
    }

    /// An agent declines a consult. Nothing else follows for him.
    Decline {
        /// The work.
        work: WorkId,
        /// Who was asked.
        agent: AgentId,
    }

    /// The owner lets a consultant talk with the customer too (conference). There is no way back.
    Confer {
        /// The work.
        work: WorkId,
        /// The consultant.
        agent: AgentId,
    }

    /// The owner hands the work over to a consultant or conferee who joined (warm transfer
    /// completed): the work is active with him, the old owner wraps up as after any transfer, and
    /// whoever else takes part still does.
    HandOver {
        /// The work.
        work: WorkId,
        /// Who has it next.
        agent: AgentId,
    }

    /// Ends a leg: an agent leaves or is let go, or a consult is taken back.
    EndLeg {
        /// The work.
        work: WorkId,
        /// Whose leg.
        agent: AgentId,
    }

    /// A supervisor joins work at once, or takes part in another way. He needs no presence, no
    /// membership and no capacity, and his routing status stays.
    Supervise {
        /// The work, which its owner has active or on hold.
        work: WorkId,
        /// The supervisor.
        agent: AgentId,
        /// How he takes part.
        role: Supervision,
    }
}

/// Hands in work. Answers with its id; the same request under the same key again answers with the
/// same id and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Submit(pub Arc<WorkRequest>);

impl Submit {
    /// Hands this in.
    #[must_use]
    pub fn new(request: WorkRequest) -> Self {
        Self(Arc::new(request))
    }
}

/// Who brings parked work back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resumer {
    /// The agent who parked it.
    Agent,
    /// The customer.
    Customer,
}

/// Who ended a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finisher {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// The host: the line broke, the session ended.
    Host,
}

/// How a supervisor takes part in work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supervision {
    /// He listens and is not heard.
    Monitor,
    /// The owner alone hears him (whisper).
    Coach,
    /// Everybody hears him.
    Barge,
}

macro_rules! command_enum {
    ($($variant:ident($type:ty),)*) => {
        /// Any command. In JSON an object with one field.
        ///
        /// ```
        /// use strowger::prelude::*;
        /// use strowger::model::OfferId;
        ///
        /// let command: Command = Accept { offer: OfferId::from_raw(4) }.into();
        /// assert_eq!(serde_json::to_string(&command).unwrap(), r#"{"accept":{"offer":4}}"#);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each variant is documented where its struct is")]
        pub enum Command {
            $($variant($type),)*
        }

        $(
            impl From<$type> for Command {
                fn from(command: $type) -> Self {
                    Self::$variant(command)
                }
            }
        )*

        /// Calls a macro with every variant of [`Command`].
        macro_rules! for_every_command {
            ($with:ident) => { $with! { $($variant,)* } };
        }
    };
}

command_enum! {
    DefineSkill(Define<SkillProfile>),
    ChangeSkill(Change<SkillProfile>),
    RetireSkill(Retire<SkillProfile>),
    DefineChannel(Define<ChannelProfile>),
    ChangeChannel(Change<ChannelProfile>),
    RetireChannel(Retire<ChannelProfile>),
    DefinePresence(Define<PresenceProfile>),
    ChangePresence(Change<PresenceProfile>),
    RetirePresence(Retire<PresenceProfile>),
    DefineRejectReason(Define<RejectReasonProfile>),
    ChangeRejectReason(Change<RejectReasonProfile>),
    RetireRejectReason(Retire<RejectReasonProfile>),
    DefineWrapUpCode(Define<WrapUpCodeProfile>),
    ChangeWrapUpCode(Change<WrapUpCodeProfile>),
    RetireWrapUpCode(Retire<WrapUpCodeProfile>),
    DefineQueue(Define<QueueProfile>),
    ChangeQueue(Change<QueueProfile>),
    RetireQueue(Retire<QueueProfile>),
    DefineAgent(Define<AgentProfile>),
    ChangeAgent(Change<AgentProfile>),
    RetireAgent(Retire<AgentProfile>),
    SetMembership(SetMembership),
    RemoveMembership(RemoveMembership),
    SetPresence(SetPresence),
    Heartbeat(Heartbeat),
    SetDraining(SetDraining),
    SetOwnCall(SetOwnCall),
    Submit(Submit),
    ChangeWork(ChangeWork),
    Abandon(Abandon),
    Cancel(Cancel),
    Accept(Accept),
    Reject(Reject),
    Pull(Pull),
    Assign(Assign),
    Force(Force),
    Hold(Hold),
    Retrieve(Retrieve),
    Park(Park),
    Resume(Resume),
    TransferToQueue(TransferToQueue),
    TransferToAgent(TransferToAgent),
    RequestWrapUp(RequestWrapUp),
    FinishContact(FinishContact),
    SetCode(SetCode),
    ExtendWrapUp(ExtendWrapUp),
    EndWrapUp(EndWrapUp),
    Close(Close),
    Advance(Advance),
    SetShiftEnd(SetShiftEnd),
    Activate(Activate),
    Suspend(Suspend),
    Postpone(Postpone),
    Unassign(Unassign),
    RequestCallback(RequestCallback),
    ReportUnreached(ReportUnreached),
    Reclassify(Reclassify),
    DefineCalendar(Define<CalendarProfile>),
    ChangeCalendar(Change<CalendarProfile>),
    RetireCalendar(Retire<CalendarProfile>),
    Consult(Consult),
    Answer(Answer),
    Decline(Decline),
    Confer(Confer),
    HandOver(HandOver),
    EndLeg(EndLeg),
    Supervise(Supervise),
    DefinePool(Define<PoolProfile>),
    ChangePool(Change<PoolProfile>),
    RetirePool(Retire<PoolProfile>),
}

pub(crate) use for_every_command as every_command;

/// What a [`Command`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reply {
    /// It is done, or was done before.
    Done,
    /// What was defined has this id.
    Defined(Entity),
    /// The work has this id.
    Submitted(WorkId),
    /// The offer has this id.
    Offered(OfferId),
}

impl From<()> for Reply {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<WorkId> for Reply {
    fn from(work: WorkId) -> Self {
        Self::Submitted(work)
    }
}

impl From<OfferId> for Reply {
    fn from(offer: OfferId) -> Self {
        Self::Offered(offer)
    }
}
