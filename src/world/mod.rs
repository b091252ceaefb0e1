//! The state, and the one way to change it.
//!
//! Knows every row there is, what is derived from the rows, and how a fact changes them. Knows
//! nothing of commands and decides nothing: whoever feeds it the same facts has the same world.

mod apply;
pub(crate) mod bench;
pub(crate) mod catalog;
pub(crate) mod check;
mod derive;
pub(crate) mod draws;
pub(crate) mod fits;
pub(crate) mod index;
pub(crate) mod lanes;
pub(crate) mod legs;
pub(crate) mod line;
pub(crate) mod member;
pub(crate) mod needs;
mod rebuild;
mod references;
pub(crate) mod rows;
pub(crate) mod state;
mod survey;
