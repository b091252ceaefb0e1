//! Two places to keep facts: a file of records, and an embedded store.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use strowger::journal::{self, Record, RecordError};
use strowger::{Fact, Journal, Replica};

pub type Failure = Box<dyn Error>;

/// A journal that can be opened again.
pub trait Store: Journal<Error = Failure> + Sized {
    /// Opens the store in a folder, and follows all that is in it. `each` sees every fact.
    fn open(folder: &Path, each: &mut dyn FnMut(&Fact)) -> Result<(Self, Replica), Failure>;
}

/// A file to which records are added.
pub struct Plain {
    file: File,
    record: Vec<u8>,
}

impl Store for Plain {
    fn open(folder: &Path, each: &mut dyn FnMut(&Fact)) -> Result<(Self, Replica), Failure> {
        let path: PathBuf = folder.join("facts.journal");
        let mut options = OpenOptions::new();
        let mut file = options.create(true).read(true).append(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let recovery = journal::recover(&bytes)?;
        for record in journal::Records::of(&bytes)? {
            if let Record::Facts(facts) = record? {
                facts.iter().for_each(&mut *each);
            }
        }
        file.set_len(recovery.whole as u64)?;
        if recovery.whole == 0 {
            file.write_all(&journal::HEADER)?;
        }
        file.sync_all()?;
        // The name of a new file is kept by its folder.
        File::open(folder)?.sync_all()?;
        Ok((Self { file, record: Vec::new() }, recovery.replica))
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

/// The records, by the number of their first fact.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");

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
        write.open_table(RECORDS)?;
        write.commit()?;
        let mut replica = Replica::default();
        for entry in database.begin_read()?.open_table(RECORDS)?.iter()? {
            let Record::Facts(facts) = journal::decode(entry?.1.value())? else {
                return Err(RecordError::Damaged.into());
            };
            for fact in &facts {
                replica.follow(fact)?;
                each(fact);
            }
        }
        Ok((Self { database, added: Vec::new() }, replica))
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
            let mut records = write.open_table(RECORDS)?;
            for (first, record) in self.added.drain(..) {
                records.insert(first, record.as_slice())?;
            }
        }
        Ok(write.commit()?)
    }
}
