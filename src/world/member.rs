//! Memberships as they lie in memory: an agent has many, and most say nothing but their rank.

use alloc::boxed::Box;
use core::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::model::ids::{ChannelId, QueueId};
use crate::model::membership::Membership;
use crate::world::rows::Member;

/// A membership in little memory. It is written, hashed and compared as the [`Member`] it stands
/// for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Member", into = "Member")]
pub(crate) struct PackedMember {
    queue: QueueId,
    rank: u8,
    ring: u8,
    position: u16,
    more: Option<Box<More>>,
}

/// What few memberships say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct More {
    delay: Span,
    weight: u16,
    share: u64,
    channel: Option<ChannelId>,
}

impl More {
    /// What all others mean.
    const NOTHING: Self = Self { delay: Span::ZERO, weight: 1, share: 0, channel: None };
}

impl PackedMember {
    /// The queue.
    pub(crate) const fn queue(&self) -> QueueId {
        self.queue
    }

    /// The channel for whose work the terms hold; none: for all others.
    pub(crate) fn channel(&self) -> Option<ChannelId> {
        self.more.as_ref().and_then(|more| more.channel)
    }

    /// The lower comes first.
    pub(crate) const fn rank(&self) -> u8 {
        self.rank
    }

    /// How far out the agent stands.
    pub(crate) const fn ring(&self) -> u8 {
        self.ring
    }

    /// How long work must have waited before he sees it.
    pub(crate) fn delay(&self) -> Span {
        self.more.as_ref().map_or(Span::ZERO, |more| more.delay)
    }

    /// The membership.
    pub(crate) fn member(&self) -> Member {
        let Self { queue, rank, ring, position, .. } = *self;
        let More { delay, weight, share, channel } =
            self.more.as_deref().copied().unwrap_or(More::NOTHING);
        Member { queue, terms: Membership { rank, delay, position, ring, weight }, share, channel }
    }

    /// He has had so much of his share.
    pub(crate) fn set_share(&mut self, share: u64) {
        self.more.get_or_insert_with(|| Box::new(More::NOTHING)).share = share;
    }
}

impl From<Member> for PackedMember {
    fn from(member: Member) -> Self {
        let Member { queue, terms, share, channel } = member;
        let Membership { rank, delay, position, ring, weight } = terms;
        let more = More { delay, weight, share, channel };
        let more = (more != More::NOTHING).then(|| Box::new(more));
        Self { queue, rank, ring, position, more }
    }
}

impl From<PackedMember> for Member {
    fn from(packed: PackedMember) -> Self {
        packed.member()
    }
}

impl PartialEq for PackedMember {
    fn eq(&self, other: &Self) -> bool {
        self.member() == other.member()
    }
}

impl Eq for PackedMember {}

impl Hash for PackedMember {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.member().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_in_little_memory() {
        assert_eq!(size_of::<PackedMember>(), 16);
        let queue = QueueId::from_raw(7);
        let plain = Membership { rank: 99, ring: 15, position: u16::MAX, ..Membership::default() };
        let all = [
            (plain, 0, None),
            (Membership { delay: Span::from_millis(u64::MAX), ..plain }, 0, None),
            (Membership { weight: 1_000, ..plain }, 0, None),
            (plain, u64::MAX, None),
            (plain, 0, Some(ChannelId::from_raw(0))),
        ];
        for (number, (terms, share, channel)) in all.into_iter().enumerate() {
            let member = Member { queue, terms, share, channel };
            let mut packed = PackedMember::from(member);
            assert_eq!(
                (packed.member(), packed.queue(), packed.channel()),
                (member, queue, channel)
            );
            assert_eq!(packed.more.is_some(), number > 0);
            packed.set_share(3);
            assert_eq!(packed.member(), Member { share: 3, ..member });
            packed.set_share(share);
            assert_eq!(packed, PackedMember::from(member));
        }
    }
}
