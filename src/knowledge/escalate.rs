//! How a call is brought to a worker: straight to their telephone, or through a routing point.

use alloc::sync::Arc;

use crate::command::commands::{Answer, Cancel, Command, Consult, ConsultQueue, EndLeg, Reply};
use crate::command::refusal::words::Unavailable;
use crate::engine::core::Engine;
use crate::interaction::{InteractionType, ProfileStore, Records};
use crate::layer::above::Plan;
use crate::layer::action::FromReply;
use crate::model::ids::{AgentId, WorkId};
use crate::model::work::WorkRequest;
use crate::state::leg::LegState;

use crate::knowledge::ask::known;
use crate::knowledge::command::{CancelEscalation, Escalate};
use crate::knowledge::config::Direct;
use crate::knowledge::decide::KnowledgeBelow;
use crate::knowledge::layer::Knowledge;
use crate::knowledge::named::stands;
use crate::knowledge::point::{RoutingPoint, UserData, check_data};
use crate::knowledge::refusal::KnowledgeRefusal;
use crate::knowledge::rows::{AskedFor, Destination, Escalation, StandsFor};

impl Knowledge {
    /// The user data of a call and of the command, which win where both have a name.
    fn data_of(&self, command: &Escalate) -> UserData {
        let mut all = self.store.user_data(command.interaction).cloned().unwrap_or_default();
        all.extend(command.user_data.clone());
        all
    }

    /// Refuses what names something that is not there.
    pub(crate) fn require_escalate(
        &self,
        engine: &Engine,
        command: &Escalate,
    ) -> Result<(), KnowledgeRefusal> {
        if let Destination::Point { dn } = &command.to {
            let point = self.known_point(dn)?;
            point.named(self, engine, &self.data_of(command))?;
        }
        Ok(())
    }

    /// The routing point with a number.
    pub(crate) fn known_point(
        &self,
        dn: &crate::base::key::Key,
    ) -> Result<&RoutingPoint, KnowledgeRefusal> {
        self.point(dn).ok_or_else(|| KnowledgeRefusal::UnknownDn { dn: dn.clone() })
    }

    /// Refuses what is no call, or has another that is pending; else notes its work.
    pub(crate) fn find_call<P: ProfileStore>(
        &self,
        records: &Records<P>,
        command: &Escalate,
        done: &mut KnowledgeBelow,
    ) -> Result<(), KnowledgeRefusal> {
        let interaction = command.interaction;
        let row = known(records, interaction)?;
        check_data(&command.user_data, done.text_max)?;
        let spoken = matches!(row.kind, InteractionType::Phone | InteractionType::Video);
        let work = row.work.filter(|_| spoken && !row.state.is_closed());
        done.call = Some(work.ok_or(KnowledgeRefusal::NotACall { interaction })?);
        Ok(())
    }

    /// What is done in the engine for an escalation, once its call is known.
    pub(crate) fn plan_escalate(
        &self,
        engine: &Engine,
        command: &Escalate,
        answer: Option<Reply>,
        done: &mut KnowledgeBelow,
    ) -> Result<Plan<Command>, KnowledgeRefusal> {
        let Some(work) = done.call else { return Ok(Plan::Alone) };
        let interaction = command.interaction;
        if done.escalation.is_some() {
            return Ok(self.go_on(engine, answer, done));
        }
        let view = engine.view();
        let owner = view.work(work).and_then(|row| row.stage().handler());
        let owner = owner.ok_or(KnowledgeRefusal::NotACall { interaction })?;
        if self.escalation(interaction).is_some() {
            return Err(KnowledgeRefusal::EscalationPending { interaction });
        }
        let (asked, plan) = match &command.to {
            Destination::Seat { dn } => self.to_seat(engine, dn, work)?,
            Destination::Point { dn } => self.to_point(engine, dn, command, work)?,
        };
        let own = self.store.user_data(interaction);
        self.store.check_more_data(own, &command.user_data, done.text_max)?;
        done.escalation = Some(Escalation {
            owner,
            work,
            how: command.how,
            to: command.to.clone(),
            user_data: command.user_data.clone(),
            asked,
            stands: StandsFor::Waiting,
        });
        Ok(Plan::Beside(plan))
    }

    /// Straight to a telephone at which a worker sits.
    fn to_seat(
        &self,
        engine: &Engine,
        dn: &crate::base::key::Key,
        work: WorkId,
    ) -> Result<(AskedFor, Command), KnowledgeRefusal> {
        let nobody = || KnowledgeRefusal::NobodySeated { dn: dn.clone() };
        let agent = self.seated(dn).ok_or_else(nobody)?;
        let takes = engine.takes_by_hand(work, agent);
        takes.map_err(|why| KnowledgeRefusal::Unavailable { agent, why })?;
        Ok((AskedFor::Worker { agent }, Consult::new(work, agent).into()))
    }

    /// Through a routing point.
    fn to_point(
        &self,
        engine: &Engine,
        dn: &crate::base::key::Key,
        command: &Escalate,
        work: WorkId,
    ) -> Result<(AskedFor, Command), KnowledgeRefusal> {
        let point = self.known_point(dn)?;
        let data = self.data_of(command);
        let named = point.named(self, engine, &data)?;
        let no_strategy = || KnowledgeRefusal::NoStrategy { dn: dn.clone() };
        let own =
            point.queue.filter(|queue| stands(engine.view(), *queue)).ok_or_else(no_strategy)?;
        let aim = point.aim(named, |agent| self.takes_call(engine, own, work, agent))?;
        let queue = aim.queue(own);
        if !stands(engine.view(), queue) {
            return Err(no_strategy());
        }
        let mut consult = ConsultQueue::new(work, queue)
            .with_preferred(aim.preferred())
            .with_auto_accept(point.auto_accept(aim, &data));
        consult.attached = engine.what_fits(data);
        // The work is known as soon as the engine has answered.
        let asked = AskedFor::Line { work, asking: point.asking(aim) };
        Ok((asked, consult.into()))
    }

    /// Whether a worker can take what stands for a call.
    fn takes_call(
        &self,
        engine: &Engine,
        queue: crate::model::ids::QueueId,
        work: WorkId,
        agent: AgentId,
    ) -> Result<(), Unavailable> {
        let Some(row) = engine.view().work(work) else { return Ok(()) };
        if engine.is_involved(agent, work) {
            return Err(Unavailable::HasItAlready);
        }
        let request = WorkRequest::new(queue, row.request().channel);
        let request = WorkRequest { size: row.request().size, ..request };
        engine.takes_new(&Arc::new(request), agent)
    }

    /// The engine has begun what was asked of it.
    fn go_on(
        &self,
        engine: &Engine,
        answer: Option<Reply>,
        done: &mut KnowledgeBelow,
    ) -> Plan<Command> {
        let Some(row) = &mut done.escalation else { return Plan::Alone };
        match &mut row.asked {
            AskedFor::Line { work, .. } => {
                if let Some(stand_in) = answer.and_then(WorkId::from_reply) {
                    *work = stand_in;
                }
                Plan::Alone
            }
            AskedFor::Worker { agent } => {
                let agent = *agent;
                let view = engine.view().agent(agent);
                let legs = view.into_iter().flat_map(|agent| agent.legs());
                let mut alerting = legs.filter(|leg| leg.work == row.work);
                let rings = alerting.any(|leg| matches!(leg.state, LegState::Requested { .. }));
                match self.config().direct {
                    Direct::Connect if rings => Plan::Beside(Answer::new(row.work, agent).into()),
                    Direct::Connect | Direct::Ring => Plan::Alone,
                }
            }
        }
    }

    /// What is done in the engine so that nobody is to take a call any more.
    pub(crate) fn plan_cancel(
        &self,
        command: &CancelEscalation,
        answer: Option<&Reply>,
    ) -> Plan<Command> {
        match self.escalation(command.interaction) {
            Some(row) if answer.is_none() => Plan::Beside(match &row.asked {
                AskedFor::Line { work, .. } => Cancel::new(*work).into(),
                AskedFor::Worker { agent } => EndLeg::new(row.work, *agent).into(),
            }),
            _ => Plan::Alone,
        }
    }
}
