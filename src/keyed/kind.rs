//! The kinds of ids: how their types are called, and which id has which key.

use crate::base::id::Id;
use crate::engine::view::View;
use crate::model::ids::{Entity, OfferId, WorkId, every_kind};
use crate::model::profile::ProfileOf;

macro_rules! kinds_of_ids {
    ({} $(
        $kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,
    )*) => {
        /// The kinds of ids, by the names under which serde knows their types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum IdKind {
            $($kind,)*
            Work,
            Offer,
        }

        impl IdKind {
            pub(super) fn of(type_name: &str) -> Option<Self> {
                $(if type_name == stringify!($id) {
                    return Some(Self::$kind);
                })*
                match type_name {
                    "WorkId" => Some(Self::Work),
                    "OfferId" => Some(Self::Offer),
                    _ => None,
                }
            }

            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $words,)*
                    Self::Work => "work",
                    Self::Offer => "offer",
                }
            }

            pub(super) fn entity(self, number: u64) -> Option<Entity> {
                Some(match self {
                    $(Self::$kind => crate::model::ids::$id::from_number(number)?.into(),)*
                    Self::Work => WorkId::from_number(number)?.into(),
                    Self::Offer => OfferId::from_number(number)?.into(),
                })
            }

            pub(super) fn number(self, view: View<'_>, key: &str) -> Option<u64> {
                match self {
                    $(Self::$kind => {
                        let id = view.id_by_key::<ProfileOf<crate::model::ids::$id>>(key);
                        id.map(Id::number)
                    })*
                    Self::Work => view.work_id(key).map(Id::number),
                    Self::Offer => None,
                }
            }
        }
    };
}

every_kind! { [kinds_of_ids] {} }
