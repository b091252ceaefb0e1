//! What an explanation says.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::command::refusal::Unavailable;
use crate::model::ids::{AgentId, ChannelId, OfferId, PresenceId, QueueId, WorkId};
use crate::model::need::Requirement;
use crate::state::machine::Deadline;
use crate::state::routing_status::RoutingStatus;
use crate::state::work::Stage;

use crate::engine::matching::gate::{Gate, KeptBy};

/// Something that stands between a piece of work and an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Obstacle {
    /// The reason that keeps the work from the agent.
    pub kept_by: KeptBy,
    /// When time alone will have removed it; none if it takes more than time. A step of relaxation
    /// that is passed over, because nobody is there, comes sooner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How a piece of work and an agent stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Relation {
    /// The work is alerting the agent.
    Asked {
        /// The offer.
        offer: OfferId,
    },
    /// The agent has the work, wraps it up or takes part in it.
    Involved,
    /// Nothing stands between them: the agent gets the work when it is their turn.
    Candidate {
        /// The agent's place among all who could have it, from 1.
        place: u32,
        /// The agent right before them.
        behind: Option<AgentId>,
    },
    /// Something stands between them.
    Kept,
}

/// Why a piece of work is not offered to an agent, or that it is.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::command::Unavailable;
/// use strowger::explain::KeptBy;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let work = engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
/// let why = engine.explain(work, ana).unwrap();
/// let kept_by: Vec<_> = why.obstacles.into_iter().map(|obstacle| obstacle.kept_by).collect();
/// assert_eq!(kept_by, [KeptBy::NotMember, KeptBy::Unavailable(Unavailable::OffQueue)]);
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PairExplanation {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
    /// How they stand to each other.
    pub standing: Relation,
    /// All that stands between them, in the order of [`Gate`]. There is nothing only if the work
    /// could be offered to the agent at once. What the work itself takes of the agent's capacity,
    /// while it alerts them or they have it, is not held against them.
    pub obstacles: Vec<Obstacle>,
}

/// How many agents pass a gate, of those who passed all gates before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Passed {
    /// The gate.
    pub gate: Gate,
    /// How many agents passed it.
    pub agents: u32,
}

/// One condition that every agent must meet, and what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// Where it stands in the tree of what the work asks for now: the number of the part at each
    /// branch, from 0.
    pub path: Vec<u16>,
    /// The condition.
    pub requirement: Requirement,
    /// How many agents do not meet it.
    pub fail: u32,
    /// How many agents would meet the need if only this condition were dropped.
    pub fit_without: u32,
}

/// The outlook of a piece of work: how far the agents it asks for can take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outlook {
    /// The work does not wait.
    NotWaiting,
    /// The queue has no members, and the work asks for nobody by name.
    NoMembers,
    /// Nobody meets the need.
    NobodyFits {
        /// When the work asks for so little that somebody does.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Somebody meets the need, but none of those is there: their presence opens the channel, they
    /// respond and do not drain.
    NobodyOnQueue,
    /// Somebody who meets the need is there, free or busy.
    Staffed,
    /// The queue is external: the work waits for the decision of another engine.
    External,
}

/// Why a piece of work is where it is.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::explain::Outlook;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let work = engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
/// assert_eq!(engine.explain_work(work).unwrap().outlook, Outlook::NoMembers);
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkExplanation {
    /// The work.
    pub work: WorkId,
    /// The queue the work is in, or was in last.
    pub queue: QueueId,
    /// The work for which it stands in a line, while an agent consults the queue: whoever has that
    /// work, or takes part in it, is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<WorkId>,
    /// The stage the work is in.
    pub stage: Stage,
    /// The work's place in the line of its queue, from 1, if it waits.
    pub position: Option<u32>,
    /// The outlook of the work: how far the agents it asks for can take it.
    pub outlook: Outlook,
    /// How many members are *staffed* for the work: they meet its need, their presence opens its
    /// channel, they respond and do not drain, and their ring sees it. What they have does not
    /// count. `nobody_eligible` and `skip_empty` go by this.
    pub staffed: u32,
    /// How many of those are *free*: they have room for it now.
    pub free: u32,
    /// How many agents pass each gate: from the members of the queue, or the agents whom the work
    /// waits for by name at present, to those whom it can be offered to now. After a call the last
    /// number of waiting work is 0.
    pub funnel: Vec<Passed>,
    /// The need that the work asks of every one of them, condition by condition.
    pub need: Vec<Condition>,
    /// When something will change by itself, and what.
    pub next: Option<Deadline>,
}

/// How many pieces of work a gate keeps from an agent, of those that passed all gates before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stopped {
    /// The gate.
    pub gate: Gate,
    /// How many pieces of work it keeps from the agent.
    pub works: u32,
}

/// The prospect of an agent in a queue: the work that waits there, and how much of it they can
/// have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Prospect {
    /// The queue.
    pub queue: QueueId,
    /// How many pieces of work wait in it.
    pub waiting: u32,
    /// How many of those the agent sees: past their delay, in their ring, and not waiting for
    /// others by name.
    pub visible: u32,
    /// How many of the visible ones ask for nothing that the agent lacks.
    pub fitting: u32,
    /// How many can be offered to the agent now: 0 after a call.
    pub offerable: u32,
    /// The gates that keep work from the agent, each piece counted at the first gate that does.
    pub stopped: Vec<Stopped>,
}

/// The capacity an agent has left on a channel, and all that keeps them from its work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opening {
    /// The channel.
    pub channel: ChannelId,
    /// All that keeps the agent from work of the channel, whatever work it is; a lack of room is
    /// that for an item of the channel's own size.
    pub kept_by: Vec<Unavailable>,
    /// Items the agent can have on the channel beside those they have, in hundredths; none if it
    /// has no bound of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items_free: Option<u32>,
}

/// Why an agent gets what they get.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::command::Unavailable;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
/// let why = engine.explain_agent(ana).unwrap();
/// assert_eq!(why.channels[0].kept_by, [Unavailable::OffQueue]);
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentExplanation {
    /// The agent.
    pub agent: AgentId,
    /// The presence of the agent.
    pub presence: PresenceId,
    /// The routing status of the agent.
    pub status: RoutingStatus,
    /// True if the agent finishes the work they have and gets nothing new.
    pub draining: bool,
    /// True if the agent has more than they may have.
    pub in_debt: bool,
    /// True if the agent may have one more assignment.
    pub may_have_more: bool,
    /// Units the agent can have beside those they have, in hundredths; none if there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_free: Option<u64>,
    /// Items the agent can have beside those they have, in hundredths; none if there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items_free: Option<u32>,
    /// The channels, in order of definition.
    pub channels: Vec<Opening>,
    /// How many pieces of work wait for the agent by name.
    pub by_name: u32,
    /// The agent's queues, by rank.
    pub queues: Vec<Prospect>,
}
