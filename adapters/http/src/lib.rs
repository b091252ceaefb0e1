#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod asked;
mod door;
mod entry;
mod feed;
mod limit;
mod look;
mod metrics;
#[cfg(test)]
mod openapi;
mod page;
mod problem;
mod router;
// What is served is a file; a test makes it, and holds it equal.
#[cfg(test)]
mod schema;
mod session;
mod settings;
mod site;
mod stream;
mod tell;
mod tokens;
mod who;

pub use entry::EntryDoor;
pub use feed::Feed;
pub use limit::RequestRate;
pub use router::Http;
pub use settings::HttpSettings;
pub use tokens::{SignedTokens, Tokens};
pub use who::{Caller, FromExtension, Identify, Role, Unidentified};
