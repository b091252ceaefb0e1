//! The journal in files.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::{ControlFlow, Range};
use std::path::Path;

use strowger::fact::Seq;
use strowger::host::{Entry, Follower, Journal, Replica, Saved};
use strowger::journal::{self, HEADER, JournalError, Kept, Reader, Record, Until};

use crate::behind::Behind;
use crate::disk::{Disk, DiskFile, Folder};
use crate::error::StoreError;
use crate::store::{Beside, Past, Store, check_name, check_newest};

/// The journal in files, one record a call, made safe by one `fdatasync`.
///
/// Each file is called after the position of the last fact before it, and all but the first begin
/// with a snapshot. A new file gets its name when it is whole. What is kept beside are files too.
///
/// The folder is locked while the store is open, and a second one is refused as
/// [`Locked`](StoreError::Locked). The lock ends with the process, however that ends.
///
/// **A write or a sync that failed** is not tried again: what the system has in memory may look
/// written since, and not be on the disk. The store takes nothing more before it is recovered, and
/// recovery trusts no sync but its own. It reads the last record, which is the one that may be in
/// doubt, and writes it again where it stands. All before it was safe before that was added,
/// because no record is added behind one that is not.
///
/// ```
/// use strowger::prelude::*;
/// use strowger_store::{FileStore, Past, Store};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("strowger-file-{}", std::process::id()));
/// let mut store = FileStore::open(&folder, Past::Removed)?;
/// let replica = store.recover::<Engine>(&mut ())?;
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let engine = match replica.position() {
///     0 => Engine::new(Config::default(), now, &mut log)?,
///     _ => replica.promote(now, &mut log)?,
/// };
/// let mut driver = Driver::start(engine, log, Host::new(store))?;
/// driver.execute(now, Define::new("support", QueueProfile::default()))??;
/// let saved = driver.save().ok_or("the journal failed")?;
/// driver.host_mut().journal.rotate(&saved)?;
/// # drop(driver);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FileStore {
    disk: Box<dyn Disk>,
    past: Past,
    /// The newest file, once it was read, and as long as nothing failed.
    file: Option<Box<dyn DiskFile>>,
    /// True if the last record is not known to be safe.
    is_in_doubt: bool,
    /// The position of the last fact.
    position: Seq,
    record: Vec<u8>,
}

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

impl FileStore {
    fn on(disk: impl Disk + 'static, past: Past) -> Self {
        let (disk, record) = (Box::new(disk), Vec::new());
        Self { disk, past, file: None, is_in_doubt: false, position: 0, record }
    }

    /// Behind which positions the files begin, the newest last.
    fn begins(&self) -> Result<Vec<Seq>, StoreError> {
        let names = self.disk.names()?;
        let begin = |found: &String| {
            let begin = found.strip_suffix(".journal")?.parse::<Seq>().ok()?;
            // What has a name that only looks like one is not of the store.
            (name(begin) == *found).then_some(begin)
        };
        let mut begins: Vec<_> = names.iter().filter_map(begin).collect();
        begins.sort_unstable();
        Ok(begins)
    }

    /// An error in a file.
    fn in_file(&self, begin: Seq, error: JournalError) -> StoreError {
        StoreError::Journal { path: self.disk.path().join(name(begin)), error }
    }

    /// Reads the files; without a position to tell from, what is behind the newest snapshot.
    fn read<E: Kept>(
        &mut self,
        heard: Option<Seq>,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError> {
        self.file = None;
        let mut begins = self.begins()?;
        if begins.is_empty() {
            self.disk.put(&name(0), &[&HEADER])?;
            begins.push(0);
        }
        let newest = begins.pop().unwrap_or_default();
        let mut file = self.disk.open(&name(newest))?;
        let mut behind = Behind::new(heard.unwrap_or(newest), follower);
        let mut replica = Replica::default();
        let (mut told, mut last) = (false, None);
        let whole = self.each_record::<E>(newest, &mut file, |record, place| {
            let tail = match record {
                Record::Snapshot(_) => {
                    record.feed(&mut replica, &mut ())?;
                    self.check_begin(newest, replica.position())?;
                    None
                }
                facts => Some(facts),
            };
            if !told {
                told = true;
                self.tell_past(&begins, &replica, &mut behind)?;
            }
            if let Some(facts) = tail {
                facts.feed(&mut replica, &mut behind)?;
                last = Some(place);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if newest > 0 && replica.position() == 0 {
            // It had its name only when its snapshot was safe.
            return Err(self.in_file(newest, JournalError::Damaged { at: 0 }));
        }
        behind.check(replica.position())?;
        replica.check().map_err(|error| StoreError::Unsound { error })?;
        self.make_safe::<E>(newest, &mut file, whole, last)?;
        (self.file, self.is_in_doubt, self.position) = (Some(file), false, replica.position());
        Ok(replica)
    }

    /// Cuts a torn tail, and writes again whatever was not safe when the file was left, perhaps
    /// behind a sync that failed. Where it is safe the same bytes come to stand in the same place,
    /// so a crash on the way leaves all as it was.
    fn make_safe<E: Kept>(
        &self,
        begin: Seq,
        file: &mut Box<dyn DiskFile>,
        whole: u64,
        last: Option<Range<u64>>,
    ) -> Result<(), StoreError> {
        let whole = whole.max(HEADER.len() as u64);
        if let Some(Range { start, end }) = last {
            let mut record = Vec::new();
            file.seek(SeekFrom::Start(start))?;
            Read::by_ref(file).take(end.saturating_sub(start)).read_to_end(&mut record)?;
            journal::decode::<E>(&record)?;
            file.seek(SeekFrom::Start(start))?;
            file.write_all(&record)?;
        } else if begin == 0 {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&HEADER)?;
        }
        end_at(&mut **file, whole)?;
        // The file may have had its name without its folder being safe.
        Ok(self.disk.sync()?)
    }

    /// Refuses a file that begins elsewhere than its name says: it belongs to something else.
    fn check_begin(&self, begin: Seq, found: Seq) -> Result<(), StoreError> {
        if begin == found {
            return Ok(());
        }
        Err(StoreError::Misplaced { path: self.disk.path().join(name(begin)), found })
    }

    /// Tells what is in older files and was not heard.
    fn tell_past<E: Kept>(
        &self,
        begins: &[Seq],
        replica: &Replica<E>,
        behind: &mut Behind<'_, impl Follower<E>>,
    ) -> Result<(), StoreError> {
        let first = begins.partition_point(|begin| *begin <= behind.heard()).saturating_sub(1);
        if behind.heard() >= replica.position() {
            return Ok(());
        }
        for begin in begins.get(first..).unwrap_or_default() {
            let mut file = self.disk.open(&name(*begin))?;
            let whole = self.each_record::<E>(*begin, &mut file, |record, _| {
                if let Record::Facts(kept) = record {
                    behind.follow(replica.decides(), &kept.facts);
                }
                Ok(ControlFlow::Continue(()))
            })?;
            // A tail was cut before anything was added, and the next file begins behind all of it.
            if whole < file.seek(SeekFrom::End(0))? {
                let at = usize::try_from(whole).unwrap_or(usize::MAX);
                return Err(self.in_file(*begin, JournalError::Damaged { at }));
            }
        }
        Ok(())
    }

    /// How much of a file does not lie behind a limit, and the position of the last fact of that;
    /// none if all of it lies behind.
    fn until<E: Kept>(&self, begin: Seq, until: Until) -> Result<Option<(u64, Seq)>, StoreError> {
        // All files but the first begin with a snapshot.
        let (mut left, mut position) = ((begin == 0).then_some(HEADER.len() as u64), begin);
        let mut file = self.disk.open(&name(begin))?;
        self.each_record::<E>(begin, &mut file, |record, place| {
            match record {
                Record::Facts(facts) if !until.includes(&facts) => {
                    return Ok(ControlFlow::Break(()));
                }
                Record::Facts(facts) => {
                    position = facts.facts.last().map_or(position, E::position_of);
                }
                snapshot @ Record::Snapshot(_) => {
                    let mut replica = Replica::default();
                    snapshot.feed(&mut replica, &mut ())?;
                    self.check_begin(begin, replica.position())?;
                    if !until.includes_state(&replica) {
                        left = None;
                        return Ok(ControlFlow::Break(()));
                    }
                }
                _ => {}
            }
            left = Some(place.end);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(left.map(|left| (left, position)))
    }

    /// Removes what was kept beside the journal behind a position: it would be taken for what
    /// belongs to other facts.
    fn remove_beside_after(&self, position: Seq) -> Result<(), StoreError> {
        for name in self.disk.names()? {
            if name.ends_with(BESIDE) {
                let kept = self.read_beside(&name)?;
                if kept.is_some_and(|kept| kept.position > position) {
                    self.disk.remove(&name)?;
                }
            }
        }
        Ok(())
    }

    /// What a file holds that is kept beside, if there is one.
    fn read_beside(&self, name: &str) -> Result<Option<Beside>, StoreError> {
        let mut file = match self.disk.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let Some(position) = bytes.first_chunk().map(|chunk| Seq::from_le_bytes(*chunk)) else {
            return Ok(None);
        };
        bytes.drain(..position.to_le_bytes().len());
        Ok(Some(Beside { position, bytes }))
    }

    /// Reads a file piece by piece, and says how much of it is whole. Each record comes with its
    /// place; a reader that has enough does not look at what is behind.
    fn each_record<E: Kept>(
        &self,
        begin: Seq,
        file: &mut Box<dyn DiskFile>,
        mut each: impl FnMut(Record<E>, Range<u64>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<u64, StoreError> {
        let mut reader = Reader::<E>::default();
        let mut piece = vec![0; PIECE];
        loop {
            let length = match file.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            reader.push(piece.get(..length).unwrap_or_default());
            let mut start = reader.whole().max(HEADER.len()) as u64;
            while let Some(record) = reader.next_record() {
                let end = reader.whole() as u64;
                let record = record.map_err(|error| self.in_file(begin, error))?;
                if each(record, start..end)?.is_break() {
                    return Ok(end);
                }
                start = end;
            }
        }
        Ok(reader.finish().map_err(|error| self.in_file(begin, error))? as u64)
    }
}

/// Cuts a file and makes that safe. If it ends there already, that may be what a sync that failed
/// has left: so it is changed in any case.
fn end_at(file: &mut dyn DiskFile, length: u64) -> io::Result<()> {
    file.set_len(length.saturating_add(1))?;
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    file.sync()
}

/// What the names of files end with that are kept beside.
const BESIDE: &str = ".beside";

fn name(position: Seq) -> String {
    format!("{position:020}.journal")
}

impl Store for FileStore {
    fn open(folder: impl AsRef<Path>, past: Past) -> Result<Self, StoreError> {
        Ok(Self::on(Folder::open(folder.as_ref())?, past))
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
        self.file = None;
        let begins = self.begins()?;
        let mut kept = None;
        for begin in begins.iter().rev() {
            kept = self.until::<E>(*begin, until)?.map(|(left, position)| (*begin, left, position));
            if kept.is_some() {
                break;
            }
        }
        let Some((newest, left, position)) = kept else {
            return if begins.is_empty() { Ok(0) } else { Err(StoreError::Beyond) };
        };
        // What is left by a crash on the way is a journal that is cut less.
        self.remove_beside_after(position)?;
        for begin in begins.iter().rev().take_while(|begin| **begin > newest) {
            self.disk.remove(&name(*begin))?;
        }
        self.disk.sync()?;
        let mut file = self.disk.open(&name(newest))?;
        end_at(&mut *file, left)?;
        Ok(position)
    }

    fn rotate<E: Kept>(&mut self, saved: &Saved<E>) -> Result<(), StoreError> {
        check_newest(saved, self.position)?;
        let mut record = Vec::new();
        journal::append_snapshot(saved, &mut record)?;
        // If the new file has its name and that is not known, nothing may go to the old one.
        drop(self.file.take().ok_or(StoreError::Unread)?);
        let newest = name(self.position);
        self.disk.put(&newest, &[&HEADER, &record])?;
        let mut file = self.disk.open(&newest)?;
        file.seek(SeekFrom::End(0))?;
        if self.past == Past::Removed {
            for begin in self.begins()? {
                if begin < self.position {
                    self.disk.remove(&name(begin))?;
                }
            }
            self.disk.sync()?;
        }
        (self.file, self.is_in_doubt) = (Some(file), false);
        Ok(())
    }

    fn snapshots(&self) -> Result<usize, StoreError> {
        Ok(self.begins()?.into_iter().filter(|begin| *begin > 0).count())
    }

    fn save_beside(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        check_name(name)?;
        if self.file.is_none() {
            return Err(StoreError::Unread);
        }
        let position = self.position.to_le_bytes();
        Ok(self.disk.put(&format!("{name}{BESIDE}"), &[&position, bytes])?)
    }

    fn beside(&self, name: &str) -> Result<Option<Beside>, StoreError> {
        check_name(name)?;
        self.read_beside(&format!("{name}{BESIDE}"))
    }
}

impl<E: Kept> Journal<E> for FileStore {
    type Error = StoreError;

    fn append(&mut self, entry: Entry<'_, E>) -> Result<(), StoreError> {
        if self.file.is_none() {
            return Err(StoreError::Unread);
        }
        self.record.clear();
        journal::append(entry, &mut self.record)?;
        if self.is_in_doubt {
            Journal::<E>::sync(self)?;
        }
        // Of what fails nothing is known, and so there is no file any more.
        let mut file = self.file.take().ok_or(StoreError::Unread)?;
        file.write_all(&self.record)?;
        (self.file, self.is_in_doubt) = (Some(file), true);
        self.position = entry.facts.last().map_or(self.position, E::position_of);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let mut file = self.file.take().ok_or(StoreError::Unread)?;
        file.sync()?;
        (self.file, self.is_in_doubt) = (Some(file), false);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
