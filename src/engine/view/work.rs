//! Work, to read.

use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::fact::event::StandIn;
use crate::model::ids::{QueueId, WorkId};
use crate::model::work::WorkRequest;
use crate::policy::estimate::Estimate;
use crate::policy::order::LineKey;
use crate::policy::relaxation::{StepState, standing};
use crate::state::work::Stage;
use crate::world::legs::Leg;
use crate::world::rows::Work;
use crate::world::state::World;
use crate::world::stores::QueueRules;

use crate::engine::view::estimates::estimates;
use crate::engine::view::fields::fields;

/// Open work, to read.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::state::Stage;
///
/// let (now, mut log) = (Timestamp::from_millis(60_000), Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let began = Some(Timestamp::EPOCH);
/// let request = WorkRequest::new(queue, chat).with_origin(began);
/// let work = engine.execute(now, Submit::new(request), &mut log)?;
/// let work = engine.view().work(work).unwrap();
/// assert_eq!(work.stage(), Stage::Queued);
/// assert_eq!(work.waited(now), Span::from_mins(1));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WorkView<'a> {
    world: &'a World,
    now: Timestamp,
    id: WorkId,
    row: &'a Work,
}

impl<'a> WorkView<'a> {
    pub(super) const fn of(world: &'a World, now: Timestamp, id: WorkId, row: &'a Work) -> Self {
        Self { world, now, id, row }
    }

    /// Its place among what waits in a queue.
    pub(super) fn line_key(self, rules: QueueRules<'_>) -> LineKey {
        self.row.line_key(self.id, rules)
    }

    /// Its id.
    #[must_use]
    pub const fn id(self) -> WorkId {
        self.id
    }

    /// The latest instant the engine was told: that of the decision, where a host's rule is asked.
    #[must_use]
    pub const fn now(self) -> Timestamp {
        self.now
    }

    /// The host's key for it, if it has one.
    #[must_use]
    pub fn key(self) -> Option<&'a Key> {
        self.request().key.as_ref()
    }

    /// All that is said of it.
    #[must_use]
    pub fn request(self) -> &'a WorkRequest {
        &self.row.request
    }

    /// The queue it is in, or was in last.
    #[must_use]
    pub const fn queue(self) -> QueueId {
        self.row.queue
    }

    /// Where it is.
    #[must_use]
    pub const fn stage(self) -> Stage {
        self.row.stage
    }

    /// When it really began.
    #[must_use]
    pub const fn origin(self) -> Timestamp {
        self.row.origin
    }

    /// When it first entered a line; none as long as it is scheduled or suspended from the first.
    #[must_use]
    pub const fn queued(self) -> Option<Timestamp> {
        self.row.queued.get()
    }

    /// When it entered the queue it is in.
    #[must_use]
    pub const fn entered(self) -> Timestamp {
        self.row.entered
    }

    /// How long it has waited from its real start, whatever credit it was given.
    #[must_use]
    pub fn waited(self, now: Timestamp) -> Span {
        now.since(self.row.origin)
    }

    /// How often it was rejected or missed since everybody could be asked.
    #[must_use]
    pub const fn attempts(self) -> u16 {
        self.row.attempts
    }

    /// The legs of the agents who take part in the work beside its owner or are asked to, oldest
    /// first.
    pub fn legs(self) -> impl Iterator<Item = &'a Leg> + use<'a> {
        let (world, id) = (self.world, self.id);
        self.row.legs.iter().filter_map(move |agent| world.agent(*agent).ok()?.leg(id))
    }

    /// The steps of its relaxation in this stay, from what it asked for at first; none without a
    /// relaxation. What is past stays past while an agent has the work.
    ///
    /// ```
    /// use strowger::model::{Relaxation, RelaxationStep};
    /// use strowger::prelude::*;
    /// use strowger::view::StepState;
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
    /// let step = |secs| RelaxationStep::default().with_after(Span::from_secs(secs));
    /// let steps = Relaxation::of([step(30), step(60)]);
    /// let bullseye = QueueProfile::default().with_relaxation(steps);
    /// let queue = engine.execute(now, Define::new("support", bullseye), &mut log)?;
    /// let work = engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
    /// engine.advance(Timestamp::from_millis(30_000), &mut log)?;
    /// let steps = engine.view().work(work).unwrap().steps();
    /// let states: Vec<_> = steps.iter().map(|step| step.state).collect();
    /// assert_eq!(states, [StepState::Expired, StepState::Active, StepState::ToCome]);
    /// assert_eq!(steps[2].at, Some(Timestamp::from_millis(60_000)));
    /// # Ok::<(), Refusal>(())
    /// ```
    #[must_use]
    pub fn steps(self) -> Vec<StepView> {
        let Ok(rules) = self.world.queue_rules(self.row.queue) else { return Vec::new() };
        let relaxation = self.row.relaxation(rules.profile).into_iter();
        let steps = relaxation.flat_map(|relaxation| standing(relaxation, self.row.relaxed));
        let view =
            |(after, state)| StepView { after, at: self.row.relaxed_at(rules, after), state };
        steps.map(view).collect()
    }

    /// The rules of overflow of its queue in their order, and where each stands in this stay.
    ///
    /// ```
    /// use strowger::model::{OverflowAction, OverflowRule, Trigger};
    /// use strowger::prelude::*;
    ///
    /// let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
    /// let unstaffed = OverflowRule::new(Trigger::NobodyStaffed, OverflowAction::Relax)
    ///     .with_holds_for(Span::from_secs(20));
    /// let queue = QueueProfile::default().with_overflow([unstaffed]);
    /// let queue = engine.execute(now, Define::new("support", queue), &mut log)?;
    /// let work = engine.execute(now, Submit::new(WorkRequest::new(queue, chat)), &mut log)?;
    /// let rules = engine.view().work(work).unwrap().rules();
    /// assert_eq!((rules[0].done, rules[0].since), (false, Some(now)));
    /// # Ok::<(), Refusal>(())
    /// ```
    #[must_use]
    pub fn rules(self) -> Vec<RuleView> {
        let Ok(queue) = self.world.queue_profile(self.row.queue) else { return Vec::new() };
        let watches = &self.world.stores().watches;
        let view = |rule| RuleView {
            rule,
            done: self.row.has_fired(rule),
            since: watches.of(self.id, rule).since,
        };
        (0..).zip(&queue.overflow).map(|(rule, _)| view(rule)).collect()
    }

    /// For what work it stands in a line, if it stands for any
    /// ([`ConsultQueue`](crate::command::ConsultQueue)).
    #[must_use]
    pub fn stands_for(self) -> Option<StandIn> {
        self.world.stand_in(self.id)
    }

    /// The open work that stands for it, oldest first.
    pub fn stand_ins(self) -> impl Iterator<Item = WorkId> + use<'a> {
        self.world.stand_ins_of(self.id)
    }

    /// Its place in the line of its queue, from 1, if it waits.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        if self.row.stage != Stage::Queued {
            return None;
        }
        let rules = self.world.queue_rules(self.row.queue).ok()?;
        let line = self.world.index().line(self.row.queue)?;
        Some(line.ahead(self.row.line_key(self.id, rules), self.now) + 1)
    }

    /// How long it will wait behind what is ahead of it, by every formula there is, in the order
    /// of [`Estimator::ALL`](crate::model::Estimator::ALL); none if it does not wait. The moving
    /// average is of whole waits, the others count from now.
    #[must_use]
    pub fn estimates(self) -> Option<[Estimate; 4]> {
        let ahead = u32::try_from(self.position()?.saturating_sub(1)).unwrap_or(u32::MAX);
        let tally = &self.world.queue(self.row.queue).ok()?.tally;
        Some(estimates(self.world, self.now, (self.row.queue, tally), ahead))
    }
}

/// A step of the relaxation of a piece of work, to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StepView {
    /// When it begins on the clock of the relaxation.
    pub after: Span,
    /// The instant of that. `None` as long as the clock has not begun.
    pub at: Option<Timestamp>,
    /// Where it stands.
    pub state: StepState,
}

/// A rule of overflow as it stands for a piece of work, to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleView {
    /// The number of the rule, from 0.
    pub rule: u8,
    /// True if it was done in this stay.
    pub done: bool,
    /// Since when its trigger holds; none unless it is waited for how long it holds
    /// ([`OverflowRule::holds_for`](crate::model::OverflowRule::holds_for)).
    pub since: Option<Timestamp>,
}

/// The request of the work, and its state at the latest instant the engine was told.
impl Serialize for WorkView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, "WorkView", {
            id: self.id(),
            request: self.request(),
            queue: self.queue(),
            stage: self.stage(),
            origin: self.origin(),
            queued: self.queued(),
            entered: self.entered(),
            waited: self.waited(self.now),
            attempts: self.attempts(),
            position: self.position(),
            estimates: self.estimates(),
            legs: self.legs().collect::<Vec<_>>(),
            steps: self.steps(),
            rules: self.rules(),
            stands_for: self.stands_for(),
            stand_ins: self.stand_ins().collect::<Vec<_>>(),
        })
    }
}
