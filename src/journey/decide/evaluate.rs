//! Segments and outcomes: what holds of a session now, and what the host says of it.

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::model::invalid::{Invalid, Problem};

use crate::journey::command::{Achieve, Evaluate, Match, Score, Unmatch};
use crate::journey::decide::define::{check_once, unknown};
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::definition::{JourneyDefinitionKind, Scope, WHOLE};
use crate::journey::event::{JourneyEvent, Unassigned};
use crate::journey::ids::SessionId;
use crate::journey::refusal::{JourneyLimit, JourneyRefusal};

/// The most segments, and the most scores, in one command (Genesys: 10).
const OF_COMMAND: usize = 10;

fn check_count(count: usize, limit: JourneyLimit) -> Result<(), JourneyRefusal> {
    match count > OF_COMMAND {
        true => Err(JourneyRefusal::Limit { limit, max: OF_COMMAND as u64 }),
        false => Ok(()),
    }
}

impl JourneyTurn<'_> {
    /// Says what holds of a session after an event.
    pub(crate) fn evaluate(&mut self, session: SessionId) {
        self.evaluate_conditions(session);
        self.evaluate_maps(session);
    }

    /// Says which segments match a session and which goals are achieved in it now.
    fn evaluate_conditions(&mut self, id: SessionId) {
        if self.is_halted() {
            return;
        }
        let (rows, program) = (&self.store.rows, &self.store.index.program);
        let Some(row) = self.store.session(id).filter(|_| rows.config.licensed) else { return };
        let counts = program.counts(rows.defined, row);
        let holds = |conditions: &crate::journey::Conditions, counted| {
            conditions.hold_of(&row.attributes) && program.hold(counted, &counts)
        };
        let segments = program.segments.iter().filter_map(|part| {
            let key = &rows.segments.0.get(part.place)?.key;
            let new = !self.has(row, key, part.content.scope)
                && holds(&part.content.conditions, &part.counted);
            // A session is given a segment once: what was taken away does not come back.
            let again = new && part.content.scope == Scope::Session && row.had_segment(key);
            (new && !again).then(|| key.clone())
        });
        let segments: Vec<_> = segments.collect();
        let outcomes = program.outcomes.iter().filter_map(|part| {
            let key = &rows.outcomes.0.get(part.place)?.key;
            let new = row.outcome(key).is_none_or(|progress| progress.achieved.is_none());
            (new && holds(&part.content.conditions, &part.counted)).then(|| key.clone())
        });
        let outcomes: Vec<_> = outcomes.collect();
        let max = rows.config.limits.segments_assigned as usize;
        for segment in segments {
            if self.room_for_segment(id, &segment, max) {
                self.assign(id, segment);
            }
        }
        for outcome in outcomes {
            self.emit(JourneyEvent::OutcomeAchieved { session: id, outcome });
        }
    }

    /// True if a segment is assigned already.
    fn has(&self, row: &crate::journey::VisitorSession, key: &str, scope: Scope) -> bool {
        match scope {
            Scope::Session => row.has_segment(key),
            Scope::Customer => {
                let head = self.store.customer(self.store.head_of(row.customer));
                head.is_some_and(|head| head.segments.iter().any(|one| &*one.segment == key))
            }
        }
    }

    fn room_for_segment(&self, session: SessionId, key: &str, max: usize) -> bool {
        let Some(row) = self.store.session(session) else { return false };
        let scope = self.store.rows.segments.get(key).map(|one| one.content.scope);
        let head = self.store.customer(self.store.head_of(row.customer));
        let of_customer = head.filter(|_| scope == Some(Scope::Customer));
        row.segments.len() < max && of_customer.is_none_or(|head| head.segments.len() < max)
    }

    fn assign(&mut self, session: SessionId, segment: Key) {
        let Some(defined) = self.store.rows.segments.get(&segment) else { return };
        let (version, content) = (defined.version, defined.content.clone());
        let of_customer = content.scope == Scope::Customer;
        let expires = content.expiry(self.cause.effective(self.now));
        self.emit(JourneyEvent::SegmentAssigned {
            session,
            segment,
            version,
            of_customer,
            expires,
        });
    }
}

impl RunOnJourneys for Match {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { session, segments } = self;
        turn.session(session)?;
        let rows = &turn.store.rows;
        if let Some(key) = segments.iter().find(|key| rows.segments.get(key).is_none()) {
            return Err(unknown(JourneyDefinitionKind::Segment, key.clone()));
        }
        check_once("segments", &segments)?;
        let row = turn.live(session)?;
        check_count(segments.len(), JourneyLimit::SegmentsOfCommand)?;
        if !rows.config.licensed {
            return Ok(());
        }
        let scope =
            |key: &Key| rows.segments.get(key).map_or(Scope::Session, |one| one.content.scope);
        let new: Vec<Key> =
            segments.into_iter().filter(|key| !turn.has(row, key, scope(key))).collect();
        let max = rows.config.limits.segments_assigned;
        let head = turn.store.customer(turn.store.head_of(row.customer));
        let of_customer = new.iter().filter(|key| scope(key) == Scope::Customer).count();
        let kept = head.map_or(0, |head| head.segments.len()) + of_customer;
        if (row.segments.len() + new.len()).max(kept) > max as usize {
            let (limit, max) = (JourneyLimit::SegmentsAssigned, u64::from(max));
            return Err(JourneyRefusal::Limit { limit, max });
        }
        for segment in new {
            turn.assign(session, segment);
        }
        turn.evaluate_maps(session);
        Ok(())
    }
}

impl RunOnJourneys for Unmatch {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { session, segments } = self;
        turn.session(session)?;
        let rows = &turn.store.rows;
        if let Some(key) = segments.iter().find(|key| rows.segments.known(key).is_none()) {
            return Err(unknown(JourneyDefinitionKind::Segment, key.clone()));
        }
        let row = turn.live(session)?;
        check_count(segments.len(), JourneyLimit::SegmentsOfCommand)?;
        let customer = turn.store.head_of(row.customer);
        let head = turn.head(customer)?;
        let assigned =
            |key: &Key| row.has_segment(key) || head.segments.iter().any(|one| one.segment == *key);
        let assigned: Vec<_> = segments.into_iter().filter(assigned).collect();
        for segment in assigned {
            let (session, why) = (Some(session), Unassigned::Command);
            turn.emit(JourneyEvent::SegmentUnassigned { customer, session, segment, why });
        }
        turn.evaluate_maps(session);
        Ok(())
    }
}

impl RunOnJourneys for Score {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { session, scores } = self;
        turn.session(session)?;
        let rows = &turn.store.rows;
        if let Some(key) = scores.keys().find(|key| rows.outcomes.get(key).is_none()) {
            return Err(unknown(JourneyDefinitionKind::Outcome, key.clone()));
        }
        for (key, score) in &scores {
            Invalid::range("scores", *score, 0, i64::from(WHOLE))?;
            if !rows.outcomes.get(key).is_some_and(|one| one.content.scored) {
                return Err(Invalid::new("scores", Problem::OutOfPlace).into());
            }
        }
        let row = turn.live(session)?;
        check_count(scores.len(), JourneyLimit::ScoresOfCommand)?;
        if !rows.config.licensed {
            return Ok(());
        }
        let present =
            |key: &str| row.outcome(key).and_then(|progress| progress.score).map(|score| score.now);
        let scores: Vec<_> =
            scores.into_iter().filter(|(key, score)| present(key) != Some(*score)).collect();
        if !scores.is_empty() {
            turn.emit(JourneyEvent::Scored { session, scores });
            turn.evaluate_maps(session);
        }
        Ok(())
    }
}

impl RunOnJourneys for Achieve {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { session, outcome } = self;
        turn.session(session)?;
        let rows = &turn.store.rows;
        if rows.outcomes.get(&outcome).is_none() {
            return Err(unknown(JourneyDefinitionKind::Outcome, outcome));
        }
        let row = turn.live(session)?;
        let done = row.outcome(&outcome).is_some_and(|progress| progress.achieved.is_some());
        if rows.config.licensed && !done {
            turn.emit(JourneyEvent::OutcomeAchieved { session, outcome });
            turn.evaluate_maps(session);
        }
        Ok(())
    }
}

impl RunOnJourneys for Evaluate {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        turn.live(self.session)?;
        turn.evaluate(self.session);
        Ok(())
    }
}
