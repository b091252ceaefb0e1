//! The attributes of a session.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::attribute::{Attributes, Value};

/// What is known of a session, by dotted names, in their order. It takes what it holds, and no
/// more: there are many sessions.
///
/// ```
/// use strowger::journey::SessionAttributes;
///
/// let json = r#"{"browser.family":"Firefox"}"#;
/// let known: SessionAttributes = serde_json::from_str(json).unwrap();
/// assert_eq!(known.get("browser.family"), Some(&"Firefox".into()));
/// assert_eq!(serde_json::to_string(&known).unwrap(), json);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Attributes", into = "Attributes")]
pub struct SessionAttributes(Box<[(Key, Value)]>);

impl SessionAttributes {
    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// All, in order of name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets one.
    pub(crate) fn insert(&mut self, name: Key, value: Value) {
        match self.0.binary_search_by(|(known, _)| known.cmp(&name)) {
            Ok(place) => {
                if let Some(known) = self.0.get_mut(place) {
                    known.1 = value;
                }
            }
            Err(place) => {
                let mut all = core::mem::take(&mut self.0).into_vec();
                all.reserve_exact(1);
                all.insert(place, (name, value));
                self.0 = all.into_boxed_slice();
            }
        }
    }
}

impl From<Attributes> for SessionAttributes {
    fn from(attributes: Attributes) -> Self {
        Self(attributes.into_iter().collect())
    }
}

impl From<SessionAttributes> for Attributes {
    fn from(attributes: SessionAttributes) -> Self {
        attributes.0.into_vec().into_iter().collect()
    }
}
