//! The journal in files.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use strowger::fact::Seq;
use strowger::host::{Entry, Follower, Journal, Replica, Saved};
use strowger::journal::{self, HEADER, Kept, Reader, Record, Until};

use crate::behind::Behind;
use crate::error::StoreError;
use crate::folder::{put, sync};
use crate::store::{Beside, Past, Store, check_name};

/// The journal in files, one record a call, made safe by one `fdatasync`.
///
/// Each file is called after the position of the last fact before it, and all but the first begin
/// with a snapshot. A new file gets its name when it is whole. What is kept beside are files too.
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
    folder: PathBuf,
    past: Past,
    /// The newest file, once it was read.
    file: Option<File>,
    /// The position of the last fact.
    position: Seq,
    record: Vec<u8>,
}

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

impl FileStore {
    fn path(&self, position: Seq) -> PathBuf {
        self.folder.join(name(position))
    }

    /// Opens a file to add to it.
    fn add(path: &Path) -> Result<File, StoreError> {
        Ok(OpenOptions::new().append(true).open(path)?)
    }

    /// Behind which positions the files begin, the newest last.
    fn begins(&self) -> Result<Vec<Seq>, StoreError> {
        let mut begins = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "journal") {
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                begins.extend(stem.and_then(|stem| stem.parse::<Seq>().ok()));
            }
        }
        begins.sort_unstable();
        Ok(begins)
    }

    /// Reads the files; without a position to tell from, what is behind the newest snapshot.
    fn read<E: Kept>(
        &mut self,
        heard: Option<Seq>,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError> {
        let mut begins = self.begins()?;
        if begins.is_empty() {
            put(&self.folder, &name(0), &[&HEADER])?;
            begins.push(0);
        }
        let newest = begins.pop().unwrap_or_default();
        let path = self.path(newest);
        let mut behind = Behind::new(heard.unwrap_or(newest), follower);
        let mut replica = Replica::default();
        let mut told = false;
        let whole = each_record::<E>(&path, |record, _| {
            let tail = match record {
                Record::Snapshot(_) => {
                    record.feed(&mut replica, &mut ())?;
                    None
                }
                facts => Some(facts),
            };
            if !told {
                told = true;
                self.tell_past(&begins, &replica, &mut behind)?;
            }
            tail.map_or(Ok(()), |facts| facts.feed(&mut replica, &mut behind))?;
            Ok(ControlFlow::Continue(()))
        })?;
        behind.check(replica.position())?;
        let mut file = Self::add(&path)?;
        file.set_len(whole)?;
        if whole == 0 {
            file.write_all(&HEADER)?;
        }
        file.sync_all()?;
        (self.file, self.position) = (Some(file), replica.position());
        Ok(replica)
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
            each_record::<E>(&self.path(*begin), |record, _| {
                if let Record::Facts(kept) = record {
                    behind.follow(replica.decides(), &kept.facts);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(())
    }

    /// How much of a file does not lie behind a limit, and the position of the last fact of that;
    /// none if all of it lies behind.
    fn until<E: Kept>(&self, begin: Seq, until: Until) -> Result<Option<(u64, Seq)>, StoreError> {
        let (mut left, mut position) = (Some(HEADER.len() as u64), begin);
        each_record::<E>(&self.path(begin), |record, end| {
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
                    if !until.includes_state(&replica) {
                        left = None;
                        return Ok(ControlFlow::Break(()));
                    }
                }
                _ => {}
            }
            left = Some(end);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(left.map(|left| (left, position)))
    }

    /// Removes what was kept beside the journal behind a position: it would be taken for what
    /// belongs to other facts.
    fn remove_beside_after(&self, position: Seq) -> Result<(), StoreError> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "beside") {
                let bytes = fs::read(&path)?;
                let kept = bytes.first_chunk().map(|chunk| Seq::from_le_bytes(*chunk));
                if kept.is_some_and(|kept| kept > position) {
                    fs::remove_file(&path)?;
                }
            }
        }
        Ok(())
    }
}

fn name(position: Seq) -> String {
    format!("{position:020}.journal")
}

/// Reads a file piece by piece, and says how much of it is whole. Each record comes with the place
/// where it ends; a reader that has enough does not look at what is behind.
fn each_record<E: Kept>(
    path: &Path,
    mut each: impl FnMut(Record<E>, u64) -> Result<ControlFlow<()>, StoreError>,
) -> Result<u64, StoreError> {
    let unreadable = |error| StoreError::Journal { path: path.to_owned(), error };
    let (mut file, mut reader) = (File::open(path)?, Reader::<E>::default());
    let mut piece = vec![0; PIECE];
    loop {
        let length = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        reader.push(piece.get(..length).unwrap_or_default());
        while let Some(record) = reader.next_record() {
            let end = reader.whole() as u64;
            if each(record.map_err(unreadable)?, end)?.is_break() {
                return Ok(end);
            }
        }
    }
    Ok(reader.finish().map_err(unreadable)? as u64)
}

impl Store for FileStore {
    fn open(folder: impl AsRef<Path>, past: Past) -> Result<Self, StoreError> {
        let folder = folder.as_ref().to_owned();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, past, file: None, position: 0, record: Vec::new() })
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
            fs::remove_file(self.path(*begin))?;
        }
        sync(&self.folder)?;
        let file = Self::add(&self.path(newest))?;
        if left < file.metadata()?.len() {
            file.set_len(left)?;
        }
        file.sync_all()?;
        Ok(position)
    }

    fn rotate<E: Kept>(&mut self, saved: &Saved<E>) -> Result<(), StoreError> {
        let mut record = Vec::new();
        journal::append_snapshot(saved, &mut record)?;
        // If the new file has its name and that is not known, nothing may go to the old one.
        drop(self.file.take().ok_or(StoreError::Unread)?);
        put(&self.folder, &name(self.position), &[&HEADER, &record])?;
        self.file = Some(Self::add(&self.path(self.position))?);
        if self.past == Past::Removed {
            for begin in self.begins()? {
                if begin < self.position {
                    fs::remove_file(self.path(begin))?;
                }
            }
            sync(&self.folder)?;
        }
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
        Ok(put(&self.folder, &format!("{name}.beside"), &[&position, bytes])?)
    }

    fn beside(&self, name: &str) -> Result<Option<Beside>, StoreError> {
        check_name(name)?;
        let mut bytes = match fs::read(self.folder.join(format!("{name}.beside"))) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(position) = bytes.first_chunk().map(|chunk| Seq::from_le_bytes(*chunk)) else {
            return Ok(None);
        };
        bytes.drain(..position.to_le_bytes().len());
        Ok(Some(Beside { position, bytes }))
    }
}

impl<E: Kept> Journal<E> for FileStore {
    type Error = StoreError;

    fn append(&mut self, entry: Entry<'_, E>) -> Result<(), StoreError> {
        let file = self.file.as_mut().ok_or(StoreError::Unread)?;
        self.record.clear();
        journal::append(entry, &mut self.record)?;
        file.write_all(&self.record)?;
        self.position = entry.facts.last().map_or(self.position, E::position_of);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        Ok(self.file.as_ref().ok_or(StoreError::Unread)?.sync_data()?)
    }
}
