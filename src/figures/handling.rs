//! What agents do with work: offers, their parts of it, consults.

use crate::base::time::Timestamp;
use crate::fact::event::QueuedWhy;
use crate::figures::book::Desk;
use crate::figures::fold::Figures;
use crate::figures::measures::Handling;
use crate::figures::standing::{
    CountedPart, CountedPlace, CountedWork, Doing, Guest, OpenOffer, Start,
};
use crate::figures::sums::one_more;
use crate::model::ids::{AgentId, CodeId, OfferId, WorkId};
use crate::policy::wrap_up::WrapUp;
use crate::state::leg::LegRole;
use crate::state::work::CloseCause;

/// A count of what agents did.
type Count = fn(&mut Handling) -> &mut u32;

impl Figures {
    pub(super) fn offer(&mut self, id: OfferId, work: WorkId, agent: AgentId, at: Timestamp) {
        let Some(row) = self.works.get_mut(&work) else {
            return;
        };
        one_more(&mut row.open_offers);
        let desk = Desk { agent, cell: row.cell };
        let count: Count = match row.stands_for {
            Some(_) => |row| &mut row.consults_offered,
            None => |row| &mut row.offered,
        };
        self.offers.insert(id, OpenOffer { work, desk, since: at });
        self.count(desk, at, count);
    }

    /// An offer ends; gives the work and the agent it joined.
    pub(super) fn end_offer(
        &mut self,
        id: OfferId,
        at: Timestamp,
        how: Count,
    ) -> Option<(WorkId, AgentId)> {
        self.settle_offer(id, at);
        let offer = self.offers.swap_remove(&id)?;
        let work = self.works.get_mut(&offer.work);
        let consults = work.is_some_and(|work| {
            work.open_offers = work.open_offers.saturating_sub(1);
            work.stands_for.is_some()
        });
        // How a request to take part ended is counted nowhere: that they joined is.
        if !consults {
            self.count(offer.desk, at, how);
        }
        Some((offer.work, offer.desk.agent))
    }

    pub(super) fn assign(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        if let Some(owner) = self.owner(work) {
            self.end_part(work, owner, at);
        }
        self.take(work, agent, at);
        self.count_for(work, agent, at, |row| &mut row.assigned);
    }

    /// Work goes to an agent. What stands for other work is theirs for no time: they take part in
    /// that work, through the queue where they were asked.
    pub(super) fn take(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        self.answer(work, at);
        match self.works.get_mut(&work) {
            Some(CountedWork { stands_for: Some(origin), place, cell, .. }) => {
                *place = CountedPlace::Aside;
                let guest = Guest { cell: *cell, joined: false, since: at };
                self.guests.insert((*origin, agent), guest);
            }
            _ => self.begin_part(work, agent, at),
        }
    }

    fn begin_part(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        let Some(row) = self.works.get_mut(&work) else {
            return;
        };
        (row.place, row.start) = (CountedPlace::With(agent), Start::Over);
        let (cell, doing) = (row.cell, Doing::Active);
        let (since, handled, code) = (at, Default::default(), None);
        self.parts.insert((work, agent), CountedPart { cell, doing, since, handled, code });
    }

    pub(super) fn hold(&mut self, work: WorkId, hold: bool, at: Timestamp) {
        self.switch_owner(work, if hold { Doing::Held } else { Doing::Active }, at);
    }

    pub(super) fn park(&mut self, work: WorkId, park: bool, at: Timestamp) {
        self.switch_owner(work, if park { Doing::Parked } else { Doing::Active }, at);
    }

    pub(super) fn end_contact(&mut self, work: WorkId, wrap_up: WrapUp, at: Timestamp) {
        self.switch_owner(work, Doing::of(wrap_up), at);
    }

    pub(super) fn set_code(&mut self, work: WorkId, agent: AgentId, code: CodeId) {
        if let Some(part) = self.parts.get_mut(&(work, agent)) {
            part.code = Some(code);
        }
    }

    /// Whoever has work that enters a line gives it up, and wraps it up or not.
    pub(super) fn give_up(
        &mut self,
        work: WorkId,
        why: QueuedWhy,
        wrap_up: Option<WrapUp>,
        at: Timestamp,
    ) {
        let Some(owner) = self.owner(work) else {
            return;
        };
        let transferred = matches!(
            why,
            QueuedWhy::Transferred | QueuedWhy::TransferredToAgent | QueuedWhy::AwaitsAgent
        );
        let count: Count =
            if transferred { |row| &mut row.transferred } else { |row| &mut row.given_back };
        self.count_for(work, owner, at, count);
        self.wrap_up(work, owner, wrap_up, at);
    }

    /// Whoever has work that is put off gives it back.
    pub(super) fn give_back(&mut self, work: WorkId, at: Timestamp) {
        if let Some(owner) = self.owner(work) {
            self.count_for(work, owner, at, |row| &mut row.given_back);
            self.end_part(work, owner, at);
        }
    }

    /// Work is transferred outside, by its agent or out of the line.
    pub(super) fn leave_house(&mut self, work: WorkId, wrap_up: Option<WrapUp>, at: Timestamp) {
        if let Some(cell) = self.works.get(&work).map(|row| row.cell) {
            one_more(&mut self.book.line(self.config.grid(self.joint), at, cell).flow.outside);
        }
        match self.owner(work) {
            Some(owner) => {
                self.count_for(work, owner, at, |row| &mut row.transferred);
                self.wrap_up(work, owner, wrap_up, at);
            }
            None => self.leave(work, CloseCause::TransferredOutside, at),
        }
        self.works.swap_remove(&work);
    }

    pub(super) fn close(&mut self, work: WorkId, cause: CloseCause, at: Timestamp) {
        match self.owner(work) {
            Some(owner) => self.end_part(work, owner, at),
            None => self.leave(work, cause, at),
        }
        self.works.swap_remove(&work);
    }

    /// An agent is done with work, wrap-up included.
    pub(super) fn end_part(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        self.settle_part(work, agent, at);
        let Some(part) = self.parts.swap_remove(&(work, agent)) else {
            return;
        };
        if part.doing != Doing::WrapUpAside {
            self.release(agent, part, at);
        }
        if let Some(code) = part.code {
            let desk = Desk { agent, cell: part.cell };
            self.book.code(self.config.grid(self.joint), at, desk, (code, part.handled));
        }
    }

    pub(super) fn consult(&mut self, work: WorkId, agent: AgentId, role: LegRole, at: Timestamp) {
        let Some(row) = self.works.get(&work).filter(|_| !role.supervises()) else {
            return;
        };
        let guest = Guest { cell: row.cell, joined: false, since: at };
        self.guests.insert((work, agent), guest);
        let desk = Desk { agent, cell: guest.cell };
        self.count(desk, at, |row| &mut row.consults_offered);
    }

    /// Counts a consult that the agent who was asked joins. Supervisors join without being asked,
    /// and do not count.
    pub(super) fn join(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        self.settle_guest(work, agent, at);
        let Some(guest) = self.guests.get_mut(&(work, agent)) else {
            return;
        };
        guest.joined = true;
        let desk = Desk { agent, cell: guest.cell };
        self.count(desk, at, |row| &mut row.consults);
    }

    pub(super) fn end_consult(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        self.settle_guest(work, agent, at);
        self.guests.swap_remove(&(work, agent));
    }

    pub(super) fn hand_over(
        &mut self,
        work: WorkId,
        agent: AgentId,
        wrap_up: Option<WrapUp>,
        at: Timestamp,
    ) {
        self.end_consult(work, agent, at);
        if let Some(owner) = self.owner(work) {
            self.count_for(work, owner, at, |row| &mut row.transferred);
            self.wrap_up(work, owner, wrap_up, at);
        }
        self.begin_part(work, agent, at);
        self.count_for(work, agent, at, |row| &mut row.taken_over);
    }

    pub(super) fn settle_offer(&mut self, id: OfferId, until: Timestamp) {
        if let Some(offer) = self.offers.get_mut(&id) {
            let (desk, from) = (offer.desk, offer.since);
            offer.since = from.max(until);
            self.book
                .occupy(self.config.grid(self.joint), desk, (from, until), |row| &mut row.alerting);
        }
    }

    pub(super) fn settle_part(&mut self, work: WorkId, agent: AgentId, until: Timestamp) {
        let Some(part) = self.parts.get_mut(&(work, agent)) else {
            return;
        };
        let (desk, from) = (Desk { agent, cell: part.cell }, part.since);
        part.since = from.max(until);
        if part.doing.is_handling() {
            part.handled = part.handled.plus(until.since(from));
        }
        let time = part.doing.time();
        self.book.occupy(self.config.grid(self.joint), desk, (from, until), time);
    }

    pub(super) fn settle_guest(&mut self, work: WorkId, agent: AgentId, until: Timestamp) {
        if let Some(guest) = self.guests.get_mut(&(work, agent)) {
            let (desk, from) = (Desk { agent, cell: guest.cell }, guest.since);
            guest.since = from.max(until);
            let time = guest.time();
            self.book.occupy(self.config.grid(self.joint), desk, (from, until), time);
        }
    }

    fn owner(&self, work: WorkId) -> Option<AgentId> {
        match self.works.get(&work)?.place {
            CountedPlace::With(agent) => Some(agent),
            CountedPlace::Line | CountedPlace::BetweenAgents | CountedPlace::Aside => None,
        }
    }

    fn switch_owner(&mut self, work: WorkId, doing: Doing, at: Timestamp) {
        if let Some(owner) = self.owner(work) {
            self.switch(work, owner, doing, at);
        }
    }

    /// An agent does something else with their part from now on.
    fn switch(&mut self, work: WorkId, agent: AgentId, doing: Doing, at: Timestamp) {
        self.settle_part(work, agent, at);
        let Some(part) = self.parts.get_mut(&(work, agent)) else {
            return;
        };
        part.doing = doing;
        let part = *part;
        if doing == Doing::WrapUpAside {
            self.release(agent, part, at);
        }
    }

    fn wrap_up(&mut self, work: WorkId, agent: AgentId, wrap_up: Option<WrapUp>, at: Timestamp) {
        match wrap_up {
            Some(wrap_up) => self.switch(work, agent, Doing::of(wrap_up), at),
            None => self.end_part(work, agent, at),
        }
    }

    /// An agent is not occupied with their part any more.
    fn release(&mut self, agent: AgentId, part: CountedPart, at: Timestamp) {
        let desk = Desk { agent, cell: part.cell };
        let row = self.book.handling(self.config.grid(self.joint), at, desk);
        one_more(&mut row.handled);
        row.handled_time = row.handled_time.plus(part.handled);
    }

    fn count(&mut self, desk: Desk, at: Timestamp, count: Count) {
        one_more(count(self.book.handling(self.config.grid(self.joint), at, desk)));
    }

    /// Counts for an agent in the queue and channel of their part of work.
    fn count_for(&mut self, work: WorkId, agent: AgentId, at: Timestamp, how: Count) {
        if let Some(part) = self.parts.get(&(work, agent)) {
            self.count(Desk { agent, cell: part.cell }, at, how);
        }
    }
}
