//! Changing a piece of work, and with it its place in line, in the clock and among needs.

use alloc::vec::Vec;

use crate::model::ids::WorkId;
use crate::model::need::Need;
use crate::world::apply::misfit::Misfit;
use crate::world::index::Index;
use crate::world::needs::NeedId;
use crate::world::rows::Work;
use crate::world::state::World;
use crate::world::stores::{LineRules, Missing, OrMissing, Stores};

/// Changes a piece of work, and with it its place in line and in the clock.
pub(super) fn restage<R>(
    world: &mut World,
    id: WorkId,
    change: impl FnOnce(&mut Work) -> Result<R, Misfit>,
) -> Result<R, Misfit> {
    let World { stores, index } = world;
    let Stores { queues, calendars, watches, .. } = stores;
    let rules = LineRules { queues, calendars, watches };
    let work = stores.works.get_mut(id).or_missing(id)?;
    index.set_line(rules, id, work, false);
    let clocked = Index::is_clocked(rules, work);
    let told = change(work)?;
    work.check_legs(work.stage)?;
    index.set_line(rules, id, work, true);
    match Index::is_clocked(rules, work) {
        true => index.set_work_clock(rules, id, work),
        false if clocked => index.stop_work_clock(id),
        false => {}
    }
    Ok(told)
}

/// The same, where what the work asks for may change.
pub(super) fn restage_anew(
    world: &mut World,
    id: WorkId,
    change: impl FnOnce(&mut Work) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    leave(world, id);
    let row = world.work_mut(id)?;
    change(row)?;
    row.check_legs(row.stage)?;
    enter_anew(world, id)
}

/// Takes work out of its line, for what its line depends on is about to change.
pub(super) fn leave(world: &mut World, id: WorkId) {
    let World { stores, index } = world;
    index.leave_line(stores, id);
}

/// Puts work in line and clock, after what it asks for was brought in step with what was asked and
/// how far it is relaxed.
pub(super) fn enter_anew(world: &mut World, id: WorkId) -> Result<(), Misfit> {
    renew_need(world, id)?;
    let World { stores, index } = world;
    let work = stores.works.get(id).or_missing(id)?;
    index.set_line(stores.rules(), id, work, true);
    index.set_work_clock(stores.rules(), id, work);
    Ok(())
}

fn renew_need(world: &mut World, id: WorkId) -> Result<(), Misfit> {
    let work = world.work(id)?;
    let old = work.need;
    let need = need_of(world, work)?.unwrap_or_else(|new| intern(world, new));
    if need == old {
        return Ok(());
    }
    world.work_mut(id)?.need = need;
    count_need(world, need, true);
    count_need(world, old, false);
    Ok(())
}

/// The place of what a piece of work asks for now, or the need itself if it has no place yet.
pub(super) fn need_of(world: &World, work: &Work) -> Result<Result<NeedId, Need>, Missing> {
    let need = work.need_now(world.queue_profile(work.queue)?);
    Ok(world.index.needs.id(&need).ok_or_else(|| need.into_owned()))
}

/// Gives a need that has no place yet a place.
pub(super) fn intern(world: &mut World, need: Need) -> NeedId {
    let max = world.stores.config.limits.needs;
    if let Some(idle) = world.index.needs.gives_way(max) {
        forget(world, idle);
    }
    let World { stores, index } = world;
    let id = index.needs.place(&stores.needs);
    stores.needs.put(id, need.clone());
    index.index_need(stores, need, id);
    id
}

/// One more piece of work has a need, or one less.
#[inline]
pub(super) fn count_need(world: &mut World, id: NeedId, more: bool) {
    let World { stores, index } = world;
    let max = stores.config.limits.idle_needs;
    if stores.needs.count(id, more) {
        index.needs.note_use(id, more);
        forget_overdue(world, max);
    }
}

/// Forgets needs that too much is remembered of: two, so that too many become fewer, for a snapshot
/// may have brought them along.
#[inline(never)]
fn forget_overdue(world: &mut World, max: u32) {
    for _ in 0..2 {
        if let Some(idle) = world.index.needs.overdue(max) {
            forget(world, idle);
        }
    }
}

fn forget(world: &mut World, id: NeedId) {
    let World { stores, index } = world;
    if let Some(need) = stores.needs.take(id) {
        index.forget_need(id, &need, stores.needs.len());
    }
}

/// The open work of which this holds, by id. A walk over all open work, in the order in which it
/// lies in memory: definitions change rarely.
pub(super) fn works_of(world: &World, holds: impl Fn(&Work) -> bool) -> Vec<WorkId> {
    let works = world.stores.works.rows().filter(|(_, work)| holds(work));
    let mut works: Vec<_> = works.map(|(id, _)| id).collect();
    works.sort_unstable();
    works
}
