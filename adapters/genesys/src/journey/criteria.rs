//! What visitors must be and do: criteria and patterns, as conditions.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::journey::form::FormWords;
use crate::journey::group::{Rest, leave, leave_others, within};
use crate::left::WhyLeft;
use crate::words::{open_body, words};
use strowger::Key;
use strowger::journey::{
    Conditions, Criterion, EventCondition, EventName, Operator, ValueComparison,
};
use strowger::model::Value as Held;

words! {
    /// How a value is compared.
    CriteriaOperator {
        /// It contains all the values.
        ContainsAll = "containsAll",
        /// It contains one of the values.
        ContainsAny = "containsAny",
        /// There is one of the values that it does not contain.
        NotContainsAll = "notContainsAll",
        /// It contains none of the values.
        NotContainsAny = "notContainsAny",
        /// It is the value.
        Equal = "equal",
        /// It is another value.
        NotEqual = "notEqual",
        /// It is higher.
        GreaterThan = "greaterThan",
        /// It is no lower.
        GreaterThanOrEqual = "greaterThanOrEqual",
        /// It is lower.
        LessThan = "lessThan",
        /// It is no higher.
        LessThanOrEqual = "lessThanOrEqual",
        /// It begins with the value.
        StartsWith = "startsWith",
        /// It ends with the value.
        EndsWith = "endsWith",
    }
}

impl CriteriaOperator {
    /// The operator as it is here; `None`: the word is not known.
    #[must_use]
    pub const fn operator(&self) -> Option<Operator> {
        Some(match self {
            Self::ContainsAll => Operator::ContainsAll,
            Self::ContainsAny => Operator::ContainsAny,
            Self::NotContainsAll => Operator::ContainsNotAll,
            Self::NotContainsAny => Operator::ContainsNone,
            Self::Equal => Operator::Equal,
            Self::NotEqual => Operator::NotEqual,
            Self::GreaterThan => Operator::More,
            Self::GreaterThanOrEqual => Operator::AtLeast,
            Self::LessThan => Operator::Less,
            Self::LessThanOrEqual => Operator::AtMost,
            Self::StartsWith => Operator::StartsWith,
            Self::EndsWith => Operator::EndsWith,
            Self::Other(_) => return None,
        })
    }
}

words! {
    /// Where events come from.
    StreamType {
        /// Pages of the web.
        Web = "Web",
        /// The organisation's own.
        Custom = "Custom",
        /// Conversations.
        Conversation = "Conversation",
        /// Apps.
        App = "App",
    }
}

open_body! {
    /// What a value must be.
    pub JourneyCriterion {
        /// The name of the value.
        key: String,
        /// With what it is compared.
        values: Vec<String>,
        /// Whether upper and lower case do not matter.
        should_ignore_case: bool,
        /// How it is compared.
        operator: Option<CriteriaOperator>,
        /// Of what it is said: `visit`, the session.
        entity_type: Option<String>,
    }
}

open_body! {
    /// What a session must be: all of it.
    pub SessionPattern {
        /// The criteria.
        criteria: Vec<JourneyCriterion>,
    }
}

open_body! {
    /// What sessions must be: one of the patterns.
    pub JourneyContextPatterns {
        /// The patterns.
        patterns: Vec<SessionPattern>,
    }
}

open_body! {
    /// Events that must have happened.
    pub JourneyPattern {
        /// What each must be.
        criteria: Vec<JourneyCriterion>,
        /// How many at least; 1 if it is not said.
        count: Option<u32>,
        /// Where they come from.
        stream_type: Option<StreamType>,
        /// The type of the session.
        session_type: Option<String>,
        /// What the events are called.
        event_name: Option<String>,
    }
}

open_body! {
    /// Events that must have happened, of each pattern.
    pub JourneyPatterns {
        /// The patterns.
        patterns: Vec<JourneyPattern>,
    }
}

/// The most texts one comparison may name here.
const VALUES_MAX: usize = 100;

/// The longest of them, in bytes.
const VALUE_MAX: usize = 2_048;

/// The most criteria or conditions in one list here.
const CRITERIA_MAX: usize = 100;

/// The longest the name of an attribute, or of an event, may be here.
const KEY_MAX: usize = 200;

/// Something that cannot be compared here in the same way.
type CannotBe = (&'static str, WhyLeft);

/// A comparison; or what of it cannot be said, and why.
pub(super) fn comparison(
    operator: Option<&CriteriaOperator>,
    values: &[String],
    ignore_case: bool,
) -> Result<ValueComparison, CannotBe> {
    let unknown = ("operator", WhyLeft::UnknownValue);
    let is = operator.and_then(CriteriaOperator::operator).ok_or(unknown)?;
    let [first, others @ ..] = values else { return Err(("values", WhyLeft::UnknownValue)) };
    let texts_alone = matches!(is, Operator::StartsWith | Operator::EndsWith);
    let several = matches!(
        is,
        Operator::ContainsAll
            | Operator::ContainsAny
            | Operator::ContainsNone
            | Operator::ContainsNotAll
    );
    if !several && !others.is_empty() {
        return Err(("values", WhyLeft::AnyOf));
    }
    if values.len() > VALUES_MAX || values.iter().any(|value| value.len() > VALUE_MAX) {
        return Err(("values", WhyLeft::OutOfRange));
    }
    let values: Vec<Held> = match (whole(first), is) {
        _ if several || texts_alone => values.iter().map(|text| Held::from(&**text)).collect(),
        (Some(number), _) => [Held::Number(number)].into(),
        (None, Operator::Equal | Operator::NotEqual) => [Held::from(&**first)].into(),
        (None, _) => return Err(("values", WhyLeft::OutOfRange)),
    };
    Ok(ValueComparison::new(is, "").with_values(values).with_ignore_case(ignore_case))
}

/// A whole number that is written in the one way in which whole numbers are written.
fn whole(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (format!("{number}") == text).then_some(number)
}

/// The groups whose names and values are attributes of a session here.
const OF_SESSIONS: [&str; 7] =
    ["browser", "device", "geolocation", "referrer", "app", "sdkLibrary", "networkConnectivity"];

/// The attribute of a session that a criterion asks about.
fn of_session(key: &str) -> Option<String> {
    if let Some(name) = key.strip_prefix("mktCampaign.") {
        return Some(within("campaign", name));
    }
    if let Some(name) = key.strip_prefix("attributes.") {
        return Some(name.into());
    }
    let group = key.split('.').next().unwrap_or_default();
    (key == "ipOrganization" || OF_SESSIONS.contains(&group)).then(|| key.into())
}

/// The attribute of an event that a criterion asks about.
fn of_event(event: &EventName, key: &str, words: &FormWords) -> Option<String> {
    let own = key.strip_prefix("attributes.");
    let own = own.map(|name| name.strip_suffix(".value").unwrap_or(name));
    let name = match (event, key) {
        (EventName::PageViewed, "page.url") => "url",
        (EventName::PageViewed, "page.title") => "title",
        (EventName::PageViewed, "page.hostname") => "host",
        (EventName::Searched, "searchQuery") => "term",
        (EventName::ScreenViewed, "screenName") => "screen",
        (EventName::FormSubmitted | EventName::FormAbandoned, _) if own == Some(&*words.form) => {
            "form"
        }
        (EventName::FormAbandoned, _) if own == Some(&*words.percent) => "percent",
        (EventName::Custom(_), "searchQuery" | "screenName") => key,
        (EventName::Custom(_), _) => own.or_else(|| key.starts_with("page.").then_some(key))?,
        _ => return None,
    };
    Some(name.into())
}

/// The kind of an event, by its name there; `None`: no event here may be called so.
pub(super) fn event_name(name: &str) -> Option<EventName> {
    Some(match name {
        "page_viewed" => EventName::PageViewed,
        "form_submitted" => EventName::FormSubmitted,
        "form_abandoned" => EventName::FormAbandoned,
        "screen_viewed" => EventName::ScreenViewed,
        name => {
            let plain = name.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'_');
            let fits = (1..=50).contains(&name.len());
            (plain && fits).then(|| EventName::Custom(Key::from(name)))?
        }
    })
}

/// What is read of a definition: what could not be said is told, and whether that changes what the
/// definition means.
pub(super) struct Reader<'a> {
    pub(super) words: &'a FormWords,
    pub(super) left: Rest,
    /// True if no condition was left.
    pub(super) whole: bool,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(words: &'a FormWords) -> Self {
        Self { words, left: Vec::new(), whole: true }
    }

    /// A condition is missing here.
    pub(super) fn miss(&mut self, field: String, why: WhyLeft) {
        self.whole = false;
        leave(&mut self.left, field, why);
    }

    /// The conditions of a segment or an outcome.
    pub(super) fn conditions(
        &mut self,
        context: &JourneyContextPatterns,
        journey: &JourneyPatterns,
    ) -> Conditions {
        leave_others(&mut self.left, "context", &context.others);
        leave_others(&mut self.left, "journey", &journey.others);
        let mut conditions = Conditions::default();
        match &*context.patterns {
            [] => {}
            [pattern] => conditions.session = self.session(pattern),
            _ => self.miss("context.patterns".into(), WhyLeft::AnyOf),
        }
        if journey.patterns.len() > CRITERIA_MAX {
            self.miss("journey.patterns".into(), WhyLeft::OutOfRange);
            return conditions;
        }
        for (place, pattern) in journey.patterns.iter().enumerate() {
            let path = format!("journey.patterns.{place}");
            conditions.events.extend(self.events(&path, pattern));
        }
        conditions
    }

    fn session(&mut self, pattern: &SessionPattern) -> Vec<Criterion> {
        let path = "context.patterns.0";
        leave_others(&mut self.left, path, &pattern.others);
        self.criteria(&within(path, "criteria"), &pattern.criteria, of_session)
    }

    fn criteria(
        &mut self,
        path: &str,
        criteria: &[JourneyCriterion],
        attribute: impl Fn(&str) -> Option<String>,
    ) -> Vec<Criterion> {
        if criteria.len() > CRITERIA_MAX {
            self.miss(path.into(), WhyLeft::OutOfRange);
            return Vec::new();
        }
        let mut all = Vec::new();
        for (place, one) in criteria.iter().enumerate() {
            let path = format!("{path}.{place}");
            leave_others(&mut self.left, &path, &one.others);
            match criterion(one, &attribute) {
                Ok(one) => all.push(one),
                Err((field, why)) => self.miss(within(&path, field), why),
            }
        }
        all
    }

    fn events(&mut self, path: &str, pattern: &JourneyPattern) -> Option<EventCondition> {
        leave_others(&mut self.left, path, &pattern.others);
        let searches = pattern.criteria.iter().all(|one| one.key == "searchQuery");
        let searches = searches && !pattern.criteria.is_empty();
        let source = EventSource {
            name: pattern.event_name.as_deref(),
            stream: pattern.stream_type.as_ref(),
            session: pattern.session_type.as_deref(),
        };
        let event = self.event(path, source, searches)?;
        let count = pattern.count.unwrap_or(1);
        let Some(count) = u16::try_from(count).ok().filter(|count| (1..=1_000).contains(count))
        else {
            self.miss(within(path, "count"), WhyLeft::OutOfRange);
            return None;
        };
        let words = self.words;
        let criteria = self.criteria(&within(path, "criteria"), &pattern.criteria, |key| {
            of_event(&event, key, words)
        });
        Some(EventCondition::new(event).with_criteria(criteria).with_at_least(count))
    }

    /// A condition with one criterion, as action maps have them.
    pub(super) fn event_with(
        &mut self,
        path: &str,
        source: EventSource<'_>,
        one: &JourneyCriterion,
    ) -> Option<EventCondition> {
        let event = self.event(path, source, one.key == "searchQuery")?;
        match criterion(one, |key| of_event(&event, key, self.words)) {
            Ok(one) => Some(EventCondition::new(event).with_criteria([one])),
            Err((field, why)) => {
                self.miss(within(path, field), why);
                None
            }
        }
    }

    /// The kind of event that a condition asks for. What was searched for on a page is an event of
    /// its own here.
    fn event(&mut self, path: &str, source: EventSource<'_>, searches: bool) -> Option<EventName> {
        let Some(name) = source.name else {
            // An event of any kind.
            self.miss(within(path, "eventName"), WhyLeft::NoCounterpart);
            return None;
        };
        let Some(mut event) = event_name(name) else {
            self.miss(within(path, "eventName"), WhyLeft::OutOfRange);
            return None;
        };
        if searches && event == EventName::PageViewed {
            event = EventName::Searched;
            leave(&mut self.left, within(path, "eventName"), WhyLeft::NoCounterpart);
        }
        let implied = match event {
            EventName::PageViewed | EventName::FormSubmitted | EventName::FormAbandoned => {
                Some((StreamType::Web, "web"))
            }
            EventName::ScreenViewed => Some((StreamType::App, "app")),
            _ => None,
        };
        match (source.stream, &implied) {
            (Some(StreamType::Other(_)), _) => {
                self.miss(within(path, "streamType"), WhyLeft::UnknownValue);
                return None;
            }
            (None, _) => {}
            (Some(stream), Some((implied, _))) if stream == implied => {}
            // Here an event of the host's own counts wherever it comes from.
            (Some(StreamType::Web | StreamType::App | StreamType::Custom), None) => {
                leave(&mut self.left, within(path, "streamType"), WhyLeft::NoCounterpart);
            }
            _ => {
                self.miss(within(path, "streamType"), WhyLeft::NoCounterpart);
                return None;
            }
        }
        match (source.session, &implied) {
            (None, _) => {}
            (Some(session), Some((_, implied))) if session == *implied => {}
            (Some(_), None) => {
                leave(&mut self.left, within(path, "sessionType"), WhyLeft::NoCounterpart);
            }
            _ => {
                self.miss(within(path, "sessionType"), WhyLeft::NoCounterpart);
                return None;
            }
        }
        Some(event)
    }
}

/// Which events a condition is about.
#[derive(Clone, Copy)]
pub(super) struct EventSource<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) stream: Option<&'a StreamType>,
    pub(super) session: Option<&'a str>,
}

fn criterion(
    one: &JourneyCriterion,
    attribute: impl Fn(&str) -> Option<String>,
) -> Result<Criterion, CannotBe> {
    if one.entity_type.as_deref().is_some_and(|of| of != "visit") {
        return Err(("entityType", WhyLeft::UnknownValue));
    }
    let attribute = attribute(&one.key).ok_or(("key", WhyLeft::NoCounterpart))?;
    if attribute.is_empty() || attribute.len() > KEY_MAX {
        return Err(("key", WhyLeft::OutOfRange));
    }
    let compare = comparison(one.operator.as_ref(), &one.values, one.should_ignore_case)?;
    Ok(Criterion::new(attribute, Operator::Equal, "").with_compare(compare))
}
