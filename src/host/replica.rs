//! A second world that follows the facts of another engine, and takes over when that is gone.

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::refusal::Refusal;
use crate::engine::core::{Engine, ReplayError};
use crate::engine::rules::{Classifier, Scorer};
use crate::engine::view::View;
use crate::fact::log::{Fact, Log, Seq};
use crate::state::machine::Deadline;

/// A world to be read that changes by the facts of another engine alone (hot standby).
///
/// It decides nothing: what falls due at the other engine falls due there. It is
/// [promoted](Self::promote) when the other is gone. That there is only one engine at a time, and
/// that the one which is gone keeps nothing more, is for the host to see to (fencing).
///
/// ```
/// use strowger::prelude::*;
/// use strowger::host::{FollowError, Replica};
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// engine.execute(now, Define::new("support", QueueProfile::default()), &mut log).unwrap();
/// let facts: Vec<_> = log.drain().collect();
///
/// let mut replica = Replica::default();
/// // A gap is refused and changes nothing.
/// assert_eq!(replica.follow(&facts[1]), Err(FollowError::Gap { expected: 1, found: 2 }));
/// for fact in &facts {
///     replica.follow(fact).unwrap();
/// }
/// assert!(replica.view().queue_id("support").is_some());
///
/// // The other engine is gone.
/// let promoted = replica.promote(now, &mut log).unwrap();
/// assert_eq!(promoted.digest(), engine.digest());
/// ```
#[derive(Clone, Debug)]
pub struct Replica {
    engine: Engine,
    broken: Option<ReplayError>,
}

impl Default for Replica {
    /// Before the first fact.
    fn default() -> Self {
        Self::from(Engine::unopened())
    }
}

impl From<Engine> for Replica {
    /// Goes on where an engine stands, such as that of a snapshot.
    fn from(engine: Engine) -> Self {
        Self { engine, broken: None }
    }
}

impl Replica {
    /// The same with the host's own classification, for the time after the promotion.
    #[must_use]
    pub fn with_classifier(mut self, classifier: impl Classifier + 'static) -> Self {
        self.engine = self.engine.with_classifier(classifier);
        self
    }

    /// The same with the host's own measure of agents, for the time after the promotion.
    #[must_use]
    pub fn with_scorer(mut self, scorer: impl Scorer + 'static) -> Self {
        self.engine = self.engine.with_scorer(scorer);
        self
    }

    /// Follows the next fact.
    ///
    /// # Errors
    /// [`FollowError::Gap`] if it is not the next one: nothing has changed, and the host may fetch
    /// what is missing, or pass over what came twice. [`FollowError::Broken`] if it does not fit:
    /// the facts are not those of this world, and the replica is of no use any more.
    pub fn follow(&mut self, fact: &Fact) -> Result<(), FollowError> {
        if let Some(broken) = &self.broken {
            return Err(FollowError::Broken(broken.clone()));
        }
        let expected = self.seq().saturating_add(1);
        if fact.seq != expected {
            return Err(FollowError::Gap { expected, found: fact.seq });
        }
        self.engine.follow_quietly(fact).map_err(|error| {
            self.broken = Some(error.clone());
            FollowError::Broken(error)
        })
    }

    /// The number of the last fact it followed; 0 before the first.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.view().seq()
    }

    /// The state as of the last fact, to read.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        self.engine.view()
    }

    /// What falls due next, at the other engine or here after the promotion.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        self.engine.next_deadline()
    }

    /// A fingerprint of all rows: the same as that of an engine with the same facts.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.engine.digest()
    }

    /// Takes over. Whatever fell due by `now` fires, and work is offered until nothing fits; the
    /// facts of that are appended to `log`, to be kept like those of any call. A journal may have
    /// ended in the middle of a call: what was left undone is done now.
    ///
    /// # Errors
    /// [`PromoteError`] if there is nothing to go on with.
    pub fn promote(self, now: Timestamp, log: &mut Log) -> Result<Engine, PromoteError> {
        if let Some(broken) = self.broken {
            return Err(PromoteError::Broken(broken));
        }
        if self.seq() == 0 {
            return Err(PromoteError::Unopened);
        }
        let mut engine = self.engine.resume([]).map_err(PromoteError::Broken)?;
        engine.advance(now, log).map_err(PromoteError::Refused)?;
        Ok(engine)
    }
}

/// A fact that a replica does not follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// It is not the next one. Nothing has changed.
    #[error("fact {expected} was expected, not {found}")]
    Gap {
        /// The number of the next one.
        expected: Seq,
        /// Its number.
        found: Seq,
    },
    /// This fact, or one before it, does not fit the world.
    #[error(transparent)]
    Broken(ReplayError),
}

/// A replica that cannot take over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromoteError {
    /// It has not followed a single fact.
    #[error("there is no engine yet: not even the opening was followed")]
    Unopened,
    /// A fact did not fit.
    #[error(transparent)]
    Broken(ReplayError),
    /// The time of the promotion was refused.
    #[error(transparent)]
    Refused(Refusal),
}
