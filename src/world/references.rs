//! The invariant that every id names a row.

use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::ids::Entity;
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;
use crate::model::work::WorkRequest;
use crate::world::catalog::Kind;
use crate::world::check::Violation;
use crate::world::member::PackedMember;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;
use crate::world::survey::Survey;

impl World {
    /// Whatever a definition or a row mentions is there, and the definition is sound by itself.
    pub(super) fn check_references(&self, works: &Survey<'_>) -> Result<(), Violation> {
        self.check_profiles::<SkillProfile>()?;
        self.check_profiles::<ChannelProfile>()?;
        self.check_profiles::<PresenceProfile>()?;
        self.check_profiles::<RejectReasonProfile>()?;
        self.check_profiles::<WrapUpCodeProfile>()?;
        self.check_profiles::<QueueProfile>()?;
        self.check_profiles::<AgentProfile>()?;
        self.check_profiles::<CalendarProfile>()?;
        self.check_profiles::<PoolProfile>()?;
        let stores = &self.stores;
        let rows = (stores.queue_rows.len(), stores.agent_rows.len(), stores.pool_rows.len());
        if rows != (stores.queues.len(), stores.agents.len(), stores.pools.len()) {
            let subject = crate::model::ids::QueueId::from_raw(0).into();
            return Err(Violation { invariant: "references: a row for each definition", subject });
        }
        for (id, queue) in self.stores.queue_rows.iter() {
            self.check_named(id.into(), queue.last.map(Into::into))?;
        }
        for (id, agent) in self.stores.agent_rows.iter() {
            self.check_agent_references(id.into(), agent)?;
        }
        works.references()?;
        for (id, offer) in self.stores.offers.sorted() {
            let named = [offer.work.into(), offer.agent.into(), offer.claim.channel.into()];
            self.check_named(id.into(), named)?;
        }
        Ok(())
    }

    fn check_profiles<P: Kind>(&self) -> Result<(), Violation> {
        for (id, entry) in P::rows(&self.stores).iter() {
            let mut result = Ok(());
            entry.profile.mentions(&mut |named| {
                if result.is_ok() {
                    result = self.check_named(id.into(), [named]);
                }
            });
            result?;
            if entry.profile.check().is_err() {
                let invariant = "definitions: sound by themselves";
                return Err(Violation { invariant, subject: id.into() });
            }
        }
        Ok(())
    }

    fn check_agent_references(&self, id: Entity, agent: &Agent) -> Result<(), Violation> {
        self.check_named(id, [agent.presence.id().into()])?;
        self.check_named(id, agent.memberships.iter().map(|member| member.queue().into()))?;
        let channels = agent.memberships.iter().filter_map(PackedMember::channel);
        self.check_named(id, channels.map(Into::into))?;
        self.check_named(id, agent.channel_stamps.iter().map(|(channel, _)| (*channel).into()))?;
        self.check_named(id, agent.spent.keys().map(|pool| (*pool).into()))?;
        for leg in &agent.assignments {
            self.check_named(id, self.pools(leg.draws).iter().map(|pool| (*pool).into()))?;
            self.check_named(id, [leg.queue.into(), leg.claim.channel.into()])?;
            self.check_named(id, leg.code.map(Into::into))?;
        }
        for leg in agent.legs.iter() {
            let named = [leg.work.into(), leg.agent.into(), leg.claim.channel.into()];
            self.check_named(id, named)?;
        }
        Ok(())
    }

    /// Whatever a piece of work mentions is there, its request apart.
    pub(super) fn check_work_references(&self, id: Entity, work: &Work) -> Result<(), Violation> {
        self.check_named(id, [work.queue.into()])?;
        self.check_named(id, self.pools(work.draws).iter().map(|pool| (*pool).into()))?;
        self.check_named(id, work.legs.iter().map(|agent| (*agent).into()))?;
        self.check_named(id, work.last_agent.map(Into::into))?;
        self.check_named(id, [work.submitted().queue.into()])?;
        self.check_named(id, work.past_legs.iter().map(|past| past.agent.into()))
    }

    /// Whatever the request of a piece of work mentions is there.
    pub(super) fn check_request(&self, id: Entity, request: &WorkRequest) -> Result<(), Violation> {
        let mut result = Ok(());
        request.mentions(&mut |named| {
            if result.is_ok() {
                result = self.check_named(id, [named]);
            }
        });
        result
    }

    fn check_named(
        &self,
        subject: Entity,
        named: impl IntoIterator<Item = Entity>,
    ) -> Result<(), Violation> {
        if named.into_iter().all(|entity| self.exists(entity)) {
            Ok(())
        } else {
            Err(Violation { invariant: "references: every id names a row", subject })
        }
    }

    fn exists(&self, entity: Entity) -> bool {
        match entity {
            Entity::Skill(id) => self.entry::<SkillProfile>(id).is_ok(),
            Entity::Channel(id) => self.entry::<ChannelProfile>(id).is_ok(),
            Entity::Presence(id) => self.entry::<PresenceProfile>(id).is_ok(),
            Entity::Reason(id) => self.entry::<RejectReasonProfile>(id).is_ok(),
            Entity::Code(id) => self.entry::<WrapUpCodeProfile>(id).is_ok(),
            Entity::Queue(id) => self.entry::<QueueProfile>(id).is_ok(),
            Entity::Agent(id) => self.entry::<AgentProfile>(id).is_ok(),
            Entity::Work(id) => self.work(id).is_ok(),
            Entity::Offer(id) => self.offer(id).is_ok(),
            Entity::Calendar(id) => self.entry::<CalendarProfile>(id).is_ok(),
            Entity::Pool(id) => self.entry::<PoolProfile>(id).is_ok(),
        }
    }
}
