//! A work item as it comes in: its attached data chooses queue, priority and skills.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use strowger::model::Priority;
use strowger::model::WorkRequest;
use strowger::model::{ChannelId, QueueId, SkillId};
use strowger::model::{Comparison, Need, Requirement};
use strowger::view::View;

use crate::request::Document;

/// A work item that a queue with external routing hands over (New interaction).
///
/// The fields that come along choose how it is routed: `queue` (the key of a queue here),
/// `priority` (a whole number, higher is more urgent) and `skills` (keys with the least
/// proficiency, `french:60, billing`). The others travel with the work.
///
/// ```
/// use strowger_servicenow::{Document, Intake};
/// use strowger::prelude::*;
/// use strowger::model::Priority;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log)?;
/// let chat = engine.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
/// let support = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
/// let mut intake = Intake::new(Document::new("interaction", "5961"), chat, support);
/// intake.fields.insert("priority".into(), "5".into());
/// intake.fields.insert("topic".into(), "refund".into());
/// let request = intake.request(engine.view()).unwrap();
/// assert_eq!((request.priority, request.queue), (Priority(5), support));
/// assert_eq!(&*request.attached["topic"], "refund");
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// What it is about.
    pub document: Document,
    /// The channel it came by.
    pub channel: ChannelId,
    /// The queue, if the fields name none.
    pub default_queue: QueueId,
    /// How much of an agent's capacity it takes.
    pub size: Option<u32>,
    /// The fields that come along.
    pub fields: BTreeMap<String, String>,
}

/// Why a work item cannot be routed as its fields say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotRouted {
    /// There is no such queue.
    #[error("there is no queue {0}")]
    Queue(String),
    /// There is no such skill.
    #[error("there is no skill {0}")]
    Skill(String),
    /// The priority is no whole number.
    #[error("{0} is no priority")]
    Priority(String),
    /// A proficiency is no number from 0 to 100.
    #[error("{0} is no proficiency")]
    Level(String),
}

impl Intake {
    /// A work item without fields.
    #[must_use]
    pub const fn new(document: Document, channel: ChannelId, default_queue: QueueId) -> Self {
        Self { document, channel, default_queue, size: None, fields: BTreeMap::new() }
    }

    /// The request to submit.
    ///
    /// # Errors
    /// What the fields name and is not there.
    pub fn request(&self, view: View<'_>) -> Result<WorkRequest, NotRouted> {
        let mut request = WorkRequest::new(self.default_queue, self.channel);
        (request.key, request.size) = (Some(self.document.key()), self.size);
        for (name, value) in &self.fields {
            match name.as_str() {
                "queue" => request.queue = queue(view, value)?,
                "priority" => request.priority = priority(value)?,
                "skills" => request.need = need(view, value)?,
                _ => {
                    let value = Box::from(value.as_str());
                    request.attached.insert(name.as_str().into(), value);
                }
            }
        }
        Ok(request)
    }
}

fn queue(view: View<'_>, key: &str) -> Result<QueueId, NotRouted> {
    let found = view.queue_id(key);
    found.ok_or_else(|| NotRouted::Queue(key.into()))
}

fn priority(text: &str) -> Result<Priority, NotRouted> {
    text.trim().parse().map(Priority).map_err(|_| NotRouted::Priority(text.into()))
}

fn need(view: View<'_>, text: &str) -> Result<Need, NotRouted> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let all = parts.map(|part| {
        let (key, level) = part.split_once(':').map_or((part, None), |(key, of)| (key, Some(of)));
        let level = level.map_or(Ok(0), |level| level.trim().parse::<u8>());
        let level = level.map_err(|_| NotRouted::Level(part.into()))?;
        Ok(Requirement::skill(skill(view, key.trim())?, Comparison::AtLeast, level))
    });
    Ok(Need::of(Requirement::All(all.collect::<Result<Vec<_>, _>>()?)))
}

fn skill(view: View<'_>, key: &str) -> Result<SkillId, NotRouted> {
    view.skill_id(key).ok_or_else(|| NotRouted::Skill(key.into()))
}
