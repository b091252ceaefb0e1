//! Finds out what a type looks like that is only written, by looking on while a value is written.
//!
//! What a field's type is called the compiler says here too, so a sample shows all fields of what
//! it has in it, filled or not; a field that was left out of it is named as well. Two things no
//! sample can tell: whether a field is always there, so none is said to be required; and what else
//! an enum may be, so its schema is open.

use std::fmt::{self, Display};

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::known;
use super::names;
use super::node::{Field, Node, Nodes, Object, Variant};

/// Looks at a value.
pub(super) fn see<T: ?Sized + Serialize>(nodes: &mut Nodes, value: &T) {
    see_as(nodes, names::of::<T>(), value);
}

/// Looks at a value whose type goes by this name.
fn see_as<T: ?Sized + Serialize>(nodes: &mut Nodes, name: String, value: &T) {
    if known::of(&name).is_some() {
        nodes.entry(&name, || Node::Known);
    } else if name.starts_with("serde::") {
        // Of what is flattened into an object serde makes a copy first, which is of any type.
        nodes.entry(&name, || Node::Anything);
    } else if !nodes.is_done(&name) {
        // A value that cannot be written shows what was written of it.
        let _ = value.serialize(Sight { nodes, name });
    }
}

/// A value that refused to be written.
#[derive(Debug)]
pub(super) struct Unwritten;

impl Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be written")
    }
}

impl std::error::Error for Unwritten {}

impl serde::ser::Error for Unwritten {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Looks on while a value is written.
struct Sight<'n> {
    nodes: &'n mut Nodes,
    /// Its type.
    name: String,
}

impl<'n> Sight<'n> {
    fn note(self, node: Node) -> Result<(), Unwritten> {
        self.nodes.entry(&self.name, || node);
        Ok(())
    }

    /// Notes a variant, and gives where its value is seen.
    fn variant(self, variant: &str, with: Option<String>) -> &'n mut Nodes {
        let node = self.nodes.entry(&self.name, || Node::Seen(Vec::new()));
        if let Node::Seen(variants) = node
            && !variants.iter().any(|(name, _)| name == variant)
        {
            variants.push((variant.to_owned(), with.map_or(Variant::Bare, Variant::With)));
            variants.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        self.nodes
    }

    /// The list, with the type of its items, if the name of its type says it.
    fn list(self) -> List<'n> {
        let item = ["alloc::vec::Vec", "alloc::collections::btree::set::BTreeSet"]
            .into_iter()
            .find_map(|list| names::argument(&self.name, list))
            .or_else(|| self.name.strip_prefix('[')?.strip_suffix(']'))
            .map(ToOwned::to_owned);
        self.nodes.entry(&self.name, || Node::List(item));
        List { nodes: self.nodes, name: self.name }
    }

    fn tuple(self, name: String, len: usize) -> Tuple<'n> {
        self.nodes.entry(&name, || Node::Tuple(vec![None; len]));
        Tuple { nodes: self.nodes, name, at: 0 }
    }

    fn object(self, name: String) -> Fields<'n> {
        self.nodes.entry(&name, || Node::Object(Object::default()));
        Fields { nodes: self.nodes, name, key: String::new() }
    }
}

macro_rules! plain {
    ($($method:ident($type:ty): $node:expr;)*) => {$(
        fn $method(self, _: $type) -> Result<(), Unwritten> {
            self.note($node)
        }
    )*};
}

impl<'n> Serializer for Sight<'n> {
    type Ok = ();
    type Error = Unwritten;
    type SerializeSeq = List<'n>;
    type SerializeTuple = Tuple<'n>;
    type SerializeTupleStruct = Tuple<'n>;
    type SerializeTupleVariant = Tuple<'n>;
    type SerializeMap = Fields<'n>;
    type SerializeStruct = Fields<'n>;
    type SerializeStructVariant = Fields<'n>;

    plain! {
        serialize_bool(bool): Node::Flag;
        serialize_i8(i8): Node::whole(Some(i8::MIN.into()), Some(i8::MAX.into()));
        serialize_i16(i16): Node::whole(Some(i16::MIN.into()), Some(i16::MAX.into()));
        serialize_i32(i32): Node::whole(Some(i32::MIN.into()), Some(i32::MAX.into()));
        serialize_i64(i64): Node::whole(None, None);
        serialize_u8(u8): Node::whole(Some(0), Some(u8::MAX.into()));
        serialize_u16(u16): Node::whole(Some(0), Some(u16::MAX.into()));
        serialize_u32(u32): Node::whole(Some(0), Some(u32::MAX.into()));
        serialize_u64(u64): Node::whole(Some(0), None);
        serialize_f32(f32): Node::Number;
        serialize_f64(f64): Node::Number;
        serialize_char(char): Node::Text;
        serialize_str(&str): Node::Text;
        serialize_bytes(&[u8]): Node::List(Some("u8".to_owned()));
        serialize_unit_struct(&'static str): Node::Nothing;
    }

    fn serialize_unit(self) -> Result<(), Unwritten> {
        self.note(Node::Nothing)
    }

    fn serialize_none(self) -> Result<(), Unwritten> {
        match names::argument(&self.name, "core::option::Option").map(ToOwned::to_owned) {
            Some(of) => self.note(Node::Optional(of)),
            None => Ok(()),
        }
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unwritten> {
        let of = names::of::<T>();
        self.nodes.entry(&self.name, || Node::Optional(of));
        see(self.nodes, value);
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unwritten> {
        self.variant(variant, None);
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritten> {
        let of = names::of::<T>();
        self.nodes.entry(&self.name, || Node::Same(Some(of)));
        see(self.nodes, value);
        Ok(())
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritten> {
        see(self.variant(variant, Some(names::of::<T>())), value);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'n>, Unwritten> {
        Ok(self.list())
    }

    fn serialize_tuple(self, len: usize) -> Result<Tuple<'n>, Unwritten> {
        let name = self.name.clone();
        Ok(self.tuple(name, len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Tuple<'n>, Unwritten> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Tuple<'n>, Unwritten> {
        let (of, name) = (format!("{}.{variant}", self.name), self.name.clone());
        let nodes = self.variant(variant, Some(of.clone()));
        Ok(Sight { nodes, name }.tuple(of, len))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'n>, Unwritten> {
        // A type of the engine that is written as a map has fields that are not its own; any other
        // is a map by its type, whose name says of what.
        if names::is_own(&self.name) {
            let name = self.name.clone();
            return Ok(self.object(name));
        }
        self.nodes.entry(&self.name, || Node::Map(None));
        Ok(Fields { nodes: self.nodes, name: self.name, key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'n>, Unwritten> {
        let name = self.name.clone();
        Ok(self.object(name))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'n>, Unwritten> {
        let (of, name) = (format!("{}.{variant}", self.name), self.name.clone());
        let nodes = self.variant(variant, Some(of.clone()));
        Ok(Sight { nodes, name }.object(of))
    }
}

/// The items of a list.
struct List<'n> {
    nodes: &'n mut Nodes,
    name: String,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Unwritten;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritten> {
        let of = names::of::<T>();
        self.nodes.fill(&self.name, |node| match node {
            Node::List(item @ None) => item.replace(of).is_none(),
            _ => false,
        });
        see(self.nodes, value);
        Ok(())
    }

    fn end(self) -> Result<(), Unwritten> {
        Ok(())
    }
}

/// The parts of a tuple.
struct Tuple<'n> {
    nodes: &'n mut Nodes,
    name: String,
    at: usize,
}

impl Tuple<'_> {
    fn part<T: ?Sized + Serialize>(&mut self, value: &T) {
        let (of, at) = (names::of::<T>(), self.at);
        self.at += 1;
        self.nodes.fill(&self.name, |node| match node {
            Node::Tuple(parts) => match parts.get_mut(at) {
                Some(part @ None) => part.replace(of).is_none(),
                _ => false,
            },
            _ => false,
        });
        see(self.nodes, value);
    }
}

macro_rules! parts {
    ($($kind:ident::$method:ident;)*) => {$(
        impl $kind for Tuple<'_> {
            type Ok = ();
            type Error = Unwritten;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritten> {
                self.part(value);
                Ok(())
            }

            fn end(self) -> Result<(), Unwritten> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

/// The fields of an object, or the entries of a map.
struct Fields<'n> {
    nodes: &'n mut Nodes,
    name: String,
    /// The last key of a map.
    key: String,
}

impl Fields<'_> {
    fn field(&mut self, name: &str, of: Option<String>) {
        self.nodes.fill(&self.name, |node| {
            let Node::Object(object) = node else { return false };
            if !object.fields.iter().any(|field| field.name == name) {
                object.fields.push(Field::named(name));
            }
            let field = object.fields.iter_mut().find(|field| field.name == name);
            match (field, of) {
                (Some(Field { of: known @ None, .. }), Some(of)) => known.replace(of).is_none(),
                _ => false,
            }
        });
    }
}

macro_rules! objects {
    ($($kind:ident;)*) => {$(
        impl $kind for Fields<'_> {
            type Ok = ();
            type Error = Unwritten;

            fn serialize_field<T: ?Sized + Serialize>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Unwritten> {
                self.field(name, Some(names::of::<T>()));
                see(self.nodes, value);
                Ok(())
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), Unwritten> {
                self.field(name, None);
                Ok(())
            }

            fn end(self) -> Result<(), Unwritten> {
                Ok(())
            }
        }
    )*};
}

objects! {
    SerializeStruct;
    SerializeStructVariant;
}

impl SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = Unwritten;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Unwritten> {
        let key = serde_json::to_value(key).map_err(|_| Unwritten)?;
        self.key = key.as_str().unwrap_or_default().to_owned();
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritten> {
        let (of, key) = (names::of::<T>(), std::mem::take(&mut self.key));
        self.field(&key, Some(of.clone()));
        self.nodes.fill(&self.name, |node| match node {
            Node::Map(entry @ None) => entry.replace(("str".to_owned(), of)).is_none(),
            _ => false,
        });
        see(self.nodes, value);
        Ok(())
    }

    fn end(self) -> Result<(), Unwritten> {
        Ok(())
    }
}
