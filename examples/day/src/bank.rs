//! Recorded calls: the file of the call centre of a bank in 1999 (the "Anonymous Bank" trace of the
//! Technion, Guedj and Mandelbaum).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::replay::Replay;
use crate::scenario::{Scenario, Unusable};

/// The columns that are read, as the file must name them.
const COLUMNS: [&str; 10] = [
    "date",
    "type",
    "priority",
    "vru_exit",
    "q_start",
    "q_exit",
    "outcome",
    "ser_start",
    "ser_exit",
    "agent",
];

/// The seconds of the recorded year, and those of the night after it.
const YEAR: std::ops::Range<i64> = 0..366 * 86_400;

/// A call that reached the queue.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) date: String,
    pub(crate) kind: String,
    pub(crate) high: bool,
    pub(crate) arrives: i64,
    /// When the caller hung up while waiting.
    pub(crate) left: Option<i64>,
    /// When an agent had it.
    pub(crate) served: Option<(i64, i64)>,
    pub(crate) agent: String,
}

/// The recorded day as a scenario.
pub(crate) fn scenario(path: &Path, date: Option<&str>) -> Result<Scenario, Unusable> {
    let calls = read(path)?;
    let date = match date {
        Some(date) => date.to_owned(),
        None => busiest(&calls)
            .ok_or_else(|| Unusable(format!("{}: no calls in it", path.display())))?,
    };
    let mut calls: Vec<_> = calls.into_iter().filter(|call| call.date == date).collect();
    if calls.is_empty() {
        return Err(Unusable(format!("{}: no calls on {date}", path.display())));
    }
    calls.sort_by_key(|call| call.arrives);
    Replay::of(&calls)?.scenario(&date, &calls)
}

fn read(path: &Path) -> Result<Vec<Call>, Unusable> {
    let wrong = |error: &dyn std::fmt::Display| Unusable(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let bytes: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut table = csv::Reader::from_reader(bytes);
    let header = table.headers().map_err(|error| wrong(&error))?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let mut places = [0; COLUMNS.len()];
    for (name, found) in COLUMNS.iter().zip(&mut places) {
        *found = place(name).ok_or_else(|| wrong(&format!("no column {name:?}")))?;
    }
    let mut calls = Vec::new();
    for row in table.records() {
        let row = row.map_err(|error| wrong(&error))?;
        let cells = places.map(|place| row.get(place).unwrap_or_default());
        let line = row.position().map_or(0, csv::Position::line);
        let call = Call::read(cells).map_err(|error| wrong(&format!("line {line}: {error}")))?;
        calls.extend(call);
    }
    Ok(calls)
}

impl Call {
    /// A row of the file; none if the caller hung up before they reached the queue.
    fn read(cells: [&str; COLUMNS.len()]) -> Result<Option<Self>, String> {
        let [date, kind, priority, vru_exit, q_start, q_exit, outcome, start, exit, agent] = cells;
        let (vru_exit, q_start, q_exit) = (secs(vru_exit)?, secs(q_start)?, secs(q_exit)?);
        let served = secs(start)?.zip(secs(exit)?).filter(|_| outcome == "AGENT");
        let left = q_exit.filter(|_| outcome == "HANG" && q_start.is_some());
        if served.is_none() && left.is_none() {
            return Ok(None);
        }
        let begins = served.map(|(start, _)| start);
        let arrives = q_start.or(vru_exit).or(begins).ok_or("a call without a time")?;
        Ok(Some(Self {
            date: date.into(),
            kind: kind.into(),
            high: priority == "2",
            arrives,
            left,
            served,
            agent: agent.into(),
        }))
    }
}

/// Seconds since the year began; empty is a moment that did not come.
fn secs(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let secs = text.parse().ok().filter(|secs| YEAR.contains(secs));
    secs.map(Some).ok_or_else(|| format!("{text:?} is not a second of the year"))
}

fn busiest(calls: &[Call]) -> Option<String> {
    let mut days = BTreeMap::<&str, u32>::new();
    for call in calls {
        *days.entry(&call.date).or_default() += 1;
    }
    let most = days.iter().max_by_key(|(day, count)| (**count, std::cmp::Reverse(**day)))?;
    Some((*most.0).to_owned())
}
