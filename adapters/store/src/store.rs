//! What every store does.

use std::path::Path;

use strowger::fact::Seq;
use strowger::host::{Follower, Replica, Saved};
use strowger::journal::{Kept, Until};

use crate::error::StoreError;

/// What becomes of what is before the newest snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Past {
    /// It is removed: the store holds what recovery needs.
    #[default]
    Removed,
    /// It is kept: every fact there ever was can be told again.
    Kept,
}

/// What a host keeps beside the journal, and where in the journal it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beside {
    /// The position of the last fact of the journal at that time.
    pub position: Seq,
    /// What was kept.
    pub bytes: Vec<u8>,
}

/// A place for the journal of an engine or a centre: a file or a database.
///
/// A store is opened, [recovered](Self::recover) once, and then handed to a
/// [driver](strowger::host::Driver) as its [`Journal`](strowger::host::Journal). One process at a
/// time has it open, and in that one nobody else: the store is locked until it is dropped or the
/// process is gone.
///
/// Followers, such as figures, survive a restart in two steps: the host keeps their bytes
/// [beside](Self::save_beside) the journal now and then, always before it
/// [begins the journal anew](Self::rotate); after a restart it takes them up and recovers
/// [from there](Self::recover_from), so that they hear of what happened behind.
///
/// ```
/// use strowger::figures::{Figures, FiguresConfig};
/// use strowger::prelude::*;
/// use strowger_store::{FileStore, Past, Store, StoreError};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("strowger-doc-{}", std::process::id()));
/// # let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut store = FileStore::open(&folder, Past::Removed)?;
/// let replica = store.recover::<Engine>(&mut ())?;
/// assert_eq!(replica.position(), 0, "nothing was kept yet");
/// let engine = Engine::new(Config::default(), now, &mut log)?;
/// let host = Host::new(store).with_follower(Figures::new(FiguresConfig::default())?);
/// let mut driver = Driver::start(engine, log, host)?;
/// driver.execute(now, Define::new("support", QueueProfile::default()))??;
/// let kept = serde_json::to_vec(&driver.host().follower)?;
/// driver.host_mut().journal.save_beside("figures", &kept)?;
/// driver.execute(now, Define::new("sales", QueueProfile::default()))??;
/// let digest = driver.engine().map(Engine::digest);
/// # drop(driver);
///
/// // After a restart.
/// let mut store = FileStore::open(&folder, Past::Removed)?;
/// let beside = store.beside("figures")?.ok_or("they were kept")?;
/// let mut figures: Figures = serde_json::from_slice(&beside.bytes)?;
/// let replica = store.recover_from::<Engine>(beside.position, &mut figures)?;
/// assert_eq!((Some(replica.digest()), figures.seq()), (digest, replica.position()));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
pub trait Store: Sized {
    /// Opens the store in a folder; makes both if they are not there.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if somebody else has it open; otherwise [`StoreError`] if the folder
    /// or what is in it cannot be opened.
    fn open(folder: impl AsRef<Path>, past: Past) -> Result<Self, StoreError>;

    /// Reads the journal, up to a torn tail, which is cut, and makes ready to add to it. The
    /// follower hears of the facts behind the newest snapshot. What the last process wrote and
    /// perhaps did not make safe is made safe.
    ///
    /// # Errors
    /// [`StoreError::Unsound`] if the rows contradict each other in the end; otherwise
    /// [`StoreError`] if the journal cannot be read.
    fn recover<E: Kept>(
        &mut self,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError>;

    /// The same for a follower that heard of the facts up to a position: it hears of all behind.
    /// What decides is as the newest snapshot while the follower hears of facts before that.
    ///
    /// # Errors
    /// [`StoreError::Forgotten`] if facts behind the position were removed, [`StoreError::Ahead`]
    /// if the journal ends before it; otherwise as [`recover`](Self::recover).
    fn recover_from<E: Kept>(
        &mut self,
        heard: Seq,
        follower: &mut impl Follower<E>,
    ) -> Result<Replica<E>, StoreError>;

    /// Cuts the journal at a fact or an instant, before it is recovered: the way back from calls
    /// that should not have been made, such as one of a clock that was a year ahead. It answers
    /// with the position of the last fact that is left.
    ///
    /// Whatever lies behind is removed for good, snapshots and what was kept beside the journal
    /// there included, so the host copies the folder first. A store that keeps its
    /// [past](Past::Kept) can go back behind its newest snapshot.
    ///
    /// ```
    /// use strowger::journal::Until;
    /// use strowger::prelude::*;
    /// use strowger_store::{FileStore, Past, Store};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("strowger-cut-{}", std::process::id()));
    /// let (noon, mut log) = (Timestamp::EPOCH, Log::default());
    /// let mut store = FileStore::open(&folder, Past::Kept)?;
    /// store.recover::<Engine>(&mut ())?;
    /// let engine = Engine::new(Config::default(), noon, &mut log)?;
    /// let mut driver = Driver::start(engine, log, Host::new(store))?;
    /// // The first call of an engine may name any time, and this one was wrong.
    /// let wrong = noon + Span::from_mins(365 * 24 * 60);
    /// driver.execute(wrong, Define::new("support", QueueProfile::default()))??;
    /// # drop(driver);
    ///
    /// let mut store = FileStore::open(&folder, Past::Kept)?;
    /// assert_eq!(store.cut::<Engine>(Until::At(noon))?, 1);
    /// let replica = store.recover::<Engine>(&mut ())?;
    /// assert_eq!(replica.decides().now(), noon);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Beyond`] if all that the store holds lies behind the limit: nothing is
    /// removed then. Otherwise [`StoreError`] if the journal cannot be read or cut.
    fn cut<E: Kept>(&mut self, until: Until) -> Result<Seq, StoreError>;

    /// Begins the journal anew with all rows and answers, as
    /// [`Driver::save`](strowger::host::Driver::save) gives them: recovery reads them and what
    /// comes behind. After a crash on the way either the old journal is there or the new one.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the rows are not those of the last fact: nothing has changed.
    /// Otherwise [`StoreError`] if the snapshot could not be kept. Whether it is there is not known
    /// then, so the store takes nothing more before the host recovers it again.
    fn rotate<E: Kept>(&mut self, saved: &Saved<E>) -> Result<(), StoreError>;

    /// How many snapshots the store holds.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    fn snapshots(&self) -> Result<usize, StoreError>;

    /// Keeps something beside the journal under a name of letters, digits, `-` and `_`: all of it,
    /// or what was there before. It belongs to the facts that are kept by now.
    ///
    /// # Errors
    /// [`StoreError`] if it could not be kept.
    fn save_beside(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// What is kept under a name, if anything.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    fn beside(&self, name: &str) -> Result<Option<Beside>, StoreError>;
}

/// Refuses rows that are not those of the last fact.
pub(crate) fn check_newest<E: Kept>(saved: &Saved<E>, last: Seq) -> Result<(), StoreError> {
    match E::position_of_snapshot(&saved.snapshot) {
        saved if saved == last => Ok(()),
        saved => Err(StoreError::Stale { saved, last }),
    }
}

/// Refuses a name that could be a path.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(());
    }
    Err(StoreError::Name { name: name.to_owned() })
}
