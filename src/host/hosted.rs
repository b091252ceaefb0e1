//! What a driver serves: an engine alone, or a centre.

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::centre::{Centre, CentreFact, CentreRefusal, Joined};
use crate::command::refusal::Refusal;
use crate::engine::core::Engine;
use crate::engine::decisions::Decision;
use crate::fact::log::{Fact, Log};
use crate::interaction::ProfileStore;
use crate::layer::action::Action;
use crate::layer::decide::Decide;

/// An engine, or a centre with one in it: phones alert and screens change by what the engine says.
pub trait Hosted: Decide {
    /// The engine.
    fn engine(&self) -> &Engine;

    /// Hands out the records of how agents were chosen that the engine keeps, the oldest first.
    fn decisions(&mut self) -> Vec<Decision>;

    /// A fact, if it is one of the engine.
    fn work(fact: &Self::Fact) -> Option<&Fact>;
}

/// An engine or centre that takes a command with its own type of answer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be told `{A}`",
    note = "an engine takes the commands of `strowger::command`, a centre those of all its layers"
)]
pub trait Takes<A>: Decide {
    /// The type of the answer to the command.
    type Output;

    /// Does a command.
    ///
    /// # Errors
    /// A refusal says why the command changed nothing.
    fn take(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut Log<Self::Fact>,
    ) -> Result<Self::Output, Self::Refusal>;
}

impl Hosted for Engine {
    fn engine(&self) -> &Engine {
        self
    }

    fn decisions(&mut self) -> Vec<Decision> {
        Self::decisions(self).collect()
    }

    fn work(fact: &Fact) -> Option<&Fact> {
        Some(fact)
    }
}

impl<A: Action<Layer = Self>> Takes<A> for Engine {
    type Output = A::Output;

    fn take(&mut self, now: Timestamp, action: A, log: &mut Log) -> Result<A::Output, Refusal> {
        self.execute(now, action, log)
    }
}

impl<P: ProfileStore + Clone + Default> Hosted for Centre<P> {
    fn engine(&self) -> &Engine {
        self.engine()
    }

    fn decisions(&mut self) -> Vec<Decision> {
        Self::decisions(self).collect()
    }

    fn work(fact: &CentreFact) -> Option<&Fact> {
        fact.work()
    }
}

impl<P, A> Takes<A> for Centre<P>
where
    P: ProfileStore + Clone + Default,
    A: Action,
    A::Layer: Joined,
{
    type Output = A::Output;

    fn take(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut Log<CentreFact>,
    ) -> Result<A::Output, CentreRefusal> {
        self.execute(now, action, log)
    }
}
