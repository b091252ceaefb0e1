//! What decides: commands and time in, facts out, and everything rebuilt from facts.

use core::fmt;

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::fact::log::{Log, Seq};
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::state::machine::Deadline;

/// The engine, a layer above it, or the [`Centre`](crate::Centre) that joins them: each decides.
///
/// Whatever implements it follows the same rules. A command is decided against the present state,
/// the decision is written as facts, and facts alone change anything. So the facts rebuild it, and
/// whoever has the same facts is in the same state. A host needs the trait only to write something
/// that serves an engine and a centre alike, as [`Driver`](crate::host::Driver) does.
///
/// ```
/// use strowger::layer::Decide;
/// use strowger::prelude::*;
///
/// /// Lives from deadline to deadline until nothing is due any more.
/// fn run_out<D: Decide>(decides: &mut D, log: &mut Log<D::Fact>) -> Result<(), D::Refusal> {
///     while let Some(deadline) = decides.next_deadline() {
///         decides.advance(deadline.at, log)?;
///     }
///     Ok(())
/// }
///
/// let mut log = Log::default();
/// let mut engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
/// run_out(&mut engine, &mut log)?;
/// # Ok::<(), Refusal>(())
/// ```
pub trait Decide: Sized {
    /// One entry of its log.
    type Fact: Clone + PartialEq + fmt::Debug;
    /// Anything it can be told.
    type Command: Clone + fmt::Debug;
    /// The type of the reply to a command.
    type Reply: Clone + PartialEq + fmt::Debug;
    /// Why it refuses a command.
    type Refusal: Clone + PartialEq + fmt::Debug + fmt::Display;
    /// All its rows at one moment.
    type Snapshot;

    /// Fires whatever fell due by `now`, then does a command if the actor may give it. The facts
    /// are appended to `log`, also when the command is refused: then they are those of the
    /// deadlines.
    ///
    /// # Errors
    /// A refusal says why the command changed nothing.
    fn tell(
        &mut self,
        now: Timestamp,
        actor: Actor,
        command: Self::Command,
        log: &mut Log<Self::Fact>,
    ) -> Result<Self::Reply, Self::Refusal>;

    /// Lets time pass: fires whatever fell due by `now`.
    ///
    /// # Errors
    /// A refusal says why no time passed.
    fn advance(&mut self, now: Timestamp, log: &mut Log<Self::Fact>) -> Result<(), Self::Refusal>;

    /// Says whether a call may name this time, and changes nothing. What has no clock to guard
    /// takes any time.
    ///
    /// # Errors
    /// The refusal of every call that names a time too far ahead.
    fn check_clock(&self, now: Timestamp) -> Result<(), Self::Refusal> {
        let _ = now;
        Ok(())
    }

    /// Says that it is `now`, so that the next call may name this time although it is further ahead
    /// than a call may jump. It makes no fact and fires nothing.
    fn confirm_clock(&mut self, now: Timestamp) {
        let _ = now;
    }

    /// The latest instant that a call or a fact named.
    fn now(&self) -> Timestamp;

    /// When to call [`advance`](Self::advance) next, and what for. Ask again after every call.
    fn next_deadline(&self) -> Option<Deadline>;

    /// True if something is due by this time, or was left to the next call because one call does a
    /// bounded amount. [Advance](Self::advance) to the same time until nothing is.
    fn owes(&self, now: Timestamp) -> bool {
        self.next_deadline().is_some_and(|deadline| deadline.at <= now.max(self.now()))
    }

    /// True if a command was refused because more was due before it than one call does.
    fn is_behind(refusal: &Self::Refusal) -> bool {
        let _ = refusal;
        false
    }

    /// The place of the last fact; 0 before the first.
    fn position(&self) -> Seq;

    /// The place of a fact among all facts: 1, 2, 3, ... without a gap.
    fn position_of(fact: &Self::Fact) -> Seq;

    /// The time of the call that a fact belongs to.
    fn time_of(fact: &Self::Fact) -> Timestamp;

    /// Before the first fact.
    fn unopened() -> Self;

    /// Changes by a fact that happened elsewhere, and decides nothing. Only
    /// [`resume`](Self::resume) makes something of it that goes on deciding.
    ///
    /// # Errors
    /// [`ReplayError`] if the fact is not the next one or does not fit. What follows it is of no
    /// use any more.
    fn apply(&mut self, fact: &Self::Fact) -> Result<(), ReplayError>;

    /// Goes on deciding after facts were [applied](Self::apply). What they left to be done is done
    /// by the next call, which may name any time.
    fn awaken(&mut self);

    /// Goes on by facts that happened elsewhere: a journal's tail behind a snapshot, or another's
    /// log. Takes the value, because one that fails on the way is of no use.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit, or the last one if the
    /// rows contradict each other after it.
    fn resume(mut self, facts: impl IntoIterator<Item = Self::Fact>) -> Result<Self, ReplayError> {
        facts.into_iter().try_for_each(|fact| self.apply(&fact))?;
        self.check_unsettled().map_err(|error| error.after(self.position()))?;
        self.awaken();
        Ok(self)
    }

    /// Rebuilds the state from a journal that begins with the first fact.
    ///
    /// # Errors
    /// [`ReplayError`] names the first fact that is missing or does not fit.
    fn replay(facts: impl IntoIterator<Item = Self::Fact>) -> Result<Self, ReplayError> {
        Self::unopened().resume(facts)
    }

    /// Recomputes every invariant of the rows: what [`restore`](Self::restore) asks of a snapshot.
    /// A fact may fit by itself, and yet lead to rows that cannot be. One pass over all rows, so it
    /// is for whoever takes something up, and not for every call.
    ///
    /// # Errors
    /// [`RestoreError`] names the first invariant that does not hold.
    fn check_rows(&self) -> Result<(), RestoreError>;

    /// The same after facts that may end in the middle of a call, which says last how agents are.
    ///
    /// # Errors
    /// [`RestoreError`] names the first invariant that does not hold.
    fn check_unsettled(&self) -> Result<(), RestoreError> {
        self.check_rows()
    }

    /// The contradiction it met in its own state, if it ever did: a bug. It refuses everything from
    /// then on, and whoever serves it recovers another one.
    fn fault(&self) -> Option<&Fault>;

    /// All rows, for keeping.
    fn snapshot(&self) -> Self::Snapshot;

    /// Restores the state that a snapshot was taken of. It does next what the other would have
    /// done.
    ///
    /// # Errors
    /// [`RestoreError`] if the format is unknown or the rows contradict each other.
    fn restore(snapshot: Self::Snapshot) -> Result<Self, RestoreError>;

    /// A fingerprint of all rows: the same wherever the facts are the same.
    fn digest(&self) -> Digest;
}
