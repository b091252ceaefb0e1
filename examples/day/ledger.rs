//! The ledger: everything a supervisor asks, folded from facts alone.

use std::collections::BTreeMap;

use strowger::*;

use crate::curves::{Clock, Curve, StatusCurves};
use crate::tally::{Cell, QueueName, Tally, Totals};

/// Work from its submission to its end.
#[derive(Debug)]
struct Row {
    cell: Cell,
    /// Since when it waits, in its queue or ringing; none while somebody has it.
    waits: Option<Waits>,
    owner: Option<AgentId>,
}

#[derive(Clone, Copy, Debug)]
struct Waits {
    /// When its wait began, perhaps before it was submitted.
    from: Timestamp,
    /// When it entered the queue.
    entered: Timestamp,
}

/// One agent's part of one piece of work.
#[derive(Debug)]
struct Leg {
    cell: Cell,
    /// Since when his time counts; none while it is parked or wrapped up on the side.
    since: Option<Timestamp>,
}

/// The ledger of a day.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) clock: Clock,
    pub(crate) queues: BTreeMap<QueueId, QueueName>,
    pub(crate) channels: BTreeMap<ChannelId, String>,
    pub(crate) tallies: BTreeMap<Cell, Tally>,
    pub(crate) totals: Totals,
    pub(crate) agents: StatusCurves,
    /// How much waits, by channel.
    pub(crate) waiting: BTreeMap<ChannelId, Curve>,
    /// The longest wait in each stretch of time, by queue.
    pub(crate) longest: BTreeMap<QueueId, Vec<Span>>,
    works: BTreeMap<WorkId, Row>,
    offers: BTreeMap<OfferId, (WorkId, AgentId)>,
    legs: BTreeMap<(WorkId, AgentId), Leg>,
}

impl Ledger {
    /// Takes a fact in.
    pub(crate) fn fold(&mut self, fact: &Fact) {
        let at = fact.effective();
        match &fact.event {
            Event::EngineOpened { .. } => self.clock = Clock::of(at),
            Event::Defined(definition) => self.define(definition),
            Event::PresenceSet { agent, presence, by, .. } => {
                let offline = *presence == SystemPresence::Offline.id();
                self.agents.presence(self.clock, at, *agent, !offline);
                self.totals.leases_lost += u64::from(*by == PresenceSetBy::Lease);
            }
            Event::RoutingStatusChanged { agent, status } => {
                self.agents.status(self.clock, at, *agent, *status);
            }
            event => {
                self.fold_offer(at, event);
                self.fold_work(at, event);
            }
        }
    }

    fn fold_offer(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::WorkOffered { offer, work, agent, .. } => {
                self.totals.offers += 1;
                self.offers.insert(*offer, (*work, *agent));
            }
            Event::OfferAccepted { offer, .. } => {
                self.totals.accepted += 1;
                if let Some((work, agent)) = self.offers.remove(offer) {
                    self.answer(at, work, agent);
                }
            }
            Event::OfferRejected { offer, .. } => {
                self.totals.rejected += 1;
                self.offers.remove(offer);
            }
            Event::OfferMissed { offer, .. } => {
                self.totals.missed += 1;
                self.offers.remove(offer);
            }
            Event::OfferWithdrawn { offer, .. } => {
                self.totals.withdrawn += 1;
                self.offers.remove(offer);
            }
            _ => {}
        }
    }

    fn fold_work(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::WorkSubmitted { work, request } => {
                self.totals.submitted += 1;
                let from = request.origin.unwrap_or(at);
                self.enter(at, from, *work, request.channel, request.queue);
            }
            Event::WorkQueued { work, queue, why, wrap_up, .. } => {
                self.totals.transferred += u64::from(*why == QueuedWhy::Transferred);
                self.requeue(at, *work, *queue, wrap_up.is_some());
            }
            Event::WorkAssigned { work, agent, .. } => self.answer(at, *work, *agent),
            Event::WorkHeld { .. } => self.totals.held += 1,
            Event::WorkParked { work, .. } => {
                self.totals.parked += 1;
                self.stop_owner(at, *work);
            }
            Event::WorkResumed { work, .. } => {
                self.totals.resumed += 1;
                if let Some(leg) = self.owner_leg(*work) {
                    leg.since = Some(at);
                }
            }
            Event::ContactEnded { work, wrap_up, .. } if !wrap_up.counts => {
                self.stop_owner(at, *work);
            }
            Event::CodeSet { .. } => self.totals.codes += 1,
            Event::WrapUpEnded { work, agent, .. } => self.end_leg(at, *work, *agent),
            Event::WorkClosed { work, cause, .. } => self.close(at, *work, *cause),
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

    fn enter(
        &mut self,
        at: Timestamp,
        from: Timestamp,
        work: WorkId,
        channel: ChannelId,
        queue: QueueId,
    ) {
        let half_hour = self.clock.half_hour(at);
        let cell = Cell { half_hour, channel, queue };
        self.tallies.entry(cell).or_default().offered += 1;
        let waits = Some(Waits { from, entered: at });
        self.works.insert(work, Row { cell, waits, owner: None });
    }

    fn requeue(&mut self, at: Timestamp, work: WorkId, queue: QueueId, wraps_up: bool) {
        if let Some((tally, _)) = self.end_wait(at, work) {
            tally.flowed_out += 1;
        }
        let Some(row) = self.works.get(&work) else {
            return;
        };
        let (channel, owner) = (row.cell.channel, row.owner);
        if let (Some(agent), false) = (owner, wraps_up) {
            self.end_leg(at, work, agent);
        }
        self.enter(at, at, work, channel, queue);
    }

    fn answer(&mut self, at: Timestamp, work: WorkId, agent: AgentId) {
        let Some(row) = self.works.get_mut(&work) else {
            return;
        };
        row.owner = Some(agent);
        let (cell, since) = (row.cell, Some(at));
        self.legs.insert((work, agent), Leg { cell, since });
        let target = self.queues.get(&cell.queue).map(|queue| queue.target);
        if let Some((tally, waited)) = self.end_wait(at, work) {
            tally.answered += 1;
            tally.waited += waited.as_millis();
            tally.in_target += u64::from(target.is_some_and(|target| waited <= target));
        }
    }

    /// Ends the wait of work that waits: the tally it counts in, and how long it was.
    fn end_wait(&mut self, at: Timestamp, work: WorkId) -> Option<(&mut Tally, Span)> {
        let row = self.works.get_mut(&work)?;
        let (cell, waits) = (row.cell, row.waits.take()?);
        let curve = self.waiting.entry(cell.channel).or_default();
        curve.add(self.clock, waits.entered, at);
        let line = self.longest.entry(cell.queue).or_default();
        self.clock.raise(line, waits.from, waits.entered, at);
        Some((self.tallies.entry(cell).or_default(), at.since(waits.from)))
    }

    fn close(&mut self, at: Timestamp, work: WorkId, cause: CloseCause) {
        *self.totals.closed.entry(cause).or_default() += 1;
        let abandoned = cause == CloseCause::Abandoned;
        if let Some((tally, _)) = self.end_wait(at, work) {
            tally.abandoned += u64::from(abandoned);
            tally.flowed_out += u64::from(!abandoned);
        }
        if let Some(agent) = self.works.remove(&work).and_then(|row| row.owner) {
            self.end_leg(at, work, agent);
        }
    }

    fn owner_leg(&mut self, work: WorkId) -> Option<&mut Leg> {
        let owner = self.works.get(&work)?.owner?;
        self.legs.get_mut(&(work, owner))
    }

    /// The owner's time stops to count, but his part is not over.
    fn stop_owner(&mut self, at: Timestamp, work: WorkId) {
        let Some(leg) = self.owner_leg(work) else {
            return;
        };
        let (cell, since) = (leg.cell, leg.since.take());
        self.count_handling(at, cell, since);
    }

    fn end_leg(&mut self, at: Timestamp, work: WorkId, agent: AgentId) {
        if let Some(leg) = self.legs.remove(&(work, agent)) {
            self.count_handling(at, leg.cell, leg.since);
        }
    }

    fn count_handling(&mut self, at: Timestamp, cell: Cell, since: Option<Timestamp>) {
        let handled = since.map_or(0, |since| at.since(since).as_millis());
        self.tallies.entry(cell).or_default().handled += handled;
    }

    /// The sum of the tallies that are asked for.
    pub(crate) fn sum(&self, wanted: impl Fn(&Cell) -> bool) -> Tally {
        let mut sum = Tally::default();
        let cells = self.tallies.iter().filter(|(cell, _)| wanted(cell));
        cells.for_each(|(_, tally)| sum.add(tally));
        sum
    }

    /// How much of anything is still on the books; after a day that ended well, nothing is.
    pub(crate) fn unfinished(&self) -> usize {
        self.works.len() + self.offers.len() + self.legs.len()
    }
}
