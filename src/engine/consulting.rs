//! Deciding consults of queues, and careful transfers: work stands for other work in a line, or an
//! agent is asked, and the owner keeps what they have meanwhile.

use alloc::sync::Arc;

use crate::command::commands::{ConsultQueue, TransferToAgent, TransferToQueue};
use crate::command::refusal::Refusal;
use crate::fact::event::{Event, StandIn};
use crate::model::ids::{ChannelId, Entity, WorkId};
use crate::model::preferred::Preferred;
use crate::model::queue::QueueProfile;
use crate::model::work::WorkRequest;
use crate::state::leg::LegRole;
use crate::world::rows::Work;

use crate::engine::alerting::{Alert, alert};
use crate::engine::matching::by_hand::Fitness;
use crate::engine::run::Run;
use crate::engine::submit::{admit, check_admission};
use crate::engine::turn::Turn;
use crate::engine::{checks, joining, place};

impl Run for ConsultQueue {
    fn run(self, turn: &mut Turn<'_>) -> Result<WorkId, Refusal> {
        let work = self.work;
        turn.check_work_known(work)?;
        turn.check_mentions(|name| self.mentions(name))?;
        let asked = self.asked();
        asked.check(turn.now)?;
        asked.check_data(&turn.world.stores().config.limits)?;
        checks::owner(turn, work)?;
        checks::legs(turn, work)?;
        let (request, stands_for) = (like(asked, turn, work)?, Some(StandIn::new(work)));
        let id = check_admission(turn, &request, stands_for)?;
        Ok(admit(turn, id, request, stands_for)?)
    }
}

impl ConsultQueue {
    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        name(self.queue.into());
        self.need.mentions(name);
        self.preferred.iter().for_each(|preferred: &Preferred| preferred.mentions(name));
    }

    /// The request as far as the command says it; the channel is that of the work.
    fn asked(self) -> WorkRequest {
        WorkRequest {
            need: self.need,
            preferred: self.preferred,
            priority: self.priority,
            attributes: self.attributes,
            attached: self.attached,
            auto_accept: self.auto_accept,
            ..WorkRequest::new(self.queue, ChannelId::from_raw(0))
        }
    }
}

/// A request that takes what other work takes.
fn like(request: WorkRequest, turn: &Turn<'_>, work: WorkId) -> Result<Arc<WorkRequest>, Refusal> {
    let row = turn.open_work(work)?;
    Ok(Arc::new(WorkRequest {
        channel: row.request.channel,
        size: Some(row.cost),
        pools: turn.world.pools(row.pool_set).to_vec(),
        internal: true,
        never_to: row.request.never_to.clone(),
        ..request
    }))
}

/// A careful transfer to a queue: the owner keeps the work until somebody of the queue has it.
pub(crate) fn transfer_to_queue(
    turn: &mut Turn<'_>,
    command: &TransferToQueue,
) -> Result<WorkId, Refusal> {
    let TransferToQueue { work, queue, placement, .. } = *command;
    turn.check_work_known(work)?;
    turn.live::<QueueProfile>(queue)?;
    checks::owner(turn, work)?;
    if let Some(known) = transferred_before(turn, command) {
        return Ok(known);
    }
    checks::legs(turn, work)?;
    let row = turn.open_work(work)?;
    let requeue = placement.unwrap_or(turn.queue_profile(row.queue)?.requeue.transferred);
    let place = place::in_queue(turn, work, queue, requeue)?;
    let all = sent_on(turn.open_work(work)?);
    let asked =
        WorkRequest { queue, front: place.front, credit: turn.now.since(place.since), ..all };
    let request = like(asked, turn, work)?;
    let stands_for = Some(StandIn::new(work).with_careful(true));
    let id = check_admission(turn, &request, stands_for)?;
    turn.end_transfer(work)?;
    Ok(admit(turn, id, request, stands_for)?)
}

/// The careful transfer to this very queue that is under way.
fn transferred_before(turn: &Turn<'_>, command: &TransferToQueue) -> Option<WorkId> {
    let same = |id: &WorkId| {
        let careful = turn.world.stand_in(*id).is_some_and(|stand_in| stand_in.careful);
        careful && turn.world.work(*id).is_ok_and(|row| row.submitted().queue == command.queue)
    };
    turn.world.stand_ins_of(command.work).find(same)
}

/// What is said of work that is sent on. It asks for nobody by name any more, and its life is not
/// that of the work.
fn sent_on(row: &Work) -> WorkRequest {
    let request = &row.request;
    WorkRequest {
        need: request.need.clone(),
        priority: request.priority,
        due: request.due,
        attributes: request.attributes.clone(),
        attached: request.attached.clone(),
        relaxation: request.relaxation.clone(),
        objective: request.objective,
        auto_accept: request.auto_accept,
        ..WorkRequest::new(row.queue, request.channel)
    }
}

/// A careful transfer to an agent: the owner keeps the work until that agent has it.
pub(crate) fn transfer_to_agent(
    turn: &mut Turn<'_>,
    command: &TransferToAgent,
) -> Result<(), Refusal> {
    let TransferToAgent { work, agent, .. } = *command;
    checks::named(turn, work, agent)?;
    checks::owner(turn, work)?;
    if turn.agent(agent)?.leg(work).is_some_and(|leg| leg.careful) {
        return Ok(());
    }
    checks::takes(turn, work, agent, Fitness::Waived)?;
    checks::may_be_offered(turn, agent)?;
    checks::legs(turn, work)?;
    let Alert { auto, until } = alert(turn, work, agent, turn.now)?;
    turn.end_transfer(work)?;
    let (role, careful) = (LegRole::Consultant, true);
    turn.emit(Event::LegRequested { work, agent, role, until, careful })?;
    if auto {
        joining::join(turn, work, agent, auto)?;
    }
    Ok(())
}
