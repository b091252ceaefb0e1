//! Work that an agent had goes back to the line of its queue.

use crate::fact::event::{Event, QueuedWhy, Sticky};
use crate::model::agent::AgentProfile;
use crate::model::ids::WorkId;
use crate::model::requeue::Requeue;

use crate::engine::matching::item::may_ask_again;
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
    turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up: None, sticky })?;
    overflow::enter(turn, work, Some(why))
}

/// The wait for the agent who had the work last, where its queue wants it and they may be asked.
pub(crate) fn sticky(turn: &Turn<'_>, work: WorkId) -> Result<Option<Sticky>, Halted> {
    let row = turn.work(work)?;
    let wait = turn.queue_profile(row.queue)?.sticky;
    let both = wait.zip(row.last_agent).filter(|(_, agent)| {
        turn.live::<AgentProfile>(*agent).is_ok() && may_ask_again(turn.matching(), row, *agent)
    });
    Ok(both.map(|(wait, agent)| Sticky { agent, until: turn.now + wait }))
}

/// The same for work whose customer is called again, because they did not answer: it goes to
/// whoever tried it before.
pub(crate) fn sticky_after_attempt(
    turn: &Turn<'_>,
    work: WorkId,
) -> Result<Option<Sticky>, Halted> {
    if turn.work(work)?.unreached > 0 { sticky(turn, work) } else { Ok(None) }
}
