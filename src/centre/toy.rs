//! A layer that exists in tests alone, to show what one needs: a watch over work.
//!
//! It lets nobody abandon watched work, closes work when its watch ends, and begins a watch only
//! where the work could be closed.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::hash::Digest;
use crate::base::time::{Span, Timestamp};
use crate::command::commands::{Abandon, Cancel, Command, Reply};
use crate::engine::core::Engine;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log, Seq};
use crate::interaction::{ProfileStore, Records};
use crate::layer::above::{Above, Over, Plan};
use crate::layer::action::{Action, Layer};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::model::ids::WorkId;
use crate::state::machine::{Deadline, DeadlineKind};

use crate::centre::words::{CentreCommand, CentreReply, Joined};

/// How long a watch lasts.
pub(super) const WATCH: Span = Span::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToyCommand {
    /// Begins a watch.
    Watch(WorkId),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ToyRefusal {
    #[error("{0} is watched")]
    Watched(WorkId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToyEvent {
    /// A watch began.
    Begun(WorkId),
    /// The time of a watch is over.
    Over(WorkId),
    /// Watched work was closed.
    Closed(WorkId),
}

pub type ToyFact = Fact<ToyEvent>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toy {
    seq: Seq,
    watched: BTreeMap<WorkId, Timestamp>,
}

impl Toy {
    fn emit(&mut self, at: Timestamp, cause: Cause, event: ToyEvent, log: &mut Log<ToyFact>) {
        let fact = Fact { seq: self.seq + 1, at, cause, event };
        self.apply(&fact).unwrap();
        log.push(fact);
    }
}

impl Layer for Toy {
    type Command = ToyCommand;
    type Reply = ();
    type Refusal = ToyRefusal;
    type Turn<'a> = ();
}

impl Action for ToyCommand {
    type Layer = Toy;
    type Output = ();

    fn decide(self, _turn: &mut ()) -> Result<(), ToyRefusal> {
        Ok(())
    }
}

impl Joined for Toy {
    fn command(command: ToyCommand) -> CentreCommand {
        command.into()
    }

    fn reply(reply: CentreReply) -> Option<()> {
        matches!(reply, CentreReply::Toy(())).then_some(())
    }
}

impl Decide for Toy {
    type Fact = ToyFact;
    type Command = ToyCommand;
    type Reply = ();
    type Refusal = ToyRefusal;
    type Snapshot = ();

    fn tell(
        &mut self,
        now: Timestamp,
        command: ToyCommand,
        log: &mut Log<ToyFact>,
    ) -> Result<(), ToyRefusal> {
        self.decide(now, command, (), log)
    }

    fn advance(&mut self, now: Timestamp, log: &mut Log<ToyFact>) -> Result<(), ToyRefusal> {
        self.fire_first(now, log);
        Ok(())
    }

    fn next_deadline(&self) -> Option<Deadline> {
        let at = self.watched.values().min()?;
        Some(Deadline { at: *at, kind: DeadlineKind::Record })
    }

    fn position(&self) -> Seq {
        self.seq
    }

    fn position_of(fact: &ToyFact) -> Seq {
        fact.seq
    }

    fn unopened() -> Self {
        Self::default()
    }

    fn apply(&mut self, fact: &ToyFact) -> Result<(), ReplayError> {
        match fact.event {
            ToyEvent::Begun(work) => drop(self.watched.insert(work, fact.at + WATCH)),
            ToyEvent::Over(work) | ToyEvent::Closed(work) => drop(self.watched.remove(&work)),
        }
        self.seq = fact.seq;
        Ok(())
    }

    fn awaken(&mut self) {}

    fn snapshot(&self) {}

    fn restore((): ()) -> Result<Self, RestoreError> {
        Ok(Self::default())
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.watched)
    }
}

impl Above for Toy {
    type Done = ();

    fn decide(
        &mut self,
        now: Timestamp,
        command: ToyCommand,
        (): (),
        log: &mut Log<ToyFact>,
    ) -> Result<(), ToyRefusal> {
        let ToyCommand::Watch(work) = command;
        self.check(now, command)?;
        self.emit(now, Cause::Command, ToyEvent::Begun(work), log);
        Ok(())
    }

    fn check(&mut self, _now: Timestamp, command: ToyCommand) -> Result<(), ToyRefusal> {
        let ToyCommand::Watch(work) = command;
        let watched = self.watched.contains_key(&work);
        if watched { Err(ToyRefusal::Watched(work)) } else { Ok(()) }
    }

    fn fire_first(&mut self, now: Timestamp, log: &mut Log<ToyFact>) {
        let first = self.watched.iter().min_by_key(|(_, at)| **at);
        let Some((work, due)) = first.map(|(work, at)| (*work, *at)).filter(|(_, at)| *at <= now)
        else {
            return;
        };
        let cause = Cause::Deadline { kind: DeadlineKind::Record, due };
        self.emit(now, cause, ToyEvent::Over(work), log);
    }
}

impl Over<Engine> for Toy {
    fn refuse(&self, _below: &Engine, command: &Command) -> Result<(), ToyRefusal> {
        match command {
            Command::Abandon(Abandon { work }) if self.watched.contains_key(work) => {
                Err(ToyRefusal::Watched(*work))
            }
            _ => Ok(()),
        }
    }

    fn require(&self, _below: &Engine, command: &ToyCommand) -> Result<Vec<Command>, ToyRefusal> {
        let ToyCommand::Watch(work) = *command;
        Ok(vec![Cancel { work }.into()])
    }

    fn plan(
        &self,
        _below: &Engine,
        _command: &ToyCommand,
        _answer: Option<Reply>,
        (): &mut (),
    ) -> Result<Plan<Command>, ToyRefusal> {
        Ok(Plan::Alone)
    }

    fn follow(&mut self, fact: &Fact, log: &mut Log<ToyFact>) {
        if let Event::WorkClosed { work, .. } = fact.event
            && self.watched.contains_key(&work)
        {
            let cause = Cause::Followed { since: fact.effective() };
            self.emit(fact.at, cause, ToyEvent::Closed(work), log);
        }
    }

    fn answer(&self, _below: &Engine, fact: &ToyFact) -> Vec<Command> {
        match fact.event {
            ToyEvent::Over(work) => vec![Cancel { work }.into()],
            ToyEvent::Begun(_) | ToyEvent::Closed(_) => Vec::new(),
        }
    }
}

impl<P: ProfileStore + Clone + Default> Over<Records<P>> for Toy {}
