//! Floors of any size for whoever measures, seeded and built through the public face of the crate
//! alone: an engine, the rivals beside it, and a day of calls.

#![allow(dead_code, unused_imports, reason = "whoever shares it uses a part of it")]

mod day;
pub(crate) mod floor;
pub(crate) mod limit;
pub(crate) mod plan;
pub(crate) mod race;
pub(crate) mod random;
pub(crate) mod recorded;
pub(crate) mod scan;
pub(crate) mod table;
pub(crate) mod visitors;

pub(crate) use floor::Floor;
pub(crate) use limit::Limit;
pub(crate) use plan::{Ask, Plan, Shape};
pub(crate) use recorded::Recorded;
pub(crate) use scan::Scan;
pub(crate) use visitors::{VisitorList, Visitors};
