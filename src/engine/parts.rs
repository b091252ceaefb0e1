//! What is over as work leaves its owner, or goes to another agent: the parts that others take in
//! it, and the work that stands for it.

use crate::fact::event::{EndedBy, Event, TransferFailure};
use crate::model::ids::{AgentId, WorkId};
use crate::policy::offering::Bar;
use crate::state::leg::LegEnd;
use crate::state::offer::Withdrawal;
use crate::state::work::CloseCause;

use crate::engine::matching::item;
use crate::engine::turn::{Halted, Turn};

/// A careful transfer of work that failed, and why.
pub(super) type Failed = Option<(WorkId, TransferFailure)>;

impl Turn<'_> {
    /// Ends what must be over before this happens, and says which careful transfer fails by what
    /// happens itself.
    pub(super) fn end_parts_before(&mut self, event: &Event) -> Result<Failed, Halted> {
        match *event {
            Event::WorkQueued { work, .. }
            | Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work } => self.end_parts(work, LegEnd::Transferred),
            Event::WorkParked { work, .. } => self.end_parts(work, LegEnd::Parked),
            Event::ContactEnded { work, .. }
            | Event::CustomerUnreached { work, retry: Some(_) } => {
                self.end_parts(work, LegEnd::ContactEnded)
            }
            Event::WorkClosed { work, cause, .. } => {
                self.end_parts(work, LegEnd::ContactEnded)?;
                let careful = self.world.stand_in(work).filter(|stand_in| stand_in.careful);
                return Ok(careful.map(|stand_in| (stand_in.work, cause.into())));
            }
            Event::HandedOver { work, agent, .. } => {
                self.end_stand_ins(work, None, LegEnd::Transferred)?;
                self.end_careful_legs(work, Some(agent))
            }
            Event::LegRequested { work, agent, .. } | Event::LegJoined { work, agent, .. } => {
                self.withdraw_stand_ins(work, None, agent)
            }
            Event::LegEnded { work, agent, why } => {
                let leg = self.agent(agent)?.leg(work).filter(|leg| leg.careful);
                return Ok(leg.map(|_| (work, why.into())));
            }
            _ => Ok(()),
        }?;
        Ok(None)
    }

    /// Ends the parts that others take in work that is about to leave its owner: what stands for it
    /// first, then the legs, each the oldest first.
    fn end_parts(&mut self, work: WorkId, why: LegEnd) -> Result<(), Halted> {
        self.end_stand_ins(work, None, why)?;
        let legs = self.work(work)?.legs.to_vec();
        legs.into_iter().try_for_each(|agent| self.emit(Event::LegEnded { work, agent, why }))
    }

    /// Closes what stands for work, but one.
    pub(super) fn end_stand_ins(
        &mut self,
        work: WorkId,
        but: Option<WorkId>,
        why: LegEnd,
    ) -> Result<(), Halted> {
        let stand_ins = self.stand_ins_but(work, but);
        stand_ins.into_iter().try_for_each(|stand_in| self.end_stand_in(stand_in, why))
    }

    /// Closes work that stands for other work. Nobody has it, so nothing follows for any agent once
    /// its offers are taken back.
    fn end_stand_in(&mut self, id: WorkId, why: LegEnd) -> Result<(), Halted> {
        loop {
            let row = self.work(id)?;
            let place = row.place;
            let Some(offer) = row.open_offers().next() else { break };
            let why = Withdrawal::WorkGone;
            self.emit(Event::OfferWithdrawn { offer, why, bar: Bar::None, place })?;
        }
        let careful = self.world.stand_in(id).filter(|stand_in| stand_in.careful);
        let (cause, by) = (CloseCause::Cancelled, EndedBy::System);
        self.tell(Event::closed(id, cause, by))?;
        match careful {
            Some(stand_in) => self.fail_transfer(stand_in.work, why.into()),
            None => Ok(()),
        }
    }

    /// Takes back what alerts an agent and stands for work of which they have a part, but one.
    pub(super) fn withdraw_stand_ins(
        &mut self,
        work: WorkId,
        but: Option<WorkId>,
        agent: AgentId,
    ) -> Result<(), Halted> {
        for stand_in in self.stand_ins_but(work, but) {
            if let Some(offer) = item::alerting(self.world, stand_in, agent) {
                let (why, place) = (Withdrawal::TakesPart, self.work(stand_in)?.place);
                self.emit(Event::OfferWithdrawn { offer, why, bar: Bar::None, place })?;
            }
        }
        Ok(())
    }

    fn stand_ins_but(&self, work: WorkId, but: Option<WorkId>) -> alloc::vec::Vec<WorkId> {
        self.world.stand_ins_of(work).filter(|id| Some(*id) != but).collect()
    }

    /// Ends the careful transfer of work that is under way, because it goes another way.
    pub(super) fn end_transfer(&mut self, work: WorkId) -> Result<(), Halted> {
        for stand_in in self.stand_ins_but(work, None) {
            if self.world.stand_in(stand_in).is_some_and(|stand_in| stand_in.careful) {
                self.end_stand_in(stand_in, LegEnd::Transferred)?;
            }
        }
        self.end_careful_legs(work, None)
    }

    /// Ends the requests by which work was to be transferred to agents, but to one.
    fn end_careful_legs(&mut self, work: WorkId, but: Option<AgentId>) -> Result<(), Halted> {
        let legs = self.work(work)?.legs.to_vec();
        for agent in legs {
            let careful = self.agent(agent)?.leg(work).is_some_and(|leg| leg.careful);
            if careful && Some(agent) != but {
                self.emit(Event::LegEnded { work, agent, why: LegEnd::Transferred })?;
            }
        }
        Ok(())
    }

    /// Says that a careful transfer failed.
    pub(super) fn fail_transfer(
        &mut self,
        work: WorkId,
        why: TransferFailure,
    ) -> Result<(), Halted> {
        self.tell(Event::TransferFailed { work, why }).map(drop)
    }
}
