//! How the words and bodies of Genesys Cloud are declared, read and written.

use serde::{Deserialize, Deserializer};

/// Words of the vendor. One that is not known is kept as it is.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(from = "alloc::string::String", into = "alloc::string::String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $variant,)*
            /// Any other word.
            Other(alloc::boxed::Box<str>),
        }

        impl $name {
            /// All that are known.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The word of the vendor.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }

        impl From<alloc::string::String> for $name {
            fn from(word: alloc::string::String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl From<$name> for alloc::string::String {
            fn from(word: $name) -> Self {
                word.word().into()
            }
        }
    };
}

/// A body of the vendor: what is absent or `null` has its default, and what has its default is
/// absent.
macro_rules! body {
    (
        $(#[$doc:meta])*
        $vis:vis $name:ident {
            $($(#[$field_doc:meta])* $field:ident $(= $wire:literal)?: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        $vis struct $name {
            $(
                $(#[$field_doc])*
                $(#[serde(rename = $wire)])?
                #[serde(
                    skip_serializing_if = "crate::words::is_default",
                    deserialize_with = "crate::words::lenient"
                )]
                $vis $field: $type,
            )*
        }
    };
}

/// A body of which nothing may get lost: like [`body`], and what it says beside its fields is kept
/// under its name.
macro_rules! open_body {
    (
        $(#[$doc:meta])*
        $vis:vis $name:ident {
            $($(#[$field_doc:meta])* $field:ident $(= $wire:literal)?: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        $vis struct $name {
            $(
                $(#[$field_doc])*
                $(#[serde(rename = $wire)])?
                #[serde(
                    skip_serializing_if = "crate::words::is_default",
                    deserialize_with = "crate::words::lenient"
                )]
                $vis $field: $type,
            )*
            /// What else it says.
            #[serde(flatten)]
            $vis others: alloc::collections::BTreeMap<alloc::string::String, serde_json::Value>,
        }
    };
}

pub(super) use {body, open_body, words};

/// Whether a value is its default.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A value, or its default for `null`.
pub(super) fn lenient<'de, T, D>(source: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(source).map(Option::unwrap_or_default)
}
