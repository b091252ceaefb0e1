//! The side of the host: the order of a call, what has to be done outside, and a world that
//! follows.
//!
//! Knows what a host keeps, tells and does, as traits. Knows no socket, no file and no clock now or
//! ever, and decides nothing.

pub(crate) mod act;
pub(crate) mod answers;
mod desk;
pub(crate) mod driver;
pub(crate) mod hosted;
pub(crate) mod ports;
pub(crate) mod replica;

pub use crate::engine::rules::{Classified, Classifier, Scorer};
pub use act::Act;
pub use answers::{Answered, Answers, Call, TokenTaken};
pub use driver::{ActError, Calls, Driver, DriverError, Failed, Outcome, Saved};
pub use hosted::{Hosted, Takes};
pub use ports::{
    Desktop, Entry, Follower, Host, Involvement, Journal, Media, Offered, PresenceSink,
    WorkAndAgent,
};
pub use replica::{FollowError, PromoteError, Replica};
