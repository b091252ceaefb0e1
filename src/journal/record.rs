//! A record: what is kept in one go, with its length and check sums.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crc::{CRC_32_ISCSI, Crc, Table};
use minicbor_serde::{Serializer, from_slice};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::engine::core::Engine;
use crate::host::{Answered, Entry, FollowError, Follower, Replica, Saved};
use crate::interaction::ProfileStore;
use crate::layer::decide::Decide;
use crate::layer::error::RestoreError;

/// The version that is written.
pub const VERSION: u32 = 1;

/// The header that a journal begins with.
pub const HEADER: [u8; 16] = header();

/// Eight bytes that say what it is.
const MAGIC: [u8; 8] = *b"strowger";

/// CRC-32C (Castagnoli), sixteen bytes a step.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// How long the head of a record is.
const HEAD: usize = 16;

const fn header() -> [u8; 16] {
    let ([a, b, c, d, e, f, g, h], [i, j, k, l]) = (MAGIC, VERSION.to_le_bytes());
    let named = [a, b, c, d, e, f, g, h, i, j, k, l];
    let [m, n, o, p] = Crc::<u32>::new(&CRC_32_ISCSI).checksum(&named).to_le_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// An engine alone, or a centre: a journal can keep either. Adding a layer to a centre adds nothing
/// here, for a centre's record holds the facts of all its layers.
pub trait Kept:
    Decide<
        Fact: Serialize + DeserializeOwned,
        Reply: Serialize + DeserializeOwned,
        Refusal: Serialize + DeserializeOwned,
        Snapshot: Serialize + DeserializeOwned,
    >
{
    /// The kind of a record of facts.
    const FACTS: u32;
    /// The kind of a record of a snapshot.
    const SNAPSHOT: u32;
}

impl Kept for Engine {
    const FACTS: u32 = 1;
    const SNAPSHOT: u32 = 2;
}

impl<P> Kept for Centre<P>
where
    P: ProfileStore + Clone + Default + Serialize + DeserializeOwned,
{
    const FACTS: u32 = 3;
    const SNAPSHOT: u32 = 4;
}

/// One record of a journal, kept in one go.
///
/// ```
/// use strowger::host::Entry;
/// use strowger::journal::{self, Record};
/// use strowger::prelude::*;
///
/// let mut log = Log::default();
/// Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
/// let mut bytes = Vec::new();
/// journal::append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
/// let Record::Facts(kept) = journal::decode::<Engine>(&bytes).unwrap() else { panic!() };
/// assert_eq!(kept.facts, log.as_slice());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Record<E: Kept> {
    /// The facts and answers of one call, or of several that were made together.
    Facts(Facts<E>),
    /// All rows at one moment.
    Snapshot(Box<Saved<E>>),
}

/// The facts of one call, or of several that were made together, and the answers to those of them
/// that carried a token.
#[derive(Debug, Deserialize)]
#[serde(bound = "")]
#[non_exhaustive]
pub struct Facts<E: Kept> {
    /// The facts, in order.
    pub facts: Vec<E::Fact>,
    /// The answers.
    #[serde(default)]
    pub answers: Vec<Answered<E>>,
}

/// The same as it is written.
#[derive(Serialize)]
#[serde(bound = "")]
struct Body<'a, E: Kept> {
    facts: &'a [E::Fact],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    answers: &'a [Answered<E>],
}

impl<E: Kept> Record<E> {
    /// Lets a replica follow the record, and somebody hear of its facts.
    ///
    /// # Errors
    /// [`FeedError`] if the record does not follow what the replica knows.
    pub fn feed(
        self,
        replica: &mut Replica<E>,
        follower: &mut impl Follower<E>,
    ) -> Result<(), FeedError> {
        match self {
            Self::Snapshot(_) if replica.position() > 0 => Err(FeedError::Misplaced),
            Self::Snapshot(saved) => {
                *replica = Replica::restore(*saved)?;
                Ok(())
            }
            Self::Facts(Facts { facts, answers }) => {
                facts.iter().try_for_each(|fact| replica.follow(fact))?;
                replica.tell(&facts, follower);
                answers.into_iter().for_each(|answered| replica.remember(answered));
                Ok(())
            }
        }
    }
}

/// A record that a replica does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// A fact is missing or does not fit.
    #[error(transparent)]
    Misfit(#[from] FollowError),
    /// The snapshot cannot be taken up.
    #[error(transparent)]
    Snapshot(#[from] RestoreError),
    /// A snapshot comes behind facts.
    #[error("a snapshot behind facts")]
    Misplaced,
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
        /// The reason why it cannot be read.
        reason: String,
    },
    /// It is whole, and of a kind that this journal does not keep: that of an engine is not that
    /// of a centre.
    #[error("a record of kind {kind} is none of this journal")]
    Kind {
        /// Its kind.
        kind: u32,
    },
}

/// Writes what is kept of a call behind `out`: after a crash all of it is there or nothing.
///
/// # Errors
/// [`RecordError`] if the entry cannot be written; `out` is as it was.
pub fn append<E: Kept>(entry: Entry<'_, E>, out: &mut Vec<u8>) -> Result<(), RecordError> {
    let Entry { facts, answers, .. } = entry;
    write(E::FACTS, &Body::<E> { facts, answers }, out)
}

/// Writes a snapshot behind `out`, as the first record of a journal.
///
/// # Errors
/// [`RecordError`] if the snapshot cannot be written; `out` is as it was.
pub fn append_snapshot<E: Kept>(saved: &Saved<E>, out: &mut Vec<u8>) -> Result<(), RecordError> {
    write(E::SNAPSHOT, saved, out)
}

fn write<T: Serialize + ?Sized>(
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
/// [`RecordError`] if the record is not whole or cannot be read.
pub fn decode<E: Kept>(bytes: &[u8]) -> Result<Record<E>, RecordError> {
    match RecordFound::at(bytes) {
        RecordFound::Whole { kind, body, rest: [] } => read(kind, body),
        _ => Err(RecordError::Damaged),
    }
}

pub(super) fn read<E: Kept>(kind: u32, body: &[u8]) -> Result<Record<E>, RecordError> {
    if kind == E::FACTS {
        from_slice(body).map(Record::Facts).map_err(unreadable)
    } else if kind == E::SNAPSHOT {
        from_slice(body).map(|saved| Record::Snapshot(Box::new(saved))).map_err(unreadable)
    } else {
        Err(RecordError::Kind { kind })
    }
}

/// The result of a search for a record at the beginning of some bytes.
pub(super) enum RecordFound<'a> {
    /// A record, and what is behind it.
    Whole { kind: u32, body: &'a [u8], rest: &'a [u8] },
    /// A sound head, but the body does not fit it; `rest` is what is behind.
    Damaged { rest: &'a [u8] },
    /// A sound head, and less behind it than the body takes.
    Short,
    /// No sound head.
    Nothing,
}

impl<'a> RecordFound<'a> {
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

/// The result of reading a header.
pub(super) enum HeaderRead {
    /// It is one of this version's, or of another's.
    Version(u32),
    /// It says it is a journal, but its check sum does not fit.
    Damaged,
    /// It is not one.
    Foreign,
}

impl HeaderRead {
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
