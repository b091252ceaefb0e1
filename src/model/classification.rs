//! Rules by which work that comes to one queue goes on to another.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::attribute::Value;
use crate::model::ids::{CalendarId, ChannelId, Entity, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::need::{Comparison, Need};
use crate::model::priority::Priority;

/// A condition on work. In JSON each node is an object with one field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WorkCondition {
    /// Every part holds; with no parts, always.
    All(Vec<Self>),
    /// At least one part holds; with no parts, never.
    Any(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// An attribute of the work compares with a value of the same type; a missing one satisfies
    /// only `!=`.
    Attribute {
        /// The attribute.
        name: Key,
        /// How it must compare.
        is: Comparison,
        /// With what.
        value: Value,
    },
    /// An attribute of the work is one of these values.
    In {
        /// The attribute.
        name: Key,
        /// The values.
        values: Vec<Value>,
    },
    /// It came by this channel.
    Channel(ChannelId),
    /// Its priority compares.
    Priority {
        /// How.
        is: Comparison,
        /// With what.
        value: i32,
    },
    /// A calendar is open (D365: operating hours; Amazon Connect: check hours of operation).
    Open(CalendarId),
}

impl Default for WorkCondition {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl WorkCondition {
    fn check(&self, depth: u32, size: &mut u32) -> Result<(), Invalid> {
        *size += 1;
        if depth > 16 {
            return Err(Invalid::new("classification.rules.when", Problem::TooDeep { max: 16 }));
        }
        if *size > 256 {
            return Err(Invalid::new("classification.rules.when", Problem::TooLong { max: 256 }));
        }
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().try_for_each(|part| part.check(depth + 1, size))
            }
            Self::Not(part) => part.check(depth + 1, size),
            Self::In { values, .. } => {
                Invalid::length("classification.rules.when.values", values.len(), 256)
            }
            Self::Attribute { .. } | Self::Channel(_) | Self::Priority { .. } | Self::Open(_) => {
                Ok(())
            }
        }
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.mentions(name));
            }
            Self::Not(part) => part.mentions(name),
            Self::Channel(channel) => name((*channel).into()),
            Self::Open(calendar) => name((*calendar).into()),
            Self::Attribute { .. } | Self::In { .. } | Self::Priority { .. } => {}
        }
    }
}

growing! {
    /// One of several queues work may go to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Share {
        /// The queue.
        pub queue: QueueId => with_queue,
        /// Its part of the whole, whatever the whole is: 1 to 1,000,000.
        pub weight: u32 => with_weight,
    }
}

impl Share {
    /// So much for this queue.
    #[must_use]
    pub const fn new(queue: QueueId, weight: u32) -> Self {
        Self { queue, weight }
    }
}

/// How work is spread over several queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Split {
    /// By chance, with the engine's own seed (percentage split).
    #[default]
    Random,
    /// Evenly: of as many pieces as all weights together each queue gets exactly its own.
    Even,
}

growing! {
    /// One rule: what it is for, and what happens.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct ClassificationRule {
        /// When it is the one; the first that holds is.
        pub when: WorkCondition => with_when,
        /// Where the work goes; empty: it stays where it is. One that is full is passed over.
        pub to: Vec<Share> => with_to(each Share),
        /// How it is spread over several.
        pub split: Split => with_split,
        /// Its priority from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority> => with_priority(into),
        /// The work's need from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub need: Option<Need> => with_need(into),
    }
}

impl ClassificationRule {
    /// To this queue, when that holds.
    #[must_use]
    pub fn to(queue: QueueId, when: WorkCondition) -> Self {
        Self { when, to: [Share { queue, weight: 1 }].into(), ..Self::default() }
    }
}

growing! {
    /// Ordered rules for what comes to a queue (Azure Job Router: classification policy; D365:
    /// route-to-queue rules; Zendesk: first matching queue). What no rule takes on stays in the
    /// queue, so nothing is ever without one. The rules of the queue it goes to are not asked.
    ///
    /// ```
    /// use strowger::model::{
    ///     Classification, ClassificationRule, Comparison, Priority, Share, WorkCondition,
    /// };
    /// use strowger::prelude::*;
    ///
    /// let vip = WorkCondition::Attribute {
    ///     name: "tier".into(),
    ///     is: Comparison::Equal,
    ///     value: "gold".into(),
    /// };
    /// let (gold, north, south) =
    ///     (QueueId::from_raw(1), QueueId::from_raw(2), QueueId::from_raw(3));
    /// let rules = Classification::of([
    ///     ClassificationRule::to(gold, vip).with_priority(Priority(10)),
    ///     ClassificationRule::default().with_to([Share::new(north, 70), Share::new(south, 30)]),
    /// ]);
    /// assert_eq!(rules.rules.len(), 2);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Classification {
        /// The rules, at most 200, the first that holds decides.
        pub rules: Vec<ClassificationRule> => with_rules(each ClassificationRule),
        /// True if the host's [`Classifier`](crate::host::Classifier) is asked before the rules.
        pub ask_host: bool => with_ask_host,
    }
}

impl Classification {
    /// These rules.
    #[must_use]
    pub fn of(rules: impl IntoIterator<Item = ClassificationRule>) -> Self {
        Self { rules: rules.into_iter().collect(), ask_host: false }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        Invalid::length("classification.rules", self.rules.len(), 200)?;
        for rule in &self.rules {
            rule.when.check(1, &mut 0)?;
            Invalid::length("classification.rules.to", rule.to.len(), 100)?;
            for share in &rule.to {
                Invalid::range("classification.rules.to.weight", share.weight, 1, 1_000_000)?;
            }
            rule.priority.map_or(Ok(()), Priority::check)?;
            rule.need.iter().try_for_each(Need::check)?;
        }
        Ok(())
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        for rule in &self.rules {
            rule.when.mentions(name);
            rule.to.iter().for_each(|share| name(share.queue.into()));
            rule.need.iter().for_each(|need| need.mentions(name));
        }
    }
}
