//! What both stores do: recovery, rotation, what is told to a follower, and what is kept beside.

use std::any::Any;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use strowger::Digest;
use strowger::fact::{Fact, Seq};
use strowger::host::{Call, Entry, Follower, Journal};
use strowger::journal::Until;
use strowger::prelude::*;
use strowger_store::{FileStore, Past, RedbStore, Store, StoreError};

/// What a test needs of a store.
trait Tested: Store + Journal<Engine, Error = StoreError> {}

impl<S: Store + Journal<Engine, Error = StoreError>> Tested for S {}

/// A folder of its own for each test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    folder
}

/// The positions of the facts it heard of.
#[derive(Default)]
struct Heard(Vec<Seq>);

impl Follower<Engine> for Heard {
    fn follow(&mut self, _: &Engine, facts: &[Fact]) {
        self.0.extend(facts.iter().map(|fact| fact.seq));
    }
}

const NOW: Timestamp = Timestamp::from_millis(1_000);

/// A driver that goes on where the store ends, or begins.
fn go_on<S: Tested>(mut store: S) -> Driver<Engine, S> {
    let replica = store.recover::<Engine>(&mut ()).unwrap();
    let (mut log, answers) = (Log::default(), replica.answers().clone());
    let engine = match replica.position() {
        0 => Engine::new(Config::default(), NOW, &mut log).unwrap(),
        _ => replica.promote(NOW, &mut log).unwrap(),
    };
    Driver::start(engine, log, Host::new(store)).unwrap().with_answers(answers)
}

fn define<S: Tested>(driver: &mut Driver<Engine, S>, key: &str) {
    driver.execute(NOW, Define::new(key, QueueProfile::default())).unwrap().unwrap();
}

fn digest<S>(driver: &Driver<Engine, S>) -> Digest {
    driver.engine().unwrap().digest()
}

fn rotate<S: Tested>(driver: &mut Driver<Engine, S>) {
    let saved = driver.save().unwrap();
    driver.host_mut().journal.rotate(&saved).unwrap();
}

/// Facts 1 to 3, a snapshot, 4 and 5, a snapshot, 6.
fn three_parts<S: Tested>(folder: &Path, past: Past) -> Digest {
    let mut driver = go_on(S::open(folder, past).unwrap());
    define(&mut driver, "one");
    define(&mut driver, "two");
    rotate(&mut driver);
    define(&mut driver, "three");
    define(&mut driver, "four");
    rotate(&mut driver);
    define(&mut driver, "five");
    assert_eq!(driver.engine().unwrap().view().seq(), 6);
    digest(&driver)
}

fn heard_from<S: Tested>(
    folder: &Path,
    past: Past,
    heard: Option<Seq>,
) -> Result<(Vec<Seq>, Digest), StoreError> {
    let (mut store, mut follower) = (S::open(folder, past)?, Heard::default());
    let replica = match heard {
        Some(heard) => store.recover_from(heard, &mut follower)?,
        None => store.recover(&mut follower)?,
    };
    Ok((follower.0, replica.digest()))
}

fn a_follower_hears_of_what_is_behind<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-kept"));
    let digest = three_parts::<S>(&folder, Past::Kept);
    for heard in 0..=6 {
        let behind = heard_from::<S>(&folder, Past::Kept, Some(heard)).unwrap();
        assert_eq!(behind, ((heard + 1..=6).collect(), digest), "{name}, behind {heard}");
    }
    assert_eq!(heard_from::<S>(&folder, Past::Kept, None).unwrap(), (vec![6], digest));
    let ahead = heard_from::<S>(&folder, Past::Kept, Some(7)).unwrap_err();
    assert!(matches!(ahead, StoreError::Ahead { heard: 7, last: 6 }), "{ahead}");
    assert_eq!(S::open(&folder, Past::Kept).unwrap().snapshots().unwrap(), 2);
}

fn what_was_removed_cannot_be_told<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-removed"));
    let digest = three_parts::<S>(&folder, Past::Removed);
    assert_eq!(S::open(&folder, Past::Removed).unwrap().snapshots().unwrap(), 1);
    for heard in 0..5 {
        let forgotten = heard_from::<S>(&folder, Past::Removed, Some(heard)).unwrap_err();
        let fits = matches!(forgotten, StoreError::Forgotten { oldest: 5, .. });
        assert!(fits, "{name}, behind {heard}: {forgotten}");
    }
    assert_eq!(heard_from::<S>(&folder, Past::Removed, Some(5)).unwrap(), (vec![6], digest));
    // Nothing at all is behind the snapshot.
    rotate(&mut go_on(S::open(&folder, Past::Removed).unwrap()));
    let forgotten = heard_from::<S>(&folder, Past::Removed, Some(5)).unwrap_err();
    assert!(matches!(forgotten, StoreError::Forgotten { heard: 5, oldest: 6 }), "{forgotten}");
    assert_eq!(heard_from::<S>(&folder, Past::Removed, Some(6)).unwrap(), (vec![], digest));
}

fn answers_to_tokens_are_kept_whatever_they_are<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-answers"));
    let mut driver = go_on(S::open(&folder, Past::Removed).unwrap());
    let nobody = || Command::from(Abandon::new(WorkId::from_raw(17)));
    let call = |token: &str| Call::at(NOW).with_token(token);
    // They are refused, so each is kept as a record without a fact.
    let refused = driver.call(call("one"), nobody()).unwrap();
    assert!(refused.is_err());
    rotate(&mut driver);
    driver.call(call("two"), nobody()).unwrap().unwrap_err();
    driver.call(call("three"), nobody()).unwrap().unwrap_err();
    drop(driver);
    let mut driver = go_on(S::open(&folder, Past::Removed).unwrap());
    assert_eq!(driver.answers().len(), 3);
    assert_eq!(driver.call(call("one"), nobody()).unwrap(), refused);
}

fn what_is_beside_belongs_to_its_facts<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-beside"));
    let mut driver = go_on(S::open(&folder, Past::Removed).unwrap());
    define(&mut driver, "one");
    let store = &mut driver.host_mut().journal;
    store.save_beside("figures", b"old").unwrap();
    assert!(matches!(store.save_beside("../figures", b""), Err(StoreError::Name { .. })));
    assert!(matches!(store.beside(""), Err(StoreError::Name { .. })));
    define(&mut driver, "two");
    driver.host_mut().journal.save_beside("figures", b"").unwrap();
    define(&mut driver, "three");
    drop(driver);
    let store = S::open(&folder, Past::Removed).unwrap();
    let kept = store.beside("figures").unwrap().unwrap();
    assert_eq!((kept.position, kept.bytes), (3, vec![]));
    assert_eq!(store.beside("screens").unwrap(), None);
}

fn nothing_is_added_before_the_journal_was_read<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-unread"));
    let digest = three_parts::<S>(&folder, Past::Removed);
    let mut store = S::open(&folder, Past::Removed).unwrap();
    assert!(matches!(store.append(Entry::of(&[])), Err(StoreError::Unread)));
    assert!(matches!(store.save_beside("figures", b""), Err(StoreError::Unread)));
    drop(store);
    assert_eq!(heard_from::<S>(&folder, Past::Removed, None).unwrap().1, digest);
}

macro_rules! with_both {
    ($($test:ident)*) => {
        mod file {
            $(#[test]
            fn $test() {
                super::$test::<super::FileStore>("file");
            })*
        }

        mod redb {
            $(#[test]
            fn $test() {
                super::$test::<super::RedbStore>("redb");
            })*
        }
    };
}

/// Where the child of a test finds its store.
const CHILD: &str = "STROWGER_LOCK_CHILD";

#[test]
#[ignore = "the child of the other tests"]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (name, folder) = told.split_once(' ').unwrap();
    let open = |folder| match name {
        "file" => {
            FileStore::open(folder, Past::Removed).map(|store| Box::new(store) as Box<dyn Any>)
        }
        _ => RedbStore::open(folder, Past::Removed).map(|store| Box::new(store) as Box<dyn Any>),
    };
    let _store = open(folder).unwrap();
    println!("it is open");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

fn one_at_a_time_has_it_open<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-locked"));
    let is_locked = || match S::open(&folder, Past::Removed) {
        Ok(_) => false,
        Err(StoreError::Locked { path }) => {
            assert!(path.starts_with(&folder) && path.exists());
            true
        }
        Err(error) => panic!("{error}"),
    };
    // Another part of this process.
    let driver = go_on(S::open(&folder, Past::Removed).unwrap());
    assert!(is_locked());
    drop(driver);
    assert!(!is_locked());
    // Another process, until it is killed.
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--ignored", "--nocapture"])
        .env(CHILD, format!("{name} {}", folder.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("it is open")));
    assert!(is_locked());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!is_locked());
    go_on(S::open(&folder, Past::Removed).unwrap());
}

fn rows_that_are_not_the_newest_do_not_begin_it_anew<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-stale"));
    let mut driver = go_on(S::open(&folder, Past::Removed).unwrap());
    define(&mut driver, "one");
    let saved = driver.save().unwrap();
    define(&mut driver, "two");
    let digest = digest(&driver);
    let stale = driver.host_mut().journal.rotate(&saved);
    assert!(matches!(stale, Err(StoreError::Stale { saved: 2, last: 3 })), "{stale:?}");
    // Nothing has changed, and it goes on.
    rotate(&mut driver);
    drop(driver);
    let read = heard_from::<S>(&folder, Past::Removed, None).unwrap();
    assert_eq!(read, (vec![], digest));
}

/// Facts that fit one by one and lead to what cannot be.
fn what_cannot_be_is_not_recovered<S: Tested>(name: &str) {
    let folder = folder(&format!("{name}-unsound"));
    let mut driver = go_on(S::open(&folder, Past::Removed).unwrap());
    driver.execute(NOW, Define::new("ana", AgentProfile::default())).unwrap().unwrap();
    let queue = driver.execute(NOW, Define::new("one", QueueProfile::default())).unwrap().unwrap();
    let (agent, position) = (AgentId::from_raw(0), driver.engine().unwrap().view().seq());
    driver.execute(NOW, SetMembership::new(agent, queue)).unwrap().unwrap();
    drop(driver);
    let mut store = S::open(&folder, Past::Removed).unwrap();
    let replica = store.recover::<Engine>(&mut ()).unwrap();
    // It says of the agent what neither presence nor load say.
    let json = serde_json::json!({
        "seq": replica.position() + 1, "at": 1_000, "cause": "routing",
        "event": {"routing_status_changed": {"agent": 0, "status": "idle"}},
    });
    let fact: Fact = serde_json::from_value(json).unwrap();
    store.append(Entry::of(&[fact])).unwrap();
    store.sync().unwrap();
    drop(store);
    let mut store = S::open(&folder, Past::Removed).unwrap();
    let read = store.recover::<Engine>(&mut ()).map(|replica| replica.position());
    assert!(matches!(read, Err(StoreError::Unsound { .. })), "{read:?}");
    assert!(matches!(store.append(Entry::of(&[])), Err(StoreError::Unread)));
    // The way back.
    assert_eq!(store.cut::<Engine>(Until::Fact(position)).unwrap(), position);
    assert_eq!(store.recover::<Engine>(&mut ()).unwrap().position(), position);
}

with_both! {
    one_at_a_time_has_it_open
    rows_that_are_not_the_newest_do_not_begin_it_anew
    what_cannot_be_is_not_recovered
    a_follower_hears_of_what_is_behind
    what_was_removed_cannot_be_told
    answers_to_tokens_are_kept_whatever_they_are
    what_is_beside_belongs_to_its_facts
    nothing_is_added_before_the_journal_was_read
}

/// The newest file of a folder.
fn newest(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "journal")).max().unwrap()
}

#[test]
fn a_torn_tail_is_cut_and_the_journal_goes_on() {
    let folder = folder("torn");
    let digest_before = three_parts::<FileStore>(&folder, Past::Removed);
    let path = newest(&folder);
    let whole = fs::metadata(&path).unwrap().len();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"half of a rec").unwrap();
    let mut driver = go_on(FileStore::open(&folder, Past::Removed).unwrap());
    assert_eq!(digest(&driver), digest_before);
    assert_eq!(fs::metadata(&path).unwrap().len(), whole);
    define(&mut driver, "six");
    let digest_after = digest(&driver);
    drop(driver);
    let read = heard_from::<FileStore>(&folder, Past::Removed, Some(5)).unwrap();
    assert_eq!(read, (vec![6, 7], digest_after));
}

#[test]
fn damage_is_refused_with_its_file() {
    let folder = folder("damaged");
    three_parts::<FileStore>(&folder, Past::Removed);
    let path = newest(&folder);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = heard_from::<FileStore>(&folder, Past::Removed, None).unwrap_err();
    let StoreError::Journal { path: named, .. } = refused else { panic!("{refused}") };
    assert_eq!(named, path);
}

/// Facts at noon, a snapshot, facts of a clock that is a year ahead, a snapshot, and facts behind.
fn poisoned<S: Tested>(folder: &Path, past: Past) -> Digest {
    let mut driver = go_on(S::open(folder, past).unwrap());
    define(&mut driver, "one");
    driver.host_mut().journal.save_beside("early", b"2").unwrap();
    rotate(&mut driver);
    define(&mut driver, "two");
    let sound = digest(&driver);
    let late = NOW + Span::from_mins(365 * 24 * 60);
    driver.confirm_clock(late);
    driver.execute(late, Define::new("three", QueueProfile::default())).unwrap().unwrap();
    driver.host_mut().journal.save_beside("late", b"4").unwrap();
    rotate(&mut driver);
    // The right time again is earlier, and counts as the latest there was.
    define(&mut driver, "four");
    assert_eq!(driver.engine().unwrap().now(), late);
    sound
}

fn cut_leads_back<S: Tested>(name: &str) {
    for (part, until) in [Until::At(NOW), Until::Fact(3)].into_iter().enumerate() {
        let folder = folder(&format!("{name}-{part}"));
        let sound = poisoned::<S>(&folder, Past::Kept);
        let mut store = S::open(&folder, Past::Kept).unwrap();
        assert_eq!(store.cut::<Engine>(until).unwrap(), 3);
        // It is to be recovered before anything is added, also if it was before.
        assert!(matches!(store.save_beside("late", b""), Err(StoreError::Unread)));
        assert_eq!(store.snapshots().unwrap(), 1);
        assert_eq!(store.beside("late").unwrap(), None, "its position is given again");
        assert_eq!(store.beside("early").unwrap().unwrap().position, 2);
        let mut driver = go_on(store);
        assert_eq!((digest(&driver), driver.engine().unwrap().now()), (sound, NOW));
        define(&mut driver, "five");
        let after = digest(&driver);
        drop(driver);
        let all = heard_from::<S>(&folder, Past::Kept, Some(0)).unwrap();
        assert_eq!(all, (vec![1, 2, 3, 4], after));
        // Nothing lies behind.
        let mut store = S::open(&folder, Past::Kept).unwrap();
        assert_eq!(store.cut::<Engine>(Until::Fact(4)).unwrap(), 4);
        assert_eq!(digest(&go_on(store)), after);
        // As far back as the opening, and before it.
        let mut store = S::open(&folder, Past::Kept).unwrap();
        assert_eq!(store.cut::<Engine>(Until::Fact(1)).unwrap(), 1);
        assert_eq!(store.snapshots().unwrap(), 0);
        assert_eq!(store.cut::<Engine>(Until::Fact(0)).unwrap(), 0);
        assert_eq!(store.recover::<Engine>(&mut ()).unwrap().position(), 0);
    }
    // What is before the snapshot is gone.
    let removed = folder(&format!("{name}-removed"));
    poisoned::<S>(&removed, Past::Removed);
    let before = heard_from::<S>(&removed, Past::Removed, None).unwrap();
    let mut store = S::open(&removed, Past::Removed).unwrap();
    assert!(matches!(store.cut::<Engine>(Until::At(NOW)), Err(StoreError::Beyond)));
    assert!(store.beside("late").unwrap().is_some(), "nothing was removed");
    drop(store);
    assert_eq!(heard_from::<S>(&removed, Past::Removed, None).unwrap(), before);
    // A store that is empty.
    let empty = folder(&format!("{name}-empty"));
    let mut store = S::open(&empty, Past::Kept).unwrap();
    assert_eq!(store.cut::<Engine>(Until::Fact(9)).unwrap(), 0);
    assert_eq!(store.recover::<Engine>(&mut ()).unwrap().position(), 0);
}

#[test]
fn a_poisoned_journal_in_files_is_cut() {
    cut_leads_back::<FileStore>("cut-files");
}

#[test]
fn a_poisoned_journal_in_a_database_is_cut() {
    cut_leads_back::<RedbStore>("cut-redb");
}
