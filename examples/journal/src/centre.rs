//! A small centre that is busy all the time.

use std::time::{SystemTime, UNIX_EPOCH};

use strowger::prelude::*;
use strowger::command::Close;
use strowger::host::{Journal, Replica};
use strowger::state::Stage;

use crate::stores::Failure;

/// How many agents there are.
const AGENTS: u32 = 20;

/// The time.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A driver that goes on where the journal ends, or begins, and the centre it serves.
pub fn start<J>(journal: J, replica: Replica) -> Result<Driver<J>, Failure>
where
    J: Journal<Error = Failure>,
{
    let mut log = Log::default();
    let engine = match replica.seq() {
        0 => Engine::new(Config::default(), now(), &mut log)?,
        _ => replica.promote(now(), &mut log)?,
    };
    let mut driver = Driver::start(engine, log, Host::new(journal))?;
    // To say again what was said is no error, so it does not matter where the last run ended.
    for command in floor() {
        driver.execute(now(), command).map_err(|error| error.to_string())??;
    }
    Ok(driver)
}

fn floor() -> Vec<Command> {
    let mut commands: Vec<Command> = vec![
        Define::new("voice", ChannelProfile::voice()).into(),
        Define::new("support", QueueProfile::default()).into(),
    ];
    for number in 0..AGENTS {
        let (agent, queue) = (AgentId::from_raw(number), strowger::model::QueueId::from_raw(0));
        let membership = Membership::default();
        let presence = SystemPresence::OnQueue.id();
        commands.push(Define::new(&format!("agent-{number}"), AgentProfile::default()).into());
        commands.push(SetMembership::new(agent, queue).with_membership(membership).into());
        commands.push(SetPresence::new(agent, presence).into());
    }
    commands
}

/// What somebody does next, by chance: something arrives, or an agent does what comes next for him.
pub fn next(engine: &Engine, chance: u64, key: u64) -> Command {
    let view = engine.view();
    let agent = view.agent(AgentId::from_raw((chance >> 8) as u32 % AGENTS));
    let arrives = || {
        let voice = strowger::model::ChannelId::from_raw(0);
        let request = WorkRequest::new(strowger::model::QueueId::from_raw(0), voice);
        Submit::new(request.with_key(format!("call-{key}")))
    };
    let Some(agent) = agent.filter(|_| !chance.is_multiple_of(4) || view.open_work() > 500) else {
        return arrives().into();
    };
    if let Some(offer) = agent.offers().first() {
        return Accept::new(*offer).into();
    }
    let Some(his) = agent.assignments().first() else {
        let presence = SystemPresence::OnQueue.id();
        return SetPresence::new(agent.id(), presence).into();
    };
    let work = his.work;
    match view.work(work).map(|work| work.stage()) {
        Some(Stage::Assigned { .. }) => FinishContact::new(work, Finisher::Agent).into(),
        _ => Close::new(work).into(),
    }
}
