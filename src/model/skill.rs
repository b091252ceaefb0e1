//! Skills and how well somebody has them.

use serde::{Deserialize, Serialize};

use crate::model::ids::{Entity, SkillId};
use crate::model::invalid::Invalid;
use crate::model::profile::{DefinitionId, Profile};

/// How well an agent has a skill: 0 to 100. Having a skill at 0 is still having it.
pub type Proficiency = u8;

/// A skill. It has no content of its own: its key says everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillProfile {}

impl DefinitionId for SkillId {
    type Profile = SkillProfile;
}

impl Profile for SkillProfile {
    type Id = SkillId;

    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }

    fn mentions(&self, _name: &mut dyn FnMut(Entity)) {}
}
