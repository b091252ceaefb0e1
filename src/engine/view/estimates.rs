//! How long something will wait in a queue, by every formula there is.

use crate::base::time::Timestamp;
use crate::model::ids::QueueId;
use crate::policy::estimate::{Estimate, Situation};
use crate::policy::tally::Tally;
use crate::world::state::World;

/// How long something waits from `now` behind so much in a queue with this experience.
pub(super) fn estimates(
    world: &World,
    now: Timestamp,
    (queue, tally): (QueueId, &Tally),
    ahead: u32,
) -> [Estimate; 4] {
    Situation { tally, now, staffed: world.count_staffed(queue, None), ahead }.estimates()
}
