//! What is true of a queue now: the triggers of its overflow rules, the conditions of its rings,
//! and whether it is open. Everything here reads.

use alloc::vec::Vec;

use crate::base::time::Span;
use crate::model::calendar::CalendarProfile;
use crate::model::ids::{CalendarId, QueueId, WorkId};
use crate::model::overflow::{ConditionalRing, Measure, QueueCondition, Trigger};
use crate::policy::calendar::{self, Counted};
use crate::policy::estimate::{Estimator, Situation};
use crate::policy::fit::compares;
use crate::policy::order::LineKey;
use crate::policy::tally;
use crate::world::rows::{Places, Work};

use crate::engine::matching::hope;
use crate::engine::turn::{Halted, Turn};

/// A piece of work for which a trigger is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Judged<'a> {
    /// The work.
    pub work: WorkId,
    /// The work as it is now.
    pub row: &'a Work,
    /// The clock of the rule.
    pub clock: Counted<'a>,
    /// How many others waited as it entered.
    pub ahead: u32,
    /// Where it stood in the line as an inspection began.
    pub stood: Option<Stood<'a>>,
}

/// Where work stood in the line as an inspection of the queue began.
#[derive(Clone, Copy)]
pub(crate) struct Stood<'a> {
    /// The places that rules ask for.
    pub places: &'a Places,
    /// Its key, as it compares with them.
    pub key: LineKey,
}

impl Judged<'_> {
    /// True if a trigger holds.
    pub(crate) fn holds(&self, turn: &Turn<'_>, when: &Trigger) -> bool {
        let queue = self.row.queue;
        match when {
            Trigger::All(parts) => parts.iter().all(|part| self.holds(turn, part)),
            Trigger::Any(parts) => parts.iter().any(|part| self.holds(turn, part)),
            Trigger::Waited(span) => {
                let end = self.clock.after(self.row.entered, *span);
                end.is_some_and(|end| end <= turn.effective())
            }
            Trigger::Ahead(least) => self.ahead >= *least,
            Trigger::Position { is, value } => {
                let stood = self.stood.map(|its| its.places.compare(its.key, *value));
                let now = || Some(place(turn, self.work, self.row)?.cmp(value));
                let order = stood.or_else(now);
                order.is_some() && compares(order, *is)
            }
            Trigger::EstimatedWait { by, at_least } => {
                estimated_wait(turn, queue, None, *by).is_some_and(|wait| wait >= *at_least)
            }
            Trigger::NobodyStaffed => {
                !hope::is_queue_staffed(turn.matching(), queue, self.row.request.channel)
            }
            Trigger::NobodyEligible => !hope::is_anybody_there(turn.matching(), self.work),
            Trigger::Eligible { is, value } => {
                // Those beyond the value need not be counted: there may be thousands.
                let enough = usize::try_from(*value).unwrap_or(usize::MAX).saturating_add(1);
                let staffed = hope::staffed(turn.matching(), self.work, self.row).take(enough);
                compares(Some(staffed.count().cmp(&(enough - 1))), *is)
            }
            Trigger::Closed => is_closed(turn, queue),
            Trigger::Queue(condition) => is_so(turn, queue, None, condition),
        }
    }
}

/// False if a trigger holds for nothing that waits in a queue, as the queue alone tells. A line may
/// be a million long, and mostly there is nothing to do for it.
pub(crate) fn may_hold(turn: &Turn<'_>, queue: QueueId, when: &Trigger) -> bool {
    match when {
        Trigger::All(parts) => parts.iter().all(|part| may_hold(turn, queue, part)),
        Trigger::Any(parts) => parts.iter().any(|part| may_hold(turn, queue, part)),
        Trigger::EstimatedWait { by, at_least } => {
            estimated_wait(turn, queue, None, *by).is_some_and(|wait| wait >= *at_least)
        }
        Trigger::NobodyStaffed => {
            let mut channels = turn.world.stores().channels.iter();
            channels.any(|(id, _)| !hope::is_queue_staffed(turn.matching(), queue, id))
        }
        Trigger::Closed => is_closed(turn, queue),
        Trigger::Queue(condition) => is_so(turn, queue, None, condition),
        Trigger::Waited(_)
        | Trigger::Ahead(_)
        | Trigger::Position { .. }
        | Trigger::NobodyEligible
        | Trigger::Eligible { .. } => true,
    }
}

/// The place of waiting work in its line, from 1.
fn place(turn: &Turn<'_>, work: WorkId, row: &Work) -> Option<u32> {
    let rules = turn.world.queue_rules(row.queue).ok()?;
    let ahead = turn.world.index().line(row.queue)?.ahead(row.line_key(work, rules), turn.now);
    u32::try_from(ahead).ok()?.checked_add(1)
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

/// The conditional rings of a queue whose conditions hold, in order: those that help from now on,
/// and those whose conditions must hold for longer.
///
/// The condition of a ring is measured as if that ring had not joined. Helpers who may not help yet
/// must not make the wait look short, and those who help must not send themselves away.
pub(crate) fn rings_held(turn: &Turn<'_>, id: QueueId) -> Result<(Vec<u8>, Vec<u8>), Halted> {
    let (rules, row) = (turn.queue_rules(id)?, turn.must(turn.world.queue(id))?);
    let holds = |its: &&ConditionalRing| {
        let all = |list: &[QueueCondition]| {
            list.iter().all(|condition| is_so(turn, id, Some(its.ring), condition))
        };
        its.lists().any(all)
    };
    let helps = |its: &ConditionalRing| {
        let due = row.joins_at(rules.own(), its.ring).is_some_and(|at| at <= turn.effective());
        its.holds_for.is_zero() || row.joined & (1 << (its.ring % 16)) != 0 || due
    };
    let held = rules.profile.conditional.iter().filter(holds);
    let (helping, holding): (Vec<_>, Vec<_>) = held.partition(|its| helps(its));
    let sorted = |rings: Vec<&ConditionalRing>| {
        let mut rings: Vec<_> = rings.into_iter().map(|its| its.ring).collect();
        rings.sort_unstable();
        rings
    };
    Ok((sorted(helping), sorted(holding)))
}

/// The conditional rings of a queue that help now, and those whose conditions must hold for longer.
pub(crate) fn rings_now(turn: &Turn<'_>, id: QueueId) -> Result<(Vec<u8>, Vec<u8>), Halted> {
    let row = turn.must(turn.world.queue(id))?;
    let joined = (0..16_u8).filter(|ring| row.joined & (1 << ring) != 0);
    Ok((joined.collect(), row.holding.iter().map(|(ring, _)| *ring).collect()))
}

/// True if a condition of a queue, or of another one, holds, as if this ring of the former had not
/// joined.
fn is_so(turn: &Turn<'_>, own: QueueId, but: Option<u8>, condition: &QueueCondition) -> bool {
    let queue = condition.queue.unwrap_or(own);
    let but = but.filter(|_| queue == own);
    let measured = measure(turn, queue, but, condition.measure);
    let order = measured.map(|value| value.cmp(&condition.value));
    order.is_some() && compares(order, condition.is)
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
