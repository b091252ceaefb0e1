//! A month of a bank's call centre: the same calls, served by the engine.
//!
//! Rows are `seq,date,type,priority,customer,vru_entry,vru_exit,q_start,q_exit,outcome,ser_start,
//! ser_exit,agent`, in seconds. Known of the rules: calls were served in order of time in queue, and
//! customers of high priority (2) were given 90 s of waiting at the outset. When agents were there
//! is not recorded: an agent is taken to be there from their first to their last service of a day,
//! less the pauses between services that are longer than a quarter of an hour.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use strowger::prelude::*;

use crate::host::{Call, Host, Outcome};
use crate::table;

/// What a priority customer was given.
const CREDIT: Span = Span::from_secs(90);
/// A longer pause between two services means the agent was away.
const PAUSE_S: i64 = 15 * 60;
/// Answered within this time is in time.
const TARGET_S: i64 = 60;

struct Row {
    kind: String,
    priority: i64,
    arrival: i64,
    queue_exit: Option<i64>,
    service: Option<(i64, i64, String)>,
}

/// Runs a month and prints a report.
pub(crate) fn replay(path: &str) -> Result<(), Box<dyn Error>> {
    let rows = read(path)?;
    let begun = Instant::now();
    let (host, calls) = floor(&rows)?;
    let commands = host.commands;
    let (outcomes, engine) = host.run(calls)?;
    let elapsed = begun.elapsed();
    println!("{path}: {} calls that reached the queue", rows.len());
    report(&rows, &outcomes);
    let facts = engine.view().seq();
    println!(
        "run time {} ms for {} agents, {facts} facts ({commands} commands of set-up)\n",
        elapsed.as_millis(),
        engine.view().agents().count(),
    );
    Ok(())
}

/// The calls that came as far as the queue. Whoever hung up before, or has no times, is left out.
fn read(path: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for row in table::rows(path)? {
        let (vru_exit, q_start) = (table::number(&row, 6)?, table::number(&row, 7)?);
        let service = match (table::number(&row, 10)?, table::number(&row, 11)?, row.get(12)) {
            (Some(start), Some(end), Some(agent)) if !agent.is_empty() && end >= start => {
                Some((start, end, agent.to_owned()))
            }
            (_, _, _) => None,
        };
        let answered = row.get(9) == Some("AGENT") && service.is_some();
        let arrival = if answered { q_start.or(vru_exit) } else { q_start };
        let queue_exit = table::number(&row, 8)?;
        let (Some(arrival), true) = (arrival, answered || queue_exit.is_some()) else {
            continue;
        };
        rows.push(Row {
            kind: row.get(2).unwrap_or("").to_owned(),
            priority: table::number(&row, 3)?.unwrap_or(0),
            arrival,
            queue_exit,
            service: service.filter(|_| answered),
        });
    }
    rows.sort_by_key(|row| row.arrival);
    Ok(rows)
}

/// A queue a type; an agent is a member of those whose calls they took in the month.
fn floor(rows: &[Row]) -> Result<(Host, Vec<Call>), Box<dyn Error>> {
    let start_ms = rows.first().map_or(0, |row| row.arrival) * 1_000 - 86_400_000;
    let mut host = Host::new(start_ms)?;
    let mut queues = BTreeMap::new();
    let mut agents = BTreeMap::new();
    let mut services: BTreeMap<AgentId, Vec<(i64, i64)>> = BTreeMap::new();
    for row in rows {
        let queue = match queues.get(&row.kind) {
            Some(queue) => *queue,
            None => host.tell(start_ms, Define::new(&row.kind, QueueProfile::default()))?,
        };
        queues.insert(row.kind.clone(), queue);
        let Some((from, to, name)) = &row.service else {
            continue;
        };
        let agent = match agents.get(name) {
            Some(agent) => *agent,
            None => host.tell(start_ms, Define::new(name, AgentProfile::default()))?,
        };
        agents.insert(name.clone(), agent);
        host.tell(start_ms, SetMembership::new(agent, queue))?;
        services.entry(agent).or_default().push((*from, *to));
    }
    for (agent, mut services) in services {
        services.sort_unstable();
        for (from, to) in presence(&services) {
            host.staff(from * 1_000, agent, true);
            host.staff(to * 1_000, agent, false);
        }
    }
    let calls = rows.iter().map(|row| call(row, queues[&row.kind])).collect();
    Ok((host, calls))
}

/// When an agent with these services was there.
fn presence(services: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut windows: Vec<(i64, i64)> = Vec::new();
    for (from, to) in services {
        match windows.last_mut() {
            Some((_, until)) if from - *until <= PAUSE_S => *until = (*until).max(*to),
            Some(_) | None => windows.push((*from, *to)),
        }
    }
    windows
}

fn call(row: &Row, queue: QueueId) -> Call {
    let patience = match (&row.service, row.queue_exit) {
        (None, Some(exit)) => Some((exit - row.arrival).max(0) * 1_000),
        (_, _) => None,
    };
    Call {
        queue,
        arrival_ms: row.arrival * 1_000,
        // The trace does not say how long those who left would have talked: three minutes.
        service_ms: row.service.as_ref().map_or(180, |(from, to, _)| to - from) * 1_000,
        wrap_up_ms: 0,
        patience_ms: patience,
        credit: if row.priority == 2 { CREDIT } else { Span::ZERO },
    }
}

/// What became of a group of calls.
#[derive(Default)]
struct Tally {
    calls: i64,
    answered: i64,
    in_time: i64,
    waited_s: i64,
}

impl Tally {
    fn add(&mut self, wait_s: Option<i64>) {
        self.calls += 1;
        if let Some(wait_s) = wait_s {
            self.answered += 1;
            self.waited_s += wait_s.max(0);
            self.in_time += i64::from(wait_s <= TARGET_S);
        }
    }

    /// Mean wait of the answered, abandonment and service level.
    fn figures(&self) -> String {
        let per_mille = |part: i64| part * 1_000 / self.calls.max(1);
        let abandoned = per_mille(self.calls - self.answered);
        let in_time = per_mille(self.in_time);
        let wait = self.waited_s / self.answered.max(1);
        let percent = |n: i64| format!("{}.{}%", n / 10, n % 10);
        format!("{wait:>5} s {:>7} {:>7}", percent(abandoned), percent(in_time))
    }
}

fn report(rows: &[Row], outcomes: &[Outcome]) {
    let mut groups: BTreeMap<(String, i64), (Tally, Tally)> = BTreeMap::new();
    for (row, outcome) in rows.iter().zip(outcomes) {
        let key = if row.priority == 2 { 2 } else { 0 };
        for key in [(row.kind.clone(), key), ("all".to_owned(), -1)] {
            let (recorded, ours) = groups.entry(key).or_default();
            recorded.add(row.service.as_ref().map(|(from, _, _)| from - row.arrival));
            ours.add(outcome.start_ms.map(|start_ms| start_ms / 1_000 - row.arrival));
        }
    }
    println!("                        recorded                  strowger");
    println!("type priority   calls    wait abandon  in 60s    wait abandon  in 60s");
    for ((kind, priority), (recorded, ours)) in &groups {
        let priority = match priority {
            2 => "high",
            0 => "regular",
            _ => "",
        };
        let calls = recorded.calls;
        let (recorded, ours) = (recorded.figures(), ours.figures());
        println!("{kind:4} {priority:8} {calls:>7} {recorded} {ours}");
    }
}
