//! Relaxation: waiting work asks for less, and more agents see it.

use crate::fact::event::Event;
use crate::model::ids::WorkId;

use crate::engine::turn::Turn;

impl Turn<'_> {
    /// The next point on the clock of a piece of work has come.
    pub(crate) fn relax(&mut self, work: WorkId) {
        let Ok(row) = self.world.work(work) else {
            return;
        };
        let skipped = row.skipped;
        let profile = self.world.queue_profile(row.queue).ok();
        if let Some((_, past)) = profile.and_then(|profile| row.next_relaxation(profile)) {
            self.emit(Event::WorkRelaxed { work, past, skipped });
            self.pass_empty_steps(work);
        }
    }

    /// Goes on to the next point at once; the later ones come sooner by as much.
    pub(crate) fn relax_now(&mut self, work: WorkId) {
        if let Some(event) = self.next_step(work) {
            self.emit(event);
            self.pass_empty_steps(work);
        }
    }

    /// Goes on to the next step as long as nobody on queue could take the work in this one, where
    /// that is wanted.
    pub(crate) fn pass_empty_steps(&mut self, work: WorkId) {
        while let Some(event) = self.empty_step(work) {
            self.emit(event);
        }
    }

    /// The fact by which a step that nobody could serve is passed over.
    fn empty_step(&self, id: WorkId) -> Option<Event> {
        let work = self.world.work(id).ok().filter(|work| work.in_line())?;
        let profile = self.world.queue_profile(work.queue).ok()?;
        if !work.relaxation(profile)?.skip_empty || self.is_anybody_there(id) {
            return None;
        }
        self.next_step(id)
    }

    fn next_step(&self, id: WorkId) -> Option<Event> {
        let work = self.world.work(id).ok()?;
        let profile = self.world.queue_profile(work.queue).ok()?;
        let (at, past) = work.next_relaxation(profile)?;
        let skipped = work.skipped.plus(at.since(self.now));
        Some(Event::WorkRelaxed { work: id, past, skipped })
    }

    /// Whether somebody on queue fits and stands in a ring that sees the work, busy or not.
    pub(crate) fn is_anybody_there(&self, id: WorkId) -> bool {
        let Ok(work) = self.world.work(id) else {
            return false;
        };
        let index = self.world.index();
        let sets = index.line(work.queue).zip(index.fit(work.need));
        sets.is_some_and(|(line, fit)| {
            let matching = self.matching();
            line.members(work.request.channel).among(&fit.agents).any(|agent| {
                matching.ring_sees(work, agent) && self.opens(agent, work.request.channel)
            })
        })
    }
}
