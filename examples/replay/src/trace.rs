//! A trace of another simulator: its rules, its calls, its decisions.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::time::Instant;

use strowger::prelude::*;

use crate::host::{Call, Outcome};
use crate::rules;
use crate::scenario::Scenario;
use crate::table;

/// How the engine's decisions compare with the recorded ones.
pub(crate) struct Comparison {
    name: String,
    plays: BTreeMap<&'static str, String>,
    pub decisions: usize,
    pub differ: usize,
    first: Option<String>,
    millis: u128,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, plays, decisions, differ, first, millis } = self;
        write!(f, "{name}: {decisions} decisions, {differ} differ, {millis} ms")?;
        plays.iter().try_for_each(|(field, feature)| write!(f, "\n  {field}: {feature}"))?;
        first.iter().try_for_each(|first| write!(f, "\n  first: {first}"))
    }
}

/// Runs a trace and compares every decision.
pub(crate) fn replay(prefix: &str) -> Result<Comparison, Box<dyn Error>> {
    let path = format!("{prefix}.scenario.json");
    let named = |error: &dyn fmt::Display| format!("{path}: {error}");
    let scenario: Scenario =
        serde_json::from_reader(table::open(&path)?).map_err(|error| named(&error))?;
    let recorded = table::rows(&format!("{prefix}.decisions.csv"))?;
    let begun = Instant::now();
    let floor = rules::floor(&scenario).map_err(|error| named(&error))?;
    let (outcomes, _) = floor.host.run(calls(prefix, &scenario, &floor.queues)?)?;
    let millis = begun.elapsed().as_millis();
    let mut comparison = Comparison {
        name: scenario.name,
        plays: floor.plays,
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

fn calls(
    prefix: &str,
    scenario: &Scenario,
    queues: &[QueueId],
) -> Result<Vec<Call>, Box<dyn Error>> {
    let rows = table::rows(&format!("{prefix}.calls.csv"))?;
    let call = |row: &csv::StringRecord| {
        let queue = queues.get(usize::try_from(table::need(row, 1)?)?).ok_or("unknown type")?;
        let credit = table::number(row, 6)?.unwrap_or(0).unsigned_abs();
        if credit > 0 && !scenario.wait_credit {
            return Err(format!("a call has credit, and the rules have none: {row:?}").into());
        }
        let service_ms = table::need(row, 3)?;
        let grain = scenario.service_granularity_ms.unwrap_or(1).max(1);
        if service_ms % grain != 0 {
            return Err(format!("not a multiple of {grain} ms: {row:?}").into());
        }
        Ok(Call {
            queue: *queue,
            arrival_ms: table::need(row, 2)?,
            service_ms,
            wrap_up_ms: table::need(row, 4)?,
            patience_ms: table::number(row, 5)?,
            credit: Span::from_millis(credit),
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
