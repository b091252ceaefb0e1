//! Values that conditions find.

use crate::model::attribute::Value;

/// A value that was found. A text that is a whole number counts as one where a number is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FoundValue<'a> {
    Number(i64),
    Text(&'a str),
}

impl<'a> FoundValue<'a> {
    /// The value of an attribute.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::Number(*number)),
            Value::Text(text) => Some(Self::Text(text)),
            Value::Flag(true) => Some(Self::Text("true")),
            Value::Flag(false) => Some(Self::Text("false")),
            Value::Many(_) => None,
        }
    }

    pub(crate) fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}
