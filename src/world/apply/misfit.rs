//! Facts that do not fit.

use crate::fact::log::Seq;
use crate::state::machine::Illegal;
use crate::world::stores::Missing;

/// A fact that does not fit the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Misfit {
    /// It is not the next one.
    #[error("fact {expected} was expected")]
    Sequence {
        /// The number of the next one.
        expected: Seq,
    },
    /// It names something that is not there.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It makes a step that is not possible.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// It hands out an id that is not the next one, or opens an engine that is open.
    #[error("out of order")]
    OutOfOrder,
}
