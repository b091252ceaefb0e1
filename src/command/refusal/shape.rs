//! The one shape of refusals: what an entry says, and what is made of it.

/// Declares an enum of refusals. An entry is written once:
///
/// * its documentation and its name;
/// * behind the equals sign its code, which is the name in JSON as well, its kind, and its message,
///   in which the fields stand;
/// * its fields; refusals without any stand under `also`.
///
/// What is made of it: the variant, a function that builds it, a line in `code`, in `kind`, and in
/// the message with ids or with keys. [`Invalid`](crate::model::Invalid) is part of every such
/// enum.
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {$(
            $(#[doc = $doc:literal])+
            $variant:ident = $code:ident: $kind:ident, $message:literal {$(
                $(#[doc = $field_doc:literal])+
                $field:ident: $type:ty,
            )*}
        )*}
        also {$(
            $(#[doc = $bare_doc:literal])+
            $bare:ident = $bare_code:ident: $bare_kind:ident, $bare_message:literal
        )*}
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            /// The input is wrong by itself.
            Invalid($crate::model::invalid::Invalid),
            $(
                $(#[doc = $doc])+
                #[non_exhaustive]
                $variant {$($(#[doc = $field_doc])+ $field: $type,)*},
            )*
            $($(#[doc = $bare_doc])+ $bare,)*
        }

        impl $name {
            /// A stable name of its own, as in JSON.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    Self::Invalid(_) => "invalid",
                    $(Self::$variant { .. } => stringify!($code),)*
                    $(Self::$bare => stringify!($bare_code),)*
                }
            }

            /// The kind of the refusal, to which one HTTP status corresponds.
            #[must_use]
            pub const fn kind(&self) -> $crate::command::refusal::kind::RefusalKind {
                use $crate::command::refusal::kind::RefusalKind;
                match self {
                    Self::Invalid(_) => RefusalKind::Invalid,
                    $(Self::$variant { .. } => RefusalKind::$kind,)*
                    $(Self::$bare => RefusalKind::$bare_kind,)*
                }
            }

            /// The message with the host's keys in place of ids: "ana does not have call-17". What
            /// has no key is named by its id.
            pub fn with_keys<'a>(
                &'a self,
                keys: &'a dyn $crate::command::refusal::naming::Keys,
            ) -> impl core::fmt::Display + 'a {
                $crate::command::refusal::naming::KeyedPart { part: self, keys: Some(keys) }
            }
        }

        /// A host tests what it does about a refusal without bringing it about: these make one.
        impl $name {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub const fn $code($($field: $type),*) -> Self {
                    Self::$variant { $($field),* }
                }
            )*
            $(
                $(#[doc = $bare_doc])+
                #[must_use]
                pub const fn $bare_code() -> Self {
                    Self::$bare
                }
            )*
        }

        impl $crate::command::refusal::naming::Naming for $name {
            fn write(
                &self,
                keys: Option<&dyn $crate::command::refusal::naming::Keys>,
                f: &mut core::fmt::Formatter<'_>,
            ) -> core::fmt::Result {
                match self {
                    Self::Invalid(invalid) => core::fmt::Display::fmt(invalid, f),
                    $(Self::$variant { $($field),* } => {
                        $(
                            let $field =
                                $crate::command::refusal::naming::KeyedPart { part: $field, keys };
                        )*
                        write!(f, $message)
                    })*
                    $(Self::$bare => f.write_str($bare_message),)*
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::command::refusal::naming::Naming::write(self, None, f)
            }
        }

        impl core::error::Error for $name {}

        impl From<$crate::model::invalid::Invalid> for $name {
            fn from(invalid: $crate::model::invalid::Invalid) -> Self {
                Self::Invalid(invalid)
            }
        }
    };
}

pub(crate) use refusals;
