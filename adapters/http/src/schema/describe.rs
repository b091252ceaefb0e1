//! What people are told of types, fields and variants.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

/// By type: what is said of it under the empty name, and of its fields and variants under theirs.
pub(super) type Descriptions = BTreeMap<String, BTreeMap<String, String>>;

/// What the documentation of the core says; read from its source by `source`.
pub(super) static KEPT: LazyLock<Descriptions> = LazyLock::new(|| {
    // A test reads the same text, so it is never wrong here.
    serde_json::from_str(include_str!("descriptions.json")).unwrap_or_default()
});

/// What is said of a type (under the empty name), of a field or of a variant.
pub(super) fn of(name: &str, part: &str) -> Option<&'static str> {
    KEPT.get(name)?.get(part).map(String::as_str)
}

/// Adds a description to a schema that has none.
pub(super) fn add(schema: &mut Value, text: Option<&str>) {
    if let (Some(schema), Some(text)) = (schema.as_object_mut(), text) {
        schema.entry("description").or_insert_with(|| json!(text));
    }
}
