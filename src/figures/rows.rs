//! The rows that are handed to the host: what queues and agents did in an interval.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::figures::measures::{Handling, InternalFlow, LineFlow, StatusTime};
use crate::figures::service_level::ServiceCounts;
use crate::model::ids::{AgentId, ChannelId, CodeId, PresenceId, QueueId};
use crate::state::routing_status::RoutingStatus;

/// How often something was wrapped up with a code, and how long it was handled.
///
/// ```
/// use strowger::figures::CodeCount;
/// use strowger::model::CodeId;
/// use strowger::prelude::*;
///
/// let handled_time = Span::from_mins(6);
/// let sold = CodeCount::new(CodeId::from_raw(0), 3, handled_time);
/// let average = sold.handled_time.as_millis() / u64::from(sold.count);
/// assert_eq!(average, 120_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CodeCount {
    /// The code.
    pub code: CodeId,
    /// How often.
    pub count: u32,
    /// Talk, hold and wrap-up of these, whole; by `count`: average handle time of the code.
    pub handled_time: Span,
}

impl CodeCount {
    /// This code, so often, with so much time.
    #[must_use]
    pub const fn new(code: CodeId, count: u32, handled_time: Span) -> Self {
        Self { code, count, handled_time }
    }
}

/// How long an agent had a presence.
///
/// ```
/// use strowger::figures::PresenceTime;
/// use strowger::prelude::*;
///
/// let meal = PresenceTime::new(SystemPresence::Meal.id(), Span::from_mins(30));
/// assert_eq!(meal.time.as_millis(), 1_800_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PresenceTime {
    /// The presence.
    pub presence: PresenceId,
    /// How long.
    pub time: Span,
}

impl PresenceTime {
    /// This presence, for so long.
    #[must_use]
    pub const fn new(presence: PresenceId, time: Span) -> Self {
        Self { presence, time }
    }
}

/// A queue by one channel in one interval. Where nothing happened, waited or was handled there is
/// no row.
///
/// ```
/// use strowger::figures::{Figures, FiguresConfig, QueueInterval, ServiceLevel};
///
/// fn report(row: &QueueInterval) -> Option<u16> {
///     row.service.service_level(ServiceLevel::ShortExcluded)
/// }
/// # let mut figures = Figures::new(FiguresConfig::default()).unwrap();
/// # let rows = figures.close_until(strowger::Timestamp::EPOCH);
/// # assert_eq!(rows.queues.first().map(report), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueInterval {
    /// The queue.
    pub queue: QueueId,
    /// The channel.
    pub channel: ChannelId,
    /// When the interval begins.
    pub from: Timestamp,
    /// When it ends; this instant belongs to the next.
    pub to: Timestamp,
    /// The counts that service levels are made of.
    pub service: ServiceCounts,
    /// The flow of work into the line and out of it.
    pub line: LineFlow,
    /// The same for work that is internal.
    #[serde(default)]
    pub internal: InternalFlow,
    /// The longest that anything in line had waited by the end of its wait or of the interval.
    pub longest_wait: Span,
    /// The handling of its work by agents.
    pub handling: Handling,
    /// The codes it was wrapped up with, by id.
    pub codes: Vec<CodeCount>,
}

impl QueueInterval {
    /// An interval in which nothing was counted.
    #[must_use]
    pub fn new(queue: QueueId, channel: ChannelId, from: Timestamp, to: Timestamp) -> Self {
        Self {
            queue,
            channel,
            from,
            to,
            service: ServiceCounts::default(),
            line: LineFlow::default(),
            internal: InternalFlow::default(),
            longest_wait: Span::ZERO,
            handling: Handling::default(),
            codes: Vec::new(),
        }
    }
}

/// An agent in one interval. If they were not signed in and did nothing, there is no row.
///
/// ```
/// use strowger::figures::AgentPerformance;
///
/// fn shrinkage(row: &AgentPerformance) -> u64 {
///     row.time.off_queue.as_millis()
/// }
/// # let _: fn(&AgentPerformance) -> u64 = shrinkage;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentPerformance {
    /// The agent.
    pub agent: AgentId,
    /// When the interval begins.
    pub from: Timestamp,
    /// When it ends; this instant belongs to the next.
    pub to: Timestamp,
    /// The agent's time by routing status.
    pub time: StatusTime,
    /// The agent's time by presence, by id; none of those that stand for offline.
    pub presences: Vec<PresenceTime>,
    /// The agent's handling of work of all queues and channels.
    pub handling: Handling,
    /// The codes the agent gave, by id.
    pub codes: Vec<CodeCount>,
}

impl AgentPerformance {
    /// An interval in which nothing was counted.
    #[must_use]
    pub fn new(agent: AgentId, from: Timestamp, to: Timestamp) -> Self {
        Self {
            agent,
            from,
            to,
            time: StatusTime::default(),
            presences: Vec::new(),
            handling: Handling::default(),
            codes: Vec::new(),
        }
    }
}

/// The handling of work of one queue and channel by one agent in one interval.
///
/// ```
/// use strowger::figures::AgentQueueInterval;
///
/// fn transfer_rate(row: &AgentQueueInterval) -> Option<u32> {
///     (row.handling.transferred * 100).checked_div(row.handling.handled)
/// }
/// # let _: fn(&AgentQueueInterval) -> Option<u32> = transfer_rate;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentQueueInterval {
    /// The agent.
    pub agent: AgentId,
    /// The queue the work was in when the agent got it, or was asked.
    pub queue: QueueId,
    /// The channel.
    pub channel: ChannelId,
    /// When the interval begins.
    pub from: Timestamp,
    /// When it ends; this instant belongs to the next.
    pub to: Timestamp,
    /// The agent's handling of the work.
    pub handling: Handling,
    /// The codes the agent gave, by id.
    pub codes: Vec<CodeCount>,
}

impl AgentQueueInterval {
    /// An interval in which nothing was counted.
    #[must_use]
    pub fn new(
        agent: AgentId,
        queue: QueueId,
        channel: ChannelId,
        from: Timestamp,
        to: Timestamp,
    ) -> Self {
        let (handling, codes) = (Handling::default(), Vec::new());
        Self { agent, queue, channel, from, to, handling, codes }
    }
}

/// A stretch of time in which an agent who was signed in was one thing: what a workforce system
/// compares with their schedule (adherence). It is not cut at the borders of intervals.
///
/// ```
/// use strowger::figures::AgentTimelinePiece;
/// use strowger::prelude::*;
///
/// let piece = AgentTimelinePiece::new(
///     AgentId::from_raw(0),
///     Timestamp::from_millis(0),
///     Timestamp::from_millis(90_000),
///     SystemPresence::Break.id(),
///     RoutingStatus::OffQueue,
/// );
/// assert_eq!(piece.to.since(piece.from), Span::from_secs(90));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentTimelinePiece {
    /// The agent.
    pub agent: AgentId,
    /// When it began.
    pub from: Timestamp,
    /// When something else began.
    pub to: Timestamp,
    /// The presence of the agent: what the agent said of themselves.
    pub presence: PresenceId,
    /// The routing status of the agent, as the engine knew it.
    pub status: RoutingStatus,
}

impl AgentTimelinePiece {
    /// From then to then an agent was this.
    #[must_use]
    pub const fn new(
        agent: AgentId,
        from: Timestamp,
        to: Timestamp,
        presence: PresenceId,
        status: RoutingStatus,
    ) -> Self {
        Self { agent, from, to, presence, status }
    }
}

/// The rows and pieces that are complete and handed to the host, who keeps them from now on. Rows
/// are in order of interval, then of id; pieces in the order in which they ended.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::figures::{Figures, FiguresConfig};
///
/// let mut figures = Figures::new(FiguresConfig::default()).unwrap();
/// assert!(figures.close_until(Timestamp::from_millis(7_200_000)).queues.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClosedFigures {
    /// Queues by channel and interval.
    pub queues: Vec<QueueInterval>,
    /// Agents by interval.
    pub agents: Vec<AgentPerformance>,
    /// Agents by queue, channel and interval.
    pub agent_queues: Vec<AgentQueueInterval>,
    /// The pieces of agents' timelines, with presence and routing status.
    pub timeline: Vec<AgentTimelinePiece>,
}
