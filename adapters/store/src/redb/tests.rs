//! Whatever fails, and whenever the power is gone: what was acknowledged is there.

use std::collections::BTreeMap;

use strowger::Digest;
use strowger::prelude::*;

use super::*;
use crate::disk::Disk;
use crate::faulty::Faulty;

const NOW: Timestamp = Timestamp::EPOCH;

/// What was acknowledged, and what an engine is after each fact, for it is always the same.
#[derive(Default)]
struct Promised {
    position: Seq,
    digests: BTreeMap<Seq, Digest>,
}

impl Promised {
    /// Goes on where the store ends, for so many calls; after four the journal is begun anew.
    fn live(&mut self, calls: u64, disk: &Faulty) -> Result<(), Box<dyn std::error::Error>> {
        let mut store = RedbStore::on(disk.file("journal")?, "journal".into(), Past::Removed)?;
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
        }
        if calls == 4 {
            let saved = driver.save().ok_or("it has halted")?;
            driver.host_mut().journal.rotate(&saved)?;
        }
        Ok(())
    }

    fn note(&mut self, driver: &Driver<Engine, RedbStore>) {
        let engine = driver.engine().unwrap();
        self.position = engine.view().seq();
        self.digests.insert(self.position, engine.digest());
    }
}

#[test]
fn whatever_fails_nothing_that_was_acknowledged_is_lost() {
    let mut failures = 0;
    for place in 0.. {
        let mut has_failed = false;
        for chance in 0..6 {
            let (disk, mut promised) = (Faulty::default(), Promised::default());
            disk.create("journal").unwrap();
            disk.sync().unwrap();
            disk.fail_at(Some(place));
            let lived = promised.live(4, &disk);
            has_failed = disk.has_failed();
            disk.fail_at(None);
            // Its host makes another one, and then the power is gone.
            if lived.is_err() {
                promised.live(chance % 3, &disk).unwrap();
            }
            disk.lose_power(chance);
            promised.live(4, &disk).unwrap();
            assert_eq!(promised.position, 5);
        }
        if !has_failed {
            break;
        }
        failures += 1;
    }
    assert!(failures > 30, "{failures}");
}
