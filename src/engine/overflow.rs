//! Overflow: what rules of a queue do for work that comes, or waits, when things are not as they
//! should be.

use alloc::format;
use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::fact::event::{EndedBy, Event, QueuedWhy};
use crate::model::ids::{QueueId, WorkId};
use crate::model::overflow::{LastResort, OverflowAction, OverflowRule, Trigger};
use crate::model::requeue::Requeue;
use crate::state::work::{CloseCause, Stage};

use crate::engine::conditions::{Judged, Places, may_hold, places, rings_held};
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{place, prefer, relax, waiting};

/// Why rules are evaluated for a piece of work.
#[derive(Clone, Copy)]
enum Occasion<'a> {
    /// It enters, and so many others wait. What came by overflow is not sent on at once.
    Entry { ahead: u32, by_overflow: bool },
    /// Its queue is inspected. These are the places of what waits, if a rule asks for them.
    Inspection(&'a Places),
    /// A time that the rule asks for is over.
    Time,
}

impl Occasion<'_> {
    /// True if something is done about a rule.
    fn concerns(self, rule: &OverflowRule) -> bool {
        match self {
            Self::Entry { by_overflow, .. } => !by_overflow || self.notes_ahead(rule),
            Self::Inspection(_) => rule.when.is_watched(),
            Self::Time => true,
        }
    }

    /// True if it must be noted for a rule how many others wait: enough for a part of it.
    fn notes_ahead(self, rule: &OverflowRule) -> bool {
        let reached = |ahead| !rule.is_plain() && rule.when.is_reached(ahead);
        matches!(self, Self::Entry { ahead, .. } if reached(ahead))
    }
}

/// Does what follows as work enters a line: rules of overflow that hold now, then empty steps. Work
/// that came by overflow is not sent on before the queue is inspected, so two queues do not
/// send it back and forth.
pub(crate) fn enter(
    turn: &mut Turn<'_>,
    work: WorkId,
    why: Option<QueuedWhy>,
) -> Result<(), Halted> {
    let row = turn.work(work)?;
    let (queue, profile) = (row.queue, turn.queue_profile(row.queue)?);
    // Mostly there are neither rules nor steps, and this is on the way of all that comes in.
    if profile.overflow.is_empty() && row.step.is_none() && row.relaxation(profile).is_none() {
        return Ok(());
    }
    let by_overflow = why == Some(QueuedWhy::Overflow);
    let line = turn.world.index().line(queue);
    let ahead = line.map_or(0, |line| line.waiting.saturating_sub(1));
    judge_all(turn, work, queue, Occasion::Entry { ahead, by_overflow })?;
    // A rule may have closed it; then neither finds it in a line.
    prefer::pass_refused_steps(turn, work)?;
    relax::pass_empty_steps(turn, work)
}

/// The time a piece of work has waited, or a rule has held, is that of a rule.
pub(crate) fn at_wait(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let row = turn.work(work)?;
    let watch = |rule| turn.world.stores().watches.of(work, rule);
    match row.next_overflow(turn.queue_rules(row.queue)?, watch) {
        Some((_, number)) => judge(turn, work, number, Occasion::Time),
        None => Ok(()),
    }
}

/// Inspects a queue: which conditional rings help, and which rules hold for what waits.
pub(crate) fn inspect(turn: &mut Turn<'_>, queue: QueueId) -> Result<(), Halted> {
    let (rings, holding) = rings_held(turn, queue)?;
    turn.emit(Event::QueueInspected { queue, rings, holding })?;
    let rules = &turn.queue_profile(queue)?.overflow;
    let mut rules = rules.iter().map(|rule| &rule.when).filter(|when| when.is_watched());
    let asked = rules.clone().any(Trigger::asks_position);
    let may_hold = rules.any(|when| may_hold(turn, queue, when));
    let places = if may_hold && asked { places(turn, queue) } else { Places::default() };
    let concerned = if may_hold { all_in_line(turn, queue) } else { watched(turn, queue) };
    let mut concerned = concerned.into_iter();
    concerned.try_for_each(|(_, work)| judge_all(turn, work, queue, Occasion::Inspection(&places)))
}

/// What waits in a queue, in the order in which it entered.
fn all_in_line(turn: &Turn<'_>, queue: QueueId) -> Vec<(Timestamp, WorkId)> {
    let line = turn.world.index().line(queue);
    line.into_iter().flat_map(|line| line.stays.iter()).copied().collect()
}

/// The same, but only of what something is remembered of a rule.
fn watched(turn: &Turn<'_>, queue: QueueId) -> Vec<(Timestamp, WorkId)> {
    let row = |id: WorkId| turn.world.work(id).ok().filter(|row| row.queue == queue);
    let watched = turn.world.stores().watches.iter().map(|(id, _)| id);
    let mut watched: Vec<_> = watched.filter_map(|id| Some((row(id)?.entered, id))).collect();
    watched.sort_unstable();
    watched
}

/// Evaluates all rules of a queue that were not done, as long as the work waits there.
fn judge_all(
    turn: &mut Turn<'_>,
    work: WorkId,
    queue: QueueId,
    occasion: Occasion<'_>,
) -> Result<(), Halted> {
    for number in 0..u8::MAX {
        match concerned_rule(turn, work, queue, number, occasion) {
            Some(true) => judge(turn, work, number, occasion)?,
            Some(false) => {}
            None => break,
        }
    }
    Ok(())
}

/// Whether a rule was not done yet, and concerns the occasion; nothing if there is no such rule, or
/// the work does not wait there any more.
fn concerned_rule(
    turn: &Turn<'_>,
    work: WorkId,
    queue: QueueId,
    number: u8,
    occasion: Occasion<'_>,
) -> Option<bool> {
    let rule = turn.world.queue_profile(queue).ok()?.overflow.get(usize::from(number))?;
    let row = turn.world.work(work).ok()?;
    let waits = row.queue == queue && row.stage == Stage::Queued;
    waits.then(|| !row.has_fired(number) && occasion.concerns(rule))
}

/// Evaluates a rule for waiting work: it is done if it holds, and has held for so long as it must.
/// What must be remembered of it else is a fact.
fn judge(
    turn: &mut Turn<'_>,
    work: WorkId,
    number: u8,
    occasion: Occasion<'_>,
) -> Result<(), Halted> {
    let row = turn.work(work)?;
    let rules = turn.queue_rules(row.queue)?;
    let Some(rule) = rules.profile.overflow.get(usize::from(number)) else {
        return Err(no_rule(turn, row.queue, number));
    };
    let clock = rules.clock_or(rule.counts);
    let known = turn.world.stores().watches.of(work, number);
    let mut judged = Judged { work, row, clock, ahead: known.ahead, place: None };
    let mut holds = true;
    match occasion {
        Occasion::Entry { ahead, by_overflow } => {
            judged.ahead = ahead;
            holds = !by_overflow;
        }
        Occasion::Inspection(places) => judged.place = places.get(&work).copied(),
        Occasion::Time => {}
    }
    holds = holds && judged.holds(turn, &rule.when);
    let held = known.since.and_then(|since| clock.after(since, rule.holds_for));
    let long_enough = rule.holds_for.is_zero() || held.is_some_and(|at| at <= turn.effective());
    if holds && long_enough {
        return do_rule(turn, work, number);
    }
    let notes = occasion.notes_ahead(rule);
    let is_time = matches!(occasion, Occasion::Time);
    if !notes && !is_time && holds == known.since.is_some() {
        return Ok(());
    }
    let ahead = Some(judged.ahead).filter(|_| notes);
    turn.emit(Event::OverflowWatched { work, rule: number, holds, ahead })
}

#[cold]
fn no_rule(turn: &Turn<'_>, queue: QueueId, rule: u8) -> Halted {
    turn.fault(format!("{queue} has no rule of overflow {rule}"))
}

fn do_rule(turn: &mut Turn<'_>, work: WorkId, rule: u8) -> Result<(), Halted> {
    let queue = turn.work(work)?.queue;
    let found = turn.queue_profile(queue)?.overflow.get(usize::from(rule));
    let Some(then) = found.map(|rule| rule.then.clone()) else {
        return Err(no_rule(turn, queue, rule));
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
