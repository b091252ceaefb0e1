//! After-contact work.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::ids::{CodeId, Entity};
use crate::model::invalid::{Invalid, Problem};

/// When wrap-up begins, what it holds and how it ends (the modes of Genesys Cloud and D365).
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::{WrapUpMode, WrapUpProfile};
///
/// let minute = WrapUpMode::MandatoryTimeout { timeout: Span::from_mins(1) };
/// assert_eq!(WrapUpProfile::of(minute).mode.timeout(), Some(Span::from_secs(60)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WrapUpMode {
    /// There is none: the work is closed as the contact ends.
    #[default]
    None,
    /// The agent is free as the contact ends. The work stays open for a code until the agent gives
    /// one or the time is over.
    Optional {
        /// How long the work waits for a code.
        timeout: Span,
    },
    /// It lasts until the agent ends it, with a code if the queue has any.
    Mandatory,
    /// It lasts until the agent ends it, with a code if the queue has any, or until the time is
    /// over.
    MandatoryTimeout {
        /// The longest it lasts.
        timeout: Span,
    },
    /// It lasts just so long; the agent may give a code, but not end it sooner.
    ForcedTimeout {
        /// How long it lasts.
        timeout: Span,
    },
    /// As `mandatory_timeout`, but only if the agent asked for it before the contact ended.
    OnRequest {
        /// The longest it lasts.
        timeout: Span,
    },
}

impl WrapUpMode {
    /// The time it lasts at most.
    #[must_use]
    pub const fn timeout(self) -> Option<Span> {
        match self {
            Self::Optional { timeout }
            | Self::MandatoryTimeout { timeout }
            | Self::ForcedTimeout { timeout }
            | Self::OnRequest { timeout } => Some(timeout),
            Self::None | Self::Mandatory => None,
        }
    }
}

growing! {
    /// A queue's rules for after-contact work.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct WrapUpProfile {
        /// The mode. A timeout is 1 s to 60 min.
        pub mode: WrapUpMode => with_mode,
        /// True if an agent who transfers the work away or hands it over wraps up too.
        pub after_transfer: bool => with_after_transfer,
        /// The codes that may be given; empty allows every code and requires none.
        pub codes: Vec<CodeId> => with_codes(each CodeId),
        /// The code set when time ends a wrap-up without one.
        pub default_code: Option<CodeId> => with_default_code(into),
        /// By how much a wrap-up may be extended, all extensions together.
        pub extension_max: Span => with_extension_max,
    }
}

impl Default for WrapUpProfile {
    fn default() -> Self {
        Self {
            mode: WrapUpMode::None,
            after_transfer: true,
            codes: Vec::new(),
            default_code: None,
            extension_max: Span::from_mins(10),
        }
    }
}

impl WrapUpProfile {
    /// Rules with this mode and no codes.
    #[must_use]
    pub fn of(mode: WrapUpMode) -> Self {
        Self { mode, ..Self::default() }
    }

    /// True if a code may be given under these rules.
    #[must_use]
    pub fn allows(&self, code: CodeId) -> bool {
        self.codes.is_empty() || self.codes.contains(&code)
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if let Some(timeout) = self.mode.timeout() {
            let (min, max) = (Span::from_secs(1), Span::from_mins(60));
            if timeout < min || timeout > max {
                let problem = Problem::OutOfRange { min: 1_000, max: 3_600_000 };
                return Err(Invalid::new("wrap_up.mode.timeout", problem));
            }
        }
        match self.default_code {
            Some(code) if !self.allows(code) => {
                Err(Invalid::new("wrap_up.default_code", Problem::NotListed))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.codes.iter().chain(&self.default_code).for_each(|code| name((*code).into()));
    }
}
