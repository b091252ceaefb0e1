//! Applying what happens to work and to assignments.

use alloc::sync::Arc;

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Span, Timestamp};
use crate::fact::event::{PreferenceStep, QueuedWhy, Sticky};
use crate::model::channel::ChannelProfile;
use crate::model::ids::{AgentId, CodeId, QueueId, WorkId};
use crate::model::need::Need;
use crate::model::schedule::Schedule;
use crate::model::work::{WorkChange, WorkRequest};
use crate::policy::offering::Bar;
use crate::policy::order::Place;
use crate::policy::wrap_up::WrapUp;
use crate::state::assignment::{AssignmentState, AssignmentStep};
use crate::state::work::{CloseCause, Stage, WorkStep};
use crate::world::apply::Misfit;
use crate::world::draws::DrawId;
use crate::world::index::TimerKey;
use crate::world::needs::NeedId;
use crate::world::rows::{Assignment, EndedWork, Queue, Step, Work};
use crate::world::state::{Missing, OrMissing, World};

/// How work enters a line.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub queue: QueueId,
    pub place: Place,
    pub why: QueuedWhy,
    pub sticky: Option<Sticky>,
}

impl World {
    pub(super) fn submit(
        &mut self,
        id: WorkId,
        request: &Arc<WorkRequest>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        self.queue(request.queue)?;
        let channel = self.channel_profile(request.channel)?;
        let origin = request.origin.unwrap_or(at);
        let lifetime = request.lifetime.or(channel.lifetime);
        let lifetime = lifetime.filter(|_| request.schedule.is_none());
        let mut work = Work {
            request: request.clone(),
            submitted: None,
            need: NeedId::from_raw(0),
            queue: request.queue,
            stage: match request.schedule {
                None => Stage::Queued,
                Some(Schedule { at: Some(at), activation }) => Stage::Scheduled { at, activation },
                Some(Schedule { at: None, .. }) => Stage::Suspended,
            },
            cost: request.size.unwrap_or(channel.cost),
            place: Place { front: request.front, since: origin },
            origin,
            queued: request.schedule.is_none().then_some(at).into(),
            entered: at,
            counted: false,
            expires: lifetime.map(|lifetime| origin + lifetime).into(),
            revealed: Span::ZERO,
            step: first_step(request, at),
            handled: false,
            retry: Moment::NONE,
            attempts: 0,
            declines: Sparse::new(),
            relaxed: Span::ZERO,
            skipped: Span::ZERO,
            first_offer: Moment::NONE,
            ringing_too: Sparse::new(),
            open_to: 0,
            last_agent: None,
            sticky: false,
            unassigned: 0,
            unreached: 0,
            fired: 0,
            widened: 0,
            legs: Sparse::new(),
            past_legs: Sparse::new(),
            draws: DrawId::NOTHING,
        };
        let pools = Self::pools_named(request, self.channel_profile(request.channel)?);
        work.need = self.known_need(&work)?.unwrap_or_else(|new| self.intern(new));
        if self.stores.works.next_id() != Some(id) {
            return Err(Misfit::OutOfOrder);
        }
        work.draws = self.draw_on(pools);
        self.stores.needs.count(work.need, true);
        if work.arrives() {
            self.queue_mut(work.queue)?.tally.arrive(at);
        }
        let Self { stores, index } = self;
        index.share_request(&mut work);
        index.set_line(&stores.queues, id, &work, true);
        index.set_work_clock(&stores.queues, id, &work);
        stores.works.open(id, work);
        if let Some(key) = &request.key {
            // Closed work loses its key to work that uses it again, so that the rows alone say
            // whose it is.
            let old = self.index.keys.works.get(key);
            if let Some(ended) = old.and_then(|old| self.stores.ended_works.get_mut(old)) {
                Arc::make_mut(&mut ended.submitted).key = None;
            }
            self.index.keys.works.set(key.clone(), id);
        }
        Ok(())
    }

    pub(super) fn change_work(&mut self, id: WorkId, change: &WorkChange) -> Result<(), Misfit> {
        self.restage_anew(id, |row| {
            row.take_change(change);
            Ok(())
        })
    }

    /// What an agent had ends when it was due; the stay in another queue begins with the call.
    pub(super) fn queue_work(
        &mut self,
        id: WorkId,
        entry: Entry,
        wrap_up: Option<WrapUp>,
        at: Timestamp,
        due: Timestamp,
    ) -> Result<(), Misfit> {
        let Entry { queue, place, why, sticky } = entry;
        self.queue(queue)?;
        let lifetime = self.channel_profile(self.work(id)?.request.channel)?.lifetime;
        if let Some(owner) = self.work(id)?.stage.owner() {
            match wrap_up {
                Some(wrap_up) => self.begin_wrap_up(id, owner, wrap_up, at)?,
                None => drop(self.drop_assignment(id, owner, at)?),
            }
        }
        self.restage_anew(id, |row| {
            row.stage = row.stage.next(WorkStep::Requeue)?;
            row.place = place;
            row.step = Step::NONE;
            if row.queued.is_none() {
                begin(row, lifetime, at, due);
            }
            row.sticky = sticky.is_some();
            if let Some(sticky) = sticky {
                row.step = Some(PreferenceStep { number: 0, until: sticky.until }).into();
                row.last_agent = Some(sticky.agent);
            }
            row.unassigned = row.unassigned.saturating_add((why == QueuedWhy::Unassigned).into());
            row.begin_stay(at);
            row.change_queue(queue);
            Ok(())
        })?;
        self.tally_arrival(id, at)
    }

    pub(super) fn reveal(&mut self, id: WorkId, delay: Span) -> Result<(), Misfit> {
        self.restage(id, |row| {
            row.revealed = delay;
            Ok(())
        })
    }

    pub(super) fn relax(&mut self, id: WorkId, past: Span, skipped: Span) -> Result<(), Misfit> {
        self.restage_anew(id, |row| {
            row.relaxed = past;
            row.skipped = skipped;
            Ok(())
        })
    }

    pub(super) fn step_preference(
        &mut self,
        id: WorkId,
        step: Option<PreferenceStep>,
    ) -> Result<(), Misfit> {
        self.restage(id, |row| {
            row.step = step.into();
            row.sticky = false;
            Ok(())
        })
    }

    pub(super) fn hold(&mut self, id: WorkId, hold: bool) -> Result<(), Misfit> {
        let owner = self.owner(id)?;
        if hold {
            let weight = |profile: &ChannelProfile| profile.weights.held;
            self.step_assignment(id, owner, AssignmentStep::Hold, weight)
        } else {
            let weight = |profile: &ChannelProfile| profile.weights.active;
            self.step_assignment(id, owner, AssignmentStep::Retrieve, weight)
        }
    }

    pub(super) fn park(
        &mut self,
        id: WorkId,
        until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let owner = self.owner(id)?;
        self.restage(id, |row| {
            row.stage = row.stage.next(WorkStep::Park(until))?;
            Ok(())
        })?;
        let leg = *self.assignment_mut(id, owner)?;
        self.release_stamp(owner, &leg, at)?;
        self.assignment_mut(id, owner)?.handled = leg.handled.paused(at);
        self.step_assignment(id, owner, AssignmentStep::Park, |profile| profile.weights.parked)
    }

    pub(super) fn resume(&mut self, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
        let owner = self.owner(id)?;
        let leg = self.assignment_mut(id, owner)?;
        leg.handled = leg.handled.resumed(at);
        self.restage(id, |row| {
            row.stage = row.stage.next(WorkStep::Resume)?;
            Ok(())
        })?;
        self.step_assignment(id, owner, AssignmentStep::Resume, |profile| profile.weights.active)
    }

    pub(super) fn exhaust(&mut self, id: WorkId, retry: Option<Timestamp>) -> Result<(), Misfit> {
        self.restage(id, |row| {
            row.retry = retry.into();
            row.attempts = 0;
            Ok(())
        })
    }

    pub(super) fn forget_declines(&mut self, id: WorkId) -> Result<(), Misfit> {
        self.restage(id, |row| {
            row.retry = Moment::NONE;
            row.attempts = 0;
            row.declines = Sparse::new();
            Ok(())
        })
    }

    pub(super) fn lift_bar(&mut self, id: WorkId, agent: AgentId) -> Result<(), Misfit> {
        self.restage(id, |row| {
            let found = row.declines.iter_mut().find(|decline| decline.agent == agent);
            found.or_missing(agent)?.bar = Bar::None;
            Ok(())
        })
    }

    pub(super) fn request_wrap_up(&mut self, id: WorkId) -> Result<(), Misfit> {
        let owner = self.owner(id)?;
        self.assignment_mut(id, owner)?.wrap_up_requested = true;
        Ok(())
    }

    pub(super) fn end_contact(
        &mut self,
        id: WorkId,
        wrap_up: WrapUp,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let owner = self.owner(id)?;
        self.restage(id, |row| {
            row.stage = row.stage.next(WorkStep::EndContact)?;
            Ok(())
        })?;
        self.begin_wrap_up(id, owner, wrap_up, at)
    }

    pub(super) fn extend_wrap_up(
        &mut self,
        id: WorkId,
        agent: AgentId,
        until: Timestamp,
    ) -> Result<(), Misfit> {
        let assignment = self.assignment_mut(id, agent)?;
        assignment.state = assignment.state.next(AssignmentStep::Extend { until })?;
        self.index.clock.set(TimerKey::WrapUp(agent, id), Some(until));
        Ok(())
    }

    pub(super) fn set_code(
        &mut self,
        id: WorkId,
        agent: AgentId,
        code: CodeId,
    ) -> Result<(), Misfit> {
        self.assignment_mut(id, agent)?.code = Some(code);
        Ok(())
    }

    pub(super) fn end_wrap_up(
        &mut self,
        id: WorkId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        self.drop_assignment(id, agent, at).map(drop)
    }

    pub(super) fn close(
        &mut self,
        id: WorkId,
        cause: CloseCause,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let row = self.work(id)?;
        row.check_legs(row.stage.next(WorkStep::Close(cause))?)?;
        let (owner, mut code) = (row.stage.owner(), None);
        if let Some(owner) = owner {
            code = self.drop_assignment(id, owner, at)?.code;
        }
        let Self { stores, index } = self;
        let work = stores.works.close(id).or_missing(id)?;
        index.set_line(&stores.queues, id, &work, false);
        if work.stage.has_clock() {
            index.clock.set(TimerKey::Work(id), None);
        }
        if work.stage == Stage::Queued && cause == CloseCause::Abandoned {
            self.queue_mut(work.queue)?.tally.abandon(at);
        }
        self.stores.needs.count(work.need, false);
        self.draw_no_more(work.draws);
        let submitted = work.submitted().clone();
        let ended = EndedWork { submitted, cause, owner, code };
        if let Some((old, forgotten)) = self.stores.ended_works.remember(id, ended)
            && let Some(key) = &forgotten.submitted.key
        {
            self.index.keys.works.release(key, old);
        }
        Ok(())
    }

    /// Changes a piece of work, and with it its place in line and in the clock.
    pub(super) fn restage<R>(
        &mut self,
        id: WorkId,
        change: impl FnOnce(&mut Work) -> Result<R, Misfit>,
    ) -> Result<R, Misfit> {
        let Self { stores, index } = self;
        let work = stores.works.get_mut(id).or_missing(id)?;
        index.set_line(&stores.queues, id, work, false);
        let clocked = work.stage.has_clock();
        let told = change(work)?;
        work.check_legs(work.stage)?;
        index.set_line(&stores.queues, id, work, true);
        if clocked || work.stage.has_clock() {
            index.set_work_clock(&stores.queues, id, work);
        }
        Ok(told)
    }

    /// The same, where what the work asks for may change.
    pub(super) fn restage_anew(
        &mut self,
        id: WorkId,
        change: impl FnOnce(&mut Work) -> Result<(), Misfit>,
    ) -> Result<(), Misfit> {
        self.leave_line(id);
        let row = self.stores.works.get_mut(id).or_missing(id)?;
        change(row)?;
        row.check_legs(row.stage)?;
        self.renew_need(id)?;
        self.enter_line(id);
        self.set_work_clock(id);
        Ok(())
    }

    /// Brings what a piece of work asks for in step with what was asked and how far it is relaxed.
    pub(super) fn renew_need(&mut self, id: WorkId) -> Result<(), Misfit> {
        let work = self.work(id)?;
        let old = work.need;
        let need = self.known_need(work)?.unwrap_or_else(|new| self.intern(new));
        if need == old {
            return Ok(());
        }
        self.stores.needs.count(need, true);
        self.stores.needs.count(old, false);
        self.stores.works.get_mut(id).or_missing(id)?.need = need;
        Ok(())
    }

    /// The place of what a piece of work asks for now, or the need itself if it has none yet.
    fn known_need(&self, work: &Work) -> Result<Result<NeedId, Need>, Missing> {
        let need = work.need_now(self.queue_profile(work.queue)?);
        Ok(self.index.need_ids.get(&*need).copied().ok_or_else(|| need.into_owned()))
    }

    /// Gives a need that was not there before a place.
    fn intern(&mut self, need: Need) -> NeedId {
        let id = self.stores.needs.place(self.stores.config.limits.needs);
        if let Some(old) = self.stores.needs.put(id, need.clone()) {
            self.index.need_ids.swap_remove(&old);
            self.forget_need();
        }
        self.index_need(need, id);
        id
    }

    fn owner(&self, id: WorkId) -> Result<AgentId, Missing> {
        self.work(id)?.stage.owner().or_missing(id)
    }

    pub(super) fn assignment_mut(
        &mut self,
        id: WorkId,
        agent: AgentId,
    ) -> Result<&mut Assignment, Missing> {
        let assignments = &mut self.agent_mut(agent)?.assignments;
        assignments.iter_mut().find(|leg| leg.work == id).or_missing(id)
    }

    /// Makes a step of an assignment and holds what its new state takes.
    fn step_assignment(
        &mut self,
        id: WorkId,
        agent: AgentId,
        step: AssignmentStep,
        weight: impl Fn(&ChannelProfile) -> u8,
    ) -> Result<(), Misfit> {
        let mut before = *self.assignment_mut(id, agent)?;
        before.peaks = self.keep_peaks(&before);
        let weight = weight(self.channel_profile(before.claim.channel)?);
        let claim = crate::policy::room::Claim { weight, ..before.claim };
        let after = Assignment { state: before.state.next(step)?, claim, ..before };
        *self.assignment_mut(id, agent)? = after;
        self.reclaim(agent, after.draws, Some(before.claim), Some(claim))?;
        self.respend(agent, &before, Some(&after));
        Ok(())
    }

    pub(super) fn begin_wrap_up(
        &mut self,
        id: WorkId,
        agent: AgentId,
        wrap_up: WrapUp,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        let WrapUp { until, counts } = wrap_up;
        let leg = self.assignment_mut(id, agent)?;
        leg.wrap_up_until = until;
        if counts {
            // A contact that ended while it was parked is wrapped up by an agent who is occupied.
            leg.handled = leg.handled.resumed(at);
        } else {
            let leg = *leg;
            self.release_stamp(agent, &leg, at)?;
            self.tally_handling(&leg, at)?;
        }
        let weight = |profile: &ChannelProfile| if counts { profile.weights.wrap_up } else { 0 };
        self.step_assignment(id, agent, AssignmentStep::WrapUp { until, counts }, weight)?;
        if let Some(deadline) = self.assignment_mut(id, agent)?.state.deadline() {
            self.index.clock.set(TimerKey::WrapUp(agent, id), Some(deadline.at));
        }
        Ok(())
    }

    /// Ends an assignment and gives back what it held; what it was.
    pub(super) fn drop_assignment(
        &mut self,
        id: WorkId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<Assignment, Misfit> {
        let mut leg = *self.assignment_mut(id, agent)?;
        let ended = leg.state.next(AssignmentStep::End)?;
        debug_assert_eq!(ended, AssignmentState::Ended);
        self.release_stamp(agent, &leg, at)?;
        self.tally_handling(&leg, at)?;
        self.agent_mut(agent)?.assignments.retain(|other| other.work != id);
        if leg.state.deadline().is_some() {
            self.index.clock.set(TimerKey::WrapUp(agent, id), None);
        }
        self.reclaim(agent, leg.draws, Some(leg.claim), None)?;
        leg.peaks = self.keep_peaks(&leg);
        self.respend(agent, &leg, None);
        self.draw_no_more(leg.draws);
        Ok(leg)
    }

    /// The agent is released if an assignment of his occupied him until now.
    fn release_stamp(
        &mut self,
        agent: AgentId,
        leg: &Assignment,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        if leg.state.occupies() {
            self.agent_mut(agent)?.stamp(leg.claim.channel, |stamps| stamps.released = at);
        }
        Ok(())
    }

    pub(super) fn queue_mut(&mut self, id: QueueId) -> Result<&mut Queue, Missing> {
        self.stores.queue_rows.get_mut(id).or_missing(id)
    }
}

/// Work enters a line for the first time after it was put off: its life begins when it was due.
fn begin(row: &mut Work, lifetime: Option<Span>, at: Timestamp, due: Timestamp) {
    row.queued = at.into();
    row.origin = due;
    row.expires = row.request.lifetime.or(lifetime).map(|lifetime| due + lifetime).into();
    row.step = first_step(&row.request, at);
}

/// What work waits for first that asks for agents by name.
fn first_step(request: &WorkRequest, at: Timestamp) -> Step {
    let first = request.preferred.as_ref().and_then(|preferred| preferred.steps.first());
    first.map(|step| PreferenceStep { number: 0, until: at + step.wait }).into()
}
