//! Derived: the agents who are open, in order.
//!
//! For every way in which some queue orders its agents by what they did (idle clock, load) all
//! agents who are open on any channel sit on one bench in that order, whatever queues they belong
//! to. So an agent who becomes free or busy changes place once, not once in every queue; and the
//! best agent for a piece of work is the first on the bench who is in all its sets of bits.

use alloc::vec::Vec;

use crate::base::bits::{Bits, IdSet};
use crate::base::packed::PackedBits;
use crate::base::sorted::Sorted;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, ChannelId};
use crate::model::queue::{AgentChoice, IdleClock, IdleSince, QueueProfile};
use crate::world::rows::Agent;
use crate::world::seat_rows::{Seat, SeatRows, agent_in};

/// The load by which the agents of a bench are ordered, before the idle clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LoadKey {
    Nothing,
    Units,
    Ratio,
}

/// A way of ordering agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BenchKey {
    load: LoadKey,
    since: IdleSince,
    /// The channel whose own clock counts. `None`: any channel's does.
    channel: Option<ChannelId>,
}

impl BenchKey {
    /// The order in which a queue takes agents who suit work of a channel equally well. None if
    /// that order does not depend on what the agents did; or on more than that, as where a queue
    /// spares agents, for then it depends on who else is open.
    pub(crate) fn of(queue: &QueueProfile, channel: ChannelId) -> Option<Self> {
        let load = match queue.choice {
            AgentChoice::LongestIdle | AgentChoice::MostProficient => LoadKey::Nothing,
            AgentChoice::LeastLoaded => LoadKey::Units,
            AgentChoice::LeastLoadedRatio => LoadKey::Ratio,
            AgentChoice::RoundRobin
            | AgentChoice::LeastRecentlyOffered
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
            LoadKey::Nothing => 0,
            LoadKey::Units => i64::try_from(agent.usage.units()).unwrap_or(i64::MAX),
            LoadKey::Ratio => agent.usage.ratio(&profile.capacity),
        };
        let clock = IdleClock { since: self.since, own_channel: self.channel.is_some() };
        let channel = self.channel.unwrap_or(ChannelId::from_raw(0));
        (load, agent.idle_since(clock, channel), agent.last_offer, id)
    }
}

/// The agents who may have a piece of work: those who are in all of these sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates<'a> {
    /// Members of one rank, ring and delay.
    pub members: &'a PackedBits,
    /// Agents who fit.
    pub fit: &'a PackedBits,
    /// Agents who are open on the channel.
    pub open: &'a Bits,
    /// All agents who are in the first two sets, if they are known and not too many.
    pub listed: Option<&'a [AgentId]>,
}

impl<'a> Candidates<'a> {
    /// The sets.
    pub(crate) const fn sets(self) -> (&'a PackedBits, &'a PackedBits, &'a Bits) {
        (self.members, self.fit, self.open)
    }
}

/// The agents who are open on any channel, in one order.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    key: BenchKey,
    order: Sorted<Seat>,
    /// The seat of each agent, by agent.
    seats: Vec<Option<Seat>>,
    /// The row of each agent, by agent.
    rows: SeatRows,
}

impl PartialEq for Bench {
    /// The agents and their seats; the rows in which they sit depend on what happened before.
    fn eq(&self, other: &Self) -> bool {
        (self.key, &self.order, &self.seats) == (other.key, &other.order, &other.seats)
    }
}

impl Bench {
    /// An empty bench.
    pub(crate) fn new(key: BenchKey) -> Self {
        Self { key, order: Sorted::default(), seats: Vec::new(), rows: SeatRows::default() }
    }

    /// True if all agents who sit are in their rows, and nobody else is in any.
    pub(crate) fn is_sound(&self) -> bool {
        (0..).map(AgentId::from_raw).zip(&self.seats).all(|(agent, seat)| {
            self.rows.of(agent)
                == seat.as_ref().map_or(SeatRows::NOWHERE, |seat| self.rows.row(seat))
        })
    }

    /// The order in which its agents sit.
    pub(crate) const fn key(&self) -> BenchKey {
        self.key
    }

    /// Seats an agent in their place, or takes the agent off.
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

    /// The first of these agents who is here and able. Mostly the first who is here is able, so
    /// the first few are asked one after the other, each found by a walk over all seats; if none
    /// of them is, one more walk asks everybody.
    pub(crate) fn first_among<A: Iterator<Item = AgentId>>(
        &self,
        agents: impl Fn() -> A,
        here: impl Fn(&AgentId) -> bool,
        able: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        /// So many are asked one after the other. A guess: few pieces of work were declined by more
        /// agents than that.
        const ASKED: usize = 4;
        let mut behind = None;
        for _ in 0..ASKED {
            let first = self.first_behind(behind, agents(), &here)?;
            if able(&agent_in(first)) {
                return Some(agent_in(first));
            }
            behind = Some(first);
        }
        let both = |agent: &AgentId| here(agent) && able(agent);
        self.first_behind(behind, agents(), both).map(agent_in)
    }

    /// The first seat behind another in which one of these agents sits. The seat of an agent who
    /// sits in a later row than the best so far is not read.
    fn first_behind(
        &self,
        behind: Option<Seat>,
        agents: impl Iterator<Item = AgentId>,
        here: impl Fn(&AgentId) -> bool,
    ) -> Option<Seat> {
        let (mut first, mut row): (Option<Seat>, _) = (None, SeatRows::NOWHERE - 1);
        for agent in agents {
            let its = self.rows.of(agent);
            if its > row {
                continue;
            }
            let seat = self.seats.get(agent.raw() as usize).copied().flatten();
            let comes =
                |seat: &Seat| Some(*seat) > behind && first.is_none_or(|first| *seat < first);
            if let Some(seat) = seat.filter(comes).filter(|_| here(&agent)) {
                (first, row) = (Some(seat), its);
            }
        }
        first
    }

    /// The first of the candidates in order who is able. Mostly one of the agents in front will do,
    /// so some places are tried before all candidates are compared: as many as take no longer than
    /// that comparison, and none at all if candidates are so few that none is expected in front.
    /// (The agents in front of a large idle floor are those whom hardly any work asks for: of 100
    /// searches among few candidates 45 found none of them in the first sixteenth of the bench.)
    #[inline]
    pub(crate) fn first(
        &self,
        candidates: Candidates<'_>,
        able: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        let (sets, listed) = (candidates.sets(), candidates.listed);
        let tried = self.tried(listed.map(<[_]>::len), sets.places());
        let fits = |id: &AgentId| sets.has(*id) && able(id);
        let mut along = self.order.iter().map(|seat| agent_in(*seat));
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
            // One in four who sit is a candidate: the next one is near.
            many if many > self.order.len() / 4 => along.find(fits),
            _ => self.first_among(|| sets.ids(), |_| true, able),
        }
    }

    /// How many places are tried before candidates are compared.
    fn tried(&self, listed: Option<usize>, places: usize) -> usize {
        /// So many are tried at least, where any are: a round number.
        const TRIED: usize = 16;
        /// A step along the bench tests three sets where the agent happens to stand; it is taken to
        /// be as long as four reads of a list, which lies in order. A read of 64 bits of a set is
        /// taken to be as long as a step.
        const STEP: usize = 4;
        let Some(listed) = listed else {
            return TRIED.max(places);
        };
        let worth = TRIED + listed / STEP;
        // One in so many agents is a candidate, so the first is expected at this place.
        let expected = self.seats.len() / listed.max(1);
        if expected > worth && self.order.len() > worth { 0 } else { worth }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::chance::numbers;
    use crate::base::time::Timestamp;
    use crate::model::ids::OfferId;

    /// Agents sit down and rise at random, mostly behind all others.
    #[test]
    fn the_first_is_the_least_of_all_seats_however_many_sit() {
        let key = BenchKey { load: LoadKey::Nothing, since: IdleSince::Ready, channel: None };
        for (seed, agents) in [(1, 10), (2, 900), (3, 5_000)] {
            let (mut bench, mut next) = (Bench::new(key), numbers(seed));
            let mut open = Bits::default();
            for round in 0..30_000 {
                let id = AgentId::from_raw(u32::try_from(next(agents)).unwrap());
                let since = if next(4) > 0 { round } else { i64::try_from(next(30_000)).unwrap() };
                let seat = (
                    i64::from(next(9) == 0),
                    Timestamp::from_millis(since),
                    OfferId::from_raw(0),
                    id,
                );
                let sits = round < 10_000 || next(3) > 0;
                bench.sit(id, sits.then_some(seat));
                open.set(id, sits && next(9) > 0);
                if round % 100 > 0 {
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
                    assert_eq!(bench.first(sets, able), least.map(agent_in));
                }
            }
            let rows = bench.rows.ends();
            assert!(if agents > 1_024 { rows > 100 } else { rows == 0 }, "{rows}");
        }
    }
}
