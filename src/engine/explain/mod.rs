//! Saying why: what keeps work and agents apart, counted and one by one.
//!
//! It asks the gates that routing asks ([`matching`](crate::engine::matching)) and has none of its
//! own.

mod agent;
mod ask;
mod pair;
pub(crate) mod types;
mod work;
