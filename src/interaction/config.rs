//! What the host may choose about interactions.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Span;
use crate::model::calendar::WaitClock;
use crate::model::ids::{CalendarId, CodeId};
use crate::model::invalid::{Invalid, Problem};

use crate::interaction::card::CardLayout;
use crate::interaction::related::RelatedPolicy;
use crate::interaction::state::InteractionType;
use crate::interaction::texts::Texts;
use crate::interaction::wrap_up::WrapUpRule;

growing! {
    /// How interactions are numbered. The number rises with every interaction, whatever is changed
    /// here, so that none is given twice.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Numbering {
        /// The prefix before the digits.
        pub prefix: Key => with_prefix(into),
        /// How many digits there are at least, 1 to 19.
        pub width: u8 => with_width,
        /// The least number to be given next, for a host that has given some before.
        pub first: u64 => with_first,
    }
}

impl Default for Numbering {
    /// `IMS0000001`.
    fn default() -> Self {
        Self { prefix: "IMS".into(), width: 7, first: 1 }
    }
}

growing! {
    /// When silence is answered, and ends a contact.
    ///
    /// ```
    /// use strowger::interaction::{IdlePolicy, RecordConfig};
    /// use strowger::model::WaitClock;
    ///
    /// // Nobody is let go for the silence of a night: two days are two days of opening hours.
    /// let idle = IdlePolicy::default().with_counts(WaitClock::Open);
    /// assert!(RecordConfig::default().with_idle(idle).check().is_ok());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct IdlePolicy {
        /// A silent customer in a live chat is reminded after this time. It counts from what the
        /// customer said last, even if it is the agent who owes an answer (ServiceNow: idle chats).
        pub reminder_after: Option<Span> => with_reminder_after(into),
        /// A silent customer in a live chat is let go after this time, from the same instant.
        pub cancel_after: Option<Span> => with_cancel_after(into),
        /// True if this time starts only when the agent, and not a machine, has said something: not
        /// before the agent's first word.
        pub start_after_agent_response: bool => with_start_after_agent_response,
        /// The usual text of the reminder to a silent customer; that of a language is among the
        /// [texts](Texts).
        pub reminder: alloc::boxed::Box<str> => with_reminder(into),
        /// A customer who is silent to the virtual agent is let go after this time, and one for
        /// whom there is neither a virtual agent nor a person.
        pub virtual_agent_after: Option<Span> => with_virtual_agent_after(into),
        /// An agent who owes a messaging customer an answer is reminded after this time.
        pub agent_reminder_after: Option<Span> => with_agent_reminder_after(into),
        /// A messaging customer who does not answer is let go after this time.
        pub messaging_after: Option<Span> => with_messaging_after(into),
        /// An e-mail on hold that a customer began is closed after this time.
        pub inbound_mail_after: Option<Span> => with_inbound_mail_after(into),
        /// An e-mail on hold that the contact centre began is closed after this time.
        pub outbound_mail_after: Option<Span> => with_outbound_mail_after(into),
        /// Which time counts as silence, for all of these times (ServiceNow: schedule). Records
        /// that follow an engine without a centre know the hours that were defined since they
        /// count by them.
        #[serde(skip_serializing_if = "WaitClock::is_wall")]
        pub counts: WaitClock => with_counts,
        /// The calendar whose open time counts; `None`: that of the queue in which the
        /// conversation stood last. Where there is none, all time counts.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub calendar: Option<CalendarId> => with_calendar(into),
    }
}

growing! {
    /// The effects of related records on e-mail. At first: none.
    ///
    /// ```
    /// use strowger::interaction::{MailPolicy, RecordConfig};
    /// use strowger::model::CodeId;
    ///
    /// // A mail of which a case was made is done, and who answers to it writes about the case.
    /// let close_on_insert = [("case".into(), CodeId::from_raw(0))];
    /// let mail =
    ///     MailPolicy::default().with_close_on_insert(close_on_insert).with_carry_related(true);
    /// assert_ne!(RecordConfig::default().with_mail(mail), RecordConfig::default());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct MailPolicy {
        /// An e-mail of which somebody made a record of such a table is closed with this code,
        /// without a wrap-up (ServiceNow: Task created).
        pub close_on_insert: BTreeMap<Key, CodeId> => with_close_on_insert(each (Key, CodeId)),
        /// True if a known customer's next message after their last e-mail was closed is about the
        /// record that was related to that e-mail last, as long as that e-mail is not archived.
        pub carry_related: bool => with_carry_related,
    }
}

const fn days(days: u32) -> Span {
    Span::from_mins(days * 24 * 60)
}

impl Default for IdlePolicy {
    /// 180 s, 360 s, 2 h, 30 min, 2 days, 5 days and 30 days, as ServiceNow has them.
    fn default() -> Self {
        Self {
            reminder_after: Some(Span::from_secs(180)),
            cancel_after: Some(Span::from_secs(360)),
            start_after_agent_response: true,
            reminder: "The conversation is timing out, are you still there?".into(),
            virtual_agent_after: Some(Span::from_mins(120)),
            agent_reminder_after: Some(Span::from_mins(30)),
            messaging_after: Some(days(2)),
            inbound_mail_after: Some(days(5)),
            outbound_mail_after: Some(days(30)),
            counts: WaitClock::Wall,
            calendar: None,
        }
    }
}

growing! {
    /// Bounds on what grows.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct RecordLimits {
        /// Interactions that are kept, until they are archived.
        pub interactions: u32 => with_interactions,
        /// Messages of one interaction.
        pub messages: u32 => with_messages,
        /// Notes, related records, transcripts, entry points and participants of one interaction,
        /// each.
        pub attachments: u32 => with_attachments,
        /// Segments of one interaction that are kept piece by piece; of older ones only the sums
        /// are.
        pub segments: u32 => with_segments,
        /// The length of a text, in bytes.
        pub text: u32 => with_text,
        /// Profiles, in a store that lets go of some: before there are more, those without an open
        /// interaction are forgotten that were not used for longest.
        pub profiles: u32 => with_profiles,
    }
}

impl Default for RecordLimits {
    fn default() -> Self {
        Self {
            interactions: 1_000_000,
            messages: 10_000,
            attachments: 1_000,
            segments: 1_000,
            text: 65_536,
            profiles: 1_000_000,
        }
    }
}

growing! {
    /// The configuration of interactions, as the host chooses it.
    ///
    /// ```
    /// use strowger::interaction::{Numbering, RecordConfig, Records};
    ///
    /// let numbering = Numbering::default().with_prefix("TAL").with_width(4);
    /// let config = RecordConfig::default().with_numbering(numbering);
    /// assert!(config.check().is_ok());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct RecordConfig {
        /// How interactions are numbered.
        pub numbering: Numbering => with_numbering,
        /// The types there are. Phone is not among them unless the host says that it can call.
        pub types: Vec<InteractionType> => with_types(each InteractionType),
        /// True if inbound chats and messaging begin with a virtual agent, unless the entry point
        /// asks for a person at once.
        pub virtual_agent: bool => with_virtual_agent,
        /// The rules of wrap-up.
        pub wrap_up: Vec<WrapUpRule> => with_wrap_up(each WrapUpRule),
        /// After what time a wrap-up ends that no time of its own ends; `None`: never. It must
        /// exceed the duration of every rule.
        pub wrap_up_longest: Option<Span> => with_wrap_up_longest(into),
        /// The policy for records that are related by themselves.
        pub related: RelatedPolicy => with_related,
        /// The effects of a related record on e-mail.
        pub mail: MailPolicy => with_mail,
        /// When silence is answered.
        pub idle: IdlePolicy => with_idle,
        /// What the contact centre itself says to customers.
        #[serde(skip_serializing_if = "is_usual")]
        pub texts: Texts => with_texts,
        /// What the cards of the inbox show, queue by queue. Usually the short description and the
        /// customer.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub cards: Vec<CardLayout> => with_cards(each CardLayout),
        /// Bounds on what grows.
        pub limits: RecordLimits => with_limits,
    }
}

fn is_usual(texts: &Texts) -> bool {
    *texts == Texts::default()
}

impl Default for RecordConfig {
    fn default() -> Self {
        let without_phone = InteractionType::ALL.into_iter();
        Self {
            numbering: Numbering::default(),
            types: without_phone.filter(|kind| *kind != InteractionType::Phone).collect(),
            virtual_agent: false,
            wrap_up: Vec::new(),
            wrap_up_longest: None,
            related: RelatedPolicy::default(),
            mail: MailPolicy::default(),
            idle: IdlePolicy::default(),
            texts: Texts::default(),
            cards: Vec::new(),
            limits: RecordLimits::default(),
        }
    }
}

impl RecordConfig {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`Invalid`] names the first field that is wrong.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::range("numbering.width", self.numbering.width, 1, 19)?;
        Invalid::length("numbering.prefix", self.numbering.prefix.len(), 40)?;
        self.wrap_up.iter().try_for_each(WrapUpRule::check)?;
        let longest = self.wrap_up.iter().map(|rule| rule.duration).max();
        if self.wrap_up_longest.is_some_and(|span| longest.is_some_and(|rule| rule >= span)) {
            return Err(Invalid::new("wrap_up_longest", Problem::OutOfOrder));
        }
        Invalid::range("limits.profiles", self.limits.profiles, 1, i64::from(u32::MAX))?;
        Invalid::range("limits.messages", self.limits.messages, 1, i64::from(u32::MAX))?;
        let idle = &self.idle;
        let spans = [
            ("idle.reminder_after", idle.reminder_after),
            ("idle.cancel_after", idle.cancel_after),
            ("idle.virtual_agent_after", idle.virtual_agent_after),
            ("idle.agent_reminder_after", idle.agent_reminder_after),
            ("idle.messaging_after", idle.messaging_after),
            ("idle.inbound_mail_after", idle.inbound_mail_after),
            ("idle.outbound_mail_after", idle.outbound_mail_after),
        ];
        for (field, span) in spans {
            span.map_or(Ok(()), |span| Invalid::some_time(field, span))?;
        }
        if let (Some(remind), Some(cancel)) = (idle.reminder_after, idle.cancel_after)
            && remind >= cancel
        {
            return Err(Invalid::new("idle.cancel_after", Problem::OutOfOrder));
        }
        self.texts.check(self.limits.text)?;
        CardLayout::check_all(&self.cards)?;
        Invalid::length("idle.reminder", idle.reminder.len(), self.limits.text)
    }
}
