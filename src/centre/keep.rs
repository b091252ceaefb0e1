//! Keeping a centre: snapshots, and what comes of a journal.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::engine::core::{Engine, Snapshot};
use crate::fact::log::Seq;
use crate::interaction::{ProfileStore, ProfilesInMemory, RecordSnapshot, Records};
use crate::layer::above::Over;
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::state::machine::Deadline;

use crate::centre::core::Centre;
use crate::centre::words::{
    CentreCommand, CentreFact, CentreLog, CentreRefusal, CentreReply, LayerFact,
};

/// All rows of a centre at one moment, those of every layer.
///
/// ```
/// use strowger::centre::{CentreConfig, CentreLog};
/// use strowger::prelude::*;
///
/// let mut log = CentreLog::default();
/// let centre = Centre::new(CentreConfig::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let json = serde_json::to_string(&centre.snapshot()).unwrap();
/// let restored = Centre::restore(serde_json::from_str(&json).unwrap()).unwrap();
/// assert_eq!(restored.digest(), centre.digest());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CentreSnapshot<P = ProfilesInMemory> {
    position: Seq,
    engine: Snapshot,
    records: Option<RecordSnapshot<P>>,
}

impl<P> CentreSnapshot<P> {
    /// The place of the last fact it contains; a journal goes on with the next.
    #[must_use]
    pub const fn position(&self) -> Seq {
        self.position
    }
}

impl<P: ProfileStore + Clone + Default> Centre<P> {
    /// All rows of all layers, for keeping.
    #[must_use]
    pub fn snapshot(&self) -> CentreSnapshot<P> {
        CentreSnapshot {
            position: self.position,
            engine: self.engine.snapshot(),
            records: self.records.as_ref().map(Records::snapshot),
        }
    }

    /// The centre of a snapshot. What the host gave to its layers it gives them anew.
    ///
    /// # Errors
    /// [`RestoreError`] if the format is unknown or the rows of a layer contradict each other.
    pub fn restore(snapshot: CentreSnapshot<P>) -> Result<Self, RestoreError> {
        let records = snapshot.records.map(Records::restore).transpose()?;
        let centre = Self::of(Engine::restore(snapshot.engine)?, records);
        Ok(Self { position: snapshot.position, ..centre })
    }

    /// Goes on by facts that happened elsewhere: a journal's tail behind a snapshot, or another
    /// centre's log.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn resume(self, facts: impl IntoIterator<Item = CentreFact>) -> Result<Self, ReplayError> {
        Decide::resume(self, facts)
    }

    /// The centre of a journal that begins with the opening of the engine.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn replay(facts: impl IntoIterator<Item = CentreFact>) -> Result<Self, ReplayError> {
        <Self as Decide>::replay(facts)
    }

    /// The place of the last fact of any layer.
    #[must_use]
    pub const fn position(&self) -> Seq {
        self.position
    }

    /// A fingerprint of the rows of all layers.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&(self.engine.digest(), self.records.as_ref().map(Records::digest)))
    }
}

impl<P: ProfileStore + Clone + Default> Decide for Centre<P> {
    type Fact = CentreFact;
    type Command = CentreCommand;
    type Reply = CentreReply;
    type Refusal = CentreRefusal;
    type Snapshot = CentreSnapshot<P>;

    fn tell(
        &mut self,
        now: Timestamp,
        command: CentreCommand,
        log: &mut CentreLog,
    ) -> Result<CentreReply, CentreRefusal> {
        Self::tell(self, now, command, log)
    }

    fn advance(&mut self, now: Timestamp, log: &mut CentreLog) -> Result<(), CentreRefusal> {
        Self::advance(self, now, log)
    }

    fn next_deadline(&self) -> Option<Deadline> {
        Self::next_deadline(self)
    }

    fn position(&self) -> Seq {
        self.position
    }

    fn position_of(fact: &CentreFact) -> Seq {
        fact.position
    }

    fn unopened() -> Self {
        Self::of(Engine::unopened(), None)
    }

    fn apply(&mut self, fact: &CentreFact) -> Result<(), ReplayError> {
        let misfit = |reason: &dyn fmt::Display| ReplayError {
            seq: fact.position,
            reason: alloc::format!("{reason}"),
        };
        if fact.position != self.position.saturating_add(1) {
            return Err(misfit(&"it is not the next one"));
        }
        match &fact.fact {
            LayerFact::Work(work) => {
                self.engine.apply(work).map_err(|error| misfit(&error.reason))?;
                if let Some(records) = &mut self.records {
                    Over::<Engine>::note(records, work);
                }
            }
            LayerFact::Record(record) => {
                let followed = self.engine.view().seq();
                let records = self.records.get_or_insert_with(|| {
                    let mut records = Records::unopened();
                    records.follow_after(followed);
                    records
                });
                records.apply(record).map_err(|error| misfit(&error.reason))?;
            }
            #[cfg(test)]
            LayerFact::Toy(toy) => {
                let layer = self.toy.get_or_insert_with(Decide::unopened);
                layer.apply(toy)?;
            }
        }
        self.position = fact.position;
        Ok(())
    }

    fn awaken(&mut self) {
        self.engine.awaken();
    }

    fn snapshot(&self) -> CentreSnapshot<P> {
        Self::snapshot(self)
    }

    fn restore(snapshot: CentreSnapshot<P>) -> Result<Self, RestoreError> {
        Self::restore(snapshot)
    }

    fn digest(&self) -> Digest {
        Self::digest(self)
    }
}
