//! Commands of supervisors: what they decide about agents and work.

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, CodeId, OfferId, WorkId};
use crate::model::requeue::Requeue;
use crate::model::work::WorkChange;

use crate::command::commands::Supervision;
use crate::command::commands::shape::commands;

commands! {
    $ supervisor_commands: Supervisor
    also {}

    /// Offers waiting or offered work to an agent by hand; answers with the offer.
    ///
    /// The agent must be available and have room; they need neither be a member nor fit. Open
    /// offers are withdrawn. In an [external](crate::model::QueueProfile::external) queue they
    /// stay open beside it, as many as the queue's [`Broadcast`](crate::model::Broadcast) allows;
    /// what would be one too many is withdrawn, the oldest first.
    Assign {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    } with {
        /// When it was offered, if another engine or a telephone did so and the host says it late:
        /// its window ends so much earlier. Not in the future, and not so long ago that the window
        /// is over. `None`: now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offered_at: Option<Timestamp> => with_offered_at(into),
    } -> OfferId;

    /// Gives work that nobody has to an agent, whatever the agent is doing.
    ///
    /// The work waits, is offered, is put off or parked. It may leave the agent in debt. An agent
    /// who is offline is refused: they would be counted as handling it until they come back.
    /// [`TransferToAgent::wait`](crate::command::TransferToAgent) and
    /// [`WorkChange::preferred`](crate::model::WorkChange) let it wait for them.
    Force {
        /// The work.
        work: WorkId,
        /// The agent.
        agent: AgentId,
    } -> ();

    /// Takes work from the agent who has or parked it.
    ///
    /// The agent does not wrap it up (Azure Job Router: unassign).
    Unassign {
        /// The work.
        work: WorkId,
    } with {
        /// True if the work is suspended; else it is back in line.
        #[serde(default)]
        suspend: bool => with_suspend,
        /// Where it goes in the line; `None`: where its queue says.
        #[serde(default)]
        placement: Option<Requeue> => with_placement(into),
    } -> ();

    /// Changes work that nobody has: waiting, offered or put off.
    ///
    /// Answered as done, without a fact, if it changes nothing.
    ChangeWork {
        /// The work.
        work: WorkId,
        /// The change to the work.
        change: WorkChange,
    } -> ();

    /// Closes work that somebody has, parked or wraps up, without further wrap-up.
    Close {
        /// The work.
        work: WorkId,
    } with {
        /// The wrap-up code.
        #[serde(default)]
        code: Option<CodeId> => with_code(into),
    } -> ();

    /// Sets when an agent's shift ends; what they have stays.
    SetShiftEnd {
        /// The agent.
        agent: AgentId,
    } with {
        /// When; `None`: it has no end.
        #[serde(default)]
        until: Option<Timestamp> => with_until(into),
    } -> ();

    /// A supervisor joins work at once, or takes part in another way.
    ///
    /// They need no presence, no membership and no capacity, and their routing status stays.
    Supervise {
        /// The work, which its owner has active or on hold.
        work: WorkId,
        /// The supervisor.
        agent: AgentId,
        /// How they take part.
        role: Supervision,
    } -> ();
}

pub(super) use supervisor_commands;
