//! A disk for tests: it has a memory in between, loses what was not made safe when the power is
//! gone, and fails whenever it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Error, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::disk::{Disk, DiskFile};

/// Many pages a record, and records that share pages.
const PAGE: usize = 32;

/// The disk. Whoever clones it has the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faulty(Arc<Mutex<Machine>>);

#[derive(Clone, Debug, Default)]
struct Machine {
    files: Vec<Contents>,
    /// Which file has which name, as processes see it and as it is on the disk.
    names: BTreeMap<String, usize>,
    safe_names: BTreeMap<String, usize>,
    /// How many things were asked of it, and which of them fails.
    asked: u64,
    fails: Option<u64>,
    failed: bool,
}

#[derive(Clone, Debug, Default)]
struct Contents {
    /// As processes see it.
    seen: Vec<u8>,
    /// As it is on the disk.
    safe: Vec<u8>,
    /// The pages that the system would write, and whether it would write the length.
    dirty: BTreeSet<usize>,
    resized: bool,
}

impl Contents {
    fn write_out(&mut self, page: usize) {
        let end = ((page + 1) * PAGE).min(self.seen.len());
        let Some(seen) = self.seen.get(page * PAGE..end) else { return };
        if self.safe.len() < end {
            self.safe.resize(end, 0);
        }
        self.safe[page * PAGE..end].copy_from_slice(seen);
    }

    fn sync(&mut self, fails: bool) {
        let (dirty, resized) = (std::mem::take(&mut self.dirty), std::mem::take(&mut self.resized));
        // Of what fails the system believes that it is written, and never tries again.
        if fails {
            return;
        }
        dirty.into_iter().for_each(|page| self.write_out(page));
        if resized {
            self.safe.resize(self.seen.len(), 0);
        }
    }
}

impl Faulty {
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap()
    }

    /// Whatever is asked at this place fails, and nothing else.
    pub(crate) fn fail_at(&self, place: Option<u64>) {
        let mut machine = self.machine();
        (machine.asked, machine.fails, machine.failed) = (0, place, false);
    }

    /// True if something failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.machine().failed
    }

    /// The power is gone and comes back. Of what was not safe some is there, as chance has it.
    pub(crate) fn lose_power(&self, mut chance: u64) {
        let mut draw = || {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            chance >> 33 & 1 == 1
        };
        let mut machine = self.machine();
        let all = draw() && draw();
        for file in &mut machine.files {
            for page in std::mem::take(&mut file.dirty) {
                if all || draw() {
                    file.write_out(page);
                }
            }
            if std::mem::take(&mut file.resized) && (all || draw()) {
                file.safe.resize(file.seen.len(), 0);
            }
            file.seen = file.safe.clone();
        }
        if draw() {
            machine.safe_names = machine.names.clone();
        }
        machine.names = machine.safe_names.clone();
    }

    /// Another disk with the same on it.
    pub(crate) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.machine().clone())))
    }

    /// A file by its name, to be read and written.
    pub(crate) fn file(&self, name: &str) -> io::Result<FaultyFile> {
        let file = self.machine().names.get(name).copied().ok_or(ErrorKind::NotFound)?;
        Ok(FaultyFile { disk: self.clone(), file, at: 0 })
    }
}

impl Machine {
    /// Notes that something is asked, and says whether it fails.
    fn ask(&mut self) -> bool {
        let fails = self.fails == Some(self.asked);
        self.asked += 1;
        self.failed |= fails;
        fails
    }

    fn ask_or_fail(&mut self) -> io::Result<()> {
        if self.ask() { Err(Error::other("told to fail")) } else { Ok(()) }
    }
}

impl Disk for Faulty {
    fn path(&self) -> &Path {
        Path::new("faulty")
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut machine = self.machine();
        machine.ask_or_fail()?;
        Ok(machine.names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.machine().ask_or_fail()?;
        Ok(Box::new(self.file(name)?))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut machine = self.machine();
        machine.ask_or_fail()?;
        let file = match machine.names.get(name).copied() {
            Some(file) => file,
            None => {
                machine.files.push(Contents::default());
                let file = machine.files.len() - 1;
                machine.names.insert(name.to_owned(), file);
                file
            }
        };
        machine.files[file].seen.clear();
        machine.files[file].resized = true;
        drop(machine);
        Ok(Box::new(FaultyFile { disk: self.clone(), file, at: 0 }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut machine = self.machine();
        machine.ask_or_fail()?;
        let file = machine.names.remove(from).ok_or(ErrorKind::NotFound)?;
        machine.names.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut machine = self.machine();
        machine.ask_or_fail()?;
        machine.names.remove(name).map(drop).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn sync(&self) -> io::Result<()> {
        let mut machine = self.machine();
        machine.ask_or_fail()?;
        machine.safe_names = machine.names.clone();
        Ok(())
    }
}

/// An open file of it.
#[derive(Debug)]
pub(crate) struct FaultyFile {
    disk: Faulty,
    file: usize,
    at: usize,
}

impl FaultyFile {
    fn with<T>(&self, change: impl FnOnce(&mut Contents) -> T) -> T {
        change(&mut self.disk.machine().files[self.file])
    }

    fn put(&self, at: usize, bytes: &[u8]) {
        self.with(|contents| {
            let end = at + bytes.len();
            if contents.seen.len() < end {
                contents.seen.resize(end, 0);
                contents.resized = true;
            }
            contents.seen[at..end].copy_from_slice(bytes);
            contents.dirty.extend(at / PAGE..end.div_ceil(PAGE));
        });
    }
}

impl Read for FaultyFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.disk.machine().ask_or_fail()?;
        let length = self.with(|contents| {
            let rest = contents.seen.get(self.at..).unwrap_or_default();
            let length = rest.len().min(into.len());
            into[..length].copy_from_slice(&rest[..length]);
            length
        });
        self.at += length;
        Ok(length)
    }
}

impl Write for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fails = self.disk.machine().ask();
        // What fails has written half.
        let bytes = if fails { &bytes[..bytes.len() / 2] } else { bytes };
        self.put(self.at, bytes);
        self.at += bytes.len();
        if fails { Err(Error::other("told to fail")) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FaultyFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at as usize,
            SeekFrom::End(0) => self.with(|contents| contents.seen.len()),
            _ => unimplemented!("nobody does that"),
        };
        Ok(self.at as u64)
    }
}

impl DiskFile for FaultyFile {
    fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.disk.machine().ask_or_fail()?;
        self.with(|contents| {
            if contents.seen.len() as u64 != length {
                contents.seen.resize(length as usize, 0);
                contents.resized = true;
            }
        });
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let fails = self.disk.machine().ask();
        self.with(|contents| contents.sync(fails));
        if fails { Err(Error::other("told to fail")) } else { Ok(()) }
    }
}

/// The same for a database, which says where it reads and writes.
#[cfg(feature = "redb")]
impl redb::StorageBackend for FaultyFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|contents| contents.seen.len()) as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.machine().ask_or_fail()?;
        let at = offset as usize;
        self.with(|contents| {
            let read = contents.seen.get(at..at + out.len()).ok_or(ErrorKind::UnexpectedEof)?;
            out.copy_from_slice(read);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut file = Self { disk: self.disk.clone(), ..*self };
        DiskFile::set_len(&mut file, len)
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut file = Self { disk: self.disk.clone(), ..*self };
        DiskFile::sync(&mut file)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut file = Self { disk: self.disk.clone(), at: offset as usize, ..*self };
        Write::write_all(&mut file, data)
    }
}
