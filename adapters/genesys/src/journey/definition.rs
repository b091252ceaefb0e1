//! Segments and outcomes, as they are defined there and here.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use strowger::Key;
use strowger::journey::{Outcome, Scope, VisitorSegment};
use strowger_wire::{Request, escaped};

use crate::iso_time::IsoTime;
use crate::journey::criteria::{JourneyContextPatterns, JourneyPatterns, Reader};
use crate::journey::form::FormWords;
use crate::journey::group::{Group, Rest, leave, leave_others};
use crate::left::{Left, WhyLeft};
use crate::words::{open_body, words};

words! {
    /// What a segment is a property of.
    SegmentScope {
        /// A session.
        Session = "Session",
        /// A customer.
        Customer = "Customer",
    }
}

open_body! {
    /// A segment: `GET /journey/segments/{id}`.
    pub JourneySegment {
        /// The id.
        id: String,
        /// Whether it is evaluated.
        is_active: Option<bool>,
        /// The name people read.
        display_name: String,
        /// The version.
        version: Option<u32>,
        /// What it is for.
        description: Option<String>,
        /// The colour, as `#RRGGBB`.
        color: String,
        /// What it is a property of; a session if it is not said.
        scope: Option<SegmentScope>,
        /// Whether agents see it.
        should_display_to_agent: Option<bool>,
        /// What the session must be.
        context: JourneyContextPatterns,
        /// What must have happened.
        journey: JourneyPatterns,
        /// The segment of another system that it stands for.
        external_segment: Option<Group>,
        /// After how many days a customer loses it.
        assignment_expiration_days: Option<u32>,
        /// When it was made.
        created_date: Option<IsoTime>,
        /// When it was changed last.
        modified_date: Option<IsoTime>,
    }
}

/// A segment as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentImport {
    /// Its key: the id there.
    pub key: Key,
    /// The version there. Versions are counted anew here.
    pub version: Option<u32>,
    /// The segment. It is not active if one of its conditions was left: it would match others than
    /// there. What is assigned there can be assigned here by `Match` all the same.
    pub segment: VisitorSegment,
    /// What was not taken over.
    pub left: Vec<Left>,
}

impl JourneySegment {
    /// The segment as it is here.
    ///
    /// ```
    /// use strowger::journey::{EventName, Scope};
    /// use strowger_genesys::{FormWords, JourneySegment};
    ///
    /// let read = r##"{"id":"s-1","displayName":"Chairs","color":"#FF6A00","scope":"Session",
    ///     "journey":{"patterns":[{"count":2,"eventName":"page_viewed","criteria":[
    ///         {"key":"page.url","operator":"containsAny","values":["/chairs"]}]}]}}"##;
    /// let segment: JourneySegment = serde_json::from_str(read)?;
    /// let import = segment.import(&FormWords::default());
    /// assert!(import.left.is_empty() && import.segment.check().is_ok());
    /// let twice = &import.segment.conditions.events[0];
    /// assert_eq!((&twice.event, twice.at_least), (&EventName::PageViewed, 2));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn import(&self, words: &FormWords) -> SegmentImport {
        let mut reader = Reader::new(words);
        let conditions = reader.conditions(&self.context, &self.journey);
        let mut segment =
            VisitorSegment::new(&self.display_name, &self.color).with_conditions(conditions);
        match &self.scope {
            None | Some(SegmentScope::Session) => segment.scope = Scope::Session,
            Some(SegmentScope::Customer) => segment.scope = Scope::Customer,
            Some(SegmentScope::Other(_)) => reader.miss("scope".into(), WhyLeft::UnknownValue),
        }
        segment.show_to_agent = self.should_display_to_agent;
        if let Some(days) = self.assignment_expiration_days {
            let fits = u16::try_from(days).ok().filter(|days| (1..=3_650).contains(days));
            let why = match segment.scope {
                Scope::Customer => WhyLeft::OutOfRange,
                _ => WhyLeft::NoCounterpart,
            };
            segment.expires_after = fits.filter(|_| segment.scope == Scope::Customer);
            if segment.expires_after.is_none() {
                leave(&mut reader.left, "assignmentExpirationDays", why);
            }
        }
        segment.active = self.is_active.unwrap_or(true) && reader.whole;
        let mut left = reader.left;
        let said = [
            ("description", self.description.is_some()),
            ("externalSegment", self.external_segment.is_some()),
        ];
        leave_said(&mut left, said);
        leave_dates(&mut left, self.created_date, self.modified_date);
        leave_others(&mut left, "", &self.others);
        SegmentImport { key: Key::from(&self.id), version: self.version, segment, left }
    }
}

/// Tells what is said and has no counterpart.
pub(super) fn leave_said<'a>(left: &mut Rest, said: impl IntoIterator<Item = (&'a str, bool)>) {
    for (field, _) in said.into_iter().filter(|(_, said)| *said) {
        leave(left, field, WhyLeft::NoCounterpart);
    }
}

/// When something was made and changed has no counterpart: the facts say it here.
pub(super) fn leave_dates(left: &mut Rest, made: Option<IsoTime>, changed: Option<IsoTime>) {
    leave_said(left, [("createdDate", made.is_some()), ("modifiedDate", changed.is_some())]);
}

open_body! {
    /// An outcome: `GET /journey/outcomes/{id}`.
    pub JourneyOutcome {
        /// The id.
        id: String,
        /// Whether it is evaluated.
        is_active: Option<bool>,
        /// The name people read.
        display_name: String,
        /// The version.
        version: Option<u32>,
        /// What it is for.
        description: Option<String>,
        /// Whether it is wished for.
        is_positive: Option<bool>,
        /// What the session must be.
        context: JourneyContextPatterns,
        /// What must have happened.
        journey: JourneyPatterns,
        /// What says how much it is worth.
        associated_value_field: Option<Group>,
        /// When it was made.
        created_date: Option<IsoTime>,
        /// When it was changed last.
        modified_date: Option<IsoTime>,
    }
}

/// An outcome as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeImport {
    /// Its key: the id there.
    pub key: Key,
    /// The version there. Versions are counted anew here.
    pub version: Option<u32>,
    /// The outcome. It is not active if one of its conditions was left.
    pub outcome: Outcome,
    /// What was not taken over.
    pub left: Vec<Left>,
}

impl JourneyOutcome {
    /// The outcome as it is here; `scored`: whether it has a predictor there, which its body does
    /// not say.
    #[must_use]
    pub fn import(&self, words: &FormWords, scored: bool) -> OutcomeImport {
        let mut reader = Reader::new(words);
        let conditions = reader.conditions(&self.context, &self.journey);
        let outcome = Outcome::new(&self.display_name)
            .with_positive(self.is_positive.unwrap_or(true))
            .with_active(self.is_active.unwrap_or(true) && reader.whole)
            .with_scored(scored)
            .with_conditions(conditions);
        let mut left = reader.left;
        let said = [
            ("description", self.description.is_some()),
            ("associatedValueField", self.associated_value_field.is_some()),
        ];
        leave_said(&mut left, said);
        leave_dates(&mut left, self.created_date, self.modified_date);
        leave_others(&mut left, "", &self.others);
        OutcomeImport { key: Key::from(&self.id), version: self.version, outcome, left }
    }
}

/// A segment: `GET /journey/segments/{id}`, answered with a [`JourneySegment`].
#[must_use]
pub fn get_segment(segment: &str) -> Request {
    let path = format!("/api/v2/journey/segments/{}", escaped(segment));
    Request::get(path).with_permissions(&["journey:segment:view"])
}

/// An outcome: `GET /journey/outcomes/{id}`, answered with a [`JourneyOutcome`].
#[must_use]
pub fn get_outcome(outcome: &str) -> Request {
    let path = format!("/api/v2/journey/outcomes/{}", escaped(outcome));
    Request::get(path).with_permissions(&["journey:outcome:view"])
}
