//! Definitions and configuration.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::model::invalid::{Invalid, Problem};
use crate::model::work::check_key;

use crate::journey::command::{
    ConfigureJourneys, RemoveActionMap, RemoveOutcome, RemoveSegment, RemoveTarget, SetActionMap,
    SetOutcome, SetSegment, SetTarget, SetTargetCounts,
};
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::definition::{JourneyDefinition, JourneyDefinitionKind};
use crate::journey::event::JourneyEvent;
use crate::journey::refusal::{JourneyEntity, JourneyLimit, JourneyRefusal};
use crate::journey::rows::Definitions;

impl RunOnJourneys for ConfigureJourneys {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        self.config.check()?;
        if *self.config != turn.store.rows.config {
            turn.emit(JourneyEvent::Configured(self.config));
        }
        Ok(())
    }
}

/// Refuses one definition more than there may be.
fn check_room<T>(
    all: &Definitions<T>,
    key: &str,
    limit: JourneyLimit,
    max: u32,
) -> Result<(), JourneyRefusal> {
    match all.get(key).is_none() && all.len() >= max as usize {
        true => Err(JourneyRefusal::Limit { limit, max: u64::from(max) }),
        false => Ok(()),
    }
}

impl JourneyTurn<'_> {
    fn define(&mut self, key: Key, version: Option<u32>, definition: JourneyDefinition) {
        if let Some(version) = version {
            self.emit(JourneyEvent::Defined { key, version, definition });
        }
    }

    fn remove(
        &mut self,
        kind: JourneyDefinitionKind,
        key: Key,
        there: bool,
    ) -> Result<(), JourneyRefusal> {
        if !there {
            return Err(unknown(kind, key));
        }
        self.emit(JourneyEvent::Removed { kind, key });
        Ok(())
    }
}

/// Says that nothing is defined under a key.
pub(crate) const fn unknown(kind: JourneyDefinitionKind, key: Key) -> JourneyRefusal {
    JourneyRefusal::Unknown { what: JourneyEntity::Definition { kind, key } }
}

impl RunOnJourneys for SetSegment {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        check_key("key", &self.key)?;
        self.segment.check()?;
        let rows = &turn.store.rows;
        let max = rows.config.limits.segments;
        check_room(&rows.segments, &self.key, JourneyLimit::Segments, max)?;
        let version = rows.segments.next_version(&self.key, &self.segment);
        turn.define(self.key, version, JourneyDefinition::Segment(self.segment));
        Ok(())
    }
}

impl RunOnJourneys for RemoveSegment {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let there = turn.store.rows.segments.get(&self.key).is_some();
        turn.remove(JourneyDefinitionKind::Segment, self.key, there)
    }
}

impl RunOnJourneys for SetOutcome {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        check_key("key", &self.key)?;
        self.outcome.check()?;
        let rows = &turn.store.rows;
        let limits = &rows.config.limits;
        check_room(&rows.outcomes, &self.key, JourneyLimit::Outcomes, limits.outcomes)?;
        let others = rows.outcomes.iter().filter(|one| one.key != self.key);
        let scored = others.filter(|one| one.content.scored).count();
        if self.outcome.scored && scored >= limits.scored as usize {
            let (limit, max) = (JourneyLimit::Scored, u64::from(limits.scored));
            return Err(JourneyRefusal::Limit { limit, max });
        }
        let version = rows.outcomes.next_version(&self.key, &self.outcome);
        turn.define(self.key, version, JourneyDefinition::Outcome(self.outcome));
        Ok(())
    }
}

impl RunOnJourneys for RemoveOutcome {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let there = turn.store.rows.outcomes.get(&self.key).is_some();
        turn.remove(JourneyDefinitionKind::Outcome, self.key, there)
    }
}

impl RunOnJourneys for SetActionMap {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let rows = &turn.store.rows;
        if let Some(target) = self.map.target.as_ref().filter(|key| rows.targets.get(key).is_none())
        {
            return Err(unknown(JourneyDefinitionKind::Target, target.clone()));
        }
        check_key("key", &self.key)?;
        self.map.check()?;
        let max = rows.config.limits.action_maps;
        check_room(&rows.maps, &self.key, JourneyLimit::ActionMaps, max)?;
        let version = rows.maps.next_version(&self.key, &self.map);
        turn.define(self.key, version, JourneyDefinition::ActionMap(self.map));
        Ok(())
    }
}

impl RunOnJourneys for RemoveActionMap {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let there = turn.store.rows.maps.get(&self.key).is_some();
        turn.remove(JourneyDefinitionKind::ActionMap, self.key, there)
    }
}

impl RunOnJourneys for SetTarget {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        check_key("key", &self.key)?;
        self.target.check()?;
        let rows = &turn.store.rows;
        let max = rows.config.limits.targets;
        check_room(&rows.targets, &self.key, JourneyLimit::Targets, max)?;
        let version = rows.targets.next_version(&self.key, &self.target);
        turn.define(self.key, version, JourneyDefinition::Target(Box::new(*self.target)));
        Ok(())
    }
}

impl RunOnJourneys for RemoveTarget {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let rows = &turn.store.rows;
        let there = rows.targets.get(&self.key).is_some();
        let needs = rows.maps.iter().any(|map| map.content.target.as_ref() == Some(&self.key));
        if there && needs {
            let what =
                JourneyEntity::Definition { kind: JourneyDefinitionKind::Target, key: self.key };
            return Err(JourneyRefusal::InUse { what });
        }
        turn.remove(JourneyDefinitionKind::Target, self.key, there)
    }
}

impl RunOnJourneys for SetTargetCounts {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { target, counts } = self;
        let rows = &turn.store.rows;
        if rows.targets.get(&target).is_none() {
            return Err(unknown(JourneyDefinitionKind::Target, target));
        }
        counts.check()?;
        if rows.counts.get(&target).copied().unwrap_or_default() != counts {
            turn.emit(JourneyEvent::CountsSet { target, counts });
        }
        Ok(())
    }
}

/// Refuses a list that names one thing twice.
pub(crate) fn check_once(field: &'static str, keys: &[Key]) -> Result<(), Invalid> {
    let twice = |(place, key): (usize, &Key)| keys.iter().take(place).any(|one| one == key);
    match keys.iter().enumerate().any(twice) {
        true => Err(Invalid::new(field, Problem::Duplicate)),
        false => Ok(()),
    }
}
