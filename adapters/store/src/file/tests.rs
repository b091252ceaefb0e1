//! Whatever fails, and whenever the power is gone: what was acknowledged is there.

use std::collections::BTreeMap;

use strowger::Digest;
use strowger::prelude::*;

use super::*;
use crate::faulty::Faulty;

const NOW: Timestamp = Timestamp::EPOCH;

/// What was acknowledged, and what an engine is after each fact, for it is always the same.
#[derive(Default)]
struct Promised {
    position: Seq,
    digests: BTreeMap<Seq, Digest>,
}

impl Promised {
    /// Goes on where a store ends, for so many calls. After the third the journal is begun anew.
    fn live_for(
        &mut self,
        calls: u64,
        mut store: FileStore,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let replica = store.recover::<Engine>(&mut ())?;
        let (position, mut log) = (replica.position(), Log::default());
        assert!(position >= self.position, "{position} of {} are there", self.position);
        if let Some(digest) = self.digests.get(&position) {
            assert_eq!(replica.digest(), *digest, "{position}");
        }
        let engine = match position {
            0 => Engine::new(Config::default(), NOW, &mut log)?,
            _ => replica.promote(NOW, &mut log)?,
        };
        let mut driver = Driver::start(engine, log, Host::new(store))?;
        self.note(&driver);
        for number in 0..calls {
            driver
                .execute(NOW, Define::new(format!("queue-{number}"), QueueProfile::default()))??;
            self.note(&driver);
            if number % 3 == 2 {
                let saved = driver.save().ok_or("it has halted")?;
                let store = &mut driver.host_mut().journal;
                store.save_beside("figures", &number.to_string().repeat(100).into_bytes())?;
                store.rotate(&saved)?;
            }
        }
        Ok(())
    }

    /// The same until all is there.
    fn live(&mut self, store: FileStore) -> Result<(), Box<dyn std::error::Error>> {
        self.live_for(5, store)
    }

    fn note(&mut self, driver: &Driver<Engine, FileStore>) {
        let engine = driver.engine().unwrap();
        self.position = engine.view().seq();
        self.digests.insert(self.position, engine.digest());
    }
}

#[test]
fn whatever_fails_nothing_that_was_acknowledged_is_lost() {
    for past in [Past::Removed, Past::Kept] {
        let mut failures = 0;
        for place in 0.. {
            let mut has_failed = false;
            for chance in 0..16 {
                let (disk, mut promised) = (Faulty::default(), Promised::default());
                disk.fail_at(Some(place));
                let lived = promised.live(FileStore::on(disk.clone(), past));
                has_failed = disk.has_failed();
                assert_eq!(lived.is_err(), has_failed, "{place}: {lived:?}");
                if chance % 2 == 1 {
                    disk.lose_power(chance);
                }
                // Recovery itself may fail, at any place too.
                disk.fail_at((chance % 4 > 1).then_some(place % 11));
                drop(promised.live_for(chance % 3, FileStore::on(disk.clone(), past)));
                disk.fail_at(None);
                promised.live_for(chance % 2, FileStore::on(disk.clone(), past)).unwrap();
                disk.lose_power(chance);
                promised.live(FileStore::on(disk.clone(), past)).unwrap();
                assert_eq!(promised.position, 6);
                disk.lose_power(chance);
                promised.live(FileStore::on(disk, past)).unwrap();
            }
            if !has_failed {
                break;
            }
            failures += 1;
        }
        assert!(failures > 30, "{failures}");
    }
}

#[test]
fn nothing_is_added_behind_what_failed() {
    let disk = Faulty::default();
    let mut store = FileStore::on(disk.clone(), Past::Removed);
    store.recover::<Engine>(&mut ()).unwrap();
    let mut log = Log::default();
    let mut engine = Engine::new(Config::default(), NOW, &mut log).unwrap();
    // The write, and then the sync.
    for place in [0, 1] {
        disk.fail_at(Some(place));
        let entry = Entry::<Engine>::of(log.as_slice());
        let sync = |store: &mut FileStore| Journal::<Engine>::sync(store);
        let kept = store.append(entry).and_then(|()| sync(&mut store));
        assert!(matches!(kept, Err(StoreError::Io(_))), "{kept:?}");
        disk.fail_at(None);
        assert!(matches!(store.append(entry), Err(StoreError::Unread)));
        assert!(matches!(sync(&mut store), Err(StoreError::Unread)));
        let saved = Saved::of(engine.snapshot());
        assert!(matches!(
            store.rotate::<Engine>(&saved),
            Err(StoreError::Unread | StoreError::Stale { .. })
        ));
        assert!(matches!(store.save_beside("figures", b""), Err(StoreError::Unread)));
        // A write that failed is torn; a sync that failed is made good.
        let replica = store.recover::<Engine>(&mut ()).unwrap();
        assert_eq!(replica.position(), place);
    }
    disk.lose_power(0);
    assert_eq!(store.recover::<Engine>(&mut ()).unwrap().position(), 1);
    // Two that are added before a sync: the first is made safe first.
    for key in ["one", "two"] {
        log.clear();
        engine.execute(NOW, Define::new(key, QueueProfile::default()), &mut log).unwrap();
        store.append(Entry::<Engine>::of(log.as_slice())).unwrap();
    }
    let mut positions: Vec<_> = (0..32)
        .map(|chance| {
            let disk = disk.copy();
            disk.lose_power(chance);
            let mut store = FileStore::on(disk, Past::Removed);
            store.recover::<Engine>(&mut ()).unwrap().position()
        })
        .collect();
    positions.sort_unstable();
    positions.dedup();
    assert_eq!(positions, [2, 3]);
}

#[test]
fn what_recovery_wrote_again_was_there_before_if_it_was_safe() {
    // A journal that is whole and safe, and the power is gone wherever recovery may be.
    let (disk, mut promised) = (Faulty::default(), Promised::default());
    promised.live(FileStore::on(disk.clone(), Past::Removed)).unwrap();
    for place in 0..40 {
        for chance in 0..8 {
            let disk = disk.copy();
            disk.fail_at(Some(place));
            drop(FileStore::on(disk.clone(), Past::Removed).recover::<Engine>(&mut ()));
            disk.lose_power(chance);
            disk.fail_at(None);
            let replica = FileStore::on(disk, Past::Removed).recover::<Engine>(&mut ()).unwrap();
            assert_eq!(replica.digest(), promised.digests[&promised.position], "{place} {chance}");
        }
    }
}

/// Facts up to 4, a snapshot, and two facts.
fn two_files(past: Past) -> Faulty {
    let disk = Faulty::default();
    Promised::default().live(FileStore::on(disk.clone(), past)).unwrap();
    disk
}

fn overwrite(disk: &Faulty, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = Vec::new();
    disk.open(name).unwrap().read_to_end(&mut bytes).unwrap();
    change(&mut bytes);
    let mut file = disk.create(name).unwrap();
    file.write_all(&bytes).unwrap();
    file.sync().unwrap();
}

#[test]
fn a_snapshot_that_is_damaged_is_no_torn_tail() {
    // It has its name because it was whole.
    let (first, newest) = (name(0), name(4));
    for kept in [0, 10, 16, 40, 200] {
        for heard in [None, Some(0), Some(4)] {
            let disk = two_files(Past::Kept);
            overwrite(&disk, &newest, |bytes| bytes.truncate(kept));
            let mut store = FileStore::on(disk, Past::Kept);
            let read = match heard {
                None => store.recover::<Engine>(&mut ()),
                Some(heard) => store.recover_from::<Engine>(heard, &mut ()),
            };
            let error = JournalError::Damaged { at: 0 };
            let refused =
                matches!(&read, Err(StoreError::Journal { error: found, .. }) if *found == error);
            assert!(refused, "{kept} {heard:?}: {read:?}");
        }
    }
    // The same of what was added to a file before the next one was begun.
    let disk = two_files(Past::Kept);
    overwrite(&disk, &first, |bytes| *bytes.last_mut().unwrap() ^= 1);
    let mut store = FileStore::on(disk.clone(), Past::Kept);
    let read = store.recover_from::<Engine>(0, &mut ());
    assert!(matches!(read, Err(StoreError::Journal { error: JournalError::Damaged { .. }, .. })));
    assert_eq!(store.recover::<Engine>(&mut ()).unwrap().position(), 6, "nobody asks for it");
    // It is still cut where it is sound.
    assert_eq!(store.cut::<Engine>(Until::Fact(5)).unwrap(), 5);
    overwrite(&disk, &newest, |bytes| bytes.truncate(16));
    assert_eq!(store.cut::<Engine>(Until::Fact(5)).unwrap(), 3, "the snapshot is gone");
}

#[test]
fn a_file_of_something_else_is_refused() {
    let disk = two_files(Past::Removed);
    disk.rename(&name(4), &name(7)).unwrap();
    let mut store = FileStore::on(disk, Past::Removed);
    let read = store.recover::<Engine>(&mut ());
    assert!(matches!(read, Err(StoreError::Misplaced { found: 4, .. })), "{read:?}");
    let cut = store.cut::<Engine>(Until::Fact(9));
    assert!(matches!(cut, Err(StoreError::Misplaced { found: 4, .. })), "{cut:?}");
}

#[test]
fn a_header_that_was_never_written_is_that_of_an_empty_journal() {
    for length in [0, 5, 16, 100] {
        let disk = Faulty::default();
        disk.create(&name(0)).unwrap().write_all(&vec![0; length]).unwrap();
        let mut promised = Promised::default();
        promised.live(FileStore::on(disk.clone(), Past::Removed)).unwrap();
        disk.lose_power(1);
        promised.live(FileStore::on(disk, Past::Removed)).unwrap();
    }
}

#[test]
fn a_cut_that_is_interrupted_anywhere_is_a_journal_that_is_cut_less() {
    let mut failures = 0;
    for place in 0.. {
        let mut has_failed = false;
        for chance in 0..8 {
            let (disk, mut promised) = (Faulty::default(), Promised::default());
            promised.live(FileStore::on(disk.clone(), Past::Kept)).unwrap();
            disk.fail_at(Some(place));
            let mut store = FileStore::on(disk.clone(), Past::Kept);
            let cut = store.cut::<Engine>(Until::Fact(3));
            has_failed = disk.has_failed();
            assert_eq!(cut.is_err(), has_failed, "{place}: {cut:?}");
            disk.fail_at(None);
            if chance % 2 == 1 {
                disk.lose_power(chance);
            }
            let left = store.recover::<Engine>(&mut ()).unwrap();
            assert!([3, 4, 6].contains(&left.position()), "{}", left.position());
            assert_eq!(left.digest(), promised.digests[&left.position()]);
            assert_eq!(store.cut::<Engine>(Until::Fact(3)).unwrap(), 3);
            disk.lose_power(chance);
            let left = store.recover::<Engine>(&mut ()).unwrap();
            assert_eq!(left.digest(), promised.digests[&3]);
            assert_eq!(store.beside("figures").unwrap(), None);
        }
        if !has_failed {
            break;
        }
        failures += 1;
    }
    assert!(failures > 10, "{failures}");
}
