//! Derived: work that waits for agents by name.

use alloc::collections::BTreeSet;

use crate::model::ids::{AgentId, WorkId};
use crate::policy::order::LineKey;

/// Work that waits for an agent by name, in order, for all agents. Few agents are asked for by name
/// at a time, so one ordered set does for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DirectLines {
    keys: BTreeSet<(AgentId, LineKey)>,
}

impl DirectLines {
    /// Work waits for an agent, or no longer does.
    pub(crate) fn set(&mut self, agent: AgentId, key: LineKey, waits: bool) {
        if waits {
            self.keys.insert((agent, key));
        } else {
            self.keys.remove(&(agent, key));
        }
    }

    /// Everything that waits for anybody by name; what waits for several agents comes several
    /// times.
    pub(crate) fn works(&self) -> impl Iterator<Item = WorkId> + '_ {
        self.keys.iter().map(|(_, key)| key.work)
    }

    /// The work that waits for an agent by name, in order.
    pub(crate) fn of(&self, agent: AgentId) -> impl Iterator<Item = LineKey> + '_ {
        let next = AgentId::from_raw(agent.raw().saturating_add(1));
        let low = (agent, LineKey::FIRST);
        let high = (next, LineKey::FIRST);
        self.keys.range(low..high).map(|(_, key)| *key)
    }
}
