//! The rows: agents, queues, work and offers as they are now.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Span, Timestamp};
use crate::lifecycle::assignment::AssignmentState;
use crate::lifecycle::machine::{Deadline, DeadlineKind};
use crate::lifecycle::offer::OfferState;
use crate::lifecycle::presence::Presence;
use crate::lifecycle::routing_status::{Load, RoutingStatus};
use crate::lifecycle::work::{CloseCause, Stage};
use crate::model::config::Limits;
use crate::model::ids::{AgentId, ChannelId, CodeId, OfferId, PoolId, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::need::Need;
use crate::model::overflow::Trigger;
use crate::model::presence::PresenceProfile;
use crate::model::queue::{IdleClock, IdleSince, QueueProfile};
use crate::model::relaxation::{Relaxation, RelaxationClock};
use crate::model::work::{WorkChange, WorkRequest};
use crate::policy::offering::{Bar, History};
use crate::policy::order::{LineKey, Place, Waiting};
use crate::policy::relaxation;
use crate::policy::room::{Claim, Usage};
use crate::policy::tally::{Stopwatch, Tally};
use crate::protocol::event::{OfferedBy, PreferenceStep};
use crate::protocol::refusal::Unavailable;
use crate::world::draws::{DrawId, Peaks, is_flat};
use crate::world::legs::{Leg, PastLeg};
use crate::world::member::{Memberships, PackedMember};
use crate::world::needs::NeedId;

/// An agent as he is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Agent {
    /// What he says of himself.
    pub presence: Presence,
    /// What the engine knows of him.
    pub status: RoutingStatus,
    /// Whether he finishes what he has and gets nothing new.
    pub draining: bool,
    /// Whether he is on a call of his own.
    pub own_call: bool,
    /// Whether it was told that he has more than he may have.
    pub in_debt: bool,
    /// What his offers, assignments and legs take.
    pub usage: Usage,
    /// What rings at him, oldest first.
    pub offers: Vec<OfferId>,
    /// What he has, oldest first.
    pub assignments: Vec<Assignment>,
    /// His queues, by rank, then by id, then by channel.
    pub memberships: Memberships,
    /// When he was defined.
    pub defined: Timestamp,
    /// When things last happened to him.
    pub stamps: Stamps,
    /// When they last happened on each channel.
    pub channel_stamps: Sparse<(ChannelId, Stamps)>,
    /// The last offer made to him.
    pub turn: OfferId,
    /// How he answered his last offers.
    pub history: History,
    /// When his shift ends.
    pub shift_end: Moment,
    /// How often he came on queue.
    pub session: u32,
    /// What he takes part in or is asked to, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub legs: Sparse<Leg>,
    /// What he drew from pools, does not have any more and is not given back yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spent: BTreeMap<PoolId, u32>,
}

/// A membership as an agent has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Member {
    /// The queue.
    pub queue: QueueId,
    /// The terms.
    pub terms: Membership,
    /// How much of his share of the queue's work he has had on these terms, for
    /// [`AgentChoice::WeightedShare`](crate::AgentChoice::WeightedShare).
    pub share: u64,
    /// The channel for whose work the terms hold; none: for that of every channel for which he has
    /// no terms of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
}

impl Member {
    /// His memberships stand in this order.
    pub(crate) const fn order(&self) -> (u8, QueueId, Option<ChannelId>) {
        (self.terms.rank, self.queue, self.channel)
    }
}

/// When things last happened; an agent's definition stands for what never did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Stamps {
    /// He was last released from work.
    pub released: Timestamp,
    /// Something was last offered to him.
    pub offered: Timestamp,
    /// He last accepted or was assigned something.
    pub accepted: Timestamp,
    /// His presence last changed, or he came back who had not responded.
    pub presence: Timestamp,
}

impl Stamps {
    /// Everything at this instant.
    #[must_use]
    pub(crate) const fn all(at: Timestamp) -> Self {
        Self { released: at, offered: at, accepted: at, presence: at }
    }
}

/// One piece of work that an agent has, parked, or wraps up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// The work.
    pub work: WorkId,
    /// The queue it was in.
    pub queue: QueueId,
    /// Where it is.
    pub state: AssignmentState,
    /// What it takes of his capacity.
    pub claim: Claim,
    /// When it began.
    pub since: Timestamp,
    /// The code he gave.
    pub code: Option<CodeId>,
    /// Whether he asked for time to wrap up.
    pub wrap_up_requested: bool,
    /// When the wrap-up was to end before any extension.
    pub wrap_up_until: Timestamp,
    /// How long it has occupied the agent.
    pub handled: Stopwatch,
    /// What it draws on.
    #[serde(default, skip_serializing_if = "DrawId::is_nothing")]
    pub(crate) draws: DrawId,
    /// The most of it that counted since each of these pools was reset.
    #[serde(default, skip_serializing_if = "is_flat")]
    pub(crate) peaks: Peaks,
}

impl Agent {
    /// An agent who was defined just now.
    #[must_use]
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            presence: Presence::Offline {
                id: crate::model::presence::SystemPresence::Offline.id(),
            },
            status: RoutingStatus::OffQueue,
            draining: false,
            own_call: false,
            in_debt: false,
            usage: Usage::default(),
            offers: Vec::new(),
            assignments: Vec::new(),
            memberships: Memberships::default(),
            defined: at,
            stamps: Stamps::all(at),
            channel_stamps: Sparse::new(),
            turn: OfferId::NONE,
            history: History::default(),
            shift_end: Moment::NONE,
            session: 0,
            legs: Sparse::new(),
            spent: BTreeMap::new(),
        }
    }

    /// How he is a member of a queue for work of a channel: by the terms for that channel, or else
    /// by those for all.
    #[must_use]
    pub(crate) fn member(&self, queue: QueueId, channel: ChannelId) -> Option<PackedMember<'_>> {
        let holds = |member: &PackedMember<'_>| {
            member.queue() == queue && member.channel().is_none_or(|its| its == channel)
        };
        let terms = self.memberships.iter().filter(holds);
        terms.max_by_key(|member| member.channel())
    }

    /// All his memberships.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = Member> + '_ {
        self.memberships.iter().map(PackedMember::member)
    }

    /// How much of his share he has had now on just these terms.
    pub(crate) fn set_share(&mut self, of: Member, share: u64) {
        let place = self.members().position(|member| member.order() == of.order());
        place.into_iter().for_each(|place| self.memberships.set_share(place, share));
    }

    /// His terms in a queue for just this channel, or for all that have none of their own.
    #[must_use]
    pub(crate) fn terms(&self, queue: QueueId, channel: Option<ChannelId>) -> Option<Membership> {
        let exact = |member: &Member| (member.queue, member.channel) == (queue, channel);
        self.members().find(exact).map(|member| member.terms)
    }

    /// All that keeps him from being offered work of a channel in a presence, room aside. One who
    /// is off queue, or on a call of his own, does not count as one who does not respond.
    pub(crate) fn away(
        &self,
        presence: &PresenceProfile,
        channel: ChannelId,
    ) -> impl Iterator<Item = Unavailable> + use<> {
        let off_queue = !presence.opens(channel);
        let named = off_queue || self.own_call;
        let responds =
            self.status.takes_offers() || (named && self.status != RoutingStatus::NotResponding);
        let all = [
            (off_queue, Unavailable::OffQueue),
            (self.own_call, Unavailable::OwnCall),
            (!responds, Unavailable::NotResponding),
            (self.draining, Unavailable::Draining),
        ];
        all.into_iter().filter_map(|(stands, why)| stands.then_some(why))
    }

    /// Whether he may have one more assignment, counting those he may accept or be handed.
    pub(crate) fn may_have_more(&self, limits: &Limits) -> bool {
        self.engagements() < limits.assignments as usize
    }

    /// The terms on which he is a member of a queue for work of a channel.
    #[must_use]
    pub(crate) fn membership(&self, queue: QueueId, channel: ChannelId) -> Option<Membership> {
        self.member(queue, channel).map(|member| member.member().terms)
    }

    /// His assignment of a piece of work.
    #[must_use]
    pub(crate) fn assignment(&self, work: WorkId) -> Option<&Assignment> {
        self.assignments.iter().find(|assignment| assignment.work == work)
    }

    /// Whether he has it, wraps it up, or takes part in it.
    #[must_use]
    pub(crate) fn has(&self, work: WorkId) -> bool {
        self.assignment(work).is_some() || self.leg(work).is_some()
    }

    /// What he is occupied with.
    #[must_use]
    pub(crate) fn load(&self) -> Load {
        if self.own_call {
            Load::OwnCall
        } else if self.assignments.iter().any(|assignment| assignment.state.occupies())
            || self.legs.iter().any(Leg::occupies)
        {
            Load::Working
        } else if self.offers.is_empty() && !self.legs.iter().any(Leg::rings) {
            Load::Free
        } else {
            Load::Ringing
        }
    }

    /// Since when he is idle by a clock, for work of a channel. With the channel's own clock
    /// whoever never had anything of the channel counts from his definition.
    #[must_use]
    pub(crate) fn idle_since(&self, clock: IdleClock, channel: ChannelId) -> Timestamp {
        let on_channel = self.channel_stamps.iter().find(|(id, _)| *id == channel);
        let stamps = match (clock.own_channel, on_channel) {
            (false, _) => self.stamps,
            (true, Some((_, stamps))) => *stamps,
            (true, None) => Stamps::all(self.defined),
        };
        match clock.since {
            IdleSince::LastRelease => stamps.released,
            IdleSince::LastOffer => stamps.offered,
            IdleSince::LastAccept => stamps.accepted,
            IdleSince::Ready => self.stamps.released.max(self.stamps.presence),
        }
    }

    /// Stamps something that happened on a channel.
    pub(crate) fn stamp(&mut self, channel: ChannelId, set: impl Fn(&mut Stamps)) {
        set(&mut self.stamps);
        match self.channel_stamps.iter_mut().find(|(id, _)| *id == channel) {
            Some((_, stamps)) => set(stamps),
            None => {
                let mut stamps = Stamps::all(self.defined);
                set(&mut stamps);
                self.channel_stamps.push((channel, stamps));
            }
        }
    }
}

/// A queue as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// Whom it offered something to last.
    pub last: Option<AgentId>,
    /// Where the shares of its members stand: nobody is behind it.
    pub share: u64,
    /// How often each rule of its classification has taken on work.
    pub draws: Vec<u64>,
    /// What it has experienced.
    pub tally: Tally,
    /// The conditional rings that have joined, one bit each.
    pub joined: u16,
    /// When it is looked at next.
    pub look: Option<Timestamp>,
    /// When the first offer was made that counts against its ramp.
    pub ramp_since: Timestamp,
    /// How many offers count against it.
    pub ramp_used: u16,
}

impl Queue {
    /// Whether it may not offer anything just now, and until when.
    pub(crate) fn held_back(&self, queue: &QueueProfile, now: Timestamp) -> Option<Timestamp> {
        let ramp = queue.ramp?;
        let until = self.ramp_since + ramp.per;
        (self.ramp_used >= ramp.offers && now < until).then_some(until)
    }

    /// A queue that was defined just now.
    #[must_use]
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            last: None,
            tally: Tally::new(at),
            share: 0,
            draws: Vec::new(),
            joined: 0,
            look: None,
            ramp_since: at,
            ramp_used: 0,
        }
    }
}

/// A step of a wait for preferred agents, or none, in two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<PreferenceStep>", into = "Option<PreferenceStep>")]
pub(crate) struct Step {
    until: Moment,
    number: u8,
}

impl Step {
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
        let none = Self { until: Moment::NONE, number: 0 };
        step.map_or(none, |step| Self { until: step.until.into(), number: step.number })
    }
}

impl From<Step> for Option<PreferenceStep> {
    fn from(step: Step) -> Self {
        step.get()
    }
}

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

/// A pool as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Pool {
    /// When it is reset next, as long as anything is spent.
    pub reset_at: Option<Timestamp>,
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
        begin.map(|begin| begin.before(self.skipped))
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

/// An offer that rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
    /// Where it is.
    pub state: OfferState,
    /// What it takes of his capacity.
    pub claim: Claim,
    /// When it was made.
    pub since: Timestamp,
    /// Who chose the agent.
    pub by: OfferedBy,
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
