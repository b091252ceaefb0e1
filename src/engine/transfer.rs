//! Deciding transfers: an agent gives work away, to a queue or to another agent.

use crate::command::commands::{TransferToAgent, TransferToQueue};
use crate::command::refusal::Refusal;
use crate::fact::event::{Event, OfferedBy, QueuedWhy};
use crate::model::ids::OfferId;
use crate::model::queue::QueueProfile;
use crate::model::requeue::Requeue;
use crate::state::offer::Withdrawal;
use crate::state::work::Stage;

use crate::engine::matching::by_hand::Fitness;
use crate::engine::matching::item;
use crate::engine::run::Run;
use crate::engine::turn::Turn;
use crate::engine::waiting::Coming;
use crate::engine::{alerting, checks, offering, overflow, place, relax, waiting, wrap_up};

impl Run for TransferToQueue {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, queue, placement } = self;
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
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        let why = QueuedWhy::Transferred;
        let sticky = None;
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky })?;
        Ok(overflow::enter(turn, work, Some(why))?)
    }
}

impl Run for TransferToAgent {
    fn run(self, turn: &mut Turn<'_>) -> Result<OfferId, Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        let row = turn.open_work(work)?;
        let (stage, queue) = (row.stage, row.queue);
        if let Some(offer) = item::alerting(turn.world, work, agent) {
            return Ok(offer);
        }
        if !stage.is_with_agent() {
            return Err(turn.wrong_stage(work));
        }
        checks::takes(turn, work, agent, Fitness::Waived)?;
        checks::may_be_offered(turn, agent)?;
        let place = place::after(turn, work, Requeue::Front)?;
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        let why = QueuedWhy::TransferredToAgent;
        let sticky = None;
        turn.emit(Event::WorkQueued { work, queue, place, why, wrap_up, sticky })?;
        relax::pass_empty_steps(turn, work)?;
        Ok(offering::offer(turn, work, agent, OfferedBy::Transfer)?)
    }
}
