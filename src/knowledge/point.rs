//! Routing points: numbers at which colleagues are asked for help.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::attribute::Value;
use crate::model::classification::WorkCondition;
use crate::model::ids::{ChannelId, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::{WorkRequest, check_key};
use crate::policy::classification::holds;

/// Pairs of text that are attached to a session or a call (Genesys Engage: user data).
pub type UserData = BTreeMap<Key, Box<str>>;

/// The most pairs of user data of one session or call.
pub(crate) const PAIRS_MAX: u32 = 1_000;

/// The name of the pair that says in a few words what it is about.
const NOTES: &str = "Notes";

/// Refuses user data with a name or a value that is too long, or too many pairs.
pub(crate) fn check_data(data: &UserData, text_max: u32) -> Result<(), Invalid> {
    Invalid::length("user_data", data.len(), PAIRS_MAX)?;
    for (name, value) in data {
        check_key("user_data", name)?;
        Invalid::length("user_data", value.len(), text_max)?;
    }
    Ok(())
}

/// What user data say in a few words; where they say nothing, at which number somebody asks.
pub(crate) fn in_a_few_words(data: &UserData, dn: &Key) -> Box<str> {
    let notes = data.get(NOTES).filter(|notes| !notes.trim().is_empty());
    notes.cloned().unwrap_or_else(|| alloc::format!("Question to {dn}").into_boxed_str())
}

/// The bytes of pairs of user data, names included.
pub(crate) fn bytes_of<'a>(pairs: impl IntoIterator<Item = (&'a Key, &'a Box<str>)>) -> u64 {
    let bytes = pairs.into_iter().map(|(name, value)| name.len().saturating_add(value.len()));
    bytes.fold(0, |sum, bytes| sum.saturating_add(bytes as u64))
}

/// Who is asked if the worker whom the user data name cannot be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Otherwise {
    /// Nobody. Where it is known at once the command is refused.
    #[default]
    Refuse,
    /// The members of the queue behind the number.
    Group,
    /// Whoever is in another queue, as its profile says.
    Queue {
        /// The queue.
        queue: QueueId,
    },
}

/// Whom a routing point asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Target {
    /// Whoever the profile of the queue chooses among its members who are ready.
    #[default]
    Group,
    /// The worker whom the user data name, by the agent's key or by the number of the worker's
    /// seat.
    Particular {
        /// The name of the pair.
        key: Key,
        /// Who is asked if this worker cannot be, or does not want to.
        #[serde(default)]
        otherwise: Otherwise,
    },
}

growing! {
    /// A routing point: a number with a strategy behind it (Genesys Engage). The strategy is the
    /// profile of a queue; [`QueueProfile::routing_point`](crate::model::QueueProfile) makes one.
    ///
    /// ```
    /// use strowger::knowledge::{Otherwise, RoutingPoint, Target};
    /// use strowger::model::{QueueId, WorkCondition};
    ///
    /// // To the one who is named, and to nobody else; they are not asked before.
    /// let target = Target::Particular { key: "expert".into(), otherwise: Otherwise::Refuse };
    /// let point = RoutingPoint::new(QueueId::from_raw(0))
    ///     .with_target(target)
    ///     .with_preview(WorkCondition::Any(Vec::new()));
    /// assert!(point.may_decline);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct RoutingPoint {
        /// The queue behind the number; `None`: nothing stands behind it yet.
        #[serde(default)]
        pub queue: Option<QueueId> => with_queue(into),
        /// Whom it asks.
        #[serde(default)]
        pub target: Target => with_target,
        /// Where this condition on the user data holds, taken as texts, the worker is asked first;
        /// where it does not, they have the request at once. It asks for attributes alone.
        #[serde(default)]
        pub preview: WorkCondition => with_preview,
        /// True if the worker may decline. If not they may let the window run out.
        #[serde(default = "yes")]
        pub may_decline: bool => with_may_decline,
    }
}

const fn yes() -> bool {
    true
}

impl RoutingPoint {
    /// A number that asks the members of this queue, who may decline.
    #[must_use]
    pub fn new(queue: QueueId) -> Self {
        Self {
            queue: Some(queue),
            target: Target::Group,
            preview: WorkCondition::default(),
            may_decline: true,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if let Target::Particular { key, .. } = &self.target {
            check_key("target.key", key)?;
        }
        asks_for_attributes(&self.preview, 0, &mut 0)
    }

    /// True if whoever is chosen is asked first.
    pub(crate) fn previews(&self, data: &UserData) -> bool {
        let nowhere = (QueueId::from_raw(0), ChannelId::from_raw(0));
        let mut request = WorkRequest::new(nowhere.0, nowhere.1);
        let texts = data.iter().map(|(name, text)| (name.clone(), Value::from(&**text)));
        request.attributes = texts.collect();
        holds(&self.preview, &request, &|_| false)
    }

    /// True if the user data name who is asked.
    pub(crate) const fn asks_by_name(&self) -> bool {
        matches!(self.target, Target::Particular { .. })
    }

    /// The queue in which whoever could not be asked by name is looked for.
    pub(crate) const fn otherwise(&self) -> Option<Otherwise> {
        match &self.target {
            Target::Group => None,
            Target::Particular { otherwise, .. } => Some(*otherwise),
        }
    }

    /// The queues that it names.
    pub(crate) fn queues(&self) -> impl Iterator<Item = QueueId> {
        let other = match self.otherwise() {
            Some(Otherwise::Queue { queue }) => Some(queue),
            _ => None,
        };
        self.queue.into_iter().chain(other)
    }
}

/// Refuses a condition on anything but attributes, and one that is too deep or too long.
fn asks_for_attributes(
    condition: &WorkCondition,
    depth: u32,
    size: &mut u32,
) -> Result<(), Invalid> {
    *size = size.saturating_add(1);
    if depth > 16 {
        return Err(Invalid::new("preview", Problem::TooDeep { max: 16 }));
    }
    Invalid::length("preview", usize::try_from(*size).unwrap_or(usize::MAX), 256)?;
    match condition {
        WorkCondition::All(parts) | WorkCondition::Any(parts) => {
            let mut parts = parts.iter();
            parts.try_for_each(|part| asks_for_attributes(part, depth.saturating_add(1), size))
        }
        WorkCondition::Not(part) => asks_for_attributes(part, depth.saturating_add(1), size),
        WorkCondition::In { values, .. } => Invalid::length("preview.values", values.len(), 256),
        WorkCondition::Attribute { .. } => Ok(()),
        _ => Err(Invalid::new("preview", Problem::OutOfPlace)),
    }
}
