//! Applying what happens to the tallies of queues.

use crate::base::time::Timestamp;
use crate::lifecycle::assignment::AssignmentState;
use crate::lifecycle::work::{CloseCause, Stage};
use crate::model::ids::{AgentId, WorkId};
use crate::world::apply::Misfit;
use crate::world::state::{OrMissing, World};

impl World {
    /// Work in the line of a queue is an arrival, once until it goes elsewhere or to an agent.
    pub(super) fn tally_arrival(&mut self, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
        let row = self.stores.works.get_mut(id).or_missing(id)?;
        if row.stage == Stage::Queued && !row.counted {
            row.counted = true;
            let queue = row.queue;
            self.queue_mut(queue)?.tally.arrive(at);
        }
        Ok(())
    }

    /// Work goes to an agent; it counts if it came from the line.
    pub(super) fn tally_answer(&mut self, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
        let row = self.work(id)?;
        let (queue, wait) = (row.queue, at.since(row.entered));
        if matches!(row.stage, Stage::Queued | Stage::Offered { .. }) {
            let target = self.queue_profile(queue)?.service_target;
            self.queue_mut(queue)?.tally.answer(at, wait, target);
        }
        Ok(())
    }

    /// Work is closed; it counts if the customer left it in line.
    pub(super) fn tally_abandonment(
        &mut self,
        id: WorkId,
        cause: CloseCause,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let row = self.work(id)?;
        let queue = row.queue;
        if row.stage == Stage::Queued && cause == CloseCause::Abandoned {
            self.queue_mut(queue)?.tally.abandon(at);
        }
        Ok(())
    }

    /// An agent is released from an assignment; one whose wrap-up did not count was so before.
    pub(super) fn tally_handling(
        &mut self,
        id: WorkId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let leg = *self.assignment_mut(id, agent)?;
        if !matches!(leg.state, AssignmentState::WrapUp { counts: false, .. }) {
            self.queue_mut(leg.queue)?.tally.handle(leg.handled.read(at));
        }
        Ok(())
    }
}
