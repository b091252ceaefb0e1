//! Agents as they are now, with what they have.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::sparse::Sparse;
use crate::base::time::{Moment, Timestamp};
use crate::model::ids::{ChannelId, OfferId, PoolId, QueueId, WorkId};
use crate::model::membership::Membership;
use crate::model::presence::SystemPresence;
use crate::model::queue::{IdleClock, IdleSince};
use crate::policy::offering::History;
use crate::policy::room::Usage;
use crate::state::presence::Presence;
use crate::state::routing_status::{Load, RoutingStatus};
use crate::world::legs::Leg;
use crate::world::member::{Member, Memberships, PackedMember};
use crate::world::rows::assignment::Assignment;

/// An agent as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Agent {
    /// The presence the agent is in.
    pub presence: Presence,
    /// The routing status of the agent.
    pub status: RoutingStatus,
    /// True if the agent finishes the work they have and gets nothing new.
    pub draining: bool,
    /// True if the agent is on a call of their own.
    pub own_call: bool,
    /// True if a fact said that the agent has more than they may have.
    pub in_debt: bool,
    /// The capacity that the agent's offers, assignments and legs take.
    pub usage: Usage,
    /// The open offers of the agent, oldest first.
    pub offers: Vec<OfferId>,
    /// The assignments of the agent, oldest first.
    pub assignments: Vec<Assignment>,
    /// The agent's queues, by rank, then by id, then by channel.
    pub memberships: Memberships,
    /// When the agent was defined.
    pub defined: Timestamp,
    /// When things last happened to the agent.
    pub stamps: Stamps,
    /// When things last happened on each channel.
    pub channel_stamps: Sparse<(ChannelId, Stamps)>,
    /// The last offer made to the agent.
    pub last_offer: OfferId,
    /// How the agent answered their last offers.
    pub history: History,
    /// When the agent's shift ends.
    pub shift_end: Moment,
    /// How often the agent came on queue.
    pub session: u32,
    /// The legs by which the agent takes part in work or is asked to, oldest first.
    #[serde(default, skip_serializing_if = "Sparse::is_empty")]
    pub legs: Sparse<Leg>,
    /// The amounts that the agent drew from pools with assignments that are over, and a reset has
    /// not given back yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spent: BTreeMap<PoolId, u32>,
}

/// When things last happened; the agent's definition stands for what never did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Stamps {
    /// The agent was last released from work.
    pub released: Timestamp,
    /// Something was last offered to the agent.
    pub offered: Timestamp,
    /// The agent last accepted or was assigned something.
    pub accepted: Timestamp,
    /// The agent's presence last changed, or the agent last came back after not responding.
    pub presence: Timestamp,
}

impl Stamps {
    /// Everything at this instant.
    #[must_use]
    pub(crate) const fn all(at: Timestamp) -> Self {
        Self { released: at, offered: at, accepted: at, presence: at }
    }
}

impl Agent {
    /// An agent who was defined just now.
    #[must_use]
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            presence: Presence::Offline { id: SystemPresence::Offline.id() },
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
            last_offer: OfferId::NONE,
            history: History::default(),
            shift_end: Moment::NONE,
            session: 0,
            legs: Sparse::new(),
            spent: BTreeMap::new(),
        }
    }

    /// The membership by which the agent sees a queue's work of a channel: the one for that
    /// channel, or else the one for all.
    #[must_use]
    pub(crate) fn member(&self, queue: QueueId, channel: ChannelId) -> Option<PackedMember<'_>> {
        let holds = |member: &PackedMember<'_>| {
            member.queue() == queue && member.channel().is_none_or(|its| its == channel)
        };
        let terms = self.memberships.iter().filter(holds);
        terms.max_by_key(|member| member.channel())
    }

    /// True if the agent is a member of a queue, on whatever channel, in one of these rings, one
    /// bit each.
    pub(crate) fn is_in_ring(&self, queue: QueueId, rings: u16) -> bool {
        let mut members = self.memberships.iter().filter(|member| member.queue() == queue);
        members.any(|member| rings & (1 << (member.ring() % 16)) != 0)
    }

    /// All memberships of the agent.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = Member> + '_ {
        self.memberships.iter().map(PackedMember::member)
    }

    /// The agent's terms in a queue for just this channel, or for all that have none of their own.
    #[must_use]
    pub(crate) fn terms(&self, queue: QueueId, channel: Option<ChannelId>) -> Option<Membership> {
        let exact = |member: &Member| (member.queue, member.channel) == (queue, channel);
        self.members().find(exact).map(|member| member.terms)
    }

    /// True if the agent was named as a member of a queue, for all channels without terms of their
    /// own.
    pub(crate) fn is_named(&self, queue: QueueId) -> bool {
        let own = |member: &Member| (member.queue, member.channel) == (queue, None);
        self.members().find(own).is_some_and(|member| !member.by_expression)
    }

    /// How much of their share the agent has had now on just these terms.
    pub(crate) fn set_share(&mut self, of: Member, share: u64) {
        let place = self.place_of(of);
        place.into_iter().for_each(|place| self.memberships.set_share(place, share));
    }

    /// The agent was offered something of the queue on just these terms.
    pub(crate) fn note_offered(&mut self, of: Member, offer: OfferId) {
        let place = self.place_of(of);
        place.into_iter().for_each(|place| self.memberships.set_offered(place, offer));
    }

    fn place_of(&self, member: Member) -> Option<usize> {
        self.members().position(|other| other.order() == member.order())
    }

    /// The agent's assignment of a piece of work.
    #[must_use]
    pub(crate) fn assignment(&self, work: WorkId) -> Option<&Assignment> {
        self.assignments.iter().find(|assignment| assignment.work == work)
    }

    /// The agent's leg of a piece of work that another agent has.
    #[must_use]
    pub(crate) fn leg(&self, work: WorkId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.work == work)
    }

    /// The load of the agent.
    #[must_use]
    pub(crate) fn load(&self) -> Load {
        if self.own_call {
            Load::OwnCall
        } else if self.assignments.iter().any(|assignment| assignment.state.occupies())
            || self.legs.iter().any(Leg::occupies)
        {
            Load::Working
        } else if self.offers.is_empty() && !self.legs.iter().any(Leg::alerts) {
            Load::Free
        } else {
            Load::Alerting
        }
    }

    /// Since when the agent is idle by a clock, for work of a channel. By the channel's own clock
    /// an agent who never had anything of the channel is idle since their definition.
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
