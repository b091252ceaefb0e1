//! What a `queue_log` says happened: calls that came to queues, and who was there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufRead};

use crate::queue_log::line::{BadLine, EndedBy, Event, Line, Presence, Problem, Why, read};

/// A pause of the whole log that is longer divides two stretches of business, in milliseconds.
const CLOSED_MS: i64 = 4 * 3_600_000;
/// So many bad lines are kept to be shown; all are counted.
const SHOWN: usize = 5;
/// So many names of unknown events are told apart.
const NAMES: usize = 20;
/// Longer than any line of a log, in bytes.
const LINE_MAX: usize = 64 * 1_024;
/// The log's clock may stand still so long before that is told, in milliseconds.
const JUMP_MS: i64 = 24 * 3_600_000;
/// Longer than any log, in milliseconds: ten years.
const LOG_MS: i64 = 10 * 366 * JUMP_MS;

/// One stay of a call in one queue. Instants are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visit {
    pub queue: usize,
    pub entered: i64,
    /// The line that says so, from 1.
    pub line: usize,
    pub rings: Vec<Ring>,
    pub answer: Option<Answer>,
    pub end: End,
}

/// A telephone that rang in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ring {
    pub agent: usize,
    pub from: i64,
    pub to: i64,
    pub line: usize,
    pub how: Vain,
}

/// How a telephone rang in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vain {
    Missed,
    Unreachable,
    /// It was no longer needed.
    Canceled,
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub agent: usize,
    pub at: i64,
    /// Since when their telephone rang, if it is known.
    pub rang_from: Option<i64>,
    pub line: usize,
}

/// How a stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It waits, or talks, to the end of the log.
    Open,
    Talked {
        at: i64,
        by: EndedBy,
        line: usize,
    },
    Left {
        at: i64,
        why: Why,
        line: usize,
    },
    /// The PBX began anew, or the call came in again: how it went on is not in the log.
    Lost {
        at: i64,
        line: usize,
    },
}

/// What is known of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Agent {
    pub name: String,
    pub queues: BTreeSet<usize>,
    /// Whether they are there, from an instant on: what they signed.
    signed: Vec<(i64, bool)>,
}

/// What is odd about a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Oddities {
    pub bad: usize,
    pub first_bad: Vec<BadLine>,
    pub unknown: BTreeMap<String, usize>,
    /// Lines with an earlier time than one before; the latest time counts for them.
    pub back: usize,
    /// Times at which more than a day passed between two lines.
    pub jumps: usize,
    /// Lines about calls whose beginning is not in the log.
    pub orphans: usize,
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub lines: usize,
    pub from: i64,
    pub to: i64,
    pub queues: Vec<String>,
    pub agents: Vec<Agent>,
    pub visits: Vec<Visit>,
    pub odd: Oddities,
    /// Stretches of business: no pause in them is longer than four hours.
    pub stretches: Vec<(i64, i64)>,
}

/// A log as it is read.
#[derive(Default)]
struct Reader {
    history: History,
    queues: HashMap<String, usize>,
    agents: HashMap<String, usize>,
    open: HashMap<(String, usize), usize>,
    standing: HashMap<usize, Standing>,
    /// A line that is far ahead of those before it, until the next line bears it out.
    ahead: Option<(usize, Line)>,
}

/// Where an agent is a member and paused, by queue.
#[derive(Default)]
struct Standing {
    /// Where they joined by themselves. As long as that is nowhere they are a member for good.
    joined: BTreeSet<Option<usize>>,
    left: BTreeSet<Option<usize>>,
    paused: BTreeSet<Option<usize>>,
}

impl History {
    /// Reads a log to its end. Lines that cannot be read are counted, and told.
    pub(crate) fn read(log: impl BufRead) -> io::Result<Self> {
        let mut reader = Reader::default();
        let mut log = log;
        let mut number = 0;
        loop {
            let mut text = Vec::new();
            let mut part = io::Read::take(&mut log, LINE_MAX as u64);
            if part.read_until(b'\n', &mut text)? == 0 {
                if let Some((number, line)) = reader.ahead.take() {
                    reader.line(number, line);
                }
                return Ok(reader.history);
            }
            number += 1;
            let long = text.len() == LINE_MAX && text.last() != Some(&b'\n');
            if long {
                log.skip_until(b'\n')?;
            }
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            reader.history.lines += 1;
            let line = if long {
                Err(BadLine { number, problem: Problem::Long })
            } else {
                read(number, &text)
            };
            match line {
                Ok(line) => reader.next(number, line),
                Err(bad) => reader.bad(bad),
            }
        }
    }

    /// When an agent is taken to be there. Where nothing was signed, it is in those stretches of
    /// business in which they answered anything.
    pub(crate) fn there(&self, agent: usize) -> Vec<(i64, i64)> {
        let signed = &self.agents[agent].signed;
        if signed.is_empty() {
            let answers: Vec<i64> = self
                .visits
                .iter()
                .filter_map(|visit| visit.answer)
                .filter(|answer| answer.agent == agent)
                .map(|answer| answer.at)
                .collect();
            let within = |(from, to): &(i64, i64)| answers.iter().any(|at| from <= at && at <= to);
            return self.stretches.iter().copied().filter(within).collect();
        }
        let mut windows = Vec::new();
        // Who signs off first was there from the beginning.
        let first = signed.first().is_some_and(|(_, there)| !there);
        let mut since = first.then_some(self.from);
        for (at, there) in signed {
            match (since, there) {
                (None, true) => since = Some(*at),
                (Some(from), false) => {
                    windows.push((from, *at));
                    since = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
        windows.extend(since.map(|from| (from, self.to)));
        windows.retain(|(from, to)| from < to);
        windows
    }

    /// True if the agent signed on or off, or paused.
    pub(crate) fn has_signed(&self, agent: usize) -> bool {
        !self.agents[agent].signed.is_empty()
    }
}

impl Reader {
    fn bad(&mut self, bad: BadLine) {
        let odd = &mut self.history.odd;
        odd.bad += 1;
        if odd.first_bad.len() < SHOWN {
            odd.first_bad.push(bad);
        }
    }

    /// One line with a wrong time must not move all that follow.
    fn next(&mut self, number: usize, line: Line) {
        let at = line.at * 1_000;
        if let Some((number, ahead)) = self.ahead.take() {
            if at < ahead.at * 1_000 - JUMP_MS {
                self.bad(BadLine { number, problem: Problem::Clock });
            } else {
                self.line(number, ahead);
            }
        }
        match self.history.stretches.last() {
            Some(_) if at > self.history.from + LOG_MS => {
                self.bad(BadLine { number, problem: Problem::Clock });
            }
            Some((_, until)) if at - until <= JUMP_MS => self.line(number, line),
            Some(_) | None => self.ahead = Some((number, line)),
        }
    }

    fn line(&mut self, number: usize, line: Line) {
        let history = &mut self.history;
        let mut at = line.at * 1_000;
        match history.stretches.last_mut() {
            None => {
                history.from = at;
                history.stretches.push((at, at));
            }
            Some((_, until)) => {
                if at < *until {
                    history.odd.back += 1;
                    at = *until;
                }
                history.odd.jumps += usize::from(at - *until > JUMP_MS);
                if at - *until > CLOSED_MS {
                    history.stretches.push((at, at));
                } else {
                    *until = at;
                }
            }
        }
        history.to = at;
        match &line.event {
            Event::Aside => {}
            Event::Unknown(name) => {
                let unknown = &mut history.odd.unknown;
                if unknown.len() < NAMES || unknown.contains_key(name) {
                    *unknown.entry(name.clone()).or_default() += 1;
                } else {
                    *unknown.entry("others".to_owned()).or_default() += 1;
                }
            }
            Event::Start => {
                for (_, visit) in self.open.drain() {
                    history.visits[visit].end = End::Lost { at, line: number };
                }
            }
            Event::Present(presence) => self.present(at, &line, *presence),
            Event::Enter
            | Event::RingNoAnswer(_)
            | Event::RingCanceled(_)
            | Event::Connect { .. }
            | Event::Complete(_)
            | Event::Left(_) => self.call(number, at, &line),
        }
    }

    fn call(&mut self, number: usize, at: i64, line: &Line) {
        let (Some(call), Some(queue)) = (&line.call, &line.queue) else {
            return;
        };
        let queue = self.queue(queue);
        let agent = line.agent.as_ref().map(|agent| self.agent(agent));
        let key = (call.clone(), queue);
        if line.event == Event::Enter {
            let end = End::Open;
            let (rings, answer) = (Vec::new(), None);
            let visits = &mut self.history.visits;
            visits.push(Visit { queue, entered: at, line: number, rings, answer, end });
            if let Some(before) = self.open.insert(key, visits.len() - 1) {
                visits[before].end = End::Lost { at, line: number };
            }
            return;
        }
        let Some(visit) = self.open.get(&key).copied() else {
            self.history.odd.orphans += 1;
            return;
        };
        let row = &mut self.history.visits[visit];
        if let Some(agent) = agent {
            self.history.agents[agent].queues.insert(queue);
        }
        match (&line.event, agent) {
            (Event::RingNoAnswer(ms), Some(agent)) => {
                let how = if *ms == 0 { Vain::Unreachable } else { Vain::Missed };
                let from = (at - ms).max(row.entered);
                row.rings.push(Ring { agent, from, to: at, line: number, how });
            }
            (Event::RingCanceled(ms), Some(agent)) => {
                let from = (at - ms).max(row.entered);
                row.rings.push(Ring { agent, from, to: at, line: number, how: Vain::Canceled });
            }
            (Event::Connect { channel_since, rang_ms, .. }, Some(agent))
                if row.answer.is_none() =>
            {
                let since = channel_since.map(|since| since * 1_000);
                let from = rang_ms.map(|ms| at - ms).or(since).filter(|from| *from <= at);
                let rang_from = from.map(|from| from.max(row.entered));
                row.answer = Some(Answer { agent, at, rang_from, line: number });
            }
            (Event::Complete(by), _) if row.answer.is_some() => {
                row.end = End::Talked { at, by: *by, line: number };
                self.open.remove(&key);
            }
            (Event::Left(why), _) if row.answer.is_none() => {
                row.end = End::Left { at, why: *why, line: number };
                self.open.remove(&key);
            }
            // It contradicts what the log said before.
            (_, _) => self.history.odd.orphans += 1,
        }
    }

    fn present(&mut self, at: i64, line: &Line, presence: Presence) {
        let Some(name) = &line.agent else {
            return;
        };
        let queue = line.queue.as_ref().map(|queue| self.queue(queue));
        let agent = self.agent(name);
        let standing = self.standing.entry(agent).or_default();
        match presence {
            Presence::Join => {
                standing.joined.insert(queue);
                standing.left.remove(&queue);
                standing.left.remove(&None);
            }
            Presence::Leave => {
                standing.joined.remove(&queue);
                standing.left.insert(queue);
                if queue.is_none() {
                    standing.joined.clear();
                }
            }
            Presence::Pause => {
                standing.paused.insert(queue);
            }
            Presence::Resume => {
                standing.paused.remove(&queue);
                if queue.is_none() {
                    standing.paused.clear();
                }
            }
        }
        let row = &mut self.history.agents[agent];
        row.queues.extend(queue);
        let takes_part = if standing.joined.is_empty() { standing.left.is_empty() } else { true };
        let paused_here = |queue: &Option<usize>| standing.paused.contains(queue);
        let paused = standing.paused.contains(&None)
            || match standing.joined.is_empty() {
                true => !standing.paused.is_empty(),
                false => standing.joined.iter().all(paused_here),
            };
        row.signed.push((at, takes_part && !paused));
    }

    fn queue(&mut self, name: &str) -> usize {
        let names = &mut self.history.queues;
        *self.queues.entry(name.to_owned()).or_insert_with(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
    }

    fn agent(&mut self, name: &str) -> usize {
        let agents = &mut self.history.agents;
        *self.agents.entry(name.to_owned()).or_insert_with(|| {
            agents.push(Agent { name: name.to_owned(), ..Agent::default() });
            agents.len() - 1
        })
    }
}
