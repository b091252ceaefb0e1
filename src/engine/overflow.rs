//! Overflow: what rules of a queue do for work that comes, or waits, when things are not as they
//! should be.

use alloc::format;
use alloc::vec::Vec;

use crate::fact::event::{EndedBy, Event, QueuedWhy};
use crate::model::ids::{QueueId, WorkId};
use crate::model::overflow::{LastResort, OverflowAction, Trigger};
use crate::model::requeue::Requeue;
use crate::state::work::{CloseCause, Stage};

use crate::engine::conditions::{holds, rings_joined};
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{place, prefer, relax, waiting};

/// Does what follows as work enters a line: rules of overflow that hold now, then empty steps. Work
/// that came by overflow is not sent on before the queue is inspected, so two queues do not
/// send it back and forth.
pub(crate) fn enter(
    turn: &mut Turn<'_>,
    work: WorkId,
    why: Option<QueuedWhy>,
) -> Result<(), Halted> {
    let queue = turn.work(work)?.queue;
    if why != Some(QueuedWhy::Overflow) {
        let line = turn.world.index().line(queue);
        let ahead = line.map_or(0, |line| line.waiting.saturating_sub(1));
        do_where(turn, work, queue, |turn, when| match when {
            Trigger::Ahead(least) => ahead >= least,
            Trigger::Waited(_) => false,
            watched => holds(turn, work, queue, watched),
        })?;
    }
    // A rule may have closed it; then neither finds it in a line.
    prefer::pass_refused_steps(turn, work)?;
    relax::pass_empty_steps(turn, work)
}

/// The time a piece of work has waited is that of a rule.
pub(crate) fn at_wait(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let row = turn.work(work)?;
    match row.next_overflow(turn.queue_rules(row.queue)?) {
        Some((_, rule)) => do_rule(turn, work, rule),
        None => Ok(()),
    }
}

/// Inspects a queue: which conditional rings help, and which rules hold for what waits.
pub(crate) fn inspect(turn: &mut Turn<'_>, queue: QueueId) -> Result<(), Halted> {
    let rings = rings_joined(turn, queue)?;
    turn.emit(Event::QueueInspected { queue, rings })?;
    if !turn.queue_profile(queue)?.overflow.iter().any(|rule| rule.when.is_watched()) {
        return Ok(());
    }
    let line = turn.world.index().line(queue);
    let waiting: Vec<_> = line.into_iter().flat_map(|line| line.stays.iter()).copied().collect();
    waiting.into_iter().try_for_each(|(_, work)| {
        do_where(turn, work, queue, |turn, when| {
            when.is_watched() && holds(turn, work, queue, when)
        })
    })
}

/// Does all rules of a queue that hold and were not done, as long as the work waits there.
fn do_where(
    turn: &mut Turn<'_>,
    work: WorkId,
    queue: QueueId,
    holds: impl Fn(&Turn<'_>, Trigger) -> bool,
) -> Result<(), Halted> {
    for number in 0..u8::MAX {
        let Some(when) = open_rule(turn, work, queue, number) else {
            break;
        };
        if when.is_some_and(|when| holds(turn, when)) {
            do_rule(turn, work, number)?;
        }
    }
    Ok(())
}

/// The trigger of a rule, if it was not done yet; nothing if there is no such rule, or the work
/// does not wait there any more.
fn open_rule(turn: &Turn<'_>, work: WorkId, queue: QueueId, number: u8) -> Option<Option<Trigger>> {
    let rule = turn.world.queue_profile(queue).ok()?.overflow.get(usize::from(number))?;
    let row = turn.world.work(work).ok()?;
    let waits = row.queue == queue && row.stage == Stage::Queued;
    waits.then(|| Some(rule.when).filter(|_| !row.has_fired(number)))
}

fn do_rule(turn: &mut Turn<'_>, work: WorkId, rule: u8) -> Result<(), Halted> {
    let queue = turn.work(work)?.queue;
    let found = turn.queue_profile(queue)?.overflow.get(usize::from(rule));
    let Some(then) = found.map(|rule| rule.then.clone()) else {
        return Err(turn.fault(format!("{queue} has no rule of overflow {rule}")));
    };
    turn.emit(Event::OverflowTriggered { work, rule, then: then.clone() })?;
    match then {
        OverflowAction::RaisePriority(_)
        | OverflowAction::AlsoOffer { .. }
        | OverflowAction::OfferCallback => Ok(()),
        OverflowAction::Move { queue, placement } => move_on(turn, work, queue, placement),
        OverflowAction::Relax => relax::now(turn, work),
        OverflowAction::Close { .. } => close(turn, work),
    }
}

/// Moves work to another queue, or to the last resort if that is full.
fn move_on(
    turn: &mut Turn<'_>,
    work: WorkId,
    queue: QueueId,
    placement: Requeue,
) -> Result<(), Halted> {
    let from = turn.work(work)?.queue;
    // It stays in its own queue, which may be full.
    if from == queue || waiting::check(turn, queue, Coming::Moved(work)).is_ok() {
        return move_to(turn, work, queue, placement);
    }
    match turn.queue_profile(from)?.last_resort {
        LastResort::Move { queue } => move_to(turn, work, queue, placement),
        LastResort::Close => close(turn, work),
        LastResort::Stay => Ok(()),
    }
}

fn move_to(
    turn: &mut Turn<'_>,
    work: WorkId,
    queue: QueueId,
    placement: Requeue,
) -> Result<(), Halted> {
    if turn.work(work)?.queue == queue {
        return Ok(());
    }
    let place = place::in_queue(turn, work, queue, placement)?;
    let (why, wrap_up, sticky, not_to) = (QueuedWhy::Overflow, None, None, None);
    turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
    enter(turn, work, Some(why))
}

fn close(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let (cause, by) = (CloseCause::Overflow, EndedBy::System);
    turn.emit(Event::closed(work, cause, by))
}
