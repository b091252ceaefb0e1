//! Applying what happens to those who take part in work that another has. Both rows know a leg: the
//! agent's has all of it, the work's names the agent.

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, WorkId};
use crate::policy::room::Claim;
use crate::policy::wrap_up::WrapUp;
use crate::state::leg::{LegEnd, LegRole, LegState, LegStep};
use crate::state::machine::Illegal;
use crate::state::work::{Stage, WorkStep};
use crate::world::apply::Misfit;
use crate::world::index::TimerKey;
use crate::world::legs::Leg;
use crate::world::state::{Missing, OrMissing, World};

impl World {
    pub(super) fn request_leg(
        &mut self,
        work: WorkId,
        agent: AgentId,
        role: LegRole,
        until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        if role.supervises() {
            return Err(Illegal { state: role.name(), step: "request" }.into());
        }
        let claim = self.claim(self.work(work)?, |profile| profile.weights.offered)?;
        let state = LegState::Requested { until };
        self.begin_leg(Leg { work, agent, role, state, claim, since: at })?;
        self.index.clock.set(TimerKey::Leg(agent, work), until);
        Ok(())
    }

    /// Somebody who was asked joins; a supervisor joins without that.
    pub(super) fn join_leg(
        &mut self,
        work: WorkId,
        agent: AgentId,
        role: LegRole,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let row = self.work(work)?;
        if role.supervises() {
            let claim = self.claim(row, |_| 0)?;
            let state = LegState::Joined;
            return self.begin_leg(Leg { work, agent, role, state, claim, since: at });
        }
        let new = self.claim(row, |profile| profile.weights.active)?;
        let leg = self.leg_mut(work, agent)?;
        leg.state = leg.state.next(LegStep::Join)?;
        let old = core::mem::replace(&mut leg.claim, new);
        self.index.clock.set(TimerKey::Leg(agent, work), None);
        let draws = self.draws_of(work);
        self.reclaim(agent, draws, Some(old), Some(new))
    }

    pub(super) fn change_leg(
        &mut self,
        work: WorkId,
        agent: AgentId,
        role: LegRole,
    ) -> Result<(), Misfit> {
        let leg = self.leg_mut(work, agent)?;
        if leg.state != LegState::Joined {
            return Err(Illegal { state: leg.state.name(), step: role.name() }.into());
        }
        leg.role = leg.role.next(role)?;
        Ok(())
    }

    pub(super) fn end_leg(
        &mut self,
        work: WorkId,
        agent: AgentId,
        why: LegEnd,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let leg = *self.leg_mut(work, agent)?;
        leg.state.next(LegStep::End(why))?;
        if leg.occupies() {
            self.agent_mut(agent)?.stamp(leg.claim.channel, |stamps| stamps.released = at);
        }
        self.drop_leg(work, agent)?;
        self.stores.works.get_mut(work).or_missing(work)?.remember_leg(agent, why);
        let draws = self.draws_of(work);
        self.reclaim(agent, draws, Some(leg.claim), None)
    }

    /// Who took part has the work now; what his leg held becomes what his assignment holds.
    pub(super) fn hand_over(
        &mut self,
        work: WorkId,
        agent: AgentId,
        wrap_up: Option<WrapUp>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let owner = self.work(work)?.stage.owner().or_missing(work)?;
        let leg = *self.leg_mut(work, agent)?;
        if !leg.occupies() {
            return Err(Illegal { state: leg.state.name(), step: "hand_over" }.into());
        }
        match wrap_up {
            Some(wrap_up) => self.begin_wrap_up(work, owner, wrap_up, at)?,
            None => drop(self.drop_assignment(work, owner, at)?),
        }
        self.drop_leg(work, agent)?;
        self.restage(work, |row| {
            row.stage = row.stage.next(WorkStep::HandOver(agent))?;
            row.last_agent = Some(agent);
            Ok(())
        })?;
        let new = self.begin_assignment(work, agent, at)?;
        self.reclaim(agent, new.draws, Some(leg.claim), Some(new.claim))
    }

    fn begin_leg(&mut self, leg: Leg) -> Result<(), Misfit> {
        let row = self.stores.works.get_mut(leg.work).or_missing(leg.work)?;
        let owned = matches!(row.stage, Stage::Assigned { agent } if agent != leg.agent);
        if !owned || row.legs.contains(&leg.agent) {
            return Err(Illegal { state: row.stage.name(), step: leg.role.name() }.into());
        }
        row.legs.push(leg.agent);
        row.past_legs.retain(|past| past.agent != leg.agent);
        self.agent_mut(leg.agent)?.legs.push(leg);
        let draws = self.draws_of(leg.work);
        self.reclaim(leg.agent, draws, None::<Claim>, Some(leg.claim))
    }

    /// Takes a leg out of both rows; what it held is still held.
    fn drop_leg(&mut self, work: WorkId, agent: AgentId) -> Result<(), Missing> {
        self.agent_mut(agent)?.legs.retain(|leg| leg.work != work);
        let row = self.stores.works.get_mut(work).or_missing(work)?;
        row.legs.retain(|other| *other != agent);
        self.index.clock.set(TimerKey::Leg(agent, work), None);
        Ok(())
    }

    fn leg_mut(&mut self, work: WorkId, agent: AgentId) -> Result<&mut Leg, Missing> {
        let legs = &mut self.agent_mut(agent)?.legs;
        legs.iter_mut().find(|leg| leg.work == work).or_missing(work)
    }
}
