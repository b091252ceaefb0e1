//! What follows the end of a contact.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Timestamp};
use crate::model::ids::CodeId;
use crate::model::wrap_up::{WrapUpMode, WrapUpProfile};

/// After-contact work that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WrapUp {
    /// When time ends it; [`Timestamp::MAX`] if only the agent does.
    pub until: Timestamp,
    /// True if the wrap-up counts against the agent's capacity.
    pub counts: bool,
}

/// The wrap-up that begins as a contact ends, if any.
#[must_use]
pub fn after_contact(mode: WrapUpMode, requested: bool, now: Timestamp) -> Option<WrapUp> {
    let lasting = |timeout: Span| Some(WrapUp { until: now + timeout, counts: true });
    match mode {
        WrapUpMode::None => None,
        WrapUpMode::Optional { timeout } => Some(WrapUp { until: now + timeout, counts: false }),
        WrapUpMode::Mandatory => Some(WrapUp { until: Timestamp::MAX, counts: true }),
        WrapUpMode::MandatoryTimeout { timeout } | WrapUpMode::ForcedTimeout { timeout } => {
            lasting(timeout)
        }
        WrapUpMode::OnRequest { timeout } => requested.then(|| lasting(timeout)).flatten(),
    }
}

/// True if the agent may end a wrap-up before its time. A wrap-up that began under another mode,
/// and that time does not end, the agent may always end.
#[must_use]
pub fn may_end(mode: WrapUpMode, until: Timestamp) -> bool {
    until == Timestamp::MAX || !matches!(mode, WrapUpMode::ForcedTimeout { .. })
}

/// True if an agent who wraps up in this mode must give a code to end the wrap-up.
#[must_use]
pub const fn needs_code(mode: WrapUpMode, profile: &WrapUpProfile) -> bool {
    match mode {
        WrapUpMode::Mandatory | WrapUpMode::MandatoryTimeout { .. } => !profile.codes.is_empty(),
        WrapUpMode::None
        | WrapUpMode::Optional { .. }
        | WrapUpMode::ForcedTimeout { .. }
        | WrapUpMode::OnRequest { .. } => false,
    }
}

/// The code that stands when time ends a wrap-up.
#[must_use]
pub fn code_at_timeout(profile: &WrapUpProfile, given: Option<CodeId>) -> Option<CodeId> {
    given.or(profile.default_code)
}
