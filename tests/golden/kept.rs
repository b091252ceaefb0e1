//! A text that is kept, compared with what is found.

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
