//! Recorded calls: a day of the call centre of a bank in 1999 (the "Anonymous Bank" trace of the
//! Technion, Guedj and Mandelbaum), replayed with the people and the customers of that day.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use strowger::*;

use crate::agenda::{Absence, AgentAct, Happening};
use crate::scenario::{Contact, Course, Habits, Scenario, Unusable};

/// 1999-01-01, in seconds since the Unix epoch: where the times of the file count from.
const BASE: i64 = 915_148_800;
/// The waiting time that high priority is worth.
const CREDIT: Span = Span::from_secs(90);
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

/// A call that reached the queue.
#[derive(Clone, Debug)]
struct Call {
    date: String,
    kind: String,
    high: bool,
    arrives: i64,
    /// When he hung up while waiting.
    left: Option<i64>,
    /// When an agent had it.
    served: Option<(i64, i64)>,
    agent: String,
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
    let bytes: Box<dyn Read> = if packed {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
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
    /// A row of the file; none if the caller hung up before he reached the queue.
    fn read(cells: [&str; COLUMNS.len()]) -> Result<Option<Self>, String> {
        let [
            date,
            kind,
            priority,
            vru_exit,
            q_start,
            q_exit,
            outcome,
            start,
            exit,
            agent,
        ] = cells;
        let (vru_exit, q_start, q_exit) = (secs(vru_exit)?, secs(q_start)?, secs(q_exit)?);
        let served = secs(start)?.zip(secs(exit)?).filter(|_| outcome == "AGENT");
        let left = q_exit.filter(|_| outcome == "HANG" && q_start.is_some());
        if served.is_none() && left.is_none() {
            return Ok(None);
        }
        let begins = served.map(|(start, _)| start);
        let arrives = q_start
            .or(vru_exit)
            .or(begins)
            .ok_or("a call without a time")?;
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

fn secs(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| format!("{text:?} is not a number of seconds"))
}

fn busiest(calls: &[Call]) -> Option<String> {
    let mut days = BTreeMap::<&str, u32>::new();
    for call in calls {
        *days.entry(&call.date).or_default() += 1;
    }
    let most = days
        .iter()
        .max_by_key(|(day, count)| (**count, std::cmp::Reverse(**day)))?;
    Some((*most.0).to_owned())
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis((BASE + secs) * 1_000)
}

fn lasting(from: i64, to: i64) -> Span {
    at(to).since(at(from))
}

/// What an agent did on the day: from when to when, and what types of call.
#[derive(Debug)]
struct Worker {
    from: i64,
    to: i64,
    kinds: BTreeSet<String>,
}

/// Everybody of the day, by name; calls whose agent is not named count, but bring nobody on duty.
fn workers(calls: &[Call]) -> BTreeMap<String, Worker> {
    let mut workers = BTreeMap::<String, Worker>::new();
    for call in calls {
        let Some((start, exit)) = call.served.filter(|_| !call.agent.is_empty()) else {
            continue;
        };
        let fresh = || Worker {
            from: start,
            to: exit,
            kinds: BTreeSet::new(),
        };
        let worker = workers.entry(call.agent.clone()).or_insert_with(fresh);
        worker.from = worker.from.min(start);
        worker.to = worker.to.max(exit);
        worker.kinds.insert(call.kind.clone());
    }
    workers
}

/// An engine set up for the recorded day.
struct Replay {
    engine: Engine,
    log: Log,
    now: Timestamp,
    voice: ChannelId,
    queues: BTreeMap<String, QueueId>,
    diary: Vec<(Timestamp, Happening)>,
}

impl Replay {
    /// A queue for each type of call; whoever took one of a type that day is a member.
    fn of(calls: &[Call]) -> Result<Self, Unusable> {
        let workers = workers(calls);
        let first = workers
            .values()
            .map(|worker| worker.from)
            .chain(calls.iter().map(|call| call.arrives));
        let now = at(first.min().unwrap_or(0));
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), now, &mut log)?;
        // The bank's switch put calls through without asking.
        let profile = ChannelProfile {
            auto_accept: true,
            ..ChannelProfile::voice()
        };
        let voice = engine.execute(now, Define::new("voice", profile), &mut log)?;
        let (queues, diary) = (BTreeMap::new(), Vec::new());
        let mut replay = Self {
            engine,
            log,
            now,
            voice,
            queues,
            diary,
        };
        for kind in calls.iter().map(|call| &call.kind).collect::<BTreeSet<_>>() {
            let define = Define::new(name(kind), QueueProfile::default());
            let queue = replay.engine.execute(now, define, &mut replay.log)?;
            replay.queues.insert(kind.clone(), queue);
        }
        for (name, worker) in &workers {
            replay.hire(name, worker)?;
        }
        Ok(replay)
    }

    fn hire(&mut self, name: &str, worker: &Worker) -> Result<(), Unusable> {
        let define = Define::new(name, AgentProfile::default());
        let agent = self.engine.execute(self.now, define, &mut self.log)?;
        for queue in worker.kinds.iter().filter_map(|kind| self.queues.get(kind)) {
            let (queue, membership) = (*queue, Membership::default());
            let member = SetMembership {
                agent,
                queue,
                membership,
            };
            self.engine.execute(self.now, member, &mut self.log)?;
        }
        let leaves = Absence {
            presence: SystemPresence::Offline,
            lasts: None,
        };
        let mut plan = |secs, act| self.diary.push((at(secs), Happening::Agent(agent, act)));
        plan(worker.from, AgentAct::SignOn);
        plan(worker.to, AgentAct::Leave(leaves));
        Ok(())
    }

    fn scenario(mut self, date: &str, calls: &[Call]) -> Result<Scenario, Unusable> {
        let contacts = self.contacts(calls);
        let ends = calls
            .iter()
            .filter_map(|call| call.served.map(|(_, exit)| exit).max(call.left));
        let close = at(ends.max().unwrap_or(0)) + Span::from_mins(15);
        self.diary.push((close, Happening::Close));
        let agents = self.engine.view().agents().count();
        Ok(Scenario {
            title: format!("A bank's call centre on {date}"),
            subtitle: format!(
                "{} recorded calls, {agents} agents on duty from their first to their last call",
                calls.len()
            ),
            live: vec![self.voice],
            habits: Habits {
                seed: 1,
                missed: 0,
                rejected: 0,
                reasons: Vec::new(),
                redial: 0,
                recall: 0,
                heartbeat: None,
                last_entry: close,
            },
            engine: self.engine,
            log: self.log,
            contacts,
            diary: self.diary,
            goal: 80,
            notes: vec![recorded(calls)],
        })
    }

    /// Who was served then waits for ever now; who hung up does so after the same time.
    fn contacts(&mut self, calls: &[Call]) -> Vec<Contact> {
        let mut contacts = Vec::new();
        let mut lengths = calls.iter().filter_map(|call| call.served);
        let mean = mean(&mut lengths);
        for call in calls {
            let Some(queue) = self.queues.get(&call.kind) else {
                continue;
            };
            self.diary
                .push((at(call.arrives), Happening::Arrival(contacts.len())));
            contacts.push(Contact {
                request: WorkRequest {
                    credit: if call.high { CREDIT } else { Span::ZERO },
                    ..WorkRequest::new(*queue, self.voice)
                },
                patience: call.left.map(|left| lasting(call.arrives, left)),
                talk: call
                    .served
                    .map_or(mean, |(start, exit)| lasting(start, exit)),
                wrap_up: Span::ZERO,
                course: Course::Straight,
                again: false,
            });
        }
        contacts
    }
}

/// The handling time of a caller who hung up then and is served now.
fn mean(lengths: &mut dyn Iterator<Item = (i64, i64)>) -> Span {
    let (count, sum) = lengths.fold((0, 0), |(count, sum), (start, exit)| {
        (count + 1, sum + lasting(start, exit).as_millis())
    });
    Span::from_millis(sum / u64::max(count, 1))
}

fn recorded(calls: &[Call]) -> String {
    let served = calls
        .iter()
        .filter_map(|call| Some((call.arrives, call.served?.0)));
    let waits: Vec<_> = served
        .map(|(from, to)| lasting(from, to).as_millis())
        .collect();
    let answered = waits.len();
    let average = waits.iter().sum::<u64>() / (answered.max(1) as u64) / 1_000;
    let abandoned = calls.len() - answered;
    format!(
        "On the recorded day the bank answered {answered}, {abandoned} abandoned, average speed of answer {average} s."
    )
}

fn name(kind: &str) -> &str {
    match kind {
        "PS" => "regular",
        "PE" => "regular English",
        "NW" => "new customer",
        "NE" => "stock exchange",
        "TT" => "call me back",
        "IN" => "internet support",
        other => other,
    }
}
