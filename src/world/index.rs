//! The index: everything derived from the rows, so that nothing has to be searched for. It is never
//! in a snapshot: it is built anew from the rows, and compared with them in tests.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use crate::base::bits::{Bits, IdSet};
use crate::base::deadlines::Deadlines;
use crate::base::names::Names;
use crate::base::packed::PackedBits;
use crate::model::ids::{AgentId, OfferId, PoolId, QueueId, WorkId, every_kind};
use crate::world::bench::{Bench, BenchKey};
use crate::world::direct::DirectLines;
use crate::world::fits::Fit;
use crate::world::holders::Holders;
use crate::world::lane_set::Seen;
use crate::world::lanes::LaneKey;
use crate::world::line::Line;
use crate::world::need_index::NeedIndex;
use crate::world::needs::NeedId;
use crate::world::pool_sets::PoolSetIndex;

macro_rules! key_index {
    ({} $(
        $kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,
    )*) => {
        /// From keys to ids, for every kind of definition and for work.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct KeyIndex {
            $(pub $table: Names<crate::model::ids::$id>,)*
            /// Work, open or still remembered.
            pub works: Names<WorkId>,
        }
    };
}

every_kind! { [key_index] {} }

/// The owner of a deadline. Equal instants come in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimerKey {
    /// The window of an offer.
    Offer(OfferId),
    /// The window of a consult.
    Leg(AgentId, WorkId),
    /// The wrap-up of an assignment.
    WrapUp(AgentId, WorkId),
    /// Whatever is next for a piece of work.
    Work(WorkId),
    /// The lease of an agent.
    Lease(AgentId),
    /// Whatever is next for a queue.
    Queue(QueueId),
    /// The reset of a pool.
    Pool(PoolId),
    /// What is hidden in a queue by delays of its members. It comes last, so that whatever else
    /// is due bounds how much of it is told at once.
    Reveal(QueueId),
}

impl Hash for TimerKey {
    /// Hashes one word, for deadlines are set and met with every piece of work: the number is low,
    /// the agent in the middle, the kind in the highest three bits.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (kind, number, agent) = match self {
            Self::Offer(id) => (0, id.raw(), 0),
            Self::Leg(agent, id) => (1, id.raw(), agent.raw()),
            Self::WrapUp(agent, id) => (2, id.raw(), agent.raw()),
            Self::Work(id) => (3, id.raw(), 0),
            Self::Lease(id) => (4, 0, id.raw()),
            Self::Queue(id) => (5, id.raw().into(), 0),
            Self::Pool(id) => (6, id.raw().into(), 0),
            Self::Reveal(id) => (7, id.raw().into(), 0),
        };
        state.write_u64(number ^ u64::from(agent) << 32 ^ kind << 61);
    }
}

/// The agents whose load, presence or bounds one fact changed. There are two at most: the agent
/// whom a piece of work leaves, and the agent it goes to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Concerned([Option<AgentId>; 2]);

impl Concerned {
    /// The fact changed those of an agent.
    pub(crate) fn note(&mut self, agent: AgentId) {
        let [first, second] = &mut self.0;
        let place = if first.is_none_or(|known| known == agent) { first } else { second };
        debug_assert!(place.is_none_or(|known| known == agent), "{agent} is one too many");
        *place = Some(agent);
    }

    /// The agents, in the order in which the fact changed them.
    pub(crate) fn agents(self) -> impl Iterator<Item = AgentId> {
        self.0.into_iter().flatten()
    }
}

/// Everything derived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// From keys to ids.
    pub keys: KeyIndex,
    /// Needs by content, and their places.
    pub needs: NeedIndex,
    /// The agents who fit, by need.
    pub fits: Vec<Fit>,
    /// The lanes that each agent sees of their queues, by membership.
    pub seen: Vec<Vec<Seen>>,
    /// The agents who have a skill, at whatever level, by skill.
    pub skilled: Vec<PackedBits>,
    /// The agents by the attributes they have.
    pub holders: Holders,
    /// The lines, by queue.
    pub lines: Vec<Line>,
    /// The lanes that agents may remember, with their queues, by the need of their work. There are
    /// no more than [`PLACES`](crate::world::lane_set::PLACES) in each queue.
    pub lanes: BTreeSet<(LaneKey, QueueId)>,
    /// Work that waits for agents by name.
    pub direct: DirectLines,
    /// The agents who are offered work, by channel: on queue, responding, with some room.
    pub open: Vec<Bits>,
    /// The open agents, in every order in which some queue takes them.
    pub benches: Vec<Bench>,
    /// The deadlines, by instant.
    pub clock: Deadlines<TimerKey>,
    /// The agents whom the last fact concerns.
    pub concerned: Concerned,
    /// Agents who may take something they could not take before.
    pub touched_agents: Vec<AgentId>,
    /// Queues that ask several agents at once, or nobody.
    pub together: BTreeSet<QueueId>,
    /// The queues whose members are those who meet an expression.
    pub by_expression: BTreeSet<QueueId>,
    /// Queues whose lines changed in the fact that is applied, where something depends on it.
    pub unwatched: Vec<QueueId>,
    /// Work that an agent may take who could not take it before.
    pub touched_works: Vec<WorkId>,
    /// The agents who are there: their presence opens a channel, they respond and do not drain.
    pub there: Bits,
    /// Sets of pools by content.
    pub pool_sets: PoolSetIndex,
    /// The agents for whom something is spent of a pool.
    pub spenders: BTreeSet<(PoolId, AgentId)>,
    /// How many legs there are.
    pub legs: usize,
    /// How many bytes the attributes and attached data of open work have.
    pub data_bytes: u64,
    /// Work with what stands for it.
    pub stand_ins: BTreeSet<(WorkId, WorkId)>,
    /// Pools of which more or less was spent in the fact that is applied.
    pub unclocked: Vec<PoolId>,
}

impl Index {
    /// The fit of a need.
    pub(crate) fn fit(&self, need: NeedId) -> Option<&Fit> {
        self.fits.get(need.raw() as usize)
    }

    /// Gate `Need`: whether an agent fits a need.
    pub(crate) fn fits_need(&self, need: NeedId, agent: AgentId) -> bool {
        self.fit(need).is_some_and(|fit| fit.agents.has(agent))
    }

    /// True if an agent is open on any channel.
    pub(crate) fn is_open(&self, agent: AgentId) -> bool {
        self.open.iter().any(|agents| agents.has(agent))
    }

    /// The open agents in this order.
    pub(crate) fn bench(&self, key: BenchKey) -> Option<&Bench> {
        self.benches.iter().find(|bench| bench.key() == key)
    }

    /// The line of a queue.
    pub(crate) fn line(&self, queue: QueueId) -> Option<&Line> {
        self.lines.get(queue.raw() as usize)
    }

    /// The line of a queue, to change.
    pub(crate) fn line_mut(&mut self, queue: QueueId) -> Option<&mut Line> {
        self.lines.get_mut(queue.raw() as usize)
    }
}
