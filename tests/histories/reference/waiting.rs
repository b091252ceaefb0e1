//! The bound of what may wait in a queue.

use strowger::Refusal;
use strowger::command::LimitName;
use strowger::fact::PreferenceStep;
use strowger::model::{AgentId, QueueId, WorkId};
use strowger::state::Stage;

use super::Router;
use super::state::Work;

impl Router {
    /// Refuses work that would wait in a full queue. `row` is the work as it would be there.
    pub(super) fn check_waiting(
        &mut self,
        queue: QueueId,
        id: WorkId,
        row: Work,
    ) -> Result<(), Refusal> {
        let (limit, max) = (LimitName::Waiting, self.queue_profile(queue).waiting_max);
        if self.takes(queue, id, row) { Ok(()) } else { Err(Refusal::limit(limit, max)) }
    }

    /// Whether a queue is there, and is not full, or the work would be offered there at once.
    pub(super) fn takes(&mut self, queue: QueueId, id: WorkId, row: Work) -> bool {
        let max = self.queue_profile(queue).waiting_max as usize;
        let there = self.live(queue.into()).is_ok();
        there && (self.waiting_in(queue).len() < max || self.goes_at_once(queue, id, row))
    }

    /// Whether as many as the queue asks could take the work, and nothing that waits. For a moment
    /// the work is in the line, and the draws of it are known. Whoever takes part in it now, or is
    /// asked to, does not count.
    fn goes_at_once(&mut self, queue: QueueId, id: WorkId, row: Work) -> bool {
        let guests = self.guests.iter().filter(|guest| guest.work == id).map(|guest| guest.agent);
        let wanted = self.works.keys().flat_map(|work| self.takers(*work));
        let wanted: Vec<AgentId> = wanted.chain(guests).collect();
        let draws = self.draws.get(&id).cloned();
        let before = self.works.insert(id, row);
        self.note_pools(id);
        let free = self.able(id).into_iter().filter(|agent| !wanted.contains(agent)).count();
        match before {
            Some(before) => self.works.insert(id, before),
            None => self.works.remove(&id),
        };
        match draws {
            Some(draws) => self.draws.insert(id, draws),
            None => self.draws.remove(&id),
        };
        free >= usize::from(self.queue_profile(queue).broadcast.min)
    }

    /// The row of work that is transferred, or moved by a rule: it asks for nobody by name.
    pub(super) fn moved(&self, id: WorkId, queue: QueueId) -> Work {
        let mut row = self.works[&id].clone();
        (row.stage, row.step, row.sticky) = (Stage::Queued, None, false);
        row.begin_stay(queue, self.now);
        row
    }

    /// The row of work that is classified.
    pub(super) fn classified(&self, id: WorkId, queue: QueueId) -> Work {
        let work = &self.works[&id];
        Work { step: work.step, sticky: work.sticky, ..self.moved(id, queue) }
    }

    /// The row of work that was put off.
    pub(super) fn activated(&self, id: WorkId) -> Work {
        let work = &self.works[&id];
        let mut row = self.moved(id, work.queue);
        let first = work.request.preferred.iter().flat_map(|list| &list.steps).next();
        if work.queued.is_none() {
            row.step = first.map(|step| PreferenceStep::new(0, self.now + step.wait));
        }
        if work.unreached > 0
            && let Some(sticky) = self.waits_for_last(id)
        {
            row.step = Some(PreferenceStep::new(0, sticky.until));
            row.sticky = true;
        }
        row
    }
}
