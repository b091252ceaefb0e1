//! Two places to keep facts: files of records, and an embedded store.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};
use strowger::Snapshot;
use strowger::host::{Journal, Replica};
use strowger::journal::{self, HEADER, Record, RecordError};
use strowger::prelude::*;

pub type Failure = Box<dyn Error>;

/// A journal that can be opened again, and begun anew with a snapshot.
pub trait Store: Journal<Error = Failure> + Sized {
    /// Opens the store in a folder, and follows what the newest snapshot does not say. `each` sees
    /// every fact there ever was.
    fn open(folder: &Path, each: &mut dyn FnMut(&Fact)) -> Result<(Self, Replica), Failure>;

    /// Begins anew: from now on, recovery reads this snapshot and what comes behind it. All facts
    /// before it must be safe.
    fn rotate(&mut self, snapshot: &Snapshot, seq: u64) -> Result<(), Failure>;

    /// How often it was begun anew.
    fn rotations(&self) -> Result<u64, Failure>;
}

/// Files to which records are added, each called after the number of the last fact before it.
/// What is before the newest is read no more; here it is kept, so that every fact can be counted.
pub struct Plain {
    folder: PathBuf,
    file: File,
    record: Vec<u8>,
}

impl Plain {
    fn path(folder: &Path, seq: u64) -> PathBuf {
        folder.join(format!("{seq:020}.journal"))
    }

    /// Opens a file to add to it.
    fn add(path: &Path) -> Result<File, Failure> {
        Ok(OpenOptions::new().create(true).append(true).open(path)?)
    }

    /// Makes a whole file with this in it, or none: its name is given last, and kept by its folder.
    fn make(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let unnamed = folder.join("new");
        let mut file = File::create(&unnamed)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(unnamed, path)?;
        Ok(File::open(folder)?.sync_all()?)
    }

    /// The files there are, the newest last.
    fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            paths.push(entry?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|end| end == "journal"));
        paths.sort();
        Ok(paths)
    }
}

impl Store for Plain {
    fn open(folder: &Path, each: &mut dyn FnMut(&Fact)) -> Result<(Self, Replica), Failure> {
        if Self::files(folder)?.is_empty() {
            Self::make(folder, &Self::path(folder, 0), &HEADER)?;
        }
        let files = Self::files(folder)?;
        for path in &files {
            for record in journal::Records::of(&fs::read(path)?)? {
                if let Record::Facts(facts) = record? {
                    facts.iter().for_each(&mut *each);
                }
            }
        }
        let newest = files.last().ok_or("there is no file")?;
        let recovery = journal::recover(&fs::read(newest)?)?;
        let file = Self::add(newest)?;
        file.set_len(recovery.whole as u64)?;
        file.sync_all()?;
        let folder = folder.to_owned();
        Ok((Self { folder, file, record: Vec::new() }, recovery.replica))
    }

    fn rotate(&mut self, snapshot: &Snapshot, seq: u64) -> Result<(), Failure> {
        let mut bytes = HEADER.to_vec();
        journal::append_snapshot(snapshot, &mut bytes)?;
        let path = Self::path(&self.folder, seq);
        Self::make(&self.folder, &path, &bytes)?;
        self.file = Self::add(&path)?;
        Ok(())
    }

    fn rotations(&self) -> Result<u64, Failure> {
        Ok(Self::files(&self.folder)?.len() as u64 - 1)
    }
}

impl Journal for Plain {
    type Error = Failure;

    fn append(&mut self, facts: &[Fact]) -> Result<(), Failure> {
        self.record.clear();
        journal::append_facts(facts, &mut self.record)?;
        Ok(self.file.write_all(&self.record)?)
    }

    fn sync(&mut self) -> Result<(), Failure> {
        Ok(self.file.sync_data()?)
    }
}

/// The records of facts, by the number of their first fact.
const FACTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("facts");

/// The records of snapshots, by the number of the last fact before them.
const SNAPSHOTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("snapshots");

/// An embedded store. A commit keeps all of a call or nothing, so there is no torn tail.
pub struct Redb {
    database: Database,
    /// What is added and not safe yet, with the number of its first fact.
    added: Vec<(u64, Vec<u8>)>,
}

impl Store for Redb {
    fn open(folder: &Path, each: &mut dyn FnMut(&Fact)) -> Result<(Self, Replica), Failure> {
        let database = Database::create(folder.join("facts.redb"))?;
        let write = database.begin_write()?;
        write.open_table(FACTS)?;
        write.open_table(SNAPSHOTS)?;
        write.commit()?;
        let read = database.begin_read()?;
        let mut replica = Replica::default();
        if let Some((_, newest)) = read.open_table(SNAPSHOTS)?.last()? {
            let Record::Snapshot(snapshot) = journal::decode(newest.value())? else {
                return Err(RecordError::Damaged.into());
            };
            replica = Replica::from(Engine::restore(*snapshot)?);
        }
        for entry in read.open_table(FACTS)?.iter()? {
            let Record::Facts(facts) = journal::decode(entry?.1.value())? else {
                return Err(RecordError::Damaged.into());
            };
            for fact in &facts {
                if fact.seq > replica.seq() {
                    replica.follow(fact)?;
                }
                each(fact);
            }
        }
        Ok((Self { database, added: Vec::new() }, replica))
    }

    fn rotate(&mut self, snapshot: &Snapshot, seq: u64) -> Result<(), Failure> {
        let mut record = Vec::new();
        journal::append_snapshot(snapshot, &mut record)?;
        let write = self.database.begin_write()?;
        write.open_table(SNAPSHOTS)?.insert(seq, record.as_slice())?;
        Ok(write.commit()?)
    }

    fn rotations(&self) -> Result<u64, Failure> {
        Ok(self.database.begin_read()?.open_table(SNAPSHOTS)?.len()?)
    }
}

impl Journal for Redb {
    type Error = Failure;

    fn append(&mut self, facts: &[Fact]) -> Result<(), Failure> {
        let mut record = Vec::new();
        journal::append_facts(facts, &mut record)?;
        self.added.extend(facts.first().map(|first| (first.seq, record)));
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Failure> {
        let write = self.database.begin_write()?;
        {
            let mut records = write.open_table(FACTS)?;
            for (first, record) in self.added.drain(..) {
                records.insert(first, record.as_slice())?;
            }
        }
        Ok(write.commit()?)
    }
}
