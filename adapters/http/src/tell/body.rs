//! The body of a request: JSON in which no name comes twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::ProblemDetails;

/// The JSON of a body; an empty one is an object without fields.
///
/// # Errors
/// 400 if it is no JSON, or says a name twice: of two values nobody knows which was meant.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, ProblemDetails> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    let mut source = serde_json::Deserializer::from_slice(body);
    let value = Once.deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    value.map_err(|error| ProblemDetails::malformed(format!("the body is no JSON: {error}")))
}

/// Reads a value in which every name comes once.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Self)?;
            if fields.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(format!("`{name}` comes twice")));
            }
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::read_json;

    #[test]
    fn a_name_that_comes_twice_is_refused_wherever_it_stands() {
        for body in [r#"{"a":1,"a":1}"#, r#"{"b":[{"a":1,"c":2,"a":3}]}"#, "{", "1 2", "\u{0}"] {
            assert!(read_json(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn whatever_json_says_is_read_as_serde_json_reads_it() {
        let body = r#"{"a":[1,-2,1.5,true,null,"x"],"b":{"a":{}}}"#;
        let read = read_json(body.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str::<serde_json::Value>(body).unwrap());
        assert_eq!(read_json(b" \n").unwrap(), serde_json::json!({}));
    }
}
