//! Derived: who is ready, in order.
//!
//! For every way in which some queue orders its agents by what they did (idle clock, load) all
//! agents who are open on any channel sit on one bench, in that order, whatever queues they belong
//! to. So an agent who becomes free or busy changes place once, not once a queue; and the best
//! agent for a piece of work is the first on the bench who is in its sets of bits.

use alloc::vec::Vec;

use crate::base::bits::{Bits, IdSet};
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
    /// The order in which a queue takes agents for work of a channel; none if it does not depend on
    /// what the agents did.
    pub(crate) fn of(queue: &QueueProfile, channel: ChannelId) -> Option<Self> {
        let load = match queue.choice {
            AgentChoice::LongestIdle => Load::Nothing,
            AgentChoice::LeastLoaded => Load::Units,
            AgentChoice::LeastLoadedRatio => Load::Ratio,
            AgentChoice::MostProficient
            | AgentChoice::RoundRobin
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

/// So many places are tried before anything is counted.
const TRIED: usize = 16;

/// An agent's place: load, idle since, last offered, definition. The order is that of
/// [`AgentKey`](crate::policy::choice::AgentKey).
pub(crate) type Seat = (i64, Timestamp, OfferId, AgentId);

/// Where so many sit, those in front are told apart.
const MANY: usize = 1_024;

/// The agents who are open on some channel, in one order.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    key: BenchKey,
    order: Sorted<Seat>,
    seats: Vec<Option<Seat>>,
    front: Front,
}

/// The first on a bench where many sit, about one in sixteen: whoever looks through a list of
/// candidates asks first whether they are among them, and mostly need not compare any others.
#[derive(Clone, Debug, Default)]
struct Front {
    agents: Bits,
    number: usize,
    /// The last of them; nothing where few sit.
    last: Option<Seat>,
}

impl Front {
    fn set(&mut self, seat: Seat, sits: bool) {
        if self.last.is_some_and(|last| seat <= last) {
            self.agents.set(Bench::agent(seat), sits);
            self.number = if sits { self.number + 1 } else { self.number.saturating_sub(1) };
        }
    }

    /// Whether it has become too short or too long for so many.
    const fn is_due(&self, all: usize) -> bool {
        let short = self.number * 64 < all || self.last.is_none();
        if all < MANY { self.last.is_some() } else { short || self.number * 8 > all }
    }

    fn of(order: &Sorted<Seat>) -> Self {
        let mut front = Self::default();
        if order.len() >= MANY {
            for seat in order.iter().take(order.len() / 16) {
                front.agents.set(Bench::agent(*seat), true);
                front.number += 1;
                front.last = Some(*seat);
            }
        }
        front
    }
}

impl PartialEq for Bench {
    /// Who sits where; the front depends on what happened before.
    fn eq(&self, other: &Self) -> bool {
        (self.key, &self.order, &self.seats) == (other.key, &other.order, &other.seats)
    }
}

impl Bench {
    /// An empty bench.
    pub(crate) fn new(key: BenchKey) -> Self {
        Self { key, order: Sorted::default(), seats: Vec::new(), front: Front::default() }
    }

    /// Whether the front is what sits in front.
    pub(crate) fn is_sound(&self) -> bool {
        let front = self.order.iter().take_while(|seat| Some(**seat) <= self.front.last);
        let mut front: Vec<_> = front.map(|seat| Self::agent(*seat)).collect();
        front.sort_unstable();
        self.front.number == front.len() && self.front.agents.ids::<AgentId>().eq(front)
    }

    /// In what order its agents sit.
    pub(crate) const fn key(&self) -> BenchKey {
        self.key
    }

    /// Seats an agent in his place, or takes him off.
    pub(crate) fn seat(&mut self, id: AgentId, agent: &Agent, profile: &AgentProfile, open: bool) {
        let place = id.raw() as usize;
        if self.seats.len() <= place {
            self.seats.resize(place + 1, None);
        }
        let seat = open.then(|| self.key.seat(id, agent, profile));
        let Some(old) = self.seats.get_mut(place) else {
            return;
        };
        if *old == seat {
            return;
        }
        let old = core::mem::replace(old, seat);
        if let Some(old) = old {
            self.order.remove(&old);
            self.front.set(old, false);
        }
        if let Some(seat) = seat {
            self.order.insert(seat);
            self.front.set(seat, true);
        }
        if self.front.is_due(self.order.len()) {
            self.front = Front::of(&self.order);
        }
    }

    /// Those who sit in front, where many sit.
    pub(crate) fn front(&self) -> Option<&Bits> {
        self.front.last.map(|_| &self.front.agents)
    }

    /// The first of these agents who is able.
    pub(crate) fn first_among(
        &self,
        agents: impl Iterator<Item = AgentId>,
        able: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        let mut first: Option<Seat> = None;
        for seat in agents.filter_map(|agent| *self.seats.get(agent.raw() as usize)?) {
            if first.is_none_or(|first| seat < first) && able(&Self::agent(seat)) {
                first = Some(seat);
            }
        }
        first.map(Self::agent)
    }

    /// Who sits there.
    const fn agent(seat: Seat) -> AgentId {
        seat.3
    }

    /// Whether so many candidates, some of them seated, are sooner compared than looked for along
    /// the bench, where a step takes longer than a look at a list. One in so many agents is a
    /// candidate; if few sit there, none of them may be. Where very few sit, all are tried.
    pub(crate) fn prefers(&self, candidates: usize) -> bool {
        const STEP: usize = 4;
        let steps = self.order.len().min(self.seats.len() / candidates.max(1));
        self.order.len() > TRIED && candidates <= STEP * steps + TRIED
    }

    /// The first agent in order who is in all sets and able. First so many places are tried as
    /// could be in the time it takes to count the candidates, because mostly one of the first who
    /// sit there will do. After that the shorter of two ways is taken: on along the bench, or
    /// through all agents who are in the sets.
    pub(crate) fn first(
        &self,
        sets: impl IdSet,
        able: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        let fits = |id: &AgentId| sets.has(*id) && able(id);
        let mut along = self.order.iter().map(|(_, _, _, id)| *id);
        let tried = TRIED.max(sets.places());
        for id in along.by_ref().take(tried) {
            if fits(&id) {
                return Some(id);
            }
        }
        if self.order.len() <= tried {
            return None;
        }
        let candidates = sets.count();
        if candidates == 0 {
            return None;
        }
        if candidates > self.order.len() / candidates {
            return along.find(fits);
        }
        self.first_among(sets.ids(), able)
    }
}
