//! The next call about a work item, and what is so once it is answered.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::de::IgnoredAny;

use strowger::Key;
use strowger::Timestamp;
use strowger::model::WorkId;
use strowger::view::View;

use crate::consult::{self, Consulted, Step};
use crate::desk::DeskConfig;
use crate::fault::{Failure, Fault, read};
use crate::inbox::{AcceptItem, RejectItem};
use crate::item::{Act, There, Wanted, act};
use crate::offer::{
    Assignment, DisplayOption, OfferReply, OfferWork, TargetType, Transfer, TransferType,
};
use crate::record::{
    EndConsult, ExternalId, ItemRecord, OutcomeReply, close_interaction, get_items,
};
use crate::request::Document;
use strowger_wire::Request;

/// What a call does, and so what is so once it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Keeps the engine's id of the work there.
    Map,
    /// Reads where the work item is.
    Read,
    /// Offers or transfers it; then it is there.
    Offer(There),
    /// Answers for an agent; then it is there.
    Answer(There),
    /// Closes it.
    Close,
    /// Consults an agent.
    Consult(Key),
    /// Answers for who is consulted.
    AnswerConsult,
    /// Ends the consult; who has it then, if it was handed over.
    EndConsult(Option<Key>),
}

/// What is known of a work item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub document: Document,
    /// Whether the engine's id of the work is kept there.
    pub mapped: bool,
    pub there: There,
    /// Its id at the desk.
    pub work_item: Option<String>,
    /// Its id when an agent was last known to have it. A transfer makes a new work item.
    pub had: Option<String>,
    /// The queue it is in there.
    pub queue: Key,
    /// Since when it is offered, and until when.
    pub offered: Option<(Timestamp, Option<Timestamp>)>,
    /// The reason of the last rejection.
    pub reason: Option<Key>,
    /// Who is consulted there.
    pub consulted: Option<Consulted>,
}

impl Item {
    /// A document that waits in a queue.
    pub(super) const fn new(document: Document, queue: Key, mapped: bool) -> Self {
        Self {
            document,
            mapped,
            there: There::Queued,
            work_item: None,
            had: None,
            queue,
            offered: None,
            reason: None,
            consulted: None,
        }
    }

    /// The next call, if anything is to be done.
    pub(super) fn next(
        &mut self,
        view: View<'_>,
        config: &DeskConfig,
        work: WorkId,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Option<(Call, Request)> {
        if !self.mapped {
            let external_provider = config.provider.clone();
            let mapping = ExternalId { external_id: work.to_string(), external_provider };
            return Some((Call::Map, mapping.request(&self.document)));
        }
        let at = (wanted, &self.there);
        if let Some(step) = consult::step(view, work, at, self.consulted.as_ref()) {
            return Some(self.consult(step));
        }
        let next = match (act(wanted, &self.there), wanted) {
            (Act::Nothing | Act::Follow, _) => return None,
            // Nothing can be answered for a work item whose id is not known.
            (Act::Accept | Act::Reject, _) if self.work_item.is_none() => Act::Read,
            (next, _) => next,
        };
        let (Wanted::Offered(agent) | Wanted::Had(agent)) = wanted else {
            return self.without(view, config, work, next);
        };
        match next {
            Act::Offer => {
                let assignment = self.assignment(agent, config);
                // Over, or not begun by this clock: the engine takes it back, or it is too early.
                assignment.check(now).ok()?;
                Some(self.offer(view, work, assignment, There::Pending(agent.clone())))
            }
            Act::Give => {
                let given = Assignment::new(&**agent).auto_accepted(DisplayOption::CardOnly);
                Some(self.offer(view, work, given, There::Accepted(agent.clone())))
            }
            Act::Accept => {
                let accept = AcceptItem::new(&**agent, self.work_item.as_deref()?);
                Some((Call::Answer(There::Accepted(agent.clone())), accept.request()))
            }
            Act::ToAgent => {
                let request = self.transfer(agent, TargetType::Agent, TransferType::Blind);
                Some((Call::Offer(There::Pending(agent.clone())), request))
            }
            _ => self.without(view, config, work, next),
        }
    }

    /// What needs no agent.
    fn without(
        &mut self,
        view: View<'_>,
        config: &DeskConfig,
        work: WorkId,
        next: Act,
    ) -> Option<(Call, Request)> {
        match (next, &self.there) {
            (Act::Read, _) => Some((Call::Read, get_items(&self.document))),
            (Act::Reject, There::Pending(at)) => {
                let reason = self.reason.as_deref().unwrap_or(&config.reject_reason);
                let reject = RejectItem {
                    agent_id: at.to_string(),
                    work_item_id: self.work_item.clone()?,
                    reject_reason_id: reason.to_string(),
                };
                Some((Call::Answer(There::Queued), reject.request()))
            }
            (Act::ToQueue, _) => {
                let queue = queue_of(view, work).unwrap_or_else(|| self.queue.clone());
                let request = self.transfer(&queue, TargetType::Queue, TransferType::Blind);
                self.queue = queue;
                Some((Call::Offer(There::Queued), request))
            }
            (Act::Close, _) if self.document.table == Document::INTERACTION => {
                Some((Call::Close, close_interaction(&self.document.sys_id)))
            }
            (Act::Close, _) => {
                // Only interactions are closed from here: a case lives on.
                self.there = There::Over;
                None
            }
            _ => None,
        }
    }

    /// The next call about a consult.
    fn consult(&self, step: Step) -> (Call, Request) {
        let end = |hand_over| {
            let document_sys_id = self.document.sys_id.clone();
            EndConsult { document_sys_id, hand_over }.request()
        };
        let known = self.consulted.as_ref();
        match (step, known.and_then(|known| Some((&known.agent, known.work_item.as_ref()?)))) {
            (Step::Ask(agent), _) => {
                let request = self.transfer(&agent, TargetType::Agent, TransferType::Consult);
                (Call::Consult(agent), request)
            }
            (Step::Accept, Some((agent, work_item))) => {
                (Call::AnswerConsult, AcceptItem::new(&**agent, &**work_item).request())
            }
            (Step::Accept, None) => (Call::Read, get_items(&self.document)),
            (Step::HandOver, _) => {
                (Call::EndConsult(known.map(|known| known.agent.clone())), end(true))
            }
            (Step::End, _) => (Call::EndConsult(None), end(false)),
        }
    }

    fn assignment(&self, agent: &Key, config: &DeskConfig) -> Assignment {
        let offer = Assignment::new(&**agent);
        match self.offered {
            Some((since, Some(until))) => Assignment {
                after_timeout_presence: config.after_timeout_presence.clone(),
                ..offer.open_from(since, until.since(since))
            },
            Some((_, None)) | None => offer,
        }
    }

    fn offer(
        &mut self,
        view: View<'_>,
        work: WorkId,
        assignment: Assignment,
        there: There,
    ) -> (Call, Request) {
        if let Some(queue) = queue_of(view, work) {
            self.queue = queue;
        }
        let mut offer = OfferWork::new(&*self.queue, assignment);
        offer.external_segment_id = Some(work.to_string());
        (Call::Offer(there), offer.request(&self.document))
    }

    fn transfer(&self, target: &Key, target_type: TargetType, kind: TransferType) -> Request {
        let transfer = Transfer {
            source_queue_id: self.queue.to_string(),
            target_id: target.to_string(),
            target_type,
            transfer_type: kind,
        };
        OfferWork::transfer(transfer).request(&self.document)
    }

    /// Takes in what a call was answered with.
    pub(super) fn take(&mut self, call: &Call, status: u16, body: &[u8]) -> Result<(), Failure> {
        match call {
            Call::Map => {
                read::<IgnoredAny>(status, body)?;
                self.mapped = true;
            }
            Call::Read => self.found(&read::<Vec<ItemRecord>>(status, body)?),
            Call::Offer(there) => {
                let reply: OfferReply = read(status, body)?;
                self.work_item = reply.work_item.map(|item| item.sys_id);
                self.there = there.clone();
            }
            Call::Answer(there) => {
                read::<IgnoredAny>(status, body)?;
                self.there = there.clone();
            }
            Call::Close => {
                read::<IgnoredAny>(status, body)?;
                self.there = There::Over;
            }
            Call::Consult(agent) => {
                let reply: OfferReply = read(status, body)?;
                let work_item = reply.work_item.map(|item| item.sys_id.into());
                let agent = agent.clone();
                self.consulted = Some(Consulted { agent, work_item, accepted: false });
            }
            Call::AnswerConsult => {
                read::<IgnoredAny>(status, body)?;
                if let Some(consulted) = &mut self.consulted {
                    consulted.accepted = true;
                }
            }
            Call::EndConsult(handed_over) => {
                read::<OutcomeReply>(status, body)?;
                self.consulted = None;
                if let Some(agent) = handed_over {
                    (self.work_item, self.there) = (None, There::Accepted(agent.clone()));
                }
            }
        }
        self.note_had();
        Ok(())
    }

    /// Notes who is known to have it.
    pub(super) fn note_had(&mut self) {
        if let There::Accepted(_) = self.there {
            self.had.clone_from(&self.work_item);
        }
    }

    /// The active work items of the document, newest first.
    fn found(&mut self, records: &[ItemRecord]) {
        let agent = |record: &ItemRecord| record.agent().map(Key::from);
        let is_consult = |record: &&ItemRecord| record.consult_state().is_some();
        let record = records.iter().find(|record| !is_consult(record));
        self.work_item = record.map(|record| record.sys_id().to_string());
        self.there = match record.map(|record| (record.state(), agent(record))) {
            Some(("Pending Accept", Some(agent))) => There::Pending(agent),
            Some(("Accepted", Some(agent))) => There::Accepted(agent),
            Some(("Queued" | "Pending Accept", _)) => There::Queued,
            _ => There::Over,
        };
        self.consulted = records.iter().find(is_consult).and_then(|record| {
            let (agent, work_item) = (agent(record)?, Some(record.sys_id().into()));
            Some(Consulted { agent, work_item, accepted: record.state() == "Accepted" })
        });
    }

    /// A call was refused: whether the work item is not where it was thought to be.
    pub(super) fn surprised(&mut self, call: &Call, fault: &Fault) -> bool {
        if matches!(call, Call::EndConsult(_)) {
            self.consulted = None;
        }
        if fault.is_surprise() {
            self.there = There::Unknown;
        }
        fault.is_surprise() && *call != Call::Read
    }
}

/// The key of the queue the work is in.
fn queue_of(view: View<'_>, work: WorkId) -> Option<Key> {
    view.key(view.work(work)?.queue().into()).cloned()
}
