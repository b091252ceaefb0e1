//! The joiner: an engine and the layers above it that a host wants, as one.
//!
//! Knows which layers there are and in which order they stand. Knows no rules now or ever: each
//! layer says itself what it refuses, plans, follows and answers
//! ([`Above`](crate::layer::Above)).
//!
//! A new layer is a folder of its own, an entry in `layers!` in `words.rs`, and a conversion of
//! what it says below.

pub(crate) mod core;
mod desk;
mod keep;
mod parts;
pub(crate) mod words;

#[cfg(test)]
#[allow(unnameable_types, unreachable_pub, reason = "it is as a layer outside would be")]
mod toy;

pub use self::core::{Centre, CentreConfig};
pub use keep::CentreSnapshot;
pub use words::{
    CentreCommand, CentreFact, CentreLog, CentreRefusal, CentreReply, Joined, LayerFact,
};
