//! Applying definitions, memberships and the opening of the engine.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::id::Id;
use crate::base::time::Timestamp;
use crate::fact::definition::{Defined, Definition, match_definition};
use crate::model::calendar::CalendarProfile;
use crate::model::config::Config;
use crate::model::ids::{AgentId, ChannelId, Entity, OfferId, QueueId, WorkId};
use crate::model::kinds::match_entity;
use crate::model::membership::Membership;
use crate::model::overflow::{done_of, number_of};
use crate::model::queue::QueueProfile;
use crate::world::apply::misfit::Misfit;
use crate::world::apply::{lines, load, members, pools};
use crate::world::catalog::CatalogEntry;
use crate::world::kinds::DefinitionKind;
use crate::world::rows::{Agent, Member, Pool, Queue, Work};
use crate::world::state::World;
use crate::world::stores::OrMissing;
use crate::world::watches::Watch;

pub(super) fn open_engine(world: &mut World, config: &Config) -> Result<(), Misfit> {
    if world.stores.seq != 0 {
        return Err(Misfit::OutOfOrder);
    }
    *world = World::empty(config.clone());
    Ok(())
}

/// Something is defined. Kinds of which more is kept than the definition get the rows for it.
pub(super) fn define(
    world: &mut World,
    definition: &Definition,
    at: Timestamp,
) -> Result<(), Misfit> {
    match_definition!(definition, defined => add(world, defined)?);
    let World { stores, index } = world;
    match definition.entity() {
        Entity::Skill(_) => index.skilled.push(Default::default()),
        Entity::Channel(_) => {
            index.open.push(Default::default());
            let queues: Vec<_> = stores.queues.iter().map(|(id, _)| id).collect();
            queues.into_iter().for_each(|id| index.set_up_benches(stores, id));
            open_those(world, |_| true);
        }
        Entity::Queue(id) => {
            stores.queue_rows.push(Queue::new(at));
            index.lines.push(Default::default());
            index.list_members(stores, id);
            index.note_together(stores, id);
            index.set_up_benches(stores, id);
            members::derive_for_queue(world, id)?;
        }
        Entity::Agent(id) => {
            stores.agent_rows.push(Agent::new(at));
            index.index_fits(stores, id);
            index.index_agent(stores, id);
            members::derive_for_agent(world, id)?;
        }
        Entity::Pool(_) => stores.pool_rows.push(Pool::default()),
        _ => {}
    }
    Ok(())
}

/// Something that is defined has other content.
pub(super) fn redefine(world: &mut World, definition: &Definition) -> Result<(), Misfit> {
    match definition {
        Definition::Queue(defined) => return redefine_queue(world, defined),
        Definition::Calendar(defined) => return redefine_calendar(world, defined),
        _ => {}
    }
    match_definition!(definition, defined => replace(world, defined)?);
    match definition.entity() {
        Entity::Channel(_) => open_those(world, |_| true),
        Entity::Presence(id) => open_those(world, |agent| agent.presence.id() == id),
        Entity::Agent(id) => {
            let World { stores, index } = world;
            index.index_fits(stores, id);
            index.concerned.note(id);
            load::refresh(world, id);
            members::derive_for_agent(world, id)?;
        }
        Entity::Pool(id) => pools::change_reset(world, id),
        _ => {}
    }
    Ok(())
}

/// Something is retired. The memberships of a queue or an agent end before that; a pool gives back
/// what was drawn from it.
pub(super) fn retire(world: &mut World, entity: Entity) -> Result<(), Misfit> {
    match entity {
        Entity::Queue(id) => {
            let line = world.index.line(id).or_missing(id)?;
            let members: Vec<AgentId> = line.everybody.ids().collect();
            for agent in members {
                end_memberships(world, agent, id)?;
            }
        }
        Entity::Agent(id) => {
            let queues: Vec<_> = world.agent(id)?.members().map(|member| member.queue).collect();
            for queue in queues {
                end_memberships(world, id, queue)?;
            }
        }
        _ => {}
    }
    match_entity!(entity, P(id) => strike::<P>(world, id)?, {
        Entity::Work(_) | Entity::Offer(_) => return Err(Misfit::OutOfOrder),
    });
    match entity {
        Entity::Pool(id) => pools::give_back(world, id),
        Entity::Queue(id) => {
            let World { stores, index } = world;
            index.note_expression(stores, id);
        }
        _ => {}
    }
    Ok(())
}

/// An agent is a member of a queue for a channel, or for all, on these terms or no longer.
pub(super) fn set_membership(
    world: &mut World,
    agent: AgentId,
    queue: QueueId,
    channel: Option<ChannelId>,
    terms: Option<Membership>,
) -> Result<(), Misfit> {
    members::change(world, agent, queue, |rows| {
        let known = rows.iter().find(|member| member.channel == channel);
        let (share, offered) =
            known.map_or((0, OfferId::NONE), |member| (member.share, member.offered));
        rows.retain(|member| member.channel != channel);
        let by_expression = false;
        let member = |terms| Member { queue, terms, share, offered, by_expression, channel };
        rows.extend(terms.map(member));
    })?;
    // Who is named no more may meet what the queue asks of its members.
    members::derive(world, agent, queue)
}

fn end_memberships(world: &mut World, agent: AgentId, queue: QueueId) -> Result<(), Misfit> {
    members::change(world, agent, queue, Vec::clear)
}

fn add<P: DefinitionKind>(world: &mut World, defined: &Defined<P>) -> Result<(), Misfit> {
    if P::rows(&world.stores).next_id() != Some(defined.id) {
        return Err(Misfit::OutOfOrder);
    }
    let (key, profile) = (defined.key.clone(), defined.profile.clone());
    P::names_mut(&mut world.index.keys).set(key.clone(), defined.id);
    P::rows_mut(&mut world.stores).push(CatalogEntry { key, profile, retired: false, revision: 0 });
    Ok(())
}

fn replace<P: DefinitionKind>(world: &mut World, defined: &Defined<P>) -> Result<(), Misfit> {
    let rows = P::rows_mut(&mut world.stores);
    let entry = rows.get_mut(defined.id).or_missing(defined.id)?;
    entry.profile = defined.profile.clone();
    entry.revision = entry.revision.saturating_add(1);
    Ok(())
}

fn strike<P: DefinitionKind>(world: &mut World, id: P::Id) -> Result<(), Misfit> {
    if id.number() < P::BUILT_IN {
        return Err(Misfit::OutOfOrder);
    }
    let entry = P::rows_mut(&mut world.stores).get_mut(id).or_missing(id)?;
    entry.retired = true;
    P::names_mut(&mut world.index.keys).release(&entry.key, id);
    Ok(())
}

/// If the order, the target or a time limit is another, all that waits is lined up anew.
fn redefine_queue(world: &mut World, defined: &Defined<QueueProfile>) -> Result<(), Misfit> {
    let id = defined.id;
    let old = world.queue_profile(id)?.clone();
    let stays = old.lines_up_as(&defined.profile);
    let works = if stays { Vec::new() } else { works_leave(world, |queue| queue == id)? };
    replace(world, defined)?;
    let World { stores, index } = world;
    index.list_members(stores, id);
    index.note_together(stores, id);
    index.set_up_benches(stores, id);
    index.line_mut(id).into_iter().for_each(|line| line.lanes.change_members());
    let (old_rules, new_rules) = (&old.overflow, &defined.profile.overflow);
    for (work, _) in &works {
        let row = world.work_mut(*work)?;
        row.fired = done_of(old_rules, new_rules, row.fired);
        let fired = row.fired;
        world.stores.watches.revise(*work, |known| {
            let rule = number_of(old_rules, new_rules, known.rule)?;
            (fired & (1 << (rule % 32)) == 0).then_some(Watch { rule, ..known })
        });
    }
    let known = |ring: u8| old.conditional.iter().find(|known| known.ring == ring);
    let stays =
        |ring: u8| known(ring).is_some_and(|ring| defined.profile.conditional.contains(ring));
    world.queue_mut(id)?.holding.retain(|(ring, _)| stays(*ring));
    works_enter_anew(world, works)?;
    world.index.unwatched.push(id);
    members::derive_for_queue(world, id)
}

/// Other hours: whatever counts open time by them is due at another instant.
fn redefine_calendar(world: &mut World, defined: &Defined<CalendarProfile>) -> Result<(), Misfit> {
    let queues = world.stores.queues.iter();
    let queues = queues.filter(|(_, queue)| queue.profile.calendar == Some(defined.id));
    let queues: BTreeSet<_> = queues.map(|(id, _)| id).collect();
    let works = works_leave(world, |queue| queues.contains(&queue))?;
    replace(world, defined)?;
    let World { stores, index } = world;
    queues.into_iter().for_each(|id| index.set_queue_clock(stores, id));
    works_enter_anew(world, works)
}

/// Takes the open work of some queues out of its lines, and says which of it ends by its lifetime.
fn works_leave(
    world: &mut World,
    queues: impl Fn(QueueId) -> bool,
) -> Result<Vec<(WorkId, bool)>, Misfit> {
    let works = lines::works_of(world, |work| queues(work.queue)).into_iter();
    let works = works.map(|id| {
        lines::leave(world, id);
        let work = world.work(id)?;
        Ok((id, work.expires.get() == lifetime_ends(world, work)?))
    });
    works.collect()
}

/// Puts it in its lines by definitions that have changed. What ends by its lifetime ends by the
/// clock as it is now; an instant that was named stays. Waits that rules of overflow ask for are
/// evaluated once more, for they may be over by now.
fn works_enter_anew(world: &mut World, works: Vec<(WorkId, bool)>) -> Result<(), Misfit> {
    for (id, by_lifetime) in works {
        if by_lifetime {
            let ends = lifetime_ends(world, world.work(id)?)?;
            world.work_mut(id)?.expires = ends.into();
        }
        let anew = |known| Some(Watch { evaluated: None, ..known });
        world.stores.watches.revise(id, anew);
        lines::enter_anew(world, id)?;
    }
    Ok(())
}

fn lifetime_ends(world: &World, work: &Work) -> Result<Option<Timestamp>, Misfit> {
    let channel = world.channel_profile(work.request.channel)?;
    Ok(work.lifetime_ends(world.queue_rules(work.queue)?, channel.lifetime))
}

/// These agents may be open on other channels now.
fn open_those(world: &mut World, such: impl Fn(&Agent) -> bool) {
    let agents = world.stores.agent_rows.iter().filter(|(_, agent)| such(agent));
    let agents: Vec<_> = agents.map(|(id, _)| id).collect();
    agents.into_iter().for_each(|id| load::refresh(world, id));
}
