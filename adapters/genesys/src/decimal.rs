//! Decimal numbers without floats: in thousandths, and shares in ten-thousandths.

use alloc::boxed::Box;
use alloc::string::ToString;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;
use serde_json::value::RawValue;
use strowger::journey::TenThousandths;

/// A number exactly as it is written: a probability such as `0.8125`.
///
/// ```
/// use strowger_genesys::Decimal;
///
/// let probability: Decimal = serde_json::from_str("0.81235")?;
/// assert_eq!(probability.ten_thousandths(), Some(8_124));
/// let more_than_all: Decimal = serde_json::from_str("1.00001")?;
/// assert_eq!(more_than_all.ten_thousandths(), None);
/// assert_eq!(serde_json::to_string(&probability)?, "0.81235");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The number as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The number in ten-thousandths, rounded half up; `None`: it is less than 0 or more than 1.
    #[must_use]
    pub fn ten_thousandths(&self) -> Option<TenThousandths> {
        ten_thousandths(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(source)?;
        // What stands there is JSON, so what begins like a number is one.
        match raw.get().starts_with(|sign: char| sign == '-' || sign.is_ascii_digit()) {
            true => Ok(Self(raw.get().into())),
            false => Err(D::Error::custom("no number")),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone().into_string());
        raw.map_err(S::Error::custom)?.serialize(target)
    }
}

/// How many ten-thousandths a number between 0 and 1 has.
fn ten_thousandths(text: &str) -> Option<TenThousandths> {
    const WHOLE: u16 = 10_000;
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    // An exponent that is too long for a number moves the point out of sight all the same.
    let far = if exponent.starts_with('-') { i32::MIN / 2 } else { i32::MAX / 2 };
    let exponent: i32 = exponent.parse().unwrap_or(far);
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.bytes().chain(part.bytes()).map(|digit| digit.wrapping_sub(b'0'));
    let digits = digits.skip_while(|digit| *digit == 0);
    let zeros = whole.len() + part.len() - digits.clone().count();
    if digits.clone().any(|digit| digit > 9) {
        return None;
    }
    if digits.clone().next().is_none() {
        return Some(0);
    }
    // So many of the digits stand before the place of the ten-thousandths.
    let places = i32::try_from(whole.len()).ok()? - i32::try_from(zeros).ok()?;
    let places = places.saturating_add(exponent).saturating_add(4);
    if negative || places > 5 {
        return None;
    }
    let Ok(places) = usize::try_from(places) else { return Some(0) };
    let mut rest = digits.chain(core::iter::repeat_n(0, 5));
    let mut count: u32 = 0;
    for digit in rest.by_ref().take(places) {
        count = count * 10 + u32::from(digit);
    }
    let count = u16::try_from(count).ok().filter(|count| *count <= WHOLE)?;
    let half = rest.clone().next().is_some_and(|digit| digit >= 5);
    match count == WHOLE {
        true => rest.all(|digit| digit == 0).then_some(WHOLE),
        false => Some(count + u16::from(half)),
    }
}

/// A decimal number in thousandths, the rest cut off; `None`: negative, written with an exponent,
/// or too large.
pub(super) fn thousandths(number: &Number) -> Option<u64> {
    let text = number.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole: u64 = whole.parse().ok()?;
    let mut part_of: u64 = 0;
    for place in 0..3 {
        let digit = match part.as_bytes().get(place) {
            Some(digit @ b'0'..=b'9') => u64::from(digit - b'0'),
            None => 0,
            Some(_) => return None,
        };
        part_of = part_of * 10 + digit;
    }
    let rest_is_digits = part.bytes().all(|digit| digit.is_ascii_digit());
    rest_is_digits.then_some(whole.checked_mul(1_000)?.checked_add(part_of)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_thousandths() {
        for (text, expected) in [
            ("0.8", Some(800)),
            ("30", Some(30_000)),
            ("30.0", Some(30_000)),
            ("2.0625", Some(2_062)),
            ("-1", None),
            ("1e30", None),
            ("1e-9", None),
            ("18446744073709551615", None),
        ] {
            let number: Number = serde_json::from_str(text).unwrap();
            assert_eq!(thousandths(&number), expected, "{text}");
        }
    }

    #[test]
    fn shares_in_ten_thousandths() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("1", Some(10_000)),
            ("1.0000", Some(10_000)),
            ("0.8", Some(8_000)),
            ("0.80952", Some(8_095)),
            ("0.12344", Some(1_234)),
            ("0.12345", Some(1_235)),
            // The nearest double is more than a half.
            ("0.123449999999999999999999", Some(1_234)),
            ("0.99994", Some(9_999)),
            ("0.99995", Some(10_000)),
            ("0.00005", Some(1)),
            ("0.000049", Some(0)),
            ("5e-5", Some(1)),
            ("4.9E-5", Some(0)),
            ("5e-6", Some(0)),
            ("1.2345e-1", Some(1_235)),
            ("10e-1", Some(10_000)),
            ("0.01e+2", Some(10_000)),
            ("0.000001e6", Some(10_000)),
            ("1e-99999999999", Some(0)),
            ("0e99999999999", Some(0)),
            ("1e99999999999", None),
            ("1.00001", None),
            ("1.00000000000000000000001", None),
            ("2", None),
            ("100", None),
            ("-0.1", None),
            ("-1e-30", None),
        ] {
            let number: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(number.ten_thousandths(), expected, "{text}");
            assert_eq!(serde_json::to_string(&number).unwrap(), text);
        }
        for text in ["\"0.5\"", "true", "[0.5]", "null"] {
            assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
        }
    }
}
