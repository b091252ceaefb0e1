//! Finds out what a type looks like, by letting serde read it from nothing.
//!
//! A type that is read tells its deserializer what it wants: an object with these fields, one of
//! these names, a list. The deserializer here writes that down, and answers with something that
//! fits. One reading goes one way through the type, so it is read again and again, each time
//! another way, until nothing is left to find out. What a field's type is called the compiler
//! says: serde asks for each value by its type.
//!
//! What must be there and what is refused is not told, so it is tried: each field is left out once,
//! and each object is given one field that it does not know.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::known;
use super::names;
use super::node::{Field, Node, Nodes, Object, Variant};

/// A type of which serde does not say enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} cannot be read from a sample: {why}")]
pub(crate) struct Unread {
    /// The types on the way to where it failed, the root first.
    name: String,
    /// What serde said.
    why: String,
}

/// Finds out all about the type and what it is made of.
pub(super) fn read<T: DeserializeOwned>(nodes: &mut Nodes) -> Result<(), Unread> {
    let root = names::of::<T>();
    while !nodes.is_done(&root) {
        let before = nodes.news;
        let mut probe = Probe { nodes, way: Vec::new(), failed: None, answered: false };
        let error = T::deserialize(Value { probe: &mut probe, name: root.clone() }).err();
        let failed = probe.failed.take();
        let (name, why) = match error {
            Some(error) if !probe.answered => (failed.unwrap_or(root), error.to_string()),
            _ if nodes.news == before => (nodes.left(), "no more is found".to_owned()),
            _ => continue,
        };
        return Err(Unread { name, why });
    }
    Ok(())
}

/// One reading.
struct Probe<'n> {
    nodes: &'n mut Nodes,
    /// The types that are being read, from the root.
    way: Vec<String>,
    /// The way to where it first failed.
    failed: Option<String>,
    /// True once the reading has ended because a trial was answered by a refusal. The error then
    /// passes through everything around it and says nothing about it.
    answered: bool,
}

impl Probe<'_> {
    /// True if a value of this type would tell something new, and the type is not being read.
    fn wants(&mut self, name: &str) -> bool {
        self.nodes.has_news(name, &self.way)
    }

    /// The variant to read: one that has not been read, then one whose value has something to tell,
    /// then the shortest. Inside itself each time another, so that one comes that ends there.
    fn choose(&mut self, name: &str) -> usize {
        let Some(Node::OneOf(variants)) = self.nodes.get(name) else { return 0 };
        let variants = variants.clone();
        let depth = self.way.iter().filter(|on| *on == name).count();
        if depth > 1 {
            return depth.checked_rem(variants.len()).unwrap_or_default();
        }
        let unread = variants.iter().position(|(_, variant)| variant.is_none());
        let telling = || {
            variants.iter().position(|(_, variant)| {
                variant.as_ref().and_then(Variant::with).is_some_and(|of| self.wants(of))
            })
        };
        let bare = |(_, variant): &(String, Option<Variant>)| *variant == Some(Variant::Bare);
        let shortest = || variants.iter().position(bare).unwrap_or_default();
        unread.or_else(telling).unwrap_or_else(shortest)
    }

    /// Notes what a type is; an equal word is no news.
    fn note(&mut self, name: &str, node: Node) {
        self.nodes.entry(name, || node);
    }

    /// Adds to what is known of a type; says whether it was news.
    fn fill(&mut self, name: &str, add: impl FnOnce(&mut Node) -> bool) {
        self.nodes.fill(name, add);
    }

    /// A trial was answered.
    fn learn<R>(&mut self, result: Result<R, Error>) -> Result<R, Error> {
        self.nodes.news += 1;
        self.answered |= result.is_err();
        result
    }

    /// The object of this name, with these fields.
    fn object(&mut self, name: &str, fields: &[&str]) -> Result<&mut Object, Error> {
        let first = || Object {
            fields: fields.iter().map(|field| Field::named(field)).collect(),
            ..Object::default()
        };
        match self.nodes.entry(name, || Node::Object(first())) {
            Node::Object(object) => Ok(object),
            other => Err(Error::custom(format_args!("it is an object and {other:?}"))),
        }
    }

    /// Reads an object: all of it first, then with a field too many, then with one too few.
    fn fields<R>(
        &mut self,
        name: &str,
        fields: &'static [&'static str],
        read: impl FnOnce(Fields<'_, '_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let again = self.way.iter().any(|on| on == name);
        let object = self.object(name, fields)?;
        let untried = object.fields.iter().position(|field| field.required.is_none());
        let trial = match (object.read, object.closed, untried) {
            _ if again => Trial::Least,
            (false, ..) => Trial::All,
            (_, None, _) => Trial::More,
            (.., Some(left_out)) => Trial::Without(left_out),
            _ => Trial::Least,
        };
        let known = object.fields.clone();
        self.way.push(name.to_owned());
        let mut given = Vec::new();
        // The next one is taken from the end.
        for (at, field) in known.iter().enumerate().rev() {
            let give = match trial {
                Trial::All | Trial::More => true,
                Trial::Without(left_out) => at != left_out,
                Trial::Least => {
                    field.required != Some(false)
                        || field.of.as_deref().is_none_or(|of| self.wants(of))
                }
            };
            if give {
                given.push(at);
            }
        }
        let unknown = matches!(trial, Trial::More);
        let access = Fields { probe: self, name, fields, given, unknown, at: None };
        let result = read(access);
        self.way.pop();
        if self.answered {
            return result;
        }
        let object = self.object(name, fields)?;
        match (trial, &result) {
            (Trial::All, Ok(_)) => object.read = true,
            (Trial::More, Ok(_)) => object.closed = Some(false),
            (Trial::More, Err(Error::UnknownField)) => object.closed = Some(true),
            (Trial::Without(at), outcome) => {
                let Some(field) = object.fields.get_mut(at) else { return result };
                match outcome {
                    Ok(_) => field.required = Some(false),
                    Err(Error::MissingField(missing)) if *missing == field.name => {
                        field.required = Some(true);
                    }
                    Err(_) => return self.fail(result),
                }
            }
            (Trial::Least, Ok(_)) => return result,
            (_, Err(_)) => return self.fail(result),
        }
        self.learn(result)
    }

    /// Keeps the way to where a reading failed first.
    fn fail<R>(&mut self, result: Result<R, Error>) -> Result<R, Error> {
        self.failed.get_or_insert_with(|| self.way.join(" > "));
        result
    }
}

/// What an object is given.
#[derive(Clone, Copy)]
enum Trial {
    /// All its fields.
    All,
    /// All, and one that it does not know.
    More,
    /// All but this.
    Without(usize),
    /// Those that it must have, and those that have something to tell.
    Least,
}

/// What serde says when something does not fit.
#[derive(Debug)]
enum Error {
    MissingField(&'static str),
    UnknownField,
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingField(field) => write!(f, "missing field `{field}`"),
            Self::UnknownField => f.write_str("unknown field"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::Other(why.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingField(field)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::UnknownField
    }
}

/// A value, as whoever reads it will have it.
struct Value<'p, 'n> {
    probe: &'p mut Probe<'n>,
    /// Its type; with a dot in it, if nobody said what it is: then it is named by its place.
    name: String,
}

/// A type's name, or the place of one that has none.
fn name_or_place<S>(of: &str, place: impl fmt::Display) -> String {
    names::of_seed::<S>().unwrap_or_else(|| format!("{of}.{place}"))
}

impl<'p, 'n> Value<'p, 'n> {
    /// The name under which it is noted: what stands at a place without a name may have one.
    fn named<V>(mut self) -> Self {
        let read = names::of::<V>();
        if !names::is_own(&self.name) && self.name.contains('.') && names::is_own(&read) {
            self.probe.note(&self.name, Node::Same(Some(read.clone())));
            self.name = read;
        } else if names::is_own(&self.name) && names::is_own(&read) && self.name != read {
            self.probe.nodes.is_read_as(&self.name, &read);
        }
        self
    }

    /// The sample of the table, if it stands there.
    fn known(&mut self) -> Option<serde_json::Value> {
        let known = known::of(&self.name)?;
        self.probe.note(&self.name, Node::Known);
        Some(known.sample())
    }
}

macro_rules! plain {
    ($($method:ident: $node:expr, $visit:ident($($sample:expr)?);)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let mut value = self.named::<V::Value>();
            if let Some(sample) = value.known() {
                return sample.$method(visitor).map_err(Error::custom);
            }
            value.probe.note(&value.name, $node);
            let result = visitor.$visit($($sample)?);
            if result.is_err() {
                value.probe.way.push(value.name);
                return value.probe.fail(result);
            }
            result
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, '_> {
    type Error = Error;

    plain! {
        deserialize_bool: Node::Flag, visit_bool(true);
        deserialize_i8: Node::whole(Some(i8::MIN.into()), Some(i8::MAX.into())), visit_i64(1);
        deserialize_i16: Node::whole(Some(i16::MIN.into()), Some(i16::MAX.into())), visit_i64(1);
        deserialize_i32: Node::whole(Some(i32::MIN.into()), Some(i32::MAX.into())), visit_i64(1);
        deserialize_i64: Node::whole(None, None), visit_i64(1);
        deserialize_u8: Node::whole(Some(0), Some(u8::MAX.into())), visit_u64(1);
        deserialize_u16: Node::whole(Some(0), Some(u16::MAX.into())), visit_u64(1);
        deserialize_u32: Node::whole(Some(0), Some(u32::MAX.into())), visit_u64(1);
        deserialize_u64: Node::whole(Some(0), None), visit_u64(1);
        deserialize_f32: Node::Number, visit_f64(1.0);
        deserialize_f64: Node::Number, visit_f64(1.0);
        deserialize_char: Node::Text, visit_char('x');
        deserialize_str: Node::Text, visit_str("x");
        deserialize_string: Node::Text, visit_str("x");
        deserialize_unit: Node::Nothing, visit_unit();
    }

    /// A type that takes whatever comes says nothing: it must stand in the table.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut value = self.named::<V::Value>();
        if let Some(sample) = value.known() {
            return sample.deserialize_any(visitor).map_err(Error::custom);
        }
        let expected: &dyn serde::de::Expected = &visitor;
        let why = Error::custom(format_args!("{} takes {expected}: unknown", value.name));
        value.probe.fail(Err(why))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    /// The value of the field that no object knows.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = self.named::<V::Value>();
        let read = names::of::<V::Value>();
        let inner = names::argument(&read, "core::option::Option")
            .map_or_else(|| format!("{}.some", value.name), ToOwned::to_owned);
        value.probe.note(&value.name, Node::Optional(inner.clone()));
        if value.probe.wants(&inner) {
            visitor.visit_some(Value { probe: value.probe, name: inner })
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut value = self.named::<V::Value>();
        if let Some(sample) = value.known() {
            return sample.deserialize_newtype_struct(name, visitor).map_err(Error::custom);
        }
        let inner = format!("{}.0", value.name);
        value.probe.note(&value.name, Node::Same(Some(inner.clone())));
        visitor.visit_newtype_struct(Value { probe: value.probe, name: inner })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut value = self.named::<V::Value>();
        if let Some(sample) = value.known() {
            return sample.deserialize_seq(visitor).map_err(Error::custom);
        }
        value.probe.note(&value.name, Node::List(None));
        visitor.visit_seq(Items { probe: value.probe, name: &value.name, given: false })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let value = self.named::<V::Value>();
        value.probe.note(&value.name, Node::Tuple(vec![None; len]));
        visitor.visit_seq(Parts { probe: value.probe, name: &value.name, at: 0 })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut value = self.named::<V::Value>();
        if let Some(sample) = value.known() {
            return sample.deserialize_map(visitor).map_err(Error::custom);
        }
        value.probe.note(&value.name, Node::Map(None));
        visitor.visit_map(Entries { probe: value.probe, name: &value.name, key: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut value = self.named::<V::Value>();
        if let Some(sample) = value.known() {
            return sample.deserialize_struct(name, fields, visitor).map_err(Error::custom);
        }
        value.probe.fields(&value.name, fields, |access| visitor.visit_map(access))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut value = self.named::<V::Value>();
        if let Some(sample) = value.known() {
            return sample.deserialize_enum(name, variants, visitor).map_err(Error::custom);
        }
        let first = || variants.iter().map(|variant| ((*variant).to_owned(), None)).collect();
        value.probe.note(&value.name, Node::OneOf(first()));
        // It is on the way already: what is left of itself is found in its other variants.
        value.probe.way.push(value.name.clone());
        let at = value.probe.choose(&value.name);
        let Some(variant) = variants.get(at).copied() else {
            return Err(Error::custom(format_args!("{} can be nothing", value.name)));
        };
        let access = OneOf { probe: value.probe, name: &value.name, at, variant };
        let result = visitor.visit_enum(access);
        value.probe.way.pop();
        result
    }
}

/// The items of a list: one, if it has something to tell.
struct Items<'p, 'n> {
    probe: &'p mut Probe<'n>,
    /// The list.
    name: &'p str,
    given: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let name = name_or_place::<S>(self.name, "item");
        self.probe.fill(self.name, |node| match node {
            Node::List(of @ None) => of.replace(name.clone()).is_none(),
            _ => false,
        });
        if self.given || !self.probe.wants(&name) {
            return Ok(None);
        }
        self.given = true;
        seed.deserialize(Value { probe: self.probe, name }).map(Some)
    }
}

/// The parts of a tuple.
struct Parts<'p, 'n> {
    probe: &'p mut Probe<'n>,
    /// The tuple.
    name: &'p str,
    at: usize,
}

impl<'de> SeqAccess<'de> for Parts<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let name = name_or_place::<S>(self.name, self.at);
        let at = self.at;
        self.at += 1;
        self.probe.fill(self.name, |node| match node {
            Node::Tuple(of) => match of.get_mut(at) {
                Some(of @ None) => of.replace(name.clone()).is_none(),
                _ => false,
            },
            _ => false,
        });
        seed.deserialize(Value { probe: self.probe, name }).map(Some)
    }
}

/// The entries of a map: one, if it has something to tell.
struct Entries<'p, 'n> {
    probe: &'p mut Probe<'n>,
    /// The map.
    name: &'p str,
    /// The key's type, once it was asked for.
    key: Option<String>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let known = match self.probe.nodes.get(self.name) {
            Some(Node::Map(Some(known))) => Some(known.clone()),
            _ => None,
        };
        let wanted = match known {
            None => true,
            Some((key, value)) => self.probe.wants(&key) || self.probe.wants(&value),
        };
        if self.key.is_some() || !wanted {
            return Ok(None);
        }
        let name = name_or_place::<S>(self.name, "key");
        self.key = Some(name.clone());
        seed.deserialize(Value { probe: self.probe, name }).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let name = name_or_place::<S>(self.name, "value");
        let key = self.key.clone().unwrap_or_default();
        self.probe.fill(self.name, |node| match node {
            Node::Map(of @ None) => of.replace((key, name.clone())).is_none(),
            _ => false,
        });
        seed.deserialize(Value { probe: self.probe, name })
    }
}

/// The fields of an object.
struct Fields<'p, 'n> {
    probe: &'p mut Probe<'n>,
    /// The object.
    name: &'p str,
    fields: &'static [&'static str],
    /// Which fields are still to be given, the next one last.
    given: Vec<usize>,
    /// True if one is still to be given that the object does not know.
    unknown: bool,
    /// The field whose value is next.
    at: Option<usize>,
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let unknown = std::mem::take(&mut self.unknown);
        self.at = if unknown { None } else { self.given.pop() };
        let field = match self.at {
            None if unknown => "no such field",
            None => return Ok(None),
            Some(at) => self.fields.get(at).copied().unwrap_or_default(),
        };
        let field: StrDeserializer<'_, Error> = field.into_deserializer();
        seed.deserialize(field).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some(at) = self.at else {
            return seed.deserialize(Value { probe: self.probe, name: String::new() });
        };
        let name = name_or_place::<S>(self.name, self.fields.get(at).copied().unwrap_or_default());
        self.probe.fill(self.name, |node| match node {
            Node::Object(object) => match object.fields.get_mut(at) {
                Some(Field { of: of @ None, .. }) => of.replace(name.clone()).is_none(),
                _ => false,
            },
            _ => false,
        });
        seed.deserialize(Value { probe: self.probe, name })
    }
}

/// One of the things an enum may be.
struct OneOf<'p, 'n> {
    probe: &'p mut Probe<'n>,
    /// The enum.
    name: &'p str,
    at: usize,
    variant: &'static str,
}

impl OneOf<'_, '_> {
    /// Notes what the variant is.
    fn found(&mut self, found: Variant) {
        let at = self.at;
        self.probe.fill(self.name, |node| match node {
            Node::OneOf(variants) => match variants.get_mut(at) {
                Some((_, variant @ None)) => variant.replace(found).is_none(),
                _ => false,
            },
            _ => false,
        });
    }

    /// The name of what stands with the variant, if it has no other.
    fn place(&self) -> String {
        format!("{}.{}", self.name, self.variant)
    }
}

impl<'de> EnumAccess<'de> for OneOf<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant: StrDeserializer<'_, Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> VariantAccess<'de> for OneOf<'_, '_> {
    type Error = Error;

    fn unit_variant(mut self) -> Result<(), Error> {
        self.found(Variant::Bare);
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, Error> {
        let name = name_or_place::<S>(self.name, self.variant);
        self.found(Variant::With(name.clone()));
        seed.deserialize(Value { probe: self.probe, name })
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let name = self.place();
        self.found(Variant::With(name.clone()));
        self.probe.note(&name, Node::Tuple(vec![None; len]));
        visitor.visit_seq(Parts { probe: self.probe, name: &name, at: 0 })
    }

    fn struct_variant<V: Visitor<'de>>(
        mut self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name = self.place();
        self.found(Variant::With(name.clone()));
        self.probe.fields(&name, fields, |access| visitor.visit_map(access))
    }
}
