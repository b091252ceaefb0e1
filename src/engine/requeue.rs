//! Work that an agent had goes back to the line of its queue.

use crate::fact::event::{Event, QueuedWhy, Sticky};
use crate::model::ids::WorkId;
use crate::model::requeue::Requeue;

use crate::engine::turn::{Halted, Turn};
use crate::engine::{overflow, place};

/// Work goes back to the line of its queue; whoever had it does not wrap up.
pub(crate) fn requeue(
    turn: &mut Turn<'_>,
    work: WorkId,
    placement: Requeue,
    why: QueuedWhy,
    sticky: Option<Sticky>,
) -> Result<(), Halted> {
    let queue = turn.work(work)?.queue;
    let place = place::after(turn, work, placement)?;
    let (wrap_up, not_to) = (None, None);
    turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
    overflow::enter(turn, work, Some(why))
}
