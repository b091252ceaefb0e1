//! Shows work over there where the engine has it, and passes on what agents do there.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::adapter::genesys::assignment::{AssignmentState, Follow, Place, follow};
use crate::adapter::genesys::consult::{self, Guest, Heard};
use crate::adapter::genesys::event::Event;
use crate::adapter::genesys::item::WorkitemNotice;
use crate::adapter::genesys::media::MediaType;
use crate::adapter::genesys::participant::{Conversation, Participant};
use crate::adapter::genesys::step::{Shown, Step, There};
use crate::adapter::genesys::subject::Subject;
use crate::adapter::wire::Request;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::engine::view::View;
use crate::lifecycle::work::Stage;
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::protocol::command::{
    Abandon, Accept, Cancel, Close, Command, FinishContact, Finisher, Force, Hold, Park, Reject,
    Resume, Resumer, Retrieve,
};
use crate::protocol::event::Event as Happened;
use crate::protocol::fact::Fact;

/// What follows from a notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Commands to execute, in this order.
    pub commands: Vec<Command>,
    /// Requests that could not be made before: what they need is known now.
    pub requests: Vec<Request>,
}

#[derive(Clone, Debug)]
struct Item {
    there: There,
    shown: Shown,
    /// What was asked and not told back yet, oldest first.
    asked: Vec<Place>,
    /// What was told last, and of whom.
    told: Option<(AssignmentState, Option<Key>)>,
    /// Who is consulted over there.
    consult: Option<Guest>,
}

/// Shows work in Genesys Cloud where the engine has it.
///
/// It compares where the engine has a piece of work with what was shown last, so each change is one
/// request, whatever facts it takes; an event that comes twice is one command at most, whose
/// repetition makes no fact; and what an agent did over there is not sent back. In a call who is
/// consulted is shown as well, one at a time. Work is known by its key ([`Subject`]). Requests are
/// the host's to repeat until they are done: they set, and do no harm twice.
///
/// Presences are not its business: see [`PresenceSync`](crate::PresenceSync).
///
/// ```
/// use strowger::genesys::Mirror;
///
/// let mirror = Mirror::default().with_closed_status("status-done");
/// assert!(mirror.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    closed_status: Option<String>,
    items: BTreeMap<WorkId, Item>,
    offers: BTreeMap<OfferId, WorkId>,
}

impl Mirror {
    /// The same with the status that work items have when they are terminated.
    #[must_use]
    pub fn with_closed_status(mut self, status: impl Into<String>) -> Self {
        self.closed_status = Some(status.into());
        self
    }

    /// Whether it shows no work.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Hears a fact of the engine, and says what to send.
    pub fn observe(&mut self, view: View<'_>, fact: &Fact) -> Vec<Request> {
        let work = match &fact.event {
            Happened::WorkSubmitted { work, request } => {
                let subject = request.key.as_deref().and_then(Subject::of_key);
                subject.map(|subject| {
                    self.items.insert(*work, Item::new(subject, view, *work));
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
            | Happened::WorkHeld { work }
            | Happened::WorkRetrieved { work }
            | Happened::WorkParked { work, .. }
            | Happened::WorkResumed { work, .. }
            | Happened::ContactEnded { work, .. }
            | Happened::WorkClosed { work, .. }
            | Happened::WorkScheduled { work, .. }
            | Happened::WorkSuspended { work }
            | Happened::WorkClassified { work, .. }
            | Happened::LegRequested { work, .. }
            | Happened::LegChanged { work, .. }
            | Happened::LegEnded { work, .. }
            | Happened::HandedOver { work, .. } => Some(*work),
            Happened::CodeSet { work, agent, code } => {
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
    fn show(&mut self, view: View<'_>, work: WorkId) -> Vec<Request> {
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
            self.items.remove(&work);
        }
        requests
    }

    /// The requests that say once more where the engine has the work: one was lost, or what was
    /// passed on from there was refused here.
    pub fn renew(&mut self, view: View<'_>, work: WorkId) -> Vec<Request> {
        let Some(item) = self.items.get_mut(&work) else { return Vec::new() };
        let consult = consult::renew(item.consult.as_ref(), &item.there, &item.shown);
        let agent = Shown::of(view, work).agent;
        let from = match item.shown.place {
            Place::Waiting => Place::Connected,
            _ => Place::Alerting,
        };
        item.shown = item.shown.moved(from, agent);
        (item.asked, item.told) = (Vec::new(), None);
        if Place::of(view, work).0 == from {
            item.shown.agent = None;
        }
        let mut requests = self.show(view, work);
        requests.extend(consult);
        requests
    }

    /// Hears a notification, and says what follows.
    pub fn hear(&mut self, view: View<'_>, event: &Event) -> Answer {
        match event {
            Event::Workitem(notice) => self.hear_workitem(view, notice),
            Event::Conversation { media, conversation } => {
                self.hear_conversation(view, media.as_ref(), conversation)
            }
            _ => Answer::default(),
        }
    }

    fn hear_workitem(&mut self, view: View<'_>, notice: &WorkitemNotice) -> Answer {
        let key = Subject::Workitem(notice.id.clone()).key();
        let work = view.work_id_by_key(&key);
        let Some((work, state)) = work.zip(notice.assignment_state.clone()) else {
            return Answer::default();
        };
        let agent = notice.assignee_id.as_deref().map(Key::from);
        let command = self.told(view, work, state, agent, None);
        Answer { commands: command.into_iter().collect(), requests: Vec::new() }
    }

    fn hear_conversation(
        &mut self,
        view: View<'_>,
        media: Option<&MediaType>,
        conversation: &Conversation,
    ) -> Answer {
        let known = media.map_or(MediaType::KNOWN, core::slice::from_ref);
        let mut subjects = known.iter().map(|media| Subject::Conversation {
            media: media.clone(),
            id: conversation.id.clone(),
        });
        let Some(work) = subjects.find_map(|subject| view.work_id_by_key(&subject.key())) else {
            return Answer::default();
        };
        let Some(item) = self.items.get_mut(&work) else { return Answer::default() };
        for participant in &conversation.participants {
            if let Some(user) = &participant.user {
                item.there.parts.insert(user.as_str().into(), participant.id.clone());
            }
        }
        let commands = self.of_participants(view, work, conversation);
        let requests = if commands.is_empty() { self.show(view, work) } else { Vec::new() };
        Answer { commands, requests }
    }

    /// What the participants of a conversation say of it.
    fn of_participants(
        &mut self,
        view: View<'_>,
        work: WorkId,
        conversation: &Conversation,
    ) -> Vec<Command> {
        let gone = |one: &Participant| one.assignment_state() == AssignmentState::Disconnected;
        let mut customers = conversation.participants.iter().filter(|one| one.is_customer());
        let (here, agent) = Place::of(view, work);
        if customers.clone().next().is_some() && customers.all(gone) {
            let Some(item) = self.items.get_mut(&work) else { return Vec::new() };
            let place = match here {
                Place::Disconnected | Place::Over => return Vec::new(),
                Place::Waiting | Place::Alerting | Place::Parked => Place::Over,
                Place::Connected | Place::Held => Place::Disconnected,
            };
            item.shown = item.shown.moved(place, item.shown.agent.clone());
            return Vec::from([Abandon { work }.into()]);
        }
        let agent = agent.and_then(|agent| view.key(agent.into()));
        let Heard { mut commands, new_owner, pending } = match agent {
            Some(owner) => self.of_consult(view, work, owner, conversation),
            None => Heard::default(),
        };
        if new_owner.is_some() || pending {
            return commands;
        }
        let part = match agent {
            Some(agent) => conversation.part_of(agent),
            None => conversation.participants.iter().rfind(|one| {
                one.user.is_some() && one.assignment_state() == AssignmentState::Connected
            }),
        };
        commands.extend(part.and_then(|part| {
            let user = part.user.as_deref().map(Key::from);
            self.told(view, work, part.assignment_state(), user, part.resume.map(|at| at.0))
        }));
        commands
    }

    /// What the participants of a call say of a consult in it.
    fn of_consult(
        &mut self,
        view: View<'_>,
        work: WorkId,
        owner: &str,
        conversation: &Conversation,
    ) -> Heard {
        let item = self.items.get_mut(&work);
        let item = item.filter(|item| item.there.is_call() && item.shown.is_talk());
        let Some(item) = item else { return Heard::default() };
        let heard = consult::hear(&mut item.consult, view, work, owner, conversation);
        if let Some(owner) = &heard.new_owner {
            item.shown = item.shown.moved(Place::Connected, Some(owner.clone()));
        }
        heard
    }

    /// The other side says that work is in this state with this agent.
    fn told(
        &mut self,
        view: View<'_>,
        work: WorkId,
        state: AssignmentState,
        user: Option<Key>,
        until: Option<Timestamp>,
    ) -> Option<Command> {
        let item = self.items.get_mut(&work)?;
        let place = state.place()?;
        let news = Some((state, user));
        if item.told == news {
            return None;
        }
        item.told = news;
        if let Some(echo) = item.asked.iter().position(|asked| *asked == place) {
            item.asked.drain(..=echo);
            return None;
        }
        let (state, user) = item.told.as_ref()?;
        let (here, agent) = Place::of(view, work);
        let his = agent.and_then(|agent| view.key(agent.into()));
        let other = user.is_some() && user.as_ref() != his;
        let does = match (follow(here, state), here) {
            (Follow::Accept | Follow::Force, Place::Waiting | Place::Alerting) if other => {
                Follow::Force
            }
            (_, Place::Alerting | Place::Connected | Place::Held | Place::Parked) if other => {
                return None;
            }
            (does, _) => does,
        };
        let by = user.as_deref().and_then(|user| view.agent_by_key(user)).map(|agent| agent.id());
        let command = command(view, work, does, by, until)?;
        item.shown = item.shown.moved(place, user.clone().or_else(|| his.cloned()));
        Some(command)
    }
}

impl Item {
    fn new(subject: Subject, view: View<'_>, work: WorkId) -> Self {
        let there = There { subject, parts: BTreeMap::new(), back: AssignmentState::Idle };
        let shown = Shown::of(view, work).moved(Place::Waiting, None);
        Self { there, shown, asked: Vec::new(), told: None, consult: None }
    }
}

fn command(
    view: View<'_>,
    work: WorkId,
    does: Follow,
    user: Option<AgentId>,
    until: Option<Timestamp>,
) -> Option<Command> {
    let offer = match view.work(work)?.stage() {
        Stage::Offered { offer } => Some(offer),
        _ => None,
    };
    Some(match does {
        Follow::Nothing => return None,
        Follow::Accept => Accept { offer: offer? }.into(),
        Follow::Reject => Reject { offer: offer?, reason: None, retry_at: None }.into(),
        Follow::Force => Force { work, agent: user? }.into(),
        Follow::Hold => Hold { work }.into(),
        Follow::Retrieve => Retrieve { work }.into(),
        Follow::Park => Park { work, until }.into(),
        Follow::Resume => Resume { work, by: Resumer::Agent }.into(),
        Follow::Finish => FinishContact { work, by: Finisher::Agent }.into(),
        Follow::Cancel => Cancel { work }.into(),
        Follow::Close => Close { work, code: None }.into(),
    })
}
