//! Deciding transfers: an agent gives work away, to a queue or to another agent.

use crate::command::commands::{TransferToAgent, TransferToQueue};
use crate::command::refusal::Refusal;
use crate::fact::event::{Event, OfferedBy, QueuedWhy};
use crate::model::ids::{AgentId, OfferId, QueueId, WorkId};
use crate::model::queue::QueueProfile;
use crate::model::requeue::Requeue;
use crate::state::offer::Withdrawal;
use crate::state::work::Stage;

use crate::engine::matching::by_hand::Fitness;
use crate::engine::matching::item;
use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};
use crate::engine::waiting::Coming;
use crate::engine::{
    alerting, checks, consulting, offering, overflow, place, relax, waiting, wrap_up,
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
        let Self { work, agent, not_to_sender, .. } = self;
        checks::named(turn, work, agent)?;
        let row = turn.open_work(work)?;
        let (stage, queue) = (row.stage, row.queue);
        if let Some(offer) = item::alerting(turn.world, work, agent) {
            return Ok(Some(offer));
        }
        if !stage.is_with_agent() {
            return Err(turn.wrong_stage(work));
        }
        checks::takes(turn, work, agent, Fitness::Waived)?;
        checks::may_be_offered(turn, agent)?;
        let place = place::after(turn, work, Requeue::Front)?;
        let not_to = not_back_to(turn, work, queue, not_to_sender)?;
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        let (why, sticky) = (QueuedWhy::TransferredToAgent, None);
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky, not_to })?;
        relax::pass_empty_steps(turn, work)?;
        Ok(Some(offering::offer(turn, work, agent, OfferedBy::Transfer)?))
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
