//! A work item as work of the engine, and work of the engine as a work item.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use crate::item::WorkitemNotice;
use crate::left::{Left, WhyLeft};
use crate::subject::Subject;
use crate::workitem::{ScoredAgent, WorkitemCreate};
use strowger::Key;
use strowger::Timestamp;
use strowger::model::Priority;
use strowger::model::{Attached, WorkRequest};
use strowger::model::{ChannelId, QueueId, SkillId};
use strowger::model::{Comparison, Evaluation, Need, Requirement};
use strowger::model::{Preferred, PreferredAgent, PreferredStep};
use strowger::view::View;

/// How work items come in.
///
/// The queue, the skills, the language (a skill too) and the label (a pool) of a work item must be
/// defined here under their ids. A preferred agent who is not defined here is passed over, because
/// a preference is only a wish. The other fields of the work item are attached to the work.
///
/// ```
/// use strowger_genesys::{Intake, WorkitemNotice};
/// use strowger::prelude::*;
/// use strowger::model::Priority;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let case = engine.execute(now, Define::new("workitem", ChannelProfile::work_item()), &mut log)?;
/// let queue = engine.execute(now, Define::new("q1", QueueProfile::default()), &mut log)?;
/// let notice = WorkitemNotice { id: "w1".into(), priority: 5, ..WorkitemNotice::default() };
/// let request = Intake::new(case, queue).request(engine.view(), &notice, now).unwrap();
/// assert_eq!(request.key.as_deref(), Some("workitem/w1"));
/// assert_eq!((request.priority, request.queue), (Priority(5), queue));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// The channel of work items.
    pub channel: ChannelId,
    /// The queue of those that name none.
    pub default_queue: QueueId,
    /// How their skills are taken (the queue's skill evaluation).
    pub evaluation: Evaluation,
    /// How long they wait for preferred agents (the queue's routing rules); none: they do not.
    pub steps: Vec<PreferredStep>,
}

/// Why a work item cannot be routed as it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotRouted {
    /// There is no such queue.
    #[error("there is no queue {0}")]
    Queue(String),
    /// There is no such skill.
    #[error("there is no skill {0}")]
    Skill(String),
    /// There is no skill for that language.
    #[error("there is no language {0}")]
    Language(String),
    /// There is no pool for that label.
    #[error("there is no label {0}")]
    Label(String),
}

impl Intake {
    /// By this channel into this queue, all skills needed, no wait for preferred agents.
    #[must_use]
    pub const fn new(channel: ChannelId, default_queue: QueueId) -> Self {
        Self { channel, default_queue, evaluation: Evaluation::All, steps: Vec::new() }
    }

    /// The request to submit.
    ///
    /// # Errors
    /// What it names and is not there.
    pub fn request(
        &self,
        view: View<'_>,
        item: &WorkitemNotice,
        now: Timestamp,
    ) -> Result<WorkRequest, NotRouted> {
        let queue = match &item.queue_id {
            Some(key) => view.queue_id(key),
            None => Some(self.default_queue),
        };
        let missing = || NotRouted::Queue(item.queue_id.clone().unwrap_or_default());
        let mut request = WorkRequest::new(queue.ok_or_else(missing)?, self.channel);
        request.key = Some(Subject::Workitem(item.id.clone()).key());
        request.priority = Priority(item.priority);
        request.need = self.need(view, item)?;
        request.preferred = self.preferred(view, item);
        request.due = item.date_due.map(|due| due.0);
        request.origin = item.date_created.map(|made| made.0).filter(|made| *made <= now);
        let origin = request.origin.unwrap_or(now);
        let lifetime = item.date_expires.map(|end| end.0.since(origin));
        request.lifetime = lifetime.filter(|lifetime| !lifetime.is_zero());
        if let Some(label) = &item.utilization_label_id {
            let pool = view.pool_id(label);
            request.pools.push(pool.ok_or_else(|| NotRouted::Label(label.clone()))?);
        }
        request.attached = attached(item);
        Ok(request)
    }

    fn need(&self, view: View<'_>, item: &WorkitemNotice) -> Result<Need, NotRouted> {
        let has = |skill| Requirement::skill(skill, Comparison::AtLeast, 0);
        let mut all = Vec::new();
        for key in &item.skill_ids {
            let skill = view.skill_id(key);
            all.push(has(skill.ok_or_else(|| NotRouted::Skill(key.clone()))?));
        }
        if let Some(key) = &item.language_id {
            let skill = view.skill_id(key);
            all.push(has(skill.ok_or_else(|| NotRouted::Language(key.clone()))?));
        }
        Ok(Need::of(Requirement::All(all)).with_evaluation(self.evaluation))
    }

    fn preferred(&self, view: View<'_>, item: &WorkitemNotice) -> Option<Preferred> {
        let scored = item.scored_agents.iter().map(|agent| (&agent.id, agent.score.min(100)));
        let named = scored.chain(item.preferred_agent_ids.iter().map(|id| (id, 100)));
        let mut agents: Vec<PreferredAgent> = Vec::new();
        for (key, score) in named {
            let agent = view.agent_id(key);
            let new = agent.filter(|agent| agents.iter().all(|known| known.agent != *agent));
            agents.extend(new.map(|agent| PreferredAgent::new(agent, score)));
        }
        let steps = self.steps.clone();
        let waits = !agents.is_empty() && !steps.is_empty();
        waits.then(|| Preferred::default().with_agents(agents).with_steps(steps))
    }
}

/// What of a work item is attached to the work, and back.
const LANGUAGE: &str = "language";
const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const EXTERNAL_TAG: &str = "externalTag";

fn attached(item: &WorkitemNotice) -> Attached {
    let text =
        |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToString::to_string);
    let custom = item.custom_fields.iter().map(|(name, value)| (name.as_str(), text(value)));
    let named = [
        (LANGUAGE, item.language_id.clone()),
        (NAME, Some(item.name.clone()).filter(|name| !name.is_empty())),
        (DESCRIPTION, item.description.clone()),
        (EXTERNAL_TAG, item.external_tag.clone()),
    ];
    let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
    custom.chain(named).map(|(name, value)| (Key::from(name), Box::from(value))).collect()
}

impl WorkitemCreate {
    /// Work of the engine as a work item, and what cannot be said of it there. Its key is the
    /// external tag; of what is attached `name`, `description` and `language` have a place of their
    /// own, the others are fields of the worktype.
    #[must_use]
    pub fn of(
        view: View<'_>,
        work: &WorkRequest,
        worktype: impl Into<String>,
    ) -> (Self, Vec<Left>) {
        let key = |entity| view.key(entity).map(ToString::to_string);
        let attached = |name: &str| work.attached.get(name).map(|text| text.to_string());
        let tag = work.key.as_deref().map(ToString::to_string);
        let name = attached(NAME).or_else(|| tag.clone()).unwrap_or_default();
        let mut item = Self::new(name, worktype);
        item.queue_id = key(work.queue.into());
        item.priority = Some(work.priority.0);
        item.date_due = work.due.map(Into::into);
        item.description = attached(DESCRIPTION);
        item.language_id = attached(LANGUAGE);
        item.external_tag = attached(EXTERNAL_TAG).or(tag);
        item.utilization_label_id = work.pools.first().and_then(|pool| key((*pool).into()));
        let own = [LANGUAGE, NAME, DESCRIPTION, EXTERNAL_TAG];
        let others = work.attached.iter().filter(|(name, _)| !own.contains(&&***name));
        item.custom_fields.extend(others.map(|(name, text)| (name.to_string(), (&**text).into())));
        let mut left = rest(work);
        let language = item.language_id.clone();
        let skills = skills(&work.need.requirement, &mut left).into_iter();
        let skills = skills.filter_map(|skill| key(skill.into()));
        item.skill_ids = skills.filter(|skill| Some(skill) != language.as_ref()).collect();
        item.scored_agents = scored(view, work, &mut left);
        (item, left)
    }
}

/// The skills that are asked for, whatever the level.
fn skills(requirement: &Requirement, left: &mut Vec<Left>) -> Vec<SkillId> {
    match requirement {
        Requirement::All(parts) => parts.iter().flat_map(|part| skills(part, left)).collect(),
        Requirement::Skill { skill, is: Comparison::AtLeast, level } => {
            if *level > 0 {
                left.push(Left::new("need.requirement.level", WhyLeft::NoCounterpart));
            }
            Vec::from([*skill])
        }
        _ => {
            left.push(Left::new("need.requirement", WhyLeft::NoCounterpart));
            Vec::new()
        }
    }
}

fn scored(view: View<'_>, work: &WorkRequest, left: &mut Vec<Left>) -> Vec<ScoredAgent> {
    const MOST: usize = 20;
    let mut agents =
        work.preferred.iter().flat_map(|preferred| &preferred.agents).collect::<Vec<_>>();
    agents.sort_by_key(|agent| (core::cmp::Reverse(agent.score), agent.agent));
    if agents.len() > MOST {
        left.push(Left::new("preferred.agents", WhyLeft::NoCounterpart));
    }
    let known = |agent: &PreferredAgent| {
        let id = view.key(agent.agent.into())?.to_string();
        Some(ScoredAgent { id, score: agent.score })
    };
    agents.into_iter().filter_map(known).take(MOST).collect()
}

/// What else is said of work, and cannot be said of a work item.
fn rest(work: &WorkRequest) -> Vec<Left> {
    let plain = WorkRequest::new(work.queue, work.channel);
    let preferred = work.preferred.as_ref();
    let differs = [
        ("need.wishes", !work.need.wishes.is_empty()),
        ("need.expiring", !work.need.expiring.is_empty()),
        ("need.evaluation", work.need.evaluation != Evaluation::All),
        ("preferred.steps", preferred.is_some_and(|preferred| !preferred.steps.is_empty())),
        ("preferred.ignore_need", preferred.is_some_and(|preferred| preferred.ignore_need)),
        ("preferred.ignore_capacity", preferred.is_some_and(|preferred| preferred.ignore_capacity)),
        ("preferred.expedite", preferred.is_some_and(|preferred| preferred.expedite)),
        ("customer", work.customer.is_some()),
        ("front", work.front),
        ("credit", work.credit != plain.credit),
        ("size", work.size.is_some()),
        ("origin", work.origin.is_some()),
        ("auto_accept", work.auto_accept.is_some()),
        ("internal", work.internal),
        ("never_to", !work.never_to.is_empty()),
        ("lifetime", work.lifetime.is_some()),
        ("attributes", !work.attributes.is_empty()),
        ("relaxation", work.relaxation.is_some()),
        ("objective", work.objective.is_some()),
        ("schedule", work.schedule.is_some()),
        ("callback", work.callback.is_some()),
    ];
    let differs = differs.into_iter().filter(|(_, differs)| *differs);
    let mut left: Vec<_> =
        differs.map(|(field, _)| Left::new(field, WhyLeft::NoCounterpart)).collect();
    for number in 1..work.pools.len() {
        left.push(Left::new(format!("pools.{number}"), WhyLeft::NoCounterpart));
    }
    left
}
