//! Requests as plain values, and why one was not done: what codecs of host systems share.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Sets.
    Put,
    /// Changes parts.
    Patch,
    /// Removes.
    Delete,
}

/// A request the host should send: the host adds the instance, the credentials and the headers.
///
/// ```
/// use strowger::genesys::{Method, Request};
///
/// let read = r#"{"method":"GET","path":"/api/v2/users/me"}"#;
/// let request: Request = serde_json::from_str(read)?;
/// assert_eq!(request.method, Method::Get);
/// assert!(request.query.is_empty() && request.body.is_none());
/// assert_eq!(serde_json::to_string(&request)?, read);
/// # Ok::<(), serde_json::Error>(())
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
    /// Of these permissions of the other system who sends it needs one; none here: none is
    /// documented there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Cow<'static, str>>,
}

impl Request {
    pub(crate) fn get(path: String) -> Self {
        Self::bare(Method::Get, path)
    }

    /// Without a body.
    pub(crate) const fn bare(method: Method, path: String) -> Self {
        Self { method, path, query: Vec::new(), body: None, permissions: Vec::new() }
    }

    pub(crate) fn send(method: Method, path: String, body: &impl Serialize) -> Self {
        // The bodies of codecs are structs with text keys: they can all be written.
        let body = serde_json::to_value(body).ok();
        Self { body, ..Self::bare(method, path) }
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

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFailure<F> {
    /// It was refused.
    #[error("{status}: {fault}")]
    Refused {
        /// The status: 400, 403, 404, 409, ... (ServiceNow: 200 with `success: false` too).
        status: u16,
        /// Why.
        fault: F,
    },
    /// A status that stands for itself: 401, 500, ...
    #[error("status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// An answer that cannot be read.
    #[error("not the answer that was expected: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
}

impl<F> RequestFailure<F> {
    /// The refusal, if it is one.
    #[must_use]
    pub const fn fault(&self) -> Option<&F> {
        match self {
            Self::Refused { fault, .. } => Some(fault),
            Self::Status { .. } | Self::Unreadable { .. } => None,
        }
    }
}
