//! Applying what happens to work from its submission to its close, as far as no agent has it.

use alloc::sync::Arc;

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Span, Timestamp};
use crate::fact::event::{Outside, PreferenceStep, QueuedWhy, StandIn, Sticky};
use crate::model::ids::{AgentId, QueueId, WorkId};
use crate::model::work::{WorkChange, WorkRequest};
use crate::policy::offering::Bar;
use crate::policy::order::Place;
use crate::policy::wrap_up::WrapUp;
use crate::state::work::{CloseCause, Stage, WorkStep};
use crate::world::apply::lines::{count_need, intern, need_of, restage, restage_anew};
use crate::world::apply::misfit::Misfit;
use crate::world::apply::{assignments, legs, pools, tallies};
use crate::world::index::{Index, TimerKey};
use crate::world::pool_sets::pools_named;
use crate::world::rows::{EndedWork, Step, Work};
use crate::world::state::World;
use crate::world::stores::{LineRules, OrMissing, Stores};

/// How work enters a line.
#[derive(Clone, Copy)]
pub(super) struct LineEntry {
    pub queue: QueueId,
    pub place: Place,
    pub why: QueuedWhy,
    pub sticky: Option<Sticky>,
    pub not_to: Option<AgentId>,
}

pub(super) fn submit(
    world: &mut World,
    id: WorkId,
    request: &Arc<WorkRequest>,
    stands_for: Option<StandIn>,
    at: Timestamp,
) -> Result<(), Misfit> {
    let channel = world.channel_profile(request.channel)?;
    let pools = match stands_for {
        Some(stand_in) => world.pools(world.work(stand_in.work)?.pool_set).to_vec(),
        None => pools_named(request, channel),
    };
    let mut work = Work::new(request, channel, world.queue_rules(request.queue)?, at);
    work.need = need_of(world, &work)?.unwrap_or_else(|new| intern(world, new));
    if world.stores.works.next_id() != Some(id) {
        return Err(Misfit::OutOfOrder);
    }
    work.pool_set = pools::take_set(world, pools);
    count_need(world, work.need, true);
    if work.arrives() && !request.internal {
        world.queue_mut(work.queue)?.tally.arrive(at);
    }
    let World { stores, index } = world;
    index.data_bytes = index.data_bytes.saturating_add(request.data_bytes());
    index.share_request(&mut work);
    index.set_line(stores.rules(), id, &work, true);
    index.start_work_clock(stores.rules(), id, &work);
    stores.works.open(id, work);
    if let Some(key) = &request.key {
        // Closed work loses its key to work that uses it again, so that the rows alone say whose
        // it is.
        let old = index.keys.works.get(key);
        if let Some(ended) = old.and_then(|old| stores.ended_works.get_mut(old)) {
            Arc::make_mut(&mut ended.submitted).key = None;
        }
        index.keys.works.set(key.clone(), id);
    }
    stands_for.map_or(Ok(()), |stand_in| Ok(world.stand_for(id, stand_in)?))
}

pub(super) fn change(
    world: &mut World,
    id: WorkId,
    change: &WorkChange,
    at: Timestamp,
) -> Result<(), Misfit> {
    let work = world.work(id)?;
    let (channel, rules) = (work.request.channel, world.queue_rules(work.queue)?);
    let lives = change.lifetime.filter(|_| !work.queued.is_none());
    let ends = lives.map(|lifetime| rules.end_of_life(work.origin, Some(lifetime)));
    let before = work.request.data_bytes();
    restage_anew(world, id, |row| {
        row.take_change(change);
        row.expires = ends.map_or(row.expires, Into::into);
        if change.preferred.is_some() && row.stage.is_in_queue() {
            row.step = Step::first(&row.request, at);
            row.sticky = false;
        }
        Ok(())
    })?;
    recount_data(world, id, before)?;
    if change.pools.is_none() {
        return Ok(());
    }
    let request = world.work(id)?.request.clone();
    let pools = pools_named(&request, world.channel_profile(channel)?);
    let new = pools::take_set(world, pools);
    let mut old = new;
    restage(world, id, |row| {
        core::mem::swap(&mut row.pool_set, &mut old);
        Ok(())
    })?;
    pools::leave_set(world, old);
    Ok(())
}

/// The data of a piece of work had so many bytes before.
pub(super) fn recount_data(world: &mut World, id: WorkId, before: u64) -> Result<(), Misfit> {
    let now = world.work(id)?.request.data_bytes();
    let others = world.index.data_bytes.saturating_sub(before);
    world.index.data_bytes = others.saturating_add(now);
    Ok(())
}

/// Queues work. Its assignment ends when that was due; the stay in another queue begins with the
/// call.
pub(super) fn queue(
    world: &mut World,
    id: WorkId,
    entry: LineEntry,
    wrap_up: Option<WrapUp>,
    at: Timestamp,
    due: Timestamp,
) -> Result<(), Misfit> {
    let LineEntry { queue, place, why, sticky, not_to } = entry;
    world.queue(queue)?;
    let ends = end_in(world, id, queue, due)?;
    if let Some(owner) = world.work(id)?.stage.owner() {
        assignments::let_go(world, id, owner, wrap_up, at)?;
    }
    world.stores.watches.forget(id);
    restage_anew(world, id, |row| {
        row.stage = row.stage.next(WorkStep::Requeue)?;
        row.place = place;
        row.step = Step::NONE;
        if row.queued.is_none() {
            begin(row, at, due);
        }
        if why == QueuedWhy::AwaitsAgent {
            row.step = Step::first(&row.request, at);
        }
        row.expires = ends.into();
        row.sticky = sticky.is_some();
        if let Some(sticky) = sticky {
            row.step = Some(PreferenceStep { number: 0, until: sticky.until }).into();
            row.last_agent = Some(sticky.agent);
        }
        row.unassigned = row.unassigned.saturating_add((why == QueuedWhy::Unassigned).into());
        row.begin_stay(at);
        row.change_queue(queue);
        row.last_agent = not_to.or(row.last_agent);
        row.not_back = not_to.is_some();
        Ok(())
    })?;
    match why {
        QueuedWhy::TransferredToAgent => Ok(()),
        _ => tallies::arrival(world, id, at),
    }
}

/// Work enters a line for the first time after it was put off, and counts from when it was due.
fn begin(row: &mut Work, at: Timestamp, due: Timestamp) {
    row.queued = at.into();
    row.origin = due;
    row.step = Step::first(&row.request, at);
}

/// When work ends that enters a queue. Its life begins as it first enters a line, and goes by the
/// clock of the queue it is in. An instant that was named stays.
fn end_in(
    world: &World,
    id: WorkId,
    queue: QueueId,
    due: Timestamp,
) -> Result<Option<Timestamp>, Misfit> {
    let work = world.work(id)?;
    let (from, to) = (world.queue_rules(work.queue)?, world.queue_rules(queue)?);
    let lifetime = world.channel_profile(work.request.channel)?.lifetime;
    let ends = work.expires.get();
    if work.queued.is_none() {
        return Ok(ends.or_else(|| to.end_of_life(due, work.request.lifetime.or(lifetime))));
    }
    let by_lifetime = ends == work.lifetime_ends(from, lifetime);
    Ok(if by_lifetime { work.lifetime_ends(to, lifetime) } else { ends })
}

/// Work ends at another instant.
pub(super) fn change_end(
    world: &mut World,
    id: WorkId,
    at: Option<Timestamp>,
) -> Result<(), Misfit> {
    restage(world, id, |row| {
        row.expires = at.into();
        Ok(())
    })
}

/// Work is past a delay, and with it so many others that stood behind the same veil and entered
/// before it. What is due for the work itself stays due.
pub(super) fn reveal(
    world: &mut World,
    id: WorkId,
    delay: Span,
    others: u32,
) -> Result<(), Misfit> {
    let row = world.work(id)?;
    let (stay, key) = ((row.entered, id), (row.request.channel, delay));
    let mut past = alloc::vec![id];
    if others > 0 {
        let line = world.index.line(row.queue).or_missing(row.queue)?;
        let before = line.veils.behind(key).take_while(|other| **other < stay);
        past.extend(before.map(|(_, other)| *other));
        if past.len() != others as usize + 1 {
            return Err(Misfit::OutOfOrder);
        }
    }
    past.into_iter().try_for_each(|id| {
        let World { stores, index } = world;
        let Stores { queues, calendars, watches, .. } = stores;
        let rules = LineRules { queues, calendars, watches };
        let work = stores.works.get_mut(id).or_missing(id)?;
        index.set_line(rules, id, work, false);
        work.revealed = delay;
        index.set_line(rules, id, work, true);
        Ok(())
    })
}

pub(super) fn relax(
    world: &mut World,
    id: WorkId,
    past: Span,
    skipped: Span,
) -> Result<(), Misfit> {
    restage_anew(world, id, |row| {
        row.relaxed = past;
        row.skipped = skipped;
        Ok(())
    })
}

pub(super) fn step_preference(
    world: &mut World,
    id: WorkId,
    step: Option<PreferenceStep>,
) -> Result<(), Misfit> {
    restage(world, id, |row| {
        row.step = step.into();
        row.sticky = false;
        Ok(())
    })
}

pub(super) fn exhaust(
    world: &mut World,
    id: WorkId,
    retry: Option<Timestamp>,
) -> Result<(), Misfit> {
    restage(world, id, |row| {
        row.retry = retry.into();
        row.attempts = 0;
        Ok(())
    })
}

pub(super) fn forget_declines(world: &mut World, id: WorkId) -> Result<(), Misfit> {
    restage(world, id, |row| {
        row.retry = Moment::NONE;
        row.attempts = 0;
        row.declines = Sparse::new();
        Ok(())
    })
}

pub(super) fn lift_bar(world: &mut World, id: WorkId, agent: AgentId) -> Result<(), Misfit> {
    restage(world, id, |row| {
        let found = row.declines.iter_mut().find(|decline| decline.agent == agent);
        found.or_missing(agent)?.bar = Bar::None;
        Ok(())
    })
}

pub(super) fn close(
    world: &mut World,
    id: WorkId,
    cause: CloseCause,
    outside: Option<&Outside>,
    (at, due): (Timestamp, Timestamp),
) -> Result<(), Misfit> {
    let row = world.work(id)?;
    row.check_legs(row.stage.next(WorkStep::Close(cause))?)?;
    let (had, mut code) = (row.stage.owner(), None);
    let wrap_up = outside.and_then(|outside| outside.wrap_up);
    match (had, cause) {
        (Some(agent), CloseCause::Joined) => legs::ask_who_accepted(world, id, agent, at)?,
        (Some(owner), _) if wrap_up.is_some() => {
            assignments::let_go(world, id, owner, wrap_up, due)?;
        }
        (Some(owner), _) => code = assignments::end(world, id, owner, due)?.code,
        (None, _) => {}
    }
    let owner = had.or_else(|| world.stands_for_agent(id));
    world.forget_stand_in(id);
    world.stores.watches.forget(id);
    let World { stores, index } = world;
    let work = stores.works.close(id).or_missing(id)?;
    index.set_line(stores.rules(), id, &work, false);
    if Index::is_clocked(stores.rules(), &work) {
        index.clock.set(TimerKey::Work(id), None);
    }
    let in_line = work.stage == Stage::Queued && work.counted && !work.request.internal;
    if in_line && cause == CloseCause::Abandoned {
        world.queue_mut(work.queue)?.tally.abandon(due);
    }
    world.index.data_bytes = world.index.data_bytes.saturating_sub(work.request.data_bytes());
    count_need(world, work.need, false);
    pools::leave_set(world, work.pool_set);
    let submitted = without_data(work.submitted());
    let ended = EndedWork { submitted, cause, owner, code };
    if let Some((old, forgotten)) = world.stores.ended_works.remember(id, ended)
        && let Some(key) = &forgotten.submitted.key
    {
        world.index.keys.works.release(key, old);
    }
    Ok(())
}

/// What is remembered of closed work, which nobody has any more: not its data.
fn without_data(request: &Arc<WorkRequest>) -> Arc<WorkRequest> {
    let mut request = Arc::clone(request);
    if !(request.attributes.is_empty() && request.attached.is_empty()) {
        let remembered = Arc::make_mut(&mut request);
        remembered.attributes = Default::default();
        remembered.attached = Default::default();
    }
    request
}
