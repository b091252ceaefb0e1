//! Gates of the work alone: [`Gate::InLine`] and [`Gate::Preferred`].

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::refusal::StageName;
use crate::model::ids::WorkId;
use crate::state::assignment::AssignmentState;
use crate::state::work::Stage;
use crate::world::rows::Work;
use crate::world::state::World;

use crate::engine::matching::case::{Case, Pair, Right};
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;

/// Work for which somebody may be asked: it waits, or it alerts fewer agents than it may.
pub(crate) fn in_line(matching: Matching<'_>, id: WorkId) -> Option<&Work> {
    matching.world.work(id).ok().filter(|work| work.in_line())
}

/// The name of the stage of open work. Work that an agent has is told apart by their assignment.
pub(crate) fn stage_name(world: &World, id: WorkId, stage: Stage) -> StageName {
    match stage {
        Stage::Queued => StageName::Queued,
        Stage::Offered { .. } => StageName::Offered,
        Stage::Assigned { agent } => {
            let assignment = world.agent(agent).ok().and_then(|agent| agent.assignment(id));
            match assignment.map(|assignment| assignment.state) {
                Some(AssignmentState::Held) => StageName::Held,
                Some(_) | None => StageName::Active,
            }
        }
        Stage::Parked { .. } => StageName::Parked,
        Stage::WrapUp { .. } | Stage::Closed { .. } => StageName::WrapUp,
        Stage::Scheduled { .. } => StageName::Scheduled,
        Stage::Suspended => StageName::Suspended,
    }
}

/// Why nobody at all is asked for work.
fn out_of_line(Case { matching, id, work, .. }: Case<'_>) -> Option<KeptBy> {
    if work.in_line() {
        return None;
    }
    Some(match work.stage {
        Stage::Queued => KeptBy::Pause,
        stage => KeptBy::Stage(stage_name(matching.world, id, stage)),
    })
}

/// The step of its wait by name, if the agent is not asked in it.
fn others_first(Pair { case, right, .. }: Pair<'_>) -> Option<u8> {
    let waits = match right {
        Right::Member => case.work.step.is_some(),
        Right::Name { from, .. } => from.is_some(),
    };
    waits.then(|| case.work.step.get().map_or(0, |step| step.number))
}

/// The reason why one of these gates is shut.
pub(super) fn kept_by(gate: Gate, pair: Pair<'_>) -> Vec<KeptBy> {
    let shut = match gate {
        Gate::InLine => out_of_line(pair.case),
        Gate::Preferred => others_first(pair).map(|step| KeptBy::PreferredFirst { step }),
        _ => None,
    };
    Vec::from_iter(shut)
}

/// When time alone will have opened it.
pub(super) fn until(kept_by: &KeptBy, Pair { case, agent, .. }: Pair<'_>) -> Option<Timestamp> {
    match kept_by {
        KeptBy::PreferredFirst { .. } => case.others_until(agent).map(|(from, _)| from),
        KeptBy::Pause => case.work.retry.get(),
        KeptBy::Stage(_) => match case.work.stage {
            Stage::Offered { .. } => case.alerts_until(),
            Stage::Scheduled { at, activation: false } => Some(at),
            _ => None,
        },
        _ => None,
    }
}
