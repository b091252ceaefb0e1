//! Definitions of any kind, to read.

use alloc::sync::Arc;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::base::key::Key;
use crate::model::profile::Profile;
use crate::world::catalog::CatalogEntry;
use crate::world::kinds::DefinitionKind;
use crate::world::state::World;

use crate::engine::view::fields::fields;

/// Something that is defined, to read: a channel, a skill, a calendar.
///
/// ```
/// use strowger::prelude::*;
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
/// // Nine presences come with the engine.
/// let meal = engine.view().presence(SystemPresence::Meal.id()).unwrap();
/// assert_eq!((&**meal.key(), meal.revision(), meal.is_retired()), ("meal", 0, false));
/// assert_eq!(meal.profile().system, SystemPresence::Meal);
/// # Ok::<(), Refusal>(())
/// ```
pub struct DefinitionView<'a, P: Profile> {
    id: P::Id,
    entry: &'a CatalogEntry<P>,
}

/// The definition with this id.
pub(super) fn definition<P: DefinitionKind>(
    world: &World,
    id: P::Id,
) -> Option<DefinitionView<'_, P>> {
    Some(DefinitionView { id, entry: world.entry(id).ok()? })
}

/// All definitions of a kind that are not retired, in order of definition.
pub(super) fn definitions<P: DefinitionKind>(
    world: &World,
) -> impl Iterator<Item = DefinitionView<'_, P>> {
    let rows = P::rows(world.stores()).iter().filter(|(_, entry)| !entry.retired);
    rows.map(|(id, entry)| DefinitionView { id, entry })
}

impl<'a, P: Profile> DefinitionView<'a, P> {
    /// Its id.
    #[must_use]
    pub const fn id(self) -> P::Id {
        self.id
    }

    /// Its content, to keep.
    pub(crate) const fn shared(self) -> &'a Arc<P> {
        &self.entry.profile
    }

    /// The host's key for it.
    #[must_use]
    pub const fn key(self) -> &'a Key {
        &self.entry.key
    }

    /// The profile of the definition.
    #[must_use]
    pub fn profile(self) -> &'a P {
        &self.entry.profile
    }

    /// How often it was changed.
    #[must_use]
    pub const fn revision(self) -> u32 {
        self.entry.revision
    }

    /// True if the definition is retired.
    #[must_use]
    pub const fn is_retired(self) -> bool {
        self.entry.retired
    }
}

impl<P: Profile> Clone for DefinitionView<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Profile> Copy for DefinitionView<'_, P> {}

impl<P: Profile> fmt::Debug for DefinitionView<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DefinitionView").field(&self.id).field(self.entry).finish()
    }
}

impl<P: Profile> Serialize for DefinitionView<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, "DefinitionView", {
            id: self.id(),
            key: self.key(),
            profile: self.profile(),
            revision: self.revision(),
            retired: self.is_retired(),
        })
    }
}
