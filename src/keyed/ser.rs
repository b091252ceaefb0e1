//! Writing: a serializer that passes everything on, but writes the key of an id if it has one.

use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct,
    SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};

use crate::engine::view::View;

use super::kind::IdKind;

/// Passes on to `inner` with keys in place of ids.
pub(super) struct KeySerializer<'a, S> {
    view: View<'a>,
    inner: S,
}

impl<'a, S> KeySerializer<'a, S> {
    pub(super) const fn new(view: View<'a>, inner: S) -> Self {
        Self { view, inner }
    }
}

/// A value that is written with keys, wherever it stands.
struct Wrapped<'a, 'v, T: ?Sized> {
    view: View<'a>,
    value: &'v T,
}

impl<T: ?Sized + Serialize> Serialize for Wrapped<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(KeySerializer::new(self.view, serializer))
    }
}

macro_rules! pass_on {
    ($($method:ident($type:ty);)*) => {$(
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        }
    )*};
}

macro_rules! open {
    ($($method:ident($($arg:ident: $type:ty),*) -> $compound:ident;)*) => {$(
        fn $method(self, $($arg: $type),*) -> Result<Self::$compound, S::Error> {
            let view = self.view;
            self.inner.$method($($arg),*).map(|inner| Compound { view, inner })
        }
    )*};
}

impl<'a, S: Serializer> Serializer for KeySerializer<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Compound<'a, S::SerializeSeq>;
    type SerializeTuple = Compound<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Compound<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Compound<'a, S::SerializeTupleVariant>;
    type SerializeMap = Compound<'a, S::SerializeMap>;
    type SerializeStruct = Compound<'a, S::SerializeStruct>;
    type SerializeStructVariant = Compound<'a, S::SerializeStructVariant>;

    pass_on! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_unit_struct(&'static str);
    }

    open! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str, index: u32, variant: &'static str, len: usize
        ) -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(
            name: &'static str, index: u32, variant: &'static str, len: usize
        ) -> SerializeStructVariant;
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(&Wrapped { view: self.view, value })
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let Some(kind) = IdKind::of(name) else {
            let value = Wrapped { view: self.view, value };
            return self.inner.serialize_newtype_struct(name, &value);
        };
        let number = value.serialize(Number).map_err(S::Error::custom)?;
        match kind.entity(number).and_then(|entity| self.view.key(entity)) {
            Some(key) => self.inner.serialize_str(key),
            None => self.inner.serialize_newtype_struct(name, value),
        }
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = Wrapped { view: self.view, value };
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// A sequence, map or struct under way, whose parts are written with keys.
pub(super) struct Compound<'a, C> {
    view: View<'a>,
    inner: C,
}

macro_rules! parts {
    ($($trait:ident: $($method:ident($($name:ident: $type:ty)?)),+;)*) => {$(
        impl<C: $trait> $trait for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            $(fn $method<T: ?Sized + Serialize>(
                &mut self,
                $($name: $type,)?
                value: &T,
            ) -> Result<(), C::Error> {
                self.inner.$method($($name,)? &Wrapped { view: self.view, value })
            })+

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )*};
}

parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(key: &'static str);
    SerializeStructVariant: serialize_field(key: &'static str);
}

/// Reads the number out of an id, and nothing else.
struct Number;

/// An id that is not a number.
#[derive(Debug, thiserror::Error)]
#[error("an id is a number")]
struct NotANumber;

impl serde::ser::Error for NotANumber {
    fn custom<T: core::fmt::Display>(_message: T) -> Self {
        Self
    }
}

macro_rules! not_a_number {
    ($($method:ident($($arg:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $(_: $arg),*) -> Result<$ok, NotANumber> {
            Err(NotANumber)
        }
    )*};
}

impl Serializer for Number {
    type Ok = u64;
    type Error = NotANumber;
    type SerializeSeq = Impossible<u64, NotANumber>;
    type SerializeTuple = Impossible<u64, NotANumber>;
    type SerializeTupleStruct = Impossible<u64, NotANumber>;
    type SerializeTupleVariant = Impossible<u64, NotANumber>;
    type SerializeMap = Impossible<u64, NotANumber>;
    type SerializeStruct = Impossible<u64, NotANumber>;
    type SerializeStructVariant = Impossible<u64, NotANumber>;

    fn serialize_u32(self, number: u32) -> Result<u64, NotANumber> {
        Ok(u64::from(number))
    }

    fn serialize_u64(self, number: u64) -> Result<u64, NotANumber> {
        Ok(number)
    }

    not_a_number! {
        serialize_bool(bool) -> u64;
        serialize_i8(i8) -> u64;
        serialize_i16(i16) -> u64;
        serialize_i32(i32) -> u64;
        serialize_i64(i64) -> u64;
        serialize_u8(u8) -> u64;
        serialize_u16(u16) -> u64;
        serialize_f32(f32) -> u64;
        serialize_f64(f64) -> u64;
        serialize_char(char) -> u64;
        serialize_str(&str) -> u64;
        serialize_bytes(&[u8]) -> u64;
        serialize_none() -> u64;
        serialize_unit() -> u64;
        serialize_unit_struct(&'static str) -> u64;
        serialize_unit_variant(&'static str, u32, &'static str) -> u64;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(
            &'static str, u32, &'static str, usize
        ) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(
            &'static str, u32, &'static str, usize
        ) -> Self::SerializeStructVariant;
    }

    fn serialize_some<T: ?Sized + Serialize>(self, _: &T) -> Result<u64, NotANumber> {
        Err(NotANumber)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<u64, NotANumber> {
        Err(NotANumber)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<u64, NotANumber> {
        Err(NotANumber)
    }
}
