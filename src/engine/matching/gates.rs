//! Asking gates one by one, for whoever explains what routing did.

use alloc::vec::Vec;

use crate::base::time::Timestamp;

use crate::engine::matching::case::{Case, Pair};
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::{agent, candidates, item, line, member, queue, room};

/// The function of a file of gates that gives the reasons why one gate is shut; nothing if the gate
/// is none of its own.
type Ask = fn(Gate, Pair<'_>) -> Vec<KeptBy>;

/// When time alone will have removed what a file of gates found.
type Until = fn(&KeptBy, Pair<'_>) -> Option<Timestamp>;

/// The files of gates.
const FILES: [(Ask, Until); 7] = [
    (queue::kept_by, queue::until),
    (line::kept_by, line::until),
    (agent::kept_by, agent::until),
    (member::kept_by, member::until),
    (room::kept_by, room::until),
    (item::kept_by, item::until),
    (candidates::kept_by, candidates::until),
];

/// All that shuts a gate, and when time alone will have removed it.
pub(crate) fn shut(gate: Gate, pair: Pair<'_>) -> Vec<(KeptBy, Option<Timestamp>)> {
    let found = FILES.iter().flat_map(|(ask, until)| {
        ask(gate, pair).into_iter().map(|kept_by| {
            let until = until(&kept_by, pair);
            (kept_by, until)
        })
    });
    found.collect()
}

/// True if work and agent pass a gate.
pub(crate) fn passes(gate: Gate, pair: Pair<'_>) -> bool {
    FILES.iter().all(|(ask, _)| ask(gate, pair).is_empty())
}

/// The first gate that work and agent do not pass.
pub(crate) fn first_shut(pair: Pair<'_>) -> Option<Gate> {
    Gate::ALL.into_iter().find(|gate| !passes(*gate, pair))
}

/// True if work can be offered to an agent now.
pub(crate) fn is_open(case: Case<'_>, agent: crate::model::ids::AgentId) -> bool {
    case.with(agent).is_some_and(|pair| first_shut(pair).is_none())
}
