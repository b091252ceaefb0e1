//! The format of journals: facts as bytes, and back.
//!
//! Pure: bytes in, bytes out. Where they are kept is the host's business.
//!
//! # Layout, version 1
//!
//! All numbers are little-endian. A journal is a header of 16 bytes and records behind it.
//!
//! | part | bytes | holds |
//! |---|---|---|
//! | header | 8 | `strowger` |
//! | | 4 | version |
//! | | 4 | CRC-32C of the 12 bytes before |
//! | record | 4 | length of the body |
//! | | 4 | kind: 1 facts, 2 snapshot of an engine; 3 facts, 4 snapshot of a centre |
//! | | 4 | CRC-32C of the body |
//! | | 4 | CRC-32C of the 12 bytes before |
//! | | *length* | body: CBOR (RFC 8949), names as in JSON; facts and answers, or a snapshot |
//!
//! A record of facts holds those of one call, or of several that were made together, and the
//! answers to those of them that carried a token: after a crash all of it is there or nothing. A
//! snapshot is the first record or none; facts go on with the number behind it. A centre keeps the
//! facts of all its layers in one record, so none is ever ahead of another.
//! Each record stands for itself, so a store with keys of its own may keep them without the
//! header, each under a running number. (Not under that of its first fact: the record of a call
//! that was refused under a token holds an answer and no fact.)
//!
//! # What reading does
//!
//! * A **torn tail** is cut. A write that a crash interrupted leaves the beginning of a record, or
//!   one with holes, at the very end (zeros may follow); [`Recovery::whole`] says how long the
//!   journal is without it, and the host cuts it there before it adds anything. Damage to the
//!   very last record cannot be told from that, nor damage that leaves no head behind it.
//! * **Damage in the middle** is refused with its place. That a later record was begun proves it:
//!   a head of its own, and the first bytes of a body of facts behind it. No text can hold them,
//!   because behind the name `facts` stands a byte that begins no character. So what a customer
//!   says is never taken for a record. The search hashes each head once and no body.
//! * A **header** in which zeros stand for what was never written is that of an empty journal,
//!   unless a record was begun behind it.
//! * A **gap** between facts is refused, and so is a fact that does not fit.
//! * **Rows that contradict each other** in the end are refused, as those of a snapshot are. That
//!   is one pass over all rows.
//! * A value that is **too deep** (128 levels of lists and maps), or says that it is longer than
//!   its record, is refused before anything is made of it.
//! * **A way back**: [`recover_until`] reads up to a fact or an instant, and leaves out what is
//!   behind it, such as calls at a time that cannot be.
//! * **Versions** of the past stay readable, one of the future is refused by its number.
//!
//! For this a host must sync after every record it appends, as [`Driver`](crate::host::Driver)
//! does. After a sync that failed it must not believe a later one: what the system failed to write
//! it holds for written. The host writes the last record again where it stands, and syncs that.
//! Check sums find damage, not malice: a journal is to be as well guarded as the engine itself.
//!
//! ```
//! use strowger::host::Entry;
//! use strowger::prelude::*;
//! use strowger::journal;
//!
//! let (now, mut log) = (Timestamp::EPOCH, Log::default());
//! let mut bytes = journal::HEADER.to_vec();
//! let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
//! journal::append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
//! log.clear();
//! engine.execute(now, Define::new("support", QueueProfile::default()), &mut log).unwrap();
//! journal::append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
//! log.clear();
//!
//! // A crash in the middle of the next write.
//! let whole = bytes.len();
//! bytes.extend(b"half of a rec");
//!
//! let recovery = journal::recover::<Engine>(&bytes).unwrap();
//! assert_eq!((recovery.whole, recovery.cut), (whole, 13));
//! let recovered = recovery.replica.promote(now, &mut log).unwrap();
//! assert_eq!(recovered.digest(), engine.digest());
//! ```

mod read;
mod record;
mod shape;
mod until;

pub use read::{
    JournalError, JournalRecords, Reader, Recovery, recover, recover_until, recover_with,
};
pub use record::{
    Facts, FeedError, HEADER, Kept, Record, RecordError, VERSION, append, append_snapshot, decode,
};
pub use until::Until;
