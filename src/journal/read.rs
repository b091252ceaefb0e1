//! Reading a journal, up to a torn tail: all of it at once, or as its bytes come.

use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem;

use crate::host::{FollowError, Follower, Replica};
use crate::journal::record::{
    BEGINNING, FeedError, HEADER, HeaderRead, Kept, Record, RecordError, RecordFound, VERSION,
    begins_anywhere, read,
};
use crate::journal::until::Until;
use crate::layer::error::RestoreError;

/// The contents of a journal.
///
/// ```
/// use strowger::journal::{HEADER, recover};
/// use strowger::prelude::*;
///
/// // Nothing was ever written to it, not even all of its header.
/// let recovery = recover::<Engine>(&HEADER[..7]).unwrap();
/// assert_eq!((recovery.replica.position(), recovery.whole, recovery.cut), (0, 0, 7));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Recovery<E: Kept> {
    /// The state as of the last whole record, to be promoted; before the first fact if there is
    /// none.
    pub replica: Replica<E>,
    /// How many bytes of the journal are whole. The host cuts it there before it adds to it; if
    /// that is 0, not even the header was written to its end, and it begins anew with that.
    pub whole: usize,
    /// How many bytes behind them belong to a record that was not written to its end, or lie
    /// behind the [limit](Until) up to which the journal was read.
    pub cut: usize,
}

/// A journal that cannot be read. `at` is the place of the record, in bytes from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The bytes do not begin like a journal.
    #[error("this is not a journal")]
    Foreign,
    /// The journal was written by a version of the future.
    #[error("version {found} of the format is not known")]
    Version {
        /// Its version.
        found: u32,
    },
    /// The journal is damaged, and not at its end.
    #[error("damaged at byte {at}")]
    Damaged {
        /// Where.
        at: usize,
    },
    /// A record is whole, and yet nothing this version knows or this journal keeps.
    #[error("byte {at}: {error}")]
    Unreadable {
        /// Where.
        at: usize,
        /// The error in the record.
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
    /// Every fact fits, and yet the rows contradict each other in the end.
    #[error("byte {at}: {error}")]
    Unsound {
        /// Where the journal ends, or the part of it that was read.
        at: usize,
        /// The first invariant that does not hold.
        error: RestoreError,
    },
    /// A snapshot is not the first record.
    #[error("byte {at}: a snapshot behind facts")]
    Misplaced {
        /// Where.
        at: usize,
    },
    /// The journal begins with a snapshot of a state behind the [limit](Until) up to which it was
    /// to be read. What was before it stands in an older journal, if one was kept.
    #[error("byte {at}: the snapshot is behind the limit")]
    Beyond {
        /// Where.
        at: usize,
    },
}

/// Reads a whole journal, up to a torn tail.
///
/// # Errors
/// [`JournalError`] says what is wrong with the journal, and where.
pub fn recover<E: Kept>(bytes: &[u8]) -> Result<Recovery<E>, JournalError> {
    recover_with(bytes, &mut ())
}

/// Reads a whole journal, up to a torn tail, and lets somebody hear of every fact in it: figures,
/// screens, or whatever else is folded from facts.
///
/// # Errors
/// [`JournalError`] says what is wrong with the journal, and where.
pub fn recover_with<E: Kept>(
    bytes: &[u8],
    follower: &mut impl Follower<E>,
) -> Result<Recovery<E>, JournalError> {
    recover_to(bytes, None, follower)
}

/// Reads a journal up to a fact or an instant, lets somebody hear of every fact until there, and
/// leaves out what is behind. That may be damaged.
///
/// The host keeps a copy of the journal, cuts it at [`Recovery::whole`], promotes the replica and
/// goes on. Whoever followed the facts that are left out (figures, a standby, a data store) goes
/// back too: the numbers of these facts are given again, to others.
///
/// # Errors
/// [`JournalError::Beyond`] if the journal begins behind the limit; otherwise [`JournalError`] says
/// what is wrong with the journal up to there, and where.
pub fn recover_until<E: Kept>(
    bytes: &[u8],
    until: Until,
    follower: &mut impl Follower<E>,
) -> Result<Recovery<E>, JournalError> {
    recover_to(bytes, Some(until), follower)
}

/// Reads a journal up to a limit, or to its end.
fn recover_to<E: Kept>(
    bytes: &[u8],
    until: Option<Until>,
    follower: &mut impl Follower<E>,
) -> Result<Recovery<E>, JournalError> {
    let mut records = JournalRecords::<E>::of(bytes)?;
    let mut replica = Replica::default();
    let mut whole = records.whole();
    while let Some(record) = records.next() {
        let record = record?;
        let beyond =
            |until: Until| matches!(&record, Record::Facts(facts) if !until.includes(facts));
        if until.is_some_and(beyond) {
            break;
        }
        record.feed(&mut replica, follower).map_err(|error| JournalError::of(whole, error))?;
        if until.is_some_and(|until| !until.includes_state(&replica)) {
            return Err(JournalError::Beyond { at: whole });
        }
        whole = records.whole();
    }
    replica.check().map_err(|error| JournalError::Unsound { at: whole, error })?;
    Ok(Recovery { replica, whole, cut: bytes.len().saturating_sub(whole) })
}

impl JournalError {
    fn of(at: usize, error: FeedError) -> Self {
        match error {
            FeedError::Misfit(error) => Self::Misfit { at, error },
            FeedError::Snapshot(error) => Self::Snapshot { at, error },
            FeedError::Misplaced => Self::Misplaced { at },
        }
    }
}

/// The records of a journal, one by one, up to a torn tail.
///
/// ```
/// use strowger::journal::{HEADER, JournalError, JournalRecords};
/// use strowger::prelude::*;
///
/// assert_eq!(JournalRecords::<Engine>::of(&HEADER).unwrap().count(), 0);
/// let foreign = JournalRecords::<Engine>::of(b"a letter to somebody");
/// assert!(matches!(foreign, Err(JournalError::Foreign)));
/// ```
#[derive(Clone, Debug)]
pub struct JournalRecords<'a, E> {
    bytes: &'a [u8],
    rest: &'a [u8],
    whole: usize,
    kept: PhantomData<E>,
}

impl<'a, E: Kept> JournalRecords<'a, E> {
    /// Those of a journal.
    ///
    /// # Errors
    /// [`JournalError`] if the header is not that of a journal this version can read.
    pub fn of(bytes: &'a [u8]) -> Result<Self, JournalError> {
        let whole = check_header(bytes)?;
        if whole == 0 && begins_anywhere(bytes) {
            return Err(JournalError::Damaged { at: 0 });
        }
        let rest = bytes.get(whole..).filter(|_| whole > 0).unwrap_or_default();
        Ok(Self { bytes, rest, whole, kept: PhantomData })
    }

    /// How many bytes are read and whole, the header included.
    #[must_use]
    pub const fn whole(&self) -> usize {
        self.whole
    }
}

impl<E: Kept> Iterator for JournalRecords<'_, E> {
    type Item = Result<Record<E>, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.whole;
        let RecordFound::Whole { kind, body, rest } = RecordFound::at(self.rest) else {
            let tail = mem::take(&mut self.rest);
            return check_tail(tail, at).err().map(Err);
        };
        self.rest = rest;
        match read(kind, body) {
            Ok(record) => {
                self.whole = self.bytes.len().saturating_sub(rest.len());
                Some(Ok(record))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(JournalError::Unreadable { at, error }))
            }
        }
    }
}

/// Reads a journal as its bytes come, for one that is longer than what fits into memory: put in
/// what was read, take out the records that are whole, and say when there is no more.
///
/// ```
/// use strowger::host::{Entry, Replica};
/// use strowger::journal::{self, Reader};
/// use strowger::prelude::*;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// let mut file = journal::HEADER.to_vec();
/// journal::append::<Engine>(Entry::of(log.as_slice()), &mut file).unwrap();
///
/// let (mut reader, mut replica) = (Reader::<Engine>::default(), Replica::default());
/// for chunk in file.chunks(10) {
///     reader.push(chunk);
///     while let Some(record) = reader.next_record() {
///         record.unwrap().feed(&mut replica, &mut ()).unwrap();
///     }
/// }
/// assert_eq!(reader.finish().unwrap(), file.len());
/// assert_eq!(replica.digest(), engine.digest());
/// ```
#[derive(Clone, Debug)]
pub struct Reader<E> {
    /// The bytes that were put in and not taken out, behind `start`.
    bytes: Vec<u8>,
    start: usize,
    whole: usize,
    tail: Option<Tail>,
    kept: PhantomData<E>,
}

/// What is behind the last whole record, once that is no record whatever comes. What was looked at
/// is not kept, so a tail of any length takes no memory.
#[derive(Clone, Copy, Debug)]
enum Tail {
    /// It begins without a sound head; it is torn unless a later record begins in it.
    Headless { is_torn: bool },
    /// It begins with a record whose body does not fit its head; it is torn unless anything but
    /// zeros follows.
    Broken { is_torn: bool },
}

impl<E: Kept> Default for Reader<E> {
    fn default() -> Self {
        Self { bytes: Vec::new(), start: 0, whole: 0, tail: None, kept: PhantomData }
    }
}

impl<E: Kept> Reader<E> {
    /// Puts in the bytes that come next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start.min(self.bytes.len()));
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes out the next record that is whole; `None`: more bytes are needed, if there are any.
    pub fn next_record(&mut self) -> Option<Result<Record<E>, JournalError>> {
        if self.tail.is_some() {
            self.pass_tail();
            return None;
        }
        if self.whole == 0 {
            if self.rest().len() < HEADER.len() {
                return None;
            }
            match check_header(self.rest()) {
                Ok(0) => {
                    self.end_if_headless();
                    return None;
                }
                Ok(header) => (self.start, self.whole) = (header, header),
                Err(error) => return Some(Err(error)),
            }
        }
        let at = self.whole;
        let (kind, body, rest) = match RecordFound::at(self.rest()) {
            RecordFound::Whole { kind, body, rest } => (kind, body, rest),
            RecordFound::Short => return None,
            RecordFound::Nothing => {
                self.end_if_headless();
                return None;
            }
            RecordFound::Damaged { rest } => {
                self.start = self.bytes.len().saturating_sub(rest.len());
                self.tail = Some(Tail::Broken { is_torn: true });
                self.pass_tail();
                return None;
            }
        };
        let (record, left) = (read(kind, body), rest.len());
        let taken = self.rest().len().saturating_sub(left);
        self.start = self.start.saturating_add(taken);
        Some(match record {
            Ok(record) => {
                self.whole = self.whole.saturating_add(taken);
                Ok(record)
            }
            Err(error) => Err(JournalError::Unreadable { at, error }),
        })
    }

    /// How many bytes were taken out and are whole, the header included.
    #[must_use]
    pub const fn whole(&self) -> usize {
        self.whole
    }

    /// There are no more bytes: answers how many of them are whole. Those behind belong to a record
    /// that was not written to its end.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] if what is left is no torn tail, [`JournalError::Foreign`] if that
    /// is less than a header, and not of a journal.
    pub fn finish(mut self) -> Result<usize, JournalError> {
        self.pass_tail();
        let is_torn = match self.tail {
            Some(Tail::Headless { is_torn } | Tail::Broken { is_torn }) => is_torn,
            None if self.whole == 0 => return check_header(self.rest()).map(|_| 0),
            None => is_torn(self.rest()),
        };
        if is_torn { Ok(self.whole) } else { Err(JournalError::Damaged { at: self.whole }) }
    }

    /// Nothing but a tail can come if there is no sound head, and not for want of bytes.
    fn end_if_headless(&mut self) {
        if self.rest().len() >= HEADER.len() {
            self.tail = Some(Tail::Headless { is_torn: true });
            self.pass_tail();
        }
    }

    /// Looks at what came of a tail, and keeps no more of it than what may be the first bytes of a
    /// beginning.
    fn pass_tail(&mut self) {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        match &mut self.tail {
            None => {}
            Some(Tail::Headless { is_torn }) => {
                *is_torn = *is_torn && !begins_anywhere(rest);
                let kept = rest.len().min(BEGINNING);
                self.start = self.bytes.len().saturating_sub(kept);
            }
            Some(Tail::Broken { is_torn }) => {
                *is_torn = *is_torn && rest.iter().all(|byte| *byte == 0);
                self.start = self.bytes.len();
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// How long the header is; 0 if it was not written to its end.
fn check_header(bytes: &[u8]) -> Result<usize, JournalError> {
    match HeaderRead::of(bytes) {
        HeaderRead::Version(VERSION) => Ok(HEADER.len()),
        HeaderRead::Version(found) => Err(JournalError::Version { found }),
        HeaderRead::Torn => Ok(0),
        HeaderRead::Damaged => Err(JournalError::Damaged { at: 0 }),
        HeaderRead::Foreign => Err(JournalError::Foreign),
    }
}

/// Refuses what is left unless it can be a write that did not come to its end.
fn check_tail(rest: &[u8], at: usize) -> Result<(), JournalError> {
    if is_torn(rest) { Ok(()) } else { Err(JournalError::Damaged { at }) }
}

/// True if this can be a write that did not come to its end.
fn is_torn(rest: &[u8]) -> bool {
    match RecordFound::at(rest) {
        RecordFound::Whole { .. } => false,
        RecordFound::Short => true,
        RecordFound::Damaged { rest } => rest.iter().all(|byte| *byte == 0),
        RecordFound::Nothing => !begins_anywhere(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use alloc::vec;

    use crate::engine::core::Engine;
    use crate::journal::record::tests::HASHED;

    /// A tail in which a record seems to begin at every sixteenth byte, each as long as all that is
    /// left, and none of them whole.
    fn crafted(length: usize) -> Vec<u8> {
        let mut bytes = vec![0xff; 16];
        while bytes.len() < length {
            let left = u32::try_from(length.saturating_sub(bytes.len() + 16)).unwrap();
            let head = [left, 1, 0].map(u32::to_le_bytes);
            bytes.extend(head.as_flattened());
            let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);
            bytes.extend(crc.checksum(head.as_flattened()).to_le_bytes());
        }
        bytes
    }

    #[test]
    fn a_crafted_tail_is_hashed_once_at_most() {
        for tail in [crafted(1 << 16), b"\xa1\x65facts\x81\xa1".repeat(1 << 13)] {
            let bytes = [&HEADER[..], &tail].concat();
            HASHED.set(0);
            let records = JournalRecords::<Engine>::of(&bytes).unwrap();
            assert_eq!(records.map(Result::unwrap).count(), 0);
            assert!(HASHED.get() <= 2 * tail.len(), "{} of {}", HASHED.get(), tail.len());
        }
    }

    #[test]
    fn a_tail_that_comes_in_pieces_is_hashed_once_and_not_kept() {
        let body = vec![0x55; 1 << 16];
        let head = [1 << 16, 1, 7].map(u32::to_le_bytes);
        let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(head.as_flattened());
        let broken = [head.as_flattened(), &crc.to_le_bytes(), &body].concat();
        for (tail, is_torn) in [(crafted(1 << 16), true), (broken, false)] {
            let (mut reader, mut most) = (Reader::<Engine>::default(), 0);
            HASHED.set(0);
            reader.push(&HEADER);
            for piece in tail.chunks(64).chain([&[1; 64][..]; 1_000]) {
                reader.push(piece);
                assert!(reader.next_record().is_none());
                most = most.max(reader.bytes.len());
            }
            assert!(HASHED.get() <= 3 * tail.len(), "{} of {}", HASHED.get(), tail.len());
            assert!(most <= tail.len() + 64, "{most}");
            assert!(reader.bytes.len() <= BEGINNING + 64);
            assert_eq!(reader.finish().is_ok(), is_torn);
        }
    }
}
