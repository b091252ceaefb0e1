//! Who gives a command.

use serde::{Deserialize, Serialize};

/// The party that gives a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// The host itself.
    #[default]
    Host,
}
