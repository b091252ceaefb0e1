//! The end of contacts and what comes after them.

use strowger::command::{Finisher, Reply};
use strowger::fact::{EndedBy, Event};
use strowger::model::{AgentId, AgentWrapUp, CodeId, WorkId, WrapUpMode};
use strowger::policy::wrap_up::{WrapUp, after_contact, code_at_timeout, may_end, needs_code};
use strowger::state::{AssignmentState, CloseCause, LegEnd, Stage};
use strowger::{Refusal, Span};

use super::Router;
use super::state::Leg;

impl Router {
    pub(super) fn request_wrap_up(&mut self, work: WorkId) -> Result<Reply, Refusal> {
        match self.open_work(work)?.stage {
            Stage::Assigned { agent } | Stage::Parked { agent, .. } => {
                if !self.leg(work, agent).wrap_up_requested {
                    self.leg_mut(work, agent).wrap_up_requested = true;
                    self.tell(Event::wrap_up_requested(work));
                }
                Ok(Reply::Done)
            }
            _ => Err(self.wrong_stage(work)),
        }
    }

    pub(super) fn finish_contact(&mut self, work: WorkId, by: Finisher) -> Result<Reply, Refusal> {
        let by = match by {
            Finisher::Agent => EndedBy::Agent,
            Finisher::Customer => EndedBy::Customer,
            Finisher::Host => EndedBy::Host,
            _ => unreachable!("this test does not know it"),
        };
        match self.stage_unless(work, CloseCause::Completed)? {
            Some(Stage::Assigned { agent } | Stage::Parked { agent, .. }) => {
                match self.wrap_up_of(work, agent) {
                    Some(wrap_up) => {
                        self.part_all(work, LegEnd::ContactEnded);
                        self.begin_wrap_up(work, agent, wrap_up);
                        self.work(work).stage = Stage::WrapUp { agent };
                        self.tell(Event::contact_ended(work, by, wrap_up));
                    }
                    None => self.end_work(work, CloseCause::Completed, by),
                }
                Ok(Reply::Done)
            }
            Some(Stage::WrapUp { .. }) | None => Ok(Reply::Done),
            Some(_) => Err(self.wrong_stage(work)),
        }
    }

    /// The wrap-up that begins if the contact ends now.
    fn wrap_up_of(&self, work: WorkId, agent: AgentId) -> Option<WrapUp> {
        let mode = self.wrap_up_mode(work, agent);
        after_contact(mode, self.leg(work, agent).wrap_up_requested, self.now)
    }

    /// The mode by which somebody wraps up: the queue's, or as they do themselves.
    fn wrap_up_mode(&self, work: WorkId, agent: AgentId) -> WrapUpMode {
        let queue = self.queue_profile(self.leg(work, agent).queue).wrap_up.mode;
        let own = match self.agent_profile(agent).wrap_up {
            AgentWrapUp::Never => return WrapUpMode::None,
            AgentWrapUp::Timeout(own) => own,
            _ => return queue,
        };
        match queue {
            WrapUpMode::Optional { .. } => WrapUpMode::Optional { timeout: own },
            WrapUpMode::ForcedTimeout { .. } => WrapUpMode::ForcedTimeout { timeout: own },
            WrapUpMode::OnRequest { .. } => WrapUpMode::OnRequest { timeout: own },
            _ => WrapUpMode::MandatoryTimeout { timeout: own },
        }
    }

    /// The wrap-up of an agent who gives work away now: only one that counts against them.
    pub(super) fn wrap_up_after_transfer(&self, work: WorkId) -> Option<WrapUp> {
        let owner = self.works[&work].stage.owner()?;
        let rules = &self.queue_profile(self.leg(work, owner).queue).wrap_up;
        let wrap_up = self.wrap_up_of(work, owner)?;
        (rules.after_transfer && wrap_up.counts).then_some(wrap_up)
    }

    pub(super) fn begin_wrap_up(&mut self, work: WorkId, agent: AgentId, wrap_up: WrapUp) {
        let WrapUp { until, counts, .. } = wrap_up;
        if counts {
            let at = self.effective();
            self.leg_mut(work, agent).run(at);
        } else {
            self.release(work, agent);
            self.count_handling(work, agent);
        }
        let state = AssignmentState::WrapUp { until, counts };
        self.step(work, agent, state, |channel| if counts { channel.weights.wrap_up } else { 0 });
        self.leg_mut(work, agent).wrap_up_until = until;
    }

    pub(super) fn set_code(
        &mut self,
        work: WorkId,
        agent: AgentId,
        code: CodeId,
    ) -> Result<Reply, Refusal> {
        self.check_known(work)?;
        self.check_live(&[agent.into(), code.into()])?;
        self.check_leg(work, agent)?;
        self.check_code_allowed(work, agent, code)?;
        self.note_code(work, agent, Some(code));
        Ok(Reply::Done)
    }

    pub(super) fn extend_wrap_up(
        &mut self,
        work: WorkId,
        agent: AgentId,
        by: Span,
    ) -> Result<Reply, Refusal> {
        self.check_known(work)?;
        self.live(agent.into())?;
        self.check_leg(work, agent)?;
        let leg = self.leg(work, agent);
        let AssignmentState::WrapUp { until, counts } = leg.state else {
            return Err(self.wrong_stage(work));
        };
        let latest = leg.wrap_up_until + self.queue_profile(leg.queue).wrap_up.extension_max;
        let extended = until + by;
        if extended > latest {
            return Err(Refusal::extension_too_long(latest));
        }
        if extended > until {
            let until = extended;
            self.leg_mut(work, agent).state = AssignmentState::WrapUp { until, counts };
            self.tell(Event::wrap_up_extended(work, agent, until));
        }
        Ok(Reply::Done)
    }

    pub(super) fn end_wrap_up(
        &mut self,
        work: WorkId,
        agent: AgentId,
        code: Option<CodeId>,
    ) -> Result<Reply, Refusal> {
        self.check_known(work)?;
        self.live(agent.into())?;
        let had = self.agents[&agent].leg(work).is_some();
        if !had && self.completed_with(work, Some(agent), code) {
            return Ok(Reply::Done);
        }
        code.map_or(Ok(()), |code| self.live(code.into()))?;
        self.check_leg(work, agent)?;
        let leg = self.leg(work, agent);
        let AssignmentState::WrapUp { until, .. } = leg.state else {
            return Err(self.wrong_stage(work));
        };
        if !may_end(self.wrap_up_mode(work, agent), until) {
            return Err(Refusal::wrap_up_not_over(until));
        }
        self.check_code(work, agent, code)?;
        self.note_code(work, agent, code);
        self.finish_wrap_up(work, agent, EndedBy::Agent);
        Ok(Reply::Done)
    }

    pub(super) fn time_out_wrap_up(&mut self, work: WorkId, agent: AgentId) {
        let leg = self.leg(work, agent);
        let code = code_at_timeout(&self.queue_profile(leg.queue).wrap_up, leg.code);
        self.note_code(work, agent, code);
        self.finish_wrap_up(work, agent, EndedBy::System);
    }

    /// The owner's wrap-up ends with the work; that of somebody who gave it away ends alone.
    fn finish_wrap_up(&mut self, work: WorkId, agent: AgentId, by: EndedBy) {
        let stage = self.works.get(&work).map(|work| work.stage);
        if stage == Some(Stage::WrapUp { agent }) {
            self.end_work(work, CloseCause::Completed, by);
        } else {
            self.drop_leg(work, agent);
            self.tell(Event::wrap_up_ended(work, agent, by));
        }
    }

    /// Refuses a code the queue does not have, and no code where one is needed.
    pub(super) fn check_code(
        &self,
        work: WorkId,
        agent: AgentId,
        code: Option<CodeId>,
    ) -> Result<(), Refusal> {
        let leg = self.leg(work, agent);
        match code.or(leg.code) {
            Some(code) => self.check_code_allowed(work, agent, code),
            None => {
                let rules = &self.queue_profile(leg.queue).wrap_up;
                let needed = needs_code(self.wrap_up_mode(work, agent), rules);
                if needed { Err(Refusal::CodeRequired) } else { Ok(()) }
            }
        }
    }

    fn check_code_allowed(
        &self,
        work: WorkId,
        agent: AgentId,
        code: CodeId,
    ) -> Result<(), Refusal> {
        let queue = self.leg(work, agent).queue;
        let codes = &self.queue_profile(queue).wrap_up.codes;
        if codes.is_empty() || codes.contains(&code) {
            Ok(())
        } else {
            Err(Refusal::code_not_allowed(code, queue))
        }
    }

    pub(super) fn note_code(&mut self, work: WorkId, agent: AgentId, code: Option<CodeId>) {
        if let Some(code) = code
            && self.leg(work, agent).code != Some(code)
        {
            self.leg_mut(work, agent).code = Some(code);
            self.tell(Event::code_set(work, agent, code));
        }
    }

    fn check_leg(&self, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
        if self.agents[&agent].leg(work).is_none() {
            self.open_work(work)?;
            return Err(Refusal::not_assigned(work, agent));
        }
        Ok(())
    }

    /// A leg of which it is known that it is there.
    pub(super) fn leg(&self, work: WorkId, agent: AgentId) -> &Leg {
        self.agents[&agent].leg(work).expect("the agent has the work")
    }

    pub(super) fn leg_mut(&mut self, work: WorkId, agent: AgentId) -> &mut Leg {
        let mut legs = self.agent(agent).legs.iter_mut();
        legs.find(|leg| leg.work == work).expect("the agent has the work")
    }
}
