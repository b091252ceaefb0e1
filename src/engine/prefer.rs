//! The wait for agents whom work asks for by name, step by step.

use crate::base::time::Span;
use crate::fact::event::{Event, PreferenceStep};
use crate::model::ids::{AgentId, WorkId};
use crate::model::preferred::Preferred;
use crate::model::work::WorkChange;

use crate::engine::matching::hope;
use crate::engine::turn::{Halted, Turn};

/// The change by which work waits for an agent by name. Whoever names one by hand waives the need.
pub(crate) fn by_hand(agent: AgentId, wait: Span) -> WorkChange {
    WorkChange::default().with_preferred(Preferred::agent(agent, wait).with_ignore_need(true))
}

/// A step of the wait is over.
pub(crate) fn end_step(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    next_step(turn, work)?;
    pass_refused_steps(turn, work)
}

/// Goes on as long as everybody whom the work asks for in its step has declined it for good: such a
/// step would be waited out in vain.
pub(crate) fn pass_refused_steps(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    while hope::is_step_refused(turn.matching(), work) {
        next_step(turn, work)?;
    }
    Ok(())
}

/// A late call gives the next step its full time. After a wait for the agent who had the work last
/// comes anybody.
fn next_step(turn: &mut Turn<'_>, work: WorkId) -> Result<(), Halted> {
    let row = turn.work(work)?;
    let number = row.step.get().map_or(0, |step| step.number.saturating_add(1));
    let list = row.request.preferred.as_ref().filter(|_| !row.sticky);
    let step = list.and_then(|preferred| preferred.steps.get(usize::from(number)));
    let step = step.map(|step| PreferenceStep { number, until: turn.now + step.wait });
    turn.emit(Event::PreferenceStepped { work, step })
}
