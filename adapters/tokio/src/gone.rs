//! Why there is no answer.

use strowger::host::TokenTaken;

/// Why a service has no answer.
///
/// ```
/// use strowger_tokio::Gone;
///
/// assert_eq!(Gone::Stopped.to_string(), "the service was stopped: nothing was done");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Gone {
    /// The journal failed when the call was to be kept. Whether it is kept shows when the journal
    /// is recovered: a caller with a token makes the same call again then.
    #[error("the journal failed: the call may or may not be kept")]
    InDoubt,
    /// The driver halted in the call or before it, and nothing of the call is kept: the journal
    /// failed earlier, or what decides met a contradiction in its own state.
    #[error("the driver has halted: nothing was done")]
    Halted,
    /// The service was shut down before the call. Nothing was done.
    #[error("the service was stopped: nothing was done")]
    Stopped,
}

/// Why a call that carried a token has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The service has none.
    #[error(transparent)]
    Gone(#[from] Gone),
    /// The token names an earlier call with another command. Nothing was done.
    #[error(transparent)]
    TokenTaken(#[from] TokenTaken),
}
