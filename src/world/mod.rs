//! The state, and the one way to change it.
//!
//! Knows every row there is, what is derived from the rows, and how a fact changes both. Knows
//! nothing of commands and decides nothing: whoever feeds it the same facts has the same world.
//!
//! The files stand in this order, and each imports only from those before it:
//!
//! * **rows and their parts**: `needs`, `pool_sets`, `legs`, `member`, `rows`, `catalog`,
//!   `watches`, and `stores`, which holds all of them and is what a snapshot keeps
//! * **predicates on rows**: `may`, one for each gate between work and an agent
//! * **the index and its parts**: `whereabouts`, `lane_set`, `lanes`, `members`, `veils`, `line`,
//!   `direct`, `seat_rows`, `bench`, `holders`, `need_index`, `fits`, and `index`, which holds all
//!   of them
//! * **how the index follows from the rows**: `kinds`, `derive` as they change, `rebuild` at once
//! * **the world**: `state`, which holds stores and index
//! * **what is done with it**: `apply` changes it by facts, `check` recomputes its invariants

mod apply;
pub(crate) mod bench;
pub(crate) mod catalog;
pub(crate) mod check;
mod derive;
mod direct;
pub(crate) mod fits;
mod holders;
pub(crate) mod index;
pub(crate) mod kinds;
mod lane_set;
pub(crate) mod lanes;
pub(crate) mod legs;
pub(crate) mod line;
pub(crate) mod may;
pub(crate) mod member;
pub(crate) mod members;
pub(crate) mod need_index;
pub(crate) mod needs;
pub(crate) mod pool_sets;
mod rebuild;
pub(crate) mod rows;
mod seat_rows;
mod stand_ins;
pub(crate) mod state;
pub(crate) mod stores;
mod veils;
pub(crate) mod watches;
mod whereabouts;
