//! Work as it waits: its place in the order, what it asks for by now, and what is due for it.

use alloc::borrow::Cow;

use crate::base::time::{Span, Timestamp};
use crate::model::ids::WorkId;
use crate::model::need::Need;
use crate::model::overflow::Trigger;
use crate::model::queue::QueueProfile;
use crate::model::relaxation::{Relaxation, RelaxationClock};
use crate::policy::offering::Bar;
use crate::policy::order::{LineKey, Place, Waiting};
use crate::policy::relaxation;
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::work::Stage;
use crate::world::rows::work::Work;

impl Work {
    /// Its key in the order of a queue.
    #[must_use]
    pub(crate) fn line_key(&self, id: WorkId, queue: &QueueProfile) -> LineKey {
        let expedited = self.step.is_some()
            && !self.sticky
            && self.request.preferred.as_ref().is_some_and(|preferred| preferred.expedite);
        let value = |number: usize| {
            queue.sort_by.get(number).map_or(0, |key| key.value(&self.request.attributes))
        };
        let waiting = Waiting {
            work: id,
            place: Place { front: self.place.front || expedited, ..self.place },
            priority: self.request.priority,
            credit: self.request.credit,
            due: self.request.due,
            objective: self.request.objective,
            sort: [value(0), value(1)],
        };
        LineKey::new(queue.order, queue.service_target, &waiting)
    }

    /// How it becomes easier to place.
    #[must_use]
    pub(crate) fn relaxation<'a>(&'a self, queue: &'a QueueProfile) -> Option<&'a Relaxation> {
        self.request.relaxation.as_ref().or(queue.relaxation.as_ref())
    }

    /// The need of the work now.
    #[must_use]
    pub(crate) fn need_now<'a>(&'a self, queue: &'a QueueProfile) -> Cow<'a, Need> {
        relaxation::need(&self.request.need, self.relaxation(queue), self.relaxed)
    }

    /// The widest ring that sees it.
    #[must_use]
    pub(crate) fn ring(&self, queue: &QueueProfile) -> u8 {
        let steps = relaxation::ring(self.relaxation(queue), self.relaxed);
        steps.unwrap_or_else(|| queue.first_ring()).max(self.widened)
    }

    /// Where the clock of its relaxation began, if it has.
    #[must_use]
    pub(crate) fn relaxation_begin(&self, queue: &QueueProfile) -> Option<Timestamp> {
        let clock = self.relaxation(queue).map(|relaxation| relaxation.clock).unwrap_or_default();
        let begin = match clock {
            RelaxationClock::InQueue => Some(self.entered),
            RelaxationClock::Age => Some(self.origin),
            RelaxationClock::FirstOffer => self.first_offer.get(),
        };
        begin.map(|begin| begin - self.skipped)
    }

    /// When it becomes easier to place next, and the point on its clock that it is past then.
    #[must_use]
    pub(crate) fn next_relaxation(&self, queue: &QueueProfile) -> Option<(Timestamp, Span)> {
        let relaxation = self.relaxation(queue);
        let point = relaxation::next_point(&self.request.need, relaxation, self.relaxed)?;
        Some((self.relaxation_begin(queue)? + point, point))
    }

    /// When its lifetime ends, or that of its channel, once it has begun.
    pub(crate) fn lifetime_ends(&self, of_channel: Option<Span>) -> Option<Timestamp> {
        let lifetime = self.request.lifetime.or(of_channel).filter(|_| !self.queued.is_none());
        lifetime.map(|lifetime| self.origin + lifetime)
    }

    /// True if a rule of overflow was done in this stay.
    pub(crate) const fn has_fired(&self, rule: u8) -> bool {
        self.fired & (1 << (rule % 32)) != 0
    }

    /// When a rule of overflow is due by the time it waited, and the number of that rule.
    pub(crate) fn next_overflow(&self, queue: &QueueProfile) -> Option<(Timestamp, u8)> {
        let rules = (0_u8..).zip(&queue.overflow).filter(|(number, _)| !self.has_fired(*number));
        let due = rules.filter_map(|(number, rule)| match rule.when {
            Trigger::Waited(span) => Some((self.entered + span, number)),
            Trigger::Ahead(_)
            | Trigger::EstimatedWait { .. }
            | Trigger::NobodyStaffed
            | Trigger::NobodyEligible
            | Trigger::Closed => None,
        });
        due.min()
    }

    /// The next deadline of the work. `hidden` is the next delay of a member of its queue that it
    /// is not past. Nothing is due while an agent handles it: no rule recalls work from an agent.
    /// While it is offered its longest wait alone is due, if the queue recalls offers by it.
    pub(crate) fn deadline(
        &self,
        queue: &QueueProfile,
        hidden: impl FnOnce() -> Option<Span>,
    ) -> Option<Deadline> {
        let deadline = |kind, at: Option<Timestamp>| at.map(|at| Deadline { at, kind });
        let lifetime = deadline(DeadlineKind::Lifetime, self.expires.get());
        match self.stage {
            Stage::Queued => {
                let lifted = self.declines.iter().filter_map(|decline| match decline.bar {
                    Bar::Until(until) => Some(until),
                    Bar::None | Bar::Always | Bar::Session(_) => None,
                });
                let mut next = lifetime;
                let mut note = |kind, at: Option<Timestamp>| {
                    next = deadline(kind, at).into_iter().chain(next).min();
                };
                note(DeadlineKind::MaxWait, queue.max_wait.map(|most| self.entered + most));
                note(DeadlineKind::PreferredStep, self.step.get().map(|step| step.until));
                note(DeadlineKind::Reveal, hidden().map(|delay| self.entered + delay));
                note(DeadlineKind::Retry, self.retry.get());
                note(DeadlineKind::BarOver, lifted.min());
                note(DeadlineKind::Relaxation, self.next_relaxation(queue).map(|(at, _)| at));
                note(DeadlineKind::Overflow, self.next_overflow(queue).map(|(at, _)| at));
                next
            }
            Stage::Parked { until, .. } => deadline(DeadlineKind::ParkOver, until),
            Stage::Scheduled { at, .. } => {
                let scheduled = deadline(DeadlineKind::Scheduled, Some(at));
                lifetime.into_iter().chain(scheduled).min()
            }
            Stage::Suspended => lifetime,
            // What is on its way from one agent to another does not wait.
            Stage::Offered { .. } => {
                let most = queue.max_wait.filter(|_| queue.max_wait_recalls && self.counted);
                deadline(DeadlineKind::MaxWait, most.map(|most| self.entered + most))
            }
            Stage::Assigned { .. } | Stage::WrapUp { .. } | Stage::Closed { .. } => None,
        }
    }
}
