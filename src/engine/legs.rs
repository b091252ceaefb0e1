//! Deciding who takes part in work that another has: consult, conference, warm transfer and
//! supervision.

use crate::command::commands::{
    Answer, Confer, Consult, Decline, EndLeg, HandOver, Supervise, Supervision,
};
use crate::command::refusal::{LimitName, Refusal, Unavailable};
use crate::fact::event::Event;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, WorkId};
use crate::state::leg::{LegEnd, LegRole, LegState};
use crate::state::work::Stage;
use crate::world::legs::Leg;

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;

impl Run for Consult {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_named(work, agent)?;
        turn.owner_of(work)?;
        if turn.leg(work, agent).is_ok_and(|leg| leg.role == LegRole::Consultant) {
            return Ok(());
        }
        turn.check_takes(work, agent, None)?;
        turn.check_offers(agent)?;
        turn.check_legs(work)?;
        let (auto, until) = turn.offer_terms(work, agent)?;
        let role = LegRole::Consultant;
        turn.emit(Event::LegRequested { work, agent, role, until });
        if auto {
            turn.emit(Event::LegJoined { work, agent, role, auto });
        }
        Ok(())
    }
}

impl Run for Answer {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_named(work, agent)?;
        let leg = turn.leg(work, agent)?;
        let role = leg.role;
        if role.supervises() {
            return Err(wrong_leg(&leg));
        }
        if leg.rings() {
            turn.emit(Event::LegJoined { work, agent, role, auto: false });
        }
        Ok(())
    }
}

impl Run for Decline {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_named(work, agent)?;
        let Some(leg) = turn.leg_unless(work, agent, &[LegEnd::Declined])? else {
            return Ok(());
        };
        if !leg.rings() {
            return Err(wrong_leg(&leg));
        }
        turn.emit(Event::LegEnded { work, agent, why: LegEnd::Declined });
        Ok(())
    }
}

impl Run for EndLeg {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_named(work, agent)?;
        let done = [LegEnd::TakenBack, LegEnd::HungUp];
        if let Some(leg) = turn.leg_unless(work, agent, &done)? {
            let why = if leg.rings() { LegEnd::TakenBack } else { LegEnd::HungUp };
            turn.emit(Event::LegEnded { work, agent, why });
        }
        Ok(())
    }
}

impl Run for Confer {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_named(work, agent)?;
        let leg = turn.leg(work, agent)?;
        match (leg.role, leg.state) {
            (LegRole::Conferee, LegState::Joined) => Ok(()),
            (LegRole::Consultant, LegState::Joined) => {
                turn.emit(Event::LegChanged { work, agent, role: LegRole::Conferee });
                Ok(())
            }
            (_, _) => Err(wrong_leg(&leg)),
        }
    }
}

impl Run for HandOver {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_named(work, agent)?;
        if turn.open_work(work)?.stage == (Stage::Assigned { agent }) {
            return Ok(());
        }
        let leg = turn.leg(work, agent)?;
        if !leg.occupies() {
            return Err(wrong_leg(&leg));
        }
        turn.check_assignments(agent)?;
        let wrap_up = turn.wrap_up_after_transfer(work);
        turn.emit(Event::HandedOver { work, agent, wrap_up });
        Ok(())
    }
}

impl Run for Supervise {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent, role } = self;
        let role = match role {
            Supervision::Monitor => LegRole::Monitor,
            Supervision::Coach => LegRole::Coach,
            Supervision::Barge => LegRole::Barge,
        };
        turn.check_named(work, agent)?;
        let owner = turn.owner_of(work)?;
        match turn.leg(work, agent).map(|leg| leg.role) {
            Ok(known) if known == role => {}
            Ok(known) if known.supervises() => {
                turn.emit(Event::LegChanged { work, agent, role });
            }
            Ok(_) => return Err(has_it_already(agent)),
            Err(_) if owner == agent => return Err(has_it_already(agent)),
            Err(_) => {
                turn.check_legs(work)?;
                turn.check_legs_of(agent)?;
                turn.emit(Event::LegJoined { work, agent, role, auto: false });
            }
        }
        Ok(())
    }
}

const fn wrong_leg(leg: &Leg) -> Refusal {
    let Leg { work, agent, role, state, .. } = *leg;
    Refusal::WrongLeg { work, agent, role, state }
}

const fn has_it_already(agent: AgentId) -> Refusal {
    Refusal::Unavailable { agent, why: Unavailable::HasItAlready }
}

impl Turn<'_> {
    /// Refuses work that never was and agents who are not there.
    fn check_named(&self, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
        self.check_work_known(work)?;
        self.live::<AgentProfile>(agent).map(drop)
    }

    /// Who has work, active or held.
    fn owner_of(&self, work: WorkId) -> Result<AgentId, Refusal> {
        match self.open_work(work)?.stage {
            Stage::Assigned { agent } => Ok(agent),
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => Err(self.wrong_stage(work)),
        }
    }

    /// An agent's leg of open work.
    fn leg(&self, work: WorkId, agent: AgentId) -> Result<Leg, Refusal> {
        let row = self.open_work(work)?;
        let leg = self.world.agent(agent)?.leg(work).copied();
        leg.ok_or_else(|| Refusal::NoLeg { work, agent, end: row.past_leg(agent) })
    }

    /// An agent's leg of open work; none if his last one ended so, and there is nothing left to do.
    fn leg_unless(
        &self,
        work: WorkId,
        agent: AgentId,
        done: &[LegEnd],
    ) -> Result<Option<Leg>, Refusal> {
        match self.leg(work, agent) {
            Ok(leg) => Ok(Some(leg)),
            Err(Refusal::NoLeg { end: Some(end), .. }) if done.contains(&end) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Refuses one more leg of work in which as many take part as may.
    fn check_legs(&self, work: WorkId) -> Result<(), Refusal> {
        let (limit, max) = (LimitName::Legs, Leg::MAX);
        let more = self.open_work(work)?.legs.len() < max as usize;
        if more { Ok(()) } else { Err(Refusal::Limit { limit, max }) }
    }

    /// Refuses one more leg of an agent who has as many as he may have assignments.
    fn check_legs_of(&self, agent: AgentId) -> Result<(), Refusal> {
        let (limit, max) = (LimitName::Legs, self.world.stores().config.limits.assignments);
        let more = self.world.agent(agent)?.legs.len() < max as usize;
        if more { Ok(()) } else { Err(Refusal::Limit { limit, max }) }
    }

    /// Ends the legs of work that is about to leave its owner, oldest first.
    pub(crate) fn end_legs_before(&mut self, event: &Event) {
        let (work, why) = match event {
            Event::WorkQueued { work, .. }
            | Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work } => (*work, LegEnd::Transferred),
            Event::WorkParked { work, .. } => (*work, LegEnd::Parked),
            Event::ContactEnded { work, .. }
            | Event::WorkClosed { work, .. }
            | Event::CustomerUnreached { work, retry: Some(_) } => (*work, LegEnd::ContactEnded),
            _ => return,
        };
        let legs = self.world.work(work).map(|row| row.legs.to_vec()).unwrap_or_default();
        for agent in legs {
            self.emit(Event::LegEnded { work, agent, why });
        }
    }

    /// A request was not answered in time.
    pub(crate) fn miss_leg(&mut self, work: WorkId, agent: AgentId) {
        self.emit(Event::LegEnded { work, agent, why: LegEnd::Missed });
    }

    /// Takes back the requests that ring at an agent on channels he does not attend any more,
    /// unless the queue of the work lets them ring on.
    pub(crate) fn withdraw_unattended_legs(&mut self, agent: AgentId) {
        let Ok(legs) = self.world.agent(agent).map(|row| row.legs.to_vec()) else {
            return;
        };
        for leg in legs {
            let queue = self.world.work(leg.work).map(|work| work.queue);
            let queue = queue.and_then(|queue| self.world.queue_profile(queue));
            let withdraws = queue.is_ok_and(|queue| queue.withdraw_offers);
            if leg.rings() && withdraws && self.has_left(agent, leg.claim.channel) {
                let why = LegEnd::AgentUnavailable;
                self.emit(Event::LegEnded { work: leg.work, agent, why });
            }
        }
    }
}
