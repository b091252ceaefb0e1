//! The engine as what decides.

use crate::base::hash::Digest;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::{Command, Reply};
use crate::command::refusal::Refusal;
use crate::fact::log::{Fact, Log, Seq};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
use crate::state::machine::Deadline;

use crate::engine::core::Engine;
use crate::engine::keep::Snapshot;

impl Decide for Engine {
    type Fact = Fact;
    type Command = Command;
    type Reply = Reply;
    type Refusal = Refusal;
    type Snapshot = Snapshot;

    fn tell(
        &mut self,
        now: Timestamp,
        actor: Actor,
        command: Command,
        log: &mut Log,
    ) -> Result<Reply, Refusal> {
        self.execute_as(now, actor, command, log)
    }

    fn advance(&mut self, now: Timestamp, log: &mut Log) -> Result<(), Refusal> {
        Self::advance(self, now, log)
    }

    fn check_clock(&self, now: Timestamp) -> Result<(), Refusal> {
        Self::check_clock(self, now)
    }

    fn confirm_clock(&mut self, now: Timestamp) {
        Self::confirm_clock(self, now);
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn next_deadline(&self) -> Option<Deadline> {
        Self::next_deadline(self)
    }

    fn is_behind(refusal: &Refusal) -> bool {
        matches!(refusal, Refusal::Behind { .. })
    }

    fn position(&self) -> Seq {
        self.view().seq()
    }

    fn position_of(fact: &Fact) -> Seq {
        fact.seq
    }

    fn time_of(fact: &Fact) -> Timestamp {
        fact.at
    }

    fn unopened() -> Self {
        Self::unopened()
    }

    fn apply(&mut self, fact: &Fact) -> Result<(), ReplayError> {
        self.follow_quietly(fact)
    }

    fn awaken(&mut self) {
        Self::awaken(self);
    }

    fn check_rows(&self) -> Result<(), RestoreError> {
        Self::check_rows(self)
    }

    fn check_unsettled(&self) -> Result<(), RestoreError> {
        Self::check_unsettled(self)
    }

    fn fault(&self) -> Option<&Fault> {
        Self::fault(self)
    }

    fn snapshot(&self) -> Snapshot {
        Self::snapshot(self)
    }

    fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        Self::restore(snapshot)
    }

    fn digest(&self) -> Digest {
        Self::digest(self)
    }
}
