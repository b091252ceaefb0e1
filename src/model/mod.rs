//! What things are: plain data, checked when it is handed in.
//!
//! Knows what a skill, a queue, an agent and a piece of work are. Knows nothing of who waits, who
//! rings or what time it is.

pub(crate) mod agent;
pub(crate) mod attribute;
pub(crate) mod calendar;
pub(crate) mod capacity;
pub(crate) mod channel;
pub(crate) mod classification;
pub(crate) mod config;
pub(crate) mod estimator;
pub(crate) mod ids;
pub(crate) mod invalid;
pub(crate) mod membership;
pub(crate) mod need;
pub(crate) mod overflow;
pub(crate) mod pool;
pub(crate) mod preferred;
pub(crate) mod presence;
pub(crate) mod priority;
pub(crate) mod profile;
pub(crate) mod queue;
pub(crate) mod reason;
pub(crate) mod relaxation;
pub(crate) mod schedule;
pub(crate) mod skill;
pub(crate) mod sort_key;
pub(crate) mod work;
pub(crate) mod wrap_up;
