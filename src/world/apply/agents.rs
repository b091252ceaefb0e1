//! Applying what happens to agents.

use crate::base::time::Timestamp;
use crate::fact::event::PresenceSetBy;
use crate::model::ids::{AgentId, PresenceId};
use crate::model::presence::PresenceProfile;
use crate::policy::offering::History;
use crate::policy::room::Claim;
use crate::state::presence::PresenceStep;
use crate::state::routing_status::RoutingStatus;
use crate::world::apply::Misfit;
use crate::world::draws::DrawId;
use crate::world::index::TimerKey;
use crate::world::rows::Agent;
use crate::world::state::{Missing, OrMissing, World};

impl World {
    pub(super) fn set_presence(
        &mut self,
        id: AgentId,
        presence: PresenceId,
        lease: Option<Timestamp>,
        by: PresenceSetBy,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let system = self.entry::<PresenceProfile>(presence)?.profile.system;
        let step = match by {
            PresenceSetBy::Lease => PresenceStep::Lapse,
            PresenceSetBy::Command | PresenceSetBy::Response => {
                PresenceStep::Set { id: presence, system, lease }
            }
        };
        let agent = self.agent_mut(id)?;
        let old = agent.presence.id();
        agent.presence = agent.presence.next(step)?;
        if agent.presence.id() != old {
            agent.stamps.presence = at;
        }
        if by == PresenceSetBy::Response {
            agent.history = History::default();
        }
        let due = agent.presence.deadline().map(|deadline| deadline.at);
        self.index.clock.set(TimerKey::Lease(id), due);
        self.index.concerned.note(id);
        self.refresh_agent(id);
        Ok(())
    }

    pub(super) fn hear(&mut self, id: AgentId, lease: Timestamp) -> Result<(), Misfit> {
        let agent = self.agent_mut(id)?;
        agent.presence = agent.presence.next(PresenceStep::Hear { lease: Some(lease) })?;
        self.index.clock.set(TimerKey::Lease(id), Some(lease));
        Ok(())
    }

    pub(super) fn set_draining(&mut self, id: AgentId, draining: bool) -> Result<(), Misfit> {
        self.agent_mut(id)?.draining = draining;
        self.refresh_agent(id);
        Ok(())
    }

    pub(super) fn set_shift_end(
        &mut self,
        id: AgentId,
        until: Option<Timestamp>,
    ) -> Result<(), Misfit> {
        self.agent_mut(id)?.shift_end = until.into();
        self.refresh_agent(id);
        Ok(())
    }

    pub(super) fn set_own_call(&mut self, id: AgentId, active: bool) -> Result<(), Misfit> {
        self.agent_mut(id)?.own_call = active;
        self.index.concerned.note(id);
        self.refresh_agent(id);
        Ok(())
    }

    pub(super) fn set_status(
        &mut self,
        id: AgentId,
        status: RoutingStatus,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let agent = self.agent_mut(id)?;
        let took = agent.status.takes_offers();
        let woke = !took && status.takes_offers();
        if agent.status == RoutingStatus::OffQueue {
            agent.session = agent.session.wrapping_add(1);
        }
        if agent.status == RoutingStatus::NotResponding {
            agent.stamps.presence = at;
        }
        agent.status = status;
        if status == RoutingStatus::NotResponding {
            agent.history = History::default();
        }
        self.index.staffed.set(id, status.is_staffed());
        if took != status.takes_offers() {
            self.open_agent(id);
        }
        if woke {
            self.touch_agent(id);
        }
        Ok(())
    }

    pub(super) fn set_debt(&mut self, id: AgentId, in_debt: bool) -> Result<(), Misfit> {
        self.agent_mut(id)?.in_debt = in_debt;
        Ok(())
    }

    /// Exchanges what an agent holds for something for what he holds for it now. It draws on these
    /// pools.
    pub(super) fn reclaim(
        &mut self,
        id: AgentId,
        draws: DrawId,
        old: Option<Claim>,
        new: Option<Claim>,
    ) -> Result<(), Misfit> {
        let agent = self.stores.agent_rows.get_mut(id).or_missing(id)?;
        if old != new {
            let pools = self.stores.draws.pools(draws);
            old.into_iter().for_each(|claim| agent.usage.release(claim, pools));
            new.into_iter().for_each(|claim| agent.usage.hold(claim, pools));
        }
        self.index.concerned.note(id);
        let weight = |claim: Option<Claim>| claim.map_or(0, |claim| claim.weight);
        let same =
            |old: Claim| new.is_some_and(|new| (new.channel, new.cost) == (old.channel, old.cost));
        let holds_less = weight(new) < weight(old) || new.is_none();
        // Whoever is not open and holds no less than before is not open now either.
        if holds_less || !old.is_none_or(same) || self.index.is_open(id) {
            self.open_agent(id);
        }
        if holds_less {
            self.touch_agent(id);
        }
        Ok(())
    }

    pub(super) fn refresh_agent(&mut self, id: AgentId) {
        self.open_agent(id);
        self.touch_agent(id);
    }

    /// He may be able to take something he could not take before.
    pub(super) fn touch_agent(&mut self, id: AgentId) {
        self.index.touched_agents.push(id);
    }

    pub(super) fn agent_mut(&mut self, id: AgentId) -> Result<&mut Agent, Missing> {
        self.stores.agent_rows.get_mut(id).or_missing(id)
    }
}
