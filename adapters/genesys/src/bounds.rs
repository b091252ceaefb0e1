//! The ranges of what is said of a work item.

use crate::iso_time::IsoTime;
use crate::workitem::ScoredAgent;
use strowger::model::Priority;
use strowger::model::{Invalid, Problem};
use strowger::{Span, Timestamp};

/// What is bounded in a work item.
pub(super) struct Bounds<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) priority: Option<i32>,
    pub(super) duration_seconds: Option<u32>,
    pub(super) dates: [(&'static str, Option<Timestamp>); 3],
    pub(super) scored: &'a [ScoredAgent],
}

/// The farthest ahead a work item may look.
const YEAR: u32 = 365 * 24 * 60;

impl Bounds<'_> {
    pub(super) fn check(&self, now: Timestamp) -> Result<(), Invalid> {
        let characters = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        if let Some(name) = self.name {
            Invalid::range("name", characters(name), 3, 256)?;
        }
        if self.description.is_some_and(|text| characters(text) > 512) {
            return Err(Invalid::new("description", Problem::TooLong { max: 512 }));
        }
        let most = i64::from(Priority::MAX.0);
        Invalid::range("priority", self.priority.unwrap_or(0), -most, most)?;
        let secs = i64::from(YEAR) * 60;
        Invalid::range("durationSeconds", self.duration_seconds.unwrap_or(0), 0, secs)?;
        let (latest, millis) = (now + Span::from_mins(YEAR), Timestamp::as_millis);
        for (field, date) in self.dates {
            if date.is_some_and(|date| date > latest) {
                let problem = Problem::OutOfRange { min: millis(now), max: millis(latest) };
                return Err(Invalid::new(field, problem));
            }
        }
        Invalid::length("scoredAgents", self.scored.len(), 20)?;
        let mut scores = self.scored.iter().map(|agent| agent.score);
        scores.try_for_each(|score| Invalid::range("scoredAgents.score", score, 0, 100))
    }
}

pub(super) fn dates(
    due: Option<IsoTime>,
    expires: Option<IsoTime>,
    ttl: Option<u64>,
) -> [(&'static str, Option<Timestamp>); 3] {
    let ttl = ttl.map(|secs| Timestamp::EPOCH + Span::from_millis(secs.saturating_mul(1_000)));
    [("dateDue", due.map(|at| at.0)), ("dateExpires", expires.map(|at| at.0)), ("ttl", ttl)]
}
