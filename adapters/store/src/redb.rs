//! The journal in a database of redb.

use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::FileBackend;
use redb::{
    Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    StorageBackend, TableDefinition,
};
use strowger::fact::Seq;
use strowger::host::{Entry, Follower, Journal, Replica, Saved};
use strowger::journal::{self, Kept, Record, Until};

use crate::behind::Behind;
use crate::error::StoreError;
use crate::store::{Beside, Past, Store, check_name, check_newest};

/// The records of the journal, each under a running number.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");

/// Which of the records are snapshots, and the position of the last fact before each.
const SNAPSHOTS: TableDefinition<'_, u64, Seq> = TableDefinition::new("snapshots");

/// What is kept beside the journal, and the position of the last fact at that time.
const BESIDE: TableDefinition<'_, &str, (Seq, &[u8])> = TableDefinition::new("beside");

/// The journal in a database of [redb](https://docs.rs/redb), one record a call, made safe by one
/// commit. A commit keeps all of it or nothing, so there is no torn tail.
///
/// The database is locked while the store is open, and a second one is refused as
/// [`Locked`](StoreError::Locked).
///
/// **After a commit that failed** the store takes nothing more, and the host opens another one. A
/// database that was not closed, for that or any other reason, may look written and not be on the
/// disk: so all of it is written again where it stands before it is looked at. That takes as long
/// as its file is large.
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
    path: PathBuf,
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

/// How much of a database is written again at a time.
const PIECE: usize = 1024 * 1024;

/// The file of a database, which is shared with whoever writes it again.
#[derive(Debug)]
struct Shared<B>(Arc<B>);

impl<B: StorageBackend> StorageBackend for Shared<B> {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }
}

/// Shows all of a file, piece by piece, as long as whoever looks wants to see more. True if they
/// saw all of it.
fn look_through(
    file: &impl StorageBackend,
    mut look: impl FnMut(u64, &[u8]) -> io::Result<bool>,
) -> io::Result<bool> {
    let (length, mut at) = (file.len()?, 0);
    let mut piece = vec![0; PIECE];
    while at < length {
        let left = usize::try_from(length.saturating_sub(at)).unwrap_or(PIECE);
        let piece = piece.get_mut(..left.min(PIECE)).unwrap_or_default();
        file.read(at, piece)?;
        if !look(at, piece)? {
            return Ok(false);
        }
        at = at.saturating_add(piece.len() as u64);
    }
    Ok(true)
}

/// Writes all of a file again where it stands, and makes it safe: the same bytes in the same
/// places, so a crash on the way leaves all as it was.
fn write_again(file: &impl StorageBackend) -> io::Result<()> {
    look_through(file, |at, piece| file.write(at, piece).map(|()| true))?;
    file.sync_data()
}

/// Empties a file in which a database was begun and not brought to its beginning: redb says last
/// what the file is, and takes one that does not say it for something else.
fn empty_if_unbegun(file: &impl StorageBackend) -> io::Result<()> {
    let unbegun = look_through(file, |at, piece| {
        let named = |place: usize| at == 0 && (NAME..HEAD).contains(&place);
        Ok(piece.iter().enumerate().all(|(place, byte)| *byte == 0 || named(place)))
    })?;
    if unbegun { file.set_len(0) } else { Ok(()) }
}

/// How many bytes say that a file is a database, and how many more are written with them.
const NAME: usize = 9;
const HEAD: usize = 4096;

impl RedbStore {
    fn on(file: impl StorageBackend, path: PathBuf, past: Past) -> Result<Self, StoreError> {
        empty_if_unbegun(&file)?;
        let file = Arc::new(file);
        let (again, is_safe) = (Arc::clone(&file), Cell::new(false));
        let mut builder = Database::builder();
        // It is asked before a database that was not closed is looked at, and while it is.
        builder.set_cache_size(CACHE).set_repair_callback(move |repair| {
            if !is_safe.get() {
                is_safe.set(write_again(&*again).is_ok());
            }
            if !is_safe.get() {
                repair.abort();
            }
        });
        let database = builder.create_with_backend(Shared(file))?;
        let write = database.begin_write()?;
        write.open_table(RECORDS)?;
        write.open_table(SNAPSHOTS)?;
        write.open_table(BESIDE)?;
        write.commit()?;
        Ok(Self { database, path, past, next: None, position: 0, added: Vec::new() })
    }

    /// Refuses a snapshot that is not the one whose position is written beside it.
    fn check_begin(&self, begin: Seq, found: Seq) -> Result<(), StoreError> {
        if begin == found {
            return Ok(());
        }
        Err(StoreError::Misplaced { path: self.path.clone(), found })
    }

    /// Reads the records; without a position to tell from, what is behind the newest snapshot.
    fn read<E: Kept>(
        &mut self,
        heard: Option<Seq>,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError> {
        // What was added and not made safe is gone.
        self.next = None;
        self.added.clear();
        let read = self.database.begin_read()?;
        let (records, snapshots) = (read.open_table(RECORDS)?, read.open_table(SNAPSHOTS)?);
        let newest = snapshots.last()?.map(|(number, position)| (number.value(), position.value()));
        let (from, position) = newest.unwrap_or_default();
        let mut behind = Behind::new(heard.unwrap_or(position), follower);
        let mut replica = Replica::default();
        if newest.is_some() {
            let record = records.get(from)?.ok_or(journal::RecordError::Damaged)?;
            journal::decode::<E>(record.value())?.feed(&mut replica, &mut ())?;
            self.check_begin(position, replica.position())?;
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
        replica.check().map_err(|error| StoreError::Unsound { error })?;
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
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path)?;
        match FileBackend::new(file) {
            Ok(file) => Self::on(file, path, past),
            Err(DatabaseError::DatabaseAlreadyOpen) => Err(StoreError::Locked { path }),
            Err(error) => Err(error.into()),
        }
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
        check_newest(saved, self.position)?;
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

#[cfg(test)]
mod tests;
