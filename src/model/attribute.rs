//! Typed attributes of agents and of work.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::invalid::{Invalid, Problem};

/// The value of an attribute. In JSON a number, a text, a flag or a list of texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// A flag.
    Flag(bool),
    /// A text.
    Text(Box<str>),
    /// A set of texts, for `has`.
    Many(BTreeSet<Box<str>>),
}

impl Value {
    /// How many bytes its texts have together.
    pub(crate) fn text_bytes(&self) -> usize {
        match self {
            Self::Number(_) | Self::Flag(_) => 0,
            Self::Text(text) => text.len(),
            Self::Many(texts) => texts.iter().map(|text| text.len()).fold(0, usize::saturating_add),
        }
    }

    /// Refuses a text that is too long; how many bytes its texts have together.
    pub(crate) fn check_text(&self, field: &'static str, max: u32) -> Result<usize, Invalid> {
        let texts = self.text_bytes();
        Invalid::length(field, texts, max)?;
        Ok(texts)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into_boxed_str())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// Attributes by name.
///
/// ```
/// use strowger::model::{Attributes, Value};
///
/// let attributes: Attributes = [("team".into(), Value::from("north"))].into();
/// assert_eq!(attributes["team"], Value::from("north"));
/// ```
pub type Attributes = BTreeMap<Key, Value>;

/// The most attributes one thing may have.
pub(crate) const ATTRIBUTES_MAX: u32 = 100;

pub(crate) fn check_attributes(attributes: &Attributes) -> Result<(), Invalid> {
    Invalid::length("attributes", attributes.len(), ATTRIBUTES_MAX)?;
    match attributes.keys().find(|name| !name.is_valid()) {
        Some(name) if name.is_empty() => Err(Invalid::new("attributes", Problem::Empty)),
        Some(_) => Err(Invalid::new("attributes", Problem::TooLong { max: 200 })),
        None => Ok(()),
    }
}
