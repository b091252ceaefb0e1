//! What work asks of an agent.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Span;
use crate::model::attribute::Value;
use crate::model::ids::{Entity, SkillId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::skill::Proficiency;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// The same.
    #[serde(rename = "=")]
    Equal,
    /// Not the same; the only comparison that something missing satisfies.
    #[serde(rename = "!=")]
    NotEqual,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or the same.
    #[serde(rename = "<=")]
    AtMost,
    /// More.
    #[serde(rename = ">")]
    More,
    /// More or the same.
    #[serde(rename = ">=")]
    AtLeast,
}

/// A tree of conditions on an agent's skills and attributes.
///
/// In JSON each node is an object with one field: `{"skill": {"skill": "french", "is": ">=",
/// "level": 60}}`, `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::{Comparison, SkillId};
///
/// let french = SkillId::from_raw(0);
/// let need = Requirement::All(vec![
///     Requirement::skill(french, Comparison::AtLeast, 60),
///     Requirement::attribute("team", Comparison::NotEqual, "trainees"),
/// ]);
/// assert!(matches!(need, Requirement::All(parts) if parts.len() == 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Requirement {
    /// Every part holds; with no parts, always.
    All(Vec<Self>),
    /// At least one part holds; with no parts, never.
    Any(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// The agent has a skill at a certain level.
    Skill {
        /// The skill.
        skill: SkillId,
        /// How the agent's proficiency must compare.
        is: Comparison,
        /// With what: 0 to 100.
        level: Proficiency,
    },
    /// An attribute of the agent compares with a value of the same type.
    Attribute {
        /// The attribute.
        name: Key,
        /// How it must compare.
        is: Comparison,
        /// With what.
        value: Value,
    },
    /// An attribute of the agent is one of these values.
    In {
        /// The attribute.
        name: Key,
        /// The values.
        values: Vec<Value>,
    },
    /// An attribute of the agent, a set of texts, contains this one.
    Has {
        /// The attribute.
        name: Key,
        /// The text.
        value: Box<str>,
    },
}

impl Default for Requirement {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Requirement {
    /// The deepest a tree may be.
    pub const DEPTH_MAX: u32 = 16;
    /// The most conditions a tree may have.
    pub const SIZE_MAX: u32 = 256;

    /// A condition on a skill.
    #[must_use]
    pub const fn skill(skill: SkillId, is: Comparison, level: Proficiency) -> Self {
        Self::Skill { skill, is, level }
    }

    /// A condition on an attribute.
    #[must_use]
    pub fn attribute(name: &str, is: Comparison, value: impl Into<Value>) -> Self {
        Self::Attribute { name: name.into(), is, value: value.into() }
    }

    /// The same bounds, where it stands for itself in some field.
    pub(crate) fn check_as(&self, field: &'static str) -> Result<(), Invalid> {
        self.check(1, &mut Spent::default()).map_err(|invalid| Invalid::new(field, invalid.problem))
    }

    fn check(&self, depth: u32, spent: &mut Spent) -> Result<(), Invalid> {
        spent.conditions += 1;
        if depth > Self::DEPTH_MAX {
            let max = Self::DEPTH_MAX;
            return Err(Invalid::new("need.requirement", Problem::TooDeep { max }));
        }
        if spent.conditions > Self::SIZE_MAX {
            let max = Self::SIZE_MAX;
            return Err(Invalid::new("need.requirement", Problem::TooLong { max }));
        }
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().try_for_each(|part| part.check(depth + 1, spent))
            }
            Self::Not(part) => part.check(depth + 1, spent),
            Self::Skill { level, .. } => Invalid::range("need.requirement.level", *level, 0, 100),
            Self::In { name, values } => {
                Invalid::length("need.requirement.values", values.len(), Self::SIZE_MAX)?;
                spent.name(name)?;
                values.iter().try_for_each(|value| spent.value(value))
            }
            Self::Attribute { name, value, .. } => {
                spent.name(name)?;
                spent.value(value)
            }
            Self::Has { name, value } => {
                spent.name(name)?;
                Invalid::length("need.requirement.value", value.len(), VALUE_MAX)?;
                spent.text(value.len())
            }
        }
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.mentions(name));
            }
            Self::Not(part) => part.mentions(name),
            Self::Skill { skill, .. } => name((*skill).into()),
            Self::Attribute { .. } | Self::In { .. } | Self::Has { .. } => {}
        }
    }
}

/// The most bytes a value may have that an attribute is compared with.
const VALUE_MAX: u32 = 1_000;

/// The most bytes that the names and values of one need may have together. Needs are kept beyond
/// the work that asked for them, so this bounds what a sender can fill.
const TEXT_MAX: u32 = 65_536;

/// How much a need has said so far.
#[derive(Default)]
struct Spent {
    conditions: u32,
    bytes: usize,
}

impl Spent {
    fn text(&mut self, bytes: usize) -> Result<(), Invalid> {
        self.bytes = self.bytes.saturating_add(bytes);
        Invalid::length("need.requirement", self.bytes, TEXT_MAX)
    }

    fn name(&mut self, name: &Key) -> Result<(), Invalid> {
        Invalid::length("need.requirement.name", name.len(), 200)?;
        self.text(name.len())
    }

    fn value(&mut self, value: &Value) -> Result<(), Invalid> {
        let bytes = value.check_text("need.requirement.value", VALUE_MAX)?;
        self.text(bytes)
    }
}

growing! {
    /// A requirement that holds for a while (Azure Job Router: a worker selector that expires).
    ///
    /// ```
    /// use strowger::model::{Comparison, Expiring, SkillId};
    /// use strowger::prelude::*;
    ///
    /// let french = Requirement::skill(SkillId::from_raw(0), Comparison::AtLeast, 60);
    /// let rather_french =
    ///     Need::default().with_expiring([Expiring::new(french, Span::from_secs(30))]);
    /// assert_eq!(rather_french.expiring.len(), 1);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Expiring {
        /// The requirement.
        pub requirement: Requirement => with_requirement,
        /// How long it holds, on the clock of the work's [`Relaxation`](crate::model::Relaxation);
        /// without one from the entry into the queue.
        pub after: Span => with_after,
    }
}

impl Expiring {
    /// This requirement, for so long.
    #[must_use]
    pub const fn new(requirement: Requirement, after: Span) -> Self {
        Self { requirement, after }
    }
}

growing! {
    /// Something that would be good to have.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Wish {
        /// The condition.
        pub requirement: Requirement => with_requirement,
        /// The points that the wish adds to the score of an agent who meets it: 0 to 10,000.
        pub weight: u16 => with_weight,
    }
}

impl Wish {
    /// This much for whoever meets the requirement.
    #[must_use]
    pub const fn new(requirement: Requirement, weight: u16) -> Self {
        Self { requirement, weight }
    }
}

/// How the mandatory part is taken (the words of Genesys Cloud).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evaluation {
    /// The agent must meet it; among those who do the queue's rule decides.
    #[default]
    All,
    /// Anyone may, the best score first; the queue's rule decides among equals.
    Best,
    /// It is disregarded.
    None,
}

growing! {
    /// The need of a piece of work: its demands on an agent. The default asks for nothing.
    #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Need {
        /// The mandatory part.
        pub requirement: Requirement => with_requirement,
        /// The optional part. Under [`Evaluation::Best`] and
        /// [`AgentChoice::MostProficient`](crate::model::AgentChoice::MostProficient) it adds to
        /// the score.
        pub wishes: Vec<Wish> => with_wishes(each Wish),
        /// How the mandatory part is taken.
        pub evaluation: Evaluation => with_evaluation,
        /// Further mandatory requirements, each for its own time: at most 16.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub expiring: Vec<Expiring> => with_expiring(each Expiring),
    }
}

impl Need {
    /// True if anybody will do, and one as well as another.
    pub(crate) fn asks_nothing(&self) -> bool {
        let Self { requirement, wishes, evaluation, expiring } = self;
        matches!(requirement, Requirement::All(parts) if parts.is_empty())
            && wishes.is_empty()
            && *evaluation == Evaluation::All
            && expiring.is_empty()
    }

    /// Somebody who meets the requirement.
    #[must_use]
    pub const fn of(requirement: Requirement) -> Self {
        Self { requirement, wishes: Vec::new(), evaluation: Evaluation::All, expiring: Vec::new() }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        let mut spent = Spent::default();
        self.requirement.check(1, &mut spent)?;
        for wish in &self.wishes {
            Invalid::range("need.wishes.weight", wish.weight, 0, 10_000)?;
            wish.requirement.check(1, &mut spent)?;
        }
        Invalid::length("need.expiring", self.expiring.len(), 16)?;
        for expiring in &self.expiring {
            Invalid::some_time("need.expiring.after", expiring.after)?;
            expiring.requirement.check(1, &mut spent)?;
        }
        Ok(())
    }

    pub(crate) fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.requirement.mentions(name);
        self.wishes.iter().for_each(|wish| wish.requirement.mentions(name));
        self.expiring.iter().for_each(|expiring| expiring.requirement.mentions(name));
    }
}
