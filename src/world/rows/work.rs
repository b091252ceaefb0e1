//! Work as it is now, and as it was when it ended.

use alloc::borrow::Cow;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Span, Timestamp};
use crate::fact::event::PreferenceStep;
use crate::model::ids::{AgentId, CodeId, OfferId, QueueId, WorkId};
use crate::model::need::Need;
use crate::model::overflow::Trigger;
use crate::model::queue::QueueProfile;
use crate::model::relaxation::{Relaxation, RelaxationClock};
use crate::model::work::{WorkChange, WorkRequest};
use crate::policy::offering::Bar;
use crate::policy::order::{LineKey, Place, Waiting};
use crate::policy::relaxation;
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::work::{CloseCause, Stage};
use crate::world::draws::DrawId;
use crate::world::legs::PastLeg;
use crate::world::needs::NeedId;

/// A piece of work as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Work {
    /// All that is said of it now.
    pub request: Arc<WorkRequest>,
    /// All that was said of it when it was submitted, if it was changed since.
    pub submitted: Option<Arc<WorkRequest>>,
    /// What it asks for.
    pub need: NeedId,
    /// The queue it is in, or was in last.
    pub queue: QueueId,
    /// Where it is.
    pub stage: Stage,
    /// The units it takes.
    pub cost: u32,
    /// Its place in the order.
    pub place: Place,
    /// When it really began.
    pub origin: Timestamp,
    /// When it first entered a line, if it has.
    pub queued: Moment,
    /// When it entered this queue.
    pub entered: Timestamp,
    /// Whether its queue counts it as an arrival since an agent had it last.
    pub counted: bool,
    /// When it has lived long enough.
    pub expires: Moment,
    /// The longest delay it is past: agents with a longer one do not see it.
    pub revealed: Span,
    /// The step of its wait for preferred agents; `None`: anybody may have it.
    pub step: Step,
    /// Whether an agent had it before; he may still wrap it up.
    pub handled: bool,
    /// Until when nobody is asked.
    pub retry: Moment,
    /// How often it was rejected or missed since everybody could be asked.
    pub attempts: u16,
    /// Who rejected or missed it.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub declines: Sparse<Decline>,
    /// The point on the clock of its relaxation that it is past.
    pub relaxed: Span,
    /// How far ahead of that clock it is, because steps were passed over.
    pub skipped: Span,
    /// When it was first offered to anybody.
    pub first_offer: Moment,
    /// The offers that ring beside the oldest, in order.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub ringing_too: Sparse<OfferId>,
    /// To how many agents at once it is offered, while it rings.
    pub open_to: u8,
    /// Who had it last.
    pub last_agent: Option<AgentId>,
    /// Whether the step it is in is a wait for whoever had it last.
    pub sticky: bool,
    /// How often it was taken from an agent.
    pub unassigned: u8,
    /// How often its customer did not answer.
    pub unreached: u8,
    /// The rules of overflow that were done in this stay, one bit each.
    pub fired: u32,
    /// The ring to which a rule of overflow has opened it.
    pub widened: u8,
    /// Who takes part in it beside its owner or is asked to, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub legs: Sparse<AgentId>,
    /// How legs of it ended, the last of each agent, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub past_legs: Sparse<PastLeg>,
    /// What it draws on.
    #[serde(default, skip_serializing_if = "DrawId::is_nothing")]
    pub draws: DrawId,
}

/// A step of a wait for preferred agents, or none, in two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<PreferenceStep>", into = "Option<PreferenceStep>")]
pub(crate) struct Step {
    until: Moment,
    number: u8,
}

impl Step {
    /// No step.
    pub(crate) const NONE: Self = Self { until: Moment::NONE, number: 0 };

    /// The step, if there is one.
    pub(crate) fn get(self) -> Option<PreferenceStep> {
        self.until.get().map(|until| PreferenceStep { number: self.number, until })
    }

    /// Whether there is one.
    pub(crate) const fn is_some(self) -> bool {
        !self.until.is_none()
    }

    /// Whether there is none.
    pub(crate) const fn is_none(self) -> bool {
        self.until.is_none()
    }
}

impl From<Option<PreferenceStep>> for Step {
    fn from(step: Option<PreferenceStep>) -> Self {
        step.map_or(Self::NONE, |step| Self { until: step.until.into(), number: step.number })
    }
}

impl From<Step> for Option<PreferenceStep> {
    fn from(step: Step) -> Self {
        step.get()
    }
}

/// One agent's refusals of one piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Decline {
    /// The agent.
    pub agent: AgentId,
    /// How often he rejected or missed it.
    pub count: u8,
    /// When he may be asked again.
    pub bar: Bar,
}

/// Where a piece of work is found that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// Among all who wait in its queue; not so if it rings at fewer than it may.
    pub stays: bool,
    /// In a lane, for anybody.
    pub in_lane: bool,
    /// In the lines of those it waits for by name.
    pub named: bool,
}

impl Whereabouts {
    /// Whether it waits in no lane: for somebody by name, or it pauses.
    pub(crate) const fn is_aside(self) -> bool {
        self.stays && !self.in_lane
    }

    /// Whether it is in a lane although it rings.
    pub(crate) const fn rings(self) -> bool {
        self.in_lane && !self.stays
    }
}

impl Work {
    /// All that was said of it when it was submitted.
    #[must_use]
    pub(crate) fn submitted(&self) -> &Arc<WorkRequest> {
        self.submitted.as_ref().unwrap_or(&self.request)
    }

    /// Whether it is in a line, so that somebody may be asked for it: it waits, or it rings at
    /// fewer than it may.
    #[must_use]
    pub(crate) fn in_line(&self) -> bool {
        match self.stage {
            Stage::Queued => self.retry.is_none(),
            Stage::Offered { .. } => self.ringing_too.len() + 1 < self.open_to as usize,
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => false,
        }
    }

    /// Where it is found, if it waits.
    #[must_use]
    pub(crate) fn whereabouts(&self) -> Option<Whereabouts> {
        let (stays, in_line) = (self.stage == Stage::Queued, self.in_line());
        let named = self.step.is_some();
        let whereabouts =
            Whereabouts { stays, in_lane: in_line && !named, named: in_line && named };
        (stays || in_line).then_some(whereabouts)
    }

    /// Whether it is an arrival that its queue has not counted yet; from now on it has.
    pub(crate) fn arrives(&mut self) -> bool {
        let arrives = self.stage == Stage::Queued && !self.counted;
        self.counted |= arrives;
        arrives
    }

    /// Whether it rings at anybody.
    #[must_use]
    pub(crate) const fn rings(&self) -> bool {
        matches!(self.stage, Stage::Offered { .. })
    }

    /// The offers that ring, oldest first.
    pub(crate) fn ringing(&self) -> impl Iterator<Item = OfferId> + '_ {
        let oldest = match self.stage {
            Stage::Offered { offer } => Some(offer),
            _ => None,
        };
        oldest.into_iter().chain(self.ringing_too.iter().copied())
    }

    /// The request, to say something else of it; what was submitted is kept.
    pub(crate) fn amend(&mut self) -> &mut WorkRequest {
        self.submitted.get_or_insert_with(|| self.request.clone());
        Arc::make_mut(&mut self.request)
    }

    /// It reads as a change says.
    pub(crate) fn take_change(&mut self, change: &WorkChange) {
        self.place.front = change.front.unwrap_or(self.place.front);
        let changed = Arc::new(change.applied_to(&self.request));
        let old = core::mem::replace(&mut self.request, changed);
        self.submitted.get_or_insert(old);
    }

    /// What belongs to its stay in a line begins anew.
    pub(crate) fn begin_stay(&mut self, at: Timestamp) {
        self.entered = at;
        self.revealed = Span::ZERO;
        self.relaxed = Span::ZERO;
        self.skipped = Span::ZERO;
        self.retry = Moment::NONE;
        self.fired = 0;
        self.widened = 0;
    }

    /// Whether a rule of overflow was done in this stay.
    pub(crate) const fn has_fired(&self, rule: u8) -> bool {
        self.fired & (1 << (rule % 32)) != 0
    }

    /// When a rule of overflow is due by the time it waited.
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

    /// It is in another queue: who declined it in the old one may be asked.
    pub(crate) fn change_queue(&mut self, queue: QueueId) {
        if self.queue != queue {
            self.queue = queue;
            self.counted = false;
            self.attempts = 0;
            self.declines = Sparse::new();
        }
    }

    /// Whether nobody in particular is kept from it, so that it stands for all of its lane.
    #[must_use]
    pub(crate) fn is_ordinary(&self) -> bool {
        self.step.is_none() && self.declines.is_empty() && !self.handled && !self.rings()
    }

    /// How it becomes easier to place.
    #[must_use]
    pub(crate) fn relaxation<'a>(&'a self, queue: &'a QueueProfile) -> Option<&'a Relaxation> {
        self.request.relaxation.as_ref().or(queue.relaxation.as_ref())
    }

    /// What it asks for now.
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

    /// Whether an agent may not be asked for it in a session of his.
    #[must_use]
    pub(crate) fn bars(&self, agent: AgentId, session: u32) -> bool {
        self.declines.iter().filter(|decline| decline.agent == agent).any(|decline| {
            match decline.bar {
                Bar::None => false,
                // One that ends in time is lifted by a fact of its own.
                Bar::Until(_) | Bar::Always => true,
                Bar::Session(barred) => session == barred,
            }
        })
    }

    /// How often an agent rejected or missed it.
    #[must_use]
    pub(crate) fn declines_of(&self, agent: AgentId) -> u8 {
        self.declines.iter().find(|decline| decline.agent == agent).map_or(0, |found| found.count)
    }

    /// What is due next, and when. `hidden` is the next delay of a member of its queue that it is
    /// not past. Nothing is due while it rings or somebody has it: no rule recalls it from an
    /// agent.
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
            Stage::Offered { .. }
            | Stage::Assigned { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. } => None,
        }
    }
}

/// Work that is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct EndedWork {
    /// All that was said of it when it was submitted.
    pub submitted: Arc<WorkRequest>,
    /// Why it was closed.
    pub cause: CloseCause,
    /// Who had it then.
    pub owner: Option<AgentId>,
    /// The code he gave.
    pub code: Option<CodeId>,
}
