//! What happened: every change of state there is, numbered and dated, with all that it carries.
//!
//! Knows what can be said of a change. Knows nothing of how it was decided or where it is kept.

pub(crate) mod definition;
pub(crate) mod event;
pub(crate) mod log;
pub(crate) mod shape;

pub use crate::policy::offering::Bar;
pub use crate::policy::order::Place;
pub use crate::policy::wrap_up::WrapUp;
pub use definition::{Defined, Definition};
pub use event::*;
pub use log::{Cause, Fact, Log, Seq};
