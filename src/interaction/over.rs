//! What records ask of the engine below them, and what follows there from what happened to records.

use alloc::vec;
use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::{
    Abandon, Cancel, Close, Command, EndWrapUp, FinishContact, Finisher, Reply, SetCode,
};
use crate::engine::core::Engine;
use crate::engine::view::View;
use crate::fact::log::{Fact, Seq};
use crate::layer::above::{Above, Over, Plan};
use crate::layer::decide::Decide;
use crate::model::calendar::WaitClock;
use crate::model::ids::{AgentId, WorkId};
use crate::model::wrap_up::AgentWrapUp;
use crate::policy::wrap_up::after_contact;
use crate::state::work::Stage;

use crate::interaction::command::{RecordCommand, RecordReply};
use crate::interaction::decide::{Below, RunOnRecords};
use crate::interaction::event::{RecordEvent, RecordFact, RecordLog};
use crate::interaction::hours::KnownHours;
use crate::interaction::ids::InteractionId;
use crate::interaction::permission;
use crate::interaction::plan::{brought_back, never_wraps_up};
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::Interaction;
use crate::interaction::records::Records;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::InteractionState;

impl<P: ProfileStore + Clone + Default> Above for Records<P> {
    type Done = Below;

    fn above(engine_seq: Seq) -> Self {
        let mut records = Self::unopened();
        records.follow_after(engine_seq);
        records
    }

    fn decide(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        command: RecordCommand,
        done: Below,
        log: &mut RecordLog,
    ) -> Result<RecordReply, RecordRefusal> {
        Self::decide(self, now, actor, command, done, log)
    }

    fn check(&mut self, now: Timestamp, command: RecordCommand) -> Result<(), RecordRefusal> {
        Self::would_refuse(self, now, command)
    }

    fn fire_first(&mut self, now: Timestamp, log: &mut RecordLog) {
        Self::fire_first(self, now, log);
    }
}

impl<P: ProfileStore + Clone + Default> Over<Engine> for Records<P> {
    /// Refuses a person's command that the record refuses: one that would close the record of a
    /// contact nobody described, and one that gives a code its wrap-up rule does not allow.
    fn refuse(&self, engine: &Engine, command: &Command) -> Result<(), RecordRefusal> {
        let view = engine.view();
        let (work, code, closes) = match *command {
            Command::FinishContact(FinishContact { work, by: Finisher::Agent }) => {
                (work, None, !self.is_wrapped_up(engine, work))
            }
            Command::EndWrapUp(EndWrapUp { work, agent, code }) if owns(view, agent, work) => {
                (work, code, true)
            }
            Command::SetCode(SetCode { work, agent, code }) if owns(view, agent, work) => {
                (work, Some(code), false)
            }
            Command::Close(Close { work, code }) => (work, code, true),
            _ => return Ok(()),
        };
        let row = self.of_work(work).filter(|row| row.work == Some(work));
        let Some(row) = row.filter(|row| !row.state.is_closed()) else { return Ok(()) };
        if closes && !row.is_described() {
            return Err(RecordRefusal::NotDescribed { interaction: row.id });
        }
        self.store().check_code(row.id, code)
    }

    fn check_over(&self, engine: &Engine) -> Result<(), &'static str> {
        if self.followed() != engine.view().seq() {
            return Err("layers: records have followed just what the engine said");
        }
        let rows = self.store().rows().interactions.rows();
        let works = rows.flat_map(|(_, row)| {
            row.work.into_iter().chain(row.trailing.iter().map(|(work, _)| *work))
        });
        match works.chain(self.last_work()).all(|work| engine.has_given(work)) {
            true => Ok(()),
            false => Err("layers: the engine has given the work of records"),
        }
    }

    fn permit(
        &self,
        engine: &Engine,
        actor: &Actor,
        command: &RecordCommand,
    ) -> Result<(), RecordRefusal> {
        permission::check(self.store(), engine, actor, command)
    }

    /// Nobody speaks or acts in the name of an agent who does not exist.
    fn require(
        &self,
        engine: &Engine,
        command: &RecordCommand,
    ) -> Result<Vec<Command>, RecordRefusal> {
        match command.subject().agent {
            Some(agent) if engine.check_agent(agent).is_err() => {
                Err(RecordRefusal::UnknownAgent { agent })
            }
            _ => Ok(Vec::new()),
        }
    }

    fn plan(
        &self,
        engine: &Engine,
        command: &RecordCommand,
        answer: Option<Reply>,
        done: &mut Below,
    ) -> Result<Plan<Command>, RecordRefusal> {
        *done = match (answer, command) {
            (Some(answer), _) => Below::Answered(answer),
            (None, RecordCommand::EndInteraction(end))
                if never_wraps_up(engine.view(), self.agent_of(end.interaction)) =>
            {
                Below::NeverWrapsUp
            }
            (None, RecordCommand::ConfigureRecords(all))
                if all.config.idle.counts == WaitClock::Open =>
            {
                Below::Hours(KnownHours::of(engine.view()))
            }
            (None, _) => Below::Nothing,
        };
        match answer {
            Some(_) => Ok(Plan::Alone),
            None => command.plan(self.store(), engine.view()),
        }
    }

    fn follow(&mut self, fact: &Fact, log: &mut RecordLog) {
        self.follow_next(fact, log);
    }

    fn note(&mut self, fact: &Fact) {
        Self::note(self, fact);
    }

    /// Work ends with its interaction, and a customer who writes brings back work on hold.
    fn answer(&self, engine: &Engine, fact: &RecordFact) -> Vec<Command> {
        match &fact.event {
            RecordEvent::Closed { interaction, .. } => self.close_work(engine, *interaction),
            RecordEvent::Said { interaction, message } => {
                let open = self.open_work(engine, *interaction);
                let back =
                    open.and_then(|(row, _, stage)| brought_back(row, message.author, stage));
                back.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<P: ProfileStore> Records<P> {
    /// Ends the work of an interaction that is closed. Work that cannot be closed with the code of
    /// the record is closed without one, or, if its queue wants one, its agent wraps it up.
    fn close_work(&self, engine: &Engine, id: InteractionId) -> Vec<Command> {
        let Some((row, work, stage)) = self.open_work(engine, id) else { return Vec::new() };
        match stage {
            stage if stage.owner().is_some() => vec![
                Close { work, code: row.code }.into(),
                Close { work, code: None }.into(),
                FinishContact { work, by: Finisher::Host }.into(),
            ],
            _ if row.state == InteractionState::ClosedAbandoned => vec![Abandon { work }.into()],
            _ => vec![Cancel { work }.into()],
        }
    }

    fn open_work(
        &self,
        engine: &Engine,
        id: InteractionId,
    ) -> Option<(&Interaction, WorkId, Stage)> {
        let row = self.interaction(id)?;
        let work = row.work?;
        Some((row, work, engine.view().work(work)?.stage()))
    }

    /// True if the owner wraps up if the contact ends now, by the rule of the queue or of records.
    fn is_wrapped_up(&self, engine: &Engine, work: WorkId) -> bool {
        let view = engine.view();
        let owner = view.work(work).and_then(|work| view.agent(work.stage().owner()?));
        let has = owner.and_then(|agent| agent.assignments().iter().find(|has| has.work == work));
        let own = owner.map(|agent| agent.profile().wrap_up).unwrap_or_default();
        let queue = has.and_then(|has| view.queue(has.queue));
        let by_queue = has.zip(queue).and_then(|(has, queue)| {
            let mode = own.of(queue.profile().wrap_up.mode);
            after_contact(mode, has.wrap_up_requested, engine.now())
        });
        let by_rule = || self.of_work(work).is_some_and(|row| self.wraps_up(row.id));
        by_queue.is_some() || (own != AgentWrapUp::Never && by_rule())
    }

    fn agent_of(&self, id: InteractionId) -> Option<AgentId> {
        self.interaction(id)?.assigned_to
    }
}

fn owns(view: View<'_>, agent: AgentId, work: WorkId) -> bool {
    view.work(work).is_some_and(|work| work.stage().owner() == Some(agent))
}
