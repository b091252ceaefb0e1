//! Texts that are kept beside the tests and compared with what is found.

use std::path::{Path, PathBuf};

/// Where the tests keep a text.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Whether the texts are to be written anew instead of compared: `STROWGER_REWRITE=1`.
pub(crate) fn rewriting() -> bool {
    std::env::var_os("STROWGER_REWRITE").is_some_and(|value| value == "1")
}
