//! The book of intervals that are still open.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::hash::FixedMap;
use crate::base::time::{Span, Timestamp};
use crate::figures::grid::Grid;
use crate::figures::measures::{Handling, InternalFlow, LineFlow, StatusTime};
use crate::figures::rows::{
    AgentPerformance, AgentQueueInterval, ClosedFigures, CodeCount, PresenceTime, QueueInterval,
};
use crate::figures::service_level::ServiceCounts;
use crate::model::ids::{AgentId, ChannelId, CodeId, PresenceId, QueueId};
use crate::state::routing_status::RoutingStatus;

/// A queue by one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) queue: QueueId,
    pub(super) channel: ChannelId,
}

/// An agent with work of a queue by one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Desk {
    pub(super) agent: AgentId,
    pub(super) cell: Cell,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineRow {
    pub(super) service: ServiceCounts,
    pub(super) flow: LineFlow,
    #[serde(default)]
    pub(super) internal: InternalFlow,
    longest: Span,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct DeskRow {
    handling: Handling,
    codes: Vec<CodeCount>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct AgentRow {
    time: StatusTime,
    presences: Vec<PresenceTime>,
}

/// Rows by interval. What belongs to an interval that is closed counts in the first that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Book {
    /// The first interval that is not closed begins here.
    open_since: Timestamp,
    #[serde(with = "indexmap::map::serde_seq")]
    lines: FixedMap<(Timestamp, Cell), LineRow>,
    #[serde(with = "indexmap::map::serde_seq")]
    desks: FixedMap<(Timestamp, Desk), DeskRow>,
    #[serde(with = "indexmap::map::serde_seq")]
    agents: FixedMap<(Timestamp, AgentId), AgentRow>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            open_since: Timestamp::from_millis(i64::MIN),
            lines: FixedMap::default(),
            desks: FixedMap::default(),
            agents: FixedMap::default(),
        }
    }
}

impl Book {
    /// The line of a queue in the interval of an instant.
    pub(super) fn line(&mut self, grid: Grid<'_>, at: Timestamp, cell: Cell) -> &mut LineRow {
        let start = grid.of(at).from.max(self.open_since);
        self.lines.entry((start, cell)).or_default()
    }

    /// The counts so far of stays in the line of a queue, in the interval of an instant.
    pub(super) fn service(&self, grid: Grid<'_>, at: Timestamp, cell: Cell) -> ServiceCounts {
        let start = grid.of(at).from.max(self.open_since);
        self.lines.get(&(start, cell)).map(|row| row.service).unwrap_or_default()
    }

    /// The handling of an agent in the interval of an instant.
    pub(super) fn handling(&mut self, grid: Grid<'_>, at: Timestamp, desk: Desk) -> &mut Handling {
        let start = grid.of(at).from.max(self.open_since);
        &mut self.desks.entry((start, desk)).or_default().handling
    }

    /// Work that was handled for so long was wrapped up with a code.
    pub(super) fn code(
        &mut self,
        grid: Grid<'_>,
        at: Timestamp,
        desk: Desk,
        (code, handled_time): (CodeId, Span),
    ) {
        let start = grid.of(at).from.max(self.open_since);
        let codes = &mut self.desks.entry((start, desk)).or_default().codes;
        add_code(codes, CodeCount { code, count: 1, handled_time });
    }

    /// Work that entered a line waited in it from an instant to another.
    pub(super) fn wait(
        &mut self,
        grid: Grid<'_>,
        cell: Cell,
        entered: Option<Timestamp>,
        (from, to): (Timestamp, Timestamp),
    ) {
        grid.each(from, to, |start, from, to| {
            let row = self.lines.entry((start.max(self.open_since), cell)).or_default();
            let Some(entered) = entered else {
                row.internal.waited = row.internal.waited.plus(to.since(from));
                return;
            };
            row.flow.waited = row.flow.waited.plus(to.since(from));
            row.longest = row.longest.max(to.since(entered));
        });
    }

    /// An agent was occupied with work of a queue.
    pub(super) fn occupy(
        &mut self,
        grid: Grid<'_>,
        desk: Desk,
        (from, to): (Timestamp, Timestamp),
        with: fn(&mut Handling) -> &mut Span,
    ) {
        grid.each(from, to, |start, from, to| {
            let row = self.desks.entry((start.max(self.open_since), desk)).or_default();
            let time = with(&mut row.handling);
            *time = time.plus(to.since(from));
        });
    }

    /// An agent was signed in.
    pub(super) fn spend(
        &mut self,
        grid: Grid<'_>,
        agent: AgentId,
        (from, to): (Timestamp, Timestamp),
        (presence, status): (PresenceId, RoutingStatus),
    ) {
        grid.each(from, to, |start, from, to| {
            let row = self.agents.entry((start.max(self.open_since), agent)).or_default();
            let more = to.since(from);
            let time = row.time.of(status);
            *time = time.plus(more);
            match row.presences.iter_mut().find(|known| known.presence == presence) {
                Some(known) => known.time = known.time.plus(more),
                None => row.presences.push(PresenceTime { presence, time: more }),
            }
        });
    }

    /// When the first interval begins that is not closed.
    pub(super) const fn open_since(&self) -> Timestamp {
        self.open_since
    }

    /// When the last interval begins of which there is a row.
    pub(super) fn last(&self) -> Option<Timestamp> {
        let lines = self.lines.keys().map(|(start, _)| *start);
        let desks = self.desks.keys().map(|(start, _)| *start);
        let agents = self.agents.keys().map(|(start, _)| *start);
        lines.chain(desks).chain(agents).max()
    }

    /// Hands out every interval that begins before an instant, at which one begins.
    pub(super) fn close(&mut self, grid: Grid<'_>, before: Timestamp) -> ClosedFigures {
        self.open_since = before;
        let lines = take(&mut self.lines, |(start, _)| *start < before);
        let desks = take(&mut self.desks, |(start, _)| *start < before);
        let agents = take(&mut self.agents, |(start, _)| *start < before);
        let mut queues: FixedMap<(Timestamp, Cell), QueueInterval> = FixedMap::default();
        for ((start, cell), row) in lines {
            let queue = queues.entry((start, cell)).or_insert_with(|| queue(grid, start, cell));
            (queue.service, queue.line, queue.longest_wait) = (row.service, row.flow, row.longest);
            queue.internal = row.internal;
        }
        let mut people: FixedMap<(Timestamp, AgentId), AgentPerformance> = FixedMap::default();
        for ((start, id), row) in agents {
            let agent = people.entry((start, id)).or_insert_with(|| agent(grid, start, id));
            (agent.time, agent.presences) = (row.time, row.presences);
        }
        for ((start, desk), row) in &desks {
            let (start, Desk { agent: id, cell }) = (*start, *desk);
            let queue = queues.entry((start, cell)).or_insert_with(|| queue(grid, start, cell));
            queue.handling.add(&row.handling);
            row.codes.iter().for_each(|code| add_code(&mut queue.codes, *code));
            let agent = people.entry((start, id)).or_insert_with(|| agent(grid, start, id));
            agent.handling.add(&row.handling);
            row.codes.iter().for_each(|code| add_code(&mut agent.codes, *code));
        }
        let agent_queues =
            desks.into_iter().map(|((start, desk), row)| agent_queue(grid, start, desk, row));
        let mut closed = ClosedFigures {
            queues: queues.into_values().collect(),
            agents: people.into_values().collect(),
            agent_queues: agent_queues.collect(),
            timeline: Vec::new(),
        };
        closed.sort();
        closed
    }
}

/// Takes the rows out that are meant; the others keep their places.
fn take<K: core::hash::Hash + Eq, V>(
    rows: &mut FixedMap<K, V>,
    wanted: impl Fn(&K) -> bool,
) -> Vec<(K, V)> {
    if !rows.keys().any(&wanted) {
        return Vec::new();
    }
    let all = core::mem::take(rows);
    let (out, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|(key, _)| wanted(key));
    rows.extend(kept);
    out
}

fn add_code(codes: &mut Vec<CodeCount>, more: CodeCount) {
    match codes.iter_mut().find(|known| known.code == more.code) {
        Some(known) => {
            known.count = known.count.saturating_add(more.count);
            known.handled_time = known.handled_time.plus(more.handled_time);
        }
        None => codes.push(more),
    }
}

fn queue(grid: Grid<'_>, from: Timestamp, cell: Cell) -> QueueInterval {
    let to = grid.of(from).to;
    QueueInterval {
        queue: cell.queue,
        channel: cell.channel,
        from,
        to,
        service: ServiceCounts::default(),
        line: LineFlow::default(),
        internal: InternalFlow::default(),
        longest_wait: Span::ZERO,
        handling: Handling::default(),
        codes: Vec::new(),
    }
}

fn agent(grid: Grid<'_>, from: Timestamp, agent: AgentId) -> AgentPerformance {
    let to = grid.of(from).to;
    AgentPerformance {
        agent,
        from,
        to,
        time: StatusTime::default(),
        presences: Vec::new(),
        handling: Handling::default(),
        codes: Vec::new(),
    }
}

fn agent_queue(grid: Grid<'_>, from: Timestamp, desk: Desk, row: DeskRow) -> AgentQueueInterval {
    let to = grid.of(from).to;
    AgentQueueInterval {
        agent: desk.agent,
        queue: desk.cell.queue,
        channel: desk.cell.channel,
        from,
        to,
        handling: row.handling,
        codes: row.codes,
    }
}

impl ClosedFigures {
    fn sort(&mut self) {
        self.queues.sort_unstable_by_key(|row| (row.from, row.queue, row.channel));
        self.agents.sort_unstable_by_key(|row| (row.from, row.agent));
        self.agent_queues.sort_unstable_by_key(|row| (row.from, row.agent, row.queue, row.channel));
        let by_code = |codes: &mut Vec<CodeCount>| codes.sort_unstable_by_key(|of| of.code);
        self.queues.iter_mut().for_each(|row| by_code(&mut row.codes));
        self.agent_queues.iter_mut().for_each(|row| by_code(&mut row.codes));
        for row in &mut self.agents {
            row.presences.sort_unstable_by_key(|of| of.presence);
            by_code(&mut row.codes);
        }
    }
}
