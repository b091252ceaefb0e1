//! The ledger: everything a supervisor asks, from the figures of the floor.

use std::collections::BTreeMap;

use strowger::fact::{Definition, PresenceSetBy};
use strowger::figures::{AgentNow, Figures, FiguresConfig, QueueInterval, StatusTime, WithAgents};
use strowger::model::ChannelId;
use strowger::prelude::*;

use crate::clock::{Clock, PER_HALF_HOUR, STRETCH};
use crate::tally::{QueueName, Tally, Totals};

/// The ledger of a day.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) clock: Clock,
    pub(crate) queues: BTreeMap<QueueId, QueueName>,
    pub(crate) channels: BTreeMap<ChannelId, String>,
    pub(crate) totals: Totals,
    figures: Figures,
    /// Queues in every stretch that is over.
    rows: Vec<QueueInterval>,
    /// What all agents did in every stretch that is over.
    staff: BTreeMap<u64, StatusTime>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let config = FiguresConfig::default().with_interval(STRETCH);
        Self {
            clock: Clock::default(),
            queues: BTreeMap::new(),
            channels: BTreeMap::new(),
            totals: Totals::default(),
            figures: Figures::new(config).expect("five minutes are an interval"),
            rows: Vec::new(),
            staff: BTreeMap::new(),
        }
    }

    /// Takes a fact in.
    pub(crate) fn fold(&mut self, fact: &Fact) {
        self.figures.apply(fact).expect("no fact is left out");
        let totals = &mut self.totals;
        match &fact.event {
            Event::EngineOpened { .. } => self.clock = Clock::of(fact.at),
            Event::Defined(definition) => self.define(definition),
            Event::PresenceSet { by, .. } => {
                totals.leases_lost += u64::from(*by == PresenceSetBy::Lease);
            }
            Event::WorkSubmitted { .. } => totals.submitted += 1,
            Event::WorkHeld { .. } => totals.held += 1,
            Event::WorkParked { .. } => totals.parked += 1,
            Event::WorkResumed { .. } => totals.resumed += 1,
            Event::CodeSet { .. } => totals.codes += 1,
            Event::WorkClosed { cause, .. } => *totals.closed.entry(*cause).or_default() += 1,
            _ => {}
        }
    }

    fn define(&mut self, definition: &Definition) {
        match definition {
            Definition::Queue(queue) => {
                let (name, target) = (queue.key.to_string(), queue.profile.service_target);
                self.queues.insert(queue.id, QueueName { name, target });
            }
            Definition::Channel(channel) => {
                self.channels.insert(channel.id, channel.key.to_string());
            }
            _ => {}
        }
    }

    /// Writes down what is over by now.
    pub(crate) fn close(&mut self, now: Timestamp) {
        let closed = self.figures.close_until(now);
        for row in closed.agents {
            self.staff.entry(self.clock.stretch(row.from)).or_default().add(&row.time);
        }
        self.rows.extend(closed.queues);
    }

    /// The sum of the rows that are asked for.
    pub(crate) fn sum(&self, wanted: impl Fn(&QueueInterval) -> bool) -> Tally {
        let mut sum = Tally::default();
        self.rows.iter().filter(|row| wanted(row)).for_each(|row| sum.add(row));
        sum
    }

    /// Milliseconds that work of a channel waited in each stretch.
    pub(crate) fn waiting(&self, channel: ChannelId) -> BTreeMap<u64, u64> {
        let mut curve = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.channel == channel) {
            *curve.entry(self.clock.stretch(row.from)).or_default() += row.line.waited.as_millis();
        }
        curve
    }

    /// The longest that anything had waited in a queue in each stretch, in milliseconds.
    pub(crate) fn longest(&self, queue: QueueId) -> BTreeMap<u64, u64> {
        let mut curve = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.queue == queue) {
            let longest: &mut u64 = curve.entry(self.clock.stretch(row.from)).or_default();
            *longest = row.longest_wait.as_millis().max(*longest);
        }
        curve
    }

    /// What all agents did in some stretches.
    pub(crate) fn staff(&self, stretches: std::ops::Range<u64>) -> StatusTime {
        let mut sum = StatusTime::default();
        self.staff.range(stretches).for_each(|(_, time)| sum.add(time));
        sum
    }

    /// What all agents did in half an hour.
    pub(crate) fn staff_in(&self, half_hour: u64) -> StatusTime {
        self.staff(half_hour * PER_HALF_HOUR..(half_hour + 1) * PER_HALF_HOUR)
    }

    /// The half hours in which anything happened, from the first to the last.
    pub(crate) fn half_hours(&self) -> std::ops::Range<u64> {
        let worked = self.rows.iter().map(|row| self.clock.half_hour(row.from));
        let staffed = self.staff.keys().map(|stretch| stretch / PER_HALF_HOUR);
        let all: Vec<_> = worked.chain(staffed).collect();
        let last = all.iter().max().map_or(0, |last| last + 1);
        all.into_iter().min().unwrap_or(0)..last
    }

    /// How much of anything is still on the books; after a day that ended well, nothing is.
    pub(crate) fn unfinished(&self) -> u32 {
        let agents = self.figures.agents_now();
        let all = |work: &WithAgents| work.active + work.held + work.parked + work.wrapping_up;
        let own = |agent: &AgentNow| agent.alerting + agent.consults + all(&agent.work);
        let queues = self.figures.queues_now(Timestamp::MAX);
        let channels = queues.iter().flat_map(|queue| &queue.channels);
        let line = channels.map(|channel| channel.waiting + channel.offered + channel.put_off);
        line.chain(agents.iter().map(own)).sum()
    }

    /// How many agents are still signed in.
    pub(crate) fn signed_in(&self) -> usize {
        let offline = SystemPresence::Offline.id();
        self.figures.agents_now().iter().filter(|agent| agent.presence != offline).count()
    }
}
