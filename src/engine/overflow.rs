//! Overflow: what rules of a queue do for work that comes, or waits, when things are not as they
//! should be; and which rings help meanwhile.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::time::Span;
use crate::fact::event::{EndedBy, Event, QueuedWhy};
use crate::model::calendar::CalendarProfile;
use crate::model::ids::{AgentId, CalendarId, QueueId, WorkId};
use crate::model::overflow::{LastResort, Measure, OverflowAction, QueueCondition, Trigger};
use crate::model::requeue::Requeue;
use crate::policy::calendar;
use crate::policy::estimate::{Estimator, Situation};
use crate::policy::fit::compares;
use crate::policy::tally;
use crate::state::routing_status::Load;
use crate::state::work::{CloseCause, Stage};

use crate::engine::turn::Turn;

impl Turn<'_> {
    /// What follows as work enters a line: rules of overflow that hold now, then empty steps. Work
    /// that came by overflow is not sent on before the queue is looked at, so two queues do not
    /// throw it back and forth.
    pub(crate) fn entered(&mut self, work: WorkId, why: Option<QueuedWhy>) {
        let queue = self.world.work(work).map(|row| row.queue);
        if let Ok(queue) = queue
            && why != Some(QueuedWhy::Overflow)
        {
            let line = self.world.index().line(queue);
            let ahead = line.map_or(0, |line| line.waiting.saturating_sub(1));
            self.overflow_where(work, queue, |turn, when| match when {
                Trigger::Ahead(least) => ahead >= least,
                Trigger::Waited(_) => false,
                watched => turn.holds(work, queue, watched),
            });
        }
        self.pass_refused_steps(work);
        self.pass_empty_steps(work);
    }

    /// The time a piece of work has waited is that of a rule.
    pub(crate) fn overflow_waited(&mut self, work: WorkId) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let profile = self.world.queue_profile(row.queue).ok();
        if let Some((_, rule)) = profile.and_then(|profile| row.next_overflow(profile)) {
            self.overflow(work, rule);
        }
    }

    /// Looks at a queue: which conditional rings help, and which rules hold for what waits.
    pub(crate) fn look_at(&mut self, queue: QueueId) {
        let rings = self.rings_joined(queue);
        self.emit(Event::QueueLooked { queue, rings });
        let profile = self.world.queue_profile(queue);
        if !profile.is_ok_and(|queue| queue.overflow.iter().any(|rule| rule.when.is_watched())) {
            return;
        }
        let line = self.world.index().line(queue);
        let waiting: Vec<_> =
            line.into_iter().flat_map(|line| line.stays.iter()).copied().collect();
        for (_, work) in waiting {
            self.overflow_where(work, queue, |turn, when| {
                when.is_watched() && turn.holds(work, queue, when)
            });
        }
    }

    /// Does all rules of a queue that hold and were not done, as long as the work waits there.
    fn overflow_where(
        &mut self,
        work: WorkId,
        queue: QueueId,
        holds: impl Fn(&Self, Trigger) -> bool,
    ) {
        for number in 0..u8::MAX {
            let Some(when) = self.open_rule(work, queue, number) else {
                return;
            };
            if when.is_some_and(|when| holds(self, when)) {
                self.overflow(work, number);
            }
        }
    }

    /// The trigger of a rule, if it was not done yet; nothing if there is no such rule, or the work
    /// does not wait there any more.
    fn open_rule(&self, work: WorkId, queue: QueueId, number: u8) -> Option<Option<Trigger>> {
        let rule = self.world.queue_profile(queue).ok()?.overflow.get(usize::from(number))?;
        let row = self.world.work(work).ok()?;
        let waits = row.queue == queue && row.stage == Stage::Queued;
        waits.then(|| Some(rule.when).filter(|_| !row.has_fired(number)))
    }

    /// Does one rule.
    fn overflow(&mut self, work: WorkId, rule: u8) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let profile = self.world.queue_profile(row.queue).ok();
        let found = profile.and_then(|profile| profile.overflow.get(usize::from(rule)));
        let Some(then) = found.map(|rule| rule.then.clone()) else {
            return;
        };
        self.emit(Event::OverflowTriggered { work, rule, then: then.clone() });
        match then {
            OverflowAction::RaisePriority(_)
            | OverflowAction::AlsoOffer { .. }
            | OverflowAction::OfferCallback => {}
            OverflowAction::Move { queue, placement } => self.overflow_to(work, queue, placement),
            OverflowAction::Relax => self.relax_now(work),
            OverflowAction::Close { .. } => self.close_by_overflow(work),
        }
    }

    fn overflow_to(&mut self, work: WorkId, queue: QueueId, placement: Requeue) {
        // Its own queue may be full.
        if self.world.work(work).is_ok_and(|row| row.queue == queue) {
            return;
        }
        if self.check_waiting(queue).is_ok() {
            self.move_by_overflow(work, queue, placement);
            return;
        }
        let from = self.world.work(work).map(|row| row.queue);
        let resort = from.and_then(|from| self.world.queue_profile(from));
        match resort.map(|queue| queue.last_resort) {
            Ok(LastResort::Move { queue }) => self.move_by_overflow(work, queue, placement),
            Ok(LastResort::Close) => self.close_by_overflow(work),
            Ok(LastResort::Stay) | Err(_) => {}
        }
    }

    fn move_by_overflow(&mut self, work: WorkId, queue: QueueId, placement: Requeue) {
        if self.world.work(work).is_ok_and(|row| row.queue == queue) {
            return;
        }
        let place = self.place_in(work, queue, placement);
        let (why, wrap_up, sticky) = (QueuedWhy::Overflow, None, None);
        self.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky });
        self.entered(work, Some(why));
    }

    fn close_by_overflow(&mut self, work: WorkId) {
        let (cause, by) = (CloseCause::Overflow, EndedBy::System);
        self.emit(Event::WorkClosed { work, cause, by });
    }

    /// Whether a trigger holds that depends on the state of the queue.
    fn holds(&self, work: WorkId, queue: QueueId, when: Trigger) -> bool {
        match when {
            Trigger::Waited(_) | Trigger::Ahead(_) => false,
            Trigger::EstimatedWait { by, at_least } => {
                self.estimated_wait(queue, by).is_some_and(|wait| wait >= at_least)
            }
            Trigger::NobodyStaffed => self.world.staffed(queue) == 0,
            Trigger::NobodyEligible => !self.is_anybody_there(work),
            Trigger::Closed => self.is_closed(queue),
        }
    }

    fn is_closed(&self, queue: QueueId) -> bool {
        let hours = self.world.calendar_of(queue);
        hours.is_some_and(|hours| !calendar::is_open(hours, self.now))
    }

    /// Whether a calendar is open now.
    pub(crate) fn is_open(&self, calendar: CalendarId) -> bool {
        let hours = self.world.entry::<CalendarProfile>(calendar);
        hours.is_ok_and(|entry| calendar::is_open(&entry.profile, self.now))
    }

    /// The conditional rings of a queue whose conditions hold.
    fn rings_joined(&self, id: QueueId) -> Vec<u8> {
        let Ok(profile) = self.world.queue_profile(id) else {
            return Vec::new();
        };
        let holds = |condition: &QueueCondition| {
            let queue = condition.queue.unwrap_or(id);
            let measured = self.measure(queue, condition.measure);
            let order = measured.map(|value| value.cmp(&condition.value));
            order.is_some() && compares(order, condition.is)
        };
        let rings = profile.conditional.iter();
        let joined = rings.filter(|ring| ring.when.iter().all(holds));
        let mut joined: Vec<_> = joined.map(|conditional| conditional.ring).collect();
        joined.sort_unstable();
        joined
    }

    fn measure(&self, queue: QueueId, measure: Measure) -> Option<i64> {
        let millis = |span: Span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let line = self.world.index().line(queue)?;
        match measure {
            Measure::Waiting => Some(i64::from(line.waiting)),
            Measure::OldestWait => {
                let oldest = line.stays.first().map(|(entered, _)| self.now.since(*entered));
                Some(millis(oldest.unwrap_or(Span::ZERO)))
            }
            Measure::EstimatedWait(by) => self.estimated_wait(queue, by).map(millis),
            Measure::ServiceLevel => {
                let tally = &self.world.queue(queue).ok()?.tally;
                tally::service_level(tally, self.now).map(i64::from)
            }
            Measure::Staffed => Some(i64::from(self.world.staffed(queue))),
            Measure::Idle => {
                let staffed = (&line.everybody, &self.world.index().staffed).ids();
                let idle = |agent: &AgentId| {
                    self.world.agent(*agent).is_ok_and(|row| row.load() == Load::Free)
                };
                i64::try_from(staffed.filter(idle).count()).ok()
            }
        }
    }

    fn estimated_wait(&self, queue: QueueId, by: Estimator) -> Option<Span> {
        let tally = &self.world.queue(queue).ok()?.tally;
        let ahead = self.world.index().line(queue)?.waiting;
        let (now, staffed) = (self.now, self.world.staffed(queue));
        Situation { tally, now, staffed, ahead }.estimate(by).wait
    }
}
