//! Keeping a centre: snapshots, and what comes of a journal.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::refusal::Refusal;
use crate::engine::core::Engine;
use crate::engine::keep::Snapshot;
use crate::fact::log::Seq;
use crate::interaction::{ProfileStore, ProfilesInMemory, RecordSnapshot, Records};
use crate::journey::{JourneySnapshot, Journeys};
use crate::knowledge::{Knowledge, KnowledgeSnapshot};
use crate::layer::above::{Above, Over};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::state::machine::Deadline;

use crate::centre::core::{Centre, Unheard};
#[cfg(test)]
use crate::centre::toy::Toy;
use crate::centre::words::{
    CentreCommand, CentreFact, CentreLog, CentreRefusal, CentreReply, LayerFact, layers,
};

/// Lets the layers in a list note a fact of a layer below them.
macro_rules! note {
    ($centre:ident, $below:ty, $fact:ident: $(
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty)
    )*) => {$(
        $(#[$meta])*
        if let Some(layer) = &mut $centre.$field {
            Over::<$below>::note(layer, $fact);
        }
    )*};
}

/// Lets the layers in a list that stand above the one whose fact it is note the fact.
macro_rules! note_above {
    ($centre:ident, $fact:ident:) => {};
    ($centre:ident, $fact:ident:
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty)
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        if let LayerFact::$variant(fact) = $fact {
            // The highest layer has nobody above it.
            let _ = fact;
            note! { $centre, $layer, fact: $($rest)* }
        }
        note_above! { $centre, $fact: $($rest)* }
    };
}

/// Checks each layer in a list against those in brackets, which stand below it and above the
/// engine.
macro_rules! check_over {
    ($centre:ident [$($below:ident: $type:ty),*]) => {};
    ($centre:ident [$($below:ident: $type:ty),*]
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty)
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        {
            $(if let (Some(layer), Some(below)) = (&$centre.$field, &$centre.$below) {
                Over::<$type>::check_over(layer, below)?;
            })*
        }
        check_over! { $centre [$($below: $type,)* $field: $layer] $($rest)* }
    };
}

macro_rules! keep {
    ($(
        $(#[$meta:meta])*
        $field:ident: $variant:ident($layer:ty) {
            command: $command:ty,
            reply: $reply:ty,
            refusal: $refusal:ty,
            fact: $fact:ty,
            snapshot: $snapshot:ty,
            name: $name:literal,
        }
    )*) => {
        /// All rows of a centre at one moment, those of every layer.
        ///
        /// ```
        /// use strowger::centre::{CentreConfig, CentreLog, CentreSnapshot};
        /// use strowger::prelude::*;
        ///
        /// let mut log = CentreLog::default();
        /// let centre = Centre::new(CentreConfig::default(), Timestamp::EPOCH, &mut log).unwrap();
        /// let json = serde_json::to_string(&centre.snapshot()).unwrap();
        /// let kept: CentreSnapshot = serde_json::from_str(&json).unwrap();
        /// let restored = Centre::restore(kept).unwrap();
        /// assert_eq!(restored.digest(), centre.digest());
        /// ```
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct CentreSnapshot<P = ProfilesInMemory> {
            position: Seq,
            engine: Snapshot,
            $(
                $(#[$meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                $field: Option<$snapshot>,
            )*
        }

        impl<P: ProfileStore + Clone + Default> Centre<P> {
            /// An engine alone, which becomes the lowest layer of a centre.
            pub(super) fn of(engine: Engine) -> Self {
                Self {
                    position: engine.view().seq(),
                    engine,
                    $($(#[$meta])* $field: None,)*
                    unheard: Unheard::default(),
                    actor: Actor::Host,
                }
            }

            /// All rows of all layers, for keeping.
            #[must_use]
            pub fn snapshot(&self) -> CentreSnapshot<P> {
                CentreSnapshot {
                    position: self.position,
                    engine: self.engine.snapshot().left_behind(self.has_due()),
                    $($(#[$meta])* $field: self.$field.as_ref().map(Decide::snapshot),)*
                }
            }

            /// The centre of a snapshot. What the host gave to its layers it gives them anew.
            ///
            /// # Errors
            /// [`RestoreError`] if the format is unknown, the rows of a layer contradict each
            /// other or the layers are not in step.
            pub fn restore(snapshot: CentreSnapshot<P>) -> Result<Self, RestoreError> {
                let centre = Self::of(Engine::restore(snapshot.engine)?);
                let centre = Self {
                    position: snapshot.position,
                    $($(#[$meta])* $field: snapshot.$field.map(Decide::restore).transpose()?,)*
                    ..centre
                };
                centre.check_in_step().map_err(|invariant| RestoreError::Unsound { invariant })?;
                Ok(centre)
            }

            /// True if something is due in any layer.
            fn has_due(&self) -> bool {
                self.next_deadline().is_some_and(|due| due.at <= self.engine.now())
            }

            /// Recomputes what must hold between the layers.
            fn check_in_step(&self) -> Result<(), &'static str> {
                let now = self.engine.now();
                let mut position = self.engine.view().seq();
                $(
                    $(#[$meta])*
                    if let Some(layer) = &self.$field {
                        position = position.saturating_add(layer.position());
                        if layer.now() > now {
                            return Err("layers: none is ahead of the engine's clock");
                        }
                        Over::<Engine>::check_over(layer, &self.engine)?;
                    }
                )*
                check_over! { self [] $($(#[$meta])* $field: $variant($layer))* }
                if self.position != position {
                    return Err("layers: the position counts the facts of all");
                }
                if self.has_due() && !self.engine.is_behind() {
                    return Err("time: what was due is done");
                }
                Ok(())
            }

            /// Recomputes every invariant of the rows of the layers above the engine.
            fn check_layers(&self) -> Result<(), RestoreError> {
                $(
                    $(#[$meta])*
                    {
                        self.$field.as_ref().map_or(Ok(()), Decide::check_rows)?;
                    }
                )*
                Ok(())
            }

            /// The contradiction that a layer met in its own state, if one ever did: a bug. The
            /// centre refuses everything from then on, and the host recovers another one.
            #[must_use]
            pub fn fault(&self) -> Option<&Fault> {
                let mut fault = self.engine.fault();
                $(
                    $(#[$meta])*
                    {
                        fault = fault.or_else(|| self.$field.as_ref().and_then(Decide::fault));
                    }
                )*
                fault
            }

            /// A fingerprint of the rows of all layers.
            #[must_use]
            pub fn digest(&self) -> Digest {
                let mut digest = self.engine.digest();
                $(
                    $(#[$meta])*
                    if let Some(layer) = &self.$field {
                        digest = Digest::of(&(digest, Decide::digest(layer)));
                    }
                )*
                digest
            }

            /// Changes the layer whose fact it is, and lets those above note it.
            fn apply_fact(&mut self, fact: &LayerFact) -> Result<(), ReplayError> {
                let followed = self.engine.view().seq();
                match fact {
                    LayerFact::Work(fact) => {
                        self.engine.apply(fact)?;
                        note! { self, Engine, fact: $($(#[$meta])* $field: $variant($layer))* }
                    }
                    $($(#[$meta])* LayerFact::$variant(fact) => {
                        let layer = self.$field.get_or_insert_with(|| {
                            <$layer as Above>::above(followed)
                        });
                        layer.apply(fact)?;
                    })*
                }
                note_above! { self, fact: $($(#[$meta])* $field: $variant($layer))* }
                Ok(())
            }
        }
    };
}

layers!(keep);

impl<P> CentreSnapshot<P> {
    /// The place of the last fact it contains; a journal goes on with the next.
    #[must_use]
    pub const fn position(&self) -> Seq {
        self.position
    }
}

impl<P: ProfileStore + Clone + Default> Centre<P> {
    /// Goes on by facts that happened elsewhere: a journal's tail behind a snapshot, or another
    /// centre's log.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit, or the last one if the
    /// rows contradict each other after it.
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
        actor: Actor,
        command: CentreCommand,
        log: &mut CentreLog,
    ) -> Result<CentreReply, CentreRefusal> {
        Self::tell(self, now, actor, command, log)
    }

    fn advance(&mut self, now: Timestamp, log: &mut CentreLog) -> Result<(), CentreRefusal> {
        Self::advance(self, now, log)
    }

    fn check_clock(&self, now: Timestamp) -> Result<(), CentreRefusal> {
        Self::check_clock(self, now)
    }

    fn confirm_clock(&mut self, now: Timestamp) {
        Self::confirm_clock(self, now);
    }

    fn now(&self) -> Timestamp {
        self.engine.now()
    }

    fn next_deadline(&self) -> Option<Deadline> {
        Self::next_deadline(self)
    }

    fn is_behind(refusal: &CentreRefusal) -> bool {
        matches!(refusal, CentreRefusal::Work(Refusal::Behind { .. }))
    }

    fn position(&self) -> Seq {
        self.position
    }

    fn position_of(fact: &CentreFact) -> Seq {
        fact.position
    }

    fn time_of(fact: &CentreFact) -> Timestamp {
        fact.at()
    }

    fn unopened() -> Self {
        Self::of(Engine::unopened())
    }

    fn apply(&mut self, fact: &CentreFact) -> Result<(), ReplayError> {
        let misfit = |reason| ReplayError { seq: fact.position, reason };
        if fact.position != self.position.saturating_add(1) {
            return Err(misfit(String::from("it is not the next one")));
        }
        self.apply_fact(&fact.fact).map_err(|error| misfit(error.reason))?;
        self.engine.note_time(fact.at());
        self.position = fact.position;
        Ok(())
    }

    fn awaken(&mut self) {
        self.engine.awaken();
        if self.has_due() {
            self.engine.fall_behind();
        }
    }

    fn check_rows(&self) -> Result<(), RestoreError> {
        self.engine.check_rows()?;
        self.check_layers()
    }

    fn check_unsettled(&self) -> Result<(), RestoreError> {
        self.engine.check_unsettled()?;
        self.check_layers()
    }

    fn fault(&self) -> Option<&Fault> {
        Self::fault(self)
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
