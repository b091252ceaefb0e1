//! The bound of what may wait in a queue: the one place that asks it.

use alloc::sync::Arc;

use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::{PreferenceStep, StandIn};
use crate::model::ids::{QueueId, WorkId};
use crate::model::queue::QueueProfile;
use crate::model::work::WorkRequest;
use crate::world::rows::{Step, Work};

use crate::engine::matching::arrival::is_offered_at_once;
use crate::engine::sticky::sticky_after_attempt;
use crate::engine::turn::Turn;

/// How work comes into a line.
#[derive(Clone, Copy)]
pub(crate) enum Coming<'a> {
    /// It is submitted, and may stand for other work.
    Submitted(&'a Arc<WorkRequest>, Option<StandIn>),
    /// It is classified into another queue, and still asks for whom it asked for by name.
    Classified(WorkId),
    /// It is transferred, or a rule of overflow moves it. It asks for nobody by name any more.
    Moved(WorkId),
    /// It was put off.
    Activated(WorkId),
}

/// Refuses work that would wait in a queue in which as much waits as may. What is offered at once
/// does not wait.
pub(crate) fn check(turn: &Turn<'_>, queue: QueueId, coming: Coming<'_>) -> Result<(), Refusal> {
    let max = turn.live::<QueueProfile>(queue)?.profile.waiting_max;
    let waiting = turn.world.index().line(queue).map_or(0, |line| line.waiting);
    let origin = match coming {
        Coming::Submitted(_, stands_for) => stands_for.map(|stand_in| stand_in.work),
        Coming::Classified(_) | Coming::Moved(_) | Coming::Activated(_) => None,
    };
    let passes = |(id, row): (_, Work)| is_offered_at_once(turn.matching(), (id, origin), &row);
    if waiting < max || coming.row(turn, queue).is_some_and(passes) {
        return Ok(());
    }
    Err(Refusal::Limit { limit: LimitName::Waiting, max })
}

impl Coming<'_> {
    /// The work with the row that it would have in the line.
    fn row(self, turn: &Turn<'_>, queue: QueueId) -> Option<(WorkId, Work)> {
        let (id, sticky) = match self {
            Self::Submitted(request, _) => {
                let id = turn.world.stores().works.next_id()?;
                let channel = turn.world.channel_profile(request.channel).ok()?;
                let rules = turn.world.queue_rules(queue).ok()?;
                return Some((id, Work::new(request, channel, rules, turn.now)));
            }
            Self::Classified(id) | Self::Moved(id) => (id, None),
            Self::Activated(id) => (id, sticky_after_attempt(turn, id).ok()?),
        };
        let row = turn.world.work(id).ok()?;
        let step = match self {
            Self::Classified(_) => row.step,
            Self::Activated(_) if sticky.is_none() && row.queued.is_none() => {
                Step::first(&row.request, turn.now)
            }
            _ => sticky.map(|sticky| PreferenceStep { number: 0, until: sticky.until }).into(),
        };
        let classified = matches!(self, Self::Classified(_));
        let sticky = sticky.is_some() || (classified && row.sticky);
        Some((id, Work { sticky, ..row.entering(queue, step, turn.now) }))
    }
}
