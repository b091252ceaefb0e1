//! What can happen in this layer: every change there is, complete enough to make it again.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::fact::log::{Fact, Log, Seq};
use crate::fact::shape::events;
use crate::interaction::InteractionId;
use crate::model::ids::{AgentId, PresenceId, QueueId, WorkId};
use crate::model::presence::PresenceProfile;

use crate::knowledge::config::KnowledgeConfig;
use crate::knowledge::ends::{EscalationEnd, How, SessionEnd, Unanswered};
use crate::knowledge::point::{RoutingPoint, UserData};
use crate::knowledge::rows::{Escalation, Session};
use crate::knowledge::unified::AgentState;

/// A fact of this layer: what happened, and how far the layers below were followed then.
///
/// ```
/// use strowger::knowledge::KnowledgeFact;
///
/// let json = r#"{"seq": 2, "at": 1000, "cause": "command", "event":
///     {"engine": 12, "records": 3, "event": {"seat_set": {"agent": 4, "dn": "5117"}}}}"#;
/// let fact: KnowledgeFact = serde_json::from_str(json).unwrap();
/// assert_eq!(fact.event.event.name(), "seat_set");
/// ```
pub type KnowledgeFact = Fact<KnowledgeEntry>;

/// The host's own buffer of facts of this layer.
pub type KnowledgeLog = Log<KnowledgeFact>;

/// What happened, and how far the layers below were followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KnowledgeEntry {
    /// The number of the last fact of the engine that was followed.
    pub engine: Seq,
    /// The number of the last fact of records that was followed.
    pub records: Seq,
    /// What happened.
    pub event: KnowledgeEvent,
}

events! {
    /// A change of this layer. Variants are only ever added, at the end.
    ///
    /// In JSON an object with one field: `{"seat_set": {"agent": 4, "dn": "5117"}}`.
    pub enum KnowledgeEvent {
        /// An agent is a knowledge worker from now on, or is reached by another address.
        WorkerSet = worker_set {
            /// The agent.
            agent: AgentId,
            /// The worker's address in the messenger.
            im: Option<Key>,
            /// Their presence in the engine.
            presence: PresenceId,
            /// The state of a new worker, as that presence says.
            state: AgentState,
        }
        /// An agent is no knowledge worker any more.
        WorkerRemoved = worker_removed {
            /// The agent.
            agent: AgentId,
        }
        /// A worker sits somewhere from now on, or nowhere.
        SeatSet = seat_set {
            /// The worker.
            agent: AgentId,
            /// The number of the telephone at the seat.
            dn: Option<Key>,
        }
        /// A worker is in another state.
        StateChanged = state_changed {
            /// The worker.
            agent: AgentId,
            /// The presence that says so: a word of the messenger, or the key of a presence here.
            presence: Key,
            /// The state.
            state: AgentState,
            /// The revision of the messenger's report; `None`: it changed here.
            revision: Option<u64>,
        }
        /// The messenger reported a presence that is no other state.
        PresenceHeard = presence_heard {
            /// The worker.
            agent: AgentId,
            /// The presence.
            presence: Key,
            /// Its revision.
            revision: u64,
        }
        /// A presence of the host's own was defined or changed.
        PresenceKnown = presence_known {
            /// The presence.
            presence: PresenceId,
            /// Its key.
            key: Key,
            /// What it stands for, and what it opens.
            profile: Box<PresenceProfile>,
        }
        /// A routing point was set.
        PointSet = point_set {
            /// Its number.
            dn: Key,
            /// What stands behind it.
            point: Box<RoutingPoint>,
        }
        /// There is no such routing point any more.
        PointRemoved = point_removed {
            /// Its number.
            dn: Key,
        }
        /// An agent asked at a routing point.
        Asked = asked {
            /// The interaction of the session.
            interaction: InteractionId,
            /// The request.
            session: Box<Session>,
        }
        /// Somebody accepted: the two write to each other from now on.
        SessionBegan = session_began {
            /// The interaction.
            interaction: InteractionId,
            /// The agent who accepted.
            agent: AgentId,
        }
        /// Another agent has the session, or it waits for one.
        SessionMoved = session_moved {
            /// The interaction.
            interaction: InteractionId,
            /// The agent; `None`: it waits.
            to: Option<AgentId>,
        }
        /// A session is over, or a request was taken back.
        SessionEnded = session_ended {
            /// The interaction.
            interaction: InteractionId,
            /// Who ended it.
            why: SessionEnd,
        }
        /// Nobody took a request.
        Unanswered = unanswered {
            /// The interaction.
            interaction: InteractionId,
            /// Why.
            why: Unanswered,
        }
        /// Pairs of user data were attached to a session or a call.
        DataAttached = data_attached {
            /// The interaction.
            interaction: InteractionId,
            /// The pairs. A later value takes the place of an earlier one.
            data: UserData,
        }
        /// The worker who was named cannot be asked, or did not want to: others are asked.
        PassedOn = passed_on {
            /// The interaction of the session or the call.
            interaction: InteractionId,
            /// The work that stands in line.
            work: WorkId,
            /// The queue that is asked; `None`: the members of the one it is in. If it takes
            /// nothing more, the work is closed next.
            queue: Option<QueueId>,
        }
        /// A call is to be brought to a worker.
        EscalationBegan = escalation_began {
            /// The interaction of the call.
            interaction: InteractionId,
            /// The escalation.
            escalation: Box<Escalation>,
        }
        /// An escalation ended.
        EscalationEnded = escalation_ended {
            /// The interaction of the call.
            interaction: InteractionId,
            /// The work of the call.
            work: WorkId,
            /// The work that stood for the call in a line, if any did.
            stand_in: Option<WorkId>,
            /// The worker who was asked by name, if one was.
            asked: Option<AgentId>,
            /// How the call was to be brought.
            how: How,
            /// How it ended.
            why: EscalationEnd,
        }
        /// The record of a session or of a call with user data was archived: both are forgotten.
        Forgotten = forgotten {
            /// The interaction.
            interaction: InteractionId,
        }
    }
    also {
        /// The configuration was set. Always the first fact.
        Configured = configured(Box<KnowledgeConfig>),
    }
    named {
        interaction: InteractionId => named_interaction,
        agent: AgentId => named_agent,
    }
}

impl KnowledgeEvent {
    /// The interaction it is about, if it is about one.
    #[must_use]
    pub fn interaction(&self) -> Option<InteractionId> {
        self.named_interaction()
    }

    /// The worker it names: whose seat, state or address it is, or who accepted.
    #[must_use]
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::SessionMoved { to, .. } => *to,
            _ => self.named_agent(),
        }
    }
}
