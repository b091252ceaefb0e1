//! The host's own names for things.

use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;
use core::ops::Deref;

use serde::{Deserialize, Serialize};

/// A name the host gives: 1 to 200 bytes of text, compared byte for byte.
///
/// ```
/// use strowger::Key;
///
/// let key: Key = "support".into();
/// assert_eq!(&*key, "support");
/// assert!(key.is_valid());
/// assert!(!Key::from("").is_valid());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Box<str>);

impl Key {
    /// The longest a key may be, in bytes (an external id of ServiceNow has 200 characters).
    pub const LEN_MAX: usize = 200;

    /// True if the text is neither empty nor longer than [`Key::LEN_MAX`].
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.0.is_empty() && self.0.len() <= Self::LEN_MAX
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Key {
    fn from(text: &String) -> Self {
        Self(text.as_str().into())
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into_boxed_str())
    }
}

impl Deref for Key {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
