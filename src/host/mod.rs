//! The side of the host: the order of a call, what has to be done outside, and a world that
//! follows.
//!
//! Knows what a host keeps, tells and does, as traits. Knows no socket, no file and no clock now or
//! ever, and decides nothing.

pub(crate) mod act;
pub(crate) mod driver;
pub(crate) mod ports;
pub(crate) mod replica;

pub use crate::engine::rules::{Classified, Classifier, Scorer};
pub use act::Act;
pub use driver::{ActError, Calls, Driver, DriverError, Failed};
pub use ports::{
    Desktop, Follower, Host, Involvement, Journal, Media, Offered, Pair, PresenceSink,
};
pub use replica::{FollowError, PromoteError, Replica};
