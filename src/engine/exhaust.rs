//! Work for which nobody is left to ask, and what its queue says of it.

use crate::fact::event::{EndedBy, Event, QueuedWhy};
use crate::model::ids::{QueueId, WorkId};
use crate::model::queue::Exhausted;
use crate::model::requeue::Requeue;
use crate::state::work::CloseCause;

use crate::engine::turn::{Halted, Turn};
use crate::engine::{overflow, place};

/// Does what the queue says of work for which nobody is left to ask.
pub(crate) fn exhaust(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let policy = turn.queue_profile(turn.work(work)?.queue)?.exhausted;
    let retry = match policy {
        Exhausted::Retry { after } => Some(turn.now + after),
        Exhausted::Wait | Exhausted::Move { .. } | Exhausted::Close => None,
    };
    turn.emit(Event::WorkExhausted { work, retry })?;
    match policy {
        Exhausted::Wait | Exhausted::Retry { .. } => Ok(()),
        Exhausted::Move { queue } => move_on(turn, work, queue),
        Exhausted::Close => {
            let (cause, by) = (CloseCause::Exhausted, EndedBy::System);
            turn.emit(Event::closed(work, cause, by))
        }
    }
}

fn move_on(turn: &mut Turn<'_>, work: WorkId, queue: QueueId) -> Result<(), Halted> {
    if turn.work(work)?.queue == queue {
        return turn.emit(Event::DeclinesForgotten { work });
    }
    let place = place::in_queue(turn, work, queue, Requeue::KeepScore)?;
    let (why, wrap_up, sticky, not_to) = (QueuedWhy::Exhausted, None, None, None);
    turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
    overflow::enter(turn, work, Some(why))
}
