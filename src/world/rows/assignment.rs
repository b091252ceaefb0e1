//! Assignments: the work that an agent has.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::{CodeId, PoolId, QueueId, WorkId};
use crate::model::pool::POOLS_MAX;
use crate::policy::room::{Claim, Usage};
use crate::policy::tally::Stopwatch;
use crate::state::assignment::AssignmentState;
use crate::world::pool_sets::{Peaks, PoolSetId, is_flat};

/// One piece of work that an agent has, parked, or wraps up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assignment {
    /// The work.
    pub work: WorkId,
    /// The queue the work was in.
    pub queue: QueueId,
    /// Where the assignment is.
    pub state: AssignmentState,
    /// The claim of the assignment on the agent's capacity.
    pub claim: Claim,
    /// When it began.
    pub since: Timestamp,
    /// The code the agent gave.
    pub code: Option<CodeId>,
    /// True if the agent asked for time to wrap up.
    pub wrap_up_requested: bool,
    /// When the wrap-up was to end before any extension.
    pub wrap_up_until: Timestamp,
    /// How long it has occupied the agent.
    pub handled: Stopwatch,
    /// The pools it draws on.
    #[serde(default, skip_serializing_if = "PoolSetId::is_empty")]
    pub(crate) pool_set: PoolSetId,
    /// The most of it that counted since each of these pools was reset.
    #[serde(default, skip_serializing_if = "is_flat")]
    pub(crate) peaks: Peaks,
}

impl Assignment {
    /// An assignment that begins, active.
    pub(crate) const fn new(
        work: WorkId,
        queue: QueueId,
        claim: Claim,
        pool_set: PoolSetId,
        since: Timestamp,
    ) -> Self {
        Self {
            work,
            queue,
            state: AssignmentState::Active,
            claim,
            since,
            code: None,
            wrap_up_requested: false,
            wrap_up_until: Timestamp::MAX,
            handled: Stopwatch::from(since),
            pool_set,
            peaks: [0; POOLS_MAX as usize],
        }
    }

    /// The share of the assignment that is spent, in percent, of the pool with this place in its
    /// set.
    pub(crate) fn spent_at(&self, place: usize) -> u32 {
        let peak = self.peaks.get(place).copied().unwrap_or(0);
        peak.saturating_sub(self.claim.weight).into()
    }

    /// Takes all that it holds, and all that is spent of it, away from what its agent has in use.
    /// `pools` is its set of pools.
    pub(crate) fn release_from(&self, usage: &mut Usage, pools: &[PoolId]) {
        usage.release(self.claim, pools);
        for (place, pool) in pools.iter().enumerate() {
            usage.give_back(*pool, self.spent_at(place));
        }
    }
}
