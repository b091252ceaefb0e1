//! Tables as text: aligned, and compared with the text that is kept.

use crate::golden::{path, rewriting};

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
        let cells: Vec<_> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
