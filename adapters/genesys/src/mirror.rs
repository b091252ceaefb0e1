//! Shows work over there where the engine has it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::assignment::{AssignmentState, Place};
use crate::consult::{self, Guest};
use crate::conversation::{Part, PartUpdate, get_conversation};
use crate::step::{Shown, Step, There};
use crate::subject::Subject;
use crate::workitem::get_workitem;
use strowger::Key;
use strowger::command::Command;
use strowger::fact::Event as Happened;
use strowger::fact::Fact;
use strowger::model::{OfferId, WorkId};
use strowger::state::Stage;
use strowger::view::View;
use strowger_wire::Request;

/// What follows from a notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Commands to execute, in this order.
    pub commands: Vec<Command>,
    /// Requests that could not be made before: what they need is known now.
    pub requests: Vec<Request>,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) there: There,
    pub(super) shown: Shown,
    /// What was asked and not told back yet, oldest first.
    pub(super) asked: Vec<Place>,
    /// What was told last, and of whom.
    pub(super) told: Option<(AssignmentState, Option<Key>)>,
    /// Who is consulted over there.
    pub(super) consult: Option<Guest>,
}

/// Shows work in Genesys Cloud where the engine has it.
///
/// It compares where the engine has a piece of work with what was shown last, so each change is one
/// request, whatever facts it takes; an event that comes twice is one command at most, whose
/// repetition makes no fact; and what an agent did over there is not sent back. In a call who is
/// consulted is shown as well, one at a time. Work is known by its key ([`Subject`]). Requests are
/// the host's to repeat until they are done: they set, and do no harm twice.
///
/// Presences are not its business: see [`PresenceSync`](strowger::presence::PresenceSync).
///
/// ```
/// use strowger_genesys::Mirror;
///
/// let mirror = Mirror::default().with_closed_status("status-done");
/// assert!(mirror.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    closed_status: Option<String>,
    pub(super) items: BTreeMap<WorkId, Item>,
    /// Which work is which thing over there, by its key.
    subjects: BTreeMap<Key, WorkId>,
    offers: BTreeMap<OfferId, WorkId>,
}

impl Mirror {
    /// The same with the status that work items have when they are terminated.
    #[must_use]
    pub fn with_closed_status(mut self, status: impl Into<String>) -> Self {
        self.closed_status = Some(status.into());
        self
    }

    /// The same for an engine at work, after a restart: it knows what is open, and wants to
    /// [`read`](Self::read) where it is over there.
    #[must_use]
    pub fn resume(mut self, view: View<'_>) -> Self {
        for work in view.works() {
            let Some(subject) = work.request().key.as_deref().and_then(Subject::of_key) else {
                continue;
            };
            self.enter(view, work.id(), subject);
        }
        self
    }

    /// Work that has another key is this over there from now on: a document of another system that
    /// is a work item or a conversation too. Says what to send.
    pub fn link(&mut self, view: View<'_>, work: WorkId, subject: Subject) -> Vec<Request> {
        self.enter(view, work, subject);
        self.show(view, work)
    }

    fn enter(&mut self, view: View<'_>, work: WorkId, subject: Subject) {
        self.subjects.insert(subject.key(), work);
        self.items.insert(work, Item::new(subject, view, work));
        if let Some(Stage::Offered { offer }) = view.work(work).map(|work| work.stage()) {
            self.offers.insert(offer, work);
        }
    }

    /// The work that is this.
    pub(super) fn work_of(&self, subject: &Subject) -> Option<WorkId> {
        self.subjects.get(&*subject.key()).copied()
    }

    /// The requests that read where everything is over there, after a restart or when
    /// notifications may have been lost. Their answers are for [`learn`](Self::learn), as events of
    /// a work item or a conversation.
    pub fn read(&self) -> impl Iterator<Item = Request> {
        self.items.values().map(|item| match &item.there.subject {
            Subject::Workitem(id) => get_workitem(id),
            Subject::Conversation { id, .. } => get_conversation(id),
        })
    }

    /// The request that makes an agent in a call not heard, or heard again. The engine knows
    /// nothing of it. None if the agent is not known to take part in the call.
    #[must_use]
    pub fn mute(&self, work: WorkId, agent: &str, muted: bool) -> Option<Request> {
        let there = &self.items.get(&work)?.there;
        let Subject::Conversation { media, id } = &there.subject else { return None };
        let part = Part::new(media.clone(), &**id, there.parts.get(agent)?.as_str());
        PartUpdate::muted(muted).request(&part).ok()
    }

    /// Whether it shows no work.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Hears a fact of the engine, and says what to send.
    pub fn observe(&mut self, view: View<'_>, fact: &Fact) -> Vec<Request> {
        let work = match &fact.event {
            Happened::WorkSubmitted { work, request, .. } => {
                let subject = request.key.as_deref().and_then(Subject::of_key);
                subject.map(|subject| {
                    self.enter(view, *work, subject);
                    *work
                })
            }
            Happened::WorkOffered { offer, work, .. } => {
                let known = self.items.contains_key(work);
                known.then(|| {
                    self.offers.insert(*offer, *work);
                    *work
                })
            }
            Happened::OfferAccepted { offer, .. } => self.offers.remove(offer),
            Happened::OfferRejected { offer, .. } => self.back(*offer, AssignmentState::Declined),
            Happened::OfferMissed { offer, .. } => self.back(*offer, AssignmentState::AlertTimeout),
            Happened::OfferWithdrawn { offer, .. } => self.back(*offer, AssignmentState::Idle),
            Happened::WorkAssigned { work, .. }
            | Happened::WorkQueued { work, .. }
            | Happened::WorkHeld { work, .. }
            | Happened::WorkRetrieved { work, .. }
            | Happened::WorkParked { work, .. }
            | Happened::WorkResumed { work, .. }
            | Happened::ContactEnded { work, .. }
            | Happened::WorkClosed { work, .. }
            | Happened::WorkScheduled { work, .. }
            | Happened::WorkSuspended { work, .. }
            | Happened::WorkClassified { work, .. }
            | Happened::LegRequested { work, .. }
            | Happened::LegChanged { work, .. }
            | Happened::LegEnded { work, .. }
            | Happened::HandedOver { work, .. } => Some(*work),
            Happened::CodeSet { work, agent, code, .. } => {
                let keys = view.key((*agent).into()).zip(view.key((*code).into()));
                let there = self.items.get(work).map(|item| &item.there);
                let sent = there.zip(keys);
                let sent = sent.and_then(|(there, (agent, code))| there.wrapped_up(agent, code));
                return sent.into_iter().collect();
            }
            _ => None,
        };
        work.map(|work| self.show(view, work)).unwrap_or_default()
    }

    fn back(&mut self, offer: OfferId, how: AssignmentState) -> Option<WorkId> {
        let work = self.offers.remove(&offer)?;
        self.items.get_mut(&work)?.there.back = how;
        Some(work)
    }

    /// The requests that show it where the engine has it, if it is not.
    pub(super) fn show(&mut self, view: View<'_>, work: WorkId) -> Vec<Request> {
        let Some(item) = self.items.get_mut(&work) else { return Vec::new() };
        let wanted = Shown::of(view, work);
        let over = wanted.place == Place::Over;
        let between = (&item.shown, &wanted);
        let (mut requests, handed_over) =
            consult::show(&mut item.consult, view, work, &item.there, between);
        let step = if handed_over || item.shown.shows(&wanted) {
            Step::Silent
        } else {
            item.there.step(&item.shown, &wanted, self.closed_status.as_deref())
        };
        match step {
            Step::Later => return requests,
            Step::Silent => {}
            Step::Send(request) => {
                item.asked.push(wanted.place);
                requests.push(request);
            }
        }
        item.shown = wanted;
        if over {
            let subject = item.there.subject.key();
            self.subjects.remove(&*subject);
            self.items.remove(&work);
        }
        requests
    }

    /// The requests that say once more where the engine has the work: one was lost, or what was
    /// passed on from there was refused here.
    pub fn renew(&mut self, view: View<'_>, work: WorkId) -> Vec<Request> {
        let Some(item) = self.items.get_mut(&work) else { return Vec::new() };
        let consult = consult::renew(item.consult.as_ref(), &item.there, &item.shown);
        let wanted = Shown::of(view, work);
        let from = match wanted.place {
            Place::Alerting => Place::Waiting,
            Place::Waiting => Place::Connected,
            _ => Place::Alerting,
        };
        // A part of a conversation is its agent's; whose a work item is may have been lost.
        let is_part = matches!(item.there.subject, Subject::Conversation { .. });
        item.shown = wanted.moved(from, wanted.agent.clone().filter(|_| is_part));
        (item.asked, item.told) = (Vec::new(), None);
        let mut requests = self.show(view, work);
        requests.extend(consult);
        requests
    }
}

impl Item {
    fn new(subject: Subject, view: View<'_>, work: WorkId) -> Self {
        let there = There { subject, parts: BTreeMap::new(), back: AssignmentState::Idle };
        let shown = Shown::of(view, work).moved(Place::Waiting, None);
        Self { there, shown, asked: Vec::new(), told: None, consult: None }
    }
}
