//! Derived: who is ready, in order.
//!
//! For every way in which some queue orders its agents by what they did (idle clock, load) all
//! agents who are open on any channel sit on one bench, in that order, whatever queues they belong
//! to. So an agent who becomes free or busy changes place once, not once a queue; and the best
//! agent for a piece of work is the first on the bench who is in its sets of bits.

use alloc::vec::Vec;

use crate::base::bits::{Bits, IdSet};
use crate::base::packed::PackedBits;
use crate::base::sorted::Sorted;
use crate::base::time::Timestamp;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, ChannelId, OfferId};
use crate::model::queue::{AgentChoice, IdleClock, IdleSince, QueueProfile};
use crate::world::rows::Agent;

/// By what the agents of a bench are ordered, before the idle clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Load {
    Nothing,
    Units,
    Ratio,
}

/// A way of ordering agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BenchKey {
    load: Load,
    since: IdleSince,
    /// The channel whose own clock counts; none if any channel's does.
    channel: Option<ChannelId>,
}

impl BenchKey {
    /// The order in which a queue takes agents for work of a channel who suit it equally well; none
    /// if it does not depend on what the agents did.
    pub(crate) fn of(queue: &QueueProfile, channel: ChannelId) -> Option<Self> {
        let load = match queue.choice {
            AgentChoice::LongestIdle | AgentChoice::MostProficient => Load::Nothing,
            AgentChoice::LeastLoaded => Load::Units,
            AgentChoice::LeastLoadedRatio => Load::Ratio,
            AgentChoice::RoundRobin
            | AgentChoice::FixedOrder
            | AgentChoice::NearestProficient
            | AgentChoice::WeightedShare
            | AgentChoice::Scored
            | AgentChoice::LeastShiftLeft
            | AgentChoice::MostShiftLeft => return None,
        };
        if queue.spare_scarce > 0 {
            return None;
        }
        let IdleClock { since, own_channel } = queue.idle;
        // The clock of readiness takes no account of the channel.
        let own_channel = own_channel && since != IdleSince::Ready;
        Some(Self { load, since, channel: own_channel.then_some(channel) })
    }

    fn seat(self, id: AgentId, agent: &Agent, profile: &AgentProfile) -> Seat {
        let load = match self.load {
            Load::Nothing => 0,
            Load::Units => i64::try_from(agent.usage.units()).unwrap_or(i64::MAX),
            Load::Ratio => agent.usage.ratio(&profile.capacity),
        };
        let clock = IdleClock { since: self.since, own_channel: self.channel.is_some() };
        let channel = self.channel.unwrap_or(ChannelId::from_raw(0));
        (load, agent.idle_since(clock, channel), agent.turn, id)
    }
}

/// An agent's place: load, idle since, last offered, definition. The order is that of
/// [`AgentKey`](crate::policy::choice::AgentKey).
pub(crate) type Seat = (i64, Timestamp, OfferId, AgentId);

/// Who may have a piece of work: whoever is in all of these sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates<'a> {
    /// Members of one rank, ring and delay.
    pub members: &'a PackedBits,
    /// Who fits.
    pub fit: &'a PackedBits,
    /// Who is open.
    pub open: &'a Bits,
    /// All who are in the first two sets, if they are known and not too many.
    pub listed: Option<&'a [AgentId]>,
}

impl<'a> Candidates<'a> {
    /// The sets that they are all in.
    pub(crate) const fn sets(self) -> (&'a PackedBits, &'a PackedBits, &'a Bits) {
        (self.members, self.fit, self.open)
    }
}

/// The agents who are open on some channel, in one order.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    key: BenchKey,
    order: Sorted<Seat>,
    seats: Vec<Option<Seat>>,
    rows: Rows,
}

/// The rows in which many sit one behind the other, so that of a list of candidates only those in
/// the first row in which any of them sits need be compared. Where few sit, there is one row.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// By agent; [`NOWHERE`](Self::NOWHERE) for who does not sit.
    rows: Vec<u8>,
    /// The last seat of each row but the last, which has no end.
    ends: Vec<Seat>,
    /// How many took a seat since the ends were chosen.
    changes: usize,
}

impl Rows {
    /// Where fewer sit, they are not told apart.
    const MANY: usize = 1_024;
    const NUMBER: usize = 255;
    const NOWHERE: u8 = u8::MAX;

    fn row(&self, seat: &Seat) -> u8 {
        // Mostly who sits down sits behind all others.
        let last = self.ends.last().is_none_or(|end| end < seat);
        let row = if last { self.ends.len() } else { self.ends.partition_point(|end| end < seat) };
        u8::try_from(row).unwrap_or(Self::NOWHERE)
    }

    fn set(&mut self, agent: AgentId, row: u8) {
        let place = agent.raw() as usize;
        if self.rows.len() <= place {
            self.rows.resize(place + 1, Self::NOWHERE);
        }
        self.rows.get_mut(place).into_iter().for_each(|known| *known = row);
    }

    /// An agent moves to a seat, or rises.
    fn sit(&mut self, agent: AgentId, seat: Option<&Seat>) {
        self.set(agent, seat.map_or(Self::NOWHERE, |seat| self.row(seat)));
        self.changes += usize::from(seat.is_some());
    }

    /// Makes rows of equal length of so many, once enough of them have changed their places.
    fn align(&mut self, order: &Sorted<Seat>) {
        let all = order.len();
        if self.changes < (all / 8).max(Self::MANY) {
            return;
        }
        self.changes = 0;
        self.ends.clear();
        let each = if all < Self::MANY { usize::MAX } else { all.div_ceil(Self::NUMBER) };
        for (place, seat) in order.iter().enumerate() {
            self.set(Bench::agent(*seat), u8::try_from(place / each).unwrap_or(Self::NOWHERE));
            if (place + 1) % each == 0 && place + 1 < all {
                self.ends.push(*seat);
            }
        }
    }

    fn of(&self, agent: AgentId) -> u8 {
        self.rows.get(agent.raw() as usize).copied().unwrap_or(Self::NOWHERE)
    }
}

impl PartialEq for Bench {
    /// Who sits where; in which rows depends on what happened before.
    fn eq(&self, other: &Self) -> bool {
        (self.key, &self.order, &self.seats) == (other.key, &other.order, &other.seats)
    }
}

impl Bench {
    /// An empty bench.
    pub(crate) fn new(key: BenchKey) -> Self {
        Self { key, order: Sorted::default(), seats: Vec::new(), rows: Rows::default() }
    }

    /// Whether all sit in their rows, and nobody else is in any.
    pub(crate) fn is_sound(&self) -> bool {
        (0..).map(AgentId::from_raw).zip(&self.seats).all(|(agent, seat)| {
            self.rows.of(agent) == seat.as_ref().map_or(Rows::NOWHERE, |seat| self.rows.row(seat))
        })
    }

    /// In what order its agents sit.
    pub(crate) const fn key(&self) -> BenchKey {
        self.key
    }

    /// Seats an agent in his place, or takes him off.
    pub(crate) fn seat(&mut self, id: AgentId, agent: &Agent, profile: &AgentProfile, open: bool) {
        self.sit(id, open.then(|| self.key.seat(id, agent, profile)));
    }

    fn sit(&mut self, id: AgentId, seat: Option<Seat>) {
        let place = id.raw() as usize;
        if self.seats.len() <= place {
            self.seats.resize(place + 1, None);
        }
        let Some(old) = self.seats.get_mut(place) else {
            return;
        };
        if *old == seat {
            return;
        }
        let old = core::mem::replace(old, seat);
        if let Some(old) = old {
            self.order.remove(&old);
        }
        if let Some(seat) = seat {
            self.order.insert(seat);
        }
        self.rows.sit(id, seat.as_ref());
        self.rows.align(&self.order);
    }

    /// The first of these agents who is here and able. Who is able is asked of one after the other
    /// in their order, for mostly the first is; if many are not, of all of them.
    pub(crate) fn first_among<A: Iterator<Item = AgentId>>(
        &self,
        agents: impl Fn() -> A,
        here: impl Fn(&AgentId) -> bool,
        able: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        /// So many are asked one after the other.
        const ASKED: usize = 4;
        let mut behind = None;
        for _ in 0..ASKED {
            let first = self.first_behind(behind, agents(), &here)?;
            if able(&Self::agent(first)) {
                return Some(Self::agent(first));
            }
            behind = Some(first);
        }
        let both = |agent: &AgentId| here(agent) && able(agent);
        self.first_behind(behind, agents(), both).map(Self::agent)
    }

    /// The first seat behind one in which one of these agents sits.
    fn first_behind(
        &self,
        behind: Option<Seat>,
        agents: impl Iterator<Item = AgentId>,
        here: impl Fn(&AgentId) -> bool,
    ) -> Option<Seat> {
        let (mut first, mut row): (Option<Seat>, _) = (None, Rows::NOWHERE - 1);
        for agent in agents {
            let his = self.rows.of(agent);
            if his > row {
                continue;
            }
            let seat = self.seats.get(agent.raw() as usize).copied().flatten();
            let comes =
                |seat: &Seat| Some(*seat) > behind && first.is_none_or(|first| *seat < first);
            if let Some(seat) = seat.filter(comes).filter(|_| here(&agent)) {
                (first, row) = (Some(seat), his);
            }
        }
        first
    }

    /// Who sits there.
    const fn agent(seat: Seat) -> AgentId {
        seat.3
    }

    /// The first of the candidates in order who is able. Mostly one of the first who sit there will
    /// do, so some places are tried before all candidates are compared: as many as take no longer
    /// than that, unless so few are candidates that none of them is expected there.
    pub(crate) fn first(
        &self,
        candidates: Candidates<'_>,
        able: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        let (sets, listed) = (candidates.sets(), candidates.listed);
        let tried = self.tried(listed.map(<[_]>::len), sets.places());
        let fits = |id: &AgentId| sets.has(*id) && able(id);
        let mut along = self.order.iter().map(|seat| Self::agent(*seat));
        if let Some(first) = along.by_ref().take(tried).find(fits) {
            return Some(first);
        }
        if self.order.len() <= tried {
            return None;
        }
        if let Some(listed) = listed {
            let open = |id: &AgentId| candidates.open.has(*id);
            return self.first_among(|| listed.iter().copied(), open, able);
        }
        match sets.count() {
            0 => None,
            many if many > self.order.len() / 4 => along.find(fits),
            _ => self.first_among(|| sets.ids(), |_| true, able),
        }
    }

    /// How many places are tried before candidates are compared. A step along the bench takes
    /// longer than a look at a list, a look at 64 bits of a set as long.
    fn tried(&self, listed: Option<usize>, places: usize) -> usize {
        const TRIED: usize = 16;
        const STEP: usize = 4;
        let Some(listed) = listed else {
            return TRIED.max(places);
        };
        let worth = TRIED + listed / STEP;
        // One in so many agents is a candidate.
        let expected = self.seats.len() / listed.max(1);
        if expected > worth && self.order.len() > worth { 0 } else { worth }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::chance::numbers;

    /// Agents sit down and rise at random, mostly behind all others.
    #[test]
    fn the_first_is_the_least_of_all_seats_however_many_sit() {
        let key = BenchKey { load: Load::Nothing, since: IdleSince::Ready, channel: None };
        for (seed, agents) in [(1, 10), (2, 900), (3, 5_000)] {
            let (mut bench, mut next) = (Bench::new(key), numbers(seed));
            let mut open = Bits::default();
            for turn in 0..30_000 {
                let id = AgentId::from_raw(u32::try_from(next(agents)).unwrap());
                let since = if next(4) > 0 { turn } else { i64::try_from(next(30_000)).unwrap() };
                let seat = (
                    i64::from(next(9) == 0),
                    Timestamp::from_millis(since),
                    OfferId::from_raw(0),
                    id,
                );
                let sits = turn < 10_000 || next(3) > 0;
                bench.sit(id, sits.then_some(seat));
                open.set(id, sits && next(9) > 0);
                if turn % 100 > 0 {
                    continue;
                }
                assert!(bench.is_sound());
                let (mut members, mut fit) = (PackedBits::default(), PackedBits::default());
                let one_in = 1 + next(agents);
                for agent in (0..u32::try_from(agents).unwrap()).map(AgentId::from_raw) {
                    members.set(agent, next(one_in) == 0);
                    fit.set(agent, next(5) > 0);
                }
                let all: Vec<AgentId> = (&members, &fit).ids().collect();
                let each = 1 + u32::try_from(next(12)).unwrap();
                let able = |agent: &AgentId| agent.raw().is_multiple_of(each);
                let seats = all.iter().filter(|id| open.has(**id) && able(id));
                let least = seats.filter_map(|id| bench.seats[id.raw() as usize]).min();
                for listed in [None, Some(&all[..])] {
                    let sets = Candidates { members: &members, fit: &fit, open: &open, listed };
                    assert_eq!(bench.first(sets, able), least.map(Bench::agent));
                }
            }
            let rows = bench.rows.ends.len();
            assert!(if agents > 1_024 { rows > 100 } else { rows == 0 }, "{rows}");
        }
    }
}
