//! Reading what ServiceNow writes in several ways: flags and numbers also come as texts.

use alloc::borrow::Cow;

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose<'a> {
    Flag(bool),
    Number(u64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
}

/// A flag: `true`, `yes` or `1`, `false`, `no` or `0`, as a text or not.
pub(super) fn flag<'de, D: Deserializer<'de>>(source: D) -> Result<bool, D::Error> {
    let expected = &"true, yes, 1, false, no or 0";
    match Loose::deserialize(source)? {
        Loose::Flag(flag) => Ok(flag),
        Loose::Number(1) => Ok(true),
        Loose::Number(0) => Ok(false),
        Loose::Number(number) => Err(Error::invalid_value(Unexpected::Unsigned(number), expected)),
        Loose::Text(text) => match &*text {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            other => Err(Error::invalid_value(Unexpected::Str(other), expected)),
        },
    }
}

/// A whole number, as a text or not; an empty text is none.
pub(super) fn number<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u32>, D::Error> {
    let narrow = |number: u64| {
        let wrong = || Error::invalid_value(Unexpected::Unsigned(number), &"a smaller number");
        u32::try_from(number).map(Some).map_err(|_| wrong())
    };
    match Option::<Loose<'_>>::deserialize(source)? {
        None => Ok(None),
        Some(Loose::Number(number)) => narrow(number),
        Some(Loose::Text(text)) if text.is_empty() => Ok(None),
        Some(Loose::Text(text)) => {
            let wrong = |_| Error::invalid_value(Unexpected::Str(&text), &"a whole number");
            narrow(text.parse().map_err(wrong)?)
        }
        Some(Loose::Flag(flag)) => {
            Err(Error::invalid_value(Unexpected::Bool(flag), &"a whole number"))
        }
    }
}
