//! Texts that are kept beside the tests and compared with what is found.

use std::path::{Path, PathBuf};

/// Where the tests keep a text.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// Whether the texts are to be written anew instead of compared: `STROWGER_REWRITE=1`.
pub(crate) fn rewriting() -> bool {
    std::env::var_os("STROWGER_REWRITE").is_some_and(|value| value == "1")
}

/// Compares what was found with the text that is kept, or keeps it.
pub(crate) fn compare(name: &str, found: &str) {
    let path = path(name);
    if rewriting() {
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == found,
        "{name} says\n{kept}\nand this was found\n{found}\n(STROWGER_REWRITE=1 keeps it)"
    );
}

/// Columns as wide as their widest cell; the first row is the head.
pub(crate) fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns)
        .map(|n| {
            let cells = rows.iter().filter_map(|row| row.get(n));
            cells.map(String::len).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
