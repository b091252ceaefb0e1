//! What is said in groups of names and values: of a browser, a device, a place.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use crate::left::{Left, WhyLeft};
use crate::words::open_body;
use strowger::Key;
use strowger::model::{Attributes, Value as Held};

/// What is said of a browser, a device, a place, a campaign and the like, by name.
pub type Group = BTreeMap<String, Value>;

open_body! {
    /// An attribute or a trait of an event.
    pub JourneyAttribute {
        /// The type of its value.
        data_type: Option<String>,
        /// Its value, as a text.
        value: Option<String>,
    }
}

open_body! {
    /// Something that is named by its id.
    pub JourneyRef {
        /// The id.
        id: String,
    }
}

/// The most attributes an event, or a session, may have here.
const ATTRIBUTES_MAX: usize = 50;

/// The longest the name or the value of an attribute may be here, in bytes.
const TEXT_MAX: usize = 200;

/// What is told as left.
pub(super) type Rest = Vec<Left>;

/// This was left, for this reason.
pub(super) fn leave(left: &mut Rest, field: impl Into<String>, why: WhyLeft) {
    left.push(Left::new(field, why));
}

/// Whatever else a body says has no counterpart. Its address says its id again.
pub(super) fn leave_others(left: &mut Rest, path: &str, others: &Group) {
    for (name, _) in others.iter().filter(|(_, value)| !value.is_null()) {
        let is_address = &**name == "selfUri";
        let why = if is_address { WhyLeft::SaidElsewhere } else { WhyLeft::NoCounterpart };
        leave(left, within(path, name), why);
    }
}

/// The name of a field within another one.
pub(super) fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

/// Attributes as far as there is room for them.
#[derive(Debug, Default)]
pub(super) struct Room {
    attributes: Attributes,
}

impl Room {
    /// What has found room.
    pub(super) fn attributes(self) -> Attributes {
        self.attributes
    }

    /// Puts one in. What is first under a name stays.
    pub(super) fn put(&mut self, name: &str, value: Held, field: String, left: &mut Rest) {
        let long = match &value {
            Held::Text(text) => text.len() > TEXT_MAX,
            _ => false,
        };
        let fits = !name.is_empty() && name.len() <= TEXT_MAX && !long;
        let taken = self.attributes.contains_key(name);
        if !fits || taken || self.attributes.len() >= ATTRIBUTES_MAX {
            leave(left, field, WhyLeft::OutOfRange);
        } else {
            self.attributes.insert(Key::from(name), value);
        }
    }

    /// Puts in all that a group says, under `prefix`; `path` is how the vendor calls the group.
    pub(super) fn put_group(&mut self, prefix: &str, path: &str, group: &Group, left: &mut Rest) {
        for (name, value) in group {
            self.put_value(&within(prefix, name), within(path, name), value, left);
        }
    }

    fn put_value(&mut self, name: &str, field: String, value: &Value, left: &mut Rest) {
        let held = match value {
            Value::Null => return,
            _ if name.ends_with(".selfUri") => {
                return leave(left, field, WhyLeft::SaidElsewhere);
            }
            Value::Bool(flag) => Held::Flag(*flag),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Held::Number(whole),
                // A place on the map, for instance: here numbers are whole.
                None => Held::from(number.to_string()),
            },
            Value::String(text) => Held::from(&**text),
            Value::Object(group) => {
                for (part, value) in group {
                    self.put_value(&within(name, part), within(&field, part), value, left);
                }
                return;
            }
            Value::Array(_) => return leave(left, field, WhyLeft::NoCounterpart),
        };
        self.put(name, held, field, left);
    }

    /// Puts in the attributes of an event or a session, as they are called there.
    pub(super) fn put_all(
        &mut self,
        path: &str,
        attributes: &BTreeMap<String, JourneyAttribute>,
        left: &mut Rest,
    ) {
        for (name, attribute) in attributes {
            let field = within(path, name);
            leave_others(left, &field, &attribute.others);
            match attribute.held() {
                Some(Ok(value)) => self.put(name, value, field, left),
                Some(Err(why)) => leave(left, field, why),
                None => {}
            }
        }
    }
}

impl JourneyAttribute {
    /// The value as it is here; `None`: it has none. Whole numbers and flags are such; every other
    /// value is the text that it is there.
    pub(super) fn held(&self) -> Option<Result<Held, WhyLeft>> {
        let value = self.value.as_deref()?;
        let kind = self.data_type.as_deref().unwrap_or_default();
        Some(match (&*kind.to_ascii_lowercase(), value) {
            ("integer", value) => value.parse().map(Held::Number).map_err(|_| WhyLeft::OutOfRange),
            ("boolean", "true") => Ok(Held::Flag(true)),
            ("boolean", "false") => Ok(Held::Flag(false)),
            ("boolean", _) => Err(WhyLeft::UnknownValue),
            (_, text) => Ok(Held::Text(Box::from(text))),
        })
    }
}
