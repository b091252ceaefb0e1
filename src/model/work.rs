//! Work as the host hands it in.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::attribute::{Attributes, check_attributes};
use crate::model::capacity::UNITS_MAX;
use crate::model::ids::{ChannelId, Entity, PoolId, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::need::Need;
use crate::model::pool::check_pools;
use crate::model::preferred::Preferred;
use crate::model::priority::Priority;
use crate::model::relaxation::Relaxation;
use crate::model::schedule::{Callback, Schedule};

/// Data that travels with the work and is never looked at (user data, pre-chat answers).
pub type Attached = BTreeMap<Key, Box<str>>;

/// A request for somebody's attention.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::{ChannelId, Priority};
///
/// let call = WorkRequest {
///     key: Some("call-1".into()),
///     priority: Priority(5),
///     ..WorkRequest::new(QueueId::from_raw(0), ChannelId::from_raw(0))
/// };
/// assert!(call.need.wishes.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkRequest {
    /// The host's own key. Submitting the same request under a key again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The queue it waits in.
    pub queue: QueueId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// What it asks of an agent.
    #[serde(default)]
    pub need: Need,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// Whether it goes to the front of the queue.
    #[serde(default)]
    pub front: bool,
    /// Waiting time given to it at the outset: counts in its order, not in its reported wait.
    #[serde(default)]
    pub credit: Span,
    /// Units it takes, 1 to 1,000,000; `None`: what its channel takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// When it really began; `None`: now. Not in the future. Its place in the order and its
    /// reported wait count from here (Salesforce: custom requested time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Timestamp>,
    /// By when it should be accepted, for [`Order::Deadline`](crate::model::Order::Deadline).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// How long it may live while nobody has it, from its origin; `None`: what its channel says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Span>,
    /// Agents it would rather have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred: Option<Preferred>,
    /// What is known of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: Attributes,
    /// What travels with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attached: Attached,
    /// How it becomes easier to place the longer it waits; `None`: what its queue says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relaxation: Option<Relaxation>,
    /// In what time it should be answered, for [`Order::Ratio`](crate::model::Order::Ratio);
    /// `None`: its
    /// queue's service target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Span>,
    /// When it enters its line, if not at once. It may not be back-dated as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// For a call back: how often its customer is tried. Without it once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// The pools it draws on; none named: those of its channel. At most 8, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<PoolId>,
}

impl WorkRequest {
    /// The most pieces of attached data.
    pub const ATTACHED_MAX: u32 = 1_000;

    /// Ordinary work: asks for nothing special, priority 0, begins now.
    #[must_use]
    pub fn new(queue: QueueId, channel: ChannelId) -> Self {
        Self {
            key: None,
            queue,
            channel,
            need: Need::default(),
            priority: Priority::default(),
            front: false,
            credit: Span::ZERO,
            size: None,
            origin: None,
            due: None,
            lifetime: None,
            preferred: None,
            attributes: Attributes::new(),
            attached: Attached::new(),
            relaxation: None,
            objective: None,
            schedule: None,
            callback: None,
            pools: Vec::new(),
        }
    }

    /// Whether just the same may well be said of other work: it has no key, no times and nothing
    /// attached.
    pub(crate) fn is_usual(&self) -> bool {
        let of_one = self.key.is_some() || self.origin.is_some() || self.due.is_some();
        !of_one && self.attached.is_empty()
    }

    pub(crate) fn check(&self, now: Timestamp) -> Result<(), Invalid> {
        if let Some(key) = &self.key {
            check_key(key)?;
        }
        self.need.check()?;
        self.priority.check()?;
        Invalid::range("size", self.size.unwrap_or(1), 1, i64::from(UNITS_MAX))?;
        if self.origin.is_some_and(|origin| origin > now) {
            return Err(Invalid::new("origin", Problem::Future));
        }
        if let Some(lifetime) = self.lifetime {
            Invalid::some_time("lifetime", lifetime)?;
        }
        if let Some(preferred) = &self.preferred {
            preferred.check()?;
        }
        check_attributes(&self.attributes)?;
        Invalid::length("attached", self.attached.len(), Self::ATTACHED_MAX)?;
        self.relaxation.iter().try_for_each(Relaxation::check)?;
        self.objective.map_or(Ok(()), |span| Invalid::some_time("objective", span))?;
        self.callback.map_or(Ok(()), Callback::check)?;
        if self.schedule.is_some() && self.origin.is_some() {
            return Err(Invalid::new("origin", Problem::Fixed));
        }
        self.schedule.map_or(Ok(()), Schedule::check)?;
        check_pools(&self.pools)
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        name(self.queue.into());
        name(self.channel.into());
        self.need.mentions(name);
        if let Some(preferred) = &self.preferred {
            preferred.mentions(name);
        }
        self.relaxation.iter().for_each(|relaxation| relaxation.mentions(name));
        self.pools.iter().for_each(|pool| name((*pool).into()));
    }
}

/// Refuses a key that is empty or too long.
pub(crate) fn check_key(key: &Key) -> Result<(), Invalid> {
    if key.is_empty() {
        Err(Invalid::new("key", Problem::Empty))
    } else {
        Invalid::length("key", key.len(), 200)
    }
}

/// What to change about waiting or ringing work; what is absent stays as it is. It takes effect at
/// the next match: what already rings is not recalled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkChange {
    /// A new priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Whether it stands at the front.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub front: Option<bool>,
    /// A new need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    /// Waiting time given to it, in place of the old credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<Span>,
    /// A new due time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Attributes to set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: Attributes,
    /// Attached data to set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attached: Attached,
}

impl WorkChange {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if *self == Self::default() {
            return Err(Invalid::new("change", Problem::NoChange));
        }
        if let Some(priority) = self.priority {
            priority.check()?;
        }
        if let Some(need) = &self.need {
            need.check()?;
        }
        check_attributes(&self.attributes)?;
        Invalid::length("attached", self.attached.len(), WorkRequest::ATTACHED_MAX)
    }

    /// The request as it reads after the change.
    pub(crate) fn applied_to(&self, request: &WorkRequest) -> WorkRequest {
        let mut changed = request.clone();
        changed.priority = self.priority.unwrap_or(request.priority);
        changed.front = self.front.unwrap_or(request.front);
        if let Some(need) = &self.need {
            changed.need = need.clone();
        }
        changed.credit = self.credit.unwrap_or(request.credit);
        changed.due = self.due.or(request.due);
        changed.attributes.extend(self.attributes.clone());
        changed.attached.extend(self.attached.clone());
        changed
    }
}
