//! The journal in a database of redb.

use std::fs;
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};
use strowger::fact::Seq;
use strowger::host::{Entry, Follower, Journal, Replica, Saved};
use strowger::journal::{self, Kept, Record, Until};

use crate::behind::Behind;
use crate::error::StoreError;
use crate::store::{Beside, Past, Store, check_name};

/// The records of the journal, each under a running number.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");

/// Which of the records are snapshots, and the position of the last fact before each.
const SNAPSHOTS: TableDefinition<'_, u64, Seq> = TableDefinition::new("snapshots");

/// What is kept beside the journal, and the position of the last fact at that time.
const BESIDE: TableDefinition<'_, &str, (Seq, &[u8])> = TableDefinition::new("beside");

/// The journal in a database of [redb](https://docs.rs/redb), one record a call, made safe by one
/// commit. A commit keeps all of it or nothing, so there is no torn tail.
///
/// ```
/// use strowger::centre::{CentreConfig, CentreLog};
/// use strowger::prelude::*;
/// use strowger_store::{Past, RedbStore, Store};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("strowger-redb-{}", std::process::id()));
/// let mut store = RedbStore::open(&folder, Past::Removed)?;
/// let replica = store.recover::<Centre>(&mut ())?;
/// let (now, mut log) = (Timestamp::EPOCH, CentreLog::default());
/// let answers = replica.answers().clone();
/// let centre = match replica.position() {
///     0 => Centre::new(CentreConfig::default(), now, &mut log)?,
///     _ => replica.promote(now, &mut log)?,
/// };
/// let mut driver = Driver::start(centre, log, Host::new(store))?.with_answers(answers);
/// driver.execute(now, Define::new("support", QueueProfile::default()))??;
/// # drop(driver);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RedbStore {
    database: Database,
    past: Past,
    /// The number of the next record, once the records were read.
    next: Option<u64>,
    /// The position of the last fact.
    position: Seq,
    /// What is added and not safe yet.
    added: Vec<Vec<u8>>,
}

/// How many bytes of the database stay in memory. The journal is read once, from end to end, so
/// more would help nobody.
const CACHE: usize = 16 * 1024 * 1024;

impl RedbStore {
    /// Reads the records; without a position to tell from, what is behind the newest snapshot.
    fn read<E: Kept>(
        &mut self,
        heard: Option<Seq>,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError> {
        let read = self.database.begin_read()?;
        let (records, snapshots) = (read.open_table(RECORDS)?, read.open_table(SNAPSHOTS)?);
        let newest = snapshots.last()?.map(|(number, position)| (number.value(), position.value()));
        let (from, position) = newest.unwrap_or_default();
        let mut behind = Behind::new(heard.unwrap_or(position), follower);
        let mut replica = Replica::default();
        if newest.is_some() {
            let record = records.get(from)?.ok_or(journal::RecordError::Damaged)?;
            journal::decode::<E>(record.value())?.feed(&mut replica, &mut ())?;
            if behind.heard() < position {
                let mut first = 0;
                for entry in snapshots.iter()? {
                    let (number, position) = entry?;
                    if position.value() <= behind.heard() {
                        first = number.value();
                    }
                }
                for entry in records.range(first..from)? {
                    if let Record::Facts(kept) = journal::decode::<E>(entry?.1.value())? {
                        behind.follow(replica.decides(), &kept.facts);
                    }
                }
            }
        }
        let tail = if newest.is_some() { from.saturating_add(1) } else { 0 };
        for entry in records.range(tail..)? {
            journal::decode::<E>(entry?.1.value())?.feed(&mut replica, &mut behind)?;
        }
        behind.check(replica.position())?;
        let last = records.last()?.map(|(number, _)| number.value());
        self.next = Some(last.map_or(0, |last| last.saturating_add(1)));
        self.position = replica.position();
        Ok(replica)
    }

    /// The number of the first record that lies behind a limit, and the position of the last fact
    /// before it; none if all lies behind.
    fn until<E: Kept>(&self, until: Until) -> Result<Option<(u64, Seq)>, StoreError> {
        let read = self.database.begin_read()?;
        let (records, snapshots) = (read.open_table(RECORDS)?, read.open_table(SNAPSHOTS)?);
        let snapshot = snapshots.first()?.map_or(u64::MAX, |(number, _)| number.value());
        // Where the first record is no snapshot, the way back goes as far as the opening.
        let mut begun = records.first()?.is_none_or(|(number, _)| number.value() < snapshot);
        let (mut next, mut position) = (0, 0);
        for entry in snapshots.iter()?.rev() {
            let number = entry?.0.value();
            let record = records.get(number)?.ok_or(journal::RecordError::Damaged)?;
            let mut replica = Replica::default();
            journal::decode::<E>(record.value())?.feed(&mut replica, &mut ())?;
            if until.includes_state(&replica) {
                (next, position, begun) = (number.saturating_add(1), replica.position(), true);
                break;
            }
        }
        for entry in records.range(next..)? {
            let (number, record) = entry?;
            match journal::decode::<E>(record.value())? {
                Record::Facts(facts) if until.includes(&facts) => {
                    next = number.value().saturating_add(1);
                    position = facts.facts.last().map_or(position, E::position_of);
                }
                // Behind the limit; or a snapshot that is.
                _ => break,
            }
        }
        Ok(begun.then_some((next, position)))
    }
}

impl Store for RedbStore {
    fn open(folder: impl AsRef<Path>, past: Past) -> Result<Self, StoreError> {
        fs::create_dir_all(&folder)?;
        let path = folder.as_ref().join("journal.redb");
        let database = Database::builder().set_cache_size(CACHE).create(path)?;
        let write = database.begin_write()?;
        write.open_table(RECORDS)?;
        write.open_table(SNAPSHOTS)?;
        write.open_table(BESIDE)?;
        write.commit()?;
        Ok(Self { database, past, next: None, position: 0, added: Vec::new() })
    }

    fn recover<E: Kept>(
        &mut self,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError> {
        self.read(None, follower)
    }

    fn recover_from<E: Kept>(
        &mut self,
        heard: Seq,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError> {
        self.read(Some(heard), follower)
    }

    fn cut<E: Kept>(&mut self, until: Until) -> Result<Seq, StoreError> {
        self.next = None;
        let Some((next, position)) = self.until::<E>(until)? else {
            return Err(StoreError::Beyond);
        };
        let write = self.database.begin_write()?;
        write.open_table(RECORDS)?.retain_in(next.., |_, _| false)?;
        write.open_table(SNAPSHOTS)?.retain_in(next.., |_, _| false)?;
        write.open_table(BESIDE)?.retain(|_, (kept, _)| kept <= position)?;
        write.commit()?;
        Ok(position)
    }

    fn rotate<E: Kept>(&mut self, saved: &Saved<E>) -> Result<(), StoreError> {
        let mut record = Vec::new();
        journal::append_snapshot(saved, &mut record)?;
        // If the commit fails it is not known which number is free.
        let number = self.next.take().ok_or(StoreError::Unread)?;
        let write = self.database.begin_write()?;
        {
            let (mut records, mut snapshots) =
                (write.open_table(RECORDS)?, write.open_table(SNAPSHOTS)?);
            records.insert(number, record.as_slice())?;
            snapshots.insert(number, self.position)?;
            if self.past == Past::Removed {
                records.retain_in(..number, |_, _| false)?;
                snapshots.retain_in(..number, |_, _| false)?;
            }
        }
        write.commit()?;
        self.next = Some(number.saturating_add(1));
        Ok(())
    }

    fn snapshots(&self) -> Result<usize, StoreError> {
        let snapshots = self.database.begin_read()?.open_table(SNAPSHOTS)?.len()?;
        Ok(usize::try_from(snapshots).unwrap_or(usize::MAX))
    }

    fn save_beside(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        check_name(name)?;
        if self.next.is_none() {
            return Err(StoreError::Unread);
        }
        let write = self.database.begin_write()?;
        write.open_table(BESIDE)?.insert(name, (self.position, bytes))?;
        Ok(write.commit()?)
    }

    fn beside(&self, name: &str) -> Result<Option<Beside>, StoreError> {
        check_name(name)?;
        let kept = self.database.begin_read()?.open_table(BESIDE)?.get(name)?;
        Ok(kept.map(|kept| {
            let (position, bytes) = kept.value();
            Beside { position, bytes: bytes.to_vec() }
        }))
    }
}

impl<E: Kept> Journal<E> for RedbStore {
    type Error = StoreError;

    fn append(&mut self, entry: Entry<'_, E>) -> Result<(), StoreError> {
        if self.next.is_none() {
            return Err(StoreError::Unread);
        }
        let mut record = Vec::new();
        journal::append(entry, &mut record)?;
        self.added.push(record);
        self.position = entry.facts.last().map_or(self.position, E::position_of);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let mut number = self.next.take().ok_or(StoreError::Unread)?;
        let write = self.database.begin_write()?;
        {
            let mut records = write.open_table(RECORDS)?;
            for record in self.added.drain(..) {
                records.insert(number, record.as_slice())?;
                number = number.saturating_add(1);
            }
        }
        write.commit()?;
        self.next = Some(number);
        Ok(())
    }
}
