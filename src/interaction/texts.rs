//! What the contact centre itself says to customers, in their language.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::attribute::Value;
use crate::model::invalid::Invalid;

use crate::interaction::record::Interaction;
use crate::interaction::related::check_name;
use crate::interaction::state::Ending;

growing! {
    /// The texts of one language. `None`: as usual; an empty text is not said.
    ///
    /// ```
    /// use strowger::interaction::{CustomerTexts, RecordConfig, Texts};
    ///
    /// let german = CustomerTexts::default().with_nobody_there("Es ist gerade niemand da.");
    /// let texts = Texts::default()
    ///     .with_usual(CustomerTexts::default().with_stand_by("Somebody will be with you soon."))
    ///     .with_languages([("de".into(), german)]);
    /// assert!(RecordConfig::default().with_texts(texts).check().is_ok());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct CustomerTexts {
        /// Said when an agent is asked for and nobody is there. Usually: There are no agents
        /// available.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub nobody_there: Option<Box<str>> => with_nobody_there(some Box<str>),
        /// Said when somebody is there and the customer waits for them. Usually nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub stand_by: Option<Box<str>> => with_stand_by(some Box<str>),
        /// Said in the name of an agent who gets the conversation of a customer who wrote; it is no
        /// answer. Usually nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub greeting: Option<Box<str>> => with_greeting(some Box<str>),
        /// Asked by the virtual agent when a topic was dealt with. Usually: Is there anything else
        /// I can help you with?
        #[serde(skip_serializing_if = "Option::is_none")]
        pub anything_else: Option<Box<str>> => with_anything_else(some Box<str>),
        /// Said to a customer who is silent. Usually
        /// [the reminder](crate::interaction::IdlePolicy::reminder) of the idle policy.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reminder: Option<Box<str>> => with_reminder(some Box<str>),
        /// Said when an agent, the virtual agent or the host ends the contact. Usually nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub end: Option<Box<str>> => with_end(some Box<str>),
        /// Said when silence or a limit of time ends it. Usually nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub closed: Option<Box<str>> => with_closed(some Box<str>),
    }
}

growing! {
    /// What the contact centre itself says to customers.
    ///
    /// The language of a customer is the context variable `language`, such as `de` or `pt-BR`. If a
    /// language has no texts, those of the part before the hyphen are taken, else the usual ones.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Texts {
        /// The usual texts.
        pub usual: CustomerTexts => with_usual,
        /// The texts of other languages, by the name of the language.
        pub languages: BTreeMap<Key, CustomerTexts> => with_languages(each (Key, CustomerTexts)),
    }
}

/// One of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextOf {
    NobodyThere,
    StandBy,
    Greeting,
    AnythingElse,
    Reminder,
    End,
    Closed,
}

impl TextOf {
    /// The text with which a contact ends so, if it ends with one: who left is told nothing.
    pub(crate) const fn ending(ending: Ending) -> Option<Self> {
        match ending {
            Ending::Agent | Ending::Automatic | Ending::TopicDone => Some(Self::End),
            Ending::Silence | Ending::TimedOut | Ending::Unreached => Some(Self::Closed),
            Ending::Customer | Ending::Search | Ending::Fault | Ending::Merged => None,
        }
    }

    /// What is said where nobody chose anything.
    const fn ours(self, reminder: &str) -> &str {
        match self {
            Self::NobodyThere => "There are no agents available.",
            Self::AnythingElse => "Is there anything else I can help you with?",
            Self::Reminder => reminder,
            Self::StandBy | Self::Greeting | Self::End | Self::Closed => "",
        }
    }
}

impl CustomerTexts {
    const fn all(&self) -> [(&'static str, &Option<Box<str>>); 7] {
        [
            ("texts.nobody_there", &self.nobody_there),
            ("texts.stand_by", &self.stand_by),
            ("texts.greeting", &self.greeting),
            ("texts.anything_else", &self.anything_else),
            ("texts.reminder", &self.reminder),
            ("texts.end", &self.end),
            ("texts.closed", &self.closed),
        ]
    }

    fn get(&self, which: TextOf) -> Option<&str> {
        let text = match which {
            TextOf::NobodyThere => &self.nobody_there,
            TextOf::StandBy => &self.stand_by,
            TextOf::Greeting => &self.greeting,
            TextOf::AnythingElse => &self.anything_else,
            TextOf::Reminder => &self.reminder,
            TextOf::End => &self.end,
            TextOf::Closed => &self.closed,
        };
        text.as_deref()
    }
}

/// The most languages that have texts.
const LANGUAGES: u32 = 1_000;

impl Texts {
    pub(crate) fn check(&self, longest: u32) -> Result<(), Invalid> {
        Invalid::length("texts.languages", self.languages.len(), LANGUAGES)?;
        self.languages.keys().try_for_each(|name| check_name("texts.languages", name))?;
        let all = core::iter::once(&self.usual).chain(self.languages.values());
        for (field, text) in all.flat_map(CustomerTexts::all) {
            Invalid::length(field, text.as_ref().map_or(0, |text| text.len()), longest)?;
        }
        Ok(())
    }

    /// What is said to the customer of an interaction.
    pub(crate) fn said<'a>(
        &'a self,
        which: TextOf,
        row: &Interaction,
        reminder: &'a str,
    ) -> &'a str {
        let own = match row.context.get("language") {
            Some(Value::Text(language)) => self.of(language, which),
            _ => None,
        };
        own.or_else(|| self.usual.get(which)).unwrap_or_else(|| which.ours(reminder))
    }

    fn of(&self, language: &str, which: TextOf) -> Option<&str> {
        let wider = language.split('-').next().unwrap_or_default();
        let both = [language, wider].into_iter().filter_map(|name| self.languages.get(name));
        both.filter_map(|texts| texts.get(which)).next()
    }
}
