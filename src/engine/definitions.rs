//! Deciding definitions and memberships.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::id::Id;
use crate::command::commands::{Change, Define, RemoveMembership, Reply, Retire, SetMembership};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::definition::{Defined, Definition};
use crate::fact::event::{Event, PresenceSetBy};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, Entity, PoolId, PresenceId, QueueId, every_kind};
use crate::model::invalid::{Invalid, Problem};
use crate::model::kinds::for_every_kind;
use crate::model::presence::{PresenceProfile, SystemPresence};
use crate::model::queue::QueueProfile;
use crate::model::work::check_key;
use crate::policy::fit::holds;
use crate::world::catalog::CatalogEntry;
use crate::world::kinds::DefinitionKind;
use crate::world::state::World;

use crate::engine::alerting;
use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};

impl<P: DefinitionKind> Run for Define<P> {
    fn run(self, turn: &mut Turn<'_>) -> Result<P::Id, Refusal> {
        let known = P::names(&turn.world.index().keys).get(&self.key);
        if let Some(id) = known {
            let same = *turn.live::<P>(id)?.profile == self.profile;
            return if same { Ok(id) } else { Err(Refusal::KeyTaken { entity: id.into() }) };
        }
        turn.check_mentions(|name| self.profile.mentions(name))?;
        check_key("key", &self.key)?;
        self.profile.check()?;
        let limits = &turn.world.stores().config.limits;
        let max = match P::LIMIT {
            LimitName::Agents => limits.agents,
            _ => limits.definitions,
        };
        let rows = P::rows(turn.world.stores());
        let id = rows.next_id().filter(|_| rows.len() < max as usize);
        let id = id.ok_or(Refusal::Limit { limit: P::LIMIT, max })?;
        let defined = Defined { id, key: self.key, profile: Arc::new(self.profile) };
        let definition = P::definition(defined);
        check_members(turn, &definition)?;
        turn.emit(Event::Defined(Box::new(definition)))?;
        Ok(id)
    }
}

impl<P: DefinitionKind> Run for Change<P> {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let entry = turn.live::<P>(self.id)?;
        if *entry.profile == self.profile {
            return Ok(());
        }
        let key = entry.key.clone();
        entry.check_revision(self.id.into(), self.revision)?;
        turn.check_mentions(|name| self.profile.mentions(name))?;
        self.profile.check()?;
        let defined = Defined { id: self.id, key, profile: Arc::new(self.profile) };
        let definition = P::definition(defined);
        check_change(turn, &definition)?;
        check_members(turn, &definition)?;
        turn.emit(Event::Changed(Box::new(definition)))?;
        if let Entity::Presence(presence) = self.id.into() {
            presence_changed(turn, presence)?;
        }
        Ok(())
    }
}

impl<P: DefinitionKind> Run for Retire<P> {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let entity = self.id.into();
        match turn.live::<P>(self.id) {
            Ok(entry) => entry.check_revision(entity, self.revision)?,
            Err(Refusal::Retired { .. }) => return Ok(()),
            Err(refusal) => return Err(refusal),
        }
        if self.id.number() < P::BUILT_IN {
            return Err(Refusal::BuiltIn { entity });
        }
        if let Some(user) = user_of(turn.world, entity) {
            return Err(Refusal::InUse { entity, user });
        }
        if let Entity::Agent(agent) = entity {
            sign_out(turn, agent)?;
        }
        Ok(turn.emit(Event::Retired(entity))?)
    }
}

impl<P: DefinitionKind> CatalogEntry<P> {
    /// Refuses a command that was made from another revision.
    fn check_revision(&self, entity: Entity, meant: Option<u32>) -> Result<(), Refusal> {
        let revision = self.revision;
        match meant {
            Some(meant) if meant != revision => Err(Refusal::Stale { entity, revision }),
            Some(_) | None => Ok(()),
        }
    }
}

/// Refuses to let a presence stand for something else: what it stands for is part of what agents
/// who have it said.
fn check_change(turn: &Turn<'_>, definition: &Definition) -> Result<(), Refusal> {
    if let Definition::Presence(defined) = definition {
        let old = turn.live::<PresenceProfile>(defined.id)?.profile.system;
        if old != defined.profile.system {
            return Err(Invalid::new("system", Problem::Fixed).into());
        }
    }
    Ok(())
}

/// Refuses a definition that would make an agent a member of too many queues, because they meet
/// what queues ask of their members.
fn check_members(turn: &Turn<'_>, definition: &Definition) -> Result<(), Refusal> {
    let world = &*turn.world;
    let max = world.stores().config.limits.memberships;
    let too_many = match definition {
        Definition::Agent(defined) => {
            let row = world.agent(defined.id).ok();
            let is_named = |queue| row.is_some_and(|row| row.is_named(queue));
            let meets = |queue: &QueueId| {
                let asked = world.queue_profile(*queue).ok();
                let asked = asked.and_then(|queue| queue.members_where.as_ref());
                asked.is_some_and(|asked| holds(&asked.requirement, &defined.profile))
            };
            let queues = world.index().by_expression.iter();
            let more = queues.filter(|queue| !is_named(**queue) && meets(queue)).count();
            let named = row.into_iter().flat_map(|row| row.members());
            let named = named.filter(|member| !member.by_expression).count();
            more > 0 && named.saturating_add(more) > max as usize
        }
        Definition::Queue(defined) => defined.profile.members_where.as_ref().is_some_and(|asked| {
            let agents = world.stores().agents.iter();
            let mut rows = agents.zip(world.stores().agent_rows.iter());
            rows.any(|((_, entry), (_, row))| {
                if entry.retired {
                    return false;
                }
                let full = row.memberships.len() >= max as usize;
                let new = row.terms(defined.id, None).is_none();
                full && new && holds(&asked.requirement, &entry.profile)
            })
        }),
        _ => false,
    };
    let limit = LimitName::Memberships;
    if too_many { Err(Refusal::Limit { limit, max }) } else { Ok(()) }
}

/// A presence opens other channels now, to all agents who have it.
fn presence_changed(turn: &mut Turn<'_>, presence: PresenceId) -> Result<(), Halted> {
    let agents = turn.world.stores().agent_rows.iter();
    let concerned = agents.filter(|(_, agent)| agent.presence.id() == presence);
    let concerned: Vec<_> = concerned.map(|(id, _)| id).collect();
    concerned.iter().try_for_each(|agent| turn.settle(*agent))?;
    concerned.into_iter().try_for_each(|agent| alerting::withdraw_unattended(turn, agent))
}

fn sign_out(turn: &mut Turn<'_>, agent: AgentId) -> Result<(), Halted> {
    let presence = SystemPresence::Offline.id();
    if turn.agent(agent)?.presence.id() == presence {
        return Ok(());
    }
    let by = PresenceSetBy::Command;
    turn.emit(Event::PresenceSet { agent, presence, lease: None, by })
}

/// The first thing that keeps something from being retired: a definition that is not retired, an
/// agent or open work. A walk over everything: definitions change rarely.
fn user_of(world: &World, entity: Entity) -> Option<Entity> {
    fn among<P: DefinitionKind>(world: &World, entity: Entity) -> Option<Entity> {
        let rows = P::rows(world.stores()).iter().filter(|(_, entry)| !entry.retired);
        rows.filter(|(id, _)| (*id).into() != entity)
            .find(|(_, entry)| mentions(entity, |name| entry.profile.mentions(name)))
            .map(|(id, _)| id.into())
    }
    let mut user = None;
    for_every_kind!(P => user = user.or_else(|| among::<P>(world, entity)));
    user.or_else(|| agent_with(world, entity)).or_else(|| work_with(world, entity))
}

fn mentions(entity: Entity, names: impl FnOnce(&mut dyn FnMut(Entity))) -> bool {
    let mut found = false;
    names(&mut |name| found |= name == entity);
    found
}

/// An agent who has something of a definition now.
fn agent_with(world: &World, entity: Entity) -> Option<Entity> {
    let uses = |agent: &crate::world::rows::Agent| match entity {
        Entity::Presence(id) => agent.presence.id() == id,
        Entity::Queue(id) => agent.assignments.iter().any(|has| has.queue == id),
        Entity::Channel(id) => {
            agent.assignments.iter().any(|has| has.claim.channel == id)
                || agent.members().any(|member| member.channel == Some(id))
        }
        Entity::Code(id) => agent.assignments.iter().any(|has| has.code == Some(id)),
        Entity::Pool(id) => {
            agent.assignments.iter().any(|has| world.pools(has.pool_set).contains(&id))
        }
        _ => false,
    };
    let mut agents = world.stores().agent_rows.iter();
    agents.find(|(_, agent)| uses(agent)).map(|(id, _)| id.into())
}

/// Open work that refers to a definition. Preferred agents are wishes, and no reason to keep
/// somebody.
fn work_with(world: &World, entity: Entity) -> Option<Entity> {
    if let Entity::Agent(id) = entity {
        let agent = world.agent(id).ok()?;
        let assigned = agent.assignments.first().map(|has| has.work.into());
        return assigned
            .or_else(|| agent.offers.first().map(|offer| (*offer).into()))
            .or_else(|| agent.legs.first().map(|leg| leg.work.into()));
    }
    let works = world.stores().works.sorted().into_iter();
    let mut users = works.filter(|(_, work)| {
        let is_it = |pool: &PoolId| entity == (*pool).into();
        entity == work.queue.into()
            || mentions(entity, |name| work.request.mentions(name))
            || world.pools(work.pool_set).iter().any(is_it)
    });
    users.next().map(|(id, _)| id.into())
}

impl Run for SetMembership {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, queue, membership, channel } = self;
        turn.live::<AgentProfile>(agent)?;
        turn.live::<QueueProfile>(queue)?;
        channel.map_or(Ok(()), |channel| turn.check_live(channel.into()))?;
        membership.check()?;
        let row = turn.agent(agent)?;
        let known = row.terms(queue, channel);
        let old = known.filter(|_| channel.is_some() || row.is_named(queue));
        let max = turn.world.stores().config.limits.memberships;
        if known.is_none() && row.memberships.len() >= max as usize {
            return Err(Refusal::Limit { limit: LimitName::Memberships, max });
        }
        if old != Some(membership) {
            turn.emit(Event::MembershipSet { agent, queue, membership, channel })?;
        }
        Ok(())
    }
}

impl Run for RemoveMembership {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, queue, channel } = self;
        turn.live::<AgentProfile>(agent)?;
        turn.live::<QueueProfile>(queue)?;
        channel.map_or(Ok(()), |channel| turn.check_live(channel.into()))?;
        let row = turn.agent(agent)?;
        if row.terms(queue, channel).is_none() {
            return Ok(());
        }
        if channel.is_none() && !row.is_named(queue) {
            return Err(Refusal::MemberByExpression { agent, queue });
        }
        Ok(turn.emit(Event::MembershipRemoved { agent, queue, channel })?)
    }
}

macro_rules! replies {
    ({} $(
        $kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,
    )*) => {$(
        impl From<crate::model::ids::$id> for Reply {
            fn from(id: crate::model::ids::$id) -> Self {
                Self::Defined(id.into())
            }
        }
    )*};
}

every_kind! { [replies] {} }
