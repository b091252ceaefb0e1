//! Work as it comes: its row as it is submitted, and as it would be in a line it is not in.

use alloc::sync::Arc;

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Span, Timestamp};
use crate::fact::event::PreferenceStep;
use crate::model::channel::ChannelProfile;
use crate::model::ids::QueueId;
use crate::model::schedule::Schedule;
use crate::model::work::WorkRequest;
use crate::policy::order::Place;
use crate::state::work::Stage;
use crate::world::needs::NeedId;
use crate::world::pool_sets::PoolSetId;
use crate::world::rows::work::{Step, Work};
use crate::world::stores::QueueRules;

impl Work {
    /// The row of work that is submitted to a queue, before its need and its pools are known.
    pub(crate) fn new(
        request: &Arc<WorkRequest>,
        channel: &ChannelProfile,
        queue: QueueRules<'_>,
        at: Timestamp,
    ) -> Self {
        let origin = request.origin.unwrap_or(at);
        let lifetime = request.lifetime.or(channel.lifetime);
        let lifetime = lifetime.filter(|_| request.schedule.is_none());
        Self {
            request: request.clone(),
            submitted: None,
            need: NeedId::from_raw(0),
            queue: request.queue,
            stage: match request.schedule {
                None => Stage::Queued,
                Some(Schedule { at: Some(at), activation }) => Stage::Scheduled { at, activation },
                Some(Schedule { at: None, .. }) => Stage::Suspended,
            },
            cost: request.size.unwrap_or(channel.cost),
            place: Place { front: request.front, since: origin },
            origin,
            queued: request.schedule.is_none().then_some(at).into(),
            entered: at,
            counted: false,
            expires: queue.end_of_life(origin, lifetime).into(),
            revealed: Span::ZERO,
            step: Step::first(request, at),
            handled: false,
            retry: Moment::NONE,
            attempts: 0,
            declines: Sparse::new(),
            relaxed: Span::ZERO,
            skipped: Span::ZERO,
            first_offer: Moment::NONE,
            further_offers: Sparse::new(),
            open_to: 0,
            last_agent: None,
            sticky: false,
            not_back: false,
            unassigned: 0,
            unreached: 0,
            fired: 0,
            widened: 0,
            legs: Sparse::new(),
            past_legs: Sparse::new(),
            pool_set: PoolSetId::EMPTY,
        }
    }

    /// The row as it would be if the work entered the line of a queue now, in this step of a wait
    /// for agents by name. Its need is not brought in step.
    pub(crate) fn entering(&self, queue: QueueId, step: Step, at: Timestamp) -> Self {
        let mut row = Self { stage: Stage::Queued, step, ..self.clone() };
        row.begin_stay(at);
        row.change_queue(queue);
        row
    }
}

impl Step {
    /// The first step of the wait of work that asks for agents by name.
    pub(crate) fn first(request: &WorkRequest, at: Timestamp) -> Self {
        let first = request.preferred.as_ref().and_then(|preferred| preferred.steps.first());
        first.map(|step| PreferenceStep { number: 0, until: at + step.wait }).into()
    }
}
