//! The smallest value that a schema takes.

use serde_json::{Map, Value, json};

use super::draw::PLACE;

/// The smallest value that the schema takes: only what must be there, the shortest lists. `None` if
/// the schema is of another form than those written here.
pub(super) fn of(components: &Map<String, Value>, schema: &Value) -> Option<Value> {
    Examples { components, on: Vec::new() }.of(schema)
}

/// Makes examples, and knows which types it is making one of.
struct Examples<'c> {
    components: &'c Map<String, Value>,
    on: Vec<&'c str>,
}

impl<'c> Examples<'c> {
    fn of(&mut self, schema: &'c Value) -> Option<Value> {
        if let Some(name) = schema.get("$ref") {
            return self.of_named(name.as_str()?.strip_prefix(PLACE)?);
        }
        for given in ["examples", "enum"] {
            if let Some(given) = schema.get(given) {
                return given.get(0).cloned();
            }
        }
        if let Some(any) = schema.get("anyOf") {
            // What may be left out is `null` here.
            return any.as_array()?.iter().rev().find_map(|one| self.of(one));
        }
        if let Some(one_of) = schema.get("oneOf") {
            return one_of.as_array()?.iter().find_map(|one| self.of(one));
        }
        Some(match schema.get("type")?.as_str()? {
            "boolean" => json!(false),
            "integer" | "number" => json!(1),
            "string" => json!("x"),
            "null" => Value::Null,
            "array" => {
                let parts = schema.get("prefixItems").and_then(Value::as_array);
                let parts = parts.into_iter().flatten();
                Value::Array(parts.map(|part| self.of(part)).collect::<Option<_>>()?)
            }
            "object" => self.object(schema)?,
            _ => return None,
        })
    }

    /// An example of a type inside itself has no end, so there is none.
    fn of_named(&mut self, name: &'c str) -> Option<Value> {
        if self.on.contains(&name) {
            return None;
        }
        self.on.push(name);
        let example = self.of(self.components.get(name)?);
        self.on.pop();
        example
    }

    fn object(&mut self, schema: &'c Value) -> Option<Value> {
        let required = schema.get("required").and_then(Value::as_array);
        let mut object = Map::new();
        for field in required.into_iter().flatten().filter_map(Value::as_str) {
            let schema = schema.get("properties")?.get(field)?;
            object.insert(field.to_owned(), self.of(schema)?);
        }
        Some(Value::Object(object))
    }
}
