//! Wrap-up of interactions: which rule applies, and what is shown of the remaining time.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::attribute::{Attributes, Value, check_attributes};
use crate::model::ids::{CodeId, QueueId};
use crate::model::invalid::{Invalid, Problem};

use crate::interaction::record::Interaction;
use crate::interaction::state::InteractionType;

growing! {
    /// When interactions are wrapped up, and how (ServiceNow: wrap-up configuration). Of the rules
    /// that apply the one with the lowest order is taken, of several the first in the list. Where
    /// none applies an interaction is closed as its contact ends, unless its queue gives the agent
    /// time.
    ///
    /// Such a rule holds no capacity. To hold it give the queue a wrap-up too
    /// ([`WrapUpProfile`](crate::model::WrapUpProfile)): then whichever time is over first ends
    /// both.
    ///
    /// ```
    /// use strowger::interaction::{InteractionType, WrapUpRule};
    /// use strowger::prelude::*;
    ///
    /// let types = vec![InteractionType::Chat];
    /// let rule = WrapUpRule::new("chats").with_types(types).with_enforce(true);
    /// assert_eq!(rule.duration, Span::from_secs(60));
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct WrapUpRule {
        /// Its name.
        pub name: Key => with_name(into),
        /// True if the rule is in use.
        #[serde(default = "yes")]
        pub active: bool => with_active,
        /// Lower comes first.
        #[serde(default = "usual_order")]
        pub order: u16 => with_order,
        /// For which types; none named: all.
        #[serde(default)]
        pub types: Vec<InteractionType> => with_types(each InteractionType),
        /// For which queue; `None`: any, or none.
        #[serde(default)]
        pub queue: Option<QueueId> => with_queue(into),
        /// Context variables that must have just these values.
        #[serde(default)]
        pub context: Attributes => with_context(each (Key, Value)),
        /// How long it lasts, 1 s to 24 h.
        #[serde(default = "usual_duration")]
        pub duration: Span => with_duration,
        /// True if the wrap-up ends when its time is over. If not, the time is only shown.
        #[serde(default)]
        pub enforce: bool => with_enforce,
        /// True if the agent sees the remaining time.
        #[serde(default)]
        pub show: bool => with_show,
        /// The codes that may be given; empty allows every code.
        #[serde(default)]
        pub codes: Vec<CodeId> => with_codes(each CodeId),
        /// The code that stands if none is given.
        #[serde(default)]
        pub default_code: Option<CodeId> => with_default_code(into),
    }
}

const fn yes() -> bool {
    true
}

const fn usual_order() -> u16 {
    100
}

const fn usual_duration() -> Span {
    Span::from_secs(60)
}

impl WrapUpRule {
    /// A rule for every interaction: 60 s, not enforced, not shown, no codes.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            active: yes(),
            order: usual_order(),
            types: Vec::new(),
            queue: None,
            context: Attributes::new(),
            duration: usual_duration(),
            enforce: false,
            show: false,
            codes: Vec::new(),
            default_code: None,
        }
    }

    /// True if a code may be given.
    #[must_use]
    pub fn allows(&self, code: CodeId) -> bool {
        self.codes.is_empty() || self.codes.contains(&code)
    }

    /// True if the rule is for this interaction.
    #[must_use]
    pub fn applies_to(&self, interaction: &Interaction) -> bool {
        self.active
            && (self.types.is_empty() || self.types.contains(&interaction.kind))
            && self.queue.is_none_or(|queue| interaction.queue == Some(queue))
            && self.context.iter().all(|(name, value)| interaction.context.get(name) == Some(value))
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        let (least, most) = (Span::from_secs(1), Span::from_mins(24 * 60));
        if self.duration < least || self.duration > most {
            let problem = Problem::OutOfRange { min: 1_000, max: 86_400_000 };
            return Err(Invalid::new("wrap_up.duration", problem));
        }
        if self.default_code.is_some_and(|code| !self.allows(code)) {
            return Err(Invalid::new("wrap_up.default_code", Problem::NotListed));
        }
        check_attributes(&self.context)
    }
}

/// The rule for an interaction.
#[must_use]
pub fn rule_for<'a>(rules: &'a [WrapUpRule], interaction: &Interaction) -> Option<&'a WrapUpRule> {
    let applying = rules.iter().filter(|rule| rule.applies_to(interaction));
    applying.min_by_key(|rule| rule.order)
}

/// A wrap-up under way.
///
/// ```
/// use strowger::interaction::{Colour, WrapUpNow};
/// use strowger::prelude::*;
///
/// let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
/// let json = r#"{"since": 100000, "until": 160000, "rule": null, "with_work": true}"#;
/// let wrap_up: WrapUpNow = serde_json::from_str(json).unwrap();
/// assert_eq!(wrap_up.remaining(at(130)), Some(Span::from_secs(30)));
/// assert_eq!(wrap_up.colour(at(150)), Some(Colour::Orange));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WrapUpNow {
    /// When it began.
    pub since: Timestamp,
    /// When time ends it; `None`: only the agent does.
    pub until: Option<Timestamp>,
    /// The rule of this storey, if one applies.
    pub rule: Option<WrapUpRule>,
    /// True if the engine keeps the work open meanwhile, and ends the wrap-up with it.
    pub with_work: bool,
}

impl WrapUpNow {
    /// How long it is to last, if it has a length.
    #[must_use]
    pub fn length(&self) -> Option<Span> {
        let rule = self.rule.as_ref().map(|rule| rule.duration);
        rule.or_else(|| self.until.map(|until| until.since(self.since)))
    }

    /// How much time is left.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Option<Span> {
        Some((self.since + self.length()?).since(now))
    }

    /// The colour in which the remaining time is shown.
    #[must_use]
    pub fn colour(&self, now: Timestamp) -> Option<Colour> {
        Some(Colour::of(self.remaining(now)?, self.length()?))
    }
}

/// The colour of the remaining time: green down to a half of it, yellow down to a quarter, then
/// orange, and red when it is over.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::interaction::Colour;
///
/// let of = |left| Colour::of(Span::from_secs(left), Span::from_secs(60));
/// assert_eq!([of(30), of(15), of(1), of(0)], Colour::ALL);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// At least a half is left.
    Green,
    /// At least a quarter is left.
    Yellow,
    /// Less than a quarter is left.
    Orange,
    /// Nothing is left.
    Red,
}

impl Colour {
    /// All colours, in the order in which they come.
    pub const ALL: [Self; 4] = [Self::Green, Self::Yellow, Self::Orange, Self::Red];

    /// The colour for so much of so much.
    #[must_use]
    pub const fn of(remaining: Span, length: Span) -> Self {
        let (left, all) = (remaining.as_millis(), length.as_millis());
        if left == 0 {
            Self::Red
        } else if left.saturating_mul(2) >= all {
            Self::Green
        } else if left.saturating_mul(4) >= all {
            Self::Yellow
        } else {
            Self::Orange
        }
    }
}
