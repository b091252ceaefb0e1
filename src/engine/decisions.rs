//! Records of how agents were chosen, where a host wants them.
//!
//! They are not part of the state: a record is made right before its offer, kept for a while, and
//! handed out once.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::fact::log::Seq;
use crate::model::ids::{AgentId, OfferId, QueueId, WorkId};
use crate::model::queue::{AgentChoice, Order, QueueProfile};
use crate::policy::choice::{AgentKey, KeyPart, KeyParts};

use crate::engine::matching::candidates::candidates;
use crate::engine::matching::given::Matching;

/// An agent who could have had the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateRecord {
    /// The agent.
    pub agent: AgentId,
    /// By what they were compared.
    pub key: KeyParts,
}

/// How the agent of an offer was chosen.
///
/// ```
/// use strowger::explain::KeyPart;
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// engine.record_decisions(1_000);
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// for (key, rank) in [("ana", 2), ("bo", 1)] {
///     let agent = engine.execute(now, Define::new(key, AgentProfile::default()), &mut log)?;
///     let membership = Membership::default().with_rank(rank);
///     engine.execute(
///         now,
///         SetMembership::new(agent, queue).with_membership(membership),
///         &mut log,
///     )?;
///     let presence = SystemPresence::OnQueue.id();
///     engine.execute(now, SetPresence::new(agent, presence), &mut log)?;
/// }
/// engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
/// let decision = engine.decisions().next().unwrap();
/// assert_eq!((decision.candidate_count, decision.decided_by), (2, Some(KeyPart::Rank)));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decision {
    /// The offer.
    pub offer: OfferId,
    /// The number of the fact that made it.
    pub seq: Seq,
    /// When it was made.
    pub at: Timestamp,
    /// The work.
    pub work: WorkId,
    /// The agent it was offered to.
    pub agent: AgentId,
    /// The queue of the work.
    pub queue: QueueId,
    /// The revision of the queue's definition that was in force.
    pub queue_revision: u32,
    /// The order in which the queue's work waits.
    pub order: Order,
    /// The queue's rule for choosing agents, which gives the part [`KeyPart::Method`] of a key.
    pub choice: AgentChoice,
    /// The agents who could have had the work, the best first: at most
    /// [`Decision::CANDIDATES_MAX`].
    pub candidates: Vec<CandidateRecord>,
    /// How many agents could have had the work.
    pub candidate_count: u32,
    /// The part of the key that put the agent before the next; none for the only candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<KeyPart>,
}

impl Decision {
    /// The most candidates that are recorded.
    pub const CANDIDATES_MAX: usize = 100;
}

/// The latest decisions, as many as the host wants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions {
    most: usize,
    kept: VecDeque<Decision>,
}

impl Decisions {
    /// Keeps so many from now on; the oldest go first.
    pub(crate) fn keep(&mut self, most: usize) {
        self.most = most;
        let over = self.kept.len().saturating_sub(most);
        self.kept.drain(..over);
    }

    /// True if the host wants any decisions to be kept.
    pub(crate) const fn wanted(&self) -> bool {
        self.most > 0
    }

    /// Hands out all that are kept, the oldest first.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Decision> + '_ {
        self.kept.drain(..)
    }

    /// Forgets the records of offers that were not made after all, behind a fact.
    pub(crate) fn forget_after(&mut self, seq: Seq) {
        self.kept.retain(|decision| decision.seq <= seq);
    }

    /// Keeps a record, in place of the oldest if there are as many as are wanted.
    pub(crate) fn push(&mut self, decision: Decision) {
        if self.kept.len() >= self.most {
            self.kept.pop_front();
        }
        self.kept.push_back(decision);
    }
}

/// How an agent is chosen for an offer that is about to be made.
pub(crate) fn decide(
    matching: Matching<'_>,
    offer: OfferId,
    work: WorkId,
    agent: AgentId,
) -> Option<Decision> {
    let row = matching.world.work(work).ok()?;
    let entry = matching.world.entry::<QueueProfile>(row.queue).ok()?;
    let mut keys: Vec<AgentKey> = candidates(matching, work, row).collect();
    keys.sort_unstable();
    if entry.profile.members_alike {
        // Before the agent come those for whom other work comes first.
        let first = keys.iter().position(|key| key.agent == agent);
        keys.drain(..first.unwrap_or(0));
    }
    debug_assert!(
        keys.first().is_some_and(|first| first.agent == agent),
        "{work} goes to {agent}, who is not the first of {keys:?}"
    );
    let decided_by = match keys.as_slice() {
        [first, second, ..] => Some(first.differs_in(second)),
        [_] | [] => None,
    };
    let best = keys.iter().take(Decision::CANDIDATES_MAX);
    let record = |key: &AgentKey| CandidateRecord { agent: key.agent, key: key.parts() };
    Some(Decision {
        offer,
        seq: matching.world.seq().saturating_add(1),
        at: matching.now,
        work,
        agent,
        queue: row.queue,
        queue_revision: entry.revision,
        order: entry.profile.order,
        choice: entry.profile.choice,
        candidates: best.map(record).collect(),
        candidate_count: u32::try_from(keys.len()).unwrap_or(u32::MAX),
        decided_by,
    })
}
