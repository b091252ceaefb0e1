//! How far the clock of a service may jump.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use strowger::command::RefusalKind;
use strowger::fact::Fact;
use strowger::prelude::*;
use strowger_tokio::{Clock, Handle, Service, Settings, Trouble, start};
use tokio::time::sleep;

type Floor = Driver<Engine, Vec<Fact>>;
type Refusals = Arc<Mutex<Vec<Refusal>>>;

const DAY: Span = Span::from_mins(24 * 60);

/// A service whose engine had its last call at the epoch, with a call in line that is closed after
/// ten minutes.
fn service(clock: Clock) -> (Handle<Floor>, Service<Floor>, WorkId, Refusals) {
    let (now, mut log) = (Timestamp::EPOCH, Log::default());
    let engine = Engine::new(Config::default(), now, &mut log).unwrap();
    let mut driver = Driver::start(engine, log, Host::new(Vec::new())).unwrap();
    let voice = Define::new("voice", ChannelProfile::voice());
    let voice = driver.execute(now, voice).unwrap().unwrap();
    let profile = QueueProfile::default().with_max_wait(Span::from_mins(10));
    let queue = driver.execute(now, Define::new("support", profile)).unwrap().unwrap();
    let call = Submit::new(WorkRequest::new(queue, voice));
    let call = driver.execute(now, call).unwrap().unwrap();
    let refusals = Refusals::default();
    let heard = Arc::clone(&refusals);
    let (handle, service) = start(driver, clock, Settings::default(), move |_, trouble| {
        if let Trouble::Time(refusal) = trouble {
            heard.lock().unwrap().push(refusal);
        }
        vec![]
    });
    (handle, service, call, refusals)
}

async fn waits(handle: &Handle<Floor>, call: WorkId) -> bool {
    handle.read(move |engine| engine.view().work(call).is_some()).await.unwrap()
}

async fn define(handle: &Handle<Floor>) -> Result<QueueId, Refusal> {
    handle.execute(Define::new("sales", QueueProfile::default())).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_floor_that_is_quiet_for_days_goes_on_because_the_time_has_passed() {
    let (handle, _service, _, refusals) = service(Clock::starting_at(Timestamp::EPOCH));
    for day in 0..3 {
        sleep(Duration::from(DAY) * 3 + Duration::from_micros(1_700)).await;
        assert!(define(&handle).await.is_ok(), "{day}");
    }
    assert_eq!(*refusals.lock().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_begins_too_far_ahead_is_refused_until_the_host_confirms_it() {
    let ahead = Timestamp::EPOCH + DAY + Span::from_millis(1);
    let (handle, _service, call, refusals) = service(Clock::starting_at(ahead));
    let refused = define(&handle).await.unwrap_err();
    assert_eq!(refused, Refusal::clock_jump(Timestamp::EPOCH, ahead));
    assert_eq!(refused.kind(), RefusalKind::Clock);
    assert!(waits(&handle, call).await, "its time is not over");
    // A second is not a day, and after a day and a second more it has not caught up either.
    for wait in [Duration::from_secs(1), DAY.into(), Duration::from_secs(1)] {
        sleep(wait).await;
        assert!(define(&handle).await.is_err());
    }
    assert!(waits(&handle, call).await);
    let told = refusals.lock().unwrap().clone();
    assert!(told.len() > 3, "it is tried again every second: {}", told.len());
    assert!(told.iter().all(|refusal| refusal.kind() == RefusalKind::Clock));

    assert_eq!(handle.confirm_clock().await, Ok(Ok(())));
    assert!(!waits(&handle, call).await, "it is closed, because its time is over");
    assert!(define(&handle).await.is_ok());
    let told = refusals.lock().unwrap().len();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(refusals.lock().unwrap().len(), told, "it is healed");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_begins_a_day_ahead_is_believed() {
    let (handle, _service, call, refusals) = service(Clock::starting_at(Timestamp::EPOCH + DAY));
    assert!(define(&handle).await.is_ok());
    assert!(!waits(&handle, call).await);
    assert_eq!(*refusals.lock().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_token_that_was_refused_for_its_time_may_be_made_again() {
    let ahead = Timestamp::EPOCH + DAY + DAY;
    let (handle, _service, ..) = service(Clock::starting_at(ahead));
    let call = || strowger::host::Call::at(ahead).with_token("order-17");
    let define = || Command::from(Define::new("sales", QueueProfile::default()));
    let refused = handle.call(call(), define()).await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), RefusalKind::Clock);
    assert_eq!(handle.confirm_clock().await, Ok(Ok(())));
    assert!(handle.call(call(), define()).await.unwrap().is_ok());
}
