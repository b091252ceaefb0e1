//! What a request was answered with.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use serde::de::DeserializeOwned;

use crate::words::body;
use strowger_wire::{RequestFailure, VendorFault};

body! {
    /// A refusal, as Genesys Cloud writes it.
    ///
    /// ```
    /// use strowger_genesys::{Fault, Workitem, read};
    ///
    /// let refused = br#"{"message":"Not found","code":"not.found","status":404}"#;
    /// let failure = read::<Workitem>(404, refused).unwrap_err();
    /// assert_eq!(failure.fault().map(|fault| &*fault.code), Some("not.found"));
    /// assert!(!failure.is_transient());
    /// ```
    pub Fault {
        /// What kind it is, such as `not.found` or `missing.any.permissions`.
        code: String,
        /// What it says.
        message: String,
        /// What the text names.
        message_params: BTreeMap<String, String>,
        /// The thing it is about.
        entity_id: Option<String>,
        /// What the vendor's support asks for.
        context_id: Option<String>,
    }
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

/// Why a request was not done.
pub type Failure = RequestFailure<Fault>;

impl VendorFault for Fault {}

impl Fault {
    /// Whether who sent the request lacks a permission.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        self.code.contains("permission")
    }
}

/// Reads what a request was answered with.
///
/// # Errors
/// Why the request was not done, or what is wrong with the answer.
#[expect(clippy::result_large_err, reason = "128 bytes, once for an answer over a network")]
pub fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, Failure> {
    check(status, body)?;
    serde_json::from_slice(body).map_err(|error| Failure::Unreadable { reason: error.to_string() })
}

/// Whether a request was done that is answered with nothing of interest.
///
/// # Errors
/// Why it was not.
#[expect(clippy::result_large_err, reason = "128 bytes, once for an answer over a network")]
pub fn check(status: u16, body: &[u8]) -> Result<(), Failure> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    Err(match serde_json::from_slice::<Fault>(body) {
        Ok(fault) if !fault.code.is_empty() => Failure::Refused { status, fault },
        Ok(_) | Err(_) => Failure::Status { status },
    })
}
