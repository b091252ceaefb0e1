//! Work as it is now, and as it was when it ended.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Span, Timestamp};
use crate::fact::event::PreferenceStep;
use crate::model::ids::{AgentId, CodeId, OfferId, QueueId};
use crate::model::work::{WorkChange, WorkRequest};
use crate::policy::offering::Bar;
use crate::policy::order::Place;
use crate::state::leg::LegEnd;
use crate::state::machine::Illegal;
use crate::state::work::{CloseCause, Stage};
use crate::world::legs::{Leg, PastLeg};
use crate::world::needs::NeedId;
use crate::world::pool_sets::PoolSetId;

/// A piece of work as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Work {
    /// All that is said of it now.
    pub request: Arc<WorkRequest>,
    /// All that was said of it when it was submitted, if it was changed since.
    pub submitted: Option<Arc<WorkRequest>>,
    /// The need of the work.
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
    /// True if the queue counts the work as an arrival since an agent had it last.
    pub counted: bool,
    /// When it has lived long enough.
    pub expires: Moment,
    /// The longest delay it is past: agents with a longer one do not see it.
    pub revealed: Span,
    /// The step of its wait for preferred agents; none: anybody may have it.
    pub step: Step,
    /// True if an agent had the work before; that agent may still wrap it up.
    pub handled: bool,
    /// Until when nobody is asked.
    pub retry: Moment,
    /// How often it was rejected or missed since everybody could be asked.
    pub attempts: u16,
    /// The agents who rejected or missed it.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub declines: Sparse<Decline>,
    /// The point on the clock of its relaxation that it is past.
    pub relaxed: Span,
    /// How far ahead of that clock it is, because steps were passed over.
    pub skipped: Span,
    /// When it was first offered to anybody.
    pub first_offer: Moment,
    /// The open offers beside the oldest, in order.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub further_offers: Sparse<OfferId>,
    /// To how many agents at once it may be offered, while it is; [`Self::CLOSED`] if nobody else
    /// is asked.
    pub open_to: u8,
    /// The agent who had it last.
    pub last_agent: Option<AgentId>,
    /// True if the step the work is in is a wait for the agent who had it last.
    pub sticky: bool,
    /// True if the agent who had it last sent it, and is not offered it in this stay.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub not_back: bool,
    /// How often it was taken from an agent.
    pub unassigned: u8,
    /// How often its customer did not answer.
    pub unreached: u8,
    /// The rules of overflow that were done in this stay, one bit each.
    pub fired: u32,
    /// The ring to which a rule of overflow has opened it.
    pub widened: u8,
    /// The agents who take part in it beside its owner or are asked to, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub legs: Sparse<AgentId>,
    /// How legs of it ended, the last of each agent, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub past_legs: Sparse<PastLeg>,
    /// The pools it draws on.
    #[serde(default, skip_serializing_if = "PoolSetId::is_empty")]
    pub pool_set: PoolSetId,
}

/// A step of a wait for preferred agents, or none, in two words: an `Option` of it takes three, in
/// every row of work.
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

    /// True if there is a step.
    pub(crate) const fn is_some(self) -> bool {
        !self.until.is_none()
    }

    /// True if there is no step.
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
    /// How often the agent rejected or missed it.
    pub count: u8,
    /// When the agent may be asked again.
    pub bar: Bar,
}

impl Work {
    /// More than a broadcast can ask: it stands for one that nobody joins.
    pub(crate) const CLOSED: u8 = u8::MAX;

    /// True if it is, or was last, offered to several in one go, and nobody else is asked in place
    /// of one of them.
    #[must_use]
    pub(crate) const fn is_closed_to_others(&self) -> bool {
        self.open_to == Self::CLOSED
    }

    /// True if the work says its own size, and takes that of everybody.
    pub(crate) fn is_sized(&self) -> bool {
        self.request.size.is_some()
    }

    /// All that was said of it when it was submitted.
    #[must_use]
    pub(crate) fn submitted(&self) -> &Arc<WorkRequest> {
        self.submitted.as_ref().unwrap_or(&self.request)
    }

    /// The request, to say something else of it; what was submitted is kept.
    pub(crate) fn amend(&mut self) -> &mut WorkRequest {
        self.submitted.get_or_insert_with(|| self.request.clone());
        Arc::make_mut(&mut self.request)
    }

    /// Changes what is said of it; what was submitted is kept.
    pub(crate) fn take_change(&mut self, change: &WorkChange) {
        self.place.front = change.front.unwrap_or(self.place.front);
        let changed = Arc::new(change.applied_to(&self.request));
        let old = core::mem::replace(&mut self.request, changed);
        self.submitted.get_or_insert(old);
    }

    /// True if the work is offered to anybody.
    #[must_use]
    pub(crate) const fn is_offered(&self) -> bool {
        matches!(self.stage, Stage::Offered { .. })
    }

    /// The open offers, oldest first.
    pub(crate) fn open_offers(&self) -> impl Iterator<Item = OfferId> + '_ {
        let oldest = match self.stage {
            Stage::Offered { offer } => Some(offer),
            _ => None,
        };
        oldest.into_iter().chain(self.further_offers.iter().copied())
    }

    /// The agents whom it asks for by name in its present step, each with their score.
    pub(crate) fn preferred(&self) -> impl Iterator<Item = (AgentId, u8)> + '_ {
        let last = self.last_agent.filter(|_| self.sticky && self.step.is_some());
        let list = self.step.get().filter(|_| !self.sticky).and_then(|step| {
            let preferred = self.request.preferred.as_ref()?;
            let least = preferred.steps.get(usize::from(step.number))?.score_min;
            Some(preferred.agents.iter().filter(move |listed| listed.score >= least))
        });
        let listed = list.into_iter().flatten().map(|listed| (listed.agent, listed.score));
        listed.chain(last.map(|agent| (agent, 100)))
    }

    /// Begins a stay in a line: what belongs to the last one is over.
    pub(crate) fn begin_stay(&mut self, at: Timestamp) {
        self.entered = at;
        self.revealed = Span::ZERO;
        self.relaxed = Span::ZERO;
        self.skipped = Span::ZERO;
        self.retry = Moment::NONE;
        self.fired = 0;
        self.widened = 0;
    }

    /// Moves it to a queue: agents who declined it in another may be asked here.
    pub(crate) fn change_queue(&mut self, queue: QueueId) {
        if self.queue != queue {
            self.queue = queue;
            self.counted = false;
            self.attempts = 0;
            self.declines = Sparse::new();
        }
    }

    /// True if the work is an arrival that its queue has not counted yet; from now on it is
    /// counted.
    pub(crate) fn arrives(&mut self) -> bool {
        let arrives = self.stage == Stage::Queued && !self.counted;
        self.counted |= arrives;
        arrives
    }

    /// Notes that an agent is not to be asked for it, without a decline of theirs.
    pub(crate) fn bar(&mut self, agent: AgentId, bar: Bar) {
        match self.declines.iter_mut().find(|decline| decline.agent == agent) {
            Some(known) => known.bar = bar,
            None => self.declines.push(Decline { agent, count: 0, bar }),
        }
    }

    /// Notes that an agent rejected or missed it.
    pub(crate) fn decline(&mut self, agent: AgentId, bar: Bar) {
        self.attempts = self.attempts.saturating_add(1);
        match self.declines.iter_mut().find(|decline| decline.agent == agent) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                known.bar = bar;
            }
            None => self.declines.push(Decline { agent, count: 1, bar }),
        }
    }

    /// True if no time and no absence lets an agent be asked for it again.
    #[must_use]
    pub(crate) fn is_barred_for_good(&self, agent: AgentId) -> bool {
        let mut declines = self.declines.iter();
        declines.any(|decline| decline.agent == agent && decline.bar == Bar::Always)
    }

    /// How often an agent rejected or missed it.
    #[must_use]
    pub(crate) fn declines_of(&self, agent: AgentId) -> u8 {
        self.declines.iter().find(|decline| decline.agent == agent).map_or(0, |found| found.count)
    }

    /// How an agent's last leg ended, as long as that is remembered.
    #[must_use]
    pub(crate) fn past_leg(&self, agent: AgentId) -> Option<LegEnd> {
        self.past_legs.iter().find(|past| past.agent == agent).map(|past| past.end)
    }

    /// Refuses a stage in which no agent handles it while others take part in it.
    pub(crate) fn check_legs(&self, stage: Stage) -> Result<(), Illegal> {
        if self.legs.is_empty() || stage.handler().is_some() {
            Ok(())
        } else {
            Err(Illegal { state: "shared", step: stage.name() })
        }
    }

    /// Remembers how a leg ended, and forgets the oldest of too many.
    pub(crate) fn remember_leg(&mut self, agent: AgentId, end: LegEnd) {
        self.past_legs.retain(|past| past.agent != agent);
        if self.past_legs.len() >= Leg::MAX as usize {
            self.past_legs.pop_first();
        }
        self.past_legs.push(PastLeg { agent, end });
    }
}

/// Work that is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct EndedWork {
    /// What was said of it when it was submitted, without attributes and attached data.
    pub submitted: Arc<WorkRequest>,
    /// Why it was closed.
    pub cause: CloseCause,
    /// The agent who had it then; of what stood for other work the agent who had that.
    pub owner: Option<AgentId>,
    /// The code that agent gave.
    pub code: Option<CodeId>,
}
