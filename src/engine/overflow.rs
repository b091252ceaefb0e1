//! Overflow: what rules of a queue do for work that comes, or waits, when things are not as they
//! should be.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use crate::fact::event::{EndedBy, Event, QueuedWhy};
use crate::model::ids::{QueueId, WorkId};
use crate::model::overflow::{LastResort, OverflowAction, OverflowRule};
use crate::model::requeue::Requeue;
use crate::state::work::{CloseCause, Stage};
use crate::world::rows::{Inspecting, Places};

use crate::engine::conditions::{Judged, Stood, may_hold, rings_held, rings_now};
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{place, prefer, relax, waiting};

/// Why rules are evaluated for a piece of work.
#[derive(Clone, Copy)]
enum Occasion<'a> {
    /// It enters, and so many others wait. What came by overflow is not sent on at once.
    Entry { ahead: u32, by_overflow: bool },
    /// Its queue is inspected. There it stood as the inspection began, if a rule asks for that.
    Inspection(Option<Stood<'a>>),
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

/// Inspects a queue: which conditional rings help, and which rules hold for what waits. One call
/// looks at as many pieces of work as it may fire deadlines, and the next one goes on behind them.
pub(crate) fn inspect(turn: &mut Turn<'_>, queue: QueueId) -> Result<(), Halted> {
    let known = turn.must(turn.world.queue(queue))?.inspecting.clone();
    if known.is_none() {
        let (rings, holding) = rings_held(turn, queue)?;
        turn.emit(Event::QueueInspected { queue, rings, holding, up_to: None })?;
    }
    let rules = turn.queue_profile(queue)?.overflow.iter();
    let mut rules = rules.map(|rule| &rule.when).filter(|when| when.is_watched());
    let may_hold = rules.any(|when| may_hold(turn, queue, when));
    let (part, more) = next_part(turn, queue, known.as_deref(), may_hold);
    if more || known.is_some() {
        let (rings, holding) = rings_now(turn, queue)?;
        let up_to = part.last().copied().filter(|_| more);
        turn.emit(Event::QueueInspected { queue, rings, holding, up_to })?;
    }
    let places = places(turn, queue, known, may_hold)?;
    part.into_iter().try_for_each(|work| {
        let stood = stood(turn, work, &places)?;
        judge_all(turn, work, queue, Occasion::Inspection(stood))
    })
}

/// What an inspection looks at next, in the order of entry, and whether more is left: all that
/// waits, or if no rule may hold for any of it, that of which something is remembered of a rule.
fn next_part(
    turn: &mut Turn<'_>,
    queue: QueueId,
    known: Option<&Inspecting>,
    may_hold: bool,
) -> (Vec<WorkId>, bool) {
    let Some(line) = turn.world.index().line(queue) else {
        return (Vec::new(), false);
    };
    let stays = if may_hold { &line.stays } else { &line.watched };
    let stays = stays.after(known.map(|known| known.up_to));
    let mut left = stays.take_while(|stay| known.is_none_or(|known| **stay <= known.last));
    // The deadline itself was the first step.
    let mut part: Vec<WorkId> = left.next().map(|(_, work)| *work).into_iter().collect();
    while turn.pace.may_step() {
        let Some((_, work)) = left.next() else {
            return (part, false);
        };
        turn.pace.step();
        part.push(*work);
    }
    (part, left.next().is_some())
}

/// The places that rules ask for, as they were when an inspection began.
fn places(
    turn: &Turn<'_>,
    queue: QueueId,
    known: Option<Box<Inspecting>>,
    may_hold: bool,
) -> Result<Places, Halted> {
    let begun = &turn.must(turn.world.queue(queue))?.inspecting;
    if let Some(inspecting) = known.or_else(|| begun.clone()) {
        return Ok(inspecting.places);
    }
    let line = turn.world.index().line(queue).filter(|_| may_hold);
    let rules = &turn.queue_profile(queue)?.overflow;
    Ok(line.map(|line| line.places(rules, turn.now)).unwrap_or_default())
}

/// Where work stood as an inspection began, if a rule asks for that.
fn stood<'a>(
    turn: &Turn<'_>,
    work: WorkId,
    places: &'a Places,
) -> Result<Option<Stood<'a>>, Halted> {
    let Some(row) = turn.world.work(work).ok().filter(|_| places.are_asked()) else {
        return Ok(None);
    };
    let key = places.key(row.line_key(work, turn.queue_rules(row.queue)?));
    Ok(Some(Stood { places, key }))
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
    let mut judged = Judged { work, row, clock, ahead: known.ahead, stood: None };
    let mut holds = true;
    match occasion {
        Occasion::Entry { ahead, by_overflow } => {
            judged.ahead = ahead;
            holds = !by_overflow;
        }
        Occasion::Inspection(stood) => judged.stood = stood,
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
