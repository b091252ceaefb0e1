//! What this layer asks of the engine and of records, and what follows there from what happened to
//! it.

use alloc::vec;
use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::{
    Cancel, ChangeWork, Command, Confer, EndLeg, HandOver, Reject, Reply, SetPresence,
    TransferToQueue,
};
use crate::engine::core::Engine;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Seq};
use crate::interaction::{
    EndInteraction, Ending, Party, ProfileStore, RecordCommand, RecordFact, RecordReply, Records,
};
use crate::layer::above::{Above, Over, Plan};
use crate::layer::decide::Decide;
use crate::model::ids::AgentId;
use crate::model::preferred::Preferred;
use crate::model::presence::SystemPresence;
use crate::model::work::WorkChange;

use crate::knowledge::ask::known;
use crate::knowledge::command::{KnowledgeCommand, KnowledgeReply};
use crate::knowledge::decide::KnowledgeBelow;
use crate::knowledge::ends::{EscalationEnd, How, Unanswered};
use crate::knowledge::event::{KnowledgeEvent, KnowledgeFact, KnowledgeLog};
use crate::knowledge::layer::Knowledge;
use crate::knowledge::named::{check_config, check_there, stands};
use crate::knowledge::permission;
use crate::knowledge::point::check_data;
use crate::knowledge::refusal::KnowledgeRefusal;
use crate::knowledge::rows::{Preview, Worker};
use crate::knowledge::store::InLineFor;
use crate::knowledge::unified::AgentState;

impl Above for Knowledge {
    type Done = KnowledgeBelow;

    fn above(engine_seq: Seq) -> Self {
        let mut layer = Self::unopened();
        layer.followed.engine = engine_seq;
        layer
    }

    fn decide(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        command: KnowledgeCommand,
        done: KnowledgeBelow,
        log: &mut KnowledgeLog,
    ) -> Result<KnowledgeReply, KnowledgeRefusal> {
        Self::decide(self, now, actor, command, done, log)
    }

    fn check(&mut self, now: Timestamp, command: KnowledgeCommand) -> Result<(), KnowledgeRefusal> {
        self.would_refuse(now, command)
    }

    /// Nothing of this layer is ever due.
    fn fire_first(&mut self, _now: Timestamp, _log: &mut KnowledgeLog) {}
}

impl Knowledge {
    /// Refuses a configuration or a routing point that names what is not there.
    fn check_named(
        &self,
        engine: &Engine,
        command: &KnowledgeCommand,
    ) -> Result<(), KnowledgeRefusal> {
        let view = engine.view();
        match command {
            KnowledgeCommand::ConfigureKnowledge(command) => check_config(engine, &command.config),
            KnowledgeCommand::SetRoutingPoint(command) => {
                command.point.queues().try_for_each(|id| check_there(stands(view, id), id))
            }
            KnowledgeCommand::SetKnowledgeWorker(command) => {
                check_there(engine.check_agent(command.agent).is_ok(), command.agent)
            }
            KnowledgeCommand::Ask(command) => {
                check_there(engine.check_agent(command.agent).is_ok(), command.agent)
            }
            _ => Ok(()),
        }
    }

    /// Finds out in the engine what a command has to know.
    fn find(&self, engine: &Engine, command: &KnowledgeCommand, done: &mut KnowledgeBelow) {
        let view = engine.view();
        match command {
            KnowledgeCommand::SetKnowledgeWorker(command) => {
                let agent = view.agent(command.agent);
                let presence = agent.and_then(|agent| view.presence(agent.presence()));
                let im = self.config().im_channel;
                let state = |key, profile| AgentState::of_presence(key, profile, im);
                done.state = presence.map(|one| (one.id(), state(one.key(), one.profile())));
                done.alerted = self.is_alerted(engine, command.agent);
            }
            KnowledgeCommand::RemoveKnowledgeWorker(command) => {
                done.alerted = self.is_alerted(engine, command.agent);
            }
            _ => {}
        }
    }

    /// True if a request or a call is offered to an agent.
    fn is_alerted(&self, engine: &Engine, agent: AgentId) -> bool {
        let agent = engine.view().agent(agent);
        let mut offers = agent.into_iter().flat_map(|agent| agent.offers());
        offers.any(|offer| self.store.rows().offers.contains_key(offer))
    }

    /// Says to the engine what presence a report leads to, if it is another one.
    fn plan_presence(
        &self,
        engine: &Engine,
        command: &crate::knowledge::command::ReportPresence,
        answer: Option<&Reply>,
        done: &mut KnowledgeBelow,
    ) -> Plan<Command> {
        let agent = command.agent;
        let news = self.worker(agent).is_some()
            && crate::model::work::check_key("presence", &command.presence).is_ok()
            && self.store.is_news(command);
        let presence = self.config().presences.presence(&command.presence);
        let view = engine.view();
        // One that was retired since then stands for nothing any more.
        let stands = view.presence(presence).is_some_and(|presence| !presence.is_retired());
        let presence = if stands { presence } else { SystemPresence::Busy.id() };
        let before = view.agent(agent).map(|agent| agent.presence());
        if !news || answer.is_some() || before == Some(presence) {
            return Plan::Alone;
        }
        done.set = Some(presence);
        Plan::Beside(SetPresence::new(agent, presence).into())
    }
}

impl Over<Engine> for Knowledge {
    /// Nobody declines where nobody may.
    fn refuse(&self, _engine: &Engine, command: &Command) -> Result<(), KnowledgeRefusal> {
        let Command::Reject(Reject { offer, .. }) = command else { return Ok(()) };
        let rows = self.store.rows();
        let Some(Preview { work, .. }) = rows.offers.get(offer) else { return Ok(()) };
        if self.store.asking(*work).is_none_or(|asking| asking.may_decline) {
            return Ok(());
        }
        let point = match self.store.purpose(*work) {
            Some(InLineFor::Session(id)) => rows.sessions.get(&id).map(|session| &session.point),
            Some(InLineFor::Call(id)) => rows.escalations.get(&id).map(|row| row.to.dn()),
            None => None,
        };
        match point {
            Some(point) => Err(KnowledgeRefusal::DeclineNotAllowed { point: point.clone() }),
            None => Ok(()),
        }
    }

    fn permit(
        &self,
        _engine: &Engine,
        actor: &Actor,
        command: &KnowledgeCommand,
    ) -> Result<(), KnowledgeRefusal> {
        permission::check_allowed(actor, command)
    }

    fn require(
        &self,
        engine: &Engine,
        command: &KnowledgeCommand,
    ) -> Result<Vec<Command>, KnowledgeRefusal> {
        self.check_named(engine, command)?;
        match command {
            KnowledgeCommand::Ask(ask) => self.require_ask(engine, ask)?,
            KnowledgeCommand::Escalate(command) => self.require_escalate(engine, command)?,
            _ => {}
        }
        Ok(Vec::new())
    }

    fn plan(
        &self,
        engine: &Engine,
        command: &KnowledgeCommand,
        answer: Option<Reply>,
        done: &mut KnowledgeBelow,
    ) -> Result<Plan<Command>, KnowledgeRefusal> {
        if !done.records {
            if let KnowledgeCommand::Ask(ask) = command {
                return self.find_aim(engine, ask, done);
            }
            self.find(engine, command, done);
            return Ok(Plan::Alone);
        }
        match command {
            KnowledgeCommand::ReportPresence(command) => {
                Ok(self.plan_presence(engine, command, answer.as_ref(), done))
            }
            KnowledgeCommand::Escalate(command) => {
                self.plan_escalate(engine, command, answer, done)
            }
            KnowledgeCommand::CancelEscalation(command) => {
                Ok(self.plan_cancel(command, answer.as_ref()))
            }
            _ => Ok(Plan::Alone),
        }
    }

    fn follow(&mut self, fact: &Fact, log: &mut KnowledgeLog) {
        let ended = match &fact.event {
            Event::OfferRejected { offer, .. }
            | Event::OfferMissed { offer, .. }
            | Event::OfferWithdrawn { offer, .. } => self.store.rows().offers.get(offer).copied(),
            _ => None,
        };
        self.note_engine(fact);
        let cause = Cause::Followed { since: fact.effective() };
        self.turn(fact.at, cause, log).follow_work(&fact.event, ended);
    }

    fn note(&mut self, fact: &Fact) {
        self.note_engine(fact);
    }

    fn check_over(&self, engine: &Engine) -> Result<(), &'static str> {
        if self.followed.engine != engine.view().seq() {
            return Err("layers: knowledge has followed just what the engine said");
        }
        let rows = self.store.rows();
        let agrees = |(agent, worker): (&AgentId, &Worker)| {
            let agent = engine.view().agent(*agent).filter(|agent| !agent.is_retired());
            agent.is_some_and(|agent| agent.presence() == worker.presence)
        };
        if !rows.workers.iter().all(agrees) {
            return Err("layers: workers are agents in the presence that the engine says");
        }
        if !rows.offers.keys().all(|offer| engine.view().offer(*offer).is_some()) {
            return Err("layers: previews are open offers");
        }
        let works = rows.sessions.values().map(|session| session.work);
        let works = works.chain(rows.escalations.values().map(|row| row.work));
        let mut works = works.chain(rows.escalations.values().filter_map(|row| row.stand_in()));
        match works.all(|work| engine.has_given(work)) {
            true => Ok(()),
            false => Err("layers: the engine has given the work of knowledge"),
        }
    }

    fn answer(&self, _engine: &Engine, fact: &KnowledgeFact) -> Vec<Command> {
        match &fact.event.event {
            KnowledgeEvent::EscalationEnded { work, stand_in, asked, how, why, .. } => {
                let work = *work;
                match (why, how) {
                    (EscalationEnd::Accepted { agent }, How::Transfer) => {
                        vec![HandOver::new(work, *agent).into()]
                    }
                    (EscalationEnd::Accepted { agent }, How::Conference) => {
                        vec![Confer::new(work, *agent).into()]
                    }
                    (EscalationEnd::Cancelled | EscalationEnd::ContactEnded, _) => Vec::new(),
                    (_, _) => {
                        let taken_back = stand_in.map(|stand_in| Cancel::new(stand_in).into());
                        let let_go = asked.map(|agent| EndLeg::new(work, agent).into());
                        taken_back.into_iter().chain(let_go).collect()
                    }
                }
            }
            KnowledgeEvent::PassedOn { work, queue: Some(queue), .. } => {
                // A queue that takes nothing more is as nobody.
                vec![TransferToQueue::new(*work, *queue).into(), Cancel::new(*work).into()]
            }
            KnowledgeEvent::PassedOn { work, queue: None, .. } => {
                let anybody = WorkChange::default().with_preferred(Preferred::default());
                vec![ChangeWork::new(*work, anybody).into()]
            }
            _ => Vec::new(),
        }
    }
}

impl<P: ProfileStore + Clone + Default> Over<Records<P>> for Knowledge {
    fn permit(
        &self,
        records: &Records<P>,
        actor: &Actor,
        command: &KnowledgeCommand,
    ) -> Result<(), KnowledgeRefusal> {
        permission::check_theirs(records, actor, command)
    }

    fn require(
        &self,
        records: &Records<P>,
        command: &KnowledgeCommand,
    ) -> Result<Vec<RecordCommand>, KnowledgeRefusal> {
        match command {
            KnowledgeCommand::Ask(ask) => self.require_record(records, ask)?,
            _ => {}
        }
        Ok(Vec::new())
    }

    fn plan(
        &self,
        records: &Records<P>,
        command: &KnowledgeCommand,
        answer: Option<RecordReply>,
        done: &mut KnowledgeBelow,
    ) -> Result<Plan<RecordCommand>, KnowledgeRefusal> {
        (done.records, done.text_max) = (true, records.config().limits.text);
        match command {
            KnowledgeCommand::Ask(ask) => return self.plan_ask(records, ask, answer, done),
            KnowledgeCommand::Escalate(command) => self.find_call(records, command, done)?,
            KnowledgeCommand::CancelEscalation(command) => {
                known(records, command.interaction).map(drop)?;
            }
            KnowledgeCommand::AttachData(command) => {
                let row = known(records, command.interaction)?;
                check_data(&command.data, done.text_max)?;
                let interaction = command.interaction;
                if row.state.is_closed() && !self.store.has_data(interaction, &command.data) {
                    return Err(KnowledgeRefusal::NotOngoing { interaction });
                }
            }
            _ => {}
        }
        Ok(Plan::Alone)
    }

    fn follow(&mut self, fact: &RecordFact, log: &mut KnowledgeLog) {
        self.followed.records = self.followed.records.max(fact.seq);
        let cause = Cause::Followed { since: fact.effective() };
        self.turn(fact.at, cause, log).follow_record(&fact.event);
    }

    fn note(&mut self, fact: &RecordFact) {
        self.followed.records = self.followed.records.max(fact.seq);
    }

    fn check_over(&self, records: &Records<P>) -> Result<(), &'static str> {
        if self.followed.records != records.position() {
            return Err("layers: knowledge has followed just what records said");
        }
        let sessions = &self.store.rows().sessions;
        let agrees = sessions.iter().all(|(id, session)| {
            records.interaction(*id).is_some_and(|row| {
                let live = session.live_with();
                row.asker == Some(session.asker)
                    && session.over != row.state.is_ongoing()
                    && (live.is_none() || live == row.assigned_to)
            })
        });
        if agrees { Ok(()) } else { Err("layers: sessions are as their records say") }
    }

    /// Nobody else is asked for a request whose worker did not want it, or whose asker is gone: its
    /// record is closed, and its work with it.
    fn answer(&self, _records: &Records<P>, fact: &KnowledgeFact) -> Vec<RecordCommand> {
        match &fact.event.event {
            KnowledgeEvent::Unanswered {
                interaction,
                why: Unanswered::Declined | Unanswered::TimedOut | Unanswered::AskerLeft,
            } => vec![EndInteraction::new(*interaction, Ending::TimedOut, Party::System).into()],
            _ => Vec::new(),
        }
    }
}
