//! A centre in tasks: callers, agents and the engine between them.
//!
//! `cargo run --release`

mod centre;
mod journal;

use std::time::Duration;

use centre::{Centre, Clock, Failure, Screens, serve};
use journal::File;
use strowger::prelude::*;
use strowger::host::Offered;
use strowger::model::{IdleClock, IdleSince};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

const AGENTS: u32 = 40;
const CALLERS: usize = 50;
const CALLS_EACH: usize = 40;

/// What everybody finds when the centre opens.
fn floor() -> Vec<Command> {
    let rings = Some(Span::from_millis(40));
    let voice = ChannelProfile::voice().with_offer_window(rings);
    // Who lets a call ring out and comes back stands behind the others, or he would be the longest
    // idle again and a few like him could keep a call between them for ever.
    let idle = IdleClock::default().with_since(IdleSince::Ready);
    let support = QueueProfile::default().with_idle(idle);
    let mut commands: Vec<Command> =
        vec![Define::new("voice", voice).into(), Define::new("support", support).into()];
    for number in 0..AGENTS {
        let (agent, queue) = (AgentId::from_raw(number), QueueId::from_raw(0));
        let membership = Membership::default();
        commands.push(Define::new(&format!("agent-{number}"), AgentProfile::default()).into());
        commands.push(SetMembership::new(agent, queue).with_membership(membership).into());
    }
    commands
}

/// Answers what rings, but lets one in thirty ring out and comes back after a while.
async fn work(
    centre: Centre,
    agent: AgentId,
    mut screen: mpsc::UnboundedReceiver<Offered>,
    over: mpsc::UnboundedSender<WorkId>,
) -> Result<(), Failure> {
    let back = SetPresence::new(agent, SystemPresence::OnQueue.id());
    centre.ask(back.clone()).await??;
    while let Some(Offered { offer, pair }) = screen.recv().await {
        let number = pair.work.raw();
        if number.is_multiple_of(30) && u64::from(agent.raw() % 2) == number / 30 % 2 {
            sleep(Duration::from_millis(60)).await;
            centre.ask(back.clone()).await??;
            continue;
        }
        sleep(Duration::from_millis(1 + number % 5)).await;
        // It may have rung out while he reached for it, and then he counts as not responding.
        if centre.ask(Accept::new(offer)).await?.is_err() {
            centre.ask(back.clone()).await??;
            continue;
        }
        sleep(Duration::from_millis(3 + number % 20)).await;
        centre.ask(FinishContact::new(pair.work, Finisher::Agent)).await??;
        over.send(pair.work)?;
    }
    Ok(())
}

async fn call(centre: Centre, caller: usize) -> Result<(), Failure> {
    for number in 0..CALLS_EACH {
        sleep(Duration::from_millis(((caller * 7 + number * 13) % 40) as u64)).await;
        let voice = strowger::model::ChannelId::from_raw(0);
        let request = WorkRequest::new(QueueId::from_raw(0), voice);
        centre.ask(Submit::new(request)).await??;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let path = std::env::temp_dir().join(format!("strowger-{}.journal", std::process::id()));
    let (clock, mut log) = (Clock::start(), Log::default());
    let engine = Engine::new(Config::default(), clock.now(), &mut log)?;
    let (screens, seats): (Vec<_>, Vec<_>) = (0..AGENTS).map(|_| mpsc::unbounded_channel()).unzip();
    let host = Host::new(File::create(&path)?).with_desktop(Screens(screens));
    let mut driver = Driver::start(engine, log, host)?;
    let opened = driver.together(|calls| {
        floor().into_iter().try_for_each(|command| calls.execute(clock.now(), command).map(drop))
    });
    opened.map_err(|error| error.to_string())??;

    let (centre, mailbox) = Centre::new(1_024);
    let (over, mut ended) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for (agent, screen) in (0..).map(AgentId::from_raw).zip(seats) {
        tasks.spawn(work(centre.clone(), agent, screen, over.clone()));
    }
    for caller in 0..CALLERS {
        tasks.spawn(call(centre.clone(), caller));
    }
    // Agents stay at their desks, so the centre is closed by whoever sees the last call end, or
    // the first task fail.
    let closing = async move {
        let mut calls = 0;
        while calls < CALLERS * CALLS_EACH {
            tokio::select! {
                Some(_) = ended.recv() => calls += 1,
                Some(task) = tasks.join_next() => task??,
            }
        }
        Ok(calls)
    };
    let (calls, fared) = serve(&mut driver, mailbox, clock, closing).await?;

    let digest = driver.engine().map(Engine::digest);
    let journal = driver.into_host().journal;
    let (facts, syncs) = (journal.facts, journal.syncs);
    let recovered = strowger::journal::recover(&std::fs::read(&path)?)?;
    let engine = recovered.replica.promote(clock.now(), &mut Log::default())?;
    std::fs::remove_file(&path)?;
    println!(
        "{calls} calls, {} commands in {} turns; {facts} facts were made safe {syncs} times",
        fared.commands, fared.turns,
    );
    if Some(engine.digest()) != digest {
        return Err("the journal makes another engine".into());
    }
    println!("the journal makes the same engine again");
    Ok(())
}
