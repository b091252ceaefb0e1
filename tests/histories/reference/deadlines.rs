//! What is due: every deadline there is, recomputed whenever somebody asks.

use strowger::fact::{Cause, EndedBy, Event, PresenceSetBy, QueuedWhy, ResumedBy};
use strowger::model::{
    AgentId, ChannelId, MaxWaitAction, OfferId, PoolId, QueueId, SystemPresence, WorkId,
};
use strowger::policy::offering::Bar;
use strowger::policy::order::Place;
use strowger::state::{
    AssignmentState, CloseCause, Deadline, DeadlineKind, LegEnd, LegState, Stage, Withdrawal,
};
use strowger::{Span, Timestamp};

use super::Router;

/// What a deadline belongs to; at the same instant they come in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Offer(OfferId),
    Guest(AgentId, WorkId),
    WrapUp(AgentId, WorkId),
    Work(WorkId),
    Lease(AgentId),
    Queue(QueueId),
    Pool(PoolId),
    /// Work that is hidden by this delay, and since when.
    Hidden(QueueId, ChannelId, Span, Timestamp, WorkId),
}

impl Router {
    pub(super) fn fire_due(&mut self) -> bool {
        let mut fired = 0;
        while let Some((due, owner, kind)) = self.first_deadline() {
            if due > self.now {
                break;
            }
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            self.cause = Cause::Deadline { kind, due };
            self.fire(owner, kind, due);
            fired += 1;
            assert!(fired < 100_000, "{owner:?} {kind:?} {due} comes up for ever");
        }
        true
    }

    /// Fires what is due and routes, as much as one call may; whether nothing is left.
    pub(super) fn do_the_rest(&mut self) -> bool {
        let done = self.fire_due() && self.route();
        self.behind = !done;
        done
    }

    pub(crate) fn next_deadline(&self) -> Option<Deadline> {
        let due = self.first_deadline().map(|(at, _, kind)| Deadline::new(at, kind));
        match due {
            Some(due) if due.at <= self.now => Some(due),
            _ if self.behind => Some(Deadline::new(self.now, DeadlineKind::Routing)),
            due => due,
        }
    }

    fn first_deadline(&self) -> Option<(Timestamp, Owner, DeadlineKind)> {
        // An inspection that has begun goes on before anything else.
        if let Some((id, row)) = self.queues.iter().find(|(_, row)| row.looking.is_some()) {
            let due = row.inspection.expect("it was due");
            return Some((due, Owner::Queue(*id), DeadlineKind::Inspection));
        }
        self.all_deadlines().first().copied()
    }

    /// All that is due some day, the earliest first.
    fn all_deadlines(&self) -> Vec<(Timestamp, Owner, DeadlineKind)> {
        let mut all = Vec::new();
        for (id, offer) in &self.offers {
            let window = (Owner::Offer(*id), DeadlineKind::OfferWindow);
            all.extend(offer.until.map(|until| (until, window)));
        }
        for (id, agent) in &self.agents {
            all.extend(agent.lease.map(|at| (at, (Owner::Lease(*id), DeadlineKind::Lease))));
            for leg in &agent.legs {
                if let AssignmentState::WrapUp { until, .. } = leg.state {
                    all.push((until, (Owner::WrapUp(*id, leg.work), DeadlineKind::WrapUp)));
                }
            }
        }
        for guest in &self.guests {
            if let LegState::Requested { until: Some(until) } = guest.state {
                let owner = Owner::Guest(guest.agent, guest.work);
                all.push((until, (owner, DeadlineKind::ConsultWindow)));
            }
        }
        for id in self.works.keys() {
            let own = self.deadlines_of(*id).into_iter();
            all.extend(own.map(|(at, kind)| (at, (Owner::Work(*id), kind))));
            let work = &self.works[id];
            if let Some(delay) = self.next_delay(*id).filter(|_| work.stage == Stage::Queued) {
                let at = self.due(work.queue, None, work.entered, delay);
                let (queue, channel) = (work.queue, work.request.channel);
                let owner = Owner::Hidden(queue, channel, delay, work.entered, *id);
                all.extend(at.map(|at| (at, (owner, DeadlineKind::Reveal))));
            }
        }
        let resets = self.next_resets();
        all.extend(resets.map(|(id, at)| (at, (Owner::Pool(id), DeadlineKind::PoolReset))));
        for id in self.queues.keys() {
            let own = self.queue_deadlines(*id).into_iter();
            all.extend(own.map(|own| (own.at, (Owner::Queue(*id), own.kind))));
        }
        // Nothing is ever due at the end of time.
        all.retain(|(at, _)| *at < Timestamp::MAX);
        all.sort_unstable();
        all.into_iter().map(|(at, (owner, kind))| (at, owner, kind)).collect()
    }

    /// Nothing is due for work that an agent has; for work that is offered its longest wait at most.
    fn deadlines_of(&self, id: WorkId) -> Vec<(Timestamp, DeadlineKind)> {
        let work = &self.works[&id];
        let waited = |span| self.due(work.queue, None, work.entered, span);
        let mut all = Vec::new();
        match work.stage {
            Stage::Queued => {
                all.extend(work.expires.map(|at| (at, DeadlineKind::Lifetime)));
                let max_wait = self.queue_profile(work.queue).max_wait;
                all.extend(max_wait.and_then(waited).map(|at| (at, DeadlineKind::MaxWait)));
                all.extend(work.step.map(|step| (step.until, DeadlineKind::PreferredStep)));
                all.extend(work.retry.map(|at| (at, DeadlineKind::Retry)));
                for decline in &work.declines {
                    if let Bar::Until(at) = decline.bar {
                        all.push((at, DeadlineKind::BarOver));
                    }
                }
                let easier = self.next_relaxation(id);
                all.extend(easier.map(|at| (at, DeadlineKind::Relaxation)));
                let rule = self.next_waited(id);
                all.extend(rule.map(|(at, _)| (at, DeadlineKind::Overflow)));
            }
            Stage::Parked { until, .. } => {
                all.extend(until.map(|at| (at, DeadlineKind::ParkOver)));
            }
            Stage::Offered { .. } => {
                let queue = self.queue_profile(work.queue);
                let most = queue.max_wait.filter(|_| queue.max_wait_recalls && work.counted);
                all.extend(most.and_then(waited).map(|at| (at, DeadlineKind::MaxWait)));
            }
            Stage::Assigned { .. } | Stage::WrapUp { .. } | Stage::Closed { .. } => {}
            Stage::Scheduled { .. } | Stage::Suspended => all = self.aside_deadlines(id),
        }
        all
    }

    /// The shortest delay of a member that the work is not past yet.
    fn next_delay(&self, id: WorkId) -> Option<Span> {
        let work = &self.works[&id];
        let members = self.agents.values();
        let delays = members
            .filter_map(|agent| Some(agent.terms(work.queue, work.request.channel)?.1.delay));
        delays.filter(|delay| *delay > work.revealed).min()
    }

    /// Hidden work comes to light, and after it whatever is due next, by now, and has the same
    /// queue, channel and delay, as far as the call may fire deadlines. It is told at once.
    fn reveal(&mut self, alike: (QueueId, ChannelId, Span), mut last: WorkId) {
        let mut others = 0;
        loop {
            self.work(last).revealed = alike.2;
            let next = match self.all_deadlines().first() {
                Some((at, Owner::Hidden(queue, channel, delay, _, id), _))
                    if *at <= self.now && (*queue, *channel, *delay) == alike =>
                {
                    *id
                }
                _ => break,
            };
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            (last, others) = (next, others + 1);
        }
        self.tell(Event::work_revealed(last, alike.2, others));
    }

    fn fire(&mut self, owner: Owner, kind: DeadlineKind, due: Timestamp) {
        match owner {
            Owner::Offer(offer) => self.miss(offer, true),
            Owner::Guest(agent, work) => self.part(work, agent, LegEnd::Missed),
            Owner::WrapUp(agent, work) => self.time_out_wrap_up(work, agent),
            Owner::Lease(agent) => {
                let offline = SystemPresence::Offline.id();
                self.take_presence(agent, offline, PresenceSetBy::Lease);
                self.withdraw_unattended(agent);
            }
            Owner::Pool(pool) => self.reset_pool(pool),
            Owner::Work(work) => self.fire_work(work, kind, due),
            Owner::Queue(queue) if kind == DeadlineKind::Ramp => self.release_ramp(queue),
            Owner::Hidden(queue, channel, delay, _, id) => {
                self.reveal((queue, channel, delay), id);
            }
            Owner::Queue(queue) => self.inspect(queue),
        }
    }

    fn fire_work(&mut self, id: WorkId, kind: DeadlineKind, due: Timestamp) {
        match kind {
            DeadlineKind::Lifetime => self.end_work(id, CloseCause::Lifetime, EndedBy::System),
            DeadlineKind::MaxWait => {
                self.withdraw_offer_of(id, Withdrawal::MaxWait);
                let queue = self.works[&id].queue;
                match self.queue_profile(queue).on_max_wait {
                    MaxWaitAction::Move { queue: other } if other != queue => {
                        // It keeps its time of entry, and leaves the front behind.
                        let front = self.works[&id].request.front;
                        let place = Place::new(front, self.works[&id].place.since);
                        self.enqueue(id, other, place, QueuedWhy::MaxWait, None);
                    }
                    MaxWaitAction::Move { .. } | MaxWaitAction::Close => {
                        self.end_work(id, CloseCause::MaxWait, EndedBy::System);
                    }
                    _ => unreachable!("this test does not know it"),
                }
            }
            DeadlineKind::ParkOver => self.bring_back(id, ResumedBy::Time),
            DeadlineKind::PreferredStep => {
                self.end_preference(id);
                self.pass_refused_steps(id);
            }
            DeadlineKind::Retry => self.forget_declines(id),
            DeadlineKind::BarOver => {
                let declines = &mut self.work(id).declines;
                let over = declines.iter_mut().find(|known| known.bar == Bar::Until(due));
                let over = over.expect("a bar is over");
                over.bar = Bar::None;
                let agent = over.agent;
                self.tell(Event::bar_lifted(id, agent));
            }
            DeadlineKind::Relaxation => self.relax(id),
            DeadlineKind::Overflow => self.overflow_waited(id),
            DeadlineKind::Scheduled => self.end_schedule(id, due),
            other => panic!("{other:?} does not belong to work"),
        }
    }
}
