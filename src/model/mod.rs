//! What things are: plain data, checked when it is handed in.
//!
//! Knows what a skill, a queue, an agent and a piece of work are. Knows nothing of who waits, who
//! is offered or what time it is.

pub(crate) mod agent;
pub(crate) mod attribute;
pub(crate) mod calendar;
pub(crate) mod capacity;
pub(crate) mod channel;
pub(crate) mod classification;
pub(crate) mod config;
pub(crate) mod estimator;
pub(crate) mod ids;
pub(crate) mod invalid;
pub(crate) mod kinds;
pub(crate) mod membership;
pub(crate) mod need;
pub(crate) mod overflow;
pub(crate) mod pool;
pub(crate) mod preferred;
pub(crate) mod presence;
pub(crate) mod priority;
pub(crate) mod profile;
pub(crate) mod queue;
pub(crate) mod reason;
pub(crate) mod relaxation;
pub(crate) mod requeue;
pub(crate) mod schedule;
pub(crate) mod skill;
pub(crate) mod sort_key;
pub(crate) mod work;
pub(crate) mod wrap_up;

pub use crate::base::id::{Id, NotAnId};
pub use crate::base::time_text::NotATime;
pub use agent::AgentProfile;
pub use attribute::{Attributes, Value};
pub use calendar::{CalendarProfile, Date, Hours, TimeOfDay, WaitClock, Week, Zone, ZoneChange};
pub use capacity::{Capacity, Weights};
pub use channel::ChannelProfile;
pub use classification::{Classification, ClassificationRule, Share, Split, WorkCondition};
pub use config::{Config, Limits};
pub use estimator::Estimator;
pub use ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};
pub use invalid::{Invalid, Problem};
pub use membership::{MembersWhere, Membership};
pub use need::{Comparison, Evaluation, Expiring, Need, Requirement, Wish};
pub use overflow::{
    ConditionalRing, LastResort, Measure, OverflowAction, OverflowRule, QueueCondition, Ramp,
    Trigger,
};
pub use pool::{DailyReset, PoolProfile};
pub use preferred::{Preferred, PreferredAgent, PreferredStep};
pub use presence::{Opens, PresenceProfile, SystemPresence};
pub use priority::Priority;
pub use profile::{DefinitionId, Profile};
pub use queue::{
    AgentChoice, Broadcast, Budget, Exhausted, IdleClock, IdleSince, MaxWaitAction, Order,
    QueueProfile, Tolerance,
};
pub use reason::{RejectReasonProfile, Response, WrapUpCodeProfile};
pub use relaxation::{Relaxation, RelaxationClock, RelaxationStep};
pub use requeue::{Requeue, RequeuePolicy};
pub use schedule::{Callback, Schedule};
pub use skill::{Proficiency, SkillProfile};
pub use sort_key::SortKey;
pub use work::{Attached, WorkChange, WorkRequest};
pub use wrap_up::{AgentWrapUp, WrapUpMode, WrapUpProfile};
