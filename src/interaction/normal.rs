//! Writing identifiers in one way, so that the same customer is found again.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::base::growing::growing;
use crate::base::key::Key;

use crate::interaction::profile::Address;

/// Writes the identifier of an address in the one way in which it is kept and looked up.
pub trait Normaliser: Debug + Send + Sync {
    /// The identifier as it is kept; `None` if it is none for this channel.
    fn normal(&self, address: &Address) -> Option<Key>;
}

growing! {
    /// Telephone numbers in the international form of E.164: a plus and at most 15 digits. What is
    /// no telephone channel keeps its identifier as it is.
    ///
    /// It takes away how a number is written (blanks, hyphens, dots, slashes, brackets), reads `00`
    /// as `+`, and puts the country in place of the leading zero of a national number. The zero
    /// that is dialled inside the country only, written `(0)` behind its code, is left out. It does
    /// not know the numbering plans of countries: a host that needs that brings a [`Normaliser`] of
    /// its own.
    ///
    /// ```
    /// use strowger::interaction::{Address, E164, Normaliser};
    ///
    /// let numbers = E164::default().with_country("49");
    /// let normal = |number| numbers.normal(&Address::new("sms", number));
    /// assert_eq!(normal("030 / 123-456"), Some("+4930123456".into()));
    /// assert_eq!(normal("0049 (30) 123456"), Some("+4930123456".into()));
    /// assert_eq!(normal("+49 (0)30 123456"), Some("+4930123456".into()));
    /// assert_eq!(normal("call me"), None);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct E164 {
        /// The country calling code of numbers without one, digits only; `None` refuses such
        /// numbers.
        pub country: Option<Key> => with_country(some Key),
        /// The channels on which identifiers are telephone numbers, up to a colon and a provider.
        pub channels: Vec<Key> => with_channels(each Key),
    }
}

impl Default for E164 {
    /// `sms`, `whatsapp` and `phone`, and no country.
    fn default() -> Self {
        let channels = ["sms", "whatsapp", "phone"].into_iter().map(Key::from).collect();
        Self { country: None, channels }
    }
}

/// The characters, apart from brackets, that separate the digits of a number and say nothing.
const WRITTEN_BETWEEN: [char; 6] = [' ', '\u{a0}', '-', '.', '/', '\t'];

/// The most digits of a country calling code.
const CODE_MAX: usize = 3;

/// How a zero is written that is dialled inside the country only.
const TRUNK_ZERO: &str = "(0)";

/// The fewest and the most digits of a number, country calling code included.
const DIGITS: core::ops::RangeInclusive<usize> = 7..=15;

impl E164 {
    fn international(&self, number: &str) -> Option<String> {
        let number: String =
            number.chars().filter(|sign| !WRITTEN_BETWEEN.contains(sign)).collect();
        let bare = without_trunk_zero(&number).replace(['(', ')'], "");
        let digits = match (bare.strip_prefix('+'), bare.strip_prefix("00")) {
            (Some(rest), _) | (None, Some(rest)) => rest.to_owned(),
            (None, None) => {
                let national = bare.strip_prefix('0').unwrap_or(&bare);
                alloc::format!("{}{national}", self.country.as_deref()?)
            }
        };
        let numeric = digits.bytes().all(|sign| sign.is_ascii_digit());
        let valid = numeric && DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        valid.then(|| alloc::format!("+{digits}"))
    }
}

/// A number without the trunk zero behind its country calling code, if it has both.
fn without_trunk_zero(number: &str) -> String {
    let split = number.split_once(TRUNK_ZERO).filter(|(before, _)| {
        let code = before.strip_prefix('+').or_else(|| before.strip_prefix("00"));
        code.is_some_and(|code| (1..=CODE_MAX).contains(&code.len()))
    });
    split.map_or_else(|| number.to_owned(), |(before, after)| alloc::format!("{before}{after}"))
}

impl Normaliser for E164 {
    fn normal(&self, address: &Address) -> Option<Key> {
        let channel = address.channel.split(':').next().unwrap_or_default();
        if self.channels.iter().any(|known| &**known == channel) {
            return self.international(&address.identifier).map(Key::from);
        }
        Some(address.identifier.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let with = E164 { country: Some("44".into()), ..E164::default() };
        let without = E164::default();
        let cases = [
            ("+44 20 7946 0018", Some("+442079460018"), Some("+442079460018")),
            ("0044 20 7946 0018", Some("+442079460018"), Some("+442079460018")),
            ("020 7946 0018", Some("+442079460018"), None),
            ("2079460018", Some("+442079460018"), None),
            ("+44 (0)20 7946 0018", Some("+442079460018"), Some("+442079460018")),
            ("0044 (0) 20-7946.0018", Some("+442079460018"), Some("+442079460018")),
            ("(020) 7946 0018", Some("+442079460018"), None),
            ("(0)20 7946 0018", Some("+442079460018"), None),
            ("+44 20 (0) 7946 001", Some("+442007946001"), Some("+442007946001")),
            ("+(0)2079460018", None, None),
            ("+123456", None, None),
            ("+1234567", Some("+1234567"), Some("+1234567")),
            ("+123456789012345", Some("+123456789012345"), Some("+123456789012345")),
            ("+1234567890123456", None, None),
            ("+44x2079460018", None, None),
            ("+0123456789", None, None),
            ("", None, None),
        ];
        for (number, expected, alone) in cases {
            let normal = |numbers: &E164| numbers.normal(&Address::new("sms", number));
            assert_eq!(normal(&with).as_deref(), expected, "{number}");
            assert_eq!(normal(&without).as_deref(), alone, "{number} without a country");
        }
        let handle = Address::new("line", "020 x");
        assert_eq!(with.normal(&handle).as_deref(), Some("020 x"));
        let provided = Address::new("whatsapp:acme", "+44 2079460018");
        assert_eq!(with.normal(&provided).as_deref(), Some("+442079460018"));
    }
}
