//! A small floor that is busy all the time, of an engine alone or of a centre with records.

use std::time::{SystemTime, UNIX_EPOCH};

use strowger::centre::{CentreConfig, CentreReply, LayerFact};
use strowger::command::Close;
use strowger::host::{Call, Calls, Hosted};
use strowger::interaction::{
    InteractionRequest, InteractionType, OpenInteraction, RecordCommand, RecordConfig, RecordEvent,
    RecordReply, SubmitWork,
};
use strowger::journal::Kept;
use strowger::model::ChannelId;
use strowger::prelude::*;
use strowger::state::Stage;

use crate::rounds::Failure;

/// How many agents there are.
const AGENTS: u32 = 20;

/// The time.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// What decides on the floor.
pub(crate) trait Floor: Kept + Hosted<Command: From<Command>> {
    /// What the child is told it is.
    const NAME: &'static str;

    /// A new one.
    fn open(log: &mut Log<Self::Fact>) -> Result<Self, Self::Refusal>;

    /// Something arrives, under its key as the token.
    fn arrive(calls: &mut Calls<'_, Self>, key: &str) -> Result<(), Failure>;

    /// Whether a fact opened a record.
    fn opened(fact: &Self::Fact) -> bool;

    /// How many records there are, if all rows are sound.
    fn check(&self) -> Result<usize, String>;
}

fn request(key: &str) -> WorkRequest {
    let (queue, voice) = (QueueId::from_raw(0), ChannelId::from_raw(0));
    let mut request = WorkRequest::new(queue, voice);
    request.key = Some(key.into());
    request
}

impl Floor for Engine {
    const NAME: &'static str = "engine";

    fn open(log: &mut Log) -> Result<Self, Refusal> {
        Self::new(Config::default(), now(), log)
    }

    fn arrive(calls: &mut Calls<'_, Self>, key: &str) -> Result<(), Failure> {
        calls.call(Call::at(now()).with_token(key), Submit::new(request(key)).into())??;
        Ok(())
    }

    fn opened(_: &Fact) -> bool {
        false
    }

    fn check(&self) -> Result<usize, String> {
        self.verify().map_err(|violation| violation.to_string())?;
        Ok(0)
    }
}

impl Floor for Centre {
    const NAME: &'static str = "centre";

    fn open(log: &mut Log<Self::Fact>) -> Result<Self, Self::Refusal> {
        let config = CentreConfig::new(Config::default()).with_records(RecordConfig::default());
        Self::new(config, now(), log)
    }

    /// A record is opened and its work submitted, in two calls that are kept together.
    fn arrive(calls: &mut Calls<'_, Self>, key: &str) -> Result<(), Failure> {
        // No agent closes what nobody described.
        let mut opening = InteractionRequest::new(InteractionType::Chat);
        opening.short_description = "A parcel is late".into();
        let open = RecordCommand::from(OpenInteraction::new(opening));
        let opened = calls.tell(now(), open.into())?;
        let CentreReply::Record(RecordReply::Interaction(interaction)) = opened else {
            return Err("no interaction".into());
        };
        let submit = RecordCommand::from(SubmitWork::new(interaction, request(key)));
        calls.call(Call::at(now()).with_token(key), submit.into())??;
        Ok(())
    }

    fn opened(fact: &Self::Fact) -> bool {
        matches!(&fact.fact, LayerFact::Record(fact)
            if matches!(fact.event, RecordEvent::Opened { .. }))
    }

    fn check(&self) -> Result<usize, String> {
        self.engine().verify().map_err(|violation| violation.to_string())?;
        let records = self.records().ok_or("no records")?;
        records.check()?;
        Ok(records.interactions().count())
    }
}

/// What everybody finds. To say again what was said is no error, so it does not matter where the
/// last run ended.
pub(crate) fn define<E: Floor>(calls: &mut Calls<'_, E>) -> Result<(), E::Refusal> {
    calls.tell(now(), Command::from(Define::new("voice", ChannelProfile::voice())).into())?;
    calls.tell(now(), Command::from(Define::new("support", QueueProfile::default())).into())?;
    for number in 0..AGENTS {
        let (agent, queue) = (AgentId::from_raw(number), QueueId::from_raw(0));
        let presence = SystemPresence::OnQueue.id();
        let profile = Define::new(format!("agent-{number}"), AgentProfile::default());
        calls.tell(now(), Command::from(profile).into())?;
        let member = SetMembership::new(agent, queue);
        calls.tell(now(), Command::from(member).into())?;
        calls.tell(now(), Command::from(SetPresence::new(agent, presence)).into())?;
    }
    Ok(())
}

/// What an agent does next, by chance; `None`: something arrives.
pub(crate) fn next(engine: &Engine, chance: u64) -> Option<Command> {
    let view = engine.view();
    let agent = view.agent(AgentId::from_raw((chance >> 8) as u32 % AGENTS));
    let agent = agent.filter(|_| !chance.is_multiple_of(4) || view.open_work() > 500)?;
    if let Some(offer) = agent.offers().first() {
        return Some(Accept::new(*offer).into());
    }
    let Some(assignment) = agent.assignments().first() else {
        let presence = SystemPresence::OnQueue.id();
        return Some(SetPresence::new(agent.id(), presence).into());
    };
    let work = assignment.work;
    Some(match view.work(work).map(|work| work.stage()) {
        Some(Stage::Assigned { .. }) => FinishContact::new(work, Finisher::Agent).into(),
        _ => Close::new(work).into(),
    })
}
