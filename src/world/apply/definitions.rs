//! Applying definitions, memberships and the opening of the engine.

use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::id::Id;
use crate::base::time::Timestamp;
use crate::fact::definition::{Defined, Definition};
use crate::model::agent::AgentProfile;
use crate::model::config::Config;
use crate::model::ids::{AgentId, ChannelId, Entity, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::overflow::done_of;
use crate::model::queue::QueueProfile;
use crate::state::work::Stage;
use crate::world::apply::Misfit;
use crate::world::catalog::{Entry, Kind};
use crate::world::rows::{Agent, Member, Pool, Queue};
use crate::world::state::{OrMissing, World};

impl World {
    pub(super) fn open_engine(&mut self, config: &Config) -> Result<(), Misfit> {
        if self.stores.seq != 0 {
            return Err(Misfit::OutOfOrder);
        }
        *self = Self::empty(config.clone());
        Ok(())
    }

    pub(super) fn define(&mut self, definition: &Definition, at: Timestamp) -> Result<(), Misfit> {
        match definition {
            Definition::Skill(defined) => {
                self.add(defined)?;
                self.index.skilled.push(Default::default());
                Ok(())
            }
            Definition::Channel(defined) => {
                self.add(defined)?;
                self.index.open.push(Default::default());
                let queues: Vec<_> = self.stores.queues.iter().map(|(id, _)| id).collect();
                queues.into_iter().for_each(|id| self.set_up_benches(id));
                self.open_everybody();
                Ok(())
            }
            Definition::Presence(defined) => self.add(defined),
            Definition::Reason(defined) => self.add(defined),
            Definition::Code(defined) => self.add(defined),
            Definition::Queue(defined) => {
                self.add(defined)?;
                self.stores.queue_rows.push(Queue::new(at));
                self.index.lines.push(Default::default());
                self.list_members(defined.id);
                self.note_together(defined.id);
                self.set_up_benches(defined.id);
                Ok(())
            }
            Definition::Agent(defined) => {
                self.add(defined)?;
                self.stores.agent_rows.push(Agent::new(at));
                self.index_fits(defined.id);
                self.index_agent(defined.id);
                Ok(())
            }
            Definition::Calendar(defined) => self.add(defined),
            Definition::Pool(defined) => {
                self.add(defined)?;
                self.stores.pool_rows.push(Pool::default());
                Ok(())
            }
        }
    }

    pub(super) fn redefine(&mut self, definition: &Definition) -> Result<(), Misfit> {
        match definition {
            Definition::Skill(defined) => self.replace(defined),
            Definition::Channel(defined) => {
                self.replace(defined)?;
                self.open_everybody();
                Ok(())
            }
            Definition::Presence(defined) => {
                self.replace(defined)?;
                self.open_everybody();
                Ok(())
            }
            Definition::Reason(defined) => self.replace(defined),
            Definition::Code(defined) => self.replace(defined),
            Definition::Queue(defined) => self.redefine_queue(defined),
            Definition::Agent(defined) => {
                self.replace(defined)?;
                self.index_fits(defined.id);
                self.index.concerned.note(defined.id);
                self.refresh_agent(defined.id);
                Ok(())
            }
            Definition::Calendar(defined) => self.replace(defined),
            Definition::Pool(defined) => {
                self.replace(defined)?;
                self.redefine_pool(defined.id);
                Ok(())
            }
        }
    }

    pub(super) fn retire(&mut self, entity: Entity) -> Result<(), Misfit> {
        match entity {
            Entity::Skill(id) => self.strike::<crate::model::skill::SkillProfile>(id),
            Entity::Channel(id) => self.strike::<crate::model::channel::ChannelProfile>(id),
            Entity::Presence(id) => self.strike::<crate::model::presence::PresenceProfile>(id),
            Entity::Reason(id) => self.strike::<crate::model::reason::RejectReasonProfile>(id),
            Entity::Code(id) => self.strike::<crate::model::reason::WrapUpCodeProfile>(id),
            Entity::Queue(id) => {
                let members = self.members_of(id)?;
                for agent in members {
                    self.end_memberships(agent, id)?;
                }
                self.strike::<QueueProfile>(id)
            }
            Entity::Agent(id) => {
                let queues: Vec<_> = self.agent(id)?.members().map(|member| member.queue).collect();
                for queue in queues {
                    self.end_memberships(id, queue)?;
                }
                self.strike::<AgentProfile>(id)
            }
            Entity::Work(_) | Entity::Offer(_) => Err(Misfit::OutOfOrder),
            Entity::Calendar(id) => self.strike::<crate::model::calendar::CalendarProfile>(id),
            Entity::Pool(id) => {
                self.strike::<crate::model::pool::PoolProfile>(id)?;
                self.give_back(id);
                Ok(())
            }
        }
    }

    /// An agent is a member of a queue for a channel, or for all, on these terms or no longer.
    pub(super) fn set_membership(
        &mut self,
        agent: AgentId,
        queue: QueueId,
        channel: Option<ChannelId>,
        terms: Option<Membership>,
    ) -> Result<(), Misfit> {
        self.change_memberships(agent, queue, |his| {
            let known = his.iter().find(|member| member.channel == channel);
            let share = known.map_or(0, |member| member.share);
            his.retain(|member| member.channel != channel);
            his.extend(terms.map(|terms| Member { queue, terms, share, channel }));
        })
    }

    fn end_memberships(&mut self, agent: AgentId, queue: QueueId) -> Result<(), Misfit> {
        self.change_memberships(agent, queue, Vec::clear)
    }

    fn change_memberships(
        &mut self,
        agent: AgentId,
        queue: QueueId,
        change: impl FnOnce(&mut Vec<Member>),
    ) -> Result<(), Misfit> {
        self.queue(queue)?;
        let row = self.stores.agent_rows.get_mut(agent).or_missing(agent)?;
        let line = self.index.lines.get_mut(queue.raw() as usize).or_missing(queue)?;
        let delays = line.delays();
        let (mut his, others): (Vec<_>, Vec<_>) =
            row.members().partition(|member| member.queue == queue);
        line.unseat(agent, &his);
        change(&mut his);
        line.seat(agent, &his);
        let mut all = [others, his].concat();
        all.sort_unstable_by_key(Member::order);
        row.memberships = all.into();
        self.index.seen.get_mut(agent.raw() as usize).into_iter().for_each(Vec::clear);
        if line.delays() != delays {
            for work in self.works_in(queue, |stage| stage == Stage::Queued) {
                self.set_work_clock(work);
            }
        }
        self.touch_agent(agent);
        Ok(())
    }

    fn add<P: Kind>(&mut self, defined: &Defined<P>) -> Result<(), Misfit> {
        if P::rows(&self.stores).next_id() != Some(defined.id) {
            return Err(Misfit::OutOfOrder);
        }
        let (key, profile) = (defined.key.clone(), defined.profile.clone());
        P::names_mut(&mut self.index.keys).set(key.clone(), defined.id);
        P::rows_mut(&mut self.stores).push(Entry { key, profile, retired: false, revision: 0 });
        Ok(())
    }

    fn replace<P: Kind>(&mut self, defined: &Defined<P>) -> Result<(), Misfit> {
        let rows = P::rows_mut(&mut self.stores);
        let entry = rows.get_mut(defined.id).or_missing(defined.id)?;
        entry.profile = defined.profile.clone();
        entry.revision = entry.revision.saturating_add(1);
        Ok(())
    }

    fn strike<P: Kind>(&mut self, id: P::Id) -> Result<(), Misfit> {
        if id.number() < P::BUILT_IN {
            return Err(Misfit::OutOfOrder);
        }
        let entry = P::rows_mut(&mut self.stores).get_mut(id).or_missing(id)?;
        entry.retired = true;
        P::names_mut(&mut self.index.keys).release(&entry.key, id);
        Ok(())
    }

    /// The order, the target or a time limit may be another: all that waits is lined up anew.
    fn redefine_queue(&mut self, defined: &Defined<QueueProfile>) -> Result<(), Misfit> {
        let works = self.works_in(defined.id, |_| true);
        works.iter().for_each(|work| self.leave_line(*work));
        let old = self.queue_profile(defined.id)?.overflow.clone();
        self.replace(defined)?;
        self.list_members(defined.id);
        self.note_together(defined.id);
        self.set_up_benches(defined.id);
        self.index.lines.get_mut(defined.id.raw() as usize).into_iter().for_each(|line| {
            line.lanes.change_members();
        });
        for work in works {
            let row = self.stores.works.get_mut(work).or_missing(work)?;
            row.fired = done_of(&old, &defined.profile.overflow, row.fired);
            self.renew_need(work)?;
            self.enter_line(work);
            self.set_work_clock(work);
        }
        self.index.unwatched.push(defined.id);
        Ok(())
    }

    /// Open work of a queue in some stages, by id. A walk over all open work: definitions change
    /// rarely.
    fn works_in(&self, queue: QueueId, stage: impl Fn(Stage) -> bool) -> Vec<WorkId> {
        let works = self.stores.works.sorted().into_iter();
        let here = works.filter(|(_, work)| work.queue == queue && stage(work.stage));
        here.map(|(id, _)| id).collect()
    }

    fn members_of(&self, queue: QueueId) -> Result<Vec<AgentId>, Misfit> {
        Ok(self.index.line(queue).or_missing(queue)?.everybody.ids().collect())
    }

    fn open_everybody(&mut self) {
        let agents: Vec<_> = self.stores.agent_rows.iter().map(|(id, _)| id).collect();
        for id in agents {
            self.open_agent(id);
            self.touch_agent(id);
        }
    }
}
