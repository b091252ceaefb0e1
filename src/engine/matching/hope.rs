//! Whether there is anybody to hope for: agents who could take a piece of work, busy or not.

use crate::base::bits::IdSet;
use crate::base::packed::PackedBits;
use crate::model::ids::{AgentId, ChannelId, QueueId, WorkId};
use crate::state::work::Stage;
use crate::world::rows::Work;

use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, item, line, member, queue};

/// True if an agent is there for a channel: they respond, do not drain, their presence opens it,
/// and they are entitled to it.
pub(crate) fn is_there(matching: Matching<'_>, id: AgentId, channel: ChannelId) -> bool {
    matching.world.index().there.has(id) && agent::opens(matching, id, channel)
}

/// The members of a queue who are in a set, and whose presence opens a channel.
fn members<'a, S: IdSet + 'a>(
    matching: Matching<'a>,
    queue: QueueId,
    channel: ChannelId,
    set: S,
) -> impl Iterator<Item = AgentId> + 'a {
    let line = matching.world.index().line(queue).into_iter();
    let members = line.flat_map(move |line| line.members(channel).among(set));
    members.filter(move |id| agent::opens(matching, *id, channel))
}

/// The members of a queue who are offered work of a channel: they are there, and have some room.
pub(crate) fn open_members(
    matching: Matching<'_>,
    queue: QueueId,
    channel: ChannelId,
) -> impl Iterator<Item = AgentId> + '_ {
    let open = matching.world.index().open.get(channel.raw() as usize).into_iter();
    open.flat_map(move |open| members(matching, queue, channel, open))
}

/// The agents who meet the need of a piece of work.
fn fit<'a>(matching: Matching<'a>, work: &Work) -> Option<&'a PackedBits> {
    Some(&member::fit(matching, work.need)?.agents)
}

/// The *staffed* members for a piece of work: they fit, are there, and stand in a ring that sees
/// it. Room does not count. Who sent it, and is not to get it back, is none of them, and nobody
/// who has a part of what it stands for.
pub(crate) fn staffed<'a>(
    matching: Matching<'a>,
    id: WorkId,
    work: &'a Work,
) -> impl Iterator<Item = AgentId> + 'a {
    let there = &matching.world.index().there;
    let fit = fit(matching, work).into_iter();
    let (queue, channel) = (work.queue, work.request.channel);
    fit.flat_map(move |fit| members(matching, queue, channel, (fit, there))).filter(move |agent| {
        let may = !item::is_kept_out(matching, id, work, *agent);
        may && member::in_ring(matching, work, *agent)
    })
}

/// True if a member is there for work of a channel, whatever it needs, in a ring that sees it
/// sooner or later.
pub(crate) fn is_queue_staffed(matching: Matching<'_>, queue: QueueId, channel: ChannelId) -> bool {
    let sees = |id: AgentId| {
        let row = matching.world.agent(id).ok();
        let terms = row.and_then(|row| row.membership(queue, channel));
        terms.is_some_and(|terms| member::ring_helps(matching, queue, terms.ring, u8::MAX))
    };
    members(matching, queue, channel, &matching.world.index().there).any(sees)
}

/// True if anybody is staffed for a piece of work.
pub(crate) fn is_anybody_there(matching: Matching<'_>, id: WorkId) -> bool {
    let work = matching.world.work(id);
    work.is_ok_and(|work| staffed(matching, id, work).next().is_some())
}

/// True if work in line goes through a step of its relaxation in which nobody on queue could take
/// it, where its queue wants such steps passed over.
pub(crate) fn is_step_empty(matching: Matching<'_>, id: WorkId) -> bool {
    let Some(work) = line::in_line(matching, id) else {
        return false;
    };
    let queue = matching.world.queue_profile(work.queue).ok();
    let relaxation = queue.and_then(|queue| work.relaxation(queue));
    relaxation.is_some_and(|relaxation| relaxation.skip_empty) && !is_anybody_there(matching, id)
}

/// True if everybody whom work in line asks for in its present step has declined it for good, so
/// that the step would be waited out in vain.
pub(crate) fn is_step_refused(matching: Matching<'_>, id: WorkId) -> bool {
    let work = line::in_line(matching, id).filter(|work| work.step.is_some() && !work.is_offered());
    work.is_some_and(|work| {
        work.preferred().all(|(agent, _)| item::has_declined_for_good(matching, work, agent))
    })
}

/// True if waiting work was offered to several in one go, all of these offers have ended, and its
/// queue asked for nobody else in their place. In a step of a wait for preferred agents the others
/// are still to come.
pub(crate) fn is_broadcast_over(matching: Matching<'_>, work: &Work) -> bool {
    let over = work.stage == Stage::Queued && work.is_closed_to_others() && work.step.is_none();
    over && matching.world.queue_profile(work.queue).is_ok_and(|queue| !queue::is_external(queue))
}

/// True if waiting work has nobody left to ask: its budget is spent, or there are members on queue
/// who fit, responding or not, and all of them have declined it for good. A queue of another engine
/// is never exhausted.
pub(crate) fn is_exhausted(matching: Matching<'_>, id: WorkId, work: &Work) -> bool {
    let queue = matching.world.queue_profile(work.queue).ok();
    let Some(queue) = queue.filter(|queue| !queue::is_external(queue)) else {
        return false;
    };
    let spent = queue.budget.per_work.is_some_and(|most| work.attempts >= most);
    spent || is_nobody_left(matching, id, work)
}

fn is_nobody_left(matching: Matching<'_>, id: WorkId, work: &Work) -> bool {
    if work.step.is_some() || !work.declines.iter().any(|decline| decline.bar.is_lasting()) {
        return false;
    }
    let fit = fit(matching, work).into_iter();
    let mut members = fit
        .flat_map(|fit| members(matching, work.queue, work.request.channel, fit))
        .filter(|agent| !item::is_kept_out(matching, id, work, *agent))
        .peekable();
    members.peek().is_some()
        && members.all(|agent| item::has_declined_for_good(matching, work, agent))
}
