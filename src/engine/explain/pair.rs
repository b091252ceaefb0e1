//! Why a piece of work is not offered to an agent.

use alloc::vec::Vec;

use crate::model::ids::AgentId;
use crate::policy::choice::AgentKey;

use crate::engine::explain::types::{Obstacle, PairExplanation, Relation};
use crate::engine::matching::candidates::candidates;
use crate::engine::matching::case::{Case, Pair};
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::gates;

/// Why work is not offered to an agent; nothing if there is no such agent.
pub(crate) fn explain(case: Case<'_>, agent: AgentId) -> Option<PairExplanation> {
    let obstacles = obstacles(case.with(agent)?);
    let involved = obstacles.iter().find_map(|obstacle| match obstacle.kept_by {
        KeptBy::Alerting { offer } => Some(Relation::Asked { offer }),
        KeptBy::Has { .. } | KeptBy::TakesPart { .. } => Some(Relation::Involved),
        _ => None,
    });
    let standing = match involved {
        Some(standing) => standing,
        None if obstacles.is_empty() => place_of(case, agent),
        None => Relation::Kept,
    };
    Some(PairExplanation { work: case.id, agent, standing, obstacles })
}

/// The place of an agent among all who could have the work.
fn place_of(case: Case<'_>, agent: AgentId) -> Relation {
    let mut keys: Vec<AgentKey> = candidates(case.matching, case.id, case.work).collect();
    keys.sort_unstable();
    let before = keys.iter().take_while(|key| key.agent != agent);
    let (count, behind) =
        before.fold((0_u32, None), |(count, _), key| (count.saturating_add(1), Some(key.agent)));
    Relation::Candidate { place: count.saturating_add(1), behind }
}

/// All that stands between work and an agent. What the work itself takes of an agent who has it, or
/// whom it alerts, is not held against them.
fn obstacles(pair: Pair<'_>) -> Vec<Obstacle> {
    let apart = [Gate::NotInvolved, Gate::NotAlerting];
    let apart = apart.into_iter().all(|gate| gates::passes(gate, pair));
    let counts = |gate: &Gate| apart || !matches!(gate, Gate::Room | Gate::Assignments);
    let shut = Gate::ALL.into_iter().filter(counts).flat_map(|gate| gates::shut(gate, pair));
    shut.map(|(kept_by, until)| Obstacle { kept_by, until }).collect()
}
