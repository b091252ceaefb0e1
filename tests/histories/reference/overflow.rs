//! Overflow, conditional rings, inspections and ramps. What a queue has experienced is counted here
//! once more.

use std::collections::{BTreeMap, BTreeSet};

use strowger::fact::{Definition, EndedBy, Event, QueuedWhy};
use strowger::model::{
    AgentId, CalendarId, ChannelId, Comparison, ConditionalRing, Entity, LastResort, Measure,
    OverflowAction, OverflowRule, Priority, QueueCondition, QueueId, QueueProfile, Requeue,
    Trigger, WaitClock, WorkId,
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
    /// Those that would help if what they wait for had been so for longer, and since when it is.
    pub(super) holding: BTreeMap<u8, Timestamp>,
    /// When it is inspected next, or was to be, if that goes on.
    pub(super) inspection: Option<Timestamp>,
    pub(super) looking: Option<Looking>,
    /// When the first offer was made that counts against its ramp, and how many do.
    pub(super) ramp: (Timestamp, u16),
}

impl Queue {
    pub(super) fn new(at: Timestamp) -> Self {
        Self {
            tally: Tally::new(at),
            joined: BTreeSet::new(),
            holding: BTreeMap::new(),
            inspection: None,
            looking: None,
            ramp: (at, 0),
        }
    }
}

/// An inspection that one call did not end.
pub(super) struct Looking {
    /// What it has not looked at, the longest there first.
    left: Vec<WorkId>,
    /// The places of all as it began.
    places: BTreeMap<WorkId, u32>,
}

/// Every condition of a trigger that has no parts.
fn conditions(when: &Trigger) -> Vec<&Trigger> {
    match when {
        Trigger::All(parts) | Trigger::Any(parts) => parts.iter().flat_map(conditions).collect(),
        one => vec![one],
    }
}

fn is_watched(when: &Trigger) -> bool {
    let all = conditions(when);
    all.iter().any(|one| !matches!(one, Trigger::Waited(_) | Trigger::Ahead(_)))
}

/// Whether a part of it holds because so many waited; that none did need not be told.
fn holds_by_length(when: &Trigger, ahead: u32) -> bool {
    let least = |one: &&Trigger| match one {
        Trigger::Ahead(least) => *least > 0 && ahead >= *least,
        _ => false,
    };
    conditions(when).iter().any(least)
}

/// Whether something may have to be told of a rule before it is done.
fn is_told(rule: &OverflowRule) -> bool {
    rule.holds_for > Span::ZERO || matches!(rule.when, Trigger::All(_) | Trigger::Any(_))
}

/// Why rules are looked at, with what is known by then.
#[derive(Clone, Copy)]
enum Why<'a> {
    /// The work came, behind so many.
    Came(u32),
    /// The same, by overflow.
    WasSent(u32),
    /// An inspection, and the places there were.
    Inspected(&'a BTreeMap<WorkId, u32>),
    /// A time of this very rule is over.
    Over,
}

impl Router {
    /// Work entered a line: rules that hold now are done, unless overflow brought it; then steps
    /// that nobody could serve are passed over.
    pub(super) fn entered(&mut self, id: WorkId, by_overflow: bool) {
        let ahead = self.waiting_in(self.works[&id].queue).len().saturating_sub(1) as u32;
        self.do_rules(id, if by_overflow { Why::WasSent(ahead) } else { Why::Came(ahead) });
        self.pass_refused_steps(id);
        self.pass_empty_steps(id);
    }

    /// Looks at what was not done in this stay, in order, as long as it waits in this queue.
    fn do_rules(&mut self, id: WorkId, why: Why<'_>) {
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
            if !work.fired.contains(&(number as u8)) {
                self.look_at(id, number as u8, rule, why);
            }
        }
    }

    /// Does a rule, or tells what became of it.
    fn look_at(&mut self, id: WorkId, number: u8, rule: &OverflowRule, why: Why<'_>) {
        let mut told = self.works[&id].told.get(&number).copied().unwrap_or_default();
        let held_before = told.since.is_some();
        let place = match why {
            Why::Inspected(_) if !is_watched(&rule.when) => return,
            Why::Inspected(places) => places.get(&id).copied(),
            _ => None,
        };
        let came_behind = match why {
            Why::Came(ahead) | Why::WasSent(ahead) => Some(ahead),
            _ => None,
        };
        told.ahead = came_behind.unwrap_or(told.ahead);
        let holds = match why {
            Why::WasSent(_) => false,
            _ => self.holds(id, rule.counts, told.ahead, place, &rule.when),
        };
        let queue = self.works[&id].queue;
        let over = |since| self.due(queue, rule.counts, since, rule.holds_for);
        let long_enough = rule.holds_for == Span::ZERO
            || told.since.and_then(over).is_some_and(|end| end <= self.effective());
        if holds && long_enough {
            self.do_rule(id, number);
            return;
        }
        let asked = is_told(rule);
        let behind = came_behind.filter(|ahead| asked && holds_by_length(&rule.when, *ahead));
        if behind.is_some() || holds != held_before || matches!(why, Why::Over) {
            told.since = holds.then(|| told.since.unwrap_or(self.now));
            told.last = Some(self.effective());
            self.work(id).told.insert(number, told);
            self.tell(Event::overflow_watched(id, number, holds, behind));
        }
    }

    fn do_rule(&mut self, id: WorkId, rule: u8) {
        let profile = self.queue_profile(self.works[&id].queue);
        let then = profile.overflow[usize::from(rule)].then.clone();
        let work = self.work(id);
        work.fired.insert(rule);
        work.told.remove(&rule);
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

    /// The first rule of which a time is over: the work waited so long, or it held so long.
    pub(super) fn next_waited(&self, id: WorkId) -> Option<(Timestamp, u8)> {
        let work = &self.works[&id];
        let mut all = Vec::new();
        for (number, rule) in (0_u8..).zip(&self.queue_profile(work.queue).overflow) {
            if work.fired.contains(&number) {
                continue;
            }
            let told = work.told.get(&number).copied().unwrap_or_default();
            let due = |from, span| self.due(work.queue, rule.counts, from, span);
            for one in conditions(&rule.when) {
                if let Trigger::Waited(span) = one {
                    let end = due(work.entered, *span);
                    all.extend(end.filter(|end| Some(*end) > told.last).map(|end| (end, number)));
                }
            }
            let held = told.since.and_then(|since| due(since, rule.holds_for));
            all.extend(held.map(|end| (end, number)));
        }
        all.into_iter().min()
    }

    pub(super) fn overflow_waited(&mut self, id: WorkId) {
        let (_, number) = self.next_waited(id).expect("a rule is due");
        let rule = self.queue_profile(self.works[&id].queue).overflow[usize::from(number)].clone();
        self.look_at(id, number, &rule, Why::Over);
    }

    /// A queue or a calendar changed: what is over by what it says now comes up once more.
    pub(super) fn ask_again(&mut self, changed: Entity) {
        let queues: BTreeSet<QueueId> = self.queues.keys().copied().collect();
        let here = |queue: &QueueId| {
            let calendar = self.queue_profile(*queue).calendar;
            changed == (*queue).into() || calendar.is_some_and(|id| changed == id.into())
        };
        let queues: BTreeSet<QueueId> = queues.into_iter().filter(here).collect();
        for work in self.works.values_mut().filter(|work| queues.contains(&work.queue)) {
            work.told.values_mut().for_each(|told| told.last = None);
        }
    }

    /// Inspects a queue, then each piece of work that waits there, the longest there first: as many
    /// as the call may fire deadlines, this one included.
    pub(super) fn inspect(&mut self, queue: QueueId) {
        let begun = self.queue(queue).looking.take();
        let goes_on = begun.is_some();
        let Looking { left, places } = begun.unwrap_or_else(|| {
            self.inspect_rings(queue);
            let waiting = self.waiting_in(queue);
            let places = waiting.iter().map(|work| (*work, self.place_of(*work))).collect();
            Looking { left: waiting, places }
        });
        let profile = self.queue_profile(queue);
        let mut rules = profile.overflow.iter().filter(|rule| is_watched(&rule.when));
        let all = rules.any(|rule| self.may_hold(queue, &rule.when));
        let here = |work: &&WorkId| {
            let row = self.works.get(work);
            row.is_some_and(|row| {
                let waits = row.queue == queue && row.stage == Stage::Queued;
                waits && (all || !row.told.is_empty())
            })
        };
        let concerned: Vec<WorkId> = left.iter().filter(here).copied().collect();
        let most = 1 + self.left as usize;
        let part = &concerned[..most.min(concerned.len())];
        self.left -= part.len().saturating_sub(1) as u32;
        let up_to = part.last().copied().filter(|_| concerned.len() > most);
        if goes_on || up_to.is_some() {
            let due = self.effective();
            let row = self.queue(queue);
            row.inspection = up_to.map(|_| due);
            row.looking = up_to.map(|up_to| {
                let behind = left.iter().skip_while(|work| **work != up_to).skip(1);
                Looking { left: behind.copied().collect(), places: places.clone() }
            });
            let (rings, waits) = (row.joined.clone(), row.holding.keys().copied().collect());
            let rings = rings.into_iter().collect();
            self.tell(Event::queue_inspected(queue, rings, waits, up_to));
        }
        for work in part {
            if self.works.get(work).is_some_and(|row| row.queue == queue) {
                self.do_rules(*work, Why::Inspected(&places));
            }
        }
    }

    /// Whether, for all that the queue tells, a trigger may hold for some of what waits there.
    fn may_hold(&self, queue: QueueId, when: &Trigger) -> bool {
        let part = |part| self.may_hold(queue, part);
        match when {
            Trigger::All(parts) => parts.iter().all(part),
            Trigger::Any(parts) => parts.iter().any(part),
            Trigger::EstimatedWait { by, at_least } => {
                self.estimated(queue, None, *by).is_some_and(|wait| wait >= *at_least)
            }
            Trigger::NobodyStaffed => self.things.keys().any(|thing| match thing {
                Entity::Channel(channel) => !self.is_staffed(queue, *channel),
                _ => false,
            }),
            Trigger::Closed => {
                let calendar = self.queue_profile(queue).calendar;
                calendar.is_some_and(|id| !self.is_open(id))
            }
            Trigger::Queue(condition) => self.is_so(queue, None, condition),
            // That depends on the work.
            _ => true,
        }
    }

    /// Which conditional rings help, and which would if that had been so for longer.
    fn inspect_rings(&mut self, queue: QueueId) {
        let profile = self.queue_profile(queue);
        let (mut joined, mut holding) = (BTreeSet::new(), BTreeMap::new());
        for ring in &profile.conditional {
            let so = |list: &Vec<QueueCondition>| {
                list.iter().all(|condition| self.is_so(queue, Some(ring.ring), condition))
            };
            if !so(&ring.when) && !ring.or_when.iter().any(so) {
                continue;
            }
            let row = &self.queues[&queue];
            let since = row.holding.get(&ring.ring).copied();
            let over = |since| self.due(queue, None, since, ring.holds_for);
            let held = since.and_then(over).is_some_and(|end| end <= self.effective());
            if row.joined.contains(&ring.ring) || ring.holds_for == Span::ZERO || held {
                joined.insert(ring.ring);
            } else {
                holding.insert(ring.ring, since.unwrap_or(self.now));
            }
        }
        let rings = joined.iter().copied().collect();
        let waits = holding.keys().copied().collect();
        let row = self.queue(queue);
        (row.joined, row.holding, row.inspection) = (joined, holding, None);
        self.tell(Event::queue_inspected(queue, rings, waits, None));
    }

    fn holds(
        &self,
        id: WorkId,
        counts: Option<WaitClock>,
        ahead: u32,
        place: Option<u32>,
        when: &Trigger,
    ) -> bool {
        let work = &self.works[&id];
        let queue = work.queue;
        let part = |part| self.holds(id, counts, ahead, place, part);
        match when {
            Trigger::All(parts) => parts.iter().all(part),
            Trigger::Any(parts) => parts.iter().any(part),
            Trigger::Waited(span) => {
                let end = self.due(queue, counts, work.entered, *span);
                end.is_some_and(|end| end <= self.effective())
            }
            Trigger::Ahead(least) => ahead >= *least,
            Trigger::Position { is, value } => {
                let place = place.unwrap_or_else(|| self.place_of(id));
                compares(place.into(), *is, (*value).into())
            }
            Trigger::EstimatedWait { by, at_least } => {
                self.estimated(queue, None, *by).is_some_and(|wait| wait >= *at_least)
            }
            Trigger::NobodyStaffed => !self.is_staffed(queue, work.request.channel),
            Trigger::NobodyEligible => !self.is_anybody_there(id),
            Trigger::Eligible { is, value } => {
                compares(self.count_there(id) as i64, *is, (*value).into())
            }
            Trigger::Closed => {
                let calendar = self.queue_profile(queue).calendar;
                calendar.is_some_and(|id| !self.is_open(id))
            }
            Trigger::Queue(condition) => self.is_so(queue, None, condition),
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

    fn is_so(&self, own: QueueId, ring: Option<u8>, condition: &QueueCondition) -> bool {
        let queue = condition.queue.unwrap_or(own);
        let but = ring.filter(|_| queue == own);
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
        measured.is_some_and(|measured| compares(measured, condition.is, condition.value))
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
                || profile.overflow.iter().any(|rule| is_watched(&rule.when));
            let row = self.queue(id);
            if !watched {
                row.joined.clear();
                row.holding.clear();
                row.inspection = None;
            } else if row.inspection.is_none()
                && (waits || !row.joined.is_empty() || !row.holding.is_empty())
            {
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
        let over = used == 0 || now >= since + ramp.per && since + ramp.per < Timestamp::MAX;
        self.queue(queue).ramp = if over { (now, 1) } else { (since, used + 1) };
    }

    /// When a queue that has offered as much as it may may offer again.
    fn ramp_over(&self, queue: QueueId) -> Option<Timestamp> {
        let ramp = self.queue_profile(queue).ramp?;
        let (since, used) = self.queues[&queue].ramp;
        (used >= ramp.offers).then(|| since + ramp.per)
    }

    pub(super) fn is_held_back(&self, queue: QueueId) -> bool {
        self.ramp_over(queue).is_some_and(|over| self.now < over || over == Timestamp::MAX)
    }

    /// Whether one more offer is all that the queue of a piece of work may make for now.
    pub(super) fn is_last_of_ramp(&self, work: WorkId) -> bool {
        let queue = self.works[&work].queue;
        let Some(ramp) = self.queue_profile(queue).ramp else {
            return false;
        };
        let (since, used) = self.queues[&queue].ramp;
        let until = since + ramp.per;
        let used = if self.now < until || until == Timestamp::MAX { used } else { 0 };
        used + 1 >= ramp.offers
    }

    pub(super) fn release_ramp(&mut self, queue: QueueId) {
        self.queue(queue).ramp.1 = 0;
        self.tell(Event::ramp_released(queue));
    }

    pub(super) fn queue_deadlines(&self, id: QueueId) -> Vec<Deadline> {
        let row = &self.queues[&id];
        let rings = &self.queue_profile(id).conditional;
        if row.looking.is_some() {
            return vec![];
        }
        let over = |ring: &ConditionalRing| {
            self.due(id, None, *row.holding.get(&ring.ring)?, ring.holds_for)
        };
        let all = rings.iter().filter_map(over).chain(row.inspection);
        let inspection = all.map(|at| Deadline::new(at, DeadlineKind::Inspection));
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

fn compares(measured: i64, is: Comparison, value: i64) -> bool {
    match is {
        Comparison::Equal => measured == value,
        Comparison::NotEqual => measured != value,
        Comparison::Less => measured < value,
        Comparison::AtMost => measured <= value,
        Comparison::More => measured > value,
        Comparison::AtLeast => measured >= value,
    }
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
