//! Work in the lines of queues: how it comes, waits, and goes.

use crate::base::time::{Span, Timestamp};
use crate::fact::event::QueuedWhy;
use crate::figures::book::Cell;
use crate::figures::fold::Figures;
use crate::figures::measures::LineFlow;
use crate::figures::service_level::{StayEnd, Waited};
use crate::figures::standing::{CountedPlace, CountedWork, Start};
use crate::figures::sums::one_more;
use crate::model::calendar::WaitClock;
use crate::model::ids::{ChannelId, QueueId, WorkId};
use crate::policy::calendar::open_between;
use crate::state::work::CloseCause;

/// A count of the flow through a line.
type Flow = fn(&mut LineFlow) -> &mut u32;

/// How work that entered a line for this reason came there.
const fn entry(why: QueuedWhy) -> Flow {
    match why {
        QueuedWhy::Transferred | QueuedWhy::TransferredToAgent | QueuedWhy::AwaitsAgent => {
            |flow| &mut flow.transferred_in
        }
        QueuedWhy::MaxWait | QueuedWhy::Exhausted | QueuedWhy::Overflow => {
            |flow| &mut flow.overflowed_in
        }
        QueuedWhy::Resumed | QueuedWhy::Unassigned => |flow| &mut flow.requeued,
        QueuedWhy::Activated => |flow| &mut flow.activated,
    }
}

/// How it left the line it was in.
const fn exit(why: QueuedWhy) -> Flow {
    match why {
        QueuedWhy::Transferred | QueuedWhy::TransferredToAgent | QueuedWhy::AwaitsAgent => {
            |flow| &mut flow.transferred_out
        }
        QueuedWhy::MaxWait | QueuedWhy::Exhausted | QueuedWhy::Overflow => {
            |flow| &mut flow.overflowed_out
        }
        QueuedWhy::Resumed | QueuedWhy::Unassigned | QueuedWhy::Activated => {
            |flow| &mut flow.left_otherwise
        }
    }
}

impl Figures {
    pub(super) fn submit(
        &mut self,
        id: WorkId,
        cell: Cell,
        start: Start,
        (internal, stands_for): (bool, Option<WorkId>),
        at: Timestamp,
    ) {
        let place = if start == Start::NotYet { CountedPlace::Aside } else { CountedPlace::Line };
        let work = CountedWork {
            cell,
            place,
            start,
            open_offers: 0,
            entered: at,
            since: at,
            counted: false,
            internal,
            stands_for,
        };
        self.works.insert(id, work);
        if place == CountedPlace::Line {
            self.enter(id, at, |flow| &mut flow.submitted);
        }
    }

    /// Work enters a line, or moves in the one it is in; from another it goes when that was due.
    /// Nobody has it any more.
    pub(super) fn queue(
        &mut self,
        id: WorkId,
        queue: QueueId,
        why: QueuedWhy,
        (at, due): (Timestamp, Timestamp),
    ) {
        let moves = self.works.get(&id).is_some_and(|work| work.cell.queue != queue);
        self.settle_wait(id, if moves { due } else { at });
        self.change_queue(id, queue, due, exit(why));
        if let Some(work) = self.works.get_mut(&id) {
            (work.place, work.entered, work.since) = (CountedPlace::Line, at, at);
            if work.start == Start::NotYet {
                work.start = Start::At(due);
            }
            // From agent to agent: one caller is one caller, and is in no line in between.
            if why == QueuedWhy::TransferredToAgent {
                work.place = CountedPlace::BetweenAgents;
                return;
            }
        }
        self.enter(id, at, entry(why));
    }

    /// The agent to whom work was sent does not take it: a stay in the line begins.
    pub(super) fn come_back(&mut self, id: WorkId, at: Timestamp) {
        let Some(work) = self.works.get_mut(&id) else {
            return;
        };
        if work.place == CountedPlace::BetweenAgents && work.open_offers == 0 {
            (work.place, work.entered, work.since) = (CountedPlace::Line, at, at);
            self.enter(id, at, entry(QueuedWhy::TransferredToAgent));
        }
    }

    pub(super) fn reclassify(&mut self, id: WorkId, queue: QueueId, at: Timestamp) {
        self.settle_wait(id, at);
        let Some(work) = self.works.get_mut(&id).filter(|work| work.cell.queue != queue) else {
            return;
        };
        work.entered = at;
        if work.place == CountedPlace::BetweenAgents {
            (work.place, work.since) = (CountedPlace::Line, at);
        }
        let in_line = work.place == CountedPlace::Line;
        self.change_queue(id, queue, at, |flow| &mut flow.reclassified_out);
        if in_line {
            self.enter(id, at, |flow| &mut flow.reclassified_in);
        }
    }

    /// Waiting work becomes a call back: its stay goes on, by another channel.
    pub(super) fn call_back(&mut self, id: WorkId, channel: ChannelId, at: Timestamp) {
        self.settle_wait(id, at);
        let Some(work) = self.works.get_mut(&id) else {
            return;
        };
        let (old, counted, internal) = (work.cell, work.counted, work.internal);
        work.cell.channel = channel;
        let new = work.cell;
        let grid = self.config.grid(self.joint);
        if counted && old != new && internal {
            one_more(&mut self.book.line(grid, at, old).internal.left_otherwise);
            one_more(&mut self.book.line(grid, at, new).internal.offered);
        } else if counted && old != new {
            one_more(&mut self.book.line(grid, at, old).flow.callback_out);
            one_more(&mut self.book.line(grid, at, new).flow.callback_in);
        }
    }

    pub(super) fn put_off(&mut self, id: WorkId, at: Timestamp) {
        self.settle_wait(id, at);
        if let Some(work) = self.works.get_mut(&id) {
            work.place = CountedPlace::Aside;
        }
    }

    /// Work goes to an agent: it is answered if it stood in line.
    pub(super) fn answer(&mut self, id: WorkId, at: Timestamp) {
        self.settle_wait(id, at);
        let Some(work) = self.works.get(&id).copied() else {
            return;
        };
        if work.place == CountedPlace::Line {
            let (wait, target) = self.waited(&work, at);
            self.end_stay(id, at, StayEnd::answered(wait, target), |_| None);
            if work.internal {
                let grid = self.config.grid(self.joint);
                let flow = &mut self.book.line(grid, at, work.cell).internal;
                flow.wait_answered = flow.wait_answered.plus(wait.wall);
                return;
            }
            let flow = &mut self.book.line(self.config.grid(self.joint), at, work.cell).flow;
            flow.wait_answered = flow.wait_answered.plus(wait.wall);
            flow.open_wait_answered = flow.open_wait_answered.plus(wait.open);
            if let Start::At(start) = work.start {
                one_more(&mut flow.first_answered);
                flow.first_wait = flow.first_wait.plus(at.since(start));
            }
        } else {
            self.end_stay(id, at, StayEnd::Otherwise, |flow| Some(&mut flow.left_otherwise));
        }
    }

    /// Work that nobody has is closed.
    pub(super) fn leave(&mut self, id: WorkId, cause: CloseCause, at: Timestamp) {
        self.settle_wait(id, at);
        let Some(work) = self.works.get(&id).copied() else {
            return;
        };
        let customer = work.place == CountedPlace::Line && !work.internal;
        if customer && cause == CloseCause::Abandoned {
            let (wait, target) = self.waited(&work, at);
            let outcome = StayEnd::abandoned(wait, target, self.config.short_abandon);
            self.end_stay(id, at, outcome, |_| None);
            let flow = &mut self.book.line(self.config.grid(self.joint), at, work.cell).flow;
            flow.wait_abandoned = flow.wait_abandoned.plus(wait.wall);
            flow.open_wait_abandoned = flow.open_wait_abandoned.plus(wait.open);
        } else if work.place == CountedPlace::Line && cause == CloseCause::TransferredOutside {
            self.end_stay(id, at, StayEnd::Otherwise, |flow| Some(&mut flow.transferred_out));
        } else {
            self.end_stay(id, at, StayEnd::Otherwise, |flow| Some(&mut flow.left_otherwise));
        }
    }

    /// Books the wait of work in line, until an instant.
    pub(super) fn settle_wait(&mut self, id: WorkId, until: Timestamp) {
        let Some(work) = self.works.get_mut(&id).filter(|work| work.place == CountedPlace::Line)
        else {
            return;
        };
        let (cell, entered, from) = (work.cell, work.entered, work.since);
        let entered = Some(entered).filter(|_| !work.internal);
        work.since = from.max(until);
        self.book.wait(self.config.grid(self.joint), cell, entered, (from, until));
    }

    /// Work in line is offered to its queue, once until it goes elsewhere or to an agent.
    fn enter(&mut self, id: WorkId, at: Timestamp, how: Flow) {
        let Some(work) = self.works.get_mut(&id).filter(|work| !work.counted) else {
            return;
        };
        work.counted = true;
        let (cell, internal) = (work.cell, work.internal);
        let row = self.book.line(self.config.grid(self.joint), at, cell);
        if internal {
            one_more(&mut row.internal.offered);
            return;
        }
        one_more(&mut row.service.offered);
        one_more(how(&mut row.flow));
        let day = self.config.days(self.joint).of(at).from;
        self.recent.entry(cell).or_default().enter(day);
    }

    /// Work is in another queue, if it is; a stay in the old one ends.
    fn change_queue(&mut self, id: WorkId, queue: QueueId, at: Timestamp, how: Flow) {
        let elsewhere = |work: &CountedWork| work.cell.queue != queue;
        if self.works.get(&id).is_some_and(elsewhere) {
            self.end_stay(id, at, StayEnd::Otherwise, |flow| Some(how(flow)));
        }
        if let Some(work) = self.works.get_mut(&id) {
            work.cell.queue = queue;
        }
    }

    /// The stay of work ends, if it is in one.
    fn end_stay(
        &mut self,
        id: WorkId,
        at: Timestamp,
        outcome: StayEnd,
        how: impl FnOnce(&mut LineFlow) -> Option<&mut u32>,
    ) {
        let Some(work) = self.works.get_mut(&id).filter(|work| work.counted) else {
            return;
        };
        work.counted = false;
        let (cell, internal) = (work.cell, work.internal);
        let row = self.book.line(self.config.grid(self.joint), at, cell);
        if internal {
            let answered = matches!(outcome, StayEnd::Answered { .. });
            let flow = &mut row.internal;
            one_more(if answered { &mut flow.answered } else { &mut flow.left_otherwise });
            return;
        }
        row.service.end(outcome);
        if let Some(count) = how(&mut row.flow) {
            one_more(count);
        }
        let day = self.config.days(self.joint).of(at).from;
        self.recent.entry(cell).or_default().end(day, outcome, self.config.last);
    }

    /// How long work that leaves a line has waited there, by the calendar as it is now, and the
    /// target of the queue.
    fn waited(&self, work: &CountedWork, at: Timestamp) -> (Waited, Span) {
        let wall = at.since(work.entered);
        let queue = self.queues.get(&work.cell.queue);
        let calendar = queue.and_then(|queue| self.calendars.get(&queue.calendar?));
        let open = calendar.map_or(wall, |calendar| open_between(calendar, work.entered, at));
        let counted = match queue.map(|queue| queue.counts).unwrap_or_default() {
            WaitClock::Wall => wall,
            WaitClock::Open => open,
        };
        (Waited { wall, open, counted }, queue.map(|queue| queue.target).unwrap_or_default())
    }
}
