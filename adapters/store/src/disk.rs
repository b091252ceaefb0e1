//! What a store in files asks of a folder, so that a test can let each of it fail.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// A folder.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Where it is, for whoever reads of an error.
    fn path(&self) -> &Path;
    /// The names of the files in it.
    fn names(&self) -> io::Result<Vec<String>>;
    /// A file that is there, to be read and written.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// A file that is empty, whether there was one or not.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// Gives a file another name, that of another one perhaps, which is gone then.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes safe which files it has.
    fn sync(&self) -> io::Result<()>;
}

/// A file of it.
pub(crate) trait DiskFile: Read + Write + Seek + Debug + Send + Sync {
    fn set_len(&mut self, length: u64) -> io::Result<()>;
    /// Makes safe what is in it.
    fn sync(&mut self) -> io::Result<()>;
}

impl dyn Disk {
    /// Makes a whole file with this in it, or leaves what was there: its name is given last, and
    /// kept by its folder.
    pub(crate) fn put(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let mut file = self.create(UNNAMED)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.sync()?;
        self.rename(UNNAMED, name)?;
        self.sync()
    }
}

/// The name of a file until it is whole.
const UNNAMED: &str = "unnamed";

/// Takes a lock on a folder until what is returned is dropped, or the process is gone: the system
/// gives it back, however that came about.
pub(crate) fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// A folder of the operating system, which nobody else has open.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes it if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock(path)? })
    }
}

impl Disk for Folder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name()));
        // What has a name that is no text is not of the store.
        names.filter_map(|name| name.map(|name| name.into_string().ok()).transpose()).collect()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).open(self.path.join(name))?;
        Ok(Box::new(file))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(File::create(self.path.join(name))?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

impl DiskFile for File {
    fn set_len(&mut self, length: u64) -> io::Result<()> {
        Self::set_len(self, length)
    }

    fn sync(&mut self) -> io::Result<()> {
        // Its length is made safe too, if it has changed.
        self.sync_data()
    }
}
