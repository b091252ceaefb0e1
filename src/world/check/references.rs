//! The invariant that every id names a row.

use crate::model::ids::{Entity, QueueId};
use crate::model::kinds::{for_every_kind, match_entity};
use crate::model::work::WorkRequest;
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
    Violation::unless(rows == defined, invariant, QueueId::from_raw(0))
}

/// Whatever the rows of queues and agents mention is there.
pub(super) fn of_rows(world: &World) -> Result<(), Violation> {
    for (id, queue) in world.stores.queue_rows.iter() {
        named(world, id.into(), queue.last.map(Into::into))?;
    }
    for (id, agent) in world.stores.agent_rows.iter() {
        of_agent(world, id.into(), agent)?;
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
    for (id, entry) in P::rows(&world.stores).iter() {
        let mut result = Ok(());
        entry.profile.mentions(&mut |entity| {
            if result.is_ok() {
                result = named(world, id.into(), [entity]);
            }
        });
        result?;
        Violation::unless(entry.profile.check().is_ok(), "definitions: sound by themselves", id)?;
    }
    Ok(())
}

fn of_agent(world: &World, id: Entity, agent: &Agent) -> Result<(), Violation> {
    named(world, id, [agent.presence.id().into()])?;
    named(world, id, agent.memberships.iter().map(|member| member.queue().into()))?;
    let channels = agent.memberships.iter().filter_map(PackedMember::channel);
    named(world, id, channels.map(Into::into))?;
    named(world, id, agent.channel_stamps.iter().map(|(channel, _)| (*channel).into()))?;
    named(world, id, agent.spent.keys().map(|pool| (*pool).into()))?;
    for assignment in &agent.assignments {
        let pools = world.pools(assignment.pool_set);
        named(world, id, pools.iter().map(|pool| (*pool).into()))?;
        named(world, id, [assignment.queue.into(), assignment.claim.channel.into()])?;
        named(world, id, assignment.code.map(Into::into))?;
    }
    for leg in agent.legs.iter() {
        let all = [leg.work.into(), leg.agent.into(), leg.claim.channel.into()];
        named(world, id, all)?;
    }
    Ok(())
}

/// Whatever a piece of work mentions is there, its request apart.
pub(super) fn of_work(world: &World, id: Entity, work: &Work) -> Result<(), Violation> {
    named(world, id, [work.queue.into()])?;
    named(world, id, world.pools(work.pool_set).iter().map(|pool| (*pool).into()))?;
    named(world, id, work.legs.iter().map(|agent| (*agent).into()))?;
    named(world, id, work.last_agent.map(Into::into))?;
    named(world, id, [work.submitted().queue.into()])?;
    named(world, id, work.past_legs.iter().map(|past| past.agent.into()))
}

/// Whatever the request of a piece of work mentions is there.
pub(super) fn of_request(
    world: &World,
    id: Entity,
    request: &WorkRequest,
) -> Result<(), Violation> {
    let mut result = Ok(());
    request.mentions(&mut |entity| {
        if result.is_ok() {
            result = named(world, id, [entity]);
        }
    });
    result
}

fn named(
    world: &World,
    subject: Entity,
    entities: impl IntoIterator<Item = Entity>,
) -> Result<(), Violation> {
    let all = entities.into_iter().all(|entity| exists(world, entity));
    Violation::unless(all, "references: every id names a row", subject)
}

fn exists(world: &World, entity: Entity) -> bool {
    match_entity!(entity, P(id) => world.entry::<P>(id).is_ok(), {
        Entity::Work(id) => world.work(id).is_ok(),
        Entity::Offer(id) => world.offer(id).is_ok(),
    })
}
