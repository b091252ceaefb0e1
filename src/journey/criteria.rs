//! Conditions on what a visitor is and did.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::attribute::Value;
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

use crate::journey::attributes::SessionAttributes;
use crate::journey::found::FoundValue;
use crate::journey::visit::{EventName, VisitorEvent};

/// How a value is compared (Genesys: criteria operator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operator {
    /// It is the same.
    #[serde(rename = "=")]
    Equal,
    /// It is another, or missing.
    #[serde(rename = "!=")]
    NotEqual,
    /// It is a lower number.
    #[serde(rename = "<")]
    Less,
    /// It is a number that is no higher.
    #[serde(rename = "<=")]
    AtMost,
    /// It is a higher number.
    #[serde(rename = ">")]
    More,
    /// It is a number that is no lower.
    #[serde(rename = ">=")]
    AtLeast,
    /// The text contains all the texts.
    ContainsAll,
    /// The text contains one of the texts.
    ContainsAny,
    /// The text contains none of the texts, or is missing.
    ContainsNone,
    /// There is one of the texts that the text does not contain, or it is missing.
    ContainsNotAll,
    /// The text begins with the text.
    StartsWith,
    /// The text ends with the text.
    EndsWith,
}

impl Operator {
    /// True if a value that is missing satisfies it.
    const fn is_negative(self) -> bool {
        matches!(self, Self::NotEqual | Self::ContainsNone | Self::ContainsNotAll)
    }

    /// True if it compares with several texts.
    const fn takes_several(self) -> bool {
        matches!(
            self,
            Self::ContainsAll | Self::ContainsAny | Self::ContainsNone | Self::ContainsNotAll
        )
    }

    /// True if it compares numbers alone.
    const fn is_of_numbers(self) -> bool {
        matches!(self, Self::Less | Self::AtMost | Self::More | Self::AtLeast)
    }
}

growing! {
    /// What a value is compared with, and how.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct ValueComparison {
        /// How.
        pub is: Operator => with_is,
        /// With what: a number or a text; with `contains_...` up to 100 texts.
        pub values: Vec<Value> => with_values(each Value),
        /// True if upper and lower case do not matter.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        pub ignore_case: bool => with_ignore_case,
    }
}

/// The most texts one comparison may name.
const VALUES_MAX: u32 = 100;

/// The longest text a comparison may name, in bytes: that of a URL.
const TEXT_MAX: u32 = 2_048;

impl ValueComparison {
    /// A comparison with one value.
    #[must_use]
    pub fn new(is: Operator, value: impl Into<Value>) -> Self {
        Self { is, values: [value.into()].into(), ignore_case: false }
    }

    fn check(&self) -> Result<(), Invalid> {
        let max = if self.is.takes_several() { VALUES_MAX } else { 1 };
        if self.values.is_empty() {
            return Err(Invalid::new("values", Problem::Empty));
        }
        Invalid::length("values", self.values.len(), max)?;
        self.values.iter().try_for_each(|value| match value {
            Value::Number(_) if !self.is.takes_several() && !self.is.is_of_texts() => Ok(()),
            Value::Text(text) if !self.is.is_of_numbers() => {
                Invalid::length("values", text.len(), TEXT_MAX)
            }
            _ => Err(Invalid::new("values", Problem::OutOfPlace)),
        })
    }

    /// True if a value, or its absence, satisfies it.
    pub(crate) fn holds(&self, value: Option<FoundValue<'_>>) -> bool {
        let Some(value) = value else { return self.is.is_negative() };
        let one = self.values.first();
        match self.is {
            Operator::Equal => one.is_some_and(|one| self.is_same(value, one)),
            Operator::NotEqual => !one.is_some_and(|one| self.is_same(value, one)),
            Operator::Less => self.number(value).is_some_and(|(found, one)| found < one),
            Operator::AtMost => self.number(value).is_some_and(|(found, one)| found <= one),
            Operator::More => self.number(value).is_some_and(|(found, one)| found > one),
            Operator::AtLeast => self.number(value).is_some_and(|(found, one)| found >= one),
            Operator::ContainsAll => self.texts().all(|text| self.contains(value, text)),
            Operator::ContainsAny => self.texts().any(|text| self.contains(value, text)),
            Operator::ContainsNone => !self.texts().any(|text| self.contains(value, text)),
            Operator::ContainsNotAll => !self.texts().all(|text| self.contains(value, text)),
            Operator::StartsWith => self.begins(value, |text, with| text.starts_with(with)),
            Operator::EndsWith => self.begins(value, |text, with| text.ends_with(with)),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(|value| match value {
            Value::Text(text) => Some(&**text),
            _ => None,
        })
    }

    fn number(&self, value: FoundValue<'_>) -> Option<(i64, i64)> {
        match self.values.first()? {
            Value::Number(one) => Some((value.number()?, *one)),
            _ => None,
        }
    }

    fn is_same(&self, value: FoundValue<'_>, one: &Value) -> bool {
        match one {
            Value::Number(one) => value.number() == Some(*one),
            Value::Text(one) => self.compare(value, one, |text, one| text == one),
            _ => false,
        }
    }

    fn contains(&self, value: FoundValue<'_>, one: &str) -> bool {
        self.compare(value, one, |text, one| text.contains(one))
    }

    fn begins(&self, value: FoundValue<'_>, does: impl Fn(&str, &str) -> bool) -> bool {
        self.texts().next().is_some_and(|one| self.compare(value, one, does))
    }

    fn compare(&self, value: FoundValue<'_>, one: &str, does: impl Fn(&str, &str) -> bool) -> bool {
        let FoundValue::Text(text) = value else { return false };
        match self.ignore_case {
            true => does(&text.to_lowercase(), &one.to_lowercase()),
            false => does(text, one),
        }
    }
}

impl Operator {
    /// True if it compares texts alone.
    const fn is_of_texts(self) -> bool {
        self.takes_several() || matches!(self, Self::StartsWith | Self::EndsWith)
    }
}

growing! {
    /// A condition on an attribute of a session or an event.
    ///
    /// ```
    /// use strowger::journey::{Criterion, Operator};
    ///
    /// let firefox = Criterion::new("browser.family", Operator::Equal, "Firefox");
    /// let json = r#"{"attribute": "browser.family", "is": "=", "values": ["Firefox"]}"#;
    /// assert_eq!(serde_json::from_str::<Criterion>(json).unwrap(), firefox);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(from = "WrittenCriterion", into = "WrittenCriterion")]
    pub struct Criterion {
        /// The name of the attribute: of a session a dotted name such as `browser.family`; of an
        /// event `url`, `title`, `host`, `term`, `form`, `percent`, `screen`, or an attribute of
        /// its own.
        pub attribute: Key => with_attribute(into),
        /// What its value must be.
        pub compare: ValueComparison => with_compare,
    }
}

/// A criterion as it is written: its comparison stands beside the attribute.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCriterion {
    attribute: Key,
    is: Operator,
    values: Vec<Value>,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    ignore_case: bool,
}

impl From<Criterion> for WrittenCriterion {
    fn from(criterion: Criterion) -> Self {
        let Criterion { attribute, compare: ValueComparison { is, values, ignore_case } } =
            criterion;
        Self { attribute, is, values, ignore_case }
    }
}

impl From<WrittenCriterion> for Criterion {
    fn from(written: WrittenCriterion) -> Self {
        let WrittenCriterion { attribute, is, values, ignore_case } = written;
        Self { attribute, compare: ValueComparison { is, values, ignore_case } }
    }
}

impl Criterion {
    /// A comparison of an attribute with one value.
    #[must_use]
    pub fn new(attribute: impl Into<Key>, is: Operator, value: impl Into<Value>) -> Self {
        Self { attribute: attribute.into(), compare: ValueComparison::new(is, value) }
    }

    fn check(&self) -> Result<(), Invalid> {
        check_key("attribute", &self.attribute)?;
        self.compare.check()
    }
}

growing! {
    /// A condition on what a visitor did: so many such events at least.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct EventCondition {
        /// The kind of the event.
        pub event: EventName => with_event,
        /// What its attributes must be; all must hold.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub criteria: Vec<Criterion> => with_criteria(each Criterion),
        /// The least number of such events, 1 to 1,000.
        #[serde(default = "once")]
        pub at_least: u16 => with_at_least,
    }
}

const fn once() -> u16 {
    1
}

/// The most criteria or conditions in one list.
const CRITERIA_MAX: u32 = 100;

impl EventCondition {
    /// At least one event of this kind.
    #[must_use]
    pub const fn new(event: EventName) -> Self {
        Self { event, criteria: Vec::new(), at_least: 1 }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if let EventName::Custom(name) = &self.event {
            crate::journey::visit::check_name("event", name)?;
        }
        Invalid::length("criteria", self.criteria.len(), CRITERIA_MAX)?;
        self.criteria.iter().try_for_each(Criterion::check)?;
        Invalid::range("at_least", i64::from(self.at_least), 1, 1_000)
    }

    /// True if this event is such a one.
    pub(crate) fn counts(&self, event: &VisitorEvent) -> bool {
        let named = match (&self.event, event) {
            (EventName::Custom(wanted), VisitorEvent::Custom { name, .. }) => wanted == name,
            (wanted, event) => *wanted == event.kind(),
        };
        named && self.criteria.iter().all(|one| one.compare.holds(event.found(&one.attribute)))
    }
}

growing! {
    /// The conditions of a segment or an outcome. All must hold, and there must be one at least.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Conditions {
        /// On the attributes of the session (Genesys: context).
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub session: Vec<Criterion> => with_session(each Criterion),
        /// On what happened in the session (Genesys: journey).
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub events: Vec<EventCondition> => with_events(each EventCondition),
    }
}

impl Conditions {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.session.is_empty() && self.events.is_empty() {
            return Err(Invalid::new("conditions", Problem::Empty));
        }
        check_all(&self.session, Criterion::check)?;
        check_all(&self.events, EventCondition::check)
    }

    /// True if the attributes of a session are as they must be.
    pub(crate) fn hold_of(&self, attributes: &SessionAttributes) -> bool {
        let found = |one: &Criterion| attributes.get(&one.attribute).and_then(FoundValue::of);
        self.session.iter().all(|one| one.compare.holds(found(one)))
    }
}

/// Checks a list of conditions.
pub(crate) fn check_all<T>(
    all: &[T],
    check: impl Fn(&T) -> Result<(), Invalid>,
) -> Result<(), Invalid> {
    Invalid::length("conditions", all.len(), CRITERIA_MAX)?;
    all.iter().try_for_each(check)
}

growing! {
    /// A condition on the URL of the page a visitor is on.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(transparent)]
    pub struct PageCondition {
        /// What the URL must be.
        pub url: ValueComparison => with_url,
    }
}

impl PageCondition {
    /// A comparison of the URL with one text.
    #[must_use]
    pub fn new(is: Operator, text: impl Into<String>) -> Self {
        let text: Box<str> = text.into().into_boxed_str();
        Self { url: ValueComparison::new(is, Value::Text(text)) }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.url.is.is_of_numbers() {
            return Err(Invalid::new("pages", Problem::OutOfPlace));
        }
        self.url.check()
    }

    /// True on this page.
    pub(crate) fn holds(&self, url: Option<&str>) -> bool {
        self.url.holds(url.map(FoundValue::Text))
    }
}
