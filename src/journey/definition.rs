//! What the organisation defines: segments, outcomes, action maps and targets.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::interaction::InteractionType;
use crate::model::attribute::Attributes;
use crate::model::ids::{CalendarId, ChannelId, QueueId};
use crate::model::invalid::{Invalid, Problem};

use crate::journey::config::check_span;
use crate::journey::criteria::{Conditions, EventCondition, PageCondition, check_all};
use crate::journey::visit::{check_attributes, check_text};

/// Ten-thousandths: how probabilities and service levels are written, 0 to 10,000.
pub type TenThousandths = u16;

/// The whole, in ten-thousandths.
pub(crate) const WHOLE: TenThousandths = 10_000;

/// The longest a delay or an offer may last, in milliseconds: a day.
const DAY: u64 = 86_400_000;

/// What a segment is a property of.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// A session: it ends with it.
    #[default]
    Session,
    /// A customer: it stays until it expires or is taken away.
    Customer,
}

growing! {
    /// A group of visitors who have something in common (Genesys: segment).
    ///
    /// ```
    /// use strowger::journey::*;
    ///
    /// let firefox = Criterion::new("browser.family", Operator::Equal, "Firefox");
    /// let segment = VisitorSegment::new("Foxes", "#FF6A00")
    ///     .with_conditions(Conditions::default().with_session([firefox]));
    /// assert!(segment.check().is_ok() && segment.is_shown());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct VisitorSegment {
        /// The name people read, 1 to 200 bytes.
        pub name: Box<str> => with_name(into),
        /// The colour, as `#RRGGBB`.
        pub colour: Box<str> => with_colour(into),
        /// What it is a property of.
        #[serde(default)]
        pub scope: Scope => with_scope,
        /// Whether agents see it; `None`: those of a session they see, those of a customer not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub show_to_agent: Option<bool> => with_show_to_agent(into),
        /// True if it is evaluated.
        #[serde(default = "yes")]
        pub active: bool => with_active,
        /// The conditions. They are evaluated after each event of a session.
        #[serde(default)]
        pub conditions: Conditions => with_conditions,
        /// How many days a customer keeps it, 1 to 3,650; `None`: for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_after: Option<u16> => with_expires_after(into),
    }
}

const fn yes() -> bool {
    true
}

impl VisitorSegment {
    /// A segment of sessions without conditions, which it still needs.
    #[must_use]
    pub fn new(name: &str, colour: &str) -> Self {
        Self {
            name: name.into(),
            colour: colour.into(),
            scope: Scope::Session,
            show_to_agent: None,
            active: true,
            conditions: Conditions::default(),
            expires_after: None,
        }
    }

    /// True if agents see it.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.show_to_agent.unwrap_or(self.scope == Scope::Session)
    }

    /// When a customer who matches at this time loses it again.
    pub(crate) fn expiry(&self, at: Timestamp) -> Option<Timestamp> {
        let days = self.expires_after.filter(|_| self.scope == Scope::Customer)?;
        Some(at + Span::from_millis(u64::from(days) * DAY))
    }

    /// Says whether it makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        check_text("name", &self.name)?;
        let digits = self.colour.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|sign| sign.is_ascii_hexdigit()) {
            return Err(Invalid::new("colour", Problem::NotListed));
        }
        if let Some(days) = self.expires_after {
            if self.scope == Scope::Session {
                return Err(Invalid::new("expires_after", Problem::OutOfPlace));
            }
            Invalid::range("expires_after", i64::from(days), 1, 3_650)?;
        }
        self.conditions.check()
    }
}

growing! {
    /// A goal that visitors come near to (Genesys: outcome). What is probable the host says, by
    /// [`Score`](crate::journey::Score): nothing here predicts.
    ///
    /// The vendor is retiring outcomes. A host that defines none sees none.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Outcome {
        /// The name people read, 1 to 200 bytes.
        pub name: Box<str> => with_name(into),
        /// True if it is wished for.
        #[serde(default = "yes")]
        pub positive: bool => with_positive,
        /// True if it is evaluated.
        #[serde(default = "yes")]
        pub active: bool => with_active,
        /// True if it has scores.
        #[serde(default)]
        pub scored: bool => with_scored,
        /// The conditions under which it is achieved.
        #[serde(default)]
        pub conditions: Conditions => with_conditions,
    }
}

impl Outcome {
    /// A goal without conditions, which it still needs.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            positive: true,
            active: true,
            scored: false,
            conditions: Conditions::default(),
        }
    }

    /// Says whether it makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        check_text("name", &self.name)?;
        self.conditions.check()
    }
}

growing! {
    /// A condition on how near a visitor is to a goal: they have been this near once, and are no
    /// nearer than that now.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct OutcomeCondition {
        /// The key of the outcome.
        pub outcome: Key => with_outcome(into),
        /// The probability that was reached in this session at least.
        pub reached: TenThousandths => with_reached,
        /// The present probability at most.
        #[serde(default = "whole")]
        pub at_most: TenThousandths => with_at_most,
    }
}

const fn whole() -> TenThousandths {
    WHOLE
}

impl OutcomeCondition {
    /// The probability of the outcome has reached this value.
    #[must_use]
    pub fn new(outcome: impl Into<Key>, reached: TenThousandths) -> Self {
        Self { outcome: outcome.into(), reached, at_most: WHOLE }
    }

    fn check(&self) -> Result<(), Invalid> {
        Invalid::range("reached", self.reached, 0, i64::from(WHOLE))?;
        Invalid::range("at_most", self.at_most, 0, i64::from(WHOLE))
    }
}

/// When a map whose triggers hold may be offered (Genesys: activation).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Activation {
    /// At once.
    #[default]
    Immediate,
    /// After a while.
    #[non_exhaustive]
    Delay {
        /// How long, up to a day.
        by: Span,
    },
    /// When the visitor has left the page and comes again.
    NextVisit,
    /// When the visitor has another session.
    NextSession,
}

impl Activation {
    /// After so long.
    #[must_use]
    pub const fn delay(by: Span) -> Self {
        Self::Delay { by }
    }
}

/// How much a map weighs beside others of its kind (Genesys: Low 1, Medium 2, High 3).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// 1.
    Low,
    /// 2.
    #[default]
    Medium,
    /// 3.
    High,
}

/// What a map does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionMedia {
    /// It offers a chat in the page.
    WebChat,
    /// It offers a conversation in a messenger.
    WebMessaging,
    /// It shows something, such as a picture with a link.
    Content,
    /// It calls another system. Nothing is shown.
    Integration,
    /// It runs a flow of the host's. Nothing is shown.
    Flow,
    /// It tells the host. Nothing is shown.
    Open,
}

impl ActionMedia {
    /// True if it offers a conversation.
    #[must_use]
    pub const fn is_conversation(self) -> bool {
        matches!(self, Self::WebChat | Self::WebMessaging)
    }

    /// True if a visitor sees it.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        self.is_conversation() || matches!(self, Self::Content)
    }

    /// True if of the two one is open at a time.
    pub(crate) const fn excludes(self, other: Self) -> bool {
        self.is_shown() && other.is_shown() && self.is_conversation() == other.is_conversation()
    }
}

growing! {
    /// What is done when a visitor does something (Genesys: action map).
    ///
    /// ```
    /// use strowger::journey::*;
    ///
    /// let page = PageCondition::new(Operator::ContainsAny, "/chairs");
    /// let map = ActionMap::new("Chat about chairs", ActionMedia::WebChat)
    ///     .with_segments(["foxes".into()])
    ///     .with_pages([page])
    ///     .with_target("sales");
    /// assert!(map.check().is_ok());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct ActionMap {
        /// The name people read, 1 to 200 bytes.
        pub name: Box<str> => with_name(into),
        /// True if it is evaluated.
        #[serde(default = "yes")]
        pub active: bool => with_active,
        /// From when on it is offered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start: Option<Timestamp> => with_start(into),
        /// From when on it is not evaluated any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end: Option<Timestamp> => with_end(into),
        /// Triggers: the keys of segments, of which one must be assigned. None: any visitor.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub segments: Vec<Key> => with_segments(each Key),
        /// Triggers: what must have happened in the session, all of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub events: Vec<EventCondition> => with_events(each EventCondition),
        /// Triggers: how near the visitor must be to goals, all of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub outcomes: Vec<OutcomeCondition> => with_outcomes(each OutcomeCondition),
        /// What the URL of the page must be for an offer, all of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub pages: Vec<PageCondition> => with_pages(each PageCondition),
        /// When it may be offered.
        #[serde(default)]
        pub activation: Activation => with_activation,
        /// How much it weighs.
        #[serde(default)]
        pub weight: Weight => with_weight,
        /// What it does.
        pub media: ActionMedia => with_media,
        /// The properties of what it does, for the host.
        #[serde(default, skip_serializing_if = "Attributes::is_empty")]
        pub properties: Attributes => with_properties(each (Key, crate::model::attribute::Value)),
        /// True if a conversation is offered only as long as the service level of its target allows
        /// (Genesys: pacing). That somebody can take it is asked either way.
        #[serde(default = "yes")]
        pub pacing: bool => with_pacing,
        /// The key of the target; a conversation needs one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<Key> => with_target(some Key),
        /// When it is open; `None`: always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub calendar: Option<CalendarId> => with_calendar(into),
        /// True if it is offered however often it was offered before.
        #[serde(default)]
        pub ignore_frequency_cap: bool => with_ignore_frequency_cap,
        /// How long an offer waits for an answer, up to a day; `None`: until the visitor is gone.
        #[serde(default = "minute")]
        pub offer_window: Option<Span> => with_offer_window(into),
    }
}

const fn minute() -> Option<Span> {
    Some(Span::from_secs(60))
}

impl ActionMap {
    /// A map that does this for any visitor, on any page, at once.
    #[must_use]
    pub fn new(name: &str, media: ActionMedia) -> Self {
        Self {
            name: name.into(),
            active: true,
            start: None,
            end: None,
            segments: Vec::new(),
            events: Vec::new(),
            outcomes: Vec::new(),
            pages: Vec::new(),
            activation: Activation::Immediate,
            weight: Weight::Medium,
            media,
            properties: Attributes::new(),
            pacing: true,
            target: None,
            calendar: None,
            ignore_frequency_cap: false,
            offer_window: minute(),
        }
    }

    /// Says whether it makes sense by itself.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        check_text("name", &self.name)?;
        check_all(&self.segments, |key| check_text("segments", key))?;
        check_all(&self.events, EventCondition::check)?;
        check_all(&self.outcomes, OutcomeCondition::check)?;
        check_all(&self.pages, PageCondition::check)?;
        check_attributes(&self.properties)?;
        if self.start.zip(self.end).is_some_and(|(start, end)| end <= start) {
            return Err(Invalid::new("end", Problem::OutOfOrder));
        }
        if let Activation::Delay { by } = self.activation {
            check_span("activation.delay.by", by, 1, DAY)?;
        }
        if let Some(window) = self.offer_window {
            check_span("offer_window", window, 1, DAY)?;
        }
        match (self.media.is_conversation(), &self.target) {
            (true, None) => Err(Invalid::new("target", Problem::Empty)),
            (false, Some(_)) => Err(Invalid::new("target", Problem::OutOfPlace)),
            _ => Ok(()),
        }
    }
}

growing! {
    /// Who answers what is offered, and how soon they should (Genesys: action target).
    ///
    /// ```
    /// use strowger::Span;
    /// use strowger::interaction::InteractionType;
    /// use strowger::journey::ActionTarget;
    /// use strowger::model::{ChannelId, QueueId};
    ///
    /// let (queue, chat) = (QueueId::from_raw(0), ChannelId::from_raw(1));
    /// let target = ActionTarget::new(queue, chat, InteractionType::Chat);
    /// assert_eq!((target.level, target.within), (8_000, Span::from_secs(20)));
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct ActionTarget {
        /// The queue in which a visitor waits who accepted.
        pub queue: QueueId => with_queue,
        /// The channel of their work.
        pub channel: ChannelId => with_channel,
        /// The type of their interaction.
        #[serde(rename = "type")]
        pub kind: InteractionType => with_kind,
        /// The service level below which nothing is offered, in ten-thousandths: a floor.
        #[serde(default = "eighty")]
        pub level: TenThousandths => with_level,
        /// How long a visitor waits at most who is answered in time.
        #[serde(default = "twenty_seconds")]
        pub within: Span => with_within,
        /// A visitor who waited for less and left does not count; `None`: everybody counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub short_abandon: Option<Span> => with_short_abandon(into),
    }
}

const fn eighty() -> TenThousandths {
    8_000
}

const fn twenty_seconds() -> Span {
    Span::from_secs(20)
}

impl ActionTarget {
    /// A target with the service level that most begin with: 80 % in 20 seconds.
    #[must_use]
    pub const fn new(queue: QueueId, channel: ChannelId, kind: InteractionType) -> Self {
        let (level, within) = (eighty(), twenty_seconds());
        Self { queue, channel, kind, level, within, short_abandon: None }
    }

    /// Says whether it makes sense by itself.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::range("level", self.level, 0, i64::from(WHOLE))?;
        check_span("within", self.within, 0, DAY)?;
        match self.short_abandon {
            Some(span) => check_span("short_abandon", span, 0, DAY),
            None => Ok(()),
        }
    }
}

/// What happened to the visitors of a target, counted (Genesys: engaged, over SLA, abandoned).
///
/// ```
/// use strowger::journey::TargetCounts;
///
/// let counts = TargetCounts::new(40, 6, 2);
/// assert_eq!(counts.level(), Some(8_095));
/// assert!(counts.is_below(8_096) && !counts.is_below(8_095));
/// assert_eq!(TargetCounts::default().level(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TargetCounts {
    /// Whom an agent had.
    pub engaged: u64,
    /// Of these, who waited for longer than the target says.
    pub over: u64,
    /// Who left before an agent had them.
    pub abandoned: u64,
}

impl TargetCounts {
    /// So many.
    #[must_use]
    pub const fn new(engaged: u64, over: u64, abandoned: u64) -> Self {
        Self { engaged, over, abandoned }
    }

    /// The service level as a fraction: those in time, and all.
    fn fraction(self) -> Option<(u128, u128)> {
        let all = u128::from(self.engaged) + u128::from(self.abandoned);
        (all > 0).then(|| (u128::from(self.engaged.saturating_sub(self.over)), all))
    }

    /// The service level, rounded half up; `None`: nothing was counted.
    #[must_use]
    pub fn level(self) -> Option<TenThousandths> {
        let (in_time, all) = self.fraction()?;
        let whole = u128::from(WHOLE);
        u16::try_from((in_time * whole * 2 + all) / (all * 2)).ok()
    }

    /// True if the service level is lower than this, compared exactly.
    #[must_use]
    pub fn is_below(self, level: TenThousandths) -> bool {
        let whole = u128::from(WHOLE);
        self.fraction().is_some_and(|(in_time, all)| in_time * whole < u128::from(level) * all)
    }

    pub(crate) fn check(self) -> Result<(), Invalid> {
        match self.over > self.engaged {
            true => Err(Invalid::new("over", Problem::OutOfPlace)),
            false => Ok(()),
        }
    }
}

/// Anything that is defined, with its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyDefinition {
    /// A segment.
    Segment(Box<VisitorSegment>),
    /// An outcome.
    Outcome(Box<Outcome>),
    /// An action map.
    ActionMap(Box<ActionMap>),
    /// A target.
    Target(Box<ActionTarget>),
}

impl JourneyDefinition {
    /// The kind of what is defined.
    #[must_use]
    pub const fn kind(&self) -> JourneyDefinitionKind {
        match self {
            Self::Segment(_) => JourneyDefinitionKind::Segment,
            Self::Outcome(_) => JourneyDefinitionKind::Outcome,
            Self::ActionMap(_) => JourneyDefinitionKind::ActionMap,
            Self::Target(_) => JourneyDefinitionKind::Target,
        }
    }
}

/// The kind of what is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyDefinitionKind {
    /// A segment.
    Segment,
    /// An outcome.
    Outcome,
    /// An action map.
    ActionMap,
    /// A target.
    Target,
}
