//! Typed ids: small numbers that cannot be mistaken for one another.

/// A number that names a row: minted in rising order and never used again.
pub trait Id: Copy + Ord + core::hash::Hash + core::fmt::Debug {
    /// The id of a number, if it is not too large.
    fn from_number(number: u64) -> Option<Self>;
    /// The number of an id.
    fn number(self) -> u64;
}

/// Declares id types: `pub Name(width) = "prefix";`, printed as the prefix and the number.
macro_rules! ids {
    ($($(#[$doc:meta])* $vis:vis $name:ident($raw:ty) = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        $vis struct $name($raw);

        impl $name {
            /// The id of a number.
            #[must_use]
            $vis const fn from_raw(raw: $raw) -> Self {
                Self(raw)
            }

            /// The number.
            #[must_use]
            $vis const fn raw(self) -> $raw {
                self.0
            }
        }

        impl $crate::base::id::Id for $name {
            fn from_number(number: u64) -> Option<Self> {
                <$raw>::try_from(number).ok().map(Self)
            }

            fn number(self) -> u64 {
                u64::from(self.0)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    )*};
}

pub(crate) use ids;
