//! Saying why: what keeps work and agents apart, counted and one by one.
//!
//! It asks the predicates that routing asks (`engine/matching.rs`) and has none of its own.

mod agent;
mod case;
mod pair;
mod work;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::command::refusal::{StageName, Unavailable};
use crate::model::ids::{AgentId, ChannelId, OfferId, PresenceId, QueueId, WorkId};
use crate::model::need::Requirement;
use crate::policy::offering::Bar;
use crate::policy::room::Full;
use crate::policy::shortfall::Shortfall;
use crate::state::assignment::AssignmentState;
use crate::state::leg::LegRole;
use crate::state::machine::Deadline;
use crate::state::routing_status::RoutingStatus;
use crate::state::work::Stage;

pub(crate) use agent::explain as agent;
pub(crate) use case::Case;

/// One thing that must hold before work is offered to an agent. Explanations list obstacles in this
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Gate {
    /// He is a member of its queue, or the work asks for him by name.
    Member,
    /// It is in line.
    InLine,
    /// It does not wait for others by name.
    Preferred,
    /// His presence opens its channel.
    OnQueue,
    /// He responds, does not drain and is on no call of his own.
    Responding,
    /// His ring sees it.
    Ring,
    /// It has waited past his delay.
    Delay,
    /// He meets its need.
    Need,
    /// He has room for it.
    Room,
    /// Enough of his shift is left.
    Shift,
    /// He did not decline it, or may be asked again.
    NotDeclined,
    /// He does not have it, wrap it up or take part in it.
    NotHis,
    /// It does not ring at him.
    NotRinging,
    /// He may have one more assignment.
    Assignments,
    /// As many can be asked at once as its queue wants.
    Enough,
    /// Its queue may offer: it has not offered too much at once.
    Ramp,
    /// Its queue is not external.
    External,
}

impl Gate {
    /// All of them, in order.
    pub const ALL: [Self; 17] = [
        Self::Member,
        Self::InLine,
        Self::Preferred,
        Self::OnQueue,
        Self::Responding,
        Self::Ring,
        Self::Delay,
        Self::Need,
        Self::Room,
        Self::Shift,
        Self::NotDeclined,
        Self::NotHis,
        Self::NotRinging,
        Self::Assignments,
        Self::Enough,
        Self::Ramp,
        Self::External,
    ];

    /// How it is spelled in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::InLine => "in_line",
            Self::Preferred => "preferred",
            Self::OnQueue => "on_queue",
            Self::Responding => "responding",
            Self::Ring => "ring",
            Self::Delay => "delay",
            Self::Need => "need",
            Self::Room => "room",
            Self::Shift => "shift",
            Self::NotDeclined => "not_declined",
            Self::NotHis => "not_his",
            Self::NotRinging => "not_ringing",
            Self::Assignments => "assignments",
            Self::Enough => "enough",
            Self::Ramp => "ramp",
            Self::External => "external",
        }
    }
}

/// What keeps work from an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptBy {
    /// He is not a member of its queue, and it does not ask for him by name.
    NotMember,
    /// It is not waiting: it is in this stage. Ringing work rings at as many as it may.
    Stage(StageName),
    /// It pauses before everybody is asked again.
    Pause,
    /// It waits for others by name.
    #[non_exhaustive]
    PreferredFirst {
        /// The step of that wait, from 0.
        step: u8,
    },
    /// He is not offered work of its channel, whatever it is.
    Unavailable(Unavailable),
    /// His ring does not see it.
    #[non_exhaustive]
    Ring {
        /// The ring he stands in.
        his: u8,
        /// The widest that sees it.
        widest: u8,
    },
    /// It has not waited long enough for him to see it.
    #[non_exhaustive]
    Delay {
        /// How long it must.
        delay: Span,
    },
    /// He does not meet its need.
    Need(Vec<Shortfall>),
    /// He has no room: the first pool in which there is none.
    NoRoom(Full),
    /// His shift ends too soon.
    #[non_exhaustive]
    Shift {
        /// When it ends.
        end: Timestamp,
        /// How much must be left of it.
        least: Span,
    },
    /// He rejected or missed it.
    #[non_exhaustive]
    Declined {
        /// When he may be asked again.
        bar: Bar,
        /// How often he did.
        times: u8,
    },
    /// He has it or wraps it up.
    #[non_exhaustive]
    Has {
        /// Where it is with him.
        state: AssignmentState,
    },
    /// He takes part in it.
    #[non_exhaustive]
    TakesPart {
        /// As what.
        role: LegRole,
    },
    /// It rings at him already.
    #[non_exhaustive]
    Rings {
        /// The offer.
        offer: OfferId,
    },
    /// He has as many assignments as there may be.
    #[non_exhaustive]
    Assignments {
        /// How many that is.
        most: u32,
    },
    /// Fewer agents can be asked than its queue wants to ask at once.
    #[non_exhaustive]
    TooFew {
        /// How many can.
        able: u8,
        /// How many it wants.
        least: u8,
    },
    /// Its queue has offered as much at once as it may.
    #[non_exhaustive]
    Ramp {
        /// So many offers.
        offers: u16,
    },
    /// Another engine decides who gets the work of its queue.
    External,
}

impl KeptBy {
    /// The gate it shuts.
    #[must_use]
    pub const fn gate(&self) -> Gate {
        match self {
            Self::NotMember => Gate::Member,
            Self::Stage(_) | Self::Pause => Gate::InLine,
            Self::PreferredFirst { .. } => Gate::Preferred,
            Self::Unavailable(Unavailable::OffQueue) => Gate::OnQueue,
            Self::Unavailable(_) => Gate::Responding,
            Self::Ring { .. } => Gate::Ring,
            Self::Delay { .. } => Gate::Delay,
            Self::Need(_) => Gate::Need,
            Self::NoRoom(_) => Gate::Room,
            Self::Shift { .. } => Gate::Shift,
            Self::Declined { .. } => Gate::NotDeclined,
            Self::Has { .. } | Self::TakesPart { .. } => Gate::NotHis,
            Self::Rings { .. } => Gate::NotRinging,
            Self::Assignments { .. } => Gate::Assignments,
            Self::TooFew { .. } => Gate::Enough,
            Self::Ramp { .. } => Gate::Ramp,
            Self::External => Gate::External,
        }
    }
}

/// Something that stands between a piece of work and an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Obstacle {
    /// What.
    pub kept_by: KeptBy,
    /// When time alone will have removed it; none if it takes more than time. A step of relaxation
    /// that is passed over because nobody is there comes sooner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How a piece of work and an agent stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// It rings at him.
    Asked {
        /// The offer.
        offer: OfferId,
    },
    /// He has it, wraps it up or takes part in it.
    His,
    /// Nothing stands between them: it goes to him in his turn.
    Candidate {
        /// His place among all who could have it, from 1.
        place: u32,
        /// Who comes right before him.
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
#[non_exhaustive]
pub struct PairExplanation {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
    /// How they stand to each other.
    pub standing: Standing,
    /// All that stands between them, in the order of [`Gate`]. None only if it could be offered to
    /// him at once. What it takes of his capacity itself, ringing or his, is not held against him.
    pub obstacles: Vec<Obstacle>,
}

/// How many agents are left behind a gate, of those who passed all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Passed {
    /// The gate.
    pub gate: Gate,
    /// How many passed it.
    pub agents: u32,
}

/// One condition that every agent must meet, and what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Condition {
    /// Where it stands in the tree of what the work asks for now: the number of the part at each
    /// branch, from 0.
    pub path: Vec<u16>,
    /// The condition.
    pub requirement: Requirement,
    /// How many do not meet it.
    pub fail: u32,
    /// How many would meet the need if only this condition were dropped.
    pub fit_without: u32,
}

/// Whether there is anybody to hope for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outlook {
    /// It does not wait.
    NotWaiting,
    /// Its queue has no members, and it asks for nobody by name.
    NoMembers,
    /// Nobody meets its need.
    NobodyFits {
        /// When it asks for so little that somebody does.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Somebody meets its need, but none of those is on queue for its channel.
    NobodyOnQueue,
    /// Somebody who meets its need is on queue for its channel.
    Staffed,
    /// Its queue is external: it waits for the decision of another engine.
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
#[non_exhaustive]
pub struct WorkExplanation {
    /// The work.
    pub work: WorkId,
    /// The queue it is in, or was in last.
    pub queue: QueueId,
    /// Where it is.
    pub stage: Stage,
    /// Its place in the line of its queue, from 1, if it waits.
    pub position: Option<u32>,
    /// Whether there is anybody to hope for.
    pub outlook: Outlook,
    /// From the members of its queue, or the agents it waits for by name at present, to those whom
    /// it can be offered to now: how many pass each gate. After a call the last number of waiting
    /// work is 0.
    pub funnel: Vec<Passed>,
    /// What it asks of every one of them, condition by condition.
    pub need: Vec<Condition>,
    /// When something will change by itself, and what.
    pub next: Option<Deadline>,
}

/// How many pieces of work a gate keeps from an agent, of those that passed all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stopped {
    /// The gate.
    pub gate: Gate,
    /// How many it keeps from him.
    pub works: u32,
}

/// What a queue holds for an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Prospect {
    /// The queue.
    pub queue: QueueId,
    /// How much work waits in it.
    pub waiting: u32,
    /// How much of that he sees: past his delay, in his ring, and not waiting for others by name.
    pub sees: u32,
    /// How much of what he sees asks for nothing that he lacks.
    pub fits: u32,
    /// How much he can be offered now: 0 after a call.
    pub takes: u32,
    /// What keeps the work from him, each piece counted at the first gate that does.
    pub stopped: Vec<Stopped>,
}

/// What an agent has left on a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Opening {
    /// The channel.
    pub channel: ChannelId,
    /// All that keeps him from work of it, whatever work it is; a lack of room is that for an item
    /// of the channel's own size.
    pub kept_by: Vec<Unavailable>,
    /// Items he can have on it beside those he has, in hundredths; none if it has no bound of its
    /// own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items_free: Option<u32>,
}

/// Why an agent gets what he gets.
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
#[non_exhaustive]
pub struct AgentExplanation {
    /// The agent.
    pub agent: AgentId,
    /// What he says of himself.
    pub presence: PresenceId,
    /// What the engine knows of him.
    pub status: RoutingStatus,
    /// Whether he finishes what he has and gets nothing new.
    pub draining: bool,
    /// Whether he has more than he may have.
    pub in_debt: bool,
    /// Whether he may have one more assignment.
    pub may_have_more: bool,
    /// Units he can have beside those he has, in hundredths; none if there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_free: Option<u64>,
    /// Items he can have beside those he has, in hundredths; none if there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items_free: Option<u32>,
    /// The channels, in order of definition.
    pub channels: Vec<Opening>,
    /// How much work waits for him by name.
    pub by_name: u32,
    /// His queues, by rank.
    pub queues: Vec<Prospect>,
}
