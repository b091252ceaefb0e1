//! Memberships, and how they lie in memory: an agent has many, and most say nothing but their rank.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize, Serializer};

use crate::base::sparse::Sparse;
use crate::base::time::Span;
use crate::model::ids::{ChannelId, OfferId, QueueId};
use crate::model::invalid::Invalid;
use crate::model::membership::Membership;

/// A membership as its agent has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// The queue.
    pub queue: QueueId,
    /// The terms.
    pub terms: Membership,
    /// How much of their share of the queue's work the agent has had on these terms, for
    /// [`AgentChoice::WeightedShare`](crate::model::AgentChoice::WeightedShare).
    pub share: u64,
    /// The last offer of the queue to the agent on these terms, for
    /// [`AgentChoice::LeastRecentlyOffered`](crate::model::AgentChoice::LeastRecentlyOffered).
    #[serde(default = "no_offer", skip_serializing_if = "OfferId::is_none")]
    pub offered: OfferId,
    /// True if nobody named the agent: they meet what the queue asks of its members
    /// ([`MembersWhere`](crate::model::MembersWhere)).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub by_expression: bool,
    /// The channel for whose work the terms hold. `None`: the terms hold for every channel for
    /// which the agent has no terms of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
}

const fn no_offer() -> OfferId {
    OfferId::NONE
}

impl Member {
    /// The key by which an agent's memberships are in order: rank, queue, channel.
    pub(crate) const fn order(&self) -> (u8, QueueId, Option<ChannelId>) {
        (self.terms.rank, self.queue, self.channel)
    }
}

/// The memberships of an agent in little memory: 8 bytes each as long as they say nothing but
/// queue, rank, ring and position. An agent took 1,627 bytes when every membership had a pointer to
/// what few of them say, and takes some 1,400 since (`benches/README.md`). Memberships are written,
/// hashed and compared as the [`Member`]s they stand for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Vec<Member>")]
pub(crate) struct Memberships {
    all: Box<[Terms]>,
    /// The terms that few memberships have, with their places in `all`, in order.
    more: Sparse<(usize, More)>,
}

/// The terms that every membership has.
#[derive(Clone, Copy, Debug)]
struct Terms {
    queue: QueueId,
    rank: u8,
    /// With [`BY_EXPRESSION`] for who meets what the queue asks of its members.
    ring: u8,
    position: u16,
}

/// A ring takes four bits.
const BY_EXPRESSION: u8 = 1 << 7;

/// The terms that few memberships have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct More {
    delay: Span,
    weight: u16,
    share: u64,
    offered: OfferId,
    channel: Option<ChannelId>,
}

impl More {
    /// The default terms: those of a membership that says nothing more.
    const NOTHING: Self =
        Self { delay: Span::ZERO, weight: 1, share: 0, offered: OfferId::NONE, channel: None };
}

/// One membership, read where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackedMember<'a> {
    terms: &'a Terms,
    more: &'a More,
}

impl Memberships {
    /// How many memberships there are.
    pub(crate) const fn len(&self) -> usize {
        self.all.len()
    }

    /// All memberships, in order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = PackedMember<'_>> {
        let mut more = self.more.iter().peekable();
        self.all.iter().enumerate().map(move |(place, terms)| {
            let its = more.next_if(|(of, _)| *of == place);
            PackedMember { terms, more: its.map_or(&More::NOTHING, |(_, more)| more) }
        })
    }

    /// True if there are terms in a queue for just this channel. Costs nothing where no membership
    /// says more than most do.
    pub(crate) fn have_own(&self, queue: QueueId, channel: ChannelId) -> bool {
        self.more.iter().any(|(place, more)| {
            more.channel == Some(channel)
                && self.all.get(*place).is_some_and(|terms| terms.queue == queue)
        })
    }

    /// The agent has had so much of their share by the membership at a place.
    pub(crate) fn set_share(&mut self, place: usize, share: u64) {
        self.say_more(place, |more| more.share = share);
    }

    /// The agent was offered something by the membership at a place.
    pub(crate) fn set_offered(&mut self, place: usize, offered: OfferId) {
        self.say_more(place, |more| more.offered = offered);
    }

    fn say_more(&mut self, place: usize, say: impl FnOnce(&mut More)) {
        let found = self.place_of_more(place).unwrap_or_else(|before| {
            self.more.insert(before, (place, More::NOTHING));
            before
        });
        if let Some((_, more)) = self.more.iter_mut().nth(found) {
            say(more);
        }
    }

    /// Where more is said of the membership at a place (`Ok`), or would be (`Err`).
    fn place_of_more(&self, place: usize) -> Result<usize, usize> {
        self.more.binary_search_by_key(&place, |(of, _)| *of)
    }
}

impl PackedMember<'_> {
    /// The queue.
    pub(crate) const fn queue(self) -> QueueId {
        self.terms.queue
    }

    /// The channel for whose work the terms hold. `None`: they hold for all other channels.
    pub(crate) const fn channel(self) -> Option<ChannelId> {
        self.more.channel
    }

    /// The rank: lower comes first.
    pub(crate) const fn rank(self) -> u8 {
        self.terms.rank
    }

    /// The ring in which the agent stands: 0 is the innermost.
    pub(crate) const fn ring(self) -> u8 {
        self.terms.ring & !BY_EXPRESSION
    }

    /// How long work must have waited before the agent sees it.
    pub(crate) const fn delay(self) -> Span {
        self.more.delay
    }

    /// The membership.
    pub(crate) const fn member(self) -> Member {
        let Terms { queue, rank, position, .. } = *self.terms;
        let (ring, by_expression) = (self.ring(), self.terms.ring & BY_EXPRESSION != 0);
        let More { delay, weight, share, offered, channel } = *self.more;
        let terms = Membership { rank, delay, position, ring, weight };
        Member { queue, terms, share, offered, by_expression, channel }
    }
}

impl FromIterator<Member> for Memberships {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        let mut more = Sparse::new();
        let all = members.into_iter().enumerate().map(|(place, member)| {
            let Member { queue, terms, share, offered, by_expression, channel } = member;
            let Membership { rank, delay, position, ring, weight } = terms;
            let its = More { delay, weight, share, offered, channel };
            if its != More::NOTHING {
                more.push((place, its));
            }
            let flag = if by_expression { BY_EXPRESSION } else { 0 };
            Terms { queue, rank, ring: ring | flag, position }
        });
        Self { all: all.collect(), more }
    }
}

impl TryFrom<Vec<Member>> for Memberships {
    type Error = Invalid;

    /// Terms that no command takes have no room in a byte, so they are refused here.
    fn try_from(members: Vec<Member>) -> Result<Self, Invalid> {
        members.iter().try_for_each(|member| member.terms.check())?;
        Ok(members.into_iter().collect())
    }
}

impl Serialize for Memberships {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(PackedMember::member))
    }
}

impl PartialEq for Memberships {
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(PackedMember::member).eq(other.iter().map(PackedMember::member))
    }
}

impl Eq for Memberships {}

impl Hash for Memberships {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|member| member.member().hash(state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_in_little_memory() {
        assert_eq!((size_of::<Terms>(), size_of::<Memberships>()), (8, 24));
        let queue = QueueId::from_raw(7);
        let plain = Membership { rank: 99, ring: 15, position: u16::MAX, ..Membership::default() };
        let all = [
            (plain, 0, None),
            (Membership { delay: Span::from_millis(u64::MAX), ..plain }, 0, None),
            (plain, 0, None),
            (Membership { weight: 1_000, ..plain }, 0, None),
            (plain, u64::MAX, None),
            (plain, 0, Some(ChannelId::from_raw(0))),
        ];
        let offered = OfferId::NONE;
        let member = |(terms, share, channel)| {
            let by_expression = share == 0;
            Member { queue, terms, share, offered, by_expression, channel }
        };
        let members = all.map(member).to_vec();
        let mut packed: Memberships = members.iter().copied().collect();
        assert_eq!(packed.more.len(), 4);
        let get = |packed: &Memberships, place| packed.iter().nth(place).map(PackedMember::member);
        for (place, member) in members.iter().enumerate() {
            let found = packed.iter().nth(place).expect("it is there");
            assert_eq!((found.queue(), found.channel()), (queue, member.channel));
            assert_eq!((found.rank(), found.ring(), found.delay()), (99, 15, member.terms.delay));
            packed.set_share(place, 3);
            assert_eq!(get(&packed, place), Some(Member { share: 3, ..*member }));
            packed.set_share(place, member.share);
            assert_eq!(packed, members.iter().copied().collect());
        }
        assert!(get(&packed, members.len()).is_none());
        let own = |queue, channel| {
            packed.have_own(QueueId::from_raw(queue), ChannelId::from_raw(channel))
        };
        assert_eq!((own(7, 0), own(7, 1), own(6, 0)), (true, false, false));
        let all: Vec<_> = packed.iter().map(PackedMember::member).collect();
        assert_eq!((all, packed.len()), (members, 6));
        assert_eq!(Memberships::from_iter([]), Memberships::default());
    }
}
