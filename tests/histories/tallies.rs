//! What queues have experienced, recomputed from the facts alone: an independent fold over the
//! facts of random histories must come to what the engine shows, restored or not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strowger::fact::{Definition, Event, Fact, QueuedWhy};
use strowger::model::{
    AgentId, AgentProfile, CalendarId, CalendarProfile, ChannelId, Entity, MembersWhere, OfferId,
    QueueId, WaitClock, WorkId,
};
use strowger::policy::calendar::open_between;
use strowger::policy::estimate::Estimator;
use strowger::policy::fit::holds;
use strowger::state::{CloseCause, RoutingStatus, Withdrawal};
use strowger::view::{Counts, QueueView};
use strowger::{Engine, Snapshot, Span, Timestamp};

use crate::support;
use crate::support::ops::History;
use crate::support::{json, open};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Arrived,
    Answered { in_target: bool },
    Abandoned,
}

/// A queue: everything that ever happened, oldest first.
struct Queue {
    defined: Timestamp,
    target: Span,
    counts: WaitClock,
    calendar: Option<CalendarId>,
    diary: Vec<(Timestamp, Entry)>,
    waits: Vec<u64>,
    handled: Vec<u64>,
}

/// Work that is not over.
struct Work {
    queue: QueueId,
    entered: Timestamp,
    owner: Option<AgentId>,
    /// Whether it is in the line of its queue, offered or not.
    in_line: bool,
    offers: BTreeSet<OfferId>,
    /// Whether one agent sent it to another, who has not answered.
    between: bool,
    /// Whether its queue counts it as an arrival since an agent had it last.
    counted: bool,
    /// Whether it is no customer, which no tally knows.
    internal: bool,
}

/// An agent's part of a piece of work: from when to when they were occupied with it.
struct Leg {
    queue: QueueId,
    stretches: Vec<(Timestamp, Option<Timestamp>)>,
}

#[derive(Default)]
struct Fold {
    queues: BTreeMap<QueueId, Queue>,
    calendars: BTreeMap<CalendarId, CalendarProfile>,
    works: BTreeMap<WorkId, Work>,
    offers: BTreeMap<OfferId, (WorkId, AgentId)>,
    legs: BTreeMap<(WorkId, AgentId), Leg>,
    members: BTreeSet<(QueueId, AgentId, Option<ChannelId>)>,
    asked: BTreeMap<QueueId, Option<MembersWhere>>,
    profiles: BTreeMap<AgentId, Arc<AgentProfile>>,
    draining: BTreeSet<AgentId>,
    statuses: BTreeMap<AgentId, RoutingStatus>,
}

impl Fold {
    /// Work enters the line of a queue, or moves in it.
    fn arrive(&mut self, work: WorkId, queue: QueueId, at: Timestamp) {
        let row = self.works.get_mut(&work).expect("open work");
        let counted = row.counted && row.queue == queue;
        (row.queue, row.entered, row.owner) = (queue, at, None);
        (row.in_line, row.counted, row.between) = (true, true, false);
        if !counted && !row.internal {
            self.queue(queue).diary.push((at, Entry::Arrived));
        }
    }

    /// Work leaves the line, or its agent, until later.
    fn put_off(&mut self, work: WorkId, at: Timestamp) {
        if let Some(owner) = self.owner(work) {
            self.release(work, owner, at);
        }
        let row = self.works.get_mut(&work).expect("open work");
        (row.owner, row.in_line, row.between) = (None, false, false);
    }

    fn take(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        let row = self.works.get_mut(&work).expect("open work");
        let (queue, entered, old) = (row.queue, row.entered, row.owner);
        let waited = row.in_line && !row.internal;
        (row.owner, row.in_line, row.counted) = (Some(agent), false, false);
        row.between = false;
        row.offers.clear();
        if let Some(old) = old {
            self.release(work, old, at);
        } else if waited {
            let wait = self.passed(queue, entered, at);
            let known = self.queue(queue);
            let in_target = wait <= known.target;
            known.diary.push((at, Entry::Answered { in_target }));
            known.waits.push(wait.as_millis());
        }
        self.legs.insert((work, agent), Leg { queue, stretches: vec![(at, None)] });
    }

    /// How long that was on the clock by which a queue counts.
    fn passed(&self, queue: QueueId, from: Timestamp, to: Timestamp) -> Span {
        let known = &self.queues[&queue];
        let calendar = known.calendar.filter(|_| known.counts == WaitClock::Open);
        calendar.map_or_else(|| to.since(from), |id| open_between(&self.calendars[&id], from, to))
    }

    fn queue(&mut self, queue: QueueId) -> &mut Queue {
        self.queues.get_mut(&queue).expect("a queue that was defined")
    }

    fn owner(&self, work: WorkId) -> Option<AgentId> {
        self.works[&work].owner
    }

    fn aside(&mut self, work: WorkId, at: Timestamp) {
        let agent = self.owner(work).expect("somebody has it");
        let leg = self.legs.get_mut(&(work, agent)).expect("the leg");
        let last = leg.stretches.last_mut().expect("they were occupied once");
        last.1.get_or_insert(at);
    }

    fn again(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        let leg = self.legs.get_mut(&(work, agent)).expect("the leg");
        if leg.stretches.last().is_some_and(|(_, end)| end.is_some()) {
            leg.stretches.push((at, None));
        }
    }

    /// The agent has nothing more to do with it.
    fn release(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        if let Some(leg) = self.legs.remove(&(work, agent)) {
            let spans = leg.stretches.iter().map(|(from, to)| to.unwrap_or(at).since(*from));
            let handled = spans.map(Span::as_millis).sum();
            self.queue(leg.queue).handled.push(handled);
        }
    }

    fn tell(&mut self, fact: &Fact) {
        let (at, due) = (fact.at, fact.effective());
        match &fact.event {
            Event::Defined(definition) | Event::Changed(definition) => {
                if let Definition::Agent(agent) = &**definition {
                    self.profiles.insert(agent.id, agent.profile.clone());
                }
                if let Definition::Queue(queue) = &**definition {
                    self.asked.insert(queue.id, queue.profile.members_where.clone());
                    let profile = &queue.profile;
                    let (target, counts) = (profile.service_target, profile.counts);
                    let calendar = profile.calendar;
                    let new = || Queue {
                        defined: at,
                        target,
                        counts,
                        calendar,
                        diary: Vec::new(),
                        waits: Vec::new(),
                        handled: Vec::new(),
                    };
                    let known = self.queues.entry(queue.id).or_insert_with(new);
                    (known.target, known.counts, known.calendar) = (target, counts, calendar);
                }
                if let Definition::Calendar(calendar) = &**definition {
                    self.calendars.insert(calendar.id, (*calendar.profile).clone());
                }
            }
            Event::Retired(Entity::Queue(id)) => {
                self.asked.remove(id);
                self.members.retain(|(queue, ..)| queue != id);
            }
            Event::Retired(Entity::Agent(id)) => {
                self.profiles.remove(id);
                self.members.retain(|(_, agent, _)| agent != id);
            }
            Event::MembershipSet { agent, queue, channel, .. } => {
                self.members.insert((*queue, *agent, *channel));
            }
            Event::MembershipRemoved { agent, queue, channel, .. } => {
                self.members.remove(&(*queue, *agent, *channel));
            }
            Event::DrainingSet { agent, draining: true, .. } => {
                self.draining.insert(*agent);
            }
            Event::DrainingSet { agent, .. } => {
                self.draining.remove(agent);
            }
            Event::RoutingStatusChanged { agent, status, .. } => {
                self.statuses.insert(*agent, *status);
            }
            Event::WorkSubmitted { work, request, .. } => {
                let (queue, in_line) = (request.queue, request.schedule.is_none());
                let (owner, offers, counted) = (None, BTreeSet::new(), false);
                let between = false;
                let internal = request.internal;
                let row =
                    Work { queue, entered: at, owner, in_line, offers, counted, between, internal };
                self.works.insert(*work, row);
                if in_line {
                    self.arrive(*work, queue, at);
                }
            }
            Event::WorkClassified { work, queue, .. } => {
                let row = self.works.get_mut(work).expect("open work");
                if (row.in_line || row.between) && row.queue != *queue {
                    self.arrive(*work, *queue, at);
                } else if row.queue != *queue {
                    (row.queue, row.counted) = (*queue, false);
                }
            }
            Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work, .. }
            | Event::CustomerUnreached { work, retry: Some(_), .. } => self.put_off(*work, at),
            Event::WorkQueued { work, queue, why, wrap_up, .. } => {
                if let Some(owner) = self.owner(*work) {
                    match wrap_up {
                        Some(wrap_up) if wrap_up.counts => self.again(*work, owner, at),
                        Some(_) | None => self.release(*work, owner, at),
                    }
                }
                if *why == QueuedWhy::TransferredToAgent {
                    let row = self.works.get_mut(work).expect("open work");
                    (row.owner, row.in_line, row.between) = (None, false, true);
                } else {
                    self.arrive(*work, *queue, at);
                }
            }
            Event::WorkOffered { offer, work, agent, .. } => {
                self.offers.insert(*offer, (*work, *agent));
                self.works.get_mut(work).expect("open work").offers.insert(*offer);
            }
            Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => {
                let goes_on = matches!(
                    fact.event,
                    Event::OfferWithdrawn {
                        why: Withdrawal::Reassigned | Withdrawal::WorkGone | Withdrawal::MaxWait,
                        ..
                    }
                );
                let (work, _) = self.offers[offer];
                let row = self.works.get_mut(&work).expect("open work");
                row.offers.remove(offer);
                if row.between && row.offers.is_empty() && !goes_on {
                    let queue = row.queue;
                    self.arrive(work, queue, at);
                }
            }
            Event::OfferAccepted { offer, .. } => {
                let (work, agent) = self.offers[offer];
                self.take(work, agent, at);
            }
            Event::WorkAssigned { work, agent, .. } => self.take(*work, *agent, at),
            Event::WorkParked { work, .. } => self.aside(*work, at),
            Event::WorkResumed { work, .. } => {
                let owner = self.owner(*work).expect("somebody parked it");
                self.again(*work, owner, at);
            }
            Event::ContactEnded { work, wrap_up, .. } => {
                let owner = self.owner(*work).expect("somebody has it");
                if wrap_up.counts {
                    self.again(*work, owner, due);
                } else {
                    self.release(*work, owner, due);
                }
            }
            Event::HandedOver { work, agent, wrap_up, .. } => {
                let owner = self.owner(*work).expect("somebody has it");
                match wrap_up {
                    Some(wrap_up) if wrap_up.counts => self.again(*work, owner, at),
                    Some(_) | None => self.release(*work, owner, at),
                }
                let row = self.works.get_mut(work).expect("open work");
                row.owner = Some(*agent);
                let leg = Leg { queue: row.queue, stretches: vec![(at, None)] };
                self.legs.insert((*work, *agent), leg);
            }
            Event::WrapUpEnded { work, agent, .. } => self.release(*work, *agent, due),
            Event::WorkClosed { work, cause, outside, .. } => {
                let row = self.works.remove(work).expect("open work");
                let wrap_up = outside.as_ref().and_then(|outside| outside.wrap_up);
                let in_line = row.in_line && !row.internal;
                match row.owner {
                    // Whoever takes part in other work from here on did not handle this.
                    Some(owner) if *cause == CloseCause::Joined => {
                        self.legs.remove(&(*work, owner));
                    }
                    Some(owner) if wrap_up.is_some_and(|wrap_up| wrap_up.counts) => {
                        self.again(*work, owner, due);
                    }
                    Some(owner) => self.release(*work, owner, due),
                    None if in_line && *cause == CloseCause::Abandoned => {
                        self.queue(row.queue).diary.push((at, Entry::Abandoned));
                    }
                    None => {}
                }
            }
            _ => {}
        }
    }

    /// Those who are there for a queue that has no conditional rings.
    fn staffed(&self, queue: QueueId) -> u32 {
        use RoutingStatus::{Communicating, Idle, Interacting, Offered};
        let here = self.members.iter().filter(|(of, ..)| *of == queue);
        let mut here: BTreeSet<_> = here.map(|(_, agent, _)| *agent).collect();
        // Nobody says that whoever meets what the queue asks is a member.
        if let Some(Some(asked)) = self.asked.get(&queue) {
            let meets = self.profiles.iter().filter(|(_, agent)| holds(&asked.requirement, agent));
            here.extend(meets.map(|(agent, _)| *agent));
        }
        let works = here.iter().filter(|agent| {
            let status = self.statuses.get(agent);
            let responds = status.is_some_and(|status| {
                matches!(status, Idle | Offered | Interacting | Communicating)
            });
            responds && !self.draining.contains(*agent)
        });
        u32::try_from(works.count()).unwrap()
    }

    fn oldest(&self, queue: QueueId, now: Timestamp) -> Option<Span> {
        let waits = |work: &&Work| work.queue == queue && work.in_line && work.offers.is_empty();
        self.works.values().filter(waits).map(|work| now.since(work.entered)).max()
    }
}

impl Queue {
    /// What happened in the five minutes under way and the eleven before.
    fn window(&self, now: Timestamp) -> Counts {
        let five = |at: Timestamp| at.as_millis().div_euclid(300_000);
        let mut counts = Counts::default();
        for (_, entry) in self.diary.iter().filter(|(at, _)| five(*at) > five(now) - 12) {
            match entry {
                Entry::Arrived => counts.arrivals += 1,
                Entry::Answered { in_target } => {
                    counts.answered += 1;
                    counts.in_target += u32::from(*in_target);
                }
                Entry::Abandoned => counts.abandoned += 1,
            }
        }
        counts
    }

    /// Milliseconds that window is long.
    fn length(&self, now: Timestamp) -> f64 {
        let first = (now.as_millis().div_euclid(300_000) - 11) * 300_000;
        (now.as_millis() - first.max(self.defined.as_millis())) as f64
    }
}

/// The moving average in 1/256 ms.
fn average(of: &[u64]) -> Option<u64> {
    let (first, rest) = of.split_first()?;
    Some(rest.iter().fold(first * 256, |mean, new| (mean * 7 + new * 256) / 8))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, shown: T, folded: T) -> Result<(), String> {
    if shown == folded {
        return Ok(());
    }
    Err(format!("{what}: the engine shows {shown:?}, the facts say {folded:?}"))
}

fn compare(engine: &Engine, fold: &Fold) -> Result<(), String> {
    for queue in engine.view().queues() {
        let known = &fold.queues[&queue.id()];
        let tally = queue.tally();
        for minutes in [0, 1, 5, 29, 55, 59, 60, 61, 600] {
            let now = engine.now() + Span::from_mins(minutes);
            same("window", tally.window(now), known.window(now))?;
        }
        same("service level", queue.service_level(), {
            let Counts { answered, in_target, abandoned, .. } = known.window(engine.now());
            let ended = u64::from(answered + abandoned);
            (ended > 0).then(|| (u64::from(in_target) * 1_000 / ended) as u16)
        })?;
        same("waits", tally.waits().parts(), average(&known.waits))?;
        same("waits taken", tally.waits().samples() as usize, known.waits.len())?;
        same("handling", tally.handling().parts(), average(&known.handled))?;
        same("handled", tally.handling().samples() as usize, known.handled.len())?;
        // Which rings have joined is checked beside the naive reference.
        if queue.profile().conditional.is_empty() {
            same("staffed", queue.staffed(), fold.staffed(queue.id()))?;
        }
        same("oldest", queue.oldest_wait(), fold.oldest(queue.id(), engine.now()))?;
        estimates(engine, queue, known)?;
    }
    Ok(())
}

/// The formulas, in floats.
fn estimates(engine: &Engine, queue: QueueView<'_>, known: &Queue) -> Result<(), String> {
    let now = engine.now();
    let counts = known.window(now);
    let handling = average(&known.handled).map(|parts| parts as f64 / 256.0);
    let staffed = f64::from(queue.staffed());
    let length = known.length(now);
    let of = |estimator, ahead: f64| match estimator {
        Estimator::MovingAverage => average(&known.waits).map(|parts| parts as f64 / 256.0),
        Estimator::LittlesLaw => {
            let ended = f64::from(counts.answered + counts.abandoned);
            (ended > 0.0).then(|| (ahead + 1.0) * length / ended)
        }
        Estimator::Staffing => {
            handling.filter(|_| staffed > 0.0).map(|handling| handling * (ahead + 1.0) / staffed)
        }
        Estimator::Erlang => handling.and_then(|handling| {
            let left = staffed * length - f64::from(counts.arrivals) * handling;
            (counts.arrivals > 0 && left > 0.0).then(|| handling * length / left)
        }),
        _ => panic!("the fold does not know {estimator:?}"),
    };
    let agree = |shown: [strowger::view::Estimate; 4], ahead: f64| {
        for estimate in shown {
            let exact = of(estimate.estimator, ahead);
            let near = match (estimate.wait, exact) {
                (Some(wait), Some(exact)) => {
                    let wait = wait.as_millis() as f64;
                    (wait - exact).abs() <= 1.0 + exact / 1e9
                }
                (wait, exact) => wait.is_none() == exact.is_none(),
            };
            if !near {
                return Err(format!("{estimate:?} with {ahead} ahead: it should be {exact:?}"));
            }
        }
        Ok(())
    };
    agree(queue.estimates(), f64::from(queue.waiting()))?;
    for (place, work) in queue.line().into_iter().enumerate() {
        same("position", work.position(), Some(place + 1))?;
        agree(work.estimates().expect("it waits"), place as f64)?;
    }
    Ok(())
}

fn folded(history: &History) -> Result<(), String> {
    let (mut engine, facts) = open(&history.config);
    let mut fold = Fold::default();
    facts.iter().for_each(|fact| fold.tell(fact));
    let mut before = None;
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    loop {
        for call in todo.drain(..) {
            call.run(&mut engine).facts.iter().for_each(|fact| fold.tell(fact));
            compare(&engine, &fold)?;
            before = Some(call);
        }
        let Some(op) = ops.next() else { break };
        todo = support::calls(op, &engine, before.as_ref());
    }
    for work in engine.view().works() {
        let waits = work.position().is_some();
        same("estimates only where it waits", work.estimates().is_some(), waits)?;
    }
    let snapshot: Snapshot = serde_json::from_str(&json(&engine.snapshot())).unwrap();
    let restored = Engine::restore(snapshot).map_err(|error| error.to_string())?;
    compare(&restored, &fold)
}

#[test]
fn tallies_are_what_the_facts_say() {
    support::check(200, 31, 150, folded);
}
