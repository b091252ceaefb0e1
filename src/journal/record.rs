//! A record: what is kept in one go, with its length and check sums.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crc::{CRC_32_ISCSI, Crc, Table};
use minicbor_serde::{Serializer, from_slice};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::centre::{Centre, CentreSnapshot};
use crate::engine::core::Engine;
use crate::engine::keep::Snapshot;
use crate::fact::log::Seq;
use crate::host::{Answered, Entry, FollowError, Follower, Replica, Saved};
use crate::interaction::ProfileStore;
use crate::journal::shape::{self, DEPTH_MAX, Misshapen};
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

    /// The place of the last fact that a snapshot contains.
    fn position_of_snapshot(snapshot: &Self::Snapshot) -> Seq;
}

impl Kept for Engine {
    const FACTS: u32 = 1;
    const SNAPSHOT: u32 = 2;

    fn position_of_snapshot(snapshot: &Snapshot) -> Seq {
        snapshot.seq()
    }
}

impl<P> Kept for Centre<P>
where
    P: ProfileStore + Clone + Default + Serialize + DeserializeOwned,
{
    const FACTS: u32 = 3;
    const SNAPSHOT: u32 = 4;

    fn position_of_snapshot(snapshot: &CentreSnapshot<P>) -> Seq {
        snapshot.position()
    }
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
struct FactsWritten<'a, E: Kept> {
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
    /// A value in it is deeper than any that this version writes, and than the stack may be.
    #[error("the record has more than {most} levels")]
    TooDeep {
        /// The most levels of lists and maps that a record may have.
        most: u32,
    },
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

impl From<Misshapen> for RecordError {
    fn from(error: Misshapen) -> Self {
        match error {
            Misshapen::TooDeep => Self::TooDeep { most: DEPTH_MAX },
            Misshapen::NoValue(reason) => unreadable(reason),
        }
    }
}

/// Writes what is kept of a call behind `out`: after a crash all of it is there or nothing.
///
/// # Errors
/// [`RecordError`] if the entry cannot be written; `out` is as it was.
pub fn append<E: Kept>(entry: Entry<'_, E>, out: &mut Vec<u8>) -> Result<(), RecordError> {
    let Entry { facts, answers, .. } = entry;
    write(E::FACTS, &FactsWritten::<E> { facts, answers }, out)
}

/// Writes a snapshot behind `out`, as the first record of a journal.
///
/// # Errors
/// [`RecordError`] if the snapshot cannot be written; `out` is as it was.
pub fn append_snapshot<E: Kept>(saved: &Saved<E>, out: &mut Vec<u8>) -> Result<(), RecordError> {
    let before = out.len();
    write(E::SNAPSHOT, saved, out)?;
    // A host's own store of profiles may be of any depth.
    let body = out.get(before.saturating_add(HEAD)..).unwrap_or_default();
    shape::check(body).map_err(|error| {
        out.truncate(before);
        error.into()
    })
}

/// The longest body that is written: as long as its length can say.
const LONGEST: u32 = u32::MAX;

/// A body that is being written, up to its bound.
struct Body {
    bytes: Vec<u8>,
    longest: u32,
    is_full: bool,
}

impl minicbor::encode::Write for Body {
    type Error = RecordError;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), RecordError> {
        let left = (self.longest as usize).saturating_sub(self.bytes.len());
        if bytes.len() > left {
            self.is_full = true;
            return Err(RecordError::TooLong);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

fn write<T: Serialize + ?Sized>(
    kind: u32,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), RecordError> {
    write_within(LONGEST, kind, value, out)
}

/// Writes a record unless its body would be longer than this: then it stops there, and `out` is as
/// it was.
fn write_within<T: Serialize + ?Sized>(
    longest: u32,
    kind: u32,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), RecordError> {
    let mut body = Body { bytes: Vec::new(), longest, is_full: false };
    let written = value.serialize(&mut Serializer::new(&mut body));
    let Body { bytes, is_full, .. } = body;
    if is_full {
        return Err(RecordError::TooLong);
    }
    written.map_err(unreadable)?;
    let length = u32::try_from(bytes.len()).map_err(|_| RecordError::TooLong)?;
    let words = [length, kind, check_sum(&bytes)].map(u32::to_le_bytes);
    let head = words.as_flattened();
    out.extend_from_slice(head);
    out.extend(check_sum(head).to_le_bytes());
    out.extend(bytes);
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
    if kind != E::FACTS && kind != E::SNAPSHOT {
        return Err(RecordError::Kind { kind });
    }
    shape::check(body)?;
    if kind == E::FACTS {
        from_slice(body).map(Record::Facts).map_err(unreadable)
    } else {
        from_slice(body).map(|saved| Record::Snapshot(Box::new(saved))).map_err(unreadable)
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
        let Some([length, kind, sum]) = sound_head(head) else {
            return Self::Nothing;
        };
        let parts = usize::try_from(length).ok().and_then(|length| behind.split_at_checked(length));
        match parts {
            None => Self::Short,
            Some((body, rest)) if check_sum(body) == sum => Self::Whole { kind, body, rest },
            Some((_, rest)) => Self::Damaged { rest },
        }
    }
}

/// Length, kind and check sum of a body, if its head fits its own check sum.
fn sound_head(head: &[u8; HEAD]) -> Option<[u32; 3]> {
    let [length, kind, sum, own] = words(head);
    let (named, _) = head.split_at(HEAD - 4);
    (check_sum(named) == own).then_some([length, kind, sum])
}

/// True if a record of facts begins anywhere in these bytes, be it whole or not.
///
/// No text has such a beginning in it, so nobody who is quoted in a record can feign one. Behind
/// the word `facts` a list begins, and no character does: such a byte only goes on with one. A text
/// that ends with that word may have a list behind it, but what is listed there is no map.
///
/// It hashes the heads alone, and only those before such a word.
pub(super) fn begins_anywhere(bytes: &[u8]) -> bool {
    let named = bytes.get(HEAD.saturating_add(1)..).unwrap_or_default();
    let mut places = named.windows(FACTS.len()).enumerate();
    places.any(|(place, word)| word == FACTS && bytes.get(place..).is_some_and(begins))
}

/// How the names of the two parts of a body of facts are written.
const FACTS: &[u8] = b"\x65facts";
const ANSWERS: &[u8] = b"\x67answers";

/// How many bytes show that a record of facts begins: the head, the body's map, both names, and the
/// longest beginnings of two lists of maps.
pub(super) const BEGINNING: usize = HEAD + 1 + FACTS.len() + 1 + ANSWERS.len() + 9 + 1;

/// True if a record of facts begins here.
fn begins(bytes: &[u8]) -> bool {
    let Some((head, body)) = bytes.split_first_chunk::<HEAD>() else { return false };
    let is_of_facts =
        |[_, kind, _]: [u32; 3]| [<Engine as Kept>::FACTS, <Centre as Kept>::FACTS].contains(&kind);
    let Some((0xa0..=0xbf, named)) = body.split_first() else { return false };
    let Some(listed) = named.strip_prefix(FACTS) else { return false };
    let answered = || listed.strip_prefix(b"\x80").and_then(|rest| rest.strip_prefix(ANSWERS));
    (lists_maps(listed) || answered().is_some_and(lists_maps))
        && sound_head(head).is_some_and(is_of_facts)
}

/// True if a list of maps begins here.
fn lists_maps(bytes: &[u8]) -> bool {
    let Some((first, rest)) = bytes.split_first() else { return false };
    let length = match first {
        0x81..=0x97 | 0x9f => 0,
        0x98..=0x9b => 1 << (first & 3),
        _ => return false,
    };
    matches!(rest.get(length), Some(0xa0..=0xbf))
}

/// The check sum of some bytes.
fn check_sum(bytes: &[u8]) -> u32 {
    #[cfg(test)]
    tests::HASHED.with(|hashed| hashed.set(hashed.get() + bytes.len()));
    CRC.checksum(bytes)
}

/// The result of reading a header.
pub(super) enum HeaderRead {
    /// It is one of this version's, or of another's.
    Version(u32),
    /// Some of it was never written: zeros stand there.
    Torn,
    /// It says it is a journal, but its check sum does not fit.
    Damaged,
    /// It is not one.
    Foreign,
}

impl HeaderRead {
    /// Reads the header that these bytes begin with, or as much as there is of it.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let written = bytes.iter().zip(HEADER).all(|(byte, right)| [0, right].contains(byte));
        let Some(header) = bytes.first_chunk::<HEAD>() else {
            return if written { Self::Torn } else { Self::Foreign };
        };
        let [_, _, version, own] = words(header);
        let (named, _) = header.split_at(12);
        if check_sum(named) == own && header.starts_with(&MAGIC) {
            Self::Version(version)
        } else if written {
            Self::Torn
        } else if header.starts_with(&MAGIC) {
            Self::Damaged
        } else {
            Self::Foreign
        }
    }
}

fn words(bytes: &[u8; 16]) -> [u32; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
    [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_le_bytes)
}

#[cfg(test)]
pub(super) mod tests {
    extern crate std;

    use alloc::vec;
    use core::cell::Cell;

    use super::*;

    std::thread_local! {
        /// How many bytes were hashed.
        pub(in crate::journal) static HASHED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_record_that_would_be_too_long_is_not_written() {
        let value = ["x"; 1_000];
        let mut out = b"before".to_vec();
        let length = value.len() * 2 + 3;
        for longest in [0, 1, 100, length as u32 - 1] {
            let written = write_within(longest, 1, &value.as_slice(), &mut out);
            assert_eq!((written, &*out), (Err(RecordError::TooLong), &b"before"[..]), "{longest}");
        }
        write_within(length as u32, 1, &value.as_slice(), &mut out).unwrap();
        assert_eq!(out.len(), b"before".len() + HEAD + length);
    }

    #[test]
    fn a_body_takes_no_more_memory_than_its_bound() {
        let mut body = Body { bytes: Vec::new(), longest: 64, is_full: false };
        let endless = vec![0_u64; 1_000_000];
        assert!(endless.serialize(&mut Serializer::new(&mut body)).is_err());
        assert!(body.bytes.capacity() <= 128, "{}", body.bytes.capacity());
    }
}
