//! What ServiceNow says when it refuses, by its texts.

use alloc::string::{String, ToString};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use strowger_wire::{RequestFailure, VendorFault, is_transient_status};

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $before:literal $(, $after:literal)?;)*) => {
        /// A documented refusal. Its text is what ServiceNow writes; where it names something, the
        /// name is kept.
        ///
        /// ```
        /// use strowger_servicenow::Fault;
        ///
        /// let fault = Fault::read("Work Item is already assigned to 46d4");
        /// assert_eq!(fault, Fault::AssignedTo("46d4".into()));
        /// assert_eq!(fault.to_string(), "Work Item is already assigned to 46d4");
        /// assert_eq!(Fault::read("Agent is not available"), Fault::AgentNotAvailable("".into()));
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[$doc])* #[error("{}{_0}{}", $before, concat!($($after)?))] $name(String),)*
            /// Any other text.
            #[error("{_0}")]
            Other(String),
        }

        /// What stands before and after the name in each text.
        const TEXTS: &[(&str, &str, fn(String) -> Fault)] =
            &[$(($before, concat!($($after)?), Fault::$name),)*];
    };
}

faults! {
    /// Who calls may not.
    CallerLacksRole = "Caller ", " does not have the awa_manager or awa_integration_user role";
    /// Somebody has the work item already.
    AlreadyAccepted = "Work Item accepted can not be assigned";
    /// The work item is accepted or cancelled.
    NotAssignable = "Work item ", " cannot be assigned";
    /// There is no such work item.
    NotAWorkItem = "", " is not a valid work item";
    /// The agent has no role `awa_agent`.
    NotAnAgent = "", " is not a valid agent";
    /// The agent is not available for a transfer.
    BlindTransferFailed = "Transfer failed - couldn't blind transfer to agent";
    /// The work item is assigned to another agent.
    AssignedTo = "Work Item is already assigned to ";
    /// The agent is not available.
    AgentNotAvailable = "Agent is not available";
    /// The timeout is negative.
    NegativeTimeout = "Timeout value cannot be negative";
    /// There is no such presence state.
    NotAPresenceState = "", " is not a valid presence state";
    /// The time of the offer is not written as it must be.
    OfferedOnFormat =
        "Offered time (", ") must be in the following format: yyyy-MM-dd'T'HH:mm:ss.SSS";
    /// The offer is dated in the future.
    OfferedInFuture = "Offered time (",
        ") must be before the current time, otherwise agent will have more time to accept the \
         work item";
    /// The offer is over.
    OfferTimedOut = "Timestamp after timeout (",
        ") must be after the current time, otherwise agent has no time to accept the work item";
    /// There is no such display option.
    NotADisplayOption = "", " is not a valid display option";
    /// Something is no flag.
    NotABoolean = "", " is not a valid boolean value";
    /// The agent has no role `awa_external_user`.
    NotExternalUser = "The user does not have the 'awa_external_user' role";
    /// The document is closed.
    DocumentNotActive = "Document is not active";
    /// No agent is named.
    MissingAgent = "Missing agent ID";
    /// No work item is named.
    MissingWorkItem = "Missing work item ID";
    /// No reject reason is named.
    MissingRejectReason = "Missing reject reason item ID";
    /// The work item is offered to somebody else.
    OtherAgent = "Work item is assigned to a different agent";
    /// The work item is not offered.
    NotPendingAccept = "Work item is not in pending accept state";
    /// There is no such work item.
    WrongWorkItem = "Wrong work item ID";
    /// There is no such reject reason.
    NoRejectReason = "There is no record for awa_reject_reason : ";
    /// There is no such work item.
    NoWorkItem = "There is no record for awa_work_item : ";
    /// There is no such user.
    NoUser = "There is no record for sys_user : ";
    /// Something that was named does not exist.
    RecordNotFound = "Record Not Found";
    /// Who calls has no role `awa_integration_user`.
    NotAuthenticated = "User Not Authenticated";
    /// Nobody is consulted about the document.
    NoConsult = "Cannot find the work item for document ID: ";
}

impl Fault {
    /// The refusal a text stands for. A full stop at its end does not matter.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let bare = text.trim();
        let bare = bare.strip_suffix('.').unwrap_or(bare);
        let found = TEXTS.iter().find_map(|(before, after, fault)| {
            let name = bare.strip_prefix(before)?.strip_suffix(after)?;
            let named = before.ends_with(' ') || before.ends_with('(') || before.is_empty();
            (named != name.is_empty()).then(|| fault(name.to_string()))
        });
        found.unwrap_or_else(|| Self::Other(text.to_string()))
    }

    /// Whether it says that a work item is not where it was thought to be, so that it should be
    /// looked up.
    #[must_use]
    pub const fn is_surprise(&self) -> bool {
        matches!(
            self,
            Self::AlreadyAccepted(_)
                | Self::NotAssignable(_)
                | Self::NotAWorkItem(_)
                | Self::AssignedTo(_)
                | Self::DocumentNotActive(_)
                | Self::OtherAgent(_)
                | Self::NotPendingAccept(_)
                | Self::WrongWorkItem(_)
                | Self::NoWorkItem(_)
                | Self::NoConsult(_)
        )
    }

    /// Whether it says that an agent cannot be offered anything at the moment.
    #[must_use]
    pub const fn is_of_the_agent(&self) -> bool {
        matches!(
            self,
            Self::AgentNotAvailable(_)
                | Self::BlindTransferFailed(_)
                | Self::NotAnAgent(_)
                | Self::NotExternalUser(_)
        )
    }
}

/// Why a request was not done.
pub type Failure = RequestFailure<Fault>;

impl VendorFault for Fault {
    /// The other side is down, asks for patience, or has a clock that is behind. A server that
    /// fails says so with a status alone, or with a text.
    fn is_transient(&self, status: u16) -> bool {
        match self {
            Self::OfferedInFuture(_) => true,
            Self::Other(_) => is_transient_status(status),
            _ => false,
        }
    }
}

#[derive(Deserialize)]
struct Envelope<T> {
    result: T,
}

/// What a refused request is answered with, in any of its forms.
#[derive(Default, Deserialize)]
struct Trouble {
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    result: Option<Trouble>,
    #[serde(default)]
    error: Option<Trouble>,
}

impl Refusal {
    fn fault(self) -> Option<Fault> {
        let refused = self.result.filter(|result| result.success == Some(false));
        let trouble = self.error.or(refused)?;
        let texts = [trouble.detail, trouble.message].into_iter().flatten();
        let mut faults = texts.filter(|text| !text.is_empty()).map(|text| Fault::read(&text));
        let first = faults.next()?;
        let known = |fault: &Fault| !matches!(fault, Fault::Other(_));
        Some(if known(&first) { first } else { faults.find(known).unwrap_or(first) })
    }
}

/// Reads what a request was answered with.
///
/// ```
/// use strowger_servicenow::{AcceptedItem, Failure, Fault, read};
///
/// let done = br#"{"result":{"documentSysId":"57af","documentTable":"incident"}}"#;
/// assert_eq!(read::<AcceptedItem>(200, done)?.document_table, "incident");
/// let refused = br#"{"error":{"message":"x","detail":"Missing agent ID"},"status":"failure"}"#;
/// let failure = read::<AcceptedItem>(400, refused).unwrap_err();
/// assert_eq!(failure.fault(), Some(&Fault::MissingAgent("".into())));
/// # Ok::<(), Failure>(())
/// ```
///
/// # Errors
/// Why the request was not done, or what is wrong with the answer.
pub fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, Failure> {
    let refusal = serde_json::from_slice::<Refusal>(body).unwrap_or_default();
    if let Some(fault) = refusal.fault() {
        return Err(Failure::Refused { status, fault });
    }
    if !(200..300).contains(&status) {
        return Err(Failure::Status { status });
    }
    let read = serde_json::from_slice::<Envelope<T>>(body);
    read.map(|envelope| envelope.result)
        .map_err(|error| Failure::Unreadable { reason: error.to_string() })
}
