//! Deciding who takes part in work that another has: consult, conference, warm transfer and
//! supervision.

use crate::command::commands::{
    Answer, Confer, Consult, Decline, EndLeg, HandOver, Supervise, Supervision,
};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::Event;
use crate::model::ids::{AgentId, WorkId};
use crate::state::leg::{LegEnd, LegRole, LegState};
use crate::state::work::Stage;
use crate::world::legs::Leg;

use crate::engine::alerting::{Alert, alert};
use crate::engine::checks::has_it_already;
use crate::engine::matching::by_hand::Fitness;
use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};
use crate::engine::{checks, joining, wrap_up};

impl Run for Consult {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        checks::owner(turn, work)?;
        let consults = |leg: Leg| leg.role == LegRole::Consultant && !leg.careful;
        if leg(turn, work, agent).is_ok_and(consults) {
            return Ok(());
        }
        checks::takes(turn, work, agent, Fitness::Waived)?;
        checks::may_be_offered(turn, agent)?;
        checks::legs(turn, work)?;
        let Alert { auto, until } = alert(turn, work, agent, turn.now)?;
        let (role, careful) = (LegRole::Consultant, false);
        turn.emit(Event::LegRequested { work, agent, role, until, careful })?;
        if auto {
            joining::join(turn, work, agent, auto)?;
        }
        Ok(())
    }
}

impl Run for Answer {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        // They answered a careful transfer before.
        if turn.open_work(work)?.stage == (Stage::Assigned { agent }) {
            return Ok(());
        }
        let leg = leg(turn, work, agent)?;
        if leg.role.supervises() {
            return Err(wrong_leg(&leg));
        }
        if leg.alerts() {
            if leg.careful {
                checks::may_be_assigned(turn, agent)?;
            }
            joining::join(turn, work, agent, false)?;
        }
        Ok(())
    }
}

impl Run for Decline {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        let Some(leg) = leg_unless(turn, work, agent, &[LegEnd::Declined])? else {
            return Ok(());
        };
        if !leg.alerts() {
            return Err(wrong_leg(&leg));
        }
        turn.emit(Event::LegEnded { work, agent, why: LegEnd::Declined })?;
        Ok(())
    }
}

impl Run for EndLeg {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        let done = [LegEnd::TakenBack, LegEnd::HungUp];
        if let Some(leg) = leg_unless(turn, work, agent, &done)? {
            let why = if leg.alerts() { LegEnd::TakenBack } else { LegEnd::HungUp };
            turn.emit(Event::LegEnded { work, agent, why })?;
        }
        Ok(())
    }
}

impl Run for Confer {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        let leg = leg(turn, work, agent)?;
        match (leg.role, leg.state) {
            (LegRole::Conferee, LegState::Joined) => Ok(()),
            (LegRole::Consultant, LegState::Joined) => {
                turn.emit(Event::LegChanged { work, agent, role: LegRole::Conferee })?;
                Ok(())
            }
            (_, _) => Err(wrong_leg(&leg)),
        }
    }
}

impl Run for HandOver {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        if turn.open_work(work)?.stage == (Stage::Assigned { agent }) {
            return Ok(());
        }
        let leg = leg(turn, work, agent)?;
        if !leg.occupies() {
            return Err(wrong_leg(&leg));
        }
        checks::may_be_assigned(turn, agent)?;
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        turn.emit(Event::HandedOver { work, agent, wrap_up })?;
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
        checks::named(turn, work, agent)?;
        let owner = checks::owner(turn, work)?;
        match leg(turn, work, agent).map(|leg| leg.role) {
            Ok(known) if known == role => {}
            Ok(known) if known.supervises() => {
                turn.emit(Event::LegChanged { work, agent, role })?;
            }
            Ok(_) => return Err(has_it_already(agent)),
            Err(_) if owner == agent => return Err(has_it_already(agent)),
            Err(_) => {
                checks::legs(turn, work)?;
                check_legs_of(turn, agent)?;
                turn.emit(Event::LegJoined { work, agent, role, auto: false })?;
            }
        }
        Ok(())
    }
}

const fn wrong_leg(leg: &Leg) -> Refusal {
    let Leg { work, agent, role, state, .. } = *leg;
    Refusal::WrongLeg { work, agent, role, state }
}

/// An agent's leg of open work.
fn leg(turn: &Turn<'_>, work: WorkId, agent: AgentId) -> Result<Leg, Refusal> {
    let row = turn.open_work(work)?;
    let leg = turn.agent(agent)?.leg(work).copied();
    leg.ok_or_else(|| Refusal::NoLeg { work, agent, end: row.past_leg(agent) })
}

/// An agent's leg of open work; none if their last one ended so, and there is nothing left to do.
fn leg_unless(
    turn: &Turn<'_>,
    work: WorkId,
    agent: AgentId,
    done: &[LegEnd],
) -> Result<Option<Leg>, Refusal> {
    match leg(turn, work, agent) {
        Ok(leg) => Ok(Some(leg)),
        Err(Refusal::NoLeg { end: Some(end), .. }) if done.contains(&end) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// Refuses one more leg of an agent who has as many as they may have assignments.
fn check_legs_of(turn: &Turn<'_>, agent: AgentId) -> Result<(), Refusal> {
    let (limit, max) = (LimitName::Legs, turn.world.stores().config.limits.assignments);
    let more = turn.agent(agent)?.legs.len() < max as usize;
    if more { Ok(()) } else { Err(Refusal::Limit { limit, max }) }
}

/// A request to take part was not answered in time.
pub(crate) fn miss(turn: &mut Turn<'_>, work: WorkId, agent: AgentId) -> Result<(), Halted> {
    turn.emit(Event::LegEnded { work, agent, why: LegEnd::Missed })
}
