//! The settings of a queue, as a queue here.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use serde_json::Value;

use crate::decimal::thousandths;
use crate::left::{Left, WhyLeft};
use crate::media::MediaType;
use crate::settings::{
    AcwSettings, QueueSettings, RuleOperator, ScoringMethod, SkillEvaluation, WrapupPrompt,
};
use strowger::Span;
use strowger::model::ChannelId;
use strowger::model::Evaluation;
use strowger::model::PreferredStep;
use strowger::model::{Invalid, Problem};
use strowger::model::{Order, QueueProfile};
use strowger::model::{WrapUpMode, WrapUpProfile};
use strowger::view::View;

/// A queue as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueImport {
    /// What it is here.
    pub profile: QueueProfile,
    /// How its work's skills are taken, which is said of each piece of work here.
    pub evaluation: Evaluation,
    /// How long its work waits for preferred agents, which is said of each piece of work here.
    pub steps: Vec<PreferredStep>,
    /// What was not taken over.
    pub left: Vec<Left>,
}

/// Fields that say nothing of routing.
const PLAIN: [&str; 11] = [
    "division",
    "description",
    "dateCreated",
    "dateModified",
    "modifiedBy",
    "createdBy",
    "memberCount",
    "userMemberCount",
    "joinedMemberCount",
    "selfUri",
    "enableTranscription",
];

/// The media in the order in which their service level counts for the queue.
const BY_WEIGHT: [MediaType; 5] =
    [MediaType::Call, MediaType::Message, MediaType::Chat, MediaType::Callback, MediaType::Email];

impl QueueSettings {
    /// The queue as it is here, by the channel of each medium, and what was not taken over.
    ///
    /// Of the service levels the first of call, message, chat, call back and e-mail is the queue's
    /// target. Groups are not known here: their members are given their memberships one by one.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::model::Order;
    /// use strowger_genesys::{MediaType, QueueSettings};
    ///
    /// # let (now, mut log) = (Timestamp::EPOCH, Log::default());
    /// # let mut engine = Engine::new(Config::default(), now, &mut log)?;
    /// # let voice = engine.execute(now, Define::new("call", ChannelProfile::voice()), &mut log)?;
    /// let read = r#"{"id":"q1","scoringMethod":"PriorityOnly","peerId":"q2",
    ///     "mediaSettings":{"call":{"alertingTimeoutSeconds":8}}}"#;
    /// let settings: QueueSettings = serde_json::from_str(read).unwrap();
    /// let import = settings.import(engine.view(), &[(MediaType::Call, voice)].into())?;
    /// assert_eq!(import.profile.order, Order::Priority);
    /// assert_eq!(import.profile.offer_windows[&voice], Some(Span::from_secs(8)));
    /// assert_eq!(import.left[0].field, "peerId");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Something is out of the range the vendor gives for it.
    pub fn import(
        &self,
        view: View<'_>,
        channels: &BTreeMap<MediaType, ChannelId>,
    ) -> Result<QueueImport, Invalid> {
        let (mut profile, mut left) = (QueueProfile::default(), Vec::new());
        self.windows(channels, &mut profile, &mut left)?;
        self.service_target(&mut profile, &mut left);
        self.auto_accept(&mut profile, &mut left);
        profile.order = match &self.scoring_method {
            None | Some(ScoringMethod::TimestampAndPriority) => Order::Score,
            Some(ScoringMethod::PriorityOnly) => Order::Priority,
            Some(ScoringMethod::Other(_)) => {
                left.push(Left::new("scoringMethod", WhyLeft::UnknownValue));
                Order::Score
            }
        };
        if let Some(acw) = &self.acw_settings {
            profile.wrap_up = WrapUpProfile::of(acw.mode(&mut left)?);
        }
        if let Some(bullseye) = &self.bullseye {
            profile.relaxation = bullseye.relaxation(view, &mut left)?;
        }
        let evaluation = self.evaluation(&mut left);
        let steps = self.steps(&mut left)?;
        self.rest(&mut left);
        Ok(QueueImport { profile, evaluation, steps, left })
    }

    fn windows(
        &self,
        channels: &BTreeMap<MediaType, ChannelId>,
        profile: &mut QueueProfile,
        left: &mut Vec<Left>,
    ) -> Result<(), Invalid> {
        for (media, settings) in &self.media_settings {
            let Some(secs) = settings.alerting_timeout_seconds else { continue };
            let field = "mediaSettings.alertingTimeoutSeconds";
            Invalid::range(field, secs, 7, i64::from(u32::MAX))?;
            if let Some(channel) = channels.get(media) {
                profile.offer_windows.insert(*channel, Some(Span::from_secs(secs)));
            } else {
                let field = format!("mediaSettings.{}", media.word());
                left.push(Left::new(field, WhyLeft::NotDefined));
            }
        }
        Ok(())
    }

    fn service_target(&self, profile: &mut QueueProfile, left: &mut Vec<Left>) {
        let of = |media: &MediaType| {
            let level = self.media_settings.get(media)?.service_level.as_ref()?;
            Some((media.clone(), level.clone()))
        };
        let levels: Vec<_> = BY_WEIGHT.iter().filter_map(of).collect();
        let target = levels.iter().find_map(|(_, level)| level.duration_ms);
        if let Some(target) = target {
            profile.service_target = Span::from_millis(target);
        }
        for (media, level) in levels {
            let field = |what: &str| format!("mediaSettings.{}.serviceLevel.{what}", media.word());
            if level.duration_ms.is_some() && level.duration_ms != target {
                left.push(Left::new(field("durationMs"), WhyLeft::Differs));
            }
            if level.percentage.is_some() {
                left.push(Left::new(field("percentage"), WhyLeft::NoCounterpart));
            }
        }
    }

    fn auto_accept(&self, profile: &mut QueueProfile, left: &mut Vec<Left>) {
        let mut said = self.media_settings.values().map(|one| one.enable_auto_answer == Some(true));
        profile.auto_accept = !self.media_settings.is_empty() && said.all(|auto| auto);
        if profile.auto_accept {
            return;
        }
        let auto =
            self.media_settings.iter().filter(|(_, one)| one.enable_auto_answer == Some(true));
        let field = |media: &MediaType| format!("mediaSettings.{}.enableAutoAnswer", media.word());
        left.extend(auto.map(|(media, _)| Left::new(field(media), WhyLeft::Differs)));
    }

    fn evaluation(&self, left: &mut Vec<Left>) -> Evaluation {
        match &self.skill_evaluation_method {
            None | Some(SkillEvaluation::All) => Evaluation::All,
            Some(SkillEvaluation::None) => Evaluation::None,
            Some(SkillEvaluation::Best) => Evaluation::Best,
            Some(SkillEvaluation::Other(_)) => {
                left.push(Left::new("skillEvaluationMethod", WhyLeft::UnknownValue));
                Evaluation::All
            }
        }
    }

    fn steps(&self, left: &mut Vec<Left>) -> Result<Vec<PreferredStep>, Invalid> {
        Invalid::length("routingRules", self.routing_rules.len(), 6)?;
        let mut steps = Vec::new();
        for rule in &self.routing_rules {
            let score_min = match &rule.operator {
                Some(RuleOperator::Any) => 0,
                None | Some(RuleOperator::MeetsThreshold) => rule.threshold.unwrap_or(0),
                Some(RuleOperator::Other(_)) => {
                    left.push(Left::new("routingRules.operator", WhyLeft::UnknownValue));
                    continue;
                }
            };
            Invalid::range("routingRules.threshold", score_min, 0, 100)?;
            let wait = match &rule.wait_seconds {
                None => Span::from_secs(5),
                Some(secs) => thousandths(secs).map(Span::from_millis).unwrap_or_default(),
            };
            if wait.is_zero() {
                return Err(Invalid::new("routingRules.waitSeconds", Problem::Empty));
            }
            steps.push(PreferredStep::new(score_min, wait));
        }
        Ok(steps)
    }

    /// Whatever else is said. What is off, empty or `null` says nothing.
    fn rest(&self, left: &mut Vec<Left>) {
        let others = self.others.iter().filter(|(name, _)| !PLAIN.contains(&&***name));
        for (name, value) in others {
            if says_something(value) {
                let of_agents = name == "memberGroups";
                let why = if of_agents { WhyLeft::OfAgents } else { WhyLeft::NoCounterpart };
                left.push(Left::new(name.clone(), why));
            }
        }
        for (media, settings) in &self.media_settings {
            for (name, value) in &settings.others {
                if says_something(value) {
                    let field = format!("mediaSettings.{}.{name}", media.word());
                    left.push(Left::new(field, WhyLeft::NoCounterpart));
                }
            }
        }
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty() && text != "Disabled",
        Value::Array(all) => all.iter().any(says_something),
        Value::Object(all) => all.values().any(says_something),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

impl AcwSettings {
    /// The rule for wrap-up. Where it is as the agent likes, the work waits an hour for a code.
    fn mode(&self, left: &mut Vec<Left>) -> Result<WrapUpMode, Invalid> {
        let timeout = || {
            let missing = Invalid::new("acwSettings.timeoutMs", Problem::Empty);
            let millis = self.timeout_ms.ok_or(missing)?;
            if (1_000..=3_600_000).contains(&millis) {
                return Ok(Span::from_millis(millis));
            }
            let problem = Problem::OutOfRange { min: 1_000, max: 3_600_000 };
            Err(Invalid::new("acwSettings.timeoutMs", problem))
        };
        Ok(match &self.wrapup_prompt {
            None => WrapUpMode::None,
            Some(WrapupPrompt::Optional) => WrapUpMode::Optional { timeout: Span::from_mins(60) },
            Some(WrapupPrompt::Mandatory) => WrapUpMode::Mandatory,
            Some(WrapupPrompt::MandatoryTimeout) => {
                WrapUpMode::MandatoryTimeout { timeout: timeout()? }
            }
            Some(WrapupPrompt::MandatoryForcedTimeout) => {
                WrapUpMode::ForcedTimeout { timeout: timeout()? }
            }
            Some(WrapupPrompt::AgentRequested) => WrapUpMode::OnRequest { timeout: timeout()? },
            Some(WrapupPrompt::Other(_)) => {
                left.push(Left::new("acwSettings.wrapupPrompt", WhyLeft::UnknownValue));
                WrapUpMode::None
            }
        })
    }
}
