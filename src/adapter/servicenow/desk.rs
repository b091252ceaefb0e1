//! Keeps the work items of the desk where the engine has the work.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::engine::view::View;
use crate::lifecycle::work::Stage;
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::protocol::command::{Accept, Cancel, Command, FinishContact, Finisher, Reject};
use crate::protocol::event::Event as Happened;
use crate::protocol::fact::Fact;

use crate::adapter::servicenow::agent::get_presence;
use crate::adapter::servicenow::call::{Call, Item};
use crate::adapter::servicenow::consult::{self, Consulted};
use crate::adapter::servicenow::event::Event;
use crate::adapter::servicenow::fault::{Failure, Fault};
use crate::adapter::servicenow::item::{Act, There, Wanted, act};
use crate::adapter::servicenow::request::Document;
use crate::adapter::wire::Request;

/// What a desk must be told about ServiceNow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskConfig {
    /// The provider record that stands for this engine. With one every document gets the engine's
    /// id of the work as its external id.
    pub provider: Option<String>,
    /// The presence state an agent is set to if an offer rings out.
    pub after_timeout_presence: Option<String>,
    /// The reject reason given when an offer is taken back, or was rejected without one.
    pub reject_reason: String,
}

/// The number of a call of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(u64);

/// What follows from an answer or an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Commands to execute, in this order.
    pub commands: Vec<Command>,
    /// Something to read: an agent's presence, for the
    /// [`PresenceSync`](crate::PresenceSync).
    pub read: Option<Request>,
    /// Why the call was not done, for the host's own log.
    pub failure: Option<Failure>,
}

/// Keeps the inbox of ServiceNow in step with an engine.
///
/// The engine decides; the desk shows. Hand in every fact ([`observe`](Self::observe)), send what
/// [`requests`](Self::requests) says, and bring back every answer ([`answer`](Self::answer)), or
/// that none came ([`lost`](Self::lost)). What agents do at the desk comes back as events
/// ([`hear`](Self::hear)), and goes on as commands. Of each work item one call is under way at
/// most, and whatever is in doubt is read first: so calls and events may be lost, doubled or
/// overtake each other.
///
/// ```
/// use strowger::servicenow::{Desk, DeskConfig};
///
/// let desk = Desk::new(DeskConfig::default());
/// assert!(desk.is_in_step());
/// ```
#[derive(Clone, Debug)]
pub struct Desk {
    config: DeskConfig,
    items: BTreeMap<WorkId, Item>,
    offers: BTreeMap<OfferId, WorkId>,
    touched: BTreeSet<WorkId>,
    /// The calls under way: never more than one about a work item.
    calls: BTreeMap<CallId, (WorkId, Call)>,
    next: u64,
}

impl Desk {
    /// A desk without work.
    #[must_use]
    pub const fn new(config: DeskConfig) -> Self {
        Self {
            config,
            items: BTreeMap::new(),
            offers: BTreeMap::new(),
            touched: BTreeSet::new(),
            calls: BTreeMap::new(),
            next: 0,
        }
    }

    /// Hears a fact of the engine.
    pub fn observe(&mut self, view: View<'_>, fact: &Fact) {
        match &fact.event {
            Happened::WorkSubmitted { work, request } => {
                let Some(document) = request.key.as_deref().and_then(Document::of_key) else {
                    return;
                };
                let queue = view.key(request.queue.into()).cloned().unwrap_or_else(|| "".into());
                let mapped = self.config.provider.is_none();
                let item = Item::new(document, queue, mapped);
                self.items.insert(*work, item);
                self.touched.insert(*work);
            }
            Happened::WorkOffered { offer, work, until, .. } => {
                if let Some(item) = self.items.get_mut(work) {
                    item.rings = Some((fact.at, *until));
                    self.offers.insert(*offer, *work);
                    self.touched.insert(*work);
                }
            }
            Happened::OfferRejected { offer, reason, .. } => {
                let reason = reason.and_then(|reason| view.key(reason.into())).cloned();
                self.offer_over(*offer, |item| item.reason = reason);
            }
            // The desk ends it by itself, a little before or after.
            Happened::OfferMissed { offer, .. } => {
                self.offer_over(*offer, |item| item.there = There::Unknown);
            }
            Happened::OfferWithdrawn { offer, .. } => {
                self.offer_over(*offer, |item| item.reason = None);
            }
            Happened::OfferAccepted { offer, .. } => self.offer_over(*offer, |_| ()),
            Happened::WorkAssigned { work, .. }
            | Happened::WorkQueued { work, .. }
            | Happened::WorkResumed { work, .. }
            | Happened::WorkScheduled { work, .. }
            | Happened::WorkSuspended { work }
            | Happened::WorkClosed { work, .. }
            | Happened::WorkClassified { work, .. }
            | Happened::LegRequested { work, .. }
            | Happened::LegJoined { work, .. }
            | Happened::LegEnded { work, .. }
            | Happened::HandedOver { work, .. } => self.touch(*work),
            _ => {}
        }
    }

    fn touch(&mut self, work: WorkId) {
        if self.items.contains_key(&work) {
            self.touched.insert(work);
        }
    }

    fn offer_over(&mut self, offer: OfferId, change: impl FnOnce(&mut Item)) {
        let Some(work) = self.offers.remove(&offer) else { return };
        if let Some(item) = self.items.get_mut(&work) {
            change(item);
            self.touched.insert(work);
        }
    }

    /// What to send now, each about another work item, in order of submission.
    pub fn requests(&mut self, view: View<'_>, now: Timestamp) -> Vec<(CallId, Request)> {
        let mut requests = Vec::new();
        for work in core::mem::take(&mut self.touched) {
            let Some(item) = self.items.get_mut(&work) else { continue };
            if self.calls.values().any(|(under_way, _)| *under_way == work) {
                // It is looked at again as soon as the answer is there.
                continue;
            }
            let wanted = wanted(view, work);
            let Some((call, request)) = item.next(view, &self.config, work, &wanted, now) else {
                if (&wanted, &item.there) == (&Wanted::Over, &There::Over) {
                    self.items.remove(&work);
                }
                continue;
            };
            let id = CallId(self.next);
            self.next = self.next.saturating_add(1);
            self.calls.insert(id, (work, call));
            requests.push((id, request));
        }
        requests
    }

    /// No answer came: whether the call was done is not known, and is read.
    pub fn lost(&mut self, call: CallId) {
        let Some((work, call)) = self.calls.remove(&call) else { return };
        let Some(item) = self.items.get_mut(&work) else { return };
        match call {
            Call::Map => {}
            // Who is not found any more did not end it.
            Call::EndConsult(_) => (item.consulted, item.there) = (None, There::Unknown),
            _ => item.there = There::Unknown,
        }
        self.touched.insert(work);
    }

    /// Looks at everything again that is not in step: after a pause, or a failure.
    pub fn renew(&mut self) {
        for (work, item) in &mut self.items {
            item.there = There::Unknown;
            self.touched.insert(*work);
        }
    }

    /// A call was answered.
    pub fn answer(&mut self, view: View<'_>, call: CallId, status: u16, body: &[u8]) -> Answer {
        let mut answer = Answer::default();
        let Some((work, call)) = self.calls.remove(&call) else { return answer };
        let Some(item) = self.items.get_mut(&work) else { return answer };
        let before = item.consulted.clone();
        let again = match item.take(&call, status, body) {
            Ok(()) => {
                if act(&wanted(view, work), &item.there) == Act::Follow {
                    answer.commands.extend(follow(view, work));
                } else if call == Call::Read {
                    let (before, now) = (before.as_ref(), item.consulted.as_ref());
                    answer.commands.extend(consult::follow(view, work, before, now));
                }
                true
            }
            Err(failure) => {
                let fault = failure.fault().cloned();
                answer.failure = Some(failure);
                if fault.as_ref().is_some_and(Fault::is_of_the_agent) {
                    refuse(view, work, &call, &mut answer);
                }
                fault.is_some_and(|fault| item.surprised(&call, &fault))
            }
        };
        if again {
            self.touched.insert(work);
        }
        answer
    }

    /// An agent did something at the desk, in whose browser it was told.
    pub fn hear(&mut self, view: View<'_>, agent: AgentId, event: &Event) -> Answer {
        let mut answer = Answer::default();
        let Some(key) = view.key(agent.into()).cloned() else { return answer };
        if let Some(command) = self.told_of_consult(view, event) {
            answer.commands.extend(command);
            return answer;
        }
        match event {
            Event::Offered(told) => {
                let accepted = told.is_auto_accepted;
                let there = if accepted { There::Accepted(key) } else { There::Pending(key) };
                self.told(view, &told.document, &told.sys_id, there);
            }
            Event::Accepted(told) => {
                self.told(view, &told.document, &told.sys_id, There::Accepted(key));
                let accept = |offer| Command::from(Accept { offer });
                answer.commands.extend(offer_at(view, agent, &told.document).map(accept));
            }
            Event::Rejected(told) => {
                self.told(view, &told.document, &told.sys_id, There::Queued);
                let reason = told.rejection.as_ref();
                let reason = reason.and_then(|why| view.reason_by_key(&why.sys_id));
                let reject = |offer| Command::from(Reject { offer, reason, retry_at: None });
                answer.commands.extend(offer_at(view, agent, &told.document).map(reject));
            }
            Event::OffInteraction(told) => {
                let document = Document::new(Document::INTERACTION, told.sys_id.clone());
                let work = view.work_by_key(&document.key());
                let his = work.filter(|work| work.stage() == Stage::Assigned { agent });
                let end = |work| FinishContact { work, by: Finisher::Host }.into();
                answer.commands.extend(his.map(|work| end(work.id())));
            }
            Event::Presence(_) => {}
        }
        answer
    }

    /// The desk says that a work item is so. If that is no news it is believed; else it is read,
    /// because what is told may be late.
    fn told(&mut self, view: View<'_>, document: &Document, work_item: &str, there: There) {
        let Some(work) = view.work_id_by_key(&document.key()) else { return };
        let Some(item) = self.items.get_mut(&work) else { return };
        let expected = match (&item.there, &there) {
            (There::Pending(at), There::Accepted(by)) => at == by,
            (before, now) => before == now,
        };
        let same = item.work_item.as_deref().is_none_or(|known| known == work_item);
        item.there = if expected && same { there } else { There::Unknown };
        self.touched.insert(work);
    }

    /// What follows if it was told of a known consult. One that is not known leaves in doubt where
    /// the work item is, and so both are read.
    fn told_of_consult(&mut self, view: View<'_>, event: &Event) -> Option<Option<Command>> {
        let (Event::Offered(told) | Event::Accepted(told) | Event::Rejected(told)) = event else {
            return None;
        };
        let work = view.work_id_by_key(&told.document.key())?;
        let item = self.items.get_mut(&work)?;
        let of_it = |known: &Consulted| known.work_item.as_deref() == Some(&*told.sys_id);
        let mut known = item.consulted.take_if(|known| of_it(known))?;
        self.touched.insert(work);
        if matches!(event, Event::Rejected(_)) {
            return Some(consult::over(view, work, &known.agent));
        }
        known.accepted |= told.is_auto_accepted || matches!(event, Event::Accepted(_));
        Some(consult::follow(view, work, None, Some(item.consulted.insert(known))))
    }

    /// Whether every work item is where the engine has the work, as far as is known, and no call
    /// is under way.
    #[must_use]
    pub fn is_in_step(&self) -> bool {
        self.touched.is_empty() && self.calls.is_empty()
    }

    /// Where the desk has the work, as far as is known.
    #[must_use]
    pub fn there(&self, work: WorkId) -> Option<&There> {
        self.items.get(&work).map(|item| &item.there)
    }
}

/// Where the engine has a piece of work.
fn wanted(view: View<'_>, work: WorkId) -> Wanted {
    let key = |agent: AgentId| view.key(agent.into()).cloned().unwrap_or_else(|| "".into());
    match view.work(work).map(|work| work.stage()) {
        None | Some(Stage::Closed { .. }) => Wanted::Over,
        Some(Stage::Queued | Stage::Scheduled { .. } | Stage::Suspended) => Wanted::Waiting,
        Some(Stage::Offered { offer }) => {
            let agent = view.offer(offer).map(|offer| offer.agent);
            agent.map_or(Wanted::Waiting, |agent| Wanted::Ringing(key(agent)))
        }
        Some(Stage::Assigned { agent } | Stage::Parked { agent, .. } | Stage::WrapUp { agent }) => {
            Wanted::Had(key(agent))
        }
    }
}

/// The offer of the document's work that rings at the agent.
fn offer_at(view: View<'_>, agent: AgentId, document: &Document) -> Option<OfferId> {
    let work = view.work_id_by_key(&document.key())?;
    let offers = view.agent(agent)?.offers().iter().copied();
    offers.into_iter().find(|offer| view.offer(*offer).is_some_and(|offer| offer.work == work))
}

/// The agent cannot be offered anything at the desk: the offer is rejected, or the consult
/// declined, and what he is in is read.
fn refuse(view: View<'_>, work: WorkId, call: &Call, answer: &mut Answer) {
    if let Call::Consult(agent) = call {
        answer.commands.extend(consult::over(view, work, agent));
        answer.read = Some(get_presence(agent));
        return;
    }
    let Some(Stage::Offered { offer }) = view.work(work).map(|work| work.stage()) else { return };
    answer.commands.push(Reject { offer, reason: None, retry_at: None }.into());
    let agent = view.offer(offer).and_then(|offer| view.key(offer.agent.into()));
    answer.read = agent.map(|agent| get_presence(agent));
}

/// The desk closed the work: the engine does.
fn follow(view: View<'_>, work: WorkId) -> Option<Command> {
    match view.work(work)?.stage() {
        Stage::Assigned { .. } => Some(FinishContact { work, by: Finisher::Host }.into()),
        Stage::Closed { .. } | Stage::WrapUp { .. } => None,
        Stage::Queued
        | Stage::Offered { .. }
        | Stage::Parked { .. }
        | Stage::Scheduled { .. }
        | Stage::Suspended => Some(Cancel { work }.into()),
    }
}
