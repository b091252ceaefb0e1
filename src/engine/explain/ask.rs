//! What a host asks an engine about its decisions.

use crate::model::ids::{AgentId, WorkId};

use crate::engine::core::Engine;
use crate::engine::decisions::Decision;
use crate::engine::explain::types::{AgentExplanation, PairExplanation, WorkExplanation};
use crate::engine::explain::{agent, pair, work};
use crate::engine::matching::case::Case;

impl Engine {
    /// Why a piece of work is not offered to an agent, or that it is. Nothing if the work is not
    /// open or there is no such agent.
    #[must_use]
    pub fn explain(&self, work: WorkId, agent: AgentId) -> Option<PairExplanation> {
        pair::explain(Case::new(self.matching(), work)?, agent)
    }

    /// Why a piece of work is where it is; nothing if it is not open. Several walks over the
    /// members of its queue.
    #[must_use]
    pub fn explain_work(&self, id: WorkId) -> Option<WorkExplanation> {
        Some(work::explain(Case::new(self.matching(), id)?))
    }

    /// Why an agent gets what they get; nothing if there is no such agent. A walk over what
    /// waits in their queues.
    #[must_use]
    pub fn explain_agent(&self, id: AgentId) -> Option<AgentExplanation> {
        agent::explain(self.matching(), id)
    }

    /// Keeps a record from now on of how the agent of each offer that routing makes was chosen, of
    /// the latest so many; 0, as at first, keeps none. All candidates are compared for a record,
    /// which routing does without. Records are not part of the state: neither a snapshot nor a
    /// digest holds them.
    pub fn record_decisions(&mut self, most: usize) {
        self.decisions.keep(most);
    }

    /// Hands out the records that are kept, the oldest first.
    pub fn decisions(&mut self) -> impl Iterator<Item = Decision> + '_ {
        self.decisions.drain()
    }
}
