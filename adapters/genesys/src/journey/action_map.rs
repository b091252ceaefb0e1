//! Action maps: what is done when a visitor does something.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use strowger::journey::{
    ActionMap, ActionMedia, Activation, OutcomeCondition, PageCondition, Weight,
};
use strowger::model::{CalendarId, Invalid, Problem};
use strowger::{Key, Span};
use strowger_wire::{Request, escaped};

use crate::decimal::Decimal;
use crate::iso_time::IsoTime;
use crate::journey::criteria::{
    CriteriaOperator, EventSource, JourneyCriterion, Reader, StreamType, comparison,
};
use crate::journey::definition::{leave_dates, leave_said};
use crate::journey::form::FormWords;
use crate::journey::group::{Group, JourneyRef, Room, leave, leave_others, within};
use crate::journey::outcome_score::probability;
use crate::left::{Left, WhyLeft};
use crate::words::{open_body, words};

words! {
    /// What a map does.
    JourneyMedia {
        /// It offers a chat in the page.
        Webchat = "webchat",
        /// It offers a conversation in a messenger.
        WebMessagingOffer = "webMessagingOffer",
        /// It shows something.
        ContentOffer = "contentOffer",
        /// It calls another system.
        IntegrationAction = "integrationAction",
        /// It runs a flow.
        ArchitectFlow = "architectFlow",
        /// It tells another system.
        OpenAction = "openAction",
    }
}

impl JourneyMedia {
    /// What it is here; `None`: the word is not known.
    #[must_use]
    pub const fn media(&self) -> Option<ActionMedia> {
        Some(match self {
            Self::Webchat => ActionMedia::WebChat,
            Self::WebMessagingOffer => ActionMedia::WebMessaging,
            Self::ContentOffer => ActionMedia::Content,
            Self::IntegrationAction => ActionMedia::Integration,
            Self::ArchitectFlow => ActionMedia::Flow,
            Self::OpenAction => ActionMedia::Open,
            Self::Other(_) => return None,
        })
    }

    /// What it is there; `None`: a later version of this layer knows more than is known there.
    #[must_use]
    pub const fn of(media: ActionMedia) -> Option<Self> {
        Some(match media {
            ActionMedia::WebChat => Self::Webchat,
            ActionMedia::WebMessaging => Self::WebMessagingOffer,
            ActionMedia::Content => Self::ContentOffer,
            ActionMedia::Integration => Self::IntegrationAction,
            ActionMedia::Flow => Self::ArchitectFlow,
            ActionMedia::Open => Self::OpenAction,
            _ => return None,
        })
    }
}

words! {
    /// When a map whose triggers hold is carried out.
    ActivationType {
        /// At once.
        Immediate = "immediate",
        /// With the visitor's next visit.
        OnNextVisit = "on-next-visit",
        /// With the visitor's next session.
        OnNextSession = "on-next-session",
        /// After a while.
        Delay = "delay",
    }
}

open_body! {
    /// When a map whose triggers hold is carried out.
    pub JourneyActivation {
        /// When.
        kind = "type": Option<ActivationType>,
        /// After how many seconds.
        delay_in_seconds: Option<u32>,
    }
}

open_body! {
    /// An event that must have happened.
    pub EventTrigger {
        /// The name of a value of the event.
        key: String,
        /// With what it is compared.
        values: Vec<String>,
        /// How it is compared.
        operator: Option<CriteriaOperator>,
        /// Where the event comes from.
        stream_type: Option<StreamType>,
        /// The type of the session.
        session_type: Option<String>,
        /// What the event is called.
        event_name: Option<String>,
    }
}

open_body! {
    /// How near a visitor must be to an outcome.
    pub ProbabilityTrigger {
        /// The outcome.
        outcome_id: String,
        /// The probability that was reached at least.
        maximum_probability: Option<Decimal>,
        /// The present probability at most.
        probability: Option<Decimal>,
    }
}

open_body! {
    /// What the URL of a page must be.
    pub UrlCondition {
        /// With what it is compared.
        values: Vec<String>,
        /// How it is compared.
        operator: Option<CriteriaOperator>,
    }
}

open_body! {
    /// What a map does. Its properties are kept beside these fields.
    pub ActionMapAction {
        /// What it does.
        media_type: Option<JourneyMedia>,
        /// Who answers it.
        action_target_id: Option<String>,
        /// Whether it is held back while the service level is low.
        is_pacing_enabled: Option<bool>,
    }
}

open_body! {
    /// An action map: `GET /journey/actionmaps/{id}`.
    pub JourneyActionMap {
        /// The id.
        id: String,
        /// The version.
        version: Option<u32>,
        /// Whether it is evaluated.
        is_active: Option<bool>,
        /// The name people read.
        display_name: String,
        /// The segments of which one must be assigned.
        trigger_with_segments: Vec<String>,
        /// What must have happened, all of it.
        trigger_with_event_conditions: Vec<EventTrigger>,
        /// How near the visitor must be to outcomes, all of it.
        trigger_with_outcome_probability_conditions: Vec<ProbabilityTrigger>,
        /// The same, compared with other sessions, in per cent.
        trigger_with_outcome_percentile_conditions: Vec<Group>,
        /// The same, compared with other sessions, as a share.
        trigger_with_outcome_quantile_conditions: Vec<Group>,
        /// What the URL of the page must be, all of it.
        page_url_conditions: Vec<UrlCondition>,
        /// When it is carried out.
        activation: Option<JourneyActivation>,
        /// How much it weighs: 1, 2 or 3.
        weight: Option<u8>,
        /// What it does.
        action: ActionMapAction,
        /// When it is open.
        action_map_schedule_groups: ActionMapSchedules,
        /// Whether it is offered however often it was offered before.
        ignore_frequency_cap: bool,
        /// From when on it is offered.
        start_date: Option<IsoTime>,
        /// Until when it is offered.
        end_date: Option<IsoTime>,
        /// When it was made.
        created_date: Option<IsoTime>,
        /// When it was changed last.
        modified_date: Option<IsoTime>,
    }
}

open_body! {
    /// When an action map is open.
    pub ActionMapSchedules {
        /// Open and closed times.
        action_map_schedule_group: Option<JourneyRef>,
        /// Times of emergency, at which it is closed.
        emergency_action_map_schedule_group: Option<JourneyRef>,
    }
}

/// An action map as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionMapImport {
    /// Its key: the id there.
    pub key: Key,
    /// The version there. Versions are counted anew here.
    pub version: Option<u32>,
    /// The map. It is not active if one of its conditions was left: it would be offered where it is
    /// not offered there.
    pub map: ActionMap,
    /// What was not taken over.
    pub left: Vec<Left>,
}

/// The most conditions in one list here.
const CONDITIONS_MAX: usize = 100;

/// The longest delay here, in seconds: a day.
const DAY_SECS: u32 = 86_400;

impl JourneyActionMap {
    /// The map as it is here, by the calendar of each schedule group.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use strowger::journey::{ActionMedia, Weight};
    /// use strowger_genesys::{FormWords, JourneyActionMap};
    ///
    /// let read = r#"{"id":"m-1","displayName":"Chat about chairs","weight":3,
    ///     "triggerWithSegments":["s-1"],"action":{"mediaType":"webchat","actionTargetId":"t-1"},
    ///     "pageUrlConditions":[{"operator":"containsAll","values":["/chairs"]}]}"#;
    /// let map: JourneyActionMap = serde_json::from_str(read)?;
    /// let import = map.import(&FormWords::default(), &BTreeMap::new())?;
    /// assert!(import.left.is_empty() && import.map.check().is_ok());
    /// assert_eq!((import.map.media, import.map.weight), (ActionMedia::WebChat, Weight::High));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// It does nothing that is known here, or a probability is less than 0 or more than 1.
    pub fn import(
        &self,
        words: &FormWords,
        calendars: &BTreeMap<String, CalendarId>,
    ) -> Result<ActionMapImport, Invalid> {
        let invalid = |problem| Invalid::new("action.mediaType", problem);
        let media = self.action.media_type.as_ref().ok_or_else(|| invalid(Problem::Empty))?;
        let media = media.media().ok_or_else(|| invalid(Problem::NotListed))?;
        let mut reader = Reader::new(words);
        let mut map = ActionMap::new(&self.display_name, media);
        map.start = self.start_date.map(|at| at.0);
        map.end = self.end_date.map(|at| at.0);
        map.ignore_frequency_cap = self.ignore_frequency_cap;
        self.triggers(&mut map, &mut reader)?;
        self.pages(&mut map, &mut reader);
        self.when(&mut map, &mut reader, calendars);
        map.weight = match self.weight {
            Some(1) => Weight::Low,
            None | Some(2) => Weight::Medium,
            Some(3) => Weight::High,
            Some(_) => {
                leave(&mut reader.left, "weight", WhyLeft::UnknownValue);
                Weight::Medium
            }
        };
        self.act(&mut map, &mut reader.left);
        map.active = self.is_active.unwrap_or(true) && reader.whole;
        let mut left = reader.left;
        leave_dates(&mut left, self.created_date, self.modified_date);
        leave_others(&mut left, "", &self.others);
        Ok(ActionMapImport { key: Key::from(&self.id), version: self.version, map, left })
    }

    fn triggers(&self, map: &mut ActionMap, reader: &mut Reader<'_>) -> Result<(), Invalid> {
        if self.trigger_with_segments.len() > CONDITIONS_MAX {
            reader.miss("triggerWithSegments".into(), WhyLeft::OutOfRange);
        } else {
            map.segments = self.trigger_with_segments.iter().map(Key::from).collect();
        }
        let path = "triggerWithEventConditions";
        if self.trigger_with_event_conditions.len() > CONDITIONS_MAX {
            reader.miss(path.into(), WhyLeft::OutOfRange);
        } else {
            for (place, one) in self.trigger_with_event_conditions.iter().enumerate() {
                let path = format!("{path}.{place}");
                leave_others(&mut reader.left, &path, &one.others);
                let source = EventSource {
                    name: one.event_name.as_deref(),
                    stream: one.stream_type.as_ref(),
                    session: one.session_type.as_deref(),
                };
                let criterion = JourneyCriterion {
                    key: one.key.clone(),
                    values: one.values.clone(),
                    operator: one.operator.clone(),
                    ..JourneyCriterion::default()
                };
                map.events.extend(reader.event_with(&path, source, &criterion));
            }
        }
        let path = "triggerWithOutcomeProbabilityConditions";
        if self.trigger_with_outcome_probability_conditions.len() > CONDITIONS_MAX {
            reader.miss(path.into(), WhyLeft::OutOfRange);
        } else {
            for (place, one) in self.trigger_with_outcome_probability_conditions.iter().enumerate()
            {
                leave_others(&mut reader.left, &format!("{path}.{place}"), &one.others);
                map.outcomes.push(one.condition()?);
            }
        }
        // A percentile is a place among all sessions, which only what predicts knows.
        for (field, conditions) in [
            (
                "triggerWithOutcomePercentileConditions",
                &self.trigger_with_outcome_percentile_conditions,
            ),
            (
                "triggerWithOutcomeQuantileConditions",
                &self.trigger_with_outcome_quantile_conditions,
            ),
        ] {
            if !conditions.is_empty() {
                reader.miss(field.into(), WhyLeft::NoCounterpart);
            }
        }
        Ok(())
    }

    fn pages(&self, map: &mut ActionMap, reader: &mut Reader<'_>) {
        if self.page_url_conditions.len() > CONDITIONS_MAX {
            reader.miss("pageUrlConditions".into(), WhyLeft::OutOfRange);
            return;
        }
        for (place, one) in self.page_url_conditions.iter().enumerate() {
            let path = format!("pageUrlConditions.{place}");
            leave_others(&mut reader.left, &path, &one.others);
            let of_numbers = matches!(
                one.operator,
                Some(
                    CriteriaOperator::GreaterThan
                        | CriteriaOperator::GreaterThanOrEqual
                        | CriteriaOperator::LessThan
                        | CriteriaOperator::LessThanOrEqual
                )
            );
            let made = match of_numbers {
                true => Err(("operator", WhyLeft::NoCounterpart)),
                false => comparison(one.operator.as_ref(), &one.values, false),
            };
            match made {
                Ok(url) => {
                    let page = PageCondition::new(url.is, "").with_url(url);
                    map.pages.push(page);
                }
                Err((field, why)) => reader.miss(within(&path, field), why),
            }
        }
    }

    fn when(
        &self,
        map: &mut ActionMap,
        reader: &mut Reader<'_>,
        calendars: &BTreeMap<String, CalendarId>,
    ) {
        if let Some(activation) = &self.activation {
            leave_others(&mut reader.left, "activation", &activation.others);
            map.activation = activation.activation(reader);
        }
        let path = "actionMapScheduleGroups";
        let schedules = &self.action_map_schedule_groups;
        leave_others(&mut reader.left, path, &schedules.others);
        if let Some(group) = &schedules.action_map_schedule_group {
            let path = within(path, "actionMapScheduleGroup");
            leave_others(&mut reader.left, &path, &group.others);
            map.calendar = calendars.get(&group.id).copied();
            if map.calendar.is_none() {
                reader.miss(path, WhyLeft::NotDefined);
            }
        }
        if schedules.emergency_action_map_schedule_group.is_some() {
            let path = within(path, "emergencyActionMapScheduleGroup");
            reader.miss(path, WhyLeft::NoCounterpart);
        }
    }

    fn act(&self, map: &mut ActionMap, left: &mut Vec<Left>) {
        map.pacing = self.action.is_pacing_enabled.unwrap_or(true);
        if map.media.is_conversation() {
            map.target = self.action.action_target_id.as_ref().map(Key::from);
        } else {
            leave_said(left, [("action.actionTargetId", self.action.action_target_id.is_some())]);
        }
        let mut room = Room::default();
        room.put_group("", "action", &self.action.others, left);
        map.properties = room.attributes();
    }
}

impl ProbabilityTrigger {
    fn condition(&self) -> Result<OutcomeCondition, Invalid> {
        let field = "triggerWithOutcomeProbabilityConditions.maximumProbability";
        let reached = probability(field, self.maximum_probability.as_ref())?;
        let reached = reached.ok_or_else(|| Invalid::new(field, Problem::Empty))?;
        let mut condition = OutcomeCondition::new(self.outcome_id.as_str(), reached);
        let field = "triggerWithOutcomeProbabilityConditions.probability";
        if let Some(at_most) = probability(field, self.probability.as_ref())? {
            condition.at_most = at_most;
        }
        Ok(condition)
    }
}

impl JourneyActivation {
    fn activation(&self, reader: &mut Reader<'_>) -> Activation {
        let field = || String::from("activation.delayInSeconds");
        let delays = self.kind == Some(ActivationType::Delay);
        if !delays && self.delay_in_seconds.is_some() {
            leave(&mut reader.left, field(), WhyLeft::NoCounterpart);
        }
        match (&self.kind, self.delay_in_seconds) {
            (Some(ActivationType::OnNextVisit), _) => Activation::NextVisit,
            (Some(ActivationType::OnNextSession), _) => Activation::NextSession,
            (Some(ActivationType::Delay), Some(secs @ 1..=DAY_SECS)) => {
                Activation::delay(Span::from_secs(secs))
            }
            (Some(ActivationType::Delay), None) => {
                reader.miss(field(), WhyLeft::UnknownValue);
                Activation::Immediate
            }
            (Some(ActivationType::Delay), Some(secs)) if secs > DAY_SECS => {
                reader.miss(field(), WhyLeft::OutOfRange);
                Activation::Immediate
            }
            (Some(ActivationType::Other(_)), _) => {
                reader.miss("activation.type".into(), WhyLeft::UnknownValue);
                Activation::Immediate
            }
            _ => Activation::Immediate,
        }
    }
}

/// An action map: `GET /journey/actionmaps/{id}`, answered with a [`JourneyActionMap`].
#[must_use]
pub fn get_action_map(map: &str) -> Request {
    let path = format!("/api/v2/journey/actionmaps/{}", escaped(map));
    Request::get(path).with_permissions(&["journey:actionmap:view"])
}
