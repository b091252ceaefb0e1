//! Typed ids: small numbers that cannot be mistaken for one another.

/// A number that names a row: minted in rising order and never used again.
pub trait Id: Copy + Ord + core::hash::Hash + core::fmt::Debug {
    /// The id of a number, if it is not too large.
    fn from_number(number: u64) -> Option<Self>;
    /// The number of an id.
    fn number(self) -> u64;
}

/// A text that is no id of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not an id such as {prefix}7, nor the number of one")]
pub struct NotAnId {
    pub(crate) prefix: &'static str,
}

/// The number in a text: digits alone, with the prefix of the kind of id or without.
pub(crate) fn number_in(text: &str, prefix: &str) -> Option<u64> {
    let digits = text.strip_prefix(prefix).unwrap_or(text);
    let plain = digits.bytes().all(|sign| sign.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// Declares id types: `pub Name(width) = "prefix";`, written as the prefix and the number, and read
/// from that or from the number alone.
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

        impl core::str::FromStr for $name {
            type Err = $crate::base::id::NotAnId;

            fn from_str(text: &str) -> Result<Self, $crate::base::id::NotAnId> {
                let number = $crate::base::id::number_in(text, $prefix);
                let id = number.and_then($crate::base::id::Id::from_number);
                id.ok_or($crate::base::id::NotAnId { prefix: $prefix })
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

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    ids! {
        /// A short one.
        ShortId(u32) = "a";
        /// A long one, with a prefix that another one begins with.
        LongId(u64) = "al";
    }

    #[test]
    fn ids_are_read_as_they_are_written_and_as_numbers() {
        let seven = ShortId::from_raw(7);
        assert_eq!((seven.raw(), LongId::from_raw(7).raw()), (7, 7));
        assert_eq!(seven.to_string().parse(), Ok(seven));
        assert_eq!("7".parse(), Ok(seven));
        assert_eq!("al18446744073709551615".parse(), Ok(LongId::from_raw(u64::MAX)));
        for bad in ["", "a", "al7", "b7", "a-7", "a+7", " 7", "a7 ", "4294967296"] {
            assert!(bad.parse::<ShortId>().is_err(), "{bad}");
        }
    }
}
