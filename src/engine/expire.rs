//! What each deadline leads to.

use alloc::format;

use crate::base::time::Timestamp;
use crate::fact::event::{EndedBy, Event, QueuedWhy, ResumedBy};
use crate::fact::log::Cause;
use crate::model::ids::{QueueId, WorkId};
use crate::model::queue::MaxWaitAction;
use crate::model::requeue::Requeue;
use crate::policy::offering::Bar;
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::offer::Withdrawal;
use crate::state::work::CloseCause;
use crate::world::index::TimerKey;

use crate::engine::turn::{Halted, Turn};
use crate::engine::{
    agents, alerting, aside, legs, offering, overflow, place, prefer, relax, works, wrap_up,
};

/// Fires what is due at or before now, the earliest first, as much as one call may. Says whether
/// nothing is due any more: mostly nothing is, and every call asks twice.
#[inline]
pub(crate) fn fire_due(turn: &mut Turn<'_>) -> Result<bool, Halted> {
    if is_due(turn) { fire_all_due(turn) } else { Ok(true) }
}

fn fire_all_due(turn: &mut Turn<'_>) -> Result<bool, Halted> {
    while is_due(turn) {
        if !turn.pace.step() {
            return Ok(false);
        }
        fire_first(turn, None)?;
        offering::judge_declined(turn)?;
    }
    Ok(true)
}

#[inline]
fn is_due(turn: &Turn<'_>) -> bool {
    turn.world.index().clock.next_at().is_some_and(|due| due <= turn.now)
}

/// Fires what is due first, if it is due at or before now. What fires makes a fact, and a fact
/// moves or removes the deadline; one that made none would stay due for ever. `above` is when a
/// layer above has something due.
pub(crate) fn fire_first(turn: &mut Turn<'_>, above: Option<Timestamp>) -> Result<(), Halted> {
    let first = turn.world.index().clock.first();
    let Some((due, key)) = first.filter(|(due, _)| *due <= turn.now) else {
        return Ok(());
    };
    let before = turn.facts();
    fire(turn, due, key, above)?;
    if turn.facts() == before { Err(nothing_came(turn, due, key)) } else { Ok(()) }
}

#[cold]
fn nothing_came(turn: &Turn<'_>, due: Timestamp, key: TimerKey) -> Halted {
    turn.fault(format!("{key:?} was due at {due}, and nothing came of it"))
}

fn fire(
    turn: &mut Turn<'_>,
    due: Timestamp,
    key: TimerKey,
    above: Option<Timestamp>,
) -> Result<(), Halted> {
    let cause = |kind| Cause::Deadline { kind, due };
    match key {
        TimerKey::Offer(offer) => {
            turn.cause = cause(DeadlineKind::OfferWindow);
            offering::miss(turn, offer)
        }
        TimerKey::Leg(agent, work) => {
            turn.cause = cause(DeadlineKind::ConsultWindow);
            legs::miss(turn, work, agent)
        }
        TimerKey::WrapUp(agent, work) => {
            turn.cause = cause(DeadlineKind::WrapUp);
            wrap_up::time_out(turn, work, agent)
        }
        TimerKey::Lease(agent) => {
            turn.cause = cause(DeadlineKind::Lease);
            agents::lapse(turn, agent)
        }
        TimerKey::Pool(pool) => {
            turn.cause = cause(DeadlineKind::PoolReset);
            turn.emit(Event::PoolReset { pool })
        }
        TimerKey::Reveal(queue) => {
            turn.cause = cause(DeadlineKind::Reveal);
            reveal(turn, queue, above)
        }
        TimerKey::Queue(queue) => match turn.world.queue_deadline(queue) {
            Some(deadline) => {
                let Deadline { at: due, kind } = deadline;
                turn.cause = Cause::Deadline { kind, due };
                fire_queue(turn, queue, deadline.kind)
            }
            None => Ok(()),
        },
        TimerKey::Work(work) => match turn.world.work_deadline(work) {
            Some(deadline) => {
                turn.cause = cause(deadline.kind);
                fire_work(turn, work, deadline.kind, due)
            }
            None => Ok(()),
        },
    }
}

fn fire_queue(turn: &mut Turn<'_>, queue: QueueId, kind: DeadlineKind) -> Result<(), Halted> {
    match kind {
        DeadlineKind::Ramp => turn.emit(Event::RampReleased { queue }),
        _ => overflow::inspect(turn, queue),
    }
}

fn fire_work(
    turn: &mut Turn<'_>,
    work: WorkId,
    kind: DeadlineKind,
    due: Timestamp,
) -> Result<(), Halted> {
    match kind {
        DeadlineKind::Lifetime => close(turn, work, CloseCause::Lifetime),
        DeadlineKind::MaxWait => end_wait(turn, work),
        DeadlineKind::ParkOver => works::bring_back(turn, work, ResumedBy::Time),
        DeadlineKind::PreferredStep => prefer::end_step(turn, work),
        DeadlineKind::Retry => turn.emit(Event::DeclinesForgotten { work }),
        DeadlineKind::BarOver => lift_bar(turn, work, due),
        DeadlineKind::Relaxation => relax::at_point(turn, work),
        DeadlineKind::Overflow => overflow::at_wait(turn, work),
        DeadlineKind::Scheduled => aside::end_schedule(turn, work, due),
        DeadlineKind::Reveal
        | DeadlineKind::OfferWindow
        | DeadlineKind::WrapUp
        | DeadlineKind::Lease
        | DeadlineKind::ConsultWindow
        | DeadlineKind::Inspection
        | DeadlineKind::Ramp
        | DeadlineKind::PoolReset
        | DeadlineKind::Routing
        | DeadlineKind::Record
        | DeadlineKind::Journey => Ok(()),
    }
}

fn close(turn: &mut Turn<'_>, work: WorkId, cause: CloseCause) -> Result<(), Halted> {
    turn.emit(Event::closed(work, cause, EndedBy::System))
}

/// Work has waited as long as it may.
fn end_wait(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    alerting::withdraw(turn, work, Withdrawal::MaxWait)?;
    let from = turn.work(work)?.queue;
    match turn.queue_profile(from)?.on_max_wait {
        MaxWaitAction::Move { queue } if queue != from => {
            let place = place::in_queue(turn, work, queue, Requeue::KeepScore)?;
            let (why, wrap_up, sticky, not_to) = (QueuedWhy::MaxWait, None, None, None);
            turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
            overflow::enter(turn, work, Some(why))
        }
        MaxWaitAction::Move { .. } | MaxWaitAction::Close => close(turn, work, CloseCause::MaxWait),
    }
}

/// Work of a queue is past one more delay of members, and with it all that is past the same delay
/// before anything else is due.
fn reveal(turn: &mut Turn<'_>, queue: QueueId, above: Option<Timestamp>) -> Result<(), Halted> {
    let next = turn.world.due_beside(queue);
    let clock = turn.must(turn.world.queue_rules(queue))?.clock();
    let now = turn.now;
    let Some(line) = turn.world.index().line(queue) else {
        return Ok(());
    };
    let veils = &line.veils;
    let Some((_, key)) = veils.due(clock).min() else {
        return Ok(());
    };
    let (channel, delay) = key;
    // What comes to light first is the first to be past the delay after this one.
    let longer = line.members(channel).delay_after(delay).zip(veils.behind(key).next());
    let longer = longer.and_then(|(longer, (entered, _))| {
        Some((clock.after(*entered, longer)?, (channel, longer)))
    });
    let beside = veils.due(clock).filter(|(_, other)| *other != key);
    let next_veil = beside.chain(longer).min();
    let is_first = |at: Timestamp| {
        above.is_none_or(|above| at <= above)
            && next_veil.is_none_or(|other| (at, key) < other)
            && next.is_none_or(|other| (at, TimerKey::Reveal(queue)) < other)
    };
    // Nothing is due at the end of time.
    let is_due = |at: Timestamp| at <= now && at < Timestamp::MAX && is_first(at);
    let is_past = |entered| clock.after(entered, delay).is_some_and(is_due);
    let mut past = veils.behind(key).take_while(|(entered, _)| is_past(*entered));
    // The deadline itself was the first step.
    let (mut last, mut others) = (past.next(), 0);
    while turn.pace.may_step() {
        let Some(next) = past.next() else { break };
        turn.pace.step();
        (last, others) = (Some(next), others + 1);
    }
    let last = last.map(|(_, work)| *work);
    drop(past);
    last.map_or(Ok(()), |work| turn.emit(Event::WorkRevealed { work, delay, others }))
}

/// An agent who declined work may be asked again.
fn lift_bar(turn: &mut Turn<'_>, work: WorkId, due: Timestamp) -> Result<(), Halted> {
    let mut declines = turn.work(work)?.declines.iter();
    match declines.find(|decline| decline.bar == Bar::Until(due)).map(|decline| decline.agent) {
        Some(agent) => turn.emit(Event::BarLifted { work, agent }),
        None => Ok(()),
    }
}
