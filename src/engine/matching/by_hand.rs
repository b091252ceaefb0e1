//! What is asked where a command names the agent: fewer gates than routing asks, for whoever gives
//! work by hand may pass over queues, rings, delays and declines.

use alloc::sync::Arc;

use crate::command::refusal::Unavailable;
use crate::model::ids::{AgentId, PoolId, WorkId};
use crate::model::work::WorkRequest;
use crate::policy::room::Claim;
use crate::world::pool_sets::pools_named;
use crate::world::rows::{Agent, Work};

use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, item, member, queue, room};

/// The rule on the need of work that is given to an agent by hand: asked of them or waived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fitness {
    /// They must.
    Asked,
    /// Whoever gives the work answers for it.
    Waived,
}

/// `Ok` if an agent can take work that is given to them by hand; else the first reason against it.
/// Room is not asked for work of an external queue: the other engine answers for it.
pub(crate) fn can_take(
    matching: Matching<'_>,
    id: WorkId,
    work: &Work,
    agent: AgentId,
    fitness: Fitness,
) -> Result<(), Unavailable> {
    agent::attends(matching, agent, work.request.channel)?;
    if matching.world.agent(agent).is_ok_and(|row| item::is_involved(matching.world, row, id)) {
        return Err(Unavailable::HasItAlready);
    }
    if item::is_excluded(work, agent) {
        return Err(Unavailable::Excluded);
    }
    if fitness == Fitness::Asked && !member::fits(matching, work.need, agent) {
        return Err(Unavailable::Unfit);
    }
    has_room(matching, (work, matching.world.pools(work.pool_set)), agent)
}

/// `Ok` if an agent has room for work that draws on these pools, where anybody asks for room.
fn has_room(
    matching: Matching<'_>,
    (work, pools): (&Work, &[PoolId]),
    agent: AgentId,
) -> Result<(), Unavailable> {
    if matching.world.queue_profile(work.queue).is_ok_and(queue::is_external) {
        return Ok(());
    }
    room::room_drawing(matching, (work, pools), agent).map_err(Unavailable::NoRoom)
}

/// `Ok` if an agent can take work that is not there yet, and is given to them by hand; else the
/// first reason against it. Whoever gives it answers for its need.
pub(crate) fn can_take_new(
    matching: Matching<'_>,
    request: &Arc<WorkRequest>,
    agent: AgentId,
) -> Result<(), Unavailable> {
    agent::attends(matching, agent, request.channel)?;
    let world = matching.world;
    let rules = world.queue_rules(request.queue).ok();
    let Some((rules, channel)) = rules.zip(world.channel_profile(request.channel).ok()) else {
        return Ok(());
    };
    let row = Work::new(request, channel, rules, matching.now);
    if item::is_excluded(&row, agent) {
        return Err(Unavailable::Excluded);
    }
    has_room(matching, (&row, &pools_named(request, channel)), agent)
}

/// True if the owner of parked work can take it up again. An agent who drains takes their own work
/// back, and the room that it holds while parked counts for it.
pub(crate) fn can_resume(matching: Matching<'_>, id: WorkId) -> bool {
    resumes(matching, id).unwrap_or(false)
}

fn resumes(matching: Matching<'_>, id: WorkId) -> Option<bool> {
    let world = matching.world;
    let work = world.work(id).ok()?;
    let owner = work.stage.owner()?;
    let row = world.agent(owner).ok()?;
    let attends = match agent::attends(matching, owner, work.request.channel) {
        Ok(()) | Err(Unavailable::Draining) => true,
        Err(_) => false,
    };
    let external = queue::is_external(world.queue_profile(work.queue).ok()?);
    Some(attends && (external || has_room_again(matching, id, (owner, row))?))
}

/// True if an agent has room for work that they parked, once it holds nothing any more.
fn has_room_again(
    matching: Matching<'_>,
    id: WorkId,
    (owner, row): (AgentId, &Agent),
) -> Option<bool> {
    let world = matching.world;
    let parked = row.assignment(id)?;
    let weight = world.channel_profile(parked.claim.channel).ok()?.weights.active;
    let active = Claim { weight, ..parked.claim };
    let mut usage = row.usage.clone();
    world.release_all(parked, &mut usage);
    let channels = |channel| world.channel_profile(channel).ok();
    let capacity = &world.agent_profile(owner).ok()?.capacity;
    Some(usage.room(capacity, active, world.pools(parked.pool_set), channels).is_ok())
}
