//! The names of an enum's variants and of a struct's fields, as serde knows them. A test that goes
//! through them names what was added and is missing in the test.

use serde::de::DeserializeOwned;

/// Every name, as in JSON: serde tells all of them where it meets one that it does not know.
pub(crate) fn names<T: DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_str::<T>(r#"{"?": {}}"#).err().expect("nothing is called ?");
    let error = error.to_string();
    let names: Vec<_> = error.split('`').skip(3).step_by(2).map(ToOwned::to_owned).collect();
    assert!(!names.is_empty(), "serde tells no names: {error}");
    names
}
