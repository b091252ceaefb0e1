//! A service of two agents and a chat: a centre with records in a task of tokio, its journal in
//! redb, and figures that survive a restart.
//!
//! `cargo run -p strowger-service-example`

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use strowger::centre::{CentreCommand, CentreConfig, CentreLog, CentreRefusal};
use strowger::figures::{Figures, FiguresConfig, ServiceCounts};
use strowger::host::{Act, Desktop, Failed, Offered};
use strowger::interaction::{
    Address, Author, EndInteraction, Ending, InteractionId, InteractionState, InteractionType,
    Party, PostMessage, ReceiveMessage, RecordChange, RecordConfig, SaveInteraction, SubmitWork,
};
use strowger::model::ChannelId;
use strowger::prelude::*;
use strowger::view::View;
use strowger_store::{Past, RedbStore, Store};
use strowger_tokio::{Clock, Handle, Service, Settings, Trouble, start};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Failure = Box<dyn Error + Send + Sync>;

/// The driver of this service, and the way to it.
type Office = Driver<Centre, RedbStore, Screens, (), (), Figures>;
type Door = Handle<Office>;

/// Under which name the figures are kept beside the journal.
const FIGURES: &str = "figures";

/// The screens of the agents, by their keys.
struct Screens(BTreeMap<&'static str, UnboundedSender<Offered>>);

impl Desktop for Screens {
    type Error = Failure;

    fn offer_made(&mut self, view: View<'_>, offered: Offered) -> Result<(), Failure> {
        let agent = view.agent(offered.pair.agent).ok_or("no such agent")?;
        let screen = self.0.get(&**agent.key()).ok_or("no screen")?;
        Ok(screen.send(offered)?)
    }
}

/// A service that runs, and what the agents took.
struct Running {
    door: Door,
    service: Service<Office>,
    taken: UnboundedReceiver<(AgentId, WorkId)>,
}

/// Opens the store, goes on where it ends or begins, and lets two agents in.
fn open(folder: &Path) -> Result<Running, Failure> {
    let (clock, mut log) = (Clock::system(), CentreLog::default());
    let mut store = RedbStore::open(folder, Past::Removed)?;
    let (heard, mut figures) = match store.beside(FIGURES)? {
        Some(beside) => (beside.position, serde_json::from_slice(&beside.bytes)?),
        None => (0, Figures::new(FiguresConfig::default())?),
    };
    let before = figures.seq();
    let replica = store.recover_from::<Centre>(heard, &mut figures)?;
    println!("{} facts; the figures knew {before} and heard the rest", replica.position());
    let answers = replica.answers().clone();
    let centre = match replica.position() {
        0 => {
            let config = CentreConfig::new(Config::default());
            Centre::new(config.with_records(RecordConfig::default()), clock.now(), &mut log)?
        }
        _ => replica.promote(clock.now(), &mut log)?,
    };
    let (ana, ana_sees) = unbounded_channel();
    let (bo, bo_sees) = unbounded_channel();
    let screens = Screens([("ana", ana), ("bo", bo)].into());
    let host = Host::new(store).with_desktop(screens).with_follower(figures);
    let driver = Driver::start(centre, log, host)?.with_answers(answers);
    let (door, service) = start(driver, clock, Settings::default(), troubled);
    let (takes, taken) = unbounded_channel();
    tokio::spawn(agent(door.clone(), ana_sees, takes.clone()));
    tokio::spawn(agent(door.clone(), bo_sees, takes));
    Ok(Running { door, service, taken })
}

/// An agent whose screen shows nothing is away; what else goes wrong is said.
fn troubled(_: &Centre, trouble: Trouble<Office>) -> Vec<CentreCommand> {
    match trouble {
        Trouble::NotDone(Failed { act: Act::OfferMade(offered), .. }) => {
            let (agent, presence) = (offered.pair.agent, SystemPresence::Away.id());
            vec![Command::from(SetPresence::new(agent, presence)).into()]
        }
        other => {
            eprintln!("{other:?}");
            vec![]
        }
    }
}

/// An agent who takes whatever is offered.
async fn agent(
    door: Door,
    mut screen: UnboundedReceiver<Offered>,
    taken: UnboundedSender<(AgentId, WorkId)>,
) -> Result<(), Failure> {
    while let Some(Offered { offer, pair, .. }) = screen.recv().await {
        door.execute(Accept::new(offer)).await??;
        taken.send((pair.agent, pair.work))?;
    }
    Ok(())
}

/// What everybody finds: a channel, a queue, and two agents who are there.
async fn floor(door: &Door) -> Result<(ChannelId, QueueId), Failure> {
    let chat = door.execute(Define::new("chat", ChannelProfile::chat())).await??;
    let queue = door.execute(Define::new("support", QueueProfile::default())).await??;
    for key in ["ana", "bo"] {
        let agent = door.execute(Define::new(key, AgentProfile::default())).await??;
        door.execute(SetMembership::new(agent, queue)).await??;
        let presence = SystemPresence::OnQueue.id();
        door.execute(SetPresence::new(agent, presence)).await??;
    }
    Ok((chat, queue))
}

/// What the customer writes.
fn written(text: &str) -> ReceiveMessage {
    ReceiveMessage::new(InteractionType::Chat, Address::new("web", "visitor-17"), "shop", text)
}

/// What an agent writes.
fn answer(interaction: InteractionId, agent: AgentId, text: &str) -> PostMessage {
    PostMessage::new(interaction, Author::Agent(agent), text)
}

/// A chat comes in: its record and its work are kept together.
async fn arrive(door: &Door, chat: ChannelId, queue: QueueId) -> Result<InteractionId, Failure> {
    let arrived = door.together(move |calls, now| {
        let received = calls.execute(now, written("Where is my parcel?"))?;
        let submit = SubmitWork::new(received.interaction, WorkRequest::new(queue, chat));
        calls.execute(now, submit)?;
        Ok::<_, CentreRefusal>(received.interaction)
    });
    Ok(arrived.await??)
}

/// The state of a record, and what was said.
async fn record(
    door: &Door,
    id: InteractionId,
) -> Result<(InteractionState, Vec<String>), Failure> {
    let read = door.read(move |centre| {
        let record = centre.records()?.interaction(id)?;
        let said = record.conversation.iter().flat_map(|talk| &talk.messages);
        Some((record.state, said.map(|message| message.text.to_string()).collect()))
    });
    Ok(read.await?.ok_or("no such record")?)
}

/// What the figures say of the first queue and channel today.
async fn today(door: &Door) -> Result<ServiceCounts, Failure> {
    let now = door.now();
    let queues = door.with(move |driver| driver.host().follower.queues_now(now)).await?;
    let channel = queues.first().and_then(|queue| queue.channels.first());
    Ok(channel.ok_or("nothing was offered")?.today)
}

/// Keeps the figures beside the journal, then begins it anew with a snapshot.
async fn rotate(door: &Door) -> Result<(), Failure> {
    let rotated = door.with(|driver| {
        let saved = driver.save().ok_or("the journal failed")?;
        let host = driver.host_mut();
        host.journal.save_beside(FIGURES, &serde_json::to_vec(&host.follower)?)?;
        host.journal.rotate(&saved)?;
        Ok::<_, Failure>(())
    });
    rotated.await?
}

/// Drops everything, and opens the store again: what decides and the figures are the same.
async fn restart(running: Running, folder: &Path) -> Result<Running, Failure> {
    let ended = running.service.shutdown().await?;
    let digest = ended.driver.decides().map(Centre::digest);
    let figures = ended.driver.host().follower.clone();
    drop((ended, running.door));
    let running = open(folder)?;
    let look = |driver: &mut Office| {
        (driver.decides().map(Centre::digest), driver.host().follower.clone())
    };
    assert_eq!(running.door.with(look).await?, (digest, figures));
    Ok(running)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("strowger-service-{}", std::process::id()));
    let mut running = open(&folder)?;
    let (chat, queue) = floor(&running.door).await?;

    // A chat comes in, is offered, accepted, and talked in. In between the journal begins anew.
    let interaction = arrive(&running.door, chat, queue).await?;
    let (agent, work) = running.taken.recv().await.ok_or("nobody took it")?;
    assert_eq!(record(&running.door, interaction).await?.0, InteractionState::WorkInProgress);
    rotate(&running.door).await?;
    running.door.execute(answer(interaction, agent, "I shall look.")).await??;
    println!("{agent} has {work} and has answered");

    // The process stops and starts again: the agent still has the chat, and it goes on.
    running = restart(running, &folder).await?;
    let more = running.door.execute(written("It is number 17.")).await??;
    assert_eq!((more.interaction, more.opened), (interaction, false));
    running.door.execute(answer(interaction, agent, "It comes tomorrow.")).await??;
    let (ending, by) = (Ending::Agent, Party::Agent(agent));
    let change = RecordChange::default().with_short_description("Parcel 17 is late");
    running.door.execute(SaveInteraction::new(interaction, by, change)).await??;
    running.door.execute(EndInteraction::new(interaction, ending, by)).await??;
    let (state, said) = record(&running.door, interaction).await?;
    println!("{interaction} is {state:?}: {}", said.join(" / "));
    assert_eq!((state, said.len()), (InteractionState::ClosedComplete, 4));

    // The figures went on as well, and go on after another restart.
    running = restart(running, &folder).await?;
    let next = arrive(&running.door, chat, queue).await?;
    running.taken.recv().await.ok_or("nobody took it")?;
    let today = today(&running.door).await?;
    println!("today {} were offered and {} answered", today.offered, today.answered);
    assert_eq!((today.offered, today.answered), (2, 2));
    assert_ne!(next, interaction);

    drop(running.service.shutdown().await?);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
