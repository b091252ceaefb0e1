//! Telling a follower of what it has not heard, and of nothing twice.

use strowger::fact::Seq;
use strowger::host::Follower;
use strowger::layer::Decide;

use crate::error::StoreError;

/// A follower that hears of the facts behind a position alone.
pub(crate) struct Behind<'a, F> {
    /// The position of the last fact it heard.
    heard: Seq,
    /// The first fact that was not the next one.
    gap: Option<Seq>,
    follower: &'a mut F,
}

impl<'a, F> Behind<'a, F> {
    pub(crate) const fn new(heard: Seq, follower: &'a mut F) -> Self {
        Self { heard, gap: None, follower }
    }

    /// The position of the last fact the follower heard.
    pub(crate) const fn heard(&self) -> Seq {
        self.heard
    }

    /// Refuses if something was missing, or if the follower heard more than there is.
    pub(crate) fn check(&self, last: Seq) -> Result<(), StoreError> {
        let heard = self.heard;
        match self.gap {
            Some(found) => Err(StoreError::Forgotten { heard, oldest: found.saturating_sub(1) }),
            None if heard > last => Err(StoreError::Ahead { heard, last }),
            None if heard < last => Err(StoreError::Forgotten { heard, oldest: last }),
            None => Ok(()),
        }
    }
}

impl<E: Decide, F: Follower<E>> Follower<E> for Behind<'_, F> {
    fn follow(&mut self, decides: &E, facts: &[E::Fact]) {
        let known = facts.partition_point(|fact| E::position_of(fact) <= self.heard);
        let new = facts.get(known..).unwrap_or_default();
        let (Some(first), Some(last)) = (new.first(), new.last()) else { return };
        let first = E::position_of(first);
        if self.gap.is_some() || first != self.heard.saturating_add(1) {
            self.gap.get_or_insert(first);
            return;
        }
        self.follower.follow(decides, new);
        self.heard = E::position_of(last);
    }
}
