//! Derived: the members of a queue for work of a channel, in the order in which they are asked.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::packed::PackedBits;
use crate::base::time::Span;
use crate::model::ids::{AgentId, ChannelId};
use crate::model::membership::Membership;
use crate::world::lanes::Listed;

/// Members who see the same work: rank, ring, delay. The lowest group is asked first.
pub(crate) type GroupKey = (u8, u8, Span);

/// A group as a list: its key, and the agents in it.
pub(crate) type GroupSorted = (GroupKey, Vec<AgentId>);

/// Members for a channel as lists, for comparison: the channel, how many have terms of their own
/// for it, the groups, and the queue's list.
pub(crate) type MembersSorted = (Option<ChannelId>, u32, Vec<GroupSorted>, Vec<AgentId>);

/// The members of a queue for work of a channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// In order of their keys; mostly there is one.
    groups: Vec<(GroupKey, PackedBits)>,
    /// By rank, ring and position, where the queue asks them in this order.
    list: BTreeSet<(u8, u8, u16, AgentId)>,
    /// How many have terms of their own for the channel.
    own: u32,
}

/// So many members at most are kept as a list for what is in one lane. A round number, not measured
/// against others: 4 bytes each, so a list takes 16 KB at most. With a list a search need not meet
/// sets of bits; where more members may have the work, one of the first on the bench will do.
const LISTED: usize = 4_096;

impl Members {
    /// These members, each once and in rising order.
    pub(crate) fn of(
        members: impl Iterator<Item = (AgentId, Membership)>,
        own: u32,
        by_list: bool,
    ) -> Self {
        let (mut groups, mut list) = (BTreeMap::<GroupKey, PackedBits>::new(), BTreeSet::new());
        for (agent, terms) in members {
            groups.entry((terms.rank, terms.ring, terms.delay)).or_default().append(agent);
            if by_list {
                list.insert((terms.rank, terms.ring, terms.position, agent));
            }
        }
        groups.values_mut().for_each(PackedBits::trim);
        Self { groups: groups.into_iter().collect(), list, own }
    }

    /// Puts a member in the group of those with the same rank, ring and delay, or takes the member
    /// out.
    pub(crate) fn set(&mut self, agent: AgentId, terms: Membership, member: bool, by_list: bool) {
        let listed = (terms.rank, terms.ring, terms.position, agent);
        if member && by_list {
            self.list.insert(listed);
        } else {
            self.list.remove(&listed);
        }
        let key = (terms.rank, terms.ring, terms.delay);
        let place = self.groups.partition_point(|(other, _)| *other < key);
        if self.groups.get(place).is_none_or(|(other, _)| *other != key) {
            self.groups.reserve_exact(1);
            self.groups.insert(place, (key, PackedBits::default()));
        }
        let is_empty = self.groups.get_mut(place).is_some_and(|(_, group)| {
            group.set(agent, member);
            group.is_empty()
        });
        if is_empty {
            self.groups.remove(place);
        }
    }

    /// How many have terms of their own for the channel.
    pub(crate) const fn own(&self) -> u32 {
        self.own
    }

    /// One more member has terms of their own for the channel, or one less.
    pub(crate) const fn count_own(&mut self, more: bool) {
        self.own = if more { self.own.saturating_add(1) } else { self.own.saturating_sub(1) };
    }

    /// The members by rank, ring and delay, the lowest rank first.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (GroupKey, &PackedBits)> {
        self.groups.iter().map(|(key, members)| (*key, members))
    }

    /// All members, rank by rank and ring by ring.
    pub(crate) fn all(&self) -> impl Iterator<Item = AgentId> {
        self.groups.iter().flat_map(|(_, group)| group.ids())
    }

    /// The members who are in a set too, rank by rank and ring by ring.
    pub(crate) fn among<'a, S: IdSet + 'a>(&'a self, set: S) -> impl Iterator<Item = AgentId> + 'a {
        self.groups.iter().flat_map(move |(_, group)| (group, set).ids())
    }

    /// The members by rank, ring and position, where the queue asks them in this order.
    pub(crate) fn list(&self) -> impl Iterator<Item = AgentId> {
        self.list.iter().map(|(_, _, _, agent)| *agent)
    }

    /// The members who fit, as a list, if they are not too many.
    pub(crate) fn listed(&self, fit: &PackedBits) -> Option<Listed> {
        let number = self.groups().map(|(_, group)| (group, fit).count());
        (number.fold(0, usize::saturating_add) <= LISTED).then(|| {
            let mut listed = Listed::default();
            self.groups().for_each(|(_, group)| listed.add((group, fit).ids()));
            listed.trim();
            listed
        })
    }

    /// The shortest delay of a member that is longer than this one.
    pub(crate) fn delay_after(&self, delay: Span) -> Option<Span> {
        self.groups.iter().map(|((_, _, longer), _)| *longer).filter(|longer| *longer > delay).min()
    }

    /// The delays of the members, each once, without zero.
    pub(crate) fn delays(&self) -> BTreeSet<Span> {
        self.groups
            .iter()
            .map(|((_, _, delay), _)| *delay)
            .filter(|delay| !delay.is_zero())
            .collect()
    }

    /// The members as lists, for comparison.
    pub(crate) fn sorted(&self, channel: Option<ChannelId>) -> MembersSorted {
        let groups = self.groups().map(|(key, group)| (key, group.ids().collect()));
        (channel, self.own, groups.collect(), self.list().collect())
    }
}
