//! The invariant that every id names a row.

use crate::base::id::Id;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, Entity, QueueId, WorkId};
use crate::model::kinds::{for_every_kind, match_entity};
use crate::model::need::Need;
use crate::model::presence::{PresenceProfile, SystemPresence};
use crate::model::work::{WorkRequest, check_key};
use crate::world::catalog::CatalogEntry;
use crate::world::check::violation::Violation;
use crate::world::kinds::DefinitionKind;
use crate::world::member::PackedMember;
use crate::world::rows::{Agent, Work};
use crate::world::state::World;

/// Whatever a definition mentions is there, and the definition is sound by itself.
pub(super) fn of_definitions(world: &World) -> Result<(), Violation> {
    for_every_kind!(P => of_profiles::<P>(world)?);
    let stores = &world.stores;
    let rows = (stores.queue_rows.len(), stores.agent_rows.len(), stores.pool_rows.len());
    let defined = (stores.queues.len(), stores.agents.len(), stores.pools.len());
    let invariant = "references: a row for each definition";
    Violation::unless(rows == defined, invariant, QueueId::from_raw(0))?;
    for system in SystemPresence::ALL {
        let entry = world.entry::<PresenceProfile>(system.id());
        let its = |entry: &CatalogEntry<PresenceProfile>| {
            *entry.key == *system.key() && entry.profile.system == system
        };
        let there = entry.is_ok_and(its);
        Violation::unless(there, "built in: every engine has every presence", system.id())?;
    }
    Ok(())
}

/// Whatever the rows of queues and agents mention is there.
pub(super) fn of_rows(world: &World) -> Result<(), Violation> {
    for (id, queue) in world.stores.queue_rows.iter() {
        named(world, id.into(), queue.last.map(Into::into))?;
    }
    for (id, agent) in world.stores.agent_rows.iter() {
        of_agent(world, id, agent)?;
    }
    Ok(())
}

/// Whatever open offers mention is there.
pub(super) fn of_offers(world: &World) -> Result<(), Violation> {
    for (id, offer) in world.stores.offers.sorted() {
        let all = [offer.work.into(), offer.agent.into(), offer.claim.channel.into()];
        named(world, id.into(), all)?;
    }
    Ok(())
}

fn of_profiles<P: DefinitionKind>(world: &World) -> Result<(), Violation> {
    let rows = P::rows(&world.stores);
    for (id, entry) in rows.iter() {
        let mut result = Ok(());
        entry.profile.mentions(&mut |entity| {
            if result.is_ok() {
                result = match entry.retired {
                    true => named(world, id.into(), [entity]),
                    false => in_force(world, id.into(), [entity]),
                };
            }
        });
        result?;
        let sound = entry.profile.check().is_ok() && check_key("key", &entry.key).is_ok();
        Violation::unless(sound, "definitions: sound by themselves", id)?;
        let named = entry.retired || P::names(&world.index.keys).get(&entry.key) == Some(id);
        Violation::unless(named, "keys: each names one definition", id)?;
        let kept = !entry.retired || id.number() >= P::BUILT_IN;
        Violation::unless(kept, "built in: what every engine has is not retired", id)?;
    }
    Ok(())
}

fn of_agent(world: &World, id: AgentId, agent: &Agent) -> Result<(), Violation> {
    let retired = world.entry::<AgentProfile>(id).is_ok_and(|entry| entry.retired);
    let has_nothing = agent.memberships.len() == 0
        && agent.offers.is_empty()
        && agent.assignments.is_empty()
        && agent.legs.is_empty()
        && agent.presence.id() == SystemPresence::Offline.id();
    Violation::unless(has_nothing || !retired, "retired: an agent is gone and has nothing", id)?;
    let id = id.into();
    in_force(world, id, [agent.presence.id().into()])?;
    in_force(world, id, agent.memberships.iter().map(|member| member.queue().into()))?;
    let channels = agent.memberships.iter().filter_map(PackedMember::channel);
    in_force(world, id, channels.map(Into::into))?;
    named(world, id, agent.channel_stamps.iter().map(|(channel, _)| (*channel).into()))?;
    named(world, id, agent.spent.keys().map(|pool| (*pool).into()))?;
    for assignment in &agent.assignments {
        let pools = world.pools(assignment.pool_set);
        in_force(world, id, pools.iter().map(|pool| (*pool).into()))?;
        in_force(world, id, [assignment.queue.into(), assignment.claim.channel.into()])?;
        in_force(world, id, assignment.code.map(Into::into))?;
    }
    for leg in agent.legs.iter() {
        let all = [leg.work.into(), leg.agent.into(), leg.claim.channel.into()];
        named(world, id, all)?;
    }
    Ok(())
}

/// Whatever a piece of work mentions is there, its request apart.
pub(super) fn of_work(world: &World, id: Entity, work: &Work) -> Result<(), Violation> {
    in_force(world, id, [work.queue.into()])?;
    in_force(world, id, world.pools(work.pool_set).iter().map(|pool| (*pool).into()))?;
    named(world, id, work.declines.iter().map(|decline| decline.agent.into()))?;
    named(world, id, work.legs.iter().map(|agent| (*agent).into()))?;
    named(world, id, work.last_agent.map(Into::into))?;
    named(world, id, [work.submitted().queue.into()])?;
    named(world, id, work.past_legs.iter().map(|past| past.agent.into()))
}

/// Whatever the request of a piece of work mentions is there and in force; agents whom it prefers
/// may be retired, for that is a wish.
pub(super) fn of_request(
    world: &World,
    id: Entity,
    request: &WorkRequest,
) -> Result<(), Violation> {
    let mut result = Ok(());
    request.mentions(&mut |entity| {
        if result.is_ok() {
            result = match entity {
                Entity::Agent(_) => named(world, id, [entity]),
                _ => in_force(world, id, [entity]),
            };
        }
    });
    Violation::unless(request.check_kept().is_ok(), "requests: sound by themselves", id)?;
    result
}

/// Whatever a need mentions that no work has is there, and it is sound by itself.
pub(super) fn of_need(world: &World, need: &Need) -> Result<(), Violation> {
    let nothing = WorkId::from_raw(0);
    Violation::unless(need.check().is_ok(), "needs: sound by themselves", nothing)?;
    let mut result = Ok(());
    need.mentions(&mut |entity| {
        if result.is_ok() {
            result = named(world, nothing.into(), [entity]);
        }
    });
    result
}

/// Whatever is remembered of what is over names what is, or was, there.
pub(super) fn of_ended(world: &World) -> Result<(), Violation> {
    for (id, ended) in world.stores.ended_works.iter() {
        named(world, id.into(), ended.owner.map(Into::into))?;
        named(world, id.into(), ended.code.map(Into::into))?;
    }
    for (id, ended) in world.stores.ended_offers.iter() {
        named(world, id.into(), [ended.agent.into()])?;
    }
    Ok(())
}

fn named(
    world: &World,
    subject: Entity,
    entities: impl IntoIterator<Item = Entity>,
) -> Result<(), Violation> {
    let all = entities.into_iter().all(|entity| exists(world, entity));
    Violation::unless(all, "references: every id names a row", subject)
}

/// The same, and none of it is retired.
fn in_force(
    world: &World,
    subject: Entity,
    entities: impl IntoIterator<Item = Entity>,
) -> Result<(), Violation> {
    for entity in entities {
        named(world, subject, [entity])?;
        let retired = match_entity!(entity, P(id) => is_retired::<P>(world, id), {
            Entity::Work(_) | Entity::Offer(_) => false,
        });
        Violation::unless(!retired, "retired: nothing in force names it, nobody has it", subject)?;
    }
    Ok(())
}

fn is_retired<P: DefinitionKind>(world: &World, id: P::Id) -> bool {
    world.entry::<P>(id).is_ok_and(|entry| entry.retired)
}

fn exists(world: &World, entity: Entity) -> bool {
    match_entity!(entity, P(id) => world.entry::<P>(id).is_ok(), {
        Entity::Work(id) => world.work(id).is_ok(),
        Entity::Offer(id) => world.offer(id).is_ok(),
    })
}
