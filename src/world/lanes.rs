//! Derived: what waits in one queue, by what it asks for.
//!
//! Work that asks for the same thing (need, channel, size, pools, delay it is past, ring,
//! objective) is one *lane*. Whether an agent may have it is decided once for the lane, and only
//! heads of lanes are compared. The first lanes of a queue have a place in sets: such a lane keeps
//! its place when it is empty until another lane needs it, so that what agents remember of the
//! place stays true while work comes and goes. A lane beyond them is gone when it is empty.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use crate::base::hash::FixedMap;
use crate::base::sorted::Sorted;
use crate::base::time::Span;
use crate::model::ids::{AgentId, ChannelId};
use crate::model::queue::{Order, QueueProfile};
use crate::policy::order::LineKey;
use crate::world::lane_set::{LaneSet, PLACES};
use crate::world::needs::NeedId;
use crate::world::pool_sets::PoolSetId;
use crate::world::rows::Work;

/// The properties that all work in a lane has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LaneKey {
    /// The need of the work.
    pub need: NeedId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// The units it takes.
    pub cost: u32,
    /// True if it says so itself.
    pub sized: bool,
    /// The longest delay it is past.
    pub revealed: Span,
    /// The widest ring that sees it.
    pub ring: u8,
    /// Its objective, where the order of the queue depends on it; else nothing.
    pub objective: Span,
    /// The pools it draws on.
    pub pool_set: PoolSetId,
}

impl Hash for LaneKey {
    /// Hashes two words and not eight, for a lane is looked up several times with every piece of
    /// work. Mostly only what stands apart in the first one tells lanes of a queue from each other.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (need, channel) = (u64::from(self.need.raw()), u64::from(self.channel.raw()));
        state.write_u64(need | channel << 32 | u64::from(self.ring) << 48);
        let (cost, pools) = (u64::from(self.cost), u64::from(self.pool_set.raw()));
        let times = self.revealed.as_millis() ^ self.objective.as_millis().rotate_left(32);
        state.write_u64(times ^ cost << 24 ^ pools << 48 ^ u64::from(self.sized));
    }
}

impl LaneKey {
    /// Not behind any lane for this need.
    pub(crate) fn first_for(need: NeedId) -> Self {
        Self {
            need,
            channel: ChannelId::from_raw(0),
            cost: 0,
            sized: false,
            revealed: Span::ZERO,
            ring: 0,
            objective: Span::ZERO,
            pool_set: PoolSetId::default(),
        }
    }

    /// The lane of work in line that anybody may have.
    pub(crate) fn of(work: &Work, queue: &QueueProfile) -> Self {
        let objective = match queue.order {
            // The order of two pieces of work changes with time if their objectives differ; in one
            // lane it must not.
            Order::Ratio | Order::PriorityRatio => {
                work.request.objective.unwrap_or(queue.service_target)
            }
            Order::Score | Order::Priority | Order::Deadline | Order::Lifo | Order::Sorted => {
                Span::ZERO
            }
        };
        Self {
            need: work.need,
            channel: work.request.channel,
            cost: work.cost,
            sized: work.is_sized(),
            revealed: work.revealed,
            ring: work.ring(queue),
            objective,
            pool_set: work.pool_set,
        }
    }
}

/// One lane: the work that waits in it, in order.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// The key of the lane: all that its work has in common.
    pub key: LaneKey,
    /// The first, apart from the others: mostly a lane holds one piece of work or none, and then
    /// nothing is allocated and nothing is moved.
    head: Option<LineKey>,
    /// The work that waits behind the head.
    behind: Sorted<LineKey>,
    /// True if its place is among the spare ones, whether work waits in it again or not.
    spare: bool,
    candidates: Option<LaneMembers>,
}

/// The members who may have what is in a lane, whether they are open now or not.
#[derive(Clone, Debug)]
struct LaneMembers {
    /// The version of the members from which they were taken.
    version: u32,
    /// None if they are too many to be listed.
    listed: Option<Listed>,
}

/// Candidates, group by group in the order of the members' groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    agents: Vec<AgentId>,
    /// Where each group ends.
    ends: Vec<u32>,
}

impl Listed {
    /// Lists the candidates of one more group.
    pub(crate) fn add(&mut self, group: impl Iterator<Item = AgentId>) {
        self.agents.extend(group);
        self.ends.push(u32::try_from(self.agents.len()).unwrap_or(u32::MAX));
    }

    /// Gives back memory that is not needed: a list stays for as long as its lane.
    pub(crate) fn trim(&mut self) {
        self.agents.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The candidates of a group.
    pub(crate) fn group(&self, place: usize) -> &[AgentId] {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| *end as usize);
        let start = place.checked_sub(1).map_or(0, end);
        self.agents.get(start..end(place)).unwrap_or_default()
    }
}

impl Lane {
    fn new(key: LaneKey) -> Self {
        Self { key, head: None, behind: Sorted::default(), spare: false, candidates: None }
    }

    /// The first piece of work in it.
    pub(crate) const fn head(&self) -> Option<LineKey> {
        self.head
    }

    /// All work in it, in order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &LineKey> {
        self.head.iter().chain(self.behind.iter())
    }

    fn keys_after(&self, after: Option<LineKey>) -> impl Iterator<Item = &LineKey> + use<'_> {
        let head = self.head.iter().filter(move |head| after.is_none_or(|after| **head > after));
        head.chain(self.behind.after(after))
    }

    fn enter(&mut self, work: LineKey) {
        match self.head {
            Some(head) if head < work => self.behind.insert(work),
            Some(head) if head == work => {}
            head => {
                head.into_iter().for_each(|head| self.behind.insert(head));
                self.head = Some(work);
            }
        }
    }

    fn leave(&mut self, work: LineKey) {
        if self.head == Some(work) {
            self.head = self.behind.pop_first();
        } else {
            self.behind.remove(&work);
        }
    }

    /// How many in it are lower than a key.
    fn before(&self, key: LineKey) -> usize {
        let head = self.head.is_some_and(|head| head < key);
        usize::from(head) + self.behind.before(&key)
    }
}

/// Of so many versions it is known which place changed. Whoever remembers lanes is mostly a few
/// versions behind: a guess, not measured against others.
const LATEST: usize = 8;

/// A lane came to have a place in sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// The lane.
    pub lane: LaneKey,
    /// The lane that stood there before.
    pub replaced: Option<LaneKey>,
}

/// The lanes of a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lanes {
    /// The places, of those in sets, in which work waits.
    taken: LaneSet,
    /// Rises whenever what agents remember of the places does not hold any more: a place stands for
    /// another lane, or the members or what they can do changed. Never 0, which is the version of
    /// what was never evaluated.
    version: u32,
    /// The place that came to stand for another lane with each of the latest versions.
    changed: [usize; LATEST],
    /// The version with which more than one place changed.
    all_changed: u32,
    /// Rises whenever the members or what they can do changed.
    members: u32,
    lanes: Vec<Lane>,
    places: FixedMap<LaneKey, usize>,
    /// Places of lanes that ran empty, the one that did so first in front. Work may wait in them
    /// again.
    spare: VecDeque<usize>,
}

impl Lanes {
    /// Puts work in its lane. Says if the lane came to have a place in sets.
    pub(crate) fn enter(&mut self, key: LaneKey, work: LineKey) -> Option<Placed> {
        let (place, placed) = match self.places.get(&key) {
            Some(place) => (*place, None),
            None => self.open(key),
        };
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.enter(work);
            self.taken.set(place, true);
        }
        placed
    }

    /// Puts all this work in its lane. In order it is quickest: then each goes to the end.
    pub(crate) fn enter_all(&mut self, key: LaneKey, works: &[LineKey]) {
        let Some((first, others)) = works.split_first() else {
            return;
        };
        self.enter(key, *first);
        let lane = self.places.get(&key).and_then(|place| self.lanes.get_mut(*place));
        lane.into_iter().for_each(|lane| others.iter().for_each(|work| lane.enter(*work)));
    }

    /// Takes work out of its lane.
    pub(crate) fn leave(&mut self, key: LaneKey, work: LineKey) {
        let Some(place) = self.places.get(&key).copied() else {
            return;
        };
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.leave(work);
            self.taken.set(place, lane.head.is_some());
            if lane.head.is_none() {
                self.run_empty(place);
            }
        }
    }

    fn run_empty(&mut self, place: usize) {
        if place >= PLACES {
            let lane = self.lanes.swap_remove(place);
            self.places.swap_remove(&lane.key);
            if let Some(moved) = self.lanes.get(place) {
                self.places.insert(moved.key, place);
            }
        } else if let Some(lane) = self.lanes.get_mut(place).filter(|lane| !lane.spare) {
            lane.spare = true;
            self.spare.push_back(place);
        }
    }

    /// Makes a place for a lane: one in sets as long as they have room for it, or else that of a
    /// lane in which nothing waits, or else one beyond them.
    fn open(&mut self, key: LaneKey) -> (usize, Option<Placed>) {
        let few = self.lanes.len() < PLACES;
        let place = if few { None } else { self.empty_place() };
        let place = place.unwrap_or(self.lanes.len());
        let replaced = match self.lanes.get_mut(place) {
            Some(lane) => {
                let old = core::mem::replace(lane, Lane::new(key));
                self.places.swap_remove(&old.key);
                Some(old.key)
            }
            None => {
                self.lanes.push(Lane::new(key));
                None
            }
        };
        self.places.insert(key, place);
        let placed = place < PLACES;
        if placed {
            self.change_place(place);
        }
        (place, placed.then_some(Placed { lane: key, replaced }))
    }

    /// Another need stands where that of a lane stood: what was known of it does not hold.
    pub(crate) fn renew(&mut self, key: &LaneKey) {
        let Some(place) = self.places.get(key).copied() else {
            return;
        };
        self.lanes.get_mut(place).into_iter().for_each(|lane| lane.candidates = None);
        self.change_place(place);
    }

    /// The lanes that have a place in sets.
    pub(crate) fn placed(&self) -> impl Iterator<Item = Placed> {
        self.lanes.iter().take(PLACES).map(|lane| Placed { lane: lane.key, replaced: None })
    }

    /// The place of the lane that has been empty for longest. Each place that is passed over ran
    /// empty once since it was looked at last, so finding one costs no more than that.
    fn empty_place(&mut self) -> Option<usize> {
        while let Some(place) = self.spare.pop_front() {
            if let Some(lane) = self.lanes.get_mut(place) {
                lane.spare = false;
                if lane.head.is_none() {
                    return Some(place);
                }
            }
        }
        None
    }

    /// Notes that the members of the queue or what they can do changed.
    pub(crate) fn change_members(&mut self) {
        self.members = self.members.wrapping_add(1);
        self.change();
        self.all_changed = self.version;
    }

    fn change(&mut self) {
        self.version = self.version.wrapping_add(1).max(1);
        if self.version == 1 {
            self.all_changed = 1;
        }
    }

    fn change_place(&mut self, place: usize) {
        self.change();
        if let Some(changed) = self.changed.get_mut(self.version as usize % LATEST) {
            *changed = place;
        }
    }

    /// The places that changed since a version. None if that is not known, or all did.
    pub(crate) fn changed_since(&self, version: u32) -> Option<impl Iterator<Item = usize>> {
        let behind = self.version.checked_sub(version)?;
        let known = version > 0 && version >= self.all_changed && behind as usize <= LATEST;
        let versions = (version..self.version).map(|version| version as usize + 1);
        known.then(|| versions.filter_map(|version| self.changed.get(version % LATEST).copied()))
    }

    /// The version of what may be remembered of the lanes.
    pub(crate) const fn version(&self) -> u32 {
        self.version
    }

    fn get(&self, key: &LaneKey) -> Option<&Lane> {
        self.lanes.get(*self.places.get(key)?)
    }

    /// All work that waits in a lane, in order.
    pub(crate) fn keys(&self, key: &LaneKey) -> impl Iterator<Item = &LineKey> + use<'_> {
        self.get(key).into_iter().flat_map(Lane::keys)
    }

    /// The members who may have what is in a lane, if they are known and not too many.
    pub(crate) fn listed(&self, key: &LaneKey) -> Option<&Listed> {
        let lane = self.get(key)?;
        let known = lane.candidates.as_ref().filter(|known| known.version == self.members);
        known.and_then(|known| known.listed.as_ref())
    }

    /// Finds out which members may have what is in a lane, unless that is known.
    pub(crate) fn learn(&mut self, key: &LaneKey, list: impl FnOnce() -> Option<Listed>) {
        let lane = self.places.get(key).and_then(|place| self.lanes.get_mut(*place));
        let version = self.members;
        let unknown = |lane: &&mut Lane| {
            lane.candidates.as_ref().is_none_or(|known| known.version != version)
        };
        if let Some(lane) = lane.filter(unknown) {
            lane.candidates = Some(LaneMembers { version, listed: list() });
        }
    }

    /// All work that waits in a lane behind a key, in order.
    pub(crate) fn keys_after(
        &self,
        key: &LaneKey,
        after: Option<LineKey>,
    ) -> impl Iterator<Item = &LineKey> + use<'_> {
        self.get(key).into_iter().flat_map(move |lane| lane.keys_after(after))
    }

    /// The lanes in which work waits, in no meaningful order.
    pub(crate) fn taken(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(|lane| lane.head.is_some())
    }

    /// True if nothing waits in any lane.
    pub(crate) fn are_empty(&self) -> bool {
        self.taken == LaneSet::default()
            && self.lanes.iter().skip(PLACES).all(|lane| lane.head.is_none())
    }

    /// The lane in a place.
    pub(crate) fn at(&self, place: usize) -> Option<&LaneKey> {
        self.lanes.get(place).map(|lane| &lane.key)
    }

    /// The lanes with a place in sets for which this holds, whether anything waits in them or not.
    pub(crate) fn which(&self, mut holds: impl FnMut(&LaneKey) -> bool) -> LaneSet {
        let mut set = LaneSet::default();
        for (place, lane) in self.lanes.iter().enumerate().take(PLACES) {
            set.set(place, holds(&lane.key));
        }
        set
    }

    /// The lanes in which work waits, in no meaningful order: of those with a place in sets the
    /// ones in this set, and all others, of which no set says anything.
    pub(crate) fn among(
        &self,
        set: LaneSet,
    ) -> (impl Iterator<Item = &Lane>, impl Iterator<Item = &Lane>) {
        let first = self.taken.meet(set).filter_map(|place| self.lanes.get(place));
        let others = self.lanes.iter().skip(PLACES).filter(|lane| lane.head.is_some());
        (first, others)
    }

    /// All work that waits in lanes, in no meaningful order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &LineKey> {
        self.lanes.iter().flat_map(Lane::keys)
    }

    /// How many in all lanes are lower than a key.
    pub(crate) fn before(&self, key: LineKey) -> usize {
        self.lanes.iter().map(|lane| lane.before(key)).fold(0, usize::saturating_add)
    }

    /// The lanes in which work waits by their keys, for comparison.
    pub(crate) fn sorted(&self) -> BTreeMap<LaneKey, Vec<LineKey>> {
        self.taken().map(|lane| (lane.key, lane.keys().copied().collect())).collect()
    }

    /// True if the sets, the places and the order of the lanes agree with the work in them.
    pub(crate) fn are_sound(&self) -> bool {
        self.lanes.iter().enumerate().all(|(place, lane)| {
            let taken = place >= PLACES || self.taken.has(place) == lane.head.is_some();
            let spare = lane.head.is_some() || lane.spare && place < PLACES;
            lane.keys().is_sorted() && taken && spare && self.places.get(&lane.key) == Some(&place)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    use crate::base::chance::numbers;
    use crate::model::ids::WorkId;

    fn lane(need: u32) -> LaneKey {
        LaneKey::first_for(NeedId::from_raw(need))
    }

    /// Far more lanes than sets have places for: they come and go, and those beyond the places are
    /// gone when they are empty.
    #[test]
    fn lanes_beyond_the_places_come_and_go() {
        let (mut lanes, mut next) = (Lanes::default(), numbers(7));
        let mut waiting: Vec<(LaneKey, LineKey)> = Vec::new();
        let mut most = 0;
        for round in 0..4_000_u64 {
            let fills = round / 1_000 % 2 == 0;
            if next(10) < if fills { 8 } else { 2 } || waiting.is_empty() {
                let key = lane(u32::try_from(next(200)).unwrap());
                let work = LineKey::by_id(WorkId::from_raw(round));
                lanes.enter(key, work);
                waiting.push((key, work));
            } else {
                let place = usize::try_from(next(waiting.len() as u64)).unwrap();
                let (key, work) = waiting.swap_remove(place);
                lanes.leave(key, work);
            }
            assert!(lanes.are_sound());
            assert_eq!(lanes.all().count(), waiting.len());
            most = most.max(lanes.lanes.len());
        }
        assert!(most > 100, "{most}");
        waiting.into_iter().for_each(|(key, work)| lanes.leave(key, work));
        assert!(lanes.are_empty() && lanes.are_sound());
        assert_eq!((lanes.lanes.len(), lanes.places.len()), (PLACES, PLACES));
    }

    /// What an agent remembers holds until a lane with a place gives it up.
    #[test]
    fn only_a_place_in_sets_changes_the_version() {
        let mut lanes = Lanes::default();
        let work = |number| LineKey::by_id(WorkId::from_raw(number));
        for number in 0..32 {
            assert!(lanes.enter(lane(number), work(number.into())).is_some());
        }
        let version = lanes.version();
        assert!(lanes.enter(lane(32), work(32)).is_none());
        lanes.leave(lane(5), work(5));
        assert_eq!(lanes.version(), version);
        let placed = lanes.enter(lane(33), work(33)).unwrap();
        assert_eq!((placed.lane, placed.replaced), (lane(33), Some(lane(5))));
        assert_ne!(lanes.version(), version);
    }

    #[test]
    fn a_few_places_that_changed_are_known_and_others_are_not() {
        let mut lanes = Lanes::default();
        let since = |lanes: &Lanes, version| -> Option<Vec<usize>> {
            lanes.changed_since(version).map(Iterator::collect)
        };
        assert_eq!(since(&lanes, 0), None, "nothing was remembered");
        let work = |number| LineKey::by_id(WorkId::from_raw(number));
        for number in 0..8_u32 {
            lanes.enter(lane(number), work(number.into()));
        }
        assert_eq!(lanes.version(), 8);
        assert_eq!(since(&lanes, 5), Some(vec![5, 6, 7]));
        assert_eq!(since(&lanes, 8), Some(vec![]));
        lanes.renew(&lane(2));
        assert_eq!(since(&lanes, 7), Some(vec![7, 2]));
        assert_eq!(since(&lanes, 1), Some(vec![1, 2, 3, 4, 5, 6, 7, 2]));
        lanes.enter(lane(9), work(9));
        assert_eq!(since(&lanes, 1), None, "too long ago");
        lanes.change_members();
        assert_eq!(since(&lanes, 10), None);
        assert_eq!(since(&lanes, 11), Some(vec![]));
        // At the end of all numbers they begin anew, and nobody remembers what was before.
        lanes.version = u32::MAX;
        lanes.change_place(3);
        assert_eq!((lanes.version(), since(&lanes, u32::MAX)), (1, None));
        assert_eq!(since(&lanes, 1), Some(vec![]));
    }
}
