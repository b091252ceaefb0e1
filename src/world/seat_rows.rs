//! Derived: the rows of a bench on which many sit.
//!
//! Of a list of candidates only those in the first row in which any of them sits need be compared,
//! and a row is read without reading the seat. Beside a million waiting pieces of work most agents
//! are busy, so a list of candidates is mostly of agents who do not sit at all.

use alloc::vec::Vec;

use crate::base::sorted::Sorted;
use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, OfferId};

/// An agent's place on a bench: load, idle since, last offered, definition. The order is that of
/// [`AgentKey`](crate::policy::choice::AgentKey).
pub(crate) type Seat = (i64, Timestamp, OfferId, AgentId);

/// The agent who sits there.
pub(crate) const fn agent_in(seat: Seat) -> AgentId {
    seat.3
}

/// The rows in which agents sit one behind the other. Where few sit, there is one row.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeatRows {
    /// By agent; [`NOWHERE`](Self::NOWHERE) for an agent who does not sit.
    rows: Vec<u8>,
    /// The last seat of each row but the last, which has no end.
    ends: Vec<Seat>,
    /// How many took a seat since the ends were chosen.
    changes: usize,
}

impl SeatRows {
    /// Where fewer sit, all are in one row. A round number, not measured against others.
    const MANY: usize = 1_024;
    /// How many rows there are: as many as a byte can number beside [`NOWHERE`](Self::NOWHERE). An
    /// agent has one byte on each bench for it.
    const NUMBER: usize = 255;
    /// The row of an agent who does not sit: behind all rows.
    pub(crate) const NOWHERE: u8 = u8::MAX;

    /// The row of a seat.
    pub(crate) fn row(&self, seat: &Seat) -> u8 {
        // Mostly an agent sits down behind all others: they were busy until now.
        let last = self.ends.last().is_none_or(|end| end < seat);
        let row = if last { self.ends.len() } else { self.ends.partition_point(|end| end < seat) };
        u8::try_from(row).unwrap_or(Self::NOWHERE)
    }

    /// The row of an agent.
    pub(crate) fn of(&self, agent: AgentId) -> u8 {
        self.rows.get(agent.raw() as usize).copied().unwrap_or(Self::NOWHERE)
    }

    /// An agent moves to a seat, or rises.
    #[inline]
    pub(crate) fn sit(&mut self, agent: AgentId, seat: Option<&Seat>) {
        self.set(agent, seat.map_or(Self::NOWHERE, |seat| self.row(seat)));
        self.changes += usize::from(seat.is_some());
    }

    /// Makes rows of equal length anew, once one in eight agents has changed places: so each change
    /// pays for eight steps of the walk over all seats.
    #[inline]
    pub(crate) fn align(&mut self, order: &Sorted<Seat>) {
        let all = order.len();
        if self.changes < (all / 8).max(Self::MANY) {
            return;
        }
        self.changes = 0;
        self.ends.clear();
        let each = if all < Self::MANY { usize::MAX } else { all.div_ceil(Self::NUMBER) };
        for (place, seat) in order.iter().enumerate() {
            self.set(agent_in(*seat), u8::try_from(place / each).unwrap_or(Self::NOWHERE));
            if (place + 1) % each == 0 && place + 1 < all {
                self.ends.push(*seat);
            }
        }
    }

    fn set(&mut self, agent: AgentId, row: u8) {
        let place = agent.raw() as usize;
        if self.rows.len() <= place {
            self.rows.resize(place + 1, Self::NOWHERE);
        }
        self.rows.get_mut(place).into_iter().for_each(|known| *known = row);
    }

    /// How many rows have an end.
    #[cfg(test)]
    pub(crate) fn ends(&self) -> usize {
        self.ends.len()
    }
}
