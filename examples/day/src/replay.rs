//! A recorded day replayed: its customers, its agents, its rules.

use std::collections::{BTreeMap, BTreeSet};

use strowger::model::ChannelId;
use strowger::prelude::*;

use crate::agenda::{Absence, AgentAct, Happening};
use crate::bank::Call;
use crate::scenario::{Contact, Course, Habits, Scenario, Unusable};

/// 1999-01-01, in seconds since the Unix epoch: where the times of the file count from.
const BASE: i64 = 915_148_800;
/// The waiting time that high priority is worth.
const CREDIT: Span = Span::from_secs(90);
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
        let fresh = || Worker { from: start, to: exit, kinds: BTreeSet::new() };
        let worker = workers.entry(call.agent.clone()).or_insert_with(fresh);
        worker.from = worker.from.min(start);
        worker.to = worker.to.max(exit);
        worker.kinds.insert(call.kind.clone());
    }
    workers
}

/// An engine set up for the recorded day.
pub(crate) struct Replay {
    engine: Engine,
    log: Log,
    now: Timestamp,
    voice: ChannelId,
    queues: BTreeMap<String, QueueId>,
    diary: Vec<(Timestamp, Happening)>,
}

impl Replay {
    /// A queue for each type of call; whoever took one of a type that day is a member.
    pub(crate) fn of(calls: &[Call]) -> Result<Self, Unusable> {
        let workers = workers(calls);
        let first =
            workers.values().map(|worker| worker.from).chain(calls.iter().map(|call| call.arrives));
        let now = at(first.min().unwrap_or(0));
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), now, &mut log)?;
        // The bank's switch put calls through without asking.
        let profile = ChannelProfile::voice().with_auto_accept(true);
        let voice = engine.execute(now, Define::new("voice", profile), &mut log)?;
        let (queues, diary) = (BTreeMap::new(), Vec::new());
        let mut replay = Self { engine, log, now, voice, queues, diary };
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
            let member = SetMembership::new(agent, queue).with_membership(membership);
            self.engine.execute(self.now, member, &mut self.log)?;
        }
        let leaves = Absence { presence: SystemPresence::Offline, lasts: None };
        let mut plan = |secs, act| self.diary.push((at(secs), Happening::Agent(agent, act)));
        plan(worker.from, AgentAct::SignOn);
        plan(worker.to, AgentAct::Leave(leaves));
        Ok(())
    }

    /// The day, ready to begin.
    pub(crate) fn scenario(mut self, date: &str, calls: &[Call]) -> Result<Scenario, Unusable> {
        let contacts = self.contacts(calls);
        let ends = calls.iter().filter_map(|call| call.served.map(|(_, exit)| exit).max(call.left));
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
            self.diary.push((at(call.arrives), Happening::Arrival(contacts.len())));
            contacts.push(Contact {
                request: WorkRequest::new(*queue, self.voice).with_credit(if call.high {
                    CREDIT
                } else {
                    Span::ZERO
                }),
                patience: call.left.map(|left| lasting(call.arrives, left)),
                talk: call.served.map_or(mean, |(start, exit)| lasting(start, exit)),
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
    let served = calls.iter().filter_map(|call| Some((call.arrives, call.served?.0)));
    let waits: Vec<_> = served.map(|(from, to)| lasting(from, to).as_millis()).collect();
    let answered = waits.len();
    let average = waits.iter().sum::<u64>() / (answered.max(1) as u64) / 1_000;
    let abandoned = calls.len() - answered;
    format!(
        "On the recorded day the bank answered {answered}, {abandoned} abandoned, average speed of answer {average} s.\n"
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
