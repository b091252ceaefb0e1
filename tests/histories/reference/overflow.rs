//! Overflow, conditional rings, inspections and ramps. What a queue has experienced is counted here
//! once more.

use std::collections::BTreeSet;

use strowger::fact::{Definition, EndedBy, Event, QueuedWhy};
use strowger::model::{
    AgentId, CalendarId, ChannelId, Comparison, LastResort, Measure, OverflowAction, Priority,
    QueueCondition, QueueId, QueueProfile, Requeue, Trigger, WorkId,
};
use strowger::policy::calendar::is_open;
use strowger::policy::estimate::{Estimator, Situation};
use strowger::policy::tally::{Tally, service_level};
use strowger::state::{CloseCause, Deadline, DeadlineKind, RoutingStatus, Stage};
use strowger::{Span, Timestamp};

use super::Router;
use strowger::policy::order::Place;

/// What a queue is like just now.
pub(super) struct Queue {
    pub(super) tally: Tally,
    /// The conditional rings that help.
    pub(super) joined: BTreeSet<u8>,
    pub(super) inspection: Option<Timestamp>,
    /// When the first offer was made that counts against its ramp, and how many do.
    pub(super) ramp: (Timestamp, u16),
}

impl Queue {
    pub(super) fn new(at: Timestamp) -> Self {
        Self { tally: Tally::new(at), joined: BTreeSet::new(), inspection: None, ramp: (at, 0) }
    }
}

fn is_watched(when: Trigger) -> bool {
    !matches!(when, Trigger::Waited(_) | Trigger::Ahead(_))
}

impl Router {
    /// Work entered a line: rules that hold now are done, unless overflow brought it; then steps
    /// that nobody could serve are passed over.
    pub(super) fn entered(&mut self, id: WorkId, by_overflow: bool) {
        if !by_overflow {
            let ahead = self.waiting_in(self.works[&id].queue).len().saturating_sub(1);
            self.do_rules(id, |router, when| match when {
                Trigger::Ahead(least) => ahead >= least as usize,
                Trigger::Waited(_) => false,
                _ => router.holds(id, when),
            });
        }
        self.pass_refused_steps(id);
        self.pass_empty_steps(id);
    }

    /// Does what holds and was not done in this stay, in order, as long as it waits in this queue.
    fn do_rules(&mut self, id: WorkId, holds: impl Fn(&Self, Trigger) -> bool) {
        let Some(work) = self.works.get(&id) else {
            return;
        };
        let queue = work.queue;
        for (number, rule) in self.queue_profile(queue).overflow.iter().enumerate() {
            let Some(work) = self.works.get(&id) else {
                return;
            };
            if work.queue != queue || work.stage != Stage::Queued {
                return;
            }
            if !work.fired.contains(&(number as u8)) && holds(self, rule.when) {
                self.do_rule(id, number as u8);
            }
        }
    }

    fn do_rule(&mut self, id: WorkId, rule: u8) {
        let profile = self.queue_profile(self.works[&id].queue);
        let then = profile.overflow[usize::from(rule)].then.clone();
        let work = self.work(id);
        work.fired.insert(rule);
        match then {
            OverflowAction::RaisePriority(points) => {
                let raised = work.request.priority.0.saturating_add(points);
                work.request.priority = Priority(raised.clamp(-25_000_000, 25_000_000));
            }
            OverflowAction::AlsoOffer { ring } => work.widened = work.widened.max(ring),
            _ => {}
        }
        self.tell(Event::overflow_triggered(id, rule, then.clone()));
        match then {
            OverflowAction::Move { queue, placement } => {
                let stays = self.works[&id].queue == queue;
                let resort = profile.last_resort;
                let full = !stays && !self.takes(queue, id, self.moved(id, queue));
                match resort {
                    _ if stays => {}
                    _ if !full => self.move_on(id, queue, placement),
                    LastResort::Stay => {}
                    LastResort::Close => self.close_by_rule(id),
                    LastResort::Move { queue } => self.move_on(id, queue, placement),
                    _ => unreachable!("this test does not know it"),
                }
            }
            OverflowAction::Relax => self.relax_at_once(id),
            OverflowAction::Close { .. } => self.close_by_rule(id),
            _ => {}
        }
    }

    fn move_on(&mut self, id: WorkId, queue: QueueId, placement: Requeue) {
        if self.works[&id].queue == queue {
            return;
        }
        let mut place: Place = self.works[&id].place.after(placement, self.now);
        if placement == Requeue::KeepScore {
            place.front = self.works[&id].request.front;
        }
        self.enqueue(id, queue, place, QueuedWhy::Overflow, None);
    }

    fn close_by_rule(&mut self, id: WorkId) {
        self.end_work(id, CloseCause::Overflow, EndedBy::System);
    }

    /// The first rule that is due by the time the work waited.
    pub(super) fn next_waited(&self, id: WorkId) -> Option<(Timestamp, u8)> {
        let work = &self.works[&id];
        let profile = self.queue_profile(work.queue);
        let rules = (0_u8..).zip(&profile.overflow);
        let open = rules.filter(|(number, _)| !work.fired.contains(number));
        let due = open.filter_map(|(number, rule)| match rule.when {
            Trigger::Waited(span) => {
                let due = self.due(work.queue, rule.counts, work.entered, span);
                due.map(|due| (due, number))
            }
            _ => None,
        });
        due.min()
    }

    pub(super) fn overflow_waited(&mut self, id: WorkId) {
        let (_, rule) = self.next_waited(id).expect("a rule is due");
        self.do_rule(id, rule);
    }

    /// Inspects a queue, then each piece of work that waits there, the longest there first.
    pub(super) fn inspect(&mut self, queue: QueueId) {
        let profile = self.queue_profile(queue);
        let joins = |ring: &&strowger::model::ConditionalRing| {
            ring.when.iter().all(|condition| self.is_so(queue, ring.ring, condition))
        };
        let joined = profile.conditional.iter().filter(joins);
        let joined: BTreeSet<u8> = joined.map(|conditional| conditional.ring).collect();
        let rings = joined.iter().copied().collect();
        let row = self.queue(queue);
        (row.joined, row.inspection) = (joined, None);
        self.tell(Event::queue_inspected(queue, rings));
        if profile.overflow.iter().any(|rule| is_watched(rule.when)) {
            for work in self.waiting_in(queue) {
                if self.works.get(&work).is_some_and(|row| row.queue == queue) {
                    self.do_rules(work, |router, when| {
                        is_watched(when) && router.holds(work, when)
                    });
                }
            }
        }
    }

    fn holds(&self, id: WorkId, when: Trigger) -> bool {
        let queue = self.works[&id].queue;
        match when {
            Trigger::Waited(_) | Trigger::Ahead(_) => false,
            Trigger::EstimatedWait { by, at_least } => {
                self.estimated(queue, None, by).is_some_and(|wait| wait >= at_least)
            }
            Trigger::NobodyStaffed => !self.is_staffed(queue, self.works[&id].request.channel),
            Trigger::NobodyEligible => !self.is_anybody_there(id),
            Trigger::Closed => {
                let calendar = self.queue_profile(queue).calendar;
                calendar.is_some_and(|id| !self.is_open(id))
            }
            _ => unreachable!("this test does not know it"),
        }
    }

    /// Whether a member is there for a channel.
    pub(super) fn is_staffed(&self, queue: QueueId, channel: ChannelId) -> bool {
        self.agents.keys().any(|agent| {
            let terms = self.agents[agent].terms(queue, channel).map(|(_, terms)| terms);
            self.is_there(*agent, channel)
                && terms.is_some_and(|terms| self.has_joined(queue, terms.ring, None))
        })
    }

    pub(super) fn is_open(&self, id: CalendarId) -> bool {
        match &self.things[&id.into()].definition {
            Definition::Calendar(calendar) => is_open(&calendar.profile, self.now),
            other => panic!("{other:?} is no calendar"),
        }
    }

    fn is_so(&self, own: QueueId, ring: u8, condition: &QueueCondition) -> bool {
        let queue = condition.queue.unwrap_or(own);
        let but = (queue == own).then_some(ring);
        let number = |count: usize| Some(count as i64);
        let measured = match condition.measure {
            Measure::Waiting => number(self.waiting_in(queue).len()),
            Measure::OldestWait => {
                let oldest = self.waiting_in(queue).first().map(|work| self.works[work].entered);
                Some(oldest.map_or(0, |entered| millis(self.passed(queue, None, entered))))
            }
            Measure::EstimatedWait(by) => self.estimated(queue, but, by).map(millis),
            Measure::ServiceLevel => {
                service_level(&self.queues[&queue].tally, self.now).map(i64::from)
            }
            Measure::Staffed => number(self.staffed(queue, but).len()),
            Measure::Idle => {
                let free =
                    self.staffed(queue, but).into_iter().filter(|agent| self.is_free(*agent));
                number(free.count())
            }
            _ => unreachable!("this test does not know it"),
        };
        let Some(measured) = measured else {
            return false;
        };
        match condition.is {
            Comparison::Equal => measured == condition.value,
            Comparison::NotEqual => measured != condition.value,
            Comparison::Less => measured < condition.value,
            Comparison::AtMost => measured <= condition.value,
            Comparison::More => measured > condition.value,
            Comparison::AtLeast => measured >= condition.value,
        }
    }

    fn estimated(&self, queue: QueueId, but: Option<u8>, by: Estimator) -> Option<Span> {
        let tally = &self.queues[&queue].tally;
        let ahead = self.waiting_in(queue).len() as u32;
        let staffed = self.staffed(queue, but).len() as u32;
        Situation { tally, now: self.now, staffed, ahead }.estimate(by).wait
    }

    /// The members who are on queue, respond and do not drain, in rings that see work sooner or
    /// later, as if one of them had not joined.
    fn staffed(&self, queue: QueueId, but: Option<u8>) -> Vec<AgentId> {
        use RoutingStatus::{NotResponding, OffQueue};
        let there = self.agents.iter().filter(|(_, row)| {
            !matches!(row.status, OffQueue | NotResponding)
                && !row.draining
                && row.all_terms(queue).any(|terms| self.has_joined(queue, terms.ring, but))
        });
        there.map(|(id, _)| *id).collect()
    }

    /// How many members are staffed, and how many of those are free.
    pub(crate) fn there_for(&self, queue: QueueId) -> (u32, u32) {
        let staffed = self.staffed(queue, None);
        let free = staffed.iter().filter(|agent| self.is_free(**agent)).count();
        (staffed.len() as u32, free as u32)
    }

    /// Whether a ring is no conditional one, or has joined.
    fn has_joined(&self, queue: QueueId, ring: u8, but: Option<u8>) -> bool {
        let conditional = self.queue_profile(queue).conditional.clone();
        let is_conditional = conditional.iter().any(|conditional| conditional.ring == ring);
        !is_conditional || (but != Some(ring) && self.queues[&queue].joined.contains(&ring))
    }

    /// What waits in a queue, by the time it has been there, then by number.
    pub(super) fn waiting_in(&self, queue: QueueId) -> Vec<WorkId> {
        let works = self.works.iter();
        let here = works.filter(|(_, work)| work.queue == queue && work.stage == Stage::Queued);
        let mut here: Vec<_> = here.map(|(id, work)| (work.entered, *id)).collect();
        here.sort_unstable();
        here.into_iter().map(|(_, id)| id).collect()
    }

    /// After every fact: whatever depends on the state of queues is inspected again and again as
    /// long as anything waits, or a ring has joined.
    pub(super) fn watch_queues(&mut self) {
        for id in self.queues.keys().copied().collect::<Vec<_>>() {
            let profile = self.queue_profile(id);
            let (waits, now) = (!self.waiting_in(id).is_empty(), self.now);
            let watched = !profile.conditional.is_empty()
                || profile.overflow.iter().any(|rule| is_watched(rule.when));
            let row = self.queue(id);
            if !watched {
                row.joined.clear();
                row.inspection = None;
            } else if row.inspection.is_none() && (waits || !row.joined.is_empty()) {
                row.inspection = Some(now + profile.inspect_every);
            }
        }
    }

    /// An offer counts against the ramp of its queue.
    pub(super) fn count_offer(&mut self, queue: QueueId) {
        let Some(ramp) = self.queue_profile(queue).ramp else {
            return;
        };
        let now = self.now;
        let (since, used) = self.queue(queue).ramp;
        let over = used == 0 || now >= since + ramp.per;
        self.queue(queue).ramp = if over { (now, 1) } else { (since, used + 1) };
    }

    /// When a queue that has offered as much as it may may offer again.
    fn ramp_over(&self, queue: QueueId) -> Option<Timestamp> {
        let ramp = self.queue_profile(queue).ramp?;
        let (since, used) = self.queues[&queue].ramp;
        (used >= ramp.offers).then(|| since + ramp.per)
    }

    pub(super) fn is_held_back(&self, queue: QueueId) -> bool {
        self.ramp_over(queue).is_some_and(|over| self.now < over)
    }

    /// Whether one more offer is all that the queue of a piece of work may make for now.
    pub(super) fn is_last_of_ramp(&self, work: WorkId) -> bool {
        let queue = self.works[&work].queue;
        let Some(ramp) = self.queue_profile(queue).ramp else {
            return false;
        };
        let (since, used) = self.queues[&queue].ramp;
        let used = if self.now < since + ramp.per { used } else { 0 };
        used + 1 >= ramp.offers
    }

    pub(super) fn release_ramp(&mut self, queue: QueueId) {
        self.queue(queue).ramp.1 = 0;
        self.tell(Event::ramp_released(queue));
    }

    pub(super) fn queue_deadlines(&self, id: QueueId) -> Vec<Deadline> {
        let inspection =
            self.queues[&id].inspection.map(|at| Deadline::new(at, DeadlineKind::Inspection));
        let ramp = self.ramp_over(id).map(|at| Deadline::new(at, DeadlineKind::Ramp));
        inspection.into_iter().chain(ramp).collect()
    }

    /// Work in line is an arrival of its queue, once until it goes elsewhere or to an agent.
    pub(super) fn count_arrival(&mut self, id: WorkId) {
        let (now, work) = (self.now, self.work(id));
        if work.stage == Stage::Queued && !work.counted {
            work.counted = true;
            let (queue, internal) = (work.queue, work.request.internal);
            if !internal {
                self.queue(queue).tally.arrive(now);
            }
        }
    }

    /// Work that waits or is offered goes to an agent.
    pub(super) fn count_answer(&mut self, id: WorkId) {
        let work = &self.works[&id];
        let counts = work.counted && !work.request.internal;
        if counts && matches!(work.stage, Stage::Queued | Stage::Offered { .. }) {
            let (queue, wait) = (work.queue, self.passed(work.queue, None, work.entered));
            let target = self.queue_profile(queue).service_target;
            let now = self.now;
            self.queue(queue).tally.answer(now, wait, target);
        }
    }

    pub(super) fn queue(&mut self, id: QueueId) -> &mut Queue {
        self.queues.get_mut(&id).expect("the queue exists")
    }

    /// The widest ring that sees work of a queue without any relaxation.
    pub(super) fn first_ring(profile: &QueueProfile) -> u8 {
        let rings = profile.overflow.iter().filter_map(|rule| match rule.then {
            OverflowAction::AlsoOffer { ring } => Some(ring - 1),
            _ => None,
        });
        rings.min().unwrap_or(15)
    }
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
