//! What a layer asks of the layers below it, and does there, when they are joined.

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::fact::log::{Log, Seq};
use crate::layer::decide::Decide;

/// A layer that stands on others and is joined with them by the [`Centre`](crate::Centre).
///
/// What it asks of each layer below, and does there, it says by [`Over`] that layer.
pub trait Above: Decide {
    /// The answers from below that it remembers while a command of its own is planned.
    type Done: Default;

    /// The layer before its first fact, above an engine that has said what it has.
    fn above(engine_seq: Seq) -> Self;

    /// Does a command of its own, and fires nothing.
    ///
    /// # Errors
    /// A refusal says why the command changed nothing.
    fn decide(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        command: Self::Command,
        done: Self::Done,
        log: &mut Log<Self::Fact>,
    ) -> Result<Self::Reply, Self::Refusal>;

    /// Answers what [`decide`](Self::decide) would refuse, and changes nothing.
    ///
    /// # Errors
    /// A refusal says why the command would change nothing.
    fn check(&mut self, now: Timestamp, command: Self::Command) -> Result<(), Self::Refusal>;

    /// Fires the one thing that is due first, if it is due by `now`.
    fn fire_first(&mut self, now: Timestamp, log: &mut Log<Self::Fact>);

    /// Something that was [attempted](Over::attempt) for a command would be refused below, for this
    /// reason.
    fn cannot(done: &mut Self::Done, code: &'static str, message: &str) {
        let _ = (done, code, message);
    }
}

/// The relation of a layer to a layer `B` below it.
///
/// The joiner knows no rules. It asks each layer above before a command of `B` is decided, lets it
/// follow the facts of `B`, and does in `B` what follows from the layer's own facts. All of it
/// happens in one call, and a refusal of any layer changes nothing in any. Nothing of it has to be
/// written by a layer that does not care about `B`.
pub trait Over<B: Decide>: Above {
    /// Refuses a command of the layer below before it is decided there.
    ///
    /// # Errors
    /// A refusal says why the command may not be done.
    fn refuse(&self, below: &B, command: &B::Command) -> Result<(), Self::Refusal> {
        let _ = (below, command);
        Ok(())
    }

    /// Refuses a command of its own that its actor may not give. It is asked before anything else,
    /// and not at all about the host.
    ///
    /// # Errors
    /// A refusal says why the actor may not give the command.
    fn permit(
        &self,
        below: &B,
        actor: &Actor,
        command: &Self::Command,
    ) -> Result<(), Self::Refusal> {
        let _ = (below, actor, command);
        Ok(())
    }

    /// Checks a command of its own before anything is done, and says what must be possible below
    /// for it. The joiner asks the layer below about each of these commands, and applies none.
    ///
    /// # Errors
    /// A refusal says why the command may not be done.
    fn require(
        &self,
        below: &B,
        command: &Self::Command,
    ) -> Result<Vec<B::Command>, Self::Refusal> {
        let _ = (below, command);
        Ok(Vec::new())
    }

    /// Looks at the layer below before something of its own is decided or fired: what it sees there
    /// it may use for that, and keeps it in no row. The joiner lets every layer look at the engine.
    fn look(&mut self, below: &B) {
        let _ = below;
    }

    /// Says what should be possible below for a command of its own. The joiner asks the layer below
    /// about each of these commands and applies none. If one would be refused that is no refusal of
    /// the command: the layer is [told](Above::cannot), and goes on without.
    fn attempt(&self, below: &B, command: &Self::Command) -> Vec<B::Command> {
        let _ = (below, command);
        Vec::new()
    }

    /// Says what is done below before a command of its own. It is asked again with each answer,
    /// until it says [`Plan::Alone`]. From the second time on it must not refuse any more.
    ///
    /// A layer above several is asked about the lowest first, and about all but the highest once
    /// more in the end: what it found out in one it can do in another.
    ///
    /// # Errors
    /// A refusal says why the command may not be done.
    fn plan(
        &self,
        below: &B,
        command: &Self::Command,
        answer: Option<B::Reply>,
        done: &mut Self::Done,
    ) -> Result<Plan<B::Command>, Self::Refusal> {
        let _ = (below, command, answer, done);
        Ok(Plan::Alone)
    }

    /// Follows a fact of the layer below.
    fn follow(&mut self, fact: &B::Fact, log: &mut Log<Self::Fact>) {
        let _ = (fact, log);
    }

    /// Notes a fact of the layer below while both are rebuilt from facts: what follows from it is
    /// among the layer's own facts.
    fn note(&mut self, fact: &B::Fact) {
        let _ = fact;
    }

    /// Recomputes what must hold between the layer below and this one, once both were restored.
    ///
    /// # Errors
    /// The name of the first that does not hold.
    fn check_over(&self, below: &B) -> Result<(), &'static str> {
        let _ = below;
        Ok(())
    }

    /// Answers a fact of its own with commands for the layer below, of which the first that is not
    /// refused there is done. If all are refused nothing is done.
    fn answer(&self, below: &B, fact: &Self::Fact) -> Vec<B::Command> {
        let _ = (below, fact);
        Vec::new()
    }
}

/// The plan of what is done in a layer below for a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan<C> {
    /// Nothing more.
    Alone,
    /// Nothing, but this would have to be possible. There is no answer to it.
    IfPossible(C),
    /// This. Its facts are followed before the command is decided.
    First(C),
    /// This. Its facts are followed after the command was decided, for it moves what they would
    /// move.
    Beside(C),
}
