//! Derived: what waits in one queue, in order, and the members who may have it.
//!
//! Work that anybody may have is in lanes. Work that waits for preferred agents is in no lane but
//! in a line of each of those agents.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap};
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::base::hash::FixedMap;
use crate::base::packed::PackedBits;
use crate::base::sorted::Sorted;
use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, ChannelId};
use crate::model::overflow::OverflowRule;
use crate::policy::order::LineKey;
use crate::world::lanes::{LaneKey, Lanes};
use crate::world::member::{Member, PackedMember};
use crate::world::members::{Members, MembersSorted};
use crate::world::rows::{Places, Stay};
use crate::world::veils::Veils;

/// The line of one queue: its lanes, and its members by channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// The lanes: the work that anybody may have, by its need and the rest of its [`LaneKey`].
    pub lanes: Lanes,
    /// True if the queue asks its members in the order of a list.
    pub by_list: bool,
    /// Everybody who is a member for some channel.
    pub everybody: PackedBits,
    /// The members for channels on which no member has terms of their own: one set for all of
    /// these channels.
    members: Members,
    /// The members for each of the other channels.
    by_channel: BTreeMap<ChannelId, Members>,
    /// How many pieces of work wait here, those that wait for preferred agents included.
    pub waiting: u32,
    /// Work that waits in no lane: it waits for preferred agents, or pauses.
    pub aside: Sorted<LineKey>,
    /// Work that is in a lane although it is offered, for it may be offered to more agents.
    pub offered: Sorted<LineKey>,
    /// All work that waits here, by its entry.
    pub stays: Sorted<Stay>,
    /// The same, but only that of which something is remembered of a rule of overflow, if the queue
    /// is inspected.
    pub watched: Sorted<Stay>,
    /// True if some member sees its work with a delay.
    pub delayed: bool,
    /// What waits here and is hidden from members by their delay.
    pub veils: Veils,
    /// When the first of that comes to light, as it is in the clock.
    pub reveal: Option<Timestamp>,
}

/// The work that is to wait in a line, in any order; its parts are those of [`Line`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    /// The work that anybody may have, by lane.
    pub lanes: FixedMap<LaneKey, Vec<LineKey>>,
    /// The work that waits in no lane.
    pub aside: Vec<LineKey>,
    /// The work that is in a lane although it is offered.
    pub offered: Vec<LineKey>,
    /// All that waits, by its entry.
    pub stays: Vec<Stay>,
    /// All of which something is remembered.
    pub watched: Vec<Stay>,
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

    /// Something is remembered of work that waits here, or no longer is.
    pub(crate) fn watch(&mut self, stay: Stay, watched: bool) {
        if watched {
            self.watched.insert(stay);
        } else {
            self.watched.remove(&stay);
        }
    }

    /// Work that waits here is hidden from members by their delay, or no longer waits. `past` is
    /// the longest delay it is past.
    pub(crate) fn hide(&mut self, channel: ChannelId, past: Span, stay: Stay, hidden: bool) {
        if let Some(delay) = self.members(channel).delay_after(past) {
            self.veils.set((channel, delay), stay, hidden);
        }
    }

    /// Work in a lane is offered, or no longer is.
    pub(crate) fn offer(&mut self, key: LineKey, offered: bool) {
        if offered {
            self.offered.insert(key);
        } else {
            self.offered.remove(&key);
        }
    }

    /// Lists who may have what is in a lane, if they are not too many and it is not known yet.
    pub(crate) fn learn(&mut self, lane: &LaneKey, fit: &PackedBits) {
        let members = self.by_channel.get(&lane.channel).unwrap_or(&self.members);
        self.lanes.learn(lane, || members.listed(fit));
    }

    /// How many wait here before this place in the order. An order that time changes (by ratio) is
    /// counted one by one; by any other, each lane counts from its nearer end. Work that is offered
    /// is in a lane but does not wait.
    pub(crate) fn ahead(&self, key: LineKey, now: Timestamp) -> usize {
        if key.moves() {
            let all = self.lanes.all().chain(self.aside.iter());
            let waiting = all.filter(|other| !self.offered.contains(other));
            return waiting.filter(|other| other.at(now) < key.at(now)).count();
        }
        let ahead = self.lanes.before(key).saturating_add(self.aside.before(&key));
        ahead.saturating_sub(self.offered.before(&key))
    }

    /// The places that rules of overflow ask for, as they are at an instant. It goes through the
    /// line up to the last of them.
    pub(crate) fn places(&self, rules: &[OverflowRule], now: Timestamp) -> Places {
        let mut asked = BTreeSet::new();
        rules.iter().for_each(|rule| {
            rule.when.places(&mut |place| asked.extend([place]));
        });
        if asked.is_empty() {
            return Places::default();
        }
        let (mut place, mut in_order) = (0, self.in_order(now));
        let asked = asked.into_iter().filter(|asked| *asked > 0).map_while(|asked| {
            let key = in_order.nth((asked - place - 1) as usize)?;
            place = asked;
            Some((asked, key))
        });
        Places::new(now, asked.collect())
    }

    /// What waits, by the order at an instant.
    fn in_order(&self, now: Timestamp) -> impl Iterator<Item = LineKey> {
        let lanes = self.lanes.taken().map(|lane| {
            let waiting = lane.keys().filter(|key| !self.offered.contains(key));
            Box::new(waiting.map(move |key| key.at(now))) as Box<dyn Iterator<Item = LineKey>>
        });
        // Unlike a lane, what is aside may stand in another order than it does at an instant.
        let mut aside: Vec<LineKey> = self.aside.iter().map(|key| key.at(now)).collect();
        aside.sort_unstable();
        let mut parts: Vec<_> = lanes.chain([Box::new(aside.into_iter()) as Box<_>]).collect();
        let heads = parts.iter_mut().enumerate();
        let heads = heads.filter_map(|(part, keys)| Some(Reverse((keys.next()?, part))));
        let mut heads: BinaryHeap<_> = heads.collect();
        core::iter::from_fn(move || {
            let Reverse((key, part)) = heads.pop()?;
            let next = parts.get_mut(part).and_then(Iterator::next);
            heads.extend(next.map(|next| Reverse((next, part))));
            Some(key)
        })
    }

    /// All of this waits where nothing waited.
    pub(crate) fn fill(&mut self, gathered: Gathered) {
        let Gathered { lanes, mut aside, mut offered, mut stays, mut watched } = gathered;
        for (lane, mut works) in lanes {
            works.sort_unstable();
            self.lanes.enter_all(lane, &works);
        }
        self.waiting = u32::try_from(stays.len()).unwrap_or(u32::MAX);
        aside.sort_unstable();
        aside.into_iter().for_each(|key| self.aside.insert(key));
        offered.sort_unstable();
        offered.into_iter().for_each(|key| self.offered.insert(key));
        stays.sort_unstable();
        stays.into_iter().for_each(|stay| self.stays.insert(stay));
        watched.sort_unstable();
        watched.into_iter().for_each(|stay| self.watched.insert(stay));
    }

    /// The members for work of a channel.
    pub(crate) fn members(&self, channel: ChannelId) -> &Members {
        self.by_channel.get(&channel).unwrap_or(&self.members)
    }

    /// An agent is a member by these terms, those for a channel before the others.
    pub(crate) fn seat(&mut self, agent: AgentId, rows: &[Member]) {
        for channel in rows.iter().filter_map(|member| member.channel) {
            let members = self.by_channel.entry(channel).or_insert_with(|| self.members.clone());
            members.count_own(true);
        }
        self.set_member(agent, rows, true);
        self.change_members();
    }

    /// All the members of a queue that had none, agent by agent as their ids rise, each with their
    /// terms.
    pub(crate) fn seat_all(&mut self, members: &[(AgentId, PackedMember<'_>)]) {
        let agents = || members.chunk_by(|(one, _), (other, _)| one == other);
        let terms = |rows: &[(AgentId, PackedMember<'_>)], channel| {
            let row = rows.iter().find(|(_, row)| row.channel() == channel);
            row.map(|(agent, row)| (*agent, row.member().terms))
        };
        let general = agents().filter_map(|rows| terms(rows, None));
        self.members = Members::of(general, 0, self.by_list);
        let mut own = BTreeMap::<ChannelId, u32>::new();
        for channel in members.iter().filter_map(|(_, member)| member.channel()) {
            let number = own.entry(channel).or_default();
            *number = number.saturating_add(1);
        }
        for (channel, own) in own {
            let terms = |rows| terms(rows, Some(channel)).or_else(|| terms(rows, None));
            let members = Members::of(agents().filter_map(terms), own, self.by_list);
            self.by_channel.insert(channel, members);
        }
        let all = agents().filter_map(|rows| rows.first());
        all.for_each(|(agent, _)| self.everybody.append(*agent));
        self.everybody.trim();
        self.change_members();
    }

    /// An agent is no longer a member by these terms.
    pub(crate) fn unseat(&mut self, agent: AgentId, rows: &[Member]) {
        self.set_member(agent, rows, false);
        for channel in rows.iter().filter_map(|member| member.channel) {
            if let Some(members) = self.by_channel.get_mut(&channel) {
                members.count_own(false);
            }
        }
        self.by_channel.retain(|_, members| members.own() > 0);
        self.change_members();
    }

    fn change_members(&mut self) {
        let mut all = core::iter::once(&self.members).chain(self.by_channel.values());
        self.delayed = all.any(|members| members.delay_after(Span::ZERO).is_some());
        self.lanes.change_members();
    }

    fn set_member(&mut self, agent: AgentId, rows: &[Member], member: bool) {
        let terms = |channel| {
            let row = rows.iter().find(|row| row.channel == channel);
            row.map(|row| row.terms)
        };
        let (general, by_list) = (terms(None), self.by_list);
        general.into_iter().for_each(|terms| self.members.set(agent, terms, member, by_list));
        for (channel, members) in &mut self.by_channel {
            let terms = terms(Some(*channel)).or(general);
            terms.into_iter().for_each(|terms| members.set(agent, terms, member, by_list));
        }
        self.everybody.set(agent, member && !rows.is_empty());
    }

    /// The members and their terms, as lists, for comparison.
    pub(crate) fn members_sorted(&self) -> Vec<MembersSorted> {
        let by_channel = self.by_channel.iter();
        let by_channel = by_channel.map(|(channel, members)| members.sorted(Some(*channel)));
        core::iter::once(self.members.sorted(None)).chain(by_channel).collect()
    }

    /// The delays of its members by channel, each once, without zero.
    pub(crate) fn delays(&self) -> BTreeMap<Option<ChannelId>, BTreeSet<Span>> {
        let by_channel = self.by_channel.iter();
        let by_channel = by_channel.map(|(channel, members)| (Some(*channel), members.delays()));
        core::iter::once((None, self.members.delays())).chain(by_channel).collect()
    }
}
