//! A service under a clock that is paused: the timer, group commit, back-pressure, failures, and
//! how it ends.

use std::sync::mpsc;
use std::time::Duration;

use strowger::centre::{CentreConfig, CentreFact, CentreLog};
use strowger::fact::Fact;
use strowger::host::{Call, Desktop, DriverError, Entry, Journal, Offered};
use strowger::interaction::{
    InteractionRequest, InteractionType, OpenInteraction, RecordConfig, SubmitWork,
};
use strowger::model::ChannelId;
use strowger::prelude::*;
use strowger::view::View;
use strowger_tokio::{CallError, Clock, Drives, Gone, Handle, Service, Settings, Trouble, start};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

/// Keeps facts in memory, counts how often they were made safe, and fails when it is told to.
#[derive(Default)]
struct Memory {
    facts: Vec<Fact>,
    syncs: usize,
    broken: bool,
}

impl Journal<Engine> for Memory {
    type Error = &'static str;

    fn append(&mut self, entry: Entry<'_, Engine>) -> Result<(), &'static str> {
        self.facts.extend_from_slice(entry.facts);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), &'static str> {
        self.syncs += 1;
        if self.broken { Err("the disk is full") } else { Ok(()) }
    }
}

/// A telephone that does not alert.
#[derive(Default)]
struct Dead;

impl Desktop for Dead {
    type Error = &'static str;

    fn offer_made(&mut self, _view: View<'_>, _offer: Offered) -> Result<(), &'static str> {
        Err("no such telephone")
    }
}

type Plain = Driver<Engine, Memory>;

fn driver(clock: Clock) -> Plain {
    let mut log = Log::default();
    let engine = Engine::new(Config::default(), clock.now(), &mut log).unwrap();
    Driver::start(engine, log, Host::new(Memory::default())).unwrap()
}

fn serve(settings: Settings) -> (Handle<Plain>, Service<Plain>) {
    let clock = Clock::starting_at(Timestamp::from_millis(1_000));
    start(driver(clock), clock, settings, |_, trouble| panic!("{trouble:?}"))
}

/// Voice, support, and Ana, who is on queue.
async fn floor<D>(handle: &Handle<D>) -> (ChannelId, QueueId, AgentId)
where
    D: Drives<Decides = Engine>,
{
    let voice = handle.execute(Define::new("voice", ChannelProfile::voice())).await;
    let queue = handle.execute(Define::new("support", QueueProfile::default())).await;
    let agent = handle.execute(Define::new("ana", AgentProfile::default())).await;
    let (voice, queue, agent) =
        (voice.unwrap().unwrap(), queue.unwrap().unwrap(), agent.unwrap().unwrap());
    handle.execute(SetMembership::new(agent, queue)).await.unwrap().unwrap();
    let presence = SystemPresence::OnQueue.id();
    handle.execute(SetPresence::new(agent, presence)).await.unwrap().unwrap();
    (voice, queue, agent)
}

fn define(number: usize) -> Define<QueueProfile> {
    Define::new(format!("queue-{number}"), QueueProfile::default())
}

#[tokio::test(start_paused = true)]
async fn what_is_due_fires_although_nobody_asks() {
    let (handle, service) = serve(Settings::default());
    let (voice, queue, agent) = floor(&handle).await;
    handle.execute(Submit::new(WorkRequest::new(queue, voice))).await.unwrap().unwrap();
    sleep(Duration::from_millis(7_999)).await;
    assert_eq!(status(&handle, agent).await, RoutingStatus::Offered);
    sleep(Duration::from_millis(1)).await;
    // The offer of eight seconds was missed.
    assert_eq!(status(&handle, agent).await, RoutingStatus::NotResponding);
    let ended = service.shutdown().await.unwrap();
    let missed = |fact: &&Fact| matches!(fact.event, Event::OfferMissed { .. });
    let missed = ended.driver.host().journal.facts.iter().find(missed).unwrap().at;
    assert_eq!(missed, Timestamp::from_millis(9_000), "by the timer, and not by the question");
}

async fn status<D>(handle: &Handle<D>, agent: AgentId) -> RoutingStatus
where
    D: Drives<Decides = Engine>,
{
    let status = handle.read(move |engine| engine.view().agent(agent).unwrap().status());
    status.await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn all_that_waits_is_kept_together() {
    let (handle, service) = serve(Settings::default().with_batch(50));
    let mut tasks = JoinSet::new();
    for number in 0..200 {
        let handle = handle.clone();
        tasks.spawn(async move { handle.execute(define(number)).await.unwrap().unwrap() });
    }
    let mut queues = tasks.join_all().await;
    queues.sort();
    queues.dedup();
    assert_eq!(queues.len(), 200);
    let journal = service.shutdown().await.unwrap().driver.into_host().journal;
    // One sync for the opening, and one for each 50.
    assert!(journal.syncs <= 6, "{} syncs", journal.syncs);
    assert_eq!(journal.facts.len(), Engine::replay(journal.facts).unwrap().view().seq() as usize);
}

/// Stops the service in the middle of a call until the sender is dropped.
async fn hold(handle: &Handle<Plain>) -> mpsc::Sender<()> {
    let ((release, held), (entered, inside)) = (mpsc::channel::<()>(), oneshot::channel());
    let other = handle.clone();
    let wait = move |_: &mut Plain| entered.send(()).is_ok() && held.recv().is_ok();
    tokio::spawn(async move { other.with(wait).await });
    inside.await.unwrap();
    release
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_too_fast_waits() {
    let (handle, service) = serve(Settings::default().with_mailbox(2));
    let release = hold(&handle).await;
    let mut asks = JoinSet::new();
    for number in 0..5 {
        let handle = handle.clone();
        asks.spawn(async move { handle.execute(define(number)).await });
    }
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(handle.waiting(), 2, "three wait outside");
    assert!(asks.try_join_next().is_none());
    drop(release);
    assert!(asks.join_all().await.into_iter().all(|answer| answer.unwrap().is_ok()));
    drop(service.shutdown().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn when_the_journal_fails_everybody_who_waits_is_told() {
    let (handle, mut service) = serve(Settings::default().with_batch(2));
    handle.with(|driver| driver.host_mut().journal.broken = true).await.unwrap();
    let release = hold(&handle).await;
    let mut asks = JoinSet::new();
    for number in 0..5 {
        let handle = handle.clone();
        asks.spawn(async move { (number, handle.execute(define(number)).await) });
        yield_now().await;
    }
    drop(release);
    let mut answers = asks.join_all().await;
    answers.sort_by_key(|(number, _)| *number);
    let gone: Vec<_> = answers.into_iter().map(|(_, answer)| answer.unwrap_err()).collect();
    let [in_doubt, halted] = [Gone::InDoubt, Gone::Halted];
    assert_eq!(gone, [in_doubt, in_doubt, halted, halted, halted]);
    assert_eq!(handle.read(|_| ()).await, Err(Gone::Halted));
    assert_eq!(handle.with(|_| ()).await, Err(Gone::Halted));
    service.ended().await;
    let ended = service.shutdown().await.unwrap();
    assert_eq!(ended.error, Some(DriverError::Journal("the disk is full")));
    assert!(ended.driver.decides().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_what_waits_and_takes_nothing_more() {
    let (handle, service) = serve(Settings::default());
    let release = hold(&handle).await;
    let mut asks = JoinSet::new();
    for number in 0..100 {
        let handle = handle.clone();
        asks.spawn(async move { handle.execute(define(number)).await });
    }
    while handle.waiting() < 100 {
        yield_now().await;
    }
    drop(release);
    let ended = service.shutdown().await.unwrap();
    assert!(ended.error.is_none());
    assert!(asks.join_all().await.into_iter().all(|answer| answer.unwrap().is_ok()));
    assert_eq!(handle.tell(define(100)).await, Err(Gone::Stopped));
    assert_eq!(ended.driver.engine().unwrap().view().queues().count(), 100);
}

#[tokio::test(start_paused = true)]
async fn the_last_handle_ends_the_service() {
    let (handle, mut service) = serve(Settings::default());
    floor(&handle).await;
    drop(handle);
    service.ended().await;
    assert!(service.shutdown().await.unwrap().error.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_was_not_done_is_answered_with_commands() {
    let (clock, mut log) = (Clock::system(), Log::default());
    let engine = Engine::new(Config::default(), clock.now(), &mut log).unwrap();
    let host = Host::new(Memory::default()).with_desktop(Dead);
    let driver = Driver::start(engine, log, host).unwrap();
    let (told, troubles) = mpsc::channel();
    let (handle, service) = start(driver, clock, Settings::default(), move |_, trouble| {
        let (line, commands) = match trouble {
            Trouble::NotDone(failed) => {
                let strowger::host::Act::OfferMade(Offered { offer, .. }) = failed.act else {
                    panic!("{failed:?}")
                };
                let reject = || Command::from(Reject::new(offer));
                // The second is of no use any more, and is refused or answered as done.
                let nonsense = Accept::new(strowger::model::OfferId::from_raw(999));
                (failed.to_string(), vec![reject(), nonsense.into()])
            }
            other => (format!("{other:?}"), vec![]),
        };
        told.send(line).unwrap();
        commands
    });
    let (voice, queue, agent) = floor(&handle).await;
    handle.execute(Submit::new(WorkRequest::new(queue, voice))).await.unwrap().unwrap();
    sleep(Duration::from_millis(1)).await;
    let status = status(&handle, agent).await;
    assert_ne!(status, RoutingStatus::Offered, "the offer was rejected at once");
    assert!(troubles.recv().unwrap().contains("no such telephone"));
    assert!(troubles.recv().unwrap().contains("Refused"));
    drop(service.shutdown().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn the_same_token_has_the_same_answer() {
    let (handle, service) = serve(Settings::default());
    let (voice, queue, _) = floor(&handle).await;
    let call = Call::at(handle.now()).with_token("order-17");
    let submit = || Submit::new(WorkRequest::new(queue, voice));
    let first = handle.call(call.clone(), submit()).await.unwrap();
    assert_eq!(handle.call(call.clone(), submit()).await, Ok(first));
    let taken = handle.call(call, define(1)).await;
    assert!(matches!(taken, Err(CallError::TokenTaken(_))), "{taken:?}");
    drop(service.shutdown().await.unwrap());
}

#[tokio::test]
async fn a_centre_is_served_alike() {
    let (clock, mut log) = (Clock::system(), CentreLog::default());
    let config = CentreConfig::new(Config::default()).with_records(RecordConfig::default());
    let centre = Centre::new(config, clock.now(), &mut log).unwrap();
    let driver = Driver::start(centre, log, Host::new(Vec::<CentreFact>::new())).unwrap();
    let (handle, service) = start(driver, clock, Settings::default(), |_, _| vec![]);
    let chat = Define::new("chat", ChannelProfile::chat());
    let chat = handle.execute(chat).await.unwrap().unwrap();
    let queue = handle.execute(define(1)).await.unwrap().unwrap();
    // Both or none, and nothing between them.
    let work = handle.together(move |calls, now| {
        let opening = InteractionRequest::new(InteractionType::Chat);
        let interaction = calls.execute(now, OpenInteraction::new(opening))?;
        calls.execute(now, SubmitWork::new(interaction, WorkRequest::new(queue, chat)))
    });
    let work = work.await.unwrap().unwrap();
    let ended = service.shutdown().await.unwrap();
    let centre = ended.driver.decides().unwrap();
    assert!(centre.engine().view().work(work).is_some());
    assert_eq!(centre.records().unwrap().interactions().count(), 1);
    let replayed: Centre = Centre::replay(ended.driver.host().journal.clone()).unwrap();
    assert_eq!(replayed.digest(), centre.digest());
}
