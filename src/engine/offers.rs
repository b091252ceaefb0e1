//! Deciding answers to offers, and giving work to agents by hand.

use crate::command::commands::{Accept, Assign, Force, Pull, Reject, ReportUnanswered};
use crate::command::refusal::Refusal;
use crate::fact::event::{AssignedBy, OfferedBy};
use crate::model::ids::OfferId;
use crate::model::invalid::{Invalid, Problem};
use crate::model::reason::RejectReasonProfile;
use crate::state::offer::{OfferEnd, Withdrawal};
use crate::state::work::Stage;

use crate::engine::matching::by_hand::Fitness;
use crate::engine::matching::{item, member};
use crate::engine::run::Run;
use crate::engine::turn::Turn;
use crate::engine::{alerting, checks, offering};

impl Run for Accept {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let offer = match turn.open_offer(self.offer) {
            Ok(offer) => offer,
            Err(Refusal::OfferOver { end: Some(OfferEnd::Accepted), .. }) => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        checks::may_be_assigned(turn, offer.agent)?;
        Ok(offering::accept(turn, self.offer, false)?)
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
        open?;
        Ok(offering::reject(turn, self.offer, self.reason, self.retry_at)?)
    }
}

impl Run for Pull {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        let row = turn.open_work(work)?;
        let (stage, queue) = (row.stage, row.queue);
        if let Some(offer) = item::alerting(turn.world, work, agent) {
            return Accept { offer }.run(turn);
        }
        if stage.handler() == Some(agent) {
            return Ok(());
        }
        let profile = turn.queue_profile(queue)?;
        let may = match stage {
            Stage::Queued => true,
            Stage::Offered { .. } => profile.pull_offered,
            Stage::Scheduled { .. } | Stage::Suspended => profile.pull_put_off,
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. } => false,
        };
        if !may {
            return Err(turn.wrong_stage(work));
        }
        if !member::is_member(turn.matching(), turn.work(work)?, agent) {
            return Err(Refusal::NotMember { agent, queue });
        }
        checks::takes(turn, work, agent, Fitness::Asked)?;
        checks::may_be_offered(turn, agent)?;
        Ok(offering::give(turn, work, agent, AssignedBy::Pull)?)
    }
}

impl Run for Assign {
    fn run(self, turn: &mut Turn<'_>) -> Result<OfferId, Refusal> {
        let Self { work, agent, offered_at } = self;
        checks::named(turn, work, agent)?;
        let from = offered_at.unwrap_or(turn.now);
        if from > turn.now {
            return Err(Invalid::new("offered_at", Problem::Future).into());
        }
        if !turn.open_work(work)?.stage.is_in_queue() {
            return Err(turn.wrong_stage(work));
        }
        if let Some(offer) = item::alerting(turn.world, work, agent) {
            return Ok(offer);
        }
        checks::takes(turn, work, agent, Fitness::Waived)?;
        checks::may_be_offered(turn, agent)?;
        let alert = alerting::alert(turn, work, agent, from)?;
        if alert.until.is_some_and(|until| until <= turn.now && from < turn.now) {
            return Err(Invalid::new("offered_at", Problem::Past).into());
        }
        alerting::make_way(turn, work)?;
        Ok(offering::offer_by(turn, (work, agent), OfferedBy::Assign, alert, false)?)
    }
}

impl Run for ReportUnanswered {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let told = if self.unreachable {
            OfferEnd::Withdrawn { why: Withdrawal::Unreachable }
        } else {
            OfferEnd::Missed
        };
        match turn.open_offer(self.offer) {
            Ok(_) => {}
            Err(Refusal::OfferOver { end: Some(end), .. }) if end == told => return Ok(()),
            Err(refusal) => return Err(refusal),
        }
        if self.unreachable {
            Ok(offering::not_reached(turn, self.offer)?)
        } else {
            Ok(offering::miss_as_told(turn, self.offer)?)
        }
    }
}

impl Run for Force {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { work, agent } = self;
        checks::named(turn, work, agent)?;
        let stage = turn.open_work(work)?.stage;
        if stage.handler() == Some(agent) {
            return Ok(());
        }
        if !stage.is_unattended() {
            return Err(turn.wrong_stage(work));
        }
        checks::not_offline(turn, agent)?;
        let own_parked = stage.owner() == Some(agent);
        if !own_parked {
            checks::not_involved(turn, work, agent)?;
            checks::may_be_assigned(turn, agent)?;
        }
        Ok(offering::give(turn, work, agent, AssignedBy::Force)?)
    }
}
