//! What every kind of definition has in common.

use core::fmt::Debug;
use core::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::id::Id;
use crate::model::ids::Entity;
use crate::model::invalid::Invalid;

/// The content of a definition: what a queue, an agent or a skill is.
pub trait Profile:
    Clone + Debug + PartialEq + Eq + Hash + Serialize + DeserializeOwned + 'static
{
    /// The id under which the thing is known.
    type Id: Id + Into<Entity> + Hash + Serialize + DeserializeOwned;

    /// Refuses content that makes no sense by itself.
    ///
    /// # Errors
    /// [`Invalid`] names the first field that is wrong.
    fn check(&self) -> Result<(), Invalid>;

    /// Names every other thing the content refers to.
    fn mentions(&self, name: &mut dyn FnMut(Entity));
}

/// An id of a kind of definition, by which the kind is known where the list of kinds is used.
pub(crate) trait DefinitionId: Id {
    /// The content of a definition of this kind.
    type Profile: Profile<Id = Self>;
}

/// The content of a definition that has such an id.
pub(crate) type ProfileOf<I> = <I as DefinitionId>::Profile;
