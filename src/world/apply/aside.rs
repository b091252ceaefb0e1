//! Applying what takes work out of its line for a time, or on to another queue.

use crate::base::time::{Moment, Timestamp};
use crate::model::ids::{ChannelId, QueueId, WorkId};
use crate::model::schedule::Callback;
use crate::model::work::WorkChange;
use crate::state::work::WorkStep;
use crate::world::apply::lines::{restage, restage_anew};
use crate::world::apply::misfit::Misfit;
use crate::world::apply::{assignments, pools, tallies, works};
use crate::world::pool_sets::pools_named;
use crate::world::rows::Step;
use crate::world::state::World;

pub(super) fn schedule(
    world: &mut World,
    id: WorkId,
    until: Timestamp,
    activation: bool,
    at: Timestamp,
) -> Result<(), Misfit> {
    put_off(world, id, WorkStep::Schedule { at: until, activation }, at)
}

pub(super) fn suspend(world: &mut World, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
    put_off(world, id, WorkStep::Suspend, at)
}

fn put_off(world: &mut World, id: WorkId, step: WorkStep, at: Timestamp) -> Result<(), Misfit> {
    let owner = world.work(id)?.stage.owner();
    owner.map(|owner| assignments::end(world, id, owner, at)).transpose()?;
    restage(world, id, |row| {
        row.stage = row.stage.next(step)?;
        row.step = Step::NONE;
        row.sticky = false;
        row.not_back = false;
        row.retry = Moment::NONE;
        row.unassigned = row.unassigned.saturating_add(owner.is_some().into());
        Ok(())
    })
}

/// The channel the work comes by is another, and with it what the work takes.
pub(super) fn request_callback(
    world: &mut World,
    id: WorkId,
    channel: ChannelId,
    callback: Callback,
) -> Result<(), Misfit> {
    let profile = world.channel_profile(channel)?;
    let (cost, pools) = (profile.cost, pools_named(&world.work(id)?.request, profile));
    let pool_set = pools::take_set(world, pools);
    pools::leave_set(world, world.pool_set_of(id));
    restage(world, id, |row| {
        let request = row.amend();
        request.channel = channel;
        request.callback = Some(callback);
        row.cost = request.size.unwrap_or(cost);
        row.pool_set = pool_set;
        Ok(())
    })
}

pub(super) fn leave_unreached(
    world: &mut World,
    id: WorkId,
    retry: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), Misfit> {
    if let Some(until) = retry {
        let owner = assignments::owner(world, id)?;
        assignments::end(world, id, owner, at)?;
        restage(world, id, |row| {
            row.stage = row.stage.next(WorkStep::Schedule { at: until, activation: false })?;
            Ok(())
        })?;
    }
    let row = world.work_mut(id)?;
    row.unreached = row.unreached.saturating_add(1);
    Ok(())
}

pub(super) fn classify(
    world: &mut World,
    id: WorkId,
    rule: Option<u16>,
    queue: QueueId,
    change: Option<&WorkChange>,
    at: Timestamp,
) -> Result<(), Misfit> {
    world.queue(queue)?;
    let entry = world.work(id)?.submitted().queue;
    if let Some(rule) = rule.map(usize::from) {
        let counts = &mut world.queue_mut(entry)?.rule_counts;
        counts.resize(counts.len().max(rule + 1), 0);
        if let Some(count) = counts.get_mut(rule) {
            *count = count.wrapping_add(1);
        }
    }
    if world.work(id)?.queue != queue {
        world.stores.watches.forget(id);
    }
    let before = world.work(id)?.request.data_bytes();
    restage_anew(world, id, |row| {
        change.into_iter().for_each(|change| row.take_change(change));
        if row.queue != queue {
            row.begin_stay(at);
            row.change_queue(queue);
        }
        Ok(())
    })?;
    works::recount_data(world, id, before)?;
    tallies::arrival(world, id, at)
}
