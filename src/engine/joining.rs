//! An agent joins work that another has: asked by name, or by work that stands for it in a queue.

use crate::fact::event::{EndedBy, Event};
use crate::model::ids::{AgentId, WorkId};
use crate::state::leg::{LegEnd, LegRole};
use crate::state::work::CloseCause;

use crate::engine::turn::{Halted, Turn};
use crate::engine::wrap_up;

/// An agent who was asked joins. In a careful transfer they have the work at once.
pub(crate) fn join(
    turn: &mut Turn<'_>,
    work: WorkId,
    agent: AgentId,
    auto: bool,
) -> Result<(), Halted> {
    let leg = turn.agent(agent)?.leg(work);
    let (role, careful) = leg.map_or((LegRole::Consultant, false), |leg| (leg.role, leg.careful));
    turn.emit(Event::LegJoined { work, agent, role, auto })?;
    if careful {
        let wrap_up = wrap_up::after_transfer(turn, work)?;
        turn.emit(Event::HandedOver { work, agent, wrap_up })?;
    }
    Ok(())
}

/// Does what comes before an agent gets work that stands for other work: nothing else alerts them
/// that stands for it, and in a careful transfer nobody else is looked for any more.
pub(crate) fn prepare(turn: &mut Turn<'_>, id: WorkId, agent: AgentId) -> Result<(), Halted> {
    match turn.world.stand_in(id) {
        Some(stand_in) if stand_in.careful => {
            turn.end_stand_ins(stand_in.work, Some(id), LegEnd::Transferred)
        }
        Some(stand_in) => turn.withdraw_stand_ins(stand_in.work, Some(id), agent),
        None => Ok(()),
    }
}

/// An agent got work that stands for other work: it is over, and they take part in that work. What
/// they hold for the one is held for the other; at no moment it is free.
pub(crate) fn conclude(
    turn: &mut Turn<'_>,
    id: WorkId,
    agent: AgentId,
    auto: bool,
) -> Result<(), Halted> {
    let Some(stand_in) = turn.world.stand_in(id) else {
        return Ok(());
    };
    let (cause, by) = (CloseCause::Joined, EndedBy::Agent);
    turn.tell(Event::closed(id, cause, by))?;
    join(turn, stand_in.work, agent, auto)
}
