//! Commands of the host: work that comes and goes, and the passing of time.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::model::requeue::Requeue;
use crate::model::work::WorkRequest;

use crate::command::commands::shape::{AnswersWith, commands};

/// Hands in work; answers with its id.
///
/// The same request under the same key again answers with the same id and changes nothing, as long
/// as the work is open. The key of closed work is free.
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

impl AnswersWith for Submit {
    type Output = WorkId;
}

/// Nothing but the passing of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Advance {}

impl AnswersWith for Advance {
    type Output = ();
}

commands! {
    $ host_commands: Host
    also {
        /// Hands in work; answers with its id.
        Submit(Submit),
        /// Nothing but the passing of time.
        Advance(Advance),
    }

    /// Hands in work for one agent, in whatever queue it is; answers with its id.
    ///
    /// Nobody else sees it on the way to them. They need neither be a member nor fit: whoever
    /// names them answers for it. As it waits for nobody, the queue's classification, its rules of
    /// overflow for what comes in and the bound of what may wait in it are not asked. Its stay in
    /// the queue begins, and is counted, as with [`Submit`]; what the agent does not take waits
    /// there (Genesys Cloud: direct routing).
    ///
    /// Repeated it is answered as [`Submit`] is.
    ///
    /// ```
    /// use strowger::command::SubmitToAgent;
    /// use strowger::model::{AgentId, ChannelId, QueueId};
    /// use strowger::prelude::*;
    ///
    /// let extension = WorkRequest::new(QueueId::from_raw(1), ChannelId::from_raw(1));
    /// let call = SubmitToAgent::new(extension, AgentId::from_raw(7));
    /// assert!(!call.with_wait(Span::from_secs(20)).force);
    /// ```
    SubmitToAgent {
        /// The work. It cannot be put off.
        request: Arc<WorkRequest> as into,
        /// The agent.
        agent: AgentId,
    } with {
        /// True: they have it at once, whatever they are doing, as with [`Force`]. False: it is
        /// offered to them, as with [`Assign`].
        ///
        /// [`Assign`]: crate::command::Assign
        /// [`Force`]: crate::command::Force
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        force: bool => with_force,
        /// For how long it waits for them by name, if it cannot be offered to them now; then
        /// anybody may take it. It comes in as any work does, and prefers them over whom its
        /// request prefers. `None`: then it is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<Span> => with_wait(into),
    } -> WorkId;

    /// Takes back work that nobody has: waiting, offered, put off or parked.
    Cancel {
        /// The work.
        work: WorkId,
    } -> ();

    /// Lets scheduled or suspended work enter its line now.
    Activate {
        /// The work.
        work: WorkId,
    } with {
        /// Where it goes in the line if it was in it before; `None`: its old place. Otherwise it
        /// enters anew, and its wait counts from now.
        #[serde(default)]
        placement: Option<Requeue> => with_placement(into),
    } -> ();

    /// Takes work that nobody has out of its line until it is activated.
    ///
    /// Open offers are withdrawn.
    Suspend {
        /// The work.
        work: WorkId,
    } -> ();

    /// Puts off work that nobody has.
    ///
    /// Open offers are withdrawn.
    Postpone {
        /// The work.
        work: WorkId,
        /// When it enters its line.
        at: Timestamp,
    } with {
        /// True if the work is suspended at that time, until it is activated.
        #[serde(default)]
        activation: bool => with_activation,
    } -> ();

    /// Ends work at an instant, whatever it then waits for: an agent, its time, or to be activated.
    ///
    /// It is closed as by its lifetime, in place of which the instant counts. Nothing recalls what
    /// is offered or what an agent has, parked work included: there the instant counts when the
    /// work waits again, and at once if it is past by then.
    CloseAt {
        /// The work, as long as its contact goes on.
        work: WorkId,
    } with {
        /// When: in the future. `None`: as its lifetime says, as if it had never been named.
        #[serde(default)]
        at: Option<Timestamp> => with_at(into),
    } -> ();

    /// Says that the customer did not answer the call back that an agent made.
    ///
    /// It is tried again as often as was asked, then closed. The agent is released without a
    /// wrap-up. A voice box is an answer: then the contact is finished.
    ReportUnreached {
        /// The work.
        work: WorkId,
    } -> ();

    /// Says that an alert ended without an answer: the telephone rang in vain, or rang at nobody.
    ///
    /// For whoever alerts agents and knows before the window of the offer ends, above all another
    /// engine (Asterisk: ring no answer). Told again it is answered as done.
    ReportUnanswered {
        /// The offer.
        offer: OfferId,
    } with {
        /// False: the offer was missed, as if its window had ended. In an external queue nothing
        /// becomes of the agent: who alerts them says so.
        ///
        /// True: the agent could not be reached. The offer is withdrawn: it is no miss and no
        /// decline, and the agent stays on queue. Routing does not ask them again for this work
        /// before they have been off queue; in an external queue nothing keeps anybody from
        /// assigning it to them again.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        unreachable: bool => with_unreachable,
    } -> ();

    /// Asks the rules of the queue it came to once more about work that nobody has.
    ///
    /// The work keeps its place.
    Reclassify {
        /// The work.
        work: WorkId,
    } -> ();
}

pub(super) use host_commands;
