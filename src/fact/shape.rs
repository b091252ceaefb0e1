//! The one shape of events: what an entry says, and what is made of it.

/// Declares an enum of events. An entry is written once: its documentation and its name, behind the
/// equals sign its name in JSON, and its fields. Events that carry a single thing stand under
/// `also`. Under `named` stand the fields by which an event names whom it concerns, each with the
/// function that finds it.
///
/// What is made of it: the variant, a line in `name`, in each of those functions, and a function
/// that builds the event. The last is not documented: hosts get events from the engine. The test
/// that decides naively what the engine decides, and compares, needs it.
macro_rules! events {
    (
        $(#[$meta:meta])*
        pub enum $event:ident {$(
            $(#[doc = $doc:literal])+
            $variant:ident = $name:ident {$(
                $(#[doc = $field_doc:literal])+
                $(#[serde $serde:tt])*
                $field:ident: $type:ty,
            )*}
        )*}
        also {$(
            $(#[doc = $carrier_doc:literal])+
            $carrier:ident = $carrier_name:ident($carried:ty),
        )*}
        named $named:tt
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $event {
            $($(#[doc = $carrier_doc])+ $carrier($carried),)*
            $(
                $(#[doc = $doc])+
                #[non_exhaustive]
                $variant {$($(#[doc = $field_doc])+ $(#[serde $serde])* $field: $type,)*},
            )*
        }

        impl $event {
            /// The name of the event, as in JSON.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$carrier(_) => stringify!($carrier_name),)*
                    $(Self::$variant { .. } => stringify!($name),)*
                }
            }

            $crate::fact::shape::find! { $named [$($variant [$($field)*])*] }
        }

        #[doc(hidden)]
        #[allow(missing_docs, clippy::must_use_candidate, reason = "each is its variant")]
        impl $event {$(
            pub const fn $name($($field: $type),*) -> Self {
                Self::$variant { $($field),* }
            }
        )*}
    };
}

/// Declares the functions that find one field each, in whichever variants have it.
macro_rules! find {
    ({$( $wanted:ident: $type:ty => $find:ident, )*} $variants:tt) => {
        $($crate::fact::shape::find! { $wanted: $type => $find $variants })*
    };
    ($wanted:ident: $type:ty => $find:ident [$($variant:ident [$($field:ident)*])*]) => {
        #[allow(unused_variables, reason = "of each variant at most one field is wanted")]
        fn $find(&self) -> Option<$type> {
            match self {
                $(Self::$variant { $($field),* } => {
                    $crate::fact::shape::pick!($wanted [$($field $field)*])
                })*
                _ => None,
            }
        }
    };
}

/// The wanted one among the fields of a variant, each of which is given twice: once to be
/// recognised, once to be used.
macro_rules! pick {
    (work [work $found:ident $($rest:ident)*]) => { Some(*$found) };
    (agent [agent $found:ident $($rest:ident)*]) => { Some(*$found) };
    (offer [offer $found:ident $($rest:ident)*]) => { Some(*$found) };
    (queue [queue $found:ident $($rest:ident)*]) => { Some(*$found) };
    (interaction [interaction $found:ident $($rest:ident)*]) => { Some(*$found) };
    ($wanted:ident [$other:ident $same:ident $($rest:ident)*]) => {
        $crate::fact::shape::pick!($wanted [$($rest)*])
    };
    ($wanted:ident []) => { None };
}

pub(crate) use {events, find, pick};
