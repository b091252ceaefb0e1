//! What somebody is known by.

use strowger::journey::{Identifier, IdentifierKind};
use strowger::model::{Invalid, Problem};

/// What somebody is known by, by the words of the vendor.
pub(super) fn identifier(kind: &str, value: &str) -> Result<Identifier, Invalid> {
    let kind = match &*kind.to_ascii_lowercase() {
        "cookie" => IdentifierKind::Cookie,
        "email" => IdentifierKind::Email,
        "phone" => IdentifierKind::Phone,
        "external" | "externalid" => IdentifierKind::External,
        kind if kind.starts_with("social") => IdentifierKind::Social,
        "" => return Err(Invalid::new("customerIdType", Problem::Empty)),
        _ => return Err(Invalid::new("customerIdType", Problem::NotListed)),
    };
    match value.is_empty() {
        true => Err(Invalid::new("customerId", Problem::Empty)),
        false => Ok(Identifier::new(kind, value)),
    }
}
