//! Agents as they are now, with what they have.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Timestamp};
use crate::command::refusal::Unavailable;
use crate::model::config::Limits;
use crate::model::ids::{ChannelId, CodeId, OfferId, PoolId, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::presence::PresenceProfile;
use crate::model::queue::{IdleClock, IdleSince};
use crate::policy::offering::History;
use crate::policy::room::{Claim, Usage};
use crate::policy::tally::Stopwatch;
use crate::state::assignment::AssignmentState;
use crate::state::presence::Presence;
use crate::state::routing_status::{Load, RoutingStatus};
use crate::world::draws::{DrawId, Peaks, is_flat};
use crate::world::legs::Leg;
use crate::world::member::{Memberships, PackedMember};

/// An agent as he is now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Agent {
    /// What he says of himself.
    pub presence: Presence,
    /// What the engine knows of him.
    pub status: RoutingStatus,
    /// Whether he finishes what he has and gets nothing new.
    pub draining: bool,
    /// Whether he is on a call of his own.
    pub own_call: bool,
    /// Whether it was told that he has more than he may have.
    pub in_debt: bool,
    /// What his offers, assignments and legs take.
    pub usage: Usage,
    /// What rings at him, oldest first.
    pub offers: Vec<OfferId>,
    /// What he has, oldest first.
    pub assignments: Vec<Assignment>,
    /// His queues, by rank, then by id, then by channel.
    pub memberships: Memberships,
    /// When he was defined.
    pub defined: Timestamp,
    /// When things last happened to him.
    pub stamps: Stamps,
    /// When they last happened on each channel.
    pub channel_stamps: Sparse<(ChannelId, Stamps)>,
    /// The last offer made to him.
    pub turn: OfferId,
    /// How he answered his last offers.
    pub history: History,
    /// When his shift ends.
    pub shift_end: Moment,
    /// How often he came on queue.
    pub session: u32,
    /// What he takes part in or is asked to, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub legs: Sparse<Leg>,
    /// What he drew from pools, does not have any more and is not given back yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spent: BTreeMap<PoolId, u32>,
}

/// A membership as an agent has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// The queue.
    pub queue: QueueId,
    /// The terms.
    pub terms: Membership,
    /// How much of his share of the queue's work he has had on these terms, for
    /// [`AgentChoice::WeightedShare`](crate::model::AgentChoice::WeightedShare).
    pub share: u64,
    /// The channel for whose work the terms hold; none: for that of every channel for which he has
    /// no terms of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
}

impl Member {
    /// His memberships stand in this order.
    pub(crate) const fn order(&self) -> (u8, QueueId, Option<ChannelId>) {
        (self.terms.rank, self.queue, self.channel)
    }
}

/// When things last happened; an agent's definition stands for what never did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Stamps {
    /// He was last released from work.
    pub released: Timestamp,
    /// Something was last offered to him.
    pub offered: Timestamp,
    /// He last accepted or was assigned something.
    pub accepted: Timestamp,
    /// His presence last changed, or he came back who had not responded.
    pub presence: Timestamp,
}

impl Stamps {
    /// Everything at this instant.
    #[must_use]
    pub(crate) const fn all(at: Timestamp) -> Self {
        Self { released: at, offered: at, accepted: at, presence: at }
    }
}

/// One piece of work that an agent has, parked, or wraps up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// The work.
    pub work: WorkId,
    /// The queue it was in.
    pub queue: QueueId,
    /// Where it is.
    pub state: AssignmentState,
    /// What it takes of his capacity.
    pub claim: Claim,
    /// When it began.
    pub since: Timestamp,
    /// The code he gave.
    pub code: Option<CodeId>,
    /// Whether he asked for time to wrap up.
    pub wrap_up_requested: bool,
    /// When the wrap-up was to end before any extension.
    pub wrap_up_until: Timestamp,
    /// How long it has occupied the agent.
    pub handled: Stopwatch,
    /// What it draws on.
    #[serde(default, skip_serializing_if = "DrawId::is_nothing")]
    pub(crate) draws: DrawId,
    /// The most of it that counted since each of these pools was reset.
    #[serde(default, skip_serializing_if = "is_flat")]
    pub(crate) peaks: Peaks,
}

impl Agent {
    /// An agent who was defined just now.
    #[must_use]
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            presence: Presence::Offline {
                id: crate::model::presence::SystemPresence::Offline.id(),
            },
            status: RoutingStatus::OffQueue,
            draining: false,
            own_call: false,
            in_debt: false,
            usage: Usage::default(),
            offers: Vec::new(),
            assignments: Vec::new(),
            memberships: Memberships::default(),
            defined: at,
            stamps: Stamps::all(at),
            channel_stamps: Sparse::new(),
            turn: OfferId::NONE,
            history: History::default(),
            shift_end: Moment::NONE,
            session: 0,
            legs: Sparse::new(),
            spent: BTreeMap::new(),
        }
    }

    /// How he is a member of a queue for work of a channel: by the terms for that channel, or else
    /// by those for all.
    #[must_use]
    pub(crate) fn member(&self, queue: QueueId, channel: ChannelId) -> Option<PackedMember<'_>> {
        let holds = |member: &PackedMember<'_>| {
            member.queue() == queue && member.channel().is_none_or(|its| its == channel)
        };
        let terms = self.memberships.iter().filter(holds);
        terms.max_by_key(|member| member.channel())
    }

    /// All his memberships.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = Member> + '_ {
        self.memberships.iter().map(PackedMember::member)
    }

    /// How much of his share he has had now on just these terms.
    pub(crate) fn set_share(&mut self, of: Member, share: u64) {
        let place = self.members().position(|member| member.order() == of.order());
        place.into_iter().for_each(|place| self.memberships.set_share(place, share));
    }

    /// His terms in a queue for just this channel, or for all that have none of their own.
    #[must_use]
    pub(crate) fn terms(&self, queue: QueueId, channel: Option<ChannelId>) -> Option<Membership> {
        let exact = |member: &Member| (member.queue, member.channel) == (queue, channel);
        self.members().find(exact).map(|member| member.terms)
    }

    /// All that keeps him from being offered work of a channel in a presence, room aside. One who
    /// is off queue, or on a call of his own, does not count as one who does not respond.
    pub(crate) fn away(
        &self,
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
            (self.draining, Unavailable::Draining),
        ];
        all.into_iter().filter_map(|(stands, why)| stands.then_some(why))
    }

    /// Whether he may have one more assignment, counting those he may accept or be handed.
    pub(crate) fn may_have_more(&self, limits: &Limits) -> bool {
        self.engagements() < limits.assignments as usize
    }

    /// The terms on which he is a member of a queue for work of a channel.
    #[must_use]
    pub(crate) fn membership(&self, queue: QueueId, channel: ChannelId) -> Option<Membership> {
        self.member(queue, channel).map(|member| member.member().terms)
    }

    /// His assignment of a piece of work.
    #[must_use]
    pub(crate) fn assignment(&self, work: WorkId) -> Option<&Assignment> {
        self.assignments.iter().find(|assignment| assignment.work == work)
    }

    /// Whether he has it, wraps it up, or takes part in it.
    #[must_use]
    pub(crate) fn has(&self, work: WorkId) -> bool {
        self.assignment(work).is_some() || self.leg(work).is_some()
    }

    /// What he is occupied with.
    #[must_use]
    pub(crate) fn load(&self) -> Load {
        if self.own_call {
            Load::OwnCall
        } else if self.assignments.iter().any(|assignment| assignment.state.occupies())
            || self.legs.iter().any(Leg::occupies)
        {
            Load::Working
        } else if self.offers.is_empty() && !self.legs.iter().any(Leg::rings) {
            Load::Free
        } else {
            Load::Ringing
        }
    }

    /// Since when he is idle by a clock, for work of a channel. With the channel's own clock
    /// whoever never had anything of the channel counts from his definition.
    #[must_use]
    pub(crate) fn idle_since(&self, clock: IdleClock, channel: ChannelId) -> Timestamp {
        let on_channel = self.channel_stamps.iter().find(|(id, _)| *id == channel);
        let stamps = match (clock.own_channel, on_channel) {
            (false, _) => self.stamps,
            (true, Some((_, stamps))) => *stamps,
            (true, None) => Stamps::all(self.defined),
        };
        match clock.since {
            IdleSince::LastRelease => stamps.released,
            IdleSince::LastOffer => stamps.offered,
            IdleSince::LastAccept => stamps.accepted,
            IdleSince::Ready => self.stamps.released.max(self.stamps.presence),
        }
    }

    /// Stamps something that happened on a channel.
    pub(crate) fn stamp(&mut self, channel: ChannelId, set: impl Fn(&mut Stamps)) {
        set(&mut self.stamps);
        match self.channel_stamps.iter_mut().find(|(id, _)| *id == channel) {
            Some((_, stamps)) => set(stamps),
            None => {
                let mut stamps = Stamps::all(self.defined);
                set(&mut stamps);
                self.channel_stamps.push((channel, stamps));
            }
        }
    }
}
