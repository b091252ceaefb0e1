//! What somebody is known by.

use alloc::boxed::Box;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::model::invalid::{Invalid, Problem};

/// The longest an identifier may be, in bytes (Genesys: 255 characters).
pub(crate) const IDENTIFIER_MAX: u32 = 255;

/// The kind of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentifierKind {
    /// A cookie of a browser, or the installation of an app.
    Cookie,
    /// An e-mail address. It is kept trimmed and in lower case.
    Email,
    /// A telephone number. It is kept as the normaliser writes it.
    Phone,
    /// A name that another system has for the person.
    External,
    /// A name of the person in a social network.
    Social,
}

/// What somebody is known by.
///
/// ```
/// use strowger::journey::{Identifier, IdentifierKind};
///
/// let json = r#"{"type": "cookie", "value": "c-81"}"#;
/// let cookie: Identifier = serde_json::from_str(json).unwrap();
/// assert_eq!(cookie, Identifier::cookie("c-81"));
/// assert_eq!(cookie.kind, IdentifierKind::Cookie);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Identifier {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: IdentifierKind,
    /// The identifier, 1 to 255 bytes.
    pub value: Box<str>,
}

impl Identifier {
    /// An identifier of a kind.
    pub fn new(kind: IdentifierKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into().into_boxed_str() }
    }

    /// A cookie.
    pub fn cookie(value: impl Into<String>) -> Self {
        Self::new(IdentifierKind::Cookie, value)
    }

    /// An e-mail address.
    pub fn email(value: impl Into<String>) -> Self {
        Self::new(IdentifierKind::Email, value)
    }

    /// A telephone number.
    pub fn phone(value: impl Into<String>) -> Self {
        Self::new(IdentifierKind::Phone, value)
    }

    pub(crate) fn check(&self, field: &'static str) -> Result<(), Invalid> {
        if self.value.is_empty() {
            return Err(Invalid::new(field, Problem::Empty));
        }
        Invalid::length(field, self.value.len(), IDENTIFIER_MAX)
    }
}

/// How sure it is that an identifier is somebody's.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proof {
    /// They said so.
    #[default]
    Claimed,
    /// It was proved, for instance by signing in.
    Verified,
}

/// An identifier of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IdentifierClaim {
    /// The identifier.
    pub identifier: Identifier,
    /// How sure it is.
    #[serde(default)]
    pub proof: Proof,
}
