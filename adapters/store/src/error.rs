//! Why a store does not do what it was asked for.

use std::io;
use std::path::PathBuf;

use strowger::RestoreError;
use strowger::fact::Seq;
use strowger::journal::{FeedError, JournalError, RecordError};

/// Why a store does not do what it was asked for.
///
/// ```
/// use strowger_store::StoreError;
///
/// let error = StoreError::Forgotten { heard: 40, oldest: 90 };
/// assert_eq!(error.to_string(), "the facts behind 40 are gone: those behind 90 are the oldest");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk or the operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database refused.
    #[cfg(feature = "redb")]
    #[error(transparent)]
    Database(Box<redb::Error>),
    /// A file of the journal cannot be read.
    #[error("{}: {error}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: JournalError,
    },
    /// A record cannot be written or read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A record does not follow what is before it.
    #[error(transparent)]
    Misfit(#[from] FeedError),
    /// The store does not hold all the facts that a follower has not heard: they were before a
    /// snapshot, and removed.
    #[error("the facts behind {heard} are gone: those behind {oldest} are the oldest")]
    Forgotten {
        /// The position of the last fact the follower heard.
        heard: Seq,
        /// Behind which position the store holds every fact.
        oldest: Seq,
    },
    /// The follower claims to have heard facts that the journal does not hold.
    #[error("fact {heard} was heard, but the journal ends with {last}")]
    Ahead {
        /// The position of the last fact the follower heard.
        heard: Seq,
        /// The position of the last fact.
        last: Seq,
    },
    /// All that the store holds lies behind the limit at which the journal was to be cut: it begins
    /// with a snapshot, and what was before that is gone.
    #[error("all that is kept lies behind the limit")]
    Beyond,
    /// The journal is to be recovered before anything is added to it: it was only opened, or
    /// something failed that leaves its end in doubt.
    #[error("the journal was not recovered yet, or not since something failed")]
    Unread,
    /// Another process has the store open, or another part of this one.
    #[error("{} is locked: somebody else has the store open", path.display())]
    Locked {
        /// The file with the lock.
        path: PathBuf,
    },
    /// Every fact fits, and yet the rows contradict each other in the end.
    #[error("the journal leads to what cannot be: {error}")]
    Unsound {
        /// The first invariant that does not hold.
        error: RestoreError,
    },
    /// A snapshot stands where one of another position should: it belongs to something else.
    #[error("{}: a snapshot of position {found} is not the one that belongs here", path.display())]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// The position of the snapshot.
        found: Seq,
    },
    /// The rows that the journal should begin anew with are not those of its last fact: whatever
    /// lies between would be lost.
    #[error("the rows are those of fact {saved}, and the last one is {last}")]
    Stale {
        /// The position of the rows.
        saved: Seq,
        /// The position of the last fact.
        last: Seq,
    },
    /// A name for something that is kept beside has other characters than letters, digits, `-` and
    /// `_`, or none.
    #[error("`{name}` is no name for something that is kept beside")]
    Name {
        /// The name.
        name: String,
    },
}

/// What redb refuses, each with a type of its own.
#[cfg(feature = "redb")]
macro_rules! from_redb {
    ($($error:ident)*) => {$(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        }
    )*};
}

#[cfg(feature = "redb")]
from_redb!(DatabaseError TransactionError TableError StorageError CommitError);
