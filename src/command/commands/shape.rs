//! The one shape of commands: what an entry says, and what is made of it.

/// The answer to a command that is not refused.
///
/// [`Engine::execute`](crate::Engine::execute) answers with it; so `execute(now, Submit::new(..))`
/// answers with a [`WorkId`](crate::model::WorkId).
pub trait AnswersWith {
    /// The type of the answer.
    type Output;
}

/// Declares the commands of one group. An entry is written once:
///
/// * its documentation, whose first line is one sentence: that line is the variant's too;
/// * its name, which is the variant's as well, and in JSON;
/// * the fields it must have, in braces: `new` takes them in this order. A field of text is
///   followed by `as into`, then `new` takes whatever becomes one;
/// * after `with`, the fields it may have, each with the method that sets it, as in
///   [`growing`](crate::base::growing::growing);
/// * what it answers.
///
/// What is made of it: the struct, `new`, the `with_...`, [`AnswersWith`], and a line in the list
/// of the group, from which [`Command`](super::Command) is made. Under `also` stand the variants
/// whose structs are written by hand.
///
/// The first token is a dollar sign: a macro that declares a macro with repetitions has no other
/// way to write one.
macro_rules! commands {
    (
        $dollar:tt $list:ident: $group:ident
        also {$( #[doc = $known_sentence:literal] $known:ident($known_type:ty), )*}
        $(
            #[doc = $sentence:literal]
            $(#[doc = $more:literal])*
            $name:ident {$(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty $(as $takes:ident)?,
            )*} $(with {$(
                $(#[doc = $option_doc:literal])+
                $(#[serde $serde:tt])*
                $option:ident: $option_type:ty => $with:ident $(($($option_takes:tt)+))?,
            )*})? -> $answer:ty;
        )*
    ) => {
        $(
            #[doc = $sentence]
            $(#[doc = $more])*
            #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            #[non_exhaustive]
            pub struct $name {
                $($(#[doc = $doc])+ pub $field: $type,)*
                $($($(#[doc = $option_doc])+ $(#[serde $serde])* pub $option: $option_type,)*)?
            }

            impl $name {
                /// The command with what it must say; what it may say is set by `with_...`.
                #[must_use]
                pub fn new(
                    $($field: $crate::command::commands::shape::taken!($type $(as $takes)?)),*
                ) -> Self {
                    Self {
                        $($field: $crate::command::commands::shape::given!($field $($takes)?),)*
                        $($($option: Default::default(),)*)?
                    }
                }

                $($($crate::base::growing::setter! {
                    [$(#[doc = $option_doc])+]
                    $option: $option_type => $with $(($($option_takes)+))?
                })*)?
            }

            impl $crate::command::commands::shape::AnswersWith for $name {
                type Output = $answer;
            }
        )*

        /// Calls a macro with what is given and the commands of this group behind it.
        macro_rules! $list {
            ($dollar then:ident $dollar($dollar before:tt)*) => {
                $dollar then! {
                    $dollar($dollar before)*
                    $group {
                        $(#[doc = $known_sentence] $known($known_type),)*
                        $(#[doc = $sentence] $name($name),)*
                    }
                }
            };
        }
    };
}

/// The type that `new` takes for a field.
macro_rules! taken {
    ($type:ty) => { $type };
    ($type:ty as into) => { impl Into<$type> };
}

/// The value of a field that `new` took.
macro_rules! given {
    ($field:ident) => {
        $field
    };
    ($field:ident into) => {
        $field.into()
    };
}

/// Declares the names of the commands in an enum, without what the commands say.
macro_rules! names {
    ($(#[$meta:meta])* $names:ident of $commands:ident { $($variant:ident,)* }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $names {
            $(
                #[doc = concat!("[`", stringify!($commands), "::", stringify!($variant), "`].")]
                $variant,
            )*
        }

        impl $names {
            /// All names, in the order in which the enum of the commands lists its variants.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }

        impl core::fmt::Display for $names {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::command::commands::shape::write_name(f, match self {
                    $(Self::$variant => stringify!($variant),)*
                })
            }
        }

        impl $commands {
            /// The name of the command, without what it says.
            #[must_use]
            pub const fn name(&self) -> $names {
                match self {
                    $(Self::$variant(_) => $names::$variant,)*
                }
            }
        }
    };
}

/// Writes the name of a variant as it stands in JSON: `FinishContact` as `finish_contact`.
pub(crate) fn write_name(f: &mut core::fmt::Formatter<'_>, variant: &str) -> core::fmt::Result {
    use core::fmt::Write as _;

    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            f.write_char('_')?;
        }
        f.write_char(letter.to_ascii_lowercase())?;
    }
    Ok(())
}

pub(crate) use {commands, given, names, taken};
