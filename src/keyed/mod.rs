//! The edge where the host's own keys stand for ids.
//!
//! Inside everything is named by small numbers. At the edge a fact, a reply or a refusal is written
//! with keys wherever an id has one, and a command may name things by key or by number. Both are
//! done on the way through serde, so there is one vocabulary and no second set of types.
//!
//! Knows which id has which key now. Knows nothing of how a host finds its keys.

mod de;
mod ser;

use core::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer};
use serde::{Serialize, Serializer};

use crate::base::id::Id;
use crate::engine::view::View;
use crate::model::ids::{
    AgentId, CalendarId, ChannelId, CodeId, Entity, OfferId, PoolId, PresenceId, QueueId, ReasonId,
    SkillId, WorkId,
};

/// Writes a value with keys in place of ids, and reads one in which keys stand for ids.
///
/// Works with formats that say what they hold, such as JSON. An id without a key (an offer, or work
/// submitted without one) stays a number.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::keyed::Keyed;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log).unwrap();
///
/// let json = r#"{"agent":"ana","presence":"on_queue"}"#;
/// let mut source = serde_json::Deserializer::from_str(json);
/// let command: SetPresence = Keyed::read(engine.view(), &mut source).unwrap();
/// assert_eq!(serde_json::to_string(&Keyed::new(engine.view(), &command)).unwrap(), json);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Keyed<'a, T> {
    view: View<'a>,
    value: &'a T,
}

impl<'a, T> Keyed<'a, T> {
    /// A value to be written with the keys of this engine.
    #[must_use]
    pub const fn new(view: View<'a>, value: &'a T) -> Self {
        Self { view, value }
    }
}

impl<T: DeserializeOwned> Keyed<'_, T> {
    /// Reads a value in which keys of this engine stand for ids.
    ///
    /// # Errors
    /// The format's own error; a key nobody has is one, and is named in it.
    pub fn read<'de, D: Deserializer<'de>>(view: View<'_>, source: D) -> Result<T, D::Error> {
        de::Seed::new(view, PhantomData::<T>).deserialize(source)
    }
}

impl<T: Serialize> Serialize for Keyed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(ser::KeySerializer::new(self.view, serializer))
    }
}

/// The kinds of ids, by the names under which serde knows their types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Skill,
    Channel,
    Presence,
    Reason,
    Code,
    Queue,
    Agent,
    Work,
    Offer,
    Calendar,
    Pool,
}

impl Kind {
    fn of(type_name: &str) -> Option<Self> {
        Some(match type_name {
            "SkillId" => Self::Skill,
            "ChannelId" => Self::Channel,
            "PresenceId" => Self::Presence,
            "ReasonId" => Self::Reason,
            "CodeId" => Self::Code,
            "QueueId" => Self::Queue,
            "AgentId" => Self::Agent,
            "WorkId" => Self::Work,
            "OfferId" => Self::Offer,
            "CalendarId" => Self::Calendar,
            "PoolId" => Self::Pool,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Skill => "skill",
            Self::Channel => "channel",
            Self::Presence => "presence",
            Self::Reason => "reject reason",
            Self::Code => "wrap-up code",
            Self::Queue => "queue",
            Self::Agent => "agent",
            Self::Work => "work",
            Self::Offer => "offer",
            Self::Calendar => "calendar",
            Self::Pool => "pool",
        }
    }

    fn entity(self, number: u64) -> Option<Entity> {
        Some(match self {
            Self::Skill => SkillId::from_number(number)?.into(),
            Self::Channel => ChannelId::from_number(number)?.into(),
            Self::Presence => PresenceId::from_number(number)?.into(),
            Self::Reason => ReasonId::from_number(number)?.into(),
            Self::Code => CodeId::from_number(number)?.into(),
            Self::Queue => QueueId::from_number(number)?.into(),
            Self::Agent => AgentId::from_number(number)?.into(),
            Self::Work => WorkId::from_number(number)?.into(),
            Self::Offer => OfferId::from_number(number)?.into(),
            Self::Calendar => CalendarId::from_number(number)?.into(),
            Self::Pool => PoolId::from_number(number)?.into(),
        })
    }

    fn number(self, view: View<'_>, key: &str) -> Option<u64> {
        match self {
            Self::Skill => view.skill_id(key).map(Id::number),
            Self::Channel => view.channel_id(key).map(Id::number),
            Self::Presence => view.presence_id(key).map(Id::number),
            Self::Reason => view.reason_id(key).map(Id::number),
            Self::Code => view.code_id(key).map(Id::number),
            Self::Queue => view.queue_id(key).map(Id::number),
            Self::Agent => view.agent_id(key).map(Id::number),
            Self::Work => view.work_id(key).map(Id::number),
            Self::Offer => None,
            Self::Calendar => view.calendar_id(key).map(Id::number),
            Self::Pool => view.pool_id(key).map(Id::number),
        }
    }
}
