//! Facts in a file, one record for all calls that are kept together.

use std::io::Write;
use std::path::Path;

use strowger::host::Journal;
use strowger::journal;
use strowger::prelude::*;

use crate::centre::Failure;

pub struct File {
    file: std::fs::File,
    record: Vec<u8>,
    /// How many facts there are, and how often they were made safe.
    pub facts: usize,
    pub syncs: usize,
}

impl File {
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let mut file = std::fs::File::create(path)?;
        file.write_all(&journal::HEADER)?;
        Ok(Self { file, record: Vec::new(), facts: 0, syncs: 0 })
    }
}

impl Journal for File {
    type Error = Failure;

    fn append(&mut self, facts: &[Fact]) -> Result<(), Failure> {
        self.facts += facts.len();
        self.record.clear();
        journal::append_facts(facts, &mut self.record)?;
        Ok(self.file.write_all(&self.record)?)
    }

    fn sync(&mut self) -> Result<(), Failure> {
        self.syncs += 1;
        Ok(self.file.sync_data()?)
    }
}
