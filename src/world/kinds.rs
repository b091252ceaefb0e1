//! Where the rows and the names of each kind of definition are.

use crate::base::names::Names;
use crate::base::table::Table;
use crate::command::refusal::LimitName;
use crate::fact::definition::{Defined, Definition};
use crate::model::ids::every_kind;
use crate::model::profile::{Profile, ProfileOf};
use crate::world::catalog::CatalogEntry;
use crate::world::index::KeyIndex;
use crate::world::stores::Stores;

/// A kind of definition.
pub(crate) trait DefinitionKind: Profile {
    /// The bound on how many there may be.
    const LIMIT: LimitName;
    /// How many come with every engine.
    const BUILT_IN: u64;
    /// Its rows.
    fn rows(stores: &Stores) -> &Table<Self::Id, CatalogEntry<Self>>;
    /// Its rows, to change.
    fn rows_mut(stores: &mut Stores) -> &mut Table<Self::Id, CatalogEntry<Self>>;
    /// Its names.
    fn names(index: &KeyIndex) -> &Names<Self::Id>;
    /// Its names, to change.
    fn names_mut(index: &mut KeyIndex) -> &mut Names<Self::Id>;
    /// A definition of this kind as one of any kind.
    fn definition(defined: Defined<Self>) -> Definition;
}

macro_rules! kinds {
    ({} $(
        $kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,
    )*) => {$(
        impl DefinitionKind for ProfileOf<crate::model::ids::$id> {
            const LIMIT: LimitName = LimitName::$limit;
            const BUILT_IN: u64 = $built_in;

            fn rows(stores: &Stores) -> &Table<Self::Id, CatalogEntry<Self>> {
                &stores.$table
            }

            fn rows_mut(stores: &mut Stores) -> &mut Table<Self::Id, CatalogEntry<Self>> {
                &mut stores.$table
            }

            fn names(index: &KeyIndex) -> &Names<Self::Id> {
                &index.$table
            }

            fn names_mut(index: &mut KeyIndex) -> &mut Names<Self::Id> {
                &mut index.$table
            }

            fn definition(defined: Defined<Self>) -> Definition {
                Definition::$kind(defined)
            }
        }
    )*};
}

every_kind! { [kinds] {} }
