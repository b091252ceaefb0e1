//! Definitions: what they have in common, whatever they define.

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::names::Names;
use crate::base::table::Table;
use crate::command::refusal::LimitName;
use crate::fact::definition::{Defined, Definition};
use crate::model::agent::AgentProfile;
use crate::model::calendar::CalendarProfile;
use crate::model::channel::ChannelProfile;
use crate::model::pool::PoolProfile;
use crate::model::presence::PresenceProfile;
use crate::model::profile::Profile;
use crate::model::queue::QueueProfile;
use crate::model::reason::{RejectReasonProfile, WrapUpCodeProfile};
use crate::model::skill::SkillProfile;
use crate::world::index::KeyIndex;
use crate::world::state::Stores;

/// A definition as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Entry<P: Profile> {
    /// The host's key.
    pub key: Key,
    /// The content.
    pub profile: Arc<P>,
    /// Whether it was retired.
    pub retired: bool,
    /// How often it was changed.
    #[serde(default)]
    pub revision: u32,
}

/// A kind of definition: where its rows and names are.
pub(crate) trait Kind: Profile {
    /// The bound on how many there may be.
    const LIMIT: LimitName;
    /// How many come with the engine.
    const BUILT_IN: u64;
    /// Its rows.
    fn rows(stores: &Stores) -> &Table<Self::Id, Entry<Self>>;
    /// Its rows, to change.
    fn rows_mut(stores: &mut Stores) -> &mut Table<Self::Id, Entry<Self>>;
    /// Its names.
    fn names(index: &KeyIndex) -> &Names<Self::Id>;
    /// Its names, to change.
    fn names_mut(index: &mut KeyIndex) -> &mut Names<Self::Id>;
    /// A definition of this kind as one of any kind.
    fn definition(defined: Defined<Self>) -> Definition;
}

macro_rules! kinds {
    ($($profile:ty: $table:ident, $variant:ident, $limit:ident, $built_in:literal;)*) => {$(
        impl Kind for $profile {
            const LIMIT: LimitName = LimitName::$limit;
            const BUILT_IN: u64 = $built_in;

            fn rows(stores: &Stores) -> &Table<Self::Id, Entry<Self>> {
                &stores.$table
            }

            fn rows_mut(stores: &mut Stores) -> &mut Table<Self::Id, Entry<Self>> {
                &mut stores.$table
            }

            fn names(index: &KeyIndex) -> &Names<Self::Id> {
                &index.$table
            }

            fn names_mut(index: &mut KeyIndex) -> &mut Names<Self::Id> {
                &mut index.$table
            }

            fn definition(defined: Defined<Self>) -> Definition {
                Definition::$variant(defined)
            }
        }
    )*};
}

kinds! {
    SkillProfile: skills, Skill, Definitions, 0;
    ChannelProfile: channels, Channel, Definitions, 0;
    PresenceProfile: presences, Presence, Definitions, 9;
    RejectReasonProfile: reasons, Reason, Definitions, 0;
    WrapUpCodeProfile: codes, Code, Definitions, 0;
    QueueProfile: queues, Queue, Definitions, 0;
    AgentProfile: agents, Agent, Agents, 0;
    CalendarProfile: calendars, Calendar, Definitions, 0;
    PoolProfile: pools, Pool, Definitions, 0;
}
