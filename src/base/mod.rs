//! Numbers, time, order and tables.
//!
//! Knows nothing of contact centres: no word of this storey is an agent, a queue or a call.
//! Nothing here reads a clock, draws a random number or iterates in hash order.

pub(crate) mod bits;
#[cfg(test)]
pub(crate) mod chance;
pub(crate) mod deadlines;
pub(crate) mod growing;
pub(crate) mod hash;
pub(crate) mod id;
pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod names;
pub(crate) mod packed;
pub(crate) mod recent;
pub(crate) mod sorted;
pub(crate) mod sparse;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod time_text;
