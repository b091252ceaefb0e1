//! Requests that change something. Each is a command of the centre, with some of its fields in the
//! path.
//!
//! Knows which path is which command. What may be done, and by whom, the centre decides.

mod body;
mod call;
mod definition;
mod table;

pub(crate) use call::{refused, tell};
#[cfg(test)]
pub(crate) use definition::Kind;
pub(crate) use definition::{define, retire, show};
pub(crate) use table::{Row, Verb, rows};
