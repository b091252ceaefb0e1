//! Building what is derived anew from the rows: of many things at once, each table walked once in
//! the order in which it lies in memory.

use alloc::vec::Vec;

use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::AgentId;
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;
use crate::policy::order::LineKey;
use crate::world::catalog::Kind;
use crate::world::index::{Index, TimerKey};
use crate::world::line::Gathered;
use crate::world::member::PackedMember;
use crate::world::rows::{Whereabouts, Work};
use crate::world::state::World;

impl World {
    /// Derives everything from the rows.
    pub(super) fn rebuild(&mut self) {
        self.index = Index::default();
        self.rebuild_keys();
        let queues = self.stores.queue_rows.len();
        self.index.lines.resize_with(queues, Default::default);
        self.index.open.resize_with(self.stores.channels.len(), Default::default);
        let needs: Vec<_> = self.stores.needs.iter().map(|(id, need)| (need.clone(), id)).collect();
        for (need, id) in needs {
            self.note_need(need, id);
        }
        self.fit_everybody();
        let queues: Vec<_> = self.stores.queues.iter().map(|(id, _)| id).collect();
        for id in queues {
            self.list_members(id);
            self.note_together(id);
            self.set_up_benches(id);
        }
        self.seat_members();
        let agents: Vec<_> = self.stores.agents.iter().map(|(id, _)| id).collect();
        for id in agents {
            self.index_agent(id);
        }
        self.line_up();
        let offers = self.stores.offers.sorted();
        for (id, offer) in offers {
            let due = offer.state.deadline().map(|deadline| deadline.at);
            self.index.clock.set(TimerKey::Offer(id), due);
        }
        let queues: Vec<_> = self.stores.queue_rows.iter().map(|(id, _)| id).collect();
        queues.into_iter().for_each(|id| self.set_queue_clock(id));
        self.index.unwatched.clear();
        self.index.index_draws(&self.stores.draws);
        for (id, pool) in self.stores.pool_rows.iter() {
            self.index.clock.set(TimerKey::Pool(id), pool.reset_at);
        }
        self.touch_everybody();
    }

    fn rebuild_keys(&mut self) {
        fn names<P: Kind>(world: &mut World) {
            let names = P::names_mut(&mut world.index.keys);
            for (id, entry) in P::rows(&world.stores).iter() {
                if !entry.retired {
                    names.set(entry.key.clone(), id);
                }
            }
        }
        names::<SkillProfile>(self);
        names::<ChannelProfile>(self);
        names::<PresenceProfile>(self);
        names::<RejectReasonProfile>(self);
        names::<WrapUpCodeProfile>(self);
        names::<QueueProfile>(self);
        names::<AgentProfile>(self);
        names::<CalendarProfile>(self);
        names::<PoolProfile>(self);
        for (id, ended) in self.stores.ended_works.iter() {
            if let Some(key) = &ended.submitted.key {
                self.index.keys.works.set(key.clone(), id);
            }
        }
    }

    /// Makes members of their queues of all agents.
    fn seat_members(&mut self) {
        let Self { stores, index } = self;
        let mut members: Vec<Vec<(AgentId, PackedMember<'_>)>> = Vec::new();
        members.resize_with(index.lines.len(), Vec::new);
        for (id, agent) in stores.agent_rows.iter() {
            for member in agent.memberships.iter() {
                let queue = members.get_mut(member.queue().raw() as usize);
                queue.into_iter().for_each(|queue| queue.push((id, member)));
            }
        }
        for (line, members) in index.lines.iter_mut().zip(&members) {
            line.seat_all(members);
        }
    }

    /// Puts all work in the line it belongs to, if it waits, with what is due for it in the clock.
    fn line_up(&mut self) {
        let Self { stores, index } = self;
        let mut gathered: Vec<Gathered> = Vec::new();
        gathered.resize_with(index.lines.len(), Default::default);
        let (mut due, mut named) = (Vec::new(), Vec::new());
        for (id, work) in stores.works.rows_mut() {
            named.extend(work.request.key.clone().map(|key| (id, key)));
            index.share_request(work);
            let deadline = index.work_deadline(&stores.queues, work);
            due.extend(deadline.map(|deadline| (TimerKey::Work(id), deadline.at)));
            let queue = stores.queues.get(work.queue).map(|entry| &*entry.profile);
            let line = gathered.get_mut(work.queue.raw() as usize);
            let Some(((queue, line), whereabouts)) = queue.zip(line).zip(work.whereabouts()) else {
                continue;
            };
            let key = work.line_key(id, queue);
            if whereabouts.named {
                Self::preferred(work).for_each(|(agent, _)| index.direct.set(agent, key, true));
            }
            line.take(key, work, queue, whereabouts);
        }
        index.clock.set_all(due);
        for (line, gathered) in index.lines.iter_mut().zip(gathered) {
            line.fill(gathered);
        }
        // Of those with one key the latest has it.
        named.sort_unstable_by_key(|(id, _)| *id);
        for (id, key) in named {
            index.keys.works.set(key, id);
        }
    }
}

impl Gathered {
    /// Takes in work of its queue that waits.
    fn take(&mut self, key: LineKey, work: &Work, queue: &QueueProfile, whereabouts: Whereabouts) {
        if whereabouts.stays {
            self.stays.push((work.entered, key.work));
        }
        if whereabouts.in_lane {
            self.lanes.entry(World::lane_of(work, queue)).or_default().push(key);
        }
        if whereabouts.is_aside() {
            self.aside.push(key);
        }
        if whereabouts.rings() {
            self.ringing.push(key);
        }
    }
}
