//! By what waiting work is sorted.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::attribute::{Attributes, Value};
use crate::model::invalid::{Invalid, Problem};

growing! {
    /// An attribute of work by which it is ordered, the lowest value first.
    ///
    /// Numbers and flags (false before true) are ordered; anything else counts as missing. Where
    /// work without a value goes is said and does not depend on the direction (Twilio: always
    /// last).
    ///
    /// ```
    /// use strowger::model::{Order, SortKey};
    /// use strowger::prelude::*;
    ///
    /// let by_severity = QueueProfile::default()
    ///     .with_order(Order::Sorted)
    ///     .with_sort_by([SortKey::descending("severity"), SortKey::ascending("contract_end")]);
    /// assert!(by_severity.sort_by[0].descending && !by_severity.sort_by[0].missing_first);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct SortKey {
        /// The attribute.
        pub attribute: Key => with_attribute(into),
        /// True if the highest value goes first.
        #[serde(default)]
        pub descending: bool => with_descending,
        /// True if work without a value goes first; else it goes last.
        #[serde(default)]
        pub missing_first: bool => with_missing_first,
    }
}

impl SortKey {
    /// The lowest value first, what has none last.
    #[must_use]
    pub fn ascending(attribute: &str) -> Self {
        Self { attribute: attribute.into(), descending: false, missing_first: false }
    }

    /// The highest value first, what has none last.
    #[must_use]
    pub fn descending(attribute: &str) -> Self {
        Self { descending: true, ..Self::ascending(attribute) }
    }

    /// The number by which work with these attributes is ordered; the lowest goes first.
    #[must_use]
    pub fn value(&self, attributes: &Attributes) -> i64 {
        let found = match attributes.get(&*self.attribute) {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::Flag(flag)) => Some(i64::from(*flag)),
            Some(Value::Text(_) | Value::Many(_)) | None => None,
        };
        // The extremes are kept for what has no value.
        let found = found.map(|number| number.clamp(i64::MIN + 2, i64::MAX - 2));
        match found {
            Some(number) if self.descending => -number,
            Some(number) => number,
            None if self.missing_first => i64::MIN,
            None => i64::MAX,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.attribute.is_valid() {
            Ok(())
        } else {
            Err(Invalid::new("sort_by.attribute", Problem::Empty))
        }
    }
}
