//! A record: what is kept in one go, with its length and check sums.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crc::{CRC_32_ISCSI, Crc, Table};
use minicbor_serde::{Serializer, from_slice};
use serde::Serialize;

use crate::engine::core::Snapshot;
use crate::fact::log::Fact;
use crate::interaction::DeskLog;
use crate::journal::desk::DeskSnapshot;

/// The version that is written.
pub const VERSION: u32 = 1;

/// What a journal begins with.
pub const HEADER: [u8; 16] = header();

/// Eight bytes that say what it is.
const MAGIC: [u8; 8] = *b"strowger";

/// CRC-32C (Castagnoli), sixteen bytes a step.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// How long the head of a record is.
const HEAD: usize = 16;

const FACTS: u32 = 1;
const SNAPSHOT: u32 = 2;
const DESK: u32 = 3;
const DESK_SNAPSHOT: u32 = 4;

const fn header() -> [u8; 16] {
    let ([a, b, c, d, e, f, g, h], [i, j, k, l]) = (MAGIC, VERSION.to_le_bytes());
    let named = [a, b, c, d, e, f, g, h, i, j, k, l];
    let [m, n, o, p] = Crc::<u32>::new(&CRC_32_ISCSI).checksum(&named).to_le_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// What was kept in one go.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::journal;
///
/// let mut log = Log::default();
/// Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let mut bytes = Vec::new();
/// journal::append_facts(log.as_slice(), &mut bytes).unwrap();
/// let record = journal::decode(&bytes).unwrap();
/// assert_eq!(record, journal::Record::Facts(log.into_iter().collect()));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Record {
    /// The facts of one call.
    Facts(Vec<Fact>),
    /// All rows at one moment.
    Snapshot(Box<Snapshot>),
    /// The facts of one call of a desk: the engine's and those of records.
    Desk(DeskLog),
    /// All rows of a desk at one moment.
    DeskSnapshot(Box<DeskSnapshot>),
}

/// A record that cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It would be longer than 4 GiB.
    #[error("a record is longer than 4 GiB")]
    TooLong,
    /// It is not whole, or its check sums do not fit.
    #[error("the record is damaged")]
    Damaged,
    /// It is whole, and yet nothing this version knows.
    #[error("the record is whole, but cannot be read: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

/// Writes the facts of one call behind `out`.
///
/// # Errors
/// [`RecordError`] if they cannot be written; `out` is as it was.
pub fn append_facts(facts: &[Fact], out: &mut Vec<u8>) -> Result<(), RecordError> {
    append(FACTS, facts, out)
}

/// Writes a snapshot behind `out`, as the first record of a journal.
///
/// # Errors
/// [`RecordError`] if it cannot be written; `out` is as it was.
pub fn append_snapshot(snapshot: &Snapshot, out: &mut Vec<u8>) -> Result<(), RecordError> {
    append(SNAPSHOT, snapshot, out)
}

/// Writes the facts of one call of a desk behind `out`: after a crash all of them are there, the
/// engine's and those of records, or none.
///
/// # Errors
/// [`RecordError`] if they cannot be written; `out` is as it was.
pub fn append_desk(log: &DeskLog, out: &mut Vec<u8>) -> Result<(), RecordError> {
    append(DESK, log, out)
}

/// Writes the snapshot of a desk behind `out`, as the first record of a journal.
///
/// # Errors
/// [`RecordError`] if it cannot be written; `out` is as it was.
pub fn append_desk_snapshot(snapshot: &DeskSnapshot, out: &mut Vec<u8>) -> Result<(), RecordError> {
    append(DESK_SNAPSHOT, snapshot, out)
}

fn append<T: Serialize + ?Sized>(
    kind: u32,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), RecordError> {
    let mut body = Vec::new();
    value.serialize(&mut Serializer::new(&mut body)).map_err(unreadable)?;
    let length = u32::try_from(body.len()).map_err(|_| RecordError::TooLong)?;
    let words = [length, kind, CRC.checksum(&body)].map(u32::to_le_bytes);
    let head = words.as_flattened();
    out.extend_from_slice(head);
    out.extend(CRC.checksum(head).to_le_bytes());
    out.extend(body);
    Ok(())
}

fn unreadable(error: impl ToString) -> RecordError {
    RecordError::Unreadable { reason: error.to_string() }
}

/// Reads one record that is all of `bytes`.
///
/// # Errors
/// [`RecordError`] if it is not whole or cannot be read.
pub fn decode(bytes: &[u8]) -> Result<Record, RecordError> {
    match Found::at(bytes) {
        Found::Whole { kind, body, rest: [] } => read(kind, body),
        _ => Err(RecordError::Damaged),
    }
}

pub(super) fn read(kind: u32, body: &[u8]) -> Result<Record, RecordError> {
    match kind {
        FACTS => from_slice(body).map(Record::Facts).map_err(unreadable),
        SNAPSHOT => from_slice(body).map(Record::Snapshot).map_err(unreadable),
        DESK => from_slice(body).map(Record::Desk).map_err(unreadable),
        DESK_SNAPSHOT => from_slice(body).map(Record::DeskSnapshot).map_err(unreadable),
        _ => Err(unreadable("its kind is not known")),
    }
}

/// What stands at the beginning of some bytes.
pub(super) enum Found<'a> {
    /// A record, and what is behind it.
    Whole { kind: u32, body: &'a [u8], rest: &'a [u8] },
    /// A sound head, but the body does not fit it; `rest` is what is behind.
    Damaged { rest: &'a [u8] },
    /// A sound head, and less behind it than the body takes.
    Short,
    /// No sound head.
    Nothing,
}

impl<'a> Found<'a> {
    pub(super) fn at(bytes: &'a [u8]) -> Self {
        let Some((head, behind)) = bytes.split_first_chunk::<HEAD>() else {
            return Self::Nothing;
        };
        let [length, kind, sum, own] = words(head);
        let (named, _) = head.split_at(HEAD - 4);
        if CRC.checksum(named) != own {
            return Self::Nothing;
        }
        let parts = usize::try_from(length).ok().and_then(|length| behind.split_at_checked(length));
        match parts {
            None => Self::Short,
            Some((body, rest)) if CRC.checksum(body) == sum => Self::Whole { kind, body, rest },
            Some((_, rest)) => Self::Damaged { rest },
        }
    }
}

/// What a header says.
pub(super) enum Opening {
    /// It is one of this version's, or of another's.
    Version(u32),
    /// It says it is a journal, but its check sum does not fit.
    Damaged,
    /// It is not one.
    Foreign,
}

impl Opening {
    pub(super) fn of(header: &[u8; 16]) -> Self {
        let [_, _, version, own] = words(header);
        let (named, _) = header.split_at(12);
        if !header.starts_with(&MAGIC) {
            Self::Foreign
        } else if CRC.checksum(named) != own {
            Self::Damaged
        } else {
            Self::Version(version)
        }
    }
}

fn words(bytes: &[u8; 16]) -> [u32; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
    [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_le_bytes)
}
