//! What matching is given: the world, the time of the call, and what the host decides itself.

use crate::base::time::Timestamp;
use crate::world::state::World;

use crate::engine::rules::Rules;

/// The world at one instant, to be matched. It is small, and handed on by value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matching<'a> {
    /// All rows and indexes.
    pub world: &'a World,
    /// The time of the call.
    pub now: Timestamp,
    /// The host's own rules.
    pub rules: &'a Rules,
}
