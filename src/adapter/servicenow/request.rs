//! A request as a plain value, and the record it is about.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::key::Key;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Sets.
    Put,
}

/// A request the host should send: the host adds the instance, the credentials and the headers.
///
/// ```
/// use strowger::servicenow::{Method, Request, get_capacities};
///
/// let request = get_capacities("46d44a23a9fe19810012d100cca80666");
/// assert_eq!(request.method, Method::Get);
/// assert_eq!(request.path, "/api/now/awa/agents/46d44a23a9fe19810012d100cca80666/capacities");
/// assert!(request.query.is_empty() && request.body.is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, escaped.
    pub path: String,
    /// Names and values of the query, not escaped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// The body, to be written as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Request {
    pub(crate) fn get(path: String) -> Self {
        Self { method: Method::Get, path, query: Vec::new(), body: None }
    }

    pub(crate) fn send(method: Method, path: String, body: &impl Serialize) -> Self {
        // The bodies of this module are structs with text keys: they can all be written.
        let body = serde_json::to_value(body).ok();
        Self { method, path, query: Vec::new(), body }
    }
}

/// A part of a path, with everything escaped that could end it.
pub(crate) fn escaped(part: &str) -> String {
    let mut path = String::new();
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                path.push(char::from(byte));
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

/// A record work is about: an interaction, a case, a task.
///
/// ```
/// use strowger::servicenow::Document;
///
/// let chat = Document::new("interaction", "59616aba87bd5210be070d48dabb35e6");
/// assert_eq!(&*chat.key(), "interaction/59616aba87bd5210be070d48dabb35e6");
/// assert_eq!(Document::of_key(&chat.key()), Some(chat));
/// assert_eq!(Document::of_key("call-17"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Document {
    /// The table it is in, such as `interaction`.
    pub table: String,
    /// Its id there.
    pub sys_id: String,
}

impl Document {
    /// The table of interactions.
    pub const INTERACTION: &'static str = "interaction";

    /// This record of this table.
    #[must_use]
    pub fn new(table: impl Into<String>, sys_id: impl Into<String>) -> Self {
        Self { table: table.into(), sys_id: sys_id.into() }
    }

    /// The key under which work that is about it is submitted.
    #[must_use]
    pub fn key(&self) -> Key {
        format!("{}/{}", self.table, self.sys_id).into()
    }

    /// The record that work under this key is about, if it is about one.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (table, sys_id) = key.split_once('/')?;
        let both = !table.is_empty() && !sys_id.is_empty() && !sys_id.contains('/');
        both.then(|| Self::new(table, sys_id))
    }
}
