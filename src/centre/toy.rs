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
use crate::command::actor::Actor;
use crate::command::commands::{Abandon, Cancel, Command, Reply};
use crate::command::refusal::kind::RefusalKind;
use crate::engine::core::Engine;
use crate::fact::event::Event;
use crate::fact::log::{Cause, Fact, Log, Seq};
use crate::interaction::{ProfileStore, Records};
use crate::journey::Journeys;
use crate::knowledge::Knowledge;
use crate::layer::above::{Above, Over, Plan};
use crate::layer::action::{Action, Layer};
use crate::layer::decide::Decide;
use crate::layer::error::{ReplayError, RestoreError};
use crate::layer::fault::Fault;
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

impl ToyRefusal {
    pub(super) const fn code(&self) -> &'static str {
        "watched"
    }

    pub(super) const fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }
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
        actor: Actor,
        command: ToyCommand,
        log: &mut Log<ToyFact>,
    ) -> Result<(), ToyRefusal> {
        self.decide(now, &actor, command, (), log)
    }

    fn advance(&mut self, now: Timestamp, log: &mut Log<ToyFact>) -> Result<(), ToyRefusal> {
        self.fire_first(now, log);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        Timestamp::EPOCH
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

    fn time_of(fact: &ToyFact) -> Timestamp {
        fact.at
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

    fn check_rows(&self) -> Result<(), RestoreError> {
        Ok(())
    }

    fn fault(&self) -> Option<&Fault> {
        None
    }

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

    fn above(_engine_seq: Seq) -> Self {
        Self::default()
    }

    fn decide(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        command: ToyCommand,
        (): (),
        log: &mut Log<ToyFact>,
    ) -> Result<(), ToyRefusal> {
        let ToyCommand::Watch(work) = command;
        self.check(now, command)?;
        self.emit(now, Cause::Command { by: actor.clone() }, ToyEvent::Begun(work), log);
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

impl Over<Journeys> for Toy {}

impl Over<Knowledge> for Toy {}

mod tests {
    use super::*;
    use crate::centre::core::{Centre, CentreConfig};
    use crate::centre::words::{CentreLog, CentreRefusal, LayerFact};
    use crate::command::commands::{
        Accept, Define, FinishContact, Finisher, SetMembership, SetPresence, Submit,
    };
    use crate::command::refusal::Refusal;
    use crate::model::agent::AgentProfile;
    use crate::model::channel::ChannelProfile;
    use crate::model::ids::{AgentId, QueueId};
    use crate::model::membership::Membership;
    use crate::model::presence::SystemPresence;
    use crate::model::queue::QueueProfile;
    use crate::model::work::WorkRequest;
    use crate::state::work::CloseCause;

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_millis(secs * 1_000)
    }

    /// A centre with a watch, one queue, and one piece of work that waits since second 0.
    fn floor() -> (Centre, CentreLog, WorkId) {
        let mut log = CentreLog::default();
        let mut centre = Centre::new(CentreConfig::default(), at(0), &mut log).unwrap();
        centre.toy = Some(Toy::default());
        let voice = Define::new("voice", ChannelProfile::voice());
        let voice = centre.execute(at(0), voice, &mut log).unwrap();
        let queue = Define::new("support", QueueProfile::default());
        let queue = centre.execute(at(0), queue, &mut log).unwrap();
        let submit = Submit::new(WorkRequest::new(queue, voice));
        let work = centre.execute(at(0), submit, &mut log).unwrap();
        (centre, log, work)
    }

    fn somebody(centre: &mut Centre, log: &mut CentreLog) -> AgentId {
        let agent =
            centre.execute(at(0), Define::new("ana", AgentProfile::default()), log).unwrap();
        let (queue, membership) = (QueueId::from_raw(0), Membership::default());
        let member = SetMembership { agent, queue, membership, channel: None };
        centre.execute(at(0), member, log).unwrap();
        let presence = SystemPresence::OnQueue.id();
        centre.execute(at(0), SetPresence { agent, presence }, log).unwrap();
        agent
    }

    #[test]
    fn a_layer_refuses_a_command_of_the_layer_below_and_nothing_changes() {
        let (mut centre, mut log, work) = floor();
        centre.execute(at(1), ToyCommand::Watch(work), &mut log).unwrap();
        let (before, facts) = (centre.digest(), log.len());
        let refused = centre.execute(at(2), Abandon { work }, &mut log);
        assert_eq!(refused, Err(CentreRefusal::Toy(ToyRefusal::Watched(work))));
        assert_eq!((centre.digest(), log.len()), (before, facts));
        // Another command of the layer below is done, and the layer above follows its facts.
        centre.execute(at(2), Cancel { work }, &mut log).unwrap();
        assert!(centre.toy.unwrap().watched.is_empty());
    }

    #[test]
    fn a_layer_answers_a_fact_of_its_own_with_a_command_below_in_the_same_call() {
        let (mut centre, mut log, work) = floor();
        centre.execute(at(1), ToyCommand::Watch(work), &mut log).unwrap();
        let due = centre.next_deadline().unwrap();
        assert_eq!(due.at, at(61));
        centre.advance(at(61), &mut log).unwrap();
        assert!(centre.engine().view().work(work).is_none());
        let ended = log.as_slice().iter().rev().take(2).map(|fact| &fact.fact);
        let ended: Vec<_> = ended.collect();
        let closed = |fact: &Fact| {
            matches!(fact.event, Event::WorkClosed { cause: CloseCause::Cancelled, .. })
        };
        assert!(matches!(ended[0], LayerFact::Work(fact) if closed(fact)), "{ended:?}");
        assert!(matches!(ended[1], LayerFact::Toy(fact) if fact.event == ToyEvent::Over(work)));
    }

    #[test]
    fn what_is_not_possible_below_is_refused_before_anything_is_done() {
        let (mut centre, mut log, work) = floor();
        let agent = somebody(&mut centre, &mut log);
        let offer = centre.engine().view().agent(agent).unwrap().offers()[0];
        centre.execute(at(1), Accept { offer }, &mut log).unwrap();
        let (before, facts) = (centre.digest(), log.len());
        // Work that an agent has cannot be cancelled, so no watch begins.
        let refused = centre.execute(at(2), ToyCommand::Watch(work), &mut log);
        assert!(matches!(refused, Err(CentreRefusal::Work(Refusal::WrongStage { .. }))));
        assert_eq!((centre.digest(), log.len()), (before, facts));
        assert!(centre.toy.as_ref().unwrap().watched.is_empty());
        centre.execute(at(3), FinishContact { work, by: Finisher::Agent }, &mut log).unwrap();
    }

    #[test]
    fn deadlines_of_all_layers_fire_by_instant_then_by_layer() {
        let mut log = CentreLog::default();
        let mut centre = Centre::new(CentreConfig::default(), at(0), &mut log).unwrap();
        centre.toy = Some(Toy::default());
        let channel = ChannelProfile { lifetime: Some(WATCH), ..ChannelProfile::voice() };
        let short = centre.execute(at(0), Define::new("short", channel), &mut log).unwrap();
        let long = Define::new("long", ChannelProfile::voice());
        let long = centre.execute(at(0), long, &mut log).unwrap();
        let queue = Define::new("support", QueueProfile::default());
        let queue = centre.execute(at(0), queue, &mut log).unwrap();
        let submit = |channel| Submit::new(WorkRequest::new(queue, channel));
        // The first lives until second 60 and is watched until 61; the second lives until second
        // 62 and is watched until then too; the third is watched until second 64.
        let first = centre.execute(at(0), submit(short), &mut log).unwrap();
        centre.execute(at(1), ToyCommand::Watch(first), &mut log).unwrap();
        let second = centre.execute(at(2), submit(short), &mut log).unwrap();
        centre.execute(at(2), ToyCommand::Watch(second), &mut log).unwrap();
        let third = centre.execute(at(4), submit(long), &mut log).unwrap();
        centre.execute(at(4), ToyCommand::Watch(third), &mut log).unwrap();
        log.clear();
        centre.advance(at(1_000), &mut log).unwrap();
        let said: Vec<_> = log
            .iter()
            .map(|fact| match &fact.fact {
                LayerFact::Work(Fact { event: Event::WorkClosed { work, cause, .. }, .. }) => {
                    alloc::format!("{work} {cause:?}")
                }
                LayerFact::Toy(fact) => alloc::format!("{:?}", fact.event),
                other => alloc::format!("{other:?}"),
            })
            .collect();
        let expected = [
            alloc::format!("{first} Lifetime"),
            alloc::format!("{:?}", ToyEvent::Closed(first)),
            // At the same instant the lower layer is first.
            alloc::format!("{second} Lifetime"),
            alloc::format!("{:?}", ToyEvent::Closed(second)),
            alloc::format!("{:?}", ToyEvent::Over(third)),
            alloc::format!("{third} Cancelled"),
        ];
        assert_eq!(said, expected);
    }

    /// What comes to light after a minute, with how many others, and nobody for the end of a watch
    /// over the first, in the order in which it is told. Work came at seconds 0, 0, 1 and 2.
    fn told_beside_a_watch_until(end: Timestamp) -> Vec<(Option<WorkId>, u32)> {
        let (mut centre, mut log, first) = floor();
        let voice = Define::new("voice", ChannelProfile::voice());
        let voice = centre.execute(at(0), voice, &mut log).unwrap();
        let ana = Define::new("ana", AgentProfile::default());
        let agent = centre.execute(at(0), ana, &mut log).unwrap();
        let (queue, membership) = (QueueId::from_raw(0), Membership::default().with_delay(WATCH));
        let member = SetMembership { agent, queue, membership, channel: None };
        centre.execute(at(0), member, &mut log).unwrap();
        for second in 0..3 {
            let submit = Submit::new(WorkRequest::new(queue, voice));
            centre.execute(at(second), submit, &mut log).unwrap();
        }
        centre.toy.as_mut().unwrap().watched.insert(first, end);
        log.clear();
        centre.advance(at(1_000), &mut log).unwrap();
        let told = log.iter().filter_map(|fact| match &fact.fact {
            LayerFact::Work(Fact { event: Event::WorkRevealed { work, others, .. }, .. }) => {
                Some((Some(*work), *others))
            }
            LayerFact::Toy(Fact { event: ToyEvent::Over(_), .. }) => Some((None, 0)),
            _ => None,
        });
        told.collect()
    }

    #[test]
    fn what_comes_to_light_at_once_is_due_before_anything_in_a_layer_above() {
        let work = |number: u64| Some(WorkId::from_raw(number + 1));
        let (before, after) = (Timestamp::from_millis(60_999), Timestamp::from_millis(61_001));
        // At the same instant the lower layer is first.
        assert_eq!(told_beside_a_watch_until(at(61)), [(work(2), 2), (None, 0), (work(3), 0)]);
        assert_eq!(told_beside_a_watch_until(after), [(work(2), 2), (None, 0), (work(3), 0)]);
        assert_eq!(told_beside_a_watch_until(before), [(work(1), 1), (None, 0), (work(3), 1)]);
    }
}
