//! Keeping what is derived in step with the rows as they change.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::model::presence::PresenceProfile;
use crate::model::queue::AgentChoice;
use crate::policy::room::Claim;
use crate::state::machine::Deadline;
use crate::world::bench::{Bench, BenchKey};
use crate::world::catalog::Entry;
use crate::world::index::{Index, TimerKey};
use crate::world::rows::{Whereabouts, Work};
use crate::world::state::{Queues, World};

impl World {
    /// Puts in the clock whatever is due next for a piece of work.
    pub(super) fn set_work_clock(&mut self, id: WorkId) {
        let Self { stores, index } = self;
        if let Some(work) = stores.works.get(id) {
            index.set_work_clock(&stores.queues, id, work);
        }
    }

    /// Puts in the clock whatever is due next for a queue.
    pub(super) fn set_queue_clock(&mut self, id: QueueId) {
        let due = self.queue_deadline(id).map(|deadline| deadline.at);
        self.index.clock.set(TimerKey::Queue(id), due);
    }

    /// Nothing was matchable when the rows were taken; should a journal have ended in the middle
    /// of a call, every agent looks again.
    pub(crate) fn touch_everybody(&mut self) {
        self.index.touched_works.clear();
        let agents = self.stores.agent_rows.iter();
        let attending = agents.filter(|(_, agent)| agent.status.takes_offers());
        self.index.touched_agents = attending.map(|(id, _)| id).collect();
    }

    /// Touched work and agents, for whoever has them look around; both may name things twice.
    pub(crate) const fn touched(&mut self) -> (&mut Vec<WorkId>, &mut Vec<AgentId>) {
        (&mut self.index.touched_works, &mut self.index.touched_agents)
    }

    /// Derives everything that hangs on one agent, his queues apart.
    pub(super) fn index_agent(&mut self, id: AgentId) {
        let Some(agent) = self.stores.agent_rows.get(id) else {
            return;
        };
        for assignment in &agent.assignments {
            let due = assignment.state.deadline().map(|deadline| deadline.at);
            self.index.clock.set(TimerKey::WrapUp(id, assignment.work), due);
        }
        for leg in agent.legs.iter() {
            let due = leg.state.deadline().map(|deadline| deadline.at);
            self.index.clock.set(TimerKey::Leg(id, leg.work), due);
        }
        let spent = agent.usage.spent_pools();
        self.index.spenders.extend(spent.map(|pool| (pool, id)));
        let lease = agent.presence.deadline().map(|deadline| deadline.at);
        self.index.clock.set(TimerKey::Lease(id), lease);
        self.index.staffed.set(id, agent.status.is_staffed());
        self.open_agent(id);
    }

    /// Keeps the members of a queue as a list, if it asks them in the order of one.
    pub(super) fn list_members(&mut self, id: QueueId) {
        let Self { stores, index } = self;
        let choice = stores.queues.get(id).map(|entry| entry.profile.choice);
        let by_list = choice == Some(AgentChoice::FixedOrder);
        let line = index.lines.get_mut(id.raw() as usize);
        let Some(line) = line.filter(|line| line.by_list != by_list) else {
            return;
        };
        let his = |agent: AgentId| {
            let row = stores.agent_rows.get(agent)?;
            Some((agent, row.members().filter(|member| member.queue == id).collect::<Vec<_>>()))
        };
        let members: Vec<_> = line.everybody.ids().filter_map(his).collect();
        members.iter().for_each(|(agent, his)| line.unseat(*agent, his));
        line.by_list = by_list;
        members.iter().for_each(|(agent, his)| line.seat(*agent, his));
    }

    /// Notes whether a queue asks several agents at once, or nobody.
    pub(super) fn note_together(&mut self, id: QueueId) {
        if self.queue_profile(id).is_ok_and(|queue| queue.broadcast.min > 1) {
            self.index.together.insert(id);
        } else {
            self.index.together.remove(&id);
        }
    }

    /// Sets up a bench for every order in which a queue takes agents. One that is no longer wanted
    /// stays until everything is derived anew.
    pub(super) fn set_up_benches(&mut self, id: QueueId) {
        let Some(queue) = self.stores.queues.get(id) else {
            return;
        };
        let channels = self.stores.channels.iter();
        let wanted: BTreeSet<_> =
            channels.filter_map(|(channel, _)| BenchKey::of(&queue.profile, channel)).collect();
        for key in wanted {
            if self.index.bench(key).is_none() {
                self.index.benches.push(Bench::new(key));
                self.seat_everybody();
            }
        }
    }

    fn seat_everybody(&mut self) {
        let agents: Vec<_> = self.stores.agent_rows.iter().map(|(id, _)| id).collect();
        agents.into_iter().for_each(|id| self.seat_agent(id));
    }

    /// Gives an agent his place on every bench.
    fn seat_agent(&mut self, id: AgentId) {
        let rows = (self.stores.agent_rows.get(id), self.stores.agents.get(id));
        let (Some(agent), Some(entry)) = rows else {
            return;
        };
        let open = self.index.is_open(id);
        for bench in &mut self.index.benches {
            bench.seat(id, agent, &entry.profile, open);
        }
    }

    /// Decides for every channel whether an agent is offered work at all, and gives him his place
    /// on the benches.
    pub(super) fn open_agent(&mut self, id: AgentId) {
        let Self { stores, index } = self;
        let Some((agent, entry)) = stores.agent_rows.get(id).zip(stores.agents.get(id)) else {
            return;
        };
        let presence = stores.presences.get(agent.presence.id());
        let presence = presence.filter(|_| agent.may_have_more(&stores.config.limits));
        let profile = |channel| stores.channels.get(channel).map(|entry| &*entry.profile);
        let mut open_somewhere = false;
        for ((channel, its), agents) in stores.channels.iter().zip(&mut index.open) {
            let attends = |entry: &Entry<PresenceProfile>| {
                agent.away(&entry.profile, channel).next().is_none()
            };
            // Every item takes at least one unit, so whoever has no room for one is not open.
            let least = Claim::of_new(channel, &its.profile, 1);
            let has_room =
                || agent.usage.room(&entry.profile.capacity, least, &[], profile).is_ok();
            let open = presence.is_some_and(attends) && has_room();
            agents.set(id, open);
            open_somewhere |= open;
        }
        for bench in &mut index.benches {
            bench.seat(id, agent, &entry.profile, open_somewhere);
        }
    }

    /// Puts work in the line it belongs to, if it waits.
    pub(super) fn enter_line(&mut self, id: WorkId) {
        let Self { stores, index } = self;
        if let Some(work) = stores.works.get(id) {
            index.set_line(&stores.queues, id, work, true);
        }
    }

    /// Takes work out of the line it is in, if it is in one.
    pub(super) fn leave_line(&mut self, id: WorkId) {
        let Self { stores, index } = self;
        if let Some(work) = stores.works.get(id) {
            index.set_line(&stores.queues, id, work, false);
        }
    }
}

impl Index {
    /// Puts a piece of work in the line it belongs to, if it waits, or takes it out.
    pub(super) fn set_line(&mut self, queues: &Queues, id: WorkId, work: &Work, enter: bool) {
        if let Some(whereabouts) = work.whereabouts() {
            self.set_place(queues, id, work, whereabouts, enter);
        }
    }

    #[inline(never)]
    fn set_place(
        &mut self,
        queues: &Queues,
        id: WorkId,
        work: &Work,
        whereabouts: Whereabouts,
        enter: bool,
    ) {
        let queue = queues.get(work.queue).map(|entry| &*entry.profile);
        let line = self.lines.get_mut(work.queue.raw() as usize);
        let Some((queue, line)) = queue.zip(line) else {
            return;
        };
        let key = work.line_key(id, queue);
        if whereabouts.stays {
            line.stay(work.entered, key, whereabouts.is_aside(), enter);
            let clocked = queue.ramp.is_some() || queue.is_watched();
            self.unwatched.extend(clocked.then_some(work.queue));
        }
        if whereabouts.named {
            World::preferred(work).for_each(|(agent, _)| self.direct.set(agent, key, enter));
        }
        if whereabouts.in_lane && enter {
            line.lanes.enter(World::lane_of(work, queue), key);
        } else if whereabouts.in_lane {
            line.lanes.leave(World::lane_of(work, queue), key);
        }
        if whereabouts.rings() {
            line.ring(key, enter);
        }
        if enter && (whereabouts.in_lane || whereabouts.named) {
            self.touched_works.push(id);
        }
    }

    /// Puts in the clock whatever is due next for a piece of work.
    pub(super) fn set_work_clock(&mut self, queues: &Queues, id: WorkId, work: &Work) {
        let due = self.work_deadline(queues, work).map(|deadline| deadline.at);
        self.clock.set(TimerKey::Work(id), due);
    }

    /// When something is due for a piece of work, by its present state.
    pub(super) fn work_deadline(&self, queues: &Queues, work: &Work) -> Option<Deadline> {
        let queue = &queues.get(work.queue)?.profile;
        let line = self.line(work.queue)?;
        work.deadline(queue, || line.members(work.request.channel).delay_after(work.revealed))
    }
}
