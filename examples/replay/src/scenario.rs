//! A trace of another simulator: its rules, its calls, its decisions.

use std::error::Error;
use std::fmt;
use std::time::Instant;

use serde::Deserialize;
use strowger::model::{IdleClock, IdleSince, Order, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;

use crate::host::{Call, Host, Outcome};
use crate::table;

/// The rules of a trace. Rules that are not listed here are refused, not ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(rename = "description")]
    _description: String,
    types: usize,
    agents: usize,
    policy: String,
    rank_call_to_agent: Vec<Vec<Rank>>,
    rank_agent_to_call: Vec<Vec<Rank>>,
    min_wait_ms_agent_call: Option<Vec<Vec<u64>>>,
    weight_agent_to_call: Option<Vec<Vec<u32>>>,
    initial_staff: Option<Vec<u8>>,
    #[serde(default)]
    staff_changes: Vec<(i64, usize, u8)>,
}

/// A rank, or `"inf"`: never.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Rank {
    Finite(u8),
    Never(Never),
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Never {
    #[serde(rename = "inf")]
    Inf,
}

/// How the engine's decisions compare with the recorded ones.
pub(crate) struct Comparison {
    name: String,
    pub decisions: usize,
    pub differ: usize,
    first: Option<String>,
    millis: u128,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, decisions, differ, first, millis } = self;
        write!(f, "{name}: {decisions} decisions, {differ} differ, {millis} ms")?;
        first.iter().try_for_each(|first| write!(f, "\n  first: {first}"))
    }
}

/// Runs a trace and compares every decision.
pub(crate) fn replay(prefix: &str) -> Result<Comparison, Box<dyn Error>> {
    let path = format!("{prefix}.scenario.json");
    let scenario: Scenario =
        serde_json::from_reader(table::open(&path)?).map_err(|error| format!("{path}: {error}"))?;
    let recorded = table::rows(&format!("{prefix}.decisions.csv"))?;
    let begun = Instant::now();
    let (host, queues) = floor(&scenario)?;
    let (outcomes, _) = host.run(calls(prefix, &queues)?)?;
    let millis = begun.elapsed().as_millis();
    let mut comparison = Comparison {
        name: scenario.name,
        decisions: recorded.len(),
        differ: 0,
        first: None,
        millis,
    };
    for row in &recorded {
        let n = usize::try_from(table::need(row, 0)?)?;
        let ours = outcomes.get(n).ok_or_else(|| format!("there is no call {n}"))?;
        let theirs = outcome(row)?;
        if *ours != theirs {
            comparison.differ += 1;
            let first = || format!("call {n}: {ours:?} here, {theirs:?} recorded");
            comparison.first.get_or_insert_with(first);
        }
    }
    Ok(comparison)
}

/// A queue a type, with the agents who may take it.
fn floor(scenario: &Scenario) -> Result<(Host, Vec<QueueId>), Box<dyn Error>> {
    if scenario.policy != "rank_then_longest_idle" {
        return Err(format!("policy {} is not known", scenario.policy).into());
    }
    let mut host = Host::new(0)?;
    let profile = QueueProfile::default()
        .with_idle(IdleClock::default().with_since(IdleSince::Ready).with_own_channel(false))
        .with_wrap_up(WrapUpProfile::of(WrapUpMode::Mandatory));
    let queues: Result<Vec<_>, _> = (0..scenario.types)
        .map(|n| {
            let profile = weighted(profile.clone(), scenario, n)?;
            host.tell(0, Define::new(format!("type-{n}"), profile)).map_err(Into::into)
        })
        .collect::<Result<_, Box<dyn Error>>>();
    let queues = queues?;
    for a in 0..scenario.agents {
        let agent = host.tell(0, Define::new(format!("agent-{a}"), AgentProfile::default()))?;
        for (t, queue) in queues.iter().enumerate() {
            let ranks = (scenario.rank_call_to_agent[t][a], scenario.rank_agent_to_call[a][t]);
            let rank = match ranks {
                (Rank::Never(_), Rank::Never(_)) => continue,
                (Rank::Finite(to), Rank::Finite(from)) if to == from => to,
                (_, _) => return Err("ranks that differ by direction are not known".into()),
            };
            let delay = scenario.min_wait_ms_agent_call.as_ref().map_or(0, |waits| waits[a][t]);
            let membership =
                Membership::default().with_rank(rank).with_delay(Span::from_millis(delay));
            host.tell(0, SetMembership::new(agent, *queue).with_membership(membership))?;
        }
        if scenario.initial_staff.as_ref().is_none_or(|staff| staff[a] == 1) {
            host.staff(0, agent, true);
        }
    }
    for (at_ms, a, on) in &scenario.staff_changes {
        host.staff(*at_ms, AgentId::from_raw(u32::try_from(*a)?), *on == 1);
    }
    Ok((host, queues))
}

/// The longest weighted wait first: the ratio of the wait to an objective that is the shorter, the
/// heavier the type. The objectives are whole for the weights of the traces.
fn weighted(
    profile: QueueProfile,
    scenario: &Scenario,
    n: usize,
) -> Result<QueueProfile, Box<dyn Error>> {
    const UNIT: u32 = 27_720;
    let Some(weights) = &scenario.weight_agent_to_call else {
        return Ok(profile);
    };
    let weight = weights[0][n];
    if weight == 0 || !UNIT.is_multiple_of(weight) || weights.iter().any(|agent| agent[n] != weight)
    {
        return Err("weights that differ by agent, or are not whole parts, are not known".into());
    }
    let service_target = Span::from_millis(u64::from(UNIT / weight));
    Ok(profile.with_order(Order::Ratio).with_service_target(service_target))
}

fn calls(prefix: &str, queues: &[QueueId]) -> Result<Vec<Call>, Box<dyn Error>> {
    let rows = table::rows(&format!("{prefix}.calls.csv"))?;
    let call = |row: &csv::StringRecord| {
        let queue = queues.get(usize::try_from(table::need(row, 1)?)?).ok_or("unknown type")?;
        Ok(Call {
            queue: *queue,
            arrival_ms: table::need(row, 2)?,
            service_ms: table::need(row, 3)?,
            wrap_up_ms: table::need(row, 4)?,
            patience_ms: table::number(row, 5)?,
            credit: Span::from_millis(table::number(row, 6)?.unwrap_or(0).unsigned_abs()),
        })
    };
    rows.iter().map(call).collect()
}

/// `call_id,outcome,agent,start_ms,end_contact_ms,free_ms,abandon_ms`
fn outcome(row: &csv::StringRecord) -> Result<Outcome, Box<dyn Error>> {
    // A call that nobody took has agent -1.
    let agent = table::number(row, 2)?.and_then(|agent| u32::try_from(agent).ok());
    Ok(Outcome {
        agent: agent.map(AgentId::from_raw),
        start_ms: table::number(row, 3)?,
        end_ms: table::number(row, 4)?,
        free_ms: table::number(row, 5)?,
        abandon_ms: table::number(row, 6)?,
    })
}
