//! Work that stands for other work in a line, while an agent consults a queue about that work.
//!
//! There is little of it, so a piece of work that neither stands for other work nor has any that
//! stands for it costs one look at an empty map.

use crate::fact::event::StandIn;
use crate::model::ids::{AgentId, WorkId};
use crate::world::rows::{Agent, Work};
use crate::world::state::World;
use crate::world::stores::{Missing, OrMissing};

impl World {
    /// For what work a piece of work stands, if it is open and stands for any.
    pub(crate) fn stand_in(&self, id: WorkId) -> Option<StandIn> {
        let stand_ins = &self.stores.stand_ins;
        if stand_ins.is_empty() { None } else { stand_ins.get(&id).copied() }
    }

    /// The open work that stands for a piece of work, oldest first.
    pub(crate) fn stand_ins_of(&self, work: WorkId) -> impl Iterator<Item = WorkId> + use<'_> {
        let index = Some(&self.index.stand_ins).filter(|index| !index.is_empty());
        let from = (work, WorkId::from_raw(0));
        let all = index.into_iter().flat_map(move |index| index.range(from..));
        all.take_while(move |(of, _)| *of == work).map(|(_, stand_in)| *stand_in)
    }

    /// True if anybody takes part in any work beside its owner, is asked to, or is looked for.
    pub(crate) fn has_parties(&self) -> bool {
        self.index.legs > 0 || !self.index.stand_ins.is_empty()
    }

    /// How many take part in work beside its owner, are asked to, or are looked for in a queue.
    pub(crate) fn parties(&self, id: WorkId, work: &Work) -> usize {
        work.legs.len() + self.stand_ins_of(id).count()
    }

    /// True if an agent has what a piece of work stands for, wraps it up, or takes part in it.
    pub(crate) fn has_its_origin(&self, agent: &Agent, id: WorkId) -> bool {
        self.stand_in(id).is_some_and(|stand_in| agent.has(stand_in.work))
    }

    /// The agent for whom work that nobody has stands in a line.
    pub(crate) fn stands_for_agent(&self, id: WorkId) -> Option<AgentId> {
        self.work(self.stand_in(id)?.work).ok()?.stage.owner()
    }

    /// A piece of work stands for another one from now on.
    pub(super) fn stand_for(&mut self, id: WorkId, stand_in: StandIn) -> Result<(), Missing> {
        self.stores.works.get(stand_in.work).or_missing(stand_in.work)?;
        self.stores.stand_ins.insert(id, stand_in);
        self.index.stand_ins.insert((stand_in.work, id));
        Ok(())
    }

    /// A piece of work is over and stands for nothing any more.
    pub(super) fn forget_stand_in(&mut self, id: WorkId) {
        if let Some(stand_in) = self.stand_in(id) {
            self.stores.stand_ins.remove(&id);
            self.index.stand_ins.remove(&(stand_in.work, id));
        }
    }
}
