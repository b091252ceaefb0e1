//! Whether there is anybody to hope for: agents who could take a piece of work, busy or not.

use crate::model::ids::{AgentId, WorkId};
use crate::world::rows::Work;

use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, item, line, member, queue};

/// The members who fit a piece of work and whose presence opens its channel. Who sent it, and is not
/// to get it back, is none of them.
fn members_on_queue<'a>(
    matching: Matching<'a>,
    work: &'a Work,
) -> impl Iterator<Item = AgentId> + 'a {
    let line = matching.world.index().line(work.queue);
    let sets = line.zip(member::fit(matching, work.need));
    let fitting = sets
        .into_iter()
        .flat_map(|(line, fit)| line.members(work.request.channel).among(&fit.agents));
    fitting.filter(move |id| {
        agent::opens(matching, *id, work.request.channel) && !item::is_sender(work, *id)
    })
}

/// True if somebody on queue fits and stands in a ring that sees the work.
pub(crate) fn is_anybody_there(matching: Matching<'_>, id: WorkId) -> bool {
    let work = matching.world.work(id);
    work.is_ok_and(|work| {
        members_on_queue(matching, work).any(|agent| member::in_ring(matching, work, agent))
    })
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

/// True if waiting work has nobody left to ask: its budget is spent, or there are members on queue
/// who fit, and all of them have declined it for good. A queue of another engine is never
/// exhausted.
pub(crate) fn is_exhausted(matching: Matching<'_>, work: &Work) -> bool {
    let queue = matching.world.queue_profile(work.queue).ok();
    let Some(queue) = queue.filter(|queue| !queue::is_external(queue)) else {
        return false;
    };
    let spent = queue.budget.per_work.is_some_and(|most| work.attempts >= most);
    spent || is_nobody_left(matching, work)
}

fn is_nobody_left(matching: Matching<'_>, work: &Work) -> bool {
    if work.step.is_some() || !work.declines.iter().any(|decline| decline.bar.is_lasting()) {
        return false;
    }
    let mut members = members_on_queue(matching, work).peekable();
    members.peek().is_some()
        && members.all(|agent| item::has_declined_for_good(matching, work, agent))
}
