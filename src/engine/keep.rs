//! Keeping an engine: snapshots, what comes of facts, and whether all of it holds.

use alloc::format;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::fact::log::{Fact, Seq};
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::model::config::Config;
use crate::world::check::Violation;
use crate::world::state::World;
use crate::world::stores::Stores;

use crate::engine::clock::Clock;
use crate::engine::core::Engine;
use crate::engine::matching::choose::unmatched;
use crate::engine::matching::given::Matching;
use crate::engine::route::fits_anything;

impl Engine {
    /// All rows, for keeping. That of an engine which met a [fault](Self::fault) is for whoever
    /// looks into it: it holds the fault, and cannot be restored.
    ///
    /// It copies every row, so it takes as long as there is much: about 0.1 s beside 1,000,000
    /// pieces of waiting work. A host that may not stop for so long keeps the journal alone and
    /// has a [`Replica`](crate::host::Replica) follow it, which is asked for snapshots in its
    /// place.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (stores, fault) = (self.world.stores().clone(), self.fault.clone());
        // An engine that follows another one may stand in the middle of a call.
        let due = self.first_due().is_some_and(|due| due.at <= self.clock.latest);
        let behind = self.is_behind() || due;
        Snapshot { format: Snapshot::FORMAT, clock: self.clock, stores, behind, fault }
    }

    /// The engine of a snapshot. What it does next is what the other would have done.
    ///
    /// The rows may come from anybody: all that must hold of them is recomputed. What could have
    /// come about is taken up, for nobody can tell it apart.
    ///
    /// # Errors
    /// [`RestoreError`] if the format is unknown, the engine had met a fault, the rows contradict
    /// each other, a number would be given twice, or something was due that was not done.
    pub fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        if snapshot.format != Snapshot::FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        if let Some(fault) = snapshot.fault {
            return Err(RestoreError::Faulted { fault });
        }
        let mut engine = Self::with(World::from_stores(snapshot.stores), snapshot.clock);
        let refused = |violation| RestoreError::Inconsistent { violation };
        engine.world.check_counters_left().map_err(refused)?;
        engine.check_rows()?;
        if !snapshot.behind {
            engine.world.check_nothing_due(engine.clock.latest).map_err(refused)?;
        }
        engine.pace.note_behind(snapshot.behind);
        Ok(engine)
    }

    /// Recomputes every invariant of the rows.
    pub(crate) fn check_rows(&self) -> Result<(), RestoreError> {
        let checked = self.world.check_rows();
        let checked = checked.and_then(|()| self.world.check_past(self.clock.latest));
        checked.map_err(|violation| RestoreError::Inconsistent { violation })
    }

    /// The same after facts that may end in the middle of a call.
    pub(crate) fn check_unsettled(&self) -> Result<(), RestoreError> {
        let checked = self.world.check_unsettled();
        let checked = checked.and_then(|()| self.world.check_past(self.clock.latest));
        checked.map_err(|violation| RestoreError::Inconsistent { violation })
    }

    /// Goes on by facts that happened elsewhere: a journal's tail after a snapshot, or another
    /// engine's log. It takes the engine, because one that fails on the way is of no use.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit, or the last one if the
    /// rows contradict each other after it.
    pub fn resume(mut self, facts: impl IntoIterator<Item = Fact>) -> Result<Self, ReplayError> {
        facts.into_iter().try_for_each(|fact| self.follow(&fact))?;
        self.check_followable()?;
        self.check_unsettled().map_err(|error| error.after(self.world.seq()))?;
        self.awaken();
        Ok(self)
    }

    /// The engine of a journal that begins with the opening.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    pub fn replay(facts: impl IntoIterator<Item = Fact>) -> Result<Self, ReplayError> {
        Self::unopened().resume(facts)
    }

    /// Routes everything anew in the next call. The facts may have ended in the middle of a call,
    /// or with one that did not do it all; then the next call is due at once.
    pub(crate) fn awaken(&mut self) {
        self.note_sound();
        self.expect_any_time();
        self.world.touch_everybody();
        let Self { world, search, rules, clock, .. } = self;
        let fits = fits_anything(world, search, (clock.latest, rules));
        let due = world.next_deadline().is_some_and(|due| due.at <= clock.latest);
        self.pace.note_behind(fits || due);
        self.world.touch_everybody();
    }

    /// Before the first fact.
    pub(crate) fn unopened() -> Self {
        let clock = Clock::at(Timestamp::from_millis(i64::MIN));
        Self::with(World::empty(Config::default()), clock)
    }

    /// Changes the world by one fact and looks for nothing that fits: only [`resume`](Self::resume)
    /// makes an engine of it that goes on.
    pub(crate) fn follow_quietly(&mut self, fact: &Fact) -> Result<(), ReplayError> {
        self.follow(fact)?;
        let (works, agents) = self.world.touched();
        works.clear();
        agents.clear();
        Ok(())
    }

    fn follow(&mut self, fact: &Fact) -> Result<(), ReplayError> {
        self.check_followable()?;
        let sound = self.world.seq();
        self.clock.latest = self.clock.latest.max(fact.at);
        self.world.apply(fact).map(drop).map_err(|misfit| {
            let reason = format!("{misfit}");
            // A fact that is not the next one has changed nothing; any other may have been done by
            // half.
            if fact.seq == sound.saturating_add(1) {
                self.fault = Some(Fault::new(sound, fact.at, reason.clone()));
            }
            ReplayError { seq: fact.seq, reason }
        })
    }

    fn check_followable(&self) -> Result<(), ReplayError> {
        self.fault.as_ref().map_or(Ok(()), |fault| {
            let seq = fault.sound.saturating_add(1);
            Err(ReplayError { seq, reason: fault.reason.clone() })
        })
    }

    /// A fingerprint of all rows. Engines with the same facts have the same digest. It reads every
    /// row, as a snapshot does: for tests, and for replicas that are compared now and then.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.world.digest()
    }

    /// Recomputes every invariant and every index; for tests and for doubts, not for every call.
    ///
    /// # Errors
    /// [`Violation`] names the first invariant that does not hold.
    pub fn verify(&self) -> Result<(), Violation> {
        self.world.check()?;
        self.world.check_past(self.clock.latest)?;
        if self.next_deadline().is_some_and(|deadline| deadline.at <= self.clock.latest) {
            // Not all is done that was to be done by now.
            return Ok(());
        }
        let idle = |error| Violation { invariant: "work conserving: nothing fits", subject: error };
        let Self { world, clock, rules, .. } = self;
        let matching = Matching { world, now: clock.latest, rules };
        unmatched(matching).map_or(Ok(()), |work| Err(idle(work)))
    }
}

/// All rows of an engine at one moment.
///
/// It holds what is, not what was derived from that, and carries its configuration.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::Snapshot;
///
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let json = serde_json::to_string(&engine.snapshot()).unwrap();
/// let snapshot: Snapshot = serde_json::from_str(&json).unwrap();
/// assert_eq!(Engine::restore(snapshot).unwrap().digest(), engine.digest());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    format: u32,
    clock: Clock,
    stores: Stores,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    behind: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
}

impl Snapshot {
    /// The number of the format written by this version.
    pub const FORMAT: u32 = 1;

    /// The same, where something is due above the engine that is not done.
    pub(crate) const fn left_behind(mut self, behind: bool) -> Self {
        self.behind = self.behind || behind;
        self
    }

    /// The number of the last fact it contains; a journal goes on with the next.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.stores.seq
    }
}
