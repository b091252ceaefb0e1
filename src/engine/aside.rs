//! Deciding what takes work out of its line for a time: scheduled, suspended, called back later.

use crate::base::time::Timestamp;
use crate::command::commands::{
    Activate, CloseAt, Postpone, ReportUnreached, RequestCallback, Suspend, Unassign,
};
use crate::command::refusal::{LimitName, Refusal};
use crate::fact::event::{EndedBy, Event, QueuedWhy};
use crate::model::channel::ChannelProfile;
use crate::model::ids::WorkId;
use crate::model::invalid::{Invalid, Problem};
use crate::model::requeue::Requeue;
use crate::policy::order::Place;
use crate::state::offer::Withdrawal;
use crate::state::work::{CloseCause, Stage};

use crate::engine::requeue::requeue;
use crate::engine::run::Run;
use crate::engine::sticky::sticky_after_attempt;
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{alerting, checks, overflow, waiting};

impl Run for Activate {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, placement } = self;
        let row = turn.open_work(work)?;
        let queue = row.queue;
        match row.stage {
            stage if stage.is_put_off() => {
                waiting::check(turn, queue, Coming::Activated(work))?;
                Ok(enter(turn, work, placement, turn.now)?)
            }
            stage if stage.is_in_queue() => Ok(()),
            _ => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Suspend {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match turn.open_work(work)?.stage {
            Stage::Suspended => Ok(()),
            stage if stage.is_unowned() => {
                alerting::withdraw(turn, work, Withdrawal::WorkAside)?;
                turn.emit(Event::WorkSuspended { work })?;
                Ok(())
            }
            _ => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for Postpone {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, at, activation } = self;
        match turn.open_work(work)?.stage {
            same if same == (Stage::Scheduled { at, activation }) => Ok(()),
            stage if stage.is_unowned() => {
                alerting::withdraw(turn, work, Withdrawal::WorkAside)?;
                turn.emit(Event::WorkScheduled { work, at, activation })?;
                Ok(())
            }
            _ => Err(turn.wrong_stage(work)),
        }
    }
}

impl Run for CloseAt {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, at } = self;
        turn.check_work_known(work)?;
        if at.is_some_and(|at| at <= turn.now) {
            return Err(Invalid::new("at", Problem::Past).into());
        }
        let row = turn.open_work(work)?;
        if matches!(row.stage, Stage::WrapUp { .. }) {
            return Err(turn.wrong_stage(work));
        }
        let lifetime = turn.must(turn.world.channel_profile(row.request.channel))?.lifetime;
        let rules = turn.queue_rules(row.queue)?;
        let at = at.or_else(|| row.lifetime_ends(rules, lifetime));
        if at != row.expires.get() {
            turn.emit(Event::EndChanged { work, at })?;
        }
        Ok(())
    }
}

impl Run for Unassign {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, suspend, placement } = self;
        let row = turn.open_work(work)?;
        let (queue, times) = (row.queue, row.unassigned);
        if !row.stage.is_with_agent() {
            return Err(turn.wrong_stage(work));
        }
        let profile = turn.queue_profile(queue)?;
        let placement = placement.unwrap_or(profile.requeue.unassigned);
        if let Some(most) = profile.budget.unassignments.filter(|most| times >= *most) {
            return Err(Refusal::Limit { limit: LimitName::Unassignments, max: most.into() });
        }
        if suspend {
            turn.emit(Event::WorkSuspended { work })?;
        } else {
            requeue(turn, work, placement, QueuedWhy::Unassigned, None)?;
        }
        Ok(())
    }
}

impl Run for RequestCallback {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, channel, callback, at } = self;
        turn.check_work_known(work)?;
        turn.live::<ChannelProfile>(channel)?;
        callback.check()?;
        if at.is_some_and(|at| at <= turn.now) {
            return Err(Invalid::new("at", Problem::Past).into());
        }
        if turn.world.stand_in(work).is_some() {
            // It takes what the work takes for which it stands.
            return Err(Invalid::new("channel", Problem::Fixed).into());
        }
        let row = turn.open_work(work)?;
        let same = (row.request.channel, row.request.callback) == (channel, Some(callback));
        let stage = row.stage;
        checks::unowned(turn, work)?;
        if !same {
            alerting::withdraw(turn, work, Withdrawal::WorkAside)?;
            turn.emit(Event::CallbackRequested { work, channel, callback })?;
        }
        let until = at.map(|at| Stage::Scheduled { at, activation: false });
        if let Some(at) = at.filter(|_| until != Some(stage)) {
            alerting::withdraw(turn, work, Withdrawal::WorkAside)?;
            turn.emit(Event::WorkScheduled { work, at, activation: false })?;
        }
        Ok(())
    }
}

impl Run for ReportUnreached {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work } = self;
        match checks::stage_unless(turn, work, CloseCause::Unreached)? {
            None => return Ok(()),
            Some(stage) if stage.handler().is_some() => {}
            Some(_) => return Err(turn.wrong_stage(work)),
        }
        let row = turn.open_work(work)?;
        let policy = row.request.callback.filter(|callback| row.unreached < callback.retries);
        let retry = policy.map(|callback| turn.now + callback.gap);
        turn.emit(Event::CustomerUnreached { work, retry })?;
        if retry.is_none() {
            let (cause, by) = (CloseCause::Unreached, EndedBy::Host);
            turn.emit(Event::closed(work, cause, by))?;
        }
        Ok(())
    }
}

/// Work that was put off enters its line. In it for the first time it enters as it is due; what was
/// in it before goes where the command says, or else to its old place.
fn enter(
    turn: &mut Turn<'_>,
    work: WorkId,
    placement: Option<Requeue>,
    due: Timestamp,
) -> Result<(), Halted> {
    let row = turn.work(work)?;
    let why = QueuedWhy::Activated;
    let sticky = sticky_after_attempt(turn, work)?;
    if row.queued.is_none() {
        let (queue, place) = (row.queue, Place { front: row.request.front, since: due });
        let (wrap_up, not_to) = (None, None);
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
        overflow::enter(turn, work, Some(why))
    } else {
        requeue(turn, work, placement.unwrap_or(Requeue::KeepScore), why, sticky)
    }
}

/// The time of work that was put off has come.
pub(crate) fn end_schedule(
    turn: &mut Turn<'_>,
    work: WorkId,
    due: Timestamp,
) -> Result<(), Halted> {
    match turn.work(work)?.stage {
        Stage::Scheduled { activation: true, .. } => turn.emit(Event::WorkSuspended { work }),
        _ => enter(turn, work, None, due),
    }
}
