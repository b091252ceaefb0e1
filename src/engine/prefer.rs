//! The wait for agents by name.

use crate::fact::event::{Event, PreferenceStep};
use crate::model::ids::WorkId;

use crate::engine::turn::Turn;

impl Turn<'_> {
    /// A step of the wait is over.
    pub(crate) fn end_preference(&mut self, work: WorkId) {
        self.next_preference(work);
        self.pass_refused_steps(work);
    }

    /// Goes on as long as everybody whom the work asks for in its step has declined it for good:
    /// such a step would be waited out in vain.
    pub(crate) fn pass_refused_steps(&mut self, work: WorkId) {
        while self.is_refused(work) {
            self.next_preference(work);
        }
    }

    /// A late call gives the next step its full time. After a wait for whoever had the work last
    /// comes anybody.
    fn next_preference(&mut self, work: WorkId) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let next = row.step.get().map_or(0, |step| step.number.saturating_add(1));
        let list = row.request.preferred.as_ref().filter(|_| !row.sticky);
        let step = list.and_then(|preferred| preferred.steps.get(usize::from(next)));
        let step = step.map(|step| PreferenceStep { number: next, until: self.now + step.wait });
        self.emit(Event::PreferenceStepped { work, step });
    }

    fn is_refused(&self, id: WorkId) -> bool {
        let Ok(work) = self.world.work(id) else {
            return false;
        };
        work.step.is_some()
            && work.in_line()
            && !work.rings()
            && work.preferred().all(|(agent, _)| {
                let session = self.world.agent(agent).map_or(0, |row| row.session);
                let mut his = work.declines.iter().filter(|decline| decline.agent == agent);
                his.any(|decline| decline.bar.is_lasting() && decline.bar.bars(self.now, session))
            })
    }
}
