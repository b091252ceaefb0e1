//! The way back: how far a journal is read that is not to be read to its end.

use crate::base::time::Timestamp;
use crate::fact::log::Seq;
use crate::host::Replica;
use crate::journal::record::{Facts, Kept};

/// How far a journal is read.
///
/// A journal holds whatever was done, also by a call at a time that cannot be. The host finds the
/// place by the time of the facts, and goes on from the state before it.
///
/// Records are read whole or not at all, because what was kept in one go was one call, or several
/// that were made together. So the state that is reached may lie before the limit.
///
/// ```
/// use strowger::host::Entry;
/// use strowger::journal::{self, Until};
/// use strowger::prelude::*;
///
/// let (noon, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut file = journal::HEADER.to_vec();
/// // This host sets no limit to its clock, and once its clock was wrong by ten years.
/// let config = Config::default().with_clock_step(None);
/// let mut engine = Engine::new(config, noon, &mut log)?;
/// engine.execute(noon, Define::new("support", QueueProfile::default()), &mut log)?;
/// journal::append::<Engine>(Entry::of(log.as_slice()), &mut file).unwrap();
/// log.clear();
/// let wrong = noon + Span::from_mins(10 * 365 * 24 * 60);
/// engine.execute(wrong, Define::new("sales", QueueProfile::default()), &mut log)?;
/// journal::append::<Engine>(Entry::of(log.as_slice()), &mut file).unwrap();
///
/// let recovery = journal::recover_until::<Engine>(&file, Until::At(noon), &mut ()).unwrap();
/// file.truncate(recovery.whole);
/// let engine = recovery.replica.promote(noon, &mut Log::default()).unwrap();
/// assert_eq!((engine.now(), engine.view().queue_id("sales")), (noon, None));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Up to this fact and including it; of a centre: up to this position.
    Fact(Seq),
    /// Up to the last record of which nothing happened after this instant.
    At(Timestamp),
}

impl Until {
    /// True if nothing of a record lies behind the limit.
    #[must_use]
    pub fn includes<E: Kept>(self, record: &Facts<E>) -> bool {
        match self {
            Self::Fact(last) => record.facts.iter().all(|fact| E::position_of(fact) <= last),
            Self::At(last) => {
                record.facts.iter().all(|fact| E::time_of(fact) <= last)
                    && record.answers.iter().all(|answered| answered.at <= last)
            }
        }
    }

    /// True if a state, such as that of a snapshot, does not lie behind the limit.
    #[must_use]
    pub fn includes_state<E: Kept>(self, replica: &Replica<E>) -> bool {
        match self {
            Self::Fact(last) => replica.position() <= last,
            Self::At(last) => replica.decides().now() <= last,
        }
    }
}
