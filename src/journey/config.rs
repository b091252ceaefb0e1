//! The configuration of the layer, and its bounds.

use alloc::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Span;
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;

/// How often a customer is offered the same action map (Genesys: frequency capping).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FrequencyCap {
    /// As often as it qualifies.
    #[default]
    None,
    /// Not again once an offer of it ended, in whichever way.
    OnceFinalized,
    /// Not again once they rejected it.
    OnceRejected,
    /// Not again for a while after it was offered.
    #[non_exhaustive]
    ForPeriod {
        /// How long.
        span: Span,
    },
}

impl FrequencyCap {
    /// Not again for so long after it was offered.
    #[must_use]
    pub const fn for_period(span: Span) -> Self {
        Self::ForPeriod { span }
    }
}

/// What makes one customer of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Merging {
    /// That one says to be the other (as Genesys does it).
    #[default]
    Claimed,
    /// That one has proved to be the other.
    Verified,
}

growing! {
    /// The bounds of the layer. What would exceed one is refused, or shows in a fact or a count.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct JourneyLimits {
        /// Live sessions. Another one is refused.
        pub live_sessions: u32 => with_live_sessions,
        /// Customers that are kept, those who were merged included. Another one is refused.
        pub customers: u32 => with_customers,
        /// Sessions of a customer that are kept. The oldest that ended is archived for another one.
        pub sessions: u32 => with_sessions,
        /// Events of a session that are kept, 10 to 10,000. For further ones the oldest page views
        /// make room. As many segments, outcomes and states of offers stay beside them.
        pub events: u32 => with_events,
        /// Terms of a session. Another one is refused.
        pub terms: u32 => with_terms,
        /// Segments of a session, and of a customer. Another one is not assigned.
        pub segments_assigned: u32 => with_segments_assigned,
        /// Identifiers of a customer.
        pub identifiers: u32 => with_identifiers,
        /// Customers for whom one stands.
        pub merged: u32 => with_merged,
        /// Segments that are defined.
        pub segments: u32 => with_segments,
        /// Outcomes that are defined.
        pub outcomes: u32 => with_outcomes,
        /// Outcomes that have scores.
        pub scored: u32 => with_scored,
        /// Action maps that are defined.
        pub action_maps: u32 => with_action_maps,
        /// Targets that are defined.
        pub targets: u32 => with_targets,
    }
}

impl Default for JourneyLimits {
    fn default() -> Self {
        Self {
            live_sessions: 1_000_000,
            customers: 10_000_000,
            sessions: 1_000,
            events: 500,
            terms: 100,
            segments_assigned: 100,
            identifiers: 50,
            merged: 1_000,
            segments: 1_000,
            outcomes: 100,
            scored: 10,
            action_maps: 1_000,
            targets: 1_000,
        }
    }
}

growing! {
    /// The configuration of the layer, as the host chooses it.
    ///
    /// ```
    /// use strowger::Span;
    /// use strowger::journey::{FrequencyCap, JourneyConfig};
    ///
    /// let config = JourneyConfig::default()
    ///     .with_tracked(["store.test".into()])
    ///     .with_cap(FrequencyCap::for_period(Span::from_secs(3_600)));
    /// assert!(config.check().is_ok());
    /// assert_eq!(config.session, Span::from_secs(20 * 60));
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct JourneyConfig {
        /// True if the organisation has the feature. Without it no segment and no outcome is
        /// evaluated and nothing is offered; sessions, searches and journey maps go on.
        pub licensed: bool => with_licensed,
        /// The domains whose pages exist, with all that lie in them, 1,000 at most.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        pub tracked: BTreeSet<Key> => with_tracked(each Key),
        /// How long a session goes on after the last activity, 1 minute to 1 day.
        pub session: Span => with_session,
        /// How old an event may be, at most 1 day.
        pub event_age: Span => with_event_age,
        /// How long a customer of whom nothing is known is kept after the last activity, 1 to 3,650
        /// days.
        pub ephemeral: Span => with_ephemeral,
        /// How often a customer is offered the same action map.
        pub cap: FrequencyCap => with_cap,
        /// What makes one customer of two.
        pub merge: Merging => with_merge,
        /// How many cards a page has unless a view asks for another number, 1 to 100.
        pub page_size: u8 => with_page_size,
        /// The bounds.
        pub limits: JourneyLimits => with_limits,
    }
}

impl Default for JourneyConfig {
    fn default() -> Self {
        Self {
            licensed: true,
            tracked: BTreeSet::new(),
            session: Span::from_millis(20 * MINUTE),
            event_age: Span::from_millis(60 * MINUTE),
            ephemeral: Span::from_millis(60 * DAY),
            cap: FrequencyCap::None,
            merge: Merging::Claimed,
            page_size: 10,
            limits: JourneyLimits::default(),
        }
    }
}

impl JourneyConfig {
    /// Says whether it makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::length("tracked", self.tracked.len(), 1_000)?;
        for domain in &self.tracked {
            check_key("tracked", domain)?;
            let odd = |sign: char| sign.is_whitespace() || "/:@?#".contains(sign);
            if domain.contains(odd) || domain.starts_with('.') {
                return Err(Invalid::new("tracked", Problem::NotListed));
            }
        }
        check_span("session", self.session, MINUTE, DAY)?;
        check_span("event_age", self.event_age, 0, DAY)?;
        check_span("ephemeral", self.ephemeral, DAY, 3_650 * DAY)?;
        Invalid::range("page_size", i64::from(self.page_size), 1, 100)?;
        self.limits.check()
    }
}

impl JourneyLimits {
    fn check(&self) -> Result<(), Invalid> {
        Invalid::range("limits.events", i64::from(self.events), 10, 10_000)?;
        let all = [
            ("limits.live_sessions", self.live_sessions, u32::MAX),
            ("limits.customers", self.customers, u32::MAX),
            ("limits.sessions", self.sessions, 100_000),
            ("limits.terms", self.terms, 1_000),
            ("limits.segments_assigned", self.segments_assigned, 1_000),
            ("limits.identifiers", self.identifiers, 1_000),
            ("limits.merged", self.merged, 100_000),
            ("limits.segments", self.segments, 10_000),
            ("limits.outcomes", self.outcomes, 10_000),
            ("limits.scored", self.scored, 10_000),
            ("limits.action_maps", self.action_maps, 10_000),
            ("limits.targets", self.targets, 10_000),
        ];
        all.into_iter().try_for_each(|(field, value, max)| {
            Invalid::range(field, i64::from(value), 1, i64::from(max))
        })
    }
}

/// Refuses a length of time outside these, in milliseconds.
pub(crate) fn check_span(
    field: &'static str,
    span: Span,
    min: u64,
    max: u64,
) -> Result<(), Invalid> {
    match (min..=max).contains(&span.as_millis()) {
        true => Ok(()),
        false => {
            let (min, max) = (i64::try_from(min), i64::try_from(max));
            let (min, max) = (min.unwrap_or(i64::MAX), max.unwrap_or(i64::MAX));
            Err(Invalid::new(field, Problem::OutOfRange { min, max }))
        }
    }
}
