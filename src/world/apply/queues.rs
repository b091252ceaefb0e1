//! Applying what happens to queues as a whole, and what their rules of overflow do.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::time::Timestamp;
use crate::fact::event::OfferedBy;
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::model::overflow::OverflowAction;
use crate::model::priority::Priority;
use crate::model::queue::QueueProfile;
use crate::state::work::Stage;
use crate::world::apply::lines::restage;
use crate::world::apply::misfit::Misfit;
use crate::world::rows::Inspecting;
use crate::world::state::World;
use crate::world::stores::OrMissing;
use crate::world::watches::Watch;

/// A rule was done for a piece of work. What leads the work elsewhere says so by a fact of its own.
pub(super) fn overflow(
    world: &mut World,
    id: WorkId,
    rule: u8,
    then: &OverflowAction,
) -> Result<(), Misfit> {
    world.stores.watches.revise(id, |known| Some(known).filter(|known| known.rule != rule));
    restage(world, id, |row| {
        row.fired |= 1 << (rule % 32);
        match then {
            OverflowAction::RaisePriority(points) => {
                let request = row.amend();
                let max = Priority::MAX.0;
                let raised = request.priority.0.saturating_add(*points);
                request.priority = Priority(raised.clamp(-max, max));
            }
            OverflowAction::AlsoOffer { ring } => row.widened = row.widened.max(*ring),
            OverflowAction::Move { .. }
            | OverflowAction::Relax
            | OverflowAction::OfferCallback
            | OverflowAction::Close { .. } => {}
        }
        Ok(())
    })
}

/// A rule was evaluated for a piece of work, and not done.
pub(super) fn watch_rule(
    world: &mut World,
    id: WorkId,
    (rule, holds): (u8, bool),
    ahead: Option<u32>,
    (at, due): (Timestamp, Timestamp),
) -> Result<(), Misfit> {
    let World { stores, index } = world;
    let known = stores.watches.of(id, rule);
    let since = holds.then(|| known.since.unwrap_or(at));
    let ahead = ahead.unwrap_or(known.ahead);
    let work = stores.works.get(id).or_missing(id)?;
    stores.watches.set(id, Watch { rule, ahead, evaluated: Some(due), since });
    let stays = work.stage == Stage::Queued
        && stores.queue(work.queue).is_some_and(QueueProfile::is_watched);
    let line = index.line_mut(work.queue).filter(|_| stays);
    line.into_iter().for_each(|line| line.watch((work.entered, id), true));
    index.set_work_clock(stores.rules(), id, work);
    Ok(())
}

/// A queue was inspected: these conditional rings see its work from now on, no others; the
/// conditions of those hold, and must hold for longer. If the inspection looks at a part of what
/// waits it stays due.
pub(super) fn inspect(
    world: &mut World,
    id: QueueId,
    (rings, holding): (&[u8], &[u8]),
    up_to: Option<WorkId>,
    (at, due): (Timestamp, Timestamp),
) -> Result<(), Misfit> {
    let inspecting = up_to.map(|up_to| look_on(world, id, up_to, at)).transpose()?;
    let joined = rings.iter().fold(0, |all, ring| all | 1_u16 << (ring % 16));
    let row = world.queue_mut(id)?;
    let more = joined & !row.joined;
    row.joined = joined;
    let since = |ring: &u8| row.holding.iter().find(|(known, _)| known == ring);
    let holding = holding.iter().map(|ring| (*ring, since(ring).map_or(at, |(_, since)| *since)));
    row.holding = holding.collect();
    row.inspection = inspecting.is_some().then_some(due);
    row.inspecting = inspecting.map(Box::new);
    watch(world, id, at)?;
    if more != 0 {
        touch_members(world, id);
    }
    Ok(())
}

/// How far an inspection has come that looks at all up to a piece of work, and goes on behind it.
fn look_on(world: &World, id: QueueId, up_to: WorkId, at: Timestamp) -> Result<Inspecting, Misfit> {
    let up_to = (world.work(up_to)?.entered, up_to);
    if let Some(known) = &world.queue(id)?.inspecting {
        return Ok(Inspecting { up_to, ..(**known).clone() });
    }
    let line = world.index.line(id).or_missing(id)?;
    let last = line.stays.last().copied().unwrap_or(up_to);
    let places = line.places(&world.queue_profile(id)?.overflow, at);
    Ok(Inspecting { up_to, last, places })
}

/// A queue may offer again.
pub(super) fn release_ramp(world: &mut World, id: QueueId) -> Result<(), Misfit> {
    world.queue_mut(id)?.ramp_used = 0;
    touch_members(world, id);
    // Agents who are asked for by name need not be members.
    let named = world.index.direct.works();
    let here = named.filter(|work| world.work(*work).is_ok_and(|row| row.queue == id));
    let here: Vec<_> = here.collect();
    world.index.touched_works.extend(here);
    set_clock(world, id);
    Ok(())
}

/// One more offer was made that counts against a queue's ramp.
pub(super) fn count_offer(
    world: &mut World,
    id: QueueId,
    by: OfferedBy,
    at: Timestamp,
) -> Result<(), Misfit> {
    let Some(ramp) = world.queue_profile(id)?.ramp.filter(|_| by == OfferedBy::Routing) else {
        return Ok(());
    };
    let row = world.queue_mut(id)?;
    if row.ramp_used == 0 || row.is_ramp_over(ramp, at) {
        row.ramp_since = at;
        row.ramp_used = 0;
    }
    row.ramp_used = row.ramp_used.saturating_add(1);
    set_clock(world, id);
    Ok(())
}

/// Sees to it that a queue is inspected, or released, as long as there is reason to.
pub(super) fn watch(world: &mut World, id: QueueId, at: Timestamp) -> Result<(), Misfit> {
    let profile = world.queue_profile(id)?;
    let (watched, every) = (profile.is_watched(), profile.inspect_every);
    let waiting = world.index.line(id).is_some_and(|line| line.waiting > 0);
    let row = world.queue_mut(id)?;
    if !watched {
        row.joined = 0;
        row.holding.clear();
        (row.inspection, row.inspecting) = (None, None);
    } else if row.inspection.is_none() && (waiting || row.joined != 0 || !row.holding.is_empty()) {
        row.inspection = Some(at + every);
    }
    set_clock(world, id);
    Ok(())
}

fn set_clock(world: &mut World, id: QueueId) {
    let World { stores, index } = world;
    index.set_queue_clock(stores, id);
}

/// Every member of a queue may be able to take what they could not take before.
fn touch_members(world: &mut World, id: QueueId) {
    let World { index, .. } = world;
    let line = index.lines.get(id.raw() as usize);
    let members = line.into_iter().flat_map(|line| line.everybody.ids::<AgentId>());
    index.touched_agents.extend(members);
}
