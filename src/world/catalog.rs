//! Definitions as they are kept.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::profile::Profile;

/// A definition as it is kept, whatever it defines.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct CatalogEntry<P: Profile> {
    /// The host's key.
    pub key: Key,
    /// The content.
    pub profile: Arc<P>,
    /// True if the definition was retired.
    pub retired: bool,
    /// How often it was changed.
    #[serde(default)]
    pub revision: u32,
}
