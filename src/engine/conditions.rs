//! What is true of a queue now: the triggers of its overflow rules, the conditions of its rings,
//! and whether it is open. Everything here reads.

use alloc::vec::Vec;

use crate::base::time::Span;
use crate::model::calendar::CalendarProfile;
use crate::model::ids::{CalendarId, QueueId, WorkId};
use crate::model::overflow::{Measure, QueueCondition, Trigger};
use crate::policy::calendar;
use crate::policy::estimate::{Estimator, Situation};
use crate::policy::fit::compares;
use crate::policy::tally;

use crate::engine::matching::hope;
use crate::engine::turn::{Halted, Turn};

/// True if a trigger holds that depends on the state of the queue.
pub(crate) fn holds(turn: &Turn<'_>, work: WorkId, queue: QueueId, when: Trigger) -> bool {
    match when {
        Trigger::Waited(_) | Trigger::Ahead(_) => false,
        Trigger::EstimatedWait { by, at_least } => {
            estimated_wait(turn, queue, None, by).is_some_and(|wait| wait >= at_least)
        }
        Trigger::NobodyStaffed => !hope::is_queue_staffed(turn.matching(), work),
        Trigger::NobodyEligible => !hope::is_anybody_there(turn.matching(), work),
        Trigger::Closed => is_closed(turn, queue),
    }
}

fn is_closed(turn: &Turn<'_>, queue: QueueId) -> bool {
    let hours = turn.world.calendar_of(queue);
    hours.is_some_and(|hours| !calendar::is_open(hours, turn.now))
}

/// True if a calendar is open now.
pub(crate) fn is_open(turn: &Turn<'_>, calendar: CalendarId) -> bool {
    let hours = turn.world.entry::<CalendarProfile>(calendar);
    hours.is_ok_and(|entry| calendar::is_open(&entry.profile, turn.now))
}

/// The conditional rings of a queue whose conditions hold, in order.
///
/// The condition of a ring is measured as if that ring had not joined. Helpers who may not help yet
/// must not make the wait look short, and those who help must not send themselves away.
pub(crate) fn rings_joined(turn: &Turn<'_>, id: QueueId) -> Result<Vec<u8>, Halted> {
    let holds = |ring: u8, condition: &QueueCondition| {
        let queue = condition.queue.unwrap_or(id);
        let but = Some(ring).filter(|_| queue == id);
        let measured = measure(turn, queue, but, condition.measure);
        let order = measured.map(|value| value.cmp(&condition.value));
        order.is_some() && compares(order, condition.is)
    };
    let rings = turn.queue_profile(id)?.conditional.iter();
    let joined = rings.filter(|its| its.when.iter().all(|when| holds(its.ring, when)));
    let mut joined: Vec<_> = joined.map(|conditional| conditional.ring).collect();
    joined.sort_unstable();
    Ok(joined)
}

/// A measure of a queue, as if this ring had not joined; none as long as there is nothing to
/// estimate it by.
fn measure(turn: &Turn<'_>, queue: QueueId, but: Option<u8>, measure: Measure) -> Option<i64> {
    let millis = |span: Span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    let line = turn.world.index().line(queue)?;
    match measure {
        Measure::Waiting => Some(i64::from(line.waiting)),
        Measure::OldestWait => {
            let clock = turn.world.queue_rules(queue).ok()?.clock();
            let oldest = line.stays.first().map(|(entered, _)| clock.between(*entered, turn.now));
            Some(millis(oldest.unwrap_or(Span::ZERO)))
        }
        Measure::EstimatedWait(by) => estimated_wait(turn, queue, but, by).map(millis),
        Measure::ServiceLevel => {
            let tally = &turn.world.queue(queue).ok()?.tally;
            tally::service_level(tally, turn.now).map(i64::from)
        }
        Measure::Staffed => Some(i64::from(turn.world.count_staffed(queue, but))),
        Measure::Idle => Some(i64::from(turn.world.count_free(queue, but))),
    }
}

fn estimated_wait(turn: &Turn<'_>, queue: QueueId, but: Option<u8>, by: Estimator) -> Option<Span> {
    let tally = &turn.world.queue(queue).ok()?.tally;
    let ahead = turn.world.index().line(queue)?.waiting;
    let (now, staffed) = (turn.now, turn.world.count_staffed(queue, but));
    Situation { tally, now, staffed, ahead }.estimate(by).wait
}
