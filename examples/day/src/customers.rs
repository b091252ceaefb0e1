//! The customers, and the course each contact takes once an agent has it.

use std::collections::BTreeMap;

use strowger::command::{
    Hold, Park, RequestWrapUp, Resume, Resumer, Retrieve, TransferToAgent, TransferToQueue,
};
use strowger::fact::{QueuedWhy, ResumedBy};
use strowger::model::{OfferId, Preferred};
use strowger::prelude::*;
use strowger::state::CloseCause;

use crate::agenda::{Agenda, Happening, WorkAct};
use crate::random::Pcg;
use crate::scenario::{Contact, Course, Habits};

/// How long an agent waits for the next message of a conversation before it comes back to them.
const QUIET: Span = Span::from_mins(40);

/// A contact on its way through the centre.
#[derive(Debug)]
struct Journey {
    contact: Contact,
    /// Counts up whenever the work changes hands, so that what was planned before is void.
    step: u32,
    queue: QueueId,
    agent: Option<AgentId>,
    /// Whether it waits, is offered or is parked.
    unattended: bool,
}

/// All contacts of the day.
#[derive(Debug)]
pub(crate) struct Customers {
    contacts: Vec<Contact>,
    arriving: Option<Contact>,
    journeys: BTreeMap<WorkId, Journey>,
    offers: BTreeMap<OfferId, (WorkId, AgentId)>,
    habits: Habits,
    chance: Pcg,
    closed: bool,
}

impl Customers {
    pub(crate) fn new(contacts: Vec<Contact>, habits: Habits) -> Self {
        Self {
            contacts,
            arriving: None,
            journeys: BTreeMap::new(),
            offers: BTreeMap::new(),
            chance: Pcg::new(habits.seed, 31),
            habits,
            closed: false,
        }
    }

    /// A customer gets in touch. The fact of the submission tells which work it became.
    pub(crate) fn arrive(&mut self, number: usize) -> Option<Command> {
        let contact = self.contacts.get(number)?;
        self.arriving = Some(contact.clone());
        Some(Submit::new(contact.request.clone()).into())
    }

    /// The queue of work, if it is still at this step.
    pub(crate) fn queue_at(&self, work: WorkId, step: u32) -> Option<QueueId> {
        let journey = self.journeys.get(&work)?;
        (journey.step == step).then_some(journey.queue)
    }

    /// The leg of the agent who has a piece of work, and how long they will wrap it up.
    pub(crate) fn leg_of(&self, work: WorkId) -> Option<((WorkId, AgentId, QueueId), Span)> {
        let journey = self.journeys.get(&work)?;
        Some(((work, journey.agent?, journey.queue), journey.contact.wrap_up))
    }

    /// What a planned act comes to; `colleague` is somebody idle in the queue.
    pub(crate) fn act(
        &self,
        now: Timestamp,
        work: WorkId,
        act: WorkAct,
        colleague: Option<AgentId>,
    ) -> Command {
        match (act, colleague) {
            (WorkAct::GiveUp, _) => Abandon::new(work).into(),
            (WorkAct::Hold, _) => Hold::new(work).into(),
            (WorkAct::Retrieve, _) => Retrieve::new(work).into(),
            (WorkAct::AskForWrapUp, _) => RequestWrapUp::new(work).into(),
            (WorkAct::Return, _) => Resume::new(work, Resumer::Customer).into(),
            (WorkAct::TransferToQueue(queue), _) => TransferToQueue::new(work, queue).into(),
            (WorkAct::TransferToColleague, Some(agent)) => TransferToAgent::new(work, agent).into(),
            (WorkAct::Park, _) if !self.closed => Park::new(work).with_until(now + QUIET).into(),
            (WorkAct::Finish(by), _) => FinishContact::new(work, by).into(),
            (WorkAct::TransferToColleague | WorkAct::Park, _) => {
                FinishContact::new(work, Finisher::Agent).into()
            }
        }
    }

    /// The centre closes: whatever nobody works on is carried over, now and from now on.
    pub(crate) fn close(&mut self, now: Timestamp, agenda: &mut Agenda) {
        self.closed = true;
        for (work, journey) in &self.journeys {
            if journey.unattended {
                agenda.plan(now, Happening::CarryOver(*work));
            }
        }
    }

    /// Reacts to what happened.
    pub(crate) fn see(&mut self, fact: &Fact, agenda: &mut Agenda) {
        let now = fact.at;
        match &fact.event {
            Event::WorkSubmitted { work, request, .. } => self.enter(now, *work, request, agenda),
            Event::WorkOffered { offer, work, agent, .. } => {
                self.offers.insert(*offer, (*work, *agent));
            }
            Event::OfferAccepted { offer, .. } => {
                if let Some((work, agent)) = self.offers.remove(offer) {
                    self.begin_leg(now, work, Some(agent), agenda);
                }
            }
            Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => {
                self.offers.remove(offer);
            }
            Event::WorkQueued { work, queue, why, .. } => {
                self.requeue(now, *work, *queue, *why, agenda);
            }
            Event::WorkParked { work, .. } => self.park(now, *work, agenda),
            Event::WorkResumed { work, by, .. } => {
                if let (ResumedBy::Time, Some(journey)) = (by, self.journeys.get_mut(work)) {
                    journey.contact.course = Course::Straight;
                }
                self.begin_leg(now, *work, None, agenda);
            }
            Event::ContactEnded { work, .. } => {
                self.go_on(*work);
            }
            Event::WorkClosed { work, cause, .. } => self.leave(now, *work, *cause, agenda),
            _ => {}
        }
    }

    fn go_on(&mut self, work: WorkId) -> Option<&mut Journey> {
        let journey = self.journeys.get_mut(&work)?;
        journey.step += 1;
        journey.unattended = false;
        Some(journey)
    }

    fn enter(&mut self, now: Timestamp, work: WorkId, request: &WorkRequest, agenda: &mut Agenda) {
        let Some(contact) = self.arriving.take() else {
            return;
        };
        if let Some(patience) = contact.patience {
            agenda.plan(now + patience, Happening::Work(work, 0, WorkAct::GiveUp));
        }
        let (queue, agent) = (request.queue, None);
        let journey = Journey { contact, step: 0, queue, agent, unattended: true };
        self.journeys.insert(work, journey);
    }

    fn begin_leg(
        &mut self,
        now: Timestamp,
        work: WorkId,
        agent: Option<AgentId>,
        agenda: &mut Agenda,
    ) {
        let customer_hangs_up = self.chance.chance(600);
        let Some(journey) = self.go_on(work) else {
            return;
        };
        journey.agent = agent.or(journey.agent);
        let by = if customer_hangs_up { Finisher::Customer } else { Finisher::Agent };
        for (after, act) in journey.contact.leg(by) {
            agenda.plan(now + after, Happening::Work(work, journey.step, act));
        }
    }

    fn requeue(
        &mut self,
        now: Timestamp,
        work: WorkId,
        queue: QueueId,
        why: QueuedWhy,
        agenda: &mut Agenda,
    ) {
        let closed = self.closed;
        let Some(journey) = self.go_on(work) else {
            return;
        };
        journey.queue = queue;
        journey.unattended = true;
        if why == QueuedWhy::Transferred {
            journey.contact.course = Course::Straight;
        }
        if closed {
            agenda.plan(now, Happening::CarryOver(work));
        } else if let Some(patience) = journey.contact.patience {
            // Who has been transferred once has something to lose and waits longer.
            let until = now + patience + patience;
            agenda.plan(until, Happening::Work(work, journey.step, WorkAct::GiveUp));
        }
    }

    fn park(&mut self, now: Timestamp, work: WorkId, agenda: &mut Agenda) {
        let after = Span::from_millis(self.chance.exponential(9 * 60_000));
        let writes_again = self.chance.chance(850) && after < QUIET;
        let Some(journey) = self.go_on(work) else {
            return;
        };
        journey.unattended = true;
        if let Course::Conversation(rounds) = journey.contact.course {
            journey.contact.course = Course::Conversation(rounds.saturating_sub(1));
        }
        if writes_again {
            agenda.plan(now + after, Happening::Work(work, journey.step, WorkAct::Return));
        }
    }

    fn leave(&mut self, now: Timestamp, work: WorkId, cause: CloseCause, agenda: &mut Agenda) {
        let Some(journey) = self.journeys.remove(&work) else {
            return;
        };
        let (share, mean_mins) = match cause {
            CloseCause::Abandoned => (self.habits.redial, 4),
            CloseCause::Completed => (self.habits.recall, 75),
            _ => (0, 1),
        };
        let calls_again = self.chance.chance(share) && !journey.contact.again;
        let after = Span::from_millis(self.chance.exponential(mean_mins * 60_000));
        let live = journey.contact.patience.is_some();
        if calls_again && live && now + after < self.habits.last_entry {
            let number = self.contacts.len();
            self.contacts.push(second_attempt(journey));
            agenda.plan(now + after, Happening::Arrival(number));
        }
    }
}

/// The same concern once more: who was served asks for the agent who knows it.
fn second_attempt(journey: Journey) -> Contact {
    let mut contact = journey.contact;
    let knows_it = |agent| Preferred::agent(agent, Span::from_secs(15));
    contact.request.preferred = journey.agent.map(knows_it);
    contact.course = Course::Straight;
    contact.again = true;
    contact
}
