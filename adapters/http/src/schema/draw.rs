//! Writes what is known of types as JSON Schema (2020-12, which OpenAPI 3.1 uses).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::describe;
use super::known;
use super::names;
use super::node::{Field, Node, Nodes, Object, Variant};

/// Where in the document the schemas stand.
pub(super) const PLACE: &str = "#/components/schemas/";

/// Writes the schemas of all types that were seen.
pub(super) struct Pen<'n> {
    nodes: &'n Nodes,
    /// What the types are called in the document.
    called: BTreeMap<String, String>,
}

impl<'n> Pen<'n> {
    pub(super) fn new(nodes: &'n Nodes) -> Self {
        let own = nodes.iter().map(|(name, _)| name).filter(|name| names::is_own(name));
        Self { nodes, called: names::in_document(own) }
    }

    /// The schemas of all types that have a name, by it.
    pub(super) fn components(&self) -> Map<String, Value> {
        let named = self.called.iter();
        let mut all: Vec<_> =
            named.map(|(name, called)| (called.clone(), self.described(name))).collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.into_iter().collect()
    }

    /// What the type is called in the document, if it has a name there.
    pub(super) fn called(&self, name: &str) -> Option<&str> {
        self.called.get(name).map(String::as_str)
    }

    /// The schema of a type where it is used: a reference, if it has a name.
    pub(super) fn schema(&self, name: &str) -> Value {
        match self.called(name) {
            Some(called) => json!({"$ref": format!("{PLACE}{called}")}),
            None => self.body(name),
        }
    }

    /// The schema of a type that has a name, with what is said of it.
    fn described(&self, name: &str) -> Value {
        let mut schema = self.body(name);
        let mut text = describe::of(name, "").map(ToOwned::to_owned);
        // Names alone have no place of their own for what is said of them.
        for bare in self.nodes.get(name).into_iter().flat_map(Node::bare) {
            if let Some(said) = describe::of(name, bare) {
                let text = text.get_or_insert_default();
                *text = format!("{text}\n* `{bare}`: {said}");
            }
        }
        describe::add(&mut schema, text.as_deref());
        schema
    }

    /// The schema of a type, written out. Of a type that was never seen nothing is said.
    fn body(&self, name: &str) -> Value {
        let Some(node) = self.nodes.get(name) else { return json!({}) };
        match node {
            Node::Flag => json!({"type": "boolean"}),
            Node::Whole { min, max } => whole(*min, *max),
            Node::Number => json!({"type": "number"}),
            Node::Text => json!({"type": "string"}),
            Node::Nothing => json!({"type": "null"}),
            Node::Optional(of) => json!({"anyOf": [self.schema(of), {"type": "null"}]}),
            Node::List(of) => {
                json!({"type": "array", "items": self.of(of.as_deref())})
            }
            Node::Tuple(of) => {
                let parts: Vec<_> = of.iter().map(|of| self.of(of.as_deref())).collect();
                let count = parts.len();
                json!({
                    "type": "array",
                    "prefixItems": parts,
                    "minItems": count,
                    "maxItems": count,
                })
            }
            Node::Map(of) => {
                let value = of.as_ref().map(|(_, value)| value.as_str());
                json!({"type": "object", "additionalProperties": self.of(value)})
            }
            Node::Same(of) => self.of(of.as_deref()),
            Node::Object(object) => self.object(name, object),
            Node::OneOf(variants) => self.one_of(name, variants),
            Node::Seen(variants) => self.seen(name, variants),
            Node::Anything => json!({}),
            Node::Known => known(name),
        }
    }

    /// What was seen of an enum, and that there may be more.
    fn seen(&self, name: &str, variants: &[(String, Variant)]) -> Value {
        let bare = variants.iter().filter(|(_, variant)| *variant == Variant::Bare);
        let bare: Vec<_> = bare.map(|(name, _)| name.as_str()).collect();
        if bare.len() == variants.len() {
            return json!({"type": "string", "examples": bare});
        }
        let all: Vec<_> =
            variants.iter().map(|(name, variant)| (name.clone(), Some(variant.clone()))).collect();
        let seen = self.one_of(name, &all);
        json!({"anyOf": [seen, {"type": ["object", "string"], "description": "Others may come."}]})
    }

    /// The schema of a type that may be unknown.
    fn of(&self, name: Option<&str>) -> Value {
        name.map_or_else(|| json!({}), |name| self.schema(name))
    }

    fn object(&self, name: &str, object: &Object) -> Value {
        let fields = object.fields.iter();
        let property = |field: &Field| {
            let mut schema = self.of(field.of.as_deref());
            describe::add(&mut schema, describe::of(name, &field.name));
            (field.name.clone(), schema)
        };
        let properties: Map<_, _> = fields.clone().map(property).collect();
        let required = fields.filter(|field| field.required == Some(true));
        let required: Vec<_> = required.map(|field| field.name.as_str()).collect();
        let mut schema = Map::new();
        schema.insert("type".into(), json!("object"));
        schema.insert("properties".into(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
        if object.closed == Some(true) {
            schema.insert("additionalProperties".into(), json!(false));
        }
        Value::Object(schema)
    }

    /// A name alone, or an object whose one field is the name.
    fn one_of(&self, of: &str, variants: &[(String, Option<Variant>)]) -> Value {
        let with = |variant: &Option<Variant>| variant.as_ref().and_then(Variant::with).is_some();
        let bare = variants.iter().filter(|(_, variant)| !with(variant));
        let bare: Vec<_> = bare.map(|(name, _)| name.as_str()).collect();
        let mut all = Vec::new();
        if !bare.is_empty() {
            all.push(json!({"type": "string", "enum": bare}));
        }
        for (name, variant) in variants {
            if let Some(held) = variant.as_ref().and_then(Variant::with) {
                let mut schema = json!({
                    "type": "object",
                    "title": name,
                    "properties": {name.as_str(): self.schema(held)},
                    "required": [name],
                    "additionalProperties": false,
                });
                describe::add(&mut schema, describe::of(of, name));
                all.push(schema);
            }
        }
        match all.len() {
            1 => all.remove(0),
            _ => json!({"oneOf": all}),
        }
    }
}

/// A whole number. 64 bits are said by the format: few languages keep their bounds in JSON.
fn whole(min: Option<i64>, max: Option<i64>) -> Value {
    let mut schema = Map::new();
    schema.insert("type".into(), json!("integer"));
    if max.is_none() {
        schema.insert("format".into(), json!("int64"));
    }
    for (word, bound) in [("minimum", min), ("maximum", max)] {
        if let Some(bound) = bound {
            schema.insert(word.into(), json!(bound));
        }
    }
    Value::Object(schema)
}

/// A type of the table, with the sample of the table as its example.
fn known(name: &str) -> Value {
    let Some(known) = known::of(name) else { return json!({}) };
    let mut schema = known.schema();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("examples".into(), json!([known.sample()]));
    }
    schema
}
