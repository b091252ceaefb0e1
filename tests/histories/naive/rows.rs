//! Reading intervals from the whole diary.

use std::collections::BTreeMap;

use strowger::fact::QueuedWhy;
use strowger::figures::{
    AgentPerformance, AgentQueueInterval, AgentTimelinePiece, ClosedFigures, CodeCount,
    FiguresConfig, Handling, InternalFlow, LineFlow, PresenceTime, QueueInterval, ServiceCounts,
    StatusTime,
};
use strowger::model::{AgentId, ChannelId, CodeId, PresenceId, QueueId, WaitClock};
use strowger::policy::calendar::open_between;
use strowger::state::{CloseCause, RoutingStatus};
use strowger::{Span, Timestamp};

use super::diary::{Counted, Diary, Doing, Leg, Place, State, Why};

/// One interval, read from a diary that ends at an instant.
pub(crate) struct Cut<'a> {
    pub(crate) config: &'a FiguresConfig,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// What goes on still goes on then.
    pub(crate) end: Timestamp,
    pub(crate) diary: &'a Diary,
}

type Cell = (QueueId, ChannelId);
type Cells<T> = BTreeMap<Cell, T>;

#[derive(Default)]
struct Line {
    service: ServiceCounts,
    flow: LineFlow,
    internal: InternalFlow,
    longest: Span,
}

impl Cut<'_> {
    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// The part of a stretch of time that lies in the interval.
    fn part(&self, from: Timestamp, to: Timestamp) -> Span {
        to.min(self.to).since(from.max(self.from))
    }

    pub(crate) fn rows(&self) -> ClosedFigures {
        let mut lines = Cells::<Line>::new();
        for (work, states) in &self.diary.works {
            self.stays(self.diary.internal.contains(work), states, &mut lines);
        }
        let agent_queues = self.agent_queues();
        let mut cells: Vec<Cell> = lines.keys().copied().collect();
        cells.extend(agent_queues.iter().map(|row| (row.queue, row.channel)));
        cells.sort_unstable();
        cells.dedup();
        let queues = cells.into_iter().map(|cell| self.queue(cell, &lines, &agent_queues));
        let mut closed = ClosedFigures::default();
        closed.queues = queues.collect();
        closed.agents = self.agents(&agent_queues);
        closed.agent_queues = agent_queues;
        closed
    }

    fn queue(
        &self,
        (queue, channel): Cell,
        lines: &Cells<Line>,
        agents: &[AgentQueueInterval],
    ) -> QueueInterval {
        let (from, to) = (self.from, self.to);
        let line = lines.get(&(queue, channel));
        let (mut handling, mut codes) = (Handling::default(), Codes::new());
        for row in agents.iter().filter(|row| (row.queue, row.channel) == (queue, channel)) {
            handling.add(&row.handling);
            count_codes(&mut codes, &row.codes);
        }
        let mut row = QueueInterval::new(queue, channel, from, to);
        if let Some(line) = line {
            (row.service, row.line, row.longest_wait) = (line.service, line.flow, line.longest);
            row.internal = line.internal;
        }
        (row.handling, row.codes) = (handling, code_counts(codes));
        row
    }

    /// The stays of one piece of work: a stay begins as it comes into a line without one, and ends
    /// as it changes its queue, goes to an agent or is over.
    fn stays(&self, internal: bool, states: &[State], lines: &mut Cells<Line>) {
        let nowhere = State { place: Place::Aside, ..states[0] };
        let mut staying = false;
        let mut entered = states[0].at;
        for (number, next) in states.iter().enumerate() {
            let before = if number == 0 { nowhere } else { states[number - 1] };
            let old = (before.queue, before.channel);
            let new = (next.queue, next.channel);
            let had = states[..number].iter().any(|state| matches!(state.place, Place::With(_)));
            let first = next.start.filter(|_| !had);
            let over = matches!(next.place, Place::With(_) | Place::Gone(_));
            if staying && (over || old.0 != new.0) {
                staying = false;
                self.count(next.left, old, lines, |line| match internal {
                    true => leave_internal(line, &before, next, entered),
                    false => self.leave(line, first, &before, next, entered),
                });
            } else if staying && old.1 != new.1 && internal {
                self.count(next.at, old, lines, |line| line.internal.left_otherwise += 1);
                self.count(next.at, new, lines, |line| line.internal.offered += 1);
            } else if staying && old.1 != new.1 {
                self.count(next.at, old, lines, |line| line.flow.callback_out += 1);
                self.count(next.at, new, lines, |line| line.flow.callback_in += 1);
            }
            if next.place == Place::Gone(CloseCause::TransferredOutside) {
                self.count(next.at, new, lines, |line| line.flow.outside += 1);
            }
            if matches!(next.why, Why::Submitted | Why::Queued(_) | Why::Classified) {
                entered = next.at;
            }
            if next.place == Place::Line && !staying {
                staying = true;
                self.count(next.at, new, lines, |line| match internal {
                    true => line.internal.offered += 1,
                    false => enter(line, next.why),
                });
            }
            let until = states.get(number + 1).map_or(self.end, |later| later.left);
            let waited = self.part(next.at, until);
            if next.place == Place::Line && !waited.is_zero() {
                let line = lines.entry(new).or_default();
                if internal {
                    line.internal.waited = plus(line.internal.waited, waited);
                    continue;
                }
                line.flow.waited = plus(line.flow.waited, waited);
                line.longest = line.longest.max(until.min(self.to).since(entered));
            }
        }
    }

    fn count(
        &self,
        at: Timestamp,
        cell: Cell,
        lines: &mut Cells<Line>,
        with: impl FnOnce(&mut Line),
    ) {
        if self.holds(at) {
            with(lines.entry(cell).or_default());
        }
    }

    fn leave(
        &self,
        line: &mut Line,
        first: Option<Timestamp>,
        before: &State,
        next: &State,
        entered: Timestamp,
    ) {
        let waited = next.at.since(entered);
        let terms = next.terms;
        let open = terms.calendar.map_or(waited, |form| {
            open_between(&self.diary.calendar_forms[form], entered, next.at)
        });
        let counted = if terms.counts == WaitClock::Open { open } else { waited };
        let in_time = u32::from(counted <= terms.target);
        let in_line = before.place == Place::Line;
        match (next.place, next.why) {
            (Place::With(_), _) if in_line => {
                line.service.answered += 1;
                line.service.in_target += in_time;
                line.service.in_wall_target += u32::from(waited <= terms.target);
                line.flow.wait_answered = plus(line.flow.wait_answered, waited);
                line.flow.open_wait_answered = plus(line.flow.open_wait_answered, open);
                if let Some(start) = first {
                    line.flow.first_answered += 1;
                    line.flow.first_wait = plus(line.flow.first_wait, next.at.since(start));
                }
            }
            (Place::Gone(CloseCause::Abandoned), _) if in_line => {
                line.service.abandoned += 1;
                line.service.abandoned_in_target += in_time;
                line.service.abandoned_short += u32::from(waited < self.config.short_abandon);
                line.flow.wait_abandoned = plus(line.flow.wait_abandoned, waited);
                line.flow.open_wait_abandoned = plus(line.flow.open_wait_abandoned, open);
            }
            (
                _,
                Why::Queued(
                    QueuedWhy::Transferred | QueuedWhy::TransferredToAgent | QueuedWhy::AwaitsAgent,
                ),
            ) => {
                line.flow.transferred_out += 1;
            }
            (Place::Gone(CloseCause::TransferredOutside), _) if in_line => {
                line.flow.transferred_out += 1;
            }
            (_, Why::Queued(QueuedWhy::MaxWait | QueuedWhy::Exhausted | QueuedWhy::Overflow)) => {
                line.flow.overflowed_out += 1;
            }
            (_, Why::Classified) => line.flow.reclassified_out += 1,
            _ => line.flow.left_otherwise += 1,
        }
    }

    fn agent_queues(&self) -> Vec<AgentQueueInterval> {
        type Row = (Handling, Codes);
        let mut rows = BTreeMap::<(AgentId, QueueId, ChannelId), Row>::new();
        for leg in &self.diary.legs {
            let key = (leg.agent, leg.queue, leg.channel);
            let (handling, code) = self.leg(leg);
            if handling != Handling::default() || code.is_some() {
                let row = rows.entry(key).or_default();
                row.0.add(&handling);
                count_codes(&mut row.1, code.as_slice());
            }
        }
        for (at, agent, queue, channel, what) in &self.diary.counted {
            if self.holds(*at) {
                let row = rows.entry((*agent, *queue, *channel)).or_default();
                *count_of(&mut row.0, *what) += 1;
            }
        }
        let (from, to) = (self.from, self.to);
        let row = |((agent, queue, channel), (handling, codes))| {
            let codes = code_counts(codes);
            let mut row = AgentQueueInterval::new(agent, queue, channel, from, to);
            (row.handling, row.codes) = (handling, codes);
            row
        };
        rows.into_iter().map(row).collect()
    }

    /// What a leg adds to the interval, and the code if it ended here with one.
    fn leg(&self, leg: &Leg) -> (Handling, Option<CodeCount>) {
        let mut row = Handling::default();
        let mut handled = Span::ZERO;
        // An agent is released once done with it, or goes on to wrap it up on the side.
        let aside = leg.doing.iter().find(|(_, doing)| *doing == Doing::Aside);
        let released = aside.map(|(at, _)| *at).or(leg.ended);
        for (number, (from, doing)) in leg.doing.iter().enumerate() {
            let next = leg.doing.get(number + 1).map(|(at, _)| *at);
            let to = next.or(leg.ended).unwrap_or(self.end);
            let time = time_of(&mut row, *doing);
            *time = plus(*time, self.part(*from, to));
            if matches!(doing, Doing::Talk | Doing::Hold | Doing::WrapUp) {
                handled = plus(handled, to.since(*from));
            }
        }
        let had = leg.doing[0].1 != Doing::Alerting;
        if had && released.is_some_and(|at| self.holds(at)) {
            row.handled = 1;
            row.handled_time = handled;
        }
        let code = leg.code.filter(|_| leg.ended.is_some_and(|at| self.holds(at)));
        (row, code.map(|code| CodeCount::new(code, 1, handled)))
    }

    fn agents(&self, works: &[AgentQueueInterval]) -> Vec<AgentPerformance> {
        let mut rows = BTreeMap::<AgentId, (StatusTime, BTreeMap<PresenceId, Span>)>::new();
        for (agent, states) in &self.diary.agents {
            for (number, (from, presence, status)) in states.iter().enumerate() {
                let to = states.get(number + 1).map_or(self.end, |next| next.0);
                let part = self.part(*from, to);
                if !part.is_zero() && !self.diary.offline.contains(presence) {
                    let (time, presences) = rows.entry(*agent).or_default();
                    let time = status_time(time, *status);
                    *time = plus(*time, part);
                    let time = presences.entry(*presence).or_default();
                    *time = plus(*time, part);
                }
            }
        }
        for row in works {
            rows.entry(row.agent).or_default();
        }
        let row = |(agent, (time, presences)): (AgentId, (StatusTime, BTreeMap<_, _>))| {
            let (mut handling, mut codes) = (Handling::default(), Codes::new());
            for row in works.iter().filter(|row| row.agent == agent) {
                handling.add(&row.handling);
                count_codes(&mut codes, &row.codes);
            }
            let codes = code_counts(codes);
            let presence = |(presence, time)| PresenceTime::new(presence, time);
            let presences = presences.into_iter().map(presence).collect();
            let (from, to) = (self.from, self.to);
            let mut row = AgentPerformance::new(agent, from, to);
            (row.time, row.presences, row.handling, row.codes) = (time, presences, handling, codes);
            row
        };
        rows.into_iter().map(row).collect()
    }
}

/// A stay of what is no customer is over.
fn leave_internal(line: &mut Line, before: &State, next: &State, entered: Timestamp) {
    let flow = &mut line.internal;
    if matches!(next.place, Place::With(_)) && before.place == Place::Line {
        flow.answered += 1;
        flow.wait_answered = plus(flow.wait_answered, next.at.since(entered));
    } else {
        flow.left_otherwise += 1;
    }
}

fn plus(one: Span, other: Span) -> Span {
    Span::from_millis(one.as_millis() + other.as_millis())
}

/// How often a code was given, and how long what it was given for was handled.
type Codes = BTreeMap<CodeId, (u32, Span)>;

fn count_codes(codes: &mut Codes, more: &[CodeCount]) {
    for CodeCount { code, count, handled_time, .. } in more {
        let known = codes.entry(*code).or_default();
        *known = (known.0 + count, plus(known.1, *handled_time));
    }
}

fn code_counts(codes: Codes) -> Vec<CodeCount> {
    let row = |(code, (count, handled_time))| CodeCount::new(code, count, handled_time);
    codes.into_iter().map(row).collect()
}

fn enter(line: &mut Line, why: Why) {
    line.service.offered += 1;
    let count = match why {
        Why::Submitted => &mut line.flow.submitted,
        Why::Classified => &mut line.flow.reclassified_in,
        Why::Queued(
            QueuedWhy::Transferred | QueuedWhy::TransferredToAgent | QueuedWhy::AwaitsAgent,
        ) => &mut line.flow.transferred_in,
        Why::Queued(QueuedWhy::Activated) => &mut line.flow.activated,
        Why::Queued(QueuedWhy::Resumed | QueuedWhy::Unassigned) => &mut line.flow.requeued,
        Why::Queued(_) => &mut line.flow.overflowed_in,
        Why::CalledBack | Why::Taken | Why::Else => panic!("{why:?} brings nothing into a line"),
    };
    *count += 1;
}

fn count_of(row: &mut Handling, what: Counted) -> &mut u32 {
    match what {
        Counted::Offered => &mut row.offered,
        Counted::Accepted => &mut row.accepted,
        Counted::Declined => &mut row.declined,
        Counted::Missed => &mut row.missed,
        Counted::Withdrawn => &mut row.withdrawn,
        Counted::Assigned => &mut row.assigned,
        Counted::TakenOver => &mut row.taken_over,
        Counted::Transferred => &mut row.transferred,
        Counted::GivenBack => &mut row.given_back,
        Counted::ConsultOffered => &mut row.consults_offered,
        Counted::Consult => &mut row.consults,
    }
}

fn time_of(row: &mut Handling, doing: Doing) -> &mut Span {
    match doing {
        Doing::Alerting => &mut row.alerting,
        Doing::Consulting => &mut row.consulting,
        Doing::Talk => &mut row.talk,
        Doing::Hold => &mut row.hold,
        Doing::Parked => &mut row.parked,
        Doing::WrapUp => &mut row.wrap_up,
        Doing::Aside => &mut row.wrap_up_aside,
    }
}

fn status_time(time: &mut StatusTime, status: RoutingStatus) -> &mut Span {
    match status {
        RoutingStatus::OffQueue => &mut time.off_queue,
        RoutingStatus::Idle => &mut time.idle,
        RoutingStatus::Offered => &mut time.offered,
        RoutingStatus::Interacting => &mut time.interacting,
        RoutingStatus::Communicating => &mut time.communicating,
        RoutingStatus::NotResponding => &mut time.not_responding,
    }
}

/// The pieces of an agent that are complete, neighbours that are the same made one.
pub(crate) fn timeline(diary: &Diary, agent: AgentId) -> Vec<AgentTimelinePiece> {
    let states = &diary.agents[&agent];
    let pieces = states.windows(2).map(|pair| {
        let ((from, presence, status), (to, ..)) = (pair[0], pair[1]);
        AgentTimelinePiece::new(agent, from, to, presence, status)
    });
    let signed_in = pieces.filter(|piece| !diary.offline.contains(&piece.presence));
    merged(signed_in.filter(|piece| piece.from < piece.to))
}

pub(crate) fn merged(
    pieces: impl IntoIterator<Item = AgentTimelinePiece>,
) -> Vec<AgentTimelinePiece> {
    let mut merged = Vec::<AgentTimelinePiece>::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last)
                if last.to == piece.from
                    && (last.presence, last.status) == (piece.presence, piece.status) =>
            {
                last.to = piece.to;
            }
            _ => merged.push(piece),
        }
    }
    merged
}
