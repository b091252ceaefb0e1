//! The wait for the agent who had work last.

use crate::fact::event::Sticky;
use crate::model::agent::AgentProfile;
use crate::model::ids::WorkId;

use crate::engine::matching::item::may_ask_again;
use crate::engine::turn::{Halted, Turn};

/// The wait for the agent who had the work last, where its queue wants it and they may be asked.
pub(crate) fn sticky(turn: &Turn<'_>, work: WorkId) -> Result<Option<Sticky>, Halted> {
    let row = turn.work(work)?;
    let wait = turn.queue_profile(row.queue)?.sticky;
    let both = wait.zip(row.last_agent).filter(|(_, agent)| {
        turn.live::<AgentProfile>(*agent).is_ok() && may_ask_again(turn.matching(), row, *agent)
    });
    Ok(both.map(|(wait, agent)| Sticky { agent, until: turn.now + wait }))
}

/// The same for work whose customer is called again, because they did not answer: it goes to
/// whoever tried it before.
pub(crate) fn sticky_after_attempt(
    turn: &Turn<'_>,
    work: WorkId,
) -> Result<Option<Sticky>, Halted> {
    if turn.work(work)?.unreached > 0 { sticky(turn, work) } else { Ok(None) }
}
