//! What follows the facts of another engine or centre, and takes over when that is gone.

use core::fmt;

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::engine::core::Engine;
use crate::fact::log::{Log, Seq};
use crate::host::answers::{Answered, Answers};
use crate::host::driver::Saved;
#[cfg(feature = "journal")]
use crate::host::ports::Follower;
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::state::machine::Deadline;

/// A second engine or centre, to be read, that changes by the facts of another alone (hot standby).
///
/// A replica decides nothing: what falls due at the other falls due there. It is
/// [promoted](Self::promote) when the other is gone. That there is only one at a time that decides,
/// and that the one which is gone keeps nothing more, is for the host to see to (fencing).
///
/// ```
/// use strowger::host::{FollowError, Replica};
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// engine.execute(now, Define::new("support", QueueProfile::default()), &mut log).unwrap();
/// let facts: Vec<_> = log.drain().collect();
///
/// let mut replica = Replica::<Engine>::default();
/// // A gap is refused and changes nothing.
/// assert_eq!(replica.follow(&facts[1]), Err(FollowError::Gap { expected: 1, found: 2 }));
/// for fact in &facts {
///     replica.follow(fact).unwrap();
/// }
/// assert!(replica.decides().view().queue_id("support").is_some());
///
/// // The other engine is gone.
/// let promoted = replica.promote(now, &mut log).unwrap();
/// assert_eq!(promoted.digest(), engine.digest());
/// ```
pub struct Replica<E: Decide = Engine> {
    decides: E,
    answers: Answers<E>,
    broken: Option<ReplayError>,
}

impl<E: Decide> Default for Replica<E> {
    /// Before the first fact.
    fn default() -> Self {
        Self::of(E::unopened())
    }
}

impl<E: Decide> Replica<E> {
    /// Goes on where an engine or a centre stands, such as that of a snapshot.
    #[must_use]
    pub fn of(decides: E) -> Self {
        Self { decides, answers: Answers::default(), broken: None }
    }

    /// Goes on where a snapshot was taken.
    ///
    /// # Errors
    /// [`RestoreError`] if the snapshot cannot be taken up.
    pub fn restore(saved: Saved<E>) -> Result<Self, RestoreError> {
        let decides = E::restore(saved.snapshot)?;
        Ok(Self { decides, answers: saved.answers, broken: None })
    }

    /// The same replica with what the host gives to an engine or to layers for the time after the
    /// promotion, such as its own [`Scorer`](crate::host::Scorer).
    #[must_use]
    pub fn map(self, change: impl FnOnce(E) -> E) -> Self {
        Self { decides: change(self.decides), ..self }
    }

    /// Follows the next fact.
    ///
    /// # Errors
    /// [`FollowError::Gap`] if it is not the next one: nothing has changed, and the host may fetch
    /// what is missing, or pass over what came twice. [`FollowError::Broken`] if it does not fit:
    /// the facts are those of something else, and the replica is of no use any more.
    pub fn follow(&mut self, fact: &E::Fact) -> Result<(), FollowError> {
        if let Some(broken) = &self.broken {
            return Err(FollowError::Broken(broken.clone()));
        }
        let (expected, found) = (self.position().saturating_add(1), E::position_of(fact));
        if found != expected {
            return Err(FollowError::Gap { expected, found });
        }
        self.decides.apply(fact).map_err(|error| {
            self.broken = Some(error.clone());
            FollowError::Broken(error)
        })
    }

    /// Remembers the answer to a call that carried a token.
    pub fn remember(&mut self, answered: Answered<E>) {
        self.answers.remember(answered);
    }

    /// Lets somebody hear of facts that were followed.
    #[cfg(feature = "journal")]
    pub(crate) fn tell(&self, facts: &[E::Fact], follower: &mut impl Follower<E>) {
        follower.follow(&self.decides, facts);
    }

    /// The place of the last fact the replica followed; 0 before the first.
    #[must_use]
    pub fn position(&self) -> Seq {
        self.decides.position()
    }

    /// The state as of the last fact, to read.
    #[must_use]
    pub const fn decides(&self) -> &E {
        &self.decides
    }

    /// The answers to calls that carried a token, for the [driver](crate::host::Driver) after the
    /// promotion.
    #[must_use]
    pub const fn answers(&self) -> &Answers<E> {
        &self.answers
    }

    /// The deadline that falls due next, at the other or here after the promotion.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        self.decides.next_deadline()
    }

    /// A fingerprint of all rows: the same wherever the facts are the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.decides.digest()
    }

    /// Recomputes every invariant of the rows, as [`restore`](Self::restore) does of a snapshot's.
    /// Reading a [journal](crate::journal) ends with it. A standby that follows fact by fact may
    /// ask for it whenever it has the time: it is one pass over all rows.
    ///
    /// # Errors
    /// [`RestoreError`] names the first invariant that does not hold.
    pub fn check(&self) -> Result<(), RestoreError> {
        self.decides.check_rows()
    }

    /// Takes over. Whatever fell due by `now` fires, and work is offered until nothing fits; the
    /// facts of that are appended to `log`, to be kept like those of any call. A journal may have
    /// ended in the middle of a call: what was left undone is done now.
    ///
    /// # Errors
    /// [`PromoteError`] if there is nothing to go on with.
    pub fn promote(
        self,
        now: Timestamp,
        log: &mut Log<E::Fact>,
    ) -> Result<E, PromoteError<E::Refusal>> {
        if let Some(broken) = self.broken {
            return Err(PromoteError::Broken(broken));
        }
        if self.position() == 0 {
            return Err(PromoteError::Unopened);
        }
        let mut decides = self.decides;
        decides.awaken();
        decides.advance(now, log).map_err(PromoteError::Refused)?;
        Ok(decides)
    }
}

impl<E: Decide + Clone> Clone for Replica<E> {
    fn clone(&self) -> Self {
        let (decides, answers) = (self.decides.clone(), self.answers.clone());
        Self { decides, answers, broken: self.broken.clone() }
    }
}

impl<E: Decide> fmt::Debug for Replica<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replica")
            .field("position", &self.position())
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

/// A fact that a replica does not follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The fact is not the next one. Nothing has changed.
    #[error("fact {expected} was expected, not {found}")]
    Gap {
        /// The place of the next one.
        expected: Seq,
        /// The place of the fact that came.
        found: Seq,
    },
    /// This fact, or one before it, does not fit.
    #[error(transparent)]
    Broken(ReplayError),
}

/// A replica that cannot take over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromoteError<R> {
    /// The replica has not followed a single fact.
    #[error("there is nothing to go on with: not even the opening was followed")]
    Unopened,
    /// A fact did not fit.
    #[error(transparent)]
    Broken(ReplayError),
    /// The time of the promotion was refused.
    #[error("the time of the promotion was refused: {0}")]
    Refused(R),
}
