//! The desk: an engine and records in one, for hosts that want everything in one call.

use alloc::sync::Arc;

use crate::base::time::Timestamp;
use crate::command::commands::{
    Abandon, Cancel, Close, Command, EndWrapUp, FinishContact, Finisher, Reply, SetCode, Submit,
};
use crate::engine::core::Engine;
use crate::model::config::Config;
use crate::model::ids::{QueueId, WorkId};
use crate::model::work::WorkRequest;
use crate::policy::wrap_up::after_contact;
use crate::state::work::Stage;

use crate::interaction::command::{LinkWork, RequestHandoff};
use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::HandoffTrigger;
use crate::interaction::desk_command::{DeskCommand, DeskLog, DeskRefusal, DeskReply};
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::InteractionId;
use crate::interaction::plan::Plan;
use crate::interaction::profile::{ProfileStore, ProfilesInMemory};
use crate::interaction::record::Interaction;
use crate::interaction::records::{RecordAction, Records};
use crate::interaction::refusal::{Gap, RecordRefusal};
use crate::interaction::state::{InteractionState, InteractionStep};

/// An engine and records in step: every fact of the engine is followed in the call in which it
/// happened, and what records refuse is refused before the work is touched. Work whose interaction
/// is closed, by a person or by time, is ended.
///
/// ```
/// use strowger::interaction::*;
/// use strowger::model::ChannelId;
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, DeskLog::default());
/// let mut desk = Desk::new(Config::default(), RecordConfig::default(), now, &mut log)?;
/// desk.execute(now, Define::new("chat", ChannelProfile::chat()).into(), &mut log)?;
/// desk.execute(now, Define::new("support", QueueProfile::default()).into(), &mut log)?;
/// let view = desk.engine().view();
/// let (queue, chat) = (view.queue_id("support").unwrap(), ChannelId::from_raw(0));
///
/// let opening = Box::new(InteractionRequest::new(InteractionType::Chat));
/// let id = desk.record(now, OpenInteraction::new(opening), &mut log)?;
/// desk.submit(now, id, WorkRequest::new(queue, chat), &mut log)?;
/// let interaction = desk.records().interaction(id).unwrap();
/// assert_eq!(interaction.state, InteractionState::Queued);
/// assert_eq!(interaction.queue, Some(queue));
/// # Ok::<(), DeskRefusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Desk<P: ProfileStore = ProfilesInMemory> {
    engine: Engine,
    records: Records<P>,
}

impl Desk {
    /// A new engine with new records.
    ///
    /// # Errors
    /// [`DeskRefusal`] if either configuration makes no sense.
    pub fn new(
        engine: Config,
        records: RecordConfig,
        now: Timestamp,
        log: &mut DeskLog,
    ) -> Result<Self, DeskRefusal> {
        let engine = Engine::new(engine, now, &mut log.work)?;
        let mut records = Records::new(records, now, &mut log.records)?;
        records.follow_after(engine.view().seq());
        Ok(Self { engine, records })
    }
}

impl<P: ProfileStore> Desk<P> {
    /// An engine and the records that followed it, restored or rebuilt.
    ///
    /// # Errors
    /// [`Gap`] if the records did not follow all the engine said. Follow what is missing first.
    pub fn join(engine: Engine, records: Records<P>) -> Result<Self, Gap> {
        let (found, followed) = (engine.view().seq(), records.followed());
        if followed < found {
            return Err(Gap { expected: followed.saturating_add(1), found });
        }
        Ok(Self { engine, records })
    }

    /// The engine, to read.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The records, to read.
    #[must_use]
    pub const fn records(&self) -> &Records<P> {
        &self.records
    }

    /// The parts, to be kept.
    #[must_use]
    pub fn into_parts(self) -> (Engine, Records<P>) {
        (self.engine, self.records)
    }

    /// When to call [`advance`](Self::advance) next. Ask again after every call.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let work = self.engine.next_deadline().map(|deadline| deadline.at);
        work.into_iter().chain(self.records.next_deadline()).min()
    }

    /// Lets time pass.
    pub fn advance(&mut self, now: Timestamp, log: &mut DeskLog) {
        let told = log.records.len();
        let from = log.work.len();
        let passed = self.engine.advance(now, &mut log.work);
        debug_assert!(passed.is_ok(), "{passed:?}");
        self.follow(from, log);
        self.records.advance(now, &mut log.records);
        self.settle(now, told, log);
    }

    /// Does whatever it is told, for a host that keeps or sends commands in one vocabulary.
    ///
    /// # Errors
    /// A [`DeskRefusal`] says why it changed nothing.
    pub fn tell(
        &mut self,
        now: Timestamp,
        command: DeskCommand,
        log: &mut DeskLog,
    ) -> Result<DeskReply, DeskRefusal> {
        Ok(match command {
            DeskCommand::Command(command) => DeskReply::Command(self.execute(now, *command, log)?),
            DeskCommand::Record(command) => DeskReply::Record(self.record(now, command, log)?),
            DeskCommand::Submit { interaction, request } => {
                DeskReply::Submitted(self.submit(now, interaction, *request, log)?)
            }
            DeskCommand::HandOff { interaction, trigger, request } => {
                DeskReply::HandedOff(self.hand_off(now, interaction, trigger, *request, log)?)
            }
        })
    }

    /// Does a command of the engine. What would close the record of a contact that nobody
    /// described is refused if a person does it, as is a code that the wrap-up rule of the record
    /// does not allow.
    ///
    /// # Errors
    /// A [`DeskRefusal`] says why it changed nothing.
    pub fn execute(
        &mut self,
        now: Timestamp,
        command: Command,
        log: &mut DeskLog,
    ) -> Result<Reply, DeskRefusal> {
        self.advance(now, log);
        self.check_record(&command)?;
        self.run(now, command, log)
    }

    /// Does a command of records. One about an interaction with open work is done to the work
    /// first, where that moves the interaction; if the engine refuses it, nothing has changed.
    ///
    /// # Errors
    /// A [`DeskRefusal`] says why it changed nothing.
    pub fn record<A: RecordAction>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut DeskLog,
    ) -> Result<A::Output, DeskRefusal> {
        self.advance(now, log);
        let told = (log.work.len(), log.records.len());
        let plan = action.plan(self.records.store(), self.engine.view())?;
        let beside = match plan {
            Plan::Alone => false,
            Plan::First(command) => {
                self.check_record(&command)?;
                self.run(now, command, log)?;
                false
            }
            Plan::Beside(command) => {
                self.engine.execute(now, command, &mut log.work)?;
                true
            }
        };
        let answer = self.records.execute(now, action, &mut log.records);
        if beside {
            self.follow(told.0, log);
        }
        self.settle(now, told.1, log);
        Ok(answer?)
    }

    /// Hands in work for an interaction, which waits in its queue from now on. The context
    /// variables go with it as attributes, where the request does not say otherwise, so that rules
    /// of classification see them and the agent to whom it is offered too. The same request under
    /// the same key again answers with the same work.
    ///
    /// # Errors
    /// A [`DeskRefusal`] says why it changed nothing.
    pub fn submit(
        &mut self,
        now: Timestamp,
        interaction: InteractionId,
        request: impl Into<Arc<WorkRequest>>,
        log: &mut DeskLog,
    ) -> Result<WorkId, DeskRefusal> {
        let request = request.into();
        self.advance(now, log);
        let store = self.records.store();
        let row = store.interaction(interaction)?;
        let known = request.key.as_ref().and_then(|key| self.engine.view().work_id(key));
        if known.is_none() || known != row.work {
            store.check_step(interaction, InteractionStep::Queue)?;
            store.check_without_work(interaction)?;
        }
        let told = (log.work.len(), log.records.len());
        let request = with_context(row, request);
        let work = self.engine.execute(now, Submit(request), &mut log.work)?;
        self.link(now, interaction, work, told, log)?;
        Ok(work)
    }

    /// Asks for an agent for a conversation. Somebody is there if the queue is open and staffed; if
    /// not the customer is told so, and no work is made.
    ///
    /// # Errors
    /// A [`DeskRefusal`] says why it changed nothing.
    pub fn hand_off(
        &mut self,
        now: Timestamp,
        interaction: InteractionId,
        trigger: HandoffTrigger,
        request: impl Into<Arc<WorkRequest>>,
        log: &mut DeskLog,
    ) -> Result<Option<WorkId>, DeskRefusal> {
        let request = request.into();
        self.advance(now, log);
        let queue = request.queue;
        self.records.store().check_handoff(interaction)?;
        let available = self.somebody_there(queue);
        let told = (log.work.len(), log.records.len());
        let request = with_context(self.records.store().interaction(interaction)?, request);
        let work = match available {
            true => Some(self.engine.execute(now, Submit(request), &mut log.work)?),
            false => None,
        };
        let asked = RequestHandoff { interaction, trigger, queue, available };
        self.records.execute(now, asked, &mut log.records)?;
        if let Some(work) = work {
            self.link(now, interaction, work, told, log)?;
        }
        Ok(work)
    }

    /// Whether a queue is open and somebody is at work in it, whatever he can do.
    fn somebody_there(&self, queue: QueueId) -> bool {
        let queue = self.engine.view().queue(queue);
        queue.is_some_and(|queue| queue.is_open() && queue.staffed() > 0)
    }

    fn link(
        &mut self,
        now: Timestamp,
        interaction: InteractionId,
        work: WorkId,
        told: (usize, usize),
        log: &mut DeskLog,
    ) -> Result<(), DeskRefusal> {
        let linked = self.records.execute(now, LinkWork { interaction, work }, &mut log.records);
        self.follow(told.0, log);
        self.settle(now, told.1, log);
        Ok(linked?)
    }

    /// Does a command of the engine, and follows what comes of it.
    fn run(
        &mut self,
        now: Timestamp,
        command: Command,
        log: &mut DeskLog,
    ) -> Result<Reply, DeskRefusal> {
        let told = (log.work.len(), log.records.len());
        let answer = self.engine.execute(now, command, &mut log.work);
        self.follow(told.0, log);
        self.settle(now, told.1, log);
        Ok(answer?)
    }

    fn follow(&mut self, from: usize, log: &mut DeskLog) {
        for fact in log.work.iter().skip(from) {
            let followed = self.records.follow(fact, &mut log.records);
            debug_assert!(followed.is_ok(), "{followed:?}");
        }
    }

    /// Does to work what follows from what happened to records: it ends with its interaction, and
    /// a customer who writes brings back work on hold.
    fn settle(&mut self, now: Timestamp, from: usize, log: &mut DeskLog) {
        let mut next = from;
        while let Some(fact) = log.records.iter().nth(next) {
            next += 1;
            let Some(command) = self.consequence(&fact.event) else { continue };
            let told = log.work.len();
            if self.engine.execute(now, command.clone(), &mut log.work).is_err() {
                self.let_go(now, &command, log);
            }
            self.follow(told, log);
        }
    }

    fn consequence(&self, event: &RecordEvent) -> Option<Command> {
        match event {
            RecordEvent::Closed { interaction, .. } => {
                let (row, work, stage) = self.open_work(*interaction)?;
                Some(match stage {
                    Stage::Assigned { .. } | Stage::Parked { .. } | Stage::WrapUp { .. } => {
                        Close { work, code: row.code }.into()
                    }
                    _ if row.state == InteractionState::ClosedAbandoned => Abandon { work }.into(),
                    _ => Cancel { work }.into(),
                })
            }
            RecordEvent::Said { interaction, message } => {
                let (row, _, stage) = self.open_work(*interaction)?;
                crate::interaction::plan::brought_back(row, message.author, stage)
            }
            _ => None,
        }
    }

    fn open_work(&self, id: InteractionId) -> Option<(&Interaction, WorkId, Stage)> {
        let row = self.records.interaction(id)?;
        let work = row.work?;
        Some((row, work, self.engine.view().work(work)?.stage()))
    }

    /// Work that cannot be closed with the record's code is closed without one, or, if its queue
    /// wants one, its agent wraps it up.
    fn let_go(&mut self, now: Timestamp, command: &Command, log: &mut DeskLog) {
        let Command::Close(Close { work, .. }) = *command else { return };
        if self.engine.execute(now, Close { work, code: None }, &mut log.work).is_err() {
            let finish = FinishContact { work, by: Finisher::Host };
            let finished = self.engine.execute(now, finish, &mut log.work);
            debug_assert!(finished.is_ok(), "{finished:?}");
        }
    }

    /// Refuses a person's command that the record refuses: one that would close the record of a
    /// contact nobody described, and one that gives a code its wrap-up rule does not allow.
    fn check_record(&self, command: &Command) -> Result<(), DeskRefusal> {
        let (work, code, closes) = match *command {
            Command::FinishContact(FinishContact { work, by: Finisher::Agent }) => {
                (work, None, !self.wraps_up(work))
            }
            Command::EndWrapUp(EndWrapUp { work, agent, code }) if self.owns(agent, work) => {
                (work, code, true)
            }
            Command::SetCode(SetCode { work, agent, code }) if self.owns(agent, work) => {
                (work, Some(code), false)
            }
            Command::Close(Close { work, code }) => (work, code, true),
            _ => return Ok(()),
        };
        let row = self.records.of_work(work).filter(|row| row.work == Some(work));
        let Some(row) = row.filter(|row| !row.state.is_closed()) else { return Ok(()) };
        if closes && !row.is_described() {
            return Err(RecordRefusal::NotDescribed { interaction: row.id }.into());
        }
        Ok(self.records.store().check_code(row.id, code)?)
    }

    fn owns(&self, agent: crate::model::ids::AgentId, work: WorkId) -> bool {
        let view = self.engine.view().work(work);
        view.is_some_and(|view| view.stage().owner() == Some(agent))
    }

    /// Whether somebody wraps up if the contact ends now, by the rule of the queue or of records.
    fn wraps_up(&self, work: WorkId) -> bool {
        let view = self.engine.view();
        let owner = view.work(work).and_then(|work| view.agent(work.stage().owner()?));
        let has = owner.and_then(|agent| agent.assignments().iter().find(|has| has.work == work));
        let queue = has.and_then(|has| view.queue(has.queue));
        let by_queue = has.zip(queue).and_then(|(has, queue)| {
            after_contact(queue.profile().wrap_up.mode, has.wrap_up_requested, self.engine.now())
        });
        by_queue.is_some()
            || self.records.of_work(work).is_some_and(|row| self.records.wraps_up(row.id))
    }
}

/// A request with what is known of the contact.
fn with_context(row: &Interaction, mut request: Arc<WorkRequest>) -> Arc<WorkRequest> {
    for (name, value) in &row.context {
        if !request.attributes.contains_key(name) {
            let attributes = &mut Arc::make_mut(&mut request).attributes;
            attributes.insert(name.clone(), value.clone());
        }
    }
    request
}
