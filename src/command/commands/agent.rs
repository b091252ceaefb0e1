//! Commands of agents: what they say of themselves, and what they do with work.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::attribute::{Attributes, Value};
use crate::model::ids::{AgentId, CodeId, OfferId, PresenceId, QueueId, ReasonId, WorkId};
use crate::model::need::Need;
use crate::model::preferred::Preferred;
use crate::model::priority::Priority;
use crate::model::requeue::Requeue;
use crate::model::work::Attached;

use crate::command::commands::shape::commands;
use crate::command::commands::{Finisher, Resumer};

commands! {
    $ agent_commands: Agent
    also {}

    /// Sets an agent's presence: what they say of themselves.
    ///
    /// An agent who is not responding responds again if the presence opens a channel, even if it is
    /// the presence they had.
    SetPresence {
        /// The agent.
        agent: AgentId,
        /// The presence.
        presence: PresenceId,
    } -> ();

    /// Says that an agent is still there: their lease starts anew.
    ///
    /// Nothing happens if the agent has no lease.
    Heartbeat {
        /// The agent.
        agent: AgentId,
    } -> ();

    /// Lets an agent finish what they have and get nothing new, or ends that.
    ///
    /// Open offers are not taken back.
    SetDraining {
        /// The agent.
        agent: AgentId,
        /// True if the agent is draining.
        draining: bool,
    } -> ();

    /// Says that an agent began or ended a call of their own.
    ///
    /// While they are on one they get nothing.
    SetOwnCall {
        /// The agent.
        agent: AgentId,
        /// True if the agent is on a call of their own.
        active: bool,
    } -> ();

    /// An agent takes what is offered to them.
    ///
    /// At the very instant the offer's window ends it is too late.
    Accept {
        /// The offer.
        offer: OfferId,
    } -> ();

    /// An agent rejects what is offered to them.
    Reject {
        /// The offer.
        offer: OfferId,
    } with {
        /// The agent's reason.
        #[serde(default)]
        reason: Option<ReasonId> => with_reason(into),
        /// When the agent wants to be asked for it again, not before (Azure Job Router:
        /// `retryOfferAt`). A reason that forbids longer stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp> => with_retry_at(into),
    } -> ();

    /// An agent takes waiting work without being asked.
    ///
    /// The agent must be a member of its queue, available, fit and have room. The order of the
    /// queue, the agent's own delay and what they declined do not count. Work that is offered to
    /// others, or put off, can be taken where its queue allows it
    /// ([`pull_offered`](crate::model::QueueProfile::pull_offered),
    /// [`pull_put_off`](crate::model::QueueProfile::pull_put_off)).
    Pull {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    } -> ();

    /// Puts the customer on hold.
    Hold {
        /// The work.
        work: WorkId,
    } -> ();

    /// Takes the customer off hold.
    Retrieve {
        /// The work.
        work: WorkId,
    } -> ();

    /// An agent puts work aside; parked work gets a new time.
    Park {
        /// The work.
        work: WorkId,
    } with {
        /// When it comes back by itself; `None`: it does not.
        #[serde(default)]
        until: Option<Timestamp> => with_until(into),
    } -> ();

    /// Brings parked work back.
    ///
    /// Brought back by its agent it goes to them, even over their capacity. Brought back by the
    /// customer it goes to the same agent if they are available and have room, else to the queue.
    Resume {
        /// The work.
        work: WorkId,
        /// The party that brings the work back.
        by: Resumer,
    } -> ();

    /// Sends work to a queue: a transfer by its agent, or a move of waiting or offered work.
    ///
    /// A careful transfer answers with the id of the work that stands for it meanwhile. Refused by
    /// a queue that takes transfers only while somebody is there
    /// ([`QueueProfile::refuse_unstaffed`](crate::model::QueueProfile::refuse_unstaffed)).
    TransferToQueue {
        /// The work.
        work: WorkId,
        /// The queue, which may be the one it is in.
        queue: QueueId,
    } with {
        /// Where it goes in the line; `None`: what the queue it leaves says of transfers.
        #[serde(default)]
        placement: Option<Requeue> => with_placement(into),
        /// True if the agent who sends it is not offered it in this stay in the line. What the
        /// queue says of it
        /// ([`QueueProfile::not_to_sender`](crate::model::QueueProfile::not_to_sender)) holds too.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        not_to_sender: bool => with_not_to_sender,
        /// True if the agent keeps the work until somebody of the queue has accepted it (careful
        /// transfer): a [`ConsultQueue`] that hands over in the call of the acceptance. If nobody
        /// accepts, nothing changed, and the fact
        /// [`TransferFailed`](crate::fact::Event::TransferFailed) says why. It needs work that is
        /// active or on hold. The work stays in its queue, as in any [`HandOver`]. A later transfer
        /// takes the place of a careful one that is under way.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        careful: bool => with_careful,
    } -> Option<WorkId>;

    /// Offers work to another agent; answers with the offer, if there is one.
    ///
    /// If that agent does not take it, it goes to the front of its queue. If they can take nothing
    /// now, it is refused, or waits for them by name, as `wait` says.
    TransferToAgent {
        /// The work.
        work: WorkId,
        /// The other agent.
        agent: AgentId,
    } with {
        /// True if the agent who sends it is not offered it, should the other not take it. As for
        /// [`TransferToQueue`].
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        not_to_sender: bool => with_not_to_sender,
        /// How long the work waits for the agent by name, at the front of its queue, if they can
        /// take nothing now (Rocket.Chat: forward to an offline agent); then anybody of the queue
        /// may have it. They become the agent whom the work prefers, whatever it preferred before,
        /// and need not meet its need. `None`: the transfer is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<Span> => with_wait(into),
        /// True if the agent who sends it keeps the work until the other has answered (careful
        /// transfer): a [`Consult`] that hands over in the call of the answer, and no offer. As for
        /// [`TransferToQueue`].
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        careful: bool => with_careful,
    } -> Option<OfferId>;

    /// Sends work out of the house: a blind transfer to a number, an address or another contact
    /// centre, by its agent or while it waits. The work is over; its agent wraps up as after any
    /// transfer. Open offers are withdrawn. The host moves the call.
    TransferOutside {
        /// The work.
        work: WorkId,
        /// The destination, in the host's words; it must not be empty.
        to: Key,
    } -> ();

    /// An agent asks, before the contact ends, for time to wrap up.
    RequestWrapUp {
        /// The work.
        work: WorkId,
    } -> ();

    /// Ends the contact: wrap-up begins, or the work is closed if there is none.
    FinishContact {
        /// The work.
        work: WorkId,
        /// The party that ended the contact.
        by: Finisher,
    } -> ();

    /// An agent gives a wrap-up code, before or during the wrap-up.
    SetCode {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// The code.
        code: CodeId,
    } -> ();

    /// An agent extends their wrap-up.
    ExtendWrapUp {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
        /// By how much.
        by: Span,
    } -> ();

    /// An agent ends their wrap-up.
    EndWrapUp {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    } with {
        /// The code, if it was not given before.
        #[serde(default)]
        code: Option<CodeId> => with_code(into),
    } -> ();

    /// The owner asks a colleague to take part (consult).
    ///
    /// It alerts the colleague for the offer window of the work's queue and channel. The
    /// colleague must be available and have room; they need neither be a member nor fit. Answered
    /// as done while they are consulted already.
    Consult {
        /// The work, which its owner has active or on hold.
        work: WorkId,
        /// The colleague.
        agent: AgentId,
    } -> ();

    /// The owner asks anybody of a queue to take part (Genesys Cloud: consult/queue).
    ///
    /// Answers with the id of a piece of work that stands for the work: it takes the same channel,
    /// size and pools, waits in the queue and is offered like any other work, but not to whoever
    /// has the work or a part of it. Whoever accepts it is a consultant who joined, in the same
    /// call, and it is closed as [`Joined`](crate::state::CloseCause::Joined). The owner keeps the
    /// work. It is closed before the owner's part ends, whether the work is parked, transferred,
    /// handed over or over. It counts among the 16 legs of the work. If it ends because nobody
    /// accepts, nothing happens to the work. [`Cancel`](crate::command::Cancel) takes it back.
    ConsultQueue {
        /// The work, which its owner has active or on hold.
        work: WorkId,
        /// The queue.
        queue: QueueId,
    } with {
        /// What is asked of the agent.
        #[serde(default)]
        need: Need => with_need,
        /// Agents it would rather have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preferred: Option<Preferred> => with_preferred(into),
        /// How urgent it is.
        #[serde(default)]
        priority: Priority => with_priority,
        /// The attributes of what stands for the work.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        attributes: Attributes => with_attributes(each (Key, Value)),
        /// The data that travel with it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        attached: Attached => with_attached(each (Key, Box<str>)),
        /// Whether it is accepted at once in the agent's name; `None`: what queue, channel and
        /// agent say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auto_accept: Option<bool> => with_auto_accept(into),
    } -> WorkId;

    /// An agent answers a consult and takes part.
    ///
    /// At the very instant the window of the consult ends it is too late.
    Answer {
        /// The work.
        work: WorkId,
        /// The agent who was asked.
        agent: AgentId,
    } -> ();

    /// An agent declines a consult; nothing else follows for them.
    Decline {
        /// The work.
        work: WorkId,
        /// The agent who was asked.
        agent: AgentId,
    } -> ();

    /// The owner lets a consultant talk with the customer too (conference); there is no way back.
    Confer {
        /// The work.
        work: WorkId,
        /// The consultant.
        agent: AgentId,
    } -> ();

    /// The owner hands the work over to a consultant or conferee who joined (warm transfer).
    ///
    /// The work is active with that agent, the old owner wraps up as after any transfer, and
    /// whoever else takes part still does.
    HandOver {
        /// The work.
        work: WorkId,
        /// The agent who has it next.
        agent: AgentId,
    } -> ();

    /// Ends a leg: an agent leaves or is let go, or a consult is taken back.
    EndLeg {
        /// The work.
        work: WorkId,
        /// The agent whose leg it is.
        agent: AgentId,
    } -> ();
}

pub(super) use agent_commands;
