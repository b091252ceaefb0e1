//! Applying what happens to the tallies of queues.

use crate::base::time::Timestamp;
use crate::model::ids::{QueueId, WorkId};
use crate::state::assignment::AssignmentState;
use crate::state::work::Stage;
use crate::world::apply::Misfit;
use crate::world::rows::Assignment;
use crate::world::state::{OrMissing, World};

impl World {
    /// Work in the line of a queue is an arrival, once until it goes elsewhere or to an agent.
    pub(super) fn tally_arrival(&mut self, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
        let row = self.stores.works.get_mut(id).or_missing(id)?;
        let (arrives, queue) = (row.arrives(), row.queue);
        if arrives {
            self.queue_mut(queue)?.tally.arrive(at);
        }
        Ok(())
    }

    /// Work goes to an agent; it counts if it came from the line, where it was in this stage since
    /// it entered.
    pub(super) fn tally_answer(
        &mut self,
        queue: QueueId,
        (stage, entered): (Stage, Timestamp),
        at: Timestamp,
    ) -> Result<(), Misfit> {
        if matches!(stage, Stage::Queued | Stage::Offered { .. }) {
            let target = self.queue_profile(queue)?.service_target;
            self.queue_mut(queue)?.tally.answer(at, at.since(entered), target);
        }
        Ok(())
    }

    /// An agent is released from an assignment; one whose wrap-up did not count was so before.
    pub(super) fn tally_handling(&mut self, leg: &Assignment, at: Timestamp) -> Result<(), Misfit> {
        if !matches!(leg.state, AssignmentState::WrapUp { counts: false, .. }) {
            self.queue_mut(leg.queue)?.tally.handle(leg.handled.read(at));
        }
        Ok(())
    }
}
