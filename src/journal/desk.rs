//! A desk as bytes, and back: what was said of work and of records, together.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::engine::core::Snapshot;
use crate::fact::log::Fact;
use crate::host::replica::{PromoteError, Replica};
use crate::interaction::{Desk, DeskLog, ProfilesInMemory, RecordSnapshot, Records};
use crate::journal::read::{JournalError, Records as Kept, recover};
use crate::journal::record::Record;

/// All rows of a desk at one moment, the profiles in memory included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskSnapshot {
    engine: Snapshot,
    records: RecordSnapshot,
    profiles: ProfilesInMemory,
}

impl From<&Desk> for DeskSnapshot {
    fn from(desk: &Desk) -> Self {
        Self {
            engine: desk.engine().snapshot(),
            records: desk.records().snapshot(),
            profiles: desk.records().profiles().clone(),
        }
    }
}

impl DeskSnapshot {
    pub(super) fn engine(self) -> Snapshot {
        self.engine
    }
}

/// What the journal of a desk says.
///
/// ```
/// use strowger::interaction::{
///     Desk, DeskLog, InteractionRequest, InteractionType, OpenInteraction, RecordConfig,
/// };
/// use strowger::journal;
/// use strowger::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (now, mut log) = (Timestamp::EPOCH, DeskLog::default());
/// let mut desk = Desk::new(Config::default(), RecordConfig::default(), now, &mut log)?;
/// let mut bytes = journal::HEADER.to_vec();
/// journal::append_desk(&log, &mut bytes)?;
/// log.clear();
/// let opening = Box::new(InteractionRequest::new(InteractionType::Chat));
/// let chat = desk.record(now, OpenInteraction::new(opening), &mut log)?;
/// journal::append_desk(&log, &mut bytes)?;
/// log.clear();
///
/// let recovery = journal::recover_desk(&bytes)?;
/// let recovered = recovery.promote(now, &mut log)?;
/// assert_eq!(recovered.records().interaction(chat), desk.records().interaction(chat));
/// assert_eq!(recovered.engine().digest(), desk.engine().digest());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DeskRecovery {
    /// The engine's world as of the last whole record.
    pub replica: Replica,
    /// The records as of the same. What the host knows of people it gives them anew:
    /// [`with_directory`](Records::with_directory),
    /// [`with_normaliser`](Records::with_normaliser).
    pub records: Records,
    /// How many bytes of the journal are whole.
    pub whole: usize,
    /// How many bytes behind them belong to a record that was not written to its end.
    pub cut: usize,
    /// What the engine said behind the last fact that changed records.
    behind: Vec<Fact>,
}

impl DeskRecovery {
    /// The desk takes up its work. Whatever fell due by `now` fires; the facts of that are appended
    /// to `log`, to be kept like those of any call.
    ///
    /// # Errors
    /// [`PromoteError`] if there is nothing to go on with.
    pub fn promote(self, now: Timestamp, log: &mut DeskLog) -> Result<Desk, PromoteError> {
        let Self { replica, mut records, behind, .. } = self;
        let told = log.work.len();
        let engine = replica.promote(now, &mut log.work)?;
        for fact in behind.iter().chain(log.work.iter().skip(told)) {
            let followed = records.follow(fact, &mut log.records);
            debug_assert!(followed.is_ok(), "{followed:?}");
        }
        records.follow_after(engine.view().seq());
        let mut desk = Desk::join(engine, records).map_err(|_| PromoteError::Unopened)?;
        desk.advance(now, log);
        Ok(desk)
    }
}

/// Reads the whole journal of a desk, up to a torn tail.
///
/// # Errors
/// [`JournalError`] says what is wrong with it, and where.
pub fn recover_desk(bytes: &[u8]) -> Result<DeskRecovery, JournalError> {
    let recovery = recover(bytes)?;
    let mut kept = Kept::of(bytes)?;
    let mut records: Option<Records> = None;
    let mut at = kept.whole();
    while let Some(record) = kept.next() {
        let misfit = |error| JournalError::Records { at, error };
        match record? {
            Record::Desk(log) => {
                records = Some(match records {
                    Some(records) => records.resume(log.records).map_err(misfit)?,
                    None => Records::replay(log.records).map_err(misfit)?,
                });
            }
            Record::DeskSnapshot(snapshot) => {
                let restored = Records::restore(snapshot.records, snapshot.profiles);
                records = Some(restored.map_err(misfit)?);
            }
            Record::Facts(_) | Record::Snapshot(_) => return Err(JournalError::NoDesk { at }),
        }
        at = kept.whole();
    }
    let records = records.ok_or(JournalError::NoDesk { at })?;
    let behind = facts_behind(bytes, records.followed())?;
    let (replica, whole, cut) = (recovery.replica, recovery.whole, recovery.cut);
    Ok(DeskRecovery { replica, records, whole, cut, behind })
}

fn facts_behind(bytes: &[u8], seq: u64) -> Result<Vec<Fact>, JournalError> {
    let mut behind = Vec::new();
    for record in Kept::of(bytes)? {
        if let Record::Desk(log) = record? {
            behind.extend(log.work.into_iter().filter(|fact| fact.seq > seq));
        }
    }
    Ok(behind)
}
