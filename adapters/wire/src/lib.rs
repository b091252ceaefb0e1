#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::indexing_slicing,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

extern crate alloc;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
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

/// A request the host should send: the host adds the address, the credentials and the headers.
///
/// ```
/// use strowger_wire::{Method, Request, escaped};
///
/// let path = format!("/api/agents/{}", escaped("ana@example.org"));
/// let request = Request::new(Method::Put, path).with_body(&serde_json::json!({"size": 3}));
/// let written = r#"{"method":"PUT","path":"/api/agents/ana%40example.org","body":{"size":3}}"#;
/// assert_eq!(serde_json::to_string(&request)?, written);
///
/// let written = r#"{"method":"GET","path":"/api/v2/users/me"}"#;
/// let request: Request = serde_json::from_str(written)?;
/// assert_eq!(request, Request::get("/api/v2/users/me".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
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
    /// The permissions of the other system of which the sender needs one. Empty if that system
    /// documents none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Cow<'static, str>>,
}

impl Request {
    /// A request with an escaped path, without a query, a body or permissions.
    #[must_use]
    pub const fn new(method: Method, path: String) -> Self {
        Self { method, path, query: Vec::new(), body: None, permissions: Vec::new() }
    }

    /// A request that reads.
    #[must_use]
    pub const fn get(path: String) -> Self {
        Self::new(Method::Get, path)
    }

    /// The same request with one more name and value in its query; neither is escaped.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_string(), value.to_string()));
        self
    }

    /// The same request with this body. A value that JSON cannot hold (a map whose keys are not
    /// texts) leaves it without a body.
    #[must_use]
    pub fn with_body(self, body: &impl Serialize) -> Self {
        Self { body: serde_json::to_value(body).ok(), ..self }
    }

    /// The same request with the permissions of which its sender needs one.
    #[must_use]
    pub fn with_permissions(self, any_of: &[&'static str]) -> Self {
        let permissions = any_of.iter().map(|permission| (*permission).into()).collect();
        Self { permissions, ..self }
    }
}

/// A part of a path, with everything escaped that could end it.
///
/// ```
/// assert_eq!(strowger_wire::escaped("a b/c?d"), "a%20b%2Fc%3Fd");
/// ```
#[must_use]
pub fn escaped(part: &str) -> String {
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

/// A vendor's refusal, as its codec reads it.
pub trait VendorFault {
    /// Whether the same request may succeed later, although it was refused with this status now.
    /// Unless the vendor says more: whether the status alone says so.
    fn is_transient(&self, status: u16) -> bool {
        is_transient_status(status)
    }
}

/// Whether a status says that the same request may succeed later: the other side timed out (408),
/// had too many requests (429) or is in trouble itself (500 and above).
#[must_use]
pub const fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// Why a request was not done; `F` is a refusal of the vendor.
///
/// ```
/// use strowger_wire::{RequestFailure, VendorFault, is_transient_status};
///
/// struct Text(&'static str);
///
/// impl VendorFault for Text {
///     fn is_transient(&self, status: u16) -> bool {
///         self.0 == "locked" || is_transient_status(status)
///     }
/// }
///
/// let locked = RequestFailure::Refused { status: 409, fault: Text("locked") };
/// assert!(locked.is_transient());
/// assert!(!RequestFailure::<Text>::Status { status: 401 }.is_transient());
/// ```
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

impl<F: VendorFault> RequestFailure<F> {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, fault } => fault.is_transient(*status),
            Self::Status { status } => is_transient_status(*status),
            Self::Unreadable { .. } => false,
        }
    }
}
