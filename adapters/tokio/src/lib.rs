#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod clock;
mod drives;
mod gone;
mod handle;
mod serve;

pub use clock::Clock;
pub use drives::Drives;
pub use gone::{CallError, Gone};
pub use handle::Handle;
pub use serve::{Ended, Service, Settings, Trouble, start};
