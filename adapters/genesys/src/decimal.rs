//! Decimal numbers without floats: in thousandths.

use alloc::string::ToString;

use serde_json::Number;

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
}
