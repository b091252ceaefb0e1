//! What agents say of themselves, and what follows for them.

use strowger::command::{Reply, Unavailable};
use strowger::fact::{Event, PresenceSetBy};
use strowger::model::{AgentId, ChannelId, Entity, PoolId, PresenceId, SystemPresence, WorkId};
use strowger::policy::offering::History;
use strowger::policy::room::{Claim, Full, Usage};
use strowger::state::{AssignmentState, LegState, RoutingStatus};
use strowger::{Refusal, Timestamp};

use super::Router;
use super::legs::takes_part;
use super::state::Happened;

impl Router {
    pub(super) fn set_presence(
        &mut self,
        agent: AgentId,
        presence: PresenceId,
    ) -> Result<Reply, Refusal> {
        self.check_live(&[agent.into(), presence.into()])?;
        let row = &self.agents[&agent];
        if row.presence != presence || row.lease != self.lease_from_now(agent, presence) {
            self.take_presence(agent, presence, PresenceSetBy::Command);
        }
        // Choosing a presence on queue ends "not responding".
        let not_responding = self.agents[&agent].status == RoutingStatus::NotResponding;
        if not_responding && self.is_on_queue(presence) {
            let status = self.occupied_status(agent);
            self.take_status(agent, status);
        }
        self.withdraw_unattended(agent);
        Ok(Reply::Done)
    }

    /// An agent has this presence from now on.
    pub(super) fn take_presence(
        &mut self,
        agent: AgentId,
        presence: PresenceId,
        by: PresenceSetBy,
    ) {
        let lease = match by {
            PresenceSetBy::Lease => None,
            _ => self.lease_from_now(agent, presence),
        };
        let at = self.effective();
        let row = self.agent(agent);
        if row.presence != presence {
            row.diary.push((Happened::PresenceChanged, None, at));
        }
        if by == PresenceSetBy::Response {
            row.history = History::default();
        }
        row.presence = presence;
        row.lease = lease;
        self.tell(Event::presence_set(agent, presence, lease, by));
    }

    /// Nobody believes in somebody offline, so there is no lease then.
    fn lease_from_now(&self, agent: AgentId, presence: PresenceId) -> Option<Timestamp> {
        if self.presence_profile(presence).system == SystemPresence::Offline {
            return None;
        }
        self.agent_profile(agent).lease.map(|lease| self.now + lease)
    }

    pub(super) fn heartbeat(&mut self, agent: AgentId) -> Result<Reply, Refusal> {
        self.live(agent.into())?;
        let row = &self.agents[&agent];
        let (old, lease) = (row.lease, self.lease_from_now(agent, row.presence));
        if old == lease {
            return Ok(Reply::Done);
        }
        let presence = row.presence;
        self.agent(agent).lease = lease;
        self.tell(match lease {
            Some(lease) => Event::agent_heard(agent, lease),
            None => {
                let by = PresenceSetBy::Command;
                Event::presence_set(agent, presence, lease, by)
            }
        });
        Ok(Reply::Done)
    }

    pub(super) fn set_draining(
        &mut self,
        agent: AgentId,
        draining: bool,
    ) -> Result<Reply, Refusal> {
        self.live(agent.into())?;
        if self.agents[&agent].draining != draining {
            self.agent(agent).draining = draining;
            self.tell(Event::draining_set(agent, draining));
        }
        Ok(Reply::Done)
    }

    pub(super) fn set_own_call(&mut self, agent: AgentId, active: bool) -> Result<Reply, Refusal> {
        self.live(agent.into())?;
        if self.agents[&agent].own_call != active {
            self.agent(agent).own_call = active;
            self.tell(Event::own_call_set(agent, active));
            self.withdraw_unattended(agent);
        }
        Ok(Reply::Done)
    }

    pub(super) fn set_shift_end(
        &mut self,
        agent: AgentId,
        until: Option<Timestamp>,
    ) -> Result<Reply, Refusal> {
        self.live(agent.into())?;
        if self.agents[&agent].shift_end != until {
            self.agent(agent).shift_end = until;
            self.tell(Event::shift_end_set(agent, until));
        }
        Ok(Reply::Done)
    }

    pub(super) fn settle_everybody(&mut self) {
        for agent in self.agents.keys().copied().collect::<Vec<_>>() {
            self.settle(agent);
        }
    }

    /// What follows for an agent from what they say and have: a routing status, then a debt.
    pub(super) fn settle(&mut self, agent: AgentId) {
        self.note_draws();
        let row = &self.agents[&agent];
        let status = if !self.is_on_queue(row.presence) {
            RoutingStatus::OffQueue
        } else if row.status == RoutingStatus::NotResponding {
            RoutingStatus::NotResponding
        } else {
            self.occupied_status(agent)
        };
        self.take_status(agent, status);
        let in_debt = self.usage(agent).is_in_debt(&self.agent_profile(agent).capacity);
        if self.agents[&agent].in_debt != in_debt {
            self.agent(agent).in_debt = in_debt;
            self.say(if in_debt {
                Event::capacity_exceeded(agent)
            } else {
                Event::capacity_restored(agent)
            });
        }
    }

    /// The status of somebody on queue who responds: by what occupies them.
    fn occupied_status(&self, agent: AgentId) -> RoutingStatus {
        let row = &self.agents[&agent];
        let guests = || self.guests.iter().filter(|guest| guest.agent == agent);
        let works = row.legs.iter().any(|leg| occupies(leg.state)) || guests().any(takes_part);
        let asked = guests().any(|guest| guest.state != LegState::Joined);
        let alerted = asked || self.offers.values().any(|offer| offer.agent == agent);
        if row.own_call {
            RoutingStatus::Communicating
        } else if works {
            RoutingStatus::Interacting
        } else if alerted {
            RoutingStatus::Offered
        } else {
            RoutingStatus::Idle
        }
    }

    pub(super) fn take_status(&mut self, agent: AgentId, status: RoutingStatus) {
        let at = self.effective();
        let row = self.agent(agent);
        if row.status == status {
            return;
        }
        if row.status == RoutingStatus::OffQueue {
            row.session += 1;
        }
        if row.status == RoutingStatus::NotResponding {
            row.diary.push((Happened::Returned, None, at));
        }
        row.status = status;
        if status == RoutingStatus::NotResponding {
            row.history = History::default();
        }
        self.say(Event::routing_status_changed(agent, status));
    }

    /// What an agent has, summed up anew.
    pub(super) fn usage(&self, agent: AgentId) -> Usage {
        let mut usage = Usage::default();
        for offer in self.offers.values().filter(|offer| offer.agent == agent) {
            usage.hold(offer.claim, &self.draws[&offer.work]);
        }
        for leg in &self.agents[&agent].legs {
            usage.hold(leg.claim, &leg.pools);
        }
        for guest in self.guests.iter().filter(|guest| guest.agent == agent) {
            usage.hold(guest.claim, &self.draws[&guest.work]);
        }
        self.add_spent(agent, &mut usage);
        usage
    }

    /// Whether something of a channel may be offered to an agent, room aside.
    pub(super) fn attends(&self, agent: AgentId, channel: ChannelId) -> Result<(), Unavailable> {
        let row = &self.agents[&agent];
        if !self.presence_profile(row.presence).opens(channel) {
            return Err(Unavailable::OffQueue);
        }
        if row.own_call {
            return Err(Unavailable::OwnCall);
        }
        if row.status == RoutingStatus::NotResponding {
            return Err(Unavailable::NotResponding);
        }
        if !self.may_have(agent, channel) {
            return Err(Unavailable::NotEntitled);
        }
        if row.draining {
            return Err(Unavailable::Draining);
        }
        Ok(())
    }

    /// Whether the channels an agent is entitled to, if they are named, have this one among them.
    pub(super) fn may_have(&self, agent: AgentId, channel: ChannelId) -> bool {
        match &self.agent_profile(agent).entitled {
            Some(named) => named.iter().any(|one| *one == channel),
            None => true,
        }
    }

    /// Whether an agent counts as there for a channel, whatever they have.
    pub(super) fn is_there(&self, agent: AgentId, channel: ChannelId) -> bool {
        let row = &self.agents[&agent];
        let responds =
            !matches!(row.status, RoutingStatus::OffQueue | RoutingStatus::NotResponding);
        responds
            && !row.draining
            && self.may_have(agent, channel)
            && self.presence_profile(row.presence).opens(channel)
    }

    /// Whether an agent could be offered something, on whatever channel, with what they have.
    pub(super) fn is_free(&self, agent: AgentId) -> bool {
        let usage = self.usage(agent);
        self.things.keys().any(|id| {
            let Entity::Channel(channel) = *id else {
                return false;
            };
            self.attends(agent, channel).is_ok()
                && self.may_have_more(agent)
                && self.room(agent, &usage, channel, 1, &[]).is_ok()
        })
    }

    /// Whether an agent has room for an item: for the greater of what it takes while it is offered
    /// and while it is active.
    pub(super) fn room(
        &self,
        agent: AgentId,
        usage: &Usage,
        channel: ChannelId,
        cost: u32,
        pools: &[PoolId],
    ) -> Result<(), Full> {
        let weights = self.channel_profile(channel).weights;
        let weight = weights.offered.max(weights.active);
        self.room_for(agent, usage, Claim::new(channel, cost, weight), pools)
    }

    /// What a piece of work takes of an agent.
    pub(super) fn cost_of(&self, work: WorkId, agent: AgentId) -> u32 {
        let row = &self.works[&work];
        let own = self.agent_profile(agent).capacity.costs.get(&row.request.channel);
        match (row.request.size, own) {
            (None, Some(own)) => *own,
            (Some(_), _) | (None, None) => row.cost,
        }
    }

    pub(super) fn room_for(
        &self,
        agent: AgentId,
        usage: &Usage,
        claim: Claim,
        pools: &[PoolId],
    ) -> Result<(), Full> {
        let capacity = &self.agent_profile(agent).capacity;
        usage.room(capacity, claim, pools, |id| Some(self.channel_profile(id)))
    }
}

/// What an agent is occupied with: work that is active, held or wrapped up with capacity held.
pub(super) fn occupies(state: AssignmentState) -> bool {
    matches!(
        state,
        AssignmentState::Active
            | AssignmentState::Held
            | AssignmentState::WrapUp { counts: true, .. }
    )
}
