//! Structs that will grow: public fields, a constructor, and a `with_...` for every field.

/// Declares a struct that will grow, so that a new field breaks nobody: it is `non_exhaustive`, its
/// fields can be read and assigned, and each has a method that sets it and hands the struct on. A
/// field is written once, with its documentation, its type and the name of that method:
///
/// * `pub order: Order => with_order` takes an `Order`;
/// * `pub lease: Option<Span> => with_lease(into)` takes whatever becomes one: a `Span` too;
/// * `pub steps: Vec<Step> => with_steps(each Step)` takes whatever is a row of steps: an array, an
///   iterator, a `Vec`; of a map the items are pairs;
/// * `pub key: Option<Key> => with_key(some Key)` takes whatever becomes a `Key`: a text too. To
///   take the key away, assign the field.
///
/// Documentation stands before `serde` attributes. How the struct begins (`Default`, `new`) is
/// written beside it.
macro_rules! growing {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {$(
            $(#[doc = $doc:literal])+
            $(#[serde $serde:tt])*
            pub $field:ident: $type:ty => $with:ident $(($($takes:tt)+))?,
        )*}
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {$(
            $(#[doc = $doc])+
            $(#[serde $serde])*
            pub $field: $type,
        )*}

        impl $name {$(
            $crate::base::growing::setter! {
                [$(#[doc = $doc])+] $field: $type => $with $(($($takes)+))?
            }
        )*}
    };
}

/// Declares the method that sets a field; see [`growing`].
macro_rules! setter {
    ([$($doc:tt)+] $field:ident: $type:ty => $with:ident) => {
        $crate::base::growing::setter!([$($doc)+] $field, $with, $type, $field);
    };
    ([$($doc:tt)+] $field:ident: $type:ty => $with:ident(into)) => {
        $crate::base::growing::setter!([$($doc)+] $field, $with, impl Into<$type>, $field.into());
    };
    ([$($doc:tt)+] $field:ident: $type:ty => $with:ident(each $item:ty)) => {
        $crate::base::growing::setter! {
            [$($doc)+] $field, $with, impl IntoIterator<Item = $item>, $field.into_iter().collect()
        }
    };
    ([$($doc:tt)+] $field:ident: $type:ty => $with:ident(some $some:ty)) => {
        $crate::base::growing::setter! {
            [$($doc)+] $field, $with, impl Into<$some>, Some($field.into())
        }
    };
    ([$($doc:tt)+] $field:ident, $with:ident, $takes:ty, $value:expr) => {
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        #[doc = ""]
        $($doc)+
        #[must_use]
        pub fn $with(mut self, $field: $takes) -> Self {
            self.$field = $value;
            self
        }
    };
}

pub(crate) use {growing, setter};
