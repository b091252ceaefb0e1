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

/// How long an agent wraps up (Genesys Engage: the agent's own after-call work time).
///
/// ```
/// use strowger::model::{AgentWrapUp, WrapUpMode};
/// use strowger::prelude::*;
///
/// let expert = AgentProfile::default().with_wrap_up(AgentWrapUp::Never);
/// assert_eq!(expert.wrap_up.of(WrapUpMode::Mandatory), WrapUpMode::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentWrapUp {
    /// As the queue says.
    #[default]
    Queue,
    /// Never: a contact that ends with this agent is over at once, whatever the queue and the rules
    /// of records say. Its record has no wrap-up. An agent who gave the work away to this one wraps
    /// up as always.
    Never,
    /// For so long at most, 1 s to 60 min: it takes the place of the queue's time. A `mandatory`
    /// wrap-up is over after it too, and where the queue has none there is one, as under
    /// `mandatory_timeout`.
    Timeout(Span),
}

impl AgentWrapUp {
    /// True if the agent wraps up as the queue says.
    pub(crate) const fn is_the_queues(&self) -> bool {
        matches!(self, Self::Queue)
    }

    /// The mode by which the agent wraps up in a queue with this mode.
    #[must_use]
    pub const fn of(self, queue: WrapUpMode) -> WrapUpMode {
        let timeout = match self {
            Self::Queue => return queue,
            Self::Never => return WrapUpMode::None,
            Self::Timeout(timeout) => timeout,
        };
        match queue {
            WrapUpMode::Optional { .. } => WrapUpMode::Optional { timeout },
            WrapUpMode::ForcedTimeout { .. } => WrapUpMode::ForcedTimeout { timeout },
            WrapUpMode::OnRequest { .. } => WrapUpMode::OnRequest { timeout },
            WrapUpMode::None | WrapUpMode::Mandatory | WrapUpMode::MandatoryTimeout { .. } => {
                WrapUpMode::MandatoryTimeout { timeout }
            }
        }
    }

    pub(crate) fn check(self) -> Result<(), Invalid> {
        match self {
            Self::Timeout(timeout) => check_timeout("wrap_up.timeout", timeout),
            Self::Queue | Self::Never => Ok(()),
        }
    }
}

fn check_timeout(field: &'static str, timeout: Span) -> Result<(), Invalid> {
    if timeout < Span::from_secs(1) || timeout > Span::from_mins(60) {
        return Err(Invalid::new(field, Problem::OutOfRange { min: 1_000, max: 3_600_000 }));
    }
    Ok(())
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
            check_timeout("wrap_up.mode.timeout", timeout)?;
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
