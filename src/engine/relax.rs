//! Relaxation: waiting work asks for less, and more agents see it.

use crate::fact::event::Event;
use crate::model::ids::WorkId;

use crate::engine::matching::hope;
use crate::engine::turn::{Halted, Turn};

/// The next point on the clock of a piece of work has come.
pub(crate) fn at_point(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let row = turn.work(work)?;
    let skipped = row.skipped;
    if let Some(past) = row.next_point(turn.queue_profile(row.queue)?) {
        turn.emit(Event::WorkRelaxed { work, past, skipped })?;
    }
    pass_empty_steps(turn, work)
}

/// Goes on to the next point at once, if there is one.
pub(crate) fn now(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    if let Some(event) = next_step(turn, work)? {
        turn.emit(event)?;
    }
    pass_empty_steps(turn, work)
}

/// Goes on as long as nobody on queue could take the work in its present step, where its queue
/// wants that.
pub(crate) fn pass_empty_steps(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    while hope::is_step_empty(turn.matching(), work) {
        let Some(event) = next_step(turn, work)? else {
            break;
        };
        turn.emit(event)?;
    }
    Ok(())
}

/// The fact by which a step is passed over; none if it was the last. The later ones come sooner by
/// as much.
fn next_step(turn: &Turn<'_>, work: WorkId) -> Result<Option<Event>, Halted> {
    let row = turn.work(work)?;
    let rules = turn.queue_rules(row.queue)?;
    Ok(row.next_point(rules.profile).map(|past| {
        let skipped = row.skipped.plus(row.left_before(rules, past, turn.now));
        Event::WorkRelaxed { work, past, skipped }
    }))
}
