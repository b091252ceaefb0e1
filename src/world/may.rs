//! Whether an agent may have a piece of work: the predicates that rows and profiles alone decide.
//!
//! Each of them answers for one *gate* of `engine/explain` and stands in one place, so that the
//! index, routing and explaining cannot differ about it. `engine/matching` alone combines them.
//!
//! | gate | predicate |
//! |---|---|
//! | `Member` | [`Agent::membership`] |
//! | `InLine` | [`Work::in_line`] |
//! | `Preferred` | [`Work::is_for_anybody`], [`Work::preferred`] |
//! | `Entitled`, `OnQueue`, `Responding` | [`Agent::away`] |
//! | `Ring` | [`ring_sees`] |
//! | `Delay` | [`delay_over`] |
//! | `Need` | `policy::fit::fits`, kept as a bit by need: `Index::fits_need` |
//! | `Room` | `policy::room::Usage::room` |
//! | `Shift` | [`Agent::shift_too_short`] |
//! | `NotDeclined` | [`Work::bars`] |
//! | `NotSender` | [`Work::is_from`] |
//! | `NotExcluded` | [`Work::excludes`] |
//! | `NotInvolved` | [`Agent::has`], of the work and of what it stands for (`has_its_origin`) |
//! | `NotAlerting` | [`Stores::offer_to`] |
//! | `Assignments` | [`Agent::may_have_more`] |
//! | `Ramp` | [`Queue::held_back`](crate::world::rows::Queue::held_back) |
//! | `External` | `QueueProfile::external` |
//!
//! `EnoughAgents` counts candidates and is a matter of `engine/matching` alone.

use crate::base::time::{Span, Timestamp};
use crate::command::refusal::Unavailable;
use crate::model::agent::AgentProfile;
use crate::model::config::Limits;
use crate::model::ids::{AgentId, ChannelId, OfferId, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::presence::PresenceProfile;
use crate::model::queue::QueueProfile;
use crate::policy::offering::Bar;
use crate::state::routing_status::RoutingStatus;
use crate::state::work::Stage;
use crate::world::rows::{Agent, Work};
use crate::world::stores::Stores;

impl Agent {
    /// Gate `Member`: the terms on which the agent is a member of a queue for work of a channel.
    #[must_use]
    pub(crate) fn membership(&self, queue: QueueId, channel: ChannelId) -> Option<Membership> {
        self.member(queue, channel).map(|member| member.member().terms)
    }

    /// Gates `Entitled`, `OnQueue` and `Responding`, shut: all that keeps the agent, who is in this
    /// presence, from being offered work of a channel, whatever work it is. An agent who is off
    /// queue, or on a call of their own, does not count as one who does not respond.
    pub(crate) fn away(
        &self,
        profile: &AgentProfile,
        presence: &PresenceProfile,
        channel: ChannelId,
    ) -> impl Iterator<Item = Unavailable> + use<> {
        let off_queue = !presence.opens(channel);
        let named = off_queue || self.own_call;
        let responds =
            self.status.takes_offers() || (named && self.status != RoutingStatus::NotResponding);
        let all = [
            (off_queue, Unavailable::OffQueue),
            (self.own_call, Unavailable::OwnCall),
            (!responds, Unavailable::NotResponding),
            (!profile.is_entitled(channel), Unavailable::NotEntitled),
            (self.draining, Unavailable::Draining),
        ];
        all.into_iter().filter_map(|(stands, why)| stands.then_some(why))
    }

    /// True if the agent is there: their presence opens a channel, they respond, and they do not
    /// drain. What they have does not count.
    #[must_use]
    pub(crate) const fn is_there(&self) -> bool {
        self.status.is_staffed() && !self.draining
    }

    /// Gate `Shift`, shut: when the agent's shift ends, and how much of it a queue wants to be
    /// left, if less is left now.
    pub(crate) fn shift_too_short(
        &self,
        queue: &QueueProfile,
        now: Timestamp,
    ) -> Option<(Timestamp, Span)> {
        let least = queue.shift_left_min?;
        let end = self.shift_end.get()?;
        (now + least > end).then_some((end, least))
    }

    /// Gate `NotInvolved`, shut: whether the agent has the work, wraps it up, or takes part in it.
    #[must_use]
    pub(crate) fn has(&self, work: WorkId) -> bool {
        self.assignment(work).is_some() || self.leg(work).is_some()
    }

    /// Gate `Assignments`: whether the agent may have one more assignment, counting those they may
    /// accept or be handed.
    pub(crate) fn may_have_more(&self, limits: &Limits) -> bool {
        self.engagements() < limits.assignments as usize
    }

    /// How many things the agent has, may accept or may be handed: each can become an assignment.
    #[must_use]
    pub(crate) fn engagements(&self) -> usize {
        let legs = self.legs.iter().filter(|leg| !leg.role.supervises()).count();
        self.assignments.len() + self.offers.len() + legs
    }
}

impl Work {
    /// Gate `InLine`: whether somebody may be asked for the work now. It waits and does not pause,
    /// or it is offered to fewer agents than it may.
    #[must_use]
    pub(crate) fn in_line(&self) -> bool {
        match self.stage {
            Stage::Queued => self.retry.is_none(),
            Stage::Offered { .. } => {
                self.further_offers.len() + 1 < self.open_to as usize && !self.is_closed_to_others()
            }
            Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Scheduled { .. }
            | Stage::Suspended => false,
        }
    }

    /// Gates `InLine` and `Preferred` for members of its queue: whether anybody may be asked for
    /// the work now, and not only agents it asks for by name.
    #[must_use]
    pub(crate) fn is_for_anybody(&self) -> bool {
        self.in_line() && self.step.is_none()
    }

    /// Gate `NotDeclined`, shut: whether an agent may not be asked for the work in this session of
    /// theirs.
    #[must_use]
    pub(crate) fn bars(&self, agent: AgentId, session: u32) -> bool {
        self.declines.iter().filter(|decline| decline.agent == agent).any(|decline| {
            match decline.bar {
                Bar::None => false,
                // A bar that ends in time is lifted by a fact of its own.
                Bar::Until(_) | Bar::Always => true,
                Bar::Session(barred) => session == barred,
            }
        })
    }

    /// Gate `NotSender`, shut: whether an agent sent the work, and is not to get it back in this
    /// stay.
    #[must_use]
    pub(crate) fn is_from(&self, agent: AgentId) -> bool {
        self.not_back && self.last_agent == Some(agent)
    }

    /// Gate `NotExcluded`, shut: whether an agent is never to have the work.
    #[must_use]
    pub(crate) fn excludes(&self, agent: AgentId) -> bool {
        self.request.never_to.contains(&agent)
    }
}

impl Stores {
    /// Gate `NotAlerting`, shut: the open offer of a piece of work to an agent.
    pub(crate) fn offer_to(&self, work: WorkId, agent: AgentId) -> Option<OfferId> {
        let to_agent = |id: &OfferId| self.offers.get(*id).is_some_and(|row| row.agent == agent);
        self.works.get(work)?.open_offers().find(to_agent)
    }
}

/// Gate `Ring`: whether members in a ring of a queue see work whose widest ring is this. `joined`
/// says which conditional rings have joined, one bit each, and is asked only if this ring is one.
pub(crate) fn ring_sees(
    queue: &QueueProfile,
    joined: impl FnOnce() -> u16,
    ring: u8,
    widest: u8,
) -> bool {
    if queue.is_conditional(ring) { joined() & (1 << (ring % 16)) != 0 } else { ring <= widest }
}

/// Gate `Delay`: whether work that is past this delay has waited past a member's delay.
pub(crate) fn delay_over(delay: Span, revealed: Span) -> bool {
    delay <= revealed
}
