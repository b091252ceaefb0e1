//! Work as the host hands it in.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::model::attribute::{Attributes, Value, check_attributes};
use crate::model::capacity::UNITS_MAX;
use crate::model::config::Limits;
use crate::model::ids::{AgentId, ChannelId, Entity, PoolId, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::need::Need;
use crate::model::pool::check_pools;
use crate::model::preferred::Preferred;
use crate::model::priority::Priority;
use crate::model::relaxation::Relaxation;
use crate::model::schedule::{Callback, Schedule};

/// Data that travels with the work and is never read (user data, pre-chat answers).
pub type Attached = BTreeMap<Key, Box<str>>;

growing! {
    /// A request for somebody's attention.
    ///
    /// ```
    /// use strowger::model::{ChannelId, Priority};
    /// use strowger::prelude::*;
    ///
    /// let call = WorkRequest::new(QueueId::from_raw(0), ChannelId::from_raw(0))
    ///     .with_key("call-1")
    ///     .with_priority(Priority(5));
    /// assert!(call.need.wishes.is_empty());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct WorkRequest {
        /// The host's own key. Submitting the same request under a key again changes nothing as
        /// long as the work is open. When the work is closed its key is free, whatever ended it: a
        /// customer who hung up and calls again waits again. Who repeats a call whose answer was
        /// lost gives it a token ([`Call`](crate::host::Call)), which holds after the end too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub key: Option<Key> => with_key(some Key),
        /// The host's key of the customer. A customer who acts by that key
        /// ([`Actor::Customer`](crate::command::Actor::Customer)) acts on this work.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer: Option<Key> => with_customer(some Key),
        /// The queue it waits in.
        pub queue: QueueId => with_queue,
        /// The channel it came by.
        pub channel: ChannelId => with_channel,
        /// The need of the work: its demands on an agent.
        #[serde(default)]
        pub need: Need => with_need,
        /// How urgent it is.
        #[serde(default)]
        pub priority: Priority => with_priority,
        /// True if the work goes to the front of the queue.
        #[serde(default)]
        pub front: bool => with_front,
        /// Waiting time given to it at the outset: counts in its order, not in its reported wait.
        #[serde(default)]
        pub credit: Span => with_credit,
        /// Units it takes, 1 to 1,000,000; `None`: what its channel takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub size: Option<u32> => with_size(into),
        /// When it really began; `None`: now. Not in the future. Its place in the order and its
        /// reported wait count from here (Salesforce: custom requested time).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub origin: Option<Timestamp> => with_origin(into),
        /// By when it should be accepted, for [`Order::Deadline`](crate::model::Order::Deadline).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub due: Option<Timestamp> => with_due(into),
        /// How long it may live while nobody has it, from its origin; `None`: what its channel
        /// says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lifetime: Option<Span> => with_lifetime(into),
        /// Agents it would rather have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub preferred: Option<Preferred> => with_preferred(into),
        /// The known attributes of the work.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub attributes: Attributes => with_attributes(each (Key, Value)),
        /// The data that travels with the work.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub attached: Attached => with_attached(each (Key, Box<str>)),
        /// How it becomes easier to place the longer it waits; `None`: what its queue says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub relaxation: Option<Relaxation> => with_relaxation(into),
        /// In what time it should be answered, for [`Order::Ratio`](crate::model::Order::Ratio)
        /// and [`Order::PriorityRatio`](crate::model::Order::PriorityRatio);
        /// `None`: its queue's service target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub objective: Option<Span> => with_objective(into),
        /// When it enters its line, if not at once. It may not be back-dated as well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub schedule: Option<Schedule> => with_schedule(into),
        /// For a call back: how often its customer is tried. Without it once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub callback: Option<Callback> => with_callback(into),
        /// True if offers and consults of it are accepted at once in the agent's name, false if
        /// they never are; `None`: what queue, channel and agent say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub auto_accept: Option<bool> => with_auto_accept(into),
        /// True if it is no customer: a question of a colleague. Figures count its stays in columns
        /// of their own (`internal`), and no service level contains it.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        pub internal: bool => with_internal,
        /// The pools it draws on; none named: those of its channel. At most 8, each once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub pools: Vec<PoolId> => with_pools(each PoolId),
        /// Agents who are never to have it, for as long as it lives: who asks the question
        /// themselves, or has a conflict of interest. At most 16, each once. They are not offered
        /// it, in whatever queue it comes to be, and may not pull it; nor does anybody assign or
        /// send it to them or consult them about it. [`Force`](crate::command::Force) alone passes
        /// this over. It holds for work that stands for this one too.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub never_to: Vec<AgentId> => with_never_to(each AgentId),
    }
}

impl WorkRequest {
    /// The most pieces of attached data.
    pub const ATTACHED_MAX: u32 = 1_000;

    /// The most agents who are never to have it.
    pub const NEVER_TO_MAX: u32 = 16;

    /// Ordinary work: asks for nothing special, priority 0, begins now.
    #[must_use]
    pub fn new(queue: QueueId, channel: ChannelId) -> Self {
        Self {
            key: None,
            customer: None,
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
            auto_accept: None,
            internal: false,
            pools: Vec::new(),
            never_to: Vec::new(),
        }
    }

    /// True if just the same may well be said of other work: the request names nobody, and has
    /// no key, no times and nothing attached.
    pub(crate) fn is_usual(&self) -> bool {
        let named = self.key.is_some() || self.customer.is_some();
        let of_one = named || self.origin.is_some() || self.due.is_some();
        !of_one && self.attached.is_empty()
    }

    /// Refuses what nobody may submit at this instant.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), Invalid> {
        self.check_at(Some(now))
    }

    /// Refuses terms on which no work can wait, however often they were changed since it was
    /// submitted. It may have more data than new work may bring: bounds are others in time.
    pub(crate) fn check_kept(&self) -> Result<(), Invalid> {
        self.check_at(None)
    }

    fn check_at(&self, submitted: Option<Timestamp>) -> Result<(), Invalid> {
        if let Some(key) = &self.key {
            check_key("key", key)?;
        }
        if let Some(customer) = &self.customer {
            check_key("customer", customer)?;
        }
        self.need.check()?;
        self.priority.check()?;
        Invalid::range("size", self.size.unwrap_or(1), 1, i64::from(UNITS_MAX))?;
        if submitted.is_some_and(|now| self.origin.is_some_and(|origin| origin > now)) {
            return Err(Invalid::new("origin", Problem::Future));
        }
        if let Some(lifetime) = self.lifetime {
            Invalid::some_time("lifetime", lifetime)?;
        }
        if let Some(preferred) = &self.preferred {
            preferred.check()?;
        }
        if submitted.is_some() {
            check_attributes(&self.attributes)?;
            Invalid::length("attached", self.attached.len(), Self::ATTACHED_MAX)?;
        }
        self.relaxation.iter().try_for_each(Relaxation::check)?;
        self.objective.map_or(Ok(()), |span| Invalid::some_time("objective", span))?;
        self.callback.map_or(Ok(()), Callback::check)?;
        if submitted.is_some() && self.schedule.is_some() && self.origin.is_some() {
            return Err(Invalid::new("origin", Problem::Fixed));
        }
        self.schedule.map_or(Ok(()), Schedule::check)?;
        check_pools(&self.pools)?;
        check_never_to(&self.never_to)
    }

    /// Refuses more attributes and attached data than the bounds allow. Work that is changed again
    /// and again is checked as it would be then.
    pub(crate) fn check_data(&self, limits: &Limits) -> Result<(), Invalid> {
        if self.attributes.is_empty() && self.attached.is_empty() {
            return Ok(());
        }
        check_attributes(&self.attributes)?;
        Invalid::length("attached", self.attached.len(), Self::ATTACHED_MAX)?;
        let mut bytes = 0_usize;
        for (name, value) in &self.attributes {
            let size = value.check_text("attributes", limits.text_bytes)?;
            bytes = bytes.saturating_add(name.len()).saturating_add(size);
        }
        Invalid::length("attributes", bytes, limits.data_bytes)?;
        for (name, text) in &self.attached {
            check_key("attached", name)?;
            Invalid::length("attached", text.len(), limits.text_bytes)?;
            bytes = bytes.saturating_add(name.len()).saturating_add(text.len());
        }
        Invalid::length("attached", bytes, limits.data_bytes)
    }

    /// The bytes of its attributes and attached data, names included.
    pub(crate) fn data_bytes(&self) -> u64 {
        let Self { attributes, attached, .. } = self;
        if attributes.is_empty() && attached.is_empty() {
            return 0;
        }
        let attributes = attributes.iter().map(|(name, value)| name.len() + value.text_bytes());
        let attached = attached.iter().map(|(name, text)| name.len() + text.len());
        attributes.chain(attached).fold(0, usize::saturating_add) as u64
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
        self.never_to.iter().for_each(|agent| name((*agent).into()));
    }
}

/// Refuses too many agents, and one who is named twice.
fn check_never_to(agents: &[AgentId]) -> Result<(), Invalid> {
    Invalid::length("never_to", agents.len(), WorkRequest::NEVER_TO_MAX)?;
    let again = |(place, agent)| agents.iter().take(place).any(|other| other == agent);
    match agents.iter().enumerate().any(again) {
        true => Err(Invalid::new("never_to", Problem::Duplicate)),
        false => Ok(()),
    }
}

/// Refuses a key that is empty or too long.
pub(crate) fn check_key(field: &'static str, key: &Key) -> Result<(), Invalid> {
    if key.is_empty() {
        Err(Invalid::new(field, Problem::Empty))
    } else {
        Invalid::length(field, key.len(), 200)
    }
}

growing! {
    /// A change to open work; what is absent stays as it is. It takes effect at the next match:
    /// open offers are not recalled.
    ///
    /// Work that an agent has, parked or wraps up takes every change but those of its place
    /// (`front`), of whom it asks for by name (`preferred`) and of what it draws on (`pools`). The
    /// rest counts when it is in a line again. Work that is offered keeps its pools.
    ///
    /// ```
    /// use strowger::model::{Preferred, WorkChange};
    /// use strowger::prelude::*;
    ///
    /// // The customer asks for somebody while they wait.
    /// let bo = Preferred::agent(AgentId::from_raw(7), Span::from_mins(2));
    /// let change = WorkChange::default().with_preferred(bo);
    /// assert!(change.priority.is_none());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct WorkChange {
        /// A new priority.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority> => with_priority(into),
        /// A new place: at the front (`true`) or not (`false`).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub front: Option<bool> => with_front(into),
        /// A new need.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub need: Option<Need> => with_need(into),
        /// Waiting time given to it, in place of the old credit.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub credit: Option<Span> => with_credit(into),
        /// A new due time.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub due: Option<Timestamp> => with_due(into),
        /// A new objective.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub objective: Option<Span> => with_objective(into),
        /// A new lifetime, counted from the real start as the old one was.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub lifetime: Option<Span> => with_lifetime(into),
        /// Other agents whom it would rather have; an empty list: none. In a line the first step
        /// begins now, even if the wait for others was over.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub preferred: Option<Preferred> => with_preferred(into),
        /// Another way to become easier to place; one without steps: that of its queue. It stays
        /// where it is on its clock.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub relaxation: Option<Relaxation> => with_relaxation(into),
        /// Other pools; an empty list: those of its channel. What stands for other work draws on
        /// what that work draws on, and takes none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub pools: Option<Vec<PoolId>> => with_pools(into),
        /// Attributes to set.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub attributes: Attributes => with_attributes(each (Key, Value)),
        /// Attached data to set.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub attached: Attached => with_attached(each (Key, Box<str>)),
    }
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
        self.objective.map_or(Ok(()), |span| Invalid::some_time("objective", span))?;
        self.lifetime.map_or(Ok(()), |span| Invalid::some_time("lifetime", span))?;
        let preferred = self.preferred.iter().filter(|list| **list != Preferred::default());
        preferred.into_iter().try_for_each(Preferred::check)?;
        self.relaxation.iter().try_for_each(Relaxation::check)?;
        self.pools.as_deref().map_or(Ok(()), check_pools)?;
        check_attributes(&self.attributes)?;
        Invalid::length("attached", self.attached.len(), WorkRequest::ATTACHED_MAX)
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.need.iter().for_each(|need| need.mentions(name));
        self.preferred.iter().for_each(|preferred| preferred.mentions(name));
        self.relaxation.iter().for_each(|relaxation| relaxation.mentions(name));
        self.pools.iter().flatten().for_each(|pool| name((*pool).into()));
    }

    /// True if it changes what must not change under an agent who has the work.
    pub(crate) const fn moves(&self) -> bool {
        self.front.is_some() || self.preferred.is_some() || self.pools.is_some()
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
        changed.objective = self.objective.or(request.objective);
        changed.lifetime = self.lifetime.or(request.lifetime);
        if let Some(preferred) = &self.preferred {
            changed.preferred = Some(preferred).filter(|list| !list.agents.is_empty()).cloned();
        }
        if let Some(relaxation) = &self.relaxation {
            changed.relaxation = Some(relaxation).filter(|its| !its.steps.is_empty()).cloned();
        }
        if let Some(pools) = &self.pools {
            changed.pools.clone_from(pools);
        }
        changed.attributes.extend(self.attributes.clone());
        changed.attached.extend(self.attached.clone());
        changed
    }
}
