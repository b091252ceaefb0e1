//! Which time counts as waiting: all of it, or that in which the queue's calendar is open.

use strowger::fact::Definition;
use strowger::model::{CalendarProfile, QueueId, WaitClock, WorkId};
use strowger::policy::calendar::{after_open, open_between};
use strowger::{Span, Timestamp};

use super::Router;

impl Router {
    /// The hours that count in a queue, for something that may have a clock of its own; none if all
    /// time counts.
    fn hours(&self, queue: QueueId, own: Option<WaitClock>) -> Option<&CalendarProfile> {
        let profile = self.queue_profile(queue);
        match own.unwrap_or(profile.counts) {
            WaitClock::Wall => None,
            WaitClock::Open => match &self.things[&profile.calendar?.into()].definition {
                Definition::Calendar(calendar) => Some(&calendar.profile),
                other => panic!("{other:?} is no calendar"),
            },
            _ => unreachable!("this test does not know it"),
        }
    }

    /// When so much will have been counted.
    pub(super) fn due(
        &self,
        queue: QueueId,
        own: Option<WaitClock>,
        from: Timestamp,
        span: Span,
    ) -> Option<Timestamp> {
        match self.hours(queue, own) {
            None => Some(from + span),
            Some(hours) => after_open(hours, from, span),
        }
    }

    /// How much has been counted by now.
    pub(super) fn passed(&self, queue: QueueId, own: Option<WaitClock>, from: Timestamp) -> Span {
        match self.hours(queue, own) {
            None => self.now.since(from),
            Some(hours) => open_between(hours, from, self.now),
        }
    }

    /// When the life of work ends by the clock of a queue.
    pub(super) fn end_of_life(
        &self,
        id: WorkId,
        queue: QueueId,
        begin: Timestamp,
    ) -> Option<Timestamp> {
        let request = &self.works[&id].request;
        let lifetime =
            request.lifetime.or_else(|| self.channel_profile(request.channel).lifetime)?;
        self.due(queue, None, begin, lifetime)
    }

    /// Whether work whose life has begun ends by its lifetime, and not at an instant that was named.
    pub(super) fn ends_by_lifetime(&self, id: WorkId) -> bool {
        let work = &self.works[&id];
        work.queued.is_some() && work.expires == self.end_of_life(id, work.queue, work.origin)
    }

    /// Work goes by other hours.
    pub(super) fn renew_lives(&mut self, works: Vec<WorkId>) {
        for id in works {
            let (queue, begin) = (self.works[&id].queue, self.works[&id].origin);
            let end = self.end_of_life(id, queue, begin);
            self.work(id).expires = end;
        }
    }
}
