//! Deriving where work waits, and what is due for it.

use crate::base::deadlines::Deadlines;
use crate::model::ids::{QueueId, WorkId};
use crate::policy::calendar::Counted;
use crate::state::machine::Deadline;
use crate::world::index::{Index, TimerKey};
use crate::world::lanes::{LaneKey, Placed};
use crate::world::line::Line;
use crate::world::rows::Work;
use crate::world::stores::{LineRules, Stores};
use crate::world::whereabouts::Whereabouts;

impl Index {
    /// Takes work out of the line it is in, if it is in one.
    pub(crate) fn leave_line(&mut self, stores: &Stores, id: WorkId) {
        if let Some(work) = stores.works.get(id) {
            self.set_line(stores.rules(), id, work, false);
        }
    }

    /// Puts a piece of work in the line it belongs to, if it waits, or takes it out.
    #[inline]
    pub(crate) fn set_line(&mut self, rules: LineRules<'_>, id: WorkId, work: &Work, enter: bool) {
        if let Some(whereabouts) = Whereabouts::of(work) {
            self.set_place(rules, id, work, whereabouts, enter);
        }
    }

    // Most facts change work that does not wait. Kept apart, this does not weigh on their path.
    #[inline(never)]
    fn set_place(
        &mut self,
        rules: LineRules<'_>,
        id: WorkId,
        work: &Work,
        whereabouts: Whereabouts,
        enter: bool,
    ) {
        let (rules, watches) = (rules.of(work.queue), rules.watches);
        let line = self.lines.get_mut(work.queue.raw() as usize);
        let Some((rules, line)) = rules.zip(line) else {
            return;
        };
        let queue = rules.profile;
        let key = work.line_key(id, rules);
        if whereabouts.stays {
            line.stay(work.entered, key, whereabouts.is_aside(), enter);
            let inspected = queue.is_watched();
            if inspected {
                line.watch((work.entered, id), enter && watches.has(id));
            }
            if line.delayed {
                line.hide(work.request.channel, work.revealed, (work.entered, id), enter);
                note_reveal(&mut self.clock, line, work.queue, rules.clock());
            }
            let clocked = inspected || queue.ramp.is_some();
            if clocked && self.unwatched.last() != Some(&work.queue) {
                self.unwatched.push(work.queue);
            }
        }
        if whereabouts.named {
            work.preferred().for_each(|(agent, _)| self.direct.set(agent, key, enter));
        }
        let mut placed = None;
        if whereabouts.in_lane && enter {
            placed = line.lanes.enter(LaneKey::of(work, queue), key);
        } else if whereabouts.in_lane {
            line.lanes.leave(LaneKey::of(work, queue), key);
        }
        if whereabouts.is_offered() {
            line.offer(key, enter);
        }
        if enter && (whereabouts.in_lane || whereabouts.named) {
            self.touched_works.push(id);
        }
        if let Some(placed) = placed {
            self.note_lane(work.queue, placed);
        }
    }

    /// A lane of a queue came to have a place in sets, perhaps that of another.
    #[cold]
    pub(crate) fn note_lane(&mut self, queue: QueueId, Placed { lane, replaced }: Placed) {
        if let Some(replaced) = replaced {
            self.lanes.remove(&(replaced, queue));
        }
        self.lanes.insert((lane, queue));
    }

    /// True if anything may be due for a piece of work. What is offered has a clock only where its
    /// queue recalls it: most offers never enter it.
    pub(crate) fn is_clocked(rules: LineRules<'_>, work: &Work) -> bool {
        let queue = || rules.queues.get(work.queue);
        let recalls = || queue().is_some_and(|queue| queue.profile.max_wait_recalls);
        work.stage.has_clock() && (!work.is_offered() || recalls())
    }

    /// Puts in the clock whatever is due next for a piece of work.
    pub(crate) fn set_work_clock(&mut self, rules: LineRules<'_>, id: WorkId, work: &Work) {
        let due = Self::work_deadline(rules, id, work).map(|deadline| deadline.at);
        self.clock.set(TimerKey::Work(id), due);
    }

    /// Takes a piece of work out of the clock, for nothing is due for it any more.
    pub(crate) fn stop_work_clock(&mut self, id: WorkId) {
        self.clock.set(TimerKey::Work(id), None);
    }

    /// Puts in the clock whatever is due next for work that is new, and therefore not in the clock.
    pub(crate) fn start_work_clock(&mut self, rules: LineRules<'_>, id: WorkId, work: &Work) {
        let due = Self::work_deadline(rules, id, work).map(|deadline| deadline.at);
        self.clock.start(TimerKey::Work(id), due);
    }

    /// When something is due for a piece of work, by its present state.
    pub(crate) fn work_deadline(rules: LineRules<'_>, id: WorkId, work: &Work) -> Option<Deadline> {
        let (watch, rules) = (|rule| rules.watches.of(id, rule), rules.of(work.queue)?);
        work.deadline(rules, watch)
    }

    /// Has a piece of work share its request with others of which the same is said.
    pub(crate) fn share_request(&mut self, work: &mut Work) {
        if let Some(fit) = self.fits.get_mut(work.need.raw() as usize) {
            fit.share_request(work);
        }
    }
}

/// Puts in the clock when something first comes to light in a queue. Mostly it is what it was.
pub(super) fn note_reveal(
    deadlines: &mut Deadlines<TimerKey>,
    line: &mut Line,
    id: QueueId,
    clock: Counted<'_>,
) {
    let first = line.veils.due(clock).map(|(at, _)| at).min();
    if line.reveal != first {
        deadlines.set(TimerKey::Reveal(id), first);
        line.reveal = first;
    }
}
