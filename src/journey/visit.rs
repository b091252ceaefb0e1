//! What a visitor does: the events that a host tracks.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::model::attribute::{Attributes, Value};
use crate::model::invalid::{Invalid, Problem};

use crate::journey::found::FoundValue;
use crate::journey::url;

/// The longest a URL may be, in bytes.
pub(crate) const URL_MAX: u32 = 2_048;

/// The longest a title, a term, a name or the value of an attribute may be, in bytes.
pub(crate) const TEXT_MAX: u32 = 200;

/// The most attributes an event, or a session, may have.
pub(crate) const ATTRIBUTES_MAX: u32 = 50;

/// The longest the name of an event of the host's own may be.
const NAME_MAX: u32 = 50;

/// The attribute of a page view that says what the visitor searched for there.
pub(crate) const SEARCH_TERM: &str = "search.term";

/// The kind of an event that a condition asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventName {
    /// A page was viewed.
    PageViewed,
    /// Something was searched for.
    Searched,
    /// A form was sent.
    FormSubmitted,
    /// A form was left.
    FormAbandoned,
    /// A screen of an app was viewed.
    ScreenViewed,
    /// An event of the host's own, by its name.
    Custom(Key),
}

/// Something that a visitor did (Genesys: web and app events).
///
/// ```
/// use strowger::journey::VisitorEvent;
///
/// let json = r#"{"page_viewed": {"url": "https://www.store.test/chairs", "title": "Chairs"}}"#;
/// let event: VisitorEvent = serde_json::from_str(json).unwrap();
/// assert_eq!(event, VisitorEvent::page_viewed("https://www.store.test/chairs", "Chairs"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum VisitorEvent {
    /// They viewed a page.
    #[non_exhaustive]
    PageViewed {
        /// Its URL: `http` or `https`, at most 2,048 bytes. What stands behind `#` is dropped.
        url: Box<str>,
        /// Its title, at most 200 bytes.
        #[serde(default)]
        title: Box<str>,
    },
    /// They searched.
    #[non_exhaustive]
    Searched {
        /// For what, at most 200 bytes. It is trimmed and must not be empty.
        term: Box<str>,
    },
    /// They sent a form.
    #[non_exhaustive]
    FormSubmitted {
        /// Its name, at most 200 bytes.
        form: Key,
    },
    /// They began to fill in a form and left it.
    #[non_exhaustive]
    FormAbandoned {
        /// Its name, at most 200 bytes.
        form: Key,
        /// How far they had come, in per cent, 0 to 100.
        #[serde(default)]
        percent: u8,
    },
    /// They viewed a screen of an app.
    #[non_exhaustive]
    ScreenViewed {
        /// Its name, at most 200 bytes.
        screen: Key,
    },
    /// An event of the host's own, such as a delivery or an invoice.
    #[non_exhaustive]
    Custom {
        /// Its name: 1 to 50 letters, digits and underscores.
        name: Key,
        /// What belongs to it.
        #[serde(default, skip_serializing_if = "Attributes::is_empty")]
        attributes: Box<Attributes>,
    },
}

impl VisitorEvent {
    /// A page view.
    pub fn page_viewed(url: impl Into<Box<str>>, title: impl Into<Box<str>>) -> Self {
        Self::PageViewed { url: url.into(), title: title.into() }
    }

    /// A search.
    pub fn searched(term: impl Into<Box<str>>) -> Self {
        Self::Searched { term: term.into() }
    }

    /// A form that was sent.
    pub fn form_submitted(form: impl Into<Key>) -> Self {
        Self::FormSubmitted { form: form.into() }
    }

    /// A form that was left.
    pub fn form_abandoned(form: impl Into<Key>, percent: u8) -> Self {
        Self::FormAbandoned { form: form.into(), percent }
    }

    /// A screen of an app.
    pub fn screen_viewed(screen: impl Into<Key>) -> Self {
        Self::ScreenViewed { screen: screen.into() }
    }

    /// An event of the host's own.
    pub fn custom(
        name: impl Into<Key>,
        attributes: impl IntoIterator<Item = (Key, Value)>,
    ) -> Self {
        Self::Custom { name: name.into(), attributes: Box::new(attributes.into_iter().collect()) }
    }

    /// The kind, by which conditions ask for it.
    pub(crate) fn kind(&self) -> EventName {
        match self {
            Self::PageViewed { .. } => EventName::PageViewed,
            Self::Searched { .. } => EventName::Searched,
            Self::FormSubmitted { .. } => EventName::FormSubmitted,
            Self::FormAbandoned { .. } => EventName::FormAbandoned,
            Self::ScreenViewed { .. } => EventName::ScreenViewed,
            Self::Custom { name, .. } => EventName::Custom(name.clone()),
        }
    }

    /// The value of one of its attributes.
    pub(crate) fn found(&self, attribute: &str) -> Option<FoundValue<'_>> {
        match (self, attribute) {
            (Self::PageViewed { url, .. }, "url") => Some(FoundValue::Text(url)),
            (Self::PageViewed { url, .. }, "host") => url::host(url).map(FoundValue::Text),
            (Self::PageViewed { title, .. }, "title") => Some(FoundValue::Text(title)),
            (Self::Searched { term }, "term") => Some(FoundValue::Text(term)),
            (Self::FormSubmitted { form } | Self::FormAbandoned { form, .. }, "form") => {
                Some(FoundValue::Text(form))
            }
            (Self::FormAbandoned { percent, .. }, "percent") => {
                Some(FoundValue::Number(i64::from(*percent)))
            }
            (Self::ScreenViewed { screen }, "screen") => Some(FoundValue::Text(screen)),
            (Self::Custom { attributes, .. }, name) => {
                attributes.get(name).and_then(FoundValue::of)
            }
            _ => None,
        }
    }

    /// The event as it is kept, or what is wrong with it: terms are trimmed, fragments dropped.
    pub(crate) fn tidied(mut self) -> Result<Self, Invalid> {
        match &mut self {
            Self::PageViewed { url, title } => {
                let bare = url::without_fragment(url);
                Invalid::length("url", bare.len(), URL_MAX)?;
                Invalid::length("title", title.len(), TEXT_MAX)?;
                url::check("url", bare)?;
                if bare.len() < url.len() {
                    *url = bare.into();
                }
            }
            Self::Searched { term } => *term = tidied_term(term)?,
            Self::FormSubmitted { form } => check_text("form", form)?,
            Self::FormAbandoned { form, percent } => {
                check_text("form", form)?;
                Invalid::range("percent", i64::from(*percent), 0, 100)?;
            }
            Self::ScreenViewed { screen } => check_text("screen", screen)?,
            Self::Custom { name, attributes } => {
                check_name("name", name)?;
                check_attributes(attributes)?;
            }
        }
        Ok(self)
    }
}

/// A term as it is kept.
pub(crate) fn tidied_term(term: &str) -> Result<Box<str>, Invalid> {
    let term = term.trim();
    check_text("term", term)?;
    Ok(term.into())
}

/// Refuses an empty text, and one that is too long.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new(field, Problem::Empty));
    }
    Invalid::length(field, text.len(), TEXT_MAX)
}

/// Refuses what is no name of an event: 1 to 50 letters, digits and underscores.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<(), Invalid> {
    if name.is_empty() {
        return Err(Invalid::new(field, Problem::Empty));
    }
    Invalid::length(field, name.len(), NAME_MAX)?;
    match name.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'_') {
        true => Ok(()),
        false => Err(Invalid::new(field, Problem::NotListed)),
    }
}

/// Refuses attributes that are too many, too long, or lists.
pub(crate) fn check_attributes(attributes: &Attributes) -> Result<(), Invalid> {
    Invalid::length("attributes", attributes.len(), ATTRIBUTES_MAX)?;
    attributes.iter().try_for_each(|(name, value)| {
        check_text("attributes", name)?;
        match value {
            Value::Many(_) => Err(Invalid::new("attributes", Problem::OutOfPlace)),
            value => value.check_text("attributes", TEXT_MAX).map(drop),
        }
    })
}
