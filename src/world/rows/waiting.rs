//! Work as it waits: its place in the order, what it asks for by now, and what is due for it.

use alloc::borrow::Cow;

use crate::base::time::{Span, Timestamp};
use crate::model::calendar::WaitClock;
use crate::model::ids::WorkId;
use crate::model::need::Need;
use crate::model::overflow::{OverflowRule, Trigger};
use crate::model::queue::{Order, QueueProfile};
use crate::model::relaxation::{Relaxation, RelaxationClock};
use crate::policy::calendar::Counted;
use crate::policy::offering::Bar;
use crate::policy::order::{LineKey, Place, Waiting};
use crate::policy::relaxation;
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::work::Stage;
use crate::world::rows::work::Work;
use crate::world::stores::QueueRules;
use crate::world::watches::Watch;

impl Work {
    /// Its key in the order of a queue.
    #[must_use]
    pub(crate) fn line_key(&self, id: WorkId, rules: QueueRules<'_>) -> LineKey {
        let queue = rules.profile;
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
            due: self.request.due.or_else(|| self.open_due(rules)),
            objective: self.request.objective,
            sort: [value(0), value(1)],
        };
        LineKey::new(queue.order, queue.service_target, &waiting)
    }

    /// By when it should be accepted, where its queue goes by that and counts open time; what is
    /// never open again comes last.
    fn open_due(&self, rules: QueueRules<'_>) -> Option<Timestamp> {
        let queue = rules.profile;
        if queue.counts == WaitClock::Wall || queue.order != Order::Deadline {
            return None;
        }
        let due = rules.clock().after(self.place.since, queue.service_target);
        Some(due.unwrap_or(Timestamp::MAX))
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

    /// When the clock of its relaxation began, if it has.
    fn relaxation_begin(&self, queue: &QueueProfile) -> Option<Timestamp> {
        let clock = self.relaxation(queue).map(|relaxation| relaxation.clock).unwrap_or_default();
        match clock {
            RelaxationClock::InQueue => Some(self.entered),
            RelaxationClock::Age => Some(self.origin),
            RelaxationClock::FirstOffer => self.first_offer.get(),
        }
    }

    /// The time that passes on the clock of its relaxation.
    fn relaxation_clock<'a>(&self, rules: QueueRules<'a>) -> Counted<'a> {
        let relaxation = self.relaxation(rules.profile);
        rules.clock_or(relaxation.and_then(|relaxation| relaxation.counts))
    }

    /// When the clock of its relaxation comes to a point; none if it never does.
    pub(crate) fn relaxed_at(&self, rules: QueueRules<'_>, point: Span) -> Option<Timestamp> {
        let begin = self.relaxation_begin(rules.profile)?;
        self.relaxation_clock(rules).after(begin, point.minus(self.skipped))
    }

    /// The next point on the clock of its relaxation, if that has begun and there is one.
    pub(crate) fn next_point(&self, queue: &QueueProfile) -> Option<Span> {
        self.relaxation_begin(queue)?;
        let relaxation = self.relaxation(queue);
        relaxation::next_point(&self.request.need, relaxation, self.relaxed)
    }

    /// How much is left on the clock of its relaxation before it comes to a point.
    pub(crate) fn left_before(&self, rules: QueueRules<'_>, point: Span, now: Timestamp) -> Span {
        let begin = self.relaxation_begin(rules.profile);
        let past = begin.map(|begin| self.relaxation_clock(rules).between(begin, now));
        point.minus(self.skipped).minus(past.unwrap_or(Span::ZERO))
    }

    /// When it becomes easier to place next.
    fn next_relaxation(&self, rules: QueueRules<'_>) -> Option<Timestamp> {
        self.relaxed_at(rules, self.next_point(rules.profile)?)
    }

    /// When its lifetime ends, or that of its channel, once it has begun.
    pub(crate) fn lifetime_ends(
        &self,
        rules: QueueRules<'_>,
        of_channel: Option<Span>,
    ) -> Option<Timestamp> {
        let lifetime = self.request.lifetime.or(of_channel).filter(|_| !self.queued.is_none());
        rules.end_of_life(self.origin, lifetime)
    }

    /// True if a rule of overflow was done in this stay.
    pub(crate) const fn has_fired(&self, rule: u8) -> bool {
        self.fired & (1 << (rule % 32)) != 0
    }

    /// When a rule of overflow is done or evaluated next by the time that passes, and the number of
    /// that rule. `watch` is what is remembered of a rule.
    pub(crate) fn next_overflow(
        &self,
        rules: QueueRules<'_>,
        watch: impl Fn(u8) -> Watch,
    ) -> Option<(Timestamp, u8)> {
        let open = (0_u8..).zip(&rules.profile.overflow);
        let open = open.filter(|(number, _)| !self.has_fired(*number));
        let due = open.filter_map(|(number, rule)| {
            let clock = rules.clock_or(rule.counts);
            let due = match rule.when {
                _ if !rule.is_plain() => self.next_evaluation(clock, rule, watch(number)),
                Trigger::Waited(span) => clock.after(self.entered, span),
                _ => None,
            };
            due.map(|due| (due, number))
        });
        due.min()
    }

    /// When a rule that has parts, or must hold for some time, is evaluated by the time that
    /// passes: at the end of each wait that it asks for, and at the end of the time for which it
    /// must hold.
    fn next_evaluation(
        &self,
        clock: Counted<'_>,
        rule: &OverflowRule,
        watch: Watch,
    ) -> Option<Timestamp> {
        let mut next = watch.since.and_then(|since| clock.after(since, rule.holds_for));
        rule.when.waits(&mut |span| {
            let end = clock.after(self.entered, span).filter(|end| Some(*end) > watch.evaluated);
            next = next.into_iter().chain(end).min();
        });
        next
    }

    /// The next deadline of the work. `watch` is what is remembered of a rule of overflow. Nothing
    /// is due while an agent handles it: no rule recalls work from an agent. While it is offered
    /// its longest wait alone is due, if the queue recalls offers by it. Delays of members are due
    /// for the queue, for all that it hides.
    pub(crate) fn deadline(
        &self,
        rules: QueueRules<'_>,
        watch: impl Fn(u8) -> Watch,
    ) -> Option<Deadline> {
        let (queue, clock) = (rules.profile, rules.clock());
        let waited = |span: Span| clock.after(self.entered, span);
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
                    if let Some(new) = deadline(kind, at) {
                        next = Some(next.map_or(new, |next| next.min(new)));
                    }
                };
                note(DeadlineKind::MaxWait, queue.max_wait.and_then(waited));
                note(DeadlineKind::PreferredStep, self.step.get().map(|step| step.until));
                note(DeadlineKind::Retry, self.retry.get());
                note(DeadlineKind::BarOver, lifted.min());
                note(DeadlineKind::Relaxation, self.next_relaxation(rules));
                note(DeadlineKind::Overflow, self.next_overflow(rules, watch).map(|(at, _)| at));
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
                deadline(DeadlineKind::MaxWait, most.and_then(waited))
            }
            Stage::Assigned { .. } | Stage::WrapUp { .. } | Stage::Closed { .. } => None,
        }
    }
}
