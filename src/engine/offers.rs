//! Deciding answers to offers, and giving work to agents by hand.

use crate::base::bits::IdSet;
use crate::command::commands::{Accept, Assign, Force, Pull, Reject};
use crate::command::refusal::{LimitName, Refusal, Unavailable};
use crate::fact::event::{AssignedBy, Event, OfferedBy};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::model::reason::RejectReasonProfile;
use crate::state::offer::{OfferEnd, Withdrawal};
use crate::state::work::Stage;

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;

impl Run for Accept {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let offer = match turn.open_offer(self.offer) {
            Ok(offer) => offer,
            Err(Refusal::OfferOver { end: Some(OfferEnd::Accepted), .. }) => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        turn.check_assignments(offer.agent)?;
        turn.accept_offer(self.offer, false);
        Ok(())
    }
}

impl Run for Reject {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let open = turn.open_offer(self.offer);
        match open {
            Err(unknown @ Refusal::Unknown { .. }) => return Err(unknown),
            Err(Refusal::OfferOver { end: Some(OfferEnd::Rejected { reason }), .. })
                if reason == self.reason =>
            {
                return Ok(());
            }
            Ok(_) | Err(_) => {}
        }
        if let Some(reason) = self.reason {
            turn.live::<RejectReasonProfile>(reason)?;
        }
        turn.reject_offer(self.offer, open?, self.reason, self.retry_at);
        Ok(())
    }
}

impl Run for Pull {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        let row = turn.open_work(work)?;
        let (stage, queue, need) = (row.stage, row.queue, row.need);
        let channel = row.request.channel;
        if let Some(offer) = turn.world.rings_at(work, agent) {
            return Accept { offer }.run(turn);
        }
        match stage {
            Stage::Queued => {}
            Stage::Assigned { agent: owner } if owner == agent => return Ok(()),
            Stage::Offered { .. }
            | Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => return Err(turn.wrong_stage(work)),
        }
        if turn.world.agent(agent)?.membership(queue, channel).is_none() {
            return Err(Refusal::NotMember { agent, queue });
        }
        turn.check_takes(work, agent, Some(need))?;
        turn.check_offers(agent)?;
        turn.emit(Event::WorkAssigned { work, agent, by: AssignedBy::Pull });
        Ok(())
    }
}

impl Run for Assign {
    fn run(self, turn: &mut Turn<'_>) -> Result<OfferId, Refusal> {
        let Self { work, agent } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        let stage = turn.open_work(work)?.stage;
        match stage {
            Stage::Queued => {}
            Stage::Offered { .. } => {
                if let Some(offer) = turn.world.rings_at(work, agent) {
                    return Ok(offer);
                }
            }
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => return Err(turn.wrong_stage(work)),
        }
        turn.check_takes(work, agent, None)?;
        turn.check_offers(agent)?;
        turn.withdraw_offer_of(work, Withdrawal::Reassigned);
        turn.offer(work, agent, OfferedBy::Assign).ok_or_else(|| turn.wrong_stage(work))
    }
}

impl Run for Force {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        turn.check_work_known(work)?;
        turn.live::<AgentProfile>(agent)?;
        let stage = turn.open_work(work)?.stage;
        match stage {
            Stage::Assigned { agent: owner } if owner == agent => return Ok(()),
            Stage::Queued
            | Stage::Offered { .. }
            | Stage::Parked { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => {}
            Stage::Assigned { .. } | Stage::WrapUp { .. } | Stage::Closed { .. } => {
                return Err(turn.wrong_stage(work));
            }
        }
        let own_parked = stage.owner() == Some(agent);
        if !own_parked {
            turn.check_has_not(work, agent)?;
            turn.check_assignments(agent)?;
        }
        turn.withdraw_offer_of(work, Withdrawal::Reassigned);
        turn.emit(Event::WorkAssigned { work, agent, by: AssignedBy::Force });
        Ok(())
    }
}

impl Turn<'_> {
    /// Refuses an agent who cannot take a piece of work, or, if it is asked, does not fit.
    pub(crate) fn check_takes(
        &self,
        work: WorkId,
        agent: AgentId,
        need: Option<crate::world::needs::NeedId>,
    ) -> Result<(), Refusal> {
        let row = self.open_work(work)?;
        let channel = row.request.channel;
        let refuse = |why| Refusal::Unavailable { agent, why };
        self.world.attends(agent, channel)?.map_err(refuse)?;
        self.check_has_not(work, agent)?;
        let fit = need.and_then(|need| self.world.index().fit(need));
        if fit.is_some_and(|fit| !fit.agents.has(agent)) {
            return Err(refuse(Unavailable::Unfit));
        }
        if self.world.queue_profile(row.queue)?.external {
            return Ok(());
        }
        let claim = self.world.new_claim(channel, row.cost)?;
        let room = self.world.has_room(agent, claim, self.world.pools(row.draws))?;
        room.map_err(|full| refuse(Unavailable::NoRoom(full)))
    }

    /// Refuses an agent who has, wraps up or takes part in this very work.
    pub(crate) fn check_has_not(&self, work: WorkId, agent: AgentId) -> Result<(), Refusal> {
        let row = self.world.agent(agent)?;
        if row.assignment(work).is_some() || row.leg(work).is_some() {
            return Err(Refusal::Unavailable { agent, why: Unavailable::HasItAlready });
        }
        Ok(())
    }

    /// Refuses an agent who could not accept one more offer for want of assignments.
    pub(crate) fn check_offers(&self, agent: AgentId) -> Result<(), Refusal> {
        let more = self.world.may_have_more(agent)?;
        if more { Ok(()) } else { Err(self.too_many_assignments()) }
    }

    /// Refuses an agent who has as many assignments as there may be.
    pub(crate) fn check_assignments(&self, agent: AgentId) -> Result<(), Refusal> {
        let max = self.world.stores().config.limits.assignments as usize;
        let more = self.world.agent(agent)?.assignments.len() < max;
        if more { Ok(()) } else { Err(self.too_many_assignments()) }
    }

    fn too_many_assignments(&self) -> Refusal {
        let max = self.world.stores().config.limits.assignments;
        Refusal::Limit { limit: LimitName::Assignments, max }
    }
}
