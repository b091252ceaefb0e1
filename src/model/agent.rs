//! Agents: what they can do and how much of it at a time.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::model::attribute::{Attributes, check_attributes};
use crate::model::capacity::Capacity;
use crate::model::ids::{AgentId, Entity, SkillId};
use crate::model::invalid::Invalid;
use crate::model::profile::{DefinitionId, Profile};
use crate::model::skill::Proficiency;

/// What an agent is.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::{Capacity, SkillId};
///
/// let french = SkillId::from_raw(0);
/// let ana = AgentProfile {
///     skills: [(french, 80)].into(),
///     capacity: Capacity::items(3),
///     ..AgentProfile::default()
/// };
/// assert_eq!(ana.skills[&french], 80);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentProfile {
    /// Skills with proficiency, 0 to 100.
    pub skills: BTreeMap<SkillId, Proficiency>,
    /// Anything else requirements may ask for.
    pub attributes: Attributes,
    /// How much at a time.
    pub capacity: Capacity,
    /// How long the agent counts as present without a sign of life; then he goes offline. `None`:
    /// for ever.
    pub lease: Option<Span>,
    /// Whether offers to this agent are accepted in his name at once.
    pub auto_accept: bool,
}

impl Default for AgentProfile {
    fn default() -> Self {
        Self {
            skills: BTreeMap::new(),
            attributes: Attributes::new(),
            capacity: Capacity::one(),
            lease: None,
            auto_accept: false,
        }
    }
}

/// The most skills an agent may have.
pub(crate) const SKILLS_MAX: u32 = 1_000;

impl DefinitionId for AgentId {
    type Profile = AgentProfile;
}

impl Profile for AgentProfile {
    type Id = AgentId;

    fn check(&self) -> Result<(), Invalid> {
        Invalid::length("skills", self.skills.len(), SKILLS_MAX)?;
        for level in self.skills.values() {
            Invalid::range("skills", *level, 0, 100)?;
        }
        check_attributes(&self.attributes)?;
        self.capacity.check()?;
        match self.lease {
            Some(lease) => Invalid::some_time("lease", lease),
            None => Ok(()),
        }
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.skills.keys().for_each(|skill| name((*skill).into()));
        self.capacity.mentions(name);
    }
}
