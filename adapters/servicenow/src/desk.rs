//! Keeps the work items of the desk where the engine has the work.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use strowger::Timestamp;
use strowger::command::{Accept, Cancel, Command, FinishContact, Finisher, Reject};
use strowger::fact::Event as Happened;
use strowger::fact::Fact;
use strowger::model::WorkRequest;
use strowger::model::{AgentId, OfferId, WorkId};
use strowger::state::Stage;
use strowger::view::Offer;
use strowger::view::View;

use crate::agent::get_presence;
use crate::call::{Call, Item};
use crate::consult;
use crate::fault::{Failure, Fault};
use crate::item::{Act, There, Wanted, act};
use crate::record::ItemRecord;
use crate::request::Document;
use strowger::host::{Follower, Hosted};
use strowger_wire::Request;

/// What a desk must be told about ServiceNow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskConfig {
    /// The tables whose documents are work of the desk. If none is named, every key of the form
    /// `table/sys_id` is that of a document; name them if other systems have such keys too.
    pub tables: BTreeSet<String>,
    /// The provider record that stands for this engine. With one every document gets the engine's
    /// id of the work as its external id.
    pub provider: Option<String>,
    /// The presence state an agent is set to if an offer times out.
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
    /// [`PresenceSync`](strowger::presence::PresenceSync).
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
/// overtake each other. What was refused for another reason than where the work item is waits for
/// [`retry`](Self::retry). A desk keeps nothing over a restart: [`resume`](Self::resume) makes one
/// that reads where everything is, and [`take_stock`](Self::take_stock) finds what was closed or
/// came in between.
///
/// ```
/// use strowger_servicenow::{Desk, DeskConfig};
///
/// let desk = Desk::new(DeskConfig::default());
/// assert!(desk.is_in_step());
/// ```
#[derive(Clone, Debug)]
pub struct Desk {
    config: DeskConfig,
    pub(super) items: BTreeMap<WorkId, Item>,
    offers: BTreeMap<OfferId, WorkId>,
    pub(super) touched: BTreeSet<WorkId>,
    /// The calls under way: never more than one about a work item.
    calls: BTreeMap<CallId, (WorkId, Call)>,
    /// What is not tried again by itself.
    refused: BTreeSet<WorkId>,
    next: u64,
    /// The latest time that was heard of.
    now: Timestamp,
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
            refused: BTreeSet::new(),
            next: 0,
            now: Timestamp::from_millis(i64::MIN),
        }
    }

    /// A desk for an engine that has work already: after a restart, or if the desk comes later. It
    /// reads where each work item is before it does anything about it.
    #[must_use]
    pub fn resume(config: DeskConfig, view: View<'_>) -> Self {
        let mut desk = Self::new(config);
        for work in view.works() {
            let Some(item) = desk.enter(view, work.id(), work.request()) else { continue };
            item.there = There::Unknown;
            if let Stage::Offered { offer } = work.stage() {
                let until = |offer: &Offer| offer.state.deadline().map(|deadline| deadline.at);
                item.offered = view.offer(offer).map(|offer| (offer.since, until(offer)));
                desk.offers.insert(offer, work.id());
            }
        }
        desk
    }

    /// Compares what is active at the desk, the answer to
    /// [`get_active_items`](crate::get_active_items), with what the engine has: what
    /// the engine closed, and still remembers, is closed there. Says of which documents the engine
    /// never heard: they are the host's to take in.
    pub fn take_stock(&mut self, view: View<'_>, active: &[ItemRecord]) -> Vec<Document> {
        let documents: BTreeSet<_> = active.iter().filter_map(ItemRecord::document).collect();
        let mut unheard = Vec::new();
        for document in documents {
            match view.work_id(&document.key()) {
                None => unheard.push(document),
                Some(work) if self.items.contains_key(&work) => {}
                Some(work) => {
                    self.items.insert(work, Item::new(document, "".into(), true));
                    self.touched.insert(work);
                }
            }
        }
        unheard
    }

    /// Work comes in; an item for it, if it is about a document.
    fn enter(&mut self, view: View<'_>, work: WorkId, request: &WorkRequest) -> Option<&mut Item> {
        let tables = &self.config.tables;
        let is_listed = |table: &str| tables.is_empty() || tables.contains(table);
        let document = request.key.as_deref().and_then(Document::of_key)?;
        let document = Some(document).filter(|document| is_listed(&document.table))?;
        let queue = view.key(request.queue.into()).cloned().unwrap_or_else(|| "".into());
        let mapped = self.config.provider.is_none();
        self.items.insert(work, Item::new(document, queue, mapped));
        self.touched.insert(work);
        self.items.get_mut(&work)
    }

    /// Hears a fact of the engine.
    pub fn observe(&mut self, view: View<'_>, fact: &Fact) {
        self.now = self.now.max(fact.at);
        match &fact.event {
            Happened::WorkSubmitted { work, request, .. } => {
                self.enter(view, *work, request);
            }
            Happened::WorkOffered { offer, work, until, .. } => {
                if let Some(item) = self.items.get_mut(work) {
                    item.offered = Some((fact.at, *until));
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
            | Happened::WorkSuspended { work, .. }
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

    /// What to send now, each about another work item, in order of submission. A `now` before what
    /// was heard last counts as that.
    pub fn requests(&mut self, view: View<'_>, now: Timestamp) -> Vec<(CallId, Request)> {
        let mut requests = Vec::new();
        self.now = self.now.max(now);
        let now = self.now;
        for work in core::mem::take(&mut self.touched) {
            self.refused.remove(&work);
            let Some(item) = self.items.get_mut(&work) else { continue };
            if self.calls.values().any(|(under_way, _)| *under_way == work) {
                // It is compared again as soon as the answer is there.
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

    /// Tries again what was refused, once it was read where the work item is. Call it after a while
    /// if an answer's [`Failure`] is transient, and when its cause is gone if it is not; a new fact
    /// about the work does the same for it.
    pub fn retry(&mut self) {
        for work in core::mem::take(&mut self.refused) {
            if let Some(item) = self.items.get_mut(&work) {
                item.there = There::Unknown;
                self.touched.insert(work);
            }
        }
    }

    /// Reads everything anew: after a pause in which events may have been lost.
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
        let before = item.clone();
        let again = match item.take(&call, status, body) {
            Ok(()) => {
                let found = Some(&*item).filter(|_| call == Call::Read);
                if act(&wanted(view, work), &item.there) == Act::Follow {
                    answer.commands.extend(follow(view, work));
                } else if let Some(found) = found {
                    answer.commands.extend(learn(view, work, &before, found));
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
        let then = if again { &mut self.touched } else { &mut self.refused };
        then.insert(work);
        answer
    }

    /// Whether every work item is where the engine has the work, as far as is known, no call is
    /// under way, and none was refused.
    #[must_use]
    pub fn is_in_step(&self) -> bool {
        self.touched.is_empty() && self.calls.is_empty() && self.refused.is_empty()
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
            agent.map_or(Wanted::Waiting, |agent| Wanted::Offered(key(agent)))
        }
        Some(Stage::Assigned { agent } | Stage::Parked { agent, .. } | Stage::WrapUp { agent }) => {
            Wanted::Had(key(agent))
        }
    }
}

/// The agent cannot be offered anything at the desk: the offer is rejected, or the consult
/// declined, and the agent's presence is read.
fn refuse(view: View<'_>, work: WorkId, call: &Call, answer: &mut Answer) {
    if let Call::Consult(agent) = call {
        answer.commands.extend(consult::over(view, work, agent));
        answer.read = Some(get_presence(agent));
        return;
    }
    let Some(Stage::Offered { offer }) = view.work(work).map(|work| work.stage()) else { return };
    answer.commands.push(Reject::new(offer).into());
    let agent = view.offer(offer).and_then(|offer| view.key(offer.agent.into()));
    answer.read = agent.map(|agent| get_presence(agent));
}

/// What the engine has not heard of, and a reading shows.
fn learn(view: View<'_>, work: WorkId, before: &Item, found: &Item) -> Option<Command> {
    let accepted = match (view.work(work)?.stage(), &found.there) {
        (Stage::Offered { offer }, There::Accepted(by)) => {
            let offered_to = view.offer(offer).and_then(|offer| view.key(offer.agent.into()));
            // What the agent had before it was taken from them is not accepted anew.
            (offered_to == Some(by) && found.work_item != before.had).then_some(offer)
        }
        _ => None,
    };
    let (before, now) = (before.consulted.as_ref(), found.consulted.as_ref());
    let accept = accepted.map(|offer| Accept::new(offer).into());
    accept.or_else(|| consult::follow(view, work, before, now))
}

/// The desk closed the work: the engine does.
fn follow(view: View<'_>, work: WorkId) -> Option<Command> {
    match view.work(work)?.stage() {
        Stage::Assigned { .. } => Some(FinishContact::new(work, Finisher::Host).into()),
        Stage::Closed { .. } | Stage::WrapUp { .. } => None,
        Stage::Queued
        | Stage::Offered { .. }
        | Stage::Parked { .. }
        | Stage::Scheduled { .. }
        | Stage::Suspended => Some(Cancel::new(work).into()),
    }
}

impl<E: Hosted> Follower<E> for Desk {
    fn follow(&mut self, decides: &E, facts: &[E::Fact]) {
        for fact in facts.iter().filter_map(E::work) {
            self.observe(decides.engine().view(), fact);
        }
    }
}
