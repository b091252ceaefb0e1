#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod behind;
mod disk;
mod error;
#[cfg(test)]
mod faulty;
mod file;
#[cfg(feature = "redb")]
mod redb;
mod store;

pub use crate::error::StoreError;
pub use crate::file::FileStore;
#[cfg(feature = "redb")]
pub use crate::redb::RedbStore;
pub use crate::store::{Beside, Past, Store};
