//! Deriving what hangs on one agent: deadlines, whether the agent is open, and their seats.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::model::ids::{AgentId, QueueId};
use crate::model::presence::PresenceProfile;
use crate::policy::room::Claim;
use crate::world::bench::{Bench, BenchKey};
use crate::world::catalog::CatalogEntry;
use crate::world::index::{Index, TimerKey};
use crate::world::stores::Stores;

impl Index {
    /// Derives everything that hangs on one agent, the agent's queues apart.
    pub(crate) fn index_agent(&mut self, stores: &Stores, id: AgentId) {
        let Some(agent) = stores.agent_rows.get(id) else {
            return;
        };
        for assignment in &agent.assignments {
            let due = assignment.state.deadline().map(|deadline| deadline.at);
            self.clock.enter(TimerKey::WrapUp(id, assignment.work), due);
        }
        for leg in agent.legs.iter() {
            let due = leg.state.deadline().map(|deadline| deadline.at);
            self.clock.set(TimerKey::Leg(id, leg.work), due);
        }
        let spent = agent.usage.spent_pools();
        self.spenders.extend(spent.map(|pool| (pool, id)));
        let lease = agent.presence.deadline().map(|deadline| deadline.at);
        self.clock.set(TimerKey::Lease(id), lease);
        self.there.set(id, agent.is_there());
        self.open_agent(stores, id);
    }

    /// Decides for every channel whether an agent is offered work at all, and seats the agent on
    /// the benches.
    pub(crate) fn open_agent(&mut self, stores: &Stores, id: AgentId) {
        let Some((agent, entry)) = stores.agent_rows.get(id).zip(stores.agents.get(id)) else {
            return;
        };
        let presence = stores.presences.get(agent.presence.id());
        let presence = presence.filter(|_| agent.may_have_more(&stores.config.limits));
        let profile = |channel| stores.channels.get(channel).map(|entry| &*entry.profile);
        let profile_of = &entry.profile;
        let mut open_somewhere = false;
        for ((channel, its), agents) in stores.channels.iter().zip(&mut self.open) {
            let attends = |entry: &CatalogEntry<PresenceProfile>| {
                agent.away(profile_of, &entry.profile, channel).next().is_none()
            };
            // Every item takes at least one unit, so an agent without room for one is not open.
            let least = Claim::of_new(channel, &its.profile, 1);
            let has_room =
                || agent.usage.room(&entry.profile.capacity, least, &[], profile).is_ok();
            let open = presence.is_some_and(attends) && has_room();
            agents.set(id, open);
            open_somewhere |= open;
        }
        for bench in &mut self.benches {
            bench.seat(id, agent, &entry.profile, open_somewhere);
        }
    }

    /// Sets up a bench for every order in which a queue takes agents. A bench that no queue wants
    /// any more stays until everything is derived anew: it costs a seat an agent, and queues
    /// change rarely.
    pub(crate) fn set_up_benches(&mut self, stores: &Stores, id: QueueId) {
        let Some(queue) = stores.queue(id) else {
            return;
        };
        let channels = stores.channels.iter();
        let wanted: BTreeSet<_> =
            channels.filter_map(|(channel, _)| BenchKey::of(queue, channel)).collect();
        for key in wanted {
            if self.bench(key).is_none() {
                self.benches.push(Bench::new(key));
                let agents: Vec<_> = stores.agent_rows.iter().map(|(id, _)| id).collect();
                agents.into_iter().for_each(|id| self.seat_agent(stores, id));
            }
        }
    }

    fn seat_agent(&mut self, stores: &Stores, id: AgentId) {
        let rows = (stores.agent_rows.get(id), stores.agents.get(id));
        let (Some(agent), Some(entry)) = rows else {
            return;
        };
        let open = self.is_open(id);
        for bench in &mut self.benches {
            bench.seat(id, agent, &entry.profile, open);
        }
    }
}
