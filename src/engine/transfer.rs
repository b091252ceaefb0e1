//! Deciding transfers: an agent gives work away, to a queue or to another agent.

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::base::time::Span;
use crate::command::commands::{TransferOutside, TransferToAgent, TransferToQueue};
use crate::command::refusal::Refusal;
use crate::fact::event::{EndedBy, Event, OfferedBy, Outside, QueuedWhy};
use crate::model::ids::{AgentId, OfferId, QueueId, WorkId};
use crate::model::invalid::Invalid;
use crate::model::queue::QueueProfile;
use crate::model::requeue::Requeue;
use crate::model::work::check_key;
use crate::state::offer::Withdrawal;
use crate::state::work::{CloseCause, Stage};

use crate::engine::matching::by_hand::Fitness;
use crate::engine::matching::{hope, item};
use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{
    alerting, checks, consulting, offering, overflow, place, prefer, relax, waiting, wrap_up,
};

impl Run for TransferToQueue {
    fn run(self, turn: &mut Turn<'_>) -> Result<Option<WorkId>, Refusal> {
        if self.careful {
            return consulting::transfer_to_queue(turn, &self).map(Some);
        }
        let Self { work, queue, placement, not_to_sender, .. } = self;
        turn.check_work_known(work)?;
        turn.live::<QueueProfile>(queue)?;
        let row = turn.open_work(work)?;
        let (stage, from) = (row.stage, row.queue);
        if !(stage.is_in_queue() || stage.is_with_agent()) {
            return Err(turn.wrong_stage(work));
        }
        if queue != from || stage != Stage::Queued {
            waiting::check(turn, queue, Coming::Moved(work))?;
        }
        if queue != from {
            refuse_unstaffed(turn, work, queue)?;
        }
        let transferred = turn.queue_profile(from)?.requeue.transferred;
        alerting::withdraw(turn, work, Withdrawal::Reassigned)?;
        let place = place::in_queue(turn, work, queue, placement.unwrap_or(transferred))?;
        let not_to = not_back_to(turn, work, queue, not_to_sender)?;
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        let (why, sticky) = (QueuedWhy::Transferred, None);
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
        overflow::enter(turn, work, Some(why))?;
        Ok(None)
    }
}

impl Run for TransferToAgent {
    fn run(self, turn: &mut Turn<'_>) -> Result<Option<OfferId>, Refusal> {
        if self.careful {
            return consulting::transfer_to_agent(turn, &self).map(|()| None);
        }
        let Self { work, agent, not_to_sender, wait, .. } = self;
        checks::named(turn, work, agent)?;
        let row = turn.open_work(work)?;
        let stage = row.stage;
        if let Some(offer) = item::alerting(turn.world, work, agent) {
            return Ok(Some(offer));
        }
        if !stage.is_with_agent() {
            return Err(turn.wrong_stage(work));
        }
        wait.map_or(Ok(()), |wait| Invalid::some_time("wait", wait))?;
        let takes = checks::takes(turn, work, agent, Fitness::Waived)
            .and_then(|()| checks::may_be_offered(turn, agent));
        match (takes, wait) {
            (Ok(()), _) => {}
            (Err(refusal), None) => return Err(refusal),
            (Err(_), Some(wait)) => {
                checks::not_involved(turn, work, agent)?;
                return await_agent(turn, work, agent, wait, not_to_sender).map(|()| None);
            }
        }
        queue_for_agent(turn, work, QueuedWhy::TransferredToAgent, not_to_sender)?;
        relax::pass_empty_steps(turn, work)?;
        Ok(Some(offering::offer(turn, work, agent, OfferedBy::Transfer)?))
    }
}

/// Work waits in its line for an agent by name.
fn await_agent(
    turn: &mut Turn<'_>,
    work: WorkId,
    agent: AgentId,
    wait: Span,
    not_to_sender: bool,
) -> Result<(), Refusal> {
    let change = prefer::by_hand(agent, wait);
    if change.applied_to(&turn.work(work)?.request) != *turn.work(work)?.request {
        turn.emit(Event::WorkChanged { work, change: Arc::new(change) })?;
    }
    let why = QueuedWhy::AwaitsAgent;
    queue_for_agent(turn, work, why, not_to_sender)?;
    Ok(overflow::enter(turn, work, Some(why))?)
}

/// Work leaves its owner for another agent: it goes to the front of the queue it is in.
fn queue_for_agent(
    turn: &mut Turn<'_>,
    work: WorkId,
    why: QueuedWhy,
    not_to_sender: bool,
) -> Result<(), Halted> {
    let queue = turn.work(work)?.queue;
    let place = place::after(turn, work, Requeue::Front)?;
    let not_to = not_back_to(turn, work, queue, not_to_sender)?;
    let (wrap_up, sticky) = (wrap_up::after_transfer(turn, work)?, None);
    turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })
}

/// Refuses a queue that takes transfers only while somebody is there.
fn refuse_unstaffed(turn: &Turn<'_>, work: WorkId, queue: QueueId) -> Result<(), Refusal> {
    let refuses = turn.queue_profile(queue)?.refuse_unstaffed;
    let row = turn.work(work)?;
    if refuses && !hope::is_queue_staffed(turn.matching(), queue, row.request.channel) {
        return Err(Refusal::NobodyStaffed { queue });
    }
    Ok(())
}

impl Run for TransferOutside {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, to } = self;
        turn.check_work_known(work)?;
        check_key("to", &to)?;
        let Some(stage) = checks::stage_unless(turn, work, CloseCause::TransferredOutside)? else {
            return Ok(());
        };
        if !(stage.is_in_queue() || stage.is_with_agent()) {
            return Err(turn.wrong_stage(work));
        }
        alerting::withdraw(turn, work, Withdrawal::WorkGone)?;
        let by = if stage.owner().is_some() { EndedBy::Agent } else { EndedBy::Host };
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        let (cause, outside) = (CloseCause::TransferredOutside, Outside { to, wrap_up });
        Ok(turn.emit(Event::WorkClosed {
            work,
            cause,
            by,
            outside: Some(Box::new(outside)),
            never_wrapped_up: false,
        })?)
    }
}

/// The agent who sends work to a queue, if the command or the queue wants that it does not come
/// back to them. Work that nobody has is sent by nobody.
fn not_back_to(
    turn: &Turn<'_>,
    work: WorkId,
    queue: QueueId,
    not_to_sender: bool,
) -> Result<Option<AgentId>, Halted> {
    let wanted = not_to_sender || turn.queue_profile(queue)?.not_to_sender;
    Ok(turn.work(work)?.stage.owner().filter(|_| wanted))
}
