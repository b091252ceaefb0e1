//! Derived: who waits, in order.
//!
//! What anybody may have is in lanes. Work that waits for preferred agents is in no lane but in a
//! line of each of them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::base::bits::IdSet;
use crate::base::hash::FixedMap;
use crate::base::packed::PackedBits;
use crate::base::sorted::Sorted;
use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, ChannelId, WorkId};
use crate::model::membership::Membership;
use crate::policy::order::LineKey;
use crate::world::lanes::{LaneKey, Lanes, Listed};
use crate::world::member::PackedMember;
use crate::world::rows::Member;

/// Members who see the same work: rank, ring, delay. The first are asked first.
pub(crate) type GroupKey = (u8, u8, Span);

/// The members of a queue for work of a channel, in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// In order of their keys; mostly there is one.
    groups: Vec<(GroupKey, PackedBits)>,
    /// By rank, ring and position, where the queue asks them in this order.
    list: BTreeSet<(u8, u8, u16, AgentId)>,
    /// How many have terms of their own for the channel.
    own: u32,
}

impl Members {
    /// These members, each once and in rising order.
    fn of(members: impl Iterator<Item = (AgentId, Membership)>, own: u32, by_list: bool) -> Self {
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

    /// Puts a member in the group of those with his rank, ring and delay, or takes him out.
    fn set(&mut self, agent: AgentId, terms: Membership, member: bool, by_list: bool) {
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

    /// The members by rank, ring and delay, the lowest rank first.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (GroupKey, &PackedBits)> {
        self.groups.iter().map(|(key, members)| (*key, members))
    }

    /// All of them, rank by rank and ring by ring.
    pub(crate) fn all(&self) -> impl Iterator<Item = AgentId> {
        self.groups.iter().flat_map(|(_, group)| group.ids())
    }

    /// Those who are in a set too, rank by rank and ring by ring.
    pub(crate) fn among<'a, S: IdSet + 'a>(&'a self, set: S) -> impl Iterator<Item = AgentId> + 'a {
        self.groups.iter().flat_map(move |(_, group)| (group, set).ids())
    }

    /// The members by rank, ring and position, where the queue asks them in this order.
    pub(crate) fn list(&self) -> impl Iterator<Item = AgentId> {
        self.list.iter().map(|(_, _, _, agent)| *agent)
    }

    /// Those who may have what is in a lane whatever they wait for, if they are not too many.
    fn listed(&self, fit: &PackedBits) -> Option<Listed> {
        const MOST: usize = 4_096;
        let number = self.groups().map(|(_, group)| (group, fit).count());
        (number.fold(0, usize::saturating_add) <= MOST).then(|| {
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

    fn delays(&self) -> BTreeSet<Span> {
        self.groups
            .iter()
            .map(|((_, _, delay), _)| *delay)
            .filter(|delay| !delay.is_zero())
            .collect()
    }
}

/// The line of one queue: its lanes, and its members by channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// What waits, by what it asks for.
    pub lanes: Lanes,
    /// Whether its queue asks its members in the order of a list.
    pub by_list: bool,
    /// Everybody who is a member for some channel.
    pub everybody: PackedBits,
    /// The members for channels on which nobody has terms of his own.
    members: Members,
    /// The members for each of the other channels.
    by_channel: BTreeMap<ChannelId, Members>,
    /// How many pieces of work wait here, those that wait for preferred agents included.
    pub waiting: u32,
    /// Those in no lane: they wait for preferred agents, or pause.
    pub aside: Sorted<LineKey>,
    /// What is in a lane although it rings, for it may ring at more.
    pub ringing: Sorted<LineKey>,
    /// All who wait here, by their entry.
    pub stays: Sorted<(Timestamp, WorkId)>,
}

/// What is to wait in a line, in any order; its parts are those of [`Line`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    /// What anybody may have, by lane.
    pub lanes: FixedMap<LaneKey, Vec<LineKey>>,
    /// Those in no lane.
    pub aside: Vec<LineKey>,
    /// What is in a lane although it rings.
    pub ringing: Vec<LineKey>,
    /// All who wait, by their entry.
    pub stays: Vec<(Timestamp, WorkId)>,
}

impl Line {
    /// Work waits here from the instant it entered, in a lane or aside, or no longer does.
    pub(crate) fn stay(&mut self, entered: Timestamp, key: LineKey, aside: bool, waits: bool) {
        if waits {
            self.waiting = self.waiting.saturating_add(1);
            self.stays.insert((entered, key.work));
            if aside {
                self.aside.insert(key);
            }
        } else {
            self.waiting = self.waiting.saturating_sub(1);
            self.stays.remove(&(entered, key.work));
            if aside {
                self.aside.remove(&key);
            }
        }
    }

    /// Work in a lane rings, or no longer does.
    pub(crate) fn ring(&mut self, key: LineKey, rings: bool) {
        if rings {
            self.ringing.insert(key);
        } else {
            self.ringing.remove(&key);
        }
    }

    /// Lists who may have what is in a lane, if they are not too many and it is not known yet.
    pub(crate) fn learn(&mut self, lane: &LaneKey, fit: &PackedBits) {
        let members = self.by_channel.get(&lane.channel).unwrap_or(&self.members);
        self.lanes.learn(lane, || members.listed(fit));
    }

    /// How many wait here before this place in the order.
    pub(crate) fn ahead(&self, key: LineKey, now: Timestamp) -> usize {
        if key.moves() {
            let all = self.lanes.all().chain(self.aside.iter());
            let waiting = all.filter(|other| !self.ringing.contains(other));
            return waiting.filter(|other| other.at(now) < key.at(now)).count();
        }
        let ahead = self.lanes.before(key).saturating_add(self.aside.before(&key));
        ahead.saturating_sub(self.ringing.before(&key))
    }

    /// The members for work of a channel.
    pub(crate) fn members(&self, channel: ChannelId) -> &Members {
        self.by_channel.get(&channel).unwrap_or(&self.members)
    }

    /// An agent is a member by these terms, those for a channel before the others.
    pub(crate) fn seat(&mut self, agent: AgentId, his: &[Member]) {
        for channel in his.iter().filter_map(|member| member.channel) {
            let members = self.by_channel.entry(channel).or_insert_with(|| self.members.clone());
            members.own = members.own.saturating_add(1);
        }
        self.set_member(agent, his, true);
        self.lanes.change_members();
    }

    /// All the members of a queue that had none, agent by agent as they rise, each with his terms.
    pub(crate) fn seat_all(&mut self, members: &[(AgentId, PackedMember<'_>)]) {
        let agents = || members.chunk_by(|(one, _), (other, _)| one == other);
        let terms = |his: &[(AgentId, PackedMember<'_>)], channel| {
            let row = his.iter().find(|(_, row)| row.channel() == channel);
            row.map(|(agent, row)| (*agent, row.member().terms))
        };
        let general = agents().filter_map(|his| terms(his, None));
        self.members = Members::of(general, 0, self.by_list);
        let mut own = BTreeMap::<ChannelId, u32>::new();
        for channel in members.iter().filter_map(|(_, member)| member.channel()) {
            let number = own.entry(channel).or_default();
            *number = number.saturating_add(1);
        }
        for (channel, own) in own {
            let his = |his| terms(his, Some(channel)).or_else(|| terms(his, None));
            let members = Members::of(agents().filter_map(his), own, self.by_list);
            self.by_channel.insert(channel, members);
        }
        let all = agents().filter_map(|his| his.first());
        all.for_each(|(agent, _)| self.everybody.append(*agent));
        self.everybody.trim();
        self.lanes.change_members();
    }

    /// All of this waits where nothing waited.
    pub(crate) fn fill(&mut self, gathered: Gathered) {
        let Gathered { lanes, mut aside, mut ringing, mut stays } = gathered;
        for (lane, mut works) in lanes {
            works.sort_unstable();
            self.lanes.enter_all(lane, &works);
        }
        self.waiting = u32::try_from(stays.len()).unwrap_or(u32::MAX);
        aside.sort_unstable();
        aside.into_iter().for_each(|key| self.aside.insert(key));
        ringing.sort_unstable();
        ringing.into_iter().for_each(|key| self.ringing.insert(key));
        stays.sort_unstable();
        stays.into_iter().for_each(|stay| self.stays.insert(stay));
    }

    /// An agent is no longer a member by these terms.
    pub(crate) fn unseat(&mut self, agent: AgentId, his: &[Member]) {
        self.set_member(agent, his, false);
        for channel in his.iter().filter_map(|member| member.channel) {
            if let Some(members) = self.by_channel.get_mut(&channel) {
                members.own = members.own.saturating_sub(1);
            }
        }
        self.by_channel.retain(|_, members| members.own > 0);
        self.lanes.change_members();
    }

    fn set_member(&mut self, agent: AgentId, his: &[Member], member: bool) {
        let terms = |channel| {
            let row = his.iter().find(|row| row.channel == channel);
            row.map(|row| row.terms)
        };
        let (general, by_list) = (terms(None), self.by_list);
        general.into_iter().for_each(|terms| self.members.set(agent, terms, member, by_list));
        for (channel, members) in &mut self.by_channel {
            let terms = terms(Some(*channel)).or(general);
            terms.into_iter().for_each(|terms| members.set(agent, terms, member, by_list));
        }
        self.everybody.set(agent, member && !his.is_empty());
    }

    /// Who is a member on what terms, as lists, for comparison.
    pub(crate) fn members_sorted(&self) -> Vec<MembersSorted> {
        let sorted = |channel: Option<ChannelId>, members: &Members| {
            let groups = members.groups().map(|(key, group)| (key, group.ids().collect()));
            (channel, members.own, groups.collect(), members.list().collect())
        };
        let by_channel = self.by_channel.iter();
        let by_channel = by_channel.map(|(channel, members)| sorted(Some(*channel), members));
        core::iter::once(sorted(None, &self.members)).chain(by_channel).collect()
    }

    /// The delays of its members by channel, each once, without zero.
    pub(crate) fn delays(&self) -> BTreeMap<Option<ChannelId>, BTreeSet<Span>> {
        let by_channel = self.by_channel.iter();
        let by_channel = by_channel.map(|(channel, members)| (Some(*channel), members.delays()));
        core::iter::once((None, self.members.delays())).chain(by_channel).collect()
    }
}

/// Members for a channel: how many on terms of their own, by group, by list.
pub(crate) type MembersSorted =
    (Option<ChannelId>, u32, Vec<(GroupKey, Vec<AgentId>)>, Vec<AgentId>);

/// Work that waits for an agent by name, in order, for all agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DirectLines {
    keys: BTreeSet<(AgentId, LineKey)>,
}

impl DirectLines {
    /// Work waits for an agent, or no longer does.
    pub(crate) fn set(&mut self, agent: AgentId, key: LineKey, waits: bool) {
        if waits {
            self.keys.insert((agent, key));
        } else {
            self.keys.remove(&(agent, key));
        }
    }

    /// Everything that waits for anybody by name; what waits for several comes several times.
    pub(crate) fn works(&self) -> impl Iterator<Item = WorkId> + '_ {
        self.keys.iter().map(|(_, key)| key.work)
    }

    /// What waits for an agent by name, in order.
    pub(crate) fn of(&self, agent: AgentId) -> impl Iterator<Item = LineKey> + '_ {
        let next = AgentId::from_raw(agent.raw().saturating_add(1));
        let low = (agent, LineKey::FIRST);
        let high = (next, LineKey::FIRST);
        self.keys.range(low..high).map(|(_, key)| *key)
    }
}
