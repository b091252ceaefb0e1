//! A piece of work about which somebody asks, and an agent beside it.

use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, WorkId};
use crate::model::queue::QueueProfile;
use crate::policy::relaxation;
use crate::world::rows::{Agent, Work};

use crate::engine::matching::given::Matching;

/// A piece of open work about which somebody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub matching: Matching<'a>,
    pub id: WorkId,
    pub work: &'a Work,
    pub queue: &'a QueueProfile,
}

/// A piece of open work and an agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'a> {
    pub case: Case<'a>,
    pub agent: AgentId,
    pub row: &'a Agent,
    pub right: Right,
}

/// By what right an agent may have the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// As a member of its queue, if they are one.
    Member,
    /// The work asks for them by name, now or in a later step.
    Name {
        /// The demands that are waived for them.
        waiver: Waiver,
        /// From when on, if not yet.
        from: Option<Timestamp>,
    },
}

/// The demands that are waived for an agent to have a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiver {
    /// The need.
    pub need: bool,
    /// The room; but nobody in debt is asked.
    pub capacity: bool,
}

impl Waiver {
    /// That of an agent whom the work asks for by name in its present step.
    pub(crate) fn by_name(work: &Work) -> Self {
        if work.sticky { Self::default() } else { Self::of_list(work) }
    }

    /// That of everybody on the work's list of preferred agents.
    fn of_list(work: &Work) -> Self {
        work.request.preferred.as_ref().map_or_else(Self::default, |preferred| Self {
            need: preferred.ignore_need,
            capacity: preferred.ignore_capacity,
        })
    }
}

impl Right {
    /// The waiver of an agent with this right.
    pub(crate) fn waiver(self) -> Waiver {
        match self {
            Self::Member => Waiver::default(),
            Self::Name { waiver, .. } => waiver,
        }
    }
}

impl<'a> Case<'a> {
    /// The case of open work.
    pub(crate) fn new(matching: Matching<'a>, id: WorkId) -> Option<Self> {
        let work = matching.world.work(id).ok()?;
        let queue = matching.world.queue_profile(work.queue).ok()?;
        Some(Self { matching, id, work, queue })
    }

    /// The work beside an agent; nothing if there is no such agent.
    pub(crate) fn with(self, agent: AgentId) -> Option<Pair<'a>> {
        let row = self.matching.world.agent(agent).ok()?;
        Some(Pair { case: self, agent, row, right: self.right(agent) })
    }

    fn right(self, agent: AgentId) -> Right {
        if self.work.preferred().any(|(listed, _)| listed == agent) {
            return Right::Name { waiver: Waiver::by_name(self.work), from: None };
        }
        match self.others_until(agent) {
            // A later step goes by the list, whoever the present one is for.
            Some((from, true)) => {
                Right::Name { waiver: Waiver::of_list(self.work), from: Some(from) }
            }
            Some((_, false)) | None => Right::Member,
        }
    }

    /// When the wait for others by name is over for an agent who is not asked in its present step,
    /// and whether they are asked by name then.
    pub(crate) fn others_until(self, agent: AgentId) -> Option<(Timestamp, bool)> {
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

    /// The first instant at which the work's relaxation makes something true. It is asked for each
    /// point on the clock of the relaxation that is still to come.
    pub(crate) fn relaxed_when(self, holds: impl Fn(Span) -> bool) -> Option<Timestamp> {
        let rules = self.matching.world.queue_rules(self.work.queue).ok()?;
        let next = |past: &_| {
            let relaxation = self.work.relaxation(self.queue);
            relaxation::next_point(&self.work.request.need, relaxation, *past)
        };
        let mut points = core::iter::successors(next(&self.work.relaxed), next);
        points.find(|point| holds(*point)).and_then(|point| self.work.relaxed_at(rules, point))
    }

    /// When the first of its open offers will have run out.
    pub(crate) fn alerts_until(self) -> Option<Timestamp> {
        let offers = self.work.open_offers();
        let open = offers.filter_map(|offer| self.matching.world.offer(offer).ok());
        open.filter_map(|offer| offer.state.deadline()).map(|deadline| deadline.at).min()
    }
}
