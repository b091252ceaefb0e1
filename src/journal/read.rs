//! Reading a journal from its beginning, up to a torn tail.

use crate::engine::core::{Engine, ReplayError, RestoreError};
use crate::fact::log::Fact;
use crate::host::replica::{FollowError, Replica};
use crate::journal::record::{Found, HEADER, Opening, Record, RecordError, VERSION, read};

/// What a journal says.
///
/// ```
/// use strowger::journal;
///
/// // Nothing was ever written to it, not even all of its header.
/// let recovery = journal::recover(&journal::HEADER[..7]).unwrap();
/// assert_eq!((recovery.replica.seq(), recovery.whole, recovery.cut), (0, 0, 7));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recovery {
    /// The world as of its last whole record, to be promoted; before the first fact if it has none.
    pub replica: Replica,
    /// How many bytes of it are whole. The host cuts it there before it adds to it; if that is 0,
    /// it begins anew with the header.
    pub whole: usize,
    /// How many bytes behind them belong to a record that was not written to its end.
    pub cut: usize,
}

/// A journal that cannot be read. `at` is the place of the record, in bytes from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It does not begin like a journal.
    #[error("this is not a journal")]
    Foreign,
    /// It was written by a version of the future.
    #[error("version {found} of the format is not known")]
    Version {
        /// Its version.
        found: u32,
    },
    /// It is damaged, and not at its end.
    #[error("damaged at byte {at}")]
    Damaged {
        /// Where.
        at: usize,
    },
    /// A record is whole, and yet nothing this version knows.
    #[error("byte {at}: {error}")]
    Unreadable {
        /// Where.
        at: usize,
        /// What is wrong with it.
        error: RecordError,
    },
    /// A fact is missing or does not fit.
    #[error("byte {at}: {error}")]
    Misfit {
        /// Where.
        at: usize,
        /// Which, and why.
        error: FollowError,
    },
    /// A snapshot cannot be taken up.
    #[error("byte {at}: {error}")]
    Snapshot {
        /// Where.
        at: usize,
        /// Why.
        error: RestoreError,
    },
    /// A fact of records is missing or does not fit, or their snapshot cannot be taken up.
    #[error("byte {at}: {error}")]
    Records {
        /// Where.
        at: usize,
        /// Which, and why.
        error: ReplayError,
    },
    /// It is not, or not only, the journal of a desk.
    #[error("byte {at}: not of a desk")]
    NoDesk {
        /// Where.
        at: usize,
    },
    /// A snapshot is not the first record.
    #[error("byte {at}: a snapshot behind facts")]
    Misplaced {
        /// Where.
        at: usize,
    },
}

/// Reads a whole journal, up to a torn tail.
///
/// # Errors
/// [`JournalError`] says what is wrong with it, and where.
pub fn recover(bytes: &[u8]) -> Result<Recovery, JournalError> {
    let mut records = Records::of(bytes)?;
    let mut replica = Replica::default();
    let mut at = records.whole();
    while let Some(record) = records.next() {
        let mut follow = |facts: &mut dyn Iterator<Item = Fact>| {
            for fact in facts {
                let followed = replica.follow(&fact);
                followed.map_err(|error| JournalError::Misfit { at, error })?;
            }
            Ok(())
        };
        let snapshot = match record? {
            Record::Facts(facts) => {
                follow(&mut facts.into_iter())?;
                None
            }
            Record::Desk(log) => {
                follow(&mut log.work.into_iter())?;
                None
            }
            Record::Snapshot(snapshot) => Some(*snapshot),
            Record::DeskSnapshot(snapshot) => Some(snapshot.engine()),
        };
        match snapshot {
            Some(snapshot) if replica.seq() == 0 => {
                let engine = Engine::restore(snapshot);
                replica = engine.map_err(|error| JournalError::Snapshot { at, error })?.into();
            }
            Some(_) => return Err(JournalError::Misplaced { at }),
            None => {}
        }
        at = records.whole();
    }
    let whole = records.whole();
    Ok(Recovery { replica, whole, cut: bytes.len().saturating_sub(whole) })
}

/// The records of a journal, one by one, up to a torn tail.
///
/// ```
/// use strowger::journal::{HEADER, JournalError, Records};
///
/// assert_eq!(Records::of(&HEADER).unwrap().count(), 0);
/// assert!(matches!(Records::of(b"a letter to somebody"), Err(JournalError::Foreign)));
/// ```
#[derive(Clone, Debug)]
pub struct Records<'a> {
    bytes: &'a [u8],
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Records<'a> {
    /// Those of a journal.
    ///
    /// # Errors
    /// [`JournalError`] if its header is not that of a journal this version can read.
    pub fn of(bytes: &'a [u8]) -> Result<Self, JournalError> {
        let Some((header, rest)) = bytes.split_first_chunk() else {
            let begun = HEADER.starts_with(bytes);
            let torn = Self { bytes, rest: &[], whole: 0 };
            return if begun { Ok(torn) } else { Err(JournalError::Foreign) };
        };
        match Opening::of(header) {
            Opening::Version(VERSION) => Ok(Self { bytes, rest, whole: HEADER.len() }),
            Opening::Version(found) => Err(JournalError::Version { found }),
            Opening::Damaged => Err(JournalError::Damaged { at: 0 }),
            Opening::Foreign => Err(JournalError::Foreign),
        }
    }

    /// How many bytes are read and whole, the header included.
    #[must_use]
    pub const fn whole(&self) -> usize {
        self.whole
    }

    /// Whether what is left can be a write that did not come to its end.
    fn is_torn(&self, found: &Found<'_>) -> bool {
        match found {
            Found::Whole { .. } => false,
            Found::Short => true,
            Found::Damaged { rest } => rest.iter().all(|byte| *byte == 0),
            Found::Nothing => !followed_by_a_record(self.rest),
        }
    }

    fn fail(&mut self, error: JournalError) -> Option<Result<Record, JournalError>> {
        self.rest = &[];
        Some(Err(error))
    }
}

/// Whether a whole record begins anywhere behind the first byte.
fn followed_by_a_record(bytes: &[u8]) -> bool {
    let mut behind = bytes;
    while let Some((_, rest)) = behind.split_first() {
        if matches!(Found::at(rest), Found::Whole { .. }) {
            return true;
        }
        behind = rest;
    }
    false
}

impl Iterator for Records<'_> {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let at = self.whole;
        let found = Found::at(self.rest);
        let Found::Whole { kind, body, rest } = found else {
            if self.is_torn(&found) {
                self.rest = &[];
                return None;
            }
            return self.fail(JournalError::Damaged { at });
        };
        match read(kind, body) {
            Ok(record) => {
                self.rest = rest;
                self.whole = self.bytes.len().saturating_sub(rest.len());
                Some(Ok(record))
            }
            Err(error) => self.fail(JournalError::Unreadable { at, error }),
        }
    }
}
