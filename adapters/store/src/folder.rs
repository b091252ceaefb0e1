//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Makes a whole file with this in it, or leaves what was there: its name is given last, and kept
/// by its folder.
pub(crate) fn put(folder: &Path, name: &str, parts: &[&[u8]]) -> io::Result<()> {
    let unnamed = folder.join("unnamed");
    let mut file = File::create(&unnamed)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()?;
    fs::rename(unnamed, folder.join(name))?;
    sync(folder)
}

/// Makes safe which files a folder has.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
