//! Work for later, and calls back to customers.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::{Span, Timestamp};
use crate::model::invalid::{Invalid, Problem};

growing! {
    /// When work enters the line of its queue. Until then nobody is asked for it, and its wait
    /// counts from then (Azure Job Router: schedule and suspend).
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::model::Schedule;
    ///
    /// let at_ten = Schedule::at(Timestamp::from_millis(36_000_000));
    /// assert!(!at_ten.activation);
    /// assert_eq!(Schedule::suspended().at, None);
    /// ```
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Schedule {
        /// When; `None`: now.
        pub at: Option<Timestamp> => with_at(into),
        /// True if the work is suspended at that time, until the host activates it.
        pub activation: bool => with_activation,
    }
}

impl Schedule {
    /// It enters its line at this time.
    #[must_use]
    pub const fn at(at: Timestamp) -> Self {
        Self { at: Some(at), activation: false }
    }

    /// It waits for the host to activate it.
    #[must_use]
    pub const fn suspended() -> Self {
        Self { at: None, activation: true }
    }

    pub(crate) fn check(self) -> Result<(), Invalid> {
        if self == Self::default() { Err(Invalid::new("schedule", Problem::Empty)) } else { Ok(()) }
    }
}

growing! {
    /// How often a customer who asked to be called back is tried (Amazon Connect: queued callback).
    ///
    /// An attempt is one that the host reports as not answered by the customer; an agent who does
    /// not take the offer is none.
    ///
    /// ```
    /// use strowger::model::Callback;
    /// use strowger::prelude::*;
    ///
    /// let three_dials = Callback::default().with_retries(2).with_gap(Span::from_mins(10));
    /// assert_eq!(three_dials.retries, 2);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Callback {
        /// How often it is tried again after the first attempt.
        pub retries: u8 => with_retries,
        /// How long after an attempt the next may be made.
        pub gap: Span => with_gap,
    }
}

impl Default for Callback {
    fn default() -> Self {
        Self { retries: 2, gap: Span::from_mins(10) }
    }
}

impl Callback {
    pub(crate) fn check(self) -> Result<(), Invalid> {
        Invalid::some_time("callback.gap", self.gap)
    }
}
