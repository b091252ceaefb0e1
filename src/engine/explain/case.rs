//! A piece of work and the gates before it.

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, WorkId};
use crate::model::queue::QueueProfile;
use crate::policy::relaxation;
use crate::world::rows::Work;

use crate::engine::explain::Gate;
use crate::engine::matching::{Matching, Terms};

/// A piece of work about which somebody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(super) matching: Matching<'a>,
    pub(super) id: WorkId,
    pub(super) work: &'a Work,
    pub(super) queue: &'a QueueProfile,
}

/// By what right an agent may have the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// As a member of its queue, if he is one.
    Member,
    /// It asks for him by name, now or after the present step.
    Name {
        /// On what terms.
        terms: Terms,
        /// Since when, if not yet.
        from: Option<Timestamp>,
    },
}

impl Right {
    fn terms(self) -> Terms {
        match self {
            Self::Member => Terms::default(),
            Self::Name { terms, .. } => terms,
        }
    }
}

impl<'a> Case<'a> {
    /// The case of open work.
    pub(crate) fn of(matching: Matching<'a>, id: WorkId) -> Option<Self> {
        let work = matching.world.work(id).ok()?;
        let queue = matching.world.queue_profile(work.queue).ok()?;
        Some(Self { matching, id, work, queue })
    }

    /// By what right an agent may have it.
    pub(super) fn right(self, agent: AgentId) -> Right {
        let terms = Terms::by_name(self.work);
        if self.work.preferred().any(|(listed, _)| listed == agent) {
            return Right::Name { terms, from: None };
        }
        match self.named_from(agent) {
            Some((from, true)) => {
                let terms = self.later_terms();
                Right::Name { terms, from: Some(from) }
            }
            Some((_, false)) | None => Right::Member,
        }
    }

    /// The terms of later steps, which are those of the list whoever the present step is for.
    fn later_terms(self) -> Terms {
        self.work.request.preferred.as_ref().map_or_else(Terms::default, |preferred| Terms {
            ignore_need: preferred.ignore_need,
            ignore_capacity: preferred.ignore_capacity,
        })
    }

    /// When the wait for others by name is over for an agent who is not asked in its present step,
    /// and whether he is asked by name then.
    pub(super) fn named_from(self, agent: AgentId) -> Option<(Timestamp, bool)> {
        let step = self.work.step.get()?;
        let mut begins = step.until;
        let preferred = self.work.request.preferred.as_ref();
        let score = preferred.and_then(|preferred| preferred.score(agent));
        let steps = preferred.map_or(&[][..], |preferred| &preferred.steps);
        for later in steps.iter().skip(usize::from(step.number) + 1) {
            if score.is_some_and(|score| score >= later.score_min) {
                return Some((begins, true));
            }
            begins = begins + later.wait;
        }
        Some((begins, false))
    }

    /// Whether an agent passes a gate. Those that ask something of a member do not stop anybody
    /// else.
    pub(super) fn passes(self, gate: Gate, right: Right, agent: AgentId) -> bool {
        let Self { matching, id, work, .. } = self;
        let world = matching.world;
        let row = || world.agent(agent).ok();
        let member =
            || row().is_some_and(|row| row.membership(work.queue, work.request.channel).is_some());
        let away = |off_queue: bool| {
            let mut away = world.away(agent, work.request.channel).into_iter().flatten();
            away.any(|why| (why == crate::command::refusal::Unavailable::OffQueue) == off_queue)
        };
        let terms = right.terms();
        let as_member = right == Right::Member && member();
        match gate {
            Gate::Member => right != Right::Member || member(),
            Gate::InLine => work.in_line(),
            Gate::Preferred => match right {
                Right::Member => work.step.is_none(),
                Right::Name { from, .. } => from.is_none(),
            },
            Gate::OnQueue => !away(true),
            Gate::Responding => !away(false),
            Gate::Ring => !as_member || matching.ring_sees(work, agent),
            Gate::Delay => !as_member || matching.delay_over(work, agent),
            Gate::Need => matching.fits_on(terms, work, agent),
            Gate::Room => matching.room_on(terms, work, agent),
            Gate::Shift => matching.has_time(work.queue, agent),
            Gate::NotDeclined => row().is_some_and(|row| !work.bars(agent, row.session)),
            Gate::NotHis => row().is_some_and(|row| !row.has(id)),
            Gate::NotRinging => world.rings_at(id, agent).is_none(),
            Gate::Assignments => world.may_have_more(agent) == Ok(true),
            Gate::Enough => matching.enough(id, work),
            Gate::Ramp => matching.ramp_until(work.queue, self.queue).is_none(),
            Gate::External => !self.queue.external,
        }
    }

    /// The first gate that an agent does not pass.
    pub(super) fn first_shut(self, agent: AgentId) -> Option<Gate> {
        let right = self.right(agent);
        Gate::ALL.into_iter().find(|gate| !self.passes(*gate, right, agent))
    }

    /// Whether it can be offered to an agent now.
    pub(crate) fn is_open_to(self, agent: AgentId) -> bool {
        self.first_shut(agent).is_none()
    }

    /// The first instant at which its relaxation makes something true, by the point on its clock.
    pub(super) fn relaxed_when(
        self,
        holds: impl Fn(crate::base::time::Span) -> bool,
    ) -> Option<Timestamp> {
        let begin = self.work.relaxation_begin(self.queue)?;
        let next = |past: &_| {
            let relaxation = self.work.relaxation(self.queue);
            relaxation::next_point(&self.work.request.need, relaxation, *past)
        };
        let mut points = core::iter::successors(next(&self.work.relaxed), next);
        points.find(|point| holds(*point)).map(|point| begin + point)
    }
}
